/* SPDX-License-Identifier: Apache-2.0
 *
 * MultiRoom: a chain of rooms of random size, each entered by a door in the
 * wall it shares with the one before.
 */
#include "chain.h"
#include "minigrid.h"

enum
{
  MIN_ROOM = 4,
  EXITS_TRIED = 8,
  ATTEMPTS = 1000
};

/* A room of random size behind a door at (x, y) in its wall @entry; the door
 * is in no corner. */
static Area
room_behind (Random *random, int entry, int x, int y, int max_side)
{
  Area room = { x, y, 0, 0 };

  room.width = mg_between (random, MIN_ROOM, max_side + 1);
  room.height = mg_between (random, MIN_ROOM, max_side + 1);
  if (entry == RIGHT || entry == LEFT)
    room.y = mg_between (random, y - room.height + 2, y);
  else
    room.x = mg_between (random, x - room.width + 2, x);
  if (entry == RIGHT)
    room.x = x - room.width + 1;
  if (entry == DOWN)
    room.y = y - room.height + 1;
  return room;
}

/* The comparisons are the published ones: the last row stays free, and a room
 * keeps one column or row away from older rooms to its right or below it. */
static bool
fits (const Level *level, const ChainRoom *rooms, int n, Area at)
{
  if (at.x < 0 || at.y < 0 || at.x + at.width > level->width || at.y + at.height >= level->height)
    return false;
  for (int i = 0; i < n - 1; i++)
    {
      Area other = rooms[i].area;

      if (!(at.x + at.width < other.x || other.x + other.width <= at.x || at.y + at.height < other.y
            || other.y + other.height <= at.y))
        return false;
    }
  return true;
}

static bool
add_room (const Level *level, Random *random, ChainRoom *rooms, int n)
{
  const ChainRoom *last = &rooms[n - 1];
  Area from = last->area;

  for (int tried = 0; tried < EXITS_TRIED; tried++)
    {
      int wall = (last->entry + 1 + (int) mg_below (random, 3)) % N_DIRECTIONS;
      int x = wall == RIGHT  ? from.x + from.width - 1
              : wall == LEFT ? from.x
                             : from.x + mg_between (random, 1, from.width - 1);
      int y = wall == DOWN ? from.y + from.height - 1
              : wall == UP ? from.y
                           : from.y + mg_between (random, 1, from.height - 1);
      int entry = (wall + 2) % N_DIRECTIONS;
      ChainRoom room = { room_behind (random, entry, x, y, level->room), entry, x, y };

      if (fits (level, rooms, n, room.area))
        {
          rooms[n] = room;
          return true;
        }
    }
  return false;
}

bool
mg_chain_attempt (const Level *level, Random *random, ChainRoom *rooms)
{
  Area first = { mg_between (random, 0, level->width - 2), mg_between (random, 0, level->width - 2),
                 0, 0 };
  int n = 1;

  first.width = mg_between (random, MIN_ROOM, level->room + 1);
  first.height = mg_between (random, MIN_ROOM, level->room + 1);
  rooms[0] = (ChainRoom){ first, LEFT, first.x, first.y };
  if (!fits (level, rooms, 0, first))
    return false;
  while (n < level->n && add_room (level, random, rooms, n))
    n++;
  return n == level->n;
}

void
mg_chain_in_a_row (const Level *level, ChainRoom *rooms)
{
  for (int i = 0; i < level->n; i++)
    rooms[i]
        = (ChainRoom){ { i * (MIN_ROOM - 1), 0, MIN_ROOM, MIN_ROOM }, LEFT, i * (MIN_ROOM - 1), 1 };
}

void
mg_chain_build (const Level *level, World *world, Random *random, const ChainRoom *rooms)
{
  uint8_t color = (uint8_t) mg_below (random, N_COLORS);

  mg_clear (level, world);
  for (int i = 0; i < level->n; i++)
    {
      mg_frame (level, world, rooms[i].area, mg_wall_cell);
      if (i == 0)
        continue;
      *mg_cell (level, world, rooms[i].door_x, rooms[i].door_y) = mg_object (DOOR, color, CLOSED);
      /* Never the color of the door before. */
      color = (uint8_t) ((color + 1 + mg_below (random, N_COLORS - 1)) % N_COLORS);
    }
  mg_place_agent (level, world, random, rooms[0].area, false);
  mg_place (level, world, random, rooms[level->n - 1].area, mg_goal_cell, 1);
}

void
mg_lay_chain (const Level *level, World *world, Random *random)
{
  ChainRoom rooms[MAX_CHAIN];
  bool placed = false;

  for (int i = 0; i < ATTEMPTS && !placed; i++)
    placed = mg_chain_attempt (level, random, rooms);
  if (!placed)
    mg_chain_in_a_row (level, rooms);
  mg_chain_build (level, world, random, rooms);
}
