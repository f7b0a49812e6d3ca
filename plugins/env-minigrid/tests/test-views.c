/* SPDX-License-Identifier: Apache-2.0
 *
 * What is observed, drawn and written.
 */
#include "scene.h"
#include <string.h>

#define W5 "##########\n"
#define W9 "##################\n"
#define E9 "##. . . . . . . ##\n"

static void
assert_cell (const uint8_t *at, uint8_t type, uint8_t color, uint8_t state)
{
  Cell expected = { type, color, state };

  g_assert_cmpmem (at, 3, &expected, 3);
}

static void
full_shows_every_cell (void)
{
  Scene s = open_scene ("DoorKey-5x5", 0);
  const uint8_t *o = s.observation;

  set_scene (&s, W5 "##/r+gLb##\n##kpoyBe##\n##~~vvGG##\n" W5);
  s.is->observe (s.env, 0, s.observation);
  for (uint32_t x = 0; x < 5; x++)
    for (uint32_t y = 0; y < 5; y++)
      if (x == 0 || y == 0 || x == 4 || y == 4)
        assert_cell (o + (x * 5 + y) * 3, 2, 5, 0);
  assert_cell (o + (1 * 5 + 1) * 3, 4, 0, 0);
  assert_cell (o + (2 * 5 + 1) * 3, 4, 1, 1);
  assert_cell (o + (3 * 5 + 1) * 3, 4, 2, 2);
  assert_cell (o + (1 * 5 + 2) * 3, 5, 3, 0);
  assert_cell (o + (2 * 5 + 2) * 3, 6, 4, 0);
  assert_cell (o + (3 * 5 + 2) * 3, 7, 5, 0);
  assert_cell (o + (1 * 5 + 3) * 3, 9, 0, 0);
  assert_cell (o + (2 * 5 + 3) * 3, 10, 0, 1); /* the agent, red, looking down */
  assert_cell (o + (3 * 5 + 3) * 3, 8, 1, 0);
  close_scene (&s);
}

/* Rows of the view from far to near, '#' seen and '.' not. */
static void
assert_seen (const char *rows, const char *seen)
{
  Scene s = open_scene ("SimpleCrossingS9N1", 1);

  set_scene (&s, rows);
  s.is->observe (s.env, 0, s.observation);
  for (int y = 0; y < VIEW_SIDE; y++)
    for (int x = 0; x < VIEW_SIDE; x++)
      {
        bool is_seen = s.observation[(x * VIEW_SIDE + y) * 3] != UNSEEN;

        if (is_seen != (seen[y * 8 + x] == '#'))
          g_error ("view cell (%d, %d): seen %d", x, y, is_seen);
      }
  close_scene (&s);
}

/* In these the agent stands at (4, 7) and looks up, so that the view is just
 * the inside of the room.  The masks were worked out with pencil and paper. */

static void
an_empty_room_is_seen_whole (void)
{
  assert_seen (W9 E9 E9 E9 E9 E9 E9 "##. . . ^^. . . ##\n" W9,
               "#######\n#######\n#######\n#######\n#######\n#######\n#######\n");
}

static void
a_single_wall_hides_nothing (void)
{
  assert_seen (W9 E9 E9 E9 E9 E9 "##. . . ##. . . ##\n##. . . ^^. . . ##\n" W9,
               "#######\n#######\n#######\n#######\n#######\n#######\n#######\n");
}

static void
a_wall_across_hides_all_behind (void)
{
  assert_seen (W9 E9 E9 E9 E9 W9 E9 "##. . . ^^. . . ##\n" W9,
               ".......\n.......\n.......\n.......\n#######\n#######\n#######\n");
}

static void
a_closed_door_hides_like_a_wall (void)
{
  assert_seen (W9 E9 E9 E9 E9 "########+r########\n" E9 "##. . . ^^. . . ##\n" W9,
               ".......\n.......\n.......\n.......\n#######\n#######\n#######\n");
  assert_seen (W9 E9 E9 E9 E9 "########Lr########\n" E9 "##. . . ^^. . . ##\n" W9,
               ".......\n.......\n.......\n.......\n#######\n#######\n#######\n");
}

static void
an_open_door_shows_the_room_behind (void)
{
  assert_seen (W9 E9 E9 E9 E9 "########/r########\n" E9 "##. . . ^^. . . ##\n" W9,
               "#######\n#######\n#######\n#######\n#######\n#######\n#######\n");
}

static void
things_are_looked_over (void)
{
  static const char *const things[] = { "kr", "og", "Bb", "GG", "~~" };

  for (uint32_t i = 0; i < G_N_ELEMENTS (things); i++)
    {
      g_autofree char *rows = g_strconcat (W9 E9 E9 E9 E9 "########", things[i],
                                           "########\n" E9 "##. . . ^^. . . ##\n" W9, NULL);

      assert_seen (rows, "#######\n#######\n#######\n#######\n#######\n#######\n#######\n");
    }
}

