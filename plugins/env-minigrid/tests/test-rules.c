/* SPDX-License-Identifier: Apache-2.0
 *
 * Each published rule as a sentence, on worlds written down by hand.
 */
#include "scene.h"
#include <string.h>

#define W5 "##########\n"

static void
turning (void)
{
  Scene s = open_scene ("DoorKey-5x5", 0);

  set_scene (&s, W5 "##. . . ##\n##. >>. ##\n##. . GG##\n" W5);
  play (&s, "l");
  assert_rows (&s, W5 "##. . . ##\n##. ^^. ##\n##. . GG##\n" W5);
  play (&s, "l");
  assert_rows (&s, W5 "##. . . ##\n##. <<. ##\n##. . GG##\n" W5);
  play (&s, "rrr");
  assert_rows (&s, W5 "##. . . ##\n##. vv. ##\n##. . GG##\n" W5);
  g_assert_cmpfloat (s.reward, ==, 0);
  g_assert_false (s.terminated || s.truncated);
  close_scene (&s);
}

static void
walking (void)
{
  Scene s = open_scene ("DoorKey-5x5", 0);

  set_scene (&s, W5 "##. . . ##\n##. >>. ##\n##. . GG##\n" W5);
  play (&s, "f");
  assert_rows (&s, W5 "##. . . ##\n##. . >>##\n##. . GG##\n" W5);
  play (&s, "f");
  assert_rows (&s, W5 "##. . . ##\n##. . >>##\n##. . GG##\n" W5);
  play (&s, "lf");
  assert_rows (&s, W5 "##. . ^^##\n##. . . ##\n##. . GG##\n" W5);
  play (&s, "lf");
  assert_rows (&s, W5 "##. <<. ##\n##. . . ##\n##. . GG##\n" W5);
  play (&s, "lf");
  assert_rows (&s, W5 "##. . . ##\n##. vv. ##\n##. . GG##\n" W5);
  close_scene (&s);
}

static void
blocked (gconstpointer data)
{
  const char *thing = data;
  Scene s = open_scene ("DoorKey-5x5", 0);
  g_autofree char *rows = g_strconcat (W5 "##. . . ##\n##>>", thing, ". ##\n##. . GG##\n" W5, NULL);

  set_scene (&s, rows);
  play (&s, "f");
  assert_rows (&s, rows);
  close_scene (&s);
}

static void
open_door_is_walked_through (void)
{
  Scene s = open_scene ("DoorKey-5x5", 0);

  set_scene (&s, W5 "##. ##. ##\n##>>/y. ##\n##. ##GG##\n" W5);
  play (&s, "f");
  assert_rows (&s, W5 "##. ##. ##\n##. >>. ##\n##. ##GG##\n" W5);
  play (&s, "f");
  assert_rows (&s, W5 "##. ##. ##\n##. /y>>##\n##. ##GG##\n" W5);
  close_scene (&s);
}

static void
goal_pays_and_ends (void)
{
  Scene s = open_scene ("DoorKey-5x5", 0);

  set_scene (&s, W5 "##. . . ##\n##. . vv##\n##. . GG##\n" W5);
  play (&s, "f");
  g_assert_cmpfloat (s.reward, ==, (float) (1 - 0.9 * (1 / 250.0)));
  g_assert_true (s.terminated && !s.truncated);
  close_scene (&s);
}

static void
reward_falls_with_time (void)
{
  Scene s = open_scene ("DoorKey-5x5", 0);
  const char *rows = W5 "##. . . ##\n##. . vv##\n##. . GG##\n" W5;

  /* The published formula, 1 - 0.9 t / T, with t the step that succeeds. */
  for (uint32_t t = 1; t < 250; t++)
    {
      g_assert_true (try_scene (&s, rows, NOTHING, NOTHING, t - 1));
      play (&s, "f");
      g_assert_cmpfloat (s.reward, ==, (float) (1 - 0.9 * (t / 250.0)));
      g_assert_true (s.terminated && !s.truncated);
    }
  close_scene (&s);
}

static void
success_in_the_last_step (void)
{
  Scene s = open_scene ("DoorKey-5x5", 0);

  g_assert_true (
      try_scene (&s, W5 "##. . . ##\n##. . vv##\n##. . GG##\n" W5, NOTHING, NOTHING, 249));
  play (&s, "f");
  g_assert_cmpfloat_with_epsilon (s.reward, 0.1, 1e-7);
  g_assert_true (s.terminated && s.truncated);
  close_scene (&s);
}

