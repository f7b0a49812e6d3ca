/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/tensor/op.h"

#include <string.h>

typedef struct Reduce
{
  AssayTensor *x, *y;
  AssayReduction op;
  float factor;
  size_t outer, n, inner;
} Reduce;

static void
backward (AssayTape *tape, void *context)
{
  const Reduce *r = context;
  bool fresh;
  float *dx = assay_tensor_grad (tape, r->x, &fresh);

  assay_kernels ()->reduce_back (r->op, r->factor, dx, !fresh, r->y->grad, r->y->data, r->x->data,
                                 r->outer, r->n, r->inner);
}

static AssayTensor *
reduce (AssayTape *tape, Reduce r, uint32_t n_dims, const size_t *shape)
{
  Reduce *kept;

  r.y = assay_tensor_new (tape, ASSAY_FP32, n_dims, shape);
  kept = assay_tape_record (tape, backward, sizeof r, r.y, &r.x, 1);
  if (kept != NULL)
    *kept = r;
  assay_kernels ()->reduce (r.op, r.factor, r.y->data, r.x->data, r.outer, r.n, r.inner);
  return r.y;
}

static AssayTensor *
reduce_dim (AssayTape *tape, const char *name, AssayTensor *x, uint32_t dim, AssayReduction op,
            bool mean)
{
  Reduce r = { .x = x, .op = op, .outer = 1, .inner = 1 };
  size_t shape[ASSAY_MAX_DIMS];

  assay_require (dim < x->n_dims, "%s: x has no dimension %u", name, dim);
  for (uint32_t i = 0; i < dim; i++)
    r.outer *= shape[i] = x->shape[i];
  for (uint32_t i = dim + 1; i < x->n_dims; i++)
    r.inner *= shape[i - 1] = x->shape[i];
  r.n = x->shape[dim];
  r.factor = mean ? 1 / (float) r.n : 1;
  return reduce (tape, r, x->n_dims - 1, shape);
}

AssayTensor *
assay_sum (AssayTape *tape, AssayTensor *x, uint32_t dim)
{
  return reduce_dim (tape, __func__, x, dim, ASSAY_REDUCE_SUM, false);
}

AssayTensor *
assay_mean (AssayTape *tape, AssayTensor *x, uint32_t dim)
{
  return reduce_dim (tape, __func__, x, dim, ASSAY_REDUCE_SUM, true);
}

AssayTensor *
assay_max (AssayTape *tape, AssayTensor *x, uint32_t dim)
{
  return reduce_dim (tape, __func__, x, dim, ASSAY_REDUCE_MAX, false);
}

AssayTensor *
assay_log_sum_exp (AssayTape *tape, AssayTensor *x, uint32_t dim)
{
  return reduce_dim (tape, __func__, x, dim, ASSAY_REDUCE_LOG_SUM_EXP, false);
}

AssayTensor *
assay_sum_all (AssayTape *tape, AssayTensor *x)
{
  Reduce r = { .x = x, .factor = 1, .outer = 1, .n = x->size, .inner = 1 };

  return reduce (tape, r, 0, NULL);
}

AssayTensor *
assay_mean_all (AssayTape *tape, AssayTensor *x)
{
  Reduce r = { .x = x, .factor = 1 / (float) x->size, .outer = 1, .n = x->size, .inner = 1 };

  return reduce (tape, r, 0, NULL);
}
