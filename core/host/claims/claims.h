/* SPDX-License-Identifier: Apache-2.0
 *
 * From frames to verdicts: folds, units, intervals, gates (data model, 3 and 4).
 */
#pragma once

#include "host/store/frame.h"

typedef enum
{
  ASSAY_REPRODUCED,
  ASSAY_CONTRADICTED,
  ASSAY_INCONCLUSIVE,
  ASSAY_NOT_EVALUABLE,
  ASSAY_NOT_RUN
} AssayVerdictKind;

const char *assay_verdict_name (AssayVerdictKind kind); /* "not evaluable" */

/** A share of the variance that one unit brings. */
typedef struct
{
  char *unit;
  guint n;
  double share; /* 0..1 */
} AssayUnitShare;

typedef struct
{
  char *level; /* of `each`; NULL: the claim has no `each` */
  AssayVerdictKind kind;
  double effect, low, high, df; /* NaN: none */
  guint n;                      /* levels of the first unit */
  guint smallest;               /* of the smallest stratum of the seeds; 0: no seeds */
  GArray *shares;               /* AssayUnitShare */
  double error;                 /* standard error; of a ratio: of its logarithm */
  gboolean ratio;               /* effect, low and high were taken in logarithms */
  double p;       /* two-sided p-value against the expectation, before Holm; NaN: none */
  gboolean holds; /* the point estimate meets the expectation: what a gate asks */
} AssayVerdictPart;
void assay_verdict_part_free (AssayVerdictPart *part);

typedef struct
{
  const AssayClaim *claim;
  AssayVerdictKind kind;
  double effect, low, high; /* of the whole; with `each`, of the weakest part */
  guint n, n_crashed, n_missing;
  char *rule;       /* the chain and the expectation in words */
  char *reason;     /* why inconclusive, not evaluable or not run; NULL: none */
  GPtrArray *parts; /* AssayVerdictPart; empty with all_of */
  GPtrArray *notes; /* char *: stages shared by seeds, rule changed since the run, interpolation */
  GPtrArray *runs;  /* char *: ids of the runs that its folds, or its parts' folds, took */
} AssayVerdict;

void assay_verdict_free (AssayVerdict *verdict);

/** Judges every claim of the study on the runs (NULL set: all "not run"), in table order.
 *  Elements are AssayVerdict. */
GPtrArray *assay_claims_judge (AssayRunSet *set, const AssayStudyInfo *study, GError **error);
/** The verdicts as the JSON array of `assay claims --json`. */
JsonNode *assay_claims_json (GPtrArray *verdicts);
/** "0.31 [0.12, 0.5]", "—" where there is none. */
char *assay_verdict_effect_text (const AssayVerdict *verdict);
/** "12 (1 crashed, 2 missing)"; "—": no unit. */
char *assay_verdict_count_text (const AssayVerdict *verdict);
/** The verdicts for a letter, a paragraph each (@set may be NULL), and as CSV for a spreadsheet. */
char *assay_claims_text (const AssayRunSet *set, const AssayStudyInfo *study,
                         const GPtrArray *verdicts);
char *assay_claims_csv (const GPtrArray *verdicts);

/** The rule that will decide, in words: "mean over seed of (id - ood-hard) ... is above 0". */
char *assay_claim_rule (const AssayStudyInfo *study, const AssayClaim *claim);

/** Type check of every claim, derived metric and figure against every preset in which it
 *  counts: unknown ids, unfolded dimensions, folds of the wrong shape.  NULL: all well; else
 *  sentences. */
GPtrArray *assay_claims_check (const AssayStudyInfo *study);

/** The dimension of a set whose runs stand in sides; no study has an id like it. */
#define ASSAY_SIDE_DIM "Side"

/** The value of one or several metrics, observed or derived, after `where` and a chain of
 *  folds (NULL: none), for figures: the frame has the dimensions that are left.  @note as in
 *  assay_frame_load.  Of several metrics `metric` is a dimension.  @keep (NULL: none): words that
 *  name dimensions which are left even where there is but one level.  Runs in
 *  sides are folded each side by itself, and ASSAY_SIDE_DIM is one dimension more.  NOT_FOUND: a
 *  fold names a level that these runs (on no side) have; USAGE: the chain is wrong. */
AssayFrame *assay_fold_metric (AssayRunSet *set, const AssayStudyInfo *study, const char *metrics,
                               const char *where, const AssayFold *fold, const char *keep,
                               char **note, GError **error);
/** The dimensions (and metrics) by which a figure shows anything, as words. */
char *assay_figure_dims (const AssayFigure *figure);
/** Applies a chain to a frame that is already loaded.  @study says which dimension is the
 *  property of which; NULL: none is.  WHEN and a choice by a metric need assay_fold_metric. */
AssayFrame *assay_fold_frame (const AssayFrame *frame, const AssayStudyInfo *study,
                              const AssayFold *fold, GError **error);

/** Estimate and 95 % interval of a chain on a frame, units redrawn as section 4 of the data
 *  model says.  @rule keys the random stream.  One AssayVerdictPart per cell that is left;
 *  their kind is not set. */
GPtrArray *assay_interval (const AssayFrame *frame, const AssayStudyInfo *study,
                           const AssayFold *fold, const char *units, const char *rule,
                           GError **error);

/** Centre and band over @over ("seed", "env seed") for every cell of all other dimensions. */
typedef struct
{
  AssayFrame *frame;  /* values: the centre */
  GArray *low, *high; /* double, one per cell, in the frame's order; NaN: no band */
  GArray *n;          /* guint, levels of `over` behind each cell */
} AssayBandFrame;
/** Bands that a face offers and no figure declares; they go on where AssayBand ends.  T: 95 %
 *  interval of the mean by Student's t, all levels of `over` alike; PERCENTILES: 2.5 % to 97.5 %.
 */
enum
{
  ASSAY_BAND_T = ASSAY_BAND_RANGE + 1,
  ASSAY_BAND_PERCENTILES
};
/** BAND_CI: the claims' interval over the first item (or seed) of @over, redrawn separately
 *  in each level of the others; needs two of it. */
AssayBandFrame *assay_band (const AssayFrame *frame, const char *over, guint center, guint band,
                            GError **error);
void assay_band_frame_free (AssayBandFrame *band);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AssayBandFrame, assay_band_frame_free)
