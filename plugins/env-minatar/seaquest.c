/* SPDX-License-Identifier: Apache-2.0
 *
 * Seaquest: shoot fish and submarines, gather divers, surface before the air is out.
 */
#include "worlds.h"
#include <stdio.h>
#include <string.h>

enum
{
  SUB_FRONT,
  SUB_BACK,
  FRIENDLY_BULLET,
  TRAIL,
  ENEMY_BULLET,
  ENEMY_FISH,
  ENEMY_SUB,
  OXYGEN_GAUGE,
  DIVER_GAUGE,
  DIVER,
  N_CHANNELS
};

enum
{
  MAX_OXYGEN = 200,
  MAX_RESCUED = 6,
  MIN_RESCUED = -1000000000, /* so that counting on is defined; out of reach */
  COOLDOWN = 5,
  SPAWN_INTERVAL = 20,
  DIVER_SPAWN_INTERVAL = 30,
  MOVE_INTERVAL = 5,
  LEAST_MOVE_INTERVAL = 2,
  DIVER_MOVE_INTERVAL = 5,
  SHOT_INTERVAL = 10,
  MAX_RAMPS = 19, /* the spawn interval is then 1 */
  DEEPEST = 8,
  GAUGE_ROW = 9
};

static uint8_t
spawn_interval (const Seaquest *w)
{
  return (uint8_t) (SPAWN_INTERVAL - w->ramps);
}

/* Every other ramp quickens the moves, down to the least interval. */
static uint8_t
move_interval (const Seaquest *w)
{
  return (uint8_t) ma_clamp (MOVE_INTERVAL - w->ramps / 2, LEAST_MOVE_INTERVAL, MOVE_INTERVAL);
}

static void
reset (void *world, Random *random)
{
  Seaquest *w = world;

  *w = (Seaquest){ .head = w->head,
                   .x = 5,
                   .y = 0,
                   .facing = -1,
                   .surfaced = 1,
                   .oxygen = MAX_OXYGEN,
                   .spawn_countdown = SPAWN_INTERVAL,
                   .diver_countdown = DIVER_SPAWN_INTERVAL };
}

/* ---- Lists ---- */

/* There is always room, but for states that play does not bring: then nothing is added. */
static void
add (Swimmer *list, uint8_t *n, uint32_t room, Swimmer swimmer)
{
  if (*n < room)
    list[(*n)++] = swimmer;
}

static void
remove_at (Swimmer *list, uint8_t *n, int i)
{
  (*n)--;
  memmove (list + i, list + i + 1, (size_t) (*n - i) * sizeof *list);
  list[*n] = (Swimmer){ 0 };
}

/* The oldest on this cell; -1: none. */
static int
find (const Swimmer *list, uint8_t n, int x, int y)
{
  for (int i = 0; i < n; i++)
    if (list[i].x == x && list[i].y == y)
      return i;
  return -1;
}

static bool
meets_player (const Seaquest *w, const Swimmer *s)
{
  return s->x == w->x && s->y == w->y;
}

static bool
is_gone (const Swimmer *s)
{
  return (unsigned) s->x >= SIDE;
}

/* ---- The phases of a step ---- */

static bool
has_opposite (const Swimmer *list, uint8_t n, const Swimmer *to)
{
  for (int i = 0; i < n; i++)
    if (list[i].y == to->y && list[i].dx != to->dx)
      return true;
  return false;
}

static Swimmer
draw_swimmer (bool right, Random *random, uint8_t move_countdown)
{
  return (Swimmer){ .x = right ? 0 : SIDE - 1,
                    .y = (uint8_t) (1 + ma_below (random, DEEPEST)),
                    .dx = right ? 1 : -1,
                    .move_countdown = move_countdown };
}

/* Draws even if nothing can be placed. */
static void
spawn_enemy (Seaquest *w, Random *random)
{
  bool right = ma_uniform (random) < 0.5, sub = ma_uniform (random) < 1.0 / 3;
  Swimmer enemy = draw_swimmer (right, random, move_interval (w));

  if (has_opposite (w->fish, w->n_fish, &enemy) || has_opposite (w->subs, w->n_subs, &enemy))
    return;
  if (!sub)
    {
      add (w->fish, &w->n_fish, MAX_ENEMIES, enemy);
      return;
    }
  enemy.shot_countdown = SHOT_INTERVAL;
  add (w->subs, &w->n_subs, MAX_ENEMIES, enemy);
}

