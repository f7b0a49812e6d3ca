/* SPDX-License-Identifier: Apache-2.0
 *
 * A run of PPO, or of leave-one-out REINFORCE.
 */
#include "policy.h"

#include "lab-parts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORK 8 /* arrays of it */

/* ---- Rewards ------------------------------------------------------------------------------ */

static bool
is_needed (const Policy *policy, uint32_t scorer, bool all)
{
  const JudgeObjective *judge = &policy->judge;

  return (scorer >= judge->first && scorer < judge->first + judge->models)
         || (all && scorer < policy->lab.setup->members);
}

JudgeAnswers
policy_judge (Policy *policy, const AssaySequences *answers, bool all)
{
  size_t n = answers->n;
  double *gold = policy->work, *random = policy->work + policy->room;

  for (uint32_t m = 0; m < LAB_SCORERS; m++)
    {
      AssayScoreScale scale = policy->scale.scales[m];
      double *scores = policy->scores + m * n;

      if (!is_needed (policy, m, all))
        continue;
      lab_models_score (&policy->models, m, answers, scores, 1);
      for (size_t i = 0; i < n; i++)
        scores[i] = (scores[i] - scale.shift) * scale.factor;
    }
  if (all || policy->judge.kind == JUDGE_GOLD)
    task_gold_reward (answers, gold, policy->lab.task);
  if (policy->judge.kind == JUDGE_RANDOM)
    task_random_reward (answers, random, policy->lab.task);
  return (JudgeAnswers){ n, gold, policy->scores, random };
}

static bool
reward (const AssaySequences *answers, double *rewards, void *data)
{
  Policy *policy = data;
  JudgeAnswers judged = policy_judge (policy, answers, false);

  judge (&policy->judge, &judged, policy->work + 2 * policy->room, rewards);
  for (size_t i = 0; i < judged.n; i++)
    rewards[i] -= policy->origin;
  return true;
}

/* ---- Beginning and end -------------------------------------------------------------------- */

static bool
open_ppo (AssayRun *run, Policy *policy)
{
  AssayPpoOptions options = policy->lab.setup->ppo;
  LabPolicy shape = lab_policy_new (&policy->lab.policy);
  LabArray values = { "values", ASSAY_F32, shape.params->size, NULL };
  AssayTensors *file = lab_open (run, policy->lab.policy_path, &values, 1);
  AssayTextError error;

  options.steps = task_steps (policy->lab.task);
  options.end = TASK_END;
  options.shards = 1;
  if (file)
    {
      policy->ppo
          = assay_ppo_new (&policy->lab.policy, values.data, &options, run->seed, NULL, &error);
      if (!policy->ppo)
        assay_fail (run, error.text);
    }
  assay_tensors_free (file);
  lab_policy_clear (&shape);
  return policy->ppo != NULL;
}

static void
set_prompts (Policy *policy)
{
  uint32_t row = 0;

  for (uint32_t split = TASK_PEAK; split <= TASK_MEASURE; split++)
    for (uint32_t p = 0; p < policy->lab.task->n_prompts[split]; p++)
      for (uint32_t i = 0; i < policy->draws; i++)
        task_prompt (policy->lab.task, split, p, policy->rows, row++);
}

static bool
make_room (AssayRun *run, Policy *policy)
{
  const Setup *setup = policy->lab.setup;
  uint32_t n_rows = policy->n_prompts * policy->draws, steps = task_steps (policy->lab.task);
  size_t points = policy->n_evaluations + 1, curve = points * policy->n_prompts;
  size_t bytes = sizeof (PolicyRecord) + (2 * curve + points) * sizeof (double);

  policy->room = n_rows > setup->ppo.rollouts ? n_rows : setup->ppo.rollouts;
  policy->rows = assay_sequences_new (n_rows, steps);
  policy->prompts = assay_sequences_new (setup->ppo.rollouts / setup->ppo.per_prompt, steps);
  policy->record = calloc (1, bytes);
  policy->scores = malloc (LAB_SCORERS * policy->room * sizeof (double));
  policy->work = malloc (WORK * policy->room * sizeof (double));
  if (!policy->record || !policy->scores || !policy->work)
    return lab_no_memory (run);
  policy->record->bytes = bytes;
  policy->gold = policy->record->curves;
  policy->proxy = policy->gold + curve;
  policy->kl = policy->proxy + curve;
  set_prompts (policy);
  return true;
}

