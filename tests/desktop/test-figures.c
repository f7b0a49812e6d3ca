/* SPDX-License-Identifier: Apache-2.0 */
#include "figures.h"
#include "pointer.h"
#include "ui/desktop/figures-view.h"
#include <string.h>

static char *runs; /* a workspace with the preset quick of the gallery */

static StudioWindow *
open_figures (void)
{
  return figures_open (runs);
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

      figures_give (window, "figure", figures[i].id);
      figures_wait (window, figures[i].title, NULL);
      desktop_test_picture (GTK_WIDGET (window), picture);
      g_test_message ("%s: %.1f ms", figures[i].id, studio_chart_area_cost (figures_area (window)));
    }
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
  figures_wait (window, "Learning curves", NULL);
  text = assay_chart_describe (figures_chart (window));
  g_assert_nonnull (strstr (text, "No run of this study has ended yet"));
  desktop_test_picture (GTK_WIDGET (window), "figures-no-runs");
  desktop_test_close (window);
}

static guint
points (gpointer window)
{
  AssayChart *chart = figures_chart (window);
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
  figures_wait (window, "Learning curves", "1 run works at the moment");
  desktop_test_picture (GTK_WIDGET (window), "figures-growing");
  studio_chart_area_zoom (figures_area (window), 2);
  view = assay_chart_get_view (figures_chart (window));
  grown = (Grown){ window, points (window) };
  desktop_test_until (has_grown, &grown);
  /* What was looked at still is. */
  g_assert_cmpfloat (assay_chart_get_view (figures_chart (window)).x_to, ==, view.x_to);
  end_runs (window);
  desktop_test_close (window);
}

/* By a click on its end; without a pointer by keys. */
static void
pick_first_curve (StudioWindow *window)
{
  StudioChartArea *area = figures_area (window);
  AssayChartHit hit = { .panel = G_MAXUINT };
  g_autofree char *xdotool = g_find_program_in_path ("xdotool");

  desktop_test_press (area, "Tab");
  if (xdotool == NULL)
    {
      desktop_test_press (area, "Return");
      return;
    }
  desktop_test_press (area, "Escape");
  g_assert_true (assay_chart_hit_next (figures_chart (window), &hit, 1, 0));
  desktop_pointer_click (area, hit.at_x, hit.at_y, 1, 1);
}

static void
a_curve_leads_to_its_runs (void)
{
  StudioWindow *window = open_figures ();
  GtkWidget *view = desktop_test_find (window, STUDIO_TYPE_FIGURES_VIEW, NULL), *only;
  AdwViewStack *pages = ADW_VIEW_STACK (desktop_test_find (window, ADW_TYPE_VIEW_STACK, "pages"));
  static const char *const agents[] = { "agent=plain", "agent=careful", "agent=bold" };
  guint named = 0;

  /* Four seeds stand behind a curve; they are named, and can be looked at alone. */
  pick_first_curve (window);
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
  figures_wait (window, "Learning curves", "(n = 4)");
  /* One curve a seed: its run is shown. */
  figures_set_option (window, "per", "seed");
  figures_wait (window, "Learning curves", "Thin lines: one per seed");
  desktop_test_press (figures_area (window), "Tab");
  desktop_test_press (figures_area (window), "Return");
  g_assert_cmpstr (adw_view_stack_get_visible_child_name (pages), ==, "runs");
  desktop_test_close (window);
}

static void
it_is_laid_out_in_every_size_and_in_the_dark (void)
{
  StudioWindow *window = open_figures ();

  desktop_test_dark (TRUE);
  desktop_test_picture (GTK_WIDGET (window), "figures-dark");
  figures_give (window, "figure", "rewards");
  figures_wait (window, "Rewards by arm", NULL);
  desktop_test_picture (GTK_WIDGET (window), "figures-dark-bars");
  desktop_test_dark (FALSE);
  figures_give (window, "figure", "learning");
  figures_wait (window, "Learning curves", NULL);
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
  int failed;

  desktop_test_init (&argc, &argv);
  runs = desktop_test_folder ("runs");
  desktop_test_run_gallery (runs, "--preset quick");
  g_test_add_func ("/desktop/figures/every-figure-of-a-study-is-shown",
                   every_figure_of_a_study_is_shown);
  figures_add_option_tests (runs);
  figures_add_kept_tests (runs);
  g_test_add_func ("/desktop/figures/a-study-without-runs-says-so", a_study_without_runs_says_so);
  g_test_add_func ("/desktop/figures/curves-grow-while-their-runs-work",
                   curves_grow_while_their_runs_work);
  g_test_add_func ("/desktop/figures/a-curve-leads-to-its-runs", a_curve_leads_to_its_runs);
  g_test_add_func ("/desktop/figures/it-is-laid-out-in-every-size-and-in-the-dark",
                   it_is_laid_out_in_every_size_and_in_the_dark);
  failed = g_test_run ();
  figures_end_option_tests ();
  return failed;
}
