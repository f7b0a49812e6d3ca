/* SPDX-License-Identifier: Apache-2.0
 *
 * Numbers about curves and selections, against their definitions.
 */
#include "judge.h"
#include "measure.h"

#include "base/num/random.h"

#include <glib.h>
#include <math.h>

#define N 40

/* Scores with ties. */
static void
draw (double *x, uint32_t n, uint32_t levels, const char *name)
{
  AssayStream stream;

  assay_stream_init (&stream, 7, name);
  for (uint32_t i = 0; i < n; i++)
    x[i] = levels ? assay_below (&stream, levels) : assay_uniform (&stream);
}

static void
weights_are_those_of_the_best (void)
{
  static const uint32_t grid[] = { 1, 3, N };
  AssayTextError error;
  AssayBestOfN *bon = assay_best_of_n_new (N, grid, 3, &error);
  g_autofree void *scratch = g_malloc (assay_best_of_n_scratch (bon));
  double proxy[N], gold[N], weights[N], curve[3];
  uint32_t order[N];

  draw (proxy, N, 12, "proxy");
  draw (gold, N, 0, "gold");
  assay_best_of_n_curves (bon, proxy, gold, curve, NULL, scratch);
  for (uint32_t g = 0; g < 3; g++)
    {
      double total = 0, value = 0;

      measure_weights (bon, g, proxy, order, weights);
      for (uint32_t i = 0; i < N; i++)
        {
          total += weights[i];
          value += weights[i] * gold[i];
          for (uint32_t j = 0; j < i; j++)
            g_assert_true (proxy[i] != proxy[j] || weights[i] == weights[j]);
        }
      g_assert_cmpfloat_with_epsilon (total, 1, 1e-12);
      g_assert_cmpfloat_with_epsilon (value, curve[g], 1e-12);
    }
  assay_best_of_n_free (bon);
}

static void
a_win_is_counted_pair_by_pair (void)
{
  double a[N], b[N], gold[N], sum_a = 0, sum_b = 0, wanted = 0;
  uint32_t order[N];

  draw (a, N, 0, "a");
  draw (b, N, 0, "b");
  draw (gold, N, 6, "gold");
  for (uint32_t i = 0; i < N; i++)
    {
      sum_a += a[i];
      sum_b += b[i];
    }
  for (uint32_t i = 0; i < N; i++)
    {
      a[i] /= sum_a;
      b[i] /= sum_b;
    }
  for (uint32_t i = 0; i < N; i++)
    for (uint32_t j = 0; j < N; j++)
      wanted += a[i] * b[j] * (gold[i] > gold[j] ? 1 : gold[i] == gold[j] ? .5 : 0);
  measure_order (gold, N, order);
  g_assert_cmpfloat_with_epsilon (measure_win (a, b, gold, order, N), wanted, 1e-12);
  g_assert_cmpfloat_with_epsilon (measure_win (a, a, gold, order, N), .5, 1e-12);
}

static void
a_form_is_found_and_a_shuffled_one_is_not (void)
{
  static const AssayGaoForm forms[] = { ASSAY_GAO_BEST_OF_N, ASSAY_GAO_RL };
  double kl[21], gold[21], values[FIT_VALUES];
  AssayStream stream;

  assay_stream_init (&stream, 1, "orders");
  for (uint32_t f = 0; f < 2; f++)
    {
      for (uint32_t i = 0; i < 21; i++)
        {
          double d = .2 * i;

          kl[i] = d * d;
          gold[i] = -3 + (i ? d * (1.5 - .4 * (f ? log (d) : d)) : 0);
        }
      measure_fit (forms[f], kl, gold, 21, &stream, values);
      g_assert_cmpfloat_with_epsilon (values[FIT_ALPHA], 1.5, 1e-9);
      g_assert_cmpfloat_with_epsilon (values[FIT_BETA], .4, 1e-9);
      g_assert_cmpfloat_with_epsilon (values[FIT_PEAK], pow (f ? exp (1.5 / .4 - 1) : 1.5 / .8, 2),
                                      1e-6);
      g_assert_cmpfloat_with_epsilon (values[FIT_R2], 1, 1e-9);
      g_assert_cmpfloat_with_epsilon (values[FIT_AHEAD], 1, 1e-6);
      g_assert_cmpfloat (values[FIT_R2_NULL], <, .7);
      g_assert_cmpfloat (values[FIT_AHEAD_NULL], <, 0);
      g_assert_cmpfloat (values[FIT_AHEAD_NULL], >=, -1);
    }
}

