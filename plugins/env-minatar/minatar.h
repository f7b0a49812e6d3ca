/* SPDX-License-Identifier: Apache-2.0
 *
 * The parts of env-minatar and what they share.  A world is a plain struct of
 * small integers without padding, and its bytes are its key: whatever decides
 * the future, but for the random numbers to come, is in it.
 */
#ifndef MINATAR_H
#define MINATAR_H

#include <assay/plugin.h>

enum
{
  SIDE = 10,
  N_CELLS = SIDE * SIDE,
  MAX_CHANNELS = 10
};

/** The full set of actions; a game ignores those it has no use for. */
enum
{
  NOTHING,
  LEFT,
  UP,
  RIGHT,
  DOWN,
  FIRE,
  N_ACTIONS
};

/** MT19937 (Matsumoto and Nishimura 1998), the stream of the published games. */
typedef struct Mt
{
  uint32_t words[624];
  uint32_t next; /* of `words`; 624: all are used up */
} Mt;

/** Where a world's random numbers come from. */
typedef struct Random
{
  AssayStream stream;
  Mt *mt; /* not NULL: instead of `stream` */
} Random;

/** What every world begins with. */
typedef struct Head
{
  uint8_t over;
  uint8_t last_action; /* the one executed last, which a sticky action repeats */
} Head;

/** How a channel is drawn. */
typedef enum Shape
{
  NO_SHAPE,
  BLOCK,
  DISC,
  DIAMOND,
  DOT,
  BAR,
  POINTING_LEFT,
  POINTING_RIGHT,
  N_SHAPES
} Shape;

/** One channel of the observation. */
typedef struct Channel
{
  const char *name;
  uint8_t rgb[3];
  uint8_t shape; /* Shape */
  char letter;   /* in text; 0: not shown */
} Channel;

/** One game.  A world is @size bytes, aligned as a pointer is. */
typedef struct Game
{
  const char *name;
  uint32_t n_channels;
  const Channel *channels; /* where several are on, the first lies on top */
  size_t size;
  /** Begins an episode; all of the world but its head is written. */
  void (*reset) (void *world, Random *random);
  /** Returns the reward; sets `over` at the end.  @ramping: the game grows harder. */
  float (*step) (void *world, int action, Random *random, bool ramping);
  /** Sets what is on in @out, [SIDE][SIDE][n_channels] and zero before. */
  void (*observe) (const void *world, uint8_t *out);
  /** Whether every number is one that `step` can go on from. */
  bool (*is_valid) (const void *world);
  /** What the observation does not show, in words, as snprintf would. */
  int (*describe) (const void *world, char *out, size_t size);
} Game;

extern const Game ma_asterix, ma_breakout, ma_freeway, ma_seaquest, ma_space_invaders;

/* random.c */

/** Starts @mt from a 32-bit seed, as the generator's authors do. */
void ma_mt_seed (Mt *mt, uint32_t seed);
uint32_t ma_mt_bits (Mt *mt);
/** Uniform in [0, 1), 53 bits. */
double ma_uniform (Random *random);
/** Uniform in 0..n-1; n > 0. */
uint32_t ma_below (Random *random, uint32_t n);

/* picture.c */

/** @seen is the observation; rgb [SIDE * tile][SIDE * tile][3]. */
void ma_draw (const Game *game, const uint8_t *seen, uint32_t tile, uint8_t *rgb);
size_t ma_text (const Game *game, const void *world, const uint8_t *seen, char *out, size_t size);

static inline int
ma_clamp (int value, int low, int high)
{
  return value < low ? low : value > high ? high : value;
}

static inline bool
ma_on_grid (int x, int y)
{
  return (unsigned) x < SIDE && (unsigned) y < SIDE;
}

/** Where the channels of a cell begin. */
static inline uint8_t *
ma_cell (uint8_t *out, uint32_t n_channels, int x, int y)
{
  return out + (size_t) (y * SIDE + x) * n_channels;
}

static inline bool
ma_is_direction (int dx)
{
  return dx == -1 || dx == 1;
}

static inline bool
ma_is_head (const Head *head)
{
  return head->over <= 1 && head->last_action < N_ACTIONS;
}

#endif
