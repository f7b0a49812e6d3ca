/* SPDX-License-Identifier: Apache-2.0 */
#include "desktop.h"
#include "ui/desktop/artifact.h"
#include "ui/desktop/graph-canvas.h"
#include "ui/desktop/graph-view.h"
#include "ui/desktop/watchdog.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

#define NODES 10000
#define EDGES 30000
/* A frame of a display of 60 Hz; tests run on busy machines, in builds that check everything. */
#define FRAME_MS 16.7
#define SLOWEST_MS 400

/* With one run of the gallery each: a graph of 10,000 nodes, and of 400. */
static char *large, *workspace;

/* ---- made up ---- */

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
}

/* ---- the view ---- */

static gboolean
shows (gpointer data)
{
  const char *const *wanted = data;
  GtkWidget *states = desktop_test_find ((gpointer) wanted[0], GTK_TYPE_STACK, "states");

  return g_str_equal (gtk_stack_get_visible_child_name (GTK_STACK (states)), wanted[1]);
}

static GtkWindow *
artifact_window (void)
{
  g_autoptr (GListModel) windows = g_object_ref (gtk_window_get_toplevels ());

  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr (GtkWindow) window = g_list_model_get_item (windows, i);

      if (ADW_IS_WINDOW (window) && gtk_widget_get_visible (GTK_WIDGET (window)))
        return window;
    }
  return NULL;
}

static char *
only_run (const char *path)
{
  g_autofree char *folder = g_build_filename (path, "runs", NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);

  return g_strdup (g_dir_read_name (dir));
}

static GtkWidget *
open_graph (StudioWindow *window, const char *path, const char *state)
{
  g_autofree char *run = only_run (path);
  GtkWidget *view;

  studio_artifact_open (window, run, "artifacts/maze.graph.json");
  view = desktop_test_find (artifact_window (), STUDIO_TYPE_GRAPH_VIEW, NULL);
  g_assert_nonnull (view);
  desktop_test_until (shows, (gpointer[]){ view, (gpointer) state });
  desktop_test_settle ();
  return view;
}

static void
a_graph_of_a_run_is_looked_at (void)
{
  StudioWindow *window = desktop_test_open_workspace (large);
  GtkWidget *view = open_graph (window, large, "graph"), *details;
  StudioGraphCanvas *canvas
      = STUDIO_GRAPH_CANVAS (desktop_test_find (view, STUDIO_TYPE_GRAPH_CANVAS, NULL));
  GtkEditable *find = GTK_EDITABLE (desktop_test_find (view, GTK_TYPE_ENTRY, "find"));
  double scale = studio_graph_canvas_look (canvas)->scale;
  GtkWidget *root = GTK_WIDGET (artifact_window ());

  desktop_test_picture (root, "graph-light");
  gtk_editable_set_text (find, "17");
  g_signal_emit_by_name (find, "activate");
  g_assert_cmpint (studio_graph_canvas_look (canvas)->selected, ==, 17);
  details = desktop_test_find (view, GTK_TYPE_SCROLLED_WINDOW, "details");
  g_assert_nonnull (desktop_test_find (details, GTK_TYPE_LABEL, "Node 17"));
  g_assert_nonnull (desktop_test_find (details, GTK_TYPE_LABEL, "change"));
  for (int i = 0; i < 12; i++)
    gtk_widget_activate_action (view, "graph.zoom-in", NULL);
  g_assert_cmpfloat (studio_graph_canvas_look (canvas)->scale, >, 5 * scale);
  studio_graph_canvas_select (canvas, 40, TRUE);
  desktop_test_settle ();
  desktop_test_settle ();
  desktop_test_picture (root, "graph-node-light");
  desktop_test_dark (TRUE);
  desktop_test_picture (root, "graph-node-dark");
  gtk_widget_activate_action (view, "graph.fit", NULL);
  studio_graph_canvas_select (canvas, -1, FALSE);
  desktop_test_settle ();
  desktop_test_settle ();
  desktop_test_picture (root, "graph-dark");
  desktop_test_dark (FALSE);
  gtk_editable_set_text (find, "10000");
  g_signal_emit_by_name (find, "activate");
  g_assert_cmpint (studio_graph_canvas_look (canvas)->selected, ==, -1);
  desktop_test_close (window);
}

/* ---- what goes wrong ---- */

static gboolean
is_written (gpointer path)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileInfo) info = g_file_query_info (file, G_FILE_ATTRIBUTE_STANDARD_SIZE,
                                                  G_FILE_QUERY_INFO_NONE, NULL, NULL);

  return info != NULL && g_file_info_get_size (info) > 1000;
}

static gboolean
is_file (gpointer path)
{
  g_autofree char *text = NULL;

  return g_file_get_contents (path, &text, NULL, NULL) && g_str_has_suffix (text, "}\n");
}

