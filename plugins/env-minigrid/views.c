/* SPDX-License-Identifier: Apache-2.0
 *
 * What is observed: the whole grid, or the seven by seven cells before the agent.
 */
#include "minigrid.h"
#include <string.h>

void
mg_view_full (const Level *level, const World *world, uint8_t *out)
{
  Cell agent = { AGENT, RED, world->facing };

  memcpy (out, world->cells, mg_n_cells (level) * sizeof (Cell));
  memcpy (out + ((size_t) world->x * level->height + world->y) * sizeof (Cell), &agent,
          sizeof agent);
}

void
mg_from_view (const World *world, int view_x, int view_y, int *x, int *y)
{
  int dx = mg_dx[world->facing], dy = mg_dy[world->facing];
  int ahead = VIEW_SIDE - 1 - view_y, right = view_x - VIEW_SIDE / 2;

  *x = world->x + dx * ahead - dy * right;
  *y = world->y + dy * ahead + dx * right;
}

static bool
is_clear (Cell cell)
{
  return (cell.type != WALL) & ((cell.type != DOOR) | (cell.state == OPEN));
}

/* The cells ahead, and for each row which of them are clear, as bits. */
static void
look_ahead (const Level *level, const World *world, Cell view[VIEW_SIDE][VIEW_SIDE],
            uint32_t clear[VIEW_SIDE])
{
  memset (clear, 0, VIEW_SIDE * sizeof *clear);
  for (int i = 0; i < VIEW_SIDE; i++)
    {
      int x, y;

      mg_from_view (world, i, 0, &x, &y);
      for (int j = 0; j < VIEW_SIDE; j++, x -= mg_dx[world->facing], y -= mg_dy[world->facing])
        {
          view[i][j] = mg_look (level, world, x, y);
          clear[j] |= (uint32_t) is_clear (view[i][j]) << i;
        }
    }
}

/* Light goes from the agent's row to the far one.  In a row it spreads both
 * ways through clear cells; a lit clear cell lights the three before it in the
 * next row.  That is what the published two sweeps over a row come to. */
static void
occlude (const Level *level, const uint32_t clear[VIEW_SIDE], uint8_t seen[VIEW_SIDE])
{
  uint32_t all = (1u << VIEW_SIDE) - 1, lit = 1u << VIEW_SIDE / 2;

  for (int row = VIEW_SIDE - 1; row >= 0; row--)
    {
      uint32_t source, before;

      do
        {
          before = lit;
          source = lit & clear[row];
          lit |= (source << 1 | source >> 1) & all;
        }
      while (lit != before);
      seen[row] = (uint8_t) (level->see_through ? all : lit);
      lit = (source | source << 1 | source >> 1) & all;
    }
}

void
mg_visible (const Level *level, const World *world, uint8_t seen[VIEW_SIDE])
{
  Cell view[VIEW_SIDE][VIEW_SIDE];
  uint32_t clear[VIEW_SIDE];

  look_ahead (level, world, view, clear);
  occlude (level, clear, seen);
}

void
mg_view_partial (const Level *level, const World *world, uint8_t *out)
{
  static const Cell unseen;
  Cell view[VIEW_SIDE][VIEW_SIDE];
  uint32_t clear[VIEW_SIDE];
  uint8_t seen[VIEW_SIDE];

  look_ahead (level, world, view, clear);
  occlude (level, clear, seen);
  view[VIEW_SIDE / 2][VIEW_SIDE - 1] = world->carried;
  for (int i = 0; i < VIEW_SIDE; i++)
    for (int j = 0; j < VIEW_SIDE; j++)
      if (!(seen[j] >> i & 1))
        view[i][j] = unseen;
  memcpy (out, view, sizeof view);
}
