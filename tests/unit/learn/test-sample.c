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

/** The @choice-th of all combinations of options. */
#define N_CHOICES 64
static AssayGptConfig
combination (guint choice)
{
  return (AssayGptConfig){ .d = 24,
                           .layers = 2,
                           .heads = 4,
                           .context = 19,
                           .vocabulary = 21,
                           .kv_heads = choice & 1 ? 2 : 0,
                           .hidden = choice & 2 ? 17 : 0,
                           .positions = choice & 4 ? ASSAY_POSITIONS_ROTARY : 0,
                           .norm = choice & 8 ? ASSAY_NORM_RMS : 0,
                           .feed_forward = choice & 16 ? ASSAY_FEED_FORWARD_SWIGLU : 0,
                           .untied = choice & 32 };
}

/** Logits [batch][context][vocabulary] by a decoder that takes the first @prompt tokens at once. */
static float *
decoded (const Model *model, const int32_t *ids, uint32_t batch, uint32_t prompt)
{
  const AssayGptConfig *config = &model->gpt->config;
  size_t context = config->context, vocabulary = config->vocabulary;
  AssayDecoderWeights *weights = assay_decoder_weights_new (model->gpt);
  AssayDecoder *decoder = assay_decoder_new (model->gpt, 8);
  float *all = g_new0 (float, batch *context *vocabulary);
  g_autofree int32_t *next = g_new (int32_t, batch * context);

  assay_decoder_weights_set (weights, model->params->values, NULL);
  assay_decoder_begin (decoder, batch);
  for (uint32_t t = 0, steps; t < context; t += steps)
    {
      const float *logits;

      steps = t == 0 ? prompt : 1;
      for (uint32_t i = 0; i < steps * batch; i++)
        next[i] = ids[i % batch * context + t + i / batch];
      logits = assay_decoder_next (decoder, weights, next, steps);
      for (uint32_t i = 0; i < batch; i++)
        memcpy (all + (i * context + t + steps - 1) * vocabulary, logits + i * vocabulary,
                vocabulary * sizeof *all);
    }
  assay_decoder_free (decoder);
  assay_decoder_weights_free (weights);
  return all;
}

/** The decoder's logits are those of a forward pass, and of the same bits however the prompt is
 *  taken. */
static void
check_decoder (const AssayGptConfig *config)
{
  size_t batch = 5, context = config->context, vocabulary = config->vocabulary;
  Model model = model_new (config);
  g_autofree int32_t *ids = random_ids (config, batch * context);
  AssayTape *tape = assay_tape_new (model.params->n);
  AssayTensor *whole;
  g_autofree float *one_by_one = decoded (&model, ids, 5, 1);

  assay_tape_begin (tape, model.params->values, NULL, false);
  whole = assay_gpt_logits (tape, model.gpt,
                            assay_tensor_wrap_ints (tape, ids, 2, ASSAY_SHAPE (batch, context)));
  for (size_t i = 0; i < whole->size; i++)
    g_assert_cmpfloat_with_epsilon (one_by_one[i], whole->data[i], 1e-5);
  for (uint32_t n = 1; n <= 5; n += 4) /* of a few sequences a chunk is larger */
    {
      g_autofree float *at_once = decoded (&model, ids, n, config->context - 3);

      for (size_t i = 0; i < n; i++)
        for (size_t t = context - 4; t < context; t++)
          {
            size_t at = (i * context + t) * vocabulary, bytes = vocabulary * sizeof *at_once;

            g_assert_cmpmem (at_once + at, bytes, one_by_one + at, bytes);
          }
    }
  assay_tape_free (tape);
  model_clear (&model);
}

static void
test_logits (void)
{
  for (guint c = 0; c < G_N_ELEMENTS (configs); c++)
    check_decoder (&configs[c]);
  for (guint choice = 0; choice < N_CHOICES; choice++)
    {
      AssayGptConfig config = combination (choice);

      check_decoder (&config);
    }
}

typedef struct Sample
{
  uint32_t n, steps;
  int32_t *ids;      /* [n][steps] */
  uint32_t *prompts; /* [n] */
  uint32_t *lengths;
  float *log_probs;
} Sample;

static void
sample_clear (Sample *sample)
{
  g_free (sample->ids);
  g_free (sample->prompts);
  g_free (sample->lengths);
  g_free (sample->log_probs);
}

