/* SPDX-License-Identifier: Apache-2.0
 *
 * Space Invaders, by the scenarios and timing notes of its rules.
 */
#include "scene.h"
#include <string.h>

static void
put (uint16_t map[SIDE], int x, int y)
{
  map[y] |= (uint16_t) (1 << x);
}

static bool
is_at (const uint16_t map[SIDE], int x, int y)
{
  return map[y] >> x & 1;
}

static uint32_t
count (const uint16_t map[SIDE])
{
  uint32_t n = 0;

  for (int i = 0; i < N_CELLS; i++)
    n += is_at (map, i % SIDE, i / SIDE);
  return n;
}

static Invaders
battle (uint8_t cannon, uint8_t move_countdown, uint8_t shot_countdown)
{
  return (Invaders){
    .x = cannon, .move_countdown = move_countdown, .shot_countdown = shot_countdown, .dx = -1
  };
}

static Invaders
after (Scene *s, Invaders w, int action)
{
  set_world (s, &w, sizeof w);
  play (s, action);
  get_world (s, &w, sizeof w);
  return w;
}

/* I1 */
static void
a_shot_takes_six_steps_to_the_block (void)
{
  Scene s = open_scene ("space-invaders");

  for (int t = 1; t <= 6; t++)
    {
      play (&s, t == 1 ? FIRE : NOTHING);
      assert_result (&s, t == 6, 0);
      g_assert_cmpuint (count_seen (&s, 4), ==, t < 6);
      if (t < 6)
        g_assert_true (sees (&s, 5, 9 - t, 4));
    }
  g_assert_false (sees (&s, 5, 3, 1));
  g_assert_cmpuint (count_seen (&s, 1), ==, 23);
  close_scene (&s);
}

/* I2 */
static void
a_bullet_and_a_dropping_alien_pass (void)
{
  Scene s = open_scene ("space-invaders");
  Invaders w = battle (5, 0, 3);

  put (w.aliens, 0, 4);
  put (w.aliens, 5, 2);
  put (w.bullets, 0, 5);
  w = after (&s, w, NOTHING);
  assert_result (&s, 0, 0);
  g_assert_cmpint (w.dx, ==, 1);
  g_assert_true (is_at (w.aliens, 0, 5) && is_at (w.aliens, 5, 3) && count (w.aliens) == 2);
  g_assert_true (is_at (w.bullets, 0, 4) && count (w.bullets) == 1);
  g_assert_cmpuint (w.move_countdown, ==, 1);
  close_scene (&s);
}

/* I3 */
static void
the_last_alien_brings_a_faster_block (void)
{
  Scene s = open_scene ("space-invaders");
  Invaders start = battle (5, 3, 3), w;

  put (start.aliens, 3, 4);
  put (start.bullets, 3, 5);
  w = after (&s, start, NOTHING);
  assert_result (&s, 1, 0);
  g_assert_cmpuint (count (w.aliens), ==, 24);
  g_assert_cmpuint (w.ramps, ==, 1);
  g_assert_cmpuint (w.move_countdown, ==, 2);
  /* The base interval is now 11. */
  w.move_countdown = 0;
  w = after (&s, w, NOTHING);
  g_assert_cmpuint (w.move_countdown, ==, 10);
  /* It is never less than 6, and stays without ramping. */
  start.ramps = 6;
  w = after (&s, start, NOTHING);
  g_assert_cmpuint (w.ramps, ==, 6);
  start.ramps = 2;
  set_scene_option (&s, "ramping", 0);
  w = after (&s, start, NOTHING);
  g_assert_cmpuint (w.ramps, ==, 2);
  g_assert_cmpuint (count (w.aliens), ==, 24);
  close_scene (&s);
}

/* I4 */
static void
of_two_equally_near_columns_the_left_one_shoots (void)
{
  Scene s = open_scene ("space-invaders");
  Invaders w = battle (5, 3, 0);

  put (w.aliens, 2, 3);
  put (w.aliens, 8, 5);
  w = after (&s, w, NOTHING);
  assert_result (&s, 0, 0);
  g_assert_true (is_at (w.enemy_bullets, 2, 3) && count (w.enemy_bullets) == 1);
  g_assert_cmpuint (w.shot_countdown, ==, 9);

  w = battle (4, 3, 3);
  put (w.aliens, 2, 3);
  put (w.enemy_bullets, 5, 8);
  w = after (&s, w, RIGHT);
  assert_result (&s, 0, 1);
  g_assert_cmpuint (w.x, ==, 5);
  g_assert_true (is_at (w.enemy_bullets, 5, 9));
  close_scene (&s);
}

static void
the_nearest_columns_lowest_alien_shoots (void)
{
  Scene s = open_scene ("space-invaders");
  Invaders w = battle (7, 3, 0);

  put (w.aliens, 0, 8);
  put (w.aliens, 9, 1);
  put (w.aliens, 9, 4);
  w = after (&s, w, NOTHING);
  g_assert_true (is_at (w.enemy_bullets, 9, 4) && count (w.enemy_bullets) == 1);
  close_scene (&s);
}

