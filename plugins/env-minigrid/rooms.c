/* SPDX-License-Identifier: Apache-2.0
 *
 * Levels on a grid of equal rooms that share their walls: Unlock, UnlockPickup
 * and the key corridors.
 */
#include "minigrid.h"

enum
{
  MAX_ROOMS = 9,
  MAX_PASSAGES = 12
};

/** The place of a door between room a and the room b on its right or below it. */
typedef struct Passage
{
  uint8_t a, b, x, y;
  bool open; /* has a door, or no wall */
} Passage;

typedef struct Rooms
{
  const Level *level;
  World *world;
  Random *random;
  int pitch, columns, rows; /* pitch: from wall to wall */
  uint32_t n;
  Passage passages[MAX_PASSAGES];
} Rooms;

static Area
area_of (const Rooms *rooms, int room)
{
  Area area = { room % rooms->columns * rooms->pitch, room / rooms->columns * rooms->pitch,
                rooms->pitch + 1, rooms->pitch + 1 };

  return area;
}

static void
add_passage (Rooms *rooms, int a, int b, int x, int y)
{
  rooms->passages[rooms->n++] = (Passage){ (uint8_t) a, (uint8_t) b, (uint8_t) x, (uint8_t) y, 0 };
}

static Rooms
lay_rooms (const Level *level, World *world, Random *random)
{
  int pitch = level->room - 1;
  Rooms rooms
      = { level, world,    random, pitch, (level->width - 1) / pitch, (level->height - 1) / pitch,
          0,     { { 0 } } };

  mg_clear (level, world);
  for (int room = 0; room < rooms.columns * rooms.rows; room++)
    {
      Area at = area_of (&rooms, room);

      mg_frame (level, world, at, mg_wall_cell);
      if (room % rooms.columns < rooms.columns - 1)
        add_passage (&rooms, room, room + 1, at.x + pitch,
                     mg_between (random, at.y + 1, at.y + pitch));
      if (room / rooms.columns < rooms.rows - 1)
        add_passage (&rooms, room, room + rooms.columns,
                     mg_between (random, at.x + 1, at.x + pitch), at.y + pitch);
    }
  /* Until it is placed the agent stands in the middle: published levels keep
   * objects off this place too. */
  world->x = (uint8_t) (rooms.columns / 2 * pitch + level->room / 2);
  world->y = (uint8_t) (rooms.rows / 2 * pitch + level->room / 2);
  return rooms;
}

static Passage *
passage_between (Rooms *rooms, int a, int b)
{
  for (uint32_t i = 0; i < rooms->n; i++)
    if (rooms->passages[i].a == a && rooms->passages[i].b == b)
      return &rooms->passages[i];
  return NULL;
}

static void
put_door (Rooms *rooms, Passage *passage, uint8_t color, uint8_t state)
{
  *mg_cell (rooms->level, rooms->world, passage->x, passage->y) = mg_object (DOOR, color, state);
  passage->open = true;
}

static uint8_t
random_color (Rooms *rooms)
{
  return (uint8_t) mg_below (rooms->random, N_COLORS);
}

static void
place_in (Rooms *rooms, int room, Cell cell)
{
  mg_place (rooms->level, rooms->world, rooms->random, area_of (rooms, room), cell, 2);
}

static void
place_agent_in (Rooms *rooms, int room)
{
  mg_place_agent (rooms->level, rooms->world, rooms->random, area_of (rooms, room), true);
}

void
mg_lay_unlock (const Level *level, World *world, Random *random)
{
  Rooms rooms = lay_rooms (level, world, random);
  uint8_t color;

  if (level->target == BOX)
    place_in (&rooms, 1, mg_object (BOX, random_color (&rooms), 0));
  color = random_color (&rooms);
  put_door (&rooms, passage_between (&rooms, 0, 1), color, LOCKED);
  place_in (&rooms, 0, mg_object (KEY, color, 0));
  place_agent_in (&rooms, 0);
}

/* The rooms that are reached from @start, doors counted as open, as bits. */
static uint32_t
reached_from (const Rooms *rooms, int start)
{
  uint32_t reached = 1u << start, before = 0;

  while (reached != before)
    {
      before = reached;
      for (uint32_t i = 0; i < rooms->n; i++)
        {
          uint32_t both = 1u << rooms->passages[i].a | 1u << rooms->passages[i].b;

          if (rooms->passages[i].open && (reached & both))
            reached |= both;
        }
    }
  return reached;
}

/* Adds closed doors at random passages, but none into @locked, until every room is reached. */
static void
connect_all (Rooms *rooms, int start, int locked)
{
  uint32_t all = (1u << rooms->columns * rooms->rows) - 1;

  while (reached_from (rooms, start) != all)
    {
      Passage *choice[MAX_PASSAGES], *passage;
      uint32_t n = 0;

      for (uint32_t i = 0; i < rooms->n; i++)
        {
          passage = &rooms->passages[i];
          if (!passage->open && passage->a != locked && passage->b != locked)
            choice[n++] = passage;
        }
      passage = choice[mg_below (rooms->random, n)];
      put_door (rooms, passage, random_color (rooms), CLOSED);
    }
}

/* Three columns of rooms: the middle one is a corridor; a ball behind a locked
 * door on the right, the key somewhere on the left. */
void
mg_lay_key_corridor (const Level *level, World *world, Random *random)
{
  Rooms rooms = lay_rooms (level, world, random);
  int locked = 3 * (int) mg_below (random, (uint32_t) rooms.rows) + 2;
  int start = 3 * (rooms.rows / 2) + 1;
  uint8_t color = random_color (&rooms);

  for (int row = 1; row < rooms.rows; row++)
    {
      mg_line (level, world, rooms.pitch + 1, row * rooms.pitch, 1, 0, rooms.pitch - 1,
               mg_empty_cell);
      passage_between (&rooms, 3 * row - 2, 3 * row + 1)->open = true;
    }
  put_door (&rooms, passage_between (&rooms, locked - 1, locked), color, LOCKED);
  place_in (&rooms, locked, mg_object (BALL, random_color (&rooms), 0));
  place_in (&rooms, 3 * (int) mg_below (random, (uint32_t) rooms.rows), mg_object (KEY, color, 0));
  place_agent_in (&rooms, start);
  connect_all (&rooms, start, locked);
}
