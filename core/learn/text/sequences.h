/* SPDX-License-Identifier: Apache-2.0
 *
 * Sequences of ids, each a prompt and an answer to it: what a policy writes, a reward model reads
 * and both are trained on.
 */
#ifndef ASSAY_LEARN_SEQUENCES_H
#define ASSAY_LEARN_SEQUENCES_H

#include "learn/text/sample.h"

typedef struct AssaySequences
{
  uint32_t n, steps; /* rows, and ids of the longest one there is room for */
  int32_t *ids;      /* [n][steps]; 0 behind the end, where nobody reads */
  uint32_t *prompts; /* [n]: ids of the prompt, at least 1 */
  uint32_t *lengths; /* [n]: those and the answer's with its end token, at most steps */
} AssaySequences;

/** @n rows of zeros: prompts and lengths are 0, too, and the caller's to set. */
AssaySequences *assay_sequences_new (uint32_t n, uint32_t steps);
void assay_sequences_free (AssaySequences *sequences);

/** Some ids of a row, for who needs no more of it. */
typedef struct AssayIds
{
  const int32_t *ids;
  uint32_t n;
} AssayIds;

static inline int32_t *
assay_sequence (const AssaySequences *sequences, uint32_t row)
{
  return sequences->ids + (size_t) row * sequences->steps;
}

/** Row @row becomes @length ids, of which the first @prompt are the prompt. */
void assay_sequences_set (AssaySequences *sequences, uint32_t row, const int32_t *ids,
                          uint32_t prompt, uint32_t length);

/** Writes an answer behind each prompt, until it ends (sampling->end) or the row is full, and 0
 *  behind it.  @values: the flat vector of the model's weights; streams [n].  log_probs
 *  [n][steps], or NULL: see assay_generate. */
void assay_answer (AssaySampler *sampler, const float *values, const AssaySampling *sampling,
                   AssaySequences *sequences, AssayStream *streams, float *log_probs);

/** Rewards, or scores, of whole answers: rewards [answers->n].  False: there are none; who calls
 *  finds out why from @data. */
typedef bool (*AssayReward) (const AssaySequences *answers, double *rewards, void *data);

#endif
