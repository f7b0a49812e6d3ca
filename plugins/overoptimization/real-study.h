/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs on files, from the parameters.  Included by study.c only, behind what names settings.
 */
#include "replay.h"
#include "text-run.h"

static void
replay_scores (AssayRun *run, const Params *p)
{
  static const char *const orders[] = { "by-shape", "by-models", "by-answers" };
  ReplaySetup setup = { .scores = p->scores,
                        .order = (AssayScoreOrder) place_of (p->scores_order, orders, 3),
                        .bad_rows = (uint32_t) p->bad_rows,
                        .normalization = (AssayNormalization) place_of (p->norm, norms, 3),
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
                      .diversity = diversity_of (p),
                      .normalization = (AssayNormalization) place_of (p->norm, norms, 3),
                      .lambda = p->lambda };

  if (setup.width % 8)
    assay_fail (run, "A reward model's width is a multiple of 8.");
  else
    run_preferences (run, &setup);
}
