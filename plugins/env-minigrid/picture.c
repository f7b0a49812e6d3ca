/* SPDX-License-Identifier: Apache-2.0
 *
 * A world as a picture and as text.
 */
#include "minigrid.h"
#include <stdio.h>
#include <string.h>

typedef struct Rgb
{
  float r, g, b;
} Rgb;

static const Rgb colors[N_COLORS] = { { 255, 0, 0 },    { 0, 255, 0 },   { 0, 0, 255 },
                                      { 112, 39, 195 }, { 255, 255, 0 }, { 100, 100, 100 } };
static const Rgb black = { 0, 0, 0 }, line = { 100, 100, 100 }, orange = { 255, 128, 0 };

enum
{
  SAMPLES = 4 /* per side of a pixel */
};

static Rgb
scaled (Rgb c, float by)
{
  return (Rgb){ c.r * by, c.g * by, c.b * by };
}

static bool
in_rect (float u, float v, float left, float right, float top, float bottom)
{
  return u >= left && u <= right && v >= top && v <= bottom;
}

static bool
in_circle (float u, float v, float x, float y, float radius)
{
  return (u - x) * (u - x) + (v - y) * (v - y) <= radius * radius;
}

static Rgb
paint_door (Cell cell, float u, float v, Rgb ground)
{
  Rgb c = colors[cell.color];

  if (cell.state == OPEN)
    return !in_rect (u, v, 0.86f, 1, 0, 1)              ? ground
           : in_rect (u, v, 0.91f, 0.96f, 0.05f, 0.95f) ? black
                                                        : c;
  if (cell.state == LOCKED)
    return !in_rect (u, v, 0.08f, 0.92f, 0.08f, 0.92f)  ? c
           : in_rect (u, v, 0.52f, 0.78f, 0.46f, 0.56f) ? c
                                                        : scaled (c, 0.45f);
  if (in_circle (u, v, 0.74f, 0.5f, 0.09f))
    return c;
  /* Two frames, one inside the other. */
  return !in_rect (u, v, 0.05f, 0.95f, 0.05f, 0.95f)   ? c
         : !in_rect (u, v, 0.1f, 0.9f, 0.1f, 0.9f)     ? black
         : !in_rect (u, v, 0.15f, 0.85f, 0.15f, 0.85f) ? c
                                                       : black;
}

static Rgb
paint_key (Cell cell, float u, float v, Rgb ground)
{
  if (in_circle (u, v, 0.54f, 0.28f, 0.19f) && !in_circle (u, v, 0.54f, 0.28f, 0.075f))
    return colors[cell.color];
  if (in_rect (u, v, 0.48f, 0.6f, 0.4f, 0.88f) || in_rect (u, v, 0.33f, 0.5f, 0.6f, 0.68f)
      || in_rect (u, v, 0.33f, 0.5f, 0.8f, 0.88f))
    return colors[cell.color];
  return ground;
}

static Rgb
paint_ball (Cell cell, float u, float v, Rgb ground)
{
  return in_circle (u, v, 0.52f, 0.52f, 0.31f) ? colors[cell.color] : ground;
}

static Rgb
paint_box (Cell cell, float u, float v, Rgb ground)
{
  if (!in_rect (u, v, 0.13f, 0.9f, 0.13f, 0.9f))
    return ground;
  if (in_rect (u, v, 0.2f, 0.83f, 0.2f, 0.83f) && !in_rect (u, v, 0.2f, 0.83f, 0.47f, 0.55f))
    return ground;
  return colors[cell.color];
}

static Rgb
paint_goal (Cell cell, float u, float v, Rgb ground)
{
  return colors[cell.color];
}

static Rgb
paint_wall (Cell cell, float u, float v, Rgb ground)
{
  return colors[cell.color];
}

/* Three zigzag waves. */
static Rgb
paint_lava (Cell cell, float u, float v, Rgb ground)
{
  float phase = (u - 0.1f) * 2.5f, in = phase - (float) (int) phase;
  float wave = in < 0.5f ? 0.2f * in : 0.2f * (1 - in);

  for (int i = 0; i < 3; i++)
    {
      float from_wave = v - (0.28f + 0.2f * (float) i + wave);

      if (u >= 0.1f && u <= 0.9f && from_wave > -0.035f && from_wave < 0.035f)
        return black;
    }
  return orange;
}

static Rgb (*const paint[N_TYPES]) (Cell cell, float u, float v, Rgb ground)
    = { [WALL] = paint_wall, [DOOR] = paint_door, [KEY] = paint_key,  [BALL] = paint_ball,
        [BOX] = paint_box,   [GOAL] = paint_goal, [LAVA] = paint_lava };

/* A triangle that points the way the agent looks. */
static bool
in_agent (uint8_t facing, float u, float v)
{
  float dx = mg_dx[facing], dy = mg_dy[facing];
  float ahead = (u - 0.515f) * dx + (v - 0.515f) * dy, side = (v - 0.515f) * dx - (u - 0.515f) * dy;

  if (side < 0)
    side = -side;
  return ahead >= -0.37f && side <= 0.33f * (0.37f - ahead) / 0.74f;
}

