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
is_opaque (Cell cell)
{
  return cell.type == WALL || (cell.type == DOOR && cell.state != OPEN);
}

static void
look_ahead (const Level *level, const World *world, Cell view[VIEW_SIDE][VIEW_SIDE])
{
  for (int i = 0; i < VIEW_SIDE; i++)
    for (int j = 0; j < VIEW_SIDE; j++)
      {
        int x, y;

        mg_from_view (world, i, j, &x, &y);
        view[i][j] = mg_look (level, world, x, y);
      }
}

/* Light spreads from the agent's row to the far one; in a row first to the
 * right, then to the left; each lit transparent cell lights its neighbour that
 * way and the two cells beyond. */
static void
spread (Cell view[VIEW_SIDE][VIEW_SIDE], uint8_t *seen, int row, int from, int way)
{
  for (int i = from; i + way >= 0 && i + way < VIEW_SIDE; i += way)
    {
      if (!seen[i * VIEW_SIDE + row] || is_opaque (view[i][row]))
        continue;
      seen[(i + way) * VIEW_SIDE + row] = 1;
      if (row > 0)
        seen[(i + way) * VIEW_SIDE + row - 1] = seen[i * VIEW_SIDE + row - 1] = 1;
    }
}

static void
occlude (const Level *level, Cell view[VIEW_SIDE][VIEW_SIDE], uint8_t *seen)
{
  memset (seen, level->see_through, VIEW_SIDE * VIEW_SIDE);
  seen[VIEW_SIDE / 2 * VIEW_SIDE + VIEW_SIDE - 1] = 1;
  for (int row = VIEW_SIDE - 1; row >= 0; row--)
    {
      spread (view, seen, row, 0, 1);
      spread (view, seen, row, VIEW_SIDE - 1, -1);
    }
}

void
mg_visible (const Level *level, const World *world, uint8_t seen[VIEW_SIDE * VIEW_SIDE])
{
  Cell view[VIEW_SIDE][VIEW_SIDE];

  look_ahead (level, world, view);
  occlude (level, view, seen);
}

void
mg_view_partial (const Level *level, const World *world, uint8_t *out)
{
  Cell view[VIEW_SIDE][VIEW_SIDE];
  uint8_t seen[VIEW_SIDE * VIEW_SIDE];

  look_ahead (level, world, view);
  occlude (level, view, seen);
  view[VIEW_SIDE / 2][VIEW_SIDE - 1] = world->carried;
  memcpy (out, view, sizeof view);
  for (int i = 0; i < VIEW_SIDE * VIEW_SIDE; i++)
    if (!seen[i])
      memset (out + i * sizeof (Cell), UNSEEN, sizeof (Cell));
}