static void
a_corridor_is_seen_with_its_walls (void)
{
#define C9 "##. . ##. ##. . ##\n"
  assert_seen (W9 C9 C9 C9 C9 C9 C9 "##. . ##^^##. . ##\n" W9,
               "..###..\n..###..\n..###..\n..###..\n..###..\n..###..\n..###..\n");
}

/* Walls on both sides, and a bend to the left: the light slips past the corner
 * (2, 5) to the left, so all rows from the third on are lit again. */
static void
light_turns_around_a_corner (void)
{
  assert_seen (W9 E9 E9 E9 E9 E9 "##. . . ####. . ##\n##. . ##^^##. . ##\n" W9,
               "#######\n#######\n#######\n#######\n#######\n#####..\n..###..\n");
}

/* Two gaps at the edges of a wall: each lights its own column and the wall beside it. */
static void
gaps_light_their_own_side (void)
{
  assert_seen (W9 W9 W9 "##. ##. ##. ##. ##\n##. ####. ####. ##\n##. ##########. ##\n" E9
                        "##. . . ^^. . . ##\n" W9,
               ".......\n##...##\n##...##\n##...##\n#######\n#######\n#######\n");
}

/* The published procedure, literally: rows from near to far, each swept to the
 * right and then to the left. */
static void
sweep (const Cell view[VIEW_SIDE][VIEW_SIDE], bool seen[VIEW_SIDE][VIEW_SIDE], int row, int way)
{
  for (int i = way > 0 ? 0 : VIEW_SIDE - 1; i + way >= 0 && i + way < VIEW_SIDE; i += way)
    {
      Cell cell = view[i][row];

      if (!seen[i][row] || cell.type == WALL || (cell.type == DOOR && cell.state != OPEN))
        continue;
      seen[i + way][row] = true;
      if (row > 0)
        seen[i + way][row - 1] = seen[i][row - 1] = true;
    }
}

static void
occlusion_equals_the_published_sweeps (void)
{
  static const Level level = { .id = "random", .width = 9, .height = 9 };
  g_autoptr (GRand) random = g_rand_new_with_seed (8);
  g_autofree World *world = g_malloc0 (sizeof (World) + 81 * sizeof (Cell));

  for (uint32_t round = 0; round < 20000; round++)
    {
      double density = g_rand_double (random);
      Cell view[VIEW_SIDE][VIEW_SIDE];
      bool expected[VIEW_SIDE][VIEW_SIDE] = { { false } };
      uint8_t seen[VIEW_SIDE];

      world->x = 4;
      world->y = 7;
      world->facing = UP;
      for (int i = 0; i < 81; i++)
        world->cells[i] = g_rand_double (random) < density ? mg_wall_cell : mg_empty_cell;
      for (int i = 0; i < VIEW_SIDE; i++)
        for (int j = 0; j < VIEW_SIDE; j++)
          view[i][j] = world->cells[(i + 1) * 9 + j + 1];
      expected[3][6] = true;
      for (int row = VIEW_SIDE - 1; row >= 0; row--)
        {
          sweep (view, expected, row, 1);
          sweep (view, expected, row, -1);
        }
      mg_visible (&level, world, seen);
      for (int i = 0; i < VIEW_SIDE; i++)
        for (int j = 0; j < VIEW_SIDE; j++)
          g_assert_cmpint (seen[j] >> i & 1, ==, expected[i][j]);
    }
}

static void
the_view_turns_with_the_agent (void)
{
  /* A ball two cells ahead and one to the left, in all four directions. */
  static const char *const rows[] = {
    W9 E9 E9 "##. . . . . or. ##\n##. . . >>. . . ##\n" E9 E9 E9 W9,
    W9 E9 E9 E9 "##. . . vv. . . ##\n" E9 "##. . . . or. . ##\n" E9 W9,
    W9 E9 E9 E9 "##. . . <<. . . ##\n##. or. . . . . ##\n" E9 E9 W9,
    W9 E9 "##. . or. . . . ##\n" E9 "##. . . ^^. . . ##\n" E9 E9 E9 W9,
  };
  Scene s = open_scene ("SimpleCrossingS9N1", 1);

  for (uint32_t d = 0; d < 4; d++)
    {
      set_scene (&s, rows[d]);
      s.is->observe (s.env, 0, s.observation);
      for (uint32_t i = 0; i < 49; i++)
        g_assert_cmpuint (s.observation[i * 3] == BALL, ==, i == 2 * 7 + 4);
    }
  close_scene (&s);
}

