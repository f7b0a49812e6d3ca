/* SPDX-License-Identifier: Apache-2.0
 *
 * Many scores: the tokens of several sequences stand one after another in one matrix, whose rows
 * pass the products together; attention goes sequence by sequence.  Behind the last attention only
 * the last token of each is left.
 */
#include "learn/text/decoder-weights.h"
#include "learn/text/reward-model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Tokens that pass a layer together: their units stay in a second-level cache, and a panel of
 * weights serves many. */
#define TOKENS 256
#define SEQUENCES 64 /* of an item of work */

/* What one thread computes in. */
typedef struct Room
{
  const AssayRewardModel *model;
  const AssayDecoderWeights *weights;
  const AssaySequences *sequences;
  const uint32_t *rows; /* of those the wanted ones; NULL: all */
  uint32_t first, n;    /* that are being scored, among the wanted ones */
  float *x, *y, *qkv, *up, *means, *scales, *lse, *attention;
} Room;

struct AssayScorer
{
  const AssayRewardModel *model;
  AssayWorkers *workers;
  AssayDecoderWeights *weights;
  uint32_t n_threads;
  Room *rooms; /* [n_threads] */
};

/* ---- its memory ---- */

static size_t
n_tokens (const AssayGptConfig *config)
{
  return config->context > TOKENS ? config->context : TOKENS;
}

static AssayAttention
attention_of (const AssayGptConfig *config, size_t steps)
{
  return (AssayAttention){ .batch = 1,
                           .steps = steps,
                           .n_heads = config->heads,
                           .n_kv_heads = config->kv_heads,
                           .size = config->d / config->heads };
}

static size_t
qkv_width (const AssayGptConfig *config)
{
  return (config->heads + 2 * (size_t) config->kv_heads) * (config->d / config->heads);
}

static float *
floats (size_t n)
{
  return assay_alloc_zeroed (n * sizeof (float));
}

static void
make_room (Room *room, const AssayScorer *scorer)
{
  const AssayGptConfig *config = &scorer->model->trunk->config;
  size_t n = n_tokens (config);
  size_t halves = config->feed_forward == ASSAY_FEED_FORWARD_SWIGLU ? 2 : 1;
  AssayAttention longest = attention_of (config, config->context);

  room->model = scorer->model;
  room->weights = scorer->weights;
  room->x = floats (n * config->d);
  room->y = floats (n * config->d);
  room->qkv = floats (n * qkv_width (config));
  room->up = floats (n * halves * config->hidden);
  room->means = floats (n);
  room->scales = floats (n);
  room->lse = floats ((size_t) config->heads * config->context);
  room->attention = floats (assay_kernels ()->attention_room (&longest));
}

static void
clear_room (Room *room)
{
  free (room->x);
  free (room->y);
  free (room->qkv);
  free (room->up);
  free (room->means);
  free (room->scales);
  free (room->lse);
  free (room->attention);
}

AssayScorer *
assay_scorer_new (const AssayRewardModel *model, AssayWorkers *workers)
{
  AssayScorer *scorer = assay_alloc_zeroed (sizeof *scorer);

  scorer->model = model;
  scorer->workers = workers;
  scorer->weights = assay_trunk_weights_new (model->trunk);
  scorer->n_threads = assay_workers_n (workers);
  scorer->rooms = assay_alloc_zeroed (scorer->n_threads * sizeof *scorer->rooms);
  for (uint32_t i = 0; i < scorer->n_threads; i++)
    make_room (&scorer->rooms[i], scorer);
  return scorer;
}

void
assay_scorer_free (AssayScorer *scorer)
{
  if (scorer == NULL)
    return;
  for (uint32_t i = 0; i < scorer->n_threads; i++)
    clear_room (&scorer->rooms[i]);
  free (scorer->rooms);
  assay_decoder_weights_free (scorer->weights);
  free (scorer);
}

/* ---- the layers ---- */

