/* SPDX-License-Identifier: Apache-2.0
 *
 * Figures on cairo and pango.  Knows no widget: the desktop draws the same object.
 */
#pragma once

#include "host/claims/claims.h"
#include <cairo.h>

typedef struct _AssayChart AssayChart;

/** A declared figure of the study over these runs.  A figure without data is no error: it
 *  draws one sentence that says why. */
AssayChart *assay_chart_new (const AssayStudyInfo *study, const AssayFigure *figure,
                             AssayRunSet *set, GError **error);
void assay_chart_free (AssayChart *chart);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AssayChart, assay_chart_free)

/** Leaves out title and caption, for a page that sets them itself. */
void assay_chart_set_bare (AssayChart *chart, gboolean bare);

/** Draws into 0,0..width,height, in points of 1/96 inch. */
void assay_chart_draw (AssayChart *chart, cairo_t *cr, double width, double height);
/** Size that suits its panels. */
void assay_chart_natural_size (AssayChart *chart, double *width, double *height);
/** By the file's ending: .png (two pixels a point), .svg, .pdf.  0: the natural size.  Equal
 *  data give equal bytes. */
gboolean assay_chart_save (AssayChart *chart, const char *path, double width, double height,
                           GError **error);
/** The same as SVG text whose ids begin with @prefix, so that several fit into one page. */
char *assay_chart_svg (AssayChart *chart, const char *prefix, double width, double height,
                       GError **error);
/** The data behind the figure as CSV: dimensions, center, low, high, n. */
char *assay_chart_csv (AssayChart *chart);
/** One sentence for those who do not see it: title, axes, series and their last values. */
char *assay_chart_describe (AssayChart *chart);
/** What stands below it: n, the band, crashed runs, interpolation, source. */
char *assay_chart_caption (AssayChart *chart);

/** The study's report: one HTML file that needs no other. */
gboolean assay_report_write (const AssayStudyInfo *study, AssayRunSet *set, GPtrArray *verdicts,
                             const char *command, const char *path, GError **error);
