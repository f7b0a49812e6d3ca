/* SPDX-License-Identifier: Apache-2.0
 *
 * What reward models say of answers, on one scale, and what an objective makes of it.
 */
#ifndef OVEROPTIMIZATION_JUDGE_H
#define OVEROPTIMIZATION_JUDGE_H

#include "lab.h"

/* What the study calls an objective: those of the library over models, and four of its own. */
typedef enum JudgeKind
{
  JUDGE_MODELS,
  JUDGE_TWINS,   /* UWO over so many times the first model */
  JUDGE_AVERAGE, /* the model of averaged weights */
  JUDGE_GOLD,
  JUDGE_RANDOM,
} JudgeKind;

typedef struct JudgeObjective
{
  const char *id;
  JudgeKind kind;
  const AssayObjective *objective; /* of models and twins */
  uint32_t members;                /* it sees */
  uint32_t first, models;          /* whose scores it needs */
  double lambda;
} JudgeObjective;

/** The objective @id over @n models; of `single` the model @first. */
JudgeObjective judge_objective (const char *id, uint32_t first, uint32_t n, double lambda);

/** Where everything is measured from: answers of the initial policy. */
typedef struct JudgeScale
{
  AssayScoreScale scales[LAB_SCORERS];
  double *scores;                /* [LAB_SCORERS][LAB_SCALE], scaled */
  double *gold;                  /* [LAB_SCALE] */
  double gold_mean, gold_factor; /* (gold - mean) factor has the deviation of scaled scores */
  double mean[LAB_SCORERS], deviation[LAB_SCORERS]; /* before scaling */
} JudgeScale;

/** False: the run has ended. */
bool judge_scale_init (JudgeScale *scale, AssayRun *run, const Lab *lab);
void judge_scale_clear (JudgeScale *scale);

/** Answers with all that is known about them. */
typedef struct JudgeAnswers
{
  size_t n;
  const double *gold;
  const double *scores; /* [LAB_SCORERS][n], scaled */
  const double *random; /* [n] */
} JudgeAnswers;

/** The objective's score of each answer, into out[n]; @work has room for 2 n. */
void judge (const JudgeObjective *objective, const JudgeAnswers *answers, double *work,
            double *out);
/** The mean of an objective over the initial policy's answers.  NaN: no memory. */
double judge_origin (const JudgeObjective *objective, const JudgeScale *scale);

/** Of the first @k models: mean product of two members' errors against gold, variance between
 *  members (unbiased), and that of the population, for each answer. */
void judge_errors (const JudgeScale *scale, const JudgeAnswers *answers, uint32_t k, double *shared,
                   double *own, double *variance);

#endif