static void
spawn (Seaquest *w, Random *random)
{
  if (w->spawn_countdown == 0)
    {
      spawn_enemy (w, random);
      w->spawn_countdown = spawn_interval (w);
    }
  if (w->diver_countdown == 0)
    {
      bool right = ma_uniform (random) < 0.5;

      add (w->divers, &w->n_divers, MAX_DIVERS, draw_swimmer (right, random, DIVER_MOVE_INTERVAL));
      w->diver_countdown = DIVER_SPAWN_INTERVAL;
    }
}

static void
act (Seaquest *w, int action)
{
  if (action == FIRE && w->cooldown == 0)
    {
      add (w->bullets, &w->n_bullets, MAX_BULLETS,
           (Swimmer){ .x = (int8_t) w->x, .y = w->y, .dx = w->facing });
      w->cooldown = COOLDOWN;
    }
  if (action == LEFT || action == RIGHT)
    w->facing = action == LEFT ? -1 : 1;
  w->x = (uint8_t) ma_clamp (w->x + (action == RIGHT) - (action == LEFT), 0, SIDE - 1);
  w->y = (uint8_t) ma_clamp (w->y + (action == DOWN) - (action == UP), 0, DEEPEST);
}

/* Whether an enemy of this list is on the bullet's cell, and so is removed. */
static bool
hit (Swimmer *list, uint8_t *n, const Swimmer *bullet)
{
  int i = find (list, *n, bullet->x, bullet->y);

  if (i >= 0)
    remove_at (list, n, i);
  return i >= 0;
}

static float
move_bullets (Seaquest *w)
{
  float reward = 0;

  for (int i = w->n_bullets - 1; i >= 0; i--)
    {
      Swimmer *bullet = &w->bullets[i];
      bool gone, kills = false;

      bullet->x = (int8_t) (bullet->x + bullet->dx);
      gone = is_gone (bullet);
      if (!gone)
        kills = hit (w->fish, &w->n_fish, bullet) || hit (w->subs, &w->n_subs, bullet);
      if (gone || kills)
        remove_at (w->bullets, &w->n_bullets, i);
      reward += kills;
    }
  return reward;
}

/* Moves when its time has come; true if it did. */
static bool
swim (Swimmer *s, uint8_t interval)
{
  if (s->move_countdown > 0)
    {
      s->move_countdown--;
      return false;
    }
  s->move_countdown = interval;
  s->x = (int8_t) (s->x + s->dx);
  return true;
}

static void
move_divers (Seaquest *w)
{
  for (int i = w->n_divers - 1; i >= 0; i--)
    {
      Swimmer *diver = &w->divers[i];
      bool room = w->rescued < MAX_RESCUED, saved = room && meets_player (w, diver);

      if (!saved && swim (diver, DIVER_MOVE_INTERVAL))
        saved = room && meets_player (w, diver);
      w->rescued += saved;
      if (saved || is_gone (diver))
        remove_at (w->divers, &w->n_divers, i);
    }
}

typedef enum Fate
{
  STAYS,
  LEAVES,
  DIES
} Fate;

/* Fish and subs alike. */
static Fate
move_enemy (Seaquest *w, Swimmer *enemy)
{
  if (meets_player (w, enemy))
    w->head.over = 1;
  if (!swim (enemy, move_interval (w)))
    return STAYS;
  if (is_gone (enemy))
    return LEAVES;
  if (meets_player (w, enemy))
    {
      w->head.over = 1;
      return STAYS;
    }
  return hit (w->bullets, &w->n_bullets, enemy) ? DIES : STAYS;
}

static float
move_subs (Seaquest *w)
{
  float reward = 0;

  for (int i = w->n_subs - 1; i >= 0; i--)
    {
      Swimmer *sub = &w->subs[i];
      Fate fate = move_enemy (w, sub);

      /* It may still fire when it dies. */
      if (sub->shot_countdown > 0)
        sub->shot_countdown--;
      else
        {
          sub->shot_countdown = SHOT_INTERVAL;
          add (w->enemy_bullets, &w->n_enemy_bullets, MAX_ENEMY_BULLETS,
               (Swimmer){ .x = sub->x, .y = sub->y, .dx = sub->dx });
        }
      if (fate != STAYS)
        remove_at (w->subs, &w->n_subs, i);
      reward += fate == DIES;
    }
  return reward;
}

