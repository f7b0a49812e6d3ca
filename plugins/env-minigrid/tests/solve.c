/* SPDX-License-Identifier: Apache-2.0 */
#include "solve.h"
#include <string.h>

enum
{
  MAX_POSES = MAX_SIDE * MAX_SIDE * 4
};

typedef struct Search
{
  int width, height, n;
  Cell cells[MAX_SIDE][MAX_SIDE];
  int order[MAX_POSES], parent[MAX_POSES]; /* poses as found; -1: not found */
  char moves[MAX_POSES];
} Search;

static int
pose_of (int x, int y, int facing)
{
  return (x * MAX_SIDE + y) * 4 + facing;
}

static void
ahead_of (int pose, int *x, int *y)
{
  *x = pose / 4 / MAX_SIDE + ((const int[]){ 1, 0, -1, 0 })[pose % 4];
  *y = pose / 4 % MAX_SIDE + ((const int[]){ 0, 1, 0, -1 })[pose % 4];
}

static bool
is_passable (Cell cell)
{
  return cell.type == EMPTY || cell.type == GOAL || (cell.type == DOOR && cell.state != LOCKED);
}

static void
find (Search *s, int pose, int parent, char move)
{
  if (s->parent[pose] >= 0)
    return;
  s->parent[pose] = parent;
  s->moves[pose] = move;
  s->order[s->n++] = pose;
}

/* All poses that can be reached, nearest first; closed doors are opened on the way. */
static void
search (Search *s, int start)
{
  s->n = 0;
  memset (s->parent, 0xff, sizeof s->parent);
  find (s, start, start, '.');
  for (int i = 0; i < s->n; i++)
    {
      int pose = s->order[i], x, y;

      find (s, pose / 4 * 4 + (pose + 3) % 4, pose, 'l');
      find (s, pose / 4 * 4 + (pose + 1) % 4, pose, 'r');
      ahead_of (pose, &x, &y);
      if (x >= 0 && y >= 0 && x < s->width && y < s->height && is_passable (s->cells[x][y]))
        find (s, pose_of (x, y, pose % 4), pose, 'f');
    }
}

static void
walk (Scene *scene, const Search *s, int pose)
{
  g_autoptr (GString) moves = g_string_new (NULL);

  for (int at = pose; s->parent[at] != at; at = s->parent[at])
    {
      int x, y;

      g_string_prepend_c (moves, s->moves[at]);
      ahead_of (s->parent[at], &x, &y);
      if (s->moves[at] == 'f' && s->cells[x][y].type == DOOR && s->cells[x][y].state == CLOSED)
        g_string_prepend_c (moves, 't');
    }
  play (scene, moves->str);
}

/* Reads the scene and searches from where the agent stands. */
static void
look_around (Scene *scene, Search *s)
{
  g_autofree uint8_t *state = state_of (scene);
  const World *world = (const World *) state;

  s->width = (int) scene->is->columns;
  s->height = (int) scene->is->rows;
  for (int x = 0; x < s->width; x++)
    for (int y = 0; y < s->height; y++)
      s->cells[x][y] = cell_in_state (scene, state, x, y);
  search (s, pose_of (world->x, world->y, world->facing));
}

/* The nearest pose that faces a cell of this type and, for a door, state; -1: none. */
static int
facing (const Search *s, uint8_t type, uint8_t door_state)
{
  for (int i = 0; i < s->n; i++)
    {
      int x, y;

      ahead_of (s->order[i], &x, &y);
      if (x >= 0 && y >= 0 && x < s->width && y < s->height && s->cells[x][y].type == type
          && s->cells[x][y].state == door_state)
        return s->order[i];
    }
  return -1;
}

static bool
go_and (Scene *scene, uint8_t type, uint8_t door_state, const char *act)
{
  Search s;
  int pose;

  look_around (scene, &s);
  pose = facing (&s, type, door_state);
  if (pose < 0)
    return false;
  walk (scene, &s, pose);
  play (scene, act);
  return true;
}

/* Puts the carried thing where the way to the target stays free. */
static bool
put_away (Scene *scene, uint8_t target)
{
  Search now, then;

  look_around (scene, &now);
  for (int i = 0; i < now.n; i++)
    {
      int x, y;

      ahead_of (now.order[i], &x, &y);
      if (now.cells[x][y].type != EMPTY)
        continue;
      then = now;
      then.cells[x][y] = THING (KEY, RED);
      search (&then, now.order[i]);
      if (facing (&then, target, 0) < 0)
        continue;
      walk (scene, &now, now.order[i]);
      play (scene, "d");
      return true;
    }
  return false;
}

static bool
has (Scene *scene, uint8_t type)
{
  g_autofree uint8_t *state = state_of (scene);
  const World *world = (const World *) state;

  for (uint32_t i = 0; i < scene->is->rows * scene->is->columns; i++)
    if (world->cells[i].type == type)
      return true;
  return false;
}

bool
solve (Scene *scene)
{
  uint8_t target = has (scene, GOAL) ? GOAL : has (scene, BALL) ? BALL : has (scene, BOX) ? BOX : 0;

  if (has (scene, KEY) && !(go_and (scene, KEY, 0, "p") && go_and (scene, DOOR, LOCKED, "t")))
    return false;
  if (target == GOAL)
    return go_and (scene, GOAL, 0, "f") && scene->reward > 0;
  if (target != 0)
    return put_away (scene, target) && go_and (scene, target, 0, "p") && scene->reward > 0;
  return scene->reward > 0;
}
