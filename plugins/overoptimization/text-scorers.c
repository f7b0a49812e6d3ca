/* SPDX-License-Identifier: Apache-2.0
 *
 * Everybody's opinion of the pairs that were held out.
 */
#include "text-parts.h"

#include "base/num/random.h"
#include "learn/tensor/arena.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *const text_scorer_ids[TEXT_SCORERS]
    = { "single", "mean", "wco", "uwo", "median", "lcb", "length", "shuffled", "random", "human" };

static double *
numbers (size_t n)
{
  return assay_alloc_zeroed (n * sizeof (double));
}

/* ---- Objectives ------------------------------------------------------------------------------ */

/* Members' scores of the chosen answers, then of the rejected ones, [2 n][members]. */
static double *
gather (const TextScores *scores)
{
  size_t n = 2 * (size_t) scores->n, k = scores->n_members;
  double *all = numbers (n * k);

  for (size_t i = 0; i < n; i++)
    for (size_t m = 0; m < k; m++)
      all[i * k + m] = scores->members[m].scores[i];
  return all;
}

/* On one scale, [members][2 n].  False: the run has failed. */
static bool
scale_members (const TextScores *scores, double *members)
{
  size_t n = 2 * (size_t) scores->n, k = scores->n_members;
  AssayScoreScale scales[ASSAY_MAX_MEMBERS];
  AssayTextError error;
  double *all = gather (scores);
  bool ok
      = assay_score_scales_fit (all, n, (uint32_t) k, scores->setup->normalization, scales, &error);

  for (size_t m = 0; ok && m < k; m++)
    for (size_t i = 0; i < n; i++)
      members[m * n + i] = (all[i * k + m] - scales[m].shift) * scales[m].factor;
  if (!ok)
    assay_fail (scores->run, error.text);
  free (all);
  return ok;
}

/* Margins by an objective of all members. */
static double *
margins_by (const TextScores *scores, const AssayObjective *objective, const AssayMembers *members)
{
  size_t n = scores->n;
  double *work = numbers (6 * n), *margins = numbers (n);
  double lambda = strcmp (objective->id, "uwo") == 0 ? scores->setup->lambda : objective->lambda;

  assay_members_moments (members, work, work + 2 * n);
  objective->score (members, work, work + 2 * n, lambda, work + 4 * n);
  for (size_t i = 0; i < n; i++)
    margins[i] = work[4 * n + i] - work[5 * n + i];
  free (work);
  return margins;
}

static bool
ask_objectives (TextScores *scores)
{
  size_t n = scores->n, k = scores->n_members;
  double *scaled = numbers (2 * n * k);
  const double *rows[ASSAY_MAX_MEMBERS];
  AssayMembers members = { rows, scores->n_members, 2 * n };
  bool ok = scale_members (scores, scaled);

  scores->margins = numbers (n * k);
  for (size_t m = 0; m < k; m++)
    {
      rows[m] = scaled + 2 * m * n;
      for (size_t i = 0; i < n; i++)
        scores->margins[m * n + i] = rows[m][i] - rows[m][n + i];
    }
  for (int s = TEXT_MEAN; ok && k > 1 && s <= TEXT_LCB; s++)
    scores->by[s] = margins_by (scores, assay_objective_find (text_scorer_ids[s]), &members);
  free (scaled);
  return ok;
}

/* ---- Controls ---------------------------------------------------------------------------------
 */

/* Logarithm of the chosen answer's length over the rejected one's. */
static double
length_ratio (const TextPairs *pairs, uint32_t row)
{
  const float *features = pairs->features + 2 * (size_t) row * TEXT_FEATURES;

  return log ((1 + (double) features[TEXT_LENGTH])
              / (1 + (double) features[TEXT_FEATURES + TEXT_LENGTH]));
}

/* The slope that maximises the likelihood of the labels, P (chosen) = sigmoid (slope x), by
 * Newton's steps; a little weight on small slopes, so that there is one for any data. */
static double
fit_slope (const TextPairs *pairs, const uint32_t *rows, uint32_t n)
{
  double slope = 0;

  for (int step = 0; step < 30; step++)
    {
      double gradient = -1e-3 * slope, curvature = 1e-3;

      for (uint32_t i = 0; i < n; i++)
        {
          double x = length_ratio (pairs, rows[i]), p = 1 / (1 + exp (-slope * x));

          gradient += (1 - p) * x;
          curvature += p * (1 - p) * x * x;
        }
      slope += gradient / curvature;
    }
  return slope;
}

static void
ask_controls (TextScores *scores, const uint32_t *train, uint32_t n_train)
{
  double slope = fit_slope (scores->pairs, train, n_train);
  AssayStream stream;

  assay_stream (scores->run, "random-scores", &stream);
  for (int s = TEXT_BY_LENGTH; s < TEXT_SCORERS; s++)
    scores->by[s] = numbers (scores->n);
  for (uint32_t i = 0; i < scores->n; i++)
    {
      scores->by[TEXT_BY_LENGTH][i] = slope * length_ratio (scores->pairs, scores->rows[i]);
      scores->by[TEXT_SHUFFLED][i]
          = scores->shuffled->scores[i] - scores->shuffled->scores[scores->n + i];
      scores->by[TEXT_RANDOM][i] = assay_uniform (&stream) - 0.5;
      scores->by[TEXT_HUMAN][i] = 1;
    }
}

bool
text_scores_fill (TextScores *scores, const uint32_t *train, uint32_t n_train)
{
  ask_controls (scores, train, n_train);
  return ask_objectives (scores);
}

void
text_scores_clear (TextScores *scores)
{
  free (scores->margins);
  for (int s = 0; s < TEXT_SCORERS; s++)
    free (scores->by[s]);
}
