/* SPDX-License-Identifier: Apache-2.0 */
#include "samples.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT 1024
#define WORDS 128

/* How much a word is to blame, for its colour. */
static float
blame (const Task *task, const int32_t *ids, uint32_t n_prompt, uint32_t i)
{
  uint32_t v = task->options.vocabulary;

  if (task_class (task, ids[i]) == TASK_UNUSUAL)
    return 1;
  if (i > n_prompt && task->clash[(size_t) ids[i - 1] * v + (size_t) ids[i]] != 0)
    return .8f;
  for (uint32_t j = n_prompt; j < i; j++)
    if (ids[j] == ids[i] && task_class (task, ids[i]) != TASK_MARKING)
      return .4f;
  return 0;
}

void
samples_text (AssayRun *run, const Task *task, const char *set, const char *objective,
              uint32_t sample, const AssaySequences *rows, uint32_t row)
{
  const int32_t *ids = assay_sequence (rows, row);
  uint32_t n_prompt = rows->prompts[row], length = rows->lengths[row], n_spans = 0;
  char prompt[TEXT], text[TEXT], labels[96];
  AssaySpan spans[WORDS];

  task_text (task, ids, 0, n_prompt, prompt, sizeof prompt);
  task_text (task, ids, n_prompt, length, text, sizeof text);
  for (uint32_t i = n_prompt; i < length && n_spans < WORDS; i++)
    {
      size_t to = task_text (task, ids, n_prompt, i + 1, NULL, 0);
      size_t from = to - strlen (task->words[ids[i]]);
      float value = blame (task, ids, n_prompt, i);

      if (value > 0)
        spans[n_spans++] = (AssaySpan){ (uint32_t) from, (uint32_t) to, value };
    }
  snprintf (labels, sizeof labels, "objective=%s sample=%u", objective, sample);
  assay_sample (run, set, labels, prompt, text, spans, n_spans);
}

bool
samples_numbers_init (SamplesNumbers *numbers, uint32_t n_objectives, uint32_t n_samples)
{
  size_t n = (size_t) n_objectives * n_samples;

  *numbers = (SamplesNumbers){ .n_objectives = n_objectives, .n_samples = n_samples };
  numbers->values = calloc ((2 + SAMPLES_MODELS) * n, sizeof (double));
  if (!numbers->values)
    return false;
  numbers->gold = numbers->values;
  numbers->proxy = numbers->values + n;
  for (uint32_t m = 0; m < SAMPLES_MODELS; m++)
    numbers->models[m] = numbers->values + (2 + m) * n;
  return true;
}

void
samples_numbers_clear (SamplesNumbers *numbers)
{
  free (numbers->values);
}

void
samples_numbers_set (SamplesNumbers *numbers, uint32_t objective, uint32_t sample,
                     const JudgeAnswers *answers, size_t i, double proxy)
{
  size_t at = (size_t) objective * numbers->n_samples + sample;

  numbers->gold[at] = answers->gold[i];
  numbers->proxy[at] = proxy;
  for (uint32_t m = 0; m < SAMPLES_MODELS; m++)
    numbers->models[m][at] = answers->scores[m * answers->n + i];
}

void
samples_numbers_write (AssayRun *run, const SamplesNumbers *numbers, const char *labels)
{
  static const char *const models[SAMPLES_MODELS] = { "rm-1", "rm-2", "rm-3", "rm-4", "rm-5" };
  uint64_t shape[2] = { numbers->n_objectives, numbers->n_samples };
  const char *axes = labels ? "sample" : "objective sample";
  double places[SAMPLES_MOST] = { 0 };

  for (uint32_t i = 0; i < numbers->n_samples; i++)
    places[i] = i + 1;
  assay_axis (run, "sample", NULL, places, numbers->n_samples);
  if (labels)
    shape[0] = numbers->n_samples;
  assay_array (run, "its-gold", labels, axes, shape, ASSAY_F64, numbers->gold);
  assay_array (run, "its-score", labels, axes, shape, ASSAY_F64, numbers->proxy);
  for (uint32_t m = 0; m < SAMPLES_MODELS; m++)
    assay_array (run, models[m], labels, axes, shape, ASSAY_F64, numbers->models[m]);
}
