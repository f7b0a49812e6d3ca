/* SPDX-License-Identifier: Apache-2.0
 *
 * Does disagreement tell where the ensemble is wrong?
 */
#include "text-parts.h"

#include "base/num/stats.h"
#include "learn/tensor/arena.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define FIFTHS 5

typedef enum Signal
{
  DEVIATION, /* of the members' margins */
  CLOSENESS, /* less the size of the mean margin: what one model could tell as well */
  VOTES,     /* the share of members that order the pair the other way */
  SIGNALS
} Signal;
static const char *const signal_ids[SIGNALS] = { "deviation", "closeness", "votes" };

static double
signal_of (const TextScores *scores, Signal signal, uint32_t pair)
{
  uint32_t n = scores->n, k = scores->n_members;
  double mean = scores->by[TEXT_MEAN][pair], squares = 0, against = 0;

  for (uint32_t m = 0; m < k; m++)
    {
      double margin = scores->margins[(size_t) m * n + pair];

      squares += (margin - mean) * (margin - mean) / k;
      against += (margin > 0) == (mean > 0) ? 0 : 1.0 / k;
    }
  return signal == DEVIATION ? sqrt (squares) : signal == CLOSENESS ? -fabs (mean) : against;
}

/* P (signal where the ensemble is wrong > where it is right). */
static double
separation (const double *signal, const double *wrong, uint32_t n)
{
  double *all = assay_alloc_zeroed (6 * (size_t) n * sizeof *all), *yes = all, *no = all + n;
  uint32_t n_yes = 0, n_no = 0;
  double auroc;

  for (uint32_t i = 0; i < n; i++)
    if (wrong[i] > 0.5)
      yes[n_yes++] = signal[i];
    else
      no[n_no++] = signal[i];
  auroc = n_yes > 0 && n_no > 0 ? assay_auroc (yes, NULL, n_yes, no, NULL, n_no, all + 2 * n) : NAN;
  free (all);
  return auroc;
}

typedef struct Sorted
{
  double signal, wrong;
} Sorted;

static int
by_signal (const void *a, const void *b)
{
  const Sorted *x = a, *y = b;

  return x->signal < y->signal ? -1 : x->signal > y->signal;
}

/* The part that is wrong in each fifth by the signal; equal signals share what they have. */
static void
average_fifths (const double *signal, const double *wrong, uint32_t n, double fifths[FIFTHS])
{
  Sorted *sorted = assay_alloc_zeroed (n * sizeof *sorted);

  for (uint32_t i = 0; i < n; i++)
    sorted[i] = (Sorted){ signal[i], wrong[i] };
  qsort (sorted, n, sizeof *sorted, by_signal);
  for (uint32_t i = 0, end; i < n; i = end)
    {
      double sum = 0;

      for (end = i; end < n && sorted[end].signal == sorted[i].signal; end++)
        sum += sorted[end].wrong;
      for (uint32_t j = i; j < end; j++)
        sorted[j].wrong = sum / (end - i);
    }
  for (uint32_t f = 0; f < FIFTHS; f++)
    {
      uint32_t from = f * n / FIFTHS, to = (f + 1) * n / FIFTHS;

      fifths[f] = 0;
      for (uint32_t i = from; i < to; i++)
        fifths[f] += sorted[i].wrong / (to - from);
    }
  free (sorted);
}

static void
put_signal (const TextScores *scores, Signal signal, const double *wrong, double *values)
{
  char label[32];
  double auroc, fifths[FIFTHS];

  for (uint32_t i = 0; i < scores->n; i++)
    values[i] = signal_of (scores, signal, i);
  snprintf (label, sizeof label, "signal=%s", signal_ids[signal]);
  auroc = separation (values, wrong, scores->n);
  average_fifths (values, wrong, scores->n, fifths);
  text_put (scores, "pair-doubt", label, "pair", scores->n, values);
  assay_array (scores->run, "doubt-auroc", label, "", NULL, ASSAY_F64, &auroc);
  text_put (scores, "doubt-wrong", label, "fifth", FIFTHS, fifths);
}

void
text_report_disagreement (const TextScores *scores)
{
  double numbers[FIFTHS] = { 1, 2, 3, 4, 5 };
  double *work = assay_alloc_zeroed (2 * (size_t) scores->n * sizeof *work);

  for (uint32_t i = 0; scores->by[TEXT_MEAN] != NULL && i < scores->n; i++)
    work[i] = scores->by[TEXT_MEAN][i] < 0 ? 1 : scores->by[TEXT_MEAN][i] > 0 ? 0 : 0.5;
  assay_axis (scores->run, "fifth", NULL, numbers, FIFTHS);
  for (int s = 0; scores->by[TEXT_MEAN] != NULL && s < SIGNALS; s++)
    put_signal (scores, (Signal) s, work, work + scores->n);
  if (scores->by[TEXT_MEAN] != NULL)
    text_put (scores, "pair-wrong", NULL, "pair", scores->n, work);
  free (work);
}
