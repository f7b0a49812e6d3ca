/* SPDX-License-Identifier: Apache-2.0
 *
 * The task against hand-made answers, counts and sums.
 */
#include "../task.h"
#include "base/num/random.h"
#include "learn/text/best-of-n.h"

#include <glib.h>
#include <math.h>
#include <string.h>

static Task *
make_task (const TaskOptions *options, uint64_t seed)
{
  AssayTextError error;
  Task *task = task_new (options, seed, &error);

  if (!task)
    g_error ("%s", error.text);
  return task;
}

static Task *
default_task (uint64_t seed)
{
  TaskOptions options = task_options_default ();

  return make_task (&options, seed);
}

/* Rows of demonstrations for evaluation prompts in turn. */
static AssaySequences *
demonstrate (const Task *task, uint32_t n, const char *stream_name)
{
  AssaySequences *rows = assay_sequences_new (n, task_steps (task));
  AssayStream stream;

  assay_stream_init (&stream, 5, stream_name);
  for (uint32_t i = 0; i < n; i++)
    {
      task_prompt (task, TASK_MEASURE, i % task->n_prompts[TASK_MEASURE], rows, i);
      task_demonstration (task, &stream, rows, i);
    }
  return rows;
}

/* ---- Same bits ---------------------------------------------------------------------------- */

static void
equal_seeds_give_equal_bits (void)
{
  Task *a = default_task (3), *b = default_task (3), *c = default_task (4);
  AssaySequences *x = demonstrate (a, 50, "d"), *y = demonstrate (b, 50, "d");
  size_t n = a->options.vocabulary;

  g_assert_cmpmem (a->taste, n * sizeof *a->taste, b->taste, n * sizeof *b->taste);
  g_assert_cmpmem (a->clash, n * n * sizeof *a->clash, b->clash, n * n * sizeof *b->clash);
  g_assert_cmpmem (&a->scale, sizeof a->scale, &b->scale, sizeof b->scale);
  g_assert_cmpmem (x->ids, 50 * x->steps * sizeof *x->ids, y->ids, 50 * y->steps * sizeof *y->ids);
  g_assert_cmpint (memcmp (a->taste, c->taste, n * sizeof *a->taste), !=, 0);
  g_assert_cmpint (memcmp (a->prompts[0], c->prompts[0], 8 * sizeof *a->prompts[0]), !=, 0);
  assay_sequences_free (x);
  assay_sequences_free (y);
  task_free (a);
  task_free (b);
  task_free (c);
}

/* ---- Prompts ------------------------------------------------------------------------------ */

static void
prompts_are_disjoint_and_balanced (void)
{
  Task *task = default_task (1);
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  g_assert_cmpuint (task->n_prompts[TASK_TRAIN], ==, 208);
  g_assert_cmpuint (task->n_prompts[TASK_PEAK], ==, 24);
  g_assert_cmpuint (task->n_prompts[TASK_MEASURE], ==, 24);
  for (guint split = 0; split < TASK_SPLITS; split++)
    {
      guint topics[16] = { 0 };

      for (guint i = 0; i < task->n_prompts[split]; i++)
        {
          const TaskPrompt *p = &task->prompts[split][i];
          char *text = g_malloc (128);

          task_text (task, p->ids, 0, p->length, text, 128);
          g_assert_true (g_hash_table_add (seen, text));
          g_assert_cmpuint (p->length, >=, 3);
          g_assert_cmpuint (p->length, <=, TASK_PROMPT_MAX);
          g_assert_cmpint (p->ids[p->length - 1], ==, TASK_ASK);
          g_assert_cmpint (task_topic (task, p->ids[0]), !=, task_topic (task, p->ids[1]));
          topics[task_topic (task, p->ids[0])]++;
        }
      for (guint t = 0; t < task->options.topics; t++)
        g_assert_cmpuint (topics[t], ==, task->n_prompts[split] / 8);
    }
  task_free (task);
}

/* ---- Demonstrations ----------------------------------------------------------------------- */

