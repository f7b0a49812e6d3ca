/* SPDX-License-Identifier: Apache-2.0
 *
 * What of a chart is looked at: a window onto its data, and which levels are hidden.
 */
#include "host/chart/change.h"
#include "host/chart/marks.h"
#include <math.h>
#include <string.h>

/* ---- hidden levels ---- */

gboolean
chart_key_hides (const ChartKey *key, gint level)
{
  return key->hidden && key->levels && level >= 0 && (guint) level < key->levels->len
         && g_hash_table_contains (key->hidden, key->levels->pdata[level]);
}

gboolean
chart_is_hidden (const AssayChart *chart, const ChartSeries *s)
{
  return chart_key_hides (&chart->color, s->color) || chart_key_hides (&chart->dash, s->dash);
}

static gboolean
hides_any (const AssayChart *chart)
{
  return (chart->color.hidden && g_hash_table_size (chart->color.hidden))
         || (chart->dash.hidden && g_hash_table_size (chart->dash.hidden));
}

static ChartKey *
key_of (AssayChart *chart, AssayChartEntry entry)
{
  ChartKey *key = entry.dash ? &chart->dash : &chart->color;

  return key->levels && entry.level < key->levels->len ? key : NULL;
}

static void
hide_name (ChartKey *key, const char *name, gboolean hide)
{
  if (!key->hidden)
    key->hidden = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  if (hide)
    g_hash_table_add (key->hidden, g_strdup (name));
  else
    g_hash_table_remove (key->hidden, name);
}

void
assay_chart_hide (AssayChart *chart, AssayChartEntry entry, gboolean hide)
{
  ChartKey *key = key_of (chart, entry);

  if (!key)
    return;
  hide_name (key, key->levels->pdata[entry.level], hide);
  if (chart->beside)
    {
      hide_name (entry.dash ? &chart->beside->dash : &chart->beside->color,
                 key->levels->pdata[entry.level], hide);
      chart_fit_view (chart->beside);
    }
  chart_fit_view (chart);
}

gboolean
assay_chart_hides (AssayChart *chart, AssayChartEntry entry)
{
  ChartKey *key = key_of (chart, entry);

  return key && chart_key_hides (key, (gint) entry.level);
}

guint
assay_chart_n_entries (AssayChart *chart)
{
  guint n = 0;

  if (!chart->why && chart->mark->flags & CHART_LEGEND)
    n = (chart->color.levels ? chart->color.levels->len : 0)
        + (chart->dash.levels ? chart->dash.levels->len : 0);
  return n;
}

const char *
assay_chart_entry (AssayChart *chart, guint i, AssayChartEntry *entry)
{
  guint colours = chart->color.levels ? chart->color.levels->len : 0;

  *entry = (AssayChartEntry){ i >= colours, i >= colours ? i - colours : i };
  return (entry->dash ? chart->dash.levels : chart->color.levels)->pdata[entry->level];
}

gboolean
assay_chart_entry_at (AssayChart *chart, double x, double y, AssayChartEntry *entry)
{
  for (guint i = 0; i < chart->legend->len; i++)
    {
      const ChartLegendPlace *place = &g_array_index (chart->legend, ChartLegendPlace, i);

      if (x < place->box.x || x >= place->box.x + place->box.width || y < place->box.y
          || y >= place->box.y + place->box.height)
        continue;
      *entry = (AssayChartEntry){ place->dash, place->level };
      return TRUE;
    }
  return FALSE;
}

/* ---- the window ---- */

void
chart_find_rising (AssayChart *chart)
{
  for (guint p = 0; p < chart->panels->len; p++)
    {
      ChartPanel *panel = chart->panels->pdata[p];

      for (guint k = 0; k < panel->series->len; k++)
        {
          ChartSeries *s = panel->series->pdata[k];
          const double *x = (const double *) s->x->data;

          s->rising = TRUE;
          for (guint i = 0; i < s->x->len && s->rising; i++)
            s->rising = isfinite (x[i]) && (i == 0 || x[i - 1] <= x[i]);
        }
    }
}

