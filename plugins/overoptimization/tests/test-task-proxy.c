/* SPDX-License-Identifier: Apache-2.0
 *
 * Is the task fit for its purpose, before any network: a linear proxy over the counts of words and
 * the length learns gold from pairs, but not all of it; choosing by it raises gold, and searching
 * for what it likes best lowers it.  Bounds are loose: they catch a broken generator and claim
 * nothing.
 */
#include "../task.h"
#include "base/num/random.h"

#include <glib.h>
#include <math.h>
#include <string.h>

enum
{
  VOCABULARY = 256,
  FEATURES = VOCABULARY + 2,
  EPOCHS = 15,
  CHOICES = 256,
};

typedef struct Proxy
{
  double weights[FEATURES], squares[FEATURES];
} Proxy;

static void
set_features (double *features, const int32_t *ids, uint32_t n_prompt, uint32_t length)
{
  double words = ((double) length - n_prompt - 1) / 9;

  memset (features, 0, FEATURES * sizeof *features);
  for (uint32_t i = n_prompt; i + 1 < length; i++)
    features[ids[i]] += 1;
  features[VOCABULARY] = words;
  features[VOCABULARY + 1] = words * words;
}

static double
score (const Proxy *proxy, const double *features)
{
  double sum = 0;

  for (guint i = 0; i < FEATURES; i++)
    sum += proxy->weights[i] * features[i];
  return sum;
}

static bool
score_rows (const AssaySequences *answers, double *scores, void *data)
{
  double features[FEATURES];

  for (uint32_t i = 0; i < answers->n; i++)
    {
      set_features (features, assay_sequence (answers, i), answers->prompts[i],
                    answers->lengths[i]);
      scores[i] = score (data, features);
    }
  return true;
}

/* Two answers a prompt, rows 2 i and 2 i + 1. */
static AssaySequences *
draw_pairs (const Task *task, TaskSplit split, guint n, AssayStream *stream)
{
  AssaySequences *rows = assay_sequences_new (2 * n, task_steps (task));

  for (guint i = 0; i < 2 * n; i++)
    {
      task_prompt (task, split, i / 2 % task->n_prompts[split], rows, i);
      task_demonstration (task, stream, rows, i);
    }
  return rows;
}

/* One step of AdaGrad on -log sigmoid (better - worse). */
static void
learn_pair (Proxy *proxy, const double *better, const double *worse)
{
  double slope = -1 / (1 + exp (score (proxy, better) - score (proxy, worse)));

  for (guint i = 0; i < FEATURES; i++)
    {
      double gradient = slope * (better[i] - worse[i]);

      if (gradient == 0)
        continue;
      proxy->squares[i] += gradient * gradient;
      proxy->weights[i] -= 0.1 * gradient / sqrt (proxy->squares[i]);
    }
}

static void
fit (Proxy *proxy, const Task *task, guint n, double noise, AssayStream *stream)
{
  AssaySequences *rows = draw_pairs (task, TASK_TRAIN, n, stream);
  g_autofree double *features = g_new (double, 2 * n * FEATURES);
  g_autofree double *gold = g_new (double, 2 * n);
  g_autofree gboolean *second_is_better = g_new (gboolean, n);

  task_gold_reward (rows, gold, (void *) task);
  for (guint i = 0; i < 2 * n; i++)
    set_features (features + i * FEATURES, assay_sequence (rows, i), rows->prompts[i],
                  rows->lengths[i]);
  for (guint i = 0; i < n; i++)
    second_is_better[i] = (gold[2 * i + 1] > gold[2 * i]) != (assay_uniform (stream) < noise);
  memset (proxy, 0, sizeof *proxy);
  for (guint e = 0; e < EPOCHS; e++)
    for (guint i = 0; i < n; i++)
      {
        const double *pair = features + (gsize) 2 * i * FEATURES;

        if (second_is_better[i])
          learn_pair (proxy, pair + FEATURES, pair);
        else
          learn_pair (proxy, pair, pair + FEATURES);
      }
  assay_sequences_free (rows);
}

