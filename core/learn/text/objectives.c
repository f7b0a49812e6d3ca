/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/text/objectives.h"

#include "learn/text/text.h"

#include <math.h>
#include <string.h>

#define BLOCK ((size_t) 256) /* answers whose members' scores are sorted in the nearest cache */

/* ---- Objectives -------------------------------------------------------------------- */

static void
score_mean (const AssayMembers *members, const double *mean, const double *variance, double lambda,
            double *out)
{
  memcpy (out, mean, members->n_answers * sizeof *out);
}

static void
score_worst (const AssayMembers *members, const double *mean, const double *variance, double lambda,
             double *out)
{
  memcpy (out, members->scores[0], members->n_answers * sizeof *out);
  for (uint32_t i = 1; i < members->n_members; i++)
    for (size_t j = 0; j < members->n_answers; j++)
      out[j] = members->scores[i][j] < out[j] ? members->scores[i][j] : out[j];
}

static void
score_uncertainty (const AssayMembers *members, const double *mean, const double *variance,
                   double lambda, double *out)
{
  for (size_t j = 0; j < members->n_answers; j++)
    out[j] = mean[j] - lambda * variance[j];
}

static void
score_bound (const AssayMembers *members, const double *mean, const double *variance, double lambda,
             double *out)
{
  for (size_t j = 0; j < members->n_answers; j++)
    out[j] = mean[j] - lambda * sqrt (variance[j]);
}

/* Sorts members answer by answer: k rounds of comparing neighbours, none of which branches. */
static void
sort_members (double sorted[][BLOCK], uint32_t k, size_t n)
{
  for (uint32_t round = 0; round < k; round++)
    for (uint32_t i = round % 2; i + 1 < k; i += 2)
      for (size_t j = 0; j < n; j++)
        {
          double a = sorted[i][j], b = sorted[i + 1][j];

          sorted[i][j] = a < b ? a : b;
          sorted[i + 1][j] = a < b ? b : a;
        }
}

static void
score_median (const AssayMembers *members, const double *mean, const double *variance,
              double lambda, double *out)
{
  double sorted[ASSAY_MAX_MEMBERS][BLOCK];
  uint32_t k = members->n_members, low = (k - 1) / 2, high = k / 2;

  for (size_t begin = 0; begin < members->n_answers; begin += BLOCK)
    {
      size_t n = members->n_answers - begin < BLOCK ? members->n_answers - begin : BLOCK;

      for (uint32_t i = 0; i < k; i++)
        memcpy (sorted[i], members->scores[i] + begin, n * sizeof (double));
      sort_members (sorted, k, n);
      for (size_t j = 0; j < n; j++)
        out[begin + j] = low == high ? sorted[low][j]
                                     : sorted[low][j] + (sorted[high][j] - sorted[low][j]) / 2;
    }
}

const AssayObjective assay_objectives[] = {
  { .id = "single", .title = "single model", .single = true, .score = score_mean },
  { .id = "mean", .title = "mean", .score = score_mean },
  { .id = "wco", .title = "worst case", .score = score_worst },
  { .id = "uwo", .title = "uncertainty-weighted", .lambda = 0.5, .score = score_uncertainty },
  { .id = "median", .title = "median", .departure = true, .score = score_median },
  { .id = "lcb",
    .title = "lower confidence bound",
    .departure = true,
    .lambda = 1,
    .score = score_bound },
};
const uint32_t assay_n_objectives = sizeof assay_objectives / sizeof assay_objectives[0];

const AssayObjective *
assay_objective_find (const char *id)
{
  for (uint32_t i = 0; i < assay_n_objectives; i++)
    if (strcmp (assay_objectives[i].id, id) == 0)
      return &assay_objectives[i];
  return NULL;
}

/* ---- Moments ------------------------------------------------------------------------ */

void
assay_members_moments (const AssayMembers *members, double *mean, double *variance)
{
  uint32_t k = members->n_members;
  size_t n = members->n_answers;

  /* Moved from member to member, so that equal scores leave the mean where it is. */
  memcpy (mean, members->scores[0], n * sizeof *mean);
  for (uint32_t i = 1; i < k; i++)
    for (size_t j = 0; j < n; j++)
      mean[j] += (members->scores[i][j] - mean[j]) * (1.0 / (i + 1));
  memset (variance, 0, n * sizeof *variance);
  for (uint32_t i = 0; i < k; i++)
    for (size_t j = 0; j < n; j++)
      {
        double deviation = members->scores[i][j] - mean[j];

        variance[j] += deviation * deviation * (1.0 / k);
      }
}

/* ---- Scales -------------------------------------------------------------------------- */

static bool
fit_scale (const double *scores, size_t n, uint32_t n_members, uint32_t member, bool zscore,
           AssayScoreScale *scale, AssayTextError *error)
{
  double mean = 0, squares = 0;

  for (size_t i = 0; i < n; i++)
    {
      double step = scores[i * n_members + member] - mean;

      mean += step / (double) (i + 1);
      squares += step * (scores[i * n_members + member] - mean);
    }
  *scale = (AssayScoreScale){ mean, 1 };
  if (!zscore)
    return true;
  if (!(squares > 0) || isinf (squares))
    return assay_text_fail (error,
                            "member %u scores all answers alike (or too far apart), so there is no "
                            "standard deviation to divide by: leave it out, or only center",
                            member + 1);
  scale->factor = 1 / sqrt (squares / (double) n);
  return true;
}

bool
assay_score_scales_fit (const double *scores, size_t n_answers, uint32_t n_members,
                        AssayNormalization normalization, AssayScoreScale *scales,
                        AssayTextError *error)
{
  for (size_t i = 0; i < n_answers; i++)
    for (uint32_t j = 0; j < n_members; j++)
      if (!isfinite (scores[i * n_members + j]))
        return assay_text_fail (error,
                                "member %u's score of answer %zu is not a finite number: score it "
                                "again, or leave the answer out",
                                j + 1, i + 1);
  for (uint32_t j = 0; j < n_members; j++)
    {
      scales[j] = (AssayScoreScale){ 0, 1 };
      if (normalization != ASSAY_NORMALIZE_NONE && n_answers > 0
          && !fit_scale (scores, n_answers, n_members, j, normalization == ASSAY_NORMALIZE_ZSCORE,
                         &scales[j], error))
        return false;
    }
  return true;
}
