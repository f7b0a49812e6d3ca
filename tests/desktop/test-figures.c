/* SPDX-License-Identifier: Apache-2.0 */
#include "desktop.h"
#include "ui/desktop/chart-area.h"
#include "ui/desktop/figures-view.h"
#include <string.h>

static char *runs; /* a workspace with the preset quick of the gallery */

static StudioChartArea *
area_of (gpointer window)
{
  GtkWidget *view = desktop_test_find (window, STUDIO_TYPE_FIGURES_VIEW, NULL);

  return STUDIO_CHART_AREA (desktop_test_find (view, STUDIO_TYPE_CHART_AREA, NULL));
}

static AssayChart *
chart_of (gpointer window)
{
  return studio_chart_area_get_chart (area_of (window));
}

typedef struct
{
  StudioWindow *window;
  const char *title, *says; /* says: in the caption; NULL: anything */
} Wanted;

static gboolean
is_shown (gpointer data)
{
  const Wanted *wanted = data;
  AssayChart *chart = chart_of (wanted->window);
  g_autofree char *caption = chart != NULL ? assay_chart_caption (chart) : NULL;

  return chart != NULL && g_str_equal (assay_chart_title (chart), wanted->title)
         && (wanted->says == NULL || strstr (caption, wanted->says) != NULL);
}

static void
wait_for (StudioWindow *window, const char *title, const char *says)
{
  Wanted wanted = { window, title, says };

  desktop_test_until (is_shown, &wanted);
  desktop_test_settle ();
}

static void
give (StudioWindow *window, const char *action, const char *target)
{
  g_action_group_activate_action (G_ACTION_GROUP (window), action,
                                  target != NULL ? g_variant_new_string (target) : NULL);
}

static void
set_option (StudioWindow *window, const char *name, const char *value)
{
  g_action_group_activate_action (G_ACTION_GROUP (window), "figure-option",
                                  g_variant_new ("(ss)", name, value));
}

static StudioWindow *
open_figures (void)
{
  StudioWindow *window = desktop_test_open_workspace (runs);

  studio_window_show_page (window, "figures");
  wait_for (window, "Learning curves", NULL);
  return window;
}

static void
every_figure_of_a_study_is_shown (void)
{
  static const struct
  {
    const char *id, *title;
  } figures[] = { { "learning", "Learning curves" },
                  { "rewards", "Rewards by arm" },
                  { "ways", "Ways through the maze" },
                  { "answers", "Answers" } };
  StudioWindow *window = open_figures ();

  for (guint i = 0; i < G_N_ELEMENTS (figures); i++)
    {
      g_autofree char *picture = g_strconcat ("figures-", figures[i].id, NULL);

      give (window, "figure", figures[i].id);
      wait_for (window, figures[i].title, NULL);
      desktop_test_picture (GTK_WIDGET (window), picture);
      g_test_message ("%s: %.1f ms", figures[i].id, studio_chart_area_cost (area_of (window)));
    }
  desktop_test_close (window);
}

static void
options_change_the_figure_and_go_back (void)
{
  StudioWindow *window = open_figures ();

  g_action_group_change_action_state (G_ACTION_GROUP (window), "figure-options",
                                      g_variant_new_boolean (TRUE));
  set_option (window, "center", "median");
  wait_for (window, "Learning curves", "Median over seed");
  set_option (window, "band", "t");
  wait_for (window, "Learning curves", "Student's t");
  set_option (window, "smooth", "ema 0.8");
  wait_for (window, "Learning curves", "Smoothed: exponential mean");
  set_option (window, "x-scale", "log10");
  wait_for (window, "Learning curves", "Smoothed");
  desktop_test_settle ();
  desktop_test_picture (GTK_WIDGET (window), "figures-options");
  /* Another figure has its own, and this one keeps them. */
  give (window, "figure", "rewards");
  wait_for (window, "Rewards by arm", NULL);
  give (window, "figure", "learning");
  wait_for (window, "Learning curves", "Student's t");
  give (window, "figure-as-declared", NULL);
  wait_for (window, "Learning curves", "95 % interval (");
  desktop_test_close (window);
}

static char *
contents (const char *path)
{
  g_autoptr (GError) error = NULL;
  char *text;
  gsize length;

  g_assert_true (g_file_get_contents (path, &text, &length, &error));
  g_assert_no_error (error);
  return text;
}