static void
bins_hold_as_many_each (void)
{
  double deviation[N], error[N], x[4], y[4], mean = 0;
  uint32_t order[N];

  draw (deviation, N, 0, "deviation");
  for (uint32_t i = 0; i < N; i++)
    {
      error[i] = 2 * deviation[i];
      mean += deviation[i] / N;
    }
  measure_bins (deviation, error, N, 4, order, x, y);
  for (uint32_t b = 0; b < 4; b++)
    {
      g_assert_cmpfloat_with_epsilon (y[b], 2 * x[b], 1e-12);
      g_assert_true (b == 0 || x[b] > x[b - 1]);
    }
  g_assert_cmpfloat_with_epsilon ((x[0] + x[1] + x[2] + x[3]) / 4, mean, 1e-12);
}

/* ---- Judges ------------------------------------------------------------------------------- */

static void
objectives_are_what_they_are_called (void)
{
  double scores[LAB_SCORERS * 2] = { 0 }, gold[2] = { 5, 6 }, random[2] = { 7, 8 };
  JudgeAnswers answers = { 2, gold, scores, random };
  double work[4], out[2];
  const struct
  {
    const char *id;
    uint32_t first, n;
    double wanted;
  } cases[] = { { "single", 1, 3, 4 },  { "mean", 0, 3, 2 },
                { "wco", 0, 3, 0 },     { "uwo", 0, 3, 2 - 4. / 3 },
                { "median", 0, 3, 2 },  { "lcb", 0, 3, 2 - .5 * sqrt (8. / 3) },
                { "average", 0, 3, 9 }, { "gold", 0, 3, 5 },
                { "random", 0, 3, 7 },  { "twins", 0, 3, 2 } };

  scores[0] = 2; /* of the first answer: 2, 4, 0, and 9 by the averaged weights */
  scores[2] = 4;
  scores[4] = 0;
  scores[2 * SETUP_MODELS] = 9;
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      JudgeObjective objective = judge_objective (cases[i].id, cases[i].first, cases[i].n, .5);

      judge (&objective, &answers, work, out);
      g_assert_cmpfloat_with_epsilon (out[0], cases[i].wanted, 1e-12);
    }
}

/* Errors 1, 2 and 6 against gold: products of two 2, 6, 12; variance 7. */
static void
errors_are_shared_or_one_s_own (void)
{
  double scores[3] = { 2, 3, 7 }, gold = 11, shared, own, variance;
  JudgeScale scale = { .gold_mean = 9, .gold_factor = .5 }; /* gold is 1 on the scores' scale */
  JudgeAnswers answers = { 1, &gold, scores, NULL };

  judge_errors (&scale, &answers, 3, &shared, &own, &variance);
  g_assert_cmpfloat_with_epsilon (shared, 20. / 3, 1e-12);
  g_assert_cmpfloat_with_epsilon (own, 7, 1e-12);
  g_assert_cmpfloat_with_epsilon (variance, 14. / 3, 1e-12);
  g_assert_cmpfloat_with_epsilon (shared + own, (1 + 4 + 36) / 3., 1e-12);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/measure/weights-are-those-of-the-best", weights_are_those_of_the_best);
  g_test_add_func ("/measure/a-win-is-counted-pair-by-pair", a_win_is_counted_pair_by_pair);
  g_test_add_func ("/measure/a-form-is-found-and-a-shuffled-one-is-not",
                   a_form_is_found_and_a_shuffled_one_is_not);
  g_test_add_func ("/measure/bins-hold-as-many-each", bins_hold_as_many_each);
  g_test_add_func ("/judge/objectives-are-what-they-are-called",
                   objectives_are_what_they_are_called);
  g_test_add_func ("/judge/errors-are-shared-or-one-s-own", errors_are_shared_or_one_s_own);
  return g_test_run ();
}
