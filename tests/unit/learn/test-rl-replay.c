/* SPDX-License-Identifier: Apache-2.0 */
#include "corridor.h"
#include "learn/rl/replay.h"

#include <glib.h>
#include <math.h>
#include <string.h>

#define LANES 3
#define STEPS 400
#define CAPACITY 100

/* One step of one lane as it was played; an observation is the number of its moment. */
typedef struct Played
{
  uint32_t seen, next;
  int32_t action;
  float reward;
  bool terminated, truncated;
} Played;

typedef struct History
{
  Played lanes[LANES][STEPS];
  uint32_t moments;
} History;

/** Random episodes of random ends and lengths. */
static void
play (History *history, AssayStream *stream)
{
  uint32_t now[LANES];
  bool begins[LANES] = { true, true, true };

  history->moments = 0;
  for (uint32_t t = 0; t < STEPS; t++)
    for (uint32_t lane = 0; lane < LANES; lane++)
      {
        Played *played = &history->lanes[lane][t];
        uint32_t end = assay_below (stream, 12);

        if (begins[lane])
          now[lane] = history->moments++;
        *played = (Played){ .seen = now[lane],
                            .action = (int32_t) assay_below (stream, 5),
                            .reward = (float) assay_uniform (stream) - 0.5f,
                            .terminated = end == 0 || end == 1,
                            .truncated = end == 1 || end == 2 };
        played->next = now[lane] = history->moments++;
        begins[lane] = played->terminated || played->truncated;
      }
}

static void
add (AssayReplay *replay, const History *history, uint32_t t)
{
  for (uint32_t lane = 0; lane < LANES; lane++)
    {
      const Played *played = &history->lanes[lane][t];

      if (replay->heads[lane] == ASSAY_NO_ENTRY)
        assay_replay_begin (replay, lane, &played->seen);
      assay_replay_add (replay, lane, played->action, played->reward, &played->next,
                        played->terminated, played->truncated);
    }
}

static AssayReplay *
make (uint32_t capacity, uint32_t n_steps, double alpha)
{
  AssayReplayOptions options = { .capacity = capacity,
                                 .lanes = LANES,
                                 .observation_size = sizeof (uint32_t),
                                 .n_steps = n_steps,
                                 .discount = 0.9,
                                 .prioritized = alpha > 0,
                                 .alpha = alpha,
                                 .beta = 0.4 };

  return assay_replay_new (&options, NULL);
}

static const Played *
find_played (const History *history, uint32_t now, uint32_t seen)
{
  for (uint32_t lane = 0; lane < LANES; lane++)
    for (uint32_t t = 0; t <= now; t++)
      if (history->lanes[lane][t].seen == seen)
        return &history->lanes[lane][t];
  return NULL;
}

static void
assert_return (const History *history, uint32_t now, const AssayBatch *batch, uint32_t i,
               uint32_t n_steps)
{
  uint32_t seen = ((uint32_t *) batch->observations)[i];
  const Played *played = find_played (history, now, seen);
  double sum = 0, factor = 1;

  g_assert_nonnull (played);
  g_assert_cmpint (batch->actions[i], ==, played->action);
  for (uint32_t k = 0;; k++, played++)
    {
      bool newest = false;

      for (uint32_t lane = 0; lane < LANES; lane++)
        newest |= played == &history->lanes[lane][now];
      sum += factor * played->reward;
      factor *= 0.9;
      if (played->terminated || played->truncated || newest || k + 1 == n_steps)
        break;
    }
  g_assert_cmpfloat_with_epsilon (batch->returns[i], sum, 1e-6);
  g_assert_cmpfloat_with_epsilon (batch->discounts[i], played->terminated ? 0 : factor, 1e-6);
  g_assert_cmpuint (((uint32_t *) batch->next_observations)[i], ==, played->next);
}

static void
test_returns (gconstpointer data)
{
  uint32_t n_steps = GPOINTER_TO_UINT (data);
  AssayReplay *replay = make (CAPACITY, n_steps, 0);
  AssayBatch *batch = assay_batch_new (16, sizeof (uint32_t));
  g_autofree History *history = g_new (History, 1);
  AssayStream stream;

  assay_stream_init (&stream, n_steps, "replay");
  play (history, &stream);
  for (uint32_t t = 0; t < STEPS; t++)
    {
      add (replay, history, t);
      g_assert_true (assay_replay_sample (replay, &stream, batch));
      for (uint32_t i = 0; i < batch->n; i++)
        assert_return (history, t, batch, i, n_steps);
    }
  assay_batch_free (batch);
  assay_replay_free (replay);
}

