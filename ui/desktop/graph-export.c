/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/desktop/graph-export.h"

#include "ui/desktop/task.h"

typedef struct
{
  char *folder, *name, *path, *column;
  double *x, *y; /* as laid out; NULL: not */
} Export;

static void
export_free (gpointer data)
{
  Export *export = data;

  g_free (export->folder);
  g_free (export->name);
  g_free (export->path);
  g_free (export->column);
  g_free (export->x);
  g_free (export->y);
  g_free (export);
}

/* Takes the graph. */
static gboolean
write_dot (AssayGraphData *graph, const Export *export, GError **error)
{
  g_autofree char *dot = assay_graph_dot (graph, export->name);
  gboolean good = g_file_set_contents (export->path, dot, -1, error);

  assay_graph_free (graph);
  return good;
}

/* Takes the graph, and the places. */
static gboolean
write_picture (AssayGraphData *graph, Export *export, GError **error)
{
  g_autoptr (AssayChart) chart = NULL;

  graph->x = g_steal_pointer (&export->x);
  graph->y = g_steal_pointer (&export->y);
  chart = assay_graph_chart (graph, export->name, export->column);
  return assay_chart_save (chart, export->path, 0, 0, error);
}

static void
write_export (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Export *export = data;
  GError *error = NULL;
  AssayGraphData *graph = assay_graph_load (export->folder, export->name, &error);
  gboolean dot = g_str_has_suffix (export->path, ".dot");

  if (graph != NULL
      && (dot ? write_dot (graph, export, &error) : write_picture (graph, export, &error)))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
studio_graph_export (const char *folder, const char *name, const StudioGraphScene *scene,
                     const char *column, const char *path, GAsyncReadyCallback callback,
                     gpointer data)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, callback, data);
  Export *export = g_new0 (Export, 1);

  *export = (Export){ .folder = g_strdup (folder),
                      .name = g_strdup (name),
                      .path = g_strdup (path),
                      .column = g_strdup (column) };
  if (scene != NULL)
    {
      gsize bytes = (scene->graph->n_nodes + 1) * sizeof (double);

      export->x = g_memdup2 (scene->graph->x, bytes);
      export->y = g_memdup2 (scene->graph->y, bytes);
    }
  g_task_set_task_data (task, export, export_free);
  studio_task_run (task, write_export);
}

gboolean
studio_graph_export_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
