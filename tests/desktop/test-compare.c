/* SPDX-License-Identifier: Apache-2.0 */
#include "desktop.h"
#include "ui/desktop/chart-area.h"
#include "ui/desktop/comparison.h"

#include <math.h>
#include <string.h>

static gboolean
is_shown (gpointer widget)
{
  return gtk_widget_get_mapped (widget);
}

static gboolean
has_registry (gpointer session)
{
  return studio_session_registry (session) != NULL;
}

static gboolean
has_chart (gpointer area)
{
  return studio_chart_area_get_chart (area) != NULL;
}

static gboolean
all_judged (gpointer view)
{
  GtkWidget *claims = desktop_test_find (view, ADW_TYPE_BIN, "claims");

  return adw_bin_get_child (ADW_BIN (claims)) != NULL
         && desktop_test_find (claims, GTK_TYPE_SPINNER, NULL) == NULL;
}

static void
settings_stand_side_by_side (void)
{
  g_autofree char *path = desktop_test_folder ("compare");
  StudioWindow *window;
  GtkWidget *view, *parameters;
  g_auto (GStrv) runs = NULL;

  desktop_test_run_gallery (path, "--preset quick");
  window = desktop_test_open_workspace (path);
  desktop_test_until (has_registry, studio_window_session (window));
  desktop_test_resize (window, 1280, 1700);
  runs = desktop_test_runs (studio_window_session (window), "agent=plain,bold");
  g_assert_cmpuint (g_strv_length (runs), ==, 8);
  studio_session_select (studio_window_session (window), "gallery", NULL,
                         (const char *const *) runs);
  studio_window_show_page (window, "compare");
  view = desktop_test_find (window, g_type_from_name ("StudioCompareView"), NULL);
  parameters = desktop_test_find (view, ADW_TYPE_BIN, "parameters");
  desktop_test_until (is_shown, parameters);
  desktop_test_until (all_judged, view);
  desktop_test_until (has_chart, desktop_test_find (view, STUDIO_TYPE_CHART_AREA, NULL));
  /* Two sides that differ in the agent alone: seeds stand together. */
  g_assert_nonnull (desktop_test_find (parameters, GTK_TYPE_LABEL, "A · agent=bold"));
  g_assert_nonnull (desktop_test_find (parameters, GTK_TYPE_LABEL, "B · agent=plain"));
  g_assert_null (desktop_test_find (parameters, GTK_TYPE_LABEL, "nodes"));
  gtk_check_button_set_active (
      GTK_CHECK_BUTTON (desktop_test_find (view, GTK_TYPE_CHECK_BUTTON, "only_differing")), FALSE);
  g_assert_nonnull (desktop_test_find (parameters, GTK_TYPE_LABEL, "nodes"));
  gtk_check_button_set_active (
      GTK_CHECK_BUTTON (desktop_test_find (view, GTK_TYPE_CHECK_BUTTON, "only_differing")), TRUE);
  desktop_test_settle ();
  desktop_test_picture (GTK_WIDGET (window), "compare");
  desktop_test_dark (TRUE);
  desktop_test_picture (GTK_WIDGET (window), "compare-dark");
  desktop_test_dark (FALSE);
  desktop_test_resize (window, 360, 640);
  desktop_test_picture (GTK_WIDGET (window), "compare-narrow");
  desktop_test_close (window);
}

/* ---- the comparison itself ---- */

static void
on_compared (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  *(StudioComparison **) data = studio_comparison_load_finish (result, &error);
  g_assert_no_error (error);
}

static gboolean
is_set (gpointer place)
{
  return *(gpointer *) place != NULL;
}

static StudioComparison *
compare (StudioSession *session, const char *const *runs, const char *const *plans)
{
  StudioComparison *comparison = NULL;

  studio_comparison_load (session, "gallery", runs, plans, NULL, on_compared, &comparison);
  desktop_test_until (is_set, &comparison);
  return comparison;
}

static void
seeds_stand_alone_where_nothing_else_differs (void)
{
  g_autofree char *path = desktop_test_folder ("seeds");
  StudioWindow *window;
  g_autoptr (StudioComparison) comparison = NULL;
  g_auto (GStrv) runs = NULL;
  const StudioComparedMetric *metric;

  desktop_test_run_gallery (path, "--preset quick");
  window = desktop_test_open_workspace (path);
  runs = desktop_test_runs (studio_window_session (window), "agent=careful");
  comparison = compare (studio_window_session (window), (const char *const *) runs, NULL);
  g_assert_cmpuint (comparison->sides->len, ==, 4);
  g_assert_cmpstr (((StudioSide *) comparison->sides->pdata[1])->title, ==, "seed=2");
  metric = comparison->metrics->pdata[0];
  g_assert_cmpstr (metric->metric, ==, "score");
  g_assert_cmpuint (metric->n[0], ==, 1);
  g_assert_true (isfinite (metric->mean[0]) && isnan (metric->low[0]));
  desktop_test_close (window);
}

static void
plans_stand_side_by_side (void)
{
  g_autofree char *path = desktop_test_folder ("plans");
  StudioWindow *window;
  g_autoptr (StudioComparison) comparison = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (AssayWorkspace) workspace = NULL;
  g_autoptr (GPtrArray) plans = g_ptr_array_new ();
  g_auto (GStrv) files = NULL;

  desktop_test_run_gallery (path, "--preset quick");
  desktop_test_run_gallery (path, "--preset quick --set rate=0.2");
  workspace = assay_workspace_open (path, FALSE, &error);
  g_assert_no_error (error);
  files = assay_workspace_list (workspace, "plans", &error);
  for (char **file = files; *file != NULL; file++)
    if (g_str_has_suffix (*file, ".json"))
      {
        (*file)[strlen (*file) - strlen (".json")] = '\0';
        g_ptr_array_add (plans, *file);
      }
    else if (strchr (*file, '.') == NULL)
      g_ptr_array_add (plans, *file);
  g_ptr_array_add (plans, NULL);
  g_assert_cmpuint (plans->len, ==, 3);
  window = desktop_test_open_workspace (path);
  g_strfreev (desktop_test_runs (studio_window_session (window), "")); /* the index is there */
  comparison = compare (studio_window_session (window), NULL, (const char *const *) plans->pdata);
  g_assert_cmpuint (comparison->sides->len, ==, 2);
  for (guint i = 0; i < comparison->parameters->len; i++)
    {
      const StudioComparedParameter *parameter = comparison->parameters->pdata[i];

      g_assert_cmpint (parameter->differs, ==, strcmp (parameter->id, "rate") == 0);
    }
  desktop_test_close (window);
}

int
main (int argc, char **argv)
{
  desktop_test_init (&argc, &argv);
  g_test_add_func ("/desktop/compare/settings-stand-side-by-side", settings_stand_side_by_side);
  g_test_add_func ("/desktop/compare/seeds-stand-alone-where-nothing-else-differs",
                   seeds_stand_alone_where_nothing_else_differs);
  g_test_add_func ("/desktop/compare/plans-stand-side-by-side", plans_stand_side_by_side);
  return g_test_run ();
}
