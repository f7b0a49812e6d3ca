/* SPDX-License-Identifier: Apache-2.0
 *
 * Values at a step, for the rows that are seen: the index keeps no cells, so the logs are read, a
 * few runs at a time and in a thread.
 */
#pragma once

#include "ui/desktop/runs-answer.h"

typedef struct _StudioRunsAt StudioRunsAt;

/** @changed (@data) is called in the main thread when there are new values. */
StudioRunsAt *studio_runs_at_new (void (*changed) (gpointer data), gpointer data);
/** Stops what is under way. */
void studio_runs_at_free (StudioRunsAt *at);
/** Where runs are; what was known is forgotten. */
void studio_runs_at_set_workspace (StudioRunsAt *at, const char *path);
/** Runs that are live have got further. */
void studio_runs_at_outdate (StudioRunsAt *at);
/** Reads what @columns want of rows @first to @last and is not known; a few rows of it: ask again
 *  when there are new values. */
void studio_runs_at_look (StudioRunsAt *at, const StudioRunsAnswer *answer, guint first, guint last,
                          const char *const *columns);
/** What stands in the cell of a run; "" while it is not known.  Free with g_free. */
char *studio_runs_at_text (StudioRunsAt *at, const char *run, const char *column);