guint
chart_lower_bound (const ChartSeries *s, double value)
{
  const double *x = (const double *) s->x->data;
  guint low = 0, high = s->x->len;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (x[middle] < value)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

void
chart_visible (const AssayChart *chart, const ChartSeries *s, guint *from, guint *to)
{
  *from = 0;
  *to = s->x->len;
  if (!s->rising || !(chart->x.from < chart->x.to))
    return;
  *from = chart_lower_bound (s, chart->x.scale.lo);
  *from -= *from > 0;
  *to = chart_lower_bound (s, chart->x.scale.hi);
  *to = MIN (*to + 1, s->x->len);
}

/* Whether the x of a point, or the interval of a bin, is within the window. */
static gboolean
is_seen (const AssayChart *chart, const ChartSeries *s, guint i)
{
  double x = chart_at (s->x, i), end = chart->kind == ASSAY_HIST ? chart_at (s->xhigh, i) : x;

  return chart->x.categories || (end >= chart->x.scale.lo && x <= chart->x.scale.hi);
}

static void
hold_seen (const AssayChart *chart, const ChartSeries *s, ChartAxis *y, gboolean bands, double room)
{
  double lo = y->lo - room, hi = y->hi + room;
  guint from, to;

  chart_visible (chart, s, &from, &to);
  for (guint i = from; i < to; i++)
    {
      double ends[] = { chart_at (s->low, i), chart_at (s->high, i) };

      if (!is_seen (chart, s, i))
        continue;
      if (!bands)
        {
          chart_axis_hold (y, chart_at (s->y, i));
          chart_axis_hold (y, chart_at (s->raw, i));
        }
      for (guint k = 0; bands && k < 2; k++)
        if (ends[k] >= lo && ends[k] <= hi)
          chart_axis_hold (y, ends[k]);
    }
}

/* Lines whole, of the bands what does not flatten them. */
static void
fit_y (AssayChart *chart)
{
  ChartAxis y = { .kind = chart->y.kind, .lo = INFINITY, .hi = -INFINITY, .least = INFINITY };

  for (int bands = 0; bands <= 1; bands++)
    {
      double room = chart->kind != ASSAY_LINE ? INFINITY : .4 * (y.hi - y.lo);

      for (guint p = 0; p < chart->panels->len; p++)
        {
          const ChartPanel *panel = chart->panels->pdata[p];

          for (guint k = 0; k < panel->series->len; k++)
            if (!chart_is_hidden (chart, panel->series->pdata[k]))
              hold_seen (chart, panel->series->pdata[k], &y, bands, room);
        }
    }
  if (chart->y.from_zero && y.kind != ASSAY_LOG10)
    chart_axis_hold (&y, 0);
  if (y.lo <= y.hi)
    chart_scale_fit (&chart->y.scale, y.kind, y.lo, y.hi, y.least);
}

static gboolean
is_part (const ChartAxis *axis)
{
  return !axis->categories && axis->from < axis->to
         && (axis->kind != ASSAY_LOG10 || axis->from > 0);
}

static void
set_part (ChartAxis *axis)
{
  axis->scale = axis->whole;
  if (!is_part (axis))
    {
      axis->from = axis->to = 0;
      return;
    }
  axis->scale.lo = axis->from;
  axis->scale.hi = axis->to;
}

void
chart_fit_view (AssayChart *chart)
{
  chart_prepare (chart);
  set_part (&chart->x);
  set_part (&chart->y);
  if (!chart->why && !chart->y.categories && !is_part (&chart->y)
      && (is_part (&chart->x) || hides_any (chart)) && chart->mark->flags & CHART_AXES)
    fit_y (chart);
}

void
assay_chart_set_view (AssayChart *chart, const AssayChartView *view)
{
  AssayChartView all = { 0 };

  if (!view)
    view = &all;
  chart->x.from = view->x_from;
  chart->x.to = view->x_to;
  chart->y.from = view->y_from;
  chart->y.to = view->y_to;
  chart_fit_view (chart);
}

AssayChartView
assay_chart_get_view (const AssayChart *chart)
{
  return (AssayChartView){ chart->x.from, chart->x.to, chart->y.from, chart->y.to };
}

AssayChartAxes
assay_chart_axes (AssayChart *chart)
{
  AssayChartAxes axes = 0;

  chart_prepare (chart);
  if (chart->why || !(chart->mark->flags & CHART_AXES))
    return 0;
  if (!chart->x.categories)
    axes |= ASSAY_CHART_X;
  if (!chart->y.categories)
    axes |= ASSAY_CHART_Y;
  return axes;
}

gboolean
assay_chart_panel (AssayChart *chart, guint i, AssayChartBox *box)
{
  const ChartPanel *panel = !chart->why && i < chart->panels->len ? chart->panels->pdata[i] : NULL;

  if (!panel || !(panel->box.width > 0))
    return FALSE;
  *box = (AssayChartBox){ panel->box.x, panel->box.y, panel->box.width, panel->box.height };
  return TRUE;
}

gboolean
assay_chart_panel_at (AssayChart *chart, double x, double y, AssayChartBox *box)
{
  for (guint i = 0; assay_chart_panel (chart, i, box); i++)
    if (x >= box->x && x <= box->x + box->width && y >= box->y && y <= box->y + box->height)
      return TRUE;
  return FALSE;
}

#define DEEPEST 1e-9 /* part of the whole that still has distinct doubles */

/* Shows this part of the axis, if something of the data stays in sight. */
static void
show_part (ChartAxis *axis, double lo, double hi)
{
  ChartScale whole = axis->whole;
  double a, b;

  whole.from = 0;
  whole.to = 1;
  a = chart_scale_map (&whole, lo);
  b = chart_scale_map (&whole, hi);
  if (!isfinite (lo) || !isfinite (hi) || !(b - a > DEEPEST) || b < .02 || a > .98)
    return;
  if (a <= 0 && b >= 1)
    lo = hi = 0;
  axis->from = lo;
  axis->to = hi;
}

/* @from, @to: parts of the axis, 0 where it begins and 1 where it ends now. */
static void
zoom_axis (ChartAxis *axis, double from, double to)
{
  ChartScale now = axis->scale;

  now.from = 0;
  now.to = 1;
  show_part (axis, chart_scale_invert (&now, from), chart_scale_invert (&now, to));
}

void
assay_chart_zoom (AssayChart *chart, const AssayChartBox *panel, const AssayChartBox *seen,
                  AssayChartAxes axes)
{
  double left = (seen->x - panel->x) / panel->width;
  double top = (seen->y - panel->y) / panel->height;

  axes &= assay_chart_axes (chart);
  if (axes & ASSAY_CHART_X)
    zoom_axis (&chart->x, left, left + seen->width / panel->width);
  if (axes & ASSAY_CHART_Y)
    zoom_axis (&chart->y, 1 - top - seen->height / panel->height, 1 - top);
  chart_fit_view (chart);
}

/* ---- another chart's, and as words ---- */

static void
hide_as (ChartKey *key, const ChartKey *other)
{
  GHashTableIter names;
  gpointer name;

  g_clear_pointer (&key->hidden, g_hash_table_unref);
  if (!other->hidden)
    return;
  g_hash_table_iter_init (&names, other->hidden);
  while (g_hash_table_iter_next (&names, &name, NULL))
    hide_name (key, name, TRUE);
}

void
assay_chart_look_as (AssayChart *chart, AssayChart *other)
{
  AssayChartView view = assay_chart_get_view (other);

  hide_as (&chart->color, &other->color);
  hide_as (&chart->dash, &other->dash);
  /* A window in other units is none. */
  if (chart->x.kind != other->x.kind || g_strcmp0 (chart->x.title, other->x.title) != 0)
    view.x_from = view.x_to = 0;
  if (chart->y.kind != other->y.kind || g_strcmp0 (chart->y.title, other->y.title) != 0)
    view.y_from = view.y_to = 0;
  assay_chart_set_view (chart, &view);
  if (chart->beside && other->beside)
    assay_chart_look_as (chart->beside, other->beside);
}

static void
hide_list (ChartKey *key, const char *list)
{
  g_auto (GStrv) names = g_strsplit (list ? list : "", "|", -1);

  for (guint i = 0; names[i]; i++)
    hide_name (key, names[i], TRUE);
}

void
chart_look_at (AssayChart *chart, const ChartChange *change)
{
  AssayChartAxes axes = assay_chart_axes (chart);

  hide_list (&chart->color, change->hide_color);
  hide_list (&chart->dash, change->hide_dash);
  if (axes & ASSAY_CHART_X && change->view.x_from < change->view.x_to)
    show_part (&chart->x, change->view.x_from, change->view.x_to);
  if (axes & ASSAY_CHART_Y && change->view.y_from < change->view.y_to)
    show_part (&chart->y, change->view.y_from, change->view.y_to);
  chart_fit_view (chart);
  if (!chart->beside)
    return;
  hide_as (&chart->beside->color, &chart->color);
  hide_as (&chart->beside->dash, &chart->dash);
  chart_fit_view (chart->beside);
}

/* Takes @value. */
static void
tell (GHashTable *options, const char *name, char *value)
{
  if (value)
    g_hash_table_insert (options, g_strdup (name), value);
  else
    g_hash_table_remove (options, name);
}

/* Every double comes back as it was. */
static char *
range_text (const ChartAxis *axis)
{
  char from[G_ASCII_DTOSTR_BUF_SIZE], to[G_ASCII_DTOSTR_BUF_SIZE];

  if (!(axis->from < axis->to))
    return NULL;
  g_ascii_dtostr (from, sizeof from, axis->from);
  g_ascii_dtostr (to, sizeof to, axis->to);
  return g_strdup_printf ("%s:%s", from, to);
}

static char *
hidden_text (const ChartKey *key)
{
  g_autoptr (GList) names = key->hidden ? g_hash_table_get_keys (key->hidden) : NULL;
  GString *text = g_string_new (NULL);

  names = g_list_sort (names, (GCompareFunc) strcmp);
  for (GList *name = names; name; name = name->next)
    if (!strchr (name->data, '|'))
      g_string_append_printf (text, "%s%s", text->len ? "|" : "", (const char *) name->data);
  return g_string_free (text, text->len == 0);
}

void
assay_chart_tell_look (AssayChart *chart, GHashTable *options)
{
  tell (options, "x-range", range_text (&chart->x));
  tell (options, "y-range", range_text (&chart->y));
  tell (options, "hide-color", hidden_text (&chart->color));
  tell (options, "hide-dash", hidden_text (&chart->dash));
}
