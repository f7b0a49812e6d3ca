/* SPDX-License-Identifier: Apache-2.0
 *
 * Space Invaders: shoot the aliens before they come down.  Nothing is drawn at random.
 */
#include "worlds.h"
#include <stdio.h>
#include <string.h>

enum
{
  CANNON,
  ALIEN,
  ALIEN_LEFT,
  ALIEN_RIGHT,
  FRIENDLY_BULLET,
  ENEMY_BULLET,
  N_CHANNELS
};

enum
{
  BOTTOM = SIDE - 1, /* the cannon's row */
  COOLDOWN = 5,
  MOVE_INTERVAL = 12,
  SHOT_INTERVAL = 10,
  MAX_RAMPS = 6, /* the interval is then 6 */
  ALIEN_ROWS = 4,
  BLOCK_OF_ALIENS = 0xfc, /* columns 2 to 7 */
  ALL_COLUMNS = (1 << SIDE) - 1
};

static void
line_up (Invaders *w)
{
  memset (w->aliens, 0, sizeof w->aliens);
  for (int y = 0; y < ALIEN_ROWS; y++)
    w->aliens[y] = BLOCK_OF_ALIENS;
}

static void
reset (void *world, Random *random)
{
  Invaders *w = world;

  *w = (Invaders){ .head = w->head,
                   .x = 5,
                   .move_countdown = MOVE_INTERVAL,
                   .shot_countdown = SHOT_INTERVAL,
                   .dx = -1 };
  line_up (w);
}

static bool
is_on (const uint16_t map[SIDE], int x, int y)
{
  return map[y] >> x & 1;
}

static uint32_t
columns_of (const uint16_t map[SIDE])
{
  uint32_t columns = 0;

  for (int y = 0; y < SIDE; y++)
    columns |= map[y];
  return columns;
}

static int
count (const uint16_t map[SIDE])
{
  int n = 0;

  for (int y = 0; y < SIDE; y++)
    n += __builtin_popcount (map[y]);
  return n;
}

static void
act (Invaders *w, int action)
{
  if (action == FIRE && w->cooldown == 0)
    {
      w->bullets[BOTTOM] |= (uint16_t) (1 << w->x);
      w->cooldown = COOLDOWN;
    }
  w->x = (uint8_t) ma_clamp (w->x + (action == RIGHT) - (action == LEFT), 0, SIDE - 1);
}

static void
move_bullets (Invaders *w)
{
  memmove (w->bullets, w->bullets + 1, sizeof w->bullets - sizeof *w->bullets);
  w->bullets[BOTTOM] = 0;
  memmove (w->enemy_bullets + 1, w->enemy_bullets,
           sizeof w->enemy_bullets - sizeof *w->enemy_bullets);
  w->enemy_bullets[0] = 0;
  if (is_on (w->enemy_bullets, w->x, BOTTOM))
    w->head.over = 1;
}

/* Those that would go down from the last row come back at the top. */
static void
drop_aliens (Invaders *w)
{
  uint16_t last = w->aliens[BOTTOM];

  if (last != 0)
    w->head.over = 1;
  memmove (w->aliens + 1, w->aliens, sizeof w->aliens - sizeof *w->aliens);
  w->aliens[0] = last;
}

static void
move_aliens (Invaders *w)
{
  int alive = count (w->aliens), interval = MOVE_INTERVAL - w->ramps;

  w->move_countdown = (uint8_t) (alive < interval ? alive : interval);
  if (columns_of (w->aliens) & (w->dx < 0 ? 1u : 1u << (SIDE - 1)))
    {
      w->dx = (int8_t) -w->dx;
      drop_aliens (w);
    }
  else
    for (int y = 0; y < SIDE; y++)
      w->aliens[y] = (uint16_t) (w->dx < 0 ? w->aliens[y] >> 1 : w->aliens[y] << 1);
}

static void
touch_cannon (Invaders *w)
{
  if (is_on (w->aliens, w->x, BOTTOM))
    w->head.over = 1;
}

/* The lowest alien of the column nearest to the cannon; of two columns, the left one. */
static void
shoot (Invaders *w)
{
  uint32_t columns = columns_of (w->aliens);
  int x = w->x, y = BOTTOM;

  for (int away = 0; away < SIDE; away++)
    {
      x = w->x - away;
      if (x >= 0 && columns >> x & 1)
        break;
      x = w->x + away;
      if (columns >> x & 1)
        break;
    }
  while (!is_on (w->aliens, x, y))
    y--;
  w->enemy_bullets[y] |= (uint16_t) (1 << x);
}

