/* SPDX-License-Identifier: Apache-2.0
 *
 * From averaged cells to series in panels.
 */
#include "host/chart/build.h"
#include "host/store/filter.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/** A cell of y, and of x where it is a metric. */
typedef struct
{
  const AssayBandFrame *y, *x;
  guint iy, ix;
  gboolean thin;
} Cell;

static char *
join (const GPtrArray *a, const GPtrArray *b, const AssayFrame *frame)
{
  GString *out = g_string_new (NULL);
  const GPtrArray *lists[] = { a, b };

  for (guint k = 0; k < 2; k++)
    for (guint i = 0; lists[k] && i < lists[k]->len; i++)
      if (assay_frame_dim (frame, lists[k]->pdata[i]))
        g_string_append_printf (out, "%s%s", out->len ? " " : "", (char *) lists[k]->pdata[i]);
  return g_string_free (out, FALSE);
}

/* The frame as it is: every cell its own centre. */
static AssayBandFrame *
no_band (const AssayFrame *frame)
{
  AssayBandFrame *band = g_new0 (AssayBandFrame, 1);
  guint n = assay_frame_n (frame), one = 1;
  double none = NAN;

  band->frame = assay_frame_new ();
  band->low = g_array_new (FALSE, FALSE, sizeof (double));
  band->high = g_array_new (FALSE, FALSE, sizeof (double));
  band->n = g_array_new (FALSE, FALSE, sizeof (guint));
  for (guint d = 0; d < frame->dims->len; d++)
    {
      const AssayFrameDim *dim = frame->dims->pdata[d];
      AssayFrameDim *copy = assay_frame_add_dim (band->frame, dim->id, dim->kind);

      copy->scale = dim->scale;
      for (guint i = 0; i < dim->levels->len; i++)
        assay_frame_level (copy, dim->levels->pdata[i]);
      g_array_set_size (copy->codes, 0);
      g_array_append_vals (copy->codes, dim->codes->data, dim->codes->len);
    }
  g_array_append_vals (band->frame->values, frame->values->data, n);
  for (guint i = 0; i < n; i++)
    {
      g_array_append_val (band->low, none);
      g_array_append_val (band->high, none);
      g_array_append_val (band->n, one);
    }
  return band;
}

static AssayBandFrame *
average (const ChartBuilder *b, const AssayFrame *frame, gboolean per_too, GError **error)
{
  g_autofree char *over = join (b->over, per_too ? b->per : NULL, frame);

  if (!*over)
    return no_band (frame);
  return assay_band (frame, over, b->figure->center, per_too ? ASSAY_BAND_NONE : b->figure->band,
                     error);
}

static const char *
level_at (const AssayBandFrame *band, const char *id, guint cell)
{
  const AssayFrameDim *dim = band ? assay_frame_dim (band->frame, id) : NULL;

  return dim && cell < dim->codes->len
             ? dim->levels->pdata[g_array_index (dim->codes, gint32, cell)]
             : NULL;
}

static const char *
cell_level (const Cell *cell, const char *id)
{
  const char *level = level_at (cell->y, id, cell->iy);

  return level ? level : level_at (cell->x, id, cell->ix);
}

static gint
channel_index (const ChartChannel *channel, const Cell *cell)
{
  const char *level = channel->id ? cell_level (cell, channel->id) : NULL;

  for (guint i = 0; level && i < channel->levels->len; i++)
    if (strcmp (channel->levels->pdata[i], level) == 0)
      return (gint) i;
  /* A dimension of one level is left out of averages. */
  return channel->id && channel->levels->len > 1 ? channel->alone : 0;
}

/* Codes of the averaged frame to indices of the channel, so that no text is compared per cell. */
static GArray *
map_codes (const ChartChannel *channel, const AssayBandFrame *band)
{
  const AssayFrameDim *dim = channel->id ? assay_frame_dim (band->frame, channel->id) : NULL;
  GArray *map = g_array_new (FALSE, FALSE, sizeof (gint));

  for (guint i = 0; dim && i < dim->levels->len; i++)
    {
      gint index = -1;

      for (guint k = 0; k < channel->levels->len && index < 0; k++)
        if (strcmp (channel->levels->pdata[k], dim->levels->pdata[i]) == 0)
          index = (gint) k;
      g_array_append_val (map, index);
    }
  return map;
}

