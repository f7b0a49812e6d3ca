/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/text/sample.h"

#include "learn/text/decoder.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Sequences of a shard at most, and at least where there are as many: what a product's tile has. */
#define SHARD 32
#define TILE 8
/* Bytes of a shard's keys and values that come from cache as fast as they are used, and bytes that
 * stay in a last-level cache at all. */
#define NEAR ((size_t) 4 << 20)
#define FAR ((size_t) 16 << 20)

struct AssaySampler
{
  const AssayGpt *gpt;
  AssayWorkers *workers;
  AssayDecoderWeights *weights;
  uint32_t n_threads;
  AssayDecoder **decoders; /* [n_threads] */
  float **rooms;           /* [n_threads][2][vocabulary] */
  int32_t **next;          /* [n_threads][context][SHARD] */
};

AssaySampler *
assay_sampler_new (const AssayGpt *gpt, AssayWorkers *workers)
{
  AssaySampler *sampler = assay_alloc_zeroed (sizeof *sampler);

  sampler->gpt = gpt;
  sampler->workers = workers;
  sampler->weights = assay_decoder_weights_new (gpt);
  sampler->n_threads = workers != NULL ? assay_workers_n (workers) : 1;
  sampler->decoders = assay_alloc_zeroed (sampler->n_threads * sizeof *sampler->decoders);
  sampler->rooms = assay_alloc_zeroed (sampler->n_threads * sizeof *sampler->rooms);
  sampler->next = assay_alloc_zeroed (sampler->n_threads * sizeof *sampler->next);
  for (uint32_t i = 0; i < sampler->n_threads; i++)
    {
      sampler->decoders[i] = assay_decoder_new (gpt, SHARD);
      sampler->rooms[i] = assay_alloc_zeroed (2 * gpt->config.vocabulary * sizeof (float));
      sampler->next[i] = assay_alloc_zeroed (gpt->config.context * SHARD * sizeof (int32_t));
    }
  return sampler;
}

void
assay_sampler_free (AssaySampler *sampler)
{
  if (sampler == NULL)
    return;
  for (uint32_t i = 0; i < sampler->n_threads; i++)
    {
      assay_decoder_free (sampler->decoders[i]);
      free (sampler->rooms[i]);
      free (sampler->next[i]);
    }
  assay_decoder_weights_free (sampler->weights);
  free (sampler->decoders);
  free (sampler->rooms);
  free (sampler->next);
  free (sampler);
}

void
assay_sampler_tap (AssaySampler *sampler, const AssayTap *taps, uint32_t n)
{
  for (uint32_t i = 0; i < n; i++)
    if (taps[i].kind == ASSAY_TAP_READ || taps[i].each)
      {
        fprintf (stderr, "%s: tap %u has values for each position\n", __func__, i);
        abort ();
      }
  for (uint32_t i = 0; i < sampler->n_threads; i++)
    assay_decoder_tap (sampler->decoders[i], taps, n);
}

/* ---- one token ---- */

static void
swap (float *x, size_t i, size_t j)
{
  float kept = x[i];

  x[i] = x[j];
  x[j] = kept;
}

/* What counts when elements are picked from the greatest down. */
typedef enum Count
{
  BY_NUMBER,
  BY_SUM
} Count;

/** The least element that is needed when from x[n], which is put into disorder, the greatest are
 *  picked until they are, or sum to, @wanted (Hoare's quickselect, in three parts). */
static float
least_needed (float *x, size_t n, double wanted, Count count)
{
  size_t low = 0, high = n; /* it is among these; those before are greater, and picked */

  for (;;)
    {
      float pivot = x[low + (high - low) / 2];
      size_t equal = low, rest = high; /* greater ones end, lesser ones begin */
      double above = 0, same = 0;

      for (size_t i = low; i < rest;)
        if (x[i] > pivot)
          {
            above += count == BY_SUM ? (double) x[i] : 1;
            swap (x, i++, equal++);
          }
        else if (x[i] < pivot)
          swap (x, i, --rest);
        else
          {
            same += count == BY_SUM ? (double) x[i] : 1;
            i++;
          }
      if (above >= wanted)
        high = equal;
      else if (above + same >= wanted || rest == high)
        return pivot;
      else
        {
          wanted -= above + same;
          low = rest;
        }
    }
}

/** The least of the logits that are no less than @least and among the likeliest of @top_p.  rooms
 *  of n floats. */
