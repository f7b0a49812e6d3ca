/* SPDX-License-Identifier: Apache-2.0
 *
 * Seaquest, by the scenarios and timing notes of its rules.
 */
#include "scene.h"
#include <string.h>

static Seaquest
sea (uint8_t x, uint8_t y, int8_t facing)
{
  return (Seaquest){
    .x = x, .y = y, .facing = facing, .oxygen = 100, .spawn_countdown = 20, .diver_countdown = 30
  };
}

static Seaquest
after (Scene *s, Seaquest w, int action)
{
  set_world (s, &w, sizeof w);
  play (s, action);
  get_world (s, &w, sizeof w);
  return w;
}

/* S1 */
static void
a_shot_hits_the_fish_ahead (void)
{
  Scene s = open_scene ("seaquest");
  Seaquest w = sea (3, 4, 1);

  w.fish[w.n_fish++] = (Swimmer){ .x = 4, .y = 4, .dx = -1, .move_countdown = 3 };
  w = after (&s, w, FIRE);
  assert_result (&s, 1, 0);
  g_assert_cmpuint (w.n_bullets + w.n_fish, ==, 0);
  g_assert_cmpuint (w.cooldown, ==, 4);
  g_assert_cmpuint (w.oxygen, ==, 99);
  close_scene (&s);
}

/* S2 */
static void
a_dying_sub_still_fires (void)
{
  Scene s = open_scene ("seaquest");
  Seaquest w = sea (3, 4, 1);

  w.subs[w.n_subs++] = (Swimmer){ .x = 5, .y = 4, .dx = -1 };
  w = after (&s, w, FIRE);
  assert_result (&s, 1, 1);
  g_assert_cmpuint (w.n_bullets + w.n_subs, ==, 0);
  g_assert_cmpuint (w.n_enemy_bullets, ==, 1);
  g_assert_cmpint (w.enemy_bullets[0].x, ==, 3);
  close_scene (&s);
}

static Seaquest
below_the_surface (int32_t rescued)
{
  Seaquest w = sea (3, 1, 1);

  w.oxygen = 110;
  w.rescued = rescued;
  return w;
}

/* S3 */
static void
surfacing_counts_divers (void)
{
  Scene s = open_scene ("seaquest");
  Seaquest w = after (&s, below_the_surface (6), UP);

  assert_result (&s, 5, 0);
  g_assert_cmpuint (w.oxygen, ==, 200);
  g_assert_cmpint (w.rescued, ==, -1);
  g_assert_cmpuint (w.ramps, ==, 1);
  g_assert_cmpuint (w.surfaced, ==, 1);
  w = after (&s, below_the_surface (0), UP);
  assert_result (&s, 0, 1);
  g_assert_cmpuint (w.oxygen, ==, 110);
  g_assert_cmpuint (w.surfaced, ==, 0);
  w = after (&s, below_the_surface (-1), UP);
  assert_result (&s, 0, 0);
  g_assert_cmpuint (w.oxygen, ==, 200);
  g_assert_cmpint (w.rescued, ==, -2);
  w = after (&s, below_the_surface (3), UP);
  assert_result (&s, 0, 0);
  g_assert_cmpint (w.rescued, ==, 2);
  g_assert_cmpuint (count_seen (&s, 8), ==, 2);
  g_assert_true (sees (&s, 7, 9, 8) && sees (&s, 8, 9, 8));
  close_scene (&s);
}

/* S3: interval 19 and move 5 after one ramp; move 4 at the 2nd, 3 at the 4th, 2 at the 6th;
 * spawn 1 at the 19th. */
