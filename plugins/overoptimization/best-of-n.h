/* SPDX-License-Identifier: Apache-2.0
 *
 * What a run of best-of-n looks at.
 */
#ifndef OVEROPTIMIZATION_BEST_OF_N_H
#define OVEROPTIMIZATION_BEST_OF_N_H

#include "judge.h"

#include "learn/text/best-of-n.h"

#define BON_OBJECTIVES 9
extern const char *const bon_objectives[BON_OBJECTIVES];

typedef struct Bon
{
  Lab lab;
  JudgeScale scale;
  LabAnswers answers;
  LabCost scoring;
  uint32_t n_prompts, n_answers, n_grid;
  uint32_t *grid; /* of n */
  double *scores; /* [prompts][LAB_SCORERS][answers], scaled */
  double *random; /* [prompts][answers] */
  AssayBestOfN *bon;
} Bon;

/** All answers to a prompt. */
JudgeAnswers bon_answers (const Bon *bon, uint32_t prompt);

/* ---- best-of-n-behind.c: of the first `members` models as one ensemble -------------------- */

/** Wins, KL, terms, errors, and the best answers.  False: the run has ended. */
bool bon_write_selections (AssayRun *run, const Bon *bon);
/** Reward models, their scales, reliability, guards and timings; @analysis is what the curves
 *  took. */
void bon_write_models (AssayRun *run, const Bon *bon, LabCost analysis);

#endif
