/* SPDX-License-Identifier: Apache-2.0 */
#include "host.h"

#include "base/num/random.h"
#include "scene.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

static Host *
host_of (AssayRun *run)
{
  return (Host *) run;
}

static void
free_series (gpointer data)
{
  Series *series = data;

  g_free (series->name);
  g_array_unref (series->steps);
  g_array_unref (series->values);
  g_free (series);
}

static const AssayMetric *
declared (const char *id)
{
  const AssayTable *table = &graph_backup_entry ()->study->metrics;

  for (uint32_t i = 0; i < table->n; i++)
    {
      const AssayMetric *metric
          = (const AssayMetric *) ((const char *) table->rows + (size_t) i * table->stride);

      if (g_str_equal (metric->id, id))
        return metric;
    }
  return NULL;
}

static uint32_t
on_series (AssayRun *run, const char *metric, const char *labels)
{
  Host *host = host_of (run);
  g_autofree char *name = g_strdup_printf ("%s %s", metric, labels ? labels : "");
  const AssayMetric *is = declared (metric);
  g_auto (GStrv) words = g_strsplit (labels ? labels : "", " ", -1);
  Series *series;

  /* Every series is declared, with exactly the labels that its metric has beside the step. */
  g_assert_nonnull (is);
  g_assert_null (is->of);
  for (guint i = 0; words[i] && *words[i]; i++)
    {
      *strchr (words[i], '=') = '\0';
      g_assert_nonnull (strstr (is->dims, words[i]));
    }
  for (guint i = 0; i < host->series->len; i++)
    if (g_str_equal (((Series *) host->series->pdata[i])->name, name))
      return i;
  series = g_new0 (Series, 1);
  series->name = g_steal_pointer (&name);
  series->steps = g_array_new (FALSE, FALSE, sizeof (double));
  series->values = g_array_new (FALSE, FALSE, sizeof (double));
  g_ptr_array_add (host->series, series);
  return host->series->len - 1;
}

static void
on_observe (AssayRun *run, uint32_t number, double step, double value)
{
  Series *series = host_of (run)->series->pdata[number];

  g_assert_true (isfinite (step));
  if (series->steps->len)
    g_assert_cmpfloat (step, >=, g_array_index (series->steps, double, series->steps->len - 1));
  g_array_append_val (series->steps, step);
  g_array_append_val (series->values, value);
}

static void
on_axis (AssayRun *run, const char *dim, const char *const *names, const double *numbers,
         uint32_t n)
{
  g_assert_cmpstr (dim, ==, "backup");
}

static void
on_array (AssayRun *run, const char *metric, const char *labels, const char *axes,
          const uint64_t *shape, uint32_t type, const void *data)
{
  g_assert_nonnull (declared (metric));
  g_assert_cmpstr (declared (metric)->dims, ==, axes);
  g_ptr_array_add (host_of (run)->arrays, g_strdup (metric));
}

static void
on_graph (AssayRun *run, const char *name, const AssayGraph *graph)
{
  Host *host = host_of (run);

  g_assert_cmpstr (name, ==, "transitions");
  g_assert_cmpuint (graph->n_nodes, >, 1);
  for (uint32_t i = 0; i < graph->n_edges; i++)
    {
      g_assert_cmpuint (graph->from[i], <, graph->n_nodes);
      g_assert_cmpuint (graph->to[i], <, graph->n_nodes);
      g_assert_cmpuint (graph->from[i], !=, graph->to[i]);
    }
  for (uint32_t c = 0; c < graph->nodes.n; c++)
    {
      const AssayColumn *column = (const AssayColumn *) graph->nodes.rows + c;

      for (uint32_t i = 0; i < graph->n_nodes; i++)
        g_assert_true (isfinite (column->numbers[i]));
    }
  for (uint32_t i = 0; i < graph->n_nodes; i++)
    g_assert_cmpint (graph->picture_of[i], <, (int) graph->n_pictures);
  host->n_graphs++;
  host->n_pictures = graph->n_pictures;
}

static void
on_progress (AssayRun *run, double fraction, const char *doing)
{
  g_assert_cmpfloat (fraction, >=, host_of (run)->last_progress);
  g_assert_cmpfloat (fraction, <=, 1);
  host_of (run)->last_progress = fraction;
}

static bool
on_cancelled (AssayRun *run)
{
  Host *host = host_of (run);

  host->n_asked++;
  return host->failure || (host->cancel_after && host->n_asked >= host->cancel_after);
}

static void
on_fail (AssayRun *run, const char *message)
{
  Host *host = host_of (run);

  g_free (host->failure);
  host->failure = g_strdup (message);
}

static void
on_note (AssayRun *run, const char *key, const char *value)
{
  Host *host = host_of (run);

  g_assert_cmpstr (key, ==, "products");
  g_free (host->products);
  host->products = g_strdup (value);
}

static void
on_stream (AssayRun *run, const char *name, AssayStream *stream)
{
  assay_stream_init (stream, run->seed, name);
}

