/* SPDX-License-Identifier: Apache-2.0
 *
 * What is a curve over n: objectives, members, what the published code prints, KL, sizes,
 * coefficients and wins.
 */
#include "replay-parts.h"

#include "learn/tensor/arena.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t
curve_size (const Replay *replay)
{
  return (size_t) replay->table->n_prompts * replay->n_grid;
}

/* Single members come first among the rows. */
static const AssayBestOfNRow *
member_rows (const Replay *replay)
{
  return replay->analysis->rows;
}

/* ---- Single members ----------------------------------------------------------------------- */

/* The average single member, as the paper compares with. */
static void
put_single (const Replay *replay)
{
  uint32_t k = replay->table->n_members;
  size_t n = curve_size (replay);
  double *mean = assay_alloc_zeroed (2 * n * sizeof *mean);

  for (uint32_t i = 0; i < k; i++)
    for (size_t j = 0; j < n; j++)
      {
        mean[j] += member_rows (replay)[i].gold[j] / k;
        mean[n + j] += member_rows (replay)[i].proxy[j] / k;
      }
  replay_put (replay, "bon-gold", "objective=single", true, mean);
  replay_put (replay, "bon-proxy", "objective=single", true, mean + n);
  free (mean);
}

static void
put_members (const Replay *replay)
{
  uint64_t n = replay->n_grid;
  double proxy[REPLAY_GRID_MAX];
  char labels[64];

  for (uint32_t i = 0; i < replay->table->n_members; i++)
    {
      snprintf (labels, sizeof labels, "model=%u", i + 1);
      replay_put (replay, "model-gold", labels, true, member_rows (replay)[i].gold);
      assay_best_of_n_mean (replay->analysis, member_rows (replay)[i].proxy, proxy);
      assay_array (replay->run, "model-proxy", labels, "n", &n, ASSAY_F64, proxy);
    }
}

/* ---- Ensembles ------------------------------------------------------------------------------ */

/* The share of single members that the ensemble beats at the largest n, prompt by prompt. */
static void
put_wins (const Replay *replay, const AssayBestOfNRow *row)
{
  uint32_t k = replay->table->n_members, last = replay->n_grid - 1;
  double *wins = assay_alloc_zeroed (replay->table->n_prompts * sizeof *wins);

  for (uint32_t p = 0; p < replay->table->n_prompts; p++)
    for (uint32_t i = 0; i < k; i++)
      {
        size_t at = (size_t) p * replay->n_grid + last;

        wins[p] += assay_win_rate (row->gold + at, member_rows (replay)[i].gold + at, 1) / k;
      }
  replay_put (replay, "bon-win", replay_label (row->objective->id), false, wins);
  free (wins);
}

/* Every prompt's gold at the largest n. */
static void
put_last (const Replay *replay, const char *metric, const AssayBestOfNRow *row, const char *setting,
          double value)
{
  uint32_t n = replay->table->n_prompts;
  double *last = assay_alloc_zeroed (n * sizeof *last);
  char labels[96];

  snprintf (labels, sizeof labels, "objective=%s %s=%g", row->objective->id, setting, value);
  for (uint32_t p = 0; p < n; p++)
    last[p] = row->gold[(size_t) (p + 1) * replay->n_grid - 1];
  replay_put (replay, metric, labels, false, last);
  free (last);
}

static void
put_sweeps (const Replay *replay, const AssayObjective *objective)
{
  uint32_t k = replay->table->n_members;

  for (uint32_t size = 2; size <= k; size++)
    put_last (replay, "bon-gold-by-k",
              replay_row (replay, objective, size, replay_lambda (replay, objective)), "k", size);
  for (uint32_t i = 0; objective->lambda > 0 && i < replay_n_lambdas; i++)
    put_last (replay, "bon-gold-by-coefficient",
              replay_row (replay, objective, k, replay_lambdas[i]), "coefficient",
              replay_lambdas[i]);
}

/* What the published code prints as the ensemble's gold: it sorts the ensemble's scores and its
 * answers, and leaves the gold scores in the order of its first member. */
static void
put_printed (const Replay *replay, const AssayObjective *objective)
{
  if (!objective->departure)
    replay_put (replay, "printed-gold", replay_label (objective->id), true,
                member_rows (replay)[0].gold);
}

static void
put_ensembles (const Replay *replay)
{
  for (uint32_t i = 0; i < assay_n_objectives; i++)
    {
      const AssayObjective *objective = &assay_objectives[i];
      const AssayBestOfNRow *row = replay_row (replay, objective, replay->table->n_members,
                                               replay_lambda (replay, objective));

      if (objective->single)
        continue;
      replay_put (replay, "bon-gold", replay_label (objective->id), true, row->gold);
      replay_put (replay, "bon-proxy", replay_label (objective->id), true, row->proxy);
      put_printed (replay, objective);
      put_wins (replay, row);
      put_sweeps (replay, objective);
    }
}

/* ---- KL -------------------------------------------------------------------------------------- */

static void
put_kl (const Replay *replay, const char *objective, const char *estimator, const double *kl)
{
  uint64_t n = replay->n_grid;
  char labels[96];

  snprintf (labels, sizeof labels, "objective=%s estimator=%s", objective, estimator);
  assay_array (replay->run, "bon-kl", labels, "n", &n, ASSAY_F64, kl);
}

static void
put_bounds (const Replay *replay)
{
  double kl[REPLAY_GRID_MAX];

  for (uint32_t i = 0; i < replay->n_grid; i++)
    kl[i] = assay_best_of_n_kl (replay->grid[i]);
  for (uint32_t i = 0; i < assay_n_objectives; i++)
    if (replay_has (replay, &assay_objectives[i]))
      put_kl (replay, assay_objectives[i].id, "bound", kl);
  put_kl (replay, "gold", "bound", kl);
  put_kl (replay, "random", "bound", kl);
}

/* Adds a part of one prompt's estimate. */
static void
add_estimate (const Replay *replay, const double *score, double weight, double *kl)
{
  double one[REPLAY_GRID_MAX];

  assay_best_of_n_kl_estimates (replay->bon, score, one, replay->scratch);
  for (uint32_t g = 0; g < replay->n_grid; g++)
    kl[g] += weight * one[g];
}

/* The mean over prompts and, of a single objective, over members. */
static void
put_estimate (const Replay *replay, const AssayObjective *objective)
{
  size_t n = replay->table->n_answers, k = replay->table->n_members;
  double *members = assay_alloc_zeroed ((k + 3) * n * sizeof *members);
  double *moments = members + k * n, *score = moments + 2 * n, kl[REPLAY_GRID_MAX] = { 0 };
  double weight = 1.0 / replay->table->n_prompts;

  for (uint32_t p = 0; p < replay->table->n_prompts; p++)
    {
      replay_members (replay, p, members);
      for (size_t i = 0; objective->single && i < k; i++)
        add_estimate (replay, members + i * n, weight / (double) k, kl);
      if (objective->single)
        continue;
      replay_score (replay, objective, members, moments, score);
      add_estimate (replay, score, weight, kl);
    }
  put_kl (replay, objective->id, "plug-in", kl);
  free (members);
}

void
replay_curves (const Replay *replay)
{
  put_single (replay);
  put_members (replay);
  if (replay->table->n_members > 1)
    put_ensembles (replay);
  put_bounds (replay);
  for (uint32_t i = 0; i < assay_n_objectives; i++)
    if (replay_has (replay, &assay_objectives[i]))
      put_estimate (replay, &assay_objectives[i]);
}
