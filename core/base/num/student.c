/* SPDX-License-Identifier: Apache-2.0
 *
 * Incomplete beta function and Student's t.  Logarithms of gamma functions of large
 * arguments cancel, so their differences come from Stirling's series.
 */
#include "base/num/stats.h"

#include <math.h>

#define LARGE 16.0    /* from here Stirling's series is exact to the last bits */
#define NORMAL_DF 1e6 /* from here the normal distribution serves, by as_normal */
#define HALF_LOG_2PI 0.918938533204672741780329736406
#define INV_SQRT_2PI 0.398942280401432677939946059934

/* ln gamma (x) - ((x - 1/2) ln x - x + ln (2 pi) / 2), for x >= LARGE. */
static double
stirling_rest (double x)
{
  static const double c[]
      = { 1.0 / 12, -1.0 / 360, 1.0 / 1260, -1.0 / 1680, 1.0 / 1188, -691.0 / 360360, 1.0 / 156 };
  double y = 1 / (x * x), sum = 0;

  for (int i = 6; i >= 0; i--)
    sum = sum * y + c[i];
  return sum / x;
}

static double
log_gamma (double x)
{
  int sign = 0;

  return lgamma_r (x, &sign);
}

static double
log_beta (double a, double b)
{
  double p = fmin (a, b), q = fmax (a, b);
  double tail = 0;

  if (q < LARGE)
    return log_gamma (p) + log_gamma (q) - log_gamma (p + q);
  tail = stirling_rest (q) - stirling_rest (p + q);
  if (p < LARGE)
    return log_gamma (p) + tail + p - p * log (p + q) - (q - 0.5) * log1p (p / q);
  return HALF_LOG_2PI + stirling_rest (p) + tail - 0.5 * log (q) + (p - 0.5) * log (p / (p + q))
         - q * log1p (p / q);
}

/* Continued fraction of the incomplete beta function (DLMF 8.17.22), by Lentz. */
static double
beta_fraction (double a, double b, double x)
{
  const double tiny = 1e-300;
  double c = 1, d = 1 - (a + b) * x / (a + 1), h = 0;

  d = 1 / (fabs (d) < tiny ? tiny : d);
  h = d;
  for (int m = 1; m < 100000; m++)
    {
      double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
      double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)), step = 0;

      d = 1 + even * d;
      c = 1 + even / c;
      d = 1 / (fabs (d) < tiny ? tiny : d);
      c = fabs (c) < tiny ? tiny : c;
      h *= d * c;
      d = 1 + odd * d;
      c = 1 + odd / c;
      d = 1 / (fabs (d) < tiny ? tiny : d);
      c = fabs (c) < tiny ? tiny : c;
      step = d * c;
      h *= step;
      if (fabs (step - 1) < 4e-16)
        break;
    }
  return h;
}

/* I_x (a, b) where y = 1 - x is known to its own precision. */
static double
beta_inc (double a, double b, double x, double y)
{
  double front = 0;

  if (x <= 0 || y <= 0)
    return x <= 0 ? 0 : 1;
  front = exp (a * (x < 0.5 ? log (x) : log1p (-y)) + b * (y < 0.5 ? log (y) : log1p (-x))
               - log_beta (a, b));
  if (x < (a + 1) / (a + b + 2))
    return front * beta_fraction (a, b, x) / a;
  return 1 - front * beta_fraction (b, a, y) / b;
}

double
assay_beta_inc (double a, double b, double x)
{
  return a > 0 && b > 0 && x >= 0 && x <= 1 ? beta_inc (a, b, x, 1 - x) : NAN;
}

/* The standard normal value as probable as @t: Wallace (1959), error of order 1 / df^2. */
static double
as_normal (double t, double df)
{
  return isinf (df) ? t : (8 * df + 1) / (8 * df + 3) * sqrt (df * log1p (t * t / df));
}

/* P (0 < T < t) and P (T > t), each with its own relative precision; t >= 0. */
static double
middle (double t, double df)
{
  double s = t * t;

  if (df >= NORMAL_DF)
    return 0.5 * erf (as_normal (t, df) * M_SQRT1_2);
  return 0.5 * beta_inc (0.5, df / 2, isinf (s) ? 1 : s / (df + s), df / (df + s));
}

static double
tail (double t, double df)
{
  double s = t * t;

  if (df >= NORMAL_DF)
    return 0.5 * erfc (as_normal (t, df) * M_SQRT1_2);
  return 0.5 * beta_inc (df / 2, 0.5, df / (df + s), isinf (s) ? 1 : s / (df + s));
}

static double
log_density (double t, double df)
{
  if (isinf (df))
    return -0.5 * t * t - HALF_LOG_2PI;
  return -0.5 * log (df) - log_beta (df / 2, 0.5) - 0.5 * (df + 1) * log1p (t * t / df);
}

double
assay_t_cdf (double t, double df)
{
  if (!(df > 0) || isnan (t))
    return NAN;
  if (fabs (t) < 1)
    return 0.5 + copysign (middle (fabs (t), df), t);
  return t > 0 ? 1 - tail (t, df) : tail (-t, df);
}

/* Solves middle (t) = p for p <= 1/4: concave in t, so Newton's steps from the
 * left never pass the root. */
static double
solve_middle (double p, double df)
{
  double t = p / exp (log_density (0, df));

  for (int i = 0; i < 60; i++)
    {
      double step = (p - middle (t, df)) / exp (log_density (t, df));

      t += step;
      if (!(fabs (step) > 4e-16 * t))
        break;
    }
  return t;
}

/* Solves tail (t) = p for p < 1/4: its logarithm is concave in u = ln t, so after
 * one step Newton comes from the right and never passes the root. */
static double
solve_tail (double p, double df)
{
  /* Where t^2 is far above df the tail is a power of t; there t^2 may overflow. */
  double far = 0.5 * log (df) - (log (p * df) + log_beta (df / 2, 0.5)) / df, u = 0;

  if (far > 100 + 0.5 * log (df))
    return exp (far);
  for (int i = 0; i < 200; i++)
    {
      double t = exp (u), q = tail (t, df);
      double slope = exp (u + log_density (t, df) - log (q));
      double step = q > 0 ? (log (q) - log (p)) / slope : -0.5;

      u += step;
      if (!(fabs (step) > 1e-15 * fmax (1, fabs (u))))
        break;
    }
  return exp (u);
}

double
assay_t_quantile (double p, double df)
{
  double side = fmin (p, 1 - p), t = 0;

  if (!(df > 0) || !(p >= 0 && p <= 1))
    return NAN;
  if (side == 0)
    return p == 0 ? -INFINITY : INFINITY;
  t = side >= 0.25 ? solve_middle (0.5 - side, df) : solve_tail (side, df);
  return p < 0.5 ? -t : t;
}
