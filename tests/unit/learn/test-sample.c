/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/tensor/kernels.h"
#include "learn/text/decoder.h"
#include "learn/text/sample.h"

#include <assay/random.h>
#include <glib.h>
#include <math.h>

typedef struct Model
{
  AssayParams *params;
  AssayGpt *gpt;
} Model;

/* Widths and vocabularies that are no multiple of anything, a head size above a vector, and one
 * with several panels. */
static const AssayGptConfig configs[] = {
  { .d = 12, .layers = 2, .heads = 3, .context = 21, .vocabulary = 11 },
  { .d = 40, .layers = 1, .heads = 2, .context = 70, .vocabulary = 61 },
  { .d = 64, .layers = 2, .heads = 2, .context = 33, .vocabulary = 130 },
};

static Model
model_new (const AssayGptConfig *config)
{
  Model model = { assay_params_new () };
  AssayStream stream;

  model.gpt = assay_gpt_new (model.params, config);
  assay_stream_init (&stream, 1, "model");
  assay_params_init (model.params, &stream);
  for (size_t i = 0; i < model.params->size; i++) /* far from the first, tame draw */
    model.params->values[i] += (float) (0.1 * assay_normal (&stream));
  return model;
}

static void
model_clear (Model *model)
{
  assay_gpt_free (model->gpt);
  assay_params_free (model->params);
}

static int32_t *
random_ids (const AssayGptConfig *config, size_t n)
{
  AssayStream stream;
  int32_t *ids = g_new (int32_t, n);

  assay_stream_init (&stream, 7, "ids");
  for (size_t i = 0; i < n; i++)
    ids[i] = (int32_t) assay_below (&stream, config->vocabulary);
  return ids;
}

static void
test_logits (void)
{
  for (guint c = 0; c < G_N_ELEMENTS (configs); c++)
    {
      const AssayGptConfig *config = &configs[c];
      size_t batch = 5, context = config->context, vocabulary = config->vocabulary;
      Model model = model_new (config);
      g_autofree int32_t *ids = random_ids (config, batch * context);
      AssayTape *tape = assay_tape_new (model.params->n);
      AssayDecoderWeights *weights = assay_decoder_weights_new (model.gpt);
      AssayDecoder *decoder = assay_decoder_new (model.gpt, 8);
      AssayTensor *whole;

      assay_tape_begin (tape, model.params->values, NULL, false);
      whole = assay_gpt_logits (
          tape, model.gpt, assay_tensor_wrap_ints (tape, ids, 2, ASSAY_SHAPE (batch, context)));
      assay_decoder_weights_set (weights, model.params->values, NULL);
      for (guint again = 0; again < 2; again++)
        {
          assay_decoder_begin (decoder, (uint32_t) batch);
          for (size_t t = 0; t < context; t++)
            {
              int32_t now[5];
              const float *logits;

              for (size_t i = 0; i < batch; i++)
                now[i] = ids[i * context + t];
              logits = assay_decoder_next (decoder, weights, now, 1);
              for (size_t i = 0; i < batch; i++)
                for (size_t v = 0; v < vocabulary; v++)
                  g_assert_cmpfloat_with_epsilon (logits[i * vocabulary + v],
                                                  whole->data[(i * context + t) * vocabulary + v],
                                                  1e-5);
            }
        }
      assay_decoder_free (decoder);
      assay_decoder_weights_free (weights);
      assay_tape_free (tape);
      model_clear (&model);
    }
}

/** @n sequences, the i-th of stream @first + i and with a prompt of 1 + i % 3 tokens. */
static int32_t *
sample (const Model *model, const AssaySampling *options, uint32_t first, uint32_t n,
        uint32_t threads)
{
  const AssayGptConfig *config = &model->gpt->config;
  uint32_t steps = config->context;
  AssayWorkers *workers = assay_workers_new (threads);
  AssaySampler *sampler = assay_sampler_new (model->gpt, workers);
  int32_t *ids = g_new (int32_t, n * steps);
  g_autofree uint32_t *lengths = g_new (uint32_t, n);
  g_autofree AssayStream *streams = g_new (AssayStream, n);

  for (uint32_t i = 0; i < n; i++)
    {
      lengths[i] = 1 + (first + i) % 3;
      for (uint32_t t = 0; t < steps; t++)
        ids[i * steps + t] = t < lengths[i] ? (int32_t) ((first + i + t) % config->vocabulary) : -1;
      assay_stream_init (&streams[i], first + i, "sample");
    }
  assay_generate (sampler, model->params->values, options, ids, lengths, NULL, NULL, n, steps,
                  streams);
  for (uint32_t i = 0; i < n * steps; i++)
    g_assert_true (ids[i] >= 0 && (uint32_t) ids[i] < config->vocabulary);
  assay_sampler_free (sampler);
  assay_workers_free (workers);
  return ids;
}

