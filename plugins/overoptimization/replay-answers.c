/* SPDX-License-Identifier: Apache-2.0
 *
 * What is said of single answers: whether gold belongs to them, how far the ensemble is off where
 * its members disagree, a sample of them, and what objectives choose where the first member is
 * fooled most.
 */
#include "replay-parts.h"

#include "base/num/random.h"
#include "learn/tensor/arena.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Duplicates ---------------------------------------------------------------------------- */

typedef struct Copy
{
  uint64_t hash;
  double gold;
} Copy;

static int
by_hash_and_gold (const void *a, const void *b)
{
  const Copy *x = a, *y = b;

  if (x->hash != y->hash)
    return x->hash < y->hash ? -1 : 1;
  return x->gold < y->gold ? -1 : x->gold > y->gold;
}

/* The parts of a prompt's answers that equal an earlier one, and that do with another gold score:
 * a gold model knows only the text, so these say that scores and answers have come apart. */
static void
look_at_copies (const Replay *replay, uint32_t prompt, Copy *copies, double *equal, double *apart)
{
  const AssayBestOfNTable *table = replay->table;
  uint32_t n = table->n_answers;

  for (uint32_t i = 0; i < n; i++)
    copies[i]
        = (Copy){ table->hashes[(size_t) prompt * n + i], table->gold[(size_t) prompt * n + i] };
  qsort (copies, n, sizeof *copies, by_hash_and_gold);
  *equal = *apart = 0;
  for (uint32_t i = 1; i < n; i++)
    if (copies[i].hash == copies[i - 1].hash)
      {
        *equal += 1.0 / n;
        *apart += copies[i].gold - copies[i - 1].gold > 1e-6 ? 1.0 / n : 0;
      }
}

static void
put_copies (const Replay *replay)
{
  uint32_t n = replay->table->n_prompts;
  Copy *copies = assay_alloc_zeroed (replay->table->n_answers * sizeof *copies);
  double *apart = assay_alloc_zeroed (n * sizeof *apart), equal, share = 0;

  for (uint32_t p = 0; p < n; p++)
    {
      look_at_copies (replay, p, copies, &equal, &apart[p]);
      share += equal / n;
    }
  assay_array (replay->run, "guard-duplicates", NULL, "", NULL, ASSAY_F64, &share);
  replay_put (replay, "gold-apart", NULL, false, apart);
  free (apart);
  free (copies);
}

/* ---- Where members disagree ------------------------------------------------------------------ */

typedef struct Reading
{
  double mean, deviation, gold; /* of the ensemble's scores; the mean has deviation 1 overall */
} Reading;

static int
by_deviation (const void *a, const void *b)
{
  const Reading *x = a, *y = b;

  if (x->deviation != y->deviation)
    return x->deviation < y->deviation ? -1 : 1;
  return x->mean < y->mean ? -1 : x->mean > y->mean; /* so that equal ones have an order, too */
}

/* Scratch of one prompt. */
typedef struct Page
{
  double *members, *moments, *score; /* [k][n], [2][n], [n] */
  Reading *readings;                 /* [n] */
} Page;

static Page
page_new (const Replay *replay)
{
  size_t n = replay->table->n_answers, k = replay->table->n_members;
  Page page = { .members = assay_alloc_zeroed ((k + 3) * n * sizeof (double)),
                .readings = assay_alloc_zeroed (n * sizeof (Reading)) };

  page.moments = page.members + k * n;
  page.score = page.moments + 2 * n;
  return page;
}

static void
page_free (Page *page)
{
  free (page->members);
  free (page->readings);
}

static void
read_page (const Replay *replay, uint32_t prompt, Page *page)
{
  size_t n = replay->table->n_answers;

  replay_members (replay, prompt, page->members);
  replay_score (replay, assay_objective_find ("mean"), page->members, page->moments, page->score);
  for (size_t i = 0; i < n; i++)
    page->readings[i]
        = (Reading){ (page->moments[i] - replay->mean_scale.shift) * replay->mean_scale.factor,
                     sqrt (page->moments[n + i]), replay->table->gold[prompt * n + i] };
}

