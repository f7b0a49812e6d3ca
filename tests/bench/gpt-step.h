/* SPDX-License-Identifier: Apache-2.0
 *
 * Training steps of the GPTs that the bench compares: 2048 random tokens, two shards, AdamW.
 */
#ifndef ASSAY_BENCH_GPT_STEP_H
#define ASSAY_BENCH_GPT_STEP_H

#include "learn/nn/gpt.h"
#include "learn/nn/train.h"

#define GPT_TOKENS 2048

typedef struct GptStep
{
  AssayGptConfig config;
  AssayParams *params;
  AssayGpt *gpt;
  AssayWorkers *workers;
  AssayTrainer *trainer;
  AssayOptimizer *optimizer;
  int32_t *ids, *targets; /* [GPT_TOKENS] */
} GptStep;

/** @size 'a' to 'd'. */
const AssayGptConfig *gpt_config (char size);
GptStep *gpt_step_new (char size);
void gpt_step_free (GptStep *step);
/** Forward, backward and AdamW; returns the loss. */
double gpt_step (GptStep *step);

#endif
