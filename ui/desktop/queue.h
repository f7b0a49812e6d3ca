/* SPDX-License-Identifier: Apache-2.0
 *
 * How the newest plans stand: read in the index's thread, shown by the queue.
 */
#pragma once

#include "host/registry/registry.h"
#include "host/store/index.h"

typedef struct
{
  char *id;
  char *what;      /* "seed 3 · agent=graph": what tells it from the plan's others */
  double fraction; /* 0..1, of one that runs */
  char *doing, *reason;
  double remaining; /* seconds; NaN: nothing is known */
} StudioQueueRun;

typedef struct
{
  char *id, *study, *title, *preset, *problem; /* problem: it cannot be read; NULL: it was */
  double created;                              /* Unix seconds */
  guint cores;                                 /* 0: all */
  gboolean live;                               /* it is being executed */
  GPtrArray *runs;                             /* ids of those that have one, NULL at the end */
  guint n;                                     /* runs of the plan */
  guint counts[ASSAY_N_STATES];                /* of those that are this plan's own */
  guint elsewhere;                             /* done before, or taken up by a later plan */
  double fraction, remaining;                  /* of the whole; as above */
  GPtrArray *running;                          /* StudioQueueRun */
  GPtrArray *waiting, *failed;                 /* the first of them */
} StudioQueuePlan;

/** Whether it has ended and left runs that are not done. */
gboolean studio_queue_plan_can_be_resumed (const StudioQueuePlan *plan);

/** Reads again and again; remembers what does not change.  Of the index's thread. */
typedef struct _StudioQueueReader StudioQueueReader;
StudioQueueReader *studio_queue_reader_new (AssayWorkspace *workspace);
void studio_queue_reader_free (StudioQueueReader *reader);

/** The newest plans, newest first, and older ones that are executed: elements are StudioQueuePlan.
 */
GPtrArray *studio_queue_read (StudioQueueReader *reader, AssayRegistry *registry,
                              AssayIndex *index);
