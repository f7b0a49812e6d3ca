/* SPDX-License-Identifier: Apache-2.0 */
#include "replay-parts.h"

#include "learn/tensor/arena.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const double replay_lambdas[] = { 0, 0.1, 0.2, 0.5, 1, 2, 5 };
const uint32_t replay_n_lambdas = sizeof replay_lambdas / sizeof replay_lambdas[0];

/* ---- The table ------------------------------------------------------------------------- */

/* Names the first rows that were left out in the run's facts, or fails. */
static bool
accept_bad_rows (Replay *replay, const AssayBadRows *bad)
{
  char key[32], message[1024];
  size_t named = bad->n < bad->room ? bad->n : bad->room;

  for (size_t i = 0; i < named; i++)
    {
      snprintf (key, sizeof key, "bad-row-%zu", i + 1);
      assay_note (replay->run, key, bad->texts[i].text);
    }
  if (bad->n <= replay->setup->bad_rows)
    return true;
  snprintf (message, sizeof message,
            "%zu malformed rows, the first: %s (replay-bad-rows lets so "
            "many be left out)",
            bad->n, bad->texts[0].text);
  assay_fail (replay->run, message);
  return false;
}

static bool
open_table (Replay *replay)
{
  AssayTextError texts[8], error = { "" };
  AssayBadRows bad = { .texts = texts, .room = 8 };
  const ReplaySetup *setup = replay->setup;

  if (setup->scores[0] == '\0')
    {
      assay_fail (replay->run, "Nothing to replay: give a best-of-n table with --set scores=FILE "
                               "(JSON or JSON lines with answers, gold_scores and proxy_scores).");
      return false;
    }
  replay->table = assay_best_of_n_table_open (setup->scores, setup->order,
                                              setup->bad_rows > 0 ? &bad : NULL, &error);
  if (replay->table == NULL)
    assay_fail (replay->run, error.text);
  return replay->table != NULL && accept_bad_rows (replay, &bad);
}

/* As Gao et al. 2023, section 2.2: gold has mean 0 and deviation 1 where nothing was optimised. */
static bool
scale_gold (Replay *replay)
{
  AssayBestOfNTable *table = replay->table;
  size_t n = (size_t) table->n_prompts * table->n_answers;
  AssayScoreScale scale;
  AssayTextError error;

  if (!assay_score_scales_fit (table->gold, n, 1, ASSAY_NORMALIZE_ZSCORE, &scale, &error))
    {
      assay_fail (replay->run,
                  "The gold scores are all equal, or one is not a finite number: there "
                  "is nothing to compare the proxies with.");
      return false;
    }
  for (size_t i = 0; i < n; i++)
    table->gold[i] = (table->gold[i] - scale.shift) * scale.factor;
  return true;
}

/* ---- The analysis ----------------------------------------------------------------------- */

static void
make_grid (Replay *replay)
{
  uint32_t last = replay->table->n_answers, asked = replay->setup->largest_n;

  if (asked > 0 && asked < last)
    last = asked;
  for (uint64_t n = 1; n < last; n *= 2)
    replay->grid[replay->n_grid++] = (uint32_t) n;
  replay->grid[replay->n_grid++] = last;
}

/* The coefficients of the sweep and the one that was asked for; how many. */
static uint32_t
list_lambdas (const Replay *replay, double *lambdas)
{
  uint32_t n = replay_n_lambdas;

  memcpy (lambdas, replay_lambdas, n * sizeof *lambdas);
  for (uint32_t i = 0; i < replay_n_lambdas; i++)
    if (lambdas[i] == replay->setup->lambda)
      return n;
  lambdas[n++] = replay->setup->lambda;
  return n;
}

static bool
analyze (Replay *replay)
{
  const AssayBestOfNTable *table = replay->table;
  AssayScoredAnswers answers
      = { table->n_prompts, table->n_answers, table->n_members, table->gold, table->members };
  double *lambdas = assay_alloc_zeroed ((replay_n_lambdas + 1) * sizeof *lambdas);
  uint32_t sizes[ASSAY_MAX_MEMBERS], n_sizes = 0;
  AssayTextError error = { "" };

  for (uint32_t size = 2; size <= table->n_members; size++)
    sizes[n_sizes++] = size;
  replay->analysis = assay_best_of_n_analyze (
      &answers,
      &(AssayBestOfNRequest){ .normalization = replay->setup->normalization,
                              .grid = replay->grid,
                              .n_grid = replay->n_grid,
                              .sizes = sizes,
                              .n_sizes = n_sizes,
                              .lambdas = lambdas,
                              .n_lambdas = list_lambdas (replay, lambdas) },
      NULL, &error);
  free (lambdas);
  if (replay->analysis == NULL)
    assay_fail (replay->run, error.text);
  return replay->analysis != NULL;
}

