/* SPDX-License-Identifier: Apache-2.0
 *
 * What scorers love in an answer for no good reason, beside what people do: length and format.
 */
#include "text-parts.h"

#include "base/num/stats.h"
#include "learn/tensor/arena.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* What is said of one trait by one scorer's margins. */
typedef struct Bias
{
  double preferred;   /* part of the pairs that differ in which the answer with more is preferred */
  double correlation; /* Spearman's of the differences of scores and traits, pairs in both orders */
  double accuracy[2]; /* where people prefer the one with more, with less */
} Bias;

/* How much more of it the chosen answer has. */
static double
excess (const TextScores *scores, uint32_t pair, uint32_t trait)
{
  const float *features = scores->pairs->features + 2 * (size_t) scores->rows[pair] * TEXT_FEATURES;

  return (double) features[trait] - (double) features[TEXT_FEATURES + trait];
}

static double
part (double a, double of)
{
  return of > 0 ? a / of : NAN;
}

static double
correlate (const TextScores *scores, const double *margins, uint32_t trait, double *work)
{
  uint32_t n = scores->n;

  for (uint32_t i = 0; i < n; i++)
    {
      work[i] = excess (scores, i, trait);
      work[n + i] = -work[i];
      work[2 * n + i] = margins[i];
      work[3 * n + i] = -margins[i];
    }
  return assay_spearman (work, work + 2 * (size_t) n, NULL, 2 * (size_t) n, work + 4 * (size_t) n);
}

static Bias
bias_of (const TextScores *scores, const double *margins, uint32_t trait, double *work)
{
  double more = 0, differ[2] = { 0, 0 }, right[2] = { 0, 0 };

  for (uint32_t i = 0; i < scores->n; i++)
    {
      double by = excess (scores, i, trait), is_right = margins[i] > 0   ? 1
                                                        : margins[i] < 0 ? 0
                                                                         : 0.5;
      int side = by > 0 ? 0 : 1;

      if (by == 0)
        continue;
      more += by > 0 ? is_right : 1 - is_right;
      differ[side]++;
      right[side] += is_right;
    }
  return (Bias){ part (more, differ[0] + differ[1]),
                 correlate (scores, margins, trait, work),
                 { part (right[0], differ[0]), part (right[1], differ[1]) } };
}

/* The average single member's, or a scorer's own. */
static Bias
average_bias (const TextScores *scores, TextScorer scorer, uint32_t trait, double *work)
{
  uint32_t k = scores->n_members;
  Bias mean = { 0 };

  if (scorer != TEXT_SINGLE)
    return bias_of (scores, scores->by[scorer], trait, work);
  for (uint32_t m = 0; m < k; m++)
    {
      Bias one = bias_of (scores, scores->margins + (size_t) m * scores->n, trait, work);

      mean.preferred += one.preferred / k;
      mean.correlation += one.correlation / k;
      mean.accuracy[0] += one.accuracy[0] / k;
      mean.accuracy[1] += one.accuracy[1] / k;
    }
  return mean;
}

static void
put_scorer (const TextScores *scores, TextScorer scorer, double *work)
{
  static const char *const sides[] = { "more", "less" };
  double preferred[TEXT_FEATURES], correlation[TEXT_FEATURES], accuracy[2][TEXT_FEATURES];
  char labels[64];

  for (uint32_t t = 0; t < TEXT_FEATURES; t++)
    {
      Bias bias = average_bias (scores, scorer, t, work);

      preferred[t] = bias.preferred;
      correlation[t] = bias.correlation;
      accuracy[0][t] = bias.accuracy[0];
      accuracy[1][t] = bias.accuracy[1];
    }
  text_put (scores, "trait-preferred", text_label (scorer), "trait", TEXT_FEATURES, preferred);
  text_put (scores, "trait-correlation", text_label (scorer), "trait", TEXT_FEATURES, correlation);
  for (int side = 0; side < 2; side++)
    {
      snprintf (labels, sizeof labels, "scorer=%s side=%s", text_scorer_ids[scorer], sides[side]);
      text_put (scores, "trait-accuracy", labels, "trait", TEXT_FEATURES, accuracy[side]);
    }
}

/* Whether the longer answer is preferred, pair by pair; half where neither is. */
static void
put_longer (const TextScores *scores, TextScorer scorer, double *longer)
{
  uint32_t n = scores->n, k = scorer == TEXT_SINGLE ? scores->n_members : 1;
  const double *margins = scorer == TEXT_SINGLE ? scores->margins : scores->by[scorer];

  for (uint32_t i = 0; i < n; i++)
    longer[i] = 0;
  for (uint32_t m = 0; m < k; m++)
    for (uint32_t i = 0; i < n; i++)
      {
        double with = margins[(size_t) m * n + i] * excess (scores, i, TEXT_LENGTH);

        longer[i] += (with > 0 ? 1 : with < 0 ? 0 : 0.5) / k;
      }
  text_put (scores, "pair-longer", text_label (scorer), "pair", n, longer);
}

static void
put_differing (const TextScores *scores)
{
  double differ[TEXT_FEATURES] = { 0 };

  for (uint32_t t = 0; t < TEXT_FEATURES; t++)
    for (uint32_t i = 0; i < scores->n; i++)
      differ[t] += excess (scores, i, t) != 0 ? 1.0 / scores->n : 0;
  text_put (scores, "trait-differs", NULL, "trait", TEXT_FEATURES, differ);
}

void
text_report_bias (const TextScores *scores)
{
  double *work = assay_alloc_zeroed (12 * (size_t) scores->n * sizeof *work);

  assay_axis (scores->run, "trait", text_feature_ids, NULL, TEXT_FEATURES);
  put_differing (scores);
  for (int s = 0; s < TEXT_SCORERS; s++)
    if (s == TEXT_SINGLE || scores->by[s] != NULL)
      {
        put_scorer (scores, (TextScorer) s, work);
        put_longer (scores, (TextScorer) s, work);
      }
  free (work);
}
