/* SPDX-License-Identifier: Apache-2.0 */
#include "text-parts.h"

#include "learn/tensor/arena.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_PARAMS "rows bad-rows held-out"

/* ---- Stages of the text -------------------------------------------------------------------- */

typedef struct TextFiles
{
  const TextOptions *options;
  const char *tokenizer;
} TextFiles;

static bool
build_tokenizer (AssayRun *run, const char *path, void *data)
{
  const TextFiles *files = data;
  AssayTextError error;

  if (text_tokenizer_build (files->options, path, &error))
    return true;
  assay_fail (run, error.text);
  return false;
}

static bool
build_pairs (AssayRun *run, const char *path, void *data)
{
  const TextFiles *files = data;
  AssayTextError error;

  if (text_pairs_build (files->options, files->tokenizer, path, &error))
    return true;
  assay_fail (run, error.text);
  return false;
}

/* The encoded pairs; NULL: the run has ended. */
static TextPairs *
get_pairs (AssayRun *run, const TextSetup *setup)
{
  TextFiles files = { &setup->text, NULL };
  AssayStage tokenizer = { .size = sizeof tokenizer,
                           .name = "tokenizer",
                           .depends = FILE_PARAMS " vocabulary",
                           .build = build_tokenizer,
                           .data = &files };
  AssayStage encoded = { .size = sizeof encoded,
                         .name = "text-pairs",
                         .depends = FILE_PARAMS " context",
                         .parents = "tokenizer",
                         .build = build_pairs,
                         .data = &files };
  AssayTextError error;
  const char *path;
  TextPairs *pairs;

  assay_progress (run, 0, "tokenizer");
  files.tokenizer = assay_stage (run, &tokenizer);
  if (files.tokenizer == NULL)
    return NULL;
  assay_progress (run, 0.02, "encoding");
  path = assay_stage (run, &encoded);
  pairs = path != NULL ? text_pairs_open (path, &error) : NULL;
  if (path != NULL && pairs == NULL)
    assay_fail (run, error.text);
  return pairs;
}

/* ---- Stages of models -------------------------------------------------------------------------
 */

static void
split_rows (TextLab *lab)
{
  const TextPairs *pairs = lab->pairs;

  lab->rows = assay_alloc_zeroed (pairs->n * sizeof *lab->rows);
  lab->n_train = pairs->n - pairs->n_held_out;
  for (uint32_t i = 0, train = 0, held_out = lab->n_train; i < pairs->n; i++)
    lab->rows[pairs->held_out[i] ? held_out++ : train++] = i;
  lab->n_validate = pairs->n_held_out;
}

/* One layer up to 32 units, two beyond, as in the made-up world. */
static AssayGptConfig
config_of (const TextSetup *setup, const TextPairs *pairs)
{
  return (AssayGptConfig){ .d = setup->width,
                           .layers = setup->width <= 32 ? 1 : 2,
                           .heads = setup->width % 16 == 0 ? setup->width / 16 : 1,
                           .context = setup->text.context,
                           .vocabulary = pairs->n_tokens,
                           .positions = ASSAY_POSITIONS_ROTARY,
                           .norm = ASSAY_NORM_RMS,
                           .feed_forward = ASSAY_FEED_FORWARD_SWIGLU };
}

/* Language models that members begin with, one, or one for each. */
static bool
get_trunks (AssayRun *run, TextLab *lab)
{
  uint32_t n = lab->setup->diversity == ASSAY_DIVERSITY_PRETRAIN ? lab->setup->members : 1;

  for (uint32_t i = 0; lab->setup->lm_epochs > 0 && i < n; i++)
    {
      TextOrder order = { .lab = lab, .member = i };
      char name[32];
      AssayStage stage = { .size = sizeof stage,
                           .per_seed = 1,
                           .name = name,
                           .depends = "lm-epochs width",
                           .parents = "text-pairs",
                           .build = text_trunk_build,
                           .data = &order };

      snprintf (name, sizeof name, "trunk.%u", i);
      assay_progress (run, 0.05 + 0.2 * i / n, "language model");
      lab->trunks[i] = assay_stage (run, &stage);
      if (lab->trunks[i] == NULL)
        return false;
    }
  return true;
}

