/* SPDX-License-Identifier: Apache-2.0
 *
 * Which run directory each run of a plan gets; inside host/run only.
 */
#pragma once

#include "host/run/record.h"
#include "host/run/supervisor.h"

typedef enum
{
  ASSAY_ASSIGN_NEW,
  ASSAY_ASSIGN_REDONE, /* a directory of an earlier plan, done again in place */
  ASSAY_ASSIGN_REUSED  /* finished before: nothing to do */
} AssayAssignment;

/** Fills plan->runs and @assignment [n].  Without @resume every run is new. */
gboolean assay_assign_runs (const AssayRunTemplate *shared, gboolean resume,
                            GCancellable *cancellable, AssayAssignment *assignment, GError **error);

/** Files of the plugins that a study names. */
gboolean assay_environment_plugins (const AssayStudyInfo *study, GStrv *paths, GError **error);

/** A request that was parsed from @text, which errors count lines in. */
AssayPlan *assay_plan_of_object (AssayStudyInfo *study, JsonObject *object, const char *text,
                                 const char *what, GError **error);
/** A plan without runs; its texts are of @study and now. */
AssayPlan *assay_plan_empty (AssayStudyInfo *study);
void assay_plan_renew_id (AssayPlan *plan);
/** The lock that whoever executes a plan holds; the plan gets another id if its own is taken by
 *  a stranger.  -1: somebody executes it. */
int assay_plan_lock (AssayPlan *plan, AssayWorkspace *workspace, GError **error);
void assay_plan_set_options (AssayPlan *plan, const AssaySuperviseOptions *options);
