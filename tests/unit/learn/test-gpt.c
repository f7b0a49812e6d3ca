/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/nn/gpt.h"
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
test_differences (void)
{
  Model *model = model_new (&tiny, 1, 1);
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
          double step = side * 0.002;

          for (size_t j = 0; j < weight->size; j++)
            values[weight->offset + j] = kept[j] + (float) (step * g[weight->offset + j] / norm);
          slope += assay_gradient (model->trainer, loss, model, false) / (2 * step);
        }
      memcpy (values + weight->offset, kept, weight->size * sizeof *kept);
      if (fabs (slope - norm) > 0.01 * norm + 1e-4)
        g_error ("%s: the slope is %g, the gradient's norm %g", weight->name, slope, norm);
    }
  free (g);
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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gpt/a-new-model-knows-nothing", test_first_loss);
  g_test_add_func ("/gpt/gradients-are-the-loss-s-differences", test_differences);
  g_test_add_func ("/gpt/overfits-a-tiny-batch", test_overfit);
  g_test_add_func ("/gpt/bits-depend-on-shards-only", test_bits);
  g_test_add_func ("/gpt/memory-does-not-grow-after-two-steps", test_memory);
  return g_test_run ();
}
