/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/text/decoder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Columns that lie together: some registers' worth, so that a panel stays in a first-level cache
 * while all rows pass. */
#define PANEL 48
#define LEAST 16 /* columns that the kernel takes */

enum
{
  QKV,
  ATTENDED,
  UP,
  DOWN,
  PER_LAYER
};

/* x w^T of w [out][in], transposed panel by panel: [in][PANEL] each, the last ones narrower. */
typedef struct Matrix
{
  const AssayWeight *weight;
  size_t in, out;
  float *panels;
} Matrix;

struct AssayDecoderWeights
{
  const AssayGpt *gpt;
  const float *values;
  uint32_t n;
  Matrix *matrices; /* [layers][PER_LAYER], and the head */
};

struct AssayDecoder
{
  const AssayGpt *gpt;
  uint32_t rows;        /* at most */
  uint32_t position;    /* of the next token */
  AssayAttention sizes; /* of one layer's cache, for as many sequences as there are */
  float *cache;         /* [layers][2]: keys and values */
  size_t n_cache;       /* floats of a layer's keys, or values */
  float *x, *y, *qkv, *up, *room, *logits;
};

/* ---- weights ---- */

static size_t
panel_width (size_t left)
{
  /* Too few columns may not be left over. */
  if (left > PANEL && left < PANEL + LEAST)
    return PANEL - LEAST;
  return left < PANEL ? left : PANEL;
}

static Matrix
matrix_of (const AssayWeight *weight)
{
  return (Matrix){ .weight = weight,
                   .in = weight->shape[1],
                   .out = weight->shape[0],
                   .panels = assay_alloc_zeroed (weight->size * sizeof (float)) };
}

