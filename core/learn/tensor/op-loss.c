/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/tensor/op.h"

/* A scalar, and its inputs' gradients, which are computed together with it as if its own were 1:
 * the way back multiplies them by what that is. */
typedef struct Loss
{
  AssayTensor *y;
  AssayTensor *inputs[2]; /* NULL: none */
  float *gradients[2];    /* NULL: not wanted */
  AssayTensor *target;    /* its gradient is the first input's, negated; NULL: none */
} Loss;

static void
backward (AssayTape *tape, void *context)
{
  const Loss *loss = context;
  const AssayKernels *kernels = assay_kernels ();
  float scale = *loss->y->grad, *grad;
  bool fresh;

  if (loss->target != NULL && (grad = assay_tensor_grad (tape, loss->target, &fresh)) != NULL)
    {
      if (fresh)
        kernels->affine (grad, loss->gradients[0], -scale, 0, loss->target->size);
      else
        kernels->axpy (grad, -scale, loss->gradients[0], loss->target->size);
    }
  for (size_t i = 0; i < 2; i++)
    if (loss->inputs[i] != NULL && loss->inputs[i]->needs_grad)
      {
        if (scale != 1)
          kernels->affine (loss->gradients[i], loss->gradients[i], scale, 0, loss->inputs[i]->size);
        assay_tensor_adopt_grad (tape, loss->gradients[i], loss->inputs[i]);
      }
}

/** Makes the scalar, and room for the gradients that are wanted; of the first input in its own
 *  place if it may be @taken. */
static void
begin (AssayTape *tape, Loss *loss, bool taken)
{
  bool needs_target = loss->target != NULL && loss->target->needs_grad;

  loss->y = assay_tensor_new (tape, ASSAY_FP32, 0, NULL);
  for (size_t i = 0; i < 2; i++)
    if (loss->inputs[i] != NULL && (loss->inputs[i]->needs_grad || (i == 0 && needs_target)))
      {
        loss->y->needs_grad = true;
        if (taken)
          loss->gradients[i] = assay_tensor_take (loss->inputs[i]);
        if (loss->gradients[i] == NULL)
          loss->gradients[i] = assay_tape_alloc (tape, loss->inputs[i]->size * sizeof (float));
      }
}

static AssayTensor *
end (AssayTape *tape, const Loss *loss, double value)
{
  Loss *kept = assay_tape_record (tape, backward, sizeof *loss, loss->y, NULL, 0);

  if (kept != NULL)
    *kept = *loss;
  *loss->y->data = (float) value;
  return loss->y;
}

AssayTensor *
assay_cross_entropy (AssayTape *tape, AssayTensor *logits, AssayTensor *targets, float divisor)
{
  Loss loss = { .inputs = { logits } };
  size_t columns = last_dim (logits), rows = n_rows (logits);

  assay_require_ids (targets, -1, rows, columns);
  begin (tape, &loss, true);
  return end (tape, &loss,
              assay_kernels ()->cross_entropy (loss.gradients[0], logits->data, targets->ints, rows,
                                               columns, 1 / divisor)
                  / (double) divisor);
}

AssayTensor *
assay_gaussian_nll (AssayTape *tape, AssayTensor *mean, AssayTensor *log_variance,
                    AssayTensor *target)
{
  Loss loss = { .inputs = { mean, log_variance }, .target = target };
  size_t n = mean->size;

  assay_require (log_variance->size == n && target->size == n,
                 "mean, log_variance and target must have one shape");
  begin (tape, &loss, false);
  return end (tape, &loss,
              assay_kernels ()->gaussian_nll (loss.gradients[0], loss.gradients[1], mean->data,
                                              log_variance->data, target->data, n, 1 / (float) n)
                  / (double) n);
}

AssayTensor *
assay_huber (AssayTape *tape, AssayTensor *prediction, AssayTensor *target, AssayTensor *weights,
             float delta, float divisor)
{
  Loss loss = { .inputs = { prediction }, .target = target };
  size_t n = prediction->size;

  assay_require (target->size == n && (weights == NULL || weights->size == n),
                 "prediction, target and weights must have one shape");
  begin (tape, &loss, false);
  return end (tape, &loss,
              assay_kernels ()->huber (loss.gradients[0], prediction->data, target->data,
                                       weights != NULL ? weights->data : NULL, delta, n,
                                       1 / divisor)
                  / (double) divisor);
}

AssayTensor *
assay_mse (AssayTape *tape, AssayTensor *prediction, AssayTensor *target)
{
  Loss loss = { .inputs = { prediction }, .target = target };
  size_t n = prediction->size;

  assay_require (target->size == n, "prediction and target must have one shape");
  begin (tape, &loss, false);
  return end (tape, &loss,
              assay_kernels ()->squared_error (loss.gradients[0], prediction->data, target->data, n,
                                               1 / (float) n)
                  / (double) n);
}
