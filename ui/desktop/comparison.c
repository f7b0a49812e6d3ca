/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/desktop/comparison.h"

#include "host/registry/json.h"
#include "host/store/frame.h"
#include "ui/desktop/runs-answer.h"
#include "ui/desktop/task.h"
#include "ui/desktop/words.h"
#include <math.h>
#include <string.h>

#define MANY_VALUES 4 /* of a parameter on one side that are spelled out */

static void
side_free (gpointer data)
{
  StudioSide *side = data;

  g_free (side->title);
  g_strfreev (side->runs);
  g_free (side);
}

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

void
studio_comparison_free (StudioComparison *comparison)
{
  if (comparison == NULL)
    return;
  g_free (comparison->study);
  g_clear_pointer (&comparison->sides, g_ptr_array_unref);
  g_clear_pointer (&comparison->parameters, g_ptr_array_unref);
  g_clear_pointer (&comparison->metrics, g_ptr_array_unref);
  g_free (comparison->left_out);
  g_free (comparison);
}

GStrv
studio_comparison_runs (const StudioComparison *comparison)
{
  g_autoptr (GStrvBuilder) runs = g_strv_builder_new ();

  for (guint i = 0; i < comparison->sides->len; i++)
    g_strv_builder_addv (runs, (const char **) ((StudioSide *) comparison->sides->pdata[i])->runs);
  return g_strv_builder_end (runs);
}

/* ---- who stands where ---- */

/* Rows of one side; they lie in the answer. */
typedef GPtrArray Members;

typedef struct
{
  char *study;
  GStrv runs, plans; /* either */
} Request;

static void
request_free (gpointer data)
{
  Request *request = data;

  g_free (request->study);
  g_strfreev (request->runs);
  g_strfreev (request->plans);
  g_free (request);
}

static int
compare_members (gconstpointer a, gconstpointer b)
{
  const Members *x = *(const Members *const *) a, *y = *(const Members *const *) b;

  return assay_natural_compare (((const AssayRunRow *) x->pdata[0])->parameters,
                                ((const AssayRunRow *) y->pdata[0])->parameters);
}

static Members *
members_of (GPtrArray *sides, GHashTable *known, gpointer key)
{
  Members *members = g_hash_table_lookup (known, key);

  if (members == NULL)
    {
      members = g_ptr_array_new ();
      g_hash_table_insert (known, key, members);
      g_ptr_array_add (sides, members);
    }
  return members;
}

/* Equal texts of one answer are one pointer. */
static GPtrArray *
split (const AssayRunRows *rows, const Request *request)
{
  GPtrArray *sides = g_ptr_array_new_with_free_func ((GDestroyNotify) g_ptr_array_unref);
  g_autoptr (GHashTable) known = g_hash_table_new (NULL, NULL);

  for (guint i = 0; i < rows->rows->len; i++)
    {
      AssayRunRow *row = &g_array_index (rows->rows, AssayRunRow, i);

      g_ptr_array_add (
          members_of (sides, known,
                      (gpointer) (request->plans != NULL ? row->plan : row->parameters)),
          row);
    }
  if (request->plans == NULL && sides->len > 1)
    g_ptr_array_sort (sides, compare_members);
  if (sides->len != 1 || request->plans != NULL)
    return sides;
  /* One setting: run by run. */
  g_ptr_array_set_size (sides, 0);
  for (guint i = 0; i < rows->rows->len; i++)
    {
      Members *members = g_ptr_array_new ();

      g_ptr_array_add (members, &g_array_index (rows->rows, AssayRunRow, i));
      g_ptr_array_add (sides, members);
    }
  return sides;
}

static StudioSide *
side_of (const Members *members)
{
  StudioSide *side = g_new0 (StudioSide, 1);
  g_autoptr (GStrvBuilder) runs = g_strv_builder_new ();

  for (guint i = 0; i < members->len; i++)
    {
      const AssayRunRow *row = members->pdata[i];

      g_strv_builder_add (runs, row->id);
      side->n_done += row->state == ASSAY_DONE;
      side->n_failed += row->state == ASSAY_FAILED;
      side->n_live += row->state == ASSAY_RUNNING || row->state == ASSAY_QUEUED;
    }
  side->runs = g_strv_builder_end (runs);
  return side;
}

/* ---- parameters ---- */

