/* SPDX-License-Identifier: Apache-2.0
 *
 * Text from a GPT: many sequences at once, cut into shards over worker threads.  Each sequence
 * draws from a stream of its own, so neither its companions nor the threads change its tokens.
 */
#ifndef ASSAY_LEARN_SAMPLE_H
#define ASSAY_LEARN_SAMPLE_H

#include "learn/nn/gpt.h"
#include "learn/tensor/parallel.h"

typedef struct AssaySampling
{
  float temperature; /* 0: the likeliest token, always */
  uint32_t top_k;    /* only from this many of the likeliest (and their equals); 0: from all */
  float top_p;       /* of these only from the fewest likeliest (and their equals) whose
                        probabilities sum to this or more; 0 or 1: from all */
  int32_t end;       /* this token ends a sequence; -1: none does */
} AssaySampling;

typedef struct AssaySampler AssaySampler;

/** @workers may be NULL, is not owned, and outlives the sampler. */
AssaySampler *assay_sampler_new (const AssayGpt *gpt, AssayWorkers *workers);
void assay_sampler_free (AssaySampler *sampler);
/** Taps (steering) of all that is sampled from now on; they and their values, the same for all
 *  positions, live as long.  None reads: shards run at the same time. */
void assay_sampler_tap (AssaySampler *sampler, const AssayTap *taps, uint32_t n);
/** Of ids [n][steps], steps <= context, the first prompts[i] >= 1 of each row are given; writes
 *  behind them up to the row's end or the end token, and 0 behind that.
 *  @values: the flat vector of the model's weights; streams [n].
 *  lengths [n]: tokens of each row, with the end token.  log_probs [n][steps]: of each drawn token
 *  the log-probability under the model at temperature 1, whatever the options; else 0.  Both may
 *  be NULL. */
void assay_generate (AssaySampler *sampler, const float *values, const AssaySampling *options,
                     int32_t *ids, const uint32_t *prompts, uint32_t *lengths, float *log_probs,
                     uint32_t n, uint32_t steps, AssayStream *streams);

#endif
