/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs on files, from the parameters.  Included by study.c only, behind params.h.
 */
#include "replay.h"
#include "text-run.h"

#include <string.h>

/* The place of @value in a list of words with a blank between them. */
static uint32_t
choice (const char *words, const char *value)
{
  size_t length = strlen (value);
  uint32_t i = 0;

  for (const char *at = words; strncmp (at, value, length) != 0 || at[length] > ' '; i++)
    at = strchr (at, ' ') + 1;
  return i;
}

static void
replay_scores (AssayRun *run, const Params *p)
{
  ReplaySetup setup
      = { .scores = p->scores,
          .order = (AssayScoreOrder) choice ("by-shape by-models by-answers", p->scores_order),
          .bad_rows = (uint32_t) p->bad_rows,
          .normalization = (AssayNormalization) choice ("none center zscore", p->norm),
          .lambda = p->lambda,
          .largest_n = (uint32_t) p->largest_n };

  run_replay (run, &setup);
}

static void
learn_preferences (AssayRun *run, const Params *p)
{
  TextSetup setup = { .text = { .rows = p->rows,
                                .bad_rows = (uint32_t) p->bad_rows,
                                .held_out = p->held_out,
                                .vocabulary = (uint32_t) p->vocabulary,
                                .context = (uint32_t) p->context },
                      .lm_epochs = (uint32_t) p->lm_epochs,
                      .width = (uint32_t) p->width,
                      .members = (uint32_t) p->members,
                      .epochs = (uint32_t) p->epochs,
                      .rate = p->rm_rate,
                      .noise = p->noise,
                      .normalization = (AssayNormalization) choice ("none center zscore", p->norm),
                      .lambda = p->lambda };

  while (strcmp (assay_diversities[setup.diversity].id, p->diversity) != 0)
    setup.diversity++;
  run_preferences (run, &setup);
}
