/* SPDX-License-Identifier: Apache-2.0 */
#include "views.h"

#include "ui/desktop/artifact.h"
#include "ui/desktop/claim-row.h"
#include "ui/desktop/graph-canvas.h"
#include "ui/desktop/runs-table.h"

static char *workspace;

static char *
some_run (void)
{
  g_autofree char *folder = g_build_filename (workspace, "runs", NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *file = g_build_filename (folder, name, "artifacts", "maze.graph.json", NULL);

      if (g_file_test (file, G_FILE_TEST_EXISTS)) /* it did not fail */
        return g_strdup (name);
    }
  g_assert_not_reached ();
}

/* ---- ways to open one ---- */

/* The window that came last, popovers aside. */
static GtkWidget *
newest (StudioWindow *window)
{
  GListModel *windows = gtk_window_get_toplevels ();
  GtkWidget *found = NULL;

  desktop_test_rest (GTK_WIDGET (window));
  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr (GtkWidget) shown = g_list_model_get_item (windows, i);

      if (shown != GTK_WIDGET (window) && gtk_widget_get_mapped (shown))
        found = shown;
    }
  g_assert_nonnull (found);
  return found;
}

static GtkWidget *
by_action (StudioWindow *window, const char *action)
{
  desktop_test_give (window, action);
  return newest (window);
}

/* What the page itself shows after it. */
static GtkWidget *
after_action (StudioWindow *window, const char *action)
{
  desktop_test_give (window, action);
  return GTK_WIDGET (window);
}

static GtkWidget *
of_artifact (StudioWindow *window, const char *file)
{
  g_autofree char *run = some_run ();

  studio_artifact_open (window, run, file);
  return newest (window);
}

static gboolean
has_canvas (gpointer shown)
{
  return desktop_test_find (shown, STUDIO_TYPE_GRAPH_CANVAS, NULL) != NULL
         && gtk_widget_get_mapped (desktop_test_find (shown, STUDIO_TYPE_GRAPH_CANVAS, NULL));
}

static GtkWidget *
of_node (StudioWindow *window, const char *file)
{
  GtkWidget *shown = of_artifact (window, file);

  desktop_test_until (has_canvas, shown);
  studio_graph_canvas_select (
      STUDIO_GRAPH_CANVAS (desktop_test_find (shown, STUDIO_TYPE_GRAPH_CANVAS, NULL)), 17, TRUE);
  return shown;
}

/* The menu or popover of the first button of this name that is seen. */
static GtkWidget *
of_button (StudioWindow *window, const char *name)
{
  GtkWidget *button = desktop_test_find (window, GTK_TYPE_MENU_BUTTON, name);

  g_assert_nonnull (button);
  gtk_menu_button_popup (GTK_MENU_BUTTON (button));
  return GTK_WIDGET (gtk_menu_button_get_popover (GTK_MENU_BUTTON (button)));
}

static gboolean
has_runs (gpointer table)
{
  StudioRunsAnswer *answer = studio_runs_table_answer (table);

  return answer != NULL && answer->n >= 3;
}

static void
choose_runs (StudioWindow *window, guint n)
{
  StudioRunsTable *table
      = STUDIO_RUNS_TABLE (desktop_test_find (window, STUDIO_TYPE_RUNS_TABLE, NULL));
  const char *ids[4] = { NULL };

  desktop_test_until (has_runs, table);
  for (guint i = 0; i < n; i++)
    ids[i] = studio_runs_table_answer (table)->identities[i];
  studio_runs_table_select (table, ids);
  desktop_test_rest (GTK_WIDGET (window));
}

static GtkWidget *
of_runs (StudioWindow *window, const char *action)
{
  choose_runs (window, 3);
  return by_action (window, action);
}

static GtkWidget *
of_comparison (StudioWindow *window, const char *action)
{
  choose_runs (window, 3);
  return after_action (window, action);
}

static GtkWidget *
of_figure (StudioWindow *window, const char *figure)
{
  studio_window_show_figure (window, figure);
  return GTK_WIDGET (window);
}

static GtkWidget *
of_options (StudioWindow *window, const char *figure)
{
  studio_window_show_figure (window, figure);
  g_action_group_change_action_state (G_ACTION_GROUP (window), "figure-options",
                                      g_variant_new_boolean (TRUE));
  return GTK_WIDGET (window);
}

static StudioClaimRow *
row_of (StudioWindow *window, const char *claim)
{
  GtkWidget *row = desktop_test_find (window, STUDIO_TYPE_CLAIM_ROW, NULL);

  while (row != NULL
         && g_strcmp0 (studio_claim_row_verdict (STUDIO_CLAIM_ROW (row))->claim->id, claim) != 0)
    row = gtk_widget_get_next_sibling (row);
  return STUDIO_CLAIM_ROW (row);
}

static GtkWidget *
of_claim (StudioWindow *window, const char *claim)
{
  GtkWidget *row = GTK_WIDGET (row_of (window, claim)), *list = gtk_widget_get_parent (row);

  gtk_list_box_select_row (GTK_LIST_BOX (list), GTK_LIST_BOX_ROW (row));
  g_signal_emit_by_name (list, "row-activated", row);
  return GTK_WIDGET (window);
}

