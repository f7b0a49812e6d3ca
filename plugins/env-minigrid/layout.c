/* SPDX-License-Identifier: Apache-2.0
 *
 * What level makers share: random numbers, walls, and placing by chance.
 * Where MiniGrid draws until something fits, the fitting ones are listed here
 * and one is drawn: the same distribution, and nothing to bound.
 */
#include "minigrid.h"
#include <assert.h>
#include <stdlib.h>

static uint64_t
mix (uint64_t z)
{
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

void
mg_seed (Random *random, uint64_t seed)
{
  random->state = mix (seed + 0x9e3779b97f4a7c15u);
}

uint32_t
mg_below (Random *random, uint32_t n)
{
  /* The bias of multiply-and-shift is at most n / 2^32, with n in the thousands. */
  return (uint32_t) ((mix (random->state += 0x9e3779b97f4a7c15u) >> 32) * n >> 32);
}

int
mg_between (Random *random, int from, int to)
{
  return from + (int) mg_below (random, (uint32_t) (to - from));
}

Cell
mg_object (uint8_t type, uint8_t color, uint8_t state)
{
  Cell cell = { type, color, state };

  return cell;
}

void
mg_clear (const Level *level, World *world)
{
  world->x = world->y = world->facing = 0;
  world->carried = mg_empty_cell;
  for (size_t i = 0; i < mg_n_cells (level); i++)
    world->cells[i] = mg_empty_cell;
}

void
mg_line (const Level *level, World *world, int x, int y, int dx, int dy, int n, Cell cell)
{
  for (int i = 0; i < n; i++)
    *mg_cell (level, world, x + i * dx, y + i * dy) = cell;
}

void
mg_frame (const Level *level, World *world, Area area, Cell cell)
{
  int right = area.x + area.width - 1, bottom = area.y + area.height - 1;

  mg_line (level, world, area.x, area.y, 1, 0, area.width, cell);
  mg_line (level, world, area.x, bottom, 1, 0, area.width, cell);
  mg_line (level, world, area.x, area.y, 0, 1, area.height, cell);
  mg_line (level, world, right, area.y, 0, 1, area.height, cell);
}

static bool
is_free (const Level *level, World *world, int x, int y)
{
  return mg_cell (level, world, x, y)->type == EMPTY;
}

void
mg_place (const Level *level, World *world, Random *random, Area area, Cell cell, int apart)
{
  Cell *fits[MAX_SIDE * MAX_SIDE];
  uint32_t n = 0;

  for (int x = area.x; x < area.x + area.width; x++)
    for (int y = area.y; y < area.y + area.height; y++)
      if (is_free (level, world, x, y) && abs (x - world->x) + abs (y - world->y) >= apart)
        fits[n++] = mg_cell (level, world, x, y);
  assert (n > 0);
  *fits[mg_below (random, n)] = cell;
}

void
mg_place_agent (const Level *level, World *world, Random *random, Area area, bool free_front)
{
  uint16_t fits[MAX_SIDE * MAX_SIDE * N_DIRECTIONS];
  uint32_t n = 0, chosen;

  for (int x = area.x; x < area.x + area.width; x++)
    for (int y = area.y; y < area.y + area.height; y++)
      for (int d = 0; d < N_DIRECTIONS && is_free (level, world, x, y); d++)
        {
          uint8_t ahead = mg_look (level, world, x + mg_dx[d], y + mg_dy[d]).type;

          if (!free_front || ahead == EMPTY || ahead == WALL)
            fits[n++] = (uint16_t) ((x * MAX_SIDE + y) * N_DIRECTIONS + d);
        }
  assert (n > 0);
  chosen = fits[mg_below (random, n)];
  world->facing = (uint8_t) (chosen % N_DIRECTIONS);
  world->x = (uint8_t) (chosen / N_DIRECTIONS / MAX_SIDE);
  world->y = (uint8_t) (chosen / N_DIRECTIONS % MAX_SIDE);
}
