/* SPDX-License-Identifier: Apache-2.0 */
#include "policy.h"

#include "lab-parts.h"
#include "measure.h"
#include "samples.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

uint64_t
policy_due (const Policy *policy, uint64_t i)
{
  return policy->ppo->options.iterations * i / policy->n_evaluations;
}

/* ---- One evaluation ----------------------------------------------------------------------- */

static void
observe (AssayRun *run, const Policy *policy, const char *metric, const char *more, double value)
{
  char labels[96];

  snprintf (labels, sizeof labels, "objective=%s%s%s", policy->judge.id, more ? " " : "",
            more ? more : "");
  assay_observe (run, assay_series (run, metric, labels), (double) policy->ppo->state.iterations,
                 value);
}

static double
mean_of (const double *x, size_t n)
{
  double sum = 0;

  for (size_t i = 0; i < n; i++)
    sum += x[i];
  return sum / (double) n;
}

/* Means of each prompt's answers, into [prompts]. */
static void
average_draws (const Policy *policy, const double *x, double *out)
{
  for (uint32_t p = 0; p < policy->n_prompts; p++)
    out[p] = mean_of (x + (size_t) p * policy->draws, policy->draws);
}

static void
observe_errors (AssayRun *run, Policy *policy, const JudgeAnswers *answers)
{
  double *shared = policy->work + 3 * policy->room, *own = policy->work + 4 * policy->room,
         *variance = policy->work + 5 * policy->room;

  judge_errors (&policy->scale, answers, policy->lab.setup->members, shared, own, variance);
  observe (run, policy, "variance", NULL, mean_of (variance, answers->n));
  observe (run, policy, "rl-error", "error=shared", mean_of (shared, answers->n));
  observe (run, policy, "rl-error", "error=idiosyncratic", mean_of (own, answers->n));
}

static void
observe_terms (AssayRun *run, const Policy *policy)
{
  const AssaySequences *rows = policy->rows;
  double sums[TASK_TERMS] = { 0 }, parts[TASK_TERMS];

  for (uint32_t i = 0; i < rows->n; i++)
    {
      task_parts (policy->lab.task, assay_sequence (rows, i), rows->prompts[i], rows->lengths[i],
                  parts);
      for (uint32_t t = 0; t < TASK_TERMS; t++)
        sums[t] += parts[t] / rows->n;
    }
  for (uint32_t t = 0; t < TASK_TERMS; t++)
    {
      char label[64];

      snprintf (label, sizeof label, "term=%s", task_term_ids[t]);
      observe (run, policy, "terms", label, sums[t]);
    }
}

static void
observe_divergence (AssayRun *run, Policy *policy)
{
  AssayDivergence divergence;

  assay_ppo_divergence (policy->ppo, policy->rows, &divergence);
  for (uint32_t k = 0; k < ASSAY_KLS; k++)
    {
      char label[64];

      snprintf (label, sizeof label, "estimator=%s", assay_kl_ids[k]);
      observe (run, policy, "kl", label, divergence.kl[k]);
    }
  observe (run, policy, "entropy", NULL, divergence.entropy);
  observe (run, policy, "length", NULL, divergence.length);
  policy->kl[policy->record->n_evaluated] = divergence.kl[ASSAY_KL_EXACT];
}

/* What the last iteration said; none before the first. */
static void
observe_training (AssayRun *run, const Policy *policy)
{
  const AssayPpoReport *report = &policy->report;

  if (!policy->ppo->state.iterations)
    return;
  observe (run, policy, "reward-in-training", NULL, report->reward);
  observe (run, policy, "coefficient-in-use", NULL, report->kl_coefficient);
  observe (run, policy, "clipped", NULL, report->clip_fraction);
  if (!policy->ppo->options.estimator->values)
    return;
  observe (run, policy, "value-loss", NULL, report->value_loss);
  observe (run, policy, "explained", NULL, report->explained_variance);
}

void
policy_evaluate (AssayRun *run, Policy *policy)
{
  size_t at = policy->record->n_evaluated * policy->n_prompts;
  double *gold = policy->gold + at, *proxy = policy->proxy + at;
  double *work = policy->work + 3 * policy->room, *score = policy->work + 2 * policy->room;
  AssayStream *streams = lab_streams (run->seed, "evaluate", 0, policy->rows->n);
  JudgeAnswers answers;

  if (!streams)
    {
      lab_no_memory (run);
      return;
    }
  assay_ppo_answer (policy->ppo, policy->rows, streams);
  free (streams);
  answers = policy_judge (policy, policy->rows, true);
  judge (&policy->judge, &answers, work, score);
  for (size_t i = 0; i < answers.n; i++)
    score[i] -= policy->origin;
  average_draws (policy, answers.gold, gold);
  average_draws (policy, score, proxy);
  observe (run, policy, "mean-gold", NULL, mean_of (gold, policy->n_prompts));
  observe (run, policy, "mean-proxy", NULL, mean_of (proxy, policy->n_prompts));
  observe (run, policy, "duplicates", NULL,
           task_guard_duplicates (policy->rows, policy->draws).value);
  observe_errors (run, policy, &answers);
  observe_terms (run, policy);
  observe_divergence (run, policy);
  observe_training (run, policy);
  policy->record->n_evaluated++;
}

