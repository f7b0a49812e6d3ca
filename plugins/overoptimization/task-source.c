/* SPDX-License-Identifier: Apache-2.0
 *
 * Who demonstrates: words drawn by a prompt's mixture of topics, Zipf's law within a topic, and
 * links between neighbours; a length drawn apart.  A Markov chain, so log P and entropy are exact.
 */
#include "task.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum
{
  SHORTEST = 3,
  LONGEST = 16,
  USUAL = 9, /* the commonest length */
};

#define FIRST_TOPIC 0.5
#define SECOND_TOPIC 0.2
#define LINKING 0.18
#define OTHER_TOPICS 0.068
#define MARKER 0.05
#define UNUSUAL 0.002
#define ECHO 3.0 /* how much likelier a word is for being in the prompt */

/* A bell of deviation 2.2 without a call to the mathematics library, whose bits differ. */
static double
length_weight (uint32_t length)
{
  double x = ((double) length - USUAL) / 8, w = fmax (1 - x * x, 0);

  return length < SHORTEST || length > LONGEST ? 0 : w * w * w * w * w;
}

static double
length_total (const Task *task)
{
  double total = 0;

  for (uint32_t l = SHORTEST; l <= task->options.longest; l++)
    total += length_weight (l);
  return total;
}

static uint32_t
draw_length (const Task *task, AssayStream *stream)
{
  double weights[64 + 1] = { 0 };

  for (uint32_t l = SHORTEST; l <= task->options.longest; l++)
    weights[l] = length_weight (l);
  return assay_categorical (stream, weights, task->options.longest + 1);
}

static double
share_of (const Task *task, int32_t id, int32_t first, int32_t second)
{
  const double class_shares[]
      = { [TASK_MARKING] = MARKER, [TASK_LINKING] = LINKING, [TASK_UNUSUAL] = UNUSUAL };
  TaskClass class = task_class (task, id);
  int32_t topic = task_topic (task, id);

  if (class == TASK_SPECIAL)
    return 0;
  if (class != TASK_TOPICAL)
    return class_shares[class];
  if (topic == first)
    return FIRST_TOPIC;
  return topic == second ? SECOND_TOPIC : OTHER_TOPICS / task->options.topics;
}

/* How likely each word is for a prompt, neighbours apart; does not sum to 1. */
static void
set_weights (const Task *task, const int32_t *ids, uint32_t n_prompt, double *weights)
{
  int32_t first = task_topic (task, ids[0]);
  int32_t second = task_topic (task, ids[n_prompt > 1]);

  for (uint32_t i = 0; i < task->options.vocabulary; i++)
    weights[i] = share_of (task, (int32_t) i, first, second) * task->frequency[i];
  for (uint32_t i = 0; i < n_prompt; i++)
    if (ids[i] >= 0 && (uint32_t) ids[i] < task->options.vocabulary)
      weights[ids[i]] *= ECHO;
}

/* The same behind a word: P (next) = linked / the sum that is returned. */
static double
set_linked (const Task *task, const double *weights, int32_t before, double *linked)
{
  const float *link = task->link + (size_t) before * task->options.vocabulary;
  double total = 0;

  for (uint32_t i = 0; i < task->options.vocabulary; i++)
    {
      linked[i] = weights[i] * link[i];
      total += linked[i];
    }
  return total;
}

void
task_prompt (const Task *task, TaskSplit split, uint32_t i, AssaySequences *rows, uint32_t row)
{
  const TaskPrompt *prompt = &task->prompts[split][i];

  assay_sequences_set (rows, row, prompt->ids, prompt->length, prompt->length);
}

void
task_demonstration (const Task *task, AssayStream *stream, AssaySequences *rows, uint32_t row)
{
  double weights[1024], linked[1024];
  int32_t *ids = assay_sequence (rows, row);
  uint32_t at = rows->prompts[row], end = at + draw_length (task, stream);

  set_weights (task, ids, at, weights);
  memset (ids + at, 0, (rows->steps - at) * sizeof *ids);
  for (; at < end && at < rows->steps; at++)
    {
      set_linked (task, weights, ids[at - 1], linked);
      ids[at] = (int32_t) assay_categorical (stream, linked, task->options.vocabulary);
    }
  if (at < rows->steps)
    ids[at++] = TASK_END;
  rows->lengths[row] = at;
}

double
task_log_probability (const Task *task, const int32_t *ids, uint32_t n_prompt, uint32_t length)
{
  double weights[1024], linked[1024], sum;

  if (length < n_prompt + 1 + SHORTEST || length > n_prompt + 1 + task->options.longest
      || ids[length - 1] != TASK_END)
    return -INFINITY;
  set_weights (task, ids, n_prompt, weights);
  sum = log (length_weight (length - 1 - n_prompt) / length_total (task));
  for (uint32_t i = n_prompt; i < length - 1; i++)
    {
      double total = set_linked (task, weights, ids[i - 1], linked);

      if (ids[i] < 0 || (uint32_t) ids[i] >= task->options.vocabulary || linked[ids[i]] <= 0)
        return -INFINITY;
      sum += log (linked[ids[i]] / total);
    }
  return sum;
}

/* ---- Entropy ------------------------------------------------------------------------------ */

/* Probabilities [n][n] of the word behind a word, and what drawing it gives in nats. */
static void
set_chain (const Task *task, const double *weights, double *next, double *nats)
{
  uint32_t n = task->options.vocabulary;

  for (uint32_t a = 0; a < n; a++)
    {
      double *row = next + (size_t) a * n;
      double total = set_linked (task, weights, (int32_t) a, row);

      nats[a] = 0;
      for (uint32_t b = 0; b < n; b++)
        {
          row[b] /= total;
          if (row[b] > 0)
            nats[a] -= row[b] * log (row[b]);
        }
    }
}

static void
step_chain (const double *next, const double *from, double *to, uint32_t n)
{
  memset (to, 0, n * sizeof *to);
  for (uint32_t a = 0; a < n; a++)
    if (from[a] > 0)
      for (uint32_t b = 0; b < n; b++)
        to[b] += from[a] * next[(size_t) a * n + b];
}

/* H (length) + sum over positions of P (there is one) H (its word | the word before). */
static double
chain_entropy (const Task *task, int32_t last, const double *next, const double *nats)
{
  double here[1024] = { 0 }, there[1024], entropy = 0, alive = 1, total = length_total (task);
  uint32_t n = task->options.vocabulary;

  here[last] = 1;
  for (uint32_t l = 1; l <= task->options.longest; l++)
    {
      double p = length_weight (l) / total;

      for (uint32_t a = 0; a < n; a++)
        entropy += alive * here[a] * nats[a];
      if (p > 0)
        entropy -= p * log (p);
      alive -= p;
      step_chain (next, here, there, n);
      memcpy (here, there, sizeof here);
    }
  return entropy;
}

double
task_entropy (const Task *task, const int32_t *ids, uint32_t n_prompt)
{
  size_t n = task->options.vocabulary;
  double weights[1024], *next = malloc (sizeof *next * (n * n + n)), entropy;

  if (!next)
    return NAN;
  set_weights (task, ids, n_prompt, weights);
  set_chain (task, weights, next, next + n * n);
  entropy = chain_entropy (task, ids[n_prompt - 1], next, next + n * n);
  free (next);
  return entropy;
}