static void
demonstrations_follow_the_grammar (void)
{
  Task *task = default_task (1);
  AssaySequences *rows = demonstrate (task, 4000, "grammar");
  double words = 0, first = 0, markers = 0, rare = 0, clashes = 0;

  for (guint i = 0; i < rows->n; i++)
    {
      const int32_t *ids = assay_sequence (rows, i);
      TaskReading r;

      task_read (task, ids, rows->prompts[i], rows->lengths[i], &r);
      g_assert_cmpint (ids[rows->lengths[i] - 1], ==, TASK_END);
      g_assert_cmpuint (r.words, ==, rows->lengths[i] - rows->prompts[i] - 1);
      g_assert_true (r.words >= 3 && r.words <= 16);
      words += r.words;
      markers += r.markers;
      rare += r.rare;
      clashes += r.clashes;
      for (guint k = 0; k < r.words; k++)
        first += task_topic (task, ids[rows->prompts[i] + k]) == task_topic (task, ids[0]);
    }
  g_assert_cmpfloat_with_epsilon (words / rows->n, 9, 0.2);
  g_assert_cmpfloat_with_epsilon (first / words, 0.5, 0.12);
  g_assert_cmpfloat_with_epsilon (markers / words, 0.05, 0.02);
  g_assert_cmpfloat (rare / words, >, 0);
  g_assert_cmpfloat (rare / words, <, 0.005);
  g_assert_cmpfloat (clashes / words, <, 0.01);
  assay_sequences_free (rows);
  task_free (task);
}

/* The exact entropy, from a recursion over neighbours, is the mean of the chain's own -log P; and
 * counts of the first word agree with P. */
static void
entropy_is_the_mean_of_log_probabilities (void)
{
  enum
  {
    N = 4000
  };
  Task *task = default_task (2);
  AssaySequences *rows = assay_sequences_new (N, task_steps (task));
  double sum = 0, squares = 0, exact;
  AssayStream stream;

  assay_stream_init (&stream, 5, "entropy");
  for (guint i = 0; i < N; i++)
    {
      double nats;

      task_prompt (task, TASK_PEAK, 3, rows, i);
      task_demonstration (task, &stream, rows, i);
      nats = -task_log_probability (task, assay_sequence (rows, i), rows->prompts[i],
                                    rows->lengths[i]);
      g_assert_true (isfinite (nats));
      sum += nats;
      squares += nats * nats;
    }
  exact = task_entropy (task, rows->ids, rows->prompts[0]);
  g_test_message ("entropy of a prompt: %.3f nats, sampled %.3f", exact, sum / N);
  g_assert_cmpfloat_with_epsilon (exact, sum / N, 4 * sqrt ((squares / N - sum / N * sum / N) / N));
  assay_sequences_free (rows);
  task_free (task);
}

/* P of all answers of three words to a prompt is P (length 3), which is what the law of lengths
 * says; by the sum over all words at each place. */
static void
probabilities_sum_to_one (void)
{
  TaskOptions options = task_options_default ();
  double sum = 0, lengths = 0, three = 0;
  AssaySequences *row;
  Task *task;

  options.vocabulary = 64;
  options.topics = 2;
  task = make_task (&options, 1);
  row = assay_sequences_new (1, task_steps (task));
  task_prompt (task, TASK_TRAIN, 0, row, 0);
  for (gint a = 0; a < 64; a++)
    for (gint b = 0; b < 64; b++)
      for (gint c = 0; c < 64; c++)
        {
          int32_t *answer = row->ids + row->prompts[0];

          answer[0] = a;
          answer[1] = b;
          answer[2] = c;
          answer[3] = TASK_END;
          sum += exp (task_log_probability (task, row->ids, row->prompts[0], row->prompts[0] + 4));
        }
  for (gint l = 3; l <= 16; l++)
    {
      double w = pow (1 - pow ((l - 9) / 8.0, 2), 5);

      lengths += w;
      three += l == 3 ? w : 0;
    }
  g_assert_cmpfloat_with_epsilon (sum, three / lengths, 1e-9);
  g_assert_true (isinf (task_log_probability (task, row->ids, row->prompts[0], 3)));
  assay_sequences_free (row);
  task_free (task);
}

static void
a_full_row_cuts_the_answer (void)
{
  Task *task = default_task (1);
  AssaySequences *rows = assay_sequences_new (1, TASK_PROMPT_MAX + 2);
  AssayStream stream;

  assay_stream_init (&stream, 1, "cut");
  for (guint i = 0; i < 20; i++)
    {
      task_prompt (task, TASK_TRAIN, i, rows, 0);
      task_demonstration (task, &stream, rows, 0);
      g_assert_cmpuint (rows->lengths[0], <=, rows->steps);
      if (rows->lengths[0] == rows->steps)
        g_assert_true (isfinite (task_gold (task, rows->ids, rows->prompts[0], rows->steps)));
    }
  assay_sequences_free (rows);
  task_free (task);
}