static void
the_agent_sees_what_it_carries (void)
{
  Scene s = open_scene ("DoorKey-5x5", 1);
  const uint8_t *own = s.observation + (3 * 7 + 6) * 3;

  set_scene (&s, W5 "##. ##. ##\n##>>Ly. ##\n##. ##GG##\n" W5);
  s.is->observe (s.env, 0, s.observation);
  assert_cell (own, EMPTY, 0, 0);
  set_carrying (&s, W5 "##. ##. ##\n##>>Ly. ##\n##. ##GG##\n" W5, THING (KEY, PURPLE));
  s.is->observe (s.env, 0, s.observation);
  assert_cell (own, KEY, PURPLE, 0);
  /* On an open door it does not see the door. */
  g_assert_true (try_scene (&s, W5 "##. ##. ##\n##. >>. ##\n##. ##GG##\n" W5,
                            (Cell){ DOOR, YELLOW, OPEN }, NOTHING, 0));
  s.is->observe (s.env, 0, s.observation);
  assert_cell (own, EMPTY, 0, 0);
  close_scene (&s);
}

static void
outside_is_wall (void)
{
  Scene s = open_scene ("Empty-8x8", 1);

  /* Empty-8x8 is published without occlusion: from (1, 1) looking right all 49
   * cells show, the three columns to the left being the wall and beyond. */
  reset_scene (&s, 1);
  for (uint32_t x = 0; x < 7; x++)
    for (uint32_t y = 0; y < 7; y++)
      {
        bool inside = x >= 3 && y >= 1;

        assert_cell (s.observation + (x * 7 + y) * 3, inside ? EMPTY : WALL, inside ? 0 : GREY, 0);
      }
  close_scene (&s);
}

/* Every byte in range, and the partial view agrees with the full one. */
static void
views_agree (void)
{
  for (uint32_t e = 0; e < n_environments (); e++)
    {
      Scene full = open_scene (strchr (environment (e)->id, '.') + 1, 0);
      Scene partial = open_scene (strchr (environment (e)->id, '.') + 1, 1);
      g_autoptr (GRand) random = g_rand_new_with_seed (e);

      for (uint32_t step = 0; step < 400; step++)
        {
          char letter[2] = { "lrfffpdt"[g_rand_int_range (random, 0, 8)], '\0' };
          g_autofree uint8_t *state = NULL;
          const World *world;

          if (step % 100 == 0)
            {
              reset_scene (&full, step + 1);
              reset_scene (&partial, step + 1);
            }
          play (&full, letter);
          play (&partial, letter);
          state = state_of (&full);
          world = (const World *) state;
          for (uint32_t i = 0; i < full.is->rows * full.is->columns; i++)
            g_assert_true (full.observation[3 * i] > UNSEEN && full.observation[3 * i] <= AGENT
                           && full.observation[3 * i + 1] < N_COLORS
                           && full.observation[3 * i + 2] < 4);
          for (int i = 0; i < 49; i++)
            {
              int x, y;
              const uint8_t *seen = partial.observation + 3 * i;

              mg_from_view (world, i / 7, i % 7, &x, &y);
              if (seen[0] == UNSEEN || i == 3 * 7 + 6)
                continue;
              if (x < 0 || y < 0 || x >= (int) full.is->columns || y >= (int) full.is->rows)
                assert_cell (seen, WALL, GREY, 0);
              else
                g_assert_cmpmem (seen, 3, full.observation + (x * (int) full.is->rows + y) * 3, 3);
            }
        }
      close_scene (&full);
      close_scene (&partial);
    }
}

static void
text_says_what_is_there (void)
{
  Scene s = open_scene ("DoorKey-5x5", 0);
  char out[200], small[12];
  size_t n;

  g_assert_true (try_scene (&s, W5 "##/r+gLb##\n##kpoyBe##\n##~~vvGG##\n" W5, NOTHING,
                            THING (KEY, YELLOW), 17));
  n = s.is->text (s.env, 0, out, sizeof out);
  g_assert_cmpstr (
      out, ==, W5 "##/r+gLb##\n##kpoyBe##\n##~~vvGG##\n" W5 "step 17 of 250, carries a yellow key");
  g_assert_cmpuint (n, ==, strlen (out));
  g_assert_cmpuint (s.is->text (s.env, 0, NULL, 0), ==, n);
  g_assert_cmpuint (s.is->text (s.env, 0, small, sizeof small), ==, n);
  g_assert_cmpstr (small, ==, W5);
  close_scene (&s);
}

static const uint8_t *
pixel (const uint8_t *rgb, uint32_t tile, uint32_t x, uint32_t y, double u, double v)
{
  return rgb
         + ((y * tile + (uint32_t) (v * tile)) * 5 * tile + x * tile + (uint32_t) (u * tile)) * 3;
}

