/* SPDX-License-Identifier: Apache-2.0
 *
 * Gao's form of best of n (gao-fit.h), fitted to every objective's curve.  Prompts are what is
 * redrawn for the intervals, which a table keeps.
 */
#include "replay-parts.h"

#include "learn/tensor/arena.h"
#include "learn/text/gao-fit.h"

#include <math.h>
#include <stdlib.h>

enum
{
  ALPHA,
  ALPHA_LOW,
  ALPHA_HIGH,
  BETA,
  BETA_LOW,
  BETA_HIGH,
  PEAK,
  PEAK_LOW,
  PEAK_HIGH,
  R2,
  AHEAD,
  N_COLUMNS
};
static const char *const columns[N_COLUMNS]
    = { "alpha",   "alpha-low", "alpha-high", "beta",      "beta-low",          "beta-high",
        "peak-kl", "peak-low",  "peak-high",  "r-squared", "held-out-r-squared" };

#define MAX_OBJECTIVES 16

typedef struct FitTable
{
  const char *names[MAX_OBJECTIVES];
  double cells[N_COLUMNS][MAX_OBJECTIVES];
  uint32_t n;
} FitTable;

/* Every prompt's gain over n = 1, so that the form begins at 0. */
static void
gains_of (const Replay *replay, const AssayObjective *objective, double *gains)
{
  const AssayBestOfNRow *rows = replay->analysis->rows;
  uint32_t n_rows = 1;

  if (objective->single)
    n_rows = replay->table->n_members;
  else
    rows = replay_row (replay, objective, replay->table->n_members,
                       replay_lambda (replay, objective));
  for (uint32_t p = 0; p < replay->table->n_prompts; p++)
    for (uint32_t g = 0; g < replay->n_grid; g++)
      {
        size_t at = (size_t) p * replay->n_grid;

        gains[at + g] = 0;
        for (uint32_t i = 0; i < n_rows; i++)
          gains[at + g] += (rows[i].gold[at + g] - rows[i].gold[at]) / n_rows;
      }
}

static double
squared (double d)
{
  return d * d;
}

static void
fill_row (FitTable *table, const char *name, const AssayGaoFit *whole, double ahead)
{
  double values[N_COLUMNS] = {
    [ALPHA] = whole->alpha.value,
    [ALPHA_LOW] = whole->alpha.low,
    [ALPHA_HIGH] = whole->alpha.high,
    [BETA] = whole->beta.value,
    [BETA_LOW] = whole->beta.low,
    [BETA_HIGH] = whole->beta.high,
    [PEAK] = squared (whole->peak.value),
    [PEAK_LOW] = squared (whole->peak.low),
    [PEAK_HIGH] = squared (whole->peak.high),
    [R2] = whole->r2,
    [AHEAD] = fmax (ahead, -1),
  };

  for (int i = 0; i < N_COLUMNS; i++)
    table->cells[i][table->n] = values[i];
  table->names[table->n++] = name;
}

static void
put_fit (const Replay *replay, const FitTable *table)
{
  static const struct
  {
    const char *metric;
    int column;
  } numbers[] = { { "fit-alpha", ALPHA },
                  { "fit-beta", BETA },
                  { "fit-peak", PEAK },
                  { "fit-r2", R2 },
                  { "fit-ahead", AHEAD } };

  for (uint32_t i = 0; i < table->n; i++)
    for (size_t j = 0; j < sizeof numbers / sizeof numbers[0]; j++)
      replay_put_number (replay, numbers[j].metric, table->names[i],
                         table->cells[numbers[j].column][i]);
}

static void
put_table (const Replay *replay, const FitTable *table)
{
  AssayColumn all[N_COLUMNS + 1] = { { .id = "objective", .texts = table->names } };

  for (int i = 0; i < N_COLUMNS; i++)
    all[i + 1] = (AssayColumn){ .id = columns[i], .numbers = table->cells[i] };
  assay_table (replay->run, "functional-forms", all, N_COLUMNS + 1, table->n);
}

/* Intervals from prompts; how well the form fits, from their mean: the whole curve, and its first
 * half along d = sqrt (KL), which the rest is held against. */
static bool
fit_objective (const Replay *replay, const AssayObjective *objective, const double *kl,
               double *gains, FitTable *table)
{
  uint32_t n = replay->table->n_prompts, points = replay->n_grid;
  double mean[REPLAY_GRID_MAX];
  AssayTextError error = { "" };
  AssayGaoFit prompts, whole, half;

  gains_of (replay, objective, gains);
  assay_best_of_n_mean (replay->analysis, gains, mean);
  if (!assay_gao_fit (ASSAY_GAO_BEST_OF_N, kl, gains, n, points, INFINITY, &prompts, &error)
      || !assay_gao_fit (ASSAY_GAO_BEST_OF_N, kl, mean, 1, points, INFINITY, &whole, &error)
      || !assay_gao_fit (ASSAY_GAO_BEST_OF_N, kl, mean, 1, points, kl[points - 1] / 4, &half,
                         &error))
    {
      assay_note (replay->run, "no-functional-form", error.text);
      return false;
    }
  prompts.r2 = whole.r2;
  fill_row (table, objective->id, &prompts, half.held_out_r2);
  return true;
}

void
replay_fits (const Replay *replay)
{
  size_t n = (size_t) replay->table->n_prompts * replay->n_grid;
  double *kl = assay_alloc_zeroed (2 * n * sizeof *kl);
  FitTable table = { .n = 0 };
  bool ok = true;

  for (size_t i = 0; i < n; i++)
    kl[i] = assay_best_of_n_kl (replay->grid[i % replay->n_grid]);
  for (uint32_t i = 0; i < assay_n_objectives && ok; i++)
    if (replay_has (replay, &assay_objectives[i]))
      ok = fit_objective (replay, &assay_objectives[i], kl, kl + n, &table);
  put_fit (replay, &table);
  if (table.n > 0)
    put_table (replay, &table);
  free (kl);
}
