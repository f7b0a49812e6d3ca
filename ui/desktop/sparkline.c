/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/desktop/sparkline.h"
#include "host/registry/text.h"

#include "ui/desktop/runs-answer.h"
#include <math.h>

#define WIDTH 120
#define HEIGHT 44
#define MARGIN 3. /* so that the line's width and the last point fit */

struct _StudioSparkline
{
  GtkWidget parent_instance;
  GArray *x, *y; /* 0..1 */
};

G_DEFINE_FINAL_TYPE (StudioSparkline, studio_sparkline, GTK_TYPE_WIDGET)

static double
share (double value, double low, double high)
{
  return high > low ? (value - low) / (high - low) : .5;
}

void
studio_sparkline_set_series (StudioSparkline *sparkline, const StudioSeries *series)
{
  guint n = series->values->len;
  g_autofree char *first = NULL, *last = assay_number_text (series->last), *words = NULL;
  const double *x = (const double *) series->steps->data;
  const double *y = (const double *) series->values->data;

  g_array_set_size (sparkline->x, n);
  g_array_set_size (sparkline->y, n);
  for (guint i = 0; i < n; i++)
    {
      g_array_index (sparkline->x, double, i) = share (x[i], x[0], x[n - 1]);
      g_array_index (sparkline->y, double, i) = share (y[i], series->min, series->max);
    }
  first = assay_number_text (n > 0 ? y[0] : NAN);
  words = n > 0 ? g_strdup_printf ("From %s to %s in %" G_GUINT64_FORMAT " observations", first,
                                   last, series->n)
                : g_strdup ("Nothing observed");
  gtk_accessible_update_property (GTK_ACCESSIBLE (sparkline), GTK_ACCESSIBLE_PROPERTY_LABEL, words,
                                  -1);
  gtk_widget_queue_draw (GTK_WIDGET (sparkline));
}

static void
studio_sparkline_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  StudioSparkline *sparkline = STUDIO_SPARKLINE (widget);
  double width = gtk_widget_get_width (widget) - 2 * MARGIN;
  double height = gtk_widget_get_height (widget) - 2 * MARGIN;
  guint n = sparkline->x->len;
  GdkRGBA color;
  cairo_t *cr;
  double x = 0, y = 0;

  if (n == 0 || width <= 0 || height <= 0)
    return;
  gtk_style_context_get_color (gtk_widget_get_style_context (widget), &color);
  cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, (float) (width + 2 * MARGIN),
                                                                 (float) (height + 2 * MARGIN)));
  gdk_cairo_set_source_rgba (cr, &color);
  cairo_set_line_width (cr, 1.5);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_BEVEL);
  for (guint i = 0; i < n; i++)
    {
      x = MARGIN + width * g_array_index (sparkline->x, double, i);
      y = MARGIN + height * (1 - g_array_index (sparkline->y, double, i));
      cairo_line_to (cr, x, y);
    }
  cairo_stroke (cr);
  cairo_arc (cr, x, y, 2.5, 0, 2 * G_PI);
  cairo_fill (cr);
  cairo_destroy (cr);
}

static void
studio_sparkline_measure (GtkWidget *widget, GtkOrientation orientation, int other, int *minimum,
                          int *natural, int *minimum_baseline, int *natural_baseline)
{
  *minimum = orientation == GTK_ORIENTATION_HORIZONTAL ? WIDTH / 2 : HEIGHT;
  *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? WIDTH : HEIGHT;
}

static void
studio_sparkline_finalize (GObject *object)
{
  StudioSparkline *sparkline = STUDIO_SPARKLINE (object);

  g_array_unref (sparkline->x);
  g_array_unref (sparkline->y);
  G_OBJECT_CLASS (studio_sparkline_parent_class)->finalize (object);
}

static void
studio_sparkline_class_init (StudioSparklineClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->finalize = studio_sparkline_finalize;
  widget_class->snapshot = studio_sparkline_snapshot;
  widget_class->measure = studio_sparkline_measure;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
  gtk_widget_class_set_css_name (widget_class, "sparkline");
}

static void
studio_sparkline_init (StudioSparkline *sparkline)
{
  sparkline->x = g_array_new (FALSE, FALSE, sizeof (double));
  sparkline->y = g_array_new (FALSE, FALSE, sizeof (double));
}

GtkWidget *
studio_sparkline_new (void)
{
  return g_object_new (STUDIO_TYPE_SPARKLINE, NULL);
}
