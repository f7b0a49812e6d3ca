/* SPDX-License-Identifier: Apache-2.0
 *
 * Where answers have few ways to differ, best-of-n repeats itself and its KL is not what the
 * formula says (Beirami et al. 2024).
 */
#include "task.h"

#include "learn/text/best-of-n.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DUPLICATES_MOST 0.01

static TaskGuard
at_least (double value, double threshold)
{
  return (TaskGuard){ value, threshold, value >= threshold };
}

TaskGuard
task_guard_source (const Task *task, double n)
{
  double lowest = INFINITY;

  for (uint32_t split = TASK_PEAK; split <= TASK_MEASURE; split++)
    for (uint32_t i = 0; i < task->n_prompts[split]; i++)
      {
        const TaskPrompt *prompt = &task->prompts[split][i];
        double entropy = task_entropy (task, prompt->ids, prompt->length);

        if (entropy < lowest || isnan (entropy))
          lowest = entropy;
      }
  return at_least (lowest, 2 * assay_best_of_n_kl (n));
}

/* Nats of the answer in a row: -log P. */
static double
row_nats (const AssaySequences *answers, const float *log_probs, uint32_t row)
{
  double nats = 0;

  for (uint32_t i = answers->prompts[row]; i < answers->lengths[row]; i++)
    nats -= log_probs[(size_t) row * answers->steps + i];
  return nats;
}

TaskGuard
task_guard_entropy (const AssaySequences *answers, const float *log_probs, uint32_t per_prompt,
                    double n)
{
  uint32_t n_prompts = per_prompt > 0 ? answers->n / per_prompt : 0;
  double lowest = n_prompts > 0 ? INFINITY : NAN;

  for (uint32_t p = 0; p < n_prompts; p++)
    {
      double sum = 0;

      for (uint32_t i = 0; i < per_prompt; i++)
        sum += row_nats (answers, log_probs, p * per_prompt + i);
      if (sum / per_prompt < lowest || isnan (sum))
        lowest = sum / per_prompt;
    }
  return at_least (lowest, 2 * assay_best_of_n_kl (n));
}

typedef struct Row
{
  const int32_t *ids;
  uint32_t length;
} Row;

static int
compare_rows (const void *a, const void *b)
{
  const Row *x = a, *y = b;

  if (x->length != y->length)
    return x->length < y->length ? -1 : 1;
  return memcmp (x->ids, y->ids, x->length * sizeof *x->ids);
}

TaskGuard
task_guard_duplicates (const AssaySequences *answers, uint32_t per_prompt)
{
  uint32_t n_prompts = per_prompt > 0 ? answers->n / per_prompt : 0, duplicates = 0;
  Row *rows = n_prompts > 0 ? malloc (per_prompt * sizeof *rows) : NULL;
  TaskGuard guard = { NAN, DUPLICATES_MOST, false };

  if (!rows)
    return guard;
  for (uint32_t p = 0; p < n_prompts; p++)
    {
      for (uint32_t i = 0; i < per_prompt; i++)
        rows[i] = (Row){ assay_sequence (answers, p * per_prompt + i),
                         answers->lengths[p * per_prompt + i] };
      qsort (rows, per_prompt, sizeof *rows, compare_rows);
      for (uint32_t i = 1; i < per_prompt; i++)
        duplicates += compare_rows (&rows[i - 1], &rows[i]) == 0;
    }
  free (rows);
  guard.value = (double) duplicates / ((double) n_prompts * per_prompt);
  guard.passed = guard.value < DUPLICATES_MOST;
  return guard;
}
