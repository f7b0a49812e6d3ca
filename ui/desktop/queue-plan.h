/* SPDX-License-Identifier: Apache-2.0
 *
 * What a plan of the queue, or all that are executed, say of themselves: numbers and words.
 */
#pragma once

#include "ui/desktop/queue.h"

/** Its own runs: all; those that ended in any way; those that failed or were interrupted. */
guint studio_queue_plan_own (const StudioQueuePlan *plan);
guint studio_queue_plan_ended (const StudioQueuePlan *plan);
guint studio_queue_plan_lost (const StudioQueuePlan *plan);
/** Whether it has ended and left runs that are not done; whether some failed. */
gboolean studio_queue_plan_can_be_resumed (const StudioQueuePlan *plan);
gboolean studio_queue_plan_can_be_retried (const StudioQueuePlan *plan);

/** "quick: 12 runs, 2 cores, local processes, started just now"; freed by the caller, as all. */
char *studio_queue_plan_origin (const StudioQueuePlan *plan);
/** "8 done · 2 running · 2 waiting · about 3 min left" */
char *studio_queue_plan_counts (const StudioQueuePlan *plan);
/** "The run is done: ..." or "2 of 12 runs failed: ...": of one that has ended. */
char *studio_queue_plan_end (const StudioQueuePlan *plan);
/** "learning · 40 % · about 50 s left"; why it failed. */
char *studio_queue_run_state (const StudioQueueRun *run);

/** All plans that are executed, together. */
typedef struct
{
  guint plans, runs, ended, lost;
  guint taken, cores;         /* that runs take, of this machine's */
  double fraction, remaining; /* 0..1; seconds, NaN: not known of every plan */
} StudioQueueTotal;

/** @plans: StudioQueuePlan. */
StudioQueueTotal studio_queue_total (const GPtrArray *plans);
/** "3 plans: 41 of 120 runs, 2 of them failed, about 6 min left, 4 of 8 cores" */
char *studio_queue_total_words (const StudioQueueTotal *total);
