/* SPDX-License-Identifier: Apache-2.0 */
/* Every view, light and dark, from a telephone's size to a wall's: to be looked at, and to see that
 * nothing warns or asks for more room than there is. */
#include "ui/desktop/width-bin.h"
#include "views.h"
#include <math.h>

#define NARROWEST 360
#define FRAME 10     /* around a window, where there is no compositor */
#define POPOVER 24   /* edges of a popover, without its shadow */
#define PATIENCE 100 /* tenths of a second */

static const struct
{
  const char *name;
  int width, height;
  gboolean dark, large_text, contrast;
  gboolean like; /* one of the others, but for colors or pixels: sanitizers see nothing new */
} looks[] = { { "wide-light", 1280, 800 },
              { "wide-dark", 1280, 800, .dark = TRUE, .like = TRUE },
              { "narrow-light", NARROWEST, 640, .like = TRUE },
              { "narrow-dark", NARROWEST, 640, .dark = TRUE },
              { "narrow-large-text", NARROWEST, 640, .large_text = TRUE },
              { "wide-contrast-light", 1280, 800, .contrast = TRUE, .like = TRUE },
              { "wide-contrast-dark", 1280, 800, .dark = TRUE, .contrast = TRUE },
              { "large-light", 3840, 2160, .like = TRUE } };

#ifdef __SANITIZE_ADDRESS__
#define SANITIZED TRUE
#else
#define SANITIZED FALSE
#endif

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
  desktop_test_text_scale (looks[i].large_text ? 1.5 : 1);
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

/* ---- contrast ---- */

#define LEAST_CONTRAST 4.5 /* WCAG 2.1, AA, of text */

/* Relative luminance of sRGB, WCAG 2.1. */
static double
luminance (const double c[3])
{
  static const double weight[3] = { .2126, .7152, .0722 };
  double sum = 0;

  for (int k = 0; k < 3; k++)
    sum += weight[k] * (c[k] <= .04045 ? c[k] / 12.92 : pow ((c[k] + .055) / 1.055, 2.4));
  return sum;
}

static double
contrast (const double a[3], const double b[3])
{
  double x = luminance (a), y = luminance (b);

  return (MAX (x, y) + .05) / (MIN (x, y) + .05);
}

/* What most pixels of a place in the picture are. */
static void
ground_of (cairo_surface_t *picture, const graphene_rect_t *place, double ground[3])
{
  int left = MAX (0, (int) place->origin.x), top = MAX (0, (int) place->origin.y);
  int right = MIN (cairo_image_surface_get_width (picture), left + (int) place->size.width);
  int bottom = MIN (cairo_image_surface_get_height (picture), top + (int) place->size.height);
  g_autoptr (GHashTable) counts = g_hash_table_new (NULL, NULL);
  guint most = 0, found = 0;

  for (int y = top; y < bottom; y++)
    for (int x = left; x < right; x++)
      {
        const guint32 *row = (const guint32 *) (cairo_image_surface_get_data (picture)
                                                + y * cairo_image_surface_get_stride (picture));
        gpointer pixel = GUINT_TO_POINTER (row[x] & 0xffffff);
        guint n = GPOINTER_TO_UINT (g_hash_table_lookup (counts, pixel)) + 1;

        g_hash_table_insert (counts, pixel, GUINT_TO_POINTER (n));
        if (n > most)
          {
            most = n;
            found = GPOINTER_TO_UINT (pixel);
          }
      }
  for (int k = 0; k < 3; k++)
    ground[k] = (found >> (16 - 8 * k) & 255) / 255.;
}

/* Whether it or a box around it has a color that we chose, not Adwaita. */
static gboolean
has_color (GtkWidget *widget)
{
  static const char *const classes[] = { "accent", "success", "warning", "error" };

  for (int depth = 0; widget != NULL && depth < 3; depth++)
    {
      for (guint i = 0; i < G_N_ELEMENTS (classes); i++)
        if (gtk_widget_has_css_class (widget, classes[i]))
          return TRUE;
      widget = gtk_widget_get_parent (widget);
    }
  return FALSE;
}

/* Not cut by what scrolls it, so that its ground is what is around its letters. */
static gboolean
is_whole (GtkWidget *label)
{
  graphene_rect_t place;

  for (GtkWidget *outer = gtk_widget_get_parent (label); outer != NULL;
       outer = gtk_widget_get_parent (outer))
    if (GTK_IS_SCROLLED_WINDOW (outer)
        && (!gtk_widget_compute_bounds (label, outer, &place) || place.origin.x < 0
            || place.origin.y < 0
            || place.origin.x + place.size.width > (float) gtk_widget_get_width (outer)
            || place.origin.y + place.size.height > (float) gtk_widget_get_height (outer)))
      return FALSE;
  return TRUE;
}

static gboolean
is_faint (GtkWidget *label, GtkWidget *shown, cairo_surface_t *picture, const char *name)
{
  graphene_rect_t place;
  GdkRGBA rgba;
  double ground[3], text[3];

  if (!gtk_widget_compute_bounds (label, shown, &place))
    return FALSE;
  gtk_style_context_get_color (gtk_widget_get_style_context (label), &rgba);
  ground_of (picture, &place, ground);
  text[0] = (double) (rgba.alpha * rgba.red) + (double) (1 - rgba.alpha) * ground[0];
  text[1] = (double) (rgba.alpha * rgba.green) + (double) (1 - rgba.alpha) * ground[1];
  text[2] = (double) (rgba.alpha * rgba.blue) + (double) (1 - rgba.alpha) * ground[2];
  if (contrast (text, ground) >= LEAST_CONTRAST)
    return FALSE;
  g_test_message ("%s: \"%s\" has a contrast of %.2f", name, gtk_label_get_text (GTK_LABEL (label)),
                  contrast (text, ground));
  return TRUE;
}

static guint
n_faint (GtkWidget *widget, GtkWidget *shown, cairo_surface_t *picture, const char *name)
{
  guint n = 0;

  if (!gtk_widget_get_mapped (widget))
    return 0;
  if (GTK_IS_LABEL (widget) && gtk_label_get_text (GTK_LABEL (widget))[0] != '\0'
      && has_color (widget) && is_whole (widget))
    n += is_faint (widget, shown, picture, name);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    n += n_faint (child, shown, picture, name);
  return n;
}

static void
assert_can_be_read (GtkWidget *shown, GdkTexture *picture, const char *name)
{
  cairo_surface_t *surface = cairo_image_surface_create (
      CAIRO_FORMAT_RGB24, gdk_texture_get_width (picture), gdk_texture_get_height (picture));

  gdk_texture_download (picture, cairo_image_surface_get_data (surface),
                        (gsize) cairo_image_surface_get_stride (surface));
  cairo_surface_mark_dirty (surface);
  g_assert_cmpuint (n_faint (shown, shown, surface, name), ==, 0);
  cairo_surface_destroy (surface);
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
  if (!ADW_IS_ABOUT_WINDOW (shown)) /* libadwaita's */
    assert_can_be_read (shown, picture, name);
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

      if (!SANITIZED || !looks[i].like)
        g_test_add_data_func (path, GUINT_TO_POINTER (i), every_view_is_shown);
    }
  status = g_test_run ();
  desktop_test_close (window);
  return status;
}
