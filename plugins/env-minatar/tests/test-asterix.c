/* SPDX-License-Identifier: Apache-2.0
 *
 * Asterix, by the scenarios and timing notes of its rules.
 */
#include "scene.h"
#include <string.h>

/* The player at (4, 3), and one entity at (5, 3) that goes left. */
static Asterix
facing (uint8_t is, uint8_t move_countdown, uint8_t spawn_countdown)
{
  Asterix w = { .x = 4,
                .y = 3,
                .move_countdown = move_countdown,
                .spawn_countdown = spawn_countdown,
                .ramp_countdown = 100 };

  w.rows[2] = (Entity){ is, 5, -1 };
  return w;
}

/* A1 */
static void
gold_is_gathered (void)
{
  Scene s = open_scene ("asterix");
  Asterix w = facing (GOLD, 2, 3);

  set_world (&s, &w, sizeof w);
  play (&s, RIGHT);
  assert_result (&s, 1, 0);
  get_world (&s, &w, sizeof w);
  g_assert_cmpuint (w.x, ==, 5);
  g_assert_cmpuint (w.y, ==, 3);
  g_assert_cmpuint (w.rows[2].is, ==, NOBODY);
  g_assert_cmpuint (w.move_countdown, ==, 1);
  g_assert_cmpuint (w.spawn_countdown, ==, 2);
  close_scene (&s);
}

/* A2 */
static void
an_enemy_comes (void)
{
  Scene s = open_scene ("asterix");
  Asterix w = facing (ENEMY, 0, 5);

  set_world (&s, &w, sizeof w);
  play (&s, NOTHING);
  assert_result (&s, 0, 1);
  get_world (&s, &w, sizeof w);
  g_assert_cmpuint (w.rows[2].is, ==, ENEMY);
  g_assert_cmpuint (w.rows[2].x, ==, 4);
  g_assert_cmpuint (w.move_countdown, ==, 4);
  close_scene (&s);
}

/* A3 */
static void
the_player_runs_into_an_enemy (void)
{
  Scene s = open_scene ("asterix");
  Asterix w = facing (ENEMY, 0, 5);

  set_world (&s, &w, sizeof w);
  play (&s, RIGHT);
  assert_result (&s, 0, 1);
  get_world (&s, &w, sizeof w);
  g_assert_cmpuint (w.x, ==, 5);
  g_assert_cmpuint (w.rows[2].x, ==, 4);
  close_scene (&s);
}

static void
spawns_and_moves_keep_time (void)
{
  Scene s = open_scene ("asterix");
  Asterix w;

  for (uint32_t t = 1; t <= 11; t++)
    {
      uint8_t countdown;

      get_world (&s, &w, sizeof w);
      countdown = w.move_countdown;
      play (&s, NOTHING);
      g_assert_cmpuint (countdown == 0, ==, t == 6 || t == 11);
      get_world (&s, &w, sizeof w);
      for (uint32_t i = 0; t < 11 && i < ASTERIX_ROWS; i++)
        g_assert_cmpuint (w.rows[i].is, ==, NOBODY);
    }
  /* The newcomer of step 11 moves in that step. */
  for (uint32_t i = 0, n = 0; i < ASTERIX_ROWS; i++)
    if (w.rows[i].is != NOBODY)
      {
        int x = w.rows[i].dx > 0 ? 1 : 8;

        n++;
        g_assert_cmpuint (n, ==, 1);
        g_assert_cmpint (w.rows[i].x, ==, x);
        g_assert_true (sees (&s, x, (int) i + 1, w.rows[i].is == GOLD ? 3 : 1));
        g_assert_true (sees (&s, x == 1 ? 0 : 9, (int) i + 1, 2));
      }
  g_assert_cmpuint (count_seen (&s, 1) + count_seen (&s, 3), ==, 1);
  close_scene (&s);
}

/* Clears the field, so that nothing happens to the player. */
static void
keep_safe (Scene *s)
{
  Asterix w;

  get_world (s, &w, sizeof w);
  for (uint8_t i = 0; i < ASTERIX_ROWS; i++)
    w.rows[i] = (Entity){ NOBODY };
  set_world (s, &w, sizeof w);
}

static void
it_grows_harder_every_102_steps (void)
{
  static const uint32_t steps[] = { 102, 204, 306, 408, 510, 612, 714, 816, 918 };
  Scene s = open_scene ("asterix");
  Asterix w;

  for (uint32_t t = 1, ramps = 0; t <= 1200; t++)
    {
      keep_safe (&s);
      play (&s, NOTHING);
      g_assert_cmpuint (s.terminated, ==, 0);
      ramps += ramps < 9 && t == steps[ramps];
      get_world (&s, &w, sizeof w);
      g_assert_cmpuint (w.ramps, ==, ramps);
    }
  close_scene (&s);
}

