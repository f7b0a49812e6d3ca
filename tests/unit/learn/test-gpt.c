/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/nn/gpt.h"
#include "learn/nn/head.h"
#include "learn/nn/train.h"

#include <assay/random.h>
#include <glib.h>
#include <math.h>

#define BATCH 4

typedef struct Model
{
  AssayParams *params;
  AssayGpt *gpt;
  AssayTrainer *trainer;
  AssayWorkers *workers;
  int32_t *ids, *targets; /* [BATCH][context] */
} Model;

static const AssayGptConfig tiny
    = { .d = 12, .layers = 2, .heads = 3, .context = 7, .vocabulary = 11 };
/* As Llama, and two that have some of each. */
static const AssayGptConfig llama = { .d = 16,
                                      .layers = 2,
                                      .heads = 4,
                                      .context = 7,
                                      .vocabulary = 11,
                                      .kv_heads = 2,
                                      .hidden = 21,
                                      .positions = ASSAY_POSITIONS_ROTARY,
                                      .norm = ASSAY_NORM_RMS,
                                      .feed_forward = ASSAY_FEED_FORWARD_SWIGLU,
                                      .untied = true };
static const AssayGptConfig gated = { .d = 16,
                                      .layers = 2,
                                      .heads = 4,
                                      .context = 7,
                                      .vocabulary = 11,
                                      .kv_heads = 1,
                                      .positions = ASSAY_POSITIONS_ROTARY,
                                      .feed_forward = ASSAY_FEED_FORWARD_SWIGLU };
static const AssayGptConfig bare = { .d = 12,
                                     .layers = 1,
                                     .heads = 2,
                                     .context = 7,
                                     .vocabulary = 11,
                                     .hidden = 10,
                                     .norm = ASSAY_NORM_RMS,
                                     .untied = true };

static Model *
model_new (const AssayGptConfig *config, uint32_t n_shards, uint32_t n_threads)
{
  Model *model = g_new0 (Model, 1);
  AssayStream stream;
  size_t n = (size_t) BATCH * config->context;

  assay_stream_init (&stream, 1, "model");
  model->params = assay_params_new ();
  model->gpt = assay_gpt_new (model->params, config);
  assay_params_init (model->params, &stream);
  model->workers = assay_workers_new (n_threads);
  model->trainer = assay_trainer_new (model->params, n_shards, model->workers);
  model->ids = g_new (int32_t, n);
  model->targets = g_new (int32_t, n);
  for (size_t i = 0; i < n; i++)
    model->ids[i] = (int32_t) assay_below (&stream, config->vocabulary);
  for (size_t i = 0; i < n; i++)
    model->targets[i] = model->ids[(i + 1) % n];
  return model;
}

static void
model_free (Model *model)
{
  assay_trainer_free (model->trainer);
  assay_workers_free (model->workers);
  assay_gpt_free (model->gpt);
  assay_params_free (model->params);
  g_free (model->ids);
  g_free (model->targets);
  g_free (model);
}

static AssayTensor *
loss (AssayTape *tape, uint32_t shard, void *data)
{
  const Model *model = data;
  size_t context = model->gpt->config.context, rows = BATCH / model->trainer->n_shards;
  const size_t *shape = ASSAY_SHAPE (rows, context);
  size_t begin = shard * rows * context;

  return assay_gpt_loss (
      tape, model->gpt, assay_tensor_wrap_ints (tape, model->ids + begin, 2, shape),
      assay_tensor_wrap_ints (tape, model->targets + begin, 2, shape), (float) (BATCH * context));
}

static double
train (Model *model, guint steps)
{
  AssayOptimizerOptions options = { ASSAY_ADAMW, 3e-3, 0.9, 0.95, 1e-8, 0.1, 1 };
  AssayOptimizer *optimizer = assay_optimizer_new (model->params, &options);
  double last = 0;

  for (guint t = 0; t < steps; t++)
    {
      last = assay_gradient (model->trainer, loss, model, false);
      assay_optimizer_step (optimizer, model->trainer->grads[0], model->workers);
    }
  assay_optimizer_free (optimizer);
  return last;
}

static void
test_first_loss (void)
{
  Model *model = model_new (&tiny, 1, 1);

  /* A new model knows nothing. */
  g_assert_cmpfloat_with_epsilon (assay_gradient (model->trainer, loss, model, false),
                                  log (tiny.vocabulary), 0.05);
  g_assert_nonnull (assay_params_find (model->params, "h.1.mlp.c_proj.weight"));
  model_free (model);
}

