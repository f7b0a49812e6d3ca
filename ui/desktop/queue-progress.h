/* SPDX-License-Identifier: Apache-2.0
 *
 * How far runs are and how long they will take, read again and again.  Of the index's thread.
 */
#pragma once

#include "ui/desktop/queue.h"

/** Seconds that a run will take which is at @fraction @elapsed seconds after its start, NaN:
 * nothing is known.  After a while it is judged by what was seen, from @from on for @seen seconds:
 * one that was resumed did not begin at 0. */
double studio_queue_remaining (double fraction, double elapsed, double from, double seen);

typedef struct StudioQueueProgress StudioQueueProgress;
StudioQueueProgress *studio_queue_progress_new (AssayWorkspace *workspace);
void studio_queue_progress_free (StudioQueueProgress *progress);
/** Gives @run, which runs since @started (Unix seconds), its fraction, what it does, and the rest.
 */
void studio_queue_progress_read (StudioQueueProgress *progress, StudioQueueRun *run,
                                 double started);
/** Forgets what runs in none of @plans (StudioQueuePlan). */
void studio_queue_progress_forget (StudioQueueProgress *progress, const GPtrArray *plans);
