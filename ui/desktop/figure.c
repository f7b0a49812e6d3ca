/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/desktop/figure.h"

#include "ui/desktop/task.h"

#include <string.h>

void
studio_figure_free (StudioFigure *figure)
{
  g_clear_pointer (&figure->chart, assay_chart_free);
  g_clear_pointer (&figure->set, assay_run_set_free);
  g_clear_pointer (&figure->study, assay_study_info_unref);
  g_free (figure);
}

/* ---- options ---- */

GHashTable *
studio_figure_options_copy (GHashTable *options)
{
  GHashTable *copy = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  GHashTableIter iter;
  gpointer name, value;

  if (options == NULL)
    return copy;
  g_hash_table_iter_init (&iter, options);
  while (g_hash_table_iter_next (&iter, &name, &value))
    g_hash_table_insert (copy, g_strdup (name), g_strdup (value));
  return copy;
}

gboolean
studio_figure_options_equal (GHashTable *a, GHashTable *b)
{
  GHashTableIter iter;
  gpointer name, value;

  if (g_hash_table_size (a) != g_hash_table_size (b))
    return FALSE;
  g_hash_table_iter_init (&iter, a);
  while (g_hash_table_iter_next (&iter, &name, &value))
    if (g_strcmp0 (g_hash_table_lookup (b, name), value) != 0)
      return FALSE;
  return TRUE;
}

/* ---- the thread ---- */

typedef struct
{
  AssayRegistry *registry;
  char *study, *preset, *figure;
  GStrv runs, names; /* names: of the sides */
  GPtrArray *sides;  /* GStrv: runs of each; NULL: none are compared */
  GHashTable *options;
  gboolean live;
} Job;

static void
job_free (gpointer data)
{
  Job *job = data;

  assay_registry_unref (job->registry);
  g_hash_table_unref (job->options);
  g_strfreev (job->runs);
  g_strfreev (job->names);
  g_clear_pointer (&job->sides, g_ptr_array_unref);
  g_free (job->study);
  g_free (job->preset);
  g_free (job->figure);
  g_free (job);
}

static void
free_runs (gpointer runs)
{
  g_strfreev (runs);
}

static void
set_sides (Job *job, const StudioFigureRequest *request)
{
  job->sides = g_ptr_array_new_with_free_func (free_runs);
  job->names = g_new0 (char *, request->n_sides + 1);
  for (guint i = 0; i < request->n_sides; i++)
    {
      job->names[i] = g_strdup (request->sides[i].name);
      g_ptr_array_add (job->sides, g_strdupv ((GStrv) request->sides[i].runs));
    }
}

static Job *
job_new (StudioSession *session, const StudioFigureRequest *request)
{
  Job *job = g_new0 (Job, 1);

  job->registry = assay_registry_ref (studio_session_registry (session));
  job->study = g_strdup (request->study);
  job->preset = g_strdup (request->preset);
  job->figure = g_strdup (request->figure);
  job->runs = g_strdupv ((GStrv) request->runs);
  job->options = studio_figure_options_copy (request->options);
  job->live = request->live;
  if (request->n_sides > 0)
    set_sides (job, request);
  return job;
}

/* No run is no error: the chart says so. */
static gboolean
find_runs (StudioFigure *figure, AssayWorkspace *workspace, const Job *job, GError **error)
{
  g_autoptr (GError) problem = NULL;

  if (job->sides != NULL)
    figure->set = assay_run_set_of_sides (workspace, (const char *const *) job->names,
                                          (const char *const *const *) job->sides->pdata,
                                          job->sides->len, &problem);
  else if (job->runs != NULL && job->runs[0] != NULL)
    figure->set = assay_run_set_of (workspace, (const char *const *) job->runs, &problem);
  else
    figure->set = assay_run_set_for_claims (workspace, figure->study, job->preset, &problem);
  if (figure->set != NULL || g_error_matches (problem, ASSAY_ERROR, ASSAY_ERROR_NOT_FOUND))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}

static StudioFigure *
make (AssayWorkspace *workspace, const Job *job, GCancellable *cancellable, GError **error)
{
  g_autoptr (StudioFigure) figure = g_new0 (StudioFigure, 1);
  gint64 start = g_get_monotonic_time ();
  const AssayFigure *declared;

  figure->study = assay_registry_study (job->registry, job->study, error);
  if (figure->study == NULL || !find_runs (figure, workspace, job, error)
      || g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  declared = assay_study_figure (figure->study, job->figure);
  if (declared == NULL)
    {
      g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_NOT_FOUND, "“%s” has no figure “%s” any more.",
                   figure->study->title, job->figure);
      return NULL;
    }
  if (g_hash_table_size (job->options) == 0 && !job->live)
    figure->chart = assay_chart_new (figure->study, declared, figure->set, error);
  else
    figure->chart = assay_chart_new_with (figure->study, declared, job->options, job->live,
                                          figure->set, error);
  if (figure->chart == NULL)
    return NULL;
  assay_chart_axes (figure->chart); /* here, and not when it is drawn */
  figure->seconds = (double) (g_get_monotonic_time () - start) / 1e6;
  return g_steal_pointer (&figure);
}

static void
load (GTask *task, gpointer session, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;
  StudioFigure *figure = make (studio_session_workspace (session), data, cancellable, &error);

  if (figure != NULL)
    g_task_return_pointer (task, figure, (GDestroyNotify) studio_figure_free);
  else
    g_task_return_error (task, error);
}

void
studio_figure_load (StudioSession *session, const StudioFigureRequest *request,
                    GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (session, cancellable, callback, data);

  g_task_set_task_data (task, job_new (session, request), job_free);
  studio_task_run (task, load);
}

StudioFigure *
studio_figure_load_finish (StudioSession *session, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* ---- files ---- */

static gboolean
write_figure (AssayChart *chart, const char *path, GError **error)
{
  g_autofree char *lower = g_ascii_strdown (path, -1), *csv = NULL;

  if (!g_str_has_suffix (lower, ".csv"))
    return assay_chart_save (chart, path, 0, 0, error);
  csv = assay_chart_csv (chart);
  return g_file_set_contents (path, csv, -1, error);
}

typedef struct
{
  StudioFigure *figure;
  char *path;
} Writing;

static void
writing_free (gpointer data)
{
  Writing *writing = data;

  studio_figure_free (writing->figure);
  g_free (writing->path);
  g_free (writing);
}

static void
write_file (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Writing *writing = data;
  GError *error = NULL;

  if (write_figure (writing->figure->chart, writing->path, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
studio_figure_write (StudioFigure *figure, const char *path, GAsyncReadyCallback callback,
                     gpointer data)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, callback, data);
  Writing *writing = g_new (Writing, 1);

  *writing = (Writing){ figure, g_strdup (path) };
  g_task_set_task_data (task, writing, writing_free);
  studio_task_run (task, write_file);
}

gboolean
studio_figure_write_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
