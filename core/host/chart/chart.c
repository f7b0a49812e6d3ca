/* SPDX-License-Identifier: Apache-2.0 */
#include "host/chart/plot.h"
#include <math.h>
#include <stdarg.h>

static void
series_free (gpointer data)
{
  ChartSeries *series = data;
  GArray *columns[] = { series->x,    series->y,     series->z, series->low, series->high,
                        series->xlow, series->xhigh, series->n, series->raw };

  for (guint i = 0; i < G_N_ELEMENTS (columns); i++)
    g_array_unref (columns[i]);
  g_free (series->filter);
  g_free (series->label);
  g_free (series);
}

static void
sample_free (gpointer data)
{
  ChartSample *sample = data;

  g_free (sample->note);
  g_free (sample->text);
  g_clear_pointer (&sample->spans, g_array_unref);
  g_free (sample);
}

static void
panel_free (gpointer data)
{
  ChartPanel *panel = data;

  g_free (panel->row);
  g_free (panel->col);
  g_ptr_array_unref (panel->series);
  g_ptr_array_unref (panel->texts);
  assay_graph_free (panel->graph);
  g_free (panel->node_column);
  g_free (panel);
}

static void
rule_free (gpointer data)
{
  g_free (((ChartRule *) data)->label);
  g_free (data);
}

static void
reference_free (gpointer data)
{
  g_free (((ChartReference *) data)->source);
  g_free (data);
}

static void
axis_init (ChartAxis *axis)
{
  axis->lo = axis->least = INFINITY;
  axis->hi = -INFINITY;
}

static void
axis_clear (ChartAxis *axis)
{
  g_free (axis->title);
  g_clear_pointer (&axis->categories, g_ptr_array_unref);
  g_clear_pointer (&axis->blocks, g_ptr_array_unref);
  g_clear_pointer (&axis->levels, g_ptr_array_unref);
  g_free (axis->dim);
}

static void
key_clear (ChartKey *key)
{
  g_free (key->title);
  g_clear_pointer (&key->levels, g_ptr_array_unref);
  g_clear_pointer (&key->n_low, g_array_unref);
  g_clear_pointer (&key->n_high, g_array_unref);
  g_clear_pointer (&key->hidden, g_hash_table_unref);
}

AssayChart *
chart_new (guint32 mark, const char *id, const char *title)
{
  AssayChart *chart = g_new0 (AssayChart, 1);

  chart->kind = MIN (mark, ASSAY_N_MARKS - 1);
  chart->mark = &chart_marks[chart->kind];
  chart->id = g_strdup (id ? id : "");
  chart->title = g_strdup (title ? title : "");
  chart->notes = g_ptr_array_new_with_free_func (g_free);
  chart->panels = g_ptr_array_new_with_free_func (panel_free);
  chart->rules = g_ptr_array_new_with_free_func (rule_free);
  chart->references = g_ptr_array_new_with_free_func (reference_free);
  chart->legend = g_array_new (FALSE, FALSE, sizeof (ChartLegendPlace));
  chart->n_rows = chart->n_cols = 1;
  axis_init (&chart->x);
  axis_init (&chart->y);
  axis_init (&chart->z);
  return chart;
}

void
assay_chart_free (AssayChart *chart)
{
  if (!chart)
    return;
  axis_clear (&chart->x);
  axis_clear (&chart->y);
  axis_clear (&chart->z);
  key_clear (&chart->color);
  key_clear (&chart->dash);
  g_ptr_array_unref (chart->notes);
  g_ptr_array_unref (chart->panels);
  g_ptr_array_unref (chart->rules);
  g_ptr_array_unref (chart->references);
  g_array_unref (chart->legend);
  g_clear_pointer (&chart->dims, g_ptr_array_unref);
  g_clear_pointer (&chart->slider, g_ptr_array_unref);
  assay_chart_free (chart->beside);
  g_free (chart->id);
  g_free (chart->title);
  g_free (chart->source);
  g_free (chart->why);
  g_free (chart->band);
  g_free (chart);
}

void
assay_chart_set_bare (AssayChart *chart, gboolean bare)
{
  chart->bare = bare;
}

const char *
assay_chart_title (AssayChart *chart)
{
  return *chart->title ? chart->title : chart->id;
}

const char *
assay_chart_why (AssayChart *chart)
{
  chart_prepare (chart);
  return chart->why;
}

gboolean
assay_chart_is_picture (AssayChart *chart)
{
  return chart->why || chart->kind == ASSAY_GRAPH;
}

ChartPanel *
chart_add_panel (AssayChart *chart, const char *row, const char *col)
{
  ChartPanel *panel = g_new0 (ChartPanel, 1);

  panel->row = g_strdup (row);
  panel->col = g_strdup (col);
  panel->series = g_ptr_array_new_with_free_func (series_free);
  panel->texts = g_ptr_array_new_with_free_func (sample_free);
  g_ptr_array_add (chart->panels, panel);
  return panel;
}

