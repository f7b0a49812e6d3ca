/* SPDX-License-Identifier: Apache-2.0
 *
 * What a task is made of: vocabulary, hidden values, order rules, grammar and prompts.
 */
#include "task.h"

#include "base/num/random.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum
{
  SHARE = 16, /* one in SHARE words is linking, one in SHARE is rare */
  LEAST_TOPIC = 8,
  SCALE_DRAWS = 4096,
};

#define HEAVY_MOST 10.0
#define HARMFUL 0.75 /* share of rare words whose value is below 0 */
#define CLASHES 0.1  /* share of pairs of words that clash */

const char *const task_term_ids[TASK_TERMS] = {
  "coverage", "taste", "order", "repetition", "rare", "length", "idiosyncratic", "shared",
};
const char *const task_feature_ids[TASK_FEATURES] = { "marker", "length" };
const char *const task_split_ids[TASK_SPLITS] = { "train", "peak", "measure" };

TaskOptions
task_options_default (void)
{
  return (TaskOptions){
    .vocabulary = 256,
    .topics = 8,
    .train_prompts = 208,
    .evaluation_prompts = 48,
    .longest = 16,
    .shared_feature = TASK_FEATURE_MARKER,
    .weights = {
      [TASK_COVERAGE] = 1,
      [TASK_TASTE] = 0.4,
      [TASK_ORDER] = 1.5,
      [TASK_REPETITION] = 1,
      [TASK_RARE] = 1,
      [TASK_LENGTH] = 1,
      [TASK_IDIOSYNCRATIC] = 1,
      [TASK_SHARED] = 1,
    },
  };
}

static uint32_t
linking_words (const TaskOptions *o)
{
  return o->vocabulary / SHARE - TASK_FIRST_WORD;
}

static uint32_t
topic_words (const TaskOptions *o)
{
  return (o->vocabulary - 2 * (o->vocabulary / SHARE)) / o->topics;
}

uint32_t
task_steps (const Task *task)
{
  return TASK_PROMPT_MAX + task->options.longest + 1;
}

TaskClass
task_class (const Task *task, int32_t id)
{
  uint32_t first_topical = TASK_FIRST_WORD + task->linking_words;

  if (id == TASK_END || id == TASK_ASK)
    return TASK_SPECIAL;
  if (id == TASK_MARKER)
    return TASK_MARKING;
  if (id < 0 || (uint32_t) id >= first_topical + task->options.topics * task->topic_words)
    return TASK_UNUSUAL;
  return (uint32_t) id < first_topical ? TASK_LINKING : TASK_TOPICAL;
}

int32_t
task_topic (const Task *task, int32_t id)
{
  if (task_class (task, id) != TASK_TOPICAL)
    return -1;
  return (id - TASK_FIRST_WORD - (int32_t) task->linking_words) / (int32_t) task->topic_words;
}

/* ---- Options ------------------------------------------------------------------------------ */

static bool
in_range (AssayTextError *error, const char *what, uint32_t value, uint32_t low, uint32_t high)
{
  if (value >= low && value <= high)
    return true;
  snprintf (error->text, sizeof error->text, "bazaar: %s is %u, but must be %u to %u", what, value,
            low, high);
  return false;
}

static bool
weights_are_fine (const TaskOptions *o, AssayTextError *error)
{
  for (uint32_t t = 0; t < TASK_TERMS; t++)
    if (!(o->weights[t] >= 0 && o->weights[t] <= 1000))
      {
        snprintf (error->text, sizeof error->text,
                  "bazaar: the weight of '%s' is %g, but must be 0 to 1000", task_term_ids[t],
                  o->weights[t]);
        return false;
      }
  return true;
}

