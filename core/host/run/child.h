/* SPDX-License-Identifier: Apache-2.0
 *
 * One runner process as its supervisor sees it; inside host/run only.
 */
#pragma once

#include "host/run/record.h"

#include <signal.h>
#include <sys/types.h>

typedef struct
{
  guint index; /* in the plan */
  guint cores; /* taken from the budget */
  char *id, *dir;
  pid_t pid;
  int pidfd;          /* -1: this kernel has none */
  gint64 started;     /* monotonic microseconds */
  gint64 kill_at;     /* when SIGTERM has had its time; 0: nobody asked it to end */
  char *limit;        /* which limit it broke; NULL: none */
  gboolean cancelled; /* we asked it to end because the plan ends */
  gboolean killed;    /* by our SIGKILL */
  gboolean exited;
  AssayProgressTail *tail;
  double fraction;
  int exit_status; /* of waitpid */
  GSource *source; /* calls when it has ended; NULL: polled */
} AssayChild;

typedef struct
{
  const char *program; /* assay-runner */
  char **environ;
  double time_limit, grace;
  guint64 memory_limit; /* 0: none */
} AssayChildOptions;

/** Starts the runner of runs/<id>.  NULL: it could not be. */
AssayChild *assay_child_start (const AssayChildOptions *options, const char *dir, guint index,
                               GError **error);
/** SIGTERM, and SIGKILL of the group after the grace. */
void assay_child_ask_to_end (AssayChild *child, const AssayChildOptions *options);
/** Looks at limits and deadlines. */
void assay_child_check (AssayChild *child, const AssayChildOptions *options);
/** New progress since the last call. */
gboolean assay_child_progress (AssayChild *child, double *fraction, const char **doing);
/** TRUE once the process has ended; then what it left of its group is killed and it is reaped. */
gboolean assay_child_reap (AssayChild *child);
/** How the run ended; completes status.json where the runner could not.  @reason: owned by the
 *  caller, NULL: none. */
AssayState assay_child_settle (AssayChild *child, char **reason);
void assay_child_free (AssayChild *child);