/** State of filling the panels. */
typedef struct
{
  ChartBuilder *b;
  GHashTable *series; /* key -> ChartSeries, owned by its panel */
  GArray *maps[N_CHANNELS];
  const AssayBandFrame *mapped;
} Fill;

static gint
fill_index (Fill *fill, guint kind, const Cell *cell)
{
  const ChartChannel *channel = &fill->b->channels[kind];
  const AssayFrameDim *dim;

  if (!channel->id)
    return -1;
  dim = assay_frame_dim (cell->y->frame, channel->id);
  if (dim && cell->y == fill->mapped)
    return g_array_index (fill->maps[kind], gint, g_array_index (dim->codes, gint32, cell->iy));
  return channel_index (channel, cell);
}

static char *
per_key (const ChartBuilder *b, const Cell *cell)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < b->per->len; i++)
    {
      const char *level = cell_level (cell, b->per->pdata[i]);

      g_string_append_printf (out, "%s%s", i ? ", " : "", level ? level : "");
    }
  return g_string_free (out, FALSE);
}

static char *
series_label (const ChartBuilder *b, gint color, gint dash, const char *per, gboolean reference)
{
  GString *out = g_string_new (NULL);
  const gint levels[] = { color, dash };
  const GPtrArray *names[] = { b->chart->color.levels, b->chart->dash.levels };

  if (reference)
    {
      g_autofree char *title
          = chart_level_text (b->study, b->reference_dim, b->reference_level, ASSAY_LABEL, TRUE);

      g_string_append (out, title);
      return g_string_free (out, FALSE);
    }
  for (guint k = 0; k < 2; k++)
    if (names[k] && levels[k] >= 0 && (guint) levels[k] < names[k]->len
        && strcmp (names[k]->pdata[levels[k]], CHART_NO_LEVEL) != 0)
      g_string_append_printf (out, "%s%s", out->len ? ", " : "",
                              (char *) names[k]->pdata[levels[k]]);
  if (per && *per)
    g_string_append_printf (out, "%s%s", out->len ? ", " : "", per);
  return g_string_free (out, FALSE);
}

/* A level as a clause over runs; nothing where it is no parameter, or does not apply. */
static void
add_clause (const ChartBuilder *b, GString *out, const char *id, const char *level)
{
  g_autofree char *quoted = NULL;

  if (!id || !level || !*level || (strcmp (id, "seed") != 0 && !assay_study_param (b->study, id)))
    return;
  quoted = assay_filter_quote (level);
  g_string_append_printf (out, "%s%s=%s", out->len ? " " : "", id, quoted);
}

/* The runs behind a series: its levels that are parameters, and those of its panel. */
static char *
series_filter (const ChartBuilder *b, const Cell *cell, gboolean thin)
{
  GString *out = g_string_new (NULL);

  for (guint k = CHANNEL_COLOR; k < N_CHANNELS; k++)
    if (b->channels[k].id)
      add_clause (b, out, b->channels[k].id, cell_level (cell, b->channels[k].id));
  for (guint i = 0; thin && i < b->per->len; i++)
    add_clause (b, out, b->per->pdata[i], cell_level (cell, b->per->pdata[i]));
  return g_string_free (out, FALSE);
}

/* Points of one series are drawn in one go whatever `per` is; lines are one per value. */
static ChartSeries *
find_series (Fill *fill, const Cell *cell, guint panel, gint color, gint dash, gboolean reference)
{
  ChartBuilder *b = fill->b;
  gboolean lines = b->figure->mark == ASSAY_LINE;
  g_autofree char *per = cell->thin && lines ? per_key (b, cell) : NULL;
  g_autofree char *key = g_strdup_printf ("%u %d %d %d %d %s", panel, color, dash, reference,
                                          cell->thin && lines, per ? per : "");
  ChartSeries *series = g_hash_table_lookup (fill->series, key);

  if (!series)
    {
      g_autofree char *label = series_label (b, color, dash, per, reference);

      series = chart_add_series (b->chart->panels->pdata[panel], label, color, dash);
      series->thin = cell->thin && lines;
      series->reference = reference;
      series->filter = series_filter (b, cell, series->thin);
      g_hash_table_insert (fill->series, g_steal_pointer (&key), series);
    }
  return series;
}