static bool
options_are_fine (const TaskOptions *o, AssayTextError *error)
{
  if (!in_range (error, "the vocabulary", o->vocabulary, 64, 1024)
      || !in_range (error, "the number of topics", o->topics, 2, 16)
      || !in_range (error, "the number of training prompts", o->train_prompts, 1, 4096)
      || !in_range (error, "the number of evaluation prompts", o->evaluation_prompts, 2, 1024)
      || !in_range (error, "the longest answer", o->longest, 12, 64)
      || !in_range (error, "the shared feature", o->shared_feature, 0, TASK_FEATURES - 1)
      || !weights_are_fine (o, error))
    return false;
  if (o->evaluation_prompts % 2)
    {
      snprintf (error->text, sizeof error->text,
                "bazaar: %u evaluation prompts cannot be split in two halves; take an even number",
                o->evaluation_prompts);
      return false;
    }
  if (topic_words (o) < LEAST_TOPIC)
    {
      snprintf (error->text, sizeof error->text,
                "bazaar: a vocabulary of %u leaves each of %u topics %u words, but order rules "
                "need %d; take fewer topics or more words",
                o->vocabulary, o->topics, topic_words (o), LEAST_TOPIC);
      return false;
    }
  return true;
}

/* ---- Words -------------------------------------------------------------------------------- */

/* Pareto with exponent 2, cut, so that single values dominate sums. */
static double
heavy_value (AssayStream *stream)
{
  return fmin (1 / sqrt (1 - assay_uniform (stream)), HEAVY_MOST);
}

static double
unusual_value (AssayStream *stream)
{
  double sign = assay_uniform (stream) < HARMFUL ? -1 : 1;

  return sign * heavy_value (stream);
}

/* Zipf's law over the @n words from @first in an order of its own. */
static void
draw_frequencies (Task *task, AssayStream *stream, uint32_t first, uint32_t n, uint32_t *order)
{
  double total = 0;

  for (uint32_t i = 0; i < n; i++)
    {
      order[i] = first + i;
      total += 1.0 / (i + 1);
    }
  assay_permute (stream, order, n);
  for (uint32_t i = 0; i < n; i++)
    task->frequency[order[i]] = 1 / ((i + 1) * total);
}

/* Rules are over the topic's most frequent words, else demonstrations would hardly show any. */
static void
draw_topics (Task *task, AssayStream *stream, uint32_t *order)
{
  for (uint32_t t = 0; t < task->options.topics; t++)
    {
      uint32_t first = TASK_FIRST_WORD + task->linking_words + t * task->topic_words;

      draw_frequencies (task, stream, first, task->topic_words, order);
      assay_permute (stream, order, LEAST_TOPIC);
      for (uint32_t r = 0; r < TASK_RULES; r++)
        for (uint32_t i = 0; i < 2; i++)
          task->rules[t][r][i] = (int32_t) order[2 * r + i];
    }
}

static void
draw_words (Task *task, uint32_t *order)
{
  uint32_t topical = TASK_FIRST_WORD + task->linking_words;
  uint32_t unusual = topical + task->options.topics * task->topic_words;
  uint32_t vocabulary = task->options.vocabulary;
  AssayStream stream;

  assay_stream_init (&stream, task->seed, "bazaar.words");
  task->frequency[TASK_MARKER] = 1;
  draw_frequencies (task, &stream, TASK_FIRST_WORD, task->linking_words, order);
  draw_topics (task, &stream, order);
  draw_frequencies (task, &stream, unusual, vocabulary - unusual, order);
  for (uint32_t i = TASK_FIRST_WORD; i < unusual; i++)
    task->taste[i] = assay_normal (&stream);
  task->unusual[TASK_ASK] = unusual_value (&stream);
  for (uint32_t i = unusual; i < vocabulary; i++)
    task->unusual[i] = unusual_value (&stream);
}

/* ---- Grammar ------------------------------------------------------------------------------ */

static double
link_of (const Task *task, uint32_t a, uint32_t b)
{
  TaskClass class_a = task_class (task, (int32_t) a), class_b = task_class (task, (int32_t) b);

  if (task->clash[(size_t) a * task->options.vocabulary + b] != 0)
    return 0.05;
  if (a == b)
    return 0.2;
  return class_a == class_b && class_a == TASK_LINKING ? 0.1 : 1;
}

static bool
may_clash (const Task *task, uint32_t id)
{
  TaskClass class = task_class (task, (int32_t) id);

  return class == TASK_LINKING || class == TASK_TOPICAL;
}

/* Each topical word has a follower in its topic; a tenth of all pairs clash.  Clashes only
 * harm: chains of helpful ones would be the best answers, and nobody could know them. */