/** What a ring of this size must still hold, by the order of writing. */
static void
test_wraps (void)
{
  AssayReplay *replay = make (CAPACITY, 1, 0.6);
  g_autofree History *history = g_new (History, 1);
  AssayStream stream;

  assay_stream_init (&stream, 8, "replay");
  play (history, &stream);
  for (uint32_t t = 0; t < STEPS; t++)
    {
      uint32_t expected = 0, oldest;

      add (replay, history, t);
      /* Moments are numbered in the order of writing. */
      oldest = 0;
      for (uint32_t lane = 0; lane < LANES; lane++)
        oldest = MAX (oldest, history->lanes[lane][t].next + 1);
      oldest = oldest > CAPACITY ? oldest - CAPACITY : 0;
      for (uint32_t lane = 0; lane < LANES; lane++)
        for (uint32_t s = 0; s <= t; s++)
          expected += history->lanes[lane][s].seen >= oldest;
      g_assert_cmpuint (replay->n, ==, expected);
      for (uint32_t i = 0; i < replay->used; i++)
        g_assert_cmpint (assay_sum_tree_get (replay->priorities, i) > 0, ==,
                         replay->entries[i].next != ASSAY_NO_ENTRY);
    }
  assay_replay_free (replay);
}

static void
test_uniform (void)
{
  AssayReplay *replay = make (64, 1, 0);
  AssayBatch *batch = assay_batch_new (50, sizeof (uint32_t));
  g_autofree History *history = g_new (History, 1);
  uint32_t counts[64] = { 0 }, draws = 4000;
  double chi = 0;
  AssayStream stream;

  assay_stream_init (&stream, 11, "replay");
  play (history, &stream);
  for (uint32_t t = 0; t < 50; t++)
    add (replay, history, t);
  for (uint32_t round = 0; round < draws; round++)
    {
      g_assert_true (assay_replay_sample (replay, &stream, batch));
      for (uint32_t i = 0; i < batch->n; i++)
        {
          counts[batch->entries[i]]++;
          g_assert_cmpfloat (batch->weights[i], ==, 1);
        }
    }
  for (uint32_t i = 0; i < 64; i++)
    {
      double expected = draws * 50.0 / replay->n;

      if (replay->entries[i].next == ASSAY_NO_ENTRY)
        g_assert_cmpuint (counts[i], ==, 0);
      else
        chi += (counts[i] - expected) * (counts[i] - expected) / expected;
    }
  /* Chi squared has mean n and standard deviation sqrt (2 n). */
  g_assert_cmpfloat (chi, <, replay->n + 5 * sqrt (2.0 * replay->n));
  assay_batch_free (batch);
  assay_replay_free (replay);
}

static void
test_priorities (void)
{
  const double alpha = 0.6, beta = 0.4;
  AssayReplay *replay = make (64, 1, alpha);
  AssayBatch *batch = assay_batch_new (32, sizeof (uint32_t));
  g_autofree History *history = g_new (History, 1);
  double counts[64] = { 0 }, total = 0;
  uint32_t rounds = 8000;
  AssayStream stream;

  assay_stream_init (&stream, 12, "replay");
  play (history, &stream);
  for (uint32_t t = 0; t < 50; t++)
    add (replay, history, t);
  for (uint32_t i = 0; i < 64; i++)
    {
      float error = (i % 2 ? -1.f : 1.f) * (float) (i % 7);

      assay_replay_set_priorities (replay, &i, &error, 1, 0.01);
      if (replay->entries[i].next != ASSAY_NO_ENTRY)
        total += pow (fabs ((double) error) + 0.01, alpha);
    }
  g_assert_cmpfloat_with_epsilon (assay_sum_tree_total (replay->priorities), total, 1e-9);
  for (uint32_t round = 0; round < rounds; round++)
    {
      double least = INFINITY;

      g_assert_true (assay_replay_sample (replay, &stream, batch));
      for (uint32_t i = 0; i < batch->n; i++)
        {
          counts[batch->entries[i]]++;
          least = fmin (least, pow (batch->entries[i] % 7 + 0.01, alpha) / total);
        }
      for (uint32_t i = 0; i < batch->n; i++)
        {
          double p = pow (batch->entries[i] % 7 + 0.01, alpha) / total;

          g_assert_cmpfloat_with_epsilon (batch->weights[i], pow (least / p, beta), 1e-6);
        }
    }
  for (uint32_t i = 0; i < 64; i++)
    {
      double p = pow (i % 7 + 0.01, alpha) / total, mean = p * rounds * batch->n;

      if (replay->entries[i].next == ASSAY_NO_ENTRY)
        g_assert_cmpfloat (counts[i], ==, 0);
      else
        g_assert_cmpfloat (fabs (counts[i] - mean), <, 5 * sqrt (mean));
    }
  assay_batch_free (batch);
  assay_replay_free (replay);
}

