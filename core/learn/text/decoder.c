/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/text/decoder-weights.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Rows, positions of all sequences, that pass a layer together while a prompt is taken. */
#define ROWS 128

struct AssayDecoder
{
  const AssayGpt *gpt;
  const AssayTap *taps;
  uint32_t n_taps;
  uint32_t capacity;    /* sequences at most */
  uint32_t position;    /* of the next token */
  uint32_t *slots;      /* where each sequence lies in the cache */
  AssayAttention sizes; /* of one layer's cache; `batch` sequences are there */
  float *cache;         /* [layers][2]: keys and values */
  size_t n_cache;       /* floats of a layer's keys, or values */
  size_t qkv_width;
  float *x, *y, *qkv, *up, *room, *logits;
};

/* ---- a layer ---- */

static void
norm (const AssayDecoder *decoder, const float *values, const float *x, const AssayWeight *gain,
      const AssayWeight *bias, size_t rows)
{
  const AssayGptConfig *config = &decoder->gpt->config;

  /* The room holds the statistics, which nobody reads. */
  assay_kernels ()->norm (decoder->y, config->norm == ASSAY_NORM_RMS ? NULL : decoder->room,
                          decoder->room + rows, x, values + gain->offset,
                          bias != NULL ? values + bias->offset : NULL, rows, config->d,
                          ASSAY_GPT_EPSILON);
}

/** What is read is each sequence's last position, behind all others. */
static void
tap (const AssayDecoder *decoder, uint32_t layer, AssaySite site, float *x, size_t rows,
     size_t width)
{
  size_t n = decoder->sizes.batch;

  for (uint32_t i = 0; i < decoder->n_taps; i++)
    {
      const AssayTap *its = &decoder->taps[i];

      if (its->layer != layer || its->site != site)
        continue;
      if (its->kind == ASSAY_TAP_READ)
        assay_tap_apply (its, x + (rows - n) * width, n, width);
      else
        assay_tap_apply (its, x, rows, width);
    }
}

/** Position by position, since each meets those before it. */
static void
attend (const AssayDecoder *decoder, uint32_t layer, uint32_t steps)
{
  const AssayKernels *kernels = assay_kernels ();
  const AssayAttention *sizes = &decoder->sizes;
  AssayAttention one = *sizes;
  float *keys = decoder->cache + 2 * layer * decoder->n_cache, *values = keys + decoder->n_cache;

  one.steps = 1;
  for (uint32_t i = 0; i < steps; i++)
    {
      float *qkv = decoder->qkv + i * sizes->batch * decoder->qkv_width;
      float *out = decoder->y + i * sizes->batch * decoder->gpt->config.d;
      uint32_t position = decoder->position + i;

      if (decoder->gpt->rotary != NULL)
        kernels->rotary (qkv, qkv, decoder->gpt->rotary + position * sizes->size, &one, false);
      kernels->attention_decode (out, keys, values, decoder->slots, qkv, position, sizes,
                                 decoder->room);
    }
}

/** Adds a branch to the stream; where @site is tapped, by way of @apart. */
static void
end_branch (const AssayDecoder *decoder, const AssayDecoderWeights *weights, uint32_t layer,
            AssaySite site, const float *x, const AssayPanels *m, size_t rows, float *apart)
{
  if (!assay_is_tapped (decoder->taps, decoder->n_taps, layer, site))
    {
      assay_panels_linear (weights->values, decoder->x, x, m, rows, ASSAY_IDENTITY, true);
      return;
    }
  assay_panels_linear (weights->values, apart, x, m, rows, ASSAY_IDENTITY, false);
  tap (decoder, layer, site, apart, rows, m->out);
  assay_kernels ()->add (decoder->x, decoder->x, apart, rows * m->out);
}