static float
kill_aliens (Invaders *w)
{
  int n = 0;

  for (int y = 0; y < SIDE; y++)
    {
      uint16_t hit = w->aliens[y] & w->bullets[y];

      if (hit == 0)
        continue;
      w->aliens[y] ^= hit;
      w->bullets[y] ^= hit;
      n += __builtin_popcount (hit);
    }
  return (float) n;
}

static float
step (void *world, int action, Random *random, bool ramping)
{
  Invaders *w = world;
  float reward;

  act (w, action);
  move_bullets (w);
  touch_cannon (w);
  if (w->move_countdown == 0)
    {
      move_aliens (w);
      touch_cannon (w);
    }
  if (w->shot_countdown == 0)
    {
      w->shot_countdown = SHOT_INTERVAL;
      shoot (w);
    }
  reward = kill_aliens (w);
  w->cooldown = (uint8_t) (w->cooldown - (w->cooldown > 0));
  w->move_countdown--;
  w->shot_countdown--;
  if (reward > 0 && columns_of (w->aliens) == 0)
    {
      w->ramps = (uint8_t) (w->ramps + (ramping && w->ramps < MAX_RAMPS));
      line_up (w);
    }
  return reward;
}

/* Sets two channels (or one) of the map's cells.  Half a map in a word takes far fewer loops,
 * whose ends are hard to foresee, than a row at a time. */
static void
show (const uint16_t map[SIDE], uint8_t *out, int channel, int and_channel)
{
  for (int half = 0; half < SIDE; half += SIDE / 2)
    {
      uint64_t bits = 0;

      for (int y = 0; y < SIDE / 2; y++)
        bits |= (uint64_t) map[half + y] << y * SIDE;
      for (; bits != 0; bits &= bits - 1)
        {
          uint8_t *cell = ma_cell (out, N_CHANNELS, __builtin_ctzll (bits), half);

          cell[channel] = cell[and_channel] = 1;
        }
    }
}

static void
observe (const void *world, uint8_t *out)
{
  const Invaders *w = world;

  ma_cell (out, N_CHANNELS, w->x, BOTTOM)[CANNON] = 1;
  show (w->aliens, out, ALIEN, w->dx < 0 ? ALIEN_LEFT : ALIEN_RIGHT);
  show (w->bullets, out, FRIENDLY_BULLET, FRIENDLY_BULLET);
  show (w->enemy_bullets, out, ENEMY_BULLET, ENEMY_BULLET);
}

static bool
is_valid (const void *world)
{
  const Invaders *w = world;
  uint32_t columns
      = columns_of (w->aliens) | columns_of (w->bullets) | columns_of (w->enemy_bullets);

  return ma_is_head (&w->head) && w->x < SIDE && w->cooldown <= COOLDOWN
         && w->move_countdown <= MOVE_INTERVAL && w->shot_countdown <= SHOT_INTERVAL
         && ma_is_direction (w->dx) && w->ramps <= MAX_RAMPS && (columns & ~ALL_COLUMNS) == 0
         && columns_of (w->aliens) != 0;
}

static int
describe (const void *world, char *out, size_t size)
{
  const Invaders *w = world;

  return snprintf (out, size, "aliens go %s in %u and shoot in %u, the cannon waits %u, level %u",
                   w->dx < 0 ? "left" : "right", w->move_countdown, w->shot_countdown, w->cooldown,
                   w->ramps);
}

static const Channel channels[N_CHANNELS] = {
  [CANNON] = { "cannon", { 86, 180, 233 }, BLOCK, 'A' },
  [ALIEN] = { "alien", { 0, 0, 0 }, NO_SHAPE, 0 },
  [ALIEN_LEFT] = { "alien_left", { 120, 200, 90 }, POINTING_LEFT, '<' },
  [ALIEN_RIGHT] = { "alien_right", { 120, 200, 90 }, POINTING_RIGHT, '>' },
  [FRIENDLY_BULLET] = { "friendly_bullet", { 255, 255, 255 }, BAR, '^' },
  [ENEMY_BULLET] = { "enemy_bullet", { 240, 120, 60 }, BAR, '!' },
};

const Game ma_space_invaders = { .name = "space-invaders",
                                 .n_channels = N_CHANNELS,
                                 .channels = channels,
                                 .size = sizeof (Invaders),
                                 .reset = reset,
                                 .step = step,
                                 .observe = observe,
                                 .is_valid = is_valid,
                                 .describe = describe };
