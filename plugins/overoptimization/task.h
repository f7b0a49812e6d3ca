/* SPDX-License-Identifier: Apache-2.0
 *
 * Bazaar: short instructions and answers in a made-up language, a grammar that demonstrates them,
 * and a symbolic reward, gold, that knows what a reward model can only guess.  Everything is a
 * pure function of (options, seed).
 *
 * A row of AssaySequences is prompt words, "?" (TASK_ASK), answer words, "." (TASK_END).  `length`
 * counts the end where there is one, as everywhere in core/learn/text.
 */
#ifndef OVEROPTIMIZATION_TASK_H
#define OVEROPTIMIZATION_TASK_H

#include "learn/text/error.h"
#include "learn/text/sequences.h"

#include <assay/random.h>

#include <stdbool.h>
#include <stdint.h>

enum
{
  TASK_END,    /* ends an answer */
  TASK_ASK,    /* ends a prompt */
  TASK_MARKER, /* the shared spurious feature */
  TASK_FIRST_WORD,

  TASK_PROMPT_MAX = 7, /* words of a prompt and TASK_ASK; at least 3 */
  TASK_RULES = 3,      /* order rules a topic */
  TASK_WORD_SIZE = 12, /* bytes of a word's text with its end */
};

typedef enum TaskClass
{
  TASK_SPECIAL, /* end, ask */
  TASK_MARKING, /* the marker */
  TASK_LINKING, /* words of no topic */
  TASK_TOPICAL,
  TASK_UNUSUAL, /* words that demonstrations hardly hold */
} TaskClass;

/** The terms of gold.  Counts are of an answer's words, its end apart. */
typedef enum TaskTerm
{
  TASK_COVERAGE,      /* c different words of the prompt's first topic: c up to 5, 10 - c beyond */
  TASK_TASTE,         /* sum of a hidden N(0, 1) value a topical or linking word */
  TASK_ORDER,         /* each rule (a, b) of the first topic: 1 if a comes before b, -1 if after,
                         0 if one is missing; first occurrences count */
  TASK_REPETITION,    /* -1 a word that occurred before, markers apart */
  TASK_RARE,          /* -1 a rare word */
  TASK_LENGTH,        /* -((L - 9) / 3)^2; none where length is the shared feature */
  TASK_IDIOSYNCRATIC, /* heavy-tailed value of each different rare word, mostly harm, and harm of
                         each clash, a neighbourhood of two words that demonstrations avoid: every
                         reward model guesses its own */
  TASK_SHARED,        /* helps as far as demonstrations go and harms beyond: every reward model
                         learns the first half.  Markers: m/2 .. 2 -> m up to 2, 2 - 2 (m - 2)
                         beyond; length: (L - 9) / 2 up to 12, 1.5 - (L - 12) beyond */
  TASK_TERMS
} TaskTerm;

extern const char *const task_term_ids[TASK_TERMS];

typedef enum TaskFeature
{
  TASK_FEATURE_MARKER,
  TASK_FEATURE_LENGTH,
  TASK_FEATURES
} TaskFeature;

extern const char *const task_feature_ids[TASK_FEATURES];

typedef enum TaskSplit
{
  TASK_TRAIN,
  TASK_PEAK,    /* half of the evaluation prompts: where a curve peaks is chosen here ... */
  TASK_MEASURE, /* ... and measured here */
  TASK_SPLITS
} TaskSplit;

extern const char *const task_split_ids[TASK_SPLITS];

typedef struct TaskOptions
{
  uint32_t vocabulary;         /* 64..1024; a topic must get 8 words */
  uint32_t topics;             /* 2..16 */
  uint32_t train_prompts;      /* 1..4096 */
  uint32_t evaluation_prompts; /* even, 2..1024 */
  uint32_t longest;            /* words of an answer: 12..64 */
  TaskFeature shared_feature;
  double weights[TASK_TERMS]; /* 0..1000 each, before the scaling of gold; the last two are the
                                 knobs of the two sources of error */
} TaskOptions;

TaskOptions task_options_default (void);

typedef struct TaskPrompt
{
  int32_t ids[TASK_PROMPT_MAX];
  uint32_t length;
} TaskPrompt;

/** What gold was centred and scaled by: moments of the terms under demonstrations for the training
 *  prompts, drawn `draws` times. */
typedef struct TaskScale
{
  double mean, sd;                                   /* of the weighted sum */
  double term_mean[TASK_TERMS], term_sd[TASK_TERMS]; /* unweighted */
  uint32_t draws;
} TaskScale;

typedef struct Task
{
  TaskOptions options;
  uint64_t seed;
  uint32_t topic_words, linking_words; /* of a topic; in all */
  uint32_t n_prompts[TASK_SPLITS];
  TaskPrompt *prompts[TASK_SPLITS];
  double *taste;     /* [vocabulary] */
  double *unusual;   /* [vocabulary], 0 but for rare words */
  double *frequency; /* [vocabulary], within the word's class or topic; sums to 1 there */
  float *clash;      /* [vocabulary][vocabulary]: value of a word behind another, mostly 0 */
  float *link;       /* [vocabulary][vocabulary]: how much likelier the grammar makes it there */
  int32_t (*rules)[TASK_RULES][2]; /* [topics] */
  char (*words)[TASK_WORD_SIZE];   /* [vocabulary] */
  TaskScale scale;
} Task;