static void
surfacings_make_it_harder (void)
{
  Scene s = open_scene ("seaquest");

  for (uint8_t ramps = 0; ramps < 19; ramps++)
    {
      Seaquest w = below_the_surface (3);
      int move = ramps + 1 < 2 ? 5 : ramps + 1 < 4 ? 4 : ramps + 1 < 6 ? 3 : 2;

      w.ramps = ramps;
      w = after (&s, w, UP);
      g_assert_cmpuint (w.ramps, ==, ramps + 1);
      w.spawn_countdown = 0;
      w.subs[w.n_subs++] = (Swimmer){ .x = 5, .y = 8, .dx = 1 };
      w = after (&s, w, NOTHING);
      g_assert_cmpuint (w.spawn_countdown, ==, 20 - ramps - 1 - 1);
      g_assert_cmpuint (w.subs[0].move_countdown, ==, move);
    }
  {
    Seaquest w = below_the_surface (3);

    w.ramps = 19;
    w = after (&s, w, UP);
    g_assert_cmpuint (w.ramps, ==, 19);
    set_scene_option (&s, "ramping", 0);
    w = after (&s, below_the_surface (3), UP);
    g_assert_cmpuint (w.ramps, ==, 0);
  }
  close_scene (&s);
}

/* At the surface nothing is used up; what the first enemies and divers do. */
static void
spawns_keep_time (void)
{
  Scene s = open_scene ("seaquest");
  Seaquest w;

  for (uint32_t t = 1; t <= 31; t++)
    {
      play (&s, NOTHING);
      get_world (&s, &w, sizeof w);
      g_assert_cmpuint (w.n_fish + w.n_subs, ==, t < 21 ? 0 : 1);
      g_assert_cmpuint (w.n_divers, ==, t < 31 ? 0 : 1);
      g_assert_cmpuint (w.oxygen, ==, 200);
      g_assert_cmpuint (s.terminated, ==, 0);
    }
  g_assert_cmpuint (count_seen (&s, 7), ==, 10);
  g_assert_cmpuint (count_seen (&s, 9), ==, 1);
  /* Nothing more within 19 steps, then the second enemy, unless its row goes the other way. */
  idle (&s, 9);
  get_world (&s, &w, sizeof w);
  g_assert_cmpuint (w.spawn_countdown, ==, 0);
  close_scene (&s);
}

static void
movers_keep_time (void)
{
  Scene s = open_scene ("seaquest");
  Seaquest w = sea (0, 0, 1);

  w.surfaced = 1;
  w.divers[w.n_divers++] = (Swimmer){ .x = 0, .y = 3, .dx = 1, .move_countdown = 5 };
  w.fish[w.n_fish++] = (Swimmer){ .x = 0, .y = 5, .dx = 1, .move_countdown = 5 };
  w.subs[w.n_subs++] = (Swimmer){ .x = 9, .y = 7, .dx = -1, .move_countdown = 5 };
  w.subs[0].shot_countdown = 10;
  set_world (&s, &w, sizeof w);
  for (uint32_t t = 1; t <= 17; t++)
    {
      play (&s, NOTHING);
      get_world (&s, &w, sizeof w);
      g_assert_cmpint (w.divers[0].x, ==, t / 6);
      g_assert_cmpint (w.fish[0].x, ==, t / 6);
      g_assert_cmpint (w.subs[0].x, ==, 9 - t / 6);
      /* Fired on step 11 from column 8, and moved in that step. */
      g_assert_cmpuint (w.n_enemy_bullets, ==, t >= 11);
      if (t >= 11)
        g_assert_cmpint (w.enemy_bullets[0].x, ==, 7 - ((int) t - 11));
    }
  g_assert_true (sees (&s, 2, 3, 9) && sees (&s, 1, 3, 3));
  g_assert_true (sees (&s, 2, 5, 5) && sees (&s, 1, 5, 3));
  g_assert_true (sees (&s, 7, 7, 6) && sees (&s, 8, 7, 3));
  close_scene (&s);
}

static void
the_gun_keeps_time (void)
{
  Scene s = open_scene ("seaquest");
  Seaquest w = sea (9, 0, -1);

  w.surfaced = 1;
  set_world (&s, &w, sizeof w);
  for (uint32_t t = 1; t <= 16; t++)
    {
      play (&s, FIRE);
      get_world (&s, &w, sizeof w);
      /* Made on steps 1, 6, 11, ...; on the grid for nine steps. */
      g_assert_cmpuint (w.n_bullets, ==, t < 6 ? 1 : t % 5 == 0 ? 1 : 2);
      g_assert_cmpint (w.bullets[w.n_bullets - 1].x, ==, 8 - (int) (t - 1) % 5);
    }
  close_scene (&s);
}

