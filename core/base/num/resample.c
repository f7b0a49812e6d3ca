/* SPDX-License-Identifier: Apache-2.0 */
#include "base/num/resample.h"

#include "base/num/random.h"

/* Draws are assay_below's, but words are taken many at a time, since a stream's place in memory is
 * what a loop over single words waits for. */

/* The stream's next words, at least one and at most @most; *@n: how many. */
static const uint32_t *
take_words (AssayStream *stream, size_t most, size_t *n)
{
  const uint32_t *words;
  size_t left;

  if (stream->used >= ASSAY_STREAM_WORDS)
    stream->refill (stream);
  words = stream->words + stream->used;
  left = ASSAY_STREAM_WORDS - stream->used;
  *n = most < left ? most : left;
  stream->used += (uint32_t) *n;
  return words;
}

/* Of assay_below: words whose product's lower half is below this are refused. */
static uint32_t
least_of (size_t n)
{
  return -(uint32_t) n % (uint32_t) n;
}

void
assay_redraw (AssayStream *stream, size_t n, double *counts)
{
  uint32_t least = least_of (n);
  size_t left = n - 1, n_words;

  for (size_t i = 0; i < n; i++)
    counts[i] = 0;
  while (left > 0)
    {
      const uint32_t *words = take_words (stream, left, &n_words);

      for (size_t i = 0; i < n_words; i++)
        {
          uint64_t product = (uint64_t) words[i] * n;

          if ((uint32_t) product < least)
            continue;
          counts[product >> 32]++;
          left--;
        }
    }
}

static double
mean_of (const double *x, size_t n)
{
  double sum = 0;

  for (size_t i = 0; i < n; i++)
    sum += x[i];
  return sum / (double) n;
}

/* The sum of n - 1 draws from x[n], each less @center, in the order in which they come. */
static double
deviation_of_draws (AssayStream *stream, const double *x, size_t n, double center)
{
  uint32_t least = least_of (n);
  size_t left = n - 1, n_words;
  double sum = 0;

  while (left > 0)
    {
      const uint32_t *words = take_words (stream, left, &n_words);

      for (size_t i = 0; i < n_words; i++)
        {
          uint64_t product = (uint64_t) words[i] * n;

          if ((uint32_t) product < least)
            continue;
          sum += x[product >> 32] - center;
          left--;
        }
    }
  return sum;
}

double
assay_redraw_variance (const double *x, size_t n, const char *name)
{
  double center = mean_of (x, n), mean = 0, squares = 0;
  AssayStream stream;

  assay_stream_init (&stream, 0, name);
  for (size_t redraw = 1; redraw <= ASSAY_REDRAWS; redraw++)
    {
      double sum = deviation_of_draws (&stream, x, n, center), step;

      /* Welford's update, so that a large mean costs no digits. */
      step = sum / (double) (n - 1) - mean;
      mean += step / (double) redraw;
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
  for (size_t redraw = 0; redraw < ASSAY_REDRAWS; redraw++)
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
