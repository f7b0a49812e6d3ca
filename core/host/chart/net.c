/* SPDX-License-Identifier: Apache-2.0
 *
 * Graphs drawn at the places that Graphviz found.
 */
#include "host/chart/build.h"
#include "host/chart/marks.h"
#include "host/registry/error.h"
#include "host/store/filter.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SECONDS 30      /* for Graphviz */
#define ARROWS 150      /* edges beyond which heads would be dust */
#define LABELS 40       /* nodes beyond which numbers would be dust */
#define PICTURES 24     /* nodes beyond which pictures would be stamps */
#define FULL_EDGES 3000 /* edges beyond which each is fainter */

/* From the layout to the panel: one scale for both directions. */
typedef struct
{
  double x, y, scale;
} Place;

static Place
place_of (const AssayGraphData *graph, const ChartBox *box)
{
  double x0 = INFINITY, x1 = -INFINITY, y0 = INFINITY, y1 = -INFINITY, scale;

  for (guint i = 0; i < graph->n_nodes; i++)
    {
      x0 = MIN (x0, graph->x[i]);
      x1 = MAX (x1, graph->x[i]);
      y0 = MIN (y0, graph->y[i]);
      y1 = MAX (y1, graph->y[i]);
    }
  scale = MIN ((box->width - 24) / MAX (x1 - x0, 1), (box->height - 24) / MAX (y1 - y0, 1));
  scale = CLAMP (scale, 1e-6, 6);
  return (Place){ box->x + box->width / 2 - scale * (x0 + x1) / 2,
                  box->y + box->height / 2 + scale * (y0 + y1) / 2, scale };
}

static double
node_x (const AssayGraphData *graph, const Place *place, guint i)
{
  return place->x + place->scale * graph->x[i];
}

static double
node_y (const AssayGraphData *graph, const Place *place, guint i)
{
  return place->y - place->scale * graph->y[i];
}

static void
draw_head (cairo_t *cr, double x0, double y0, double x1, double y1, double radius)
{
  double angle = atan2 (y1 - y0, x1 - x0), x = x1 - radius * cos (angle),
         y = y1 - radius * sin (angle);

  cairo_move_to (cr, x, y);
  for (int side = -1; side <= 1; side += 2)
    cairo_line_to (cr, x - 5 * cos (angle + side * .4), y - 5 * sin (angle + side * .4));
  cairo_close_path (cr);
  cairo_fill (cr);
}

static void
draw_edges (const AssayGraphData *graph, const Place *place, double radius, cairo_t *cr)
{
  gboolean heads = graph->n_edges <= ARROWS;
  double alpha = graph->n_edges > FULL_EDGES ? MAX (.12, .5 * FULL_EDGES / graph->n_edges) : .5;

  chart_set_grey_alpha (cr, .3, alpha);
  cairo_set_line_width (cr, graph->n_edges > FULL_EDGES ? .5 : .8);
  if (graph->n_edges > FULL_EDGES)
    cairo_set_antialias (cr, CAIRO_ANTIALIAS_FAST);
  for (guint i = 0; i < graph->n_edges; i++)
    {
      double x0 = node_x (graph, place, graph->from[i]), y0 = node_y (graph, place, graph->from[i]);
      double x1 = node_x (graph, place, graph->to[i]), y1 = node_y (graph, place, graph->to[i]);

      if (graph->from[i] == graph->to[i])
        continue;
      cairo_move_to (cr, x0, y0);
      cairo_line_to (cr, x1, y1);
      /* Each on its own, so that crossings are darker. */
      cairo_stroke (cr);
      if (heads)
        draw_head (cr, x0, y0, x1, y1, radius + 1);
    }
}

static void
draw_node_picture (const AssayGraphData *graph, guint node, double x, double y, double size,
                   cairo_t *cr)
{
  int width = (int) graph->picture_width, height = (int) graph->picture_height;
  const guint8 *rgb = graph->pictures + (gsize) graph->picture_of[node] * width * height * 3;
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, width, height);
  unsigned char *data = cairo_image_surface_get_data (surface);
  int stride = cairo_image_surface_get_stride (surface);
  double scale = size / MAX (width, height);

  for (int row = 0; data && row < height; row++)
    for (int col = 0; col < width; col++, rgb += 3)
      ((guint32 *) (void *) (data + (gsize) row * stride))[col]
          = (guint32) rgb[0] << 16 | (guint32) rgb[1] << 8 | rgb[2];
  cairo_surface_mark_dirty (surface);
  cairo_save (cr);
  cairo_translate (cr, x - width * scale / 2, y - height * scale / 2);
  cairo_scale (cr, scale, scale);
  cairo_set_source_surface (cr, surface, 0, 0);
  cairo_paint (cr);
  cairo_restore (cr);
  cairo_surface_destroy (surface);
}

static double
node_radius (guint n)
{
  return CLAMP (60 / sqrt (MAX (n, 1)), .9, 6);
}

