/* SPDX-License-Identifier: Apache-2.0
 *
 * Hostile bytes in place of a state.
 */
#include "scene.h"
#include <string.h>

static const char *const games[]
    = { "asterix", "breakout", "freeway", "seaquest", "space-invaders" };

static void
refuse (Scene *s, size_t at, uint8_t value)
{
  g_autofree uint8_t *state = state_of (s), *before = state_of (s), *after = NULL;

  state[at] = value;
  if (s->is->set_state (s->env, 0, state))
    {
      g_test_message ("%s took %u at %" G_GSIZE_FORMAT, s->is->id, value, at);
      g_test_fail ();
    }
  after = state_of (s);
  g_assert_cmpmem (before, s->is->state_size, after, s->is->state_size);
}

#define REFUSE(scene, World, field, value) refuse (scene, offsetof (World, field), value)

static void
hostile_states_are_refused (void)
{
  Scene s = open_scene ("asterix");

  REFUSE (&s, Asterix, head.over, 2);
  REFUSE (&s, Asterix, head.last_action, 6);
  REFUSE (&s, Asterix, x, 10);
  REFUSE (&s, Asterix, y, 0);
  REFUSE (&s, Asterix, y, 9);
  REFUSE (&s, Asterix, spawn_countdown, 11);
  REFUSE (&s, Asterix, move_countdown, 6);
  REFUSE (&s, Asterix, ramp_countdown, 101);
  REFUSE (&s, Asterix, ramps, 10);
  REFUSE (&s, Asterix, rows[3].is, 3);
  REFUSE (&s, Asterix, rows[3].is, ENEMY); /* that has no direction */
  REFUSE (&s, Asterix, rows[3].x, 1);      /* of nobody */
  refuse (&s, s.is->key_size + 15, 0x80);  /* a place beyond all */
  refuse (&s, s.is->key_size + 16, 1);     /* of the other generator */
  close_scene (&s);

  s = open_scene ("breakout");
  REFUSE (&s, Breakout, paddle, 10);
  REFUSE (&s, Breakout, y, 9); /* and not over */
  REFUSE (&s, Breakout, dx, 0);
  REFUSE (&s, Breakout, dy, 2);
  REFUSE (&s, Breakout, contact, 2);
  REFUSE (&s, Breakout, bricks[2][9], 2);
  close_scene (&s);

  s = open_scene ("freeway");
  REFUSE (&s, Freeway, y, 0);
  REFUSE (&s, Freeway, cooldown, 4);
  REFUSE (&s, Freeway, time, 0xff); /* the low byte: 2559 */
  refuse (&s, offsetof (Freeway, time) + 1, 0xff);
  REFUSE (&s, Freeway, cars[7].x, 10);
  REFUSE (&s, Freeway, cars[7].magnitude, 0);
  REFUSE (&s, Freeway, cars[7].magnitude, 6);
  REFUSE (&s, Freeway, cars[7].countdown, 6);
  REFUSE (&s, Freeway, cars[7].dx, 0);
  close_scene (&s);

  s = open_scene ("seaquest");
  REFUSE (&s, Seaquest, y, 9);
  REFUSE (&s, Seaquest, facing, 0);
  REFUSE (&s, Seaquest, surfaced, 2);
  REFUSE (&s, Seaquest, oxygen, 201);
  REFUSE (&s, Seaquest, cooldown, 6);
  REFUSE (&s, Seaquest, spawn_countdown, 21);
  REFUSE (&s, Seaquest, diver_countdown, 31);
  REFUSE (&s, Seaquest, ramps, 20);
  REFUSE (&s, Seaquest, rescued, 7);
  refuse (&s, offsetof (Seaquest, rescued) + 3, 0x80);
  REFUSE (&s, Seaquest, n_fish, MAX_ENEMIES + 1);
  REFUSE (&s, Seaquest, n_fish, 1); /* a fish without direction */
  REFUSE (&s, Seaquest, n_bullets, 255);
  REFUSE (&s, Seaquest, subs[5].x, 1); /* behind the end */
  close_scene (&s);

  s = open_scene ("space-invaders");
  REFUSE (&s, Invaders, x, 10);
  REFUSE (&s, Invaders, cooldown, 6);
  REFUSE (&s, Invaders, move_countdown, 13);
  REFUSE (&s, Invaders, shot_countdown, 11);
  REFUSE (&s, Invaders, dx, 0);
  REFUSE (&s, Invaders, ramps, 7);
  refuse (&s, offsetof (Invaders, bullets) + 1, 4); /* column 10 */
  {
    Invaders w;

    get_world (&s, &w, sizeof w);
    memset (w.aliens, 0, sizeof w.aliens);
    g_assert_false (try_world (&s, &w, sizeof w));
  }
  set_scene_option (&s, "mt19937", 1);
  refuse (&s, s.is->key_size, 1);              /* a place in a stream */
  refuse (&s, s.is->state_size - 8 + 1, 0x80); /* words used up beyond the last */
  {
    g_autofree uint8_t *state = state_of (&s);

    memset (state + s.is->key_size, 0, s.is->state_size - s.is->key_size);
    g_assert_false (s.is->set_state (s.env, 0, state)); /* a generator that gives zeros for ever */
  }
  close_scene (&s);
}

/* Bytes flipped at random: refused, or a world that can be played, seen and
 * drawn, and whose every later state is taken again. */
static void
random_states_do_no_harm (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (4);
  uint32_t taken[G_N_ELEMENTS (games)] = { 0 };

  for (uint32_t round = 0; round < 10000; round++)
    {
      Scene s = open_scene (games[round % G_N_ELEMENTS (games)]);
      g_autofree uint8_t *state = NULL;
      uint8_t rgb[20 * 20 * 3];
      char out[400];

      reset_scene (&s, round);
      for (int32_t t = g_rand_int_range (random, 0, 60); t > 0; t--)
        play (&s, g_rand_int_range (random, 0, 6));
      state = state_of (&s);
      for (int32_t k = g_rand_int_range (random, 1, 5); k > 0; k--)
        {
          /* Half of them where the numbers are that all games have. */
          int32_t room = g_rand_boolean (random) ? 24 : (int32_t) s.is->key_size + 16;

          state[g_rand_int_range (random, 0, room)]
              = (uint8_t) g_rand_int_range (random, 0, g_rand_boolean (random) ? 11 : 256);
        }
      if (s.is->set_state (s.env, 0, state))
        {
          taken[round % G_N_ELEMENTS (games)]++;
          for (uint32_t t = 0; t < 60; t++)
            {
              g_autofree uint8_t *after = NULL;

              play (&s, g_rand_int_range (random, 0, 6));
              after = state_of (&s);
              g_assert_true (s.is->set_state (s.env, 0, after));
            }
          s.is->draw (s.env, 0, 2, rgb);
          g_assert_cmpuint (s.is->text (s.env, 0, out, sizeof out), <, sizeof out);
        }
      close_scene (&s);
    }
  for (uint32_t g = 0; g < G_N_ELEMENTS (games); g++)
    {
      g_test_message ("%s: %u taken", games[g], taken[g]);
      g_assert_cmpuint (taken[g], >, 40);
      g_assert_cmpuint (taken[g], <, 1900);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/states/hostile-ones-are-refused-and-change-nothing",
                   hostile_states_are_refused);
  g_test_add_func ("/states/random-ones-do-no-harm", random_states_do_no_harm);
  return g_test_run ();
}
