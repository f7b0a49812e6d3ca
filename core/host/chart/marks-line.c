/* SPDX-License-Identifier: Apache-2.0
 *
 * Lines with bands, thin lines of members, and survival curves, which are such lines.
 */
#include "host/chart/marks.h"
#include <math.h>

#define WIDTH 1.8
#define CHUNK 64  /* segments a stroke: cairo's cost grows faster than a path's length */
#define DENSE 8   /* times the panel's width: a longer path is an area */
#define MANY 4000 /* points from which speed is worth a rougher edge */

/* The points of one pixel column that its picture needs. */
typedef struct
{
  guint first, lowest, highest, last;
  gboolean open;
} Column;

static void
emit (GArray *kept, guint index)
{
  if (!kept->len || g_array_index (kept, guint, kept->len - 1) != index)
    g_array_append_val (kept, index);
}

static void
flush (GArray *kept, Column *column)
{
  guint a = MIN (column->lowest, column->highest), b = MAX (column->lowest, column->highest);

  if (!column->open)
    return;
  emit (kept, column->first);
  emit (kept, a);
  emit (kept, b);
  emit (kept, column->last);
  column->open = FALSE;
}

GArray *
chart_decimate (const ChartScale *xs, guint32 ykind, const double *x, const double *y, guint n)
{
  GArray *kept = g_array_sized_new (FALSE, FALSE, sizeof (guint), MIN (n, 8192) + 1);
  Column column = { .open = FALSE };
  double edge = -INFINITY;
  gboolean positive = ykind == ASSAY_LOG10;

  for (guint i = 0; i < n; i++)
    {
      if (!isfinite (y[i]) || (positive && y[i] <= 0) || !isfinite (x[i]))
        {
          flush (kept, &column);
          emit (kept, CHART_GAP);
          continue;
        }
      if (!column.open || x[i] >= edge)
        {
          flush (kept, &column);
          /* The right end of the column in data: one inversion a column, none a point. */
          edge = chart_scale_invert (xs, floor (chart_scale_map (xs, x[i])) + 1);
          column = (Column){ i, i, i, i, TRUE };
          continue;
        }
      if (y[i] < y[column.lowest])
        column.lowest = i;
      if (y[i] > y[column.highest])
        column.highest = i;
      column.last = i;
    }
  flush (kept, &column);
  return kept;
}

/* A line that goes up and down in every pixel column is its envelope: one polygon costs a tenth
 * of the strokes and is the same picture. */
static void
fill_envelope (cairo_t *cr, const double *px, const double *py, guint n, double width,
               gboolean screen)
{
  g_autofree double *x = g_new (double, n), *top = g_new (double, n), *foot = g_new (double, n);
  guint columns = 0;

  for (guint i = 0; i < n; i++)
    {
      gboolean same = columns > 0 && floor (px[i]) == floor (x[columns - 1]);
      double before = py[i > 0 ? i - 1 : 0];

      if (!same)
        {
          x[columns] = floor (px[i]) + .5;
          top[columns] = MIN (before, py[i]);
          foot[columns++] = MAX (before, py[i]);
        }
      top[columns - 1] = MIN (top[columns - 1], py[i]);
      foot[columns - 1] = MAX (foot[columns - 1], py[i]);
    }
  if (screen && chart_paint_columns (cr, x, top, foot, columns, width))
    return;
  for (guint i = 0; i < columns; i++)
    cairo_line_to (cr, x[i], top[i] - width / 2);
  for (guint i = columns; i-- > 0;)
    cairo_line_to (cr, x[i], foot[i] + width / 2);
  cairo_close_path (cr);
  cairo_fill (cr);
}

/* Strokes a polyline in chunks; the dash goes on from one to the next. */
static void
stroke (cairo_t *cr, const double *px, const double *py, guint n, gint dash, double width)
{
  double phase = 0;

  cairo_set_line_width (cr, width);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_BEVEL);
  for (guint from = 0; from + 1 < n; from += CHUNK)
    {
      guint to = MIN (from + CHUNK, n - 1);

      chart_set_dash (cr, dash, width, phase);
      cairo_move_to (cr, px[from], py[from]);
      for (guint i = from + 1; i <= to; i++)
        {
          cairo_line_to (cr, px[i], py[i]);
          phase += hypot (px[i] - px[i - 1], py[i] - py[i - 1]);
        }
      cairo_stroke (cr);
    }
  cairo_set_dash (cr, NULL, 0, 0);
}

static double
path_length (const double *px, const double *py, guint n)
{
  double length = 0;

  for (guint i = 1; i < n; i++)
    length += hypot (px[i] - px[i - 1], py[i] - py[i - 1]);
  return length;
}

typedef void (*PathFunc) (cairo_t *cr, const double *px, const double *py, guint n, gpointer data);