ChartSeries *
chart_add_series (ChartPanel *panel, const char *label, gint color, gint dash)
{
  ChartSeries *series = g_new0 (ChartSeries, 1);
  GArray **columns[] = { &series->x,    &series->y,    &series->z,     &series->low,
                         &series->high, &series->xlow, &series->xhigh, &series->raw };

  for (guint i = 0; i < G_N_ELEMENTS (columns); i++)
    *columns[i] = g_array_new (FALSE, FALSE, sizeof (double));
  series->n = g_array_new (FALSE, FALSE, sizeof (guint));
  series->label = g_strdup (label ? label : "");
  series->color = color;
  series->dash = dash;
  series->side = -1;
  g_ptr_array_add (panel->series, series);
  return series;
}

void
chart_clear_series (ChartSeries *series)
{
  GArray *columns[] = { series->x,    series->y,    series->z,     series->low,
                        series->high, series->xlow, series->xhigh, series->n };

  for (guint i = 0; i < G_N_ELEMENTS (columns); i++)
    g_array_set_size (columns[i], 0);
}

void
chart_series_add (ChartSeries *series, double x, double y, double low, double high, guint n)
{
  g_array_append_val (series->x, x);
  g_array_append_val (series->y, y);
  g_array_append_val (series->low, low);
  g_array_append_val (series->high, high);
  g_array_append_val (series->n, n);
}

void
chart_add_category (ChartAxis *axis, const char *name)
{
  if (!axis->categories)
    axis->categories = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (axis->categories, g_strdup (name));
}

gint
chart_key_add (ChartKey *key, const char *level)
{
  guint low = G_MAXUINT, high = 0;

  if (!key->levels)
    {
      key->levels = g_ptr_array_new_with_free_func (g_free);
      key->n_low = g_array_new (FALSE, FALSE, sizeof (guint));
      key->n_high = g_array_new (FALSE, FALSE, sizeof (guint));
    }
  g_ptr_array_add (key->levels, g_strdup (level));
  g_array_append_val (key->n_low, low);
  g_array_append_val (key->n_high, high);
  return (gint) key->levels->len - 1;
}

void
chart_note (AssayChart *chart, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  g_ptr_array_add (chart->notes, g_strdup_vprintf (format, arguments));
  va_end (arguments);
}

void
chart_axis_hold (ChartAxis *axis, double value)
{
  if (!chart_scale_takes (axis->kind, value))
    return;
  axis->lo = MIN (axis->lo, value);
  axis->hi = MAX (axis->hi, value);
  if (value != 0)
    axis->least = MIN (axis->least, fabs (value));
}

static void
hold_column (ChartAxis *axis, const GArray *column)
{
  for (guint i = 0; i < column->len; i++)
    chart_axis_hold (axis, g_array_index (column, double, i));
}

static void
key_count (ChartKey *key, gint level, const GArray *n)
{
  if (level < 0 || !key->levels || (guint) level >= key->levels->len)
    return;
  for (guint i = 0; i < n->len; i++)
    {
      guint count = g_array_index (n, guint, i);
      guint *low = &g_array_index (key->n_low, guint, level);
      guint *high = &g_array_index (key->n_high, guint, level);

      *low = MIN (*low, count);
      *high = MAX (*high, count);
    }
}

/* Values that a logarithmic axis cannot show are said, not swallowed. */
static guint
refused (const ChartAxis *axis, const GArray *column)
{
  guint n = 0;

  if (axis->kind == ASSAY_LOG10 && !axis->categories)
    for (guint i = 0; i < column->len; i++)
      n += g_array_index (column, double, i) <= 0;
  return n;
}

static gboolean
series_is_empty (const AssayChart *chart, const ChartSeries *series)
{
  gboolean distribution = chart->mark->flags & CHART_OF_X;
  const GArray *value = distribution ? series->x : series->z->len ? series->z : series->y;

  for (guint i = 0; i < value->len; i++)
    if (isfinite (g_array_index (value, double, i)))
      return FALSE;
  return TRUE;
}

static gboolean
panel_is_empty (const AssayChart *chart, const ChartPanel *panel)
{
  for (guint i = 0; i < panel->series->len; i++)
    if (!series_is_empty (chart, panel->series->pdata[i]))
      return FALSE;
  return !panel->texts->len && !panel->graph;
}

static void
axis_finish (ChartAxis *axis)
{
  if (axis->categories)
    axis->whole
        = (ChartScale){ .kind = ASSAY_LINEAR, .lo = 0, .hi = MAX (axis->categories->len, 1) };
  else
    {
      if (axis->from_zero && axis->kind != ASSAY_LOG10)
        chart_axis_hold (axis, 0);
      chart_scale_fit (&axis->whole, axis->kind, axis->lo, axis->hi, axis->least);
    }
  axis->scale = axis->whole;
}

