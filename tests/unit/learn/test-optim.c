/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/nn/optim.h"

#include <assay/random.h>
#include <glib.h>
#include <math.h>
#include <string.h>

#define STEPS 10

/* Several blocks of work, arrays that decay and that do not, ragged ends. */
static AssayParams *
model (void)
{
  AssayParams *params = assay_params_new ();
  AssayStream stream;

  assay_params_add (params, ASSAY_SHAPE (301, 113), ASSAY_INIT_NORMAL, 1, "a.weight");
  assay_params_add (params, ASSAY_SHAPE (301), ASSAY_INIT_NORMAL, 1, "a.bias");
  assay_params_add (params, ASSAY_SHAPE (17, 301), ASSAY_INIT_NORMAL, 1, "b.weight");
  assay_params_add (params, ASSAY_SHAPE (1), ASSAY_INIT_NORMAL, 1, "b.bias");
  assay_stream_init (&stream, 1, "init");
  assay_params_init (params, &stream);
  return params;
}

/** The gradient at step @t: none between the arrays, as after a backward pass. */
static void
draw_gradient (const AssayParams *params, float *g, guint t, double scale)
{
  AssayStream stream;

  assay_stream_init (&stream, t, "gradient");
  for (uint32_t i = 0; i < params->n; i++)
    for (size_t j = 0; j < params->params[i]->size; j++)
      g[params->params[i]->offset + j] = (float) (scale * assay_normal (&stream));
}

typedef struct Naive
{
  double w, m, v;
} Naive;

/** PyTorch's documentation, word by word. */
static void
naive_step (Naive *x, double g, const AssayOptimizerOptions *o, bool decays, guint t)
{
  double decay = decays ? o->decay : 0;

  if (o->kind == ASSAY_ADAMW)
    x->w -= o->rate * decay * x->w;
  else
    g += decay * x->w;
  x->m = o->beta1 * x->m + (o->kind == ASSAY_SGD ? g : (1 - o->beta1) * g);
  x->v = o->beta2 * x->v + (1 - o->beta2) * g * g;
  if (o->kind == ASSAY_SGD)
    x->w -= o->rate * x->m;
  else
    x->w -= o->rate * (x->m / (1 - pow (o->beta1, t)))
            / (sqrt (x->v / (1 - pow (o->beta2, t))) + o->epsilon);
}

static const AssayOptimizerOptions kinds[] = {
  { ASSAY_SGD, 0.05, 0, 0, 0, 0, 0 },
  { ASSAY_SGD, 0.05, 0.9, 0, 0, 0.01, 3 },
  { ASSAY_ADAM, 0.01, 0.9, 0.999, 1e-8, 0, 0 },
  { ASSAY_ADAM, 0.01, 0.9, 0.999, 1e-8, 0.1, 1 },
  { ASSAY_ADAMW, 0.01, 0.9, 0.95, 1e-8, 0.1, 0 },
  { ASSAY_ADAMW, 0.01, 0.9, 0.95, 1e-3, 0.1, 1e9 },
};

static void
test_naive (gconstpointer data)
{
  const AssayOptimizerOptions *o = data;
  AssayParams *params = model ();
  AssayOptimizer *optimizer = assay_optimizer_new (params, o);
  g_autofree Naive *naive = g_new0 (Naive, params->size);
  float *g = assay_params_vector (params);

  for (size_t i = 0; i < params->size; i++)
    naive[i].w = params->values[i];
  for (guint t = 1; t <= STEPS; t++)
    {
      double norm = 0, scale = 1, returned;

      draw_gradient (params, g, t, 1);
      for (size_t i = 0; i < params->size; i++)
        norm += (double) g[i] * g[i];
      norm = sqrt (norm);
      if (o->max_norm > 0 && norm > o->max_norm)
        scale = o->max_norm / norm;
      for (uint32_t i = 0; i < params->n; i++)
        for (size_t j = 0; j < params->params[i]->size; j++)
          {
            size_t at = params->params[i]->offset + j;

            naive_step (&naive[at], scale * g[at], o, params->params[i]->decays, t);
          }
      returned = assay_optimizer_step (optimizer, g, NULL);
      g_assert_cmpfloat_with_epsilon (returned, o->max_norm > 0 ? norm : 0, 1e-9 * norm);
    }
  g_assert_cmpuint (optimizer->steps, ==, STEPS);
  for (size_t i = 0; i < params->size; i++)
    g_assert_cmpfloat_with_epsilon (params->values[i], naive[i].w, 4e-6);
  free (g);
  assay_optimizer_free (optimizer);
  assay_params_free (params);
}