static void
test_new_ones_first (void)
{
  AssayReplay *replay = make (CAPACITY, 1, 1);
  float errors[] = { 100, NAN, INFINITY };
  uint32_t entries[] = { 0, 0, 0 }, moment = 0;

  assay_replay_begin (replay, 0, &moment);
  assay_replay_add (replay, 0, 0, 0, &moment, false, false);
  g_assert_cmpfloat (assay_sum_tree_total (replay->priorities), ==, 1);
  assay_replay_set_priorities (replay, entries, errors, 1, 0);
  assay_replay_add (replay, 0, 0, 0, &moment, false, false);
  g_assert_cmpfloat (assay_sum_tree_total (replay->priorities), ==, 200);
  /* What is not finite counts as the largest, and poisons nothing. */
  errors[0] = 1;
  assay_replay_set_priorities (replay, entries, errors, 3, 0);
  g_assert_cmpfloat (assay_sum_tree_total (replay->priorities), ==, 200);
  assay_replay_free (replay);
}

static void
test_empty (void)
{
  for (uint32_t alpha = 0; alpha < 2; alpha++)
    {
      AssayReplay *replay = make (CAPACITY, 3, alpha);
      AssayBatch *batch = assay_batch_new (4, sizeof (uint32_t));
      uint32_t moment = 7;
      AssayStream stream;

      assay_stream_init (&stream, 1, "replay");
      g_assert_false (assay_replay_sample (replay, &stream, batch));
      assay_replay_begin (replay, 0, &moment);
      g_assert_false (assay_replay_sample (replay, &stream, batch));
      assay_replay_add (replay, 0, 2, 1, &moment, true, false);
      g_assert_true (assay_replay_sample (replay, &stream, batch));
      /* An ended lane takes nothing before it begins. */
      g_assert_cmpuint (assay_replay_add (replay, 0, 2, 1, &moment, true, false), ==,
                        ASSAY_NO_ENTRY);
      g_assert_cmpuint (replay->n, ==, 1);
      assay_replay_clear (replay);
      g_assert_false (assay_replay_sample (replay, &stream, batch));
      assay_batch_free (batch);
      assay_replay_free (replay);
    }
}

/* The smallest ring, and a lane that sleeps while another overwrites its head. */
static void
test_tiny (void)
{
  AssayReplayOptions options = { .capacity = 4, .lanes = 2, .observation_size = 1, .n_steps = 4 };
  AssayReplay *replay = assay_replay_new (&options, NULL);
  AssayBatch *batch = assay_batch_new (8, 1);
  AssayStream stream;

  assay_stream_init (&stream, 1, "replay");
  assay_replay_begin (replay, 0, "a");
  assay_replay_begin (replay, 1, "b");
  for (uint32_t i = 0; i < 50; i++)
    {
      assay_replay_add (replay, 1, 0, 1, "c", i % 3 == 0, false);
      if (replay->heads[1] == ASSAY_NO_ENTRY)
        assay_replay_begin (replay, 1, "d");
      if (replay->n > 0)
        g_assert_true (assay_replay_sample (replay, &stream, batch));
    }
  g_assert_cmpuint (assay_replay_add (replay, 0, 0, 1, "e", false, false), ==, ASSAY_NO_ENTRY);
  assay_batch_free (batch);
  assay_replay_free (replay);
}

static void
test_refused (void)
{
  static const AssayReplayOptions good
      = { .capacity = 10, .lanes = 1, .observation_size = 4, .n_steps = 1, .discount = 0.9 };
  AssayReplayOptions bad[10];
  const char *why;

  for (uint32_t i = 0; i < G_N_ELEMENTS (bad); i++)
    bad[i] = good;
  bad[0].capacity = 1;
  bad[1].capacity = UINT32_MAX;
  bad[2].lanes = 0;
  bad[3].lanes = 6;
  bad[4].observation_size = SIZE_MAX / 4;
  bad[5].n_steps = 0;
  bad[6].n_steps = UINT32_MAX;
  bad[7].discount = NAN;
  bad[8].alpha = -1;
  bad[9].beta = 2;
  for (uint32_t i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_assert_null (assay_replay_new (&bad[i], &why));
      g_assert_nonnull (why);
    }
}