static float
nucleus (const float *logits, size_t n, float least, const AssaySampling *options,
         float *probabilities, float *room)
{
  float greatest = logits[assay_kernels ()->greatest (logits, n)], needed, least_logit = INFINITY;

  for (size_t i = 0; i < n; i++)
    probabilities[i]
        = logits[i] >= least ? (logits[i] - greatest) / options->temperature : -INFINITY;
  assay_kernels ()->softmax (probabilities, probabilities, 1, n);
  memcpy (room, probabilities, n * sizeof *room);
  needed = least_needed (room, n, options->top_p, BY_SUM);
  for (size_t i = 0; i < n; i++)
    if (probabilities[i] >= needed && logits[i] < least_logit)
      least_logit = logits[i];
  return least_logit < INFINITY ? least_logit : greatest;
}

static int32_t
choose (const float *logits, size_t n, const AssaySampling *options, float *room,
        AssayStream *stream)
{
  float least = -INFINITY;

  if (options->temperature <= 0)
    return (int32_t) assay_kernels ()->greatest (logits, n);
  if (options->top_k > 0 && options->top_k < n)
    {
      for (size_t i = 0; i < n; i++)
        room[n + i] = isnan (logits[i]) ? -INFINITY : logits[i];
      least = least_needed (room + n, n, options->top_k, BY_NUMBER);
    }
  if (options->top_p > 0 && options->top_p < 1)
    least = nucleus (logits, n, least, options, room, room + n);
  return (int32_t) assay_kernels ()->draw (room, logits, n, least, 1 / options->temperature,
                                           assay_uniform (stream));
}

/* ---- shards ---- */

typedef struct Work
{
  const AssaySampler *sampler;
  const AssaySampling *options;
  int32_t *ids;
  const uint32_t *prompts;
  uint32_t *lengths;
  float *log_probs;
  uint32_t n, steps, n_shards;
  AssayStream *streams;
} Work;

typedef struct Shard
{
  const Work *work;
  AssayDecoder *decoder;
  float *room;
  int32_t *next;             /* what the decoder takes, [steps][n] */
  uint32_t n;                /* sequences that have not come to their end */
  uint32_t sequences[SHARD]; /* their numbers */
} Shard;

/** Gives the tokens @from to @to - 1 to the decoder; the logits of the next. */
static const float *
advance (const Shard *shard, uint32_t from, uint32_t to)
{
  const Work *work = shard->work;
  int32_t *next = shard->next;

  for (uint32_t t = from; t < to; t++)
    for (uint32_t i = 0; i < shard->n; i++)
      *next++ = work->ids[(size_t) shard->sequences[i] * work->steps + t];
  return assay_decoder_next (shard->decoder, work->sampler->weights, shard->next, to - from);
}

/** Takes the first @n tokens, of neighbours with equal ones once; the logits of the next. */
static const float *
take_prompts (Shard *shard, uint32_t n)
{
  const Work *work = shard->work;
  uint32_t sources[SHARD], first = shard->sequences[0], n_all = shard->n;
  const int32_t *row = work->ids + (size_t) first * work->steps;

  shard->n = 0;
  for (uint32_t i = 0; i < n_all; i++, row += work->steps)
    {
      if (i == 0 || memcmp (row, row - work->steps, n * sizeof *row) != 0)
        shard->sequences[shard->n++] = first + i;
      sources[i] = shard->n - 1;
    }
  assay_decoder_begin (shard->decoder, shard->n);
  advance (shard, 0, n);
  for (uint32_t i = 0; i < n_all; i++)
    shard->sequences[i] = first + i;
  shard->n = n_all;
  return assay_decoder_fork (shard->decoder, sources, n_all);
}

/** Draws token @t of a sequence; whether it is the last. */
static bool
draw (const Shard *shard, uint32_t sequence, uint32_t t, const float *logits)
{
  const Work *work = shard->work;
  size_t vocabulary = work->sampler->gpt->config.vocabulary;
  size_t at = (size_t) sequence * work->steps + t;
  int32_t id = choose (logits, vocabulary, work->options, shard->room, &work->streams[sequence]);

  work->ids[at] = id;
  if (work->log_probs != NULL)
    assay_kernels ()->log_prob (&work->log_probs[at], shard->room, logits, &id, 1, vocabulary);
  if (work->lengths != NULL)
    work->lengths[sequence] = t + 1;
  return id == work->options->end;
}

/** Token @t of all sequences.  Those that end go, from the back, so that none is passed over. */
static void
draw_all (Shard *shard, uint32_t t, const float *logits)
{
  size_t vocabulary = shard->work->sampler->gpt->config.vocabulary;

  for (uint32_t i = shard->n; i-- > 0;)
    if (t >= shard->work->prompts[shard->sequences[i]]
        && draw (shard, shard->sequences[i], t, logits + i * vocabulary))
      {
        assay_decoder_drop (shard->decoder, i);
        shard->sequences[i] = shard->sequences[--shard->n];
      }
}