/* The ensemble's mean has less spread than its members: brings it to gold's scale. */
static void
find_mean_scale (Replay *replay, Page *page)
{
  size_t n = replay->table->n_answers, done = 0;
  double mean = 0, squares = 0;

  replay->mean_scale = (AssayScoreScale){ 0, 1 };
  for (uint32_t p = 0; p < replay->table->n_prompts; p++)
    {
      read_page (replay, p, page);
      for (size_t i = 0; i < n; i++)
        {
          double step = page->readings[i].mean - mean;

          mean += step / (double) ++done;
          squares += step * (page->readings[i].mean - mean);
        }
    }
  if (squares > 0)
    replay->mean_scale = (AssayScoreScale){ mean, 1 / sqrt (squares / (double) done) };
}

/* Means over each tenth of a prompt's answers, by the deviation of its members. */
static void
average_tenths (Page *page, size_t n, double *error, double *deviation)
{
  qsort (page->readings, n, sizeof *page->readings, by_deviation);
  for (size_t b = 0; b < REPLAY_TENTHS; b++)
    {
      size_t from = b * n / REPLAY_TENTHS, to = (b + 1) * n / REPLAY_TENTHS;

      error[b] = deviation[b] = to > from ? 0 : NAN;
      for (size_t i = from; i < to; i++)
        {
          error[b] += fabs (page->readings[i].mean - page->readings[i].gold) / (double) (to - from);
          deviation[b] += page->readings[i].deviation / (double) (to - from);
        }
    }
}

static void
put_tenths (const Replay *replay, Page *page)
{
  uint64_t shape[] = { replay->table->n_prompts, REPLAY_TENTHS };
  double *error = assay_alloc_zeroed (2 * shape[0] * REPLAY_TENTHS * sizeof *error);
  double *deviation = error + shape[0] * REPLAY_TENTHS, numbers[REPLAY_TENTHS];

  for (int i = 0; i < REPLAY_TENTHS; i++)
    numbers[i] = i + 1;
  for (uint32_t p = 0; p < shape[0]; p++)
    {
      read_page (replay, p, page);
      average_tenths (page, replay->table->n_answers, error + p * REPLAY_TENTHS,
                      deviation + p * REPLAY_TENTHS);
    }
  assay_axis (replay->run, "bin", NULL, numbers, REPLAY_TENTHS);
  assay_array (replay->run, "prompt-error", NULL, "prompt bin", shape, ASSAY_F64, error);
  assay_array (replay->run, "prompt-deviation", NULL, "prompt bin", shape, ASSAY_F64, deviation);
  free (error);
}

/* ---- A sample of answers ----------------------------------------------------------------------
 */

static void
put_scatter (const Replay *replay, Page *page)
{
  uint64_t n = replay->table->n_answers, all = n * replay->table->n_prompts, shown = 0;
  uint64_t stride = (all + REPLAY_SHOWN - 1) / REPLAY_SHOWN;
  double *gold = assay_alloc_zeroed (2 * REPLAY_SHOWN * sizeof *gold);

  for (uint64_t i = 0, read = UINT64_MAX; i < all; i += stride, shown++)
    {
      if (i / n != read)
        read_page (replay, (uint32_t) (read = i / n), page);
      gold[shown] = page->readings[i % n].gold;
      gold[REPLAY_SHOWN + shown] = page->readings[i % n].mean;
    }
  assay_array (replay->run, "answer-gold", NULL, "draw", &shown, ASSAY_F64, gold);
  assay_array (replay->run, "answer-proxy", NULL, "draw", &shown, ASSAY_F64, gold + REPLAY_SHOWN);
  free (gold);
}

/* ---- Answers for reading
 * ------------------------------------------------------------------------- */

/* A prompt, by how much its answer that the first member likes best is overestimated. */
typedef struct Fooled
{
  uint32_t prompt;
  double by;
} Fooled;

/* What an objective likes best. */
typedef struct Best
{
  uint32_t prompt, answer;
  double score, gold, members[ASSAY_MAX_MEMBERS];
} Best;

static Best
find_best (const Replay *replay, const AssayObjective *objective, uint32_t prompt, Page *page)
{
  size_t n = replay->table->n_answers, top = 0;
  Best best = { .prompt = prompt };

  replay_members (replay, prompt, page->members);
  replay_score (replay, objective, page->members, page->moments, page->score);
  for (size_t i = 1; i < n; i++)
    top = page->score[i] > page->score[top] ? i : top;
  best.answer = (uint32_t) top;
  best.score = page->score[top];
  best.gold = replay->table->gold[prompt * n + top];
  for (uint32_t i = 0; i < replay->table->n_members; i++)
    best.members[i] = page->members[i * n + top];
  return best;
}