static void
test_state (void)
{
  AssayReplay *a = make (CAPACITY, 3, 0.7), *b = make (CAPACITY, 3, 0.7);
  AssayBatch *x = assay_batch_new (32, sizeof (uint32_t));
  AssayBatch *y = assay_batch_new (32, sizeof (uint32_t));
  g_autofree History *history = g_new (History, 1);
  g_autofree uint8_t *state = NULL;
  AssayStream stream, copy;
  size_t size;

  assay_stream_init (&stream, 5, "replay");
  play (history, &stream);
  for (uint32_t t = 0; t < 90; t++)
    {
      float error = (float) t;

      add (a, history, t);
      assay_replay_set_priorities (a, &t, &error, 1, 0.1);
    }
  size = assay_replay_state_size (a);
  state = g_malloc (size);
  assay_replay_get_state (a, state);
  add (b, history, 200);
  g_assert_true (assay_replay_set_state (b, state, size));
  for (uint32_t t = 90; t < 200; t++)
    {
      add (a, history, t);
      add (b, history, t);
      copy = stream;
      g_assert_true (assay_replay_sample (a, &stream, x));
      g_assert_true (assay_replay_sample (b, &copy, y));
      g_assert_cmpmem (x->entries, 32 * 4, y->entries, 32 * 4);
      g_assert_cmpmem (x->returns, 32 * 4, y->returns, 32 * 4);
      g_assert_cmpmem (x->weights, 32 * 4, y->weights, 32 * 4);
      g_assert_cmpmem (x->next_observations, 32 * 4, y->next_observations, 32 * 4);
    }
  /* Damaged states are refused, or at least can be sampled from. */
  g_assert_false (assay_replay_set_state (b, state, size - 1));
  for (uint32_t round = 0; round < 2000; round++)
    {
      g_autofree uint8_t *damaged = g_memdup2 (state, size);

      for (uint32_t k = 0; k < 3; k++)
        damaged[assay_below (&stream, (uint32_t) size)] = (uint8_t) assay_bits (&stream);
      if (assay_replay_set_state (b, damaged, size))
        g_assert_true (assay_replay_sample (b, &stream, y));
      else
        g_assert_true (b->n == 0 || !assay_replay_set_state (b, damaged, size));
      add (b, history, 7);
    }
  assay_batch_free (x);
  assay_batch_free (y);
  assay_replay_free (a);
  assay_replay_free (b);
}

/* The transitions of a vecenv come out as they went in. */
static void
test_vecenv (void)
{
  AssayVecEnv *env = assay_vecenv_new (&corridor, &(AssayVecEnvOptions){ .n = LANES, .seed = 2 });
  AssayReplayOptions options = { .capacity = 1000,
                                 .lanes = LANES,
                                 .observation_size = env->observation_size,
                                 .n_steps = 1,
                                 .discount = 0.5 };
  AssayReplay *replay = assay_replay_new (&options, NULL);
  AssayBatch *batch = assay_batch_new (1, env->observation_size);
  AssayStream stream;
  uint32_t ends = 0;

  assay_stream_init (&stream, 1, "actions");
  assay_vecenv_reset (env);
  for (uint32_t t = 0; t < 150; t++)
    {
      int32_t actions[LANES];
      uint32_t heads[LANES];

      for (uint32_t i = 0; i < LANES; i++)
        actions[i] = assay_below (&stream, 3) > 0;
      assay_vecenv_step (env, actions);
      memcpy (heads, replay->heads, sizeof heads);
      assay_replay_add_step (replay, env, actions);
      for (uint32_t i = 0; i < LANES; i++)
        {
          size_t size = env->observation_size;

          if (heads[i] == ASSAY_NO_ENTRY)
            continue;
          batch->entries[0] = heads[i];
          assay_replay_gather (replay, batch);
          g_assert_cmpmem (batch->observations, size, env->before + i * size, size);
          g_assert_cmpmem (batch->next_observations, size, env->after + i * size, size);
          g_assert_cmpint (batch->actions[0], ==, actions[i]);
          g_assert_cmpfloat (batch->returns[0], ==, env->rewards[i]);
          g_assert_cmpfloat (batch->discounts[0], ==, env->terminated[i] ? 0 : 0.5);
          ends += env->ended[i];
        }
    }
  g_assert_cmpuint (ends, >, 5);
  assay_batch_free (batch);
  assay_replay_free (replay);
  assay_vecenv_free (env);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/rl/replay/returns-of-one-step", GUINT_TO_POINTER (1), test_returns);
  g_test_add_data_func ("/rl/replay/returns-of-three-steps", GUINT_TO_POINTER (3), test_returns);
  g_test_add_data_func ("/rl/replay/returns-of-ten-steps", GUINT_TO_POINTER (10), test_returns);
  g_test_add_func ("/rl/replay/holds-what-was-written-last", test_wraps);
  g_test_add_func ("/rl/replay/uniform-draws-all-alike", test_uniform);
  g_test_add_func ("/rl/replay/draws-in-proportion-to-priority", test_priorities);
  g_test_add_func ("/rl/replay/new-ones-have-the-largest-priority", test_new_ones_first);
  g_test_add_func ("/rl/replay/an-empty-one-gives-nothing", test_empty);
  g_test_add_func ("/rl/replay/tiny-rings-and-sleeping-lanes", test_tiny);
  g_test_add_func ("/rl/replay/refuses-senseless-options", test_refused);
  g_test_add_func ("/rl/replay/continues-from-its-state", test_state);
  g_test_add_func ("/rl/replay/takes-the-steps-of-a-vecenv", test_vecenv);
  return g_test_run ();
}