static void
assert_rgb (const uint8_t *at, int r, int g, int b)
{
  g_assert_true (ABS (at[0] - r) <= 1 && ABS (at[1] - g) <= 1 && ABS (at[2] - b) <= 1);
}

static void
pictures_show_it (gconstpointer data)
{
  uint32_t tile = GPOINTER_TO_UINT (data);
  Scene s = open_scene ("DoorKey-5x5", 0);
  g_autofree uint8_t *rgb = g_malloc0 (25 * tile * tile * 3);

  /* Looking left at the wall in a closed corner, so that the rest is not lit up. */
  set_scene (&s, W5 "##<<##GG##\n######ob##\n##~~+gLr##\n" W5);
  s.is->draw (s.env, 0, tile, rgb);
  assert_rgb (pixel (rgb, tile, 4, 4, 0.5, 0.5), 100, 100, 100);
  assert_rgb (pixel (rgb, tile, 3, 1, 0.5, 0.5), 0, 255, 0);
  assert_rgb (pixel (rgb, tile, 3, 2, 0.5, 0.5), 0, 0, 255);
  assert_rgb (pixel (rgb, tile, 1, 3, 0.05, 0.1), 255, 128, 0);
  assert_rgb (pixel (rgb, tile, 3, 3, 0.3, 0.3), 115, 0, 0);
  assert_rgb (pixel (rgb, tile, 2, 3, 0.5, 0.5), 0, 0, 0);
  /* The agent is red, lightly lit; its tip is on the left, its tail broad. */
  assert_rgb (pixel (rgb, tile, 1, 1, 0.5, 0.5), 255, 77, 77);
  assert_rgb (pixel (rgb, tile, 1, 1, 0.2, 0.2), 77, 77, 77);
  assert_rgb (pixel (rgb, tile, 1, 1, 0.8, 0.3), 255, 77, 77);
  close_scene (&s);
}

static void
any_tile_size_fits_its_buffer (void)
{
  for (uint32_t e = 0; e < n_environments (); e++)
    for (uint32_t tile = 1; tile < 8; tile++)
      {
        Scene s = open_scene (strchr (environment (e)->id, '.') + 1, 0);
        size_t n = (size_t) s.is->rows * s.is->columns * tile * tile * 3;
        g_autofree uint8_t *rgb = g_malloc (n + 1);

        reset_scene (&s, 3);
        rgb[n] = 0xa5;
        s.is->draw (s.env, 0, tile, rgb);
        g_assert_cmpuint (rgb[n], ==, 0xa5);
        close_scene (&s);
      }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/views/full-shows-every-cell-in-the-published-encoding", full_shows_every_cell);
  g_test_add_func ("/views/an-empty-room-is-seen-whole", an_empty_room_is_seen_whole);
  g_test_add_func ("/views/a-single-wall-hides-nothing", a_single_wall_hides_nothing);
  g_test_add_func ("/views/a-wall-across-hides-all-behind", a_wall_across_hides_all_behind);
  g_test_add_func ("/views/a-closed-door-hides-like-a-wall", a_closed_door_hides_like_a_wall);
  g_test_add_func ("/views/an-open-door-shows-the-room-behind", an_open_door_shows_the_room_behind);
  g_test_add_func ("/views/things-are-looked-over", things_are_looked_over);
  g_test_add_func ("/views/a-corridor-is-seen-with-its-walls", a_corridor_is_seen_with_its_walls);
  g_test_add_func ("/views/light-turns-around-a-corner", light_turns_around_a_corner);
  g_test_add_func ("/views/gaps-light-their-own-side", gaps_light_their_own_side);
  g_test_add_func ("/views/occlusion-equals-the-published-sweeps-on-20000-random-views",
                   occlusion_equals_the_published_sweeps);
  g_test_add_func ("/views/the-view-turns-with-the-agent", the_view_turns_with_the_agent);
  g_test_add_func ("/views/the-agent-sees-what-it-carries", the_agent_sees_what_it_carries);
  g_test_add_func ("/views/outside-the-grid-is-wall", outside_is_wall);
  g_test_add_func ("/views/partial-agrees-with-full-and-bytes-are-in-range", views_agree);
  g_test_add_func ("/views/text-says-what-is-there", text_says_what_is_there);
  g_test_add_data_func ("/views/pictures-show-it/tile-16", GUINT_TO_POINTER (16), pictures_show_it);
  g_test_add_data_func ("/views/pictures-show-it/tile-32", GUINT_TO_POINTER (32), pictures_show_it);
  g_test_add_func ("/views/any-tile-size-fits-its-buffer", any_tile_size_fits_its_buffer);
  return g_test_run ();
}