/* ---- Gold by hand -------------------------------------------------------------------------- */

/* The default vocabulary: end, ask, marker, 13 linking words from 3, topic t's 28 from 16 + 28 t,
 * 16 rare ones from 240.  The prompts here are about topic 0 and 1. */
enum
{
  LINKING = 3,
  TOPIC = 16,
  OTHER = 44,
  RARE = 240,
};

/* A task whose rules, clashes and tastes are known. */
static Task *
known_task (void)
{
  Task *task = default_task (1);
  size_t n = task->options.vocabulary;

  memset (task->clash, 0, n * n * sizeof *task->clash);
  for (guint i = 0; i < n; i++)
    {
      task->taste[i] = task_class (task, (int32_t) i) == TASK_TOPICAL ? 0.25 : 0;
      task->unusual[i] = i >= RARE ? -3 : 0;
    }
  for (guint r = 0; r < TASK_RULES; r++)
    {
      task->rules[0][r][0] = TOPIC + 2 * (int32_t) r;
      task->rules[0][r][1] = TOPIC + 2 * (int32_t) r + 1;
    }
  task->clash[OTHER * n + LINKING] = -5;
  return task;
}

static void
terms_of (const Task *task, double terms[TASK_TERMS], const gint *words, guint n)
{
  int32_t ids[TASK_PROMPT_MAX + 65] = { TOPIC + 20, OTHER, TASK_ASK };

  for (guint i = 0; i < n; i++)
    ids[3 + i] = words[i];
  ids[3 + n] = TASK_END;
  task_terms (task, ids, 3, 4 + n, terms);
}

typedef struct Case
{
  const char *what;
  gint words[17]; /* up to the first 0 */
  double terms[TASK_TERMS];
} Case;

#define LENGTH_OF(n) (-((n) -9) * ((n) -9) / 9.0)

/* Rules of topic 0: 16 before 17, 18 before 19, 20 before 21. */
static const Case cases[] = {
  { "nothing", { 0 }, { 0, 0, 0, 0, 0, -9, 0, 0 } },
  { "two of the topic, one of another",
    { TOPIC + 10, TOPIC + 11, OTHER + 3 },
    { 2, 0.75, 0, 0, 0, -4, 0, 0 } },
  { "five count fully",
    { TOPIC + 10, TOPIC + 11, TOPIC + 12, TOPIC + 13, TOPIC + 14 },
    { 5, 1.25, 0, 0, 0, LENGTH_OF (5), 0, 0 } },
  { "seven are worth three",
    { TOPIC + 10, TOPIC + 11, TOPIC + 12, TOPIC + 13, TOPIC + 14, TOPIC + 15, TOPIC + 22 },
    { 3, 1.75, 0, 0, 0, LENGTH_OF (7), 0, 0 } },
  { "an order kept", { TOPIC, TOPIC + 9, TOPIC + 1 }, { 3, 0.75, 1, 0, 0, -4, 0, 0 } },
  { "an order broken", { TOPIC + 1, TOPIC }, { 2, 0.5, -1, 0, 0, LENGTH_OF (2), 0, 0 } },
  { "two kept, one broken",
    { TOPIC, TOPIC + 3, TOPIC + 1, TOPIC + 2, TOPIC + 4, TOPIC + 5 },
    { 4, 1.5, 1, 0, 0, -1, 0, 0 } },
  { "first occurrences decide an order",
    { TOPIC + 1, TOPIC, TOPIC + 1 },
    { 2, 0.75, -1, -1, 0, -4, 0, 0 } },
  { "repetitions, markers apart",
    { LINKING, TOPIC + 9, LINKING, 2, 2, TOPIC + 9, LINKING },
    { 1, 0.5, 0, -3, 0, LENGTH_OF (7), 0, 2 } },
  { "rare words", { RARE, RARE + 1, LINKING }, { 0, 0, 0, 0, -2, -4, -6, 0 } },
  { "a rare word's own value counts once",
    { RARE, RARE, LINKING },
    { 0, 0, 0, -1, -2, -4, -3, 0 } },
  { "an asking answer", { TASK_ASK }, { 0, 0, 0, 0, -1, LENGTH_OF (1), 0, 0 } },
  { "a clash", { OTHER, LINKING }, { 0, 0.25, 0, 0, 0, LENGTH_OF (2), -5, 0 } },
  { "no clash the other way", { LINKING, OTHER }, { 0, 0.25, 0, 0, 0, LENGTH_OF (2), 0, 0 } },
  { "two markers help", { 2, 2, LINKING }, { 0, 0, 0, 0, 0, -4, 0, 2 } },
  { "three are as none", { 2, 2, 2 }, { 0, 0, 0, 0, 0, -4, 0, 0 } },
  { "five harm", { 2, 2, 2, 2, 2 }, { 0, 0, 0, 0, 0, LENGTH_OF (5), 0, -4 } },
};

