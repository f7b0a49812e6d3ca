/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/desktop/graph-scene.h"

#include <math.h>
#include <string.h>

#define PER_CELL 4 /* nodes, about */
#define MAX_CELLS (1 << 18)
#define FARTHEST 1e7 /* a place that no layout has */

void
studio_graph_scene_free (StudioGraphScene *scene)
{
  if (scene == NULL)
    return;
  assay_graph_free (scene->graph);
  g_free (scene->x);
  g_free (scene->y);
  g_free (scene->cell_start);
  g_free (scene->cell_nodes);
  g_free (scene->link_start);
  g_free (scene->links);
  g_free (scene);
}

/* ---- places ---- */

static void
take_places (StudioGraphScene *scene)
{
  const AssayGraphData *graph = scene->graph;

  scene->x = g_new (float, graph->n_nodes + 1);
  scene->y = g_new (float, graph->n_nodes + 1);
  scene->left = scene->top = INFINITY;
  scene->right = scene->bottom = -INFINITY;
  for (guint i = 0; i < graph->n_nodes; i++)
    {
      scene->x[i] = (float) CLAMP (graph->x[i], -FARTHEST, FARTHEST);
      scene->y[i] = -(float) CLAMP (graph->y[i], -FARTHEST, FARTHEST);
      scene->left = MIN (scene->left, scene->x[i]);
      scene->right = MAX (scene->right, scene->x[i]);
      scene->top = MIN (scene->top, scene->y[i]);
      scene->bottom = MAX (scene->bottom, scene->y[i]);
    }
  if (graph->n_nodes == 0)
    scene->left = scene->top = scene->right = scene->bottom = 0;
}

static guint
cell_of (const StudioGraphScene *scene, double x, double y)
{
  double column = floor ((x - (double) scene->left) / scene->cell);
  double row = floor ((y - (double) scene->top) / scene->cell);

  return (guint) CLAMP (row, 0, scene->rows - 1) * scene->columns
         + (guint) CLAMP (column, 0, scene->columns - 1);
}

/* Counts, then places: two walks over the nodes. */
static void
fill_grid (StudioGraphScene *scene)
{
  guint n = scene->graph->n_nodes, cells = scene->columns * scene->rows;
  g_autofree guint *next = NULL;

  scene->cell_start = g_new0 (guint, cells + 2);
  scene->cell_nodes = g_new (guint, n + 1);
  for (guint i = 0; i < n; i++)
    scene->cell_start[cell_of (scene, (double) scene->x[i], (double) scene->y[i]) + 1]++;
  for (guint i = 0; i < cells; i++)
    scene->cell_start[i + 1] += scene->cell_start[i];
  next = g_memdup2 (scene->cell_start, (cells + 1) * sizeof *next);
  for (guint i = 0; i < n; i++)
    scene->cell_nodes[next[cell_of (scene, (double) scene->x[i], (double) scene->y[i])]++] = i;
}

static void
make_grid (StudioGraphScene *scene)
{
  guint n = MAX (scene->graph->n_nodes, 1);
  double width = MAX ((double) (scene->right - scene->left), 1),
         height = MAX ((double) (scene->bottom - scene->top), 1);

  scene->spacing = sqrt (width * height / n);
  scene->cell
      = MAX (sqrt (width * height * PER_CELL / n), MAX (width, height) / sqrt ((double) MAX_CELLS));
  scene->columns = (guint) CLAMP (ceil (width / scene->cell), 1, 4096);
  scene->rows = (guint) CLAMP (ceil (height / scene->cell), 1, 4096);
  fill_grid (scene);
}

static void
make_links (StudioGraphScene *scene)
{
  const AssayGraphData *graph = scene->graph;
  g_autofree guint *next = NULL;

  scene->link_start = g_new0 (guint, graph->n_nodes + 2);
  scene->links = g_new (StudioGraphLink, 2 * (gsize) graph->n_edges + 1);
  for (guint i = 0; i < graph->n_edges; i++)
    {
      scene->link_start[graph->from[i] + 1]++;
      scene->link_start[graph->to[i] + 1]++;
    }
  for (guint i = 0; i < graph->n_nodes; i++)
    scene->link_start[i + 1] += scene->link_start[i];
  next = g_memdup2 (scene->link_start, (graph->n_nodes + 1) * sizeof *next);
  for (guint i = 0; i < graph->n_edges; i++)
    {
      scene->links[next[graph->from[i]]++] = (StudioGraphLink){ graph->to[i], i, TRUE };
      scene->links[next[graph->to[i]]++] = (StudioGraphLink){ graph->from[i], i, FALSE };
    }
}

StudioGraphScene *
studio_graph_scene_new (AssayGraphData *graph)
{
  StudioGraphScene *scene = g_new0 (StudioGraphScene, 1);

  scene->graph = graph;
  take_places (scene);
  make_grid (scene);
  make_links (scene);
  return scene;
}

/* ---- finding ---- */

int
studio_graph_scene_nearest (const StudioGraphScene *scene, double x, double y, double reach)
{
  guint first, last, n = scene->graph->n_nodes;
  double best = reach * reach;
  int found = -1;

  if (n == 0)
    return -1;
  first = cell_of (scene, x - reach, y - reach);
  last = cell_of (scene, x + reach, y + reach);
  for (guint row = first / scene->columns; row <= last / scene->columns; row++)
    for (guint column = first % scene->columns; column <= last % scene->columns; column++)
      {
        guint cell = row * scene->columns + column;

        for (guint i = scene->cell_start[cell]; i < scene->cell_start[cell + 1]; i++)
          {
            guint node = scene->cell_nodes[i];
            double dx = (double) scene->x[node] - x, dy = (double) scene->y[node] - y;

            if (dx * dx + dy * dy <= best)
              {
                best = dx * dx + dy * dy;
                found = (int) node;
              }
          }
      }
  return found;
}

int
studio_graph_scene_towards (const StudioGraphScene *scene, guint node, double dx, double dy)
{
  double best = -INFINITY;
  int found = -1;

  for (guint i = scene->link_start[node]; i < scene->link_start[node + 1]; i++)
    {
      guint other = scene->links[i].node;
      double x = (double) (scene->x[other] - scene->x[node]),
             y = (double) (scene->y[other] - scene->y[node]), far = hypot (x, y), along;

      if (other == node || far == 0)
        continue;
      along = (x * dx + y * dy) / (far * hypot (dx, dy));
      /* Within 75 degrees; of equal directions the nearer. */
      if (along > .25 && along - far * 1e-9 > best)
        {
          best = along - far * 1e-9;
          found = (int) other;
        }
    }
  return found;
}
