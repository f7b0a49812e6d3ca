/* SPDX-License-Identifier: Apache-2.0
 *
 * The worlds of the five games.  (x, y) is column and row, (0, 0) is top left;
 * dx and dy are -1 or 1.  How hard a game is follows from `ramps` alone.
 */
#ifndef MINATAR_WORLDS_H
#define MINATAR_WORLDS_H

#include "minatar.h"

/* ---- Asterix ---- */

enum
{
  ASTERIX_ROWS = 8, /* slot i is row i + 1 */
  NOBODY = 0,
  ENEMY,
  GOLD
};

typedef struct Entity
{
  uint8_t is; /* NOBODY, ENEMY or GOLD */
  uint8_t x;
  int8_t dx;
} Entity;

typedef struct Asterix
{
  Head head;
  uint8_t x, y; /* of the player; y 1..8 */
  uint8_t spawn_countdown, move_countdown;
  int8_t ramp_countdown; /* 100..-1 */
  uint8_t ramps;         /* 0..9 */
  Entity rows[ASTERIX_ROWS];
} Asterix;

/* ---- Breakout ---- */

enum
{
  BRICK_ROWS = 3, /* 1, 2 and 3 of the grid */
  FIRST_BRICK_ROW = 1
};

typedef struct Breakout
{
  Head head;
  uint8_t paddle; /* column; its row is 9 */
  uint8_t x, y;   /* of the ball */
  uint8_t last_x, last_y;
  int8_t dx, dy;
  uint8_t contact; /* the ball met a brick in the last step */
  uint8_t bricks[BRICK_ROWS][SIDE];
} Breakout;

/* ---- Freeway ---- */

enum
{
  N_CARS = 8, /* car i is in row i + 1 */
  CHICKEN_COLUMN = 4,
  HOME = SIDE - 1 /* the row in which the chicken starts */
};

typedef struct Car
{
  uint8_t x, countdown;
  uint8_t magnitude; /* 1..5; it moves every magnitude + 1 steps */
  int8_t dx;
} Car;

typedef struct Freeway
{
  Head head;
  uint8_t y; /* of the chicken */
  uint8_t cooldown;
  int16_t time; /* 2500..-1 */
  Car cars[N_CARS];
} Freeway;

/* ---- Seaquest ---- */

/* Room for more than play can bring: an enemy spawned every step lives 30 steps once they
 * come so often, and five older, slower ones may be left; a sub shoots twice in that time and a
 * bullet lives ten steps; own bullets come every five steps and divers every thirty. */
enum
{
  MAX_BULLETS = 4,
  MAX_ENEMY_BULLETS = 24,
  MAX_ENEMIES = 40, /* of each kind */
  MAX_DIVERS = 4
};

/** Whatever crosses the sea. */
typedef struct Swimmer
{
  int8_t x; /* -1 and 10 within a step only */
  uint8_t y;
  int8_t dx;
  uint8_t move_countdown; /* of a bullet 0 */
  uint8_t shot_countdown; /* of an enemy sub; else 0 */
} Swimmer;

/** Each list has its oldest first; what lies beyond its number is zero. */
typedef struct Seaquest
{
  Head head;
  uint8_t x, y; /* of the player; y 0..8 */
  int8_t facing;
  uint8_t surfaced; /* it has surfaced, and not dived since */
  uint8_t oxygen;   /* 0..200 */
  uint8_t cooldown;
  uint8_t spawn_countdown, diver_countdown;
  uint8_t ramps; /* 0..19 */
  uint8_t n_bullets, n_enemy_bullets, n_fish, n_subs, n_divers;
  int32_t rescued; /* divers on board, at most 6; negative after surfacing with all */
  Swimmer bullets[MAX_BULLETS];
  Swimmer divers[MAX_DIVERS];
  Swimmer enemy_bullets[MAX_ENEMY_BULLETS];
  Swimmer fish[MAX_ENEMIES];
  Swimmer subs[MAX_ENEMIES];
} Seaquest;

/* ---- Space Invaders ---- */

/** Maps have a word a row, with bit x for column x. */
typedef struct Invaders
{
  Head head;
  uint8_t x; /* of the cannon; its row is 9 */
  uint8_t cooldown;
  uint8_t move_countdown, shot_countdown;
  int8_t dx;     /* of the aliens */
  uint8_t ramps; /* 0..6 */
  uint16_t aliens[SIDE], bullets[SIDE], enemy_bullets[SIDE];
} Invaders;

/* A world's bytes are its key, so it must have none that mean nothing. */
_Static_assert(sizeof (Asterix) == 8 + 3 * ASTERIX_ROWS, "padding");
_Static_assert(sizeof (Breakout) == 10 + BRICK_ROWS * SIDE, "padding");
_Static_assert(sizeof (Freeway) == 6 + 4 * N_CARS, "padding");
_Static_assert(sizeof (Seaquest)
                   == 20 + 5 * (MAX_BULLETS + MAX_DIVERS + MAX_ENEMY_BULLETS + 2 * MAX_ENEMIES),
               "padding");
_Static_assert(sizeof (Invaders) == 8 + 3 * 2 * SIDE, "padding");

/** Bytes that hold any world. */
#define MAX_WORLD sizeof (Seaquest)

#endif
