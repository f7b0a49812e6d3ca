/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/rl/q-ops.h"
#include "learn/tensor/op.h"

#include <math.h>
#include <string.h>

/* Both losses look at the chosen action's stretch of each row only; `slopes` is the gradient
 * there. */
typedef struct Loss
{
  AssayTensor *values, *y;
  const int32_t *actions;
  float *slopes; /* [n][width] */
  size_t n, row, width;
} Loss;

static void
loss_back (AssayTape *tape, void *context)
{
  const Loss *l = context;
  bool fresh;
  float *grad = assay_tensor_grad (tape, l->values, &fresh), scale = *l->y->grad;

  if (fresh)
    memset (grad, 0, l->values->size * sizeof *grad);
  for (size_t i = 0; i < l->n; i++)
    assay_kernels ()->axpy (grad + i * l->row + (size_t) l->actions[i] * l->width, scale,
                            l->slopes + i * l->width, l->width);
}

static Loss
begin (AssayTape *tape, const char *name, AssayTensor *values, size_t width, const int32_t *actions)
{
  Loss l = { .values = values, .actions = actions, .row = last_dim (values), .width = width };

  assay_require (values->n_dims == 2 && width > 0 && l.row % width == 0,
                 "%s: values must be [n][actions * atoms]", name);
  l.n = values->shape[0];
  for (size_t i = 0; i < l.n; i++)
    assay_require (actions[i] >= 0 && (size_t) actions[i] < l.row / width,
                   "%s: there is no action %d", name, actions[i]);
  l.y = assay_tensor_new (tape, ASSAY_FP32, 0, NULL);
  l.slopes = assay_tape_alloc (tape, l.n * width * sizeof *l.slopes);
  return l;
}

static AssayTensor *
end (AssayTape *tape, const Loss *l, double sum)
{
  Loss *kept = assay_tape_record (tape, loss_back, sizeof *l, l->y, &l->values, 1);

  *l->y->data = (float) (sum / (double) l->n);
  if (kept != NULL)
    *kept = *l;
  return l->y;
}

/** NaN stays NaN. */
static float
clip (float x, float limit)
{
  return x > limit ? limit : x < -limit ? -limit : x;
}

AssayTensor *
assay_q_loss (AssayTape *tape, AssayTensor *values, const int32_t *actions, const float *targets,
              const float *weights, float delta, float *errors)
{
  Loss l = begin (tape, __func__, values, 1, actions);
  double sum = 0;

  for (size_t i = 0; i < l.n; i++)
    {
      float error = values->data[i * l.row + (size_t) actions[i]] - targets[i];
      float slope = delta > 0 ? clip (error, delta) : error;
      float weight = weights != NULL ? weights[i] : 1;

      errors[i] = error;
      /* Huber (e) = clip (e) (e - clip (e) / 2) */
      sum += (double) (weight * slope * (error - slope / 2));
      l.slopes[i] = weight * slope / (float) l.n;
    }
  return end (tape, &l, sum);
}

void
assay_softmax_rows (float *y, const float *x, size_t rows, size_t columns)
{
  for (size_t i = 0; i < rows; i++, x += columns, y += columns)
    {
      float greatest = x[0], sum = 0;

      for (size_t k = 1; k < columns; k++)
        greatest = x[k] > greatest ? x[k] : greatest;
      for (size_t k = 0; k < columns; k++)
        sum += y[k] = expf (x[k] - greatest);
      for (size_t k = 0; k < columns; k++)
        y[k] /= sum;
    }
}

static double
log_sum_exp (const float *x, size_t n)
{
  double greatest = x[0], sum = 0;

  for (size_t k = 1; k < n; k++)
    greatest = x[k] > greatest ? x[k] : greatest;
  for (size_t k = 0; k < n; k++)
    sum += exp (x[k] - greatest);
  return greatest + log (sum);
}

AssayTensor *
assay_distribution_loss (AssayTape *tape, AssayTensor *logits, size_t n_atoms,
                         const int32_t *actions, const float *targets, const float *weights,
                         float *errors)
{
  Loss l = begin (tape, __func__, logits, n_atoms, actions);
  double sum = 0;

  for (size_t i = 0; i < l.n; i++, targets += n_atoms)
    {
      const float *x = logits->data + i * l.row + (size_t) actions[i] * n_atoms;
      double all = log_sum_exp (x, n_atoms), mass = 0, cross = 0, entropy = 0;
      float weight = weights != NULL ? weights[i] : 1;

      for (size_t k = 0; k < n_atoms; k++)
        {
          mass += targets[k];
          cross += targets[k] * (all - x[k]);
          entropy -= targets[k] > 0 ? targets[k] * log (targets[k]) : 0;
        }
      errors[i] = (float) (cross - entropy);
      sum += weight * cross;
      for (size_t k = 0; k < n_atoms; k++)
        l.slopes[i * n_atoms + k]
            = (float) (weight * (mass * exp (x[k] - all) - targets[k]) / (double) l.n);
    }
  return end (tape, &l, sum);
}