static void
hold_panel (AssayChart *chart, ChartPanel *panel, guint *lost)
{
  for (guint i = 0; i < panel->series->len; i++)
    {
      ChartSeries *s = panel->series->pdata[i];

      hold_column (&chart->x, s->x);
      if (chart->kind != ASSAY_LINE) /* which draws no interval of x */
        {
          hold_column (&chart->x, s->xlow);
          hold_column (&chart->x, s->xhigh);
        }
      hold_column (&chart->y, s->y);
      hold_column (&chart->y, s->raw);
      hold_column (&chart->z, s->z);
      if (!s->z->len && chart->kind != ASSAY_LINE)
        {
          hold_column (&chart->y, s->low);
          hold_column (&chart->y, s->high);
        }
      *lost += refused (&chart->x, s->x) + refused (&chart->y, s->y);
      if (!s->reference && !s->thin)
        {
          key_count (&chart->color, s->color, s->n);
          key_count (&chart->dash, s->dash, s->n);
        }
    }
}

static int
compare_numbers (gconstpointer a, gconstpointer b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

/* On the axis' own scale, so that differences mean what is seen. */
static double
seen (const ChartAxis *axis, double value)
{
  return axis->kind == ASSAY_LOG10 ? log10 (value) : value;
}

#define SAMPLES 4000 /* band widths that are enough to know the usual one */

static double
usual_band (const AssayChart *chart)
{
  g_autoptr (GArray) widths = g_array_new (FALSE, FALSE, sizeof (double));

  for (guint p = 0; p < chart->panels->len; p++)
    {
      const ChartPanel *panel = chart->panels->pdata[p];

      for (guint k = 0; k < panel->series->len; k++)
        {
          const ChartSeries *s = panel->series->pdata[k];
          guint n = MIN (s->low->len, s->high->len), stride = n / SAMPLES + 1;

          for (guint i = 0; i < n; i += stride)
            {
              double width = seen (&chart->y, chart_at (s->high, i))
                             - seen (&chart->y, chart_at (s->low, i));

              if (isfinite (width))
                g_array_append_val (widths, width);
            }
        }
    }
  g_array_sort (widths, compare_numbers);
  return widths->len ? g_array_index (widths, double, widths->len / 2) : 0;
}

/* The axis shows every line whole and the usual band; a band from two or three seeds may be so
 * wide that the lines would be flat beside it, so then it is cut, and the caption says so. */
static void
hold_bands (AssayChart *chart)
{
  ChartAxis *y = &chart->y;
  double lo = seen (y, y->lo), hi = seen (y, y->hi),
         room = MAX (.4 * (hi - lo), usual_band (chart));
  gboolean cut = FALSE;

  if (chart->kind != ASSAY_LINE || !(lo < hi))
    room = INFINITY;
  for (guint p = 0; p < chart->panels->len; p++)
    {
      const ChartPanel *panel = chart->panels->pdata[p];

      for (guint k = 0; k < panel->series->len && chart->kind == ASSAY_LINE; k++)
        {
          const ChartSeries *s = panel->series->pdata[k];
          const GArray *ends[] = { s->low, s->high };

          for (guint i = 0; i < 2 * s->low->len; i++)
            {
              double end = chart_at (ends[i & 1], i / 2), at = seen (y, end);

              if (at >= lo - room && at <= hi + room)
                chart_axis_hold (y, end);
              else if (isfinite (at))
                cut = TRUE;
            }
        }
    }
  if (cut)
    chart_note (chart, "Bands are cut where they leave the panel");
}

static void
hold_rules (AssayChart *chart)
{
  for (guint i = 0; i < chart->rules->len; i++)
    {
      ChartRule *rule = chart->rules->pdata[i];
      ChartAxis *axis = rule->vertical ? &chart->x : &chart->y;

      chart_axis_hold (axis, rule->at);
      chart_axis_hold (axis, rule->low);
      chart_axis_hold (axis, rule->high);
    }
}

void
chart_prepare (AssayChart *chart)
{
  gboolean empty = TRUE;
  guint lost = 0;

  if (chart->prepared)
    return;
  chart->prepared = TRUE;
  for (guint i = 0; i < chart->panels->len; i++)
    empty = empty && panel_is_empty (chart, chart->panels->pdata[i]);
  if (empty && !chart->why)
    chart->why = g_strdup ("No run has given a number for this figure yet.");
  if (!chart->why && chart->mark->prepare)
    chart->mark->prepare (chart);
  for (guint i = 0; i < chart->panels->len; i++)
    hold_panel (chart, chart->panels->pdata[i], &lost);
  hold_rules (chart);
  hold_bands (chart);
  if (lost)
    chart_note (chart, "%u %s of 0 or below cannot stand on a logarithmic axis and %s left out.",
                lost, lost == 1 ? "value" : "values", lost == 1 ? "is" : "are");
  if (!chart->why && chart->mark->flags & CHART_AXES
      && ((!chart->x.categories && chart->x.lo > chart->x.hi)
          || (!chart->y.categories && chart->y.lo > chart->y.hi)))
    chart->why = g_strdup ("No value of this figure can stand on its axes: all are missing, "
                           "infinite, or not above 0 on a logarithmic axis.");
  axis_finish (&chart->x);
  axis_finish (&chart->y);
  axis_finish (&chart->z);
  chart_find_rising (chart);
  if (chart->beside)
    chart_prepare (chart->beside);
}