static gboolean
is_there (gpointer path)
{
  return g_file_test (path, G_FILE_TEST_EXISTS);
}

static void
export_as (StudioWindow *window, const char *path)
{
  give (window, "figure-export-to", path);
  desktop_test_until (is_there, (gpointer) path);
  desktop_test_settle ();
}

static void
an_export_is_what_the_command_line_writes (void)
{
  static const char *const endings[] = { "svg", "pdf", "png" };
  StudioWindow *window = open_figures ();
  g_autofree char *folder = desktop_test_folder ("plots"), *mine = desktop_test_folder ("exports");
  g_autofree char *line = g_strdup_printf (
      "%s plot gallery --figure learning -o %s --format svg,pdf,png --workspace %s",
      g_getenv ("ASSAY_TEST_PROGRAM"), folder, runs);
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) words = g_strsplit (line, " ", -1);
  g_autofree char *csv_theirs = g_build_filename (folder, "learning.csv", NULL);
  g_autofree char *csv_mine = g_build_filename (mine, "learning.csv", NULL);
  g_autofree char *a = NULL, *b = NULL;
  int status;

  g_spawn_sync (NULL, words, NULL, G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL, NULL, NULL, &status,
                &error);
  g_assert_no_error (error);
  g_assert_cmpint (status, ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (endings); i++)
    {
      g_autofree char *name = g_strconcat ("learning.", endings[i], NULL);
      g_autofree char *theirs = g_build_filename (folder, name, NULL);
      g_autofree char *ours = g_build_filename (mine, name, NULL);
      g_autofree char *x = NULL, *y = NULL;
      gsize n, m;

      export_as (window, ours);
      g_file_get_contents (theirs, &x, &n, &error);
      g_assert_no_error (error);
      g_file_get_contents (ours, &y, &m, &error);
      g_assert_no_error (error);
      g_assert_cmpmem (x, n, y, m);
    }
  export_as (window, csv_mine);
  a = contents (csv_theirs);
  b = contents (csv_mine);
  g_assert_cmpstr (a, ==, b);
  desktop_test_close (window);
}

static gboolean
has_kept (gpointer window)
{
  GtkWidget *view = desktop_test_find (window, STUDIO_TYPE_FIGURES_VIEW, NULL);

  return desktop_test_find (view, GTK_TYPE_LABEL, "Seeds, one by one") != NULL;
}