static double
value_of (const AssayBandFrame *band, guint i)
{
  return g_array_index (band->frame->values, double, i);
}

/* Its value is the end of what was looked at: it may have come later, or never. */
static gboolean
is_censored (const ChartBuilder *b, const Cell *cell, double value)
{
  g_autofree char *key
      = b->caps ? chart_place_key (cell->y->frame, cell->iy, b->cap_frame, NULL) : NULL;
  const double *cap = key ? g_hash_table_lookup (b->caps, key) : NULL;

  return cap && value >= *cap;
}

static void
add_cell (Fill *fill, const Cell *cell)
{
  ChartBuilder *b = fill->b;
  const ChartChannel *rows = &b->channels[CHANNEL_ROW], *cols = &b->channels[CHANNEL_COL];
  const ChartChannel *xs = &b->channels[CHANNEL_X];
  gint at[N_CHANNELS];
  guint32 mark = b->figure->mark;
  double value = value_of (cell->y, cell->iy);
  double low = g_array_index (cell->y->low, double, cell->iy);
  double high = g_array_index (cell->y->high, double, cell->iy), x;
  guint n = g_array_index (cell->y->n, guint, cell->iy), panel;
  gboolean reference = FALSE;
  ChartSeries *s;

  for (guint k = 0; k < N_CHANNELS; k++)
    {
      at[k] = fill_index (fill, k, cell);
      if (b->channels[k].id && at[k] < 0)
        return; /* a level that is not drawn */
    }
  if (b->slider_level && g_strcmp0 (cell_level (cell, b->figure->slider), b->slider_level) != 0)
    return;
  if (b->reference_dim)
    reference = g_strcmp0 (cell_level (cell, b->reference_dim), b->reference_level) == 0;
  panel = (guint) (MAX (at[CHANNEL_ROW], 0) * (cols->id ? (gint) cols->levels->len : 1)
                   + MAX (at[CHANNEL_COL], 0));
  if (rows->id && !cols->id)
    panel = (guint) at[CHANNEL_ROW];
  s = find_series (fill, cell, panel, at[CHANNEL_COLOR], at[CHANNEL_DASH], reference);
  if (b->set->sides)
    s->side = at[chart_is_grid (mark) ? CHANNEL_COL : CHANNEL_COLOR];
  if (mark == ASSAY_HIST || mark == ASSAY_HIST_CUMULATIVE || mark == ASSAY_SURVIVAL)
    {
      double end = is_censored (b, cell, value) ? INFINITY : NAN;

      chart_series_add (s, value, NAN, NAN, NAN, n);
      if (mark == ASSAY_SURVIVAL)
        g_array_append_val (s->xhigh, end);
    }
  else if (chart_is_grid (mark))
    {
      chart_series_add (s, MAX (at[CHANNEL_X], 0), MAX (at[CHANNEL_Y], 0), low, high, n);
      g_array_append_val (s->z, value);
    }
  else if (cell->x)
    {
      chart_series_add (s, value_of (cell->x, cell->ix), value, low, high, n);
      g_array_append_val (s->xlow, g_array_index (cell->x->low, double, cell->ix));
      g_array_append_val (s->xhigh, g_array_index (cell->x->high, double, cell->ix));
    }
  else
    {
      x = b->chart->x.categories || !xs->id ? MAX (at[CHANNEL_X], 0)
                                            : g_array_index (xs->numbers, double, at[CHANNEL_X]);
      chart_series_add (s, x, value, low, high, n);
    }
}

