/* SPDX-License-Identifier: Apache-2.0 */
#include "host/run/assign.h"

#include <string.h>

/** Runs of the workspace by the first 12 digits of their key. */
static GHashTable *
runs_by_key (AssayWorkspace *workspace, GError **error)
{
  g_auto (GStrv) ids = assay_workspace_list (workspace, "runs", error);
  GHashTable *table;

  if (!ids)
    return NULL;
  table
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_ptr_array_unref);
  for (guint i = 0; ids[i]; i++)
    {
      g_autofree char *start = g_strndup (ids[i], 12);
      GPtrArray *list = g_hash_table_lookup (table, start);

      if (!list)
        {
          list = g_ptr_array_new_with_free_func (g_free);
          g_hash_table_insert (table, g_steal_pointer (&start), list);
        }
      g_ptr_array_add (list, g_strdup (ids[i]));
    }
  return table;
}

/** The best run to resume: one that is done, else the newest that is not alive. */
static AssayRunDir *
find_run (const AssayRunTemplate *shared, const AssaySpec *spec, GPtrArray *ids)
{
  AssayRunDir *best = NULL;

  for (guint i = 0; ids && i < ids->len; i++)
    {
      AssayRunDir *dir = assay_run_dir_open (shared->workspace, ids->pdata[i], NULL);
      gboolean fits = dir && strcmp (dir->key, spec->key) == 0
                      && strcmp (dir->identity, shared->plan->identity) == 0
                      && dir->state != ASSAY_RUNNING && dir->state != ASSAY_QUEUED;
      gboolean better = fits && (!best || dir->state == ASSAY_DONE || best->state != ASSAY_DONE);

      if (better)
        {
          g_clear_pointer (&best, assay_run_dir_free);
          best = g_steal_pointer (&dir);
        }
      g_clear_pointer (&dir, assay_run_dir_free);
    }
  return best;
}

/** TRUE: the run has an earlier directory; FALSE without error: it needs a new one. */
static gboolean
resume_run (const AssayRunTemplate *shared, guint index, GHashTable *known,
            AssayAssignment *assignment, GError **error)
{
  const AssaySpec *spec = shared->plan->specs->pdata[index];
  g_autofree char *start = g_strndup (spec->key, 12);
  g_autoptr (AssayRunDir) dir = find_run (shared, spec, g_hash_table_lookup (known, start));

  if (!dir)
    return FALSE;
  *assignment = dir->state == ASSAY_DONE ? ASSAY_ASSIGN_REUSED : ASSAY_ASSIGN_REDONE;
  if (dir->state != ASSAY_DONE && !assay_run_requeue (shared, index, dir->id, error))
    return FALSE;
  shared->plan->runs[index] = g_strdup (dir->id);
  return TRUE;
}

gboolean
assay_assign_runs (const AssayRunTemplate *shared, gboolean resume, GCancellable *cancellable,
                   AssayAssignment *assignment, GError **error)
{
  g_autoptr (GHashTable) known = resume ? runs_by_key (shared->workspace, error) : NULL;
  AssayPlan *plan = shared->plan;

  if (resume && !known)
    return FALSE;
  for (guint i = 0; i < plan->specs->len; i++)
    {
      g_autoptr (GError) problem = NULL;

      if (g_cancellable_set_error_if_cancelled (cancellable, NULL))
        {
          g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_CANCELLED, "Cancelled");
          return FALSE;
        }
      g_clear_pointer (&plan->runs[i], g_free);
      if (known && resume_run (shared, i, known, &assignment[i], &problem))
        continue;
      if (problem)
        {
          g_propagate_error (error, g_steal_pointer (&problem));
          return FALSE;
        }
      assignment[i] = ASSAY_ASSIGN_NEW;
      plan->runs[i] = assay_run_create (shared, i, error);
      if (!plan->runs[i])
        return FALSE;
    }
  return TRUE;
}

static const char *
plugin_path (AssayRegistry *registry, const char *id)
{
  for (guint i = 0; i < assay_registry_n_plugins (registry); i++)
    {
      const AssayPluginInfo *plugin = assay_registry_plugin (registry, i);

      if (!plugin->reason && g_strcmp0 (plugin->id, id) == 0)
        return plugin->path;
    }
  return NULL;
}

gboolean
assay_environment_plugins (const AssayStudyInfo *study, GStrv *paths, GError **error)
{
  g_auto (GStrv) ids = assay_words (study->plugins);
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (AssayRegistry) registry = ids[0] ? assay_registry_new (error) : NULL;

  if (ids[0] && !registry)
    return FALSE;
  for (guint i = 0; ids[i]; i++)
    {
      const char *path = plugin_path (registry, ids[i]);

      if (!path)
        {
          g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_INCOMPATIBLE,
                       "%s needs the plugin %s, which is not there", study->id, ids[i]);
          return FALSE;
        }
      g_ptr_array_add (list, g_strdup (path));
    }
  g_ptr_array_add (list, NULL);
  *paths = (GStrv) g_ptr_array_free (g_steal_pointer (&list), FALSE);
  return TRUE;
}
