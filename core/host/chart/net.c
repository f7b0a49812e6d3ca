/* SPDX-License-Identifier: Apache-2.0 */
#include "host/chart/marks.h"
void
chart_net_free (struct _ChartNet *net)
{
  g_free (net);
}
void
chart_draw_net (AssayChart *chart, ChartPanel *panel, cairo_t *cr)
{
}
void
chart_size_net (AssayChart *chart, double *width, double *height)
{
}
void
chart_draw_samples (AssayChart *chart, ChartPanel *panel, cairo_t *cr)
{
}
void
chart_size_samples (AssayChart *chart, double *width, double *height)
{
}
