/* SPDX-License-Identifier: Apache-2.0 */
#include "bench.h"
#include <assay/plugin.h>

#include <dlfcn.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum
{
  WORLDS = 64,
  STEPS = 4000, /* of every world in one measurement */
  MAX_OBSERVATION = 10 * 10 * 10
};

typedef struct Play
{
  void *module;
  const AssayEnvironment *is;
  void *env;
  uint64_t random, seeds[WORLDS];
  int32_t actions[WORLDS];
  uint8_t observations[WORLDS * MAX_OBSERVATION];
  uint8_t terminated[WORLDS], truncated[WORLDS], over[WORLDS];
  float rewards[WORLDS];
} Play;

static void
tear_down (void *data)
{
  Play *play = data;

  if (play->env != NULL)
    play->is->destroy (play->env);
  if (play->module != NULL)
    dlclose (play->module);
  free (play);
}

static const AssayEnvironment *
find (void *module, const char *id)
{
  AssayPluginEntry entry
      = module != NULL ? (AssayPluginEntry) dlsym (module, "assay_plugin_entry") : NULL;
  const AssayTable *table = entry != NULL ? &entry ()->environments : NULL;

  for (uint32_t i = 0; table != NULL && i < table->n; i++)
    {
      const AssayEnvironment *is
          = (const AssayEnvironment *) ((const char *) table->rows + (size_t) i * table->stride);

      if (strcmp (is->id, id) == 0)
        return is;
    }
  return NULL;
}

static void *
open_play (const char *module, const char *id)
{
  Play *play = calloc (1, sizeof *play);

  if (play == NULL)
    return NULL;
  play->module = dlopen (module, RTLD_NOW | RTLD_LOCAL);
  play->is = find (play->module, id);
  play->env = play->is != NULL ? play->is->create (play->is, WORLDS, 0) : NULL;
  if (play->env == NULL)
    {
      fprintf (stderr, "bench: no %s in %s\n", id, module);
      tear_down (play);
      return NULL;
    }
  for (uint32_t i = 0; i < WORLDS; i++)
    play->seeds[i] = i + 1;
  play->is->reset (play->env, play->seeds, NULL, play->observations);
  return play;
}

/* Random levels: a world that has ended starts again from a seed of its own. */
static uint32_t
reset_ended (Play *play)
{
  uint32_t n = 0;

  for (uint32_t i = 0; i < WORLDS; i++)
    {
      play->over[i] = play->terminated[i] | play->truncated[i];
      n += play->over[i];
      play->seeds[i] += WORLDS * play->over[i];
    }
  if (n > 0)
    play->is->reset (play->env, play->seeds, play->over, play->observations);
  return n;
}

/* Steps of random actions a second on one core, the full observation of each
 * written, resets and the drawing of the actions included. */
static double
steps (void *data)
{
  Play *play = data;
  double start = bench_now ();
  uint32_t episodes = 0;

  for (uint32_t t = 0; t < STEPS; t++)
    {
      for (uint32_t i = 0; i < WORLDS; i++)
        {
          play->random = play->random * 6364136223846793005u + 1442695040888963407u;
          play->actions[i] = (int32_t) ((play->random >> 32) * play->is->n_actions >> 32);
        }
      play->is->step (play->env, play->actions, play->observations, play->rewards, play->terminated,
                      play->truncated);
      episodes += reset_ended (play);
    }
  /* No episode takes as many. */
  return episodes >= WORLDS ? WORLDS * STEPS / (bench_now () - start) : NAN;
}

#define SET_UP(name, module, id)                                                                   \
  static void *set_up_##name (void)                                                                \
  {                                                                                                \
    return open_play (module, id);                                                                 \
  }

SET_UP (door_key, BENCH_MINIGRID, "minigrid.DoorKey-8x8")
SET_UP (asterix, BENCH_MINATAR, "minatar.asterix")
SET_UP (breakout, BENCH_MINATAR, "minatar.breakout")
SET_UP (freeway, BENCH_MINATAR, "minatar.freeway")
SET_UP (seaquest, BENCH_MINATAR, "minatar.seaquest")
SET_UP (space_invaders, BENCH_MINATAR, "minatar.space-invaders")

#define CASE(suite_, name_, least, environment)                                                    \
  {                                                                                                \
    .suite = suite_, .name = name_, .unit = "steps/s", .yardstick = least, .higher = true,         \
    .set_up = set_up_##environment, .measure = steps, .tear_down = tear_down                       \
  }

static const BenchCase cases[] = {
  CASE ("workbench", "minigrid", 3e6, door_key),
  CASE ("numerics", "minatar-asterix", 5e6, asterix),
  CASE ("numerics", "minatar-breakout", 5e6, breakout),
  CASE ("numerics", "minatar-freeway", 5e6, freeway),
  CASE ("numerics", "minatar-seaquest", 5e6, seaquest),
  CASE ("numerics", "minatar-space-invaders", 5e6, space_invaders),
};

const BenchTable bench_environments = BENCH_TABLE (cases);