/** The row of the @i-th that is being scored. */
static uint32_t
row_of (const Room *room, uint32_t i)
{
  return room->rows != NULL ? room->rows[room->first + i] : room->first + i;
}

static uint32_t
length_of (const Room *room, uint32_t i)
{
  return room->sequences->lengths[row_of (room, i)];
}

static size_t
embed (const Room *room)
{
  const AssayGpt *gpt = room->model->trunk;
  const float *values = room->weights->values;
  size_t d = gpt->config.d;
  float *x = room->x;

  for (uint32_t i = 0; i < room->n; i++)
    {
      const int32_t *ids = assay_sequence (room->sequences, row_of (room, i));

      for (uint32_t t = 0; t < length_of (room, i); t++, x += d)
        {
          const float *row = values + gpt->embedding->offset + (size_t) ids[t] * d;

          if (gpt->positions != NULL)
            assay_kernels ()->add (x, row, values + gpt->positions->offset + t * d, d);
          else
            memcpy (x, row, d * sizeof *x);
        }
    }
  return (size_t) (x - room->x) / d;
}

static void
norm (const Room *room, const AssayWeight *gain, const AssayWeight *bias, size_t rows)
{
  const AssayGptConfig *config = &room->model->trunk->config;
  const float *values = room->weights->values;

  assay_kernels ()->norm (room->y, config->norm == ASSAY_NORM_RMS ? NULL : room->means,
                          room->scales, room->x, values + gain->offset,
                          bias != NULL ? values + bias->offset : NULL, rows, config->d,
                          ASSAY_GPT_EPSILON);
}

static void
attend (const Room *room)
{
  const AssayGpt *gpt = room->model->trunk;
  float *qkv = room->qkv, *y = room->y;

  for (uint32_t i = 0; i < room->n; i++)
    {
      AssayAttention sizes = attention_of (&gpt->config, length_of (room, i));

      if (gpt->rotary != NULL)
        assay_kernels ()->rotary (qkv, qkv, gpt->rotary, &sizes, false);
      assay_kernels ()->attention (y, room->lse, qkv, &sizes, room->attention);
      qkv += sizes.steps * qkv_width (&gpt->config);
      y += sizes.steps * gpt->config.d;
    }
}

/** Moves each sequence's last row of x [tokens][d] to the front. */
static void
keep_last (const Room *room, float *x)
{
  size_t d = room->model->trunk->config.d;
  const float *end = x;

  for (uint32_t i = 0; i < room->n; i++)
    {
      end += length_of (room, i) * d;
      memmove (x + i * d, end - d, d * sizeof *x);
    }
}

static void
feed_forward (const Room *room, const AssayPanels *matrices, size_t rows)
{
  const AssayGptConfig *config = &room->model->trunk->config;
  const float *values = room->weights->values;
  bool gated = config->feed_forward == ASSAY_FEED_FORWARD_SWIGLU;

  assay_panels_linear (values, room->up, room->y, &matrices[ASSAY_PANELS_UP], rows,
                       assay_gpt_activation (config), false);
  if (gated)
    assay_kernels ()->swiglu (room->up, room->up, rows, config->hidden);
  assay_panels_linear (values, room->x, room->up, &matrices[ASSAY_PANELS_DOWN], rows,
                       ASSAY_IDENTITY, true);
}

/** Returns how many rows there are behind it. */
static size_t
layer_forward (const Room *room, uint32_t i, size_t rows)
{
  const AssayGpt *gpt = room->model->trunk;
  const AssayGptLayer *layer = &gpt->layers[i];
  const AssayPanels *matrices = room->weights->matrices + (size_t) i * ASSAY_PANELS_PER_LAYER;
  const float *values = room->weights->values;

  norm (room, layer->gain1, layer->bias1, rows);
  assay_panels_linear (values, room->qkv, room->y, &matrices[ASSAY_PANELS_QKV], rows,
                       ASSAY_IDENTITY, false);
  attend (room);
  if (i + 1 == gpt->config.layers)
    {
      keep_last (room, room->x);
      keep_last (room, room->y);
      rows = room->n;
    }
  assay_panels_linear (values, room->x, room->y, &matrices[ASSAY_PANELS_ATTENDED], rows,
                       ASSAY_IDENTITY, true);
  norm (room, layer->gain2, layer->bias2, rows);
  feed_forward (room, matrices, rows);
  return rows;
}

