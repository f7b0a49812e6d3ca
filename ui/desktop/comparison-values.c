/* SPDX-License-Identifier: Apache-2.0
 *
 * What stands beside each other: parameters, and how metrics end.
 */
#include "ui/desktop/comparison-private.h"

#include "host/registry/json.h"
#include "host/store/frame.h"
#include "ui/desktop/runs-answer.h"
#include <math.h>
#include <string.h>

#define MANY_VALUES 4 /* of a parameter on one side that are spelled out */

static void
parameter_free (gpointer data)
{
  StudioComparedParameter *parameter = data;

  g_free (parameter->id);
  g_strfreev (parameter->values);
  g_free (parameter);
}

static void
metric_free (gpointer data)
{
  StudioComparedMetric *metric = data;

  g_free (metric->metric);
  g_free (metric->labels);
  g_free (metric);
}

/* ---- parameters ---- */

static void
add_ids (GHashTable *ids, const char *parameters)
{
  g_autoptr (JsonNode) node = assay_json_parse (parameters, -1, "parameters", NULL);
  JsonObjectIter iter;
  const char *name;

  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return;
  json_object_iter_init (&iter, json_node_get_object (node));
  while (json_object_iter_next (&iter, &name, NULL))
    if (!g_hash_table_contains (ids, name))
      g_hash_table_add (ids, g_strdup (name));
}

static int
compare_texts (gconstpointer a, gconstpointer b)
{
  return assay_natural_compare (*(const char *const *) a, *(const char *const *) b);
}

GStrv
studio_comparison_parameter_ids (const AssayRunRows *rows)
{
  g_autoptr (GHashTable) ids = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, NULL);
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
  GPtrArray *list = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer id;

  for (guint i = 0; i < rows->rows->len; i++)
    {
      const AssayRunRow *row = &g_array_index (rows->rows, AssayRunRow, i);

      if (g_hash_table_add (seen, (gpointer) row->parameters)) /* equal texts are one pointer */
        add_ids (ids, row->parameters);
    }
  g_hash_table_iter_init (&iter, ids);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    g_ptr_array_add (list, id);
  g_ptr_array_sort (list, compare_texts);
  g_ptr_array_add (list, NULL);
  return (GStrv) g_ptr_array_free (list, FALSE);
}

/* The values of a key among members, sorted. */
static GPtrArray *
values_of (const StudioMembers *members, const char *key)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  GPtrArray *values = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < members->len; i++)
    {
      char *value = assay_run_row_value (members->pdata[i], key);

      if (value == NULL || g_hash_table_contains (seen, value))
        {
          g_free (value);
          continue;
        }
      g_hash_table_add (seen, value);
      g_ptr_array_add (values, value);
    }
  g_ptr_array_sort (values, compare_texts);
  return values;
}

static gboolean
equal_values (const GPtrArray *a, const GPtrArray *b)
{
  for (guint i = 0; a->len == b->len && i < a->len; i++)
    if (strcmp (a->pdata[i], b->pdata[i]) != 0)
      return FALSE;
  return a->len == b->len;
}

static char *
values_text (const GPtrArray *values)
{
  g_autoptr (GString) text = g_string_new (values->len == 0 ? "–" : NULL);

  if (values->len > MANY_VALUES)
    g_string_printf (text, "%s … %s (%u values)", (char *) values->pdata[0],
                     (char *) values->pdata[values->len - 1], values->len);
  else
    for (guint i = 0; i < values->len; i++)
      g_string_append_printf (text, "%s%s", i > 0 ? ", " : "", (char *) values->pdata[i]);
  return studio_line_text (text->str);
}

char *
studio_comparison_values (const StudioMembers *members, const char *key)
{
  g_autoptr (GPtrArray) values = values_of (members, key);

  return values_text (values);
}

