/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/nn/train.h"
#include "learn/tensor/ops.h"

#include <assay/random.h>
#include <glib.h>
#include <math.h>

#define ROWS 24 /* of the batch: for 1, 2, 3, 4 shards */
#define IN 7
#define HIDDEN 33
#define OUT 3

typedef struct Model
{
  AssayParams *params;
  const AssayWeight *w1, *b1, *w2, *b2, *unused;
  float x[ROWS * IN], y[ROWS * OUT];
  uint32_t n_shards;
} Model;

static void
model_init (Model *model, uint32_t n_shards)
{
  AssayStream stream;

  assay_stream_init (&stream, 1, "model");
  model->params = assay_params_new ();
  model->w1
      = assay_params_add (model->params, ASSAY_SHAPE (HIDDEN, IN), ASSAY_INIT_KAIMING, 1, "1.w");
  model->b1 = assay_params_add (model->params, ASSAY_SHAPE (HIDDEN), ASSAY_INIT_ZERO, 1, "1.b");
  model->w2
      = assay_params_add (model->params, ASSAY_SHAPE (OUT, HIDDEN), ASSAY_INIT_KAIMING, 1, "2.w");
  model->b2 = assay_params_add (model->params, ASSAY_SHAPE (OUT), ASSAY_INIT_ZERO, 1, "2.b");
  model->unused = assay_params_add (model->params, ASSAY_SHAPE (2, 2), ASSAY_INIT_ONE, 1, "unused");
  assay_params_init (model->params, &stream);
  for (guint i = 0; i < G_N_ELEMENTS (model->x); i++)
    model->x[i] = (float) assay_normal (&stream);
  for (guint i = 0; i < G_N_ELEMENTS (model->y); i++)
    model->y[i] = (float) assay_normal (&stream);
  model->n_shards = n_shards;
}

/* ---- an operation of one's own: half the sum of squared differences, over ROWS ---- */

typedef struct Difference
{
  AssayTensor *x, *out;
  const float *target;
} Difference;

static void
difference_backward (AssayTape *tape, void *context)
{
  const Difference *d = context;
  bool fresh;
  float *grad = assay_tensor_grad (tape, d->x, &fresh);

  for (size_t i = 0; i < d->x->size; i++)
    {
      float g = *d->out->grad * (d->x->data[i] - d->target[i]) / ROWS;

      grad[i] = fresh ? g : grad[i] + g;
    }
}

static AssayTensor *
difference (AssayTape *tape, AssayTensor *x, const float *target)
{
  AssayTensor *out = assay_tensor_new (tape, ASSAY_FP32, 0, NULL);
  Difference *d = assay_tape_record (tape, difference_backward, sizeof *d, out, &x, 1);
  double sum = 0;

  for (size_t i = 0; i < x->size; i++)
    sum += 0.5 * pow (x->data[i] - target[i], 2) / ROWS;
  *out->data = (float) sum;
  if (d != NULL)
    *d = (Difference){ x, out, target };
  return out;
}

static AssayTensor *
loss (AssayTape *tape, uint32_t shard, void *data)
{
  const Model *model = data;
  size_t rows = ROWS / model->n_shards, begin = shard * rows;
  AssayTensor *x = assay_tensor_wrap (tape, model->x + begin * IN, 2, ASSAY_SHAPE (rows, IN));

  x = assay_linear (tape, x, assay_tape_param (tape, model->w1), assay_tape_param (tape, model->b1),
                    ASSAY_TANH);
  x = assay_linear (tape, x, assay_tape_param (tape, model->w2), assay_tape_param (tape, model->b2),
                    ASSAY_IDENTITY);
  return difference (tape, x, model->y + begin * OUT);
}

/** Ten steps of AdamW; the weights after them, for g_free. */
static float *
train (uint32_t n_shards, uint32_t n_threads, double *last_loss)
{
  AssayOptimizerOptions options = assay_adam_defaults;
  AssayWorkers *workers = assay_workers_new (n_threads);
  AssayOptimizer *optimizer;
  AssayTrainer *trainer;
  Model model;
  float *values;

  model_init (&model, n_shards);
  options.rate = 0.02;
  options.max_norm = 0.5;
  optimizer = assay_optimizer_new (model.params, &options);
  trainer = assay_trainer_new (model.params, n_shards, workers);
  for (guint i = 0; i < 10; i++)
    {
      *last_loss = assay_gradient (trainer, loss, &model, false);
      assay_optimizer_step (optimizer, trainer->grads[0], workers);
    }
  values = g_memdup2 (model.params->values, model.params->size * sizeof *values);
  assay_trainer_free (trainer);
  assay_optimizer_free (optimizer);
  assay_workers_free (workers);
  assay_params_free (model.params);
  return values;
}

