/* SPDX-License-Identifier: Apache-2.0
 *
 * What the desktop has open: a workspace, the plugins, the index that is kept up to date, and which
 * runs are looked at.  Views ask it and listen to it; none knows another.
 *
 * Signals (all in the main thread):
 *   "studies-changed"    the registry has been scanned (again)
 *   "runs-changed"       the index has new content
 *   "selection-changed"  other runs are looked at
 *   "notice" (text)      something a person should read: a toast
 */
#pragma once

#include "host/registry/registry.h"
#include "host/run/workspace.h"
#include "host/store/index.h"
#include <gio/gio.h>

#define STUDIO_TYPE_SESSION (studio_session_get_type ())
G_DECLARE_FINAL_TYPE (StudioSession, studio_session, STUDIO, SESSION, GObject)

/** Opens @path (NULL: as the command line does) and makes it if it is missing; starts scanning
 *  plugins and refreshing the index in threads of their own. */
StudioSession *studio_session_new (const char *path, GError **error);
/** Ends its threads; no signal comes afterwards.  Pending jobs are answered as cancelled. */
void studio_session_close (StudioSession *session);

/** Lives as long as the session; may be read from any thread. */
AssayWorkspace *studio_session_workspace (StudioSession *session);
/** NULL until the first "studies-changed".  Immutable; a job takes a reference. */
AssayRegistry *studio_session_registry (StudioSession *session);
/** Scans the plugins anew; those that have not changed come from the cache. */
void studio_session_rescan (StudioSession *session);
/** Looks at the run directories now, not only at the next tick. */
void studio_session_refresh (StudioSession *session);

/** Work that needs the index: runs in the index's own thread, jobs one after another, and answers
 *  through the task (whose source object is up to the caller).  Keep it short: everything else
 * waits. */
typedef void (*StudioIndexJob) (GTask *task, AssayIndex *index);
/** Takes the reference on @task. */
void studio_session_run (StudioSession *session, GTask *task, StudioIndexJob job);

/** The runs that Figures, Compare and Claims show. */
typedef struct
{
  char *study;  /* NULL: nothing chosen yet */
  char *preset; /* the newest plan of it, as `assay claims` takes it; NULL: of any */
  GStrv runs;   /* just these runs; NULL: as `preset` says */
  GStrv by;     /* keys by which these runs were grouped; NULL: they were not, or by setting */
} StudioSelection;

const StudioSelection *studio_session_selection (StudioSession *session);
/** @preset and @runs may be NULL. */
void studio_session_select (StudioSession *session, const char *study, const char *preset,
                            const char *const *runs);
/** The same of runs that stand in groups: those alike in all keys of @by (NULL: in all but the
 *  seed). */
void studio_session_select_groups (StudioSession *session, const char *study,
                                   const char *const *runs, const char *const *by);
void studio_session_notice (StudioSession *session, const char *format, ...) G_GNUC_PRINTF (2, 3);
