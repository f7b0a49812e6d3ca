/* SPDX-License-Identifier: Apache-2.0
 *
 * What is drawn around the series: reference lines, the paper's cells, an order.
 */
#include "host/chart/build.h"
#include "host/store/filter.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- lines ---- */

static void
add_rule (ChartBuilder *b, gboolean vertical, gint color, double at, double low, double high,
          char *label)
{
  ChartRule *rule = g_new0 (ChartRule, 1);

  *rule = (ChartRule){ vertical, color, at, low, high, label };
  g_ptr_array_add (b->chart->rules, rule);
}

/* A metric that is a position along x, such as the end of a phase, stands upright. */
static gboolean
is_position (const ChartBuilder *b, const AssayMetric *metric)
{
  const AssayFold *fold = metric->fold;
  gboolean found = FALSE;

  for (; fold && fold->op != ASSAY_FOLD_END; fold++)
    found = found
            || ((fold->op == ASSAY_OP_REACH || fold->op == ASSAY_OP_WHEN)
                && g_strcmp0 (fold->over, b->figure->x) == 0);
  return found || (metric->unit && g_strcmp0 (metric->unit, b->figure->x) == 0);
}

static char *
all_dims (const AssayFrame *frame)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < frame->dims->len; i++)
    g_string_append_printf (out, "%s%s", i ? " " : "",
                            ((AssayFrameDim *) frame->dims->pdata[i])->id);
  return g_string_free (out, FALSE);
}

static void
add_metric_rule (ChartBuilder *b, const char *id)
{
  const AssayMetric *metric = assay_study_metric (b->study, id);
  g_autoptr (AssayFrame) frame = NULL;
  g_autoptr (AssayBandFrame) band = NULL;
  g_autofree char *over = NULL;

  frame = b->fold (b->set, b->study, id, b->figure->where, b->figure->fold, NULL, NULL, NULL);
  if (!frame || !assay_frame_n (frame))
    return;
  over = all_dims (frame);
  if (!*over)
    {
      add_rule (b, is_position (b, metric), -1, g_array_index (frame->values, double, 0), NAN, NAN,
                chart_metric_title (b->study, id));
      return;
    }
  band = assay_band (frame, over, b->figure->center, ASSAY_BAND_NONE, NULL);
  if (band && assay_frame_n (band->frame))
    add_rule (b, is_position (b, metric), -1, g_array_index (band->frame->values, double, 0), NAN,
              NAN, chart_metric_title (b->study, id));
}

/* A level that stands on the category axis becomes a line through all of it. */
static void
move_category_to_rule (ChartBuilder *b)
{
  const ChartChannel *xs = &b->channels[CHANNEL_X];
  GPtrArray *categories = b->chart->x.categories;
  gint at = -1;
  g_autofree char *label = NULL;

  if (g_strcmp0 (xs->id, b->reference_dim) != 0 || !categories || b->chart->panels->len != 1)
    return;
  for (guint i = 0; i < xs->levels->len; i++)
    if (g_strcmp0 (xs->levels->pdata[i], b->reference_level) == 0)
      at = (gint) i;
  if (at < 0 || categories->len < 2)
    return;
  label = g_strdup (categories->pdata[at]);
  g_ptr_array_remove_index (categories, (guint) at);
  if (b->chart->x.levels && (guint) at < b->chart->x.levels->len)
    g_ptr_array_remove_index (b->chart->x.levels, (guint) at);
  for (guint k = 0; k < ((ChartPanel *) b->chart->panels->pdata[0])->series->len; k++)
    {
      ChartSeries *s = ((ChartPanel *) b->chart->panels->pdata[0])->series->pdata[k];
      GArray *columns[] = { s->x, s->y, s->z, s->low, s->high, s->xlow, s->xhigh, s->n };

      s->reference = FALSE;
      for (guint i = s->x->len; i-- > 0;)
        {
          double *x = &g_array_index (s->x, double, i);

          if (*x > at)
            *x -= 1;
          else if (*x == at)
            {
              add_rule (b, FALSE, s->color, chart_at (s->y, i), chart_at (s->low, i),
                        chart_at (s->high, i), g_steal_pointer (&label));
              for (guint c = 0; c < G_N_ELEMENTS (columns); c++)
                if (i < columns[c]->len)
                  g_array_remove_index (columns[c], i);
            }
        }
    }
}

