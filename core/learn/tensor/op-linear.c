/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/tensor/blas.h"
#include "learn/tensor/op.h"

#include <string.h>

typedef struct Linear
{
  AssayTensor *x, *w, *b, *residual, *y;
  float *slope; /* of the activation, [rows][out]; NULL: the identity */
  size_t rows, in, out;
} Linear;

/** y = act (x w^T + b) (+ residual).  Without an activation the product is added to bias and
 *  residual, which saves a pass. */
static void
forward (const Linear *l, AssayActivation act)
{
  const AssayKernels *kernels = assay_kernels ();
  const float *residual = l->residual != NULL ? l->residual->data : NULL;
  const float *b = l->b != NULL ? l->b->data : NULL;
  bool add = act == ASSAY_IDENTITY && (residual != NULL || b != NULL);

  if (add)
    kernels->spread_rows (l->y->data, residual, b, l->rows, l->out);
  assay_gemm (false, true, l->rows, l->out, l->in, 1, l->x->data, l->in, l->w->data, l->in, add,
              l->y->data, l->out);
  if (act != ASSAY_IDENTITY)
    kernels->bias_activation (l->y->data, l->slope, l->rows, l->out, b, act);
}

static void
backward (AssayTape *tape, void *context)
{
  const AssayKernels *kernels = assay_kernels ();
  const Linear *l = context;
  float *dy = l->y->grad, *grad;
  bool fresh;

  if (l->slope != NULL)
    kernels->multiply (dy, dy, l->slope, l->y->size);
  if (l->b != NULL && (grad = assay_tensor_grad (tape, l->b, &fresh)) != NULL)
    kernels->column_sums (grad, dy, l->rows, l->out, !fresh);
  if ((grad = assay_tensor_grad (tape, l->w, &fresh)) != NULL)
    assay_gemm (true, false, l->out, l->in, l->rows, 1, dy, l->out, l->x->data, l->in, !fresh, grad,
                l->in);
  if ((grad = assay_tensor_grad (tape, l->x, &fresh)) != NULL)
    assay_gemm (false, false, l->rows, l->in, l->out, 1, dy, l->out, l->w->data, l->in, !fresh,
                grad, l->in);
  if (l->residual != NULL)
    assay_tensor_pass_grad (tape, l->y, l->residual);
}

static AssayTensor *
linear (AssayTape *tape, const char *name, Linear l, AssayActivation act)
{
  AssayTensor *inputs[] = { l.x, l.w, l.b, l.residual };
  size_t shape[ASSAY_MAX_DIMS];
  Linear *kept;

  assay_require (l.w->n_dims == 2 && l.x->n_dims > 0 && last_dim (l.x) == l.w->shape[1],
                 "%s: the last dimension of x must be the second of w", name);
  l.out = l.w->shape[0];
  l.in = l.w->shape[1];
  l.rows = n_rows (l.x);
  assay_require (l.b == NULL || l.b->size == l.out, "%s: b must have w's first dimension", name);
  memcpy (shape, l.x->shape, sizeof shape);
  shape[l.x->n_dims - 1] = l.out;
  l.y = assay_tensor_new (tape, ASSAY_FP32, l.x->n_dims, shape);
  assay_require (l.residual == NULL || l.residual->size == l.y->size,
                 "%s: the residual must have the output's shape", name);
  kept = assay_tape_record (tape, backward, sizeof l, l.y, inputs, 4);
  if (kept != NULL && act != ASSAY_IDENTITY)
    l.slope = assay_tape_alloc (tape, l.y->size * sizeof (float));
  forward (&l, act);
  if (act == ASSAY_IDENTITY)
    assay_tensor_spare (l.y);
  if (kept != NULL)
    *kept = l;
  return l.y;
}

AssayTensor *
assay_linear (AssayTape *tape, AssayTensor *x, AssayTensor *w, AssayTensor *b, AssayActivation act)
{
  return linear (tape, __func__, (Linear){ .x = x, .w = w, .b = b }, act);
}

AssayTensor *
assay_linear_residual (AssayTape *tape, AssayTensor *x, AssayTensor *w, AssayTensor *b,
                       AssayTensor *residual)
{
  return linear (tape, __func__, (Linear){ .x = x, .w = w, .b = b, .residual = residual },
                 ASSAY_IDENTITY);
}
