/* SPDX-License-Identifier: Apache-2.0
 *
 * A policy that is optimised for one objective, and what is written down about it.
 */
#ifndef OVEROPTIMIZATION_POLICY_H
#define OVEROPTIMIZATION_POLICY_H

#include "judge.h"

typedef struct Policy
{
  Lab lab;
  JudgeScale scale;
  LabModels models;
  JudgeObjective judge;
  double origin; /* the objective's mean over the initial policy's answers */
  AssayPpo *ppo;
  AssayPpoReport report; /* of the last iteration */

  /* Evaluations: `draws` answers to each prompt, always from the same streams (lab_streams). */
  uint32_t n_prompts, draws, n_evaluations; /* evaluations but that at the beginning */
  AssaySequences *rows, *prompts;           /* [prompts * draws]; of the next iteration */
  struct PolicyRecord *record; /* what is written as arrays at the end; in checkpoints, too */
  double *gold, *proxy;        /* [evaluations + 1][prompts], in the record */
  double *kl;                  /* [evaluations + 1], likewise */

  /* Room for the answers at hand. */
  size_t room;
  double *scores; /* [LAB_SCORERS][room] */
  double *work;   /* [8][room] */
} Policy;

/* What a checkpoint holds beside the policy itself. */
typedef struct PolicyRecord
{
  uint64_t n_evaluated, bytes; /* of the record */
  double seconds, words;       /* of iterations so far */
  double curves[];             /* gold, proxy, kl */
} PolicyRecord;

/** Scores of the answers by what the objective needs, and by the ensemble if @all; they live until
 *  the next call. */
JudgeAnswers policy_judge (Policy *policy, const AssaySequences *answers, bool all);

/* ---- policy-record.c ---------------------------------------------------------------------- */

/** The iteration after which evaluation @i = 0..n_evaluations is due. */
uint64_t policy_due (const Policy *policy, uint64_t i);
/** Answers to the evaluation prompts, and everything about them. */
void policy_evaluate (AssayRun *run, Policy *policy);
/** What is written when all is done; of the answers of the last evaluation, too. */
void policy_finish (AssayRun *run, Policy *policy);
/** False: the run has ended. */
bool policy_save (AssayRun *run, const Policy *policy);
bool policy_restore (AssayRun *run, Policy *policy);

#endif
