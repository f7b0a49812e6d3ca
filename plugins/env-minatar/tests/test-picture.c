/* SPDX-License-Identifier: Apache-2.0
 *
 * Pictures and text: whole, within their buffers, and every channel can be told from the others.
 * With a folder as argument: writes a picture of each game into it, to be looked at.
 */
#include "scene.h"
#include <stdio.h>
#include <string.h>

static const Game *const games[]
    = { &ma_asterix, &ma_breakout, &ma_freeway, &ma_seaquest, &ma_space_invaders };

enum
{
  TILE = 12
};

/* One cell in which one channel is on. */
static void
draw_channel (const Game *game, uint32_t channel, uint8_t rgb[TILE * TILE * 3])
{
  uint8_t seen[N_CELLS * MAX_CHANNELS] = { 0 };
  g_autofree uint8_t *all = g_malloc0 (N_CELLS * TILE * TILE * 3);

  if (channel < game->n_channels)
    seen[channel] = 1;
  ma_draw (game, seen, TILE, all);
  for (uint32_t y = 0; y < TILE; y++)
    memcpy (rgb + y * TILE * 3, all + (size_t) y * SIDE * TILE * 3, TILE * 3);
}

/* Only the alien as such is not drawn: it always points left or right. */
static void
channels_can_be_told_apart (void)
{
  for (uint32_t g = 0; g < G_N_ELEMENTS (games); g++)
    {
      uint32_t n = games[g]->n_channels;
      g_autofree uint8_t *cells = g_malloc ((n + 1) * TILE * TILE * 3);
      GString *letters = g_string_new (NULL);

      for (uint32_t c = 0; c <= n; c++)
        draw_channel (games[g], c, cells + c * TILE * TILE * 3);
      for (uint32_t c = 0; c < n; c++)
        {
          const Channel *channel = &games[g]->channels[c];

          if (channel->letter != '\0')
            {
              g_assert_null (strchr (letters->str, channel->letter));
              g_string_append_c (letters, channel->letter);
            }
          for (uint32_t d = c + 1; d <= n && channel->shape != NO_SHAPE; d++)
            {
              const uint8_t *one = cells + c * TILE * TILE * 3, *two = cells + d * TILE * TILE * 3;
              uint32_t differing = 0;

              for (uint32_t i = 0; i < TILE * TILE * 3; i++)
                differing += ABS (one[i] - two[i]) > 20;
              if (differing < 10 && d < n && games[g]->channels[d].shape != NO_SHAPE)
                {
                  g_test_message ("%s: %s and %s", games[g]->name, channel->name,
                                  games[g]->channels[d].name);
                  g_test_fail ();
                }
            }
        }
      g_string_free (letters, TRUE);
    }
}

static void
buffers_are_respected (void)
{
  for (uint32_t e = 0; e < n_environments (); e++)
    {
      Scene s = open_scene (strchr (environment (e)->id, '.') + 1);
      uint8_t rgb[SIDE * SIDE * 3 * 3 * 3 + 1];
      char out[400], little[20];
      size_t wanted;

      rgb[sizeof rgb - 1] = 77;
      s.is->draw (s.env, 0, 3, rgb);
      g_assert_cmpuint (rgb[sizeof rgb - 1], ==, 77);
      s.is->draw (s.env, 0, 0, rgb);
      wanted = s.is->text (s.env, 0, out, sizeof out);
      g_assert_cmpuint (wanted, ==, strlen (out));
      memset (little, 'x', sizeof little);
      g_assert_cmpuint (s.is->text (s.env, 0, little, 10), ==, wanted);
      g_assert_cmpuint (strlen (little), ==, 9);
      g_assert_cmpint (little[10], ==, 'x');
      g_assert_cmpuint (s.is->text (s.env, 0, NULL, 0), ==, wanted);
      close_scene (&s);
    }
}

static void
text_shows_the_field (void)
{
  Scene s = open_scene ("breakout");
  char out[400];

  s.is->text (s.env, 0, out, sizeof out);
  if (sees (&s, 0, 3, 1))
    g_assert_cmpstr (out, ==,
                     "|          |\n|##########|\n|##########|\n|o#########|\n|          |\n"
                     "|          |\n|          |\n|          |\n|          |\n|    =     |\n"
                     "ball goes down right");
  else
    g_assert_nonnull (strstr (out, "|#########o|\n"));
  close_scene (&s);
}

/* A sea with one of everything. */
static void
fill_sea (Scene *s)
{
  Seaquest w;

  get_world (s, &w, sizeof w);
  w.y = 4;
  w.oxygen = 130;
  w.rescued = 3;
  w.bullets[w.n_bullets++] = (Swimmer){ .x = 2, .y = 4, .dx = -1 };
  w.fish[w.n_fish++] = (Swimmer){ .x = 6, .y = 2, .dx = 1 };
  w.fish[w.n_fish++] = (Swimmer){ .x = 3, .y = 3, .dx = -1 };
  w.subs[w.n_subs++] = (Swimmer){ .x = 7, .y = 6, .dx = -1 };
  w.enemy_bullets[w.n_enemy_bullets++] = (Swimmer){ .x = 4, .y = 6, .dx = -1 };
  w.divers[w.n_divers++] = (Swimmer){ .x = 2, .y = 7, .dx = 1 };
  set_world (s, &w, sizeof w);
}

/* After 60 steps of some player, or the last one before the end. */
static void
write_picture (const char *name, const char *folder)
{
  static uint8_t rgb[SIDE * 32 * SIDE * 32 * 3];
  Scene s = open_scene (name);
  g_autofree char *path = g_strdup_printf ("%s/%s.ppm", folder, name);
  FILE *file = fopen (path, "wb");
  char out[400];

  g_assert_nonnull (file);
  for (int32_t t = 0; t < 60; t++)
    {
      g_autofree uint8_t *before = state_of (&s);

      play (&s, t * 5 / 3 % 6);
      if (!s.terminated)
        continue;
      g_assert_true (s.is->set_state (s.env, 0, before));
      break;
    }
  if (g_str_equal (name, "seaquest"))
    fill_sea (&s);
  s.is->draw (s.env, 0, 32, rgb);
  fprintf (file, "P6 320 320 255\n");
  fwrite (rgb, 1, sizeof rgb, file);
  fclose (file);
  s.is->text (s.env, 0, out, sizeof out);
  printf ("%s\n%s\n", name, out);
  close_scene (&s);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (argc > 1)
    {
      for (uint32_t g = 0; g < G_N_ELEMENTS (games); g++)
        write_picture (games[g]->name, argv[1]);
      return 0;
    }
  g_test_add_func ("/picture/channels-can-be-told-apart", channels_can_be_told_apart);
  g_test_add_func ("/picture/buffers-are-respected", buffers_are_respected);
  g_test_add_func ("/picture/text-shows-the-field", text_shows_the_field);
  return g_test_run ();
}
