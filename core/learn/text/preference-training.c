/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/text/preference-training.h"

#include <assay/random.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- pairs ---- */

AssayPairs *
assay_pairs_new (const AssaySequences *chosen, const AssaySequences *rejected)
{
  AssayPairs *pairs = assay_alloc_zeroed (sizeof *pairs);

  if (chosen->n != rejected->n)
    {
      fprintf (stderr, "%s: %u chosen answers, %u rejected ones\n", __func__, chosen->n,
               rejected->n);
      abort ();
    }
  *pairs = (AssayPairs){ .chosen = chosen, .rejected = rejected, .n = chosen->n };
  pairs->flipped = assay_alloc_zeroed (pairs->n);
  return pairs;
}

void
assay_pairs_free (AssayPairs *pairs)
{
  if (pairs == NULL)
    return;
  free (pairs->flipped);
  free (pairs);
}

static uint32_t
part_of (double part, uint32_t n)
{
  if (!(part >= 0 && part <= 1))
    {
      fprintf (stderr, "A part of pairs is 0 to 1, not %g\n", part);
      abort ();
    }
  return (uint32_t) (part * n + 0.5);
}

uint32_t
assay_pairs_flip (AssayPairs *pairs, const uint32_t *rows, uint32_t n, double fraction,
                  AssayStream *stream)
{
  uint32_t *order, n_flips;

  if (rows == NULL)
    n = pairs->n;
  order = assay_alloc_zeroed (n * sizeof *order);
  n_flips = n - assay_split (order, n, fraction, stream);
  for (uint32_t i = n - n_flips; i < n; i++)
    pairs->flipped[rows != NULL ? rows[order[i]] : order[i]] ^= 1;
  free (order);
  return n_flips;
}

uint32_t
assay_split (uint32_t *rows, uint32_t n, double part, AssayStream *stream)
{
  for (uint32_t i = 0; i < n; i++)
    rows[i] = i;
  assay_permute (stream, rows, n);
  return n - part_of (part, n);
}

/* ---- training ---- */

typedef struct PreferenceTraining
{
  const AssayRewardModel *model;
  const AssayPairs *pairs;
  double decay;
  uint32_t *rows;   /* [n]: pairs */
  uint32_t *tokens; /* [n]: of both answers */
} PreferenceTraining;

static AssayIds
span_of (const AssaySequences *sequences, uint32_t row)
{
  return (AssayIds){ assay_sequence (sequences, row), sequences->lengths[row] };
}

/** Those that the labels call better, then the others. */
static AssayIds *
spans_of (AssayTape *tape, const PreferenceTraining *training, const uint32_t *rows, uint32_t n)
{
  const AssayPairs *pairs = training->pairs;
  AssayIds *spans = assay_tape_alloc (tape, 2 * n * sizeof *spans);

  for (uint32_t i = 0; i < n; i++)
    {
      uint32_t row = training->rows[rows[i]], flipped = pairs->flipped[row];

      spans[flipped ? n + i : i] = span_of (pairs->chosen, row);
      spans[flipped ? i : n + i] = span_of (pairs->rejected, row);
    }
  return spans;
}

static AssayTensor *
loss (AssayTape *tape, const uint32_t *rows, uint32_t n, float divisor, void *data)
{
  const PreferenceTraining *training = data;
  AssayIds *spans = spans_of (tape, training, rows, n);
  AssayTensor *scores = assay_reward_scores (tape, training->model, spans, 2 * n);
  AssayTensor *differences
      = assay_sub (tape, assay_rows (tape, scores, 0, n), assay_rows (tape, scores, n, n));
  AssayTensor *sum = assay_sum_all (tape, assay_log_sigmoid (tape, differences)), *squares;

  sum = assay_affine (tape, sum, -1 / divisor, 0);
  if (training->decay == 0)
    return sum;
  squares = assay_sum_all (tape, assay_square (tape, scores));
  return assay_add (tape, sum,
                    assay_affine (tape, squares, (float) (training->decay / 2) / divisor, 0));
}

static void
training_free (void *data)
{
  PreferenceTraining *training = data;

  free (training->rows);
  free (training->tokens);
  free (training);
}

/** Ends the program where a model cannot read a row. */
static void
check (const AssayRewardModel *model, const AssaySequences *sequences, uint32_t row)
{
  uint32_t length = sequences->lengths[row], context = model->trunk->config.context;

  if (length > 0 && length <= sequences->steps && length <= context)
    return;
  fprintf (stderr, "assay_preference_training: row %u has %u ids; a row has %u, the context %u\n",
           row, length, sequences->steps, context);
  abort ();
}

