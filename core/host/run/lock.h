/* SPDX-License-Identifier: Apache-2.0
 *
 * Lock files (flock).  The holder writes who it is into the file, so that a signal
 * never meets a stranger who got its pid, and so that a lock that outlives its holder
 * in a forked child is not believed.
 */
#pragma once

#include "host/registry/error.h"

typedef enum
{
  ASSAY_LOCK_FREE,
  ASSAY_LOCK_HELD,
  ASSAY_LOCK_ABSENT
} AssayLockState;

/** Takes the lock, waiting up to @wait seconds (readers hold it for microseconds).
 *  -1: somebody has it (@error FAILED) or it cannot be made.  Closed on exec, and in
 *  every child that is forked with fork(). */
int assay_lock_take (const char *path, double wait, GError **error);
void assay_lock_release (int lock);

/** Whether a living process holds it; @pid: that one (0: any).  A holder that lives on another
 *  host counts as the right one. */
AssayLockState assay_lock_state (const char *path, gint64 pid);
/** Sends @signal to the holder, if it is @pid (0: any) and lives on this host; FALSE: nobody
 *  was asked. */
gboolean assay_lock_signal (const char *path, gint64 pid, int signal);
