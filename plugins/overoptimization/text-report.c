/* SPDX-License-Identifier: Apache-2.0
 *
 * How often scorers are right, and how sure of it.
 */
#include "text-parts.h"

#include "learn/tensor/arena.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
text_put (const TextScores *scores, const char *metric, const char *labels, const char *axis,
          uint64_t n, const double *data)
{
  assay_array (scores->run, metric, labels, axis, &n, ASSAY_F64, data);
}

const char *
text_label (TextScorer scorer)
{
  static _Thread_local char label[32];

  snprintf (label, sizeof label, "scorer=%s", text_scorer_ids[scorer]);
  return label;
}

/* ---- Learning ----------------------------------------------------------------------------------
 */

static void
observe_curve (const TextScores *scores, const char *metric, uint32_t member, const double *values,
               uint32_t first, uint32_t n)
{
  char labels[32];
  uint32_t series;

  snprintf (labels, sizeof labels, "model=%u", member + 1);
  series = assay_series (scores->run, metric, labels);
  for (uint32_t i = 0; i < n; i++)
    assay_observe (scores->run, series, first + i, values[i]);
}

void
text_report_curves (const TextScores *scores)
{
  uint32_t epochs = scores->setup->epochs;

  for (uint32_t m = 0; m < scores->n_members; m++)
    {
      observe_curve (scores, "rm-accuracy", m, scores->members[m].accuracy, 0, epochs + 1);
      observe_curve (scores, "rm-loss", m, scores->members[m].loss, 0, epochs + 1);
      observe_curve (scores, "rm-train-loss", m, scores->members[m].train_loss, 1, epochs);
    }
}

/* ---- Right or wrong -------------------------------------------------------------------------- */

/* Equal scores are half right. */
static double
is_right (double margin)
{
  return margin > 0 ? 1 : margin < 0 ? 0 : 0.5;
}

static void
put_right (const TextScores *scores, double *right)
{
  uint32_t n = scores->n, k = scores->n_members;

  for (uint32_t m = 0; m < k; m++)
    for (uint32_t i = 0; i < n; i++)
      right[i] = (m > 0 ? right[i] : 0) + is_right (scores->margins[(size_t) m * n + i]) / k;
  text_put (scores, "pair-right", text_label (TEXT_SINGLE), "pair", n, right);
  for (int s = TEXT_MEAN; s < TEXT_HUMAN; s++)
    if (scores->by[s] != NULL)
      {
        for (uint32_t i = 0; i < n; i++)
          right[i] = is_right (scores->by[s][i]);
        text_put (scores, "pair-right", text_label ((TextScorer) s), "pair", n, right);
      }
}

/* ---- Loss and calibration, on the scores that were trained ------------------------------------
 */

/* Members' scores as they are: logits of preference, [members][n]; then their mean, [n]. */
static double *
logits_of (const TextScores *scores)
{
  uint32_t n = scores->n, k = scores->n_members;
  double *logits = assay_alloc_zeroed (((size_t) k + 1) * n * sizeof *logits);

  for (uint32_t m = 0; m < k; m++)
    for (uint32_t i = 0; i < n; i++)
      {
        const double *of = scores->members[m].scores;

        logits[(size_t) m * n + i] = of[i] - of[n + i];
        logits[(size_t) k * n + i] += (of[i] - of[n + i]) / k;
      }
  return logits;
}

/* -log sigmoid (x) */
static double
loss_of (double x)
{
  return x > 0 ? log1p (exp (-x)) : log1p (exp (x)) - x;
}

static void
put_loss (const TextScores *scores, TextScorer scorer, const double *logits, uint32_t n_models,
          double *loss)
{
  uint32_t n = scores->n;

  for (uint32_t m = 0; m < n_models; m++)
    for (uint32_t i = 0; i < n; i++)
      loss[i] = (m > 0 ? loss[i] : 0) + loss_of (logits[(size_t) m * n + i]) / n_models;
  text_put (scores, "pair-loss", text_label (scorer), "pair", n, loss);
}

void
text_report_pairs (const TextScores *scores)
{
  uint32_t n = scores->n, k = scores->n_members;
  double *logits = logits_of (scores), *work = assay_alloc_zeroed (n * sizeof *work);

  put_right (scores, work);
  put_loss (scores, TEXT_SINGLE, logits, k, work);
  if (k > 1)
    put_loss (scores, TEXT_MEAN, logits + (size_t) k * n, 1, work);
  put_loss (scores, TEXT_BY_LENGTH, scores->by[TEXT_BY_LENGTH], 1, work);
  put_loss (scores, TEXT_SHUFFLED, scores->by[TEXT_SHUFFLED], 1, work);
  free (work);
  free (logits);
}

/* Bins of the probability that is given to the preferred answer. */
static void
put_bins (const TextScores *scores, TextScorer scorer, const double *logits, uint32_t n)
{
  double *zero = assay_alloc_zeroed (n * sizeof *zero);
  AssayPairs pairs = { .n = n, .flipped = assay_alloc_zeroed (n) };
  AssayPreferenceReport report = assay_preference_report (&pairs, NULL, n, logits, zero, 1);
  double predicted[ASSAY_CALIBRATION_BINS], observed[ASSAY_CALIBRATION_BINS],
      share[ASSAY_CALIBRATION_BINS];

  for (int i = 0; i < ASSAY_CALIBRATION_BINS; i++)
    {
      const AssayCalibrationBin *bin = &report.bins[i];

      predicted[i] = bin->n > 0 ? bin->predicted : NAN;
      observed[i] = bin->n > 0 ? bin->observed : NAN;
      share[i] = (double) bin->n / n;
    }
  text_put (scores, "sureness", text_label (scorer), "sure", ASSAY_CALIBRATION_BINS, predicted);
  text_put (scores, "sure-right", text_label (scorer), "sure", ASSAY_CALIBRATION_BINS, observed);
  text_put (scores, "sure-share", text_label (scorer), "sure", ASSAY_CALIBRATION_BINS, share);
  assay_array (scores->run, "calibration-error", text_label (scorer), "", NULL, ASSAY_F64,
               &report.calibration_error);
  free (pairs.flipped);
  free (zero);
}

void
text_report_calibration (const TextScores *scores)
{
  uint32_t n = scores->n, k = scores->n_members;
  double *logits = logits_of (scores), centers[ASSAY_CALIBRATION_BINS];

  for (int i = 0; i < ASSAY_CALIBRATION_BINS; i++)
    centers[i] = 0.5 + (i + 0.5) / (2 * ASSAY_CALIBRATION_BINS);
  assay_axis (scores->run, "sure", NULL, centers, ASSAY_CALIBRATION_BINS);
  put_bins (scores, TEXT_SINGLE, logits, n * k); /* all members' pairs in one table */
  if (k > 1)
    put_bins (scores, TEXT_MEAN, logits + (size_t) k * n, n);
  put_bins (scores, TEXT_BY_LENGTH, scores->by[TEXT_BY_LENGTH], n);
  put_bins (scores, TEXT_SHUFFLED, scores->by[TEXT_SHUFFLED], n);
  free (logits);
}