/** Adds sequence @i to the shard, its row cleared behind the prompt; the prompt's length. */
static uint32_t
add_sequence (Shard *shard, uint32_t i)
{
  const Work *work = shard->work;
  uint32_t steps = work->steps, prompt = work->prompts[i] < steps ? work->prompts[i] : steps;
  size_t row = (size_t) i * steps;

  shard->sequences[shard->n++] = i;
  memset (work->ids + row + prompt, 0, (steps - prompt) * sizeof *work->ids);
  if (work->log_probs != NULL)
    memset (work->log_probs + row, 0, steps * sizeof *work->log_probs);
  if (work->lengths != NULL)
    work->lengths[i] = prompt;
  return prompt;
}

static void
sample_shard (void *data, uint32_t item)
{
  const Work *work = data;
  const AssaySampler *sampler = work->sampler;
  uint32_t thread = item % sampler->n_threads, t = work->steps;
  uint32_t begin = (uint32_t) ((uint64_t) item * work->n / work->n_shards);
  uint32_t end = (uint32_t) ((uint64_t) (item + 1) * work->n / work->n_shards);
  Shard shard = { .work = work,
                  .decoder = sampler->decoders[thread],
                  .room = sampler->rooms[thread],
                  .next = sampler->next[thread] };

  for (uint32_t i = begin; i < end; i++)
    {
      uint32_t prompt = add_sequence (&shard, i);

      t = prompt < t ? prompt : t;
    }
  if (t == work->steps)
    return;
  draw_all (&shard, t, take_prompts (&shard, t));
  for (t++; t < work->steps && shard.n > 0; t++)
    draw_all (&shard, t, advance (&shard, t - 1, t));
}

/** Sequences of a shard at most.  A shard is finished before the next, and at each step reads all
 *  its keys and values, and all weights: few sequences keep the former in cache; where that is in
 *  vain, many have the latter read seldom. */
static uint32_t
shard_size (const AssayGptConfig *config, uint32_t steps)
{
  size_t width = config->d / config->heads * config->kv_heads;
  size_t bytes = 2 * sizeof (float) * config->layers * width * steps;
  size_t near = bytes > 0 ? NEAR / bytes / TILE * TILE : SHARD;

  if (near == 0)
    return TILE * bytes <= FAR ? TILE : SHARD;
  return near < SHARD ? (uint32_t) near : SHARD;
}

/** A multiple of the threads, where there are as many sequences. */
static uint32_t
shards_of (const AssaySampler *sampler, uint32_t n, uint32_t steps)
{
  uint32_t size = shard_size (&sampler->gpt->config, steps), threads = sampler->n_threads;
  uint32_t rounds = (n + size * threads - 1) / (size * threads);

  return rounds * threads < n ? rounds * threads : n;
}

static void
check (const Work *work)
{
  const AssayGptConfig *config = &work->sampler->gpt->config;

  for (uint32_t i = 0; i < work->n; i++)
    {
      if (work->prompts[i] == 0)
        {
          fprintf (stderr, "assay_generate: sequence %u begins with nothing\n", i);
          abort ();
        }
      for (uint32_t t = 0; t < work->prompts[i] && t < work->steps; t++)
        {
          int32_t id = work->ids[(size_t) i * work->steps + t];

          if (id < 0 || (uint32_t) id >= config->vocabulary)
            {
              fprintf (stderr, "assay_generate: token %d of sequence %u is none of %u\n", (int) id,
                       i, config->vocabulary);
              abort ();
            }
        }
    }
  if (work->steps > config->context)
    {
      fprintf (stderr, "assay_generate: %u steps in a context of %u\n", work->steps,
               config->context);
      abort ();
    }
}

void
assay_generate (AssaySampler *sampler, const float *values, const AssaySampling *options,
                int32_t *ids, const uint32_t *prompts, uint32_t *lengths, float *log_probs,
                uint32_t n, uint32_t steps, AssayStream *streams)
{
  Work work = { .sampler = sampler,
                .options = options,
                .ids = ids,
                .prompts = prompts,
                .lengths = lengths,
                .log_probs = log_probs,
                .n = n,
                .steps = steps,
                .streams = streams };

  check (&work);
  work.n_shards = shards_of (sampler, n, steps);
  assay_decoder_weights_set (sampler->weights, values, sampler->workers);
  assay_workers_run (sampler->workers, sample_shard, &work, work.n_shards);
}
