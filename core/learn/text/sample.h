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
} AssaySampling;

typedef struct AssaySampler AssaySampler;

/** @workers may be NULL, is not owned, and outlives the sampler. */
AssaySampler *assay_sampler_new (const AssayGpt *gpt, AssayWorkers *workers);
void assay_sampler_free (AssaySampler *sampler);
/** Of ids [n][steps], steps <= context, the first lengths[i] >= 1 of each row are given; writes
 *  the others.  @values: the flat vector of the model's weights; streams [n]. */
void assay_generate (AssaySampler *sampler, const float *values, const AssaySampling *options,
                     int32_t *ids, const uint32_t *lengths, uint32_t n, uint32_t steps,
                     AssayStream *streams);

#endif