static GtkWidget *
of_failure (StudioWindow *window, const char *reason)
{
  StudioWindow *failed
      = studio_window_new_failed (gtk_window_get_application (GTK_WINDOW (window)), reason);

  gtk_window_present (GTK_WINDOW (failed));
  return GTK_WIDGET (failed);
}

static GtkWidget *
of_toast (StudioWindow *window, const char *text)
{
  studio_window_toast (window, text, "_Undo", "win.undo");
  return GTK_WIDGET (window);
}

const DesktopView desktop_views[] = {
  { "studies", "studies", .resizes = TRUE },
  { "study", "study", .resizes = TRUE },
  { "runs", "runs", .resizes = TRUE },
  { "run", "run", .resizes = TRUE },
  { "figures", "figures", .resizes = TRUE },
  { "figure", "figures", of_figure, "learning", TRUE },
  { "figure-bars", "figures", of_figure, "rewards", TRUE },
  { "figure-graph", "figures", of_figure, "ways", TRUE },
  { "figure-options", "figures", of_options, "learning", TRUE },
  { "compare-empty", "compare", .resizes = TRUE },
  { "compare", "runs", of_comparison, "win.run-compare", TRUE },
  { "claims", "claims", .resizes = TRUE },
  { "claim", "claims", of_claim, "A3", TRUE },
  { "queue", "queue", .resizes = TRUE },
  { "graph", "run", of_artifact, "artifacts/maze.graph.json", TRUE },
  { "node", "run", of_node, "artifacts/maze.graph.json", TRUE },
  { "samples", "run", of_artifact, "samples/answers.jsonl", TRUE },
  { "table", "run", of_artifact, "artifacts/losses.table.json", TRUE },
  { "picture", "run", of_artifact, "artifacts/frame.ppm", TRUE },
  { "failure", "studies", of_failure, "/srv/runs is not yours to write in. Choose another folder.",
    TRUE },
  { "toast", "studies", of_toast, "12 runs are in the trash", TRUE },
  { "preferences", "studies", by_action, "app.preferences" },
  { "about", "studies", by_action, "app.about" },
  { "shortcuts", "studies", by_action, "win.shortcuts" },
  { "note", "runs", of_runs, "win.run-note" },
  { "tags", "runs", of_runs, "win.run-tag" },
  { "keep", "figures", by_action, "win.figure-keep::" },
  { "menu", "studies", of_button, "menu_button" },
  { "groups", "runs", of_button, "group_button" },
  { "columns", "runs", of_button, "columns_button" },
};
const guint n_desktop_views = G_N_ELEMENTS (desktop_views);

/* ---- all of them ---- */

static gboolean
has_studies (gpointer session)
{
  return studio_session_registry (session) != NULL;
}

StudioWindow *
desktop_views_window (void)
{
  StudioWindow *window;
  StudioSession *session;

  workspace = desktop_test_folder ("gallery");
  desktop_test_run_gallery (workspace, "--set trouble=fail --seeds 2 -j 2");
  desktop_test_run_gallery (workspace, "--preset quick -j 2");
  window = desktop_test_open_workspace (workspace);
  session = studio_window_session (window);
  desktop_test_until (has_studies, session);
  studio_session_select (session, "gallery", NULL, NULL);
  return window;
}

/* What was compared is the selection of the other pages, too. */
static void
select_all_runs (StudioWindow *window)
{
  StudioSession *session = studio_window_session (window);

  if (studio_session_selection (session)->runs != NULL)
    studio_session_select (session, "gallery", NULL, NULL);
}

static void
stand_on (StudioWindow *window, const char *page)
{
  g_autofree char *run = some_run ();

  select_all_runs (window);
  g_action_group_change_action_state (G_ACTION_GROUP (window), "figure-options",
                                      g_variant_new_boolean (FALSE));
  if (g_str_equal (page, "study"))
    studio_window_show_study (window, "gallery");
  else if (g_str_equal (page, "run"))
    studio_window_show_run (window, run);
  else
    {
      studio_window_show_page (window, page);
      desktop_test_give (window, "win.back"); /* from a study to the studies, a run to the runs */
    }
  desktop_test_rest (GTK_WIDGET (window));
}

GtkWidget *
desktop_view_show (StudioWindow *window, const DesktopView *view)
{
  GtkWidget *shown = GTK_WIDGET (window);

  stand_on (window, view->page);
  if (view->open != NULL)
    shown = view->open (window, view->what);
  desktop_test_rest (shown);
  return shown;
}

static void
close_toast (StudioWindow *window)
{
  GType type = g_type_from_name ("AdwToastWidget");
  GtkWidget *toast = type != 0 ? desktop_test_find (window, type, NULL) : NULL;

  if (toast != NULL)
    g_signal_emit_by_name (gtk_widget_get_last_child (toast), "clicked");
}

void
desktop_view_hide (StudioWindow *window, GtkWidget *shown)
{
  close_toast (window);
  if (GTK_IS_POPOVER (shown))
    gtk_popover_popdown (GTK_POPOVER (shown));
  else if (shown != GTK_WIDGET (window))
    gtk_window_destroy (GTK_WINDOW (shown));
}
