/* SPDX-License-Identifier: Apache-2.0
 *
 * What was run, as a plan that runs it again.
 */
#include "host/run/assign.h"

#include <string.h>

static gboolean
add_run (AssayPlan *plan, GHashTable *keys, const AssayRunDir *dir, GError **error)
{
  AssaySpec *spec;

  if (g_strcmp0 (dir->study, plan->study->id) != 0)
    {
      g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_USAGE,
                   "Run %s is of %s and not of %s: a plan has one study", dir->id, dir->study,
                   plan->study->id);
      return FALSE;
    }
  spec = assay_spec_from_json (plan->study, dir->parameters, dir->seed, error);
  if (!spec)
    return FALSE;
  if (strcmp (spec->key, dir->key) == 0)
    {
      if (g_hash_table_add (keys, spec->key))
        g_ptr_array_add (plan->specs, spec);
      else
        assay_spec_unref (spec);
      return TRUE;
    }
  assay_spec_unref (spec);
  g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_FAILED,
               "Run %s does not fit its key: a file among its parameters has changed, or its "
               "run.json was edited",
               dir->id);
  return FALSE;
}

AssayPlan *
assay_plan_of_runs (AssayStudyInfo *study, AssayRunDir *const *dirs, guint n, GError **error)
{
  g_autoptr (AssayPlan) plan = assay_plan_empty (study);
  g_autoptr (GHashTable) keys = g_hash_table_new (g_str_hash, g_str_equal);
  guint64 first = G_MAXUINT64, last = 0;

  for (guint i = 0; i < n; i++)
    {
      if (!add_run (plan, keys, dirs[i], error))
        return NULL;
      first = MIN (first, dirs[i]->seed);
      last = MAX (last, dirs[i]->seed);
    }
  plan->runs = g_new0 (char *, plan->specs->len + 1);
  plan->set = g_new0 (char *, 1);
  plan->sweep = g_new0 (char *, 1);
  plan->seeds = g_strdup_printf ("%" G_GUINT64_FORMAT "..%" G_GUINT64_FORMAT, first, last);
  return g_steal_pointer (&plan);
}
