/* SPDX-License-Identifier: Apache-2.0 */
#include "base/num/stats.h"

#include <math.h>
#include <stdint.h>

typedef struct Pair
{
  double value, weight; /* or the index of the value */
} Pair;

static inline double
weight_at (const double *w, size_t i)
{
  return w != NULL ? w[i] : 1.0;
}

/* ---- Sorting -------------------------------------------------------------- */

static void
sink (Pair *p, size_t root, size_t n)
{
  Pair moving = p[root];

  for (size_t child = 0; (child = 2 * root + 1) < n; root = child)
    {
      if (child + 1 < n && p[child].value < p[child + 1].value)
        child++;
      if (!(moving.value < p[child].value))
        break;
      p[root] = p[child];
    }
  p[root] = moving;
}

static void
heap_sort (Pair *p, size_t n)
{
  for (size_t i = n / 2; i-- > 0;)
    sink (p, i, n);
  for (size_t i = n; i-- > 1;)
    {
      Pair last = p[i];

      p[i] = p[0];
      p[0] = last;
      sink (p, 0, i);
    }
}

static void
insertion_sort (Pair *p, size_t n)
{
  for (size_t i = 1; i < n; i++)
    {
      Pair moving = p[i];
      size_t j = i;

      for (; j > 0 && moving.value < p[j - 1].value; j--)
        p[j] = p[j - 1];
      p[j] = moving;
    }
}

static double
median_of_3 (double a, double b, double c)
{
  double low = fmin (a, b), high = fmax (a, b);

  return fmax (low, fmin (high, c));
}

/* Introsort: @depth bounds the bad luck of the pivots, then the heap takes over. */
static void
quick_sort (Pair *p, size_t n, int depth)
{
  while (n > 24)
    {
      double pivot = median_of_3 (p[0].value, p[n / 2].value, p[n - 1].value);
      size_t i = 0, j = n - 1;

      if (depth-- == 0)
        {
          heap_sort (p, n);
          return;
        }
      for (;; i++, j--)
        {
          Pair kept;

          while (p[i].value < pivot)
            i++;
          while (pivot < p[j].value)
            j--;
          if (i >= j)
            break;
          kept = p[i];
          p[i] = p[j];
          p[j] = kept;
        }
      quick_sort (p + j + 1, n - j - 1, depth);
      n = j + 1;
    }
  insertion_sort (p, n);
}

/* No value may be NaN.  Sorted input, the rule where redraws change nothing but the
 * weights, costs one pass. */
static void
sort_pairs (Pair *p, size_t n)
{
  size_t i = 1;

  while (i < n && !(p[i].value < p[i - 1].value))
    i++;
  if (i < n)
    quick_sort (p, n, 64);
}

/* Sorted pairs of the values with weight, and the sum of weights; 0 of them
 * and NaN if a value is NaN. */
static size_t
sorted_sample (const double *x, const double *w, size_t n, Pair *pairs, double *total)
{
  size_t used = 0;

  *total = 0;
  for (size_t i = 0; i < n; i++)
    {
      double weight = weight_at (w, i);

      if (!(weight > 0))
        continue;
      if (isnan (x[i]))
        {
          *total = NAN;
          return 0;
        }
      pairs[used++] = (Pair){ x[i], weight };
      *total += weight;
    }
  sort_pairs (pairs, used);
  return used;
}

/* ---- One sample ----------------------------------------------------------- */

static double
sum_of_weights (const double *w, size_t n)
{
  double sum = 0;

  if (w == NULL)
    return (double) n;
  for (size_t i = 0; i < n; i++)
    sum += w[i];
  return sum;
}

double
assay_weighted_mean (const double *x, const double *w, size_t n)
{
  double sum = 0;

  if (w == NULL)
    for (size_t i = 0; i < n; i++)
      sum += x[i];
  else
    for (size_t i = 0; i < n; i++)
      sum += w[i] > 0 ? w[i] * x[i] : 0;
  return sum / sum_of_weights (w, n);
}

double
assay_sd (const double *x, const double *w, size_t n)
{
  double mean = assay_weighted_mean (x, w, n), total = sum_of_weights (w, n), sum = 0;

  for (size_t i = 0; i < n; i++)
    {
      double weight = weight_at (w, i), d = x[i] - mean;

      sum += weight > 0 ? weight * d * d : 0;
    }
  return total > 1 ? sqrt (sum / (total - 1)) : NAN;
}

/* The value at place @k, from 0, of the sample in which each stands weight times. */
static double
value_at (const Pair *pairs, size_t n, double k)
{
  double before = 0;

  for (size_t i = 0; i + 1 < n; i++)
    {
      before += pairs[i].weight;
      if (k < before)
        return pairs[i].value;
    }
  return pairs[n - 1].value;
}

double
assay_quantile (const double *x, const double *w, size_t n, double q, double *scratch)
{
  Pair *pairs = (Pair *) scratch;
  double total = 0, at = 0, low = 0, high = 0, place = 0;
  size_t used = sorted_sample (x, w, n, pairs, &total);

  if (used == 0)
    return NAN;
  place = fmax (0, (total - 1) * q);
  at = floor (place);
  low = value_at (pairs, used, at);
  if (place == at)
    return low;
  high = value_at (pairs, used, at + 1);
  return low == high ? low : low + (place - at) * (high - low);
}

