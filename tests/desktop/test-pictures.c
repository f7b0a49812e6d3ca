/* SPDX-License-Identifier: Apache-2.0 */
/* Every view, light and dark, from a telephone's size to a wall's: to be looked at, and to see that
 * nothing warns or asks for more room than there is. */
#include "desktop.h"
#include "ui/desktop/artifact.h"
#include "ui/desktop/width-bin.h"

#define NARROWEST 360
#define PATIENCE 100 /* tenths of a second */

static char *workspace;

static const struct
{
  const char *name;
  int width, height;
  gboolean dark, large_text, contrast;
} looks[] = { { "wide-light", 1280, 800 },
              { "wide-dark", 1280, 800, .dark = TRUE },
              { "narrow-light", NARROWEST, 640 },
              { "narrow-dark", NARROWEST, 640, .dark = TRUE },
              { "narrow-large-text", NARROWEST, 640, .large_text = TRUE },
              { "wide-contrast-dark", 1280, 800, .dark = TRUE, .contrast = TRUE },
              { "large-light", 3840, 2160 } };

static gboolean
has_passed (gpointer until)
{
  return g_get_monotonic_time () > *(gint64 *) until;
}

/* Judging, drawing and laying out happen in threads. */
static void
let_it_finish (guint ms)
{
  gint64 until = g_get_monotonic_time () + ms * 1000;

  while (!has_passed (&until))
    desktop_test_settle ();
}

static char *
first_run (void)
{
  g_autofree char *folder = g_build_filename (workspace, "runs", NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);

  return g_strdup (g_dir_read_name (dir));
}

static gboolean
has_studies (gpointer session)
{
  return studio_session_registry (session) != NULL;
}

static void
show (StudioWindow *window, const char *page)
{
  g_autofree char *run = first_run ();

  if (g_str_equal (page, "study"))
    studio_window_show_study (window, "gallery");
  else if (g_str_equal (page, "run"))
    studio_window_show_run (window, run);
  else
    studio_window_show_page (window, page);
}

/* Adwaita follows this setting, which the tests have in memory. */
static void
set_contrast (gboolean high)
{
  GSettingsSchemaSource *source = g_settings_schema_source_get_default ();
  g_autoptr (GSettingsSchema) schema
      = g_settings_schema_source_lookup (source, "org.gnome.desktop.a11y.interface", TRUE);
  g_autoptr (GSettings) settings = NULL;

  g_assert_nonnull (schema); /* at-spi2-core brings it */
  settings = g_settings_new_full (schema, NULL, NULL);
  g_settings_set_boolean (settings, "high-contrast", high);
  desktop_test_settle ();
  g_assert_true (adw_style_manager_get_high_contrast (adw_style_manager_get_default ()) == high);
}

/* As the system would say it. */
static void
look_as (guint i)
{
  set_contrast (looks[i].contrast);
  g_object_set (gtk_settings_get_default (), "gtk-xft-dpi",
                looks[i].large_text ? 96 * 1024 * 3 / 2 : 96 * 1024, NULL);
  desktop_test_dark (looks[i].dark);
}

static int
least_width (GtkWidget *widget)
{
  int least;

  gtk_widget_measure (widget, GTK_ORIENTATION_HORIZONTAL, -1, &least, NULL, NULL, NULL);
  return least;
}

/* What hangs over the edge of a bin, which lets its child believe that there is room; or NULL. */
static GtkWidget *
what_is_cut (GtkWidget *widget)
{
  GtkWidget *child = gtk_widget_get_first_child (widget), *cut = NULL;

  if (!gtk_widget_get_mapped (widget))
    return NULL;
  if (STUDIO_IS_WIDTH_BIN (widget) && child != NULL
      && least_width (child) > gtk_widget_get_width (widget))
    return child;
  for (; child != NULL && cut == NULL; child = gtk_widget_get_next_sibling (child))
    cut = what_is_cut (child);
  return cut;
}

/* Whatever the runs are called, the window can be as narrow as a telephone, and cuts nothing off.
 * Rows are narrowed in slices, which a busy machine may be late with. */
static void
assert_fits (StudioWindow *window, const char *page)
{
  GtkWidget *cut;

  if (least_width (GTK_WIDGET (window)) > NARROWEST)
    g_error ("%s wants a window of %d pixels", page, least_width (GTK_WIDGET (window)));
  for (int tries = 0; (cut = what_is_cut (GTK_WIDGET (window))) != NULL; tries++)
    {
      if (tries == PATIENCE)
        g_error ("%s: %s wants %d pixels", page, G_OBJECT_TYPE_NAME (cut), least_width (cut));
      desktop_test_settle ();
    }
}

static void
every_view_is_shown (void)
{
  static const char *const pages[]
      = { "studies", "study", "runs", "run", "figures", "compare", "claims", "queue" };
  StudioWindow *window = desktop_test_open_workspace (workspace);
  StudioSession *session = studio_window_session (window);

  desktop_test_until (has_studies, session);
  studio_session_select (session, "gallery", NULL, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (looks); i++)
    {
      desktop_test_resize (window, looks[0].width, looks[0].height);
      look_as (i);
      desktop_test_resize (window, looks[i].width, looks[i].height);
      for (guint k = 0; k < G_N_ELEMENTS (pages); k++)
        {
          g_autofree char *name = g_strdup_printf ("%s-%s", pages[k], looks[i].name);

          show (window, pages[k]);
          let_it_finish (i == 0 ? 700 : 300);
          assert_fits (window, name);
          desktop_test_picture (GTK_WIDGET (window), name);
        }
      studio_window_show_page (window, "studies");
      gtk_widget_activate_action (GTK_WIDGET (window), "win.back", NULL);
      studio_window_show_page (window, "runs");
      gtk_widget_activate_action (GTK_WIDGET (window), "win.back", NULL);
    }
  look_as (0);
  desktop_test_close (window);
}

int
main (int argc, char **argv)
{
  desktop_test_init (&argc, &argv);
  workspace = desktop_test_folder ("pictures");
  desktop_test_run_gallery (workspace, "--set trouble=fail --seeds 2 -j 2");
  desktop_test_run_gallery (workspace, "--preset quick -j 2");
  g_test_add_func ("/desktop/pictures/every-view-is-shown", every_view_is_shown);
  return g_test_run ();
}
