/* SPDX-License-Identifier: Apache-2.0
 *
 * Violins, boxes and strips: the members behind a centre.
 */
#include "host/chart/marks.h"
#include <base/num/stats.h>
#include <math.h>
#include <stdlib.h>

#define GRID 64 /* heights at which a violin's density is taken */
#define FEW 8   /* below it a density would be invented */

static int
compare (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

/* The finite members of one category, sorted. */
static GArray *
members (const AssayChart *chart, const ChartSeries *s, guint category)
{
  GArray *values = g_array_new (FALSE, FALSE, sizeof (double));

  for (guint i = 0; i < s->x->len; i++)
    {
      double v = chart_at (s->y, i);

      if (chart_at (s->x, i) == category && chart_scale_takes (chart->y.kind, v))
        g_array_append_val (values, v);
    }
  qsort (values->data, values->len, sizeof (double), compare);
  return values;
}

/* Linear between order statistics (Hyndman and Fan, type 7). */
static double
quantile (const GArray *sorted, double q)
{
  double at = q * (sorted->len - 1);
  guint i = (guint) floor (at), j = MIN (i + 1, sorted->len - 1);
  double a = g_array_index (sorted, double, i), b = g_array_index (sorted, double, j);

  return a + (at - i) * (b - a);
}

static double
pixel (const AssayChart *chart, double value)
{
  return chart_scale_map (&chart->y.scale, value);
}

static void
draw_box_at (const AssayChart *chart, const GArray *v, double x, double width, ChartRgb colour,
             gboolean slim, cairo_t *cr)
{
  double q1 = quantile (v, .25), q2 = quantile (v, .5), q3 = quantile (v, .75);
  double reach = 1.5 * (q3 - q1), low = q1, high = q3;
  double y1 = pixel (chart, q1), y2 = pixel (chart, q2), y3 = pixel (chart, q3);

  /* Whiskers end at the last member within 1.5 box heights (Tukey 1977). */
  for (guint i = 0; i < v->len; i++)
    {
      double m = g_array_index (v, double, i);

      if (m >= q1 - reach)
        low = MIN (low, m);
      if (m <= q3 + reach)
        high = MAX (high, m);
    }
  cairo_set_line_width (cr, 1.1);
  chart_set_colour (cr, colour, 1);
  chart_whisker (cr, x, pixel (chart, low), pixel (chart, high), slim ? 0 : width / 5);
  cairo_rectangle (cr, x - width / 2, y3, width, y1 - y3);
  if (slim)
    {
      cairo_fill (cr);
      chart_set_grey (cr, 1);
      cairo_arc (cr, x, y2, MAX (1.5, width * .45), 0, 2 * G_PI);
      cairo_fill (cr);
      return;
    }
  chart_set_colour (cr, colour, .25);
  cairo_fill_preserve (cr);
  chart_set_colour (cr, colour, 1);
  cairo_stroke (cr);
  cairo_set_line_width (cr, 2);
  cairo_move_to (cr, x - width / 2, y2);
  cairo_line_to (cr, x + width / 2, y2);
  cairo_stroke (cr);
  for (guint i = 0; i < v->len; i++)
    {
      double m = g_array_index (v, double, i);

      if (m < low || m > high)
        chart_marker (cr, 0, x, pixel (chart, m), 1.6);
    }
}

/* Every member, moved aside by the bits of its index turned round (van der Corput): even,
 * and the same every time. */
static void
draw_strip_at (const AssayChart *chart, const GArray *v, double x, double width, ChartRgb colour,
               cairo_t *cr)
{
  double radius = v->len > 200 ? 1.3 : v->len > 40 ? 1.9 : 2.6;
  double median = pixel (chart, quantile (v, .5));

  chart_set_colour (cr, colour, v->len > 40 ? .5 : .75);
  for (guint i = 0; i < v->len; i++)
    {
      double aside = 0, part = .5;

      for (guint bits = i + 1; bits; bits >>= 1, part /= 2)
        aside += (bits & 1) * part;
      chart_marker (cr, 0, x + (aside - .5) * width * .7,
                    pixel (chart, g_array_index (v, double, i)), radius);
    }
  chart_set_colour (cr, colour, 1);
  cairo_set_line_width (cr, 2);
  cairo_move_to (cr, x - width / 2, median);
  cairo_line_to (cr, x + width / 2, median);
  cairo_stroke (cr);
}

/* Gaussian kernel density in pixels, so on the axis' own scale; bandwidth by Silverman (1986),
 * eq. 3.31; cut at the extremes, where there is no member beyond. */
static void
draw_violin_at (const AssayChart *chart, const GArray *v, double x, double width, ChartRgb colour,
                cairo_t *cr)
{
  guint n = v->len;
  g_autofree double *at = g_new (double, n);
  double density[GRID + 1], most = 0, sd, spread, bandwidth, low, high;

  for (guint i = 0; i < n; i++)
    at[i] = pixel (chart, g_array_index (v, double, i));
  low = at[n - 1];
  high = at[0];
  sd = assay_sd (at, NULL, n);
  spread = fabs (pixel (chart, quantile (v, .75)) - pixel (chart, quantile (v, .25))) / 1.34;
  bandwidth = MAX (.9 * (spread > 0 ? MIN (sd, spread) : sd) * pow (n, -.2), .5);
  for (int g = 0; g <= GRID; g++)
    {
      double y = low + (high - low) * g / GRID;

      density[g] = 0;
      for (guint i = 0; i < n; i++)
        {
          double z = (y - at[i]) / bandwidth;

          density[g] += z * z < 50 ? exp (-.5 * z * z) : 0;
        }
      most = MAX (most, density[g]);
    }
  cairo_new_path (cr);
  for (int side = 1; side >= -1; side -= 2)
    for (int k = 0; k <= GRID; k++)
      {
        int g = side > 0 ? k : GRID - k;

        cairo_line_to (cr, x + side * density[g] / most * width / 2, low + (high - low) * g / GRID);
      }
  cairo_close_path (cr);
  chart_set_colour (cr, colour, .3);
  cairo_fill_preserve (cr);
  chart_set_colour (cr, colour, 1);
  cairo_set_line_width (cr, 1);
  cairo_stroke (cr);
  draw_box_at (chart, v, x, MAX (4, width * .1), colour, TRUE, cr);
}

void
chart_prepare_spread (AssayChart *chart)
{
  gboolean few = FALSE;

  for (guint p = 0; p < chart->panels->len && chart->kind == ASSAY_SPREAD_VIOLIN; p++)
    {
      ChartPanel *panel = chart->panels->pdata[p];

      for (guint k = 0; k < panel->series->len; k++)
        for (guint c = 0; c < chart->x.categories->len; c++)
          {
            g_autoptr (GArray) v = members (chart, panel->series->pdata[k], c);

            few = few || (v->len > 0 && v->len < FEW);
          }
    }
  if (few)
    chart_note (chart,
                "Fewer than %d members are drawn one by one: a density of them would be made up.",
                FEW);
}

void
chart_draw_spread (AssayChart *chart, ChartPanel *panel, cairo_t *cr)
{
  guint n = chart_count_colours (chart);

  for (guint k = 0; k < panel->series->len; k++)
    {
      const ChartSeries *s = panel->series->pdata[k];
      ChartRgb colour = chart_series_colour (chart, s, cr);

      for (guint c = 0; chart->x.categories && c < chart->x.categories->len; c++)
        {
          g_autoptr (GArray) v = members (chart, s, c);
          double width, x = chart_dodge (chart, c, (guint) MAX (s->color, 0), n, &width);

          if (!v->len)
            continue;
          width *= .86;
          if (chart->kind == ASSAY_SPREAD_STRIP
              || v->len < (chart->kind == ASSAY_SPREAD_BOX ? 4 : FEW))
            draw_strip_at (chart, v, x, width, colour, cr);
          else if (chart->kind == ASSAY_SPREAD_BOX)
            draw_box_at (chart, v, x, width * .7, colour, FALSE, cr);
          else
            draw_violin_at (chart, v, x, width, colour, cr);
        }
    }
}
