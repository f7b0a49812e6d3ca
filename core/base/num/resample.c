/* SPDX-License-Identifier: Apache-2.0 */
#include "base/num/resample.h"

#include "base/num/random.h"

void
assay_redraw (AssayStream *stream, size_t n, double *counts)
{
  for (size_t i = 0; i < n; i++)
    counts[i] = 0;
  for (size_t i = 1; i < n; i++)
    counts[assay_below (stream, (uint32_t) n)]++;
}

static double
mean_of (const double *x, size_t n)
{
  double sum = 0;

  for (size_t i = 0; i < n; i++)
    sum += x[i];
  return sum / (double) n;
}

double
assay_redraw_variance (const double *x, size_t n, const char *name)
{
  double center = mean_of (x, n), mean = 0, squares = 0;
  AssayStream stream;

  assay_stream_init (&stream, 0, name);
  for (size_t draw = 1; draw <= ASSAY_REDRAWS; draw++)
    {
      double sum = 0, step;

      for (size_t i = 1; i < n; i++)
        sum += x[assay_below (&stream, (uint32_t) n)] - center;
      /* Welford's update, so that a large mean costs no digits. */
      step = sum / (double) (n - 1) - mean;
      mean += step / (double) draw;
      squares += step * (sum / (double) (n - 1) - mean);
    }
  return squares / (ASSAY_REDRAWS - 1);
}

void
assay_redraw_covariance (size_t n, const char *name, double *covariance)
{
  /* Products of deviations from the expected count, so that few digits cancel when the
   * redraws' own mean is taken off at the end. */
  double expected = (double) (n - 1) / (double) n, scale = (double) (n - 1) * (double) (n - 1);
  double mean[ASSAY_REDRAW_MAX], counts[ASSAY_REDRAW_MAX];
  AssayStream stream;

  assay_stream_init (&stream, 0, name);
  for (size_t i = 0; i < n; i++)
    mean[i] = 0;
  for (size_t i = 0; i < n * n; i++)
    covariance[i] = 0;
  for (size_t draw = 0; draw < ASSAY_REDRAWS; draw++)
    {
      assay_redraw (&stream, n, counts);
      for (size_t i = 0; i < n; i++)
        {
          counts[i] -= expected;
          mean[i] += counts[i] / ASSAY_REDRAWS;
        }
      for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
          covariance[i * n + j] += counts[i] * counts[j];
    }
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < n; j++)
      covariance[i * n + j] = (covariance[i * n + j] - ASSAY_REDRAWS * mean[i] * mean[j])
                              / (ASSAY_REDRAWS - 1) / scale;
}

double
assay_redraw_variance_by (const double *x, size_t n, const double *covariance)
{
  double center = mean_of (x, n), variance = 0;

  for (size_t i = 0; i < n; i++)
    {
      double row = 0;

      for (size_t j = 0; j < n; j++)
        row += covariance[i * n + j] * (x[j] - center);
      variance += row * (x[i] - center);
    }
  return variance > 0 ? variance : 0;
}
