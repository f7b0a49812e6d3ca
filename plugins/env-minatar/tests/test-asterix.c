/* SPDX-License-Identifier: Apache-2.0
 *
 * Asterix, by the scenarios and timing notes of its rules.
 */
#include "scene.h"

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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/asterix/gold-is-gathered", gold_is_gathered);
  g_test_add_func ("/asterix/an-enemy-that-comes-ends-it", an_enemy_comes);
  g_test_add_func ("/asterix/who-runs-into-an-enemy-loses-and-the-enemy-moves-on",
                   the_player_runs_into_an_enemy);
  return g_test_run ();
}