/* 200 submerged steps; it ends on the 201st, even if that one surfaces. */
static void
air_lasts_200_steps (void)
{
  Scene s = open_scene ("seaquest");
  Seaquest w = sea (0, 1, 1);

  w.oxygen = 200;
  set_world (&s, &w, sizeof w);
  for (uint32_t t = 1; t <= 200; t++)
    {
      /* Nothing that could end it otherwise. */
      get_world (&s, &w, sizeof w);
      w.spawn_countdown = 20;
      w.rescued = 6;
      set_world (&s, &w, sizeof w);
      play (&s, NOTHING);
      assert_result (&s, 0, 0);
      g_assert_cmpuint (count_seen (&s, 7), ==, (200 - t) / 20);
    }
  g_assert_true (count_seen (&s, 8) == 6 && sees (&s, 3, 9, 8) && !sees (&s, 9, 9, 8));
  play (&s, UP);
  assert_result (&s, 0, 1);
  get_world (&s, &w, sizeof w);
  g_assert_cmpuint (w.surfaced, ==, 1);
  close_scene (&s);
}

static void
divers_are_taken_on_board_up_to_six (void)
{
  Scene s = open_scene ("seaquest");

  for (int32_t rescued = -2; rescued <= 6; rescued++)
    for (int waits = 0; waits < 2; waits++)
      {
        Seaquest w = sea (4, 4, 1);

        /* On the player's cell, or about to come to it. */
        w.divers[w.n_divers++]
            = (Swimmer){ .x = waits ? 4 : 3, .y = 4, .dx = 1, .move_countdown = waits ? 2 : 0 };
        w.rescued = rescued;
        w = after (&s, w, NOTHING);
        assert_result (&s, 0, 0);
        g_assert_cmpint (w.rescued, ==, MIN (rescued + 1, 6));
        g_assert_cmpuint (w.n_divers, ==, rescued == 6);
      }
  close_scene (&s);
}

/* One bullet kills one enemy, the oldest fish first. */
static void
a_bullet_kills_one (void)
{
  Scene s = open_scene ("seaquest");
  Seaquest w = sea (3, 4, 1);

  w.fish[w.n_fish++] = (Swimmer){ .x = 4, .y = 4, .dx = -1, .move_countdown = 3 };
  w.fish[w.n_fish++] = (Swimmer){ .x = 4, .y = 4, .dx = -1, .move_countdown = 2 };
  w.subs[w.n_subs++]
      = (Swimmer){ .x = 4, .y = 4, .dx = -1, .move_countdown = 1, .shot_countdown = 9 };
  w = after (&s, w, FIRE);
  assert_result (&s, 1, 0);
  g_assert_cmpuint (w.n_fish, ==, 1);
  g_assert_cmpuint (w.fish[0].move_countdown, ==, 1);
  g_assert_cmpuint (w.n_subs, ==, 1);
  close_scene (&s);
}

