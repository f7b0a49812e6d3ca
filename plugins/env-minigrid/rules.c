/* SPDX-License-Identifier: Apache-2.0
 *
 * What an action does.  Source of every rule: MiniGrid's published behaviour,
 * see README.md.
 */
#include "minigrid.h"

const int8_t mg_dx[N_DIRECTIONS] = { 1, 0, -1, 0 }, mg_dy[N_DIRECTIONS] = { 0, 1, 0, -1 };
const Cell mg_empty_cell = { EMPTY, 0, 0 };
const Cell mg_wall_cell = { WALL, GREY, 0 };
const Cell mg_goal_cell = { GOAL, GREEN, 0 };

static bool
can_be_entered (Cell cell)
{
  return cell.type == EMPTY || cell.type == GOAL || cell.type == LAVA
         || (cell.type == DOOR && cell.state == OPEN);
}

static bool
can_be_carried (Cell cell)
{
  return cell.type == KEY || cell.type == BALL || cell.type == BOX;
}

static Outcome
forward (const Level *level, World *world, Cell *front)
{
  if (!can_be_entered (*front))
    return GOES_ON;
  world->x = (uint8_t) (world->x + mg_dx[world->facing]);
  world->y = (uint8_t) (world->y + mg_dy[world->facing]);
  return front->type == GOAL ? SUCCESS : front->type == LAVA ? FAILURE : GOES_ON;
}

static Outcome
pickup (const Level *level, World *world, Cell *front)
{
  if (!can_be_carried (*front) || world->carried.type != EMPTY)
    return GOES_ON;
  world->carried = *front;
  *front = mg_empty_cell;
  return world->carried.type == level->target ? SUCCESS : GOES_ON;
}

static Outcome
drop (const Level *level, World *world, Cell *front)
{
  if (front->type != EMPTY || world->carried.type == EMPTY)
    return GOES_ON;
  *front = world->carried;
  world->carried = mg_empty_cell;
  return GOES_ON;
}

/* A locked door needs the key of its color; a box is replaced by its content, nothing. */
static Outcome
toggle (const Level *level, World *world, Cell *front)
{
  if (front->type == BOX)
    *front = mg_empty_cell;
  if (front->type != DOOR)
    return GOES_ON;
  if (front->state == LOCKED
      && (world->carried.type != KEY || world->carried.color != front->color))
    return GOES_ON;
  front->state = front->state == OPEN ? CLOSED : OPEN;
  return front->state == OPEN && level->target == DOOR ? SUCCESS : GOES_ON;
}

Outcome
mg_act (const Level *level, World *world, int32_t action)
{
  static Outcome (*const acts[]) (const Level *, World *, Cell *)
      = { forward, pickup, drop, toggle };
  int x = world->x + mg_dx[world->facing], y = world->y + mg_dy[world->facing];

  if (action == 0 || action == 1)
    world->facing = (uint8_t) ((world->facing + (action == 0 ? 3 : 1)) % N_DIRECTIONS);
  if (action < 2 || action > 5 || mg_look (level, world, x, y).type == WALL)
    return GOES_ON;
  return acts[action - 2](level, world, mg_cell (level, world, x, y));
}

bool
mg_is_over (const Level *level, const World *world)
{
  uint8_t under = mg_look (level, world, world->x, world->y).type;

  if (under == GOAL || under == LAVA || world->carried.type == level->target)
    return true;
  for (size_t i = 0; level->target == DOOR && i < mg_n_cells (level); i++)
    if (world->cells[i].type == DOOR && world->cells[i].state == OPEN)
      return true;
  return false;
}

static bool
is_valid_cell (Cell cell)
{
  /* -1: any color.  All but doors have state 0. */
  static const int8_t colors[N_TYPES]
      = { [EMPTY] = 0, [WALL] = GREY, [DOOR] = -1,    [KEY] = -1,
          [BALL] = -1, [BOX] = -1,    [GOAL] = GREEN, [LAVA] = RED };

  if (cell.type == UNSEEN || cell.type == FLOOR || cell.type >= AGENT)
    return false;
  if (colors[cell.type] < 0 ? cell.color >= N_COLORS : cell.color != colors[cell.type])
    return false;
  return cell.type == DOOR ? cell.state < N_DOOR_STATES : cell.state == 0;
}

bool
mg_is_valid (const Level *level, const World *world)
{
  if (world->facing >= N_DIRECTIONS || !is_valid_cell (world->carried)
      || !(world->carried.type == EMPTY || can_be_carried (world->carried)))
    return false;
  for (size_t i = 0; i < mg_n_cells (level); i++)
    if (!is_valid_cell (world->cells[i]))
      return false;
  return can_be_entered (mg_look (level, world, world->x, world->y));
}
