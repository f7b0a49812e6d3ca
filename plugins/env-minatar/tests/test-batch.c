/* SPDX-License-Identifier: Apache-2.0
 *
 * The batch interface: determinism, states and ends.
 */
#include "scene.h"
#include <math.h>
#include <string.h>

static const char *const games[]
    = { "asterix", "breakout", "freeway", "seaquest", "space-invaders" };
#define N_GAMES G_N_ELEMENTS (games)

static void
the_interface_is_described (void)
{
  static const struct
  {
    const char *name;
    uint32_t channels, n_minimal;
    uint8_t minimal[6];
  } rules[N_GAMES] = { { "asterix", 4, 5, { 0, 1, 2, 3, 4 } },
                       { "breakout", 4, 3, { 0, 1, 3 } },
                       { "freeway", 7, 3, { 0, 2, 4 } },
                       { "seaquest", 10, 6, { 0, 1, 2, 3, 4, 5 } },
                       { "space-invaders", 6, 4, { 0, 1, 3, 5 } } };

  g_assert_cmpstr (assay_plugin_entry ()->id, ==, "env-minatar");
  g_assert_cmpuint (n_environments (), ==, 2 * N_GAMES);
  for (uint32_t i = 0; i < n_environments (); i++)
    {
      const AssayEnvironment *e = environment (i);
      const AssayView *view = e->views.rows;
      g_auto (GStrv) all = g_strsplit ("none left up right down fire", " ", -1);
      g_auto (GStrv) names = g_strsplit (e->actions, " ", -1);
      g_autofree char *id
          = g_strdup_printf ("minatar.%s%s", rules[i / 2].name, i % 2 ? "-minimal" : "");

      g_assert_cmpstr (e->id, ==, id);
      g_assert_cmpuint (e->size, ==, sizeof *e);
      g_assert_cmpuint (e->n_actions, ==, i % 2 ? rules[i / 2].n_minimal : 6);
      g_assert_cmpuint (g_strv_length (names), ==, e->n_actions);
      for (uint32_t a = 0; a < e->n_actions; a++)
        g_assert_cmpstr (names[a], ==, all[i % 2 ? rules[i / 2].minimal[a] : a]);
      g_assert_cmpuint (e->views.n, ==, 1);
      g_assert_cmpuint (view->type, ==, ASSAY_U8);
      g_assert_cmpuint (view->shape[0], ==, 10);
      g_assert_cmpuint (view->shape[1], ==, 10);
      g_assert_cmpuint (view->shape[2], ==, rules[i / 2].channels);
      g_assert_cmpuint (e->options.n, ==, 3);
      g_assert_cmpuint (e->max_steps, ==, 0);
    }
}

static void
unknown_views_and_games_are_refused (void)
{
  AssayEnvironment copy = *environment (0);

  g_assert_null (copy.create (&copy, 1, 1));
  copy.id = "minatar.chess";
  g_assert_null (copy.create (&copy, 1, 0));
  copy.destroy (NULL);
}

/* A batch of worlds, and everything that a step gives. */
typedef struct Worlds
{
  const AssayEnvironment *is;
  void *env;
  uint32_t n;
  size_t view_size;
  uint64_t *seeds;
  int32_t *actions;
  uint8_t *observations, *terminated, *truncated;
  float *rewards;
} Worlds;

static Worlds
open_worlds (const AssayEnvironment *is, uint32_t n, bool mt)
{
  Worlds w = { is, is->create (is, n, 0), n };

  g_assert_nonnull (w.env);
  g_assert_true (is->set_option (w.env, "mt19937", mt));
  w.view_size = (size_t) N_CELLS * channels_of (is);
  w.seeds = g_new0 (uint64_t, n);
  w.actions = g_new0 (int32_t, n);
  w.observations = g_malloc0 (n * w.view_size);
  w.terminated = g_malloc0 (n);
  w.truncated = g_malloc0 (n);
  w.rewards = g_new0 (float, n);
  return w;
}

static void
close_worlds (Worlds *w)
{
  w->is->destroy (w->env);
  g_free (w->seeds);
  g_free (w->actions);
  g_free (w->observations);
  g_free (w->terminated);
  g_free (w->truncated);
  g_free (w->rewards);
}

static void
reset_worlds (Worlds *w, const uint8_t *which)
{
  w->is->reset (w->env, w->seeds, which, w->observations);
}

static void
step_worlds (Worlds *w)
{
  w->is->step (w->env, w->actions, w->observations, w->rewards, w->terminated, w->truncated);
}

static uint8_t *
state_in (const Worlds *w, uint32_t i)
{
  uint8_t *state = g_malloc (w->is->state_size);

  w->is->get_state (w->env, i, state);
  return state;
}

