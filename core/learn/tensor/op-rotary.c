/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/tensor/op.h"

#include <math.h>
#include <string.h>

typedef struct Rotary
{
  AssayTensor *x, *y;
  float *cosine, *sine;      /* [T][half]: of each position's angles */
  size_t rows, steps;        /* rows: B T */
  size_t turned, kept, half; /* heads of q and k; of v; half a head's elements */
} Rotary;

/* @way 1 turns forward, -1 back. */
static void
turn (const Rotary *r, float *y, const float *x, float way, bool accumulate)
{
  const AssayKernels *kernels = assay_kernels ();
  size_t head = 2 * r->half, values = r->kept * head;

  for (size_t row = 0; row < r->rows; row++)
    {
      size_t angles = row % r->steps * r->half;

      for (size_t h = 0; h < r->turned; h++, x += head, y += head)
        kernels->rotate_halves (y, x, r->cosine + angles, r->sine + angles, r->half, way,
                                accumulate);
      if (accumulate)
        kernels->axpy (y, 1, x, values);
      else
        memcpy (y, x, values * sizeof *y);
      x += values;
      y += values;
    }
}

static void
backward (AssayTape *tape, void *context)
{
  const Rotary *r = context;
  bool fresh;
  float *grad = assay_tensor_grad (tape, r->x, &fresh);

  turn (r, grad, r->y->grad, -1, !fresh);
}

static void
find_angles (Rotary *r, double base)
{
  for (size_t i = 0; i < r->half; i++)
    {
      double speed = pow (base, -(double) i / (double) r->half);

      for (size_t t = 0; t < r->steps; t++)
        {
          r->cosine[t * r->half + i] = (float) cos ((double) t * speed);
          r->sine[t * r->half + i] = (float) sin ((double) t * speed);
        }
    }
}

AssayTensor *
assay_rotary (AssayTape *tape, AssayTensor *qkv, uint32_t n_heads, uint32_t n_kv_heads, float base)
{
  size_t n_all = n_heads + 2 * (size_t) n_kv_heads, angles;
  Rotary r = { .x = qkv, .turned = (size_t) n_heads + n_kv_heads, .kept = n_kv_heads };
  Rotary *kept;

  assay_require (n_all > 0 && qkv->n_dims == 3 && qkv->shape[2] % (2 * n_all) == 0,
                 "qkv must be [B][T][(n_heads + 2 n_kv_heads) hd], hd even");
  r.steps = qkv->shape[1];
  r.rows = qkv->shape[0] * r.steps;
  r.half = qkv->shape[2] / (2 * n_all);
  angles = r.steps * r.half * sizeof (float);
  r.cosine = assay_tape_alloc (tape, angles);
  r.sine = assay_tape_alloc (tape, angles);
  find_angles (&r, base);
  r.y = assay_tensor_new (tape, ASSAY_FP32, 3, qkv->shape);
  turn (&r, r.y->data, qkv->data, 1, false);
  assay_tensor_spare (r.y);
  kept = assay_tape_record (tape, backward, sizeof r, r.y, &qkv, 1);
  if (kept != NULL)
    *kept = r;
  return r.y;
}
