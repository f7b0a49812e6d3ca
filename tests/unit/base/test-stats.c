/* SPDX-License-Identifier: Apache-2.0 */
#include "base/num/random.h"
#include "base/num/stats.h"

#include <glib.h>

#define MAX_N 60

static void
assert_near (double value, double expected, double tolerance)
{
  if (isnan (expected) && isnan (value))
    return;
  g_assert_cmpfloat_with_epsilon (value, expected, tolerance * fmax (1, fabs (expected)));
}

static void
test_known (void)
{
  static const double x[] = { 2, 4, 4, 4, 5, 5, 7, 9 };
  static const double line[] = { 1, 3, 5, 7, 9, 11, 13, 15 };
  static const double r[] = { 1, 2, 3, 4, 5 }, t[] = { 5, 6, 7, 8, 7 };
  double scratch[4 * 8];

  assert_near (assay_weighted_mean (x, NULL, 8), 5, 1e-15);
  assert_near (assay_sd (x, NULL, 8), sqrt (32.0 / 7), 1e-15);
  assert_near (assay_slope (line, x, NULL, 8), 68.0 / 168, 1e-15);
  assert_near (assay_pearson (line, line, NULL, 8), 1, 1e-15);
  assert_near (assay_pearson (r, t, NULL, 5), 6 / sqrt (10 * 5.2), 1e-15);
  /* scipy.stats.spearmanr's documented example, which has a tie */
  assert_near (assay_spearman (r, t, NULL, 5, scratch), 0.8207826816681233, 1e-14);
}

static void
test_quantile (void)
{
  static const double x[] = { 10, 1, 4, 2, 3 };
  double scratch[10];

  /* R: quantile (c (1, 2, 3, 4, 10), q), type 7 */
  assert_near (assay_quantile (x, NULL, 5, 0, scratch), 1, 1e-15);
  assert_near (assay_quantile (x, NULL, 5, 0.1, scratch), 1.4, 1e-15);
  assert_near (assay_quantile (x, NULL, 5, 0.5, scratch), 3, 1e-15);
  assert_near (assay_quantile (x, NULL, 5, 0.9, scratch), 7.6, 1e-15);
  assert_near (assay_quantile (x, NULL, 5, 1, scratch), 10, 1e-15);
  assert_near (assay_quantile (x, NULL, 1, 0.3, scratch), 10, 1e-15);
}

static void
test_iqm (void)
{
  static const double eight[] = { 8, 1, 7, 2, 6, 3, 5, 4 }, five[] = { 100, 0, 10, 2, 1 };
  double scratch[16];

  assert_near (assay_iqm (eight, NULL, 8, scratch), 4.5, 1e-15);
  assert_near (assay_iqm (five, NULL, 5, scratch), (0.75 * 1 + 2 + 0.75 * 10) / 2.5, 1e-15);
  assert_near (assay_iqm (five, NULL, 1, scratch), 100, 1e-15);
  assert_near (assay_iqm (five, NULL, 2, scratch), 50, 1e-15);
}

/* ---- Weights as repetitions ----------------------------------------------------- */

typedef struct Sample
{
  size_t n, n_long;
  double x[MAX_N], y[MAX_N], w[MAX_N];
  double x_long[4 * MAX_N], y_long[4 * MAX_N];
} Sample;

/* Values with ties, weights 0..3, and the same with repetitions instead of weights. */
static void
draw_sample (AssayStream *s, Sample *sample)
{
  sample->n = 1 + assay_below (s, MAX_N);
  sample->n_long = 0;
  for (size_t i = 0; i < sample->n; i++)
    {
      sample->x[i] = assay_below (s, 2) ? assay_below (s, 10) : assay_normal (s);
      sample->y[i] = assay_below (s, 2) ? assay_below (s, 10) : sample->x[i] + assay_normal (s);
      sample->w[i] = assay_below (s, 4);
      for (double k = 0; k < sample->w[i]; k++)
        {
          sample->x_long[sample->n_long] = sample->x[i];
          sample->y_long[sample->n_long++] = sample->y[i];
        }
    }
}

