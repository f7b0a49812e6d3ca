/* SPDX-License-Identifier: Apache-2.0
 *
 * Graphs that were made up, without a window.
 */
#include "graph-tests.h"

#include "ui/desktop/watchdog.h"
#include <math.h>

#define NODES 10000
#define EDGES 30000
/* A frame of a display of 60 Hz; tests run on busy machines, in builds that check everything. */
#define FRAME_MS 16.7
#define SLOWEST_MS 400

/* A square of nodes with values from -1 to 3, each joined to three others. */
static AssayGraphData *
made_up (guint n, guint m)
{
  AssayGraphData *graph = assay_graph_new (n, m);
  AssayGraphColumn *column = g_new0 (AssayGraphColumn, 1);
  guint side = (guint) ceil (sqrt (n)), random = 1;

  graph->x = g_new (double, n + 1);
  graph->y = g_new (double, n + 1);
  column->id = g_strdup ("value");
  column->numbers = g_new (double, n + 1);
  for (guint i = 0; i < n; i++)
    {
      graph->x[i] = 40. * (i % side);
      graph->y[i] = -40. * (i / side);
      column->numbers[i] = i % 7 == 3 ? (double) NAN : -1 + 4. * i / n;
    }
  g_ptr_array_add (graph->node_columns, column);
  for (guint i = 0; i < m; i++)
    {
      graph->from[i] = i % n;
      graph->to[i] = i < 2 * n ? (i + (i < n ? 1 : side)) % n
                               : (random = random * 1664525u + 1013904223u) % n;
    }
  return graph;
}

static StudioGraphLook
look_at (const StudioGraphScene *scene)
{
  StudioGraphLook look = { .width = 1000, .height = 700, .pixels = 1, .selected = -1 };

  studio_graph_look_set_column (&look, scene, assay_graph_node_column (scene->graph, "value"));
  studio_graph_look_fit (&look, scene);
  return look;
}

static void
nodes_are_found_where_they_lie (void)
{
  g_autoptr (StudioGraphScene) scene = studio_graph_scene_new (made_up (NODES, EDGES));

  for (guint i = 0; i < NODES; i += 37)
    g_assert_cmpint (
        studio_graph_scene_nearest (scene, (double) scene->x[i] + 3, (double) scene->y[i] - 4, 6),
        ==, i);
  g_assert_cmpint (studio_graph_scene_nearest (scene, (double) scene->x[5] + 20, 0, 15), ==, -1);
  g_assert_cmpint (studio_graph_scene_nearest (scene, -1e6, 1e6, 10), ==, -1);
}

static void
one_walks_along_edges_by_direction (void)
{
  g_autoptr (StudioGraphScene) scene = studio_graph_scene_new (made_up (100, 200));

  g_assert_cmpint (studio_graph_scene_towards (scene, 55, 1, 0), ==, 56);
  g_assert_cmpint (studio_graph_scene_towards (scene, 55, -1, 0), ==, 54);
  g_assert_cmpint (studio_graph_scene_towards (scene, 55, 0, 1), ==, 65);
  g_assert_cmpint (studio_graph_scene_towards (scene, 55, 0, -1), ==, 45);
}

static void
odd_graphs_are_drawn (void)
{
  static const guint sizes[][2] = { { 0, 0 }, { 1, 0 }, { 1, 1 }, { 2, 1 }, { 3, 9 } };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      AssayGraphData *graph = made_up (sizes[i][0], sizes[i][1]);
      g_autoptr (StudioGraphScene) scene = NULL;
      StudioGraphLook look;
      g_autofree guint32 *pixels = NULL;

      for (guint k = 0; k < graph->n_nodes; k++)
        graph->x[k] = graph->y[k] = k == 2 ? 1e300 : 0;
      scene = studio_graph_scene_new (graph);
      look = look_at (scene);
      look.selected = (int) graph->n_nodes - 1;
      pixels = studio_graph_draw (scene, &look);
      g_assert_nonnull (pixels);
    }
}

static guint
n_inked (const guint32 *pixels, guint n)
{
  guint inked = 0;

  for (guint i = 0; i < n; i++)
    inked += pixels[i] >> 24 > 0;
  return inked;
}

static double
median_of_frames (const StudioGraphScene *scene, StudioGraphLook *look)
{
  double times[7];

  for (guint i = 0; i < G_N_ELEMENTS (times); i++)
    {
      double start = studio_processor_ms ();
      g_autofree guint32 *pixels = NULL;

      look->tx += 3;
      pixels = studio_graph_draw (scene, look);
      times[i] = studio_processor_ms () - start;
      for (guint k = i; k > 0 && times[k] < times[k - 1]; k--)
        {
          double swap = times[k];

          times[k] = times[k - 1];
          times[k - 1] = swap;
        }
    }
  return times[G_N_ELEMENTS (times) / 2];
}

static void
ten_thousand_nodes_take_less_than_a_frame (void)
{
  g_autoptr (StudioGraphScene) scene = studio_graph_scene_new (made_up (NODES, EDGES));
  StudioGraphLook look = look_at (scene);
  g_autofree guint32 *pixels = studio_graph_draw (scene, &look);
  double whole = median_of_frames (scene, &look), part;

  g_assert_cmpuint (n_inked (pixels, 1000 * 700), >, 100000);
  look.scale *= 12;
  part = median_of_frames (scene, &look);
  g_test_message ("whole %.1f ms, a part %.1f ms; aim %.1f ms", whole, part, FRAME_MS);
  g_assert_cmpfloat (whole, <, SLOWEST_MS);
  g_assert_cmpfloat (part, <, SLOWEST_MS);
}

