/* SPDX-License-Identifier: Apache-2.0
 *
 * The batch interface: determinism, states, and hostile bytes.
 */
#include "scene.h"
#include <string.h>

static void
the_interface_is_described (void)
{
  const AssayPlugin *plugin = assay_plugin_entry ();

  g_assert_cmpstr (plugin->id, ==, "env-minigrid");
  g_assert_cmpuint (plugin->environments.n, ==, 17);
  for (uint32_t i = 0; i < n_environments (); i++)
    {
      const AssayEnvironment *e = environment (i);
      const AssayView *views = e->views.rows;

      g_assert_cmpuint (e->size, ==, sizeof *e);
      g_assert_cmpuint (e->n_actions, ==, 7);
      g_assert_cmpuint (e->views.n, ==, 2);
      g_assert_cmpuint (e->views.stride, ==, sizeof (AssayView));
      g_assert_cmpstr (views[0].id, ==, "full");
      g_assert_cmpuint (views[0].shape[0], ==, e->columns);
      g_assert_cmpuint (views[0].shape[1], ==, e->rows);
      g_assert_cmpuint (views[0].shape[2], ==, 3);
      g_assert_cmpstr (views[1].id, ==, "partial");
      g_assert_cmpuint (e->key_size, ==, sizeof (World) + e->rows * e->columns * sizeof (Cell));
      g_assert_cmpuint (e->state_size, ==, e->key_size + 2);
    }
}

/* T as registered: 4 s^2, 10 s^2, 8 s^2, 30 s^2, 20 rooms, 100. */
static void
limits_are_the_published_ones (void)
{
  static const struct
  {
    const char *name;
    uint32_t columns, rows, max_steps;
  } published[] = {
    { "Empty-8x8", 8, 8, 4 * 64 },
    { "DoorKey-5x5", 5, 5, 10 * 25 },
    { "DoorKey-6x6", 6, 6, 10 * 36 },
    { "DoorKey-8x8", 8, 8, 10 * 64 },
    { "Unlock", 11, 6, 8 * 36 },
    { "UnlockPickup", 11, 6, 8 * 36 },
    { "KeyCorridorS3R1", 7, 3, 30 * 9 },
    { "KeyCorridorS3R2", 7, 5, 30 * 9 },
    { "LavaGapS5", 5, 5, 4 * 25 },
    { "LavaGapS7", 7, 7, 4 * 49 },
    { "SimpleCrossingS9N1", 9, 9, 4 * 81 },
    { "SimpleCrossingS9N2", 9, 9, 4 * 81 },
    { "SimpleCrossingS9N3", 9, 9, 4 * 81 },
    { "LavaCrossingS9N1", 9, 9, 4 * 81 },
    { "MultiRoom-N2-S4", 25, 25, 20 * 2 },
    { "MultiRoom-N4-S5", 25, 25, 20 * 4 },
    { "FourRooms", 19, 19, 100 },
  };

  for (uint32_t i = 0; i < G_N_ELEMENTS (published); i++)
    {
      const AssayEnvironment *e = environment_named (published[i].name);

      g_assert_cmpuint (e->columns, ==, published[i].columns);
      g_assert_cmpuint (e->rows, ==, published[i].rows);
      g_assert_cmpuint (e->max_steps, ==, published[i].max_steps);
    }
}

