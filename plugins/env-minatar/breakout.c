/* SPDX-License-Identifier: Apache-2.0
 *
 * Breakout: keep the ball in play, break the bricks.
 */
#include "worlds.h"
#include <stdio.h>
#include <string.h>

enum
{
  PADDLE,
  BALL,
  TRAIL,
  BRICK,
  N_CHANNELS
};

enum
{
  BOTTOM = SIDE - 1 /* the paddle's row */
};

static void
build_wall (Breakout *w)
{
  memset (w->bricks, 1, sizeof w->bricks);
}

static uint32_t
count_bricks (const Breakout *w)
{
  uint32_t n = 0;

  for (int i = 0; i < BRICK_ROWS; i++)
    for (int x = 0; x < SIDE; x++)
      n += w->bricks[i][x];
  return n;
}

static void
reset (void *world, Random *random)
{
  Breakout *w = world;
  bool left = ma_below (random, 2) == 0;
  uint8_t x = left ? 0 : SIDE - 1;

  *w = (Breakout){ .head = w->head,
                   .paddle = 4,
                   .x = x,
                   .y = 3,
                   .last_x = x,
                   .last_y = 3,
                   .dx = left ? 1 : -1,
                   .dy = 1 };
  build_wall (w);
}

/* The brick of this cell; NULL in rows that have none. */
static uint8_t *
brick_at (Breakout *w, int x, int y)
{
  int row = y - FIRST_BRICK_ROW;

  return (unsigned) row < BRICK_ROWS ? &w->bricks[row][x] : NULL;
}

/* The ball comes to the paddle's row; returns the row in which it ends. */
static int
meet_paddle (Breakout *w, int target_x)
{
  if (count_bricks (w) == 0)
    build_wall (w);
  if (w->x != w->paddle && target_x != w->paddle)
    {
      w->head.over = 1;
      return BOTTOM;
    }
  if (w->x != w->paddle)
    w->dx = (int8_t) -w->dx;
  w->dy = (int8_t) -w->dy;
  return w->y;
}

static float
step (void *world, int action, Random *random, bool ramping)
{
  Breakout *w = world;
  int x, y;
  bool contact;
  uint8_t *brick;
  float reward = 0;

  w->paddle = (uint8_t) ma_clamp (w->paddle + (action == RIGHT) - (action == LEFT), 0, SIDE - 1);
  if ((unsigned) (w->x + w->dx) < SIDE)
    x = w->x + w->dx;
  else
    {
      x = w->x;
      w->dx = (int8_t) -w->dx;
    }
  y = w->y + w->dy;
  brick = brick_at (w, x, y);
  contact = brick != NULL && *brick;
  if (y < 0)
    {
      y = 0;
      w->dy = 1;
    }
  else if (contact && !w->contact)
    {
      *brick = 0;
      reward = 1;
      y = w->y;
      w->dy = (int8_t) -w->dy;
    }
  else if (y == BOTTOM)
    y = meet_paddle (w, x);
  w->contact = contact;
  w->last_x = w->x;
  w->last_y = w->y;
  w->x = (uint8_t) x;
  w->y = (uint8_t) y;
  return reward;
}

static void
observe (const void *world, uint8_t *out)
{
  const Breakout *w = world;

  ma_cell (out, N_CHANNELS, w->paddle, BOTTOM)[PADDLE] = 1;
  ma_cell (out, N_CHANNELS, w->x, w->y)[BALL] = 1;
  ma_cell (out, N_CHANNELS, w->last_x, w->last_y)[TRAIL] = 1;
  for (int i = 0; i < BRICK_ROWS; i++)
    for (int x = 0; x < SIDE; x++)
      ma_cell (out, N_CHANNELS, x, FIRST_BRICK_ROW + i)[BRICK] = w->bricks[i][x];
}

static bool
is_valid (const void *world)
{
  const Breakout *w = world;

  for (int i = 0; i < BRICK_ROWS; i++)
    for (int x = 0; x < SIDE; x++)
      if (w->bricks[i][x] > 1)
        return false;
  return ma_is_head (&w->head) && w->paddle < SIDE && w->x < SIDE && w->last_x < SIDE
         && w->last_y < SIDE && w->y <= BOTTOM && (w->head.over || w->y < BOTTOM)
         && ma_is_direction (w->dx) && ma_is_direction (w->dy) && w->contact <= 1;
}

static int
describe (const void *world, char *out, size_t size)
{
  const Breakout *w = world;

  return snprintf (out, size, "ball goes %s %s%s", w->dy < 0 ? "up" : "down",
                   w->dx < 0 ? "left" : "right", w->contact ? ", met a brick" : "");
}

static const Channel channels[N_CHANNELS] = {
  [PADDLE] = { "paddle", { 86, 180, 233 }, BLOCK, '=' },
  [BALL] = { "ball", { 255, 255, 255 }, DISC, 'o' },
  [TRAIL] = { "trail", { 130, 130, 130 }, DOT, '.' },
  [BRICK] = { "brick", { 213, 94, 0 }, BLOCK, '#' },
};

const Game ma_breakout = { .name = "breakout",
                           .n_channels = N_CHANNELS,
                           .channels = channels,
                           .size = sizeof (Breakout),
                           .reset = reset,
                           .step = step,
                           .observe = observe,
                           .is_valid = is_valid,
                           .describe = describe };
