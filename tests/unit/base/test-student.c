/* SPDX-License-Identifier: Apache-2.0 */
#include "base/num/stats.h"

#include <glib.h>
#include <math.h>

static const double levels[]
    = { 1e-300, 1e-20, 1e-6, 0.0005, 0.005, 0.025, 0.05, 0.1, 0.2,  0.2499, 0.25,  0.3,   0.4,
        0.45,   0.499, 0.5,  0.51,   0.7,   0.75,  0.76, 0.9, 0.95, 0.975,  0.995, 0.9999 };

static void
assert_near (double value, double expected, double tolerance)
{
  if (fabs (expected) < 1e-15)
    g_assert_cmpfloat (fabs (value), <, 1e-15);
  else
    g_assert_cmpfloat (fabs (value / expected - 1), <, tolerance);
}

/* Quantiles in closed form for 1, 2 and 4 degrees of freedom (Shaw 2006). */
static double
closed_quantile (double p, int df)
{
  double alpha = 4 * p * (1 - p), side = p < 0.5 ? -1 : 1;

  if (df == 1)
    return p < 0.5 ? -1 / tan (M_PI * p) : 1 / tan (M_PI * (1 - p));
  if (df == 2)
    return 2 * (p - 0.5) * sqrt (2 / alpha);
  return side * 2 * sqrt (cos (acos (sqrt (alpha)) / 3) / sqrt (alpha) - 1);
}

static void
test_closed_forms (void)
{
  static const int dfs[] = { 1, 2, 4 };

  for (guint i = 0; i < G_N_ELEMENTS (dfs); i++)
    for (guint j = 0; j < G_N_ELEMENTS (levels); j++)
      if (dfs[i] < 4 || fabs (levels[j] - 0.5) > 0.04)
        assert_near (assay_t_quantile (levels[j], dfs[i]), closed_quantile (levels[j], dfs[i]),
                     1e-11);
}