static void
test_weights (void)
{
  static Sample a, b;
  static double scratch[8 * 4 * MAX_N];
  AssayStream s;

  assay_stream_init (&s, 1, "weights");
  for (guint round = 0; round < 2000; round++)
    {
      double q = assay_uniform (&s);

      draw_sample (&s, &a);
      draw_sample (&s, &b);
      assert_near (assay_weighted_mean (a.x, a.w, a.n),
                   assay_weighted_mean (a.x_long, NULL, a.n_long), 1e-13);
      assert_near (assay_sd (a.x, a.w, a.n), assay_sd (a.x_long, NULL, a.n_long), 1e-12);
      assert_near (assay_quantile (a.x, a.w, a.n, q, scratch),
                   assay_quantile (a.x_long, NULL, a.n_long, q, scratch), 1e-13);
      assert_near (assay_iqm (a.x, a.w, a.n, scratch),
                   assay_iqm (a.x_long, NULL, a.n_long, scratch), 1e-12);
      assert_near (assay_auroc (a.x, a.w, a.n, b.x, b.w, b.n, scratch),
                   assay_auroc (a.x_long, NULL, a.n_long, b.x_long, NULL, b.n_long, scratch),
                   1e-13);
      if (a.n_long < 3)
        continue;
      assert_near (assay_slope (a.x, a.y, a.w, a.n),
                   assay_slope (a.x_long, a.y_long, NULL, a.n_long), 1e-10);
      assert_near (assay_pearson (a.x, a.y, a.w, a.n),
                   assay_pearson (a.x_long, a.y_long, NULL, a.n_long), 1e-10);
      assert_near (assay_spearman (a.x, a.y, a.w, a.n, scratch),
                   assay_spearman (a.x_long, a.y_long, NULL, a.n_long, scratch), 1e-10);
    }
}

/* ---- Against slow definitions ---------------------------------------------------- */

static double
slow_rank (const double *x, size_t n, size_t i)
{
  double rank = 0.5;

  for (size_t j = 0; j < n; j++)
    rank += x[j] < x[i] ? 1 : x[j] == x[i] ? 0.5 : 0;
  return rank;
}

static void
test_slow_definitions (void)
{
  static Sample a, b;
  static double scratch[8 * MAX_N], rx[MAX_N], ry[MAX_N];
  AssayStream s;

  assay_stream_init (&s, 2, "slow");
  for (guint round = 0; round < 500; round++)
    {
      double wins = 0;

      draw_sample (&s, &a);
      draw_sample (&s, &b);
      for (size_t i = 0; i < a.n; i++)
        for (size_t j = 0; j < b.n; j++)
          wins += a.x[i] > b.x[j] ? 1 : a.x[i] == b.x[j] ? 0.5 : 0;
      assert_near (assay_auroc (a.x, NULL, a.n, b.x, NULL, b.n, scratch),
                   wins / (double) (a.n * b.n), 1e-13);
      for (size_t i = 0; i < a.n; i++)
        {
          rx[i] = slow_rank (a.x, a.n, i);
          ry[i] = slow_rank (a.y, a.n, i);
        }
      assert_near (assay_spearman (a.x, a.y, NULL, a.n, scratch), assay_pearson (rx, ry, NULL, a.n),
                   1e-12);
    }
}