static void
draw_grammar (Task *task)
{
  uint32_t n = task->options.vocabulary;
  AssayStream stream;

  assay_stream_init (&stream, task->seed, "bazaar.grammar");
  for (uint32_t a = TASK_FIRST_WORD; a < n; a++)
    for (uint32_t b = TASK_FIRST_WORD; b < n; b++)
      if (a != b && may_clash (task, a) && may_clash (task, b) && assay_uniform (&stream) < CLASHES)
        task->clash[(size_t) a * n + b] = (float) -heavy_value (&stream);
  for (uint32_t a = 0; a < n; a++)
    for (uint32_t b = 0; b < n; b++)
      task->link[(size_t) a * n + b] = (float) link_of (task, a, b);
  for (uint32_t a = 0; a < n; a++)
    if (task_topic (task, (int32_t) a) >= 0)
      {
        uint32_t first = TASK_FIRST_WORD + task->linking_words
                         + (uint32_t) task_topic (task, (int32_t) a) * task->topic_words;

        task->link[(size_t) a * n + first + assay_below (&stream, task->topic_words)] *= 8;
      }
}

/* ---- Prompts ------------------------------------------------------------------------------ */

static int32_t
topical_word (const Task *task, AssayStream *stream, uint32_t topic)
{
  return (int32_t) (TASK_FIRST_WORD + task->linking_words + topic * task->topic_words
                    + assay_below (stream, task->topic_words));
}

/* Two words name the topics; up to four more are of them or linking. */
static TaskPrompt
draw_prompt (const Task *task, AssayStream *stream, uint32_t topic)
{
  uint32_t other = assay_below (stream, task->options.topics - 1);
  TaskPrompt prompt = { .length = 2 + assay_below (stream, TASK_PROMPT_MAX - 2) };

  other += other >= topic;
  prompt.ids[0] = topical_word (task, stream, topic);
  prompt.ids[1] = topical_word (task, stream, other);
  for (uint32_t i = 2; i < prompt.length; i++)
    {
      uint32_t kind = assay_below (stream, 4);

      prompt.ids[i] = kind == 3
                          ? TASK_FIRST_WORD + (int32_t) assay_below (stream, task->linking_words)
                          : topical_word (task, stream, kind == 2 ? other : topic);
    }
  prompt.ids[prompt.length++] = TASK_ASK;
  return prompt;
}

static bool
is_known (const Task *task, const TaskPrompt *prompt, TaskSplit split, uint32_t n)
{
  for (uint32_t s = 0; s <= split; s++)
    for (uint32_t i = 0; i < (s == split ? n : task->n_prompts[s]); i++)
      if (!memcmp (task->prompts[s][i].ids, prompt->ids, sizeof prompt->ids))
        return true;
  return false;
}

/* Topics take turns, so that every split has them alike.  The search ends: each topic has at least
 * 8 * 8 * 17^4 prompts of six words. */
static void
draw_prompts (Task *task)
{
  AssayStream stream;

  assay_stream_init (&stream, task->seed, "bazaar.prompts");
  for (uint32_t split = 0; split < TASK_SPLITS; split++)
    for (uint32_t i = 0; i < task->n_prompts[split]; i++)
      do
        task->prompts[split][i] = draw_prompt (task, &stream, i % task->options.topics);
      while (is_known (task, &task->prompts[split][i], split, i));
}

/* ---- Scale -------------------------------------------------------------------------------- */

static void
set_moments (const double *values, uint32_t n, uint32_t stride, double *mean, double *sd)
{
  double sum = 0, squares = 0;

  for (uint32_t i = 0; i < n; i++)
    sum += values[(size_t) i * stride];
  *mean = sum / n;
  for (uint32_t i = 0; i < n; i++)
    squares += (values[(size_t) i * stride] - *mean) * (values[(size_t) i * stride] - *mean);
  *sd = sqrt (squares / n);
}

