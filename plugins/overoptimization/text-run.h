/* SPDX-License-Identifier: Apache-2.0
 *
 * Reward-model ensembles on somebody's preference rows: a tokenizer, a language model that members
 * begin with, the members, and what they get right, are sure of and love for no good reason.
 */
#ifndef OVEROPTIMIZATION_TEXT_RUN_H
#define OVEROPTIMIZATION_TEXT_RUN_H

#include "text-pairs.h"

#include "learn/text/ensemble.h"

typedef struct TextSetup
{
  TextOptions text; /* rows "": the run fails and says what to give */
  uint32_t lm_epochs;
  uint32_t width; /* a multiple of 8 */
  uint32_t members, epochs;
  double rate, noise;
  AssayDiversity diversity;
  AssayNormalization normalization; /* of members, for what compares their scores */
  double lambda;
} TextSetup;

/** Runs it; the metrics are those of real-metrics.h that name a scorer. */
void run_preferences (AssayRun *run, const TextSetup *setup);

#endif
