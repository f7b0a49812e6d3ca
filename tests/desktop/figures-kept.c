/* SPDX-License-Identifier: Apache-2.0
 *
 * Figures that are kept: with their options and what was looked at, in a file that may be older, or
 * hostile.
 */
#include "figures.h"

#include "ui/desktop/figures-view.h"
#include <string.h>

static const char *workspace;

static GtkWidget *
view_of (gpointer window)
{
  return desktop_test_find (window, STUDIO_TYPE_FIGURES_VIEW, NULL);
}

typedef struct
{
  gpointer window;
  const char *name;
} Named;

static gboolean
is_listed (gpointer data)
{
  const Named *named = data;

  return desktop_test_find (view_of (named->window), GTK_TYPE_LABEL, named->name) != NULL;
}

static gboolean
is_not_listed (gpointer data)
{
  return !is_listed (data);
}

/* Chooses the row of a kept figure, as a click does. */
static void
show_kept (StudioWindow *window, const char *name)
{
  Named named = { window, name };
  GtkWidget *row;

  desktop_test_until (is_listed, &named);
  row = desktop_test_find (view_of (window), GTK_TYPE_LABEL, name);
  row = gtk_widget_get_ancestor (row, GTK_TYPE_LIST_BOX_ROW);
  gtk_list_box_select_row (GTK_LIST_BOX (gtk_widget_get_parent (row)), GTK_LIST_BOX_ROW (row));
}