static void
test_tables (void)
{
  static const struct
  {
    double p, df, t;
  } rows[] = {
    { 0.975, 1, 12.706204736174698 },        { 0.975, 2, 4.302652729749464 },
    { 0.975, 3, 3.182446305283710 },         { 0.975, 4, 2.776445105197793 },
    { 0.975, 5, 2.570581835636314 },         { 0.975, 9, 2.262157162798205 },
    { 0.975, 10, 2.228138851986274 },        { 0.975, 30, 2.042272456301236 },
    { 0.975, INFINITY, 1.959963984540054 },  { 0.95, INFINITY, 1.6448536269514722 },
    { 0.995, INFINITY, 2.5758293035489004 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      assert_near (assay_t_quantile (rows[i].p, rows[i].df), rows[i].t, 1e-12);
      assert_near (assay_t_quantile (1 - rows[i].p, rows[i].df), -rows[i].t, 1e-12);
    }
}

/* Distribution functions in closed form for 3 and 5 degrees of freedom. */
static void
test_distribution (void)
{
  for (double t = -8; t <= 8; t += 0.25)
    {
      double a = t / sqrt (3), b = t / sqrt (5), c = 1 + b * b;
      double three = 0.5 + (a / (1 + a * a) + atan (a)) / M_PI;
      double five = 0.5 + (b / c * (1 + 2 / (3 * c)) + atan (b)) / M_PI;

      assert_near (assay_t_cdf (t, 3), three, 1e-11);
      assert_near (assay_t_cdf (t, 5), five, 1e-11);
    }
  g_assert_true (assay_t_cdf (0, 7) == 0.5);
  g_assert_true (assay_t_cdf (INFINITY, 7) == 1);
  g_assert_true (assay_t_cdf (-INFINITY, 7) == 0);
  g_assert_true (assay_t_cdf (1e300, 7) == 1);
  g_assert_true (isnan (assay_t_cdf (NAN, 7)));
  g_assert_true (isnan (assay_t_cdf (1, 0)));
  g_assert_true (isnan (assay_t_cdf (1, -2)));
}

static void
test_inverse (void)
{
  static const double dfs[]
      = { 0.3, 0.7, 1, 1.5, 2, 2.9, 7.31, 25, 100.5, 1e3, 1e4, 1e5, 9.9e5, 1e6, 1e8, 1e12 };

  for (guint i = 0; i < G_N_ELEMENTS (dfs); i++)
    for (guint j = 0; j < G_N_ELEMENTS (levels); j++)
      {
        double t = assay_t_quantile (levels[j], dfs[i]);

        if (isfinite (t) && fabs (t) < 1e150)
          assert_near (assay_t_cdf (t, dfs[i]), levels[j], 1e-9);
      }
  g_assert_true (assay_t_quantile (0.5, 3) == 0);
  g_assert_true (assay_t_quantile (0, 3) == -INFINITY);
  g_assert_true (assay_t_quantile (1, 3) == INFINITY);
  g_assert_true (isnan (assay_t_quantile (1.1, 3)));
  g_assert_true (isnan (assay_t_quantile (NAN, 3)));
  g_assert_true (isnan (assay_t_quantile (0.5, NAN)));
}

/* Fisher's expansion in 1 / df (Abramowitz and Stegun 26.7.5): for large df it is exact. */
static void
test_many_degrees (void)
{
  static const double dfs[] = { 1e4, 1e5, 0.999e6, 1.001e6, 1e7, 1e9 };
  static const double z = 1.959963984540054;

  for (guint i = 0; i < G_N_ELEMENTS (dfs); i++)
    {
      double df = dfs[i], z3 = z * z * z, z5 = z3 * z * z, z7 = z5 * z * z;
      double t = z + (z3 + z) / (4 * df) + (5 * z5 + 16 * z3 + 3 * z) / (96 * df * df)
                 + (3 * z7 + 19 * z5 + 17 * z3 - 15 * z) / (384 * df * df * df);

      assert_near (assay_t_quantile (0.975, df), t, 1e-11);
    }
}

static void
test_beta (void)
{
  for (double x = 0; x <= 1; x += 0.0625)
    {
      assert_near (assay_beta_inc (1, 4.5, x), 1 - pow (1 - x, 4.5), 1e-13);
      assert_near (assay_beta_inc (3.25, 1, x), pow (x, 3.25), 1e-13);
      assert_near (assay_beta_inc (2.5, 40, x) + assay_beta_inc (40, 2.5, 1 - x), 1, 1e-13);
    }
  for (double a = 0.125; a < 1e6; a *= 4)
    assert_near (assay_beta_inc (a, a, 0.5), 0.5, 1e-10);
  g_assert_true (isnan (assay_beta_inc (1, 1, -0.1)));
  g_assert_true (isnan (assay_beta_inc (0, 1, 0.5)));
}

static void
test_binomial (void)
{
  /* P (X >= k) of n = 20 tries with p = 0.3 is I_p (k, n - k + 1). */
  double term = pow (0.7, 20), below = 0;

  for (int k = 1; k <= 20; k++)
    {
      below += term;
      term *= (20.0 - k + 1) / k * 0.3 / 0.7;
      g_assert_cmpfloat_with_epsilon (assay_beta_inc (k, 20 - k + 1, 0.3), 1 - below, 1e-13);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/student/quantiles-equal-closed-forms", test_closed_forms);
  g_test_add_func ("/student/quantiles-equal-the-tables", test_tables);
  g_test_add_func ("/student/distribution-equals-closed-forms", test_distribution);
  g_test_add_func ("/student/quantile-and-distribution-are-inverse", test_inverse);
  g_test_add_func ("/student/many-degrees-come-near-the-normal", test_many_degrees);
  g_test_add_func ("/student/beta-equals-closed-forms", test_beta);
  g_test_add_func ("/student/beta-sums-the-binomial", test_binomial);
  return g_test_run ();
}
