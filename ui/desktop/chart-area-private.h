/* SPDX-License-Identifier: Apache-2.0
 *
 * Between the files of the chart area: state, read-out, input.
 */
#pragma once

#include "ui/desktop/chart-area.h"
#include "ui/desktop/chart-painter.h"

struct _StudioChartArea
{
  GtkWidget parent_instance;
  AssayChart *chart;
  AssayRunSet *set;
  double width, height;        /* that suit the chart, in its points */
  GdkTexture *picture;         /* of the chart as it is; NULL: to be drawn */
  StudioChartPainter *painter; /* draws in a thread what takes long; NULL: it is drawn here */
  double cost;                 /* ms */
  double ink[3], paper[3];
  double text;             /* size of text, 1: as designed */
  double grown, left, top; /* charts without axes: how much larger, and the corner that is seen */
  AssayChartHit hit;       /* read out */
  gboolean has_hit, reads; /* reads: by the keyboard */
  AssayChartBox band;      /* rectangle that is being drawn, in the chart's points */
  gboolean has_band, pans;
  double from_x, from_y; /* where a drag began or has come to */
  double at_x, at_y;     /* the pointer */
  gboolean inside;
  gboolean anew; /* the next chart is another figure */
};

/** From the widget's pixels to the chart's points. */
void studio_chart_area_to_chart (StudioChartArea *area, double *x, double *y);
/** The hit of the pointer, or none. */
void studio_chart_area_look (StudioChartArea *area, double x, double y);
void studio_chart_area_set_hit (StudioChartArea *area, const AssayChartHit *hit);
/** Moves and scales what is seen; all in the chart's points around (x, y). */
void studio_chart_area_zoom_at (StudioChartArea *area, double x, double y, double factor,
                                AssayChartAxes axes);
void studio_chart_area_move (StudioChartArea *area, double dx, double dy);
void studio_chart_area_zoom_to (StudioChartArea *area, const AssayChartBox *seen);
void studio_chart_area_pick (StudioChartArea *area);

void studio_chart_area_add_input (StudioChartArea *area);
void studio_chart_area_bind_keys (GtkWidgetClass *class);
void studio_chart_area_draw_reading (StudioChartArea *area, GtkSnapshot *snapshot);