static void
lava_ends_without_reward (void)
{
  Scene s = open_scene ("LavaGapS5", 0);

  set_scene (&s, W5 "##>>~~. ##\n##. . . ##\n##. ~~GG##\n" W5);
  play (&s, "f");
  g_assert_cmpfloat (s.reward, ==, 0);
  g_assert_true (s.terminated && !s.truncated);
  assert_rows (&s, W5 "##. >>. ##\n##. . . ##\n##. ~~GG##\n" W5);
  play (&s, "f");
  assert_rows (&s, W5 "##. >>. ##\n##. . . ##\n##. ~~GG##\n" W5);
  close_scene (&s);
}

static void
pickup_and_drop (void)
{
  static const Cell things[] = { { KEY, BLUE, 0 }, { BALL, RED, 0 }, { BOX, GREY, 0 } };
  static const char *const names[] = { "kb", "or", "Be" };
  Scene s = open_scene ("DoorKey-5x5", 0);

  for (uint32_t i = 0; i < G_N_ELEMENTS (things); i++)
    {
      g_autofree char *lying
          = g_strconcat (W5 "##>>", names[i], ". ##\n##. . . ##\n##. . GG##\n" W5, NULL);
      g_autofree char *moved
          = g_strconcat (W5 "##vv. . ##\n##", names[i], ". . ##\n##. . GG##\n" W5, NULL);

      set_scene (&s, lying);
      assert_carries (&s, NOTHING);
      play (&s, "p");
      assert_rows (&s, W5 "##>>. . ##\n##. . . ##\n##. . GG##\n" W5);
      assert_carries (&s, things[i]);
      g_assert_false (s.terminated);
      play (&s, "rd");
      assert_rows (&s, moved);
      assert_carries (&s, NOTHING);
    }
  close_scene (&s);
}

static void
hands_hold_one_thing (void)
{
  Scene s = open_scene ("DoorKey-5x5", 0);

  set_carrying (&s, W5 "##>>ob. ##\n##. . . ##\n##. . GG##\n" W5, THING (KEY, RED));
  play (&s, "p");
  assert_rows (&s, W5 "##>>ob. ##\n##. . . ##\n##. . GG##\n" W5);
  assert_carries (&s, THING (KEY, RED));
  close_scene (&s);
}

static void
fixed_things_stay (void)
{
  static const char *const names[] = { "##", ". ", "GG", "~~", "/y", "+y", "Ly" };
  Scene s = open_scene ("DoorKey-5x5", 0);

  for (uint32_t i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *rows
          = g_strconcat (W5 "##>>", names[i], ". ##\n##. . . ##\n##. . GG##\n" W5, NULL);

      set_scene (&s, rows);
      play (&s, "p");
      assert_rows (&s, rows);
      assert_carries (&s, NOTHING);
    }
  close_scene (&s);
}

static void
drop_needs_an_empty_cell (void)
{
  static const char *const names[] = { "##", "GG", "~~", "/y", "+y", "ob" };
  Scene s = open_scene ("DoorKey-5x5", 0);

  for (uint32_t i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *rows
          = g_strconcat (W5 "##>>", names[i], ". ##\n##. . . ##\n##. . GG##\n" W5, NULL);

      set_carrying (&s, rows, THING (KEY, RED));
      play (&s, "d");
      assert_rows (&s, rows);
      assert_carries (&s, THING (KEY, RED));
    }
  set_scene (&s, W5 "##>>. . ##\n##. . . ##\n##. . GG##\n" W5);
  play (&s, "d");
  assert_rows (&s, W5 "##>>. . ##\n##. . . ##\n##. . GG##\n" W5);
  close_scene (&s);
}

static void
doors_open_and_close (void)
{
  Scene s = open_scene ("DoorKey-5x5", 0);

  set_scene (&s, W5 "##. ##. ##\n##>>+g. ##\n##. ##GG##\n" W5);
  play (&s, "t");
  assert_rows (&s, W5 "##. ##. ##\n##>>/g. ##\n##. ##GG##\n" W5);
  play (&s, "t");
  assert_rows (&s, W5 "##. ##. ##\n##>>+g. ##\n##. ##GG##\n" W5);
  g_assert_false (s.terminated);
  close_scene (&s);
}

