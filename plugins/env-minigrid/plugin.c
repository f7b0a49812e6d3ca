/* SPDX-License-Identifier: Apache-2.0
 *
 * The list of levels, and the batch of worlds behind AssayEnvironment.
 */
#include "minigrid.h"
#include <stdlib.h>
#include <string.h>

/* name, width, height, max_steps, target, the mission, lay_out and the level's own fields */
#define LEVELS(L)                                                                                  \
  L ("Empty-8x8", 8, 8, 256, GOAL, "Get to the green goal square.", mg_lay_empty,                  \
     .see_through = 1)                                                                             \
  L ("DoorKey-5x5", 5, 5, 250, GOAL, DOOR_KEY, mg_lay_door_key)                                    \
  L ("DoorKey-6x6", 6, 6, 360, GOAL, DOOR_KEY, mg_lay_door_key)                                    \
  L ("DoorKey-8x8", 8, 8, 640, GOAL, DOOR_KEY, mg_lay_door_key)                                    \
  L ("Unlock", 11, 6, 288, DOOR, "Open the door.", mg_lay_unlock, .room = 6)                       \
  L ("UnlockPickup", 11, 6, 288, BOX, "Pick up the box.", mg_lay_unlock, .room = 6)                \
  L ("KeyCorridorS3R1", 7, 3, 270, BALL, PICK_BALL, mg_lay_key_corridor, .room = 3)                \
  L ("KeyCorridorS3R2", 7, 5, 270, BALL, PICK_BALL, mg_lay_key_corridor, .room = 3)                \
  L ("LavaGapS5", 5, 5, 100, GOAL, NO_LAVA, mg_lay_lava_gap)                                       \
  L ("LavaGapS7", 7, 7, 196, GOAL, NO_LAVA, mg_lay_lava_gap)                                       \
  L ("SimpleCrossingS9N1", 9, 9, 324, GOAL, CROSS, mg_lay_crossing, .obstacle = WALL, .n = 1)      \
  L ("SimpleCrossingS9N2", 9, 9, 324, GOAL, CROSS, mg_lay_crossing, .obstacle = WALL, .n = 2)      \
  L ("SimpleCrossingS9N3", 9, 9, 324, GOAL, CROSS, mg_lay_crossing, .obstacle = WALL, .n = 3)      \
  L ("LavaCrossingS9N1", 9, 9, 324, GOAL, NO_LAVA, mg_lay_crossing, .obstacle = LAVA, .n = 1)      \
  L ("MultiRoom-N2-S4", 25, 25, 40, GOAL, TRAVERSE, mg_lay_chain, .n = 2, .room = 4)               \
  L ("MultiRoom-N4-S5", 25, 25, 80, GOAL, TRAVERSE, mg_lay_chain, .n = 4, .room = 5)               \
  L ("FourRooms", 19, 19, 100, GOAL, "Reach the goal.", mg_lay_four_rooms)

#define DOOR_KEY "Use the key to open the door and then get to the goal."
#define PICK_BALL "Pick up the ball, which is behind a locked door."
#define NO_LAVA "Avoid the lava and get to the green goal square."
#define CROSS "Find the opening and get to the green goal square."
#define TRAVERSE "Traverse the rooms to get to the goal."

#define LEVEL(name, width_, height_, max_steps_, target_, mission, ...)                            \
  { .id = "minigrid." name,                                                                        \
    .width = width_,                                                                               \
    .height = height_,                                                                             \
    .max_steps = max_steps_,                                                                       \
    .target = target_,                                                                             \
    .lay_out = __VA_ARGS__ },

static const Level levels[] = { LEVELS (LEVEL) };

/** One batch; its worlds lie one behind the other, key_size bytes each. */
typedef struct Batch
{
  const Level *level;
  void (*view) (const Level *level, const World *world, uint8_t *out);
  size_t key_size, view_size;
  uint32_t n;
  uint16_t *steps;
  uint8_t *over; /* OVER_ flags; not 0: the world waits */
  uint8_t *worlds;
} Batch;

