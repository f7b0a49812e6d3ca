/* SPDX-License-Identifier: Apache-2.0
 *
 * Gold: what an answer is truly worth.
 */
#include "task.h"

#include "base/num/random.h"

#include <string.h>

enum
{
  COVERAGE_CAP = 5,
  MARKER_CAP = 2,
  USUAL_LENGTH = 9,
  LENGTH_CAP = 12,
};

/* ---- Reading ------------------------------------------------------------------------------ */

/* Words before the first end. */
static uint32_t
answer_words (const int32_t *ids, uint32_t n_prompt, uint32_t length)
{
  uint32_t n = 0;

  while (n_prompt + n < length && ids[n_prompt + n] != TASK_END)
    n++;
  return n;
}

static bool
is_known (const Task *task, int32_t id)
{
  return id >= 0 && (uint32_t) id < task->options.vocabulary;
}

static bool
is_first (const int32_t *words, uint32_t i)
{
  for (uint32_t j = 0; j < i; j++)
    if (words[j] == words[i])
      return false;
  return true;
}

static void
read_word (const Task *task, const int32_t *words, uint32_t i, int32_t topic, TaskReading *r)
{
  TaskClass class = task_class (task, words[i]);
  bool first = is_first (words, i), known = is_known (task, words[i]);

  r->markers += class == TASK_MARKING;
  r->rare += class == TASK_UNUSUAL || class == TASK_SPECIAL;
  r->repeats += class != TASK_MARKING && !first;
  r->covered += first && topic >= 0 && task_topic (task, words[i]) == topic;
  if (known)
    r->taste += task->taste[words[i]];
  if (known && first)
    r->heavy_tail += task->unusual[words[i]];
  if (known && i > 0 && is_known (task, words[i - 1]))
    {
      size_t row = (size_t) words[i - 1] * task->options.vocabulary;
      float clash = task->clash[row + (size_t) words[i]];

      r->clashes += clash != 0;
      r->heavy_tail += clash;
    }
}

static uint32_t
place_of (const int32_t *words, uint32_t n, int32_t word)
{
  uint32_t i = 0;

  while (i < n && words[i] != word)
    i++;
  return i;
}

static int32_t
kept_orders (const Task *task, const int32_t *words, uint32_t n, int32_t topic)
{
  int32_t orders = 0;

  for (uint32_t r = 0; topic >= 0 && r < TASK_RULES; r++)
    {
      uint32_t a = place_of (words, n, task->rules[topic][r][0]);
      uint32_t b = place_of (words, n, task->rules[topic][r][1]);

      if (a < n && b < n)
        orders += a < b ? 1 : -1;
    }
  return orders;
}

void
task_read (const Task *task, const int32_t *ids, uint32_t n_prompt, uint32_t length,
           TaskReading *reading)
{
  const int32_t *words = ids + n_prompt;
  int32_t topic = task_topic (task, ids[0]);

  *reading = (TaskReading){ .words = answer_words (ids, n_prompt, length) };
  for (uint32_t i = 0; i < reading->words; i++)
    read_word (task, words, i, topic, reading);
  reading->orders = kept_orders (task, words, reading->words, topic);
}

/* ---- Terms -------------------------------------------------------------------------------- */

static double
shared_term (const Task *task, const TaskReading *r)
{
  double markers = r->markers, words = r->words;

  if (task->options.shared_feature == TASK_FEATURE_MARKER)
    return markers <= MARKER_CAP ? markers : MARKER_CAP - 2 * (markers - MARKER_CAP);
  return words <= LENGTH_CAP ? (words - USUAL_LENGTH) / 2
                             : (LENGTH_CAP - USUAL_LENGTH) / 2.0 - (words - LENGTH_CAP);
}

void
task_terms (const Task *task, const int32_t *ids, uint32_t n_prompt, uint32_t length,
            double terms[TASK_TERMS])
{
  TaskReading r;
  double off;

  task_read (task, ids, n_prompt, length, &r);
  off = ((double) r.words - USUAL_LENGTH) / 3;
  terms[TASK_COVERAGE] = r.covered <= COVERAGE_CAP ? r.covered : 2.0 * COVERAGE_CAP - r.covered;
  terms[TASK_TASTE] = r.taste;
  terms[TASK_ORDER] = r.orders;
  terms[TASK_REPETITION] = -(double) r.repeats;
  terms[TASK_RARE] = -(double) r.rare;
  terms[TASK_LENGTH] = task->options.shared_feature == TASK_FEATURE_LENGTH ? 0 : -off * off;
  terms[TASK_IDIOSYNCRATIC] = r.heavy_tail;
  terms[TASK_SHARED] = shared_term (task, &r);
}

void
task_parts (const Task *task, const int32_t *ids, uint32_t n_prompt, uint32_t length,
            double parts[TASK_TERMS])
{
  const TaskScale *scale = &task->scale;

  task_terms (task, ids, n_prompt, length, parts);
  for (uint32_t t = 0; t < TASK_TERMS; t++)
    parts[t] = task->options.weights[t] * (parts[t] - scale->term_mean[t]) / scale->sd;
}

double
task_gold (const Task *task, const int32_t *ids, uint32_t n_prompt, uint32_t length)
{
  double parts[TASK_TERMS], gold = 0;

  task_parts (task, ids, n_prompt, length, parts);
  for (uint32_t t = 0; t < TASK_TERMS; t++)
    gold += parts[t];
  return gold;
}

/* ---- Rewards of batches ------------------------------------------------------------------- */

bool
task_gold_reward (const AssaySequences *answers, double *rewards, void *data)
{
  for (uint32_t i = 0; i < answers->n; i++)
    rewards[i]
        = task_gold (data, assay_sequence (answers, i), answers->prompts[i], answers->lengths[i]);
  return true;
}

/* FNV-1a over ids, whatever the byte order. */
static uint64_t
row_hash (const int32_t *ids, uint32_t n)
{
  uint64_t hash = 0xcbf29ce484222325u;

  for (uint32_t i = 0; i < n; i++)
    for (uint32_t shift = 0; shift < 32; shift += 8)
      hash = (hash ^ (((uint32_t) ids[i] >> shift) & 0xff)) * 0x100000001b3u;
  return hash;
}

bool
task_random_reward (const AssaySequences *answers, double *rewards, void *data)
{
  const Task *task = data;

  for (uint32_t i = 0; i < answers->n; i++)
    {
      AssayStream stream;

      assay_stream_init (&stream, task->seed, "bazaar.random");
      stream.name ^= row_hash (assay_sequence (answers, i), answers->lengths[i]);
      rewards[i] = assay_normal (&stream);
    }
  return true;
}