static bool
policy_init (Policy *policy, AssayRun *run, const Setup *setup)
{
  uint32_t iterations = setup->ppo.iterations;

  *policy = (Policy){
    .n_prompts = setup->task.evaluation_prompts,
    .draws = setup->draws,
    .n_evaluations = setup->evaluations < iterations ? setup->evaluations : iterations,
    .judge = judge_objective (setup->reward, setup->member, setup->members, setup->lambda)
  };
  if (!lab_init (&policy->lab, run, setup) || !lab_train (&policy->lab)
      || !judge_scale_init (&policy->scale, run, &policy->lab)
      || !lab_models_open (run, &policy->lab, &policy->models) || !open_ppo (run, policy)
      || !make_room (run, policy))
    return false;
  policy->origin = judge_origin (&policy->judge, &policy->scale);
  return true;
}

static void
policy_clear (Policy *policy)
{
  assay_ppo_free (policy->ppo);
  if (policy->models.model)
    lab_models_close (&policy->models);
  judge_scale_clear (&policy->scale);
  assay_sequences_free (policy->rows);
  assay_sequences_free (policy->prompts);
  free (policy->record);
  free (policy->scores);
  free (policy->work);
  lab_clear (&policy->lab);
}

/* ---- The run ------------------------------------------------------------------------------ */

/* Prompts of training for the next iteration: a pure function of the seed and its number. */
static void
draw_prompts (AssayRun *run, Policy *policy)
{
  AssayStream stream;
  char name[64];

  snprintf (name, sizeof name, "prompts.%llu", (unsigned long long) policy->ppo->state.iterations);
  assay_stream (run, name, &stream);
  for (uint32_t i = 0; i < policy->prompts->n; i++)
    task_prompt (policy->lab.task, TASK_TRAIN,
                 assay_below (&stream, policy->lab.task->n_prompts[TASK_TRAIN]), policy->prompts,
                 i);
}

/* False: the run has failed. */
static bool
iterate (AssayRun *run, Policy *policy)
{
  PolicyRecord *record = policy->record;
  const AssaySequences *answers = policy->ppo->answers;
  AssayTextError error;
  double began = lab_seconds ();

  draw_prompts (run, policy);
  if (!assay_ppo_iterate (policy->ppo, policy->prompts, reward, policy, &policy->report, &error))
    {
      assay_fail (run, error.text);
      return false;
    }
  record->seconds += lab_seconds () - began;
  for (uint32_t i = 0; i < answers->n; i++)
    record->words
        += (answers->lengths[i] - answers->prompts[i]) * (double) policy->ppo->options.epochs;
  return true;
}

static void
live (AssayRun *run, Policy *policy)
{
  uint64_t iterations = policy->ppo->options.iterations, *done = &policy->ppo->state.iterations;
  double saved = lab_seconds ();

  while (!assay_cancelled (run))
    {
      if (policy->record->n_evaluated <= policy->n_evaluations
          && *done >= policy_due (policy, policy->record->n_evaluated))
        policy_evaluate (run, policy);
      if (*done == iterations)
        break;
      if (lab_seconds () - saved >= policy->lab.setup->checkpoint && *done > 0)
        {
          if (!policy_save (run, policy))
            return;
          saved = lab_seconds ();
        }
      if (!iterate (run, policy))
        return;
      assay_progress (run, .5 + .5 * (double) *done / (double) iterations, "optimising");
    }
  if (*done == iterations && !assay_cancelled (run))
    policy_finish (run, policy);
}

void
run_policy (AssayRun *run, const Setup *setup)
{
  Policy policy;

  if (policy_init (&policy, run, setup) && policy_restore (run, &policy))
    live (run, &policy);
  policy_clear (&policy);
}