void
chart_build_lines (ChartBuilder *b)
{
  g_auto (GStrv) words = assay_words (b->figure->lines);

  for (guint i = 0; words[i]; i++)
    {
      const char *word = words[i];
      char *end;

      if (strcmp (word, "y=x") == 0)
        b->chart->diagonal = TRUE;
      else if (g_str_has_prefix (word, "y=") || g_str_has_prefix (word, "x="))
        {
          double at = g_ascii_strtod (word + 2, &end);

          if (end != word + 2 && !*end)
            add_rule (b, word[0] == 'x', -1, at, NAN, NAN, NULL);
        }
      else if (chart_is_metric (b->study, word))
        add_metric_rule (b, word);
    }
  if (b->reference_dim)
    move_category_to_rule (b);
}

/* ---- the paper's cells ---- */

typedef struct
{
  const ChartBuilder *b;
  const char *levels[N_CHANNELS];
} Place;

/* A dimension that is no channel has its one level, if it has but one. */
static const char *
lookup (gpointer row, const char *key)
{
  const Place *place = row;
  const AssayFrameDim *dim;

  for (guint k = 0; k < N_CHANNELS; k++)
    if (g_strcmp0 (place->b->channels[k].id, key) == 0)
      return place->levels[k];
  dim = assay_frame_dim (place->b->frame, key);
  return dim && dim->levels->len == 1 ? dim->levels->pdata[0] : NULL;
}

static const char *
level (const ChartChannel *channel, guint i)
{
  return channel->id ? channel->levels->pdata[i] : NULL;
}

static guint
n_levels (const ChartChannel *channel)
{
  return channel->id ? MAX (channel->levels->len, 1) : 1;
}

static void
add_reference (ChartBuilder *b, const AssayReference *reference, double x, double y, gint color)
{
  ChartReference *paper = g_new0 (ChartReference, 1);

  *paper = (ChartReference){ x, y, reference->value, color, g_strdup (reference->source) };
  g_ptr_array_add (b->chart->references, paper);
  if (b->figure->mark == ASSAY_BAR)
    chart_axis_hold (&b->chart->y, reference->value);
}

/* Where several metrics are shown, each cell is of one. */
static gboolean
is_of_metric (Place *place, const AssayReference *reference)
{
  const char *metric = lookup (place, "metric");

  return !metric || strcmp (metric, reference->metric) == 0;
}

static void
place_reference (ChartBuilder *b, const AssayReference *reference, const AssayFilter *filter)
{
  const ChartChannel *x = &b->channels[CHANNEL_X], *y = &b->channels[CHANNEL_Y],
                     *color = &b->channels[CHANNEL_COLOR];

  for (guint i = 0; i < n_levels (x); i++)
    for (guint j = 0; j < n_levels (y); j++)
      for (guint k = 0; k < n_levels (color); k++)
        {
          Place place = { .b = b };

          place.levels[CHANNEL_X] = level (x, i);
          place.levels[CHANNEL_Y] = level (y, j);
          place.levels[CHANNEL_COLOR] = level (color, k);
          if (is_of_metric (&place, reference) && assay_filter_match (filter, lookup, &place))
            add_reference (b, reference, i, j, color->id ? (gint) k : 0);
        }
}

void
chart_build_references (ChartBuilder *b)
{
  g_auto (GStrv) metrics
      = assay_words (chart_is_grid (b->figure->mark) ? b->figure->color : b->figure->y);

  if (b->figure->mark != ASSAY_BAR && b->figure->mark != ASSAY_TABLE_OF_CELLS)
    return;
  if (b->chart->panels->len != 1)
    return;
  for (guint i = 0; i < b->study->n_references; i++)
    {
      const AssayReference *reference = &b->study->references[i];
      g_autoptr (AssayFilter) filter = NULL;

      if (!g_strv_contains ((const char *const *) metrics, reference->metric))
        continue;
      filter = assay_filter_parse (reference->where, NULL);
      if (filter)
        place_reference (b, reference, filter);
    }
}

/* ---- order ---- */

typedef struct
{
  guint from; /* the category before */
  const char *property;
  double mean;
  gboolean by_value;
} Rank;