static const char *
on_stage (AssayRun *run, const AssayStage *stage)
{
  Host *host = host_of (run);

  g_free (host->stage_path);
  host->stage_path = g_build_filename (g_get_user_cache_dir (), stage->name, NULL);
  g_mkdir_with_parents (g_get_user_cache_dir (), 0700);
  host->n_stages++;
  return stage->build (run, host->stage_path, stage->data) ? host->stage_path : NULL;
}

static const AssayEnvironment *
on_environment (AssayRun *run, const char *id)
{
  return minigrid (id);
}

static void
free_save (gpointer data)
{
  Save *save = data;

  g_bytes_unref (save->bytes);
  g_free (save);
}

guint
n_observed (Host *host)
{
  guint n = 0;

  for (guint i = 0; i < host->series->len; i++)
    n += ((Series *) host->series->pdata[i])->values->len;
  return n;
}

static void
on_save (AssayRun *run, const void *data, uint64_t size)
{
  Host *host = host_of (run);
  Save *save = g_new0 (Save, 1);

  save->bytes = g_bytes_new (data, size);
  save->n_observed = n_observed (host);
  g_ptr_array_add (host->saves, save);
}

static const void *
on_restore (AssayRun *run, uint64_t *size)
{
  GBytes *bytes = host_of (run)->to_restore;
  gsize n = 0;
  const void *data = bytes ? g_bytes_get_data (bytes, &n) : NULL;

  *size = n;
  return data;
}

static const AssayParam *
parameter (const char *id)
{
  const AssayTable *table = &graph_backup_entry ()->study->params;
  g_autofree char *name = g_strdup (id);

  g_strdelimit (name, "-", '_');
  for (uint32_t i = 0; i < table->n; i++)
    {
      const AssayParam *p = (const AssayParam *) table->rows + i;

      if (g_str_equal (p->id, name))
        return p;
    }
  g_assert_not_reached ();
}

static void
set_parameter (Host *host, const AssayParam *p, double number, const char *text)
{
  void *field = host->params + p->offset;

  switch (p->type)
    {
    case ASSAY_BOOL:
      *(bool *) field = number != 0;
      break;
    case ASSAY_INT:
      *(int64_t *) field = (int64_t) number;
      break;
    case ASSAY_REAL:
      *(double *) field = number;
      break;
    default:
      *(const char **) field = g_intern_string (text ? text : "");
    }
}

Host *
run_from (const char *settings, uint64_t seed, guint cancel_after, GBytes *to_restore)
{
  const AssayStudy *study = graph_backup_entry ()->study;
  g_autofree char *all = g_strdup_printf ("steps=1200 evaluations=5 probes=2 %s", settings);
  g_auto (GStrv) words = g_strsplit (all, " ", -1);
  Host *host = g_new0 (Host, 1);

  host->params = g_malloc0 (study->params_size);
  host->series = g_ptr_array_new_with_free_func (free_series);
  host->arrays = g_ptr_array_new_with_free_func (g_free);
  host->saves = g_ptr_array_new_with_free_func (free_save);
  host->to_restore = to_restore;
  host->cancel_after = cancel_after;
  host->table = (AssayHost){ .size = sizeof host->table,
                             .series = on_series,
                             .observe = on_observe,
                             .axis = on_axis,
                             .array = on_array,
                             .graph = on_graph,
                             .progress = on_progress,
                             .cancelled = on_cancelled,
                             .note = on_note,
                             .fail = on_fail,
                             .stream = on_stream,
                             .stage = on_stage,
                             .save = on_save,
                             .restore = on_restore,
                             .environment = on_environment };
  host->run = (AssayRun){ .host = &host->table, .params = host->params, .seed = seed };
  for (uint32_t i = 0; i < study->params.n; i++)
    {
      const AssayParam *p = (const AssayParam *) study->params.rows + i;

      set_parameter (host, p, p->number, p->text);
    }
  for (guint i = 0; words[i]; i++)
    {
      g_auto (GStrv) pair = g_strsplit (words[i], "=", 2);

      if (pair[0])
        set_parameter (host, parameter (pair[0]), g_ascii_strtod (pair[1], NULL), pair[1]);
    }
  study->run (&host->run);
  return host;
}

Host *
run_with (const char *settings, uint64_t seed, guint cancel_after)
{
  return run_from (settings, seed, cancel_after, NULL);
}

void
close_host (Host *host)
{
  g_ptr_array_unref (host->series);
  g_ptr_array_unref (host->arrays);
  g_ptr_array_unref (host->saves);
  g_free (host->failure);
  g_free (host->products);
  g_free (host->stage_path);
  g_free (host->params);
  g_free (host);
}

const Series *
series_named (Host *host, const char *name)
{
  for (guint i = 0; i < host->series->len; i++)
    if (g_str_has_prefix (((Series *) host->series->pdata[i])->name, name))
      return host->series->pdata[i];
  return NULL;
}

double
last_of (Host *host, const char *name)
{
  const Series *series = series_named (host, name);

  g_assert_nonnull (series);
  return g_array_index (series->values, double, series->values->len - 1);
}
