/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "host/run/plan.h"
#include "host/run/rundir.h"

typedef struct
{
  guint cores;        /* budget; 0: all */
  gboolean inline_;   /* in this process, one after the other, for debuggers */
  gboolean resume;    /* take finished runs of equal key and identity; redo the others in place */
  guint max_failures; /* stop starting runs after so many; 0: never */
  double time_limit, grace;        /* seconds per run; 0: none, 5 */
  guint64 memory_limit, log_limit; /* bytes per run; 0: none, 1 GB */
  const char *cpu;                 /* auto, generic, avx2, avx512; NULL: auto */
} AssaySuperviseOptions;

typedef struct
{
  guint index;     /* in the plan */
  const char *run; /* id; NULL before it has one */
  AssayState state;
  double progress; /* 0..1 */
  const char *doing, *reason;
  gboolean reused; /* finished before, by an earlier plan */
} AssayRunEvent;

/** Called in the supervisor's main context, on every change of a run. */
typedef void (*AssayRunEventFunc) (const AssayRunEvent *event, gpointer data);

typedef struct
{
  guint done, reused, failed, cancelled, interrupted, not_started;
} AssayPlanResult;

/** Saves the plan, executes it, and returns when every run has ended.  Blocks; call it from a
 *  thread of your own: runs die with that thread.  Cancelled by
 *  @cancellable: SIGTERM, after the grace SIGKILL of each run's group.  Failed runs are a
 *  result, not an error. */
gboolean assay_supervise (AssayWorkspace *workspace, AssayPlan *plan,
                          const AssaySuperviseOptions *options, GCancellable *cancellable,
                          AssayRunEventFunc func, gpointer data, AssayPlanResult *result,
                          GError **error);

/** The same in a process of its own, which outlives this one; its output goes to
 *  plans/<id>.log.  Returns when the plan is saved and the process runs. */
gboolean assay_supervise_detached (AssayWorkspace *workspace, AssayPlan *plan,
                                   const AssaySuperviseOptions *options, GError **error);

/** A plan of what these runs of one study were, equal ones once.  Supervised with `resume` it goes
 *  on in their directories, else it makes new ones.  FAILED: a run does not fit its key any more.
 */
AssayPlan *assay_plan_of_runs (AssayStudyInfo *study, AssayRunDir *const *dirs, guint n,
                               GError **error);

/** The options that a plan was last supervised with; texts are the plan's. */
void assay_plan_get_options (const AssayPlan *plan, AssaySuperviseOptions *options);
/** Whether somebody executes the plan now. */
gboolean assay_plan_is_executed (AssayWorkspace *workspace, const char *id);
/** Asks whoever executes this plan on this host to cancel it. */
gboolean assay_plan_cancel (AssayWorkspace *workspace, const char *id, GError **error);

/** One run in this process: what assay-runner does.  @dir is locked and written. */
AssayState assay_run_execute (const char *dir, AssayStudyInfo *study, GCancellable *cancellable,
                              AssayRunEventFunc func, gpointer data, GError **error);

/** Re-executes a finished run into a temporary folder and compares every deterministic
 *  observation, array and artifact.  @difference: NULL if equal, else the first one. */
gboolean assay_verify (AssayWorkspace *workspace, AssayRegistry *registry, const char *run,
                       GCancellable *cancellable, char **difference, GError **error);