#define CORNER 0.5f

/* The color at (u, v) of a tile, both in 0..1. */
static Rgb
color_at (const World *world, Cell cell, bool agent, bool seen, float u, float v)
{
  Rgb c = u < 0.03f || v < 0.03f ? line : black;

  if (paint[cell.type] != NULL)
    c = paint[cell.type](cell, u, v, c);
  if (agent && in_agent (world->facing, u, v))
    c = colors[RED];
  /* What the agent carries: small, in the corner. */
  if (agent && world->carried.type != EMPTY && u > CORNER && v > CORNER)
    c = paint[world->carried.type](world->carried, (u - CORNER) / (1 - CORNER),
                                   (v - CORNER) / (1 - CORNER), black);
  if (seen)
    c = (Rgb){ c.r + 0.3f * (255 - c.r), c.g + 0.3f * (255 - c.g), c.b + 0.3f * (255 - c.b) };
  return c;
}

static void
draw_tile (const World *world, Cell cell, bool agent, bool seen, uint32_t tile, uint8_t *rgb,
           size_t row_bytes)
{
  float side = 1.0f / (float) (tile * SAMPLES), share = 1.0f / (SAMPLES * SAMPLES);

  for (uint32_t y = 0; y < tile; y++)
    for (uint32_t x = 0; x < tile; x++)
      {
        uint8_t *pixel = rgb + y * row_bytes + (size_t) x * 3;
        Rgb sum = { 0.5f, 0.5f, 0.5f };

        for (uint32_t k = 0; k < SAMPLES * SAMPLES; k++)
          {
            float u = ((float) (x * SAMPLES + k % SAMPLES) + 0.5f) * side;
            float v = ((float) (y * SAMPLES + k / SAMPLES) + 0.5f) * side;
            Rgb c = color_at (world, cell, agent, seen, u, v);

            sum.r += c.r * share;
            sum.g += c.g * share;
            sum.b += c.b * share;
          }
        pixel[0] = (uint8_t) sum.r;
        pixel[1] = (uint8_t) sum.g;
        pixel[2] = (uint8_t) sum.b;
      }
}

static void
mark_seen (const Level *level, const World *world, uint8_t *marks)
{
  uint8_t seen[VIEW_SIDE];

  memset (marks, 0, mg_n_cells (level));
  mg_visible (level, world, seen);
  for (int i = 0; i < VIEW_SIDE; i++)
    for (int j = 0; j < VIEW_SIDE; j++)
      {
        int x, y;

        mg_from_view (world, i, j, &x, &y);
        if ((seen[j] >> i & 1) && (unsigned) x < level->width && (unsigned) y < level->height)
          marks[x * level->height + y] = 1;
      }
}

void
mg_draw (const Level *level, const World *world, uint32_t tile, uint8_t *rgb)
{
  uint8_t seen[MAX_SIDE * MAX_SIDE];
  size_t row_bytes = (size_t) level->width * tile * 3;

  mark_seen (level, world, seen);
  for (uint32_t x = 0; x < level->width; x++)
    for (uint32_t y = 0; y < level->height; y++)
      {
        uint32_t at = x * level->height + y;

        draw_tile (world, world->cells[at], x == world->x && y == world->y, seen[at] != 0, tile,
                   rgb + y * tile * row_bytes + (size_t) x * tile * 3, row_bytes);
      }
}

/* Two characters a cell: what it is, and its color. */
static void
text_cell (const Level *level, const World *world, uint32_t x, uint32_t y, char out[2])
{
  static const char types[] = " .#_+koBG~@", letters[] = "rgbpye", doors[] = "/+L";
  Cell cell = mg_look (level, world, (int) x, (int) y);

  out[0] = cell.type == DOOR ? doors[cell.state] : types[cell.type];
  out[1] = cell.type == DOOR || cell.type == KEY || cell.type == BALL || cell.type == BOX
               ? letters[cell.color]
           : cell.type == EMPTY ? ' '
                                : out[0];
  if (x == world->x && y == world->y)
    out[0] = out[1] = ">v<^"[world->facing];
}

size_t
mg_text (const Level *level, const World *world, uint32_t steps, char *out, size_t size)
{
  static const char *const names[N_COLORS] = { "red", "green", "blue", "purple", "yellow", "grey" };
  static const char *const things[N_TYPES] = { [KEY] = "key", [BALL] = "ball", [BOX] = "box" };
  char all[(2 * MAX_SIDE + 1) * MAX_SIDE + 80];
  size_t n = 0;

  for (uint32_t y = 0; y < level->height; y++, all[n++] = '\n')
    for (uint32_t x = 0; x < level->width; x++, n += 2)
      text_cell (level, world, x, y, all + n);
  n += (size_t) snprintf (all + n, sizeof all - n, "step %u of %u", steps, level->max_steps);
  if (world->carried.type != EMPTY)
    n += (size_t) snprintf (all + n, sizeof all - n, ", carries a %s %s",
                            names[world->carried.color], things[world->carried.type]);
  if (size > 0)
    {
      size_t kept = n < size ? n : size - 1;

      memcpy (out, all, kept);
      out[kept] = '\0';
    }
  return n;
}
