/* SPDX-License-Identifier: Apache-2.0
 *
 * Breakout, by the scenarios of its rules.
 */
#include "scene.h"
#include <string.h>

enum
{
  UP_LEFT,
  UP_RIGHT,
  DOWN_RIGHT,
  DOWN_LEFT
};

static Breakout
with_ball (uint8_t x, uint8_t y, int direction, uint8_t paddle)
{
  static const int8_t dx[] = { -1, 1, 1, -1 }, dy[] = { -1, -1, 1, 1 };
  Breakout w = { .x = x,
                 .y = y,
                 .last_x = x,
                 .last_y = y,
                 .dx = dx[direction],
                 .dy = dy[direction],
                 .paddle = paddle };

  memset (w.bricks, 1, sizeof w.bricks);
  return w;
}

static uint32_t
n_bricks (const Breakout *w)
{
  uint32_t n = 0;

  for (int i = 0; i < BRICK_ROWS * SIDE; i++)
    n += w->bricks[i / SIDE][i % SIDE];
  return n;
}

static void
assert_ball (const Breakout *w, int x, int y, int direction)
{
  Breakout as = with_ball ((uint8_t) x, (uint8_t) y, direction, 0);

  g_assert_cmpint (w->x, ==, x);
  g_assert_cmpint (w->y, ==, y);
  g_assert_cmpint (w->dx, ==, as.dx);
  g_assert_cmpint (w->dy, ==, as.dy);
}

static Breakout
after (Scene *s, Breakout w, int action)
{
  set_world (s, &w, sizeof w);
  play (s, action);
  get_world (s, &w, sizeof w);
  return w;
}

/* B1 */
static void
the_paddle_returns_the_ball (void)
{
  Scene s = open_scene ("breakout");
  Breakout w = after (&s, with_ball (5, 8, DOWN_RIGHT, 4), RIGHT);

  assert_result (&s, 0, 0);
  g_assert_cmpuint (w.paddle, ==, 5);
  assert_ball (&w, 6, 8, UP_RIGHT);
  w = after (&s, with_ball (5, 8, DOWN_RIGHT, 5), RIGHT);
  assert_result (&s, 0, 0);
  assert_ball (&w, 6, 8, UP_LEFT);
  w = after (&s, with_ball (5, 8, DOWN_RIGHT, 3), NOTHING);
  assert_result (&s, 0, 1);
  g_assert_cmpuint (w.x, ==, 6);
  g_assert_cmpuint (w.y, ==, 9);
  close_scene (&s);
}

/* B2 */
static void
no_two_bricks_break_in_a_row (void)
{
  Scene s = open_scene ("breakout");
  Breakout w = after (&s, with_ball (0, 4, UP_LEFT, 4), NOTHING);

  assert_result (&s, 1, 0);
  assert_ball (&w, 0, 4, DOWN_RIGHT);
  g_assert_cmpuint (w.contact, ==, 1);
  g_assert_cmpuint (w.bricks[2][0], ==, 0);
  g_assert_cmpuint (n_bricks (&w), ==, 29);

  w = with_ball (0, 4, UP_LEFT, 4);
  w.contact = 1;
  w = after (&s, w, NOTHING);
  assert_result (&s, 0, 0);
  assert_ball (&w, 0, 3, UP_RIGHT);
  g_assert_cmpuint (w.contact, ==, 1);
  g_assert_cmpuint (n_bricks (&w), ==, 30);
  close_scene (&s);
}

/* B3 */
static void
an_empty_wall_is_built_anew (void)
{
  Scene s = open_scene ("breakout");
  Breakout w = with_ball (3, 8, DOWN_LEFT, 3);

  memset (w.bricks, 0, sizeof w.bricks);
  w = after (&s, w, NOTHING);
  assert_result (&s, 0, 0);
  assert_ball (&w, 2, 8, UP_LEFT);
  g_assert_cmpuint (n_bricks (&w), ==, 30);
  close_scene (&s);
}

