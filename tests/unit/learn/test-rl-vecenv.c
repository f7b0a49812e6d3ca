/* SPDX-License-Identifier: Apache-2.0 */
#include "corridor.h"
#include "learn/rl/vecenv.h"

#include <glib.h>
#include <string.h>

#define STEPS 300
#define WORLDS 5

static AssayVecEnv *
make (uint32_t n, uint64_t seed)
{
  AssayVecEnv *env = assay_vecenv_new (
      &corridor, &(AssayVecEnvOptions){ .n = n, .seed = seed, .keep_states = true });

  assay_vecenv_reset (env);
  return env;
}

/** An action that depends on what is seen, the world and the time. */
static int32_t
choose (const uint8_t *observation, uint32_t i, uint32_t t)
{
  return (int32_t) ((observation[1] + i * 7 + t * t) % 3 > 0);
}

static void
step (AssayVecEnv *env, uint32_t first, uint32_t t)
{
  int32_t actions[WORLDS];

  for (uint32_t i = 0; i < env->n; i++)
    actions[i] = choose (env->observations + i * env->observation_size, first + i, t);
  assay_vecenv_step (env, actions);
}

static void
assert_equal_world (const AssayVecEnv *a, uint32_t i, const AssayVecEnv *b, uint32_t j)
{
  size_t size = a->observation_size, state = corridor.state_size;

  g_assert_cmpmem (a->observations + i * size, size, b->observations + j * size, size);
  g_assert_cmpmem (a->after + i * size, size, b->after + j * size, size);
  g_assert_cmpmem (a->states + i * state, state, b->states + j * state, state);
  g_assert_cmpfloat (a->rewards[i], ==, b->rewards[j]);
  g_assert_cmpfloat (a->returns[i], ==, b->returns[j]);
  g_assert_cmpuint (a->lengths[i], ==, b->lengths[j]);
  g_assert_cmpuint (a->terminated[i], ==, b->terminated[j]);
  g_assert_cmpuint (a->truncated[i], ==, b->truncated[j]);
}

static void
test_equal_runs (void)
{
  AssayVecEnv *a = make (WORLDS, 3), *b = make (WORLDS, 3), *c = make (WORLDS, 4);
  bool differs = false;

  for (uint32_t t = 0; t < STEPS; t++)
    {
      step (a, 0, t);
      step (b, 0, t);
      step (c, 0, t);
      for (uint32_t i = 0; i < WORLDS; i++)
        assert_equal_world (a, i, b, i);
      differs |= memcmp (a->observations, c->observations, WORLDS * a->observation_size) != 0;
    }
  g_assert_true (differs);
  assay_vecenv_free (a);
  assay_vecenv_free (b);
  assay_vecenv_free (c);
}

static void
test_number_of_worlds (void)
{
  AssayVecEnv *many = make (WORLDS, 5), *one = make (1, 5), *three = make (3, 5);

  for (uint32_t t = 0; t < STEPS; t++)
    {
      step (many, 0, t);
      step (one, 0, t);
      step (three, 0, t);
      assert_equal_world (many, 0, one, 0);
      for (uint32_t i = 0; i < 3; i++)
        assert_equal_world (many, i, three, i);
    }
  assay_vecenv_free (many);
  assay_vecenv_free (one);
  assay_vecenv_free (three);
}

