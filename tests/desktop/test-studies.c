/* SPDX-License-Identifier: Apache-2.0
 *
 * From a card to a run: the form that a study's parameters make, and what it comes to.
 */
#include "form.h"
#include "ui/desktop/words.h"

static void
picture_in_all_ways (StudioWindow *window, const char *name)
{
  static const struct
  {
    const char *name;
    int width, height;
    gboolean dark;
  } ways[] = {
    { "wide", 1280, 800, FALSE },
    { "narrow", 360, 640, FALSE },
    { "narrow-dark", 360, 640, TRUE },
    { "wide-dark", 1280, 800, TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      g_autofree char *picture = g_strdup_printf ("%s-%s", name, ways[i].name);

      desktop_test_dark (ways[i].dark);
      desktop_test_resize (window, ways[i].width, ways[i].height);
      desktop_test_picture (GTK_WIDGET (window), picture);
    }
  desktop_test_dark (FALSE);
  desktop_test_resize (window, 1280, 800);
}

static void
cards_show (void)
{
  StudioWindow *window = desktop_test_open ();

  desktop_test_until (desktop_test_has_studies, window);
  desktop_test_settle ();
  picture_in_all_ways (window, "cards");
  desktop_test_close (window);
}

static void
study_pages_show (void)
{
  static const char *const studies[] = { "template", "graph-backup" };
  StudioWindow *window = desktop_test_open ();

  desktop_test_until (desktop_test_has_studies, window);
  for (guint i = 0; i < G_N_ELEMENTS (studies); i++)
    {
      g_autofree char *picture = g_strconcat ("study-", studies[i], NULL);

      studio_studies_view_show_study (desktop_test_studies (window), studies[i]);
      desktop_test_until (form_is_settled, desktop_test_studies (window));
      desktop_test_settle ();
      if (i > 0)
        picture_in_all_ways (window, picture);
      else
        desktop_test_picture (GTK_WIDGET (window), picture);
    }
  desktop_test_close (window);
}

static gboolean
is_judged (gpointer window)
{
  return desktop_test_find (window, GTK_TYPE_LABEL, "Reproduced") != NULL;
}

static gboolean
has_runs (gpointer window)
{
  return gtk_widget_get_visible (
             desktop_test_find (window, g_type_from_name ("StudioWelcome"), NULL))
         == FALSE;
}

/* ---- from a click to a verdict ---- */

/* Seconds that the study's runs took together; below 0: not all @n are done. */
static double
seconds_of_runs (AssayIndex *index, guint n)
{
  g_autoptr (AssayFilter) filter = assay_filter_parse ("study=template status=done", NULL);
  const AssayIndexQuery query = { .filter = filter };
  g_autoptr (AssayRunRows) rows = NULL;
  double seconds = 0;

  g_assert_true (assay_index_refresh (index, NULL));
  rows = assay_index_query (index, &query, NULL);
  for (guint i = 0; i < rows->rows->len; i++)
    {
      const AssayRunRow *row = &g_array_index (rows->rows, AssayRunRow, i);

      seconds += row->finished - row->started;
    }
  return rows->rows->len == n ? seconds : -1;
}

typedef struct
{
  AssayIndex *index;
  double seconds;
} Done;

static gboolean
are_done (gpointer data)
{
  Done *done = data;

  done->seconds = seconds_of_runs (done->index, 120);
  return done->seconds >= 0;
}

/* Not what the preset says, once it is known better. */
static void
assert_time_of_earlier_runs (StudioWindow *window)
{
  g_autoptr (GError) error = NULL;
  Done done
      = { assay_index_open (studio_session_workspace (studio_window_session (window)), &error), 0 };
  g_autofree char *time = NULL, *text = NULL;

  g_assert_no_error (error);
  desktop_test_until (are_done, &done);
  studio_session_refresh (studio_window_session (window));
  desktop_test_settle ();
  studio_studies_view_show_study (desktop_test_studies (window), "template");
  form_settle (window);
  time = studio_duration (done.seconds / g_get_num_processors ());
  text = g_strdup_printf ("120 runs · about %s", time);
  form_wait_estimate (window, text);
  assay_index_free (done.index);
}

/* The first minute of somebody who has never seen it. */
static void
from_a_click_to_a_verdict (void)
{
  StudioWindow *window = desktop_test_open ();

  desktop_test_until (desktop_test_has_studies, window);
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (window), "win.try-study", NULL));
  form_settle (window);
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (window), "win.run", NULL));
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (window), "win.page", "s", "claims"));
  desktop_test_until (is_judged, window);
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (window), "win.page", "s", "studies"));
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (window), "win.back", NULL));
  desktop_test_until (has_runs, window);
  assert_time_of_earlier_runs (window);
  desktop_test_close (window);
}

int
main (int argc, char **argv)
{
  desktop_test_init (&argc, &argv);
  g_test_add_func ("/desktop/studies/cards-show", cards_show);
  g_test_add_func ("/desktop/studies/study-pages-show", study_pages_show);
  form_add_value_tests ();
  form_add_plan_tests ();
  g_test_add_func ("/desktop/studies/from-a-click-to-a-verdict", from_a_click_to_a_verdict);
  return g_test_run ();
}