/* The prompts that fool the first member most, in falling order, into list[REPLAY_BEST + 1]; how
 * many. */
static uint32_t
list_fooled (const Replay *replay, Page *page, Fooled *list)
{
  const AssayObjective *single = assay_objective_find ("single");
  uint32_t n = 0;

  for (uint32_t p = 0; p < replay->table->n_prompts; p++)
    {
      Best best = find_best (replay, single, p, page);
      uint32_t at = n;

      for (; at > 0 && list[at - 1].by < best.score - best.gold; at--)
        list[at] = list[at - 1];
      list[at] = (Fooled){ p, best.score - best.gold };
      n = n < REPLAY_BEST ? n + 1 : n;
    }
  return n;
}

static char *
prompt_text (const Replay *replay, uint32_t prompt, AssayArena *arena)
{
  AssayText instruction = assay_best_of_n_instruction (replay->table, prompt, arena);
  AssayText input = assay_best_of_n_input (replay->table, prompt, arena);
  char *text = assay_arena_alloc (arena, instruction.length + input.length + 2);

  sprintf (text, "%s%s%s", instruction.bytes, input.length > 0 ? "\n" : "", input.bytes);
  return text;
}

static void
put_texts (const Replay *replay, const char *objective, const Best *list, uint32_t n)
{
  AssayArena *arena = assay_arena_new ();
  char labels[96];

  for (uint32_t i = 0; i < n; i++)
    {
      snprintf (labels, sizeof labels, "objective=%s sample=%u", objective, i + 1);
      assay_sample (
          replay->run, "best", labels, prompt_text (replay, list[i].prompt, arena),
          assay_best_of_n_answer (replay->table, list[i].prompt, list[i].answer, arena).bytes, NULL,
          0);
      assay_arena_reset (arena);
    }
  assay_arena_free (arena);
}

/* A column of the list. */
static void
put_column (const Replay *replay, const char *metric, const char *objective, const double *first,
            uint64_t n)
{
  double values[REPLAY_BEST];

  for (uint64_t i = 0; i < n; i++)
    values[i] = first[i * sizeof (Best) / sizeof (double)];
  assay_array (replay->run, metric, replay_label (objective), "sample", &n, ASSAY_F64, values);
}

static void
put_best (const Replay *replay, const AssayObjective *objective, const Fooled *fooled, uint32_t n,
          Page *page)
{
  static const char *const models[] = { "rm-1", "rm-2", "rm-3", "rm-4", "rm-5" };
  Best list[REPLAY_BEST];

  for (uint32_t i = 0; i < n; i++)
    list[i] = find_best (replay, objective, fooled[i].prompt, page);
  put_texts (replay, objective->id, list, n);
  put_column (replay, "its-gold", objective->id, &list[0].gold, n);
  put_column (replay, "its-score", objective->id, &list[0].score, n);
  for (uint32_t i = 0; i < 5 && i < replay->table->n_members; i++)
    put_column (replay, models[i], objective->id, &list[0].members[i], n);
}

static void
put_fooled (const Replay *replay, Page *page)
{
  Fooled list[REPLAY_BEST + 1];
  uint32_t n = list_fooled (replay, page, list);
  double numbers[REPLAY_BEST];

  for (uint32_t i = 0; i < n; i++)
    numbers[i] = i + 1;
  assay_axis (replay->run, "sample", NULL, numbers, n);
  for (uint32_t i = 0; i < assay_n_objectives; i++)
    if (replay_has (replay, &assay_objectives[i]) && !assay_objectives[i].departure)
      put_best (replay, &assay_objectives[i], list, n, page);
}

void
replay_answers (Replay *replay)
{
  Page page = page_new (replay);

  put_copies (replay);
  find_mean_scale (replay, &page);
  if (replay->table->n_members > 1)
    put_tenths (replay, &page);
  put_scatter (replay, &page);
  put_fooled (replay, &page);
  page_free (&page);
}
