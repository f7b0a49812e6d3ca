/* SPDX-License-Identifier: Apache-2.0 */
/* Every dialog that asks for a file, used as a person does, and nothing else: a file that is
 * written into the folder which GTK's dialog watches may leave memory of GTK's behind. */
#include "desktop.h"
#include "ui/desktop/artifact.h"
#include "ui/desktop/form.h"
#include "ui/desktop/runs-table.h"
#include "ui/desktop/studies-view.h"
#include <assay/plugin.h>
#include <string.h>

static char *workspace;

/* On a page, with all that was run selected. */
static StudioWindow *
open_page (const char *page)
{
  StudioWindow *window = desktop_test_open_workspace (workspace);

  desktop_test_until (desktop_test_has_studies, window);
  studio_session_select (studio_window_session (window), "gallery", NULL, NULL);
  studio_window_show_page (window, page);
  return window;
}

/* Whole, since it is put in its place when it is. */
static gboolean
is_there (gpointer path)
{
  return g_file_test (path, G_FILE_TEST_EXISTS);
}

static void
assert_command_line_writes (const char *path, GStrv ids, const char *format)
{
  g_autoptr (GPtrArray) words = g_ptr_array_new ();
  g_autofree char *mine = NULL, *theirs = NULL, *output = g_strconcat (path, ".cli", NULL);
  g_autoptr (GError) error = NULL;
  gsize n_mine, n_theirs;
  int status;

  for (const char **word
       = (const char *[]){ g_getenv ("ASSAY_TEST_PROGRAM"), "export", "--workspace", workspace,
                           "--format", format, "--output", output, NULL };
       *word != NULL; word++)
    g_ptr_array_add (words, (gpointer) *word);
  for (; *ids != NULL; ids++)
    g_ptr_array_add (words, *ids);
  g_ptr_array_add (words, NULL);
  g_spawn_sync (NULL, (char **) words->pdata, NULL, 0, NULL, NULL, NULL, NULL, &status, &error);
  g_assert_no_error (error);
  g_assert_true (g_spawn_check_wait_status (status, &error));
  g_file_get_contents (path, &mine, &n_mine, &error);
  g_assert_no_error (error);
  g_file_get_contents (output, &theirs, &n_theirs, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (n_mine, >, 100);
  g_assert_cmpmem (mine, n_mine, theirs, n_theirs);
}

/* ---- runs ---- */

static gboolean
has_runs (gpointer table)
{
  StudioRunsAnswer *answer = studio_runs_table_answer (table);

  return answer != NULL && answer->n >= 3;
}

static GStrv
choose_three (StudioRunsTable *table)
{
  GStrv ids = g_new0 (char *, 4);

  desktop_test_until (has_runs, table);
  for (guint i = 0; i < 3; i++)
    ids[i] = g_strdup (studio_runs_table_answer (table)->identities[i]);
  studio_runs_table_select (table, (const char *const *) ids);
  desktop_test_settle ();
  return ids;
}

static void
exports_are_the_command_lines (void)
{
  static const char *const formats[] = { "csv", "jsonl", "json" };
  g_autofree char *folder = desktop_test_folder ("exports");
  StudioWindow *window = open_page ("runs");
  g_auto (GStrv) ids
      = choose_three (STUDIO_RUNS_TABLE (desktop_test_find (window, STUDIO_TYPE_RUNS_TABLE, NULL)));

  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      g_autofree char *name = g_strconcat ("runs.", formats[i], NULL);
      g_autofree char *path = g_build_filename (folder, name, NULL);

      g_assert_true (
          gtk_widget_activate_action (GTK_WIDGET (window), "win.run-export", "s", formats[i]));
      desktop_test_choose_file (window, path);
      desktop_test_until (is_there, path);
      desktop_test_settle ();
      assert_command_line_writes (path, ids, formats[i]);
    }
  desktop_test_close (window);
}

/* ---- figures, claims, graphs ---- */

static void
assert_begins (const char *path, const char *with)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  desktop_test_until (is_there, (gpointer) path);
  desktop_test_settle ();
  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  if (!g_str_has_prefix (text, with))
    g_error ("%s does not begin with \"%s\"", path, with);
}

static gboolean
can_be_exported (gpointer window)
{
  return g_action_group_get_action_enabled (window, "figure-export");
}

/* Without an ending it is the first kind that the dialog offers. */
static void
a_figure_is_exported (void)
{
  g_autofree char *folder = desktop_test_folder ("figures");
  g_autofree char *asked = g_build_filename (folder, "curves", NULL);
  g_autofree char *svg = g_strconcat (asked, ".svg", NULL);
  g_autofree char *pdf = g_strconcat (asked, ".pdf", NULL);
  StudioWindow *window = open_page ("figures");

  desktop_test_until (can_be_exported, window);
  desktop_test_give (window, "win.figure-export::");
  desktop_test_choose_file (window, asked);
  assert_begins (svg, "<?xml");
  desktop_test_give (window, "win.figure-export::");
  desktop_test_choose_file (window, pdf);
  assert_begins (pdf, "%PDF");
  desktop_test_close (window);
}

static gboolean
is_judged (gpointer window)
{
  return desktop_test_find (window, GTK_TYPE_LABEL, "Reproduced") != NULL;
}

