/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/rl/vecenv.h"
#include "learn/tensor/arena.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

AssayVecEnv *
assay_vecenv_new (const AssayEnvironment *environment, const AssayVecEnvOptions *options)
{
  const AssayView *view = assay_view (environment, options->view);
  size_t n = options->n;
  AssayVecEnv *env;
  void *worlds;

  if (n == 0 || view == NULL)
    return NULL;
  if ((worlds = environment->create (environment, options->n, options->view)) == NULL)
    return NULL;
  env = assay_alloc_zeroed (sizeof *env);
  env->environment = environment;
  env->view = view;
  env->worlds = worlds;
  env->n = options->n;
  env->same_level = options->same_level;
  env->observation_size = assay_view_bytes (view);
  env->observations = assay_alloc_zeroed (n * env->observation_size);
  env->before = assay_alloc_zeroed (n * env->observation_size);
  env->after = assay_alloc_zeroed (n * env->observation_size);
  env->rewards = assay_alloc_zeroed (n * sizeof *env->rewards);
  env->terminated = assay_alloc_zeroed (n);
  env->truncated = assay_alloc_zeroed (n);
  env->returns = assay_alloc_zeroed (n * sizeof *env->returns);
  env->lengths = assay_alloc_zeroed (n * sizeof *env->lengths);
  env->states = options->keep_states ? assay_alloc_zeroed (n * environment->state_size) : NULL;
  env->streams = assay_alloc_zeroed (n * sizeof *env->streams);
  env->seeds = assay_alloc_zeroed (n * sizeof *env->seeds);
  env->ended = assay_alloc_zeroed (n);
  for (uint32_t i = 0; i < env->n; i++)
    {
      char name[32];

      snprintf (name, sizeof name, "vecenv.%u", i);
      assay_stream_init (&env->streams[i], options->seed, name);
    }
  return env;
}

void
assay_vecenv_free (AssayVecEnv *env)
{
  if (env == NULL)
    return;
  env->environment->destroy (env->worlds);
  free (env->observations);
  free (env->before);
  free (env->after);
  free (env->rewards);
  free (env->terminated);
  free (env->truncated);
  free (env->returns);
  free (env->lengths);
  free (env->states);
  free (env->streams);
  free (env->seeds);
  free (env->ended);
  free (env);
}

static uint64_t
draw_seed (AssayStream *stream)
{
  uint64_t high = assay_bits (stream);

  return high << 32 | assay_bits (stream);
}

/** Starts the next episode where `ended`; counters still tell of the last one. */
static void
start_episodes (AssayVecEnv *env)
{
  for (uint32_t i = 0; i < env->n; i++)
    if (env->ended[i] && !env->same_level)
      env->seeds[i] = draw_seed (&env->streams[i]);
  env->environment->reset (env->worlds, env->seeds, env->ended, env->observations);
}

void
assay_vecenv_reset (AssayVecEnv *env)
{
  for (uint32_t i = 0; i < env->n; i++)
    {
      if (env->same_level)
        env->seeds[i] = draw_seed (&env->streams[i]);
      env->ended[i] = 1;
    }
  start_episodes (env);
}

static void
keep_states (AssayVecEnv *env)
{
  for (uint32_t i = 0; i < env->n; i++)
    env->environment->get_state (env->worlds, i, env->states + i * env->environment->state_size);
}

void
assay_vecenv_step (AssayVecEnv *env, const int32_t *actions)
{
  uint8_t *acted_on = env->observations;
  bool any = false;

  env->observations = env->before;
  env->before = acted_on;
  env->environment->step (env->worlds, actions, env->after, env->rewards, env->terminated,
                          env->truncated);
  if (env->states != NULL)
    keep_states (env);
  memcpy (env->observations, env->after, env->n * env->observation_size);
  for (uint32_t i = 0; i < env->n; i++)
    {
      env->returns[i] = (env->ended[i] ? 0 : env->returns[i]) + env->rewards[i];
      env->lengths[i] = (env->ended[i] ? 0 : env->lengths[i]) + 1;
      env->ended[i] = env->terminated[i] || env->truncated[i];
      any |= env->ended[i];
    }
  if (any)
    start_episodes (env);
}

/* ---- the state as bytes ---- */

/* What follows the worlds' states and the places of their streams, by rows of n. */
typedef struct Row
{
  void *data;
  size_t size; /* of one world */
} Row;

#define N_ROWS 4
#define ROWS(env)                                                                                  \
  {                                                                                                \
    { (env)->returns, sizeof *(env)->returns }, { (env)->lengths, sizeof *(env)->lengths },        \
        { (env)->seeds, sizeof *(env)->seeds }, { (env)->ended, sizeof *(env)->ended },            \
  }

size_t
assay_vecenv_state_size (const AssayVecEnv *env)
{
  const Row rows[N_ROWS] = ROWS (env);
  size_t one = env->environment->state_size + sizeof (AssayStreamPlace);

  for (uint32_t i = 0; i < N_ROWS; i++)
    one += rows[i].size;
  return env->n * one;
}

void
assay_vecenv_get_state (const AssayVecEnv *env, void *state)
{
  const Row rows[N_ROWS] = ROWS (env);
  uint8_t *at = state;

  for (uint32_t i = 0; i < env->n; i++, at += env->environment->state_size)
    env->environment->get_state (env->worlds, i, at);
  for (uint32_t i = 0; i < env->n; i++, at += sizeof (AssayStreamPlace))
    {
      AssayStreamPlace place = assay_stream_place (&env->streams[i]);

      memcpy (at, &place, sizeof place);
    }
  for (uint32_t i = 0; i < N_ROWS; at += env->n * rows[i].size, i++)
    memcpy (at, rows[i].data, env->n * rows[i].size);
}

bool
assay_vecenv_set_state (AssayVecEnv *env, const void *state, size_t size)
{
  const Row rows[N_ROWS] = ROWS (env);
  const uint8_t *at = state;

  if (size != assay_vecenv_state_size (env))
    return false;
  for (uint32_t i = 0; i < env->n; i++, at += env->environment->state_size)
    {
      if (!env->environment->set_state (env->worlds, i, at))
        return false;
      env->environment->observe (env->worlds, i, env->observations + i * env->observation_size);
    }
  for (uint32_t i = 0; i < env->n; i++, at += sizeof (AssayStreamPlace))
    {
      AssayStreamPlace place;

      memcpy (&place, at, sizeof place);
      assay_stream_restore (&env->streams[i], &place);
    }
  for (uint32_t i = 0; i < N_ROWS; at += env->n * rows[i].size, i++)
    memcpy (rows[i].data, at, env->n * rows[i].size);
  return true;
}