static void
too_large_a_graph_is_a_sentence_and_a_file (void)
{
  g_autofree char *too_large = desktop_test_folder ("too-large"),
                  *path = g_build_filename (too_large, "maze.dot", NULL);
  StudioWindow *window;
  GtkWidget *view;
  AdwStatusPage *problem;

  desktop_test_run_gallery (too_large, "--set agent=plain --set nodes=100001 --seeds 1");
  window = desktop_test_open_workspace (too_large);
  view = open_graph (window, too_large, "problem");
  problem = ADW_STATUS_PAGE (desktop_test_find (view, ADW_TYPE_STATUS_PAGE, NULL));
  g_assert_nonnull (strstr (adw_status_page_get_description (problem), "100001 nodes"));
  desktop_test_picture (GTK_WIDGET (artifact_window ()), "graph-too-large");
  studio_graph_view_export (STUDIO_GRAPH_VIEW (view), path);
  desktop_test_until (is_file, path);
  desktop_test_close (window);
}

static void
a_graph_that_is_not_there_is_a_sentence (void)
{
  StudioWindow *window = desktop_test_open_workspace (workspace);
  g_autofree char *run = only_run (workspace);
  GtkWidget *view;

  studio_artifact_open (window, run, "artifacts/none.graph.json");
  view = desktop_test_find (artifact_window (), STUDIO_TYPE_GRAPH_VIEW, NULL);
  desktop_test_until (shows, (gpointer[]){ view, (gpointer) "problem" });
  desktop_test_close (window);
}

static void
layouts_are_cancelled_and_windows_closed_meanwhile (void)
{
  StudioWindow *window = desktop_test_open_workspace (large);
  GtkWidget *view = open_graph (window, large, "graph");
  GtkDropDown *engine = GTK_DROP_DOWN (desktop_test_find (view, GTK_TYPE_DROP_DOWN, "engine"));

  gtk_drop_down_set_selected (engine, 1);
  desktop_test_until (shows, (gpointer[]){ view, (gpointer) "waiting" });
  desktop_test_settle ();
  gtk_widget_activate_action (view, "graph.cancel", NULL);
  desktop_test_until (shows, (gpointer[]){ view, (gpointer) "graph" });
  gtk_drop_down_set_selected (engine, 0);
  desktop_test_close (window);
  desktop_test_settle ();
}

static void
what_is_seen_is_exported (void)
{
  static const char *const endings[] = { "svg", "png", "dot" };
  StudioWindow *window = desktop_test_open_workspace (workspace);
  GtkWidget *view = open_graph (window, workspace, "graph");

  for (guint i = 0; i < G_N_ELEMENTS (endings); i++)
    {
      g_autofree char *path = g_strdup_printf ("%s/maze.%s", g_get_user_data_dir (), endings[i]);

      studio_graph_view_export (STUDIO_GRAPH_VIEW (view), path);
      desktop_test_until (is_written, path);
    }
  desktop_test_close (window);
}

static void
it_is_used_on_a_telephone (void)
{
  StudioWindow *window = desktop_test_open_workspace (workspace);
  GtkWidget *view = open_graph (window, workspace, "graph");
  GtkWindow *root = artifact_window ();
  StudioGraphCanvas *canvas
      = STUDIO_GRAPH_CANVAS (desktop_test_find (view, STUDIO_TYPE_GRAPH_CANVAS, NULL));

  gtk_window_set_default_size (root, 360, 640);
  for (int i = 0; i < 4; i++)
    desktop_test_settle ();
  g_assert_cmpint (gtk_widget_get_width (GTK_WIDGET (root)), <=, 360);
  desktop_test_picture (GTK_WIDGET (root), "graph-narrow");
  studio_graph_canvas_select (canvas, 17, TRUE);
  for (int i = 0; i < 4; i++)
    desktop_test_settle ();
  desktop_test_picture (GTK_WIDGET (root), "graph-node-narrow");
  desktop_test_close (window);
}

int
main (int argc, char **argv)
{
  desktop_test_init (&argc, &argv);
  large = desktop_test_folder ("large");
  desktop_test_run_gallery (large, "--set agent=plain --set nodes=10000 --seeds 1");
  workspace = desktop_test_folder ("graph");
  desktop_test_run_gallery (workspace, "--set agent=plain --seeds 1");
#define ADD(name, function) g_test_add_func ("/desktop/graph/" name, function)
  ADD ("nodes-are-found-where-they-lie", nodes_are_found_where_they_lie);
  ADD ("one-walks-along-edges-by-direction", one_walks_along_edges_by_direction);
  ADD ("odd-graphs-are-drawn", odd_graphs_are_drawn);
  ADD ("ten-thousand-nodes-take-less-than-a-frame", ten_thousand_nodes_take_less_than_a_frame);
  ADD ("colours-tell-low-from-high-and-missing", colours_tell_low_from_high_and_missing);
  ADD ("a-graph-of-a-run-is-looked-at", a_graph_of_a_run_is_looked_at);
  ADD ("it-is-used-on-a-telephone", it_is_used_on_a_telephone);
  ADD ("what-is-seen-is-exported", what_is_seen_is_exported);
  ADD ("a-graph-that-is-not-there-is-a-sentence", a_graph_that_is_not_there_is_a_sentence);
  ADD ("too-large-a-graph-is-a-sentence-and-a-file", too_large_a_graph_is_a_sentence_and_a_file);
  ADD ("layouts-are-cancelled-and-windows-closed-meanwhile",
       layouts_are_cancelled_and_windows_closed_meanwhile);
  return g_test_run ();
}