/* Names of the trunks' stages for the members' stage: parents of all. */
static void
name_parents (const TextLab *lab, char *names, size_t size)
{
  size_t n = (size_t) snprintf (names, size, "text-pairs");

  for (uint32_t i = 0; i < lab->setup->members && lab->trunks[i] != NULL && n < size; i++)
    n += (size_t) snprintf (names + n, size - n, " trunk.%u", i);
}

static bool
get_model (AssayRun *run, TextLab *lab, uint32_t member, bool shuffled, TextModel *model)
{
  TextOrder order = { lab, member, shuffled };
  char name[32], parents[32 + 16 * ASSAY_MAX_MEMBERS];
  AssayStage stage = { .size = sizeof stage,
                       .per_seed = 1,
                       .name = name,
                       .depends = lab->setup->diversity == ASSAY_DIVERSITY_DISJOINT
                                      ? "width epochs rm-rate noise diversity members"
                                      : "width epochs rm-rate noise diversity",
                       .parents = parents,
                       .build = text_model_build,
                       .data = &order };
  const char *path;

  name_parents (lab, parents, sizeof parents);
  snprintf (name, sizeof name, "%s.%u", shuffled ? "coin-model" : "text-model", member);
  assay_progress (
      run,
      0.25 + 0.7 * (member + (shuffled ? lab->setup->members : 0)) / (lab->setup->members + 1.0),
      shuffled ? "model of shuffled labels" : "reward models");
  path = assay_stage (run, &stage);
  return path != NULL && text_model_open (run, lab, path, model);
}

/* ---- The run
 * ------------------------------------------------------------------------------------- */

static void
say_facts (AssayRun *run, const TextLab *lab)
{
  static const char *const keys[]
      = { "malformed", "cut",       "alike",     "bad-row-1", "bad-row-2", "bad-row-3",
          "bad-row-4", "bad-row-5", "bad-row-6", "bad-row-7", "bad-row-8" };
  char text[128];

  snprintf (text, sizeof text, "%u to train on, %u held out", lab->n_train, lab->n_validate);
  assay_note (run, "pairs", text);
  for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
    if (assay_tensors_metadata (lab->pairs->file, keys[i]) != NULL)
      assay_note (run, keys[i], assay_tensors_metadata (lab->pairs->file, keys[i]));
}

static void
report (AssayRun *run, const TextLab *lab, const TextModel *models)
{
  TextScores scores = { .run = run,
                        .setup = lab->setup,
                        .pairs = lab->pairs,
                        .rows = lab->rows + lab->n_train,
                        .n = lab->n_validate,
                        .n_members = lab->setup->members,
                        .members = models,
                        .shuffled = &models[lab->setup->members] };

  if (text_scores_fill (&scores, lab->rows, lab->n_train))
    {
      text_report_curves (&scores);
      text_report_pairs (&scores);
      text_report_calibration (&scores);
      text_report_disagreement (&scores);
      text_report_bias (&scores);
    }
  text_scores_clear (&scores);
}

static void
train_and_report (AssayRun *run, TextLab *lab)
{
  uint32_t n = lab->setup->members;
  TextModel models[ASSAY_MAX_MEMBERS + 1] = { { NULL } };
  bool ok = get_trunks (run, lab);

  for (uint32_t i = 0; ok && i < n; i++)
    ok = get_model (run, lab, i, false, &models[i]);
  if (ok && get_model (run, lab, 0, true, &models[n]))
    report (run, lab, models);
  for (uint32_t i = 0; i <= n; i++)
    assay_tensors_free (models[i].file);
}

void
run_preferences (AssayRun *run, const TextSetup *setup)
{
  TextLab lab = { .setup = setup };

  if (setup->text.rows[0] == '\0')
    {
      assay_fail (run, "No preferences to learn from: give rows with --set rows=FILE (JSON lines "
                       "with prompt, chosen and rejected, or one of the forms in the README).");
      return;
    }
  lab.pairs = get_pairs (run, setup);
  if (lab.pairs == NULL)
    return;
  split_rows (&lab);
  say_facts (run, &lab);
  lab.config = config_of (setup, lab.pairs);
  train_and_report (run, &lab);
  free (lab.rows);
  text_pairs_free (lab.pairs);
}