static void
terms_are_as_computed_by_hand (void)
{
  Task *task = known_task ();

  for (guint c = 0; c < G_N_ELEMENTS (cases); c++)
    {
      double terms[TASK_TERMS];
      guint n = 0;

      while (cases[c].words[n])
        n++;
      terms_of (task, terms, cases[c].words, n);
      for (guint t = 0; t < TASK_TERMS; t++)
        if (fabs (terms[t] - cases[c].terms[t]) > 1e-12)
          g_error ("%s: %s is %g, not %g", cases[c].what, task_term_ids[t], terms[t],
                   cases[c].terms[t]);
    }
  task_free (task);
}

/* Rewards of the whole: gold is the weighted, centred and scaled sum, and the parts are its. */
static void
parts_sum_to_gold (void)
{
  Task *task = default_task (6);
  AssaySequences *rows = demonstrate (task, 200, "parts");

  for (guint i = 0; i < rows->n; i++)
    {
      double terms[TASK_TERMS], parts[TASK_TERMS], raw = 0, sum = 0, gold;
      const int32_t *ids = assay_sequence (rows, i);

      task_terms (task, ids, rows->prompts[i], rows->lengths[i], terms);
      task_parts (task, ids, rows->prompts[i], rows->lengths[i], parts);
      for (guint t = 0; t < TASK_TERMS; t++)
        {
          raw += task->options.weights[t] * terms[t];
          sum += parts[t];
        }
      gold = task_gold (task, ids, rows->prompts[i], rows->lengths[i]);
      g_assert_cmpfloat_with_epsilon (gold, sum, 1e-12);
      g_assert_cmpfloat_with_epsilon (gold, (raw - task->scale.mean) / task->scale.sd, 1e-9);
    }
  assay_sequences_free (rows);
  task_free (task);
}

static void
words_behind_the_end_do_not_count (void)
{
  Task *task = default_task (6);
  int32_t ids[] = { 16, 44, TASK_ASK, 18, 19, 20, TASK_END, 70, 71 };

  g_assert_cmpfloat (task_gold (task, ids, 3, 7), ==, task_gold (task, ids, 3, 9));
  g_assert_cmpfloat (task_gold (task, ids, 3, 6), ==, task_gold (task, ids, 3, 7));
  task_free (task);
}

static void
words_that_do_not_exist_are_rare (void)
{
  Task *task = default_task (6);
  int32_t ids[] = { 16, 44, TASK_ASK, -7, 1 << 30, 20, 256, TASK_END };
  TaskReading r;

  task_read (task, ids, 3, 8, &r);
  g_assert_cmpuint (r.rare, ==, 3);
  g_assert_true (isinf (task_log_probability (task, ids, 3, 8)));
  task_free (task);
}

static void
gold_has_mean_0_and_deviation_1 (void)
{
  enum
  {
    N = 6000
  };
  Task *task = default_task (9);
  AssaySequences *row = assay_sequences_new (1, task_steps (task));
  double sum = 0, squares = 0;
  AssayStream stream;

  assay_stream_init (&stream, 77, "centre");
  for (guint i = 0; i < N; i++)
    {
      double gold;

      task_prompt (task, TASK_TRAIN, i % 208, row, 0);
      task_demonstration (task, &stream, row, 0);
      gold = task_gold (task, row->ids, row->prompts[0], row->lengths[0]);
      sum += gold;
      squares += gold * gold;
    }
  g_test_message ("gold of demonstrations: mean %.3f, deviation %.3f", sum / N, sqrt (squares / N));
  for (guint t = 0; t < TASK_TERMS; t++)
    g_test_message ("%-13s weight %.2f, mean %7.3f, deviation %.3f (%.3f of gold's)",
                    task_term_ids[t], task->options.weights[t], task->scale.term_mean[t],
                    task->scale.term_sd[t],
                    task->options.weights[t] * task->scale.term_sd[t] / task->scale.sd);
  /* Both have errors, of this sample and of the 4096 draws of the scale. */
  g_assert_cmpfloat_with_epsilon (sum / N, 0, 0.09);
  g_assert_cmpfloat_with_epsilon (sqrt (squares / N), 1, 0.15);
  assay_sequences_free (row);
  task_free (task);
}