enum
{
  OVER_TERMINATED = 1,
  OVER_TRUNCATED = 2,
  CLOCK_SIZE = 2 /* little endian, behind the key */
};

static size_t
key_size_of (const Level *level)
{
  return sizeof (World) + mg_n_cells (level) * sizeof (Cell);
}

static World *
world_of (const Batch *batch, uint32_t i)
{
  return (World *) (batch->worlds + i * batch->key_size);
}

/* By id, because the host may hand over a copy of its description. */
static const Level *
find_level (const AssayEnvironment *environment)
{
  for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++)
    if (strcmp (levels[i].id, environment->id) == 0)
      return &levels[i];
  return NULL;
}

static void
destroy (void *env)
{
  Batch *batch = env;

  if (batch == NULL)
    return;
  free (batch->worlds);
  free (batch->over);
  free (batch->steps);
  free (batch);
}

static void *
create (const AssayEnvironment *environment, uint32_t n, uint32_t view)
{
  const Level *level = find_level (environment);
  Batch *batch = level != NULL && view < 2 ? calloc (1, sizeof *batch) : NULL;

  if (batch == NULL)
    return NULL;
  batch->level = level;
  batch->n = n;
  batch->key_size = key_size_of (level);
  batch->view = view == 0 ? mg_view_full : mg_view_partial;
  batch->view_size
      = sizeof (Cell) * (view == 0 ? mg_n_cells (level) : (size_t) VIEW_SIDE * VIEW_SIDE);
  batch->worlds = calloc (n + (size_t) 1, batch->key_size);
  batch->over = calloc (n + (size_t) 1, sizeof *batch->over);
  batch->steps = calloc (n + (size_t) 1, sizeof *batch->steps);
  if (batch->worlds == NULL || batch->over == NULL || batch->steps == NULL)
    {
      destroy (batch);
      return NULL;
    }
  /* Until its first reset a world is a closed one that has ended. */
  for (uint32_t i = 0; i < n; i++)
    {
      mg_lay_empty (level, world_of (batch, i), NULL);
      batch->steps[i] = level->max_steps;
      batch->over[i] = OVER_TRUNCATED;
    }
  return batch;
}

static void
observe (void *env, uint32_t i, void *observation)
{
  Batch *batch = env;

  batch->view (batch->level, world_of (batch, i), observation);
}

static void
reset (void *env, const uint64_t *seeds, const uint8_t *which, void *observations)
{
  Batch *batch = env;

  for (uint32_t i = 0; i < batch->n; i++)
    {
      Random random;

      if (which != NULL && !which[i])
        continue;
      mg_seed (&random, seeds[i]);
      batch->level->lay_out (batch->level, world_of (batch, i), &random);
      batch->steps[i] = 0;
      batch->over[i] = 0;
      observe (batch, i, (uint8_t *) observations + i * batch->view_size);
    }
}

/* One step of a world that does not wait; returns the reward. */
static float
step_one (Batch *batch, uint32_t i, int32_t action)
{
  const Level *level = batch->level;
  Outcome outcome = mg_act (level, world_of (batch, i), action);

  batch->steps[i]++;
  if (outcome != GOES_ON)
    batch->over[i] |= OVER_TERMINATED;
  if (batch->steps[i] >= level->max_steps)
    batch->over[i] |= OVER_TRUNCATED;
  return outcome == SUCCESS ? (float) (1 - 0.9 * ((double) batch->steps[i] / level->max_steps)) : 0;
}

