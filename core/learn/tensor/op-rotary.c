/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/tensor/op.h"

#include <math.h>

typedef struct Rotary
{
  AssayTensor *qkv, *out, *table;
  AssayAttention sizes;
} Rotary;

void
assay_rotary_table (float *table, size_t steps, size_t size, double base)
{
  for (size_t i = 0; i < size / 2; i++)
    {
      double angle = pow (base, -2.0 * (double) i / (double) size);
      double turn_cos = cos (angle), turn_sin = sin (angle), c = 1, s = 0;

      /* A turn at a time: in double, a million steps stay exact to a float's last digit. */
      for (size_t t = 0; t < steps; t++)
        {
          double next = c * turn_cos - s * turn_sin;

          table[t * size + i] = (float) c;
          table[t * size + size / 2 + i] = (float) s;
          s = s * turn_cos + c * turn_sin;
          c = next;
        }
    }
}

/** The gradient turns back, in place. */
static void
backward (AssayTape *tape, void *context)
{
  const Rotary *r = context;

  assay_kernels ()->rotary (r->out->grad, r->out->grad, r->table->data, &r->sizes, true);
  assay_tensor_pass_grad (tape, r->out, r->qkv);
}

AssayTensor *
assay_rotary (AssayTape *tape, AssayTensor *qkv, uint32_t n_heads, uint32_t n_kv_heads,
              AssayTensor *table)
{
  size_t n_all = n_heads + 2 * (size_t) n_kv_heads;
  Rotary r = { .qkv = qkv, .table = table };
  Rotary *kept;

  assay_require (n_all > 0 && qkv->n_dims == 3 && qkv->shape[2] % (2 * n_all) == 0,
                 "qkv must be [B][T][(n_heads + 2 n_kv_heads) hd] with an even hd");
  r.sizes = (AssayAttention){ .batch = qkv->shape[0],
                              .steps = qkv->shape[1],
                              .n_heads = n_heads,
                              .n_kv_heads = n_kv_heads,
                              .size = qkv->shape[2] / n_all };
  assay_require (table->n_dims == 2 && table->shape[0] >= r.sizes.steps
                     && table->shape[1] == r.sizes.size,
                 "the table must be [T][hd]");
  r.out = assay_tensor_new (tape, ASSAY_FP32, 3, qkv->shape);
  assay_kernels ()->rotary (r.out->data, qkv->data, table->data, &r.sizes, false);
  assay_tensor_spare (r.out);
  kept = assay_tape_record (tape, backward, sizeof r, r.out, &qkv, 1);
  if (kept != NULL)
    *kept = r;
  return r.out;
}