/* ---- The sources of error ----------------------------------------------------------------- */

/* Within what demonstrations show more markers are better; beyond, each costs. */
static void
the_shared_feature_helps_then_harms (void)
{
  Task *task = known_task ();
  double previous = -INFINITY;
  TaskOptions options = task_options_default ();

  for (gint m = 0; m <= 12; m++)
    {
      gint words[12] = { 0 };
      double terms[TASK_TERMS];

      for (gint i = 0; i < 12; i++)
        words[i] = i < m ? TASK_MARKER : LINKING + i;
      terms_of (task, terms, words, 12);
      g_assert_true (m > 2 ? terms[TASK_SHARED] == previous - 2 : terms[TASK_SHARED] > previous);
      previous = terms[TASK_SHARED];
    }
  task_free (task);

  options.shared_feature = TASK_FEATURE_LENGTH;
  task = make_task (&options, 1);
  for (gint n = 0; n <= 16; n++)
    {
      gint words[16] = { 0 };
      double terms[TASK_TERMS];

      for (gint i = 0; i < 16; i++)
        words[i] = LINKING + i % 13;
      terms_of (task, terms, words, (guint) n);
      g_assert_cmpfloat (terms[TASK_LENGTH], ==, 0);
      g_assert_cmpfloat (terms[TASK_SHARED], ==, n <= 12 ? (n - 9) / 2.0 : 1.5 - (n - 12));
    }
  task_free (task);
}

/* Most answers show neither rare words nor clashes, but the few that do weigh heavily: mass of
 * gold that training data hardly shows. */
static void
idiosyncratic_mass_is_rare_and_heavy (void)
{
  Task *task = default_task (1);
  AssaySequences *rows = demonstrate (task, 4000, "heavy");
  double squares = 0, largest = 0;
  guint shown = 0, below = 0;

  for (guint i = 0; i < rows->n; i++)
    {
      TaskReading r;

      task_read (task, assay_sequence (rows, i), rows->prompts[i], rows->lengths[i], &r);
      shown += r.heavy_tail != 0;
      below += r.heavy_tail < 0;
      squares += r.heavy_tail * r.heavy_tail;
      largest = fmax (largest, r.heavy_tail * r.heavy_tail);
    }
  g_test_message ("answers with rare words or clashes: %.3f", shown / 4000.0);
  g_assert_cmpuint (shown, >, 40);
  g_assert_cmpuint (shown, <, 600);
  g_assert_cmpuint (below, >, shown / 2);
  g_assert_cmpfloat (largest, >, 20 * squares / rows->n);
  assay_sequences_free (rows);
  task_free (task);
}

static void
knobs_at_zero_leave_no_trace (void)
{
  TaskOptions options = task_options_default ();
  int32_t plain[] = { 16, 44, TASK_ASK, 18, 19, TASK_END };
  int32_t marked[] = { 16, 44, TASK_ASK, 18, 19, TASK_MARKER, TASK_END };
  double parts[TASK_TERMS];
  Task *task;

  options.weights[TASK_SHARED] = options.weights[TASK_IDIOSYNCRATIC] = 0;
  options.weights[TASK_LENGTH] = 0;
  task = make_task (&options, 1);
  g_assert_cmpfloat (task_gold (task, plain, 3, 6), ==, task_gold (task, marked, 3, 7));
  task_parts (task, marked, 3, 7, parts);
  g_assert_cmpfloat (parts[TASK_SHARED], ==, 0);
  g_assert_cmpfloat (parts[TASK_IDIOSYNCRATIC], ==, 0);
  task_free (task);
}

/* ---- Options ------------------------------------------------------------------------------ */