static int
compare_rank (const void *a, const void *b)
{
  const Rank *p = a, *q = b;
  int order = 0;

  if (p->by_value && !(isnan (p->mean) && isnan (q->mean)))
    order = isnan (p->mean) || p->mean < q->mean   ? 1
            : isnan (q->mean) || p->mean > q->mean ? -1
                                                   : 0;
  else if (!p->by_value)
    order = assay_natural_compare (p->property, q->property);
  return order ? order : (p->from > q->from) - (p->from < q->from);
}

static double
mean_at (const AssayChart *chart, gboolean of_y, guint category)
{
  double sum = 0, n = 0;

  for (guint p = 0; p < chart->panels->len; p++)
    {
      const ChartPanel *panel = chart->panels->pdata[p];

      for (guint k = 0; k < panel->series->len; k++)
        {
          const ChartSeries *s = panel->series->pdata[k];

          for (guint i = 0; i < s->x->len; i++)
            {
              double value = chart_at (s->z->len ? s->z : s->y, i);

              if (chart_at (of_y ? s->y : s->x, i) == category && isfinite (value))
                {
                  sum += value;
                  n++;
                }
            }
        }
    }
  return n > 0 ? sum / n : NAN;
}

static void
renumber (AssayChart *chart, gboolean of_y, const guint *to)
{
  for (guint p = 0; p < chart->panels->len; p++)
    {
      ChartPanel *panel = chart->panels->pdata[p];

      for (guint k = 0; k < panel->series->len; k++)
        {
          ChartSeries *s = panel->series->pdata[k];
          GArray *column = of_y ? s->y : s->x;

          for (guint i = 0; i < column->len; i++)
            g_array_index (column, double, i) = to[(guint) g_array_index (column, double, i)];
        }
    }
  for (guint i = 0; i < chart->references->len; i++)
    {
      ChartReference *paper = chart->references->pdata[i];
      double *at = of_y ? &paper->y : &paper->x;

      *at = to[(guint) *at];
    }
}

static void
apply_order (AssayChart *chart, ChartAxis *axis, gboolean of_y, const Rank *ranks)
{
  guint n = axis->categories->len;
  g_autofree guint *to = g_new (guint, n);
  GPtrArray *categories = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < n; i++)
    {
      to[ranks[i].from] = i;
      g_ptr_array_add (categories, g_strdup (axis->categories->pdata[ranks[i].from]));
    }
  renumber (chart, of_y, to);
  if (axis->levels && axis->levels->len == n)
    {
      GPtrArray *levels = g_ptr_array_new_with_free_func (g_free);

      for (guint i = 0; i < n; i++)
        g_ptr_array_add (levels, g_strdup (axis->levels->pdata[ranks[i].from]));
      g_ptr_array_unref (axis->levels);
      axis->levels = levels;
    }
  g_ptr_array_unref (axis->categories);
  axis->categories = categories;
  if (ranks[0].by_value)
    return;
  axis->blocks = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < n; i++)
    g_ptr_array_add (axis->blocks, g_strdup (ranks[i].property));
}

static void
order_axis (ChartBuilder *b, ChartAxis *axis, const ChartChannel *channel, gboolean of_y)
{
  const char *order = b->figure->order;
  gboolean by_value = strcmp (order, "value") == 0;
  GHashTable *property = by_value ? NULL : g_hash_table_lookup (b->frame->properties, order);
  const AssayDim *declared = by_value ? NULL : assay_study_dim (b->study, order);
  const AssayDim *mine = channel->id ? assay_study_dim (b->study, channel->id) : NULL;
  guint n = axis->categories ? axis->categories->len : 0;
  g_autofree Rank *ranks = g_new0 (Rank, n + 1);

  if (n < 2 || !channel->id || channel->levels->len != n || (!by_value && !property))
    return;
  /* The property of these items, or of those that these are a second axis over. */
  if (declared && declared->of && strcmp (declared->of, channel->id) != 0
      && g_strcmp0 (mine ? mine->same_as : NULL, declared->of) != 0)
    return;
  for (guint i = 0; i < n; i++)
    {
      const char *value
          = by_value ? NULL : g_hash_table_lookup (property, channel->levels->pdata[i]);

      ranks[i]
          = (Rank){ i, value ? value : "", by_value ? mean_at (b->chart, of_y, i) : 0, by_value };
    }
  qsort (ranks, n, sizeof *ranks, compare_rank);
  apply_order (b->chart, axis, of_y, ranks);
}