/* ---- The end ------------------------------------------------------------------------------ */

/* Gold [prompts][draws] of the last evaluation as [draws][prompts]. */
static void
write_last (AssayRun *run, const Policy *policy, const char *labels, const double *gold)
{
  uint64_t shape[2] = { policy->draws, policy->n_prompts };
  double *turned = malloc (policy->rows->n * sizeof *turned);

  if (!turned)
    {
      lab_no_memory (run);
      return;
    }
  for (uint32_t p = 0; p < policy->n_prompts; p++)
    for (uint32_t d = 0; d < policy->draws; d++)
      turned[d * policy->n_prompts + p] = gold[p * policy->draws + d];
  assay_array (run, "gold-last", labels, "draw prompt", shape, ASSAY_F64, turned);
  free (turned);
}

static void
write_fit (AssayRun *run, const Policy *policy, const char *labels, const double *means)
{
  double values[FIT_VALUES];
  AssayStream stream;

  assay_stream (run, "orders", &stream);
  measure_fit (ASSAY_GAO_RL, policy->kl, means, policy->n_evaluations + 1, &stream, values);
  for (uint32_t v = 0; v < FIT_VALUES; v++)
    assay_array (run, measure_fit_metrics[v], labels, "", NULL, ASSAY_F64, &values[v]);
}

static void
write_samples (AssayRun *run, Policy *policy, const char *labels)
{
  uint32_t n = policy->n_prompts < SAMPLES_MOST ? policy->n_prompts : SAMPLES_MOST;
  JudgeAnswers answers = policy_judge (policy, policy->rows, true);
  double *score = policy->work + 2 * policy->room;
  SamplesNumbers numbers;

  if (!samples_numbers_init (&numbers, 1, n))
    {
      lab_no_memory (run);
      return;
    }
  judge (&policy->judge, &answers, policy->work + 3 * policy->room, score);
  for (uint32_t p = 0; p < n; p++)
    {
      uint32_t row = p * policy->draws;

      samples_text (run, policy->lab.task, "last", policy->judge.id, p + 1, policy->rows, row);
      samples_numbers_set (&numbers, 0, p, &answers, row, score[row] - policy->origin);
    }
  samples_numbers_write (run, &numbers, labels);
  write_last (run, policy, labels, answers.gold);
  samples_numbers_clear (&numbers);
}

/* The answers of the last evaluation again: a run that was resumed behind it has them not. */
static void
answer_again (AssayRun *run, Policy *policy)
{
  AssayStream *streams = lab_streams (run->seed, "evaluate", 0, policy->rows->n);

  if (streams)
    assay_ppo_answer (policy->ppo, policy->rows, streams);
  else
    lab_no_memory (run);
  free (streams);
}

void
policy_finish (AssayRun *run, Policy *policy)
{
  uint32_t points = policy->n_evaluations + 1;
  uint64_t shape[2] = { points, policy->n_prompts };
  double *steps = malloc (2 * points * sizeof *steps), *means = steps + points;
  double rate = policy->record->words / policy->record->seconds;
  char labels[64];

  snprintf (labels, sizeof labels, "objective=%s", policy->judge.id);
  if (!steps)
    {
      lab_no_memory (run);
      return;
    }
  for (uint32_t i = 0; i < points; i++)
    {
      steps[i] = (double) policy_due (policy, i);
      means[i] = mean_of (policy->gold + (size_t) i * policy->n_prompts, policy->n_prompts);
    }
  assay_axis (run, "step", NULL, steps, points);
  assay_array (run, "gold", labels, "step prompt", shape, ASSAY_F64, policy->gold);
  assay_array (run, "proxy", labels, "step prompt", shape, ASSAY_F64, policy->proxy);
  write_fit (run, policy, labels, means);
  free (steps);
  answer_again (run, policy);
  write_samples (run, policy, labels);
  assay_array (run, "words-per-second", "work=policy", "", NULL, ASSAY_F64, &rate);
  assay_array (run, "seconds", "work=policy", "", NULL, ASSAY_F64, &policy->record->seconds);
}

/* ---- Checkpoints -------------------------------------------------------------------------- */

bool
policy_save (AssayRun *run, const Policy *policy)
{
  size_t head = policy->record->bytes, size = head + assay_ppo_state_size (policy->ppo);
  uint8_t *bytes = malloc (size);

  if (!bytes)
    return lab_no_memory (run);
  memcpy (bytes, policy->record, head);
  assay_ppo_get_state (policy->ppo, bytes + head);
  assay_save (run, bytes, size);
  free (bytes);
  return true;
}

bool
policy_restore (AssayRun *run, Policy *policy)
{
  uint64_t size, head = policy->record->bytes;
  const uint8_t *bytes = assay_restore (run, &size);
  PolicyRecord record;
  AssayTextError error;

  if (!bytes)
    return true;
  if (size >= head)
    memcpy (&record, bytes, sizeof record);
  if (size < head || record.bytes != head || record.n_evaluated > policy->n_evaluations + 1
      || !assay_ppo_set_state (policy->ppo, bytes + head, size - head, &error))
    {
      assay_fail (run, "The checkpoint is not of this run; run it anew.");
      return false;
    }
  memcpy (policy->record, bytes, head);
  return true;
}