/* ---- scores ---- */

static double
head (const Room *room, const float *state)
{
  const AssayHead *its = &room->model->head;
  const float *w = room->weights->values + its->w->offset;
  double sum = 0;

  for (size_t k = 0; k < its->w->size; k++)
    sum += (double) w[k] * (double) state[k];
  return sum + (double) room->weights->values[its->b->offset];
}

static void
score (const Room *room, double *scores, size_t stride)
{
  const AssayGpt *gpt = room->model->trunk;
  size_t rows = embed (room);

  if (gpt->config.layers == 0)
    keep_last (room, room->x);
  for (uint32_t i = 0; i < gpt->config.layers; i++)
    rows = layer_forward (room, i, rows);
  norm (room, gpt->gain, gpt->bias, room->n);
  for (uint32_t i = 0; i < room->n; i++)
    scores[(room->first + i) * stride] = head (room, room->y + i * gpt->config.d);
}

typedef struct Work
{
  const AssayScorer *scorer;
  const AssaySequences *sequences;
  const uint32_t *rows;
  uint32_t n;
  double *scores;
  size_t stride;
} Work;

/** As many of the wanted ones from room->first to before @end as there is room for. */
static void
take (Room *room, uint32_t end)
{
  size_t most = n_tokens (&room->model->trunk->config), tokens = 0;

  for (room->n = 0; room->first + room->n < end; room->n++)
    {
      tokens += length_of (room, room->n);
      if (tokens > most)
        break;
    }
}

static void
score_item (void *data, uint32_t item)
{
  const Work *work = data;
  Room *room = &work->scorer->rooms[item % work->scorer->n_threads];
  uint32_t begin = item * SEQUENCES, left = work->n - begin;
  uint32_t end = begin + (left < SEQUENCES ? left : SEQUENCES);

  room->sequences = work->sequences;
  room->rows = work->rows;
  for (room->first = begin; room->first < end; room->first += room->n)
    {
      take (room, end);
      score (room, work->scores, work->stride);
    }
}

static void
check_row (const AssayGptConfig *config, const AssaySequences *sequences, uint32_t row)
{
  uint32_t length = sequences->lengths[row];
  const int32_t *ids = assay_sequence (sequences, row);

  if (length == 0 || length > sequences->steps || length > config->context)
    {
      fprintf (stderr, "assay_score: row %u has %u ids; a row has %u, the context %u\n", row,
               length, sequences->steps, config->context);
      abort ();
    }
  for (uint32_t t = 0; t < length; t++)
    if (ids[t] < 0 || (uint32_t) ids[t] >= config->vocabulary)
      {
        fprintf (stderr, "assay_score: id %d of row %u is none of %u\n", (int) ids[t], row,
                 config->vocabulary);
        abort ();
      }
}

void
assay_score_rows (AssayScorer *scorer, const float *values, const AssaySequences *sequences,
                  const uint32_t *rows, uint32_t n, double *scores, size_t stride)
{
  Work work = { scorer, sequences, rows, n, scores, stride };

  for (uint32_t i = 0; i < n; i++)
    check_row (&scorer->model->trunk->config, sequences, rows != NULL ? rows[i] : i);
  assay_decoder_weights_set (scorer->weights, values, scorer->workers);
  assay_workers_run (scorer->workers, score_item, &work, (n + SEQUENCES - 1) / SEQUENCES);
}

void
assay_score (AssayScorer *scorer, const float *values, const AssaySequences *sequences,
             double *scores, size_t stride)
{
  assay_score_rows (scorer, values, sequences, NULL, sequences->n, scores, stride);
}