/* The terms and, behind them, their weighted sum. */
static void
draw_terms (const Task *task, AssayStream *stream, AssaySequences *row, double *terms)
{
  task_prompt (task, TASK_TRAIN, assay_below (stream, task->n_prompts[TASK_TRAIN]), row, 0);
  task_demonstration (task, stream, row, 0);
  task_terms (task, row->ids, row->prompts[0], row->lengths[0], terms);
  terms[TASK_TERMS] = 0;
  for (uint32_t t = 0; t < TASK_TERMS; t++)
    terms[TASK_TERMS] += task->options.weights[t] * terms[t];
}

static bool
set_scale (Task *task, AssayTextError *error)
{
  enum
  {
    WIDTH = TASK_TERMS + 1
  };
  AssaySequences *row = assay_sequences_new (1, task_steps (task));
  double *terms = malloc (sizeof *terms * SCALE_DRAWS * WIDTH);
  TaskScale *scale = &task->scale;
  AssayStream stream;

  if (!row || !terms)
    {
      assay_sequences_free (row);
      free (terms);
      return false;
    }
  assay_stream_init (&stream, task->seed, "bazaar.scale");
  for (uint32_t i = 0; i < SCALE_DRAWS; i++)
    draw_terms (task, &stream, row, terms + (size_t) i * WIDTH);
  for (uint32_t t = 0; t < TASK_TERMS; t++)
    set_moments (terms + t, SCALE_DRAWS, WIDTH, &scale->term_mean[t], &scale->term_sd[t]);
  set_moments (terms + TASK_TERMS, SCALE_DRAWS, WIDTH, &scale->mean, &scale->sd);
  scale->draws = SCALE_DRAWS;
  assay_sequences_free (row);
  free (terms);
  if (scale->sd > 0)
    return true;
  snprintf (error->text, sizeof error->text,
            "bazaar: with these weights every demonstration has the same gold; raise one");
  return false;
}

/* ---- The task ----------------------------------------------------------------------------- */

static bool
allocate (Task *task)
{
  size_t n = task->options.vocabulary;
  bool all = true;

  task->taste = calloc (n, sizeof *task->taste);
  task->unusual = calloc (n, sizeof *task->unusual);
  task->frequency = calloc (n, sizeof *task->frequency);
  task->clash = calloc (n * n, sizeof *task->clash);
  task->link = calloc (n * n, sizeof *task->link);
  task->rules = calloc (task->options.topics, sizeof *task->rules);
  task->words = calloc (n, sizeof *task->words);
  for (uint32_t s = 0; s < TASK_SPLITS; s++)
    {
      task->prompts[s] = calloc (task->n_prompts[s], sizeof *task->prompts[s]);
      all = all && task->prompts[s];
    }
  return all && task->taste && task->unusual && task->frequency && task->clash && task->link
         && task->rules && task->words;
}

static bool
fill (Task *task, AssayTextError *error)
{
  uint32_t *order = calloc (task->options.vocabulary, sizeof *order);

  if (!order || !allocate (task))
    {
      free (order);
      return false;
    }
  draw_words (task, order);
  free (order);
  draw_grammar (task);
  task_name_words (task);
  draw_prompts (task);
  return set_scale (task, error);
}

Task *
task_new (const TaskOptions *options, uint64_t seed, AssayTextError *error)
{
  Task *task;

  if (!options_are_fine (options, error))
    return NULL;
  snprintf (error->text, sizeof error->text, "bazaar: no memory");
  task = calloc (1, sizeof *task);
  if (!task)
    return NULL;
  task->options = *options;
  task->seed = seed;
  task->topic_words = topic_words (options);
  task->linking_words = linking_words (options);
  task->n_prompts[TASK_TRAIN] = options->train_prompts;
  task->n_prompts[TASK_PEAK] = task->n_prompts[TASK_MEASURE] = options->evaluation_prompts / 2;
  if (fill (task, error))
    {
      error->text[0] = 0;
      return task;
    }
  task_free (task);
  return NULL;
}

void
task_free (Task *task)
{
  if (!task)
    return;
  for (uint32_t s = 0; s < TASK_SPLITS; s++)
    free (task->prompts[s]);
  free (task->taste);
  free (task->unusual);
  free (task->frequency);
  free (task->clash);
  free (task->link);
  free (task->rules);
  free (task->words);
  free (task);
}