/** @n sequences, the i-th of stream @first + i; four each have the same prompt of 3 to 7 tokens. */
static Sample
sample (const Model *model, const AssaySampling *options, uint32_t first, uint32_t n,
        uint32_t threads)
{
  const AssayGptConfig *config = &model->gpt->config;
  uint32_t steps = config->context;
  AssayWorkers *workers = assay_workers_new (threads);
  AssaySampler *sampler = assay_sampler_new (model->gpt, workers);
  Sample drawn = { n,
                   steps,
                   g_new (int32_t, n * steps),
                   g_new (uint32_t, n),
                   g_new (uint32_t, n),
                   g_new (float, n *steps) };
  g_autofree AssayStream *streams = g_new (AssayStream, n);

  for (uint32_t i = 0; i < n; i++)
    {
      uint32_t its = (first + i) / 4;

      drawn.prompts[i] = 3 + its * 3 % 5;
      for (uint32_t t = 0; t < steps; t++)
        drawn.ids[i * steps + t]
            = t < drawn.prompts[i] ? (int32_t) ((its + t) % config->vocabulary) : -1;
      assay_stream_init (&streams[i], first + i, "sample");
    }
  assay_generate (sampler, model->params->values, options, drawn.ids, drawn.prompts, drawn.lengths,
                  drawn.log_probs, n, steps, streams);
  for (uint32_t i = 0; i < n * steps; i++)
    g_assert_true (drawn.ids[i] >= 0 && (uint32_t) drawn.ids[i] < config->vocabulary);
  assay_sampler_free (sampler);
  assay_workers_free (workers);
  return drawn;
}

/** Row @i of @a is row @j of @b. */
static void
check_same_row (const Sample *a, uint32_t i, const Sample *b, uint32_t j)
{
  size_t bytes = a->steps * sizeof *a->ids;

  g_assert_cmpmem (a->ids + i * a->steps, bytes, b->ids + j * b->steps, bytes);
  g_assert_cmpmem (a->log_probs + i * a->steps, bytes, b->log_probs + j * b->steps, bytes);
  g_assert_cmpuint (a->lengths[i], ==, b->lengths[j]);
}

static void
check_batches (const AssayGptConfig *config, const AssaySampling *options, uint32_t n)
{
  Model model = model_new (config);
  Sample together = sample (&model, options, 0, n, 1);

  for (uint32_t threads = 2; threads <= 3; threads++)
    {
      Sample again = sample (&model, options, 0, n, threads);

      for (uint32_t i = 0; i < n; i++)
        check_same_row (&together, i, &again, i);
      sample_clear (&again);
    }
  for (uint32_t i = 0; i < n; i += 23)
    {
      Sample alone = sample (&model, options, i, 1, 1);

      check_same_row (&together, i, &alone, 0);
      sample_clear (&alone);
    }
  sample_clear (&together);
  model_clear (&model);
}

static void
test_batches (void)
{
  static const AssaySampling options[]
      = { { 0, 0, 0, -1 }, { 1, 0, 0, 5 }, { 0.7f, 4, 0, -1 }, { 1.3f, 0, 0.6f, 3 } };
  AssayGptConfig of_all = combination (N_CHOICES - 1);

  for (guint o = 0; o < G_N_ELEMENTS (options); o++)
    {
      for (guint c = 0; c < G_N_ELEMENTS (configs); c++)
        check_batches (&configs[c], &options[o], 70);
      check_batches (&of_all, &options[o], 40);
    }
}

/** Whatever the options, a drawn token's log-probability is the forward pass's; a row ends with
 *  the end token and is 0 behind it. */
static void
test_log_probs (void)
{
  static const AssaySampling options = { 0.7f, 9, 0.95f, 4 };
  AssayGptConfig of_all = combination (N_CHOICES - 1);
  Model model = model_new (&of_all);
  Sample drawn = sample (&model, &options, 0, 50, 2);
  size_t steps = drawn.steps, ended = 0;
  AssayTape *tape = assay_tape_new (model.params->n);
  AssayTensor *log_probs;

  assay_tape_begin (tape, model.params->values, NULL, false);
  log_probs = assay_log_softmax (
      tape,
      assay_gpt_logits (tape, model.gpt,
                        assay_tensor_wrap_ints (tape, drawn.ids, 2, ASSAY_SHAPE (50, steps))));
  for (uint32_t i = 0; i < drawn.n; i++)
    for (uint32_t t = 0; t < steps; t++)
      {
        size_t at = i * steps + t;
        int32_t id = drawn.ids[at];

        if (t < drawn.prompts[i] || t >= drawn.lengths[i])
          g_assert_cmpfloat (drawn.log_probs[at], ==, 0);
        else
          g_assert_cmpfloat_with_epsilon (
              drawn.log_probs[at], log_probs->data[(at - 1) * of_all.vocabulary + (size_t) id],
              1e-4);
        if (t >= drawn.lengths[i])
          g_assert_cmpint (id, ==, 0);
        else if (t >= drawn.prompts[i])
          {
            g_assert_true (id != options.end || t + 1 == drawn.lengths[i]);
            ended += id == options.end;
          }
      }
  g_assert_cmpuint (ended, >, 5);
  g_assert_cmpuint (ended, <, 50);
  assay_tape_free (tape);
  sample_clear (&drawn);
  model_clear (&model);
}

