/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/rl/q-ops.h"
#include "learn/tensor/op.h"

#include <math.h>

static AssayTensor *
wrap (AssayTape *tape, const float *x, size_t n)
{
  return x != NULL ? assay_tensor_wrap (tape, x, 1, &n) : NULL;
}

AssayTensor *
assay_q_loss (AssayTape *tape, AssayTensor *values, const int32_t *actions, const float *targets,
              const float *weights, float delta, float *errors)
{
  size_t n = values->shape[0];
  AssayTensor *chosen = assay_gather (tape, values, assay_tensor_wrap_ints (tape, actions, 1, &n));

  for (size_t i = 0; i < n; i++)
    errors[i] = chosen->data[i] - targets[i];
  return assay_huber (tape, chosen, wrap (tape, targets, n), wrap (tape, weights, n),
                      delta > 0 ? delta : INFINITY, (float) n);
}

/** Rows of logits [n * actions][atoms] that belong to the actions taken. */
static AssayTensor *
rows_of (AssayTape *tape, const int32_t *actions, size_t n, size_t n_actions)
{
  AssayTensor *rows = assay_tensor_new (tape, ASSAY_INT32, 1, &n);

  for (size_t i = 0; i < n; i++)
    {
      assay_require (actions[i] >= 0 && (size_t) actions[i] < n_actions, "there is no action %d",
                     actions[i]);
      rows->ints[i] = (int32_t) (i * n_actions) + actions[i];
    }
  return rows;
}

static double
entropy_of (const float *probabilities, size_t n)
{
  double sum = 0;

  for (size_t k = 0; k < n; k++)
    sum -= probabilities[k] > 0 ? probabilities[k] * log (probabilities[k]) : 0;
  return sum;
}

AssayTensor *
assay_distribution_loss (AssayTape *tape, AssayTensor *logits, size_t n_atoms,
                         const int32_t *actions, const float *targets, const float *weights,
                         float *errors)
{
  size_t n = logits->shape[0], n_actions = last_dim (logits) / n_atoms;
  size_t all[] = { n * n_actions, n_atoms }, taken[] = { n, n_atoms };
  AssayTensor *rows = assay_embedding (tape, assay_reshape (tape, logits, 2, all),
                                       rows_of (tape, actions, n, n_actions), NULL);
  AssayTensor *likelihood = assay_sum (
      tape,
      assay_mul (tape, assay_log_softmax (tape, rows), assay_tensor_wrap (tape, targets, 2, taken)),
      1);

  for (size_t i = 0; i < n; i++)
    errors[i] = (float) (-likelihood->data[i] - entropy_of (targets + i * n_atoms, n_atoms));
  if (weights != NULL)
    likelihood = assay_mul (tape, likelihood, wrap (tape, weights, n));
  return assay_affine (tape, assay_sum_all (tape, likelihood), -1 / (float) n, 0);
}