/* A row in which something goes the other way gets no enemy, but all is drawn. */
static void
no_enemies_meet_in_a_row (void)
{
  Scene s = open_scene ("seaquest");
  uint32_t placed = 0, fish = 0, right = 0, rows[9] = { 0 };

  for (uint32_t round = 0; round < 3000; round++)
    {
      Seaquest w = sea (0, 0, 1), next;
      g_autofree uint8_t *state = NULL;
      uint64_t words[2];

      w.surfaced = 1;
      w.spawn_countdown = 0;
      w.fish[w.n_fish++] = (Swimmer){ .x = 4, .y = 3, .dx = -1, .move_countdown = 5 };
      state = state_of (&s);
      memcpy (&words[0], state + sizeof w + 8, sizeof words[0]);
      next = after (&s, w, NOTHING);
      g_free (g_steal_pointer (&state));
      state = state_of (&s);
      memcpy (&words[1], state + sizeof w + 8, sizeof words[1]);
      g_assert_cmpuint (words[1] - words[0], ==, 2 + 2 + 2 + 1);
      placed += next.n_fish + next.n_subs - 1u;
      fish += next.n_fish - 1u;
      for (int k = 0; k < 2; k++)
        {
          const Swimmer *e = k == 0 ? &next.fish[1] : &next.subs[0];

          right += e->dx > 0;
          rows[e->y]++;
          g_assert_false (e->y == 3 && e->dx > 0);
          if (e->dx != 0)
            g_assert_cmpint (e->x, ==, e->dx > 0 ? 0 : 9);
        }
    }
  /* One in sixteen is not placed, two of three are fish; within five standard deviations. */
  g_assert_cmpint (ABS ((int) placed - 3000 * 15 / 16), <, 67);
  g_assert_cmpint (ABS ((int) fish - (int) placed * 2 / 3), <, 130);
  g_assert_cmpint (ABS ((int) right - (int) placed * 7 / 15), <, 135);
  g_assert_cmpint (ABS ((int) rows[8] - (int) placed * 2 / 15), <, 95);
  close_scene (&s);
}

/* Enemies as fast and as many as they come: the lists have room for all. */
static void
lists_have_room (void)
{
  Scene s = open_scene ("seaquest");
  uint32_t most[5] = { 0 };

  for (uint64_t seed = 0; seed < 20; seed++)
    {
      reset_scene (&s, seed);
      for (uint32_t t = 0; t < 3000; t++)
        {
          Seaquest w;

          get_world (&s, &w, sizeof w);
          most[0] = MAX (most[0], w.n_bullets);
          most[1] = MAX (most[1], w.n_enemy_bullets);
          most[2] = MAX (most[2], w.n_fish);
          most[3] = MAX (most[3], w.n_subs);
          most[4] = MAX (most[4], w.n_divers);
          /* Up and down for ever: never out of air, never hit. */
          w.head.over = 0;
          w.x = 9;
          w.rescued = 3;
          w.oxygen = 200;
          set_world (&s, &w, sizeof w);
          play (&s, t % 5 == 0 ? FIRE : t % 2 ? DOWN : UP);
        }
    }
  g_test_message ("at most %u bullets, %u of enemies, %u fish, %u subs, %u divers", most[0],
                  most[1], most[2], most[3], most[4]);
  g_assert_cmpuint (most[0], <, MAX_BULLETS);
  g_assert_cmpuint (most[1], <, MAX_ENEMY_BULLETS);
  g_assert_cmpuint (most[2], <, MAX_ENEMIES);
  g_assert_cmpuint (most[3], <, MAX_ENEMIES);
  g_assert_cmpuint (most[4], <, MAX_DIVERS);
  close_scene (&s);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/seaquest/a-shot-hits-the-fish-ahead", a_shot_hits_the_fish_ahead);
  g_test_add_func ("/seaquest/a-dying-sub-still-fires", a_dying_sub_still_fires);
  g_test_add_func ("/seaquest/surfacing-counts-divers", surfacing_counts_divers);
  g_test_add_func ("/seaquest/surfacings-make-it-harder", surfacings_make_it_harder);
  g_test_add_func ("/seaquest/spawns-keep-time", spawns_keep_time);
  g_test_add_func ("/seaquest/movers-keep-time", movers_keep_time);
  g_test_add_func ("/seaquest/the-gun-keeps-time", the_gun_keeps_time);
  g_test_add_func ("/seaquest/air-lasts-200-steps", air_lasts_200_steps);
  g_test_add_func ("/seaquest/divers-are-taken-on-board-up-to-six",
                   divers_are_taken_on_board_up_to_six);
  g_test_add_func ("/seaquest/a-bullet-kills-one", a_bullet_kills_one);
  g_test_add_func ("/seaquest/no-enemies-meet-in-a-row", no_enemies_meet_in_a_row);
  g_test_add_func ("/seaquest/lists-have-room", lists_have_room);
  return g_test_run ();
}