static void
move_enemy_bullets (Seaquest *w)
{
  for (int i = w->n_enemy_bullets - 1; i >= 0; i--)
    {
      Swimmer *bullet = &w->enemy_bullets[i];

      if (meets_player (w, bullet))
        w->head.over = 1;
      bullet->x = (int8_t) (bullet->x + bullet->dx);
      if (meets_player (w, bullet))
        w->head.over = 1;
      if (is_gone (bullet))
        remove_at (w->enemy_bullets, &w->n_enemy_bullets, i);
    }
}

static float
move_fish (Seaquest *w)
{
  float reward = 0;

  for (int i = w->n_fish - 1; i >= 0; i--)
    {
      Fate fate = move_enemy (w, &w->fish[i]);

      if (fate != STAYS)
        remove_at (w->fish, &w->n_fish, i);
      reward += fate == DIES;
    }
  return reward;
}

static uint8_t
less_one (uint8_t countdown)
{
  return (uint8_t) (countdown - (countdown > 0));
}

static uint32_t
tenths_of_oxygen (const Seaquest *w)
{
  return w->oxygen * 10u / MAX_OXYGEN;
}

/* With all divers on board the count goes from none to -1, as published. */
static float
surface (Seaquest *w, bool ramping)
{
  float reward = 0;

  w->surfaced = 1;
  if (w->rescued == MAX_RESCUED)
    {
      reward = (float) tenths_of_oxygen (w);
      w->rescued = 0;
    }
  w->oxygen = MAX_OXYGEN;
  w->rescued -= w->rescued > MIN_RESCUED;
  w->ramps = (uint8_t) (w->ramps + (ramping && w->ramps < MAX_RAMPS));
  return reward;
}

static float
breathe (Seaquest *w, bool ramping)
{
  if (w->oxygen == 0)
    w->head.over = 1;
  if (w->y > 0)
    {
      w->oxygen = less_one (w->oxygen);
      w->surfaced = 0;
    }
  else if (!w->surfaced)
    {
      if (w->rescued != 0)
        return surface (w, ramping);
      w->head.over = 1;
    }
  return 0;
}

static float
step (void *world, int action, Random *random, bool ramping)
{
  Seaquest *w = world;
  float reward;

  spawn (w, random);
  act (w, action);
  reward = move_bullets (w);
  move_divers (w);
  reward += move_subs (w);
  move_enemy_bullets (w);
  reward += move_fish (w);
  w->spawn_countdown = less_one (w->spawn_countdown);
  w->diver_countdown = less_one (w->diver_countdown);
  w->cooldown = less_one (w->cooldown);
  return reward + breathe (w, ramping);
}

/* ---- The observation ---- */

static void
show (const Swimmer *list, uint8_t n, uint8_t *out, int channel, bool trail)
{
  for (int i = 0; i < n; i++)
    {
      ma_cell (out, N_CHANNELS, list[i].x, list[i].y)[channel] = 1;
      if (trail && (unsigned) (list[i].x - list[i].dx) < SIDE)
        ma_cell (out, N_CHANNELS, list[i].x - list[i].dx, list[i].y)[TRAIL] = 1;
    }
}

static void
observe (const void *world, uint8_t *out)
{
  const Seaquest *w = world;
  int back = w->x - w->facing;

  ma_cell (out, N_CHANNELS, w->x, w->y)[SUB_FRONT] = 1;
  if ((unsigned) back < SIDE)
    ma_cell (out, N_CHANNELS, back, w->y)[SUB_BACK] = 1;
  show (w->bullets, w->n_bullets, out, FRIENDLY_BULLET, false);
  show (w->enemy_bullets, w->n_enemy_bullets, out, ENEMY_BULLET, false);
  show (w->fish, w->n_fish, out, ENEMY_FISH, true);
  show (w->subs, w->n_subs, out, ENEMY_SUB, true);
  show (w->divers, w->n_divers, out, DIVER, true);
  for (int x = 0; x < (int) tenths_of_oxygen (w); x++)
    ma_cell (out, N_CHANNELS, x, GAUGE_ROW)[OXYGEN_GAUGE] = 1;
  for (int x = SIDE - 1 - w->rescued; x < SIDE - 1; x++)
    ma_cell (out, N_CHANNELS, x, GAUGE_ROW)[DIVER_GAUGE] = 1;
}

