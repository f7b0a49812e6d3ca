/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/tensor/op.h"

typedef struct CrossEntropy
{
  AssayTensor *logits, *y;
  float *gradient; /* of the logits, for a gradient 1 of y */
} CrossEntropy;

static void
cross_entropy_back (AssayTape *tape, void *context)
{
  const CrossEntropy *loss = context;
  float scale = *loss->y->grad;

  if (scale != 1)
    assay_kernels ()->scale (loss->gradient, loss->gradient, scale, loss->logits->size);
  assay_tensor_adopt_grad (tape, loss->gradient, loss->logits);
}

AssayTensor *
assay_cross_entropy (AssayTape *tape, AssayTensor *logits, AssayTensor *targets, float divisor)
{
  CrossEntropy loss = { .logits = logits }, *kept;
  size_t columns = last_dim (logits);
  size_t rows = columns > 0 ? logits->size / columns : 0;

  assay_require (targets->element == ASSAY_INT32 && targets->size == rows,
                 "targets must be integers, one for each row of the logits");
  for (size_t i = 0; i < rows; i++)
    assay_require (targets->ints[i] >= -1
                       && (targets->ints[i] < 0 || (size_t) targets->ints[i] < columns),
                   "target %d is not a column of the logits", (int) targets->ints[i]);
  loss.y = assay_tensor_new (tape, ASSAY_FP32, 0, NULL);
  loss.y->needs_grad = logits->needs_grad;
  if (logits->needs_grad && (loss.gradient = assay_tensor_take (logits)) == NULL)
    loss.gradient = assay_tape_alloc (tape, logits->size * sizeof (float));
  *loss.y->data = (float) (assay_kernels ()->cross_entropy (loss.gradient, logits->data,
                                                            targets->ints, rows, columns, divisor)
                           / (double) divisor);
  kept = assay_tape_record (tape, cross_entropy_back, sizeof loss, loss.y, NULL, 0);
  if (kept != NULL)
    *kept = loss;
  return loss.y;
}
