/* SPDX-License-Identifier: Apache-2.0
 *
 * Asterix: gather gold, avoid enemies; both cross the rows from the sides.
 */
#include "worlds.h"
#include <stdio.h>

enum
{
  PLAYER,
  ENEMY_CHANNEL,
  TRAIL,
  GOLD_CHANNEL,
  N_CHANNELS
};

enum
{
  SPAWN_INTERVAL = 10,
  MOVE_INTERVAL = 5,
  RAMP_INTERVAL = 100,
  MAX_RAMPS = 9 /* both intervals are then 1 */
};

static uint8_t
spawn_interval (const Asterix *w)
{
  return (uint8_t) (SPAWN_INTERVAL - w->ramps);
}

/* Every other ramp quickens the moves. */
static uint8_t
move_interval (const Asterix *w)
{
  return (uint8_t) (MOVE_INTERVAL - w->ramps / 2);
}

static void
reset (void *world, Random *random)
{
  Asterix *w = world;

  *w = (Asterix){ .head = w->head,
                  .x = 5,
                  .y = 5,
                  .spawn_countdown = SPAWN_INTERVAL,
                  .move_countdown = MOVE_INTERVAL,
                  .ramp_countdown = RAMP_INTERVAL };
}

/* Draws even if there is no room. */
static void
spawn (Asterix *w, Random *random)
{
  bool right = ma_uniform (random) < 0.5, gold = ma_uniform (random) < 1.0 / 3;
  uint32_t empty[ASTERIX_ROWS], n = 0;

  for (uint32_t i = 0; i < ASTERIX_ROWS; i++)
    if (w->rows[i].is == NOBODY)
      empty[n++] = i;
  if (n > 0)
    w->rows[empty[ma_below (random, n)]]
        = (Entity){ gold ? GOLD : ENEMY, right ? 0 : SIDE - 1, right ? 1 : -1 };
}

/* The reward of what is on the player's cell in row slot @i. */
static float
touch (Asterix *w, int i)
{
  Entity *e = &w->rows[i];

  if (e->is == NOBODY || e->x != w->x || i != w->y - 1)
    return 0;
  if (e->is == GOLD)
    {
      *e = (Entity){ NOBODY };
      return 1;
    }
  w->head.over = 1;
  return 0;
}

static float
move_entities (Asterix *w)
{
  float reward = 0;

  for (int i = 0; i < ASTERIX_ROWS; i++)
    {
      Entity *e = &w->rows[i];

      if (e->is == NOBODY)
        continue;
      if ((unsigned) (e->x + e->dx) >= SIDE)
        {
          *e = (Entity){ NOBODY };
          continue;
        }
      e->x = (uint8_t) (e->x + e->dx);
      reward += touch (w, i);
    }
  return reward;
}

static void
ramp (Asterix *w)
{
  if (w->ramps == MAX_RAMPS)
    return;
  if (w->ramp_countdown-- < 0)
    {
      w->ramps++;
      w->ramp_countdown = RAMP_INTERVAL;
    }
}

static float
step (void *world, int action, Random *random, bool ramping)
{
  Asterix *w = world;
  float reward;

  if (w->spawn_countdown == 0)
    {
      spawn (w, random);
      w->spawn_countdown = spawn_interval (w);
    }
  w->x = (uint8_t) ma_clamp (w->x + (action == RIGHT) - (action == LEFT), 0, SIDE - 1);
  w->y = (uint8_t) ma_clamp (w->y + (action == DOWN) - (action == UP), 1, ASTERIX_ROWS);
  reward = touch (w, w->y - 1);
  if (w->move_countdown == 0)
    {
      w->move_countdown = move_interval (w);
      reward += move_entities (w);
    }
  w->spawn_countdown--;
  w->move_countdown--;
  if (ramping)
    ramp (w);
  return reward;
}

static void
observe (const void *world, uint8_t *out)
{
  const Asterix *w = world;

  ma_cell (out, N_CHANNELS, w->x, w->y)[PLAYER] = 1;
  for (int i = 0; i < ASTERIX_ROWS; i++)
    {
      const Entity *e = &w->rows[i];

      if (e->is == NOBODY)
        continue;
      ma_cell (out, N_CHANNELS, e->x, i + 1)[e->is == GOLD ? GOLD_CHANNEL : ENEMY_CHANNEL] = 1;
      if ((unsigned) (e->x - e->dx) < SIDE)
        ma_cell (out, N_CHANNELS, e->x - e->dx, i + 1)[TRAIL] = 1;
    }
}

static bool
is_valid (const void *world)
{
  const Asterix *w = world;

  for (int i = 0; i < ASTERIX_ROWS; i++)
    {
      const Entity *e = &w->rows[i];

      if (e->is == NOBODY ? e->x != 0 || e->dx != 0
                          : e->is > GOLD || e->x >= SIDE || !ma_is_direction (e->dx))
        return false;
    }
  return ma_is_head (&w->head) && w->x < SIDE && w->y >= 1 && w->y <= ASTERIX_ROWS
         && w->spawn_countdown <= SPAWN_INTERVAL && w->move_countdown <= MOVE_INTERVAL
         && w->ramp_countdown >= -1 && w->ramp_countdown <= RAMP_INTERVAL && w->ramps <= MAX_RAMPS;
}

static int
describe (const void *world, char *out, size_t size)
{
  const Asterix *w = world;

  return snprintf (out, size, "spawn in %u of %u, move in %u of %u, harder in %d, level %u",
                   w->spawn_countdown, spawn_interval (w), w->move_countdown, move_interval (w),
                   w->ramp_countdown, w->ramps);
}

static const Channel channels[N_CHANNELS] = {
  [PLAYER] = { "player", { 86, 180, 233 }, DISC, 'P' },
  [ENEMY_CHANNEL] = { "enemy", { 213, 70, 50 }, BLOCK, 'E' },
  [TRAIL] = { "trail", { 120, 120, 120 }, DOT, '.' },
  [GOLD_CHANNEL] = { "gold", { 240, 200, 60 }, DIAMOND, 'G' },
};

const Game ma_asterix = { .name = "asterix",
                          .n_channels = N_CHANNELS,
                          .channels = channels,
                          .size = sizeof (Asterix),
                          .reset = reset,
                          .step = step,
                          .observe = observe,
                          .is_valid = is_valid,
                          .describe = describe };