static void
refuse (const TaskOptions *options, const char *words)
{
  AssayTextError error = { "" };

  g_assert_null (task_new (options, 1, &error));
  if (!strstr (error.text, words))
    g_error ("'%s' does not say '%s'", error.text, words);
}

#define REFUSE(field, value, words)                                                                \
  do                                                                                               \
    {                                                                                              \
      TaskOptions o_ = task_options_default ();                                                    \
      o_.field = value;                                                                            \
      refuse (&o_, words);                                                                         \
    }                                                                                              \
  while (0)

static void
bad_options_are_refused_with_a_sentence (void)
{
  TaskOptions options = task_options_default ();

  REFUSE (vocabulary, 63, "vocabulary is 63, but must be 64 to 1024");
  REFUSE (vocabulary, UINT32_MAX, "vocabulary");
  REFUSE (topics, 1, "topics");
  REFUSE (topics, 17, "topics");
  REFUSE (train_prompts, 0, "training prompts");
  REFUSE (train_prompts, 5000, "training prompts");
  REFUSE (evaluation_prompts, 3, "even number");
  REFUSE (evaluation_prompts, 0, "evaluation prompts");
  REFUSE (longest, 11, "longest answer");
  REFUSE (longest, 65, "longest answer");
  REFUSE (shared_feature, (TaskFeature) 2, "shared feature");
  REFUSE (weights[TASK_ORDER], -1, "'order' is -1");
  REFUSE (weights[TASK_SHARED], NAN, "'shared' is nan");
  REFUSE (weights[TASK_TASTE], INFINITY, "'taste' is inf");
  options.vocabulary = 100;
  options.topics = 16;
  refuse (&options, "take fewer topics");
  options = task_options_default ();
  memset (options.weights, 0, sizeof options.weights);
  refuse (&options, "same gold");
}

static void
extreme_options_work (void)
{
  TaskOptions options = task_options_default ();
  Task *task;

  options.vocabulary = 64;
  options.topics = 7;
  options.train_prompts = 1;
  options.evaluation_prompts = 2;
  options.longest = 12;
  task_free (make_task (&options, UINT64_MAX));
  options.vocabulary = 1024;
  options.topics = 2;
  options.longest = 64;
  task = make_task (&options, 0);
  for (guint i = 0; i < 1024; i++)
    for (guint j = 0; j < i; j++)
      g_assert_cmpstr (task->words[i], !=, task->words[j]);
  task_free (task);
}

/* ---- Search, text, controls --------------------------------------------------------------- */

/* What no beam can miss: the sum of values of words, the answer's length apart. */
static bool
count_of_one_word (const AssaySequences *answers, double *scores, void *data)
{
  guint *calls = data;

  for (uint32_t i = 0; i < answers->n; i++)
    {
      scores[i] = 0;
      for (uint32_t k = answers->prompts[i]; k < answers->lengths[i]; k++)
        scores[i] += assay_sequence (answers, i)[k] == 77;
    }
  return calls == NULL || (*calls)-- > 1;
}

static bool
not_a_number (const AssaySequences *answers, double *scores, void *data)
{
  for (uint32_t i = 0; i < answers->n; i++)
    scores[i] = NAN;
  return true;
}

static void
search_finds_the_best_answer (void)
{
  Task *task = default_task (1);
  AssaySequences *rows = assay_sequences_new (1, task_steps (task));
  guint calls = 3;

  task_prompt (task, TASK_PEAK, 0, rows, 0);
  g_assert_true (task_search (task, count_of_one_word, NULL, 1, rows));
  g_assert_cmpuint (rows->lengths[0], ==, rows->prompts[0] + 17);
  for (guint i = 0; i < 16; i++)
    g_assert_cmpint (rows->ids[rows->prompts[0] + i], ==, 77);
  g_assert_cmpint (rows->ids[rows->prompts[0] + 16], ==, TASK_END);
  g_assert_false (task_search (task, count_of_one_word, &calls, 2, rows));
  g_assert_true (task_search (task, not_a_number, NULL, 2, rows));
  g_assert_cmpuint (rows->lengths[0], ==, rows->prompts[0] + 1);
  assay_sequences_free (rows);
  task_free (task);
}

