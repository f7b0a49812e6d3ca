/* SPDX-License-Identifier: Apache-2.0
 *
 * One run of the study, in the words of the algorithms; study.c fills it from the parameters.
 */
#ifndef OVEROPTIMIZATION_RUN_H
#define OVEROPTIMIZATION_RUN_H

#include "task.h"

#include "learn/text/ensemble.h"
#include "learn/text/ppo.h"

#include <assay/plugin.h>

/* Reward models that every run has; an ensemble is the first so many of them. */
#define SETUP_MODELS 8

typedef struct Setup
{
  TaskOptions task;
  uint64_t world; /* the task's seed */

  /* Policy and reward models. */
  uint32_t demonstrations, policy_width;
  uint32_t pairs, width, epochs;
  double noise, rm_rate;
  AssayDiversity diversity;
  AssayNormalization norm;

  /* The objective. */
  const char *reward; /* an objective's id, "average", "gold", "random" or "twins" */
  uint32_t member;    /* of `single`, from 0 */
  uint32_t members;
  double lambda;

  /* Best of n. */
  uint32_t answers; /* to each prompt */

  /* Policy optimisation.  ppo.steps, ppo.end and ppo.shards are filled in by the run. */
  AssayPpoOptions ppo;
  uint32_t evaluations, draws;
  double checkpoint; /* processor seconds between checkpoints */
} Setup;

/** All objectives, sizes of ensemble, coefficients and n on one set of scored answers. */
void run_best_of_n (AssayRun *run, const Setup *setup);
/** A policy optimised for one objective. */
void run_policy (AssayRun *run, const Setup *setup);

#endif
