/* SPDX-License-Identifier: Apache-2.0 */
#include "measure.h"

#include <math.h>
#include <stdlib.h>

#define ORDERS 100 /* of a curve, in its null world */
#define MOST 1024  /* points of a curve */

const char *const measure_fit_metrics[FIT_VALUES] = { "fit-alpha",     "fit-beta",    "fit-peak",
                                                      "fit-r2",        "fit-r2-null", "fit-ahead",
                                                      "fit-ahead-null" };

/* ---- Functional forms --------------------------------------------------------------------- */

/* R2 of the whole curve and of its second half; the latter never below -1, where it says that the
 * fit is of no use and its size says nothing. */
static bool
fit_halves (AssayGaoForm form, const double *kl, const double *gold, uint32_t n, AssayGaoFit *whole,
            double *ahead)
{
  double most = 0, half;
  AssayGaoFit first;
  AssayTextError error;

  *ahead = NAN;
  for (uint32_t i = 0; i < n; i++)
    most = fmax (most, kl[i]);
  half = sqrt (most) / 2;
  if (!assay_gao_fit (form, kl, gold, 1, n, INFINITY, whole, &error))
    return false;
  if (assay_gao_fit (form, kl, gold, 1, n, half * half, &first, &error))
    *ahead = fmax (first.held_out_r2, -1);
  return true;
}

static void
shuffle (double *x, uint32_t n, AssayStream *stream)
{
  for (uint32_t i = n; i > 1; i--)
    {
      uint32_t j = assay_below (stream, i);
      double swap = x[i - 1];

      x[i - 1] = x[j];
      x[j] = swap;
    }
}

/* Means over curves with gold in another order. */
static void
fit_null (AssayGaoForm form, const double *kl, double *gold, uint32_t n, AssayStream *stream,
          double *r2, double *ahead)
{
  double sums[2] = { 0 };
  uint32_t counts[2] = { 0 };

  for (uint32_t i = 0; i < ORDERS; i++)
    {
      AssayGaoFit fit;
      double second;

      shuffle (gold, n, stream);
      if (!fit_halves (form, kl, gold, n, &fit, &second))
        continue;
      if (isfinite (fit.r2))
        {
          sums[0] += fit.r2;
          counts[0]++;
        }
      if (isfinite (second))
        {
          sums[1] += second;
          counts[1]++;
        }
    }
  *r2 = counts[0] ? sums[0] / counts[0] : NAN;
  *ahead = counts[1] ? sums[1] / counts[1] : NAN;
}

void
measure_fit (AssayGaoForm form, const double *kl, const double *gold, uint32_t n,
             AssayStream *stream, double values[FIT_VALUES])
{
  double rise[MOST];
  AssayGaoFit fit;

  for (uint32_t i = 0; i < FIT_VALUES; i++)
    values[i] = NAN;
  if (n < 3 || n > MOST)
    return;
  for (uint32_t i = 0; i < n; i++)
    rise[i] = gold[i] - gold[0];
  if (!fit_halves (form, kl, rise, n, &fit, &values[FIT_AHEAD]))
    return;
  values[FIT_ALPHA] = fit.alpha.value;
  values[FIT_BETA] = fit.beta.value;
  values[FIT_PEAK] = fit.peak.value * fit.peak.value;
  values[FIT_R2] = fit.r2;
  fit_null (form, kl, rise, n, stream, &values[FIT_R2_NULL], &values[FIT_AHEAD_NULL]);
}

/* ---- Selections --------------------------------------------------------------------------- */

typedef struct Place
{
  double value;
  uint32_t place;
} Place;

static int
compare (const void *a, const void *b)
{
  const Place *x = a, *y = b;

  if (x->value != y->value)
    return x->value < y->value ? -1 : 1;
  return x->place < y->place ? -1 : x->place > y->place;
}

void
measure_order (const double *x, uint32_t n, uint32_t *order)
{
  Place *places = malloc (n * sizeof *places);

  if (!places)
    abort ();
  for (uint32_t i = 0; i < n; i++)
    places[i] = (Place){ x[i], i };
  qsort (places, n, sizeof *places, compare);
  for (uint32_t i = 0; i < n; i++)
    order[i] = places[i].place;
  free (places);
}

void
measure_weights (const AssayBestOfN *bon, uint32_t at, const double *proxy, uint32_t *order,
                 double *weights)
{
  uint32_t n = bon->n_answers;
  const double *by_rank = bon->weights + (size_t) at * n;

  measure_order (proxy, n, order);
  for (uint32_t i = 0, j; i < n; i = j)
    {
      double sum = 0;

      for (j = i; j < n && proxy[order[j]] == proxy[order[i]]; j++)
        sum += j >= bon->first[at] ? by_rank[j] : 0;
      for (uint32_t k = i; k < j; k++)
        weights[order[k]] = sum / (j - i);
    }
}

double
measure_win (const double *a, const double *b, const double *gold, const uint32_t *order,
             uint32_t n)
{
  double below = 0, win = 0;

  for (uint32_t i = 0, j; i < n; i = j)
    {
      double mine = 0, others = 0;

      for (j = i; j < n && gold[order[j]] == gold[order[i]]; j++)
        {
          mine += a[order[j]];
          others += b[order[j]];
        }
      win += mine * (below + others / 2);
      below += others;
    }
  return win;
}

void
measure_bins (const double *deviation, const double *error, uint32_t n, uint32_t n_bins,
              uint32_t *order, double *mean_deviation, double *mean_error)
{
  measure_order (deviation, n, order);
  for (uint32_t b = 0; b < n_bins; b++)
    {
      uint32_t from = (uint32_t) ((uint64_t) n * b / n_bins);
      uint32_t to = (uint32_t) ((uint64_t) n * (b + 1) / n_bins);

      mean_deviation[b] = mean_error[b] = 0;
      for (uint32_t i = from; i < to; i++)
        {
          mean_deviation[b] += deviation[order[i]] / (to - from);
          mean_error[b] += error[order[i]] / (to - from);
        }
    }
}
