/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/nn/gpt.h"
#include "learn/text/decoder.h"
#include "learn/text/sample.h"

#include <assay/random.h>
#include <glib.h>
#include <math.h>

#define BATCH 3
#define LAYERS 2
#define D 12
#define HIDDEN 20

static const AssayGptConfig config
    = { .d = D, .layers = LAYERS, .heads = 3, .context = 6, .vocabulary = 9, .hidden = HIDDEN };

static const struct
{
  uint32_t layer;
  AssaySite site;
  size_t width;
} places[] = {
  { 0, ASSAY_SITE_STREAM, D },       { 1, ASSAY_SITE_STREAM, D },
  { LAYERS, ASSAY_SITE_STREAM, D },  { 0, ASSAY_SITE_HEADS, D },
  { 1, ASSAY_SITE_ATTENTION, D },    { 0, ASSAY_SITE_HIDDEN, HIDDEN },
  { 1, ASSAY_SITE_FEED_FORWARD, D },
};
#define POSITIONS (BATCH * 6)
#define MAX_VALUES (POSITIONS * HIDDEN)

typedef struct Scene
{
  AssayParams *params;
  AssayGpt *gpt;
  AssayTape *tape;
  float *grads;
  int32_t ids[POSITIONS];
} Scene;

static void
set_up (Scene *scene)
{
  AssayStream stream;

  assay_stream_init (&stream, 3, "taps");
  scene->params = assay_params_new ();
  scene->gpt = assay_gpt_new (scene->params, &config);
  assay_params_init (scene->params, &stream);
  for (size_t i = 0; i < scene->params->size; i++)
    scene->params->values[i] += (float) (0.2 * assay_normal (&stream));
  for (guint i = 0; i < POSITIONS; i++)
    scene->ids[i] = (int32_t) assay_below (&stream, config.vocabulary);
  scene->tape = assay_tape_new (scene->params->n);
  scene->grads = assay_params_vector (scene->params);
}

static void
tear_down (Scene *scene)
{
  assay_tape_free (scene->tape);
  free (scene->grads);
  assay_gpt_free (scene->gpt);
  assay_params_free (scene->params);
}

/** The logits of all positions, of this step of the tape. */
static AssayTensor *
logits (Scene *scene, const AssayTap *taps, uint32_t n, bool record)
{
  AssayTensor *ids;

  assay_tape_begin (scene->tape, scene->params->values, record ? scene->grads : NULL, false);
  ids = assay_tensor_wrap_ints (scene->tape, scene->ids, 2, ASSAY_SHAPE (BATCH, config.context));
  return assay_gpt_unembed (scene->tape, scene->gpt,
                            assay_gpt_states_tapped (scene->tape, scene->gpt, ids, taps, n));
}

static float *
kept (const AssayTensor *x)
{
  return g_memdup2 (x->data, x->size * sizeof *x->data);
}

static double
difference (const float *a, const float *b, size_t n)
{
  double most = 0;

  for (size_t i = 0; i < n; i++)
    most = fmax (most, fabs (a[i] - b[i]));
  return most;
}

#define N_LOGITS (POSITIONS * 9)

