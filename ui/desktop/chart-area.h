/* SPDX-License-Identifier: Apache-2.0
 *
 * A chart that can be looked into: a pointer reads values, dragging and scrolling zoom, a click on
 * the legend hides, a click on a curve tells which runs stand behind it.
 *
 * Pointer: drag zooms to a rectangle (to a strip when it is flat), scroll zooms around the pointer
 * (Shift: along x only), Ctrl or the middle button pans, double click resets.
 * Keys: arrows pan, + - zoom, 0 resets; Tab reads the next series, then left and right its points,
 * Space hides it, Enter picks its runs, Escape leaves it.
 *
 * Signals:
 *   "picked" (filter, ids)   the runs behind a series: in the language of `assay runs`, and the ids
 *                            (GStrv) of those that the chart was made from
 *   "looked"                 zoomed, panned, or a series hidden
 */
#pragma once

#include "host/chart/chart.h"
#include <gtk/gtk.h>

#define STUDIO_TYPE_CHART_AREA (studio_chart_area_get_type ())
G_DECLARE_FINAL_TYPE (StudioChartArea, studio_chart_area, STUDIO, CHART_AREA, GtkWidget)

GtkWidget *studio_chart_area_new (void);
/** Takes both (NULL: nothing to show; @set NULL: no ids are told).  What is looked at stays when
 *  the new chart is of the same figure. */
void studio_chart_area_set_chart (StudioChartArea *area, AssayChart *chart, AssayRunSet *set);
/** The next chart is another figure: it is looked at as it comes. */
void studio_chart_area_look_anew (StudioChartArea *area);
/** What is looked at, as assay_chart_tell_look() says; nothing while another figure is awaited. */
void studio_chart_area_tell_look (StudioChartArea *area, GHashTable *options);
/** Owned by the area; NULL: none. */
AssayChart *studio_chart_area_get_chart (StudioChartArea *area);
/** After the chart was changed by its own functions: draws it anew. */
void studio_chart_area_changed (StudioChartArea *area);

/** Zooms around the middle: 2 shows half. */
void studio_chart_area_zoom (StudioChartArea *area, double factor);
/** Moves what is seen by parts of a panel. */
void studio_chart_area_pan (StudioChartArea *area, double right, double up);
void studio_chart_area_reset (StudioChartArea *area);
gboolean studio_chart_area_is_zoomed (StudioChartArea *area);
/** Reads out the point next to a place of the widget, as a pointer there does; FALSE: none. */
gboolean studio_chart_area_point_at (StudioChartArea *area, double x, double y);
/** What is read out at the moment, a line each; NULL: nothing. */
char *studio_chart_area_reading (StudioChartArea *area);
/** Where it is, in pixels of the widget. */
void studio_chart_area_reading_place (StudioChartArea *area, double *x, double *y);
/** Milliseconds of processor time that the last drawing of the chart itself took in the main
 *  thread. */
double studio_chart_area_cost (StudioChartArea *area);
/** Whether the picture of what is looked at is there: that of a graph comes from a thread. */
gboolean studio_chart_area_is_painted (StudioChartArea *area);
