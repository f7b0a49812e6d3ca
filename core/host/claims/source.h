/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "host/claims/chain.h"

/** Frames of runs; each is loaded once. */
typedef struct
{
  ClaimSource source;
  AssayRunSet *set;
  GHashTable *frames; /* "metric\nwhere" -> Loaded */
} ClaimRunSource;

/** Of a set and a study that outlive it. */
ClaimRunSource *assay_claim_run_source_new (AssayRunSet *set, const AssayStudyInfo *study);
void assay_claim_run_source_free (ClaimRunSource *source);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ClaimRunSource, assay_claim_run_source_free)

/** assay_fold_metric of runs that stand on no side, or one; @notes: char *, what is to be said is
 *  added. */
AssayFrame *assay_claim_fold_runs (AssayRunSet *set, const AssayStudyInfo *study,
                                   const char *metrics, const char *where, const AssayFold *fold,
                                   const char *keep, GPtrArray *notes, GError **error);
/** The same of each side by itself, put together. */
AssayFrame *assay_claim_fold_sides (AssayRunSet *set, const AssayStudyInfo *study,
                                    const char *metrics, const char *where, const AssayFold *fold,
                                    const char *keep, GPtrArray *notes, GError **error);

/** Dimensions that a chain must keep for `each` and for strata that are no property. */
char *assay_claim_kept (const AssayStudyInfo *study, const char *each, const char *units);
/** The cells of a frame that pass a filter, as assay_frame_load would have left them. */
AssayFrame *assay_claim_filter_frame (const AssayFrame *frame, const AssayStudyInfo *study,
                                      const char *where, GError **error);
/** Whether an observed metric has a dimension, as a parameter, by its `dims` or by a property. */
gboolean assay_claim_has_dimension (const AssayStudyInfo *study, const AssayMetric *metric,
                                    const char *id);
/** @where without tests on dimensions that an observed metric lacks: it is constant along them.
 *  FALSE: @where is no filter. */
gboolean assay_claim_prune_where (const AssayStudyInfo *study, const AssayMetric *metric,
                                  const char *where, char **pruned, GError **error);
/** Why the claim may not be judged: a metric behind it is a timing; NULL: it may. */
char *assay_claim_timing (const AssayStudyInfo *study, const AssayClaim *claim);
/** Parameters that any claim, metric or figure of the study names. */
GStrv assay_claim_named_params (const AssayStudyInfo *study);
