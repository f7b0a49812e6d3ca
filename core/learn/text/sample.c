/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/text/sample.h"

#include "learn/text/decoder.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Sequences of a shard at most: enough rows for the products, few enough for the keys and values
 * of a small model to stay in a last-level cache, since a shard is finished before the next. */
#define SHARD 32

struct AssaySampler
{
  const AssayGpt *gpt;
  AssayWorkers *workers;
  AssayDecoderWeights *weights;
  uint32_t n_threads;
  AssayDecoder **decoders; /* [n_threads] */
  float **rooms;           /* [n_threads][2][vocabulary] */
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
  for (uint32_t i = 0; i < sampler->n_threads; i++)
    {
      sampler->decoders[i] = assay_decoder_new (gpt, SHARD);
      sampler->rooms[i] = assay_alloc_zeroed (2 * gpt->config.vocabulary * sizeof (float));
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
    }
  assay_decoder_weights_free (sampler->weights);
  free (sampler->decoders);
  free (sampler->rooms);
  free (sampler);
}

/* ---- one token ---- */

/** The k-th greatest of x[n], which is put into disorder (Hoare's quickselect). */
static float
kth_greatest (float *x, size_t n, size_t k)
{
  size_t low = 0, high = n - 1;

  while (low < high)
    {
      float pivot = x[low + (high - low) / 2];
      size_t i = low, j = high;

      for (;;)
        {
          float kept;

          while (x[i] > pivot)
            i++;
          while (x[j] < pivot)
            j--;
          if (i >= j)
            break;
          kept = x[i];
          x[i++] = x[j];
          x[j--] = kept;
        }
      if (k - 1 <= j)
        high = j;
      else
        low = j + 1;
    }
  return x[k - 1];
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
      least = kth_greatest (room + n, n, options->top_k);
    }
  return (int32_t) assay_kernels ()->draw (room, logits, n, least, 1 / options->temperature,
                                           assay_uniform (stream));
}

/* ---- shards ---- */

typedef struct Work
{
  const AssaySampler *sampler;
  const AssaySampling *options;
  int32_t *ids;
  const uint32_t *lengths;
  uint32_t n, steps, n_shards;
  AssayStream *streams;
} Work;

static void
sample_shard (void *data, uint32_t shard)
{
  const Work *work = data;
  const AssaySampler *sampler = work->sampler;
  uint32_t thread = shard % sampler->n_threads, steps = work->steps;
  uint32_t begin = (uint32_t) ((uint64_t) shard * work->n / work->n_shards);
  uint32_t end = (uint32_t) ((uint64_t) (shard + 1) * work->n / work->n_shards);
  AssayDecoder *decoder = sampler->decoders[thread];
  size_t vocabulary = sampler->gpt->config.vocabulary;

  assay_decoder_begin (decoder, end - begin);
  for (uint32_t t = 0; t + 1 < steps; t++)
    {
      int32_t now[SHARD];
      const float *logits;

      for (uint32_t i = begin; i < end; i++)
        now[i - begin] = work->ids[(size_t) i * steps + t];
      logits = assay_decoder_next (decoder, sampler->weights, now);
      for (uint32_t i = begin; i < end; i++)
        if (t + 1 >= work->lengths[i])
          work->ids[(size_t) i * steps + t + 1]
              = choose (logits + (i - begin) * vocabulary, vocabulary, work->options,
                        sampler->rooms[thread], &work->streams[i]);
    }
}

static void
check (const Work *work)
{
  const AssayGptConfig *config = &work->sampler->gpt->config;

  for (uint32_t i = 0; i < work->n; i++)
    for (uint32_t t = 0; t < work->lengths[i] && t < work->steps; t++)
      {
        int32_t id = work->ids[(size_t) i * work->steps + t];

        if (id < 0 || (uint32_t) id >= config->vocabulary)
          {
            fprintf (stderr, "assay_generate: token %d of sequence %u is none of %u\n", (int) id, i,
                     config->vocabulary);
            abort ();
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
                int32_t *ids, const uint32_t *lengths, uint32_t n, uint32_t steps,
                AssayStream *streams)
{
  Work work = { sampler, options, ids, lengths, n, steps, (n + SHARD - 1) / SHARD, streams };

  check (&work);
  assay_decoder_weights_set (sampler->weights, values, sampler->workers);
  assay_workers_run (sampler->workers, sample_shard, &work, work.n_shards);
}