static void
test_threads (void)
{
  for (uint32_t shards = 1; shards <= 4; shards++)
    {
      double kept_loss, value;
      g_autofree float *kept = train (shards, 1, &kept_loss);

      for (uint32_t threads = 1; threads <= 3; threads++)
        {
          g_autofree float *values = train (shards, threads, &value);

          g_assert_cmpmem (kept, (HIDDEN * IN) * sizeof *kept, values,
                           (HIDDEN * IN) * sizeof *kept);
          g_assert_cmpfloat (value, ==, kept_loss);
        }
      g_assert_cmpfloat (kept_loss, <, 1.5);
    }
}

/** The gradient does not depend on the cut but for rounding, and is that of the loss. */
static void
test_gradient (void)
{
  Model model;
  AssayTrainer *whole, *cut;
  double step = 1e-2, norm = 0, ahead, behind, slope;
  float *kept;

  model_init (&model, 1);
  whole = assay_trainer_new (model.params, 1, NULL);
  cut = assay_trainer_new (model.params, 4, NULL);
  assay_gradient (whole, loss, &model, false);
  model.n_shards = 4;
  assay_gradient (cut, loss, &model, false);
  for (size_t i = 0; i < model.params->size; i++)
    {
      g_assert_cmpfloat_with_epsilon (whole->grads[0][i], cut->grads[0][i], 1e-6);
      norm += pow (whole->grads[0][i], 2);
    }
  for (size_t i = 0; i < model.unused->size; i++)
    g_assert_cmpfloat (whole->grads[0][model.unused->offset + i], ==, 0);
  /* Along the gradient the loss changes by its norm. */
  kept = g_memdup2 (model.params->values, model.params->size * sizeof *kept);
  for (size_t i = 0; i < model.params->size; i++)
    model.params->values[i] = kept[i] + (float) (step * cut->grads[0][i]);
  ahead = assay_gradient (cut, loss, &model, false);
  for (size_t i = 0; i < model.params->size; i++)
    model.params->values[i] = kept[i] - (float) (step * whole->grads[0][i]);
  behind = assay_gradient (cut, loss, &model, false);
  slope = (ahead - behind) / (2 * step);
  g_assert_cmpfloat_with_epsilon (slope / norm, 1, 2e-2);
  g_free (kept);
  assay_trainer_free (whole);
  assay_trainer_free (cut);
  assay_params_free (model.params);
}

static void
test_accumulate (void)
{
  Model model;
  AssayTrainer *once, *twice;

  model_init (&model, 2);
  once = assay_trainer_new (model.params, 2, NULL);
  twice = assay_trainer_new (model.params, 2, NULL);
  assay_gradient (once, loss, &model, false);
  assay_gradient (twice, loss, &model, false);
  assay_gradient (twice, loss, &model, true);
  for (size_t i = 0; i < model.params->size; i++)
    g_assert_cmpfloat_with_epsilon (twice->grads[0][i], 2 * once->grads[0][i], 1e-6);
  assay_trainer_free (once);
  assay_trainer_free (twice);
  assay_params_free (model.params);
}

/** What is frozen stays to the bit, decay and all; the rest goes as if the gradient were without
 * it. */
static void
test_frozen (void)
{
  AssayOptimizerOptions options = assay_adam_defaults;
  AssayTrainer *trainer, *free_trainer;
  AssayOptimizer *optimizer;
  Model model;
  float *before;

  model_init (&model, 2);
  trainer = assay_trainer_new (model.params, 2, NULL);
  free_trainer = assay_trainer_new (model.params, 2, NULL);
  assay_gradient (free_trainer, loss, &model, false);
  options.kind = ASSAY_ADAMW;
  options.decay = 0.1;
  optimizer = assay_optimizer_new (model.params, &options);
  g_assert_cmpuint (assay_params_freeze (model.params, "1.", true), ==, 2);
  before = g_memdup2 (model.params->values, model.params->size * sizeof *before);
  for (guint t = 0; t < 3; t++)
    {
      assay_gradient (trainer, loss, &model, false);
      for (size_t i = 0; i < model.params->size; i++)
        if (i < model.w2->offset)
          g_assert_cmpfloat (trainer->grads[0][i], ==, 0);
        else if (t == 0)
          g_assert_cmpfloat (trainer->grads[0][i], ==, free_trainer->grads[0][i]);
      assay_optimizer_step (optimizer, trainer->grads[0], NULL);
      g_assert_cmpmem (before, model.w2->offset * sizeof *before, model.params->values,
                       model.w2->offset * sizeof *before);
      for (size_t i = 0; i < model.w2->size; i++)
        g_assert_cmpfloat (before[model.w2->offset + i], !=,
                           model.params->values[model.w2->offset + i]);
    }
  g_free (before);
  assay_optimizer_free (optimizer);
  assay_trainer_free (trainer);
  assay_trainer_free (free_trainer);
  assay_params_free (model.params);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/train/threads-do-not-change-bits", test_threads);
  g_test_add_func ("/train/shards-add-up-to-the-gradient", test_gradient);
  g_test_add_func ("/train/gradients-accumulate", test_accumulate);
  g_test_add_func ("/train/frozen-arrays-stay", test_frozen);
  return g_test_run ();
}