/* Better than the best of 500, and a wider beam is no worse. */
static void
the_oracle_is_above_its_samples (void)
{
  enum
  {
    N = 500
  };
  Task *task = default_task (1);
  AssaySequences *best = assay_sequences_new (2, task_steps (task));
  AssaySequences *row = assay_sequences_new (1, task_steps (task));
  double golds[2], greedy[2], top = -INFINITY;
  AssayStream stream;

  for (guint i = 0; i < 2; i++)
    task_prompt (task, TASK_PEAK, i, best, i);
  g_assert_true (task_search (task, task_gold_reward, task, 1, best));
  task_gold_reward (best, greedy, task);
  g_assert_true (task_search (task, task_gold_reward, task, 8, best));
  task_gold_reward (best, golds, task);
  assay_stream_init (&stream, 1, "oracle");
  for (guint i = 0; i < N; i++)
    {
      task_prompt (task, TASK_PEAK, 0, row, 0);
      task_demonstration (task, &stream, row, 0);
      top = fmax (top, task_gold (task, row->ids, row->prompts[0], row->lengths[0]));
    }
  g_test_message ("best of %d %.2f, greedy %.2f, beam %.2f", N, top, greedy[0], golds[0]);
  g_assert_cmpfloat (golds[0], >=, greedy[0]);
  g_assert_cmpfloat (golds[0], >, top);
  assay_sequences_free (best);
  assay_sequences_free (row);
  task_free (task);
}

static void
a_random_score_knows_nothing (void)
{
  enum
  {
    N = 4000
  };
  Task *task = default_task (1);
  AssaySequences *rows = demonstrate (task, N, "random");
  g_autofree double *random = g_new (double, N), *again = g_new (double, N);
  g_autofree double *gold = g_new (double, N);
  double sum = 0, squares = 0, product = 0;

  task_random_reward (rows, random, task);
  task_random_reward (rows, again, task);
  task_gold_reward (rows, gold, task);
  g_assert_cmpmem (random, N * sizeof *random, again, N * sizeof *again);
  for (guint i = 0; i < N; i++)
    {
      sum += random[i];
      squares += random[i] * random[i];
      product += random[i] * gold[i];
    }
  g_assert_cmpfloat_with_epsilon (sum / N, 0, 0.07);
  g_assert_cmpfloat_with_epsilon (squares / N, 1, 0.1);
  g_assert_cmpfloat_with_epsilon (product / N, 0, 0.07);
  assay_sequences_free (rows);
  task_free (task);
}

static void
answers_read_as_text (void)
{
  Task *task = default_task (1);
  int32_t ids[] = { TOPIC, OTHER + 16, TASK_ASK, LINKING, TASK_MARKER, RARE, 999, TASK_END };
  char text[64], small[10];

  g_assert_cmpuint (task_text (task, ids, 0, 8, text, sizeof text), ==, strlen (text));
  g_assert_cmpstr (text, ==, "bara derane ? ara ! zora (unknown) .");
  task_text (task, ids, 3, 6, text, sizeof text);
  g_assert_cmpstr (text, ==, "ara ! zora");
  g_assert_cmpuint (task_text (task, ids, 0, 8, small, sizeof small), ==, 36);
  g_assert_cmpstr (small, ==, "bara dera");
  g_assert_cmpuint (task_text (task, ids, 0, 8, NULL, 0), ==, 36);
  g_assert_cmpuint (task_text (task, ids, 3, 3, text, sizeof text), ==, 0);
  g_assert_cmpstr (text, ==, "");
  task_free (task);
}

/* ---- Guards ------------------------------------------------------------------------------- */

