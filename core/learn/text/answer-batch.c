/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/text/answer-batch.h"

#include <string.h>

uint32_t
assay_first_target (const AssaySequences *sequences, uint32_t row, AssayTargets targets)
{
  uint32_t first = targets == ASSAY_TARGETS_ANSWERS ? sequences->prompts[row] : 1;
  uint32_t length = sequences->lengths[row];

  return first < length ? first : length;
}

/** Row @row as row @i of the batch; its tokens from @n on.  Returns the number of tokens. */
static size_t
add_row (AssayAnswerBatch *batch, const AssaySequences *sequences, AssayTargets targets,
         uint32_t row, size_t i, size_t n)
{
  const int32_t *ids = assay_sequence (sequences, row);
  uint32_t length = sequences->lengths[row];
  size_t steps = batch->ids->shape[1], taken = length > 0 ? length - 1 : 0;
  int32_t *to = batch->ids->ints + i * steps;

  memcpy (to, ids, taken * sizeof *ids);
  memset (to + taken, 0, (steps - taken) * sizeof *ids);
  for (uint32_t t = assay_first_target (sequences, row, targets); t < length; t++, n++)
    {
      batch->places->ints[n] = (int32_t) (i * steps + t - 1);
      batch->targets->ints[n] = ids[t];
    }
  return n;
}

AssayAnswerBatch
assay_answer_batch (AssayTape *tape, const AssaySequences *sequences, const uint32_t *rows,
                    uint32_t n_rows, AssayTargets targets)
{
  AssayAnswerBatch batch = { 0 };
  size_t steps = 0, n = 0;

  for (uint32_t i = 0; i < n_rows; i++)
    {
      uint32_t length = sequences->lengths[rows[i]];

      steps = length > steps + 1 ? length - 1 : steps;
      batch.n += length - assay_first_target (sequences, rows[i], targets);
    }
  if (batch.n == 0)
    return batch;
  batch.ids = assay_tensor_new (tape, ASSAY_INT32, 2, ASSAY_SHAPE (n_rows, steps));
  batch.places = assay_tensor_new (tape, ASSAY_INT32, 1, &batch.n);
  batch.targets = assay_tensor_new (tape, ASSAY_INT32, 1, &batch.n);
  for (uint32_t i = 0; i < n_rows; i++)
    n = add_row (&batch, sequences, targets, rows[i], i, n);
  return batch;
}

AssayTensor *
assay_answer_states (AssayTape *tape, const AssayGpt *gpt, const AssayAnswerBatch *batch)
{
  return assay_gpt_states_at (tape, gpt, batch->ids, batch->places);
}