bool
replay_has (const Replay *replay, const AssayObjective *objective)
{
  return objective->single || replay->table->n_members > 1;
}

double
replay_lambda (const Replay *replay, const AssayObjective *objective)
{
  if (objective->lambda == 0)
    return NAN;
  return strcmp (objective->id, "uwo") == 0 ? replay->setup->lambda : objective->lambda;
}

const AssayBestOfNRow *
replay_row (const Replay *replay, const AssayObjective *objective, uint32_t size, double lambda)
{
  const AssayBestOfNAnalysis *analysis = replay->analysis;

  for (uint32_t i = 0; i < analysis->n_rows; i++)
    {
      const AssayBestOfNRow *row = &analysis->rows[i];

      if (row->objective == objective && row->size == size
          && (row->lambda == lambda || (isnan (row->lambda) && isnan (lambda))))
        return row;
    }
  return NULL;
}

/* ---- Scores of one prompt ---------------------------------------------------------------- */

void
replay_members (const Replay *replay, uint32_t prompt, double *members)
{
  const AssayBestOfNTable *table = replay->table;
  size_t n = table->n_answers, k = table->n_members;
  const double *scores = table->members + prompt * n * k;

  for (size_t i = 0; i < k; i++)
    {
      AssayScoreScale scale = replay->analysis->scales[i];

      for (size_t j = 0; j < n; j++)
        members[i * n + j] = (scores[j * k + i] - scale.shift) * scale.factor;
    }
}

void
replay_score (const Replay *replay, const AssayObjective *objective, const double *members,
              double *moments, double *score)
{
  size_t n = replay->table->n_answers;
  const double *rows[ASSAY_MAX_MEMBERS];
  AssayMembers all = { rows, objective->single ? 1 : replay->table->n_members, n };

  for (uint32_t i = 0; i < all.n_members; i++)
    rows[i] = members + i * n;
  assay_members_moments (&all, moments, moments + n);
  objective->score (&all, moments, moments + n, replay_lambda (replay, objective), score);
}

/* ---- Writing ------------------------------------------------------------------------------ */

const char *
replay_label (const char *objective)
{
  static _Thread_local char label[64];

  snprintf (label, sizeof label, "objective=%s", objective);
  return label;
}

void
replay_put (const Replay *replay, const char *metric, const char *labels, bool grid,
            const double *data)
{
  uint64_t shape[] = { replay->table->n_prompts, replay->n_grid };

  assay_array (replay->run, metric, labels, grid ? "prompt n" : "prompt", shape, ASSAY_F64, data);
}

void
replay_put_number (const Replay *replay, const char *metric, const char *objective, double value)
{
  assay_array (replay->run, metric, replay_label (objective), "", NULL, ASSAY_F64, &value);
}

static void
say_what_was_read (const Replay *replay)
{
  const AssayBestOfNTable *table = replay->table;
  char text[160];

  snprintf (text, sizeof text, "%u prompts, %u answers each, %u members", table->n_prompts,
            table->n_answers, table->n_members);
  assay_note (replay->run, "table", text);
}

static void
name_axes (const Replay *replay)
{
  double numbers[REPLAY_GRID_MAX];

  for (uint32_t i = 0; i < replay->n_grid; i++)
    numbers[i] = replay->grid[i];
  assay_axis (replay->run, "n", NULL, numbers, replay->n_grid);
}

static bool
replay_all (Replay *replay)
{
  AssayTextError error;

  assay_progress (replay->run, 0.05, "reading the table");
  if (!open_table (replay) || !scale_gold (replay))
    return false;
  say_what_was_read (replay);
  make_grid (replay);
  replay->bon
      = assay_best_of_n_new (replay->table->n_answers, replay->grid, replay->n_grid, &error);
  replay->scratch = assay_alloc_zeroed (assay_best_of_n_scratch (replay->bon));
  assay_progress (replay->run, 0.3, "all objectives");
  if (!analyze (replay) || assay_cancelled (replay->run))
    return false;
  name_axes (replay);
  replay_curves (replay);
  assay_progress (replay->run, 0.6, "controls");
  replay_controls (replay);
  assay_progress (replay->run, 0.8, "single answers");
  replay_answers (replay);
  replay_fits (replay);
  return true;
}

void
run_replay (AssayRun *run, const ReplaySetup *setup)
{
  Replay replay = { .run = run, .setup = setup };

  if (replay_all (&replay))
    assay_progress (run, 1, "done");
  assay_best_of_n_analysis_free (replay.analysis);
  assay_best_of_n_free (replay.bon);
  assay_best_of_n_table_free (replay.table);
  free (replay.scratch);
}
