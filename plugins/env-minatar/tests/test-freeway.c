/* SPDX-License-Identifier: Apache-2.0
 *
 * Freeway, by the scenarios and timing notes of its rules.
 */
#include "scene.h"
#include <string.h>

/* Cars that stand far from column 4 and have just moved. */
static Freeway
quiet_road (uint8_t chicken)
{
  Freeway w = { .y = chicken, .time = 1000 };

  for (int i = 0; i < N_CARS; i++)
    w.cars[i] = (Car){ .x = 0, .countdown = 5, .magnitude = 5, .dx = 1 };
  return w;
}

static Freeway
after (Scene *s, Freeway w, int action)
{
  set_world (s, &w, sizeof w);
  play (s, action);
  get_world (s, &w, sizeof w);
  return w;
}

/* F1 */
static void
a_car_drives_into_the_chicken (void)
{
  Scene s = open_scene ("freeway");
  Freeway w = quiet_road (6);

  w.cars[4] = (Car){ .x = 3, .countdown = 0, .magnitude = 2, .dx = 1 };
  w = after (&s, w, UP);
  assert_result (&s, 0, 0);
  g_assert_cmpuint (w.y, ==, 9);
  g_assert_cmpuint (w.cooldown, ==, 2);
  g_assert_cmpuint (w.cars[4].x, ==, 4);
  g_assert_cmpuint (w.cars[4].countdown, ==, 2);
  close_scene (&s);
}

/* F2 */
static void
the_chicken_runs_into_a_car (void)
{
  Scene s = open_scene ("freeway");
  Freeway w = quiet_road (6);

  w.cars[4] = (Car){ .x = 4, .countdown = 0, .magnitude = 2, .dx = 1 };
  w = after (&s, w, UP);
  assert_result (&s, 0, 0);
  g_assert_cmpuint (w.y, ==, 9);
  g_assert_cmpuint (w.cars[4].x, ==, 5);
  close_scene (&s);
}

/* F3 */
static void
a_crossing_changes_the_traffic (void)
{
  Scene s = open_scene ("freeway");
  Freeway before = quiet_road (1), w;
  uint32_t changed = 0;

  for (uint8_t i = 0; i < N_CARS; i++)
    before.cars[i].x = i;
  w = after (&s, before, UP);
  assert_result (&s, 1, 0);
  g_assert_cmpuint (w.y, ==, 9);
  g_assert_cmpuint (w.cooldown, ==, 2);
  for (uint8_t i = 0; i < N_CARS; i++)
    {
      g_assert_cmpuint (w.cars[i].x, ==, i);
      g_assert_cmpuint (w.cars[i].countdown, ==, w.cars[i].magnitude - 1);
      changed += w.cars[i].magnitude != 5 || w.cars[i].dx != 1;
    }
  g_assert_cmpuint (changed, >, 0);
  close_scene (&s);
}

static void
an_episode_has_2501_steps (void)
{
  Scene s = open_scene ("freeway");

  idle (&s, 2500);
  assert_result (&s, 0, 0);
  play (&s, NOTHING);
  assert_result (&s, 0, 1);
  close_scene (&s);
}

/* A car of magnitude m first moves on step m + 1, and then every m + 1 steps. */
static void
cars_keep_time (void)
{
  Scene s = open_scene ("freeway");
  Freeway start, w;

  get_world (&s, &start, sizeof start);
  for (uint32_t t = 1; t <= 200; t++)
    {
      play (&s, NOTHING);
      get_world (&s, &w, sizeof w);
      for (int i = 0; i < N_CARS; i++)
        {
          int moves = (int) t / (w.cars[i].magnitude + 1) * w.cars[i].dx;
          int x = ((start.cars[i].x + moves) % SIDE + SIDE) % SIDE;

          g_assert_cmpint (w.cars[i].x, ==, x);
          g_assert_true (sees (&s, x, i + 1, 1));
          g_assert_true (
              sees (&s, (x - w.cars[i].dx + SIDE) % SIDE, i + 1, 1u + w.cars[i].magnitude));
        }
      g_assert_cmpuint (count_seen (&s, 1), ==, 8);
    }
  close_scene (&s);
}

/* It can first move on step 4, then every 3 steps; down at the start counts as a move. */
static void
the_chicken_keeps_time (void)
{
  Scene s = open_scene ("freeway");
  Freeway w;

  for (uint32_t t = 1; t <= 7; t++)
    {
      play (&s, UP);
      get_world (&s, &w, sizeof w);
      g_assert_cmpuint (w.y, ==, t < 4 ? 9 : t < 7 ? 8 : 7);
      g_assert_true (sees (&s, 4, w.y, 0));
    }
  w = quiet_road (9);
  w = after (&s, w, DOWN);
  g_assert_cmpuint (w.y, ==, 9);
  g_assert_cmpuint (w.cooldown, ==, 2);
  w = after (&s, quiet_road (9), FIRE);
  g_assert_cmpuint (w.cooldown, ==, 0);
  close_scene (&s);
}

static void
traffic_is_uniform (void)
{
  Scene s = open_scene ("freeway");
  uint32_t magnitudes[6] = { 0 }, right = 0;

  for (uint64_t seed = 0; seed < 1000; seed++)
    {
      Freeway w;

      reset_scene (&s, seed);
      get_world (&s, &w, sizeof w);
      for (int i = 0; i < N_CARS; i++)
        {
          g_assert_cmpuint (w.cars[i].x, ==, 0);
          g_assert_cmpuint (w.cars[i].countdown, ==, w.cars[i].magnitude);
          magnitudes[w.cars[i].magnitude]++;
          right += w.cars[i].dx > 0;
        }
    }
  /* Five standard deviations of 8000 draws. */
  for (int m = 1; m <= 5; m++)
    g_assert_cmpint (ABS ((int) magnitudes[m] - 1600), <, 180);
  g_assert_cmpint (ABS ((int) right - 4000), <, 225);
  close_scene (&s);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/freeway/a-car-drives-into-the-chicken", a_car_drives_into_the_chicken);
  g_test_add_func ("/freeway/the-chicken-runs-into-a-car", the_chicken_runs_into_a_car);
  g_test_add_func ("/freeway/a-crossing-changes-the-traffic", a_crossing_changes_the_traffic);
  g_test_add_func ("/freeway/an-episode-has-2501-steps", an_episode_has_2501_steps);
  g_test_add_func ("/freeway/cars-keep-time", cars_keep_time);
  g_test_add_func ("/freeway/the-chicken-keeps-time", the_chicken_keeps_time);
  g_test_add_func ("/freeway/speeds-and-directions-are-uniform", traffic_is_uniform);
  return g_test_run ();
}