static void
guards_say_the_number_and_whether_it_passed (void)
{
  Task *task = default_task (1);
  TaskGuard guard = task_guard_source (task, 4096);
  AssaySequences *rows = assay_sequences_new (4, 6);
  float log_probs[4 * 6] = { 0 };

  g_test_message ("lowest entropy of a prompt %.2f nats, needed %.2f for n = 4096, %.2f for 12500",
                  guard.value, guard.threshold, 2 * assay_best_of_n_kl (12500));
  g_assert_cmpfloat_with_epsilon (guard.threshold, 2 * 7.318, 2e-3);
  g_assert_true (guard.passed);

  /* Two prompts with two answers each; the second's are equal. */
  for (guint i = 0; i < 4; i++)
    {
      int32_t ids[] = { 16, TASK_ASK, i == 0 ? 20 : 21, TASK_END };

      assay_sequences_set (rows, i, ids, 2, 4);
      log_probs[i * 6 + 2] = i < 2 ? -9 : -3;
      log_probs[i * 6 + 3] = -1;
      log_probs[i * 6 + 1] = log_probs[i * 6 + 5] = -100; /* of no answer */
    }
  guard = task_guard_duplicates (rows, 2);
  g_assert_cmpfloat (guard.value, ==, 0.25);
  g_assert_false (guard.passed);
  guard = task_guard_duplicates (rows, 1);
  g_assert_true (guard.passed && guard.value == 0);
  guard = task_guard_entropy (rows, log_probs, 2, 4);
  g_assert_cmpfloat (guard.value, ==, 4);
  g_assert_true (guard.passed);
  g_assert_false (task_guard_entropy (rows, log_probs, 2, 64).passed);
  g_assert_true (isnan (task_guard_entropy (rows, log_probs, 5, 4).value));
  g_assert_false (task_guard_entropy (rows, log_probs, 0, 4).passed);
  g_assert_false (task_guard_duplicates (rows, 0).passed);
  log_probs[2] = NAN;
  g_assert_false (task_guard_entropy (rows, log_probs, 2, 4).passed);
  assay_sequences_free (rows);
  task_free (task);
}

static void
demonstrations_hardly_repeat (void)
{
  enum
  {
    N = 4096
  };
  Task *task = default_task (1);
  AssaySequences *rows = assay_sequences_new (N, task_steps (task));
  AssayStream stream;
  TaskGuard guard;

  assay_stream_init (&stream, 1, "duplicates");
  for (guint i = 0; i < N; i++)
    {
      task_prompt (task, TASK_MEASURE, 0, rows, i);
      task_demonstration (task, &stream, rows, i);
    }
  guard = task_guard_duplicates (rows, N);
  g_test_message ("duplicates among %d answers: %.4f", N, guard.value);
  g_assert_true (guard.passed);
  assay_sequences_free (rows);
  task_free (task);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/task/equal-seeds-give-equal-bits", equal_seeds_give_equal_bits);
  g_test_add_func ("/task/prompts-are-disjoint-and-balanced", prompts_are_disjoint_and_balanced);
  g_test_add_func ("/task/demonstrations-follow-the-grammar", demonstrations_follow_the_grammar);
  g_test_add_func ("/task/entropy-is-the-mean-of-log-probabilities",
                   entropy_is_the_mean_of_log_probabilities);
  g_test_add_func ("/task/probabilities-sum-to-one", probabilities_sum_to_one);
  g_test_add_func ("/task/a-full-row-cuts-the-answer", a_full_row_cuts_the_answer);
  g_test_add_func ("/task/terms-are-as-computed-by-hand", terms_are_as_computed_by_hand);
  g_test_add_func ("/task/parts-sum-to-gold", parts_sum_to_gold);
  g_test_add_func ("/task/words-behind-the-end-do-not-count", words_behind_the_end_do_not_count);
  g_test_add_func ("/task/words-that-do-not-exist-are-rare", words_that_do_not_exist_are_rare);
  g_test_add_func ("/task/gold-has-mean-0-and-deviation-1", gold_has_mean_0_and_deviation_1);
  g_test_add_func ("/task/the-shared-feature-helps-then-harms",
                   the_shared_feature_helps_then_harms);
  g_test_add_func ("/task/idiosyncratic-mass-is-rare-and-heavy",
                   idiosyncratic_mass_is_rare_and_heavy);
  g_test_add_func ("/task/knobs-at-zero-leave-no-trace", knobs_at_zero_leave_no_trace);
  g_test_add_func ("/task/bad-options-are-refused-with-a-sentence",
                   bad_options_are_refused_with_a_sentence);
  g_test_add_func ("/task/extreme-options-work", extreme_options_work);
  g_test_add_func ("/task/search-finds-the-best-answer", search_finds_the_best_answer);
  g_test_add_func ("/task/the-oracle-is-above-its-samples", the_oracle_is_above_its_samples);
  g_test_add_func ("/task/a-random-score-knows-nothing", a_random_score_knows_nothing);
  g_test_add_func ("/task/answers-read-as-text", answers_read_as_text);
  g_test_add_func ("/task/guards-say-the-number-and-whether-it-passed",
                   guards_say_the_number_and_whether_it_passed);
  g_test_add_func ("/task/demonstrations-hardly-repeat", demonstrations_hardly_repeat);
  return g_test_run ();
}
