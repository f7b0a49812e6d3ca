/* SPDX-License-Identifier: Apache-2.0
 *
 * What the marks share.
 */
#pragma once

#include "host/chart/plot.h"

#define CHART_GAP G_MAXUINT

/** Indices of the points that a picture of x (ascending), y needs: first, lowest, highest and
 *  last of every pixel column, CHART_GAP where a value is missing.  Element: guint. */
GArray *chart_decimate (const ChartScale *xs, guint32 ykind, const double *x, const double *y,
                        guint n);
void chart_draw_band (const AssayChart *chart, const ChartSeries *series, cairo_t *cr);
void chart_set_series_colour (const AssayChart *chart, const ChartSeries *series, cairo_t *cr,
                              double alpha);
ChartRgb chart_series_colour (const AssayChart *chart, const ChartSeries *series, cairo_t *cr);

/** Categories stand in the middle of their place. */
static inline double
chart_half (const ChartAxis *axis)
{
  return axis->categories ? .5 : 0;
}

/** Where the @i-th of @n neighbours within category x lies, and how wide it is (pixels). */
double chart_dodge (const AssayChart *chart, double x, guint i, guint n, double *width);
/** The distinct colours of a panel, and the place of one among them. */
guint chart_count_colours (const AssayChart *chart);
/** A whisker with ends. */
void chart_whisker (cairo_t *cr, double x, double low, double high, double cap);

/** Value of a parameter of a run, or its seed, as text that lives for ever; NULL: none. */
const char *chart_run_level (AssayRunDir *dir, const char *key);
/** Fills columns of one point's width at @x, from @top to @foot and half of @width beyond, in the
 *  source colour, in whole pixels.  FALSE: this surface takes no pixels, and nothing was drawn. */
gboolean chart_paint_columns (cairo_t *cr, const double *x, const double *top, const double *foot,
                              guint n, double width);
/** The box of a cell of a HEAT or a TABLE. */
ChartBox chart_cell_box (const AssayChart *chart, const ChartPanel *panel, double x, double y);
/** How a point of points (or of a strip's centre) lies; pixels, NaN: nowhere. */
void chart_point_place (const AssayChart *chart, const ChartSeries *series, guint i, double *x,
                        double *y);
void chart_prepare_hist (AssayChart *chart);
void chart_prepare_survival (AssayChart *chart);
void chart_prepare_from_zero (AssayChart *chart);
void chart_prepare_heat (AssayChart *chart);
void chart_prepare_spread (AssayChart *chart);
void chart_size_heat (AssayChart *chart, double *width, double *height);
void chart_size_table (AssayChart *chart, double *width, double *height);
void chart_size_samples (AssayChart *chart, double *width, double *height);
void chart_size_net (AssayChart *chart, double *width, double *height);
void chart_size_bars (AssayChart *chart, double *width, double *height);