static void
it_begins_as_the_rules_say (void)
{
  Scene s = open_scene ("breakout");
  bool left = false, right = false;

  for (uint64_t seed = 0; seed < 30; seed++)
    {
      Breakout w;

      reset_scene (&s, seed);
      get_world (&s, &w, sizeof w);
      assert_ball (&w, w.x, 3, w.x == 0 ? DOWN_RIGHT : DOWN_LEFT);
      g_assert_true (w.x == 0 || w.x == 9);
      left |= w.x == 0;
      right |= w.x == 9;
      g_assert_cmpuint (w.paddle, ==, 4);
      g_assert_cmpuint (w.contact, ==, 0);
      g_assert_cmpuint (n_bricks (&w), ==, 30);
      g_assert_true (sees (&s, 4, 9, 0) && sees (&s, w.x, 3, 1) && sees (&s, w.x, 3, 2));
      for (int x = 0; x < SIDE; x++)
        g_assert_true (sees (&s, x, 1, 3) && sees (&s, x, 2, 3) && sees (&s, x, 3, 3));
      g_assert_cmpuint (count_seen (&s, 0) + count_seen (&s, 1) + count_seen (&s, 2), ==, 3);
      g_assert_cmpuint (count_seen (&s, 3), ==, 30);
    }
  g_assert_true (left && right);
  close_scene (&s);
}

/* At the ceiling the ball stays in row 0; a wall there turns it round in both directions. */
static void
the_ceiling_and_a_wall_turn_it_in_one_step (void)
{
  Scene s = open_scene ("breakout");
  Breakout w = with_ball (4, 0, UP_RIGHT, 4);

  memset (w.bricks, 0, sizeof w.bricks);
  w = after (&s, w, NOTHING);
  assert_ball (&w, 5, 0, DOWN_RIGHT);
  w = with_ball (9, 0, UP_RIGHT, 4);
  memset (w.bricks, 0, sizeof w.bricks);
  w = after (&s, w, NOTHING);
  assert_ball (&w, 9, 0, DOWN_LEFT);
  g_assert_true (sees (&s, 9, 0, 1) && sees (&s, 9, 0, 2));
  close_scene (&s);
}

/* The wall is built anew even for a ball that is then lost. */
static void
a_lost_ball_rebuilds_the_wall_too (void)
{
  Scene s = open_scene ("breakout");
  Breakout w = with_ball (3, 8, DOWN_LEFT, 7);

  memset (w.bricks, 0, sizeof w.bricks);
  w = after (&s, w, NOTHING);
  assert_result (&s, 0, 1);
  g_assert_cmpuint (n_bricks (&w), ==, 30);
  close_scene (&s);
}

/* The flag is off again after a step without contact, also one at the ceiling. */
static void
the_flag_lasts_one_step (void)
{
  Scene s = open_scene ("breakout");
  Breakout w = with_ball (5, 6, DOWN_LEFT, 4);

  w.contact = 1;
  w = after (&s, w, NOTHING);
  g_assert_cmpuint (w.contact, ==, 0);
  w = with_ball (5, 0, UP_LEFT, 4);
  w.contact = 1;
  w = after (&s, w, NOTHING);
  g_assert_cmpuint (w.contact, ==, 0);
  close_scene (&s);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/breakout/the-paddle-returns-the-ball", the_paddle_returns_the_ball);
  g_test_add_func ("/breakout/no-two-bricks-break-in-a-row", no_two_bricks_break_in_a_row);
  g_test_add_func ("/breakout/an-empty-wall-is-built-anew", an_empty_wall_is_built_anew);
  g_test_add_func ("/breakout/it-begins-as-the-rules-say", it_begins_as_the_rules_say);
  g_test_add_func ("/breakout/the-ceiling-and-a-wall-turn-it-in-one-step",
                   the_ceiling_and_a_wall_turn_it_in_one_step);
  g_test_add_func ("/breakout/a-lost-ball-rebuilds-the-wall-too",
                   a_lost_ball_rebuilds_the_wall_too);
  g_test_add_func ("/breakout/the-flag-lasts-one-step", the_flag_lasts_one_step);
  return g_test_run ();
}