/* What is read is what flows: put back it changes nothing, and adding is adding to it. */
static void
test_values (void)
{
  Scene scene;

  set_up (&scene);
  for (guint p = 0; p < G_N_ELEMENTS (places); p++)
    {
      size_t width = places[p].width;
      float read[MAX_VALUES], vector[HIDDEN], sums[MAX_VALUES];
      AssayTap tap = { .layer = places[p].layer, .site = places[p].site, .values = read };
      g_autofree float *plain = kept (logits (&scene, NULL, 0, false)), *reading = NULL,
                       *added = NULL;

      reading = kept (logits (&scene, &tap, 1, false));
      g_assert_cmpfloat (difference (plain, reading, N_LOGITS), <, 1e-5);
      tap.kind = ASSAY_TAP_REPLACE;
      tap.each = true;
      g_assert_cmpfloat (difference (logits (&scene, &tap, 1, false)->data, reading, N_LOGITS), ==,
                         0);
      for (size_t j = 0; j < width; j++)
        vector[j] = 0.1f * (float) (j + 1);
      for (size_t i = 0; i < POSITIONS * width; i++)
        sums[i] = read[i] + vector[i % width];
      tap.values = sums;
      added = kept (logits (&scene, &tap, 1, false));
      tap = (AssayTap){
        .layer = tap.layer, .site = tap.site, .kind = ASSAY_TAP_ADD, .values = vector
      };
      g_assert_cmpfloat (difference (logits (&scene, &tap, 1, false)->data, added, N_LOGITS), ==,
                         0);
      g_assert_cmpfloat (difference (added, reading, N_LOGITS), >, 1e-3);
    }
  tear_down (&scene);
}

/* A branch of which nothing is left adds nothing; one head is a part. */
static void
test_ablation (void)
{
  float before[POSITIONS * D], after[POSITIONS * D], heads[POSITIONS * D];
  AssayTap taps[]
      = { { .layer = 0, .site = ASSAY_SITE_STREAM, .values = before },
          { .layer = 0, .site = ASSAY_SITE_ATTENTION, .kind = ASSAY_TAP_ABLATE },
          { .layer = 0, .site = ASSAY_SITE_FEED_FORWARD, .kind = ASSAY_TAP_ABLATE },
          { .layer = 1, .site = ASSAY_SITE_STREAM, .values = after },
          { .layer = 1, .site = ASSAY_SITE_HEADS, .kind = ASSAY_TAP_ABLATE, .begin = 4, .n = 4 },
          { .layer = 1, .site = ASSAY_SITE_HEADS, .values = heads } };
  Scene scene;

  set_up (&scene);
  logits (&scene, taps, G_N_ELEMENTS (taps), false);
  g_assert_cmpmem (before, sizeof before, after, sizeof after);
  for (guint i = 0; i < POSITIONS * D; i++)
    g_assert_true ((heads[i] == 0) == (i % D >= 4 && i % D < 8));
  tear_down (&scene);
}

static AssayTensor *
loss (Scene *scene, const AssayTap *tap, bool record)
{
  return assay_mean_all (scene->tape, assay_square (scene->tape, logits (scene, tap, 1, record)));
}

/* Of every kind at every place, along the gradient's direction: the loss changes by its norm. */
static void
test_gradients (void)
{
  Scene scene;

  set_up (&scene);
  for (guint p = 0; p < G_N_ELEMENTS (places); p++)
    for (AssayTapKind kind = ASSAY_TAP_READ; kind <= ASSAY_TAP_ABLATE; kind++)
      {
        float values[MAX_VALUES] = { 0.5f, -0.25f, 1 };
        AssayTap tap = { .layer = places[p].layer,
                         .site = places[p].site,
                         .kind = kind,
                         .begin = 1,
                         .n = 3,
                         .values = values };
        size_t n = scene.params->size;
        g_autofree float *before = g_memdup2 (scene.params->values, n * sizeof *before);
        double norm = 0, slope = 0;

        assay_tape_backward (scene.tape, loss (&scene, &tap, true), 1, scene.params->params,
                             scene.params->n);
        for (size_t i = 0; i < n; i++)
          norm += pow (scene.grads[i], 2);
        norm = sqrt (norm);
        for (int side = -1; side <= 1; side += 2)
          {
            for (size_t i = 0; i < n; i++)
              scene.params->values[i] = before[i] + (float) (side * 0.002 * scene.grads[i] / norm);
            slope += *loss (&scene, &tap, false)->data / (side * 0.004);
          }
        memcpy (scene.params->values, before, n * sizeof *before);
        g_assert_cmpfloat_with_epsilon (slope / norm, 1, 0.01);
      }
  tear_down (&scene);
}

