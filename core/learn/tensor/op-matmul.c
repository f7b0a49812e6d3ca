/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/tensor/blas.h"
#include "learn/tensor/op.h"

#include <string.h>

typedef struct Matmul
{
  AssayTensor *a, *b, *y;
  size_t batch, m, n, k;
  bool transpose_b;
} Matmul;

/** Where one product of a batch begins. */
static inline float *
matrix (float *data, size_t i, size_t rows, size_t columns)
{
  return data + i * rows * columns;
}

static void
backward (AssayTape *tape, void *context)
{
  const Matmul *p = context;
  size_t m = p->m, n = p->n, k = p->k;
  bool fresh;
  float *grad = assay_tensor_grad (tape, p->a, &fresh);

  for (size_t i = 0; i < p->batch && grad != NULL; i++) /* da = dy b^T */
    assay_gemm (false, !p->transpose_b, m, k, n, 1, matrix (p->y->grad, i, m, n), n,
                matrix (p->b->data, i, n, k), p->transpose_b ? k : n, !fresh,
                matrix (grad, i, m, k), k);
  grad = assay_tensor_grad (tape, p->b, &fresh);
  for (size_t i = 0; i < p->batch && grad != NULL; i++)
    {
      const float *a = matrix (p->a->data, i, m, k), *dy = matrix (p->y->grad, i, m, n);
      float *db = matrix (grad, i, n, k);

      if (p->transpose_b) /* db = dy^T a */
        assay_gemm (true, false, n, k, m, 1, dy, n, a, k, !fresh, db, k);
      else /* db = a^T dy */
        assay_gemm (true, false, k, n, m, 1, a, k, dy, n, !fresh, db, n);
    }
}

AssayTensor *
assay_matmul (AssayTape *tape, AssayTensor *a, AssayTensor *b, bool transpose_b)
{
  AssayTensor *inputs[] = { a, b };
  Matmul p = { .a = a, .b = b, .batch = 1, .transpose_b = transpose_b }, *kept;
  size_t shape[ASSAY_MAX_DIMS];
  uint32_t d = b->n_dims;

  assay_require (d >= 2 && a->n_dims >= d, "a and b must be matrices, or a batch of them");
  p.n = b->shape[transpose_b ? d - 2 : d - 1];
  p.k = b->shape[transpose_b ? d - 1 : d - 2];
  assay_require (last_dim (a) == p.k, "the columns of a must be as many as the rows of b");
  for (uint32_t i = 0; i + 2 < d; i++)
    p.batch *= b->shape[i];
  /* Of one b and a batch of a: one product, of all rows. */
  assay_require (
      d == 2 || (a->n_dims == d && memcmp (a->shape, b->shape, (d - 2) * sizeof *shape) == 0),
      "a and b must be batches of one size");
  p.m = d == 2 ? n_rows (a) : a->shape[d - 2];
  memcpy (shape, a->shape, sizeof shape);
  shape[a->n_dims - 1] = p.n;
  p.y = assay_tensor_new (tape, ASSAY_FP32, a->n_dims, shape);
  for (size_t i = 0; i < p.batch; i++)
    assay_gemm (false, transpose_b, p.m, p.n, p.k, 1, matrix (a->data, i, p.m, p.k), p.k,
                matrix (b->data, i, p.n, p.k), transpose_b ? p.k : p.n, 0,
                matrix (p.y->data, i, p.m, p.n), p.n);
  kept = assay_tape_record (tape, backward, sizeof p, p.y, inputs, 2);
  if (kept != NULL)
    *kept = p;
  assay_tensor_spare (p.y);
  return p.y;
}