AssayDecoderWeights *
assay_decoder_weights_new (const AssayGpt *gpt)
{
  AssayDecoderWeights *weights = assay_alloc_zeroed (sizeof *weights);
  Matrix *next;

  weights->gpt = gpt;
  weights->n = gpt->config.layers * PER_LAYER + 1;
  weights->matrices = next = assay_alloc_zeroed (weights->n * sizeof *weights->matrices);
  for (uint32_t i = 0; i < gpt->config.layers; i++)
    {
      *next++ = matrix_of (gpt->layers[i].qkv_w);
      *next++ = matrix_of (gpt->layers[i].attended_w);
      *next++ = matrix_of (gpt->layers[i].up_w);
      *next++ = matrix_of (gpt->layers[i].down_w);
    }
  *next = matrix_of (gpt->embedding);
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
  const Matrix *m = &weights->matrices[item];
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

/* ---- one position ---- */

/** For matrices narrower than the kernel takes. */
static void
narrow_product (float *y, const float *x, const Matrix *m, size_t rows, bool accumulate)
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
product (float *y, const float *x, const Matrix *m, size_t rows, bool accumulate)
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

static void
embed (const AssayDecoder *decoder, const float *values, const int32_t *ids, uint32_t n)
{
  const AssayGpt *gpt = decoder->gpt;
  size_t d = gpt->config.d;
  const float *position = values + gpt->positions->offset + decoder->position * d;

  for (uint32_t i = 0; i < n; i++)
    assay_kernels ()->add (decoder->x + i * d,
                           values + gpt->embedding->offset + (size_t) ids[i] * d, position, d);
}

static void
norm (const AssayDecoder *decoder, const float *values, const AssayWeight *gain,
      const AssayWeight *bias, uint32_t n)
{
  /* The room holds the statistics, which nobody reads. */
  assay_kernels ()->norm (decoder->y, decoder->room, decoder->room + n, decoder->x,
                          values + gain->offset, values + bias->offset, n, decoder->gpt->config.d,
                          ASSAY_GPT_EPSILON);
}

static void
layer_forward (AssayDecoder *decoder, const AssayDecoderWeights *weights, uint32_t i, uint32_t n)
{
  const AssayGptLayer *layer = &decoder->gpt->layers[i];
  const Matrix *matrices = weights->matrices + (size_t) i * PER_LAYER;
  const AssayKernels *kernels = assay_kernels ();
  const float *v = weights->values;
  float *cache = decoder->cache + 2 * i * decoder->n_cache;
  size_t d = decoder->gpt->config.d;

  norm (decoder, v, layer->gain1, layer->bias1, n);
  product (decoder->qkv, decoder->y, &matrices[QKV], n, false);
  kernels->bias_activation (decoder->qkv, NULL, n, 3 * d, v + layer->qkv_b->offset, ASSAY_IDENTITY);
  kernels->attention_decode (decoder->y, cache, cache + decoder->n_cache, decoder->qkv,
                             decoder->position, &decoder->sizes, decoder->room);
  product (decoder->x, decoder->y, &matrices[ATTENDED], n, true);
  kernels->bias_activation (decoder->x, NULL, n, d, v + layer->attended_b->offset, ASSAY_IDENTITY);
  norm (decoder, v, layer->gain2, layer->bias2, n);
  product (decoder->up, decoder->y, &matrices[UP], n, false);
  kernels->bias_activation (decoder->up, NULL, n, 4 * d, v + layer->up_b->offset, ASSAY_GELU);
  product (decoder->x, decoder->up, &matrices[DOWN], n, true);
  kernels->bias_activation (decoder->x, NULL, n, d, v + layer->down_b->offset, ASSAY_IDENTITY);
}

const float *
assay_decoder_next (AssayDecoder *decoder, const AssayDecoderWeights *weights, const int32_t *ids)
{
  const AssayGpt *gpt = decoder->gpt;
  uint32_t n = (uint32_t) decoder->sizes.batch;

  if (decoder->position == gpt->config.context)
    {
      fprintf (stderr, "%s: the context of %u positions is full\n", __func__, gpt->config.context);
      abort ();
    }
  embed (decoder, weights->values, ids, n);
  for (uint32_t i = 0; i < gpt->config.layers; i++)
    layer_forward (decoder, weights, i, n);
  norm (decoder, weights->values, gpt->gain, gpt->bias, n);
  product (decoder->logits, decoder->y, &weights->matrices[weights->n - 1], n, false);
  decoder->position++;
  return decoder->logits;
}

/* ---- its memory ---- */

static float *
floats (size_t n)
{
  return assay_alloc_zeroed (n * sizeof (float));
}

AssayDecoder *
assay_decoder_new (const AssayGpt *gpt, uint32_t rows)
{
  const AssayGptConfig *config = &gpt->config;
  AssayDecoder *decoder = assay_alloc_zeroed (sizeof *decoder);
  size_t d = config->d, room;

  decoder->gpt = gpt;
  decoder->rows = rows;
  decoder->sizes = (AssayAttention){ .batch = rows,
                                     .steps = config->context,
                                     .n_heads = config->heads,
                                     .n_kv_heads = config->heads,
                                     .size = d / config->heads };
  decoder->n_cache = assay_attention_cache (&decoder->sizes);
  decoder->cache = floats (2 * config->layers * decoder->n_cache);
  room = assay_kernels ()->attention_room (&decoder->sizes);
  decoder->room = floats (room > 2 * (size_t) rows ? room : 2 * (size_t) rows);
  decoder->x = floats (rows * d);
  decoder->y = floats (rows * d);
  decoder->qkv = floats (rows * 3 * d);
  decoder->up = floats (rows * 4 * d);
  decoder->logits = floats ((size_t) rows * config->vocabulary);
  return decoder;
}

void
assay_decoder_free (AssayDecoder *decoder)
{
  if (decoder == NULL)
    return;
  free (decoder->cache);
  free (decoder->room);
  free (decoder->x);
  free (decoder->y);
  free (decoder->qkv);
  free (decoder->up);
  free (decoder->logits);
  free (decoder);
}

void
assay_decoder_begin (AssayDecoder *decoder, uint32_t n)
{
  if (n > decoder->rows)
    {
      fprintf (stderr, "%s: %u sequences in a decoder of %u\n", __func__, n, decoder->rows);
      abort ();
    }
  decoder->sizes.batch = n;
  decoder->position = 0;
}
