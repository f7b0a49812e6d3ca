/* SPDX-License-Identifier: Apache-2.0 */
/* The windows that tell the keys. */
#include "keys.h"

#include "ui/desktop/artifact.h"
#include "ui/desktop/shortcuts.h"

/* The row that tells @action; NULL: none. */
static GtkWidget *
find_row (GtkWidget *widget, const StudioAction *action)
{
  if (g_object_get_data (G_OBJECT (widget), "action") == action)
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_row (child, action);

      if (found != NULL)
        return found;
    }
  return NULL;
}

static gboolean
has_no_windows (gpointer data)
{
  return desktop_test_dialog (keys_window, GTK_TYPE_WINDOW) == NULL;
}

static gboolean
is_complete (gpointer keys)
{
  return studio_shortcuts_is_complete (keys);
}

static gboolean
is_of_main_window (const StudioAction *row)
{
  static const char *const others[] = { "Graph", "Samples", "Table", "Picture", NULL };

  return !g_strv_contains (others, row->section);
}

/* The window of keys over @parent tells all rows of @section, or of the main window's. */
static GtkWindow *
open_keys (gpointer parent, const char *section)
{
  GtkWindow *keys;

  g_assert_true (gtk_widget_activate_action (parent, "win.shortcuts", NULL));
  keys = desktop_test_dialog (parent, STUDIO_TYPE_SHORTCUTS);
  g_assert_nonnull (keys);
  desktop_test_until (is_complete, keys);
  for (guint i = 0; i < studio_n_actions; i++)
    {
      const StudioAction *row = &studio_actions[i];
      gboolean wanted = section == NULL ? is_of_main_window (row)
                                        : g_str_equal (row->section, section)
                                              || g_strcmp0 (row->group, STUDIO_EVERY_WINDOW) == 0;

      if (wanted != (find_row (GTK_WIDGET (keys), row) != NULL))
        g_error ("the keys of %s: \"%s\"", section, row->title);
    }
  return keys;
}

static void
type_search (GtkWindow *keys, const char *text)
{
  GtkWidget *search = desktop_test_find (keys, GTK_TYPE_SEARCH_ENTRY, NULL);

  gtk_editable_set_text (GTK_EDITABLE (search), text);
  g_signal_emit_by_name (search, "search-changed"); /* which it would after a moment */
}

static gboolean
is_shown (GtkWindow *keys, const char *name)
{
  for (guint i = 0; i < studio_n_actions; i++)
    if (g_str_equal (studio_actions[i].name, name))
      return gtk_widget_get_child_visible (find_row (GTK_WIDGET (keys), &studio_actions[i]))
             && gtk_widget_get_visible (
                 gtk_widget_get_parent (find_row (GTK_WIDGET (keys), &studio_actions[i])));
  g_assert_not_reached ();
}

static void
the_main_window_shows_its_keys (void)
{
  static const struct
  {
    const char *picture;
    int width;
    gboolean dark;
  } looks[] = { { "keys", 560, FALSE }, { "keys-dark", 560, TRUE }, { "keys-narrow", 360, FALSE } };
  GtkWindow *keys;

  studio_window_show_page (keys_window, "runs");
  keys = open_keys (keys_window, NULL);
  g_assert_cmpstr (gtk_label_get_text (GTK_LABEL (gtk_widget_get_first_child (
                       desktop_test_find (keys, GTK_TYPE_BOX, "groups")))),
                   ==, "Runs");
  for (guint i = 0; i < G_N_ELEMENTS (looks); i++)
    {
      desktop_test_dark (looks[i].dark);
      desktop_test_resize (keys, looks[i].width, 640);
      desktop_test_picture (GTK_WIDGET (keys), looks[i].picture);
    }
  desktop_test_dark (FALSE);
  type_search (keys, "chart zoom");
  g_assert_true (is_shown (keys, "chart.zoom-in"));
  g_assert_false (is_shown (keys, "chart.pick"));
  g_assert_false (is_shown (keys, "win.run-retry"));
  type_search (keys, "teleport");
  g_assert_true (gtk_widget_get_visible (desktop_test_find (keys, GTK_TYPE_LABEL, "nothing")));
  g_assert_true (keys_is_bound (keys, "Escape"));
  g_signal_emit_by_name (desktop_test_find (keys, GTK_TYPE_SEARCH_ENTRY, NULL), "stop-search");
  g_assert_true (is_shown (keys, "win.run-retry"));
  g_signal_emit_by_name (desktop_test_find (keys, GTK_TYPE_SEARCH_ENTRY, NULL), "stop-search");
  desktop_test_until (has_no_windows, NULL);
}

static char *
some_run (void)
{
  g_autofree char *folder = g_build_filename (
      assay_workspace_path (studio_session_workspace (studio_window_session (keys_window))), "runs",
      NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);

  return g_strdup (g_dir_read_name (dir));
}

static void
windows_of_artifacts_show_theirs (void)
{
  static const struct
  {
    const char *file, *section, *picture;
  } artifacts[] = { { "artifacts/maze.graph.json", "Graph", "keys-graph" },
                    { "samples/answers.jsonl", "Samples", "keys-samples" },
                    { "artifacts/losses.table.json", "Table", "keys-table" },
                    { "artifacts/frame.ppm", "Picture", "keys-picture" } };
  g_autofree char *run = some_run ();

  for (guint i = 0; i < G_N_ELEMENTS (artifacts); i++)
    {
      GtkWidget *shown;
      GtkWindow *keys;

      studio_artifact_open (keys_window, run, artifacts[i].file);
      shown = desktop_test_dialog (keys_window, ADW_TYPE_WINDOW);
      g_assert_nonnull (shown);
      keys = open_keys (shown, artifacts[i].section);
      desktop_test_picture (GTK_WIDGET (keys), artifacts[i].picture);
      gtk_window_destroy (keys);
      g_assert_true (gtk_widget_activate_action (shown, "window.close", NULL));
      desktop_test_until (has_no_windows, NULL);
    }
}

void
keys_add_window_tests (void)
{
#define ADD(name, test) g_test_add_func ("/desktop/keys/" name, test)
  ADD ("the-main-window-shows-its-keys", the_main_window_shows_its_keys);
  ADD ("windows-of-artifacts-show-theirs", windows_of_artifacts_show_theirs);
#undef ADD
}