static StudioComparedParameter *
parameter_of (const GPtrArray *split, const char *key)
{
  StudioComparedParameter *parameter = g_new0 (StudioComparedParameter, 1);
  g_autoptr (GPtrArray) first = NULL;

  parameter->id = g_strdup (key);
  parameter->values = g_new0 (char *, split->len + 1);
  for (guint i = 0; i < split->len; i++)
    {
      g_autoptr (GPtrArray) values = values_of (split->pdata[i], key);

      parameter->values[i] = values_text (values);
      if (first == NULL)
        first = g_steal_pointer (&values);
      else if (!equal_values (first, values))
        parameter->differs = TRUE;
    }
  return parameter;
}

GPtrArray *
studio_comparison_parameters (const GPtrArray *split, const char *const *ids)
{
  GPtrArray *parameters = g_ptr_array_new_with_free_func (parameter_free);

  for (; *ids != NULL; ids++)
    g_ptr_array_add (parameters, parameter_of (split, *ids));
  g_ptr_array_add (parameters, parameter_of (split, "seed"));
  return parameters;
}

/* ---- what they measured ---- */

static StudioComparedMetric *
find_metric (GPtrArray *metrics, GHashTable *known, const AssaySummary *summary)
{
  g_autofree char *key = g_strconcat (summary->metric, "\n", summary->labels, NULL);
  StudioComparedMetric *metric = g_hash_table_lookup (known, key);

  if (metric == NULL)
    {
      metric = g_new0 (StudioComparedMetric, 1);
      metric->metric = g_strdup (summary->metric);
      metric->labels = g_strdup (summary->labels);
      for (guint i = 0; i < STUDIO_MAX_SIDES; i++)
        metric->mean[i] = metric->low[i] = metric->high[i] = NAN;
      g_hash_table_insert (known, g_steal_pointer (&key), metric);
      g_ptr_array_add (metrics, metric);
    }
  return metric;
}

/* Only finished runs give values, as in groups. */
static void
compare_side (GPtrArray *metrics, GHashTable *known, const StudioMembers *members, guint side)
{
  g_autoptr (GHashTable) values
      = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) g_array_unref);
  GHashTableIter iter;
  gpointer key, list;

  for (guint i = 0; i < members->len; i++)
    {
      const AssayRunRow *row = members->pdata[i];

      for (guint k = 0; row->state == ASSAY_DONE && k < row->summaries->len; k++)
        {
          const AssaySummary *summary = &g_array_index (row->summaries, AssaySummary, k);
          StudioComparedMetric *metric = find_metric (metrics, known, summary);
          GArray *array = g_hash_table_lookup (values, metric);

          if (isnan (summary->last))
            continue;
          if (array == NULL)
            {
              array = g_array_new (FALSE, FALSE, sizeof (double));
              g_hash_table_insert (values, metric, array);
            }
          g_array_append_val (array, summary->last);
        }
    }
  g_hash_table_iter_init (&iter, values);
  while (g_hash_table_iter_next (&iter, &key, &list))
    {
      StudioComparedMetric *metric = key;
      const GArray *array = list;

      metric->n[side] = array->len;
      assay_group_mean ((const double *) array->data, array->len, &metric->mean[side],
                        &metric->low[side], &metric->high[side]);
    }
}

static int
compare_metrics (gconstpointer a, gconstpointer b)
{
  const StudioComparedMetric *x = *(const StudioComparedMetric *const *) a;
  const StudioComparedMetric *y = *(const StudioComparedMetric *const *) b;
  int order = strcmp (x->metric, y->metric);

  return order != 0 ? order : strcmp (x->labels, y->labels);
}

GPtrArray *
studio_comparison_metrics (const GPtrArray *split)
{
  g_autoptr (GHashTable) known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GPtrArray *metrics = g_ptr_array_new_with_free_func (metric_free);

  for (guint i = 0; i < split->len; i++)
    compare_side (metrics, known, split->pdata[i], i);
  g_ptr_array_sort (metrics, compare_metrics);
  return metrics;
}