/* Calls @func for every piece without a gap. */
static void
each_piece (const AssayChart *chart, const ChartSeries *s, const GArray *values, cairo_t *cr,
            PathFunc func, gpointer data)
{
  guint from, to, n = 0;
  g_autoptr (GArray) kept = NULL;
  g_autofree double *px = NULL, *py = NULL;

  chart_visible (chart, s, &from, &to);
  to = MIN (to, values->len);
  from = MIN (from, to);
  kept = chart_decimate (&chart->x.scale, chart->y.kind, (const double *) s->x->data + from,
                         (const double *) values->data + from, to - from);
  px = g_new (double, kept->len + 1);
  py = g_new (double, kept->len + 1);
  for (guint k = 0; k <= kept->len; k++)
    {
      guint i = k < kept->len ? g_array_index (kept, guint, k) : CHART_GAP;

      if (i != CHART_GAP)
        {
          i += from;
          px[n] = chart_scale_map (&chart->x.scale, chart_at (s->x, i) + chart_half (&chart->x));
          py[n++] = chart_scale_map (&chart->y.scale, chart_at (values, i));
          continue;
        }
      if (n > 0)
        func (cr, px, py, n, data);
      n = 0;
    }
}

typedef struct
{
  gint dash;
  double width, panel;
  gboolean screen;
} LineStyle;

static void
line_piece (cairo_t *cr, const double *px, const double *py, guint n, gpointer data)
{
  const LineStyle *style = data;

  if (n == 1)
    {
      cairo_arc (cr, px[0], py[0], style->width, 0, 2 * G_PI);
      cairo_fill (cr);
      return;
    }
  if (n > 2 * style->panel && path_length (px, py, n) > DENSE * style->panel)
    fill_envelope (cr, px, py, n, style->width, style->screen);
  else
    stroke (cr, px, py, n, style->dash, style->width);
}

static void
collect_piece (cairo_t *cr, const double *px, const double *py, guint n, gpointer data)
{
  GArray *out = data;

  for (guint i = 0; i < n; i++)
    {
      double point[2] = { px[i], py[i] };

      g_array_append_vals (out, point, 2);
    }
}

/* Fills one stretch in which both ends of the band are numbers. */
static void
fill_band (const AssayChart *chart, const ChartSeries *s, guint from, guint to, cairo_t *cr)
{
  ChartSeries part = { .x = g_array_new (FALSE, FALSE, sizeof (double)) };
  GArray *columns[] = { s->high, s->low };

  g_array_append_vals (part.x, (double *) s->x->data + from, to - from);
  cairo_new_path (cr);
  for (guint c = 0; c < 2; c++)
    {
      g_autoptr (GArray) values = g_array_new (FALSE, FALSE, sizeof (double));
      g_autoptr (GArray) points = g_array_new (FALSE, FALSE, sizeof (double));
      guint n;

      for (guint i = from; i < to; i++)
        {
          double v = chart_at (columns[c], i);

          /* A band that reaches below a logarithmic axis ends at its foot. */
          if (chart->y.kind == ASSAY_LOG10)
            v = MAX (v, chart->y.scale.lo);
          g_array_append_val (values, v);
        }
      each_piece (chart, &part, values, cr, collect_piece, points);
      n = points->len / 2;
      for (guint k = 0; k < n; k++)
        {
          guint i = c == 0 ? k : n - 1 - k;

          cairo_line_to (cr, g_array_index (points, double, 2 * i),
                         g_array_index (points, double, 2 * i + 1));
        }
    }
  cairo_close_path (cr);
  cairo_fill (cr);
  g_array_unref (part.x);
}

/* A band with many points in every pixel column, from its lowest to its highest there. */
static gboolean
fill_dense_band (const AssayChart *chart, const ChartSeries *s, guint from, guint to, cairo_t *cr)
{
  const double *x = (const double *) s->x->data, *low = (const double *) s->low->data,
               *high = (const double *) s->high->data;
  guint most = (guint) (chart->x.scale.to - chart->x.scale.from) + 4, n = 0;
  g_autofree double *at = g_new (double, most), *top = g_new (double, most),
                    *foot = g_new (double, most);
  double floor_of = chart->y.kind == ASSAY_LOG10 ? chart->y.scale.lo : -INFINITY;

  for (guint i = from; i < to && n < most; n++)
    {
      double pixel = floor (chart_scale_map (&chart->x.scale, x[i]));
      double edge = chart_scale_invert (&chart->x.scale, pixel + 1), lo = low[i], hi = high[i];

      for (i++; i < to && x[i] < edge; i++)
        {
          lo = MIN (lo, low[i]);
          hi = MAX (hi, high[i]);
        }
      at[n] = pixel;
      top[n] = chart_scale_map (&chart->y.scale, MAX (hi, floor_of));
      foot[n] = chart_scale_map (&chart->y.scale, MAX (lo, floor_of));
    }
  return chart_paint_columns (cr, at, top, foot, n, 0);
}

