/* SPDX-License-Identifier: Apache-2.0
 *
 * Points with intervals in both directions, and bars.
 */
#include "host/chart/marks.h"
#include <math.h>

/* Beyond so many points whiskers would be a grey cloud. */
#define MAX_WHISKERS 200

static void
draw_whiskers (const AssayChart *chart, const ChartSeries *s, guint i, double x, double y,
               cairo_t *cr)
{
  double half = chart_half (&chart->x);
  double left = chart_scale_map (&chart->x.scale, chart_at (s->xlow, i) + half);
  double right = chart_scale_map (&chart->x.scale, chart_at (s->xhigh, i) + half);

  cairo_set_line_width (cr, 1);
  chart_whisker (cr, x, chart_scale_map (&chart->y.scale, chart_at (s->low, i)),
                 chart_scale_map (&chart->y.scale, chart_at (s->high, i)), 2);
  if (isfinite (left) && isfinite (right))
    {
      cairo_move_to (cr, left, y);
      cairo_line_to (cr, right, y);
      cairo_stroke (cr);
    }
}

static guint
longest (const ChartPanel *panel)
{
  guint n = 0;

  for (guint i = 0; i < panel->series->len; i++)
    n += ((ChartSeries *) panel->series->pdata[i])->x->len;
  return n;
}

void
chart_point_place (const AssayChart *chart, const ChartSeries *s, guint i, double *x, double *y)
{
  guint n = chart->x.categories && chart->kind != ASSAY_LINE ? chart_count_colours (chart) : 1;
  double width;

  *x = n > 1 ? chart_dodge (chart, chart_at (s->x, i), (guint) MAX (s->color, 0), n, &width)
             : chart_scale_map (&chart->x.scale, chart_at (s->x, i) + chart_half (&chart->x));
  *y = chart_scale_map (&chart->y.scale, chart_at (s->y, i));
}

void
chart_draw_points (AssayChart *chart, ChartPanel *panel, cairo_t *cr)
{
  guint total = longest (panel);
  double radius = total > 2000 ? 1.2 : total > 300 ? 2 : 3.4;

  for (guint k = 0; k < panel->series->len; k++)
    {
      const ChartSeries *s = panel->series->pdata[k];
      gint shape = chart->dash.levels ? s->dash : s->color;

      for (guint i = 0; i < s->x->len; i++)
        {
          double x, y;

          chart_point_place (chart, s, i, &x, &y);
          if (!isfinite (x) || !isfinite (y))
            continue;
          chart_set_series_colour (chart, s, cr, .55);
          if (total <= MAX_WHISKERS)
            draw_whiskers (chart, s, i, x, y, cr);
          chart_set_series_colour (chart, s, cr, total > 300 ? .6 : .95);
          chart_marker (cr, shape, x, y, radius);
        }
    }
}

/* How high the stack in a category is, for each colour, above and below zero. */
typedef struct
{
  double up, down;
} Stack;

static double
foot (const AssayChart *chart)
{
  return chart->y.kind == ASSAY_LOG10 ? chart->y.scale.lo : 0;
}

static void
draw_bar (const AssayChart *chart, const ChartSeries *s, guint i, Stack *stack, guint n,
          cairo_t *cr)
{
  double value = chart_at (s->y, i), width, *end = value < 0 ? &stack->down : &stack->up;
  double base = *end == 0 ? foot (chart) : *end, top = base + value;
  double x = chart_dodge (chart, chart_at (s->x, i), (guint) MAX (s->color, 0), n, &width);
  double y0, y1;
  ChartBox box;

  if (chart->y.kind == ASSAY_LOG10)
    top = value;
  y0 = chart_scale_map (&chart->y.scale, base);
  y1 = chart_scale_map (&chart->y.scale, top);
  if (!isfinite (y0) || !isfinite (y1))
    return;
  width *= n > 1 ? .9 : 1;
  box = (ChartBox){ x - width / 2, MIN (y0, y1), width, fabs (y1 - y0) };
  chart_fill_pattern (cr, &box, chart_series_colour (chart, s, cr), s->dash);
  cairo_set_line_width (cr, 1.1);
  chart_set_grey (cr, .15);
  chart_whisker (cr, x, chart_scale_map (&chart->y.scale, chart_at (s->low, i) + top - value),
                 chart_scale_map (&chart->y.scale, chart_at (s->high, i) + top - value),
                 MIN (4, width / 4));
  *end = top;
}

static void
draw_zero (const AssayChart *chart, const ChartPanel *panel, cairo_t *cr)
{
  double y = chart_scale_map (&chart->y.scale, 0);

  if (!isfinite (y))
    return;
  chart_set_grey (cr, .25);
  cairo_set_line_width (cr, .8);
  cairo_move_to (cr, panel->box.x, y);
  cairo_line_to (cr, panel->box.x + panel->box.width, y);
  cairo_stroke (cr);
}

void
chart_draw_bars (AssayChart *chart, ChartPanel *panel, cairo_t *cr)
{
  guint n = chart_count_colours (chart);
  guint categories = chart->x.categories ? chart->x.categories->len : 1;
  g_autofree Stack *stacks = g_new0 (Stack, (gsize) n * categories);

  for (guint k = 0; k < panel->series->len; k++)
    {
      const ChartSeries *s = panel->series->pdata[k];

      for (guint i = 0; i < s->x->len; i++)
        {
          guint x = (guint) CLAMP (chart_at (s->x, i), 0, categories - 1);
          guint color = MIN ((guint) MAX (s->color, 0), n - 1);

          if (isfinite (chart_at (s->y, i)))
            draw_bar (chart, s, i, &stacks[x * n + color], n, cr);
        }
    }
  draw_zero (chart, panel, cr);
  for (guint k = 0; k < chart->references->len; k++)
    {
      const ChartReference *paper = chart->references->pdata[k];
      double width, x = chart_dodge (chart, paper->x, (guint) MAX (paper->color, 0), n, &width);
      double y = chart_scale_map (&chart->y.scale, paper->value);

      if (isfinite (y))
        chart_draw_paper (cr, x, y);
    }
}