/** A prompt that fills its row is left alone, beside others. */
static void
test_full_rows (void)
{
  Model model = model_new (&configs[0]);
  AssaySampler *sampler = assay_sampler_new (model.gpt, NULL);
  const AssaySampling options = { 1, 0, 0, -1 };
  int32_t ids[2][4] = { { 1, 2, 3, 4 }, { 1, -1, -1, -1 } }, alone[4] = { 4, 3, 2, 1 };
  uint32_t prompts[] = { 4, 1 }, lengths[2], many = 9, length;
  AssayStream streams[2];

  for (uint32_t i = 0; i < 2; i++)
    assay_stream_init (&streams[i], i, "full");
  assay_generate (sampler, model.params->values, &options, ids[0], prompts, lengths, NULL, 2, 4,
                  streams);
  g_assert_true (ids[0][0] == 1 && ids[0][3] == 4 && ids[1][3] >= 0);
  g_assert_true (lengths[0] == 4 && lengths[1] == 4);
  assay_generate (sampler, model.params->values, &options, alone, &many, &length, NULL, 1, 4,
                  streams);
  g_assert_true (alone[0] == 4 && alone[3] == 1 && length == 4);
  assay_generate (sampler, model.params->values, &options, NULL, NULL, NULL, NULL, 0, 4, NULL);
  assay_sampler_free (sampler);
  model_clear (&model);
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

/** With top_k = 1 nothing is left to chance, nor with a top_p near 0; a large one is no bound. */
static void
test_bounds (void)
{
  static const AssaySampling greedy[] = { { 0, 0, 0, -1 }, { 1, 1, 0, -1 }, { 1, 0, 1e-6f, -1 } };
  static const AssaySampling all[] = { { 1, 0, 0, -1 }, { 1, 1000, 0, -1 }, { 1, 0, 1, -1 } };
  Model model = model_new (&configs[1]);
  Sample first[2] = { sample (&model, &greedy[0], 0, 8, 1), sample (&model, &all[0], 0, 8, 1) };
  size_t bytes = 8 * configs[1].context * sizeof (int32_t);

  for (guint i = 1; i < G_N_ELEMENTS (greedy); i++)
    {
      Sample a = sample (&model, &greedy[i], 0, 8, 1), b = sample (&model, &all[i], 0, 8, 1);

      g_assert_cmpmem (a.ids, bytes, first[0].ids, bytes);
      g_assert_cmpmem (b.ids, bytes, first[1].ids, bytes);
      sample_clear (&a);
      sample_clear (&b);
    }
  g_assert_true (memcmp (first[0].ids, first[1].ids, bytes) != 0);
  sample_clear (&first[0]);
  sample_clear (&first[1]);
  model_clear (&model);
}

/** A model without layers whose next token has these probabilities, whatever came before. */
static Model
model_of (const double *probabilities, uint32_t n)
{
  AssayGptConfig config
      = { .d = 4, .layers = 0, .heads = 1, .context = 2, .vocabulary = n, .untied = true };
  Model model = { assay_params_new () };
  AssayStream stream;
  float *values;

  model.gpt = assay_gpt_new (model.params, &config);
  assay_stream_init (&stream, 1, "model");
  assay_params_init (model.params, &stream);
  values = model.params->values;
  memset (values, 0, model.params->size * sizeof *values);
  values[model.gpt->bias->offset] = 1; /* the state is (1, 0, 0, 0) */
  for (uint32_t i = 0; i < n; i++)
    values[model.gpt->head->offset + i * 4] = (float) log (probabilities[i]);
  return model;
}

/** What top_k and top_p leave is drawn by its share. */
static void
test_nucleus (void)
{
  static const double probabilities[] = { 0.1, 0.02, 0.3, 0.08, 0.25, 0.02, 0.15, 0.08 };
  static const struct
  {
    AssaySampling options;
    bool left[8];
  } rows[] = {
    { { 1, 0, 0.69f, -1 }, { 0, 0, 1, 0, 1, 0, 1, 0 } }, /* .30 .25 .15 */
    { { 1, 0, 0.71f, -1 }, { 1, 0, 1, 0, 1, 0, 1, 0 } },
    { { 1, 0, 0.83f, -1 }, { 1, 0, 1, 1, 1, 0, 1, 1 } },   /* equals stay together */
    { { 1, 3, 0.7f, -1 }, { 0, 0, 1, 0, 1, 0, 0, 0 } },    /* of .43 .36 .21 */
    { { 0.5f, 0, 0.5f, -1 }, { 0, 0, 1, 0, 1, 0, 0, 0 } }, /* of squares .45 .31 .11 */
    { { 1, 5, 0, -1 }, { 1, 0, 1, 1, 1, 0, 1, 1 } },
  };
  enum
  {
    DRAWS = 20000
  };
  Model model = model_of (probabilities, 8);
  AssaySampler *sampler = assay_sampler_new (model.gpt, NULL);

  for (guint r = 0; r < G_N_ELEMENTS (rows); r++)
    {
      g_autofree int32_t *ids = g_new0 (int32_t, 2 * DRAWS);
      g_autofree uint32_t *prompts = g_new (uint32_t, DRAWS);
      g_autofree AssayStream *streams = g_new (AssayStream, DRAWS);
      guint counts[8] = { 0 };
      double total = 0;

      for (guint i = 0; i < DRAWS; i++)
        {
          prompts[i] = 1;
          assay_stream_init (&streams[i], i, "nucleus");
        }
      assay_generate (sampler, model.params->values, &rows[r].options, ids, prompts, NULL, NULL,
                      DRAWS, 2, streams);
      for (guint i = 0; i < DRAWS; i++)
        counts[ids[2 * i + 1]]++;
      for (guint i = 0; i < 8; i++)
        total += rows[r].left[i] * pow (probabilities[i], 1 / rows[r].options.temperature);
      for (guint i = 0; i < 8; i++)
        {
          double share
              = rows[r].left[i] * pow (probabilities[i], 1 / rows[r].options.temperature) / total;

          g_assert_cmpfloat (fabs (counts[i] - DRAWS * share), <=,
                             5 * sqrt (DRAWS * share * (1 - share)));
        }
    }
  assay_sampler_free (sampler);
  model_clear (&model);
}

/** A logit that is no number is never drawn while there is another. */
static void
test_no_number (void)
{
  static const double probabilities[] = { 0.25, 0.25, 0.25, 0.25 };
  static const AssaySampling options[]
      = { { 1, 0, 0.9f, -1 }, { 1, 2, 0, -1 }, { 1, 3, 0.5f, -1 }, { 0, 0, 0, -1 } };
  Model model = model_of (probabilities, 4);
  AssaySampler *sampler = assay_sampler_new (model.gpt, NULL);

  for (guint numbers = 0; numbers < 2; numbers++)
    for (guint o = 0; o < G_N_ELEMENTS (options); o++)
      {
        int32_t ids[64] = { 0 };
        uint32_t prompts[32];
        AssayStream streams[32];

        for (guint i = 0; i < 4; i++)
          model.params->values[model.gpt->head->offset + i * 4] = numbers == 0 || i == 2 ? NAN : 1;
        for (guint i = 0; i < 32; i++)
          {
            prompts[i] = 1;
            assay_stream_init (&streams[i], i, "no number");
          }
        assay_generate (sampler, model.params->values, &options[o], ids, prompts, NULL, NULL, 32, 2,
                        streams);
        for (guint i = 0; i < 32; i++)
          g_assert_true (ids[2 * i + 1] >= 0 && ids[2 * i + 1] < 4
                         && (numbers == 0 || ids[2 * i + 1] != 2));
      }
  assay_sampler_free (sampler);
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
  g_test_add_func ("/sample/log-probabilities-and-ends", test_log_probs);
  g_test_add_func ("/sample/a-full-row-is-left-alone", test_full_rows);
  g_test_add_func ("/sample/bounds-at-their-extremes", test_bounds);
  g_test_add_func ("/sample/top-k-and-top-p", test_nucleus);
  g_test_add_func ("/sample/a-logit-that-is-no-number", test_no_number);
  return g_test_run ();
}
