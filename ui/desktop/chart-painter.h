/* SPDX-License-Identifier: Apache-2.0
 *
 * From a chart to a texture: at once, or in a thread, where a drawing takes longer than a frame.
 * Meanwhile the last picture is seen, moved and scaled to where it belongs.
 */
#pragma once

#include "host/chart/chart.h"
#include <gtk/gtk.h>

/** What a picture shows. */
typedef struct
{
  int width, height, pixels; /* of the widget; pixels of the screen for one of its own */
  double text;               /* size of text, 1: as designed */
  double grown, left, top;   /* how much larger, and the chart's point in the corner */
  double ink[3], paper[3];
} StudioChartLook;

/** Draws it now.  @cost: milliseconds of the processor's time. */
GdkTexture *studio_chart_paint (AssayChart *chart, const StudioChartLook *look, double *cost);

/** Appends what studio_chart_paint gave, in pixels of @widget.  GTK 4.8's cairo renderer makes
 * floats of every pixel of a texture, which takes as long as the chart: it is given the surface. */
void studio_chart_append (GtkSnapshot *snapshot, GtkWidget *widget, GdkTexture *picture,
                          const graphene_rect_t *place);

typedef struct _StudioChartPainter StudioChartPainter;

/** Takes @chart, which nobody else uses; @widget shows it and owns the painter.  @before: whose
 *  picture is seen until there is a new one; NULL: none. */
StudioChartPainter *studio_chart_painter_new (AssayChart *chart, GtkWidget *widget,
                                              const StudioChartPainter *before);
/** What is being painted is painted to its end, and thrown away. */
void studio_chart_painter_free (StudioChartPainter *painter);
/** Shows the picture, and has it painted anew where it is another. */
void studio_chart_painter_snapshot (StudioChartPainter *painter, const StudioChartLook *look,
                                    GtkSnapshot *snapshot);
gboolean studio_chart_painter_shows (const StudioChartPainter *painter,
                                     const StudioChartLook *look);