static void
fill_all (Fill *fill, const AssayBandFrame *y, const AssayBandFrame *x, gboolean thin)
{
  g_autoptr (GHashTable) of_key = NULL;
  guint n = assay_frame_n (y->frame);

  for (guint k = 0; k < N_CHANNELS; k++)
    {
      g_clear_pointer (&fill->maps[k], g_array_unref);
      fill->maps[k] = map_codes (&fill->b->channels[k], y);
    }
  fill->mapped = y;
  if (!x)
    {
      for (guint i = 0; i < n; i++)
        add_cell (fill, &(Cell){ y, NULL, i, 0, thin });
      return;
    }
  of_key = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_array_unref);
  for (guint i = 0; i < assay_frame_n (x->frame); i++)
    {
      char *key = chart_place_key (x->frame, i, y->frame, NULL);
      GArray *cells = g_hash_table_lookup (of_key, key);

      if (!cells)
        g_hash_table_insert (of_key, g_strdup (key),
                             cells = g_array_new (FALSE, FALSE, sizeof (guint)));
      g_array_append_val (cells, i);
      g_free (key);
    }
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *key = chart_place_key (y->frame, i, x->frame, NULL);
      GArray *cells = g_hash_table_lookup (of_key, key);

      for (guint k = 0; cells && k < cells->len; k++)
        add_cell (fill, &(Cell){ y, x, i, g_array_index (cells, guint, k), thin });
    }
}

/* ---- axes, keys and panels ---- */

/* A table has no titles beside its heads, so a number there says of what it is. */
static void
set_categories (ChartBuilder *b, ChartAxis *axis, const ChartChannel *channel)
{
  gboolean alone = b->figure->mark == ASSAY_TABLE_OF_CELLS;

  for (guint i = 0; channel->id && i < channel->levels->len; i++)
    {
      g_autofree char *text = chart_level_text (b->study, channel->id, channel->levels->pdata[i],
                                                channel->kind, alone);

      chart_add_category (axis, text);
    }
  if (!axis->categories)
    chart_add_category (axis, "");
  axis->dim = g_strdup (channel->id);
  axis->run_key
      = channel->id
        && (strcmp (channel->id, "seed") == 0 || assay_study_param (b->study, channel->id));
  axis->levels = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; channel->id && i < channel->levels->len; i++)
    g_ptr_array_add (axis->levels, g_strdup (channel->levels->pdata[i]));
}

static void
set_key (ChartBuilder *b, ChartKey *key, const ChartChannel *channel)
{
  if (!channel->id || !channel->levels->len)
    return;
  key->title = chart_dim_title (b->study, channel->id);
  key->ordered = channel->kind == ASSAY_NUMBER;
  for (guint i = 0; i < channel->levels->len; i++)
    {
      g_autofree char *text = chart_level_text (b->study, channel->id, channel->levels->pdata[i],
                                                channel->kind, FALSE);

      chart_key_add (key, text);
    }
}

/* A numeric axis wants a number for every level. */
static gboolean
all_numbers (const ChartChannel *channel)
{
  for (guint i = 0; i < channel->levels->len; i++)
    if (!isfinite (g_array_index (channel->numbers, double, i)))
      return FALSE;
  return channel->kind == ASSAY_NUMBER;
}

static void
make_panels (ChartBuilder *b)
{
  const ChartChannel *rows = &b->channels[CHANNEL_ROW], *cols = &b->channels[CHANNEL_COL];
  guint n_rows = rows->id ? rows->levels->len : 1, n_cols = cols->id ? cols->levels->len : 1;

  for (guint r = 0; r < n_rows; r++)
    for (guint c = 0; c < n_cols; c++)
      {
        g_autofree char *row
            = rows->id
                  ? chart_level_text (b->study, rows->id, rows->levels->pdata[r], rows->kind, TRUE)
                  : NULL;
        g_autofree char *col
            = cols->id
                  ? chart_level_text (b->study, cols->id, cols->levels->pdata[c], cols->kind, TRUE)
                  : NULL;

        chart_add_panel (b->chart, row, col);
      }
  /* One long row of panels is broken. */
  if (!rows->id && n_cols > 4)
    {
      guint wide = n_cols <= 9 ? 3 : 4;

      n_rows = (n_cols + wide - 1) / wide;
      n_cols = wide;
    }
  b->chart->n_rows = n_rows;
  b->chart->n_cols = n_cols;
}

