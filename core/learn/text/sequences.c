/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/text/sequences.h"

#include "learn/tensor/arena.h"

#include <stdlib.h>
#include <string.h>

AssaySequences *
assay_sequences_new (uint32_t n, uint32_t steps)
{
  AssaySequences *sequences = assay_alloc_zeroed (sizeof *sequences);

  *sequences = (AssaySequences){ .n = n, .steps = steps };
  sequences->ids = assay_alloc_zeroed ((size_t) n * steps * sizeof *sequences->ids);
  sequences->prompts = assay_alloc_zeroed (n * sizeof *sequences->prompts);
  sequences->lengths = assay_alloc_zeroed (n * sizeof *sequences->lengths);
  return sequences;
}

void
assay_sequences_free (AssaySequences *sequences)
{
  if (!sequences)
    return;
  free (sequences->ids);
  free (sequences->prompts);
  free (sequences->lengths);
  free (sequences);
}

void
assay_sequences_set (AssaySequences *sequences, uint32_t row, const int32_t *ids, uint32_t prompt,
                     uint32_t length)
{
  int32_t *to = assay_sequence (sequences, row);

  memmove (to, ids, length * sizeof *ids);
  memset (to + length, 0, (sequences->steps - length) * sizeof *to);
  sequences->prompts[row] = prompt;
  sequences->lengths[row] = length;
}

void
assay_answer (AssaySampler *sampler, const float *values, const AssaySampling *sampling,
              AssaySequences *sequences, AssayStream *streams, float *log_probs)
{
  assay_generate (sampler, values, sampling, sequences->ids, sequences->prompts, sequences->lengths,
                  log_probs, sequences->n, sequences->steps, streams);
}
