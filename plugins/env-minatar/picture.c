/* SPDX-License-Identifier: Apache-2.0
 *
 * An observation as a picture and as text.
 */
#include "minatar.h"
#include <stdio.h>
#include <string.h>

enum
{
  SAMPLES = 4 /* per side of a pixel */
};

static const uint8_t ground[3] = { 18, 20, 28 }, line[3] = { 44, 48, 60 };

static bool
in_nothing (float u, float v)
{
  return false;
}

static bool
in_block (float u, float v)
{
  return u > 0.08f && u < 0.92f && v > 0.08f && v < 0.92f;
}

static bool
in_disc (float u, float v)
{
  return (u - 0.5f) * (u - 0.5f) + (v - 0.5f) * (v - 0.5f) < 0.38f * 0.38f;
}

static bool
in_diamond (float u, float v)
{
  return (u < 0.5f ? 0.5f - u : u - 0.5f) + (v < 0.5f ? 0.5f - v : v - 0.5f) < 0.42f;
}

static bool
in_dot (float u, float v)
{
  return (u - 0.5f) * (u - 0.5f) + (v - 0.5f) * (v - 0.5f) < 0.14f * 0.14f;
}

static bool
in_bar (float u, float v)
{
  return u > 0.4f && u < 0.6f && v > 0.15f && v < 0.85f;
}

/* A triangle. */
static bool
in_left (float u, float v)
{
  float side = v < 0.5f ? 0.5f - v : v - 0.5f;

  return u > 0.1f && u < 0.9f && side < 0.5f * (u - 0.1f);
}

static bool
in_right (float u, float v)
{
  return in_left (1 - u, v);
}

static bool (*const covers[N_SHAPES]) (float u, float v) = { [NO_SHAPE] = in_nothing,
                                                             [BLOCK] = in_block,
                                                             [DISC] = in_disc,
                                                             [DIAMOND] = in_diamond,
                                                             [DOT] = in_dot,
                                                             [BAR] = in_bar,
                                                             [POINTING_LEFT] = in_left,
                                                             [POINTING_RIGHT] = in_right };

/* The color at (u, v) of a cell, both in 0..1. */
static const uint8_t *
color_at (const Game *game, const uint8_t *cell, float u, float v)
{
  for (uint32_t c = 0; c < game->n_channels; c++)
    if (cell[c] && covers[game->channels[c].shape](u, v))
      return game->channels[c].rgb;
  return u < 0.03f || v < 0.03f ? line : ground;
}

static void
draw_cell (const Game *game, const uint8_t *cell, uint32_t tile, uint8_t *rgb, size_t row_bytes)
{
  float side = 1.0f / (float) (tile * SAMPLES);

  for (uint32_t y = 0; y < tile; y++)
    for (uint32_t x = 0; x < tile; x++)
      {
        uint32_t sum[3] = { 0, 0, 0 };

        for (uint32_t k = 0; k < SAMPLES * SAMPLES; k++)
          {
            float u = ((float) (x * SAMPLES + k % SAMPLES) + 0.5f) * side;
            float v = ((float) (y * SAMPLES + k / SAMPLES) + 0.5f) * side;
            const uint8_t *color = color_at (game, cell, u, v);

            for (int part = 0; part < 3; part++)
              sum[part] += color[part];
          }
        for (int part = 0; part < 3; part++)
          rgb[y * row_bytes + (size_t) x * 3 + part] = (uint8_t) (sum[part] / (SAMPLES * SAMPLES));
      }
}

void
ma_draw (const Game *game, const uint8_t *seen, uint32_t tile, uint8_t *rgb)
{
  size_t row_bytes = (size_t) SIDE * tile * 3;

  for (uint32_t y = 0; y < SIDE; y++)
    for (uint32_t x = 0; x < SIDE; x++)
      draw_cell (game, seen + (size_t) (y * SIDE + x) * game->n_channels, tile,
                 rgb + y * tile * row_bytes + (size_t) x * tile * 3, row_bytes);
}

/* The letter of the topmost channel that has one. */
static char
letter_of (const Game *game, const uint8_t *cell)
{
  for (uint32_t c = 0; c < game->n_channels; c++)
    if (cell[c] && game->channels[c].letter != '\0')
      return game->channels[c].letter;
  return ' ';
}

size_t
ma_text (const Game *game, const void *world, const uint8_t *seen, char *out, size_t size)
{
  char all[SIDE * (SIDE + 3) + 200];
  size_t n = 0;

  for (uint32_t y = 0; y < SIDE; y++)
    {
      all[n++] = '|';
      for (uint32_t x = 0; x < SIDE; x++)
        all[n++] = letter_of (game, seen + (size_t) (y * SIDE + x) * game->n_channels);
      all[n++] = '|';
      all[n++] = '\n';
    }
  n += (size_t) game->describe (world, all + n, sizeof all - n);
  if (((const Head *) world)->over)
    n += (size_t) snprintf (all + n, sizeof all - n, ", over");
  if (size > 0)
    {
      size_t kept = n < size ? n : size - 1;

      memcpy (out, all, kept);
      out[kept] = '\0';
    }
  return n;
}
