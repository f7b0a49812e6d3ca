/* SPDX-License-Identifier: Apache-2.0
 *
 * Controls of a replay: the best that any proxy could do, scores that know nothing, and an
 * ensemble of equal members, which must be as one of them.
 */
#include "replay-parts.h"

#include "base/num/random.h"
#include "learn/tensor/arena.h"

#include <math.h>
#include <stdlib.h>

static void
put_oracle (const Replay *replay, double *curve)
{
  const AssayBestOfNTable *table = replay->table;

  for (uint32_t p = 0; p < table->n_prompts; p++)
    {
      const double *gold = table->gold + (size_t) p * table->n_answers;

      assay_best_of_n_curves (replay->bon, gold, gold, curve + (size_t) p * replay->n_grid, NULL,
                              replay->scratch);
    }
  replay_put (replay, "bon-gold", "objective=gold", true, curve);
}

static void
put_random (const Replay *replay, double *curve)
{
  const AssayBestOfNTable *table = replay->table;
  double *score = assay_alloc_zeroed (table->n_answers * sizeof *score), one[REPLAY_GRID_MAX];
  AssayStream stream;

  assay_stream (replay->run, "random-scores", &stream);
  for (uint32_t p = 0; p < table->n_prompts; p++)
    for (int i = 0; i < REPLAY_RANDOM; i++)
      {
        double *sum = curve + (size_t) p * replay->n_grid;

        for (uint32_t j = 0; j < table->n_answers; j++)
          score[j] = assay_uniform (&stream);
        assay_best_of_n_curves (replay->bon, score, table->gold + (size_t) p * table->n_answers,
                                one, NULL, replay->scratch);
        for (uint32_t g = 0; g < replay->n_grid; g++)
          sum[g] = (i > 0 ? sum[g] : 0) + one[g] / REPLAY_RANDOM;
      }
  replay_put (replay, "bon-gold", "objective=random", true, curve);
  free (score);
}

/* The greatest difference over n between an ensemble of the first member, as often as there are
 * members, and that member. */
static void
put_twins (const Replay *replay, const AssayObjective *objective)
{
  const AssayBestOfNTable *table = replay->table;
  size_t n = table->n_answers, k = table->n_members;
  double *members = assay_alloc_zeroed ((k + 3) * n * sizeof *members);
  double *moments = members + k * n, *score = moments + 2 * n, curve[REPLAY_GRID_MAX];
  double *gap = assay_alloc_zeroed (table->n_prompts * sizeof *gap);

  for (uint32_t p = 0; p < table->n_prompts; p++)
    {
      const double *single = replay->analysis->rows[0].gold + (size_t) p * replay->n_grid;

      replay_members (replay, p, members);
      for (size_t i = n; i < k * n; i++)
        members[i] = members[i - n];
      replay_score (replay, objective, members, moments, score);
      assay_best_of_n_curves (replay->bon, score, table->gold + p * n, curve, NULL,
                              replay->scratch);
      for (uint32_t g = 0; g < replay->n_grid; g++)
        gap[p] = fmax (gap[p], fabs (curve[g] - single[g]));
    }
  replay_put (replay, "prompt-twins-gap", replay_label (objective->id), false, gap);
  free (gap);
  free (members);
}

void
replay_controls (const Replay *replay)
{
  size_t n = (size_t) replay->table->n_prompts * replay->n_grid;
  double *curve = assay_alloc_zeroed (n * sizeof *curve);

  put_oracle (replay, curve);
  put_random (replay, curve);
  for (uint32_t i = 0; i < assay_n_objectives && replay->table->n_members > 1; i++)
    if (!assay_objectives[i].single)
      put_twins (replay, &assay_objectives[i]);
  free (curve);
}