AssayTraining *
assay_preference_training_new (AssayRewardModel *model, const AssayPairs *pairs,
                               const uint32_t *rows, uint32_t n, double decay,
                               const AssayTrainingOptions *options, const AssayStream *stream,
                               AssayWorkers *workers)
{
  PreferenceTraining *training = assay_alloc_zeroed (sizeof *training);
  AssayTrainingData data = { .n = n, .loss = loss, .data = training, .free_data = training_free };

  *training = (PreferenceTraining){ .model = model, .pairs = pairs, .decay = decay };
  training->rows = assay_alloc_zeroed (n * sizeof *rows);
  memcpy (training->rows, rows, n * sizeof *rows);
  data.tokens = training->tokens = assay_alloc_zeroed (n * sizeof (uint32_t));
  for (uint32_t i = 0; i < n; i++)
    {
      check (model, pairs->chosen, rows[i]);
      check (model, pairs->rejected, rows[i]);
      training->tokens[i] = pairs->chosen->lengths[rows[i]] + pairs->rejected->lengths[rows[i]];
    }
  return assay_training_new (model->params, &data, options, stream, workers);
}

/* ---- how good it is ---- */

/** -log sigmoid (x). */
static double
loss_of (double x)
{
  return fmax (-x, 0) + log1p (exp (-fabs (x)));
}

/** 1 where x > 0, a half at 0. */
static double
agreement (double x)
{
  return x > 0 ? 1 : x == 0 ? 0.5 : 0;
}

/** @difference is that of the scores, the clean label's better answer first. */
static void
add_pair (AssayPreferenceReport *report, double difference, bool flipped)
{
  double given = flipped ? -difference : difference;
  double probability = 1 / (1 + exp (-fabs (difference)));
  double bin = (probability - 0.5) * 2 * ASSAY_CALIBRATION_BINS; /* NaN goes to the last */
  AssayCalibrationBin *its
      = &report->bins[bin < ASSAY_CALIBRATION_BINS ? (uint32_t) bin : ASSAY_CALIBRATION_BINS - 1];

  report->n++;
  report->loss += loss_of (given);
  report->clean_loss += loss_of (difference);
  report->accuracy += agreement (given);
  report->clean_accuracy += agreement (difference);
  its->n++;
  its->predicted += probability;
  its->observed += agreement (given);
  its->clean += agreement (difference);
}

/** Sums become means. */
static void
finish (AssayPreferenceReport *report)
{
  double n = report->n > 0 ? report->n : 1;

  report->loss /= n;
  report->clean_loss /= n;
  report->accuracy /= n;
  report->clean_accuracy /= n;
  for (uint32_t i = 0; i < ASSAY_CALIBRATION_BINS; i++)
    {
      AssayCalibrationBin *bin = &report->bins[i];
      double in_bin = bin->n > 0 ? bin->n : 1;

      report->calibration_error += fabs (bin->predicted - bin->observed) / n;
      bin->predicted /= in_bin;
      bin->observed /= in_bin;
      bin->clean /= in_bin;
    }
}

AssayPreferenceReport
assay_preference_report (const AssayPairs *pairs, const uint32_t *rows, uint32_t n,
                         const double *chosen, const double *rejected, size_t stride)
{
  AssayPreferenceReport report = { 0 };

  if (rows == NULL)
    n = pairs->n;
  for (uint32_t i = 0; i < n; i++)
    {
      size_t row = rows != NULL ? rows[i] : i;

      add_pair (&report, chosen[row * stride] - rejected[row * stride], pairs->flipped[row]);
    }
  finish (&report);
  return report;
}

AssayPreferenceReport
assay_preference_validate (AssayScorer *scorer, const float *values, const AssayPairs *pairs,
                           const uint32_t *rows, uint32_t n)
{
  AssayPreferenceReport report = { 0 };
  double *chosen, *rejected;

  if (rows == NULL)
    n = pairs->n;
  chosen = assay_alloc_zeroed (2 * (size_t) n * sizeof *chosen);
  rejected = chosen + n;
  assay_score_rows (scorer, values, pairs->chosen, rows, n, chosen, 1);
  assay_score_rows (scorer, values, pairs->rejected, rows, n, rejected, 1);
  for (uint32_t i = 0; i < n; i++)
    add_pair (&report, chosen[i] - rejected[i], pairs->flipped[rows != NULL ? rows[i] : i]);
  finish (&report);
  free (chosen);
  return report;
}