/* Pairs of clean labels for prompts it never saw. */
static double
accuracy (const Proxy *proxy, const Task *task, AssayStream *stream)
{
  enum
  {
    N = 2000
  };
  AssaySequences *rows = draw_pairs (task, TASK_MEASURE, N, stream);
  g_autofree double *gold = g_new (double, 2 * N), *scores = g_new (double, 2 * N);
  guint right = 0;

  task_gold_reward (rows, gold, (void *) task);
  score_rows (rows, scores, (void *) proxy);
  for (guint i = 0; i < N; i++)
    right += (gold[2 * i] > gold[2 * i + 1]) == (scores[2 * i] > scores[2 * i + 1]);
  assay_sequences_free (rows);
  return (double) right / N;
}

/* Mean gold of the best of CHOICES answers to each prompt by a score. */
static double
best_of_choices (const Task *task, TaskScore by, void *data)
{
  AssaySequences *rows = assay_sequences_new (CHOICES, task_steps (task));
  double scores[CHOICES], gold[CHOICES], sum = 0;
  guint n = task->n_prompts[TASK_MEASURE];
  AssayStream stream;

  assay_stream_init (&stream, 1, "choices");
  for (guint p = 0; p < n; p++)
    {
      guint best = 0;

      for (guint i = 0; i < CHOICES; i++)
        {
          task_prompt (task, TASK_MEASURE, p, rows, i);
          task_demonstration (task, &stream, rows, i);
        }
      by (rows, scores, data);
      task_gold_reward (rows, gold, (void *) task);
      for (guint i = 1; i < CHOICES; i++)
        best = scores[i] > scores[best] ? i : best;
      sum += gold[best];
    }
  assay_sequences_free (rows);
  return sum / n;
}

/* Mean gold of what a search finds, the mean of each of its parts, and a sample. */
static double
gold_of_search (const Task *task, TaskScore by, void *data, double parts[TASK_TERMS])
{
  enum
  {
    N = 8
  };
  AssaySequences *rows = assay_sequences_new (N, task_steps (task));
  double gold[N], sum = 0;
  char text[200];

  memset (parts, 0, TASK_TERMS * sizeof *parts);
  for (guint i = 0; i < N; i++)
    task_prompt (task, TASK_MEASURE, i, rows, i);
  g_assert_true (task_search (task, by, data, 2, rows));
  task_gold_reward (rows, gold, (void *) task);
  for (guint i = 0; i < N; i++)
    {
      double own[TASK_TERMS];

      task_parts (task, assay_sequence (rows, i), rows->prompts[i], rows->lengths[i], own);
      for (guint t = 0; t < TASK_TERMS; t++)
        parts[t] += own[t] / N;
      sum += gold[i];
    }
  task_text (task, rows->ids, 0, rows->lengths[0], text, sizeof text);
  g_test_message ("%s", text);
  assay_sequences_free (rows);
  return sum / N;
}

static void
show_parts (const char *of, double gold, const double parts[TASK_TERMS])
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint t = 0; t < TASK_TERMS; t++)
    g_string_append_printf (text, ", %s %.2f", task_term_ids[t], parts[t]);
  g_test_message ("gold %.2f where %s is searched for%s", gold, of, text->str);
}

typedef struct Level
{
  guint pairs;
  double noise, low, high; /* bounds of the accuracy */
} Level;

static const Level levels[] = {
  { 1000, 0.25, 0.52, 0.80 },
  { 1000, 0, 0.55, 0.90 },
  { 4000, 0.25, 0.55, 0.85 },
  { 8000, 0, 0.60, 0.95 },
};

