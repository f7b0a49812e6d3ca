/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/tensor/op.h"

typedef void (*SoftmaxBack) (float *dx, bool accumulate, const float *dy, const float *y,
                             size_t rows, size_t columns);

typedef struct Softmax
{
  AssayTensor *x, *y;
  SoftmaxBack back;
} Softmax;

static void
softmax_back (AssayTape *tape, void *context)
{
  const Softmax *softmax = context;
  AssayTensor *x = softmax->x;
  bool fresh;
  float *dx = assay_tensor_grad (tape, x, &fresh);

  softmax->back (dx, !fresh, softmax->y->grad, softmax->y->data, n_rows (x), last_dim (x));
}

static AssayTensor *
softmax (AssayTape *tape, AssayTensor *x,
         void (*forward) (float *y, const float *x, size_t rows, size_t columns), SoftmaxBack back)
{
  AssayTensor *y = assay_tensor_new (tape, ASSAY_FP32, x->n_dims, x->shape);
  Softmax *kept = assay_tape_record (tape, softmax_back, sizeof *kept, y, &x, 1);

  if (kept != NULL)
    *kept = (Softmax){ x, y, back };
  forward (y->data, x->data, n_rows (x), last_dim (x));
  return y;
}

AssayTensor *
assay_softmax (AssayTape *tape, AssayTensor *x)
{
  return softmax (tape, x, assay_kernels ()->softmax, assay_kernels ()->softmax_back);
}

AssayTensor *
assay_log_softmax (AssayTape *tape, AssayTensor *x)
{
  return softmax (tape, x, assay_kernels ()->log_softmax, assay_kernels ()->log_softmax_back);
}

typedef struct LogProb
{
  AssayTensor *logits, *ids, *y;
  float *norms;
} LogProb;

static void
log_prob_back (AssayTape *tape, void *context)
{
  const LogProb *l = context;
  bool fresh;
  float *dx = assay_tensor_grad (tape, l->logits, &fresh);

  assay_kernels ()->log_prob_back (dx, !fresh, l->y->grad, l->norms, l->logits->data, l->ids->ints,
                                   l->ids->size, last_dim (l->logits));
}

AssayTensor *
assay_log_prob (AssayTape *tape, AssayTensor *logits, AssayTensor *ids)
{
  LogProb l = { .logits = logits, .ids = ids }, *kept;

  assay_require_ids (ids, 0, n_rows (logits), last_dim (logits));
  l.y = assay_tensor_new (tape, ASSAY_FP32, 1, &ids->size);
  l.norms = assay_tape_alloc (tape, ids->size * sizeof (float));
  kept = assay_tape_record (tape, log_prob_back, sizeof l, l.y, &logits, 1);
  if (kept != NULL)
    *kept = l;
  assay_kernels ()->log_prob (l.y->data, l.norms, logits->data, ids->ints, ids->size,
                              last_dim (logits));
  return l.y;
}