static int
by_size (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

/* What sorting by comparison finds hard: orders, organ pipes, few values, bad pivots. */
static double
pattern (AssayStream *s, guint kind, guint i, guint n)
{
  switch (kind)
    {
    case 0:
      return i;
    case 1:
      return n - i;
    case 2:
      return MIN (i, n - i);
    case 3:
      return assay_below (s, 3);
    case 4:
      return i % 2 == 0 ? i : n - i;
    case 5:
      return 7;
    default:
      return assay_normal (s);
    }
}

static void
test_order (void)
{
  enum
  {
    N = 5000
  };
  static double x[N], sorted[N], scratch[2 * N];
  AssayStream s;

  assay_stream_init (&s, 3, "order");
  for (guint kind = 0; kind < 7; kind++)
    for (guint n = 1; n <= N; n = n * 3 + 1)
      {
        for (guint i = 0; i < n; i++)
          sorted[i] = x[i] = pattern (&s, kind, i, n);
        qsort (sorted, n, sizeof *sorted, by_size);
        for (guint k = 0; k < n; k += 1 + n / 50)
          assert_near (assay_quantile (x, NULL, n, k / fmax (1, n - 1), scratch), sorted[k], 1e-9);
      }
}

/* ---- Edges ------------------------------------------------------------------------- */

static void
test_missing (void)
{
  static const double x[] = { 1, NAN, 3 }, y[] = { 2, 5, NAN }, zero[] = { 0, 0, 0 };
  static const double first[] = { 1, 0, 0 }, ends[] = { 2, 0, 1 };
  double scratch[24];

  g_assert_true (isnan (assay_weighted_mean (x, NULL, 3)));
  g_assert_true (isnan (assay_weighted_mean (x, NULL, 0)));
  g_assert_true (isnan (assay_weighted_mean (x, zero, 3)));
  g_assert_true (isnan (assay_sd (x, NULL, 1)));
  g_assert_true (isnan (assay_sd (x, NULL, 3)));
  g_assert_true (isnan (assay_sd (x, zero, 3)));
  g_assert_true (isnan (assay_quantile (x, NULL, 3, 0.5, scratch)));
  g_assert_true (isnan (assay_quantile (x, zero, 3, 0.5, scratch)));
  g_assert_true (isnan (assay_iqm (x, NULL, 3, scratch)));
  g_assert_true (isnan (assay_iqm (x, zero, 3, scratch)));
  g_assert_true (isnan (assay_slope (x, y, first, 3)));
  g_assert_true (isnan (assay_pearson (x, y, first, 3)));
  g_assert_true (isnan (assay_spearman (x, y, NULL, 3, scratch)));
  g_assert_true (isnan (assay_spearman (x, x, first, 3, scratch)));
  g_assert_true (isnan (assay_auroc (x, NULL, 3, y, NULL, 2, scratch)));
  g_assert_true (isnan (assay_auroc (x, zero, 3, y, NULL, 2, scratch)));
  /* A value without weight is not looked at. */
  assert_near (assay_weighted_mean (x, ends, 3), 5.0 / 3, 1e-15);
  assert_near (assay_sd (x, ends, 3), sqrt (4.0 / 3), 1e-15);
  assert_near (assay_quantile (x, ends, 3, 0.5, scratch), 1, 1e-15);
  assert_near (assay_iqm (x, ends, 3, scratch), (1.25 + 0.25 * 3) / 1.5, 1e-15);
  assert_near (assay_auroc (x, ends, 3, y, NULL, 1, scratch), 1.0 / 3, 1e-15);
}

static void
test_far_from_zero (void)
{
  double x[100], y[100];

  for (guint i = 0; i < 100; i++)
    {
      x[i] = 1e9 + i;
      y[i] = 1e9 - 3.0 * i;
    }
  assert_near (assay_sd (x, NULL, 100), sqrt (101 * 100 / 12.0), 1e-12);
  assert_near (assay_slope (x, y, NULL, 100), -3, 1e-12);
  assert_near (assay_pearson (x, y, NULL, 100), -1, 1e-12);
}

static void
test_holm (void)
{
  static const double p[] = { 0.01, 0.04, NAN, 0.03, 0.005 }, equal[] = { 0.3, 0.3, 0.9 };
  double adjusted[5];

  /* R: p.adjust (c (.01, .04, .03, .005), "holm") */
  assay_holm (p, adjusted, 5);
  assert_near (adjusted[0], 0.03, 1e-15);
  assert_near (adjusted[1], 0.06, 1e-15);
  g_assert_true (isnan (adjusted[2]));
  assert_near (adjusted[3], 0.06, 1e-15);
  assert_near (adjusted[4], 0.02, 1e-15);
  assay_holm (equal, adjusted, 3);
  assert_near (adjusted[0], 0.9, 1e-15);
  assert_near (adjusted[1], 0.9, 1e-15);
  assert_near (adjusted[2], 0.9, 1e-15);
  assay_holm (equal, adjusted, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/stats/known-samples-give-known-values", test_known);
  g_test_add_func ("/stats/quantiles-are-those-of-type-7", test_quantile);
  g_test_add_func ("/stats/the-interquartile-mean-counts-its-ends-in-part", test_iqm);
  g_test_add_func ("/stats/weights-act-as-repetitions", test_weights);
  g_test_add_func ("/stats/fast-equals-slow", test_slow_definitions);
  g_test_add_func ("/stats/every-order-is-sorted", test_order);
  g_test_add_func ("/stats/nothing-and-missing-give-nan", test_missing);
  g_test_add_func ("/stats/far-from-zero-no-digits-are-lost", test_far_from_zero);
  g_test_add_func ("/stats/holm-steps-down", test_holm);
  return g_test_run ();
}