static void
feed_forward (const AssayDecoder *decoder, const AssayDecoderWeights *weights, uint32_t i,
              const AssayPanels *matrices, size_t rows)
{
  const AssayGptConfig *config = &decoder->gpt->config;
  bool gated = config->feed_forward == ASSAY_FEED_FORWARD_SWIGLU;

  assay_panels_linear (weights->values, decoder->up, decoder->y, &matrices[ASSAY_PANELS_UP], rows,
                       assay_gpt_activation (config), false);
  if (gated)
    assay_kernels ()->swiglu (decoder->up, decoder->up, rows, config->hidden);
  tap (decoder, i, ASSAY_SITE_HIDDEN, decoder->up, rows, config->hidden);
  end_branch (decoder, weights, i, ASSAY_SITE_FEED_FORWARD, decoder->up,
              &matrices[ASSAY_PANELS_DOWN], rows, decoder->y);
}

static void
layer_forward (const AssayDecoder *decoder, const AssayDecoderWeights *weights, uint32_t i,
               uint32_t steps)
{
  const AssayGptLayer *layer = &decoder->gpt->layers[i];
  const AssayPanels *matrices = weights->matrices + (size_t) i * ASSAY_PANELS_PER_LAYER;
  size_t rows = steps * decoder->sizes.batch, d = decoder->gpt->config.d;

  tap (decoder, i, ASSAY_SITE_STREAM, decoder->x, rows, d);
  norm (decoder, weights->values, decoder->x, layer->gain1, layer->bias1, rows);
  assay_panels_linear (weights->values, decoder->qkv, decoder->y, &matrices[ASSAY_PANELS_QKV], rows,
                       ASSAY_IDENTITY, false);
  attend (decoder, i, steps);
  tap (decoder, i, ASSAY_SITE_HEADS, decoder->y, rows, d);
  end_branch (decoder, weights, i, ASSAY_SITE_ATTENTION, decoder->y,
              &matrices[ASSAY_PANELS_ATTENDED], rows, decoder->qkv);
  norm (decoder, weights->values, decoder->x, layer->gain2, layer->bias2, rows);
  feed_forward (decoder, weights, i, matrices, rows);
}

/* ---- positions ---- */

static void
embed (const AssayDecoder *decoder, const float *values, const int32_t *ids, uint32_t steps)
{
  const AssayGpt *gpt = decoder->gpt;
  size_t d = gpt->config.d, n = decoder->sizes.batch;

  for (size_t i = 0; i < steps * n; i++)
    {
      const float *row = values + gpt->embedding->offset + (size_t) ids[i] * d;

      if (gpt->positions != NULL)
        assay_kernels ()->add (decoder->x + i * d, row,
                               values + gpt->positions->offset + (decoder->position + i / n) * d,
                               d);
      else
        memcpy (decoder->x + i * d, row, d * sizeof *row);
    }
}

/** The states of ids [steps][n], into decoder->x. */
static void
take (AssayDecoder *decoder, const AssayDecoderWeights *weights, const int32_t *ids, uint32_t steps)
{
  embed (decoder, weights->values, ids, steps);
  for (uint32_t i = 0; i < decoder->gpt->config.layers; i++)
    layer_forward (decoder, weights, i, steps);
  decoder->position += steps;
}

static void
unembed (const AssayDecoder *decoder, const AssayDecoderWeights *weights, float *x)
{
  const AssayGpt *gpt = decoder->gpt;
  size_t n = decoder->sizes.batch;

  tap (decoder, gpt->config.layers, ASSAY_SITE_STREAM, x, n, gpt->config.d);
  norm (decoder, weights->values, x, gpt->gain, gpt->bias, n);
  assay_panels_linear (weights->values, decoder->logits, decoder->y,
                       &weights->matrices[weights->n - 1], n, ASSAY_IDENTITY, false);
}

static void
require_room (const AssayDecoder *decoder, uint32_t n)
{
  if (n <= decoder->capacity)
    return;
  fprintf (stderr, "assay_decoder: %u sequences in a decoder of %u\n", n, decoder->capacity);
  abort ();
}

const float *
assay_decoder_next (AssayDecoder *decoder, const AssayDecoderWeights *weights, const int32_t *ids,
                    uint32_t steps)
{
  const AssayGptConfig *config = &decoder->gpt->config;
  uint32_t n = (uint32_t) decoder->sizes.batch, most = n < ROWS ? ROWS / n : 1, last = 0;

  if (steps > config->context - decoder->position)
    {
      fprintf (stderr, "%s: %u more positions in a context of %u, of which %u are taken\n",
               __func__, steps, config->context, decoder->position);
      abort ();
    }
  for (; steps > 0; steps -= last, ids += (size_t) last * n)
    {
      last = steps < most ? steps : most;
      take (decoder, weights, ids, last);
    }
  if (last > 0)
    unembed (decoder, weights, decoder->x + (size_t) (last - 1) * n * config->d);
  return decoder->logits;
}

