/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/nn/gru.h"

#include "learn/tensor/op.h"

#include <math.h>
#include <string.h>

AssayGru *
assay_gru_new (AssayParams *params, const char *name, size_t in, size_t size)
{
  AssayGru *gru = assay_alloc_zeroed (sizeof *gru);
  float bound = (float) (1 / sqrt ((double) size));

  *gru = (AssayGru){ .in = in, .size = size };
  gru->w_ih = assay_params_add (params, ASSAY_SHAPE (3 * size, in), ASSAY_INIT_UNIFORM, bound,
                                "%s.weight_ih", name);
  gru->w_hh = assay_params_add (params, ASSAY_SHAPE (3 * size, size), ASSAY_INIT_UNIFORM, bound,
                                "%s.weight_hh", name);
  gru->b_ih = assay_params_add (params, ASSAY_SHAPE (3 * size), ASSAY_INIT_UNIFORM, bound,
                                "%s.bias_ih", name);
  gru->b_hh = assay_params_add (params, ASSAY_SHAPE (3 * size), ASSAY_INIT_UNIFORM, bound,
                                "%s.bias_hh", name);
  return gru;
}

void
assay_gru_free (AssayGru *gru)
{
  free (gru);
}

static AssayTensor *
zeros (AssayTape *tape, size_t rows, size_t columns)
{
  AssayTensor *x = assay_tensor_new (tape, ASSAY_FP32, 2, (const size_t[]){ rows, columns });

  memset (x->data, 0, x->size * sizeof *x->data);
  return x;
}

AssayTensor *
assay_gru (AssayTape *tape, const AssayGru *gru, AssayTensor *x, AssayTensor *h,
           AssayTensor **states)
{
  AssayTensor *w_hh = assay_tape_param (tape, gru->w_hh),
              *b_hh = assay_tape_param (tape, gru->b_hh);
  AssayTensor *input;
  size_t steps = x->shape[0], batch = x->shape[1];

  assay_require (x->n_dims == 3 && x->shape[2] == gru->in, "x must be [T][B][%zu]", gru->in);
  assay_require (h == NULL || h->size == batch * gru->size, "h must be [B][%zu]", gru->size);
  if (h == NULL)
    h = zeros (tape, batch, gru->size);
  /* x's share of all steps in one product, step after step in its rows. */
  input = assay_linear (
      tape, assay_reshape (tape, x, 2, (const size_t[]){ steps * batch, gru->in }),
      assay_tape_param (tape, gru->w_ih), assay_tape_param (tape, gru->b_ih), ASSAY_IDENTITY);
  for (size_t t = 0; t < steps; t++)
    {
      AssayTensor *hidden = assay_linear (tape, h, w_hh, b_hh, ASSAY_IDENTITY);

      h = assay_gru_gates (tape, assay_rows (tape, input, t * batch, batch), hidden, h);
      if (states != NULL)
        states[t] = h;
    }
  return h;
}
