/* SPDX-License-Identifier: Apache-2.0
 *
 * Beam search for the answer that a score likes best.
 */
#include "task.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct Search
{
  const Task *task;
  TaskScore score;
  void *data;
  uint32_t beam, n_beam;
  AssaySequences *kept;  /* [beam]: the best prefixes, unfinished */
  AssaySequences *wider; /* [beam * words]: those with each word behind them, finished */
  double *scores;        /* of wider */
  double best;
} Search;

static void
copy_row (AssaySequences *to, uint32_t i, const AssaySequences *from, uint32_t j)
{
  assay_sequences_set (to, i, assay_sequence (from, j), from->prompts[j], from->lengths[j]);
}

/* Every word behind every kept prefix, and an end. */
static void
widen (Search *s)
{
  uint32_t words = s->task->options.vocabulary - 1;

  s->wider->n = s->n_beam * words;
  for (uint32_t i = 0; i < s->wider->n; i++)
    {
      int32_t *ids = assay_sequence (s->wider, i);
      uint32_t at = s->kept->lengths[i / words];

      copy_row (s->wider, i, s->kept, i / words);
      ids[at] = TASK_END + 1 + (int32_t) (i % words);
      ids[at + 1] = TASK_END;
      s->wider->lengths[i] = at + 2;
    }
}

static uint32_t
best_of (const double *scores, uint32_t n)
{
  uint32_t best = 0;

  for (uint32_t i = 1; i < n; i++)
    if (scores[i] > scores[best])
      best = i;
  return best;
}

/* The best become prefixes again; a NaN never does. */
static void
narrow (Search *s)
{
  uint32_t n = s->wider->n;

  for (s->n_beam = 0; s->n_beam < s->beam && s->n_beam < n; s->n_beam++)
    {
      uint32_t i = best_of (s->scores, n);

      if (s->scores[i] == -INFINITY)
        return;
      s->scores[i] = -INFINITY;
      copy_row (s->kept, s->n_beam, s->wider, i);
      s->kept->lengths[s->n_beam]--;
    }
}

static bool
search_step (Search *s, AssaySequences *rows, uint32_t row)
{
  uint32_t best;

  widen (s);
  if (!s->score (s->wider, s->scores, s->data))
    return false;
  for (uint32_t i = 0; i < s->wider->n; i++)
    if (isnan (s->scores[i]))
      s->scores[i] = -INFINITY;
  best = best_of (s->scores, s->wider->n);
  if (s->scores[best] > s->best)
    {
      s->best = s->scores[best];
      copy_row (rows, row, s->wider, best);
    }
  narrow (s);
  return true;
}

/* Begins with the empty answer, whatever it is worth. */
static bool
search_row (Search *s, AssaySequences *rows, uint32_t row)
{
  uint32_t longest = s->task->options.longest;

  copy_row (s->kept, 0, rows, row);
  s->kept->lengths[0] = s->kept->prompts[0];
  copy_row (s->wider, 0, s->kept, 0);
  assay_sequence (s->wider, 0)[s->wider->lengths[0]++] = TASK_END;
  s->wider->n = s->n_beam = 1;
  if (!s->score (s->wider, &s->best, s->data))
    return false;
  if (isnan (s->best))
    s->best = -INFINITY;
  copy_row (rows, row, s->wider, 0);
  for (uint32_t l = 0; l < longest && s->n_beam > 0; l++)
    if (!search_step (s, rows, row))
      return false;
  return true;
}

bool
task_search (const Task *task, TaskScore score, void *data, uint32_t beam, AssaySequences *rows)
{
  uint32_t n = beam * (task->options.vocabulary - 1), steps = rows->steps;
  Search s = { .task = task, .score = score, .data = data, .beam = beam };
  bool done;

  s.kept = assay_sequences_new (beam, steps);
  s.wider = assay_sequences_new (n, steps);
  s.scores = malloc (n * sizeof *s.scores);
  done = s.kept && s.wider && s.scores;
  for (uint32_t i = 0; done && i < rows->n; i++)
    done = search_row (&s, rows, i);
  if (s.wider)
    s.wider->n = n;
  assay_sequences_free (s.kept);
  assay_sequences_free (s.wider);
  free (s.scores);
  return done;
}