static void
a_linear_proxy_is_good_until_it_is_searched (gconstpointer data)
{
  TaskOptions options = task_options_default ();
  AssayTextError error;
  Task *task = task_new (&options, GPOINTER_TO_UINT (data), &error);
  double parts[TASK_TERMS], chosen, random, ceiling, searched, best;
  double rates[G_N_ELEMENTS (levels)];
  AssayStream stream;
  Proxy proxy, used;

  assay_stream_init (&stream, GPOINTER_TO_UINT (data), "proxy");
  for (guint i = 0; i < G_N_ELEMENTS (levels); i++)
    {
      fit (&proxy, task, levels[i].pairs, levels[i].noise, &stream);
      rates[i] = accuracy (&proxy, task, &stream);
      g_test_message ("%u pairs, noise %.2f: accuracy %.3f", levels[i].pairs, levels[i].noise,
                      rates[i]);
      if (i == 0)
        used = proxy;
    }
  random = best_of_choices (task, task_random_reward, task);
  chosen = best_of_choices (task, score_rows, &used);
  ceiling = best_of_choices (task, task_gold_reward, task);
  g_test_message ("gold of the best of %d: random %.2f, proxy of 1000 noisy pairs %.2f, gold %.2f",
                  CHOICES, random, chosen, ceiling);
  searched = gold_of_search (task, score_rows, &used, parts);
  show_parts ("the proxy", searched, parts);
  best = gold_of_search (task, task_gold_reward, task, parts);
  show_parts ("gold", best, parts);

  for (guint i = 0; i < G_N_ELEMENTS (levels); i++)
    {
      g_assert_cmpfloat (rates[i], >, levels[i].low);
      g_assert_cmpfloat (rates[i], <, levels[i].high);
    }
  g_assert_cmpfloat (rates[3], >, rates[0]);
  g_assert_cmpfloat_with_epsilon (random, 0, 0.7);
  g_assert_cmpfloat (chosen, >, random + 0.2);
  g_assert_cmpfloat (ceiling, >, chosen);
  g_assert_cmpfloat (searched, <, chosen);
  g_assert_cmpfloat (best, >, ceiling);
  task_free (task);
}

/* Reward models of pairs of their own agree that markers are good, since what demonstrations show
 * says so, and are of many minds about rare words. */
static void
proxies_agree_on_markers_and_not_on_rare_words (void)
{
  enum
  {
    MEMBERS = 5,
    RARE = 240
  };
  TaskOptions options = task_options_default ();
  AssayTextError error;
  Task *task = task_new (&options, 1, &error);
  double mean[VOCABULARY] = { 0 }, variance[VOCABULARY] = { 0 }, rare = 0, frequent = 0;
  g_autofree Proxy *proxies = g_new (Proxy, MEMBERS);
  AssayStream stream;

  assay_stream_init (&stream, 1, "members");
  for (guint m = 0; m < MEMBERS; m++)
    fit (&proxies[m], task, 2000, 0.25, &stream);
  for (guint i = 0; i < VOCABULARY; i++)
    {
      for (guint m = 0; m < MEMBERS; m++)
        mean[i] += proxies[m].weights[i] / MEMBERS;
      for (guint m = 0; m < MEMBERS; m++)
        variance[i] += pow (proxies[m].weights[i] - mean[i], 2) / MEMBERS;
    }
  for (guint i = TASK_FIRST_WORD; i < VOCABULARY; i++)
    *(i < RARE ? &frequent : &rare) += variance[i] / (i < RARE ? RARE - TASK_FIRST_WORD : 16);
  g_test_message ("weights over members: marker %.3f +- %.3f; deviation of rare words %.3f, of the "
                  "others %.3f",
                  mean[TASK_MARKER], sqrt (variance[TASK_MARKER]), sqrt (rare), sqrt (frequent));
  g_assert_cmpfloat (mean[TASK_MARKER], >, 2 * sqrt (variance[TASK_MARKER]));
  g_assert_cmpfloat (rare, >, 2 * frequent);
  task_free (task);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/task/a-linear-proxy-is-good-until-it-is-searched/1", GUINT_TO_POINTER (1),
                        a_linear_proxy_is_good_until_it_is_searched);
  g_test_add_data_func ("/task/a-linear-proxy-is-good-until-it-is-searched/2", GUINT_TO_POINTER (2),
                        a_linear_proxy_is_good_until_it_is_searched);
  g_test_add_func ("/task/proxies-agree-on-markers-and-not-on-rare-words",
                   proxies_agree_on_markers_and_not_on_rare_words);
  return g_test_run ();
}
