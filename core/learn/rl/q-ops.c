/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/rl/q-ops.h"
#include "learn/tensor/op.h"

#include <string.h>

static const float one = 1;

typedef struct Perturb
{
  AssayTensor *mean, *deviation, *y;
  const float *row_noise, *column_noise;
  size_t rows, columns;
} Perturb;

static void
perturb_back (AssayTape *tape, void *context)
{
  const Perturb *p = context;
  bool fresh;
  float *grad = assay_tensor_grad (tape, p->deviation, &fresh);

  if (grad != NULL)
    assay_kernels ()->perturb_back (grad, !fresh, p->y->grad, p->row_noise, p->column_noise,
                                    p->rows, p->columns);
  assay_tensor_pass_grad (tape, p->y, p->mean);
}

AssayTensor *
assay_perturb (AssayTape *tape, AssayTensor *mean, AssayTensor *deviation, const float *row_noise,
               const float *column_noise)
{
  AssayTensor *inputs[] = { mean, deviation };
  Perturb p = { mean, deviation, NULL, row_noise, column_noise, mean->shape[0], 1 }, *kept;

  assay_require (mean->size == deviation->size, "mean and deviation must have one shape");
  p.columns = p.rows > 0 ? mean->size / p.rows : 0;
  assay_require (column_noise != NULL || p.columns <= 1, "a matrix needs noise for its columns");
  if (column_noise == NULL)
    p.column_noise = &one;
  p.y = assay_tensor_new (tape, ASSAY_FP32, mean->n_dims, mean->shape);
  assay_kernels ()->perturb (p.y->data, mean->data, deviation->data, row_noise, p.column_noise,
                             p.rows, p.columns);
  if ((kept = assay_tape_record (tape, perturb_back, sizeof p, p.y, inputs, 2)) != NULL)
    *kept = p;
  return p.y;
}

typedef struct Dueling
{
  AssayTensor *value, *advantage, *y;
  size_t n, n_actions, n_atoms;
} Dueling;

/** The mean over actions of one atom. */
static float
mean_of_actions (const float *x, size_t n_actions, size_t n_atoms)
{
  float sum = 0;

  for (size_t a = 0; a < n_actions; a++)
    sum += x[a * n_atoms];
  return sum / (float) n_actions;
}

/** dvalue = the sum of dy over actions. */
static void
value_back (const Dueling *d, float *grad, bool fresh)
{
  size_t row = d->n_actions * d->n_atoms;

  for (size_t i = 0; i < d->n; i++)
    for (size_t k = 0; k < d->n_atoms; k++)
      {
        float sum = mean_of_actions (d->y->grad + i * row + k, d->n_actions, d->n_atoms)
                    * (float) d->n_actions;
        float *to = &grad[i * d->n_atoms + k];

        *to = fresh ? sum : *to + sum;
      }
}

/** dadvantage = dy - its mean over actions. */
static void
advantage_back (const Dueling *d, float *grad, bool fresh)
{
  size_t row = d->n_actions * d->n_atoms;

  for (size_t i = 0; i < d->n; i++)
    for (size_t k = 0; k < d->n_atoms; k++)
      {
        const float *dy = d->y->grad + i * row + k;
        float mean = mean_of_actions (dy, d->n_actions, d->n_atoms);

        for (size_t a = 0; a < d->n_actions; a++)
          {
            float *to = &grad[i * row + a * d->n_atoms + k];
            float change = dy[a * d->n_atoms] - mean;

            *to = fresh ? change : *to + change;
          }
      }
}

static void
dueling_back (AssayTape *tape, void *context)
{
  const Dueling *d = context;
  bool fresh;
  float *grad;

  if ((grad = assay_tensor_grad (tape, d->value, &fresh)) != NULL)
    value_back (d, grad, fresh);
  if ((grad = assay_tensor_grad (tape, d->advantage, &fresh)) != NULL)
    advantage_back (d, grad, fresh);
}

AssayTensor *
assay_dueling (AssayTape *tape, AssayTensor *value, AssayTensor *advantage)
{
  AssayTensor *inputs[] = { value, advantage };
  Dueling d = { value, advantage, NULL, value->shape[0], 0, last_dim (value) }, *kept;
  size_t row = last_dim (advantage);

  assay_require (value->n_dims == 2 && advantage->n_dims == 2 && advantage->shape[0] == d.n
                     && d.n_atoms > 0 && row % d.n_atoms == 0,
                 "value must be [n][atoms] and advantage [n][actions * atoms]");
  d.n_actions = row / d.n_atoms;
  d.y = assay_tensor_new (tape, ASSAY_FP32, 2, advantage->shape);
  for (size_t i = 0; i < d.n; i++)
    for (size_t k = 0; k < d.n_atoms; k++)
      {
        const float *x = advantage->data + i * row + k;
        float shift = value->data[i * d.n_atoms + k] - mean_of_actions (x, d.n_actions, d.n_atoms);

        for (size_t a = 0; a < d.n_actions; a++)
          d.y->data[i * row + a * d.n_atoms + k] = x[a * d.n_atoms] + shift;
      }
  if ((kept = assay_tape_record (tape, dueling_back, sizeof d, d.y, inputs, 2)) != NULL)
    *kept = d;
  return d.y;
}