/** Of every array, in the direction of its own gradient: the loss changes by that one's norm. */
static void
check_differences (const AssayGptConfig *config)
{
  Model *model = model_new (config, 1, 1);
  float *values = model->params->values, *g = assay_params_vector (model->params);

  train (model, 20); /* weights large enough for every way to matter */
  assay_gradient (model->trainer, loss, model, false);
  memcpy (g, model->trainer->grads[0], model->params->size * sizeof *g);
  for (uint32_t i = 0; i < model->params->n; i++)
    {
      const AssayWeight *weight = model->params->params[i];
      g_autofree float *kept = g_memdup2 (values + weight->offset, weight->size * sizeof *kept);
      double norm = 0, slope = 0;

      for (size_t j = 0; j < weight->size; j++)
        norm += pow (g[weight->offset + j], 2);
      norm = sqrt (norm);
      g_assert_cmpfloat (norm, >, 0);
      for (int side = -1; side <= 1; side += 2)
        {
          double step = side * 0.0005;

          for (size_t j = 0; j < weight->size; j++)
            values[weight->offset + j] = kept[j] + (float) (step * g[weight->offset + j] / norm);
          slope += assay_gradient (model->trainer, loss, model, false) / (2 * step);
        }
      memcpy (values + weight->offset, kept, weight->size * sizeof *kept);
      if (fabs (slope - norm) > 0.01 * norm + 3e-4)
        g_error ("%s: the slope is %g, the gradient's norm %g", weight->name, slope, norm);
    }
  free (g);
  model_free (model);
}

static void
test_differences (void)
{
  check_differences (&tiny);
  check_differences (&llama);
  check_differences (&gated);
  check_differences (&bare);
}

/** The arrays of a model: names and shapes, between spaces. */
static char *
arrays_of (const AssayGptConfig *config)
{
  Model *model = model_new (config, 1, 1);
  GString *text = g_string_new (NULL);

  for (uint32_t i = 0; i < model->params->n; i++)
    {
      const AssayWeight *weight = model->params->params[i];

      g_string_append_printf (text, "%s%s %zu", i > 0 ? ", " : "", weight->name, weight->shape[0]);
      if (weight->n_dims == 2)
        g_string_append_printf (text, "x%zu", weight->shape[1]);
    }
  model_free (model);
  return g_string_free (text, FALSE);
}

static void
test_names (void)
{
  AssayGptConfig config = llama, one = tiny;
  g_autofree char *of_llama = NULL, *of_gpt2 = NULL, *of_bare = arrays_of (&bare);

  config.layers = one.layers = 1;
  of_llama = arrays_of (&config);
  of_gpt2 = arrays_of (&one);
  g_assert_cmpstr (of_gpt2, ==,
                   "wte.weight 11x12, wpe.weight 7x12, h.0.ln_1.weight 12, h.0.ln_1.bias 12, "
                   "h.0.attn.c_attn.weight 36x12, h.0.attn.c_attn.bias 36, "
                   "h.0.attn.c_proj.weight 12x12, h.0.attn.c_proj.bias 12, h.0.ln_2.weight 12, "
                   "h.0.ln_2.bias 12, h.0.mlp.c_fc.weight 48x12, h.0.mlp.c_fc.bias 48, "
                   "h.0.mlp.c_proj.weight 12x48, h.0.mlp.c_proj.bias 12, ln_f.weight 12, "
                   "ln_f.bias 12");
  g_assert_cmpstr (of_llama, ==,
                   "model.embed_tokens.weight 11x16, model.layers.0.input_layernorm.weight 16, "
                   "model.layers.0.self_attn.qkv_proj.weight 32x16, "
                   "model.layers.0.self_attn.o_proj.weight 16x16, "
                   "model.layers.0.post_attention_layernorm.weight 16, "
                   "model.layers.0.mlp.gate_up_proj.weight 42x16, "
                   "model.layers.0.mlp.down_proj.weight 16x21, model.norm.weight 16, "
                   "lm_head.weight 11x16");
  g_assert_cmpstr (of_bare, ==,
                   "wte.weight 11x12, wpe.weight 7x12, h.0.ln_1.weight 12, "
                   "h.0.attn.c_attn.weight 36x12, h.0.attn.c_proj.weight 12x12, "
                   "h.0.ln_2.weight 12, h.0.mlp.c_fc.weight 10x12, h.0.mlp.c_proj.weight 12x10, "
                   "ln_f.weight 12, lm_head.weight 11x12");
}

