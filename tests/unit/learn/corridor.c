/* SPDX-License-Identifier: Apache-2.0 */
#include "corridor.h"

#include <stdlib.h>
#include <string.h>

#define SLIPS 8 /* one step in so many stays where it was */

typedef struct Cell
{
  uint32_t at;
  uint64_t random;
  uint32_t clock;
  uint32_t mode; /* 0: never reset, 1: alive, 2: ended */
  uint8_t terminated, truncated;
} Cell;

typedef struct Corridor
{
  uint32_t n, view;
  Cell cells[];
} Corridor;

static uint32_t
draw (Cell *cell, uint32_t n)
{
  cell->random = cell->random * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t) (cell->random >> 33) % n;
}

static void *
create (const AssayEnvironment *environment, uint32_t n, uint32_t view)
{
  Corridor *env = calloc (1, sizeof *env + n * sizeof *env->cells);

  env->n = n;
  env->view = view;
  return env;
}

static void
observe (void *data, uint32_t i, void *observation)
{
  const Corridor *env = data;

  for (uint32_t k = 0; k < CORRIDOR_CELLS; k++)
    if (env->view == 1)
      ((float *) observation)[k] = k == env->cells[i].at;
    else
      ((uint8_t *) observation)[k] = k == env->cells[i].at;
}

static void
observe_one_of (Corridor *env, uint32_t i, void *observations)
{
  size_t size = CORRIDOR_CELLS * (env->view == 1 ? sizeof (float) : 1);

  observe (env, i, (uint8_t *) observations + i * size);
}

static void
reset (void *data, const uint64_t *seeds, const uint8_t *which, void *observations)
{
  Corridor *env = data;

  for (uint32_t i = 0; i < env->n; i++)
    if (which == NULL || which[i])
      {
        env->cells[i] = (Cell){ .random = seeds[i], .mode = 1 };
        env->cells[i].at = draw (&env->cells[i], CORRIDOR_CELLS / 2);
        observe_one_of (env, i, observations);
      }
}

static void
step_one (Cell *cell, int32_t action)
{
  bool slips = draw (cell, SLIPS) == 0, forward = action == (cell->at % 2 == 0);

  if (!slips && forward)
    cell->at++;
  else if (!slips && cell->at > 0)
    cell->at--;
  cell->clock++;
  cell->terminated = cell->at == CORRIDOR_CELLS - 1;
  cell->truncated = cell->clock == CORRIDOR_STEPS;
  cell->mode = cell->terminated || cell->truncated ? 2 : 1;
}

static void
step (void *data, const int32_t *actions, void *observations, float *rewards, uint8_t *terminated,
      uint8_t *truncated)
{
  Corridor *env = data;

  for (uint32_t i = 0; i < env->n; i++)
    {
      Cell *cell = &env->cells[i];
      bool alive = cell->mode == 1;

      if (alive)
        step_one (cell, actions[i]);
      rewards[i] = alive && cell->terminated;
      terminated[i] = cell->terminated;
      truncated[i] = cell->truncated;
      observe_one_of (env, i, observations);
    }
}

static void
get_state (void *data, uint32_t i, void *state)
{
  memcpy (state, &((Corridor *) data)->cells[i], sizeof (Cell));
}

static bool
set_state (void *data, uint32_t i, const void *state)
{
  Cell cell;

  memcpy (&cell, state, sizeof cell);
  if (cell.at >= CORRIDOR_CELLS || cell.mode > 2)
    return false;
  ((Corridor *) data)->cells[i] = cell;
  return true;
}

static const AssayView views[] = {
  { "cells", "Cells", ASSAY_U8, 1, { CORRIDOR_CELLS }, 0, 1 },
  { "floats", "Cells as floats", ASSAY_F32, 1, { CORRIDOR_CELLS }, 0, 1 },
  { "picture", "Cells as a picture", ASSAY_U8, 3, { 1, CORRIDOR_CELLS, 1 }, 0, 1 },
};

const AssayEnvironment corridor = {
  .size = sizeof (AssayEnvironment),
  .n_actions = 2,
  .id = "test.corridor",
  .title = "Corridor",
  .actions = "one other",
  .views = ASSAY_TABLE (views),
  .reward_max = 1,
  .max_steps = CORRIDOR_STEPS,
  .state_size = sizeof (Cell),
  .key_size = sizeof (uint32_t),
  .create = create,
  .destroy = free,
  .reset = reset,
  .step = step,
  .get_state = get_state,
  .set_state = set_state,
  .observe = observe,
};