static void
draw_node (const AssayChart *chart, const AssayGraphData *graph, const AssayGraphColumn *column,
           guint i, double x, double y, cairo_t *cr)
{
  double radius = node_radius (graph->n_nodes);
  double value = column && column->numbers ? column->numbers[i] : NAN;
  ChartRgb colour = isfinite (value) ? chart_cell_colour (chart, value) : chart_colours[0];

  if (graph->pictures && graph->n_nodes <= PICTURES && graph->picture_of[i] >= 0)
    {
      draw_node_picture (graph, i, x, y, 36, cr);
      chart_set_colour (cr, colour, 1);
      cairo_set_line_width (cr, 2.5);
      cairo_rectangle (cr, x - 18, y - 18, 36, 36);
      cairo_stroke (cr);
      return;
    }
  /* A missing number is a ring. */
  chart_set_colour (cr, colour, 1);
  cairo_new_path (cr);
  cairo_arc (cr, x, y, radius, 0, 2 * G_PI);
  if (column && column->numbers && !isfinite (value))
    {
      chart_set_grey (cr, 1);
      cairo_fill_preserve (cr);
      chart_set_grey (cr, .4);
      cairo_set_line_width (cr, .8);
      cairo_stroke (cr);
      return;
    }
  cairo_fill_preserve (cr);
  chart_set_grey (cr, .35);
  cairo_set_line_width (cr, radius > 2 ? .6 : .25);
  cairo_stroke (cr);
}

void
chart_draw_net (AssayChart *chart, ChartPanel *panel, cairo_t *cr)
{
  const AssayGraphData *graph = panel->graph;
  const AssayGraphColumn *column;
  Place place;

  if (!graph || !graph->n_nodes || !graph->x)
    return;
  place = place_of (graph, &panel->box);
  column = assay_graph_node_column (graph, panel->node_column);
  cairo_save (cr);
  draw_edges (graph, &place, node_radius (graph->n_nodes), cr);
  for (guint i = 0; i < graph->n_nodes; i++)
    {
      double x = node_x (graph, &place, i), y = node_y (graph, &place, i);

      draw_node (chart, graph, column, i, x, y, cr);
      if (graph->n_nodes <= LABELS && column && column->texts)
        {
          ChartFont font = { .size = 9, .width = 70 };

          chart_set_grey (cr, .1);
          chart_text (cr, column->texts[i], &font, x, y + 7, .5, 0);
        }
    }
  cairo_restore (cr);
}

void
chart_size_net (AssayChart *chart, double *width, double *height)
{
  *width = *height = chart->panels->len > 2 ? 260 : chart->panels->len > 1 ? 320 : 460;
}

static void
set_colour_axis (AssayChart *chart, const AssayGraphData *graph, const char *id)
{
  const AssayGraphColumn *column = assay_graph_node_column (graph, id);
  double most;

  for (guint i = 0; column && column->numbers && i < graph->n_nodes; i++)
    chart_axis_hold (&chart->z, column->numbers[i]);
  most = MAX (-chart->z.lo, chart->z.hi);
  if (chart_is_diverging (chart))
    {
      chart_axis_hold (&chart->z, most);
      chart_axis_hold (&chart->z, -most);
    }
  if (!chart->z.title && chart->z.lo <= chart->z.hi)
    chart->z.title = g_strdup (id);
}

static void
add_graph (AssayChart *chart, ChartPanel *panel, AssayGraphData *graph, const char *column)
{
  if (!column && graph->node_columns->len)
    column = ((AssayGraphColumn *) graph->node_columns->pdata[0])->id;
  panel->node_column = g_strdup (column);
  set_colour_axis (chart, graph, column);
  panel->graph = graph;
}

static void
say_size (AssayChart *chart, const char *about, const AssayGraphData *graph)
{
  g_autofree char *nodes = chart_fixed (graph->n_nodes, 0),
                  *edges = chart_fixed (graph->n_edges, 0);

  chart_note (chart, "%s%s nodes, %s edges", about, nodes, edges);
}

AssayChart *
assay_graph_chart (AssayGraphData *graph, const char *title, const char *column)
{
  AssayChart *chart = chart_new (ASSAY_GRAPH, "graph", title);

  say_size (chart, "", graph);
  add_graph (chart, chart_add_panel (chart, NULL, NULL), graph, column);
  return chart;
}

/* ---- for another thread ---- */

/* Axes of graphs have no categories. */
static void
copy_axis (ChartAxis *to, const ChartAxis *from)
{
  *to = *from;
  to->title = g_strdup (from->title);
  to->dim = g_strdup (from->dim);
  to->categories = to->blocks = to->levels = NULL;
}

static void
share_panel (AssayChart *chart, const ChartPanel *from)
{
  ChartPanel *panel = chart_add_panel (chart, from->row, from->col);

  panel->graph = from->graph ? assay_graph_ref (from->graph) : NULL;
  panel->node_column = g_strdup (from->node_column);
}