/** Half the batch, then the other half added: the gradient of the whole. */
static void
test_accumulation (void)
{
  Model *model = model_new (&llama, 1, 1);
  size_t row = llama.context, half = BATCH / 2, n = BATCH * row;
  AssayTape *tape = assay_tape_new (model->params->n);
  float *whole = model->trainer->grads[0], *parts = assay_params_vector (model->params);

  assay_gradient (model->trainer, loss, model, false);
  for (size_t i = 0; i < 2; i++)
    {
      const size_t *shape = ASSAY_SHAPE (half, row);
      size_t begin = i * half * row;
      AssayTensor *part;

      assay_tape_begin (tape, model->params->values, parts, i > 0);
      part = assay_gpt_loss (
          tape, model->gpt, assay_tensor_wrap_ints (tape, model->ids + begin, 2, shape),
          assay_tensor_wrap_ints (tape, model->targets + begin, 2, shape), (float) n);
      assay_tape_backward (tape, part, 1, model->params->params, model->params->n);
    }
  for (size_t i = 0; i < model->params->size; i++)
    g_assert_cmpfloat_with_epsilon (parts[i], whole[i], 1e-7 + 1e-4 * fabsf (whole[i]));
  assay_tape_free (tape);
  free (parts);
  model_free (model);
}

/* A reward of each sequence, by the head on its last state, with the layers below frozen. */
typedef struct Scored
{
  Model *model;
  AssayHead head;
} Scored;

static AssayTensor *
score_loss (AssayTape *tape, uint32_t shard, void *data)
{
  const Scored *scored = data;
  const AssayGpt *gpt = scored->model->gpt;
  AssayTensor *ids = assay_tensor_wrap_ints (tape, scored->model->ids, 2,
                                             ASSAY_SHAPE (BATCH, gpt->config.context));
  AssayTensor *scores = assay_head (tape, &scored->head, assay_gpt_states (tape, gpt, ids));

  g_assert_cmpuint (scores->n_dims, ==, 3);
  g_assert_cmpuint (scores->shape[2], ==, 1);
  return assay_mean_all (tape, assay_square (tape, assay_affine (tape, scores, 1, -1)));
}

static void
test_head (void)
{
  Scored scored = { g_new0 (Model, 1) };
  Model *model = scored.model;
  AssayStream stream;
  AssayTrainer *trainer;
  g_autofree float *before = NULL;
  size_t frozen;

  assay_stream_init (&stream, 1, "model");
  model->params = assay_params_new ();
  model->gpt = assay_gpt_new (model->params, &tiny);
  assay_head_init (&scored.head, model->params, "score", tiny.d, 1, 0.1f);
  assay_params_init (model->params, &stream);
  model->ids = g_new0 (int32_t, BATCH * tiny.context);
  g_assert_nonnull (assay_params_find (model->params, "score.weight"));
  g_assert_nonnull (assay_params_find (model->params, "score.bias"));
  model->trainer = trainer = assay_trainer_new (model->params, 1, NULL);
  g_assert_cmpuint (assay_params_freeze (model->params, "wte.", true), ==, 1);
  g_assert_cmpuint (assay_params_freeze (model->params, "wpe.", true), ==, 1);
  g_assert_cmpuint (assay_params_freeze (model->params, "h.0.", true), ==, 12);
  frozen = assay_params_find (model->params, "h.1.ln_1.weight")->offset;
  before = g_memdup2 (model->params->values, frozen * sizeof *before);
  {
    AssayOptimizerOptions options = { ASSAY_ADAMW, 1e-2, 0.9, 0.95, 1e-8, 0.1, 1 };
    AssayOptimizer *optimizer = assay_optimizer_new (model->params, &options);
    double last = 1;

    for (guint t = 0; t < 60; t++)
      {
        last = assay_gradient (trainer, score_loss, &scored, false);
        assay_optimizer_step (optimizer, trainer->grads[0], NULL);
      }
    g_assert_cmpfloat (last, <, 1e-2);
    assay_optimizer_free (optimizer);
  }
  g_assert_cmpmem (before, frozen * sizeof *before, model->params->values, frozen * sizeof *before);
  model_free (model);
}

static void
test_overfit (void)
{
  static const AssayGptConfig config
      = { .d = 32, .layers = 2, .heads = 4, .context = 16, .vocabulary = 20 };
  Model *model = model_new (&config, 2, 2);

  g_assert_cmpfloat (train (model, 300), <, 0.1);
  model_free (model);
}

