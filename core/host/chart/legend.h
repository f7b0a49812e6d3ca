/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "host/chart/plot.h"

/** Draws (or only measures) the legend at the top of the rest, which shrinks. */
void chart_take_legend (AssayChart *chart, cairo_t *cr, double *x, double *y, double *width,
                        double *height, gboolean paint);
/** Width at which every key has one row. */
double chart_legend_width (AssayChart *chart, cairo_t *cr);
