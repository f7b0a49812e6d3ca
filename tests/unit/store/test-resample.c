/* SPDX-License-Identifier: Apache-2.0 */
#include "base/num/random.h"
#include "base/num/resample.h"

#include <glib.h>
#include <math.h>

static void
test_counts (void)
{
  AssayStream stream;
  double counts[7], sum = 0, first = 0;

  assay_stream_init (&stream, 0, "counts");
  for (guint draw = 0; draw < 10000; draw++)
    {
      assay_redraw (&stream, 7, counts);
      sum = 0;
      for (guint i = 0; i < 7; i++)
        sum += counts[i];
      g_assert_cmpfloat (sum, ==, 6);
      first += counts[0];
    }
  g_assert_cmpfloat_with_epsilon (first / 10000, 6.0 / 7, .03);
}

/* Two ways to the same number, and the closed form that it estimates. */
static void
test_variance (void)
{
  for (guint n = 2; n <= 30; n += 4)
    {
      g_autofree double *x = g_new (double, n), *covariance = g_new (double, n *n);
      double mean = 0, squares = 0, drawn, expected;

      for (guint i = 0; i < n; i++)
        x[i] = 1e6 + sin (i * i + 1.0) * (i == 1 ? 3 : 1);
      for (guint i = 0; i < n; i++)
        mean += x[i] / n;
      for (guint i = 0; i < n; i++)
        squares += (x[i] - mean) * (x[i] - mean);
      expected = squares / (n - 1) / n;
      drawn = assay_redraw_variance (x, n, "rule");
      assay_redraw_covariance (n, "rule", covariance);
      g_assert_cmpfloat_with_epsilon (assay_redraw_variance_by (x, n, covariance), drawn,
                                      1e-9 * drawn);
      /* The variance of a variance of 1,000 draws: a few percent. */
      g_assert_cmpfloat_with_epsilon (drawn / expected, 1, .2);
      g_assert_cmpfloat (drawn, ==, assay_redraw_variance (x, n, "rule"));
      g_assert_cmpfloat (drawn, !=, assay_redraw_variance (x, n, "other rule"));
    }
}

static void
test_constant (void)
{
  double x[3] = { 2.5, 2.5, 2.5 }, covariance[9];

  assay_redraw_covariance (3, "rule", covariance);
  g_assert_cmpfloat (assay_redraw_variance (x, 3, "rule"), ==, 0);
  g_assert_cmpfloat (assay_redraw_variance_by (x, 3, covariance), ==, 0);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/resample/draws-one-less-than-there-are", test_counts);
  g_test_add_func ("/resample/both-ways-give-the-closed-form", test_variance);
  g_test_add_func ("/resample/equal-values-have-no-variance", test_constant);
  return g_test_run ();
}