/* Numbers grow upwards in a map, as they do on any axis. */
static void
turn_y (ChartBuilder *b)
{
  const ChartChannel *y = &b->channels[CHANNEL_Y];
  guint n = b->chart->y.categories ? b->chart->y.categories->len : 0;
  g_autofree Rank *ranks = g_new0 (Rank, n + 1);

  if (b->figure->mark != ASSAY_HEAT || y->kind != ASSAY_NUMBER || n < 2)
    return;
  for (guint i = 0; i < n; i++)
    ranks[i] = (Rank){ .from = n - 1 - i, .by_value = TRUE };
  apply_order (b->chart, &b->chart->y, TRUE, ranks);
}

void
chart_build_order (ChartBuilder *b)
{
  if (b->figure->order && *b->figure->order
      && (chart_is_grid (b->figure->mark) || b->figure->mark == ASSAY_BAR))
    {
      order_axis (b, &b->chart->x, &b->channels[CHANNEL_X], FALSE);
      if (chart_is_grid (b->figure->mark))
        order_axis (b, &b->chart->y, &b->channels[CHANNEL_Y], TRUE);
    }
  else
    turn_y (b);
}

/* The categories of @beside in the order of @chart, when they are the same. */
void
chart_match_categories (const AssayChart *chart, AssayChart *beside)
{
  const GPtrArray *wanted = chart->x.categories, *mine = beside->x.categories;
  guint n = wanted ? wanted->len : 0;
  g_autofree Rank *ranks = g_new0 (Rank, n + 1);

  if (n < 2 || !mine || mine->len != n)
    return;
  for (guint i = 0; i < n; i++)
    {
      guint k = 0;

      while (k < n && strcmp (mine->pdata[k], wanted->pdata[i]) != 0)
        k++;
      if (k == n)
        return;
      ranks[i] = (Rank){ .from = k, .by_value = TRUE };
    }
  apply_order (beside, &beside->x, FALSE, ranks);
}

/* ---- places ---- */

static int
compare_text (const void *a, const void *b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

char *
chart_place_key (const AssayFrame *frame, guint cell, const AssayFrame *other, const char *without)
{
  g_autoptr (GPtrArray) parts = g_ptr_array_new_with_free_func (g_free);

  for (guint d = 0; d < frame->dims->len; d++)
    {
      const AssayFrameDim *dim = frame->dims->pdata[d];
      const char *name = dim->levels->pdata[g_array_index (dim->codes, gint32, cell)];

      if (assay_frame_dim (other, dim->id) && g_strcmp0 (dim->id, without) != 0)
        g_ptr_array_add (parts, g_strdup_printf ("%s=%s", dim->id, name));
    }
  /* The two frames may have their dimensions in different order. */
  qsort (parts->pdata, parts->len, sizeof (gpointer), compare_text);
  g_ptr_array_add (parts, NULL);
  return g_strjoinv ("\n", (char **) parts->pdata);
}

/* The dimension along which a metric is reached; NULL: it is no such metric. */
static const char *
reached_along (const AssayMetric *metric)
{
  const char *along = NULL;

  for (const AssayFold *fold = metric ? metric->fold : NULL; fold && fold->op != ASSAY_FOLD_END;
       fold++)
    if (fold->op == ASSAY_OP_REACH)
      along = fold->over;
  return along;
}

void
chart_build_caps (ChartBuilder *b)
{
  const AssayMetric *metric = b->figure->x ? assay_study_metric (b->study, b->figure->x) : NULL;
  const char *along = reached_along (metric);
  const AssayFrameDim *dim;

  if (b->figure->mark != ASSAY_SURVIVAL || !along)
    return;
  b->cap_frame = b->fold (b->set, b->study, metric->of, metric->where, NULL, NULL, NULL, NULL);
  dim = b->cap_frame ? assay_frame_dim (b->cap_frame, along) : NULL;
  if (!dim)
    return;
  b->caps = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  for (guint i = 0; i < assay_frame_n (b->cap_frame); i++)
    {
      double at = g_array_index (dim->numbers, double, g_array_index (dim->codes, gint32, i));
      char *key = chart_place_key (b->cap_frame, i, b->frame, along);
      double *cap = g_hash_table_lookup (b->caps, key);

      if (cap)
        {
          *cap = MAX (*cap, at);
          g_free (key);
        }
      else
        g_hash_table_insert (b->caps, key, g_memdup2 (&at, sizeof at));
    }
}
