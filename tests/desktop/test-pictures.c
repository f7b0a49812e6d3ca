/* SPDX-License-Identifier: Apache-2.0 */
/* Every view, light and dark, from a telephone's size to a wall's: to be looked at, and to see that
 * nothing warns or asks for more room than there is. */
#include "ui/desktop/width-bin.h"
#include "views.h"

#define NARROWEST 360
#define FRAME 10     /* around a window, where there is no compositor */
#define POPOVER 24   /* edges of a popover, without its shadow */
#define PATIENCE 100 /* tenths of a second */

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
              { "wide-contrast-light", 1280, 800, .contrast = TRUE },
              { "wide-contrast-dark", 1280, 800, .dark = TRUE, .contrast = TRUE },
              { "large-light", 3840, 2160 } };

static StudioWindow *window;

/* ---- looks ---- */

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

/* ---- what is cut ---- */

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

/* Whatever the runs are called, what is shown can be as narrow as a telephone. */
static void
assert_can_be_narrow (GtkWidget *shown, const char *name)
{
  GtkWidget *inner = GTK_IS_POPOVER (shown) ? gtk_popover_get_child (GTK_POPOVER (shown)) : NULL;

  if (inner != NULL ? least_width (inner) > NARROWEST - POPOVER
                    : least_width (shown) > NARROWEST + FRAME)
    g_error ("%s wants %d pixels", name, least_width (shown));
}

/* And cuts nothing off.  Rows are narrowed in slices, which a busy machine may be late with. */
static void
assert_fits (GtkWidget *shown, const char *name)
{
  GtkWidget *cut;

  for (int tries = 0; (cut = what_is_cut (shown)) != NULL; tries++)
    {
      if (tries == PATIENCE)
        g_error ("%s: %s wants %d pixels", name, G_OBJECT_TYPE_NAME (cut), least_width (cut));
      desktop_test_settle ();
    }
}

/* ---- pictures ---- */

static void
take (const DesktopView *view, guint look)
{
  g_autofree char *name = g_strdup_printf ("%s-%s", view->name, looks[look].name);
  GtkWidget *shown = desktop_view_show (window, view);
  g_autoptr (GdkTexture) picture = NULL;

  assert_can_be_narrow (shown, name);
  if (view->resizes && shown != GTK_WIDGET (window))
    {
      desktop_test_resize (shown, looks[look].width, looks[look].height);
      desktop_test_rest (shown);
    }
  assert_fits (shown, name);
  picture = desktop_test_look (shown);
  desktop_test_save (picture, name);
  desktop_view_hide (window, shown);
}

static void
every_view_is_shown (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);

  desktop_test_resize (window, looks[0].width, looks[0].height);
  look_as (i);
  studio_window_show_page (window, "studies");
  desktop_test_resize (window, looks[i].width, looks[i].height);
  for (guint k = 0; k < n_desktop_views; k++)
    if (desktop_views[k].resizes || looks[i].width < 3840)
      take (&desktop_views[k], i);
  look_as (0);
}

int
main (int argc, char **argv)
{
  int status;

  desktop_test_init (&argc, &argv);
  window = desktop_views_window ();
  for (guint i = 0; i < G_N_ELEMENTS (looks); i++)
    {
      g_autofree char *path
          = g_strdup_printf ("/desktop/pictures/every-view-is-shown/%s", looks[i].name);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), every_view_is_shown);
    }
  status = g_test_run ();
  desktop_test_close (window);
  return status;
}
