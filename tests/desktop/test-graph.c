/* SPDX-License-Identifier: Apache-2.0 */
#include "graph-tests.h"
#include "ui/desktop/artifact.h"
#include <string.h>

/* With one run of the gallery each: a graph of 10,000 nodes, and of 400. */
static char *large, *workspace;

static gboolean
shows (gpointer data)
{
  const char *const *wanted = data;
  GtkWidget *states = desktop_test_find ((gpointer) wanted[0], GTK_TYPE_STACK, "states");

  return g_str_equal (gtk_stack_get_visible_child_name (GTK_STACK (states)), wanted[1]);
}

void
graph_wait (GtkWidget *view, const char *state)
{
  desktop_test_until (shows, (gpointer[]){ view, (gpointer) state });
}

StudioGraphCanvas *
graph_canvas (GtkWidget *view)
{
  return STUDIO_GRAPH_CANVAS (desktop_test_find (view, STUDIO_TYPE_GRAPH_CANVAS, NULL));
}

GtkWidget *
graph_open (StudioWindow *window, const char *path, const char *state)
{
  GtkWindow *root = artifacts_open (window, path, "artifacts/maze.graph.json");
  GtkWidget *view = desktop_test_find (root, STUDIO_TYPE_GRAPH_VIEW, NULL);

  g_assert_nonnull (view);
  graph_wait (view, state);
  desktop_test_settle ();
  return view;
}

static void
a_graph_of_a_run_is_looked_at (void)
{
  StudioWindow *window = desktop_test_open_workspace (large);
  GtkWidget *view = graph_open (window, large, "graph"), *details;
  StudioGraphCanvas *canvas = graph_canvas (view);
  GtkEditable *find = GTK_EDITABLE (desktop_test_find (view, GTK_TYPE_ENTRY, "find"));
  double scale = studio_graph_canvas_look (canvas)->scale;
  GtkWidget *root = GTK_WIDGET (artifacts_window ());

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
  view = graph_open (window, too_large, "problem");
  problem = ADW_STATUS_PAGE (desktop_test_find (view, ADW_TYPE_STATUS_PAGE, NULL));
  g_assert_nonnull (strstr (adw_status_page_get_description (problem), "100001 nodes"));
  desktop_test_picture (GTK_WIDGET (artifacts_window ()), "graph-too-large");
  studio_graph_view_export (STUDIO_GRAPH_VIEW (view), path);
  desktop_test_until (is_file, path);
  desktop_test_close (window);
}

static void
a_graph_that_is_not_there_is_a_sentence (void)
{
  StudioWindow *window = desktop_test_open_workspace (workspace);
  g_autofree char *run = artifacts_run (workspace);
  GtkWidget *view;

  studio_artifact_open (window, run, "artifacts/none.graph.json");
  view = desktop_test_find (artifacts_window (), STUDIO_TYPE_GRAPH_VIEW, NULL);
  graph_wait (view, "problem");
  desktop_test_close (window);
}

static void
layouts_are_cancelled_and_windows_closed_meanwhile (void)
{
  StudioWindow *window = desktop_test_open_workspace (large);
  GtkWidget *view = graph_open (window, large, "graph");
  GtkDropDown *engine = GTK_DROP_DOWN (desktop_test_find (view, GTK_TYPE_DROP_DOWN, "engine"));

  gtk_drop_down_set_selected (engine, 1);
  graph_wait (view, "waiting");
  desktop_test_settle ();
  gtk_widget_activate_action (view, "graph.cancel", NULL);
  graph_wait (view, "graph");
  gtk_drop_down_set_selected (engine, 0);
  desktop_test_close (window);
  desktop_test_settle ();
}

/* Inlined, GCC 12 takes what it returns for the address of `text`. */
G_GNUC_NO_INLINE static char *
contents (const char *folder, const char *name, gsize *length)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;
  char *text;

  g_file_get_contents (path, &text, length, &error);
  g_assert_no_error (error);
  return text;
}