/** Copies what the cache has of one slot to another. */
static void
copy_slot (const AssayDecoder *decoder, uint32_t from, uint32_t to)
{
  for (size_t i = 0; i < 2 * (size_t) decoder->gpt->config.layers; i++)
    assay_kernels ()->attention_fork (decoder->cache + i * decoder->n_cache, from, to,
                                      decoder->position, &decoder->sizes);
}

const float *
assay_decoder_fork (AssayDecoder *decoder, const uint32_t *sources, uint32_t n)
{
  size_t vocabulary = decoder->gpt->config.vocabulary;
  uint32_t next = (uint32_t) decoder->sizes.batch;

  require_room (decoder, n);
  /* From the back, since a sequence is not before its source. */
  for (uint32_t i = n; i-- > 0;)
    {
      uint32_t slot = decoder->slots[sources[i]];
      bool copied = i > 0 && sources[i] == sources[i - 1];

      if (copied)
        copy_slot (decoder, slot, next);
      decoder->slots[i] = copied ? next++ : slot;
      memmove (decoder->logits + i * vocabulary, decoder->logits + sources[i] * vocabulary,
               vocabulary * sizeof *decoder->logits);
    }
  decoder->sizes.batch = n;
  return decoder->logits;
}

/* ---- its memory ---- */

static float *
floats (size_t n)
{
  return assay_alloc_zeroed (n * sizeof (float));
}

static void
set_sizes (AssayDecoder *decoder)
{
  const AssayGptConfig *config = &decoder->gpt->config;
  size_t size = config->d / config->heads;

  decoder->sizes = (AssayAttention){ .batch = decoder->capacity,
                                     .steps = config->context,
                                     .n_heads = config->heads,
                                     .n_kv_heads = config->kv_heads,
                                     .size = size };
  decoder->n_cache = assay_attention_cache (&decoder->sizes);
  decoder->qkv_width = (config->heads + 2 * (size_t) config->kv_heads) * size;
}

AssayDecoder *
assay_decoder_new (const AssayGpt *gpt, uint32_t capacity)
{
  const AssayGptConfig *config = &gpt->config;
  AssayDecoder *decoder = assay_alloc_zeroed (sizeof *decoder);
  size_t d = config->d, rows = capacity > ROWS ? capacity : ROWS, room;
  size_t halves = config->feed_forward == ASSAY_FEED_FORWARD_SWIGLU ? 2 : 1;

  decoder->gpt = gpt;
  decoder->capacity = capacity;
  set_sizes (decoder);
  room = assay_kernels ()->attention_room (&decoder->sizes);
  decoder->room = floats (room > 2 * rows ? room : 2 * rows);
  decoder->slots = assay_alloc_zeroed (capacity * sizeof *decoder->slots);
  decoder->cache = floats (2 * config->layers * decoder->n_cache);
  decoder->x = floats (rows * d);
  decoder->y = floats (rows * d);
  decoder->qkv = floats (rows * decoder->qkv_width);
  decoder->up = floats (rows * halves * config->hidden);
  decoder->logits = floats ((size_t) capacity * config->vocabulary);
  return decoder;
}

void
assay_decoder_free (AssayDecoder *decoder)
{
  if (decoder == NULL)
    return;
  free (decoder->slots);
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
  require_room (decoder, n);
  decoder->sizes.batch = n;
  decoder->position = 0;
  for (uint32_t i = 0; i < n; i++)
    decoder->slots[i] = i;
}

void
assay_decoder_drop (AssayDecoder *decoder, uint32_t i)
{
  decoder->slots[i] = decoder->slots[--decoder->sizes.batch];
}

void
assay_decoder_tap (AssayDecoder *decoder, const AssayTap *taps, uint32_t n)
{
  decoder->taps = taps;
  decoder->n_taps = n;
}