static void
colours_tell_low_from_high_and_missing (void)
{
  g_autoptr (StudioGraphScene) scene = studio_graph_scene_new (made_up (NODES, 0));
  StudioGraphLook look = look_at (scene);
  float low[3], middle[3], high[3];

  /* -1 to 3: both signs matter. */
  g_assert_true (look.diverging);
  g_assert_cmpfloat (look.lo, ==, -look.hi);
  studio_graph_look_colour (&look, look.lo, low);
  studio_graph_look_colour (&look, 0, middle);
  studio_graph_look_colour (&look, look.hi, high);
  g_assert_cmpfloat (low[2], >, low[0]);
  g_assert_cmpfloat (high[0], >, high[2]);
  g_assert_cmpfloat (middle[1], >, .85f);
  /* Of one sign, what is high stands out: dark on white, bright on black. */
  look.diverging = FALSE;
  for (int dark = 0; dark <= 1; dark++)
    {
      look.ink[0] = look.ink[1] = look.ink[2] = dark ? 1 : 0;
      studio_graph_look_colour (&look, look.lo, low);
      studio_graph_look_colour (&look, look.hi, high);
      g_assert_cmpfloat ((high[0] + high[1] + high[2] - low[0] - low[1] - low[2]) * (dark ? 1 : -1),
                         >, .5f);
    }
}

/* The middle of a node in a picture: red, green and blue, 0 to 1. */
static void
colour_at (const StudioGraphScene *scene, const StudioGraphLook *look, guint node, float rgb[3])
{
  g_autofree guint32 *pixels = studio_graph_draw (scene, look);
  int x = (int) (look->scale * (double) scene->x[node] + look->tx),
      y = (int) (look->scale * (double) scene->y[node] + look->ty);
  guint32 pixel = pixels[y * look->width + x];

  for (int i = 0; i < 3; i++)
    rgb[i] = (float) (pixel >> (16 - 8 * i) & 255) / 255;
}

static void
each_number_column_colours_the_nodes (void)
{
  AssayGraphData *graph = made_up (100, 0);
  AssayGraphColumn *other = g_new0 (AssayGraphColumn, 1);
  g_autoptr (StudioGraphScene) scene = NULL;

  other->id = g_strdup ("other");
  other->numbers = g_new (double, 101);
  for (guint i = 0; i < 100; i++)
    other->numbers[i] = 5 + (double) (100 - i);
  g_ptr_array_add (graph->node_columns, other);
  scene = studio_graph_scene_new (graph);
  for (guint node = 0; node < 100; node += 9)
    {
      float drawn[2][3], wanted[3];

      for (guint k = 0; k < 2; k++)
        {
          const AssayGraphColumn *column = graph->node_columns->pdata[k];
          StudioGraphLook look = look_at (scene);

          studio_graph_look_set_column (&look, scene, column);
          colour_at (scene, &look, node, drawn[k]);
          studio_graph_look_colour (&look, column->numbers[node], wanted);
          for (int i = 0; i < 3 && isfinite (column->numbers[node]); i++)
            g_assert_cmpfloat_with_epsilon (drawn[k][i], wanted[i], .02);
        }
      g_assert_cmpfloat (fabsf (drawn[0][0] - drawn[1][0]) + fabsf (drawn[0][1] - drawn[1][1])
                             + fabsf (drawn[0][2] - drawn[1][2]),
                         >, .05);
    }
}

static void
a_canvas_without_room_or_graph_does_nothing (void)
{
  g_autoptr (GtkWidget) widget = g_object_ref_sink (studio_graph_canvas_new ());
  StudioGraphCanvas *canvas = STUDIO_GRAPH_CANVAS (widget);
  g_autoptr (StudioGraphScene) scene = studio_graph_scene_new (made_up (9, 9));

  for (int i = 0; i < 2; i++)
    {
      studio_graph_canvas_zoom (canvas, 1e9);
      studio_graph_canvas_pan (canvas, -1e12, 1e12);
      studio_graph_canvas_select (canvas, 99, TRUE);
      studio_graph_canvas_select (canvas, -1, TRUE);
      studio_graph_canvas_fit (canvas);
      g_assert_cmpint (studio_graph_canvas_look (canvas)->selected, ==, -1);
      studio_graph_canvas_set_scene (canvas, scene);
    }
  studio_graph_canvas_set_scene (canvas, NULL);
}

void
graph_add_scene_tests (void)
{
#define ADD(name, function) g_test_add_func ("/desktop/graph/" name, function)
  ADD ("nodes-are-found-where-they-lie", nodes_are_found_where_they_lie);
  ADD ("one-walks-along-edges-by-direction", one_walks_along_edges_by_direction);
  ADD ("odd-graphs-are-drawn", odd_graphs_are_drawn);
  ADD ("ten-thousand-nodes-take-less-than-a-frame", ten_thousand_nodes_take_less_than_a_frame);
  ADD ("colours-tell-low-from-high-and-missing", colours_tell_low_from_high_and_missing);
  ADD ("each-number-column-colours-the-nodes", each_number_column_colours_the_nodes);
  ADD ("a-canvas-without-room-or-graph-does-nothing", a_canvas_without_room_or_graph_does_nothing);
}
