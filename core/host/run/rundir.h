/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "host/run/workspace.h"
#include <json-glib/json-glib.h>

typedef enum
{
  ASSAY_QUEUED,
  ASSAY_RUNNING,
  ASSAY_DONE,
  ASSAY_FAILED,
  ASSAY_CANCELLED,
  ASSAY_INTERRUPTED,
  ASSAY_N_STATES
} AssayState;

const char *assay_state_name (AssayState state);

/** A run directory as any reader sees it.  `state` is the truth: `running` with a
 *  free lock reads as interrupted. */
typedef struct
{
  char *id, *path;
  JsonObject *run;    /* run.json */
  JsonObject *status; /* status.json; never NULL */
  JsonObject *notes;  /* notes.json; NULL: none */
  AssayState state;
  const char *study, *preset, *key, *identity, *rules, *plan; /* of run.json */
  JsonObject *parameters;                                     /* of run.json */
  guint64 seed;
  const char *reason;       /* why failed, cancelled or interrupted; NULL: none */
  double started, finished; /* Unix seconds; 0: not yet */
} AssayRunDir;

/** Reads runs/<id>; a broken or newer one gives an error that names the file. */
AssayRunDir *assay_run_dir_open (AssayWorkspace *workspace, const char *id, GError **error);
void assay_run_dir_free (AssayRunDir *dir);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AssayRunDir, assay_run_dir_free)

/** The one run whose id starts with @prefix; NOT_FOUND, or USAGE when several do. */
char *assay_run_find (AssayWorkspace *workspace, const char *prefix, GError **error);
/** A file of the run ("metrics.alog", "artifacts/graph.json"), NULL when it leaves the run. */
char *assay_run_dir_file (AssayRunDir *dir, const char *name);
/** Last progress written: fraction 0..1 and what it does (free with g_free), from the log. */
double assay_run_dir_progress (AssayRunDir *dir, char **doing);
/** Follows the progress events of a growing log: for whoever asks again and again. */
typedef struct _AssayProgressTail AssayProgressTail;
AssayProgressTail *assay_progress_tail_new (const char *path); /* NULL: no log yet */
void assay_progress_tail_poll (AssayProgressTail *tail);
double assay_progress_tail_last (const AssayProgressTail *tail, const char **doing);
void assay_progress_tail_free (AssayProgressTail *tail);
/** Tags, star and note: the one file a face writes. */
gboolean assay_run_dir_save_notes (AssayRunDir *dir, JsonObject *notes, GError **error);
/** Moves a run that is not running to trash/. */
gboolean assay_run_trash (AssayWorkspace *workspace, const char *id, GError **error);
/** Moves the run that was last put into trash/ under this id back; FAILED: its place is taken. */
gboolean assay_run_restore (AssayWorkspace *workspace, const char *id, GError **error);
/** Asks a live run to end, or lets one that waits never begin; FAILED if it is neither here. */
gboolean assay_run_cancel (AssayWorkspace *workspace, const char *id, GError **error);

typedef struct
{
  guint runs, plans, stages; /* removed */
  guint64 bytes;
} AssayGcResult;
/** Empties trash/, writes down interrupted runs, removes stages that no run of the workspace uses
 *  (while a run lives: none) and plans of which no run is left. */
gboolean assay_workspace_gc (AssayWorkspace *workspace, gboolean dry_run, AssayGcResult *result,
                             GError **error);