static void
locked_doors_need_their_key (void)
{
  static const Cell wrong[] = { { EMPTY, 0, 0 }, { KEY, RED, 0 }, { BALL, YELLOW, 0 } };
  const char *locked = W5 "##. ##. ##\n##>>Ly. ##\n##. ##GG##\n" W5;
  Scene s = open_scene ("DoorKey-5x5", 0);

  for (uint32_t i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      set_carrying (&s, locked, wrong[i]);
      play (&s, "t");
      assert_rows (&s, locked);
    }
  set_carrying (&s, locked, THING (KEY, YELLOW));
  play (&s, "t");
  assert_rows (&s, W5 "##. ##. ##\n##>>/y. ##\n##. ##GG##\n" W5);
  /* The key is kept; the door is never locked again. */
  assert_carries (&s, THING (KEY, YELLOW));
  play (&s, "t");
  assert_rows (&s, W5 "##. ##. ##\n##>>+y. ##\n##. ##GG##\n" W5);
  close_scene (&s);
}

static void
toggled_box_vanishes (void)
{
  Scene s = open_scene ("DoorKey-5x5", 0);

  set_scene (&s, W5 "##>>Bb. ##\n##. . . ##\n##. . GG##\n" W5);
  play (&s, "t");
  assert_rows (&s, W5 "##>>. . ##\n##. . . ##\n##. . GG##\n" W5);
  close_scene (&s);
}

static void
toggle_leaves_the_rest (void)
{
  static const char *const names[] = { "##", ". ", "GG", "~~", "ky", "ob" };
  Scene s = open_scene ("DoorKey-5x5", 0);

  for (uint32_t i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *rows
          = g_strconcat (W5 "##>>", names[i], ". ##\n##. . . ##\n##. . GG##\n" W5, NULL);

      set_scene (&s, rows);
      play (&s, "t");
      assert_rows (&s, rows);
    }
  close_scene (&s);
}

static void
done_only_takes_time (void)
{
  Scene s = open_scene ("DoorKey-5x5", 0);
  const int32_t odd[] = { 6, 7, -1, 1000, INT32_MIN, INT32_MAX };
  const char *rows = W5 "##>>Bb. ##\n##. . . ##\n##. . GG##\n" W5;

  set_scene (&s, rows);
  for (uint32_t i = 0; i < G_N_ELEMENTS (odd); i++)
    {
      g_autofree uint8_t *state = NULL;

      s.is->step (s.env, &odd[i], s.observation, &s.reward, &s.terminated, &s.truncated);
      assert_rows (&s, rows);
      state = state_of (&s);
      g_assert_cmpuint (state[s.is->key_size], ==, i + 1);
    }
  close_scene (&s);
}

#define WALL11 "######################\n"

static void
unlock_is_won_by_opening (void)
{
  Scene s = open_scene ("Unlock", 0);

  set_carrying (&s,
                WALL11 "##. . . . ##. . . . ##\n##. . . >>Lr. . . . ##\n##. . . . ##. . . . ##\n"
                       "##. . . . ##. . . . ##\n" WALL11,
                THING (KEY, RED));
  play (&s, "t");
  g_assert_cmpfloat (s.reward, ==, (float) (1 - 0.9 * (1 / 288.0)));
  g_assert_true (s.terminated);
  close_scene (&s);
}

static void
unlock_pickup_is_won_by_the_box (void)
{
  Scene s = open_scene ("UnlockPickup", 0);

  set_scene (&s, WALL11 "##. . . . ##. . . . ##\n##. . . >>/r. . . . ##\n##. . . . ##>>Bg. . ##\n"
                        "##. . . . ##. . . . ##\n" WALL11);
  play (&s, "p");
  g_assert_cmpfloat (s.reward, ==, (float) (1 - 0.9 * (1 / 288.0)));
  g_assert_true (s.terminated);
  set_scene (&s, WALL11 "##. . . . ##. . . . ##\n##. . . >>Lr. . . . ##\n##. . . . ##>>kr. . ##\n"
                        "##. . . . ##. Bg. . ##\n" WALL11);
  play (&s, "p");
  g_assert_cmpfloat (s.reward, ==, 0);
  g_assert_false (s.terminated);
  close_scene (&s);
}

