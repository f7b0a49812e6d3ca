/* SPDX-License-Identifier: Apache-2.0
 *
 * The parts of env-minigrid and what they share.  A world is a few bytes that
 * are at once its state, its key and, in place, its full observation.
 */
#ifndef MINIGRID_H
#define MINIGRID_H

#include <assay/plugin.h>

/* The encodings of the published observation. */
enum
{
  UNSEEN,
  EMPTY,
  WALL,
  FLOOR,
  DOOR,
  KEY,
  BALL,
  BOX,
  GOAL,
  LAVA,
  AGENT,
  N_TYPES
};

enum
{
  RED,
  GREEN,
  BLUE,
  PURPLE,
  YELLOW,
  GREY,
  N_COLORS
};

enum
{
  OPEN,
  CLOSED,
  LOCKED,
  N_DOOR_STATES
};

enum
{
  RIGHT,
  DOWN,
  LEFT,
  UP,
  N_DIRECTIONS
};

enum
{
  N_ACTIONS = 7,
  MAX_SIDE = 25,
  VIEW_SIDE = 7
};

/** One cell as it is observed: type, color, and the state of a door. */
typedef struct Cell
{
  uint8_t type, color, state;
} Cell;

/** Everything that decides transitions; bytes only, so it has no padding.
 *  cells[x * height + y], the order of the published array, agent not shown. */
typedef struct World
{
  uint8_t x, y, facing;
  Cell carried; /* EMPTY: nothing */
  Cell cells[];
} World;

/** SplitMix64 (Steele, Lea and Flood 2014).  The plugin has a generator of its
 *  own so that it needs nothing but libc. */
typedef struct Random
{
  uint64_t state;
} Random;

/** One level: its size, its rules and how it is laid out. */
typedef struct Level
{
  const char *id;
  uint8_t width, height;
  uint16_t max_steps;
  uint8_t target;      /* the type whose opening (DOOR) or picking up (BOX, BALL) is the mission;
                          GOAL: reaching it is */
  uint8_t see_through; /* the partial view is not occluded */
  void (*lay_out) (const struct Level *level, World *world, Random *random);
  uint8_t obstacle; /* crossings: LAVA or WALL */
  uint8_t n;        /* crossings: rivers; chains: rooms; key corridors: rows of rooms */
  uint8_t room;     /* side of a room with its walls, at most */
} Level;

/** A rectangle of cells. */
typedef struct Area
{
  int x, y, width, height;
} Area;

extern const int8_t mg_dx[N_DIRECTIONS], mg_dy[N_DIRECTIONS];
extern const Cell mg_empty_cell, mg_wall_cell, mg_goal_cell;

static inline Cell *
mg_cell (const Level *level, World *world, int x, int y)
{
  return &world->cells[x * level->height + y];
}

/** The cell, or a wall outside the grid. */
static inline Cell
mg_look (const Level *level, const World *world, int x, int y)
{
  if ((unsigned) x >= level->width || (unsigned) y >= level->height)
    return mg_wall_cell;
  return world->cells[x * level->height + y];
}

static inline size_t
mg_n_cells (const Level *level)
{
  return (size_t) level->width * level->height;
}

/* rules.c */

typedef enum Outcome
{
  GOES_ON,
  FAILURE,
  SUCCESS
} Outcome;

/** Does @action; the clock is the caller's.  Any other number does nothing. */
Outcome mg_act (const Level *level, World *world, int32_t action);
/** Whether the mission has ended, seen from the world alone. */
bool mg_is_over (const Level *level, const World *world);
bool mg_is_valid (const Level *level, const World *world);

/* views.c */

void mg_view_full (const Level *level, const World *world, uint8_t *out);
void mg_view_partial (const Level *level, const World *world, uint8_t *out);
/** Which cells of the agent's view it sees: bit x of seen[y].  It stands at (3, 6)
 *  and looks to y = 0. */
void mg_visible (const Level *level, const World *world, uint8_t seen[VIEW_SIDE]);
/** The world's coordinates of a cell of the agent's view. */
void mg_from_view (const World *world, int view_x, int view_y, int *x, int *y);

/* layout.c */

void mg_seed (Random *random, uint64_t seed);
/** Uniform in 0..n-1; n > 0. */
uint32_t mg_below (Random *random, uint32_t n);
/** Uniform in from..to-1. */
int mg_between (Random *random, int from, int to);
Cell mg_object (uint8_t type, uint8_t color, uint8_t state);
void mg_clear (const Level *level, World *world);
void mg_line (const Level *level, World *world, int x, int y, int dx, int dy, int n, Cell cell);
void mg_frame (const Level *level, World *world, Area area, Cell cell);
/** Puts @cell on a free cell of @area, each as likely, @apart or more steps from the agent. */
void mg_place (const Level *level, World *world, Random *random, Area area, Cell cell, int apart);
/** Puts the agent on a free cell of @area with a direction, each pair as likely;
 *  @free_front: it does not face an object. */
void mg_place_agent (const Level *level, World *world, Random *random, Area area, bool free_front);

/* levels.c, rooms.c, chain.c */

void mg_lay_empty (const Level *level, World *world, Random *random);
void mg_lay_door_key (const Level *level, World *world, Random *random);
void mg_lay_lava_gap (const Level *level, World *world, Random *random);
void mg_lay_crossing (const Level *level, World *world, Random *random);
void mg_lay_four_rooms (const Level *level, World *world, Random *random);
void mg_lay_unlock (const Level *level, World *world, Random *random);
void mg_lay_key_corridor (const Level *level, World *world, Random *random);
void mg_lay_chain (const Level *level, World *world, Random *random);

/* picture.c */

void mg_draw (const Level *level, const World *world, uint32_t tile, uint8_t *rgb);
size_t mg_text (const Level *level, const World *world, uint32_t steps, char *out, size_t size);

#endif