static void
test_batches (void)
{
  static const AssaySampling options[]
      = { { 0, 0, 0, -1 }, { 1, 0, 0, -1 }, { 0.7f, 4, 0.8f, -1 } };

  for (guint c = 0; c < G_N_ELEMENTS (configs); c++)
    for (guint o = 0; o < G_N_ELEMENTS (options); o++)
      {
        Model model = model_new (&configs[c]);
        uint32_t n = 70, row = configs[c].context * (uint32_t) sizeof (int32_t);
        g_autofree int32_t *together = sample (&model, &options[o], 0, n, 1);

        for (uint32_t threads = 2; threads <= 3; threads++)
          {
            g_autofree int32_t *again = sample (&model, &options[o], 0, n, threads);

            g_assert_cmpmem (together, n * row, again, n * row);
          }
        for (uint32_t i = 0; i < n; i += 23)
          {
            g_autofree int32_t *alone = sample (&model, &options[o], i, 1, 1);

            g_assert_cmpmem (together + i * configs[c].context, row, alone, row);
          }
        model_clear (&model);
      }
}

/* ---- drawing ---- */

static void
test_shares (void)
{
  enum
  {
    N = 37,
    DRAWS = 40000
  };
  float logits[N], room[N], sharpness = 1.5f;
  double weights[N], total = 0;
  guint counts[N] = { 0 };
  AssayStream stream;

  assay_stream_init (&stream, 1, "draw");
  for (guint i = 0; i < N; i++)
    {
      logits[i] = (float) (10 + assay_normal (&stream));
      total += weights[i] = i == 5 ? 0 : exp (sharpness * logits[i]);
    }
  logits[5] = -INFINITY;
  for (guint i = 0; i < DRAWS; i++)
    counts[assay_kernels ()->draw (room, logits, N, -INFINITY, sharpness,
                                   assay_uniform (&stream))]++;
  for (guint i = 0; i < N; i++)
    {
      double share = weights[i] / total;

      g_assert_cmpfloat (fabs (counts[i] - DRAWS * share), <,
                         5 * sqrt (DRAWS * share * (1 - share)) + 1e-9);
    }
}

static void
test_ends (void)
{
  static const char *const kinds[] = { "generic", "avx2", "avx512" };

  for (guint k = 0; k < G_N_ELEMENTS (kinds); k++)
    for (size_t n = 1; n < 40; n++)
      {
        const AssayKernels *kernels = assay_kernels_of (kinds[k]);
        float logits[40] = { 0 }, room[40];

        if (kernels == NULL)
          continue;
        g_assert_cmpuint (kernels->draw (room, logits, n, -INFINITY, 1, 0), ==, 0);
        g_assert_cmpuint (kernels->draw (room, logits, n, -INFINITY, 1, 1 - 1e-16), ==, n - 1);
        for (size_t i = 0; i < n; i++)
          g_assert_cmpuint (
              kernels->draw (room, logits, n, -INFINITY, 1, ((double) i + 0.5) / (double) n), ==,
              i);
        g_assert_cmpuint (kernels->greatest (logits, n), ==, 0);
        logits[n - 1] = 1;
        g_assert_cmpuint (kernels->greatest (logits, n), ==, n - 1);
        g_assert_cmpuint (kernels->draw (room, logits, n, 0.5f, 1, 0), ==, n - 1);
        /* NaN and infinities give some token, and in time. */
        logits[0] = NAN;
        g_assert_cmpuint (kernels->draw (room, logits, n, -INFINITY, 1, 0.999999), <, n);
        logits[n / 2] = INFINITY;
        g_assert_cmpuint (kernels->draw (room, logits, n, -INFINITY, 1, 0.5), <, n);
        for (size_t i = 0; i < n; i++)
          logits[i] = NAN;
        g_assert_cmpuint (kernels->draw (room, logits, n, -INFINITY, 1, 0.5), ==, 0);
        g_assert_cmpuint (kernels->greatest (logits, n), ==, 0);
      }
}

/** With top_k = 1 nothing is left to chance; a low temperature comes near it. */
static void
test_top_k (void)
{
  Model model = model_new (&configs[1]);
  AssaySampling greedy = { 0, 0, 0, -1 }, one = { 1, 1, 0, -1 };
  AssaySampling many = { 1, 1000, 0, -1 }, all = { 1, 0, 0, -1 };
  uint32_t n = 8, bytes = n * configs[1].context * (uint32_t) sizeof (int32_t);
  g_autofree int32_t *a = sample (&model, &greedy, 0, n, 1), *b = sample (&model, &one, 0, n, 1);
  g_autofree int32_t *c = sample (&model, &many, 0, n, 1), *d = sample (&model, &all, 0, n, 1);

  g_assert_cmpmem (a, bytes, b, bytes);
  g_assert_cmpmem (c, bytes, d, bytes);
  g_assert_true (memcmp (a, d, bytes) != 0);
  model_clear (&model);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sample/kept-keys-and-values-give-the-same-logits", test_logits);
  g_test_add_func ("/sample/companions-and-threads-change-nothing", test_batches);
  g_test_add_func ("/sample/tokens-come-by-their-probabilities", test_shares);
  g_test_add_func ("/sample/ends-and-numbers-that-are-none", test_ends);
  g_test_add_func ("/sample/top-k", test_top_k);
  return g_test_run ();
}