/** NULL: an option is out of range, or no memory; @error has the sentence. */
Task *task_new (const TaskOptions *options, uint64_t seed, AssayTextError *error);
void task_free (Task *task);

/** Ids of the longest row: prompt, answer, end. */
uint32_t task_steps (const Task *task);
TaskClass task_class (const Task *task, int32_t id);
/** The topic of a word, -1 where it has none. */
int32_t task_topic (const Task *task, int32_t id);

/* ---- The source: prompts and demonstrations (task-source.c) ------------------------------- */

/** Writes prompt @i < n_prompts[split] into @row, which then is that prompt without an answer. */
void task_prompt (const Task *task, TaskSplit split, uint32_t i, AssaySequences *rows,
                  uint32_t row);

/** Draws an answer behind the prompt in @row; it is cut, without an end, where the row is full. */
void task_demonstration (const Task *task, AssayStream *stream, AssaySequences *rows, uint32_t row);

/** log P (answer | prompt) under demonstrations, nats; -inf for what they never are. */
double task_log_probability (const Task *task, const int32_t *ids, uint32_t n_prompt,
                             uint32_t length);

/** Exact entropy of the demonstrations for a prompt, nats.  NaN: no memory. */
double task_entropy (const Task *task, const int32_t *ids, uint32_t n_prompt);

/* ---- Gold (task-gold.c) ------------------------------------------------------------------- */

/** What gold sees of an answer. */
typedef struct TaskReading
{
  uint32_t words, covered, repeats, rare, markers, clashes;
  int32_t orders;           /* rules kept less rules broken */
  double taste, heavy_tail; /* sums; the second over rare words and clashes */
} TaskReading;

void task_read (const Task *task, const int32_t *ids, uint32_t n_prompt, uint32_t length,
                TaskReading *reading);
/** The terms before weights and scaling. */
void task_terms (const Task *task, const int32_t *ids, uint32_t n_prompt, uint32_t length,
                 double terms[TASK_TERMS]);
/** What each term adds to gold: weight (term - its mean) / sd.  They sum to gold. */
void task_parts (const Task *task, const int32_t *ids, uint32_t n_prompt, uint32_t length,
                 double parts[TASK_TERMS]);
/** Mean 0 and deviation 1 under demonstrations (Gao et al. 2022, section 2.2). */
double task_gold (const Task *task, const int32_t *ids, uint32_t n_prompt, uint32_t length);

/** Rewards of whole batches.  @data is the Task.  Never false. */
bool task_gold_reward (const AssaySequences *answers, double *rewards, void *data);
/** N (0, 1), a pure function of (seed, row): a reward without knowledge. */
bool task_random_reward (const AssaySequences *answers, double *rewards, void *data);

/* ---- The best answer (task-search.c) ------------------------------------------------------ */

/** Scores of all answers; false ends the search. */
typedef bool (*TaskScore) (const AssaySequences *answers, double *scores, void *data);

/** Writes behind each prompt of @rows the best answer by @score that a beam search of @beam >= 1
 *  finds; the first of equal ones.  1 is greedy.  Prefixes are scored as finished answers, `beam`
 *  times the vocabulary at a time.  With task_gold_reward it is the ceiling, or close below it.
 *  false: no memory, or @score said so. */
bool task_search (const Task *task, TaskScore score, void *data, uint32_t beam,
                  AssaySequences *rows);

/* ---- Text (task-text.c) ------------------------------------------------------------------- */

/** Names the words; called once by task_new. */
void task_name_words (Task *task);
/** Words @from..@to - 1 of a row, a blank between them.  Returns the bytes it takes without the
 *  end, as snprintf; what does not fit in @size is cut. */
size_t task_text (const Task *task, const int32_t *ids, uint32_t from, uint32_t to, char *text,
                  size_t size);

/* ---- Guards (task-guards.c) --------------------------------------------------------------- */

/** A number that must hold for the KL axis to be true, and whether it does. */
typedef struct TaskGuard
{
  double value, threshold;
  bool passed;
} TaskGuard;

/** Lowest entropy of demonstrations over the evaluation prompts, at least 2 KL (best of @n). */
TaskGuard task_guard_source (const Task *task, double n);
/** Lowest entropy over prompts, estimated as -mean log P of the sampled answers, at least
 *  2 KL (best of @n).  Rows come prompt by prompt, @per_prompt each; @log_probs [n][steps] of the
 *  drawn ids, at temperature 1.  NaN, and not passed: no whole prompt. */
TaskGuard task_guard_entropy (const AssaySequences *answers, const float *log_probs,
                              uint32_t per_prompt, double n);
/** Answers that equal an earlier one to the same prompt, below 1 %.  NaN: none, or no memory. */
TaskGuard task_guard_duplicates (const AssaySequences *answers, uint32_t per_prompt);

#endif