/* A decoder that is tapped gives the tapped forward pass, prompts in one piece or not. */
static void
test_decoder (void)
{
  Scene scene;
  AssayDecoder *decoder;
  AssayDecoderWeights *weights;

  set_up (&scene);
  decoder = assay_decoder_new (scene.gpt, BATCH);
  weights = assay_decoder_weights_new (scene.gpt);
  assay_decoder_weights_set (weights, scene.params->values, NULL);
  for (guint p = 0; p < G_N_ELEMENTS (places); p++)
    for (AssayTapKind kind = ASSAY_TAP_READ; kind <= ASSAY_TAP_ABLATE; kind++)
      for (uint32_t first = 1; first <= 4; first += 3)
        {
          float values[MAX_VALUES] = { 0.5f, -0.25f, 1 }, read[BATCH * 3];
          AssayTap tap = { .layer = places[p].layer,
                           .site = places[p].site,
                           .kind = kind,
                           .begin = 2,
                           .n = 3,
                           .values = values };
          g_autofree float *whole = kept (logits (&scene, &tap, 1, false));
          AssayTap its = tap;

          if (kind == ASSAY_TAP_READ)
            its.values = read;
          assay_decoder_begin (decoder, BATCH);
          assay_decoder_tap (decoder, &its, 1);
          for (uint32_t t = 0, steps; t < config.context; t += steps)
            {
              int32_t next[BATCH * 6];
              uint32_t last;
              const float *rows;

              steps = t == 0 ? first : 1;
              last = t + steps - 1;
              for (uint32_t i = 0; i < steps * BATCH; i++)
                next[i] = scene.ids[i % BATCH * config.context + t + i / BATCH];
              rows = assay_decoder_next (decoder, weights, next, steps);
              for (uint32_t b = 0; b < BATCH; b++)
                {
                  size_t at = b * config.context + last;

                  g_assert_cmpfloat (difference (rows + b * 9, whole + at * 9, 9), <, 2e-5);
                  if (kind == ASSAY_TAP_READ)
                    g_assert_cmpfloat (difference (read + b * 3, values + at * 3, 3), <, 1e-5);
                }
            }
        }
  assay_decoder_free (decoder);
  assay_decoder_weights_free (weights);
  tear_down (&scene);
}

/* Logits of one token raised through the last stream: it is all that is sampled. */
static void
test_steering (void)
{
  float direction[D];
  AssayTap tap
      = { .layer = LAYERS, .site = ASSAY_SITE_STREAM, .kind = ASSAY_TAP_ADD, .values = direction };
  const AssaySampling options = { .temperature = 0, .end = -1 };
  int32_t ids[BATCH * 6] = { 0 };
  uint32_t prompts[BATCH] = { 1, 2, 3 };
  AssayStream streams[BATCH] = { 0 };
  AssaySampler *sampler;
  Scene scene;

  set_up (&scene);
  sampler = assay_sampler_new (scene.gpt, NULL);
  for (guint j = 0; j < D; j++)
    direction[j] = 1000 * scene.params->values[scene.gpt->embedding->offset + 5 * D + j];
  assay_sampler_tap (sampler, &tap, 1);
  assay_generate (sampler, scene.params->values, &options, ids, prompts, NULL, NULL, BATCH, 6,
                  streams);
  for (guint i = 0; i < BATCH; i++)
    for (guint t = prompts[i]; t < 6; t++)
      g_assert_cmpint (ids[i * 6 + t], ==, 5);
  assay_sampler_free (sampler);
  tear_down (&scene);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/taps/read-replaced-and-added-values-agree", test_values);
  g_test_add_func ("/taps/what-is-ablated-is-gone", test_ablation);
  g_test_add_func ("/taps/gradients-are-the-loss-s-differences", test_gradients);
  g_test_add_func ("/taps/a-decoder-gives-the-tapped-forward-pass", test_decoder);
  g_test_add_func ("/taps/steering-while-sampling", test_steering);
  return g_test_run ();
}
