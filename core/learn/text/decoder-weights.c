/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/text/decoder-weights.h"

#include <stdlib.h>

/* Columns that lie together: some registers' worth, so that a panel stays in a first-level cache
 * while all rows pass. */
#define PANEL 48
#define LEAST 16 /* columns that the kernel takes */

/* ---- their memory ---- */

static size_t
panel_width (size_t left)
{
  /* Too few columns may not be left over. */
  if (left > PANEL && left < PANEL + LEAST)
    return PANEL - LEAST;
  return left < PANEL ? left : PANEL;
}

static AssayPanels
matrix_of (const AssayWeight *weight, const AssayWeight *bias)
{
  return (AssayPanels){ .weight = weight,
                        .bias = bias,
                        .in = weight->shape[1],
                        .out = weight->shape[0],
                        .panels = assay_alloc_zeroed (weight->size * sizeof (float)) };
}

AssayDecoderWeights *
assay_trunk_weights_new (const AssayGpt *gpt)
{
  AssayDecoderWeights *weights = assay_alloc_zeroed (sizeof *weights);
  AssayPanels *next;

  weights->gpt = gpt;
  weights->n = gpt->config.layers * ASSAY_PANELS_PER_LAYER;
  weights->matrices = next = assay_alloc_zeroed ((weights->n + 1) * sizeof *weights->matrices);
  for (uint32_t i = 0; i < gpt->config.layers; i++)
    {
      *next++ = matrix_of (gpt->layers[i].qkv_w, gpt->layers[i].qkv_b);
      *next++ = matrix_of (gpt->layers[i].attended_w, gpt->layers[i].attended_b);
      *next++ = matrix_of (gpt->layers[i].up_w, gpt->layers[i].up_b);
      *next++ = matrix_of (gpt->layers[i].down_w, gpt->layers[i].down_b);
    }
  return weights;
}

AssayDecoderWeights *
assay_decoder_weights_new (const AssayGpt *gpt)
{
  AssayDecoderWeights *weights = assay_trunk_weights_new (gpt);

  weights->matrices[weights->n++] = matrix_of (gpt->head, NULL);
  return weights;
}

void
assay_decoder_weights_free (AssayDecoderWeights *weights)
{
  if (weights == NULL)
    return;
  for (uint32_t i = 0; i < weights->n; i++)
    free (weights->matrices[i].panels);
  free (weights->matrices);
  free (weights);
}

static void
set_matrix (void *data, uint32_t item)
{
  const AssayDecoderWeights *weights = data;
  const AssayPanels *m = &weights->matrices[item];
  const float *w = weights->values + m->weight->offset;

  for (size_t j = 0, width; j < m->out; j += width)
    {
      width = panel_width (m->out - j);
      assay_kernels ()->transpose (m->panels + j * m->in, width, w + j * m->in, m->in, width,
                                   m->in);
    }
}

void
assay_decoder_weights_set (AssayDecoderWeights *weights, const float *values, AssayWorkers *workers)
{
  weights->values = values;
  assay_workers_run (workers, set_matrix, weights, weights->n);
}

/* ---- products ---- */

/** For matrices narrower than the kernel takes. */
static void
narrow_product (float *y, const float *x, const AssayPanels *m, size_t rows, bool accumulate)
{
  for (size_t i = 0; i < rows; i++)
    for (size_t j = 0; j < m->out; j++)
      {
        float sum = accumulate ? y[i * m->out + j] : 0;

        for (size_t k = 0; k < m->in; k++)
          sum += x[i * m->in + k] * m->panels[k * m->out + j];
        y[i * m->out + j] = sum;
      }
}

/** y = x w^T, (+ y) */
static void
product (float *y, const float *x, const AssayPanels *m, size_t rows, bool accumulate)
{
  if (m->out < LEAST)
    {
      narrow_product (y, x, m, rows, accumulate);
      return;
    }
  for (size_t j = 0, width; j < m->out; j += width)
    {
      width = panel_width (m->out - j);
      assay_kernels ()->product (y + j, m->out, x, m->in, 1, m->panels + j * m->in, width, rows,
                                 width, m->in, accumulate);
    }
}

void
assay_panels_linear (const float *values, float *y, const float *x, const AssayPanels *m,
                     size_t rows, AssayActivation act, bool accumulate)
{
  product (y, x, m, rows, accumulate);
  if (m->bias != NULL || act != ASSAY_IDENTITY)
    assay_kernels ()->bias_activation (y, NULL, rows, m->out,
                                       m->bias != NULL ? values + m->bias->offset : NULL, act);
}