static void
key_corridor_is_won_by_the_ball (void)
{
  Scene s = open_scene ("KeyCorridorS3R1", 0);

  set_carrying (&s, "##############\n##. +r>>Lyog##\n##############\n", THING (KEY, YELLOW));
  play (&s, "t");
  g_assert_false (s.terminated);
  /* The hands are full: the ball stays until the key is put away, in the far room. */
  play (&s, "fp");
  assert_rows (&s, "##############\n##. +r. >>og##\n##############\n");
  play (&s, "llftfd");
  assert_rows (&s, "##############\n##ky<<. /yog##\n##############\n");
  play (&s, "llffp");
  assert_rows (&s, "##############\n##ky/r. >>. ##\n##############\n");
  g_assert_true (s.terminated);
  /* The fourteenth step of 270. */
  g_assert_cmpfloat (s.reward, ==, (float) (1 - 0.9 * (14 / 270.0)));
  close_scene (&s);
}

static void
a_goal_is_no_goal_of_other_missions (void)
{
  Scene s = open_scene ("DoorKey-5x5", 0);

  /* A ball in the hand or an open door ends DoorKey no more than a key does. */
  set_carrying (&s, W5 "##. ##. ##\n##>>/y. ##\n##. ##GG##\n" W5, THING (BALL, RED));
  play (&s, "t");
  g_assert_false (s.terminated);
  close_scene (&s);
}

static void
truncated_exactly_at_the_limit (void)
{
  for (uint32_t i = 0; i < n_environments (); i++)
    {
      Scene s = open_scene (strchr (environment (i)->id, '.') + 1, 0);

      reset_scene (&s, i);
      for (uint32_t t = 1; t <= s.is->max_steps; t++)
        {
          play (&s, "l");
          g_assert_cmpuint (s.truncated, ==, t == s.is->max_steps);
          g_assert_cmpuint (s.terminated, ==, 0);
          g_assert_cmpfloat (s.reward, ==, 0);
        }
      close_scene (&s);
    }
}

static void
an_ended_world_waits (gconstpointer data)
{
  bool won = data != NULL;
  Scene s = open_scene ("DoorKey-5x5", 0);
  g_autofree uint8_t *before = NULL, *after = NULL;
  uint8_t seen[75];

  g_assert_true (try_scene (&s, W5 "##. . . ##\n##. . vv##\n##. . GG##\n" W5, NOTHING, NOTHING,
                            won ? 3 : 249));
  play (&s, won ? "f" : "l");
  before = state_of (&s);
  memcpy (seen, s.observation, sizeof seen);
  play (&s, "lfrfpdt");
  after = state_of (&s);
  g_assert_cmpmem (before, s.is->state_size, after, s.is->state_size);
  g_assert_cmpmem (seen, sizeof seen, s.observation, sizeof seen);
  g_assert_cmpfloat (s.reward, ==, 0);
  g_assert_cmpuint (s.terminated, ==, won);
  g_assert_cmpuint (s.truncated, ==, !won);
  reset_scene (&s, 1);
  play (&s, "l");
  g_assert_false (s.terminated || s.truncated);
  close_scene (&s);
}

static void
an_ended_state_is_ended_when_set (void)
{
  static const struct
  {
    const char *name, *rows;
    Cell under, carried;
  } ended[] = {
    { "DoorKey-5x5", W5 "##. . . ##\n##. . . ##\n##. . >>##\n" W5, { GOAL, GREEN, 0 }, NOTHING },
    { "LavaGapS5", W5 "##. . . ##\n##. vv. ##\n##. . GG##\n" W5, { LAVA, RED, 0 }, NOTHING },
    { "Unlock",
      WALL11 "##. . . . ##. . . . ##\n##. . . >>/r. . . . ##\n##. . . . ##. . . . ##\n"
             "##. . . . ##. . . . ##\n" WALL11,
      NOTHING,
      { KEY, RED, 0 } },
    { "KeyCorridorS3R1",
      "##############\n##. /r. >>. ##\n##############\n",
      { DOOR, RED, OPEN },
      { BALL, RED, 0 } },
  };

  for (uint32_t i = 0; i < G_N_ELEMENTS (ended); i++)
    {
      Scene s = open_scene (ended[i].name, 0);

      g_assert_true (try_scene (&s, ended[i].rows, ended[i].under, ended[i].carried, 5));
      play (&s, "l");
      g_assert_true (s.terminated && !s.truncated);
      assert_rows (&s, ended[i].rows);
      close_scene (&s);
    }
}