/* ---- Checks and words ---- */

static bool
is_list (const Swimmer *list, uint32_t n, uint32_t room, int top, int moves, int shots)
{
  static const Swimmer none;

  if (n > room)
    return false;
  for (uint32_t i = 0; i < n; i++)
    if (is_gone (&list[i]) || list[i].y < top || list[i].y > DEEPEST
        || !ma_is_direction (list[i].dx) || list[i].move_countdown > moves
        || list[i].shot_countdown > shots)
      return false;
  for (uint32_t i = n; i < room; i++)
    if (memcmp (&list[i], &none, sizeof none) != 0)
      return false;
  return true;
}

static bool
is_valid (const void *world)
{
  const Seaquest *w = world;

  return ma_is_head (&w->head) && w->x < SIDE && w->y <= DEEPEST && ma_is_direction (w->facing)
         && w->surfaced <= 1 && w->oxygen <= MAX_OXYGEN && w->cooldown <= COOLDOWN
         && w->spawn_countdown <= SPAWN_INTERVAL && w->diver_countdown <= DIVER_SPAWN_INTERVAL
         && w->ramps <= MAX_RAMPS && w->rescued <= MAX_RESCUED && w->rescued >= MIN_RESCUED
         && is_list (w->bullets, w->n_bullets, MAX_BULLETS, 0, 0, 0)
         && is_list (w->enemy_bullets, w->n_enemy_bullets, MAX_ENEMY_BULLETS, 1, 0, 0)
         && is_list (w->fish, w->n_fish, MAX_ENEMIES, 1, MOVE_INTERVAL, 0)
         && is_list (w->subs, w->n_subs, MAX_ENEMIES, 1, MOVE_INTERVAL, SHOT_INTERVAL)
         && is_list (w->divers, w->n_divers, MAX_DIVERS, 1, DIVER_MOVE_INTERVAL, 0);
}

static int
describe (const void *world, char *out, size_t size)
{
  const Seaquest *w = world;

  return snprintf (out, size,
                   "oxygen %u, divers %d%s, enemy in %u of %u, moves every %u, diver in %u, "
                   "gun waits %u, level %u",
                   w->oxygen, (int) w->rescued, w->surfaced ? ", surfaced" : "", w->spawn_countdown,
                   spawn_interval (w), move_interval (w) + 1u, w->diver_countdown, w->cooldown,
                   w->ramps);
}

static const Channel channels[N_CHANNELS] = {
  [SUB_FRONT] = { "sub_front", { 86, 180, 233 }, BLOCK, 'S' },
  [SUB_BACK] = { "sub_back", { 40, 90, 130 }, BLOCK, 's' },
  [FRIENDLY_BULLET] = { "friendly_bullet", { 255, 255, 255 }, DOT, '-' },
  [TRAIL] = { "trail", { 110, 110, 120 }, DOT, 0 },
  [ENEMY_BULLET] = { "enemy_bullet", { 240, 120, 60 }, DOT, '*' },
  [ENEMY_FISH] = { "enemy_fish", { 120, 200, 90 }, DISC, 'f' },
  [ENEMY_SUB] = { "enemy_sub", { 213, 70, 50 }, BLOCK, 'e' },
  [OXYGEN_GAUGE] = { "oxygen_guage", { 200, 225, 240 }, BLOCK, 'o' },
  [DIVER_GAUGE] = { "diver_guage", { 240, 200, 60 }, BAR, 'D' },
  [DIVER] = { "diver", { 240, 200, 60 }, DIAMOND, 'd' },
};

const Game ma_seaquest = { .name = "seaquest",
                           .n_channels = N_CHANNELS,
                           .channels = channels,
                           .size = sizeof (Seaquest),
                           .reset = reset,
                           .step = step,
                           .observe = observe,
                           .is_valid = is_valid,
                           .describe = describe };
