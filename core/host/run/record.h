/* SPDX-License-Identifier: Apache-2.0
 *
 * Writing run directories; inside host/run only.  Before a runner lives the supervisor
 * writes, then the runner alone, then the supervisor what the runner could not.
 */
#pragma once

#include "host/run/plan.h"
#include "host/run/rundir.h"

#define ASSAY_RUN_FORMAT 1
#define ASSAY_DEFAULT_LOG_LIMIT (G_GUINT64_CONSTANT (1) << 30)

/** As rundir.h, by path: for runs outside of a workspace's runs/ and for the runner. */
AssayRunDir *assay_run_dir_open_path (const char *path, GError **error);
/** Whether the plan that made it is being executed. */
gboolean assay_run_dir_supervised (const AssayRunDir *dir);
gboolean assay_state_from_name (const char *name, AssayState *state);

/** status.json. */
typedef struct
{
  AssayState state;
  guint attempt;
  gint64 pid;               /* 0: none yet */
  double started, finished; /* 0: not yet */
  const char *reason;       /* NULL: none */
  int exit_code, signal;    /* -1: none */
} AssayStatus;

/** Replaces status.json in one step; @durable: and asks the disk to keep it. */
gboolean assay_status_write (const char *dir, const AssayStatus *status, gboolean durable,
                             GError **error);
/** Replaces a JSON file in one step without waiting for the disk. */
gboolean assay_json_put (const char *dir, const char *name, JsonObject *object, GError **error);

/** What all runs of a plan share. */
typedef struct
{
  AssayWorkspace *workspace;
  AssayPlan *plan;
  GStrv plugins;      /* files of the environment plugins */
  const char *cpu;    /* "auto", ... */
  JsonObject *limits; /* run.json "limits" */
  JsonObject *env;    /* env.json as the supervisor knows it */
} AssayRunTemplate;

/** Makes runs/<id> with state queued; the id is never one that another run has. */
char *assay_run_create (const AssayRunTemplate *shared, guint index, GError **error);
/** Makes an ended run queued again, for this plan; FALSE without error: it is not there to be
 *  redone (somebody runs it, or will). */
gboolean assay_run_requeue (const AssayRunTemplate *shared, guint index, const char *id,
                            GError **error);