static void
step (void *env, const int32_t *actions, void *observations, float *rewards, uint8_t *terminated,
      uint8_t *truncated)
{
  Batch *batch = env;
  uint8_t *out = observations;

  for (uint32_t i = 0; i < batch->n; i++, out += batch->view_size)
    {
      rewards[i] = batch->over[i] ? 0 : step_one (batch, i, actions[i]);
      terminated[i] = (batch->over[i] & OVER_TERMINATED) != 0;
      truncated[i] = (batch->over[i] & OVER_TRUNCATED) != 0;
      batch->view (batch->level, world_of (batch, i), out);
    }
}

static void
get_state (void *env, uint32_t i, void *state)
{
  Batch *batch = env;
  uint8_t *clock = (uint8_t *) state + batch->key_size;

  memcpy (state, world_of (batch, i), batch->key_size);
  clock[0] = (uint8_t) (batch->steps[i] & 255);
  clock[1] = (uint8_t) (batch->steps[i] >> 8);
}

static bool
set_state (void *env, uint32_t i, const void *state)
{
  Batch *batch = env;
  const uint8_t *clock = (const uint8_t *) state + batch->key_size;
  uint32_t steps = clock[0] + 256u * clock[1];

  if (steps > batch->level->max_steps || !mg_is_valid (batch->level, state))
    return false;
  memcpy (world_of (batch, i), state, batch->key_size);
  batch->steps[i] = (uint16_t) steps;
  batch->over[i] = (uint8_t) ((mg_is_over (batch->level, world_of (batch, i)) ? OVER_TERMINATED : 0)
                              | (steps == batch->level->max_steps ? OVER_TRUNCATED : 0));
  return true;
}

static void
draw (void *env, uint32_t i, uint32_t tile, uint8_t *rgb)
{
  Batch *batch = env;

  mg_draw (batch->level, world_of (batch, i), tile, rgb);
}

static size_t
text (void *env, uint32_t i, char *out, size_t size)
{
  Batch *batch = env;

  return mg_text (batch->level, world_of (batch, i), batch->steps[i], out, size);
}

#define VIEWS(width, height)                                                                       \
  {                                                                                                \
    (const AssayView[]){                                                                           \
      { "full", "Whole grid", ASSAY_U8, 3, { width, height, 3 }, 0, AGENT },                       \
      { "partial", "What the agent sees", ASSAY_U8, 3, { VIEW_SIDE, VIEW_SIDE, 3 }, 0, AGENT },    \
    },                                                                                             \
        2, sizeof (AssayView)                                                                      \
  }

#define ENVIRONMENT(name, width, height, max_steps_, target, mission, ...)                         \
  { .size = sizeof (AssayEnvironment),                                                             \
    .n_actions = N_ACTIONS,                                                                        \
    .id = "minigrid." name,                                                                        \
    .title = "MiniGrid " name,                                                                     \
    .help = mission,                                                                               \
    .actions = "left right forward pickup drop toggle done",                                       \
    .views = VIEWS (width, height),                                                                \
    .reward_min = 0,                                                                               \
    .reward_max = 1,                                                                               \
    .max_steps = max_steps_,                                                                       \
    .rows = height,                                                                                \
    .columns = width,                                                                              \
    .state_size = sizeof (World) + width * height * sizeof (Cell) + CLOCK_SIZE,                    \
    .key_size = sizeof (World) + width * height * sizeof (Cell),                                   \
    .create = create,                                                                              \
    .destroy = destroy,                                                                            \
    .reset = reset,                                                                                \
    .step = step,                                                                                  \
    .get_state = get_state,                                                                        \
    .set_state = set_state,                                                                        \
    .observe = observe,                                                                            \
    .draw = draw,                                                                                  \
    .text = text },

static const AssayEnvironment environments[] = { LEVELS (ENVIRONMENT) };

static const AssayPlugin plugin = {
  ASSAY_PLUGIN_HEADER, .id = "env-minigrid",    .title = "MiniGrid",
  .version = "0.1.0",  .license = "Apache-2.0", .environments = ASSAY_TABLE (environments),
};

const AssayPlugin *
assay_plugin_entry (void)
{
  return &plugin;
}