AssayChart *
assay_chart_share_graphs (AssayChart *chart)
{
  AssayChart *other;

  chart_prepare (chart);
  if (chart->kind != ASSAY_GRAPH || chart->why || chart->beside)
    return NULL;
  other = chart_new (ASSAY_GRAPH, chart->id, chart->title);
  other->source = g_strdup (chart->source);
  for (guint i = 0; i < chart->notes->len; i++)
    chart_note (other, "%s", (const char *) chart->notes->pdata[i]);
  copy_axis (&other->x, &chart->x);
  copy_axis (&other->y, &chart->y);
  copy_axis (&other->z, &chart->z);
  for (guint i = 0; i < chart->panels->len; i++)
    share_panel (other, chart->panels->pdata[i]);
  other->n_rows = chart->n_rows;
  other->n_cols = chart->n_cols;
  other->bare = chart->bare;
  other->prepared = TRUE;
  return other;
}

/* ---- from runs ---- */

#define MAX_GRAPHS 6

const char *
chart_run_level (AssayRunDir *dir, const char *key)
{
  char text[64];
  JsonNode *node;

  if (strcmp (key, "seed") == 0)
    {
      g_snprintf (text, sizeof text, "%" G_GUINT64_FORMAT, dir->seed);
      return g_intern_string (text);
    }
  node = dir->parameters ? json_object_get_member (dir->parameters, key) : NULL;
  if (!node || !JSON_NODE_HOLDS_VALUE (node))
    return NULL;
  if (json_node_get_value_type (node) == G_TYPE_STRING)
    return json_node_get_string (node);
  if (json_node_get_value_type (node) == G_TYPE_BOOLEAN)
    return json_node_get_boolean (node) ? "true" : "false";
  return g_intern_string (g_ascii_dtostr (text, sizeof text, json_node_get_double (node)));
}

static const char *
run_lookup (gpointer row, const char *key)
{
  return chart_run_level (row, key);
}

/* One graph for every side, and level of row and col; of runs that agree in all, the first. */
static char *
facet (const ChartBuilder *b, AssayRunDir *dir)
{
  const char *channels[] = { b->figure->row, b->figure->col };
  gint side = assay_run_set_side (b->set, dir);
  GString *out
      = g_string_new (side < 0 ? NULL : ((AssayRunSide *) b->set->sides->pdata[side])->name);

  for (guint i = 0; i < G_N_ELEMENTS (channels); i++)
    if (channels[i])
      {
        const char *level = chart_run_level (dir, channels[i]);

        if (level)
          g_string_append_printf (out, "%s%s", out->len ? ", " : "", level);
      }
  return g_string_free (out, FALSE);
}

/* The folder of a graph whose files stay within the run; NULL: they do not. */
static char *
folder_of_graph (AssayRunDir *dir, const char *name)
{
  g_autofree char *head_name = g_strdup_printf ("artifacts/%s.graph.json", name);
  g_autofree char *data_name = g_strdup_printf ("artifacts/%s.graph.safetensors", name);
  g_autofree char *head = assay_run_dir_file (dir, head_name),
                  *data = assay_run_dir_file (dir, data_name);

  return head && data ? g_path_get_dirname (head) : NULL;
}

static gboolean
add_run (ChartBuilder *b, AssayRunDir *dir, const char *name, const char *label)
{
  const char *engine = g_strcmp0 (b->figure->order, "sfdp") == 0 ? "sfdp" : "twopi";
  g_autofree char *artifacts = folder_of_graph (dir, name), *about = NULL;
  g_autoptr (AssayGraphData) graph = NULL;
  g_autoptr (GError) error = NULL;

  if (!artifacts)
    return FALSE;
  graph = assay_graph_load (artifacts, name, &error);
  if (!graph || !assay_graph_layout (graph, engine, SECONDS, NULL, &error))
    {
      g_free (b->chart->why);
      b->chart->why = g_strdup (error->message);
      return FALSE;
    }
  about = g_strdup_printf ("%s%sRun %s, laid out by %s: ", label, *label ? ": " : "", dir->id,
                           engine);
  say_size (b->chart, about, graph);
  add_graph (b->chart, chart_add_panel (b->chart, NULL, *label ? label : NULL),
             g_steal_pointer (&graph), b->figure->color);
  return TRUE;
}

void
chart_build_net (ChartBuilder *b)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (AssayFilter) filter = assay_filter_parse (b->figure->where, NULL);
  const char *name = b->figure->y;

  for (guint i = 0; i < b->set->dirs->len && b->chart->panels->len < MAX_GRAPHS && name; i++)
    {
      AssayRunDir *dir = b->set->dirs->pdata[i];
      g_autofree char *label = facet (b, dir);

      if (dir->state != ASSAY_DONE || (filter && !assay_filter_match (filter, run_lookup, dir))
          || g_hash_table_contains (seen, label))
        continue;
      if (add_run (b, dir, name, label))
        g_hash_table_add (seen, g_steal_pointer (&label));
    }
  if (b->chart->panels->len)
    g_clear_pointer (&b->chart->why, g_free);
  else if (!b->chart->why)
    b->chart->why
        = g_strdup_printf ("No finished run has written the graph \"%s\".", name ? name : "");
  b->chart->n_cols = CLAMP (b->chart->panels->len, 1, 3);
  b->chart->n_rows = (b->chart->panels->len + b->chart->n_cols - 1) / b->chart->n_cols;
  b->chart->n_rows = MAX (b->chart->n_rows, 1);
}