static void
a_report_is_written (void)
{
  g_autofree char *folder = desktop_test_folder ("reports");
  g_autofree char *path = g_build_filename (folder, "gallery.html", NULL);
  g_autofree char *ours = NULL, *theirs = NULL, *command = NULL;
  StudioWindow *window = open_page ("claims");

  desktop_test_until (is_judged, window);
  desktop_test_give (window, "win.claims-report");
  desktop_test_choose_file (window, path);
  assert_begins (path, "<!");
  g_assert_true (g_file_get_contents (path, &ours, NULL, NULL));
  command = g_strdup_printf ("report gallery -o %s", path);
  g_free (desktop_test_command (workspace, command));
  g_assert_true (g_file_get_contents (path, &theirs, NULL, NULL));
  g_assert_cmpstr (ours, ==, theirs);
  desktop_test_close (window);
}

static char *
some_run (void)
{
  g_autofree char *folder = g_build_filename (workspace, "runs", NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);

  return g_strdup (g_dir_read_name (dir));
}

static gboolean
has_graph (gpointer found)
{
  GListModel *windows = gtk_window_get_toplevels ();

  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr (GtkWindow) window = g_list_model_get_item (windows, i);
      GtkWidget *view = desktop_test_find (window, g_type_from_name ("StudioGraphView"), NULL);

      if (view != NULL && gtk_widget_get_mapped (view))
        *(GtkWidget **) found = view;
    }
  return *(GtkWidget **) found != NULL;
}

static void
a_graph_is_exported (void)
{
  g_autofree char *folder = desktop_test_folder ("graphs"), *run = some_run ();
  g_autofree char *path = g_build_filename (folder, "maze.dot", NULL);
  StudioWindow *window = open_page ("runs");
  GtkWidget *view = NULL;
  GtkRoot *root;

  studio_artifact_open (window, run, "artifacts/maze.graph.json");
  desktop_test_until (has_graph, &view);
  root = gtk_widget_get_root (view);
  g_assert_true (gtk_widget_activate_action (view, "graph.export", "s", "dot"));
  desktop_test_choose_file (root, path);
  assert_begins (path, "digraph");
  gtk_window_destroy (GTK_WINDOW (root));
  desktop_test_close (window);
}

/* ---- workspaces ---- */

static gboolean
is_opened (gpointer path)
{
  GListModel *windows = gtk_window_get_toplevels ();

  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr (GtkWindow) window = g_list_model_get_item (windows, i);

      if (STUDIO_IS_WINDOW (window)
          && g_str_equal (assay_workspace_path (studio_session_workspace (
                              studio_window_session (STUDIO_WINDOW (window)))),
                          path))
        return TRUE;
    }
  return FALSE;
}

static void
another_workspace_is_opened (void)
{
  g_autofree char *path = desktop_test_folder ("another");
  StudioWindow *window = open_page ("studies");

  desktop_test_give (window, "win.open-workspace");
  desktop_test_choose_file (window, path);
  desktop_test_until (is_opened, path);
  desktop_test_give (window, "app.quit");
  desktop_test_settle ();
}

/* ---- a parameter that is a file ---- */

#define PARAMS(P) P (FILE, data, "", "Data")
ASSAY_PARAMS (Params, params, PARAMS)

static void
run_nothing (AssayRun *run)
{
}

static const AssayMetric metrics[] = { { .id = "value", .dims = "step" } };
static const AssayStudy study
    = { ASSAY_STUDY_HEADER (Params, params), .id = "of-a-file", .title = "Of a file",
        .metrics = ASSAY_TABLE (metrics), .run = run_nothing };

static gboolean
is_settled (gpointer form)
{
  return studio_form_is_settled (form);
}

static void
a_file_is_chosen_for_a_parameter (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AssayStudyInfo) info = assay_study_info_from_study (&study, &error);
  g_autofree char *folder = desktop_test_folder ("files");
  g_autofree char *path = g_build_filename (folder, "data.jsonl", NULL);
  StudioWindow *window = open_page ("studies");
  StudioForm *form = studio_studies_view_form (desktop_test_studies (window));
  const StudioSetting *set;

  g_assert_no_error (error);
  g_assert_true (g_file_set_contents (path, "{}", -1, NULL));
  studio_window_show_study (window, "gallery"); /* the page is seen */
  desktop_test_until (is_settled, form);
  studio_form_set_study (form, info);
  desktop_test_until (is_settled, form);
  g_signal_emit_by_name (desktop_test_find (form, GTK_TYPE_BUTTON, "browse"), "clicked");
  desktop_test_choose_file (window, path);
  desktop_test_until (is_settled, form);
  set = studio_draft_get (studio_form_draft (form), "data");
  g_assert_nonnull (set);
  g_assert_cmpstr (set->text, ==, path);
  desktop_test_close (window);
}

int
main (int argc, char **argv)
{
  desktop_test_init (&argc, &argv);
  workspace = desktop_test_folder ("dialogs");
  desktop_test_run_gallery (workspace, "--preset quick -j 2");
#define ADD(name, test) g_test_add_func ("/desktop/dialogs/" name, test)
  ADD ("exports-are-the-command-lines", exports_are_the_command_lines);
  ADD ("a-figure-is-exported", a_figure_is_exported);
  ADD ("a-report-is-written", a_report_is_written);
  ADD ("a-graph-is-exported", a_graph_is_exported);
  ADD ("a-file-is-chosen-for-a-parameter", a_file_is_chosen_for_a_parameter);
  ADD ("another-workspace-is-opened", another_workspace_is_opened);
#undef ADD
  return g_test_run ();
}