static void
unknown_views_and_levels_are_refused (void)
{
  AssayEnvironment copy = *environment (0);

  g_assert_null (copy.create (&copy, 1, 2));
  copy.id = "minigrid.nowhere";
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
open_worlds (const AssayEnvironment *is, uint32_t n, uint32_t view)
{
  Worlds w = { is, is->create (is, n, view), n };
  const uint32_t *shape = ((const AssayView *) is->views.rows)[view].shape;

  g_assert_nonnull (w.env);
  w.view_size = (size_t) shape[0] * shape[1] * shape[2];
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
step_worlds (Worlds *w)
{
  w->is->step (w->env, w->actions, w->observations, w->rewards, w->terminated, w->truncated);
}

static void
a_batch_equals_single_worlds (void)
{
  enum
  {
    N = 5,
    STEPS = 300
  };

  for (uint32_t e = 0; e < n_environments (); e++)
    for (uint32_t view = 0; view < 2; view++)
      {
        Worlds all = open_worlds (environment (e), N, view), one[N];
        g_autoptr (GRand) random = g_rand_new_with_seed (e);
        uint8_t which[N];

        for (uint32_t i = 0; i < N; i++)
          {
            one[i] = open_worlds (environment (e), 1, view);
            all.seeds[i] = one[i].seeds[0] = i + 1;
            one[i].is->reset (one[i].env, one[i].seeds, NULL, one[i].observations);
          }
        all.is->reset (all.env, all.seeds, NULL, all.observations);
        for (uint32_t t = 0; t < STEPS; t++)
          {
            for (uint32_t i = 0; i < N; i++)
              all.actions[i] = one[i].actions[0] = g_rand_int_range (random, 0, 7);
            step_worlds (&all);
            for (uint32_t i = 0; i < N; i++)
              {
                step_worlds (&one[i]);
                g_assert_cmpmem (all.observations + i * all.view_size, all.view_size,
                                 one[i].observations, one[i].view_size);
                g_assert_cmpfloat (all.rewards[i], ==, one[i].rewards[0]);
                g_assert_cmpuint (all.terminated[i], ==, one[i].terminated[0]);
                g_assert_cmpuint (all.truncated[i], ==, one[i].truncated[0]);
                which[i] = all.terminated[i] || all.truncated[i];
                if (!which[i])
                  continue;
                all.seeds[i] = one[i].seeds[0] = g_rand_int (random);
                one[i].is->reset (one[i].env, one[i].seeds, NULL, one[i].observations);
              }
            all.is->reset (all.env, all.seeds, which, all.observations);
          }
        for (uint32_t i = 0; i < N; i++)
          close_worlds (&one[i]);
        close_worlds (&all);
      }
}

static void
reset_touches_the_chosen_worlds_only (void)
{
  Worlds w = open_worlds (environment_named ("DoorKey-8x8"), 3, 0);
  uint8_t which[3] = { 0, 1, 0 };
  g_autofree uint8_t *before = g_malloc (3 * w.is->state_size);
  g_autofree uint8_t *after = g_malloc (3 * w.is->state_size);
  g_autofree uint8_t *seen = NULL;

  w.is->reset (w.env, w.seeds, NULL, w.observations);
  for (uint32_t i = 0; i < 3; i++)
    w.is->get_state (w.env, i, before + i * w.is->state_size);
  seen = g_memdup2 (w.observations, 3 * w.view_size);
  w.seeds[0] = w.seeds[1] = w.seeds[2] = 99;
  w.is->reset (w.env, w.seeds, which, w.observations);
  for (uint32_t i = 0; i < 3; i++)
    {
      w.is->get_state (w.env, i, after + i * w.is->state_size);
      g_assert_cmpint (
          memcmp (before + i * w.is->state_size, after + i * w.is->state_size, w.is->state_size)
              != 0,
          ==, which[i]);
      g_assert_cmpint (
          memcmp (seen + i * w.view_size, w.observations + i * w.view_size, w.view_size) != 0, ==,
          which[i]);
    }
  close_worlds (&w);
}

static void
the_same_seed_is_the_same_level (void)
{
  for (uint32_t e = 0; e < n_environments (); e++)
    {
      Scene a = open_scene (strchr (environment (e)->id, '.') + 1, 0);
      uint32_t differing = 0;

      for (uint64_t seed = 0; seed < 50; seed++)
        {
          g_autofree uint8_t *first = NULL, *again = NULL, *other = NULL;

          reset_scene (&a, seed);
          first = state_of (&a);
          play (&a, "frflff");
          reset_scene (&a, seed);
          again = state_of (&a);
          g_assert_cmpmem (first, a.is->state_size, again, a.is->state_size);
          reset_scene (&a, seed + 1);
          other = state_of (&a);
          differing += memcmp (first, other, a.is->state_size) != 0;
        }
      g_assert_cmpuint (differing, >=, e == 0 ? 0 : 20); /* Empty-8x8 has one level */
      close_scene (&a);
    }
}

/* Stored results are keyed by seeds, so a seed's level must never change. */
static void
levels_of_seeds_are_pinned (void)
{
  static const uint32_t pinned[]
      = { 0x852b3c65, 0x3c7d89fd, 0x9028c54c, 0x0e8085fa, 0x9564a847, 0xe7ad79c9,
          0x925a6e3f, 0xb1856175, 0x84834fb5, 0x2152c255, 0x3060d581, 0xcb202955,
          0xd2943ed5, 0x8788c535, 0xdb82683b, 0xea682b71, 0xb07cb669 };

  g_assert_cmpuint (G_N_ELEMENTS (pinned), ==, n_environments ());
  for (uint32_t e = 0; e < n_environments (); e++)
    {
      Scene s = open_scene (strchr (environment (e)->id, '.') + 1, 0);
      uint32_t hash = 2166136261u;

      for (uint64_t seed = 1; seed <= 100; seed++)
        {
          g_autofree uint8_t *state = NULL;

          reset_scene (&s, seed);
          state = state_of (&s);
          for (size_t i = 0; i < s.is->state_size; i++)
            hash = (hash ^ state[i]) * 16777619u;
        }
      if (hash != pinned[e])
        {
          g_test_message ("%s: 0x%08x", s.is->id, hash);
          g_test_fail ();
        }
      close_scene (&s);
    }
}

static void
a_state_goes_on_where_it_was (void)
{
  for (uint32_t e = 0; e < n_environments (); e++)
    {
      const char *name = strchr (environment (e)->id, '.') + 1;
      Scene a = open_scene (name, 1), b = open_scene (name, 1);
      g_autoptr (GRand) random = g_rand_new_with_seed (e);

      reset_scene (&a, 7);
      for (uint32_t t = 0; t < 600; t++)
        {
          char letter[2] = { "lrfffpdt."[g_rand_int_range (random, 0, 9)], '\0' };

          if (t % 50 == 0)
            {
              g_autofree uint8_t *state = state_of (&a), *taken = NULL;

              g_assert_true (b.is->set_state (b.env, 0, state));
              taken = state_of (&b);
              g_assert_cmpmem (state, a.is->state_size, taken, a.is->state_size);
            }
          play (&a, letter);
          play (&b, letter);
          g_assert_cmpmem (a.observation, 147, b.observation, 147);
          g_assert_cmpfloat (a.reward, ==, b.reward);
          g_assert_cmpuint (a.terminated, ==, b.terminated);
          g_assert_cmpuint (a.truncated, ==, b.truncated);
          if ((a.terminated || a.truncated) && t % 50 == 49)
            reset_scene (&a, t);
        }
      close_scene (&a);
      close_scene (&b);
    }
}

/* Transitions follow from the key alone: worlds that differ in the clock give
 * the same next key. */
static void
the_key_decides (void)
{
  Scene a = open_scene ("DoorKey-5x5", 0);
  g_autoptr (GRand) random = g_rand_new_with_seed (1);

  reset_scene (&a, 2);
  for (uint32_t t = 0; t < 200; t++)
    {
      char letter[2] = { "lrfffpdt."[g_rand_int_range (random, 0, 9)], '\0' };
      g_autofree uint8_t *state = state_of (&a), *plain = NULL, *late = NULL;

      play (&a, letter);
      plain = state_of (&a);
      state[a.is->key_size] = (uint8_t) g_rand_int_range (random, 0, 249);
      g_assert_true (a.is->set_state (a.env, 0, state));
      play (&a, letter);
      late = state_of (&a);
      g_assert_cmpmem (plain, a.is->key_size, late, a.is->key_size);
      if (a.terminated)
        reset_scene (&a, t);
    }
  close_scene (&a);
}

static void
refuse (Scene *s, uint8_t *state, size_t at, uint8_t value)
{
  g_autofree uint8_t *before = state_of (s), *after = NULL;
  uint8_t kept = state[at];

  state[at] = value;
  g_assert_false (s->is->set_state (s->env, 0, state));
  state[at] = kept;
  after = state_of (s);
  g_assert_cmpmem (before, s->is->state_size, after, s->is->state_size);
}

static void
hostile_states_are_refused (void)
{
  Scene s = open_scene ("DoorKey-5x5", 0);
  g_autofree uint8_t *state = NULL;
  size_t key = s.is->key_size, cells = sizeof (World);

  set_scene (&s, "##########\n##. . . ##\n##. >>Ly##\n##kyobGG##\n##########\n");
  state = state_of (&s);
  reset_scene (&s, 5);
  g_assert_true (s.is->set_state (s.env, 0, state));
  refuse (&s, state, 0, 0); /* the agent in a wall */
  refuse (&s, state, 0, 3); /* in a locked door */
  refuse (&s, state, 0, 5); /* outside */
  refuse (&s, state, 1, 255);
  refuse (&s, state, 2, 4);    /* a fifth direction */
  refuse (&s, state, 3, WALL); /* carrying a wall */
  refuse (&s, state, 3, UNSEEN);
  refuse (&s, state, 3, GOAL);
  refuse (&s, state, 4, 1); /* nothing has no color */
  refuse (&s, state, 5, 1);
  refuse (&s, state, cells, UNSEEN);
  refuse (&s, state, cells, AGENT);
  refuse (&s, state, cells, FLOOR);
  refuse (&s, state, cells, 255);
  refuse (&s, state, cells + 1, RED); /* a red wall */
  refuse (&s, state, cells + 2, 1);
  refuse (&s, state, cells + (3 * 5 + 2) * 3 + 1, 6); /* a door of a seventh color */
  refuse (&s, state, cells + (3 * 5 + 2) * 3 + 2, 3); /* neither open, closed nor locked */
  refuse (&s, state, cells + (1 * 5 + 3) * 3 + 2, 1); /* a locked key */
  refuse (&s, state, cells + (3 * 5 + 3) * 3 + 1, RED);
  refuse (&s, state, key, 251); /* later than the last step */
  refuse (&s, state, key + 1, 1);
  close_scene (&s);
}

/* Bytes flipped at random: refused, or a world that can be played, seen and drawn. */
static void
random_states_do_no_harm (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (4);
  uint32_t taken = 0;

  for (uint32_t round = 0; round < 20000; round++)
    {
      static const char *const names[] = { "DoorKey-5x5", "KeyCorridorS3R1", "Unlock" };
      Scene s = open_scene (names[round % 3], round / 3 % 2);
      g_autofree uint8_t *state = NULL;
      uint8_t tile[11 * 6 * 4 * 3];
      char out[300];

      reset_scene (&s, round);
      state = state_of (&s);
      for (int32_t k = g_rand_int_range (random, 1, 4); k > 0; k--)
        state[g_rand_int_range (random, 0, (int32_t) s.is->state_size)]
            = (uint8_t) g_rand_int_range (random, 0, g_rand_boolean (random) ? 11 : 256);
      if (s.is->set_state (s.env, 0, state))
        {
          g_autofree uint8_t *after = NULL;

          taken++;
          play (&s, "fpftdlfptfdrrffffptfd");
          s.is->draw (s.env, 0, 2, tile);
          s.is->text (s.env, 0, out, sizeof out);
          after = state_of (&s);
          g_assert_true (s.is->set_state (s.env, 0, after));
        }
      close_scene (&s);
    }
  g_assert_cmpuint (taken, >, 100);
  g_assert_cmpuint (taken, <, 19000);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/batch/seventeen-levels-are-described", the_interface_is_described);
  g_test_add_func ("/batch/sizes-and-limits-are-the-published-ones", limits_are_the_published_ones);
  g_test_add_func ("/batch/unknown-views-and-levels-are-refused",
                   unknown_views_and_levels_are_refused);
  g_test_add_func ("/batch/n-worlds-equal-n-single-worlds", a_batch_equals_single_worlds);
  g_test_add_func ("/batch/reset-touches-the-chosen-worlds-only",
                   reset_touches_the_chosen_worlds_only);
  g_test_add_func ("/batch/the-same-seed-is-the-same-level", the_same_seed_is_the_same_level);
  g_test_add_func ("/batch/levels-of-seeds-never-change", levels_of_seeds_are_pinned);
  g_test_add_func ("/batch/a-state-goes-on-where-it-was-taken", a_state_goes_on_where_it_was);
  g_test_add_func ("/batch/the-key-alone-decides-transitions", the_key_decides);
  g_test_add_func ("/batch/hostile-states-are-refused-and-change-nothing",
                   hostile_states_are_refused);
  g_test_add_func ("/batch/random-states-do-no-harm", random_states_do_no_harm);
  return g_test_run ();
}