/* 102: 9,5; 204: 8,4; 306: 7,4; 408: 6,3; 510: 5,3; 612: 4,2; 714: 3,2; 816: 2,1; 918: 1,1 */
static void
intervals_are_those_of_the_rules (void)
{
  static const uint8_t spawn[] = { 10, 9, 8, 7, 6, 5, 4, 3, 2, 1 },
                       move[] = { 5, 5, 4, 4, 3, 3, 2, 2, 1, 1 };
  Scene s = open_scene ("asterix");

  for (uint8_t ramps = 0; ramps < 10; ramps++)
    {
      Asterix w = { .x = 5, .y = 5, .ramps = ramps, .ramp_countdown = 100 };

      set_world (&s, &w, sizeof w);
      play (&s, NOTHING);
      get_world (&s, &w, sizeof w);
      g_assert_cmpuint (w.spawn_countdown, ==, spawn[ramps] - 1);
      g_assert_cmpuint (w.move_countdown, ==, move[ramps] - 1);
    }
  close_scene (&s);
}

static void
it_stays_as_hard_without_ramping (void)
{
  Scene s = open_scene ("asterix");
  Asterix w;

  set_scene_option (&s, "ramping", 0);
  for (uint32_t t = 0; t < 300; t++)
    {
      keep_safe (&s);
      play (&s, NOTHING);
    }
  get_world (&s, &w, sizeof w);
  g_assert_cmpuint (w.ramps, ==, 0);
  g_assert_cmpint (w.ramp_countdown, ==, 100);
  close_scene (&s);
}

/* With no slot free nothing enters, but two uniforms are drawn. */
static void
a_full_field_draws_all_the_same (void)
{
  Scene s = open_scene ("asterix");
  Asterix w = { .x = 5, .y = 5, .move_countdown = 3, .ramp_countdown = 100 }, after;
  g_autofree uint8_t *state = NULL;
  uint64_t word;

  for (uint32_t i = 0; i < ASTERIX_ROWS; i++)
    w.rows[i] = (Entity){ GOLD, 1, 1 };
  set_world (&s, &w, sizeof w);
  play (&s, NOTHING);
  get_world (&s, &after, sizeof after);
  g_assert_cmpmem (w.rows, sizeof w.rows, after.rows, sizeof after.rows);
  g_assert_cmpuint (after.spawn_countdown, ==, 9);
  state = state_of (&s);
  memcpy (&word, state + sizeof w + 8, sizeof word);
  g_assert_cmpuint (word, ==, 2 + 4); /* the sticky draw, and two uniforms of two words */
  close_scene (&s);
}

static void
the_player_stays_between_the_walls (void)
{
  Scene s = open_scene ("asterix");
  Asterix w;
  static const struct
  {
    int action;
    uint8_t x, y;
  } ends[] = { { LEFT, 0, 5 }, { UP, 0, 1 }, { RIGHT, 9, 1 }, { DOWN, 9, 8 }, { FIRE, 9, 8 } };

  for (uint32_t i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      for (uint32_t t = 0; t < 12; t++)
        {
          keep_safe (&s);
          play (&s, ends[i].action);
        }
      get_world (&s, &w, sizeof w);
      g_assert_cmpuint (w.x, ==, ends[i].x);
      g_assert_cmpuint (w.y, ==, ends[i].y);
      g_assert_true (sees (&s, w.x, w.y, 0));
    }
  close_scene (&s);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/asterix/gold-is-gathered", gold_is_gathered);
  g_test_add_func ("/asterix/an-enemy-that-comes-ends-it", an_enemy_comes);
  g_test_add_func ("/asterix/who-runs-into-an-enemy-loses-and-the-enemy-moves-on",
                   the_player_runs_into_an_enemy);
  g_test_add_func ("/asterix/spawns-and-moves-keep-time", spawns_and_moves_keep_time);
  g_test_add_func ("/asterix/it-grows-harder-every-102-steps", it_grows_harder_every_102_steps);
  g_test_add_func ("/asterix/intervals-are-those-of-the-rules", intervals_are_those_of_the_rules);
  g_test_add_func ("/asterix/it-stays-as-hard-without-ramping", it_stays_as_hard_without_ramping);
  g_test_add_func ("/asterix/a-full-field-draws-all-the-same", a_full_field_draws_all_the_same);
  g_test_add_func ("/asterix/the-player-stays-between-the-walls",
                   the_player_stays_between_the_walls);
  return g_test_run ();
}