/** Plays one world by hand beside the vecenv. */
static void
test_ends (void)
{
  AssayVecEnv *env = make (1, 9);
  void *world = corridor.create (&corridor, 1, 0);
  uint8_t seen[CORRIDOR_CELLS], before[CORRIDOR_CELLS], terminated, truncated;
  uint32_t n_terminated = 0, n_truncated = 0, length = 0;
  double total = 0;
  float reward;

  corridor.reset (world, env->seeds, NULL, seen);
  for (uint32_t t = 0; t < STEPS; t++)
    {
      /* Whole episodes of going back, so that some are truncated. */
      bool back = n_terminated % 3 == 1 && n_truncated < 5;
      int32_t action = corridor_forward (seen) != back;

      g_assert_cmpmem (seen, sizeof seen, env->observations, env->observation_size);
      memcpy (before, seen, sizeof seen);
      corridor.step (world, &action, seen, &reward, &terminated, &truncated);
      assay_vecenv_step (env, &action);
      total += reward;
      length++;
      g_assert_cmpmem (before, sizeof before, env->before, env->observation_size);
      g_assert_cmpmem (seen, sizeof seen, env->after, env->observation_size);
      g_assert_cmpuint (env->terminated[0], ==, terminated);
      g_assert_cmpuint (env->truncated[0], ==, truncated);
      g_assert_cmpfloat (env->returns[0], ==, total);
      g_assert_cmpuint (env->lengths[0], ==, length);
      if (!terminated && !truncated)
        continue;
      n_terminated += terminated;
      n_truncated += truncated && !terminated;
      total = length = 0;
      corridor.reset (world, env->seeds, NULL, seen);
    }
  g_assert_cmpuint (n_terminated, >, 5);
  g_assert_cmpuint (n_truncated, >=, 5);
  corridor.destroy (world);
  assay_vecenv_free (env);
}

static void
test_same_level (void)
{
  AssayVecEnv *env = assay_vecenv_new (
      &corridor, &(AssayVecEnvOptions){ .n = 2, .seed = 1, .same_level = true });
  uint8_t first[2 * CORRIDOR_CELLS];
  uint32_t ends = 0;

  assay_vecenv_reset (env);
  memcpy (first, env->observations, sizeof first);
  for (uint32_t t = 0; t < STEPS; t++)
    {
      assay_vecenv_step (env, (int32_t[]){ corridor_forward (env->observations), 0 });
      for (uint32_t i = 0; i < 2; i++)
        if (env->ended[i])
          {
            ends++;
            g_assert_cmpmem (env->observations + i * CORRIDOR_CELLS, CORRIDOR_CELLS,
                             first + i * CORRIDOR_CELLS, CORRIDOR_CELLS);
          }
    }
  g_assert_cmpuint (ends, >, 10);
  assay_vecenv_free (env);
}

static void
test_state (void)
{
  AssayVecEnv *a = make (WORLDS, 3), *b = make (WORLDS, 77);
  size_t size = assay_vecenv_state_size (a);
  g_autofree uint8_t *state = g_malloc (size);

  for (uint32_t t = 0; t < 57; t++)
    step (a, 0, t);
  assay_vecenv_get_state (a, state);
  g_assert_true (assay_vecenv_set_state (b, state, size));
  for (uint32_t t = 57; t < STEPS; t++)
    {
      step (a, 0, t);
      step (b, 0, t);
      for (uint32_t i = 0; i < WORLDS; i++)
        assert_equal_world (a, i, b, i);
    }
  g_assert_false (assay_vecenv_set_state (b, state, size - 1));
  memset (state, 0xff, size);
  g_assert_false (assay_vecenv_set_state (b, state, size));
  assay_vecenv_free (a);
  assay_vecenv_free (b);
}

static void
test_refused (void)
{
  g_assert_null (assay_vecenv_new (&corridor, &(AssayVecEnvOptions){ .n = 0 }));
  g_assert_null (assay_vecenv_new (&corridor, &(AssayVecEnvOptions){ .n = 1, .view = 3 }));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rl/vecenv/equal-seeds-give-equal-runs", test_equal_runs);
  g_test_add_func ("/rl/vecenv/a-world-does-not-depend-on-the-others", test_number_of_worlds);
  g_test_add_func ("/rl/vecenv/steps-are-those-of-the-environment", test_ends);
  g_test_add_func ("/rl/vecenv/same-level-begins-alike", test_same_level);
  g_test_add_func ("/rl/vecenv/continues-from-its-state", test_state);
  g_test_add_func ("/rl/vecenv/refuses-no-worlds-and-no-view", test_refused);
  return g_test_run ();
}