/* As pseudo-random as actions need to be, and the same for ever. */
static int32_t
next_action (uint64_t *random, uint32_t n)
{
  *random = *random * 6364136223846793005u + 1442695040888963407u;
  return (int32_t) ((*random >> 33) % n);
}

enum
{
  SINGLES = 4
};

static void
compare_with_singles (Worlds *all, Worlds one[SINGLES])
{
  uint64_t random = 1;
  uint8_t which[SINGLES];

  for (uint32_t t = 0; t < 600; t++)
    {
      for (uint32_t i = 0; i < SINGLES; i++)
        all->actions[i] = one[i].actions[0] = next_action (&random, all->is->n_actions);
      step_worlds (all);
      for (uint32_t i = 0; i < SINGLES; i++)
        {
          step_worlds (&one[i]);
          g_assert_cmpmem (all->observations + i * all->view_size, all->view_size,
                           one[i].observations, one[i].view_size);
          g_assert_cmpfloat (all->rewards[i], ==, one[i].rewards[0]);
          g_assert_cmpuint (all->terminated[i], ==, one[i].terminated[0]);
          which[i] = all->terminated[i];
          all->seeds[i] = one[i].seeds[0] = 1000 * t + i;
          if (which[i])
            reset_worlds (&one[i], NULL);
        }
      reset_worlds (all, which);
    }
}

static void
a_batch_equals_single_worlds (void)
{
  for (uint32_t e = 0; e < n_environments (); e++)
    for (int mt = 0; mt < 2; mt++)
      {
        Worlds all = open_worlds (environment (e), SINGLES, mt), one[SINGLES];

        for (uint32_t i = 0; i < SINGLES; i++)
          {
            one[i] = open_worlds (environment (e), 1, mt);
            all.seeds[i] = one[i].seeds[0] = i + 1;
            reset_worlds (&one[i], NULL);
          }
        reset_worlds (&all, NULL);
        compare_with_singles (&all, one);
        for (uint32_t i = 0; i < SINGLES; i++)
          close_worlds (&one[i]);
        close_worlds (&all);
      }
}

static void
reset_touches_the_chosen_worlds_only (void)
{
  Worlds w = open_worlds (environment_named ("freeway"), 3, false);
  uint8_t which[3] = { 0, 1, 0 };

  g_autofree uint8_t *seen = NULL;
  uint8_t *before[3];

  reset_worlds (&w, NULL);
  seen = g_memdup2 (w.observations, 3 * w.view_size);
  for (uint32_t i = 0; i < 3; i++)
    {
      before[i] = state_in (&w, i);
      w.seeds[i] = 99;
    }
  reset_worlds (&w, which);
  for (uint32_t i = 0; i < 3; i++)
    {
      g_autofree uint8_t *after = state_in (&w, i);
      size_t at = i * w.view_size;

      g_assert_cmpuint (memcmp (before[i], after, w.is->state_size) != 0, ==, which[i]);
      g_assert_cmpuint (memcmp (seen + at, w.observations + at, w.view_size) != 0, ==, which[i]);
      g_free (before[i]);
    }
  close_worlds (&w);
}

/* Whatever was played before: the last action is forgotten, too. */
static void
the_same_seed_is_the_same_episode (void)
{
  for (uint32_t e = 0; e < n_environments (); e++)
    {
      Worlds a = open_worlds (environment (e), 1, false),
             b = open_worlds (environment (e), 1, false);
      uint64_t random = e;

      for (uint64_t seed = 0; seed < 20; seed++)
        {
          g_autofree uint8_t *first = NULL, *second = NULL;

          a.seeds[0] = b.seeds[0] = seed;
          reset_worlds (&a, NULL);
          reset_worlds (&b, NULL);
          for (uint32_t t = 0; t < 100; t++)
            {
              a.actions[0] = b.actions[0] = next_action (&random, a.is->n_actions);
              step_worlds (&a);
              step_worlds (&b);
            }
          first = state_in (&a, 0);
          second = state_in (&b, 0);
          g_assert_cmpmem (first, a.is->state_size, second, b.is->state_size);
          for (uint32_t t = 0; t < 30; t++) /* only one of them goes on */
            {
              a.actions[0] = next_action (&random, a.is->n_actions);
              step_worlds (&a);
            }
        }
      close_worlds (&a);
      close_worlds (&b);
    }
}

