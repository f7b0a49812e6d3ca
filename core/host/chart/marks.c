/* SPDX-License-Identifier: Apache-2.0 */
#include "host/chart/marks.h"
#include <math.h>

const ChartMark chart_marks[ASSAY_N_MARKS] = {
  [ASSAY_LINE] = { "line", CHART_AXES | CHART_LEGEND, NULL, chart_draw_lines, NULL },
  [ASSAY_BAR]
  = { "bar", CHART_AXES | CHART_LEGEND, chart_prepare_from_zero, chart_draw_bars, chart_size_bars },
  [ASSAY_POINT] = { "point", CHART_AXES | CHART_LEGEND, NULL, chart_draw_points, NULL },
  [ASSAY_SPREAD_VIOLIN] = { "violin", CHART_AXES | CHART_LEGEND, chart_prepare_spread,
                            chart_draw_spread, chart_size_bars },
  [ASSAY_SPREAD_BOX]
  = { "box", CHART_AXES | CHART_LEGEND, chart_prepare_spread, chart_draw_spread, chart_size_bars },
  [ASSAY_SPREAD_STRIP] = { "strip", CHART_AXES | CHART_LEGEND, chart_prepare_spread,
                           chart_draw_spread, chart_size_bars },
  [ASSAY_HEAT] = { "heat map", CHART_AXES | CHART_BAR | CHART_NO_GRID, chart_prepare_heat,
                   chart_draw_heat, chart_size_heat },
  [ASSAY_HIST] = { "histogram", CHART_AXES | CHART_LEGEND | CHART_OF_X, chart_prepare_hist,
                   chart_draw_hist, NULL },
  [ASSAY_HIST_CUMULATIVE] = { "cumulative histogram", CHART_AXES | CHART_LEGEND | CHART_OF_X,
                              chart_prepare_hist, chart_draw_lines, NULL },
  [ASSAY_SURVIVAL] = { "survival curve", CHART_AXES | CHART_LEGEND | CHART_OF_X,
                       chart_prepare_survival, chart_draw_lines, NULL },
  [ASSAY_GRAPH] = { "graph", CHART_BAR, NULL, chart_draw_net, chart_size_net },
  [ASSAY_TABLE_OF_CELLS] = { "table", 0, NULL, chart_draw_table, chart_size_table },
  [ASSAY_SAMPLES] = { "samples", 0, NULL, chart_draw_samples, chart_size_samples },
};

ChartRgb
chart_series_colour (const AssayChart *chart, const ChartSeries *series, cairo_t *cr)
{
  double grey = chart_is_dark (cr) ? .75 : .25;

  return series->reference ? (ChartRgb){ grey, grey, grey }
                           : chart_ground_colour (cr, series->color, chart_count_colours (chart),
                                                  chart->color.ordered);
}

void
chart_set_series_colour (const AssayChart *chart, const ChartSeries *series, cairo_t *cr,
                         double alpha)
{
  chart_set_colour (cr, chart_series_colour (chart, series, cr), alpha);
}

gboolean
chart_is_diverging (const AssayChart *chart)
{
  double below = -chart->z.lo, above = chart->z.hi;

  return MIN (below, above) > 0 && MIN (below, above) >= .05 * MAX (below, above);
}

ChartRgb
chart_cell_colour (const AssayChart *chart, double value)
{
  const ChartAxis *z = &chart->z;
  ChartScale unit = z->scale;

  if (chart_is_diverging (chart))
    return chart_diverging (value / MAX (-z->lo, z->hi));
  unit.from = 0;
  unit.to = 1;
  return chart_ramp (chart_scale_map (&unit, value));
}

guint
chart_count_colours (const AssayChart *chart)
{
  return chart->color.levels && chart->color.levels->len ? chart->color.levels->len : 1;
}

double
chart_dodge (const AssayChart *chart, double x, guint i, guint n, double *width)
{
  double band = fabs (chart->x.scale.to - chart->x.scale.from) / MAX (chart->x.scale.hi, 1);
  double room = band * (n > 1 ? .84 : .62);

  *width = MIN (room / n, 48);
  return chart_scale_map (&chart->x.scale, x + .5) + (i - (n - 1) / 2.) * *width;
}

void
chart_whisker (cairo_t *cr, double x, double low, double high, double cap)
{
  if (!isfinite (low) || !isfinite (high))
    return;
  cairo_move_to (cr, x, low);
  cairo_line_to (cr, x, high);
  cairo_move_to (cr, x - cap, low);
  cairo_line_to (cr, x + cap, low);
  cairo_move_to (cr, x - cap, high);
  cairo_line_to (cr, x + cap, high);
  cairo_stroke (cr);
}

void
chart_fill_pattern (cairo_t *cr, const ChartBox *box, ChartRgb colour, gint i)
{
  static const struct
  {
    double slope; /* of the hatching; 0: none */
    gboolean crossed;
  } patterns[] = { { 0, FALSE }, { 1, FALSE }, { -1, FALSE }, { 1, TRUE } };
  int k = MAX (i, 0) % (int) G_N_ELEMENTS (patterns);
  double far = box->width + box->height;

  chart_set_colour (cr, colour, 1);
  cairo_rectangle (cr, box->x, box->y, box->width, box->height);
  cairo_fill (cr);
  if (patterns[k].slope == 0 || !(far < 1e5))
    return;
  cairo_save (cr);
  cairo_rectangle (cr, box->x, box->y, box->width, box->height);
  cairo_clip (cr);
  chart_set_grey (cr, 1);
  cairo_set_line_width (cr, 1.1);
  for (double at = -box->height; at < far; at += 5)
    {
      if (patterns[k].slope > 0 || patterns[k].crossed)
        {
          cairo_move_to (cr, box->x + at, box->y + box->height);
          cairo_line_to (cr, box->x + at + box->height, box->y);
        }
      if (patterns[k].slope < 0 || patterns[k].crossed)
        {
          cairo_move_to (cr, box->x + at, box->y);
          cairo_line_to (cr, box->x + at + box->height, box->y + box->height);
        }
    }
  cairo_stroke (cr);
  cairo_restore (cr);
}

void
chart_draw_paper (cairo_t *cr, double x, double y)
{
  cairo_new_path (cr);
  cairo_move_to (cr, x, y - 5);
  cairo_line_to (cr, x + 5, y);
  cairo_line_to (cr, x, y + 5);
  cairo_line_to (cr, x - 5, y);
  cairo_close_path (cr);
  chart_set_grey (cr, 1);
  cairo_fill_preserve (cr);
  chart_set_grey (cr, 0);
  cairo_set_line_width (cr, 1.2);
  cairo_stroke (cr);
}

void
chart_prepare_from_zero (AssayChart *chart)
{
  chart->y.from_zero = TRUE;
}

void
chart_size_bars (AssayChart *chart, double *width, double *height)
{
  double n = chart->x.categories ? chart->x.categories->len : 1, letters = 0, wanted;

  for (guint i = 0; chart->x.categories && i < chart->x.categories->len; i++)
    letters = MAX (letters, g_utf8_strlen (chart->x.categories->pdata[i], 14));
  /* Up to a few categories get room for names that lie flat. */
  wanted = n * MAX (n <= 8 ? 7. * letters + 12 : 34, 14. * chart_count_colours (chart));

  *width = CLAMP (wanted, chart->n_cols > 1 ? 150 : 260, 760);
  *height = chart->n_rows > 2 ? 130 : chart->n_rows > 1 || chart->n_cols > 1 ? 170 : 220;
}
