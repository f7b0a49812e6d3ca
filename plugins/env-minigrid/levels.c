/* SPDX-License-Identifier: Apache-2.0
 *
 * Levels of one room, and four rooms.
 */
#include "minigrid.h"

static Area
whole (const Level *level)
{
  Area area = { 0, 0, level->width, level->height };

  return area;
}

/* A walled room, the agent in one corner, the goal in the opposite one. */
void
mg_lay_empty (const Level *level, World *world, Random *random)
{
  mg_clear (level, world);
  mg_frame (level, world, whole (level), mg_wall_cell);
  world->x = world->y = 1;
  *mg_cell (level, world, level->width - 2, level->height - 2) = mg_goal_cell;
}

void
mg_lay_door_key (const Level *level, World *world, Random *random)
{
  Area left = { 0, 0, 0, level->height };

  mg_lay_empty (level, world, random);
  left.width = mg_between (random, 2, level->width - 2);
  mg_line (level, world, left.width, 0, 0, 1, level->height, mg_wall_cell);
  mg_place_agent (level, world, random, left, false);
  *mg_cell (level, world, left.width, mg_between (random, 1, level->height - 2))
      = mg_object (DOOR, YELLOW, LOCKED);
  mg_place (level, world, random, left, mg_object (KEY, YELLOW, 0), 1);
}

void
mg_lay_lava_gap (const Level *level, World *world, Random *random)
{
  int x = mg_between (random, 2, level->width - 2);
  int y = mg_between (random, 1, level->height - 1);

  mg_lay_empty (level, world, random);
  mg_line (level, world, x, 1, 0, 1, level->height - 2, mg_object (LAVA, RED, 0));
  *mg_cell (level, world, x, y) = mg_empty_cell;
}

static void
shuffle (Random *random, uint8_t *items, uint32_t n)
{
  for (uint32_t i = n; i > 1; i--)
    {
      uint32_t j = mg_below (random, i);
      uint8_t kept = items[i - 1];

      items[i - 1] = items[j];
      items[j] = kept;
    }
}

enum
{
  ACROSS, /* along x */
  ALONG,  /* along y */
  MAX_RIVERS = MAX_SIDE
};

/* Draws level->n rivers on even lines; limits[k] then holds the borders of the
 * rooms between the rivers that run along axis k, and n[k] how many rivers. */
static void
draw_rivers (const Level *level, Random *random, uint8_t limits[2][MAX_RIVERS + 2], uint8_t n[2])
{
  uint8_t rivers[2 * MAX_RIVERS], chosen[2][MAX_SIDE] = { { 0 } };
  uint32_t n_rivers = 0;

  for (uint8_t axis = ACROSS; axis <= ALONG; axis++)
    for (uint8_t at = 2; at < level->width - 2; at = (uint8_t) (at + 2))
      rivers[n_rivers++] = (uint8_t) (axis * MAX_SIDE + at);
  shuffle (random, rivers, n_rivers);
  for (uint32_t i = 0; i < level->n; i++)
    chosen[rivers[i] / MAX_SIDE][rivers[i] % MAX_SIDE] = 1;
  for (uint8_t axis = ACROSS; axis <= ALONG; axis++)
    {
      n[axis] = 0;
      limits[axis][0] = 0;
      for (uint8_t at = 2; at < level->width - 2; at++)
        if (chosen[axis][at])
          limits[axis][++n[axis]] = at;
      limits[axis][n[axis] + 1] = (uint8_t) (level->width - 1);
    }
}

/* A path from the first to the last room crosses every river once, in random
 * order; each crossing is an opening at a random place of that room's border. */
static void
open_path (const Level *level, World *world, Random *random, uint8_t limits[2][MAX_RIVERS + 2],
           const uint8_t n[2])
{
  uint8_t path[2 * MAX_RIVERS], room[2] = { 0, 0 }; /* room[axis]: rivers of it crossed */

  for (uint8_t i = 0; i < level->n; i++)
    path[i] = i < n[ACROSS] ? ACROSS : ALONG;
  shuffle (random, path, level->n);
  for (uint8_t i = 0; i < level->n; i++)
    {
      uint8_t axis = path[i], other = !axis;
      int line = limits[axis][++room[axis]];
      int at = mg_between (random, limits[other][room[other]] + 1, limits[other][room[other] + 1]);

      *(axis == ACROSS ? mg_cell (level, world, at, line) : mg_cell (level, world, line, at))
          = mg_empty_cell;
    }
}

void
mg_lay_crossing (const Level *level, World *world, Random *random)
{
  Cell obstacle = level->obstacle == LAVA ? mg_object (LAVA, RED, 0) : mg_wall_cell;
  uint8_t limits[2][MAX_RIVERS + 2], n[2];

  mg_lay_empty (level, world, random);
  draw_rivers (level, random, limits, n);
  for (int i = 1; i <= n[ACROSS]; i++)
    mg_line (level, world, 1, limits[ACROSS][i], 1, 0, level->width - 2, obstacle);
  for (int i = 1; i <= n[ALONG]; i++)
    mg_line (level, world, limits[ALONG][i], 1, 0, 1, level->height - 2, obstacle);
  open_path (level, world, random, limits, n);
}

void
mg_lay_four_rooms (const Level *level, World *world, Random *random)
{
  int half = level->width / 2;

  mg_clear (level, world);
  mg_frame (level, world, whole (level), mg_wall_cell);
  mg_line (level, world, half, 0, 0, 1, level->height, mg_wall_cell);
  mg_line (level, world, 0, half, 1, 0, level->width, mg_wall_cell);
  for (int i = 0; i < 2; i++)
    {
      *mg_cell (level, world, half, mg_between (random, i * half + 1, i * half + half))
          = mg_empty_cell;
      *mg_cell (level, world, mg_between (random, i * half + 1, i * half + half), half)
          = mg_empty_cell;
    }
  mg_place_agent (level, world, random, whole (level), false);
  mg_place (level, world, random, whole (level), mg_goal_cell, 1);
}
