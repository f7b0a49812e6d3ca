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

/* ---- entropy and divergence ---- */

typedef struct Entropy
{
  AssayTensor *logits, *y;
  float *norms;
} Entropy;

static void
entropy_back (AssayTape *tape, void *context)
{
  const Entropy *e = context;
  bool fresh;
  float *dx = assay_tensor_grad (tape, e->logits, &fresh);

  assay_kernels ()->entropy_back (dx, !fresh, e->y->grad, e->y->data, e->norms, e->logits->data,
                                  n_rows (e->logits), last_dim (e->logits));
}

AssayTensor *
assay_entropy (AssayTape *tape, AssayTensor *logits)
{
  size_t rows = n_rows (logits);
  Entropy e = { .logits = logits }, *kept;

  e.y = assay_tensor_new (tape, ASSAY_FP32, 1, &rows);
  e.norms = assay_tape_alloc (tape, rows * sizeof (float));
  kept = assay_tape_record (tape, entropy_back, sizeof e, e.y, &logits, 1);
  if (kept != NULL)
    *kept = e;
  assay_kernels ()->entropy (e.y->data, e.norms, logits->data, rows, last_dim (logits));
  return e.y;
}

typedef struct Divergence
{
  AssayTensor *p, *q, *y;
  float *norms_p, *norms_q;
} Divergence;

static void
kl_back (AssayTape *tape, void *context)
{
  const Divergence *d = context;
  bool fresh_p, fresh_q;
  float *dp = assay_tensor_grad (tape, d->p, &fresh_p);
  float *dq = assay_tensor_grad (tape, d->q, &fresh_q);

  assay_kernels ()->kl_back (dp, !fresh_p, dq, !fresh_q, d->y->grad, d->y->data, d->norms_p,
                             d->norms_q, d->p->data, d->q->data, n_rows (d->p), last_dim (d->p));
}

AssayTensor *
assay_kl (AssayTape *tape, AssayTensor *logits_p, AssayTensor *logits_q)
{
  AssayTensor *inputs[] = { logits_p, logits_q };
  size_t rows = n_rows (logits_p);
  Divergence d = { .p = logits_p, .q = logits_q }, *kept;

  assay_require (logits_q->size == logits_p->size && last_dim (logits_q) == last_dim (logits_p),
                 "both logits must have one shape");
  d.y = assay_tensor_new (tape, ASSAY_FP32, 1, &rows);
  d.norms_p = assay_tape_alloc (tape, rows * sizeof (float));
  d.norms_q = assay_tape_alloc (tape, rows * sizeof (float));
  kept = assay_tape_record (tape, kl_back, sizeof d, d.y, inputs, 2);
  if (kept != NULL)
    *kept = d;
  assay_kernels ()->kl (d.y->data, d.norms_p, d.norms_q, logits_p->data, logits_q->data, rows,
                        last_dim (logits_p));
  return d.y;
}