/* The same graph, laid out as the command line lays it out. */
static void
write_by_hand (const char *folder)
{
  g_autofree char *run = artifacts_run (workspace),
                  *path = g_build_filename (workspace, "runs", run, "artifacts", NULL);
  static const char *const names[] = { "hand.svg", "hand.png" };
  g_autoptr (GError) error = NULL;
  g_autoptr (AssayChart) chart = NULL;
  AssayGraphData *graph = assay_graph_load (path, "maze", &error);

  g_assert_no_error (error);
  g_assert_true (assay_graph_layout (graph, "twopi", 60, NULL, &error));
  chart = assay_graph_chart (graph, "maze", "value");
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *file = g_build_filename (folder, names[i], NULL);

      g_assert_true (assay_chart_save (chart, file, 0, 0, &error));
    }
}

static void
what_is_seen_is_exported (void)
{
  static const char *const endings[] = { "svg", "png", "dot" };
  StudioWindow *window = desktop_test_open_workspace (workspace);
  GtkWidget *view = graph_open (window, workspace, "graph");
  const char *folder = g_get_user_data_dir ();
  g_autofree char *plot = g_strdup_printf ("%s plot gallery --figure ways -o %s/ways.dot "
                                           "--workspace %s",
                                           g_getenv ("ASSAY_TEST_PROGRAM"), folder, workspace);
  g_autofree char *theirs = NULL, *ours = NULL;
  int status;

  for (guint i = 0; i < G_N_ELEMENTS (endings); i++)
    {
      g_autofree char *path = g_strdup_printf ("%s/maze.%s", folder, endings[i]);

      studio_graph_view_export (STUDIO_GRAPH_VIEW (view), path);
      desktop_test_until (is_written, path);
    }
  desktop_test_settle ();
  write_by_hand (folder);
  for (guint i = 0; i < 2; i++)
    {
      g_autofree char *mine = g_strdup_printf ("maze.%s", endings[i]),
                      *hand = g_strdup_printf ("hand.%s", endings[i]), *a = NULL, *b = NULL;
      gsize n, m;

      a = contents (folder, mine, &n);
      b = contents (folder, hand, &m);
      g_assert_cmpmem (a, n, b, m);
    }
  /* Of the command line's DOT only the title is another: the figure's, not the graph's. */
  g_assert_true (g_spawn_command_line_sync (plot, NULL, NULL, &status, NULL));
  g_assert_cmpint (status, ==, 0);
  theirs = contents (folder, "ways.dot", NULL);
  ours = contents (folder, "maze.dot", NULL);
  g_assert_cmpstr (strchr (theirs, '\n'), ==, strchr (ours, '\n'));
  desktop_test_close (window);
}

static void
it_is_used_on_a_telephone (void)
{
  StudioWindow *window = desktop_test_open_workspace (workspace);
  GtkWidget *view = graph_open (window, workspace, "graph");
  GtkWindow *root = artifacts_window ();
  StudioGraphCanvas *canvas = graph_canvas (view);

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
  graph_add_scene_tests ();
  graph_add_hand_tests (workspace);
#define ADD(name, function) g_test_add_func ("/desktop/graph/" name, function)
  ADD ("a-graph-of-a-run-is-looked-at", a_graph_of_a_run_is_looked_at);
  ADD ("it-is-used-on-a-telephone", it_is_used_on_a_telephone);
  ADD ("what-is-seen-is-exported", what_is_seen_is_exported);
  ADD ("a-graph-that-is-not-there-is-a-sentence", a_graph_that_is_not_there_is_a_sentence);
  ADD ("too-large-a-graph-is-a-sentence-and-a-file", too_large_a_graph_is_a_sentence_and_a_file);
  ADD ("layouts-are-cancelled-and-windows-closed-meanwhile",
       layouts_are_cancelled_and_windows_closed_meanwhile);
  return g_test_run ();
}
