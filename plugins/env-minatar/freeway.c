/* SPDX-License-Identifier: Apache-2.0
 *
 * Freeway: bring the chicken across eight lanes, as often as time allows.
 */
#include "worlds.h"
#include <stdio.h>

enum
{
  CHICKEN,
  CAR,
  SPEED_1,
  N_CHANNELS = SPEED_1 + 5
};

enum
{
  COOLDOWN = 3,
  TIME = 2500,
  MAX_MAGNITUDE = 5
};

/* New speeds and directions; the cars stay where they are. */
static void
randomise (Freeway *w, Random *random)
{
  for (int i = 0; i < N_CARS; i++)
    w->cars[i].countdown = w->cars[i].magnitude = (uint8_t) (1 + ma_below (random, MAX_MAGNITUDE));
  for (int i = 0; i < N_CARS; i++)
    w->cars[i].dx = ma_uniform (random) < 0.5 ? -1 : 1;
}

static void
reset (void *world, Random *random)
{
  Freeway *w = world;

  *w = (Freeway){ .head = w->head, .y = HOME, .cooldown = COOLDOWN, .time = TIME };
  randomise (w, random);
}

static void
move_chicken (Freeway *w, int action)
{
  if (w->cooldown > 0 || (action != UP && action != DOWN))
    return;
  w->y = (uint8_t) ma_clamp (w->y + (action == DOWN) - (action == UP), 0, HOME);
  w->cooldown = COOLDOWN;
}

static void
hit_chicken (Freeway *w, int i)
{
  if (w->cars[i].x == CHICKEN_COLUMN && w->y == i + 1)
    w->y = HOME;
}

static uint8_t
wrapped (int x)
{
  return (uint8_t) ((x + SIDE) % SIDE);
}

static void
move_car (Freeway *w, int i)
{
  Car *car = &w->cars[i];

  hit_chicken (w, i);
  if (car->countdown > 0)
    {
      car->countdown--;
      return;
    }
  car->countdown = car->magnitude;
  car->x = wrapped (car->x + car->dx);
  hit_chicken (w, i);
}

static float
step (void *world, int action, Random *random, bool ramping)
{
  Freeway *w = world;
  float reward = 0;

  move_chicken (w, action);
  if (w->y == 0)
    {
      reward = 1;
      randomise (w, random);
      w->y = HOME;
    }
  for (int i = 0; i < N_CARS; i++)
    move_car (w, i);
  w->cooldown = (uint8_t) (w->cooldown - (w->cooldown > 0));
  w->time--;
  w->head.over = w->time < 0;
  return reward;
}

static void
observe (const void *world, uint8_t *out)
{
  const Freeway *w = world;

  ma_cell (out, N_CHANNELS, CHICKEN_COLUMN, w->y)[CHICKEN] = 1;
  for (int i = 0; i < N_CARS; i++)
    {
      const Car *car = &w->cars[i];

      ma_cell (out, N_CHANNELS, car->x, i + 1)[CAR] = 1;
      ma_cell (out, N_CHANNELS, wrapped (car->x - car->dx), i + 1)[SPEED_1 + car->magnitude - 1]
          = 1;
    }
}

static bool
is_valid (const void *world)
{
  const Freeway *w = world;

  for (int i = 0; i < N_CARS; i++)
    {
      const Car *car = &w->cars[i];

      if (car->x >= SIDE || car->magnitude < 1 || car->magnitude > MAX_MAGNITUDE
          || car->countdown > car->magnitude || !ma_is_direction (car->dx))
        return false;
    }
  return ma_is_head (&w->head) && w->y >= 1 && w->y <= HOME && w->cooldown <= COOLDOWN
         && w->time <= TIME && w->time >= (w->head.over ? -1 : 0);
}

static int
describe (const void *world, char *out, size_t size)
{
  const Freeway *w = world;

  return snprintf (out, size, "the chicken waits %u, %d steps left", w->cooldown, w->time + 1);
}

/* The faster, the brighter. */
static const Channel channels[N_CHANNELS] = {
  [CHICKEN] = { "chicken", { 250, 240, 200 }, DISC, 'C' },
  [CAR] = { "car", { 86, 180, 233 }, BLOCK, '#' },
  [SPEED_1] = { "speed1", { 255, 120, 60 }, BAR, '1' },
  [SPEED_1 + 1] = { "speed2", { 225, 95, 70 }, BAR, '2' },
  [SPEED_1 + 2] = { "speed3", { 190, 70, 80 }, BAR, '3' },
  [SPEED_1 + 3] = { "speed4", { 150, 55, 90 }, BAR, '4' },
  [SPEED_1 + 4] = { "speed5", { 110, 45, 95 }, BAR, '5' },
};

const Game ma_freeway = { .name = "freeway",
                          .n_channels = N_CHANNELS,
                          .channels = channels,
                          .size = sizeof (Freeway),
                          .reset = reset,
                          .step = step,
                          .observe = observe,
                          .is_valid = is_valid,
                          .describe = describe };