/* A file of $XDG_DATA_HOME/assay/figures names it. */
static gboolean
is_written (gpointer data)
{
  g_autofree char *folder = g_build_filename (g_get_user_data_dir (), "assay", "figures", NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name = dir != NULL ? g_dir_read_name (dir) : NULL;
  g_autofree char *path = name != NULL ? g_build_filename (folder, name, NULL) : NULL;
  g_autofree char *text = NULL;

  return path != NULL && g_file_get_contents (path, &text, NULL, NULL)
         && strstr (text, "\"name\":\"Seeds, one by one\",\"options\":{\"per\":\"seed\"}") != NULL;
}

static gboolean
has_not_kept (gpointer window)
{
  return !has_kept (window);
}

static void
a_kept_figure_is_there_when_the_window_opens_again (void)
{
  StudioWindow *window = open_figures ();
  GtkWidget *view, *button;
  GVariant *id;

  set_option (window, "per", "seed");
  wait_for (window, "Learning curves", "Thin lines: one per seed");
  give (window, "figure-keep-as", "Seeds, one by one");
  desktop_test_until (has_kept, window);
  /* Were it killed now, nothing would be lost. */
  desktop_test_until (is_written, NULL);
  desktop_test_close (window);

  window = open_figures ();
  desktop_test_until (has_kept, window);
  view = desktop_test_find (window, STUDIO_TYPE_FIGURES_VIEW, NULL);
  button = desktop_test_find (desktop_test_find (view, GTK_TYPE_LIST_BOX, "list"), GTK_TYPE_BUTTON,
                              NULL);
  id = gtk_actionable_get_action_target_value (GTK_ACTIONABLE (button));
  give (window, "figure-kept", g_variant_get_string (id, NULL));
  wait_for (window, "Learning curves", "Thin lines: one per seed");
  desktop_test_picture (GTK_WIDGET (window), "figures-kept");
  /* Deleted, and back. */
  gtk_widget_activate_action_variant (GTK_WIDGET (window), "win.figure-remove", id);
  desktop_test_until (has_not_kept, window);
  give (window, "undo", NULL);
  desktop_test_until (has_kept, window);
  desktop_test_close (window);
}

static void
a_study_without_runs_says_so (void)
{
  g_autofree char *empty = desktop_test_folder ("empty");
  StudioWindow *window = desktop_test_open_workspace (empty);
  g_autofree char *text = NULL;

  studio_window_show_page (window, "figures");
  studio_session_select (studio_window_session (window), "gallery", NULL, NULL);
  wait_for (window, "Learning curves", NULL);
  text = assay_chart_describe (chart_of (window));
  g_assert_nonnull (strstr (text, "No run of this study has ended yet"));
  desktop_test_picture (GTK_WIDGET (window), "figures-no-runs");
  desktop_test_close (window);
}

static guint
points (gpointer window)
{
  AssayChart *chart = chart_of (window);
  AssayChartHit hit = { .panel = G_MAXUINT };
  guint n = 0;

  if (chart == NULL || !assay_chart_hit_next (chart, &hit, 1, 0))
    return 0;
  for (hit.point = 0; assay_chart_hit_next (chart, &hit, 0, 1);)
    n++;
  return n;
}

static gboolean
has_begun (gpointer window)
{
  return points (window) > 3;
}

typedef struct
{
  StudioWindow *window;
  guint n;
} Grown;

static gboolean
has_grown (gpointer data)
{
  const Grown *grown = data;

  return points (grown->window) > grown->n;
}

static void
end_runs (StudioWindow *window)
{
  AssayWorkspace *workspace = studio_session_workspace (studio_window_session (window));
  g_auto (GStrv) ids = assay_workspace_list (workspace, "runs", NULL);

  for (guint i = 0; ids != NULL && ids[i] != NULL; i++)
    assay_run_cancel (workspace, ids[i], NULL);
}

static void
curves_grow_while_their_runs_work (void)
{
  g_autofree char *folder = desktop_test_folder ("growing");
  g_autofree char *line
      = g_strdup_printf ("%s run gallery --preset slow --set seconds=90 --seeds 1 --detach "
                         "--workspace %s",
                         g_getenv ("ASSAY_TEST_PROGRAM"), folder);
  g_auto (GStrv) words = g_strsplit (line, " ", -1);
  g_autoptr (GError) error = NULL;
  StudioWindow *window;
  Grown grown;
  AssayChartView view;
  int status;

  g_spawn_sync (NULL, words, NULL, G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL, NULL,
                NULL, NULL, NULL, &status, &error);
  g_assert_no_error (error);
  g_assert_cmpint (status, ==, 0);
  window = desktop_test_open_workspace (folder);
  studio_window_show_page (window, "figures");
  studio_session_select (studio_window_session (window), "gallery", NULL, NULL);
  desktop_test_until (has_begun, window);
  wait_for (window, "Learning curves", "1 run works at the moment");
  desktop_test_picture (GTK_WIDGET (window), "figures-growing");
  studio_chart_area_zoom (area_of (window), 2);
  view = assay_chart_get_view (chart_of (window));
  grown = (Grown){ window, points (window) };
  desktop_test_until (has_grown, &grown);
  /* What was looked at still is. */
  g_assert_cmpfloat (assay_chart_get_view (chart_of (window)).x_to, ==, view.x_to);
  end_runs (window);
  desktop_test_close (window);
}

/* As the controllers of a keyboard would. */
static void
press (StudioChartArea *area, guint key)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (GTK_WIDGET (area));

  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);
      gboolean taken;

      if (GTK_IS_EVENT_CONTROLLER_KEY (controller))
        g_signal_emit_by_name (controller, "key-pressed", key, 0, 0, &taken);
    }
}

