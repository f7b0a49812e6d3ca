/* SPDX-License-Identifier: Apache-2.0
 *
 * Does the run give the same again?  It is executed in a workspace of its own with an empty
 * cache, so that its stages are made again, too.
 */
#include "host/registry/json.h"
#include "host/run/assign.h"
#include "host/run/compare.h"
#include "host/run/tree.h"

#include <string.h>

static gboolean
can_verify (AssayRunDir *dir, const AssayStudyInfo *study, GError **error)
{
  if (dir->state != ASSAY_DONE)
    {
      g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_FAILED,
                   "Run %s is %s; only a finished run can be verified", dir->id,
                   assay_state_name (dir->state));
      return FALSE;
    }
  if (g_strcmp0 (dir->identity, study->identity) == 0)
    return TRUE;
  g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_INCOMPATIBLE,
               "Run %s was made by other code than %s holds now: its bits need not be the same",
               dir->id, study->plugin_path);
  return FALSE;
}

typedef struct
{
  AssayState state;
  char *reason;
} Outcome;

static void
on_event (const AssayRunEvent *event, gpointer data)
{
  Outcome *outcome = data;

  outcome->state = event->state;
  if (event->reason)
    {
      g_free (outcome->reason);
      outcome->reason = g_strdup (event->reason);
    }
}

static gboolean
execute (AssayWorkspace *scratch, AssayRunDir *dir, AssayPlan *plan, GCancellable *cancellable,
         GError **error)
{
  JsonObject *limits = assay_json_object (dir->run, "limits");
  AssaySuperviseOptions options
      = { .cpu = assay_json_text (dir->run, "cpu", "auto"),
          .log_limit = limits ? (guint64) assay_json_int (limits, "log", 0) : 0 };
  Outcome outcome = { ASSAY_QUEUED, NULL };
  AssayPlanResult result;
  gboolean executed
      = assay_supervise (scratch, plan, &options, cancellable, on_event, &outcome, &result, error);

  if (executed && result.done != 1)
    {
      gboolean cancelled = g_cancellable_is_cancelled (cancellable);

      g_set_error (error, ASSAY_ERROR, cancelled ? ASSAY_ERROR_CANCELLED : ASSAY_ERROR_FAILED,
                   "The new execution ended as %s%s%s", assay_state_name (outcome.state),
                   outcome.reason ? ": " : "", outcome.reason ? outcome.reason : "");
      executed = FALSE;
    }
  g_free (outcome.reason);
  return executed;
}

static gboolean
verify_in (const char *path, AssayRunDir *dir, AssayStudyInfo *study, GCancellable *cancellable,
           char **difference, GError **error)
{
  g_autoptr (AssayWorkspace) scratch = assay_workspace_open (path, TRUE, error);
  g_autoptr (AssayPlan) plan = scratch ? assay_plan_of_runs (study, &dir, 1, error) : NULL;
  g_autoptr (AssayRunDir) again = NULL;

  if (!plan || !execute (scratch, dir, plan, cancellable, error))
    return FALSE;
  again = assay_run_dir_open (scratch, plan->runs[0], error);
  return again && assay_runs_compare (study, dir, again, difference, error);
}

gboolean
assay_verify (AssayWorkspace *workspace, AssayRegistry *registry, const char *run,
              GCancellable *cancellable, char **difference, GError **error)
{
  g_autoptr (AssayRunDir) dir = assay_run_dir_open (workspace, run, error);
  g_autoptr (AssayStudyInfo) study
      = dir ? assay_registry_study (registry, dir->study, error) : NULL;
  g_autofree char *path = NULL;
  g_autoptr (GError) problem = NULL;
  gboolean compared;

  *difference = NULL;
  if (!study || !can_verify (dir, study, error))
    return FALSE;
  path = g_dir_make_tmp ("assay-verify-XXXXXX", &problem);
  if (!path)
    {
      g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_FAILED, "Cannot make a folder to verify in: %s",
                   problem->message);
      return FALSE;
    }
  compared = verify_in (path, dir, study, cancellable, difference, error);
  assay_tree_remove (path, NULL);
  return compared;
}
