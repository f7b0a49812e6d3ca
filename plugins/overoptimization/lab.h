/* SPDX-License-Identifier: Apache-2.0
 *
 * What a run stands on, stage by stage, each kept in the workspace's cache: an initial policy,
 * pairs of its answers, reward models, the scale of their scores, many scored answers.
 */
#ifndef OVEROPTIMIZATION_LAB_H
#define OVEROPTIMIZATION_LAB_H

#include "run.h"

/* The models, and behind them the one of their averaged weights. */
#define LAB_SCORERS (SETUP_MODELS + 1)
#define LAB_VALIDATION 500 /* pairs */
#define LAB_SCALE 2000     /* answers of the initial policy that scores are scaled on */

typedef struct Lab
{
  AssayRun *run;
  const Setup *setup;
  Task *task;
  AssayGptConfig policy, first, reward; /* the optimised policy, the one that wrote the pairs, a
                                           reward model's trunk */
  double begin, end;                    /* of the run's progress, during the stage at hand */
  /* Results of stages, NULL before their turn. */
  const char *policy_path, *first_path, *pairs_path, *trunks_path, *models_path, *scale_path,
      *answers_path, *scores_path;
} Lab;

/** Says how far the stage at hand is, 0..1. */
void lab_progress (const Lab *lab, AssayRun *run, double fraction, const char *doing);

/** False: the run has ended. */
bool lab_init (Lab *lab, AssayRun *run, const Setup *setup);
void lab_clear (Lab *lab);

/** Builds the stages up to the scale of the scores, the first half of the run's progress; false:
 *  the run has ended. */
bool lab_train (Lab *lab);
/** And those of best-of-n, up to nine tenths. */
bool lab_answer (Lab *lab);

/** A policy without its weights. */
typedef struct LabPolicy
{
  AssayParams *params;
  AssayGpt *gpt;
} LabPolicy;
LabPolicy lab_policy_new (const AssayGptConfig *config);
void lab_policy_clear (LabPolicy *policy);

/** Streams [n] of (seed, "@name.@first"), (seed, "@name.@first + 1"), ...; for free(). */
AssayStream *lab_streams (uint64_t seed, const char *name, uint32_t first, uint32_t n);

/** What a stage took: processor seconds, and the words that it computed. */
typedef struct LabCost
{
  double seconds, words;
} LabCost;
/** What the policy's fine-tuning took.  False: the run has ended. */
bool lab_policy_cost (AssayRun *run, const Lab *lab, LabCost *cost);

/** Reward models from their stage, and that of averaged weights behind them. */
typedef struct LabModels
{
  AssayRewardModel *model; /* their shape */
  AssayTensors *file;
  const float *values; /* [LAB_SCORERS][size] */
  size_t size;
  AssayScorer *scorer;
} LabModels;
/** False: the run has ended; to be closed in either case. */
bool lab_models_open (AssayRun *run, const Lab *lab, LabModels *models);
void lab_models_close (LabModels *models);
/** Scores, before any scaling: scores[i * stride] of row i. */
void lab_models_score (const LabModels *models, uint32_t scorer, const AssaySequences *rows,
                       double *scores, size_t stride);

/** Answers to the evaluation prompts from their stage, `answers` to each. */
typedef struct LabAnswers
{
  AssayTensors *file;
  AssaySequences *rows;
  const double *gold;   /* [rows] */
  const float *parts;   /* [rows][TASK_TERMS] */
  const double *guards; /* entropy over its threshold, duplicates */
  LabCost cost;
} LabAnswers;
/** False: the run has ended, and nothing is to be closed. */
bool lab_answers_open (AssayRun *run, const Lab *lab, LabAnswers *answers);
void lab_answers_close (LabAnswers *answers);

/* ---- Results of stages (lab-kept.c) ------------------------------------------------------- */

/** An array of a stage's result; in rows where that tells its shape. */
typedef struct LabArray
{
  const char *name;
  AssayType type;
  uint64_t n;
  const void *data;
} LabArray;

/** False: the run has ended. */
bool lab_keep (AssayRun *run, const char *path, const LabArray *arrays, uint32_t n);
/** Opens the result of a stage and finds its arrays: of given sizes, written to arrays[].data,
 *  which live as long as the file.  NULL: the run has ended. */
AssayTensors *lab_open (AssayRun *run, const char *path, LabArray *arrays, uint32_t n);

/** Rows of sequences as four arrays. */
#define LAB_SEQUENCES(prefix, sequences)                                                           \
  { prefix "ids", ASSAY_I32, (uint64_t) (sequences)->n * (sequences)->steps, (sequences)->ids },   \
      { prefix "prompts", ASSAY_U32, (sequences)->n, (sequences)->prompts },                       \
  {                                                                                                \
    prefix "lengths", ASSAY_U32, (sequences)->n, (sequences)->lengths                              \
  }
#define LAB_N_SEQUENCES 3
/** Copies what lab_open found at arrays[0..2]; for assay_sequences_free. */
AssaySequences *lab_sequences (const LabArray *arrays);

#endif