static void
test_threads (void)
{
  for (guint k = 0; k < G_N_ELEMENTS (kinds); k++)
    {
      float *kept = NULL;
      double kept_norm = 0;

      for (uint32_t threads = 1; threads <= 3; threads++)
        {
          AssayWorkers *workers = assay_workers_new (threads);
          AssayParams *params = model ();
          AssayOptimizer *optimizer = assay_optimizer_new (params, &kinds[k]);
          float *g = assay_params_vector (params);
          double norm = 0;

          for (guint t = 1; t <= 3; t++)
            {
              draw_gradient (params, g, t, 1);
              norm = assay_optimizer_step (optimizer, g, workers);
            }
          if (kept == NULL)
            {
              kept = g_memdup2 (params->values, params->size * sizeof *kept);
              kept_norm = norm;
            }
          g_assert_cmpmem (kept, params->size * sizeof *kept, params->values,
                           params->size * sizeof *kept);
          g_assert_cmpfloat (norm, ==, kept_norm);
          free (g);
          assay_optimizer_free (optimizer);
          assay_params_free (params);
          assay_workers_free (workers);
        }
      g_free (kept);
    }
}

/** A gradient of @scale's own kind, clipped to 1: what the weights became. */
static void
expect_after (double scale, bool finite)
{
  AssayOptimizerOptions o = { .kind = ASSAY_SGD, .rate = 1, .max_norm = 1 };
  AssayParams *params = model ();
  AssayOptimizer *optimizer = assay_optimizer_new (params, &o);
  float *g = assay_params_vector (params);
  double norm;

  draw_gradient (params, g, 1, scale);
  norm = assay_optimizer_step (optimizer, g, NULL);
  g_assert_true (isfinite (norm) == finite);
  g_assert_true (isfinite (params->values[0]) == finite);
  free (g);
  assay_optimizer_free (optimizer);
  assay_params_free (params);
}

static void
test_extremes (void)
{
  expect_after (0, true);
  expect_after (1e-38, true);
  expect_after (1e30, true); /* whose square is no float */
  expect_after (INFINITY, false);
  expect_after (NAN, false);
}

static void
test_schedule (void)
{
  static const struct
  {
    AssaySchedule schedule;
    uint64_t step;
    double factor;
  } rows[] = {
    { ASSAY_SCHEDULE_CONSTANT, 0, 0.1 },  { ASSAY_SCHEDULE_CONSTANT, 9, 1 },
    { ASSAY_SCHEDULE_CONSTANT, 5000, 1 }, { ASSAY_SCHEDULE_LINEAR, 4, 0.5 },
    { ASSAY_SCHEDULE_LINEAR, 10, 1 },     { ASSAY_SCHEDULE_LINEAR, 60, 0.6 },
    { ASSAY_SCHEDULE_LINEAR, 110, 0.2 },  { ASSAY_SCHEDULE_LINEAR, 1000, 0.2 },
    { ASSAY_SCHEDULE_COSINE, 10, 1 },     { ASSAY_SCHEDULE_COSINE, 35, 0.88284271 },
    { ASSAY_SCHEDULE_COSINE, 60, 0.6 },   { ASSAY_SCHEDULE_COSINE, 110, 0.2 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_cmpfloat_with_epsilon (assay_schedule (rows[i].schedule, rows[i].step, 10, 110, 0.2),
                                    rows[i].factor, 1e-7);
  g_assert_cmpfloat (assay_schedule (ASSAY_SCHEDULE_LINEAR, 0, 0, 0, 0.5), ==, 0.5);
}

static void
test_average (void)
{
  enum
  {
    N = 40001
  };
  g_autofree float *values = g_new (float, N), *one = g_new0 (float, N), *three = g_new0 (float, N);
  AssayWorkers *workers = assay_workers_new (3);

  for (guint i = 0; i < N; i++)
    values[i] = (float) i;
  for (guint t = 0; t < 3; t++)
    {
      assay_moving_average (one, values, 0.75f, N, NULL);
      assay_moving_average (three, values, 0.75f, N, workers);
    }
  g_assert_cmpmem (one, N * sizeof *one, three, N * sizeof *three);
  g_assert_cmpfloat_with_epsilon (one[N - 1], (1 - 0.421875) * (N - 1), 1e-2);
  g_assert_cmpfloat_with_epsilon (one[5], (1 - 0.421875) * 5, 1e-6);
  assay_workers_free (workers);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autofree char *path = g_strdup_printf ("/optim/ten-steps-are-those-of-the-formula/%u", i);

      g_test_add_data_func (path, &kinds[i], test_naive);
    }
  g_test_add_func ("/optim/threads-do-not-change-bits", test_threads);
  g_test_add_func ("/optim/clipping-survives-extremes-and-hides-no-nan", test_extremes);
  g_test_add_func ("/optim/schedules", test_schedule);
  g_test_add_func ("/optim/moving-average", test_average);
  return g_test_run ();
}
