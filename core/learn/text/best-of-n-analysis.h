/* SPDX-License-Identifier: Apache-2.0
 *
 * The whole best-of-n study of one set of scored answers: every objective, size of ensemble,
 * coefficient and n, prompt by prompt, so that whoever judges may redraw prompts.
 *
 * The published code (llm_optimization, ensemble_rm.py) sorts proxy scores and answers of an
 * ensemble but not the gold scores, so that what it prints as any ensemble's gold is the gold curve
 * of its first member: the first single row here.
 */
#ifndef ASSAY_LEARN_BEST_OF_N_ANALYSIS_H
#define ASSAY_LEARN_BEST_OF_N_ANALYSIS_H

#include "learn/tensor/parallel.h"
#include "learn/text/best-of-n.h"
#include "learn/text/objectives.h"

/** Where there are at most this many ensembles of a size, all are averaged; else as many as there
 *  are members: each member and those that follow it, in a circle. */
#define ASSAY_ALL_ENSEMBLES 10

typedef struct AssayScoredAnswers
{
  uint32_t n_prompts, n_answers, n_members; /* each >= 1, members <= ASSAY_MAX_MEMBERS */
  const double *gold;                       /* [prompts][answers] */
  const double *members;                    /* [prompts][answers][members] */
} AssayScoredAnswers;

typedef struct AssayBestOfNRequest
{
  AssayNormalization normalization;
  const AssayScoreScale *scales; /* [members]; NULL: fitted to these answers */
  const uint32_t *grid;          /* of n */
  uint32_t n_grid;
  const uint32_t *sizes; /* of ensembles; single members are always looked at */
  uint32_t n_sizes;
  const double *lambdas; /* for the objectives that have a coefficient */
  uint32_t n_lambdas;
} AssayBestOfNRequest;

/** One objective's curves, averaged over the ensembles of its size. */
typedef struct AssayBestOfNRow
{
  const AssayObjective *objective;
  uint32_t member; /* of a single row, from 0 */
  uint32_t size, n_ensembles;
  double lambda;        /* NaN: it has none */
  double *gold, *proxy; /* [prompts][grid] */
} AssayBestOfNRow;

typedef struct AssayBestOfNAnalysis
{
  AssayBestOfNRow *rows; /* single members first, then by size, objective and lambda */
  uint32_t n_rows, n_prompts, n_grid;
  AssayScoreScale *scales; /* [members], as used */
  double *curves;          /* of all rows */
} AssayBestOfNAnalysis;

/** @workers may be NULL; the bits do not depend on them.  NULL: a score is not finite, or a size,
 * an n or a coefficient is out of range, see @error. */
AssayBestOfNAnalysis *assay_best_of_n_analyze (const AssayScoredAnswers *answers,
                                               const AssayBestOfNRequest *request,
                                               AssayWorkers *workers, AssayTextError *error);
void assay_best_of_n_analysis_free (AssayBestOfNAnalysis *analysis);

/** The mean over prompts of a row's curve [prompts][grid], into mean[grid]. */
void assay_best_of_n_mean (const AssayBestOfNAnalysis *analysis, const double *curve, double *mean);

#endif
