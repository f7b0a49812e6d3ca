/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/tensor/op.h"

#include <string.h>

typedef struct Pool
{
  AssayTensor *x, *y;
  int32_t *from; /* as y: where in the image each maximum lies; NULL: means */
  AssayWindows windows;
  size_t images, image, out; /* floats of an image, of an output */
} Pool;

static void
backward (AssayTape *tape, void *context)
{
  const Pool *pool = context;
  const float *dy = pool->y->grad;
  const int32_t *from = pool->from;
  bool fresh;
  float *dx = assay_tensor_grad (tape, pool->x, &fresh);

  if (fresh)
    memset (dx, 0, pool->x->size * sizeof *dx);
  for (size_t i = 0; i < pool->images; i++, dx += pool->image, dy += pool->out)
    if (from == NULL)
      assay_kernels ()->mean_pool_back (dx, dy, &pool->windows);
    else
      for (size_t j = 0; j < pool->out; j++)
        dx[*from++] += dy[j];
}

static AssayTensor *
pooled (AssayTape *tape, const char *name, AssayTensor *x, size_t size, size_t stride, bool max)
{
  const AssayKernels *kernels = assay_kernels ();
  Pool pool = { .x = x }, *kept;
  AssayWindows *w = &pool.windows;

  assay_require (x->n_dims == 4 && size > 0 && stride > 0,
                 "%s: x must be [B][H][W][C], size and stride positive", name);
  assay_require (size <= x->shape[1] && size <= x->shape[2], "%s: the window exceeds x", name);
  *w = (AssayWindows){ .height = x->shape[1],
                       .width = x->shape[2],
                       .channels = x->shape[3],
                       .kernel_height = size,
                       .kernel_width = size,
                       .stride = stride,
                       .out_height = (x->shape[1] - size) / stride + 1,
                       .out_width = (x->shape[2] - size) / stride + 1 };
  pool.images = x->shape[0];
  pool.image = w->height * w->width * w->channels;
  assay_require (pool.image <= INT32_MAX, "%s: an image of 2^31 elements", name);
  pool.out = w->out_height * w->out_width * w->channels;
  pool.y = assay_tensor_new (
      tape, ASSAY_FP32, 4,
      (const size_t[]){ pool.images, w->out_height, w->out_width, w->channels });
  if (max)
    pool.from = assay_tape_alloc (tape, pool.y->size * sizeof *pool.from);
  for (size_t i = 0; i < pool.images; i++)
    if (max)
      kernels->max_pool (pool.y->data + i * pool.out, pool.from + i * pool.out,
                         x->data + i * pool.image, w);
    else
      kernels->mean_pool (pool.y->data + i * pool.out, x->data + i * pool.image, w);
  assay_tensor_spare (pool.y);
  kept = assay_tape_record (tape, backward, sizeof pool, pool.y, &x, 1);
  if (kept != NULL)
    *kept = pool;
  return pool.y;
}

AssayTensor *
assay_max_pool (AssayTape *tape, AssayTensor *x, size_t size, size_t stride)
{
  return pooled (tape, __func__, x, size, stride, true);
}

AssayTensor *
assay_mean_pool (AssayTape *tape, AssayTensor *x, size_t size, size_t stride)
{
  return pooled (tape, __func__, x, size, stride, false);
}