static void
add_ids (GHashTable *ids, const Members *members)
{
  const char *last = NULL;

  for (guint i = 0; i < members->len; i++)
    {
      const AssayRunRow *row = members->pdata[i];
      g_autoptr (JsonNode) node = NULL;
      JsonObjectIter iter;
      const char *name;

      if (row->parameters == last)
        continue;
      last = row->parameters;
      node = assay_json_parse (row->parameters, -1, "parameters", NULL);
      if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
        continue;
      json_object_iter_init (&iter, json_node_get_object (node));
      while (json_object_iter_next (&iter, &name, NULL))
        g_hash_table_add (ids, g_strdup (name));
    }
}

static int
compare_texts (gconstpointer a, gconstpointer b)
{
  return assay_natural_compare (*(const char *const *) a, *(const char *const *) b);
}

/* The values of a key among members: "3", "1, 2, 5", "7 values", "–". */
static char *
values_text (const Members *members, const char *key)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GPtrArray) values = g_ptr_array_new ();
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < members->len; i++)
    {
      char *value = assay_run_row_value (members->pdata[i], key);

      if (value != NULL && !g_hash_table_contains (seen, value))
        {
          g_ptr_array_add (values, value);
          g_hash_table_add (seen, value);
        }
      else
        g_free (value);
    }
  g_ptr_array_sort (values, compare_texts);
  if (values->len > MANY_VALUES)
    g_string_printf (text, "%u values", values->len);
  else
    for (guint i = 0; i < values->len; i++)
      g_string_append_printf (text, "%s%s", i > 0 ? ", " : "", (char *) values->pdata[i]);
  if (values->len == 0)
    g_string_append (text, "–");
  return g_string_free (text, FALSE);
}

static StudioComparedParameter *
parameter_of (GPtrArray *sides, const char *key)
{
  StudioComparedParameter *parameter = g_new0 (StudioComparedParameter, 1);
  g_autoptr (GStrvBuilder) values = g_strv_builder_new ();

  for (guint i = 0; i < sides->len; i++)
    {
      g_autofree char *text = values_text (sides->pdata[i], key);
      g_autofree char *line = studio_line_text (text);

      g_strv_builder_add (values, line);
    }
  parameter->id = g_strdup (key);
  parameter->values = g_strv_builder_end (values);
  for (guint i = 1; i < sides->len; i++)
    if (strcmp (parameter->values[i], parameter->values[0]) != 0)
      parameter->differs = TRUE;
  return parameter;
}

static void
compare_parameters (StudioComparison *comparison, GPtrArray *sides)
{
  g_autoptr (GHashTable) ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GList) sorted = NULL;

  for (guint i = 0; i < sides->len; i++)
    add_ids (ids, sides->pdata[i]);
  sorted = g_list_sort (g_hash_table_get_keys (ids), (GCompareFunc) strcmp);
  for (GList *id = sorted; id != NULL; id = id->next)
    g_ptr_array_add (comparison->parameters, parameter_of (sides, id->data));
  g_ptr_array_add (comparison->parameters, parameter_of (sides, "seed"));
}

/* What tells the sides apart: the parameters that differ, else the seed, else the run. */
static char *
title_of (const StudioComparison *comparison, const Members *members, guint side)
{
  const AssayRunRow *row = members->pdata[0];
  GString *title = g_string_new (NULL);

  for (guint i = 0; i < comparison->parameters->len; i++)
    {
      const StudioComparedParameter *parameter = comparison->parameters->pdata[i];

      if (!parameter->differs || (strcmp (parameter->id, "seed") == 0 && title->len > 0))
        continue;
      g_string_append_printf (title, "%s%s=%s", title->len > 0 ? " " : "", parameter->id,
                              parameter->values[side]);
    }
  if (title->len == 0)
    g_string_append (title, row->id);
  return g_string_free (title, FALSE);
}

static char *
title_of_plan (const Members *members)
{
  const AssayRunRow *row = members->pdata[0];
  double started = 0;
  g_autofree char *when = NULL;

  for (guint i = 0; i < members->len; i++)
    started = MAX (started, ((const AssayRunRow *) members->pdata[i])->started);
  when = studio_time_text (started);
  return g_strdup_printf ("%s, %s", row->preset != NULL ? row->preset : "own settings",
                          *when != '\0' ? when : row->plan);
}

/* ---- what they measured ---- */

static StudioComparedMetric *
find_metric (StudioComparison *comparison, GHashTable *known, const AssaySummary *summary)
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
      g_ptr_array_add (comparison->metrics, metric);
    }
  return metric;
}