static void
the_minimal_set_is_a_part_of_the_full_one (void)
{
  static const uint8_t minimal[N_GAMES][6]
      = { { 0, 1, 2, 3, 4 }, { 0, 1, 3 }, { 0, 2, 4 }, { 0, 1, 2, 3, 4, 5 }, { 0, 1, 3, 5 } };

  for (uint32_t g = 0; g < N_GAMES; g++)
    {
      Worlds full = open_worlds (environment (2 * g), 1, false);
      Worlds part = open_worlds (environment (2 * g + 1), 1, false);
      uint64_t random = g;

      reset_worlds (&full, NULL);
      reset_worlds (&part, NULL);
      for (uint32_t t = 0; t < 200; t++)
        {
          part.actions[0] = next_action (&random, part.is->n_actions);
          full.actions[0] = minimal[g][part.actions[0]];
          step_worlds (&full);
          step_worlds (&part);
          g_assert_cmpmem (full.observations, full.view_size, part.observations, part.view_size);
          g_assert_cmpfloat (full.rewards[0], ==, part.rewards[0]);
        }
      close_worlds (&full);
      close_worlds (&part);
    }
}

static void
a_state_goes_on_where_it_was (void)
{
  for (uint32_t e = 0; e < n_environments (); e++)
    for (int mt = 0; mt < 2; mt++)
      {
        Worlds a = open_worlds (environment (e), 1, mt), b = open_worlds (environment (e), 1, mt);
        uint64_t random = e;

        a.seeds[0] = 7;
        reset_worlds (&a, NULL);
        for (uint32_t t = 0; t < 900; t++)
          {
            if (t % 37 == 0)
              {
                g_autofree uint8_t *state = state_in (&a, 0), *taken = NULL;

                g_assert_true (b.is->set_state (b.env, 0, state));
                taken = state_in (&b, 0);
                g_assert_cmpmem (state, a.is->state_size, taken, b.is->state_size);
              }
            a.actions[0] = b.actions[0] = next_action (&random, a.is->n_actions);
            step_worlds (&a);
            step_worlds (&b);
            g_assert_cmpmem (a.observations, a.view_size, b.observations, b.view_size);
            g_assert_cmpfloat (a.rewards[0], ==, b.rewards[0]);
            g_assert_cmpuint (a.terminated[0], ==, b.terminated[0]);
            if (a.terminated[0] && t % 37 == 36)
              {
                a.seeds[0] = t;
                reset_worlds (&a, NULL);
              }
          }
        close_worlds (&a);
        close_worlds (&b);
      }
}

/* From a never-reset or ended world on: the same for ever. */
static void
nothing_changes_after_the_end (void)
{
  for (uint32_t e = 0; e < n_environments (); e++)
    {
      Worlds w = open_worlds (environment (e), 1, false);
      uint64_t random = e;

      for (uint64_t seed = 0; seed < 5; seed++)
        {
          g_autofree uint8_t *ended = NULL, *seen = NULL;

          w.seeds[0] = seed;
          if (seed > 0)
            reset_worlds (&w, NULL);
          do
            {
              w.actions[0] = next_action (&random, w.is->n_actions);
              step_worlds (&w);
            }
          while (!w.terminated[0]);
          ended = state_in (&w, 0);
          seen = g_memdup2 (w.observations, w.view_size);
          for (uint32_t t = 0; t < 20; t++)
            {
              g_autofree uint8_t *state = NULL;

              memset (w.observations, 7, w.view_size);
              w.actions[0] = next_action (&random, w.is->n_actions);
              step_worlds (&w);
              state = state_in (&w, 0);
              g_assert_cmpmem (ended, w.is->state_size, state, w.is->state_size);
              g_assert_cmpmem (seen, w.view_size, w.observations, w.view_size);
              g_assert_cmpfloat (w.rewards[0], ==, 0);
              g_assert_cmpuint (w.terminated[0], ==, 1);
              g_assert_cmpuint (w.truncated[0], ==, 0);
            }
          g_assert_true (w.is->set_state (w.env, 0, ended));
        }
      close_worlds (&w);
    }
}

/* Trajectories of this implementation, pinned so that they never change: stored results
 * are keyed by seeds.  (They were computed by it; that they are right is for the tests of
 * the games.)  20000 steps of a fixed sequence of actions, resets included. */
static uint64_t
hash_trajectory (const char *game, bool mt)
{
  Worlds w = open_worlds (environment_named (game), 1, mt);
  uint64_t random = 11, hash = 0xcbf29ce484222325u;

  w.seeds[0] = 1;
  reset_worlds (&w, NULL);
  for (uint32_t t = 0; t < 20000; t++)
    {
      w.actions[0] = next_action (&random, w.is->n_actions);
      step_worlds (&w);
      for (size_t i = 0; i < w.view_size; i++)
        hash = (hash ^ w.observations[i]) * 0x100000001b3u;
      hash = (hash ^ (uint64_t) w.rewards[0] ^ (uint64_t) w.terminated[0] << 8) * 0x100000001b3u;
      if (w.terminated[0])
        {
          w.seeds[0] = mt ? UINT64_MAX : w.seeds[0] + 1;
          reset_worlds (&w, NULL);
        }
    }
  close_worlds (&w);
  return hash;
}