void
chart_draw_band (const AssayChart *chart, const ChartSeries *s, cairo_t *cr)
{
  gboolean dense;
  guint from, n;

  chart_visible (chart, s, &from, &n);
  n = MIN (n, MIN (s->low->len, s->high->len));
  for (guint i = from; i <= n; i++)
    {
      if (i < n && isfinite (chart_at (s->low, i)) && isfinite (chart_at (s->high, i)))
        continue;
      dense
          = chart->screen && s->rising && i - from > 4 * (chart->x.scale.to - chart->x.scale.from);
      if (i > from + 1 && !(dense && fill_dense_band (chart, s, from, i, cr)))
        fill_band (chart, s, from, i, cr);
      from = i + 1;
    }
}

/* A few markers along the line, shifted from series to series. */
static void
draw_markers (const AssayChart *chart, const ChartSeries *s, cairo_t *cr)
{
  guint n = s->x->len, every = n <= 12 ? 1 : (n + 5) / 6, from, to, start;

  chart_visible (chart, s, &from, &to);
  /* Of a part the same points bear markers wherever it is moved. */
  for (guint seen = to - from; to - from < n && every > 1 && every > (seen + 5) / 6;)
    every = (every + 1) / 2;
  start = every == 1 ? 0 : (guint) (MAX (s->color, 0) % CHART_N_MARKERS) * every / CHART_N_MARKERS;
  start += start < from ? (from - start + every - 1) / every * every : 0;
  for (guint i = start; i < to; i += every)
    {
      double x = chart_scale_map (&chart->x.scale, chart_at (s->x, i) + chart_half (&chart->x));
      double y = chart_scale_map (&chart->y.scale, chart_at (s->y, i));

      if (isfinite (x) && isfinite (y))
        chart_marker (cr, s->color, x, y, 3);
    }
}

/* Small strokes where a survival curve lost somebody from sight. */
static void
draw_losses (const AssayChart *chart, const ChartSeries *s, cairo_t *cr)
{
  cairo_set_line_width (cr, 1.2);
  for (guint i = 0; i < s->xlow->len; i++)
    {
      double x = chart_scale_map (&chart->x.scale, chart_at (s->xlow, i));
      double y = chart_scale_map (&chart->y.scale, chart_at (s->y, i));

      if (!isfinite (x) || !isfinite (y))
        continue;
      cairo_move_to (cr, x, y - 4);
      cairo_line_to (cr, x, y + 4);
      cairo_stroke (cr);
    }
}

static void
draw_line (const AssayChart *chart, const ChartPanel *panel, const ChartSeries *s, cairo_t *cr)
{
  /* The dash is colour's second code unless it has a channel of its own. */
  LineStyle style
      = { chart->dash.levels ? s->dash : s->color, WIDTH, panel->box.width, chart->screen };

  if (s->reference)
    style = (LineStyle){ 1, 1.3, panel->box.width, chart->screen };
  if (s->thin)
    style.width = .8;
  if (s->raw->len)
    {
      LineStyle faint = { 0, 1, panel->box.width, chart->screen };

      chart_set_series_colour (chart, s, cr, s->thin ? .15 : .3);
      each_piece (chart, s, s->raw, cr, line_piece, &faint);
    }
  chart_set_series_colour (chart, s, cr, s->thin ? .4 : 1);
  each_piece (chart, s, s->y, cr, line_piece, &style);
  if (!s->thin && !s->reference && chart->kind == ASSAY_LINE)
    draw_markers (chart, s, cr);
  if (chart->kind == ASSAY_SURVIVAL)
    draw_losses (chart, s, cr);
}

static guint
count_points (const AssayChart *chart, const ChartPanel *panel)
{
  guint n = 0;

  for (guint i = 0; i < panel->series->len; i++)
    {
      guint from, to;

      chart_visible (chart, panel->series->pdata[i], &from, &to);
      n += to - from;
    }
  return n;
}

void
chart_draw_lines (AssayChart *chart, ChartPanel *panel, cairo_t *cr)
{
  cairo_save (cr);
  if (count_points (chart, panel) > MANY)
    cairo_set_antialias (cr, CAIRO_ANTIALIAS_FAST);
  for (guint i = 0; i < panel->series->len; i++)
    {
      /* Of many bands each is fainter, or the lines would drown. */
      chart_set_series_colour (chart, panel->series->pdata[i], cr,
                               panel->series->len > 5 ? .1 : .18);
      chart_draw_band (chart, panel->series->pdata[i], cr);
    }
  for (int thin = 1; thin >= 0; thin--)
    for (guint i = 0; i < panel->series->len; i++)
      if (((ChartSeries *) panel->series->pdata[i])->thin == thin)
        draw_line (chart, panel, panel->series->pdata[i], cr);
  cairo_restore (cr);
}
