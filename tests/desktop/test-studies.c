/* SPDX-License-Identifier: Apache-2.0
 *
 * From a card to a run: the form that a study's parameters make, and what it comes to.
 */
#include "desktop.h"
#include "ui/desktop/studies-view.h"
#include <string.h>

static StudioStudiesView *
view_of (StudioWindow *window)
{
  return STUDIO_STUDIES_VIEW (desktop_test_find (window, STUDIO_TYPE_STUDIES_VIEW, NULL));
}

static gboolean
has_studies (gpointer window)
{
  return studio_session_registry (studio_window_session (window)) != NULL;
}

static gboolean
is_settled (gpointer view)
{
  return studio_form_is_settled (studio_studies_view_form (view));
}

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
    { "wide-dark", 1280, 800, TRUE },
    { "narrow", 360, 640, FALSE },
    { "narrow-dark", 360, 640, TRUE },
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

  desktop_test_until (has_studies, window);
  desktop_test_settle ();
  picture_in_all_ways (window, "cards");
  desktop_test_close (window);
}

static void
study_pages_show (void)
{
  static const char *const studies[] = { "template", "graph-backup" };
  StudioWindow *window = desktop_test_open ();

  desktop_test_until (has_studies, window);
  for (guint i = 0; i < G_N_ELEMENTS (studies); i++)
    {
      g_autofree char *picture = g_strconcat ("study-", studies[i], NULL);

      studio_studies_view_show_study (view_of (window), studies[i]);
      desktop_test_until (is_settled, view_of (window));
      desktop_test_settle ();
      picture_in_all_ways (window, picture);
    }
  desktop_test_close (window);
}

int
main (int argc, char **argv)
{
  desktop_test_init (&argc, &argv);
  g_test_add_func ("/desktop/studies/cards-show", cards_show);
  g_test_add_func ("/desktop/studies/study-pages-show", study_pages_show);
  return g_test_run ();
}
