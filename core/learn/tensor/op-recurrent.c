/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/tensor/op.h"

typedef struct Gates
{
  AssayTensor *input, *hidden, *h, *y;
  float *gates; /* [rows][3][size]: r, z, n */
  size_t rows, size;
} Gates;

static void
backward (AssayTape *tape, void *context)
{
  const Gates *g = context;
  size_t n = g->rows * g->size;
  float *dhidden = assay_tape_scratch (tape, 3 * n), *dh = assay_tape_scratch (tape, n);

  assay_kernels ()->gru_back (g->gates, dhidden, dh, g->y->grad, g->hidden->data, g->h->data,
                              g->rows, g->size);
  assay_tensor_adopt_grad (tape, g->gates, g->input);
  if (!assay_tensor_adopt_grad (tape, dhidden, g->hidden))
    assay_tape_release (tape, dhidden, 3 * n);
  if (!assay_tensor_adopt_grad (tape, dh, g->h))
    assay_tape_release (tape, dh, n);
}

AssayTensor *
assay_gru_gates (AssayTape *tape, AssayTensor *input, AssayTensor *hidden, AssayTensor *h)
{
  Gates g = { .input = input, .hidden = hidden, .h = h, .size = last_dim (h) }, *kept;

  g.rows = g.size > 0 ? h->size / g.size : 0;
  assay_require (last_dim (input) == 3 * g.size && last_dim (hidden) == 3 * g.size,
                 "the last dimensions of input and hidden must be three times h's");
  assay_require (input->size == 3 * h->size && hidden->size == 3 * h->size,
                 "input and hidden must have h's rows");
  g.y = assay_tensor_new (tape, ASSAY_FP32, h->n_dims, h->shape);
  kept
      = assay_tape_record (tape, backward, sizeof g, g.y, (AssayTensor *[]){ input, hidden, h }, 3);
  if (kept != NULL)
    g.gates = assay_tape_alloc (tape, 3 * h->size * sizeof (float));
  assay_kernels ()->gru (g.y->data, g.gates, input->data, hidden->data, h->data, g.rows, g.size);
  assay_tensor_spare (g.y);
  if (kept != NULL)
    *kept = g;
  return g.y;
}

AssayTensor *
assay_gru_cell (AssayTape *tape, AssayTensor *x, AssayTensor *h, AssayTensor *w_ih,
                AssayTensor *w_hh, AssayTensor *b_ih, AssayTensor *b_hh)
{
  AssayTensor *input = assay_linear (tape, x, w_ih, b_ih, ASSAY_IDENTITY);
  AssayTensor *hidden = assay_linear (tape, h, w_hh, b_hh, ASSAY_IDENTITY);

  return assay_gru_gates (tape, input, hidden, h);
}
