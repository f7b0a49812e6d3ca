/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/tensor/op.h"

#include <string.h>

typedef struct Embedding
{
  AssayTensor *w, *ids, *positions, *y;
  size_t width, period; /* elements of a row; rows until the positions begin again */
} Embedding;

/** Adds row i of @dy to row @rows[i] (NULL: i mod period) of @x's gradient. */
static void
scatter (AssayTape *tape, const Embedding *e, AssayTensor *x, const int32_t *rows)
{
  const AssayKernels *kernels = assay_kernels ();
  const float *dy = e->y->grad;
  bool fresh;
  float *grad = assay_tensor_grad (tape, x, &fresh);

  if (grad == NULL)
    return;
  if (fresh)
    memset (grad, 0, x->size * sizeof *grad);
  for (size_t i = 0; i < e->ids->size; i++)
    {
      float *row = grad + (rows != NULL ? (size_t) rows[i] : i % e->period) * e->width;

      kernels->add (row, row, dy + i * e->width, e->width);
    }
}

static void
backward (AssayTape *tape, void *context)
{
  const Embedding *e = context;

  scatter (tape, e, e->w, e->ids->ints);
  if (e->positions != NULL)
    scatter (tape, e, e->positions, NULL);
}

AssayTensor *
assay_embedding (AssayTape *tape, AssayTensor *w, AssayTensor *ids, AssayTensor *positions)
{
  AssayTensor *inputs[] = { w, positions };
  Embedding e = { .w = w, .ids = ids, .positions = positions }, *kept;
  size_t shape[ASSAY_MAX_DIMS];

  assay_require (w->n_dims == 2 && ids->element == ASSAY_INT32 && ids->n_dims < ASSAY_MAX_DIMS,
                 "w must be a matrix and ids integers");
  assay_require_ids (ids, 0, ids->size, w->shape[0]);
  e.width = w->shape[1];
  e.period = last_dim (ids);
  assay_require (positions == NULL
                     || (positions->n_dims == 2 && positions->shape[1] == e.width
                         && positions->shape[0] >= e.period),
                 "positions must have a row of w's width for each id of a sequence");
  memcpy (shape, ids->shape, sizeof shape);
  shape[ids->n_dims] = e.width;
  e.y = assay_tensor_new (tape, ASSAY_FP32, ids->n_dims + 1, shape);
  for (size_t i = 0; i < ids->size; i++)
    {
      size_t id = (size_t) ids->ints[i];
      float *row = e.y->data + i * e.width;

      if (positions != NULL)
        assay_kernels ()->add (row, w->data + id * e.width,
                               positions->data + i % e.period * e.width, e.width);
      else
        memcpy (row, w->data + id * e.width, e.width * sizeof *row);
    }
  kept = assay_tape_record (tape, backward, sizeof e, e.y, inputs, 2);
  if (kept != NULL)
    *kept = e;
  return e.y;
}
