/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/desktop/runs-metric.h"

#include <math.h>
#include <string.h>

static const struct
{
  const char *prefix, *title;
} kinds[] = {
  [ASSAY_SUMMARY_LAST] = { "", NULL },
  [ASSAY_SUMMARY_MIN] = { "min.", "smallest" },
  [ASSAY_SUMMARY_MAX] = { "max.", "largest" },
  [ASSAY_SUMMARY_MEAN] = { "mean.", "mean" },
};

/* Behind the labels, in which anything may stand; NULL: the end of a run is meant. */
static const char *
find_at (const char *key)
{
  const char *end = strchr (key, '{') != NULL ? strrchr (key, '}') : NULL;

  return strchr (end != NULL ? end : key, '@');
}

void
studio_metric_column_parse (const char *key, StudioMetricColumn *column)
{
  const char *at = find_at (key), *open, *end = at != NULL ? at : key + strlen (key);

  *column = (StudioMetricColumn){ .at = at != NULL };
  if (at != NULL)
    column->step = g_ascii_strtod (at + 1, NULL);
  for (guint i = 1; i < G_N_ELEMENTS (kinds); i++)
    if (g_str_has_prefix (key, kinds[i].prefix))
      column->kind = (AssaySummaryKind) i;
  key += strlen (kinds[column->kind].prefix);
  open = memchr (key, '{', (gsize) (end - key));
  if (open != NULL && end > open + 1 && end[-1] == '}')
    {
      column->labels = g_strndup (open + 1, (gsize) (end - open) - 2);
      end = open;
    }
  column->metric = g_strndup (key, (gsize) (end - key));
}

void
studio_metric_column_clear (StudioMetricColumn *column)
{
  g_clear_pointer (&column->metric, g_free);
  g_clear_pointer (&column->labels, g_free);
}

gboolean
studio_metric_column_is_own (const char *key)
{
  return strpbrk (key, "{@") != NULL;
}

gboolean
studio_metric_column_is_at (const char *key)
{
  return find_at (key) != NULL;
}

char *
studio_metric_column_title (const char *key)
{
  g_auto (StudioMetricColumn) column = { 0 };
  GString *title;

  studio_metric_column_parse (key, &column);
  title = g_string_new (column.metric);
  if (column.labels != NULL)
    g_string_append_printf (title, " %s", *column.labels != '\0' ? column.labels : "(no label)");
  if (column.at)
    g_string_append_printf (title, " at %.15g", column.step);
  if (column.kind != ASSAY_SUMMARY_LAST)
    g_string_append_printf (title, ", %s", kinds[column.kind].title);
  return g_string_free (title, FALSE);
}

static double
value_of (const StudioMetricColumn *column, const AssaySummary *summary)
{
  if (column->at)
    return summary->at;
  return column->kind == ASSAY_SUMMARY_MIN    ? summary->min
         : column->kind == ASSAY_SUMMARY_MAX  ? summary->max
         : column->kind == ASSAY_SUMMARY_MEAN ? summary->mean
                                              : summary->last;
}

double
studio_metric_column_value (const StudioMetricColumn *column, const GArray *summaries)
{
  double low = INFINITY, high = -INFINITY, sum = 0;
  guint n = 0;

  for (guint i = 0; summaries != NULL && i < summaries->len; i++)
    {
      const AssaySummary *summary = &g_array_index (summaries, AssaySummary, i);
      double value = value_of (column, summary);

      if (strcmp (summary->metric, column->metric) != 0 || isnan (value)
          || (column->labels != NULL && strcmp (summary->labels, column->labels) != 0))
        continue;
      n++;
      low = MIN (low, value);
      high = MAX (high, value);
      sum += value;
    }
  return n == 0                              ? NAN
         : column->kind == ASSAY_SUMMARY_MIN ? low
         : column->kind == ASSAY_SUMMARY_MAX ? high
                                             : sum / n;
}