double
assay_iqm (const double *x, const double *w, size_t n, double *scratch)
{
  Pair *pairs = (Pair *) scratch;
  double total = 0, before = 0, sum = 0;
  size_t used = sorted_sample (x, w, n, pairs, &total);

  for (size_t i = 0; i < used; i++)
    {
      double after = before + pairs[i].weight;
      double part = fmin (after, 0.75 * total) - fmax (before, 0.25 * total);

      if (part > 0)
        sum += part * pairs[i].value;
      before = after;
    }
  return used > 0 ? sum / (0.5 * total) : NAN;
}

/* ---- Two samples ---------------------------------------------------------- */

typedef struct Moments
{
  double xx, xy, yy;
} Moments;

static Moments
moments (const double *x, const double *y, const double *w, size_t n)
{
  double mx = assay_weighted_mean (x, w, n), my = assay_weighted_mean (y, w, n);
  Moments m = { 0, 0, 0 };

  for (size_t i = 0; i < n; i++)
    {
      double weight = weight_at (w, i), dx = x[i] - mx, dy = y[i] - my;

      if (!(weight > 0))
        continue;
      m.xx += weight * dx * dx;
      m.xy += weight * dx * dy;
      m.yy += weight * dy * dy;
    }
  return m;
}

double
assay_slope (const double *x, const double *y, const double *w, size_t n)
{
  Moments m = moments (x, y, w, n);

  return m.xx > 0 ? m.xy / m.xx : NAN;
}

double
assay_pearson (const double *x, const double *y, const double *w, size_t n)
{
  Moments m = moments (x, y, w, n);

  if (!(m.xx > 0 && m.yy > 0))
    return NAN;
  return fmax (-1, fmin (1, m.xy / sqrt (m.xx) / sqrt (m.yy)));
}

/* Weighted mid-ranks, less a constant; values without weight get 0. */
static bool
rank_values (const double *x, const double *w, size_t n, double *ranks, Pair *order)
{
  size_t used = 0;
  double before = 0;

  for (size_t i = 0; i < n; i++)
    {
      ranks[i] = 0;
      if (!(weight_at (w, i) > 0))
        continue;
      if (isnan (x[i]))
        return false;
      order[used++] = (Pair){ x[i], (double) i };
    }
  sort_pairs (order, used);
  for (size_t i = 0, end = 0; i < used; i = end)
    {
      double tied = 0;

      for (end = i; end < used && !(order[end].value > order[i].value); end++)
        tied += weight_at (w, (size_t) order[end].weight);
      for (size_t j = i; j < end; j++)
        ranks[(size_t) order[j].weight] = before + tied / 2;
      before += tied;
    }
  return used > 0;
}

double
assay_spearman (const double *x, const double *y, const double *w, size_t n, double *scratch)
{
  double *rx = scratch, *ry = scratch + n;
  Pair *order = (Pair *) (scratch + 2 * n);

  if (!rank_values (x, w, n, rx, order) || !rank_values (y, w, n, ry, order))
    return NAN;
  return assay_pearson (rx, ry, w, n);
}

double
assay_auroc (const double *a, const double *wa, size_t n, const double *b, const double *wb,
             size_t m, double *scratch)
{
  Pair *pa = (Pair *) scratch, *pb = (Pair *) (scratch + 2 * n);
  double total_a = 0, total_b = 0, below = 0, sum = 0;
  size_t na = sorted_sample (a, wa, n, pa, &total_a);
  size_t nb = sorted_sample (b, wb, m, pb, &total_b);

  for (size_t i = 0, j = 0; i < na; i++)
    {
      double tied = 0;

      for (; j < nb && pb[j].value < pa[i].value; j++)
        below += pb[j].weight;
      for (size_t k = j; k < nb && pb[k].value == pa[i].value; k++)
        tied += pb[k].weight;
      sum += pa[i].weight * (below + tied / 2);
    }
  return na > 0 && nb > 0 ? sum / total_a / total_b : NAN;
}

/* Index of the smallest p-value that goes after p[last] in order (n: the first); n: none. */
static size_t
holm_next (const double *p, size_t n, size_t last)
{
  size_t next = n;

  for (size_t i = 0; i < n; i++)
    if (!isnan (p[i]) && (last == n || p[i] > p[last] || (p[i] == p[last] && i > last))
        && (next == n || p[i] < p[next]))
      next = i;
  return next;
}

void
assay_holm (const double *p, double *adjusted, size_t n)
{
  double largest = 0;
  size_t left = 0;

  for (size_t i = 0; i < n; i++)
    {
      left += !isnan (p[i]);
      adjusted[i] = NAN;
    }
  /* Parts of a claim are few, so nothing is sorted. */
  for (size_t i = holm_next (p, n, n); i < n; i = holm_next (p, n, i), left--)
    {
      largest = fmax (largest, fmin (1, (double) left * p[i]));
      adjusted[i] = largest;
    }
}
