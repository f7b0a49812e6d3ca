/* SPDX-License-Identifier: Apache-2.0 */
#include "lab.h"

#include "lab-parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* What the task is made of, as a stage names it. */
#define WORLD "data world prompts idiosyncratic shared feature "
#define POLICY WORLD "demonstrations "
#define MODELS POLICY "pairs noise width epochs rm-rate diversity "

static uint32_t
layers_of (uint32_t width)
{
  return width <= 32 ? 1 : 2;
}

/* The pairs' policy has 64 units; in tests it is as small as the other. */
#define FIRST 64

bool
lab_init (Lab *lab, AssayRun *run, const Setup *setup)
{
  AssayTextError error;
  AssayGptConfig config;

  *lab = (Lab){ .run = run, .setup = setup };
  lab->task = task_new (&setup->task, setup->world, &error);
  if (!lab->task)
    {
      assay_fail (run, error.text);
      return false;
    }
  config = (AssayGptConfig){ .context = task_steps (lab->task),
                             .vocabulary = lab->task->options.vocabulary };
  lab->policy = lab->first = lab->reward = config;
  lab->policy.d = setup->policy_width;
  lab->first.d = setup->policy_width < FIRST ? setup->policy_width : FIRST;
  lab->policy.layers = lab->first.layers = 2;
  lab->policy.heads = lab->policy.d / 16;
  lab->first.heads = lab->first.d / 16;
  lab->reward.d = setup->width;
  lab->reward.layers = layers_of (setup->width);
  lab->reward.heads = setup->width / 8;
  return true;
}

void
lab_clear (Lab *lab)
{
  task_free (lab->task);
}

LabPolicy
lab_policy_new (const AssayGptConfig *config)
{
  LabPolicy policy = { .params = assay_params_new () };

  policy.gpt = assay_gpt_new (policy.params, config);
  return policy;
}

void
lab_policy_clear (LabPolicy *policy)
{
  assay_gpt_free (policy->gpt);
  assay_params_free (policy->params);
}

AssayStream *
lab_streams (uint64_t seed, const char *name, uint32_t first, uint32_t n)
{
  AssayStream *streams = malloc (n * sizeof *streams);
  char text[64];

  for (uint32_t i = 0; streams && i < n; i++)
    {
      snprintf (text, sizeof text, "%s.%u", name, first + i);
      assay_stream_init (&streams[i], seed, text);
    }
  return streams;
}

double
lab_seconds (void)
{
  struct timespec now;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double) now.tv_sec + 1e-9 * (double) now.tv_nsec;
}

bool
lab_no_memory (AssayRun *run)
{
  assay_fail (run, "Out of memory.");
  return false;
}

/* ---- The stages -------------------------------------------------------------------------- */

typedef bool (*Build) (AssayRun *run, const char *path, void *data);

void
lab_progress (const Lab *lab, AssayRun *run, double fraction, const char *doing)
{
  assay_progress (run, lab->begin + fraction * (lab->end - lab->begin), doing);
}

/* @name may have the width of a policy behind it: so a policy of another width has reward models in
 * common with the first.  @end: of the run's progress with this stage. */
static const char *
get (Lab *lab, double end, const char *name, uint32_t width, const char *depends,
     const char *parents, Build build)
{
  char full[64];
  AssayStage stage = { .size = sizeof stage,
                       .per_seed = 1,
                       .name = full,
                       .depends = depends,
                       .parents = parents,
                       .build = build,
                       .data = lab };

  snprintf (full, sizeof full, width ? "%s.%u" : "%s", name, width);
  lab->begin = lab->end;
  lab->end = end;
  lab_progress (lab, lab->run, 0, name);
  return assay_stage (lab->run, &stage);
}

static bool
build_first (AssayRun *run, const char *path, void *data)
{
  const Lab *lab = data;

  return lab_build_policy (run, lab, &lab->first, path);
}

static bool
build_policy (AssayRun *run, const char *path, void *data)
{
  const Lab *lab = data;

  return lab_build_policy (run, lab, &lab->policy, path);
}

bool
lab_train (Lab *lab)
{
  uint32_t first = lab->first.d, width = lab->policy.d;
  bool pretrain = lab->setup->diversity == ASSAY_DIVERSITY_PRETRAIN;
  char parents[128];

  lab->first_path = get (lab, .05, "policy", first, POLICY, NULL, build_first);
  if (!lab->first_path)
    return false;
  lab->policy_path = width == first ? lab->first_path
                                    : get (lab, .08, "policy", width, POLICY, NULL, build_policy);
  if (!lab->policy_path)
    return false;
  snprintf (parents, sizeof parents, "policy.%u", first);
  lab->pairs_path = get (lab, .1, "pairs", first, POLICY "pairs", parents, lab_build_pairs);
  if (!lab->pairs_path)
    return false;
  lab->trunks_path = get (lab, .13, pretrain ? "trunks.own" : "trunks", 0, POLICY "width", NULL,
                          lab_build_trunks);
  if (!lab->trunks_path)
    return false;
  snprintf (parents, sizeof parents, "pairs.%u %s", first, pretrain ? "trunks.own" : "trunks");
  lab->models_path = get (lab, .48, "models", first, MODELS, parents, lab_build_models);
  if (!lab->models_path)
    return false;
  snprintf (parents, sizeof parents, "policy.%u models.%u", width, first);
  lab->scale_path = get (lab, .5, "scale", width, MODELS, parents, lab_build_scale);
  return lab->scale_path != NULL;
}

bool
lab_answer (Lab *lab)
{
  uint32_t first = lab->first.d, width = lab->policy.d;
  char parents[128];

  snprintf (parents, sizeof parents, "policy.%u", width);
  lab->answers_path = get (lab, .7, "answers", width, POLICY "answers", parents, lab_build_answers);
  if (!lab->answers_path)
    return false;
  snprintf (parents, sizeof parents, "answers.%u models.%u", width, first);
  lab->scores_path = get (lab, .9, "scores", width, MODELS "answers", parents, lab_build_scores);
  return lab->scores_path != NULL;
}