/* First move on step 13, first shot on step 11 and then every ten. */
static void
aliens_keep_time (void)
{
  Scene s = open_scene ("space-invaders");
  Invaders w;

  for (uint32_t t = 1; t <= 39; t++)
    {
      play (&s, t == 1 ? LEFT : NOTHING); /* out of the way of the first bullets */
      get_world (&s, &w, sizeof w);
      g_assert_cmpuint (w.move_countdown == 11, ==, t == 1 || t % 12 == 1);
      g_assert_cmpuint (w.shot_countdown == 9, ==, t == 1 || (t > 1 && t % 10 == 1));
      if (t < 13)
        g_assert_true (sees (&s, 2, 0, 1) && sees (&s, 2, 0, 2) && !sees (&s, 1, 0, 1));
      if (t == 13)
        g_assert_true (sees (&s, 1, 0, 1) && !sees (&s, 7, 0, 1));
      if (s.terminated)
        break;
    }
  close_scene (&s);
}

/* The fewer they are, the faster; the last one moves on every step. */
static void
few_aliens_are_fast (void)
{
  Scene s = open_scene ("space-invaders");

  for (int n = 1; n <= 14; n++)
    {
      Invaders w = battle (5, 0, 5);

      for (int i = 0; i < n; i++)
        put (w.aliens, 2 + i % 5, i / 5);
      w = after (&s, w, NOTHING);
      g_assert_cmpuint (w.move_countdown, ==, MIN (n, 12) - 1);
    }
  close_scene (&s);
}

/* In row 9 at the wall: it is over, and they come back at the top. */
static void
aliens_that_land_end_it (void)
{
  Scene s = open_scene ("space-invaders");
  Invaders w = battle (5, 0, 5);

  put (w.aliens, 0, 9);
  put (w.aliens, 4, 3);
  w = after (&s, w, NOTHING);
  assert_result (&s, 0, 1);
  g_assert_true (is_at (w.aliens, 0, 0) && is_at (w.aliens, 4, 4) && count (w.aliens) == 2);

  /* Onto the cannon from the side, and by the cannon's own move. */
  w = battle (5, 0, 5);
  put (w.aliens, 6, 9);
  after (&s, w, NOTHING);
  assert_result (&s, 0, 1);
  w = battle (5, 3, 5);
  put (w.aliens, 6, 9);
  after (&s, w, RIGHT);
  assert_result (&s, 0, 1);
  close_scene (&s);
}

static void
several_aliens_die_in_one_step (void)
{
  Scene s = open_scene ("space-invaders");
  Invaders w = battle (5, 5, 5);

  for (int x = 0; x < 3; x++)
    {
      put (w.aliens, x, 2);
      put (w.bullets, x, 3);
    }
  put (w.aliens, 7, 2);
  put (w.bullets, 9, 0); /* leaves at the top */
  w = after (&s, w, NOTHING);
  assert_result (&s, 3, 0);
  g_assert_true (count (w.aliens) == 1 && count (w.bullets) == 0);
  close_scene (&s);
}

static void
the_gun_fires_every_five_steps (void)
{
  Scene s = open_scene ("space-invaders");

  for (int t = 1; t <= 11; t++)
    {
      Invaders w;

      play (&s, FIRE);
      get_world (&s, &w, sizeof w);
      g_assert_cmpuint (w.cooldown, ==, 4 - (t - 1) % 5);
      g_assert_cmpuint (is_at (w.bullets, 5, 8), ==, t % 5 == 1);
    }
  close_scene (&s);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/space-invaders/a-shot-takes-six-steps-to-the-block",
                   a_shot_takes_six_steps_to_the_block);
  g_test_add_func ("/space-invaders/a-bullet-and-a-dropping-alien-pass",
                   a_bullet_and_a_dropping_alien_pass);
  g_test_add_func ("/space-invaders/the-last-alien-brings-a-faster-block",
                   the_last_alien_brings_a_faster_block);
  g_test_add_func ("/space-invaders/of-two-equally-near-columns-the-left-one-shoots",
                   of_two_equally_near_columns_the_left_one_shoots);
  g_test_add_func ("/space-invaders/the-nearest-columns-lowest-alien-shoots",
                   the_nearest_columns_lowest_alien_shoots);
  g_test_add_func ("/space-invaders/aliens-keep-time", aliens_keep_time);
  g_test_add_func ("/space-invaders/few-aliens-are-fast", few_aliens_are_fast);
  g_test_add_func ("/space-invaders/aliens-that-land-end-it", aliens_that_land_end_it);
  g_test_add_func ("/space-invaders/several-aliens-die-in-one-step",
                   several_aliens_die_in_one_step);
  g_test_add_func ("/space-invaders/the-gun-fires-every-five-steps",
                   the_gun_fires_every_five_steps);
  return g_test_run ();
}