static void
set_axes (ChartBuilder *b)
{
  AssayChart *chart = b->chart;
  const ChartChannel *xs = &b->channels[CHANNEL_X];
  guint32 mark = b->figure->mark;
  gboolean of_x = chart->mark->flags & CHART_OF_X;

  chart->x.kind = b->figure->xscale;
  chart->y.kind = b->figure->yscale;
  if (mark == ASSAY_SURVIVAL || mark == ASSAY_HIST_CUMULATIVE || mark == ASSAY_HIST)
    chart->y.kind = mark == ASSAY_HIST ? b->figure->yscale : ASSAY_LINEAR;
  if (!b->xframe && !of_x
      && (chart_is_grid (mark) || mark == ASSAY_BAR || chart_shows_members (mark) || !xs->id
          || !all_numbers (xs)))
    set_categories (b, &chart->x, xs);
  if (chart_is_grid (mark))
    set_categories (b, &chart->y, &b->channels[CHANNEL_Y]);
  set_key (b, &chart->color, &b->channels[CHANNEL_COLOR]);
  set_key (b, &chart->dash, &b->channels[CHANNEL_DASH]);
}

typedef struct
{
  double x;
  guint at;
} Place;

static int
compare_place (const void *a, const void *b)
{
  const Place *p = a, *q = b;

  return p->x != q->x ? (p->x > q->x) - (p->x < q->x) : (p->at > q->at) - (p->at < q->at);
}

static void
permute (GArray *column, const Place *places, guint n)
{
  gsize size = g_array_get_element_size (column);
  g_autofree char *copy = g_memdup2 (column->data, size * column->len);

  for (guint i = 0; column->len == n && i < n; i++)
    memcpy (column->data + i * size, copy + places[i].at * size, size);
}

/* A line goes from left to right. */
static void
sort_series (ChartSeries *s)
{
  guint n = s->x->len;
  g_autofree Place *places = g_new (Place, n + 1);
  GArray *columns[] = { s->x, s->y, s->z, s->low, s->high, s->xlow, s->xhigh, s->n };

  for (guint i = 0; i < n; i++)
    places[i] = (Place){ chart_at (s->x, i), i };
  qsort (places, n, sizeof *places, compare_place);
  for (guint k = 0; k < G_N_ELEMENTS (columns); k++)
    permute (columns[k], places, n);
}

/* Of members, n is how many there are in a category. */
static void
count_members (ChartSeries *s)
{
  g_autoptr (GHashTable) counts = g_hash_table_new (NULL, NULL);

  for (guint i = 0; i < s->x->len; i++)
    {
      gpointer x = GINT_TO_POINTER ((gint) chart_at (s->x, i));

      g_hash_table_insert (
          counts, x, GUINT_TO_POINTER (GPOINTER_TO_UINT (g_hash_table_lookup (counts, x)) + 1));
    }
  for (guint i = 0; i < s->x->len; i++)
    g_array_index (s->n, guint, i) = GPOINTER_TO_UINT (
        g_hash_table_lookup (counts, GINT_TO_POINTER ((gint) chart_at (s->x, i))));
}

static void
finish_series (ChartBuilder *b)
{
  guint32 mark = b->figure->mark;

  for (guint p = 0; p < b->chart->panels->len; p++)
    {
      ChartPanel *panel = b->chart->panels->pdata[p];

      for (guint k = 0; k < panel->series->len; k++)
        {
          if (mark == ASSAY_LINE)
            sort_series (panel->series->pdata[k]);
          if (mark >= ASSAY_SPREAD_VIOLIN && mark <= ASSAY_SPREAD_STRIP)
            count_members (panel->series->pdata[k]);
        }
    }
}

gboolean
chart_build_cells (ChartBuilder *b, GError **error)
{
  g_autoptr (AssayBandFrame) y = NULL, x = NULL, ybold = NULL, xbold = NULL;
  Fill fill = { .b = b };
  gboolean thin = b->per->len > 0, bold = thin && b->figure->mark == ASSAY_LINE;

  set_axes (b);
  make_panels (b);
  if (!(y = average (b, b->frame, FALSE, error))
      || (b->xframe && !(x = average (b, b->xframe, FALSE, error)))
      || (bold && !(ybold = average (b, b->frame, TRUE, error)))
      || (bold && b->xframe && !(xbold = average (b, b->xframe, TRUE, error))))
    return FALSE;
  fill.series = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  fill_all (&fill, y, x, thin);
  if (bold)
    fill_all (&fill, ybold, xbold, FALSE);
  for (guint k = 0; k < N_CHANNELS; k++)
    g_array_unref (fill.maps[k]);
  g_hash_table_unref (fill.series);
  finish_series (b);
  return TRUE;
}
