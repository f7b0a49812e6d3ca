/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/desktop/side-mark.h"

#include "host/chart/style.h"
#include "ui/desktop/comparison.h"

#define SIZE 14
#define RADIUS 5

static gboolean
is_dark (GtkWidget *widget)
{
  GdkRGBA paper = { 1, 1, 1, 1 };

  gtk_style_context_lookup_color (gtk_widget_get_style_context (widget), "view_bg_color", &paper);
  return chart_lightness (
             (ChartRgb){ (double) paper.red, (double) paper.green, (double) paper.blue })
         < 50;
}

static void
draw (GtkDrawingArea *area, cairo_t *cr, int width, int height, gpointer data)
{
  gint i = GPOINTER_TO_INT (data);

  chart_set_colour (
      cr, chart_screen_colour (is_dark (GTK_WIDGET (area)), i, STUDIO_MAX_SIDES, FALSE), 1);
  chart_marker (cr, i, width / 2., height / 2., RADIUS);
}

GtkWidget *
studio_side_mark_new (guint i)
{
  GtkWidget *area = gtk_drawing_area_new ();

  gtk_drawing_area_set_content_width (GTK_DRAWING_AREA (area), SIZE);
  gtk_drawing_area_set_content_height (GTK_DRAWING_AREA (area), SIZE);
  gtk_drawing_area_set_draw_func (GTK_DRAWING_AREA (area), draw, GINT_TO_POINTER ((gint) i), NULL);
  gtk_widget_set_valign (area, GTK_ALIGN_CENTER);
  return area;
}