static void
trajectories_never_change (void)
{
  static const uint64_t pinned[N_GAMES][2] = { { 0xfd208426631c550e, 0x3eb1c1dc38044d54 },
                                               { 0x20cdf1bf83db9d9d, 0xdcf23cbeeadc6297 },
                                               { 0x2b63e02c3f0af3fb, 0xa2038f56ad0c9a5d },
                                               { 0xcc50cdc3da9110fa, 0x136f9aa27e05b0ff },
                                               { 0x93ab5215eb815ed9, 0x522a7f4fa747c6b2 } };

  for (uint32_t g = 0; g < N_GAMES; g++)
    for (int mt = 0; mt < 2; mt++)
      {
        uint64_t hash = hash_trajectory (games[g], mt);

        if (hash != pinned[g][mt])
          {
            g_test_message ("%s, %s: 0x%016" G_GINT64_MODIFIER "x", games[g],
                            mt ? "mt19937" : "philox", hash);
            g_test_fail ();
          }
      }
}

typedef struct Mean
{
  double reward, steps, error; /* error: of the mean reward */
} Mean;

static Mean
play_episodes (const char *game, bool mt, uint32_t n)
{
  Worlds w = open_worlds (environment_named (game), 1, mt);
  double sum = 0, squares = 0, steps = 0;
  uint64_t random = 5;

  for (uint32_t episode = 0; episode < n; episode++)
    {
      double reward = 0;

      w.seeds[0] = episode + 1;
      reset_worlds (&w, NULL);
      do
        {
          w.actions[0] = next_action (&random, w.is->n_actions);
          step_worlds (&w);
          g_assert_cmpfloat (w.rewards[0], >=, w.is->reward_min);
          g_assert_cmpfloat (w.rewards[0], <=, w.is->reward_max);
          reward += w.rewards[0];
          steps++;
        }
      while (!w.terminated[0]);
      sum += reward;
      squares += reward * reward;
    }
  close_worlds (&w);
  return (Mean){ sum / n, steps / n, sqrt ((squares / n - sum / n * sum / n) / n) };
}

/* The bounds are our own, wide ones: a game that is broken leaves them.  Both
 * generators must come to the same. */
static void
random_play_earns_little (void)
{
  static const struct
  {
    double reward[2], steps[2];
    uint32_t episodes;
  } bounds[N_GAMES] = { { { 0.1, 2 }, { 30, 300 }, 600 },
                        { { 0.1, 2 }, { 10, 60 }, 600 },
                        { { 0, 1 }, { 2501, 2501 }, 50 },
                        { { 0.01, 1 }, { 20, 300 }, 600 },
                        { { 1, 8 }, { 30, 200 }, 600 } };

  for (uint32_t g = 0; g < N_GAMES; g++)
    {
      Mean a = play_episodes (games[g], false, bounds[g].episodes);
      Mean b = play_episodes (games[g], true, bounds[g].episodes);

      g_test_message ("%s: %u episodes, mean return %.3f +- %.3f (mt19937 %.3f +- %.3f), "
                      "mean length %.1f (%.1f)",
                      games[g], bounds[g].episodes, a.reward, a.error, b.reward, b.error, a.steps,
                      b.steps);
      g_assert_cmpfloat (a.reward, >=, bounds[g].reward[0]);
      g_assert_cmpfloat (a.reward, <=, bounds[g].reward[1]);
      g_assert_cmpfloat (a.steps, >=, bounds[g].steps[0]);
      g_assert_cmpfloat (a.steps, <=, bounds[g].steps[1]);
      g_assert_cmpfloat (fabs (a.reward - b.reward), <=, 5 * hypot (a.error, b.error));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/batch/ten-environments-are-described", the_interface_is_described);
  g_test_add_func ("/batch/unknown-views-and-games-are-refused",
                   unknown_views_and_games_are_refused);
  g_test_add_func ("/batch/n-worlds-equal-n-single-worlds", a_batch_equals_single_worlds);
  g_test_add_func ("/batch/reset-touches-the-chosen-worlds-only",
                   reset_touches_the_chosen_worlds_only);
  g_test_add_func ("/batch/the-same-seed-is-the-same-episode", the_same_seed_is_the_same_episode);
  g_test_add_func ("/batch/the-minimal-set-is-a-part-of-the-full-one",
                   the_minimal_set_is_a_part_of_the_full_one);
  g_test_add_func ("/batch/a-state-goes-on-where-it-was-taken", a_state_goes_on_where_it_was);
  g_test_add_func ("/batch/nothing-changes-after-the-end", nothing_changes_after_the_end);
  g_test_add_func ("/batch/trajectories-of-seeds-never-change", trajectories_never_change);
  g_test_add_func ("/batch/random-play-earns-little", random_play_earns_little);
  return g_test_run ();
}
