/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/tensor/op.h"

typedef struct Attention
{
  AssayTensor *qkv, *out;
  float *lse; /* [B][n_heads][T]: base-2 logarithm of the sum of the powers of the row's scores */
  AssayAttention sizes;
} Attention;

static void
backward (AssayTape *tape, void *context)
{
  const AssayKernels *kernels = assay_kernels ();
  const Attention *a = context;
  size_t n_room = kernels->attention_room (&a->sizes);
  float *room = assay_tape_scratch (tape, n_room);
  bool fresh;
  float *grad = assay_tensor_grad (tape, a->qkv, &fresh);

  kernels->attention_backward (grad, !fresh, a->out->grad, a->out->data, a->lse, a->qkv->data,
                               &a->sizes, room);
  assay_tape_release (tape, room, n_room);
}

AssayTensor *
assay_attention (AssayTape *tape, AssayTensor *qkv, uint32_t n_heads, uint32_t n_kv_heads)
{
  const AssayKernels *kernels = assay_kernels ();
  size_t n_all = n_heads + 2 * (size_t) n_kv_heads, n_room;
  Attention a = { .qkv = qkv };
  Attention *kept;
  float *room;

  assay_require (n_kv_heads > 0 && n_heads > 0 && n_heads % n_kv_heads == 0,
                 "n_kv_heads must divide n_heads");
  assay_require (qkv->n_dims == 3 && qkv->shape[2] % n_all == 0,
                 "qkv must be [B][T][(n_heads + 2 n_kv_heads) hd]");
  a.sizes = (AssayAttention){ .batch = qkv->shape[0],
                              .steps = qkv->shape[1],
                              .n_heads = n_heads,
                              .n_kv_heads = n_kv_heads,
                              .size = qkv->shape[2] / n_all };
  a.out = assay_tensor_new (tape, ASSAY_FP32, 3,
                            (size_t[]){ a.sizes.batch, a.sizes.steps, n_heads * a.sizes.size });
  a.lse = assay_tape_alloc (tape, a.sizes.batch * n_heads * a.sizes.steps * sizeof (float));
  n_room = kernels->attention_room (&a.sizes);
  room = assay_tape_scratch (tape, n_room);
  kernels->attention (a.out->data, a.lse, qkv->data, &a.sizes, room);
  assay_tape_release (tape, room, n_room);
  kept = assay_tape_record (tape, backward, sizeof a, a.out, &qkv, 1);
  if (kept != NULL)
    *kept = a;
  return a.out;
}