static void
nothing_leaves_the_grid (void)
{
  /* No level has an open border, but a state set by hand may. */
  Scene s = open_scene ("DoorKey-5x5", 0);
  const char *open = ">>. . . . \n. . . . . \n. . . . . \n. . . . . \n. . . . . \n";

  for (uint32_t view = 0; view < 2; view++)
    {
      set_carrying (&s, open, THING (KEY, RED));
      play (&s, "lfdtprfffffffdpt");
      assert_rows (&s, ". . . . >>\n. . . . . \n. . . . . \n. . . . . \n. . . . . \n");
      play (&s, "rfffffffdtprffffffdpt");
      assert_rows (&s, ". . . . . \n. . . . . \n. . . . . \n. . . . . \n<<. . . . \n");
      close_scene (&s);
      s = open_scene ("DoorKey-5x5", 1);
    }
  close_scene (&s);
}

static void
before_the_first_reset_it_waits (void)
{
  for (uint32_t i = 0; i < n_environments (); i++)
    {
      Scene s = open_scene (strchr (environment (i)->id, '.') + 1, 0);

      play (&s, "f");
      g_assert_true (s.truncated);
      g_assert_cmpfloat (s.reward, ==, 0);
      close_scene (&s);
    }
}

int
main (int argc, char **argv)
{
  static const char *const solid[] = { "##", "+y", "Ly", "ky", "or", "Bg" };

  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/rules/left-and-right-turn-on-the-spot", turning);
  g_test_add_func ("/rules/forward-moves-one-cell-until-a-wall", walking);
  for (uint32_t i = 0; i < G_N_ELEMENTS (solid); i++)
    {
      g_autofree char *name = g_strdup_printf ("/rules/forward-is-blocked-by/%u", i);

      g_test_add_data_func (name, solid[i], blocked);
    }
  g_test_add_func ("/rules/an-open-door-is-walked-through", open_door_is_walked_through);
  g_test_add_func ("/rules/reaching-the-goal-pays-and-ends", goal_pays_and_ends);
  g_test_add_func ("/rules/the-reward-is-1-minus-0.9-t-over-T", reward_falls_with_time);
  g_test_add_func ("/rules/success-in-the-last-step-is-both-ends-and-pays-0.1",
                   success_in_the_last_step);
  g_test_add_func ("/rules/lava-ends-without-reward", lava_ends_without_reward);
  g_test_add_func ("/rules/keys-balls-and-boxes-are-picked-up-and-dropped", pickup_and_drop);
  g_test_add_func ("/rules/only-one-thing-is-carried", hands_hold_one_thing);
  g_test_add_func ("/rules/nothing-else-is-picked-up", fixed_things_stay);
  g_test_add_func ("/rules/a-thing-is-dropped-on-an-empty-cell-only", drop_needs_an_empty_cell);
  g_test_add_func ("/rules/toggle-opens-and-closes-a-door", doors_open_and_close);
  g_test_add_func ("/rules/a-locked-door-needs-the-key-of-its-color", locked_doors_need_their_key);
  g_test_add_func ("/rules/a-toggled-box-vanishes", toggled_box_vanishes);
  g_test_add_func ("/rules/toggle-changes-nothing-else", toggle_leaves_the_rest);
  g_test_add_func ("/rules/done-and-unknown-actions-only-take-time", done_only_takes_time);
  g_test_add_func ("/rules/unlock-is-won-by-opening-the-door", unlock_is_won_by_opening);
  g_test_add_func ("/rules/unlock-pickup-is-won-by-taking-the-box",
                   unlock_pickup_is_won_by_the_box);
  g_test_add_func ("/rules/key-corridor-is-won-by-taking-the-ball",
                   key_corridor_is_won_by_the_ball);
  g_test_add_func ("/rules/other-missions-do-not-end-a-level", a_goal_is_no_goal_of_other_missions);
  g_test_add_func ("/rules/every-level-is-truncated-exactly-at-its-limit",
                   truncated_exactly_at_the_limit);
  g_test_add_data_func ("/rules/a-terminated-world-waits-for-reset", "", an_ended_world_waits);
  g_test_add_data_func ("/rules/a-truncated-world-waits-for-reset", NULL, an_ended_world_waits);
  g_test_add_func ("/rules/a-state-that-has-ended-waits-when-set",
                   an_ended_state_is_ended_when_set);
  g_test_add_func ("/rules/nothing-leaves-the-grid", nothing_leaves_the_grid);
  g_test_add_func ("/rules/a-world-waits-for-its-first-reset", before_the_first_reset_it_waits);
  return g_test_run ();
}