static void
a_curve_leads_to_its_runs (void)
{
  StudioWindow *window = open_figures ();
  GtkWidget *view = desktop_test_find (window, STUDIO_TYPE_FIGURES_VIEW, NULL), *only;
  AdwViewStack *pages = ADW_VIEW_STACK (desktop_test_find (window, ADW_TYPE_VIEW_STACK, "pages"));
  g_autofree char *reading = NULL;
  static const char *const agents[] = { "agent=plain", "agent=careful", "agent=bold" };
  guint named = 0;

  /* Four seeds stand behind a curve; they are named, and can be looked at alone. */
  press (area_of (window), GDK_KEY_Tab);
  reading = studio_chart_area_reading (area_of (window));
  g_assert_nonnull (strstr (reading, "plain: "));
  press (area_of (window), GDK_KEY_Return);
  g_assert_nonnull (desktop_test_find (view, GTK_TYPE_LABEL, "4 runs behind it"));
  for (guint i = 0; i < G_N_ELEMENTS (agents); i++)
    named += desktop_test_find (view, GTK_TYPE_LABEL, agents[i]) != NULL;
  g_assert_cmpuint (named, ==, 1);
  desktop_test_settle ();
  desktop_test_picture (GTK_WIDGET (window), "figures-picked");
  only = desktop_test_find (view, GTK_TYPE_BUTTON, "Look at These Only");
  g_signal_emit_by_name (only, "clicked");
  g_assert_cmpuint (g_strv_length (studio_session_selection (studio_window_session (window))->runs),
                    ==, 4);
  wait_for (window, "Learning curves", "(n = 4)");
  /* One curve a seed: its run is shown. */
  set_option (window, "per", "seed");
  wait_for (window, "Learning curves", "Thin lines: one per seed");
  press (area_of (window), GDK_KEY_Tab);
  press (area_of (window), GDK_KEY_Return);
  g_assert_cmpstr (adw_view_stack_get_visible_child_name (pages), ==, "runs");
  desktop_test_close (window);
}

static void
it_is_laid_out_in_every_size_and_in_the_dark (void)
{
  StudioWindow *window = open_figures ();

  desktop_test_dark (TRUE);
  desktop_test_picture (GTK_WIDGET (window), "figures-dark");
  give (window, "figure", "rewards");
  wait_for (window, "Rewards by arm", NULL);
  desktop_test_picture (GTK_WIDGET (window), "figures-dark-bars");
  desktop_test_dark (FALSE);
  give (window, "figure", "learning");
  wait_for (window, "Learning curves", NULL);
  desktop_test_resize (window, 360, 640);
  desktop_test_picture (GTK_WIDGET (window), "figures-narrow");
  g_action_group_change_action_state (G_ACTION_GROUP (window), "figure-options",
                                      g_variant_new_boolean (TRUE));
  desktop_test_settle ();
  desktop_test_settle ();
  desktop_test_settle ();
  desktop_test_picture (GTK_WIDGET (window), "figures-narrow-options");
  desktop_test_resize (window, 3840, 2160);
  desktop_test_picture (GTK_WIDGET (window), "figures-large");
  desktop_test_close (window);
}

int
main (int argc, char **argv)
{
  desktop_test_init (&argc, &argv);
  runs = desktop_test_folder ("runs");
  desktop_test_run_gallery (runs, "--preset quick");
  g_test_add_func ("/desktop/figures/every-figure-of-a-study-is-shown",
                   every_figure_of_a_study_is_shown);
  g_test_add_func ("/desktop/figures/options-change-the-figure-and-go-back",
                   options_change_the_figure_and_go_back);
  g_test_add_func ("/desktop/figures/an-export-is-what-the-command-line-writes",
                   an_export_is_what_the_command_line_writes);
  g_test_add_func ("/desktop/figures/a-kept-figure-is-there-when-the-window-opens-again",
                   a_kept_figure_is_there_when_the_window_opens_again);
  g_test_add_func ("/desktop/figures/a-study-without-runs-says-so", a_study_without_runs_says_so);
  g_test_add_func ("/desktop/figures/curves-grow-while-their-runs-work",
                   curves_grow_while_their_runs_work);
  g_test_add_func ("/desktop/figures/a-curve-leads-to-its-runs", a_curve_leads_to_its_runs);
  g_test_add_func ("/desktop/figures/it-is-laid-out-in-every-size-and-in-the-dark",
                   it_is_laid_out_in_every_size_and_in_the_dark);
  return g_test_run ();
}