/* Only finished runs give values, as in groups. */
static void
compare_side (StudioComparison *comparison, GHashTable *known, const Members *members, guint side)
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
          StudioComparedMetric *metric = find_metric (comparison, known, summary);
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

/* ---- all of it ---- */

static StudioComparison *
compare (const Request *request, const AssayRunRows *rows)
{
  StudioComparison *comparison = g_new0 (StudioComparison, 1);
  g_autoptr (GPtrArray) sides = split (rows, request);
  g_autoptr (GHashTable) known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  comparison->study = g_strdup (request->study);
  comparison->sides = g_ptr_array_new_with_free_func (side_free);
  comparison->parameters = g_ptr_array_new_with_free_func (parameter_free);
  comparison->metrics = g_ptr_array_new_with_free_func (metric_free);
  if (sides->len > STUDIO_MAX_SIDES)
    {
      comparison->left_out
          = g_strdup_printf ("%u of %u sides are shown; choose fewer runs to see the others",
                             STUDIO_MAX_SIDES, sides->len);
      g_ptr_array_set_size (sides, STUDIO_MAX_SIDES);
    }
  compare_parameters (comparison, sides);
  for (guint i = 0; i < sides->len; i++)
    {
      StudioSide *side = side_of (sides->pdata[i]);

      side->title = request->plans != NULL ? title_of_plan (sides->pdata[i])
                                           : title_of (comparison, sides->pdata[i], i);
      g_ptr_array_add (comparison->sides, side);
      compare_side (comparison, known, sides->pdata[i], i);
    }
  g_ptr_array_sort (comparison->metrics, compare_metrics);
  return comparison;
}

static char *
filter_of (const Request *request)
{
  GStrv list = request->plans != NULL ? request->plans : request->runs;
  g_autofree char *study = assay_filter_quote (request->study);
  GString *text = g_string_new ("study=");

  g_string_append_printf (text, "%s %s=", study, request->plans != NULL ? "plan" : "id");
  for (guint i = 0; list[i] != NULL && i < STUDIO_MAX_COMPARED; i++)
    {
      g_autofree char *quoted = assay_filter_quote (list[i]);

      g_string_append_printf (text, "%s%s", i > 0 ? "," : "", quoted);
    }
  return g_string_free (text, FALSE);
}

static void
ask_rows (GTask *task, AssayIndex *index)
{
  g_autofree char *text = filter_of (g_task_get_task_data (task));
  GError *error = NULL;
  g_autoptr (AssayFilter) filter = assay_filter_parse (text, &error);
  AssayRunRows *rows
      = filter != NULL ? assay_index_query (
            index, &(AssayIndexQuery){ .filter = filter, .order = "seed", .summaries = TRUE },
            &error)
                       : NULL;

  if (rows != NULL)
    g_task_return_pointer (task, rows, (GDestroyNotify) assay_run_rows_free);
  else
    g_task_return_error (task, error);
}

static void
compare_rows (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Request *request = data;
  const AssayRunRows *rows = g_object_get_data (G_OBJECT (task), "rows");

  g_task_return_pointer (task, compare (request, rows), (GDestroyNotify) studio_comparison_free);
}

/* The index has answered: the rest is no work for its thread.  @data: the task that was promised.
 */
static void
on_rows (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  GError *error = NULL;
  AssayRunRows *rows = g_task_propagate_pointer (G_TASK (result), &error);

  if (rows == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  g_object_set_data_full (G_OBJECT (task), "rows", rows, (GDestroyNotify) assay_run_rows_free);
  studio_task_run (task, compare_rows);
}

static Request *
request_new (const char *study, const char *const *runs, const char *const *plans)
{
  Request *request = g_new0 (Request, 1);

  request->study = g_strdup (study);
  request->runs = g_strdupv ((GStrv) runs);
  request->plans = g_strdupv ((GStrv) plans);
  return request;
}

void
studio_comparison_load (StudioSession *session, const char *study, const char *const *runs,
                        const char *const *plans, GCancellable *cancellable,
                        GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = g_task_new (session, cancellable, callback, data);
  GTask *rows = g_task_new (session, cancellable, on_rows, task);

  g_task_set_task_data (task, request_new (study, runs, plans), request_free);
  g_task_set_task_data (rows, request_new (study, runs, plans), request_free);
  studio_session_run (session, rows, ask_rows);
}

StudioComparison *
studio_comparison_load_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