/* The one file of $XDG_DATA_HOME/assay/figures; NULL: there is none. */
static char *
file_of_kept (void)
{
  g_autofree char *folder = g_build_filename (g_get_user_data_dir (), "assay", "figures", NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name = dir != NULL ? g_dir_read_name (dir) : NULL;

  return name != NULL ? g_build_filename (folder, name, NULL) : NULL;
}

static gboolean
is_written (gpointer wanted)
{
  g_autofree char *path = file_of_kept (), *text = NULL;

  return path != NULL && g_file_get_contents (path, &text, NULL, NULL)
         && strstr (text, wanted) != NULL;
}

static void
a_kept_figure_is_there_when_the_window_opens_again (void)
{
  StudioWindow *window = figures_open (workspace);
  Named named = { window, "Seeds, one by one" };
  GtkWidget *button;
  GVariant *id;

  figures_set_option (window, "per", "seed");
  figures_wait (window, "Learning curves", "Thin lines: one per seed");
  figures_give (window, "figure-keep", named.name);
  desktop_test_until (is_listed, &named);
  /* Were it killed now, nothing would be lost. */
  desktop_test_until (is_written, "\"name\":\"Seeds, one by one\",\"options\":{\"per\":\"seed\"}");
  desktop_test_close (window);

  named.window = window = figures_open (workspace);
  show_kept (window, named.name);
  figures_wait (window, "Learning curves", "Thin lines: one per seed");
  desktop_test_picture (GTK_WIDGET (window), "figures-kept");
  /* Deleted, and back. */
  button = desktop_test_find (desktop_test_find (view_of (window), GTK_TYPE_LIST_BOX, "list"),
                              GTK_TYPE_BUTTON, NULL);
  id = gtk_actionable_get_action_target_value (GTK_ACTIONABLE (button));
  gtk_widget_activate_action_variant (GTK_WIDGET (window), "win.figure-remove", id);
  desktop_test_until (is_not_listed, &named);
  figures_give (window, "undo", NULL);
  desktop_test_until (is_listed, &named);
  desktop_test_close (window);
}

static void
what_is_looked_at_is_kept_with_a_figure (void)
{
  StudioWindow *window = figures_open (workspace);
  StudioChartArea *area = figures_area (window);
  Named named = { window, "The last steps of two" };
  AssayChartView seen, back;
  AssayChartEntry entry;

  studio_chart_area_zoom (area, 3);
  studio_chart_area_pan (area, .2, .1);
  assay_chart_entry (figures_chart (window), 2, &entry);
  assay_chart_hide (figures_chart (window), entry, TRUE);
  studio_chart_area_changed (area);
  g_signal_emit_by_name (area, "looked");
  seen = assay_chart_get_view (figures_chart (window));
  figures_give (window, "figure-keep", named.name);
  desktop_test_until (is_listed, &named);
  desktop_test_until (is_written, "\"hide-color\":\"bold\"");
  desktop_test_close (window);

  window = figures_open (workspace);
  g_assert_false (studio_chart_area_is_zoomed (figures_area (window)));
  show_kept (window, named.name);
  figures_wait (window, "Learning curves", NULL);
  back = assay_chart_get_view (figures_chart (window));
  g_assert_cmpmem (&seen, sizeof seen, &back, sizeof back);
  g_assert_true (assay_chart_hides (figures_chart (window), entry));
  /* The declared one is still seen whole. */
  figures_give (window, "figure", "learning");
  figures_wait (window, "Learning curves", NULL);
  g_assert_false (studio_chart_area_is_zoomed (figures_area (window)));
  g_assert_false (assay_chart_hides (figures_chart (window), entry));
  desktop_test_close (window);
}

static gboolean
has_problem (gpointer window)
{
  GtkWidget *states = desktop_test_find (view_of (window), GTK_TYPE_STACK, "states");

  return g_str_equal (gtk_stack_get_visible_child_name (GTK_STACK (states)), "problem");
}

#define OF "\"study\":\"gallery\",\"figure\":\"learning\""

static void
older_and_hostile_files_are_read_as_far_as_they_go (void)
{
  static const char text[]
      = "{\"format\":1,\"figures\":["
        "{\"id\":\"1\",\"name\":\"Of an older version\"," OF ",\"options\":{\"band\":\"t\"}},"
        "{\"id\":\"2\",\"name\":\"Without options\"," OF "},"
        "{\"id\":\"3\",\"name\":\"<b>&\\u202e\"," OF ",\"options\":{\"x-range\":\"1e999:nan\"}},"
        "{\"id\":\"4\",\"name\":\"Numbers\"," OF
        ",\"options\":{\"x-range\":[1,2],\"band\":7,\"new\":\"one\"}},"
        "{\"id\":\"5\",\"name\":\"Far away\"," OF
        ",\"options\":{\"x-range\":\"1e300:2e300\",\"hide-color\":\"||nobody|\"}},"
        "{\"id\":\"6\",\"name\":\"Nowhere\",\"study\":\"gallery\","
        "\"figure\":\"none\"},"
        "{\"name\":\"No id\"," OF "},7,null]}";
  g_autofree char *path = file_of_kept ();
  StudioWindow *window;

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  window = figures_open (workspace);
  show_kept (window, "Of an older version");
  figures_wait (window, "Learning curves", "Student's t");
  show_kept (window, "<b>&\xe2\x80\xae");
  desktop_test_until (has_problem, window);
  /* What is wrong can be taken back. */
  figures_give (window, "figure-as-declared", NULL);
  figures_wait (window, "Learning curves", "95 % interval (");
  show_kept (window, "Far away");
  figures_wait (window, "Learning curves", NULL);
  g_assert_false (studio_chart_area_is_zoomed (figures_area (window)));
  show_kept (window, "Numbers");
  figures_wait (window, "Learning curves", "95 % interval (");
  g_assert_null (desktop_test_find (view_of (window), GTK_TYPE_LABEL, "Nowhere"));
  g_assert_null (desktop_test_find (view_of (window), GTK_TYPE_LABEL, "No id"));
  desktop_test_close (window);
}

void
figures_add_kept_tests (const char *runs)
{
  workspace = runs;
#define ADD(name, function) g_test_add_func ("/desktop/figures/" name, function)
  ADD ("a-kept-figure-is-there-when-the-window-opens-again",
       a_kept_figure_is_there_when_the_window_opens_again);
  ADD ("what-is-looked-at-is-kept-with-a-figure", what_is_looked_at_is_kept_with_a_figure);
  ADD ("older-and-hostile-files-are-read-as-far-as-they-go",
       older_and_hostile_files_are_read_as_far_as_they_go);
}