static void
test_bits (void)
{
  for (uint32_t shards = 1; shards <= BATCH; shards *= 2)
    {
      g_autofree float *kept = NULL;

      for (uint32_t threads = 1; threads <= 4; threads++) /* the last again as the first */
        {
          Model *model = model_new (&tiny, shards, threads == 4 ? 1 : threads);
          gsize bytes = model->params->size * sizeof *kept;

          train (model, 5);
          if (kept == NULL)
            kept = g_memdup2 (model->params->values, bytes);
          g_assert_cmpmem (kept, bytes, model->params->values, bytes);
          model_free (model);
        }
    }
}

static void
test_memory (void)
{
  Model *model = model_new (&tiny, 2, 2);
  size_t held[2];

  train (model, 2);
  for (guint i = 0; i < 2; i++)
    held[i] = assay_tape_held (model->trainer->tapes[i]);
  train (model, 5);
  for (guint i = 0; i < 2; i++)
    g_assert_cmpuint (assay_tape_held (model->trainer->tapes[i]), ==, held[i]);
  model_free (model);
}

/* ---- some states only ---- */

#define PLACES 5

/** The sum of squared states at some places, some of which are not wanted or wanted twice. */
static AssayTensor *
states_at (AssayTape *tape, const Model *model, const int32_t *places, bool pruned)
{
  size_t context = model->gpt->config.context, d = model->gpt->config.d;
  AssayTensor *ids = assay_tensor_wrap_ints (tape, model->ids, 2, ASSAY_SHAPE (BATCH, context));
  AssayTensor *at = assay_tensor_wrap_ints (tape, places, 1, ASSAY_SHAPE (PLACES)), *states;

  if (pruned)
    return assay_gpt_states_at (tape, model->gpt, ids, at);
  states = assay_reshape (tape, assay_gpt_states (tape, model->gpt, ids), 2,
                          ASSAY_SHAPE (BATCH * context, d));
  return assay_embedding (tape, states, at, NULL);
}

static void
test_some_states (void)
{
  static const AssayGptConfig *const configs[] = { &tiny, &llama, &gated, &bare };
  static const int32_t places[PLACES] = { 3, 27, 0, 13, 13 };

  for (guint c = 0; c < G_N_ELEMENTS (configs); c++)
    {
      Model *model = model_new (configs[c], 1, 1);
      AssayTape *tape = assay_tape_new (model->params->n);
      float *grads[] = { assay_params_vector (model->params), assay_params_vector (model->params) };
      float states[2][PLACES * 16];
      size_t n = PLACES * configs[c]->d;

      for (int pruned = 0; pruned < 2; pruned++)
        {
          AssayTensor *y;

          assay_tape_begin (tape, model->params->values, grads[pruned], false);
          y = states_at (tape, model, places, pruned);
          g_assert_cmpuint (y->size, ==, n);
          memcpy (states[pruned], y->data, n * sizeof (float));
          assay_tape_backward (tape, assay_sum_all (tape, assay_mul (tape, y, y)), 1,
                               model->params->params, model->params->n);
        }
      for (size_t i = 0; i < n; i++)
        g_assert_cmpfloat_with_epsilon (states[0][i], states[1][i], 1e-5f);
      for (size_t i = 0; i < model->params->size; i++)
        g_assert_cmpfloat_with_epsilon (grads[0][i], grads[1][i],
                                        1e-5f + 1e-4f * fabsf (grads[0][i]));
      free (grads[0]);
      free (grads[1]);
      assay_tape_free (tape);
      model_free (model);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gpt/a-new-model-knows-nothing", test_first_loss);
  g_test_add_func ("/gpt/gradients-are-the-loss-s-differences", test_differences);
  g_test_add_func ("/gpt/arrays-have-the-names-of-their-architecture", test_names);
  g_test_add_func ("/gpt/a-batch-in-parts-gives-its-gradient", test_accumulation);
  g_test_add_func ("/gpt/a-head-is-trained-above-frozen-layers", test_head);
  g_test_add_func ("/gpt/some-states-are-those-of-all", test_some_states);
  g_test_add_func ("/gpt/overfits-a-tiny-batch", test_overfit);
  g_test_add_func ("/gpt/bits-depend-on-shards-only", test_bits);
  g_test_add_func ("/gpt/memory-does-not-grow-after-two-steps", test_memory);
  return g_test_run ();
}
