/* SPDX-License-Identifier: Apache-2.0
 *
 * Distributions of a number: histograms, cumulative shares, survival curves.
 * Each prepares its members into steps.
 */
#include "host/chart/marks.h"
#include <base/num/stats.h>
#include <math.h>
#include <stdlib.h>

static int
compare (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

/* The finite members of a series, sorted; @takes: those the x axis can show. */
static GArray *
sorted (const AssayChart *chart, const ChartSeries *s)
{
  GArray *values = g_array_new (FALSE, FALSE, sizeof (double));

  for (guint i = 0; i < s->x->len; i++)
    {
      double v = chart_at (s->x, i);

      if (chart_scale_takes (chart->x.kind, v))
        g_array_append_val (values, v);
    }
  qsort (values->data, values->len, sizeof (double), compare);
  return values;
}

/* Room for @bins steps between the extremes of all members; Freedman and Diaconis (1981) on
 * the axis' own scale decides how many. */
static guint
count_bins (const AssayChart *chart, const ChartScale *scale)
{
  guint most = 5;

  for (guint p = 0; p < chart->panels->len; p++)
    {
      const ChartPanel *panel = chart->panels->pdata[p];

      for (guint k = 0; k < panel->series->len; k++)
        {
          g_autoptr (GArray) v = sorted (chart, panel->series->pdata[k]);
          double q1, q3, width;

          if (v->len < 2)
            continue;
          q1 = chart_scale_map (scale, g_array_index (v, double, v->len / 4));
          q3 = chart_scale_map (scale, g_array_index (v, double, v->len * 3 / 4));
          width = 2 * fabs (q3 - q1) / cbrt (v->len);
          most = MAX (most, width > 0 ? (guint) MIN (ceil (1 / width), 60) : 10);
        }
    }
  return most;
}

static void
bin_series (ChartSeries *s, const ChartScale *scale, const GArray *values, guint bins)
{
  g_autofree guint *counts = g_new0 (guint, bins);

  for (guint i = 0; i < values->len; i++)
    {
      double part = chart_scale_map (scale, g_array_index (values, double, i));

      counts[MIN ((guint) (CLAMP (part, 0, 1) * bins), bins - 1)]++;
    }
  chart_clear_series (s);
  for (guint b = 0; b < bins; b++)
    {
      double from = chart_scale_invert (scale, (double) b / bins);
      double to = chart_scale_invert (scale, (b + 1.) / bins);

      chart_series_add (s, from, counts[b], NAN, NAN, values->len);
      g_array_append_val (s->xhigh, to);
    }
}

static void
cumulate_series (ChartSeries *s, const GArray *values)
{
  guint n = values->len;
  double last = 0;

  chart_clear_series (s);
  for (guint i = 0; i < n; i++)
    {
      double x = g_array_index (values, double, i);

      if (i + 1 < n && g_array_index (values, double, i + 1) == x)
        continue;
      chart_series_add (s, x, last, NAN, NAN, n);
      last = (i + 1.) / n;
      chart_series_add (s, x, last, NAN, NAN, n);
    }
}

void
chart_prepare_hist (AssayChart *chart)
{
  ChartScale scale;
  gboolean cumulative = chart->kind == ASSAY_HIST_CUMULATIVE;

  for (guint p = 0; p < chart->panels->len; p++)
    {
      ChartPanel *panel = chart->panels->pdata[p];

      for (guint k = 0; k < panel->series->len; k++)
        {
          ChartSeries *s = panel->series->pdata[k];

          for (guint i = 0; i < s->x->len; i++)
            chart_axis_hold (&chart->x, chart_at (s->x, i));
        }
    }
  if (chart->x.lo > chart->x.hi)
    return;
  chart_scale_fit (&scale, chart->x.kind, chart->x.lo, chart->x.hi, chart->x.least);
  /* Bins from extreme to extreme; the axis has air, they have none. */
  if (chart->x.lo < chart->x.hi)
    {
      scale.lo = chart->x.lo;
      scale.hi = chart->x.hi;
    }
  scale.from = 0;
  scale.to = 1;
  chart->bins = count_bins (chart, &scale);
  chart->y.from_zero = TRUE;
  g_free (chart->y.title);
  chart->y.title = g_strdup (cumulative ? "Share at most x" : "Count");
  for (guint p = 0; p < chart->panels->len; p++)
    {
      ChartPanel *panel = chart->panels->pdata[p];

      for (guint k = 0; k < panel->series->len; k++)
        {
          g_autoptr (GArray) values = sorted (chart, panel->series->pdata[k]);

          if (cumulative)
            cumulate_series (panel->series->pdata[k], values);
          else
            bin_series (panel->series->pdata[k], &scale, values, chart->bins);
        }
    }
}

/* Filled lightly, edged fully, so that several lie over each other. */
void
chart_draw_hist (AssayChart *chart, ChartPanel *panel, cairo_t *cr)
{
  gboolean several = panel->series->len > 1;
  double zero
      = chart_scale_map (&chart->y.scale, chart->y.kind == ASSAY_LOG10 ? chart->y.scale.lo : 0);

  for (guint k = 0; k < panel->series->len; k++)
    {
      const ChartSeries *s = panel->series->pdata[k];
      double x0 = 0, x1 = 0;

      cairo_new_path (cr);
      for (guint i = 0; i < s->x->len; i++)
        {
          double y = chart_scale_map (&chart->y.scale, chart_at (s->y, i));

          x0 = chart_scale_map (&chart->x.scale, chart_at (s->x, i));
          x1 = chart_scale_map (&chart->x.scale, chart_at (s->xhigh, i));
          if (!isfinite (y))
            y = zero;
          if (i == 0)
            cairo_move_to (cr, x0, zero);
          cairo_line_to (cr, x0, y);
          cairo_line_to (cr, x1, y);
          if (!several && i + 1 < s->x->len)
            cairo_line_to (cr, x1, zero);
        }
      if (!s->x->len)
        continue;
      cairo_line_to (cr, x1, zero);
      chart_set_series_colour (chart, s, cr, several ? .15 : .45);
      cairo_fill_preserve (cr);
      chart_set_series_colour (chart, s, cr, 1);
      cairo_set_line_width (cr, several ? 1.5 : .9);
      if (several)
        chart_set_dash (cr, chart->dash.levels ? s->dash : s->color, 1.5, 0);
      cairo_stroke (cr);
      cairo_set_dash (cr, NULL, 0, 0);
    }
}

/* @tick: where somebody was lost from sight; NaN: nobody. */
static void
add_step (ChartSeries *s, double x, double share, double low, double high, guint n, double tick)
{
  chart_series_add (s, x, share, low, high, n);
  g_array_append_val (s->xlow, tick);
}

/* Kaplan and Meier (1958); band: Greenwood's variance on log (-log S) (Kalbfleisch and
 * Prentice 1980), which stays within 0..1. */
static void
survive (AssayChart *chart, ChartSeries *s, guint *censored)
{
  guint n = s->x->len, at_risk = 0;
  g_autofree double *x = g_new (double, 2 * n + 2);
  double share = 1, variance = 0, low = NAN, high = NAN, start = 0;
  guint m = 0;

  /* Pairs (time, 1 when it was not reached by then), sorted by time, events first. */
  for (guint i = 0; i < n; i++)
    if (chart_scale_takes (chart->x.kind, chart_at (s->x, i)))
      {
        x[2 * m] = chart_at (s->x, i);
        x[2 * m + 1] = chart_at (s->xhigh, i) == INFINITY;
        m++;
      }
  qsort (x, m, 2 * sizeof (double), compare);
  chart_clear_series (s);
  if (!m)
    return;
  start = chart->x.kind == ASSAY_LOG10 ? x[0] / 1.5 : MIN (0, x[0]);
  add_step (s, start, 1, NAN, NAN, m, NAN);
  for (guint i = 0, next; i < m; i = next)
    {
      guint events = 0, lost = 0;

      at_risk = m - i;
      for (next = i; next < m && x[2 * next] == x[2 * i]; next++)
        {
          events += x[2 * next + 1] == 0;
          lost += x[2 * next + 1] != 0;
        }
      *censored += lost;
      add_step (s, x[2 * i], share, low, high, m, lost ? x[2 * i] : NAN);
      if (!events)
        continue;
      share *= 1 - (double) events / at_risk;
      if (at_risk > events)
        {
          double spread;

          variance += (double) events / ((double) at_risk * (at_risk - events));
          spread = 1.959964 * sqrt (variance) / fabs (log (share));
          low = pow (share, exp (spread));
          high = pow (share, exp (-spread));
        }
      else
        low = high = NAN;
      add_step (s, x[2 * i], share, low, high, m, NAN);
    }
}

void
chart_prepare_survival (AssayChart *chart)
{
  guint censored = 0, total = 0;

  g_free (chart->y.title);
  chart->y.title = g_strdup ("Share that has not reached it");
  chart->y.from_zero = TRUE;
  chart_axis_hold (&chart->y, 1);
  for (guint p = 0; p < chart->panels->len; p++)
    {
      ChartPanel *panel = chart->panels->pdata[p];

      for (guint k = 0; k < panel->series->len; k++)
        {
          total += ((ChartSeries *) panel->series->pdata[k])->x->len;
          survive (chart, panel->series->pdata[k], &censored);
        }
    }
  chart_note (chart, "Kaplan–Meier estimate; %u of %u had not reached it at the end (censored).",
              censored, total);
}
