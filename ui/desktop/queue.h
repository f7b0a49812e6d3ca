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
  guint cores;     /* that it takes when it runs */
  double fraction; /* 0..1, of one that runs */
  char *doing, *reason;
  double remaining; /* seconds; NaN: nothing is known */
} StudioQueueRun;

typedef struct
{
  char *id, *study, *title, *preset, *problem; /* problem: it cannot be read; NULL: it was */
  double created;                              /* Unix seconds */
  guint cores;                                 /* that may be taken at once; 0: all */
  gboolean inline_;                            /* run one by one in the process that was asked */
  guint taken;                                 /* cores that its running runs take */
  gboolean live;                               /* it is being executed */
  GPtrArray *runs;                             /* ids of those that have one, NULL at the end */
  guint n;                                     /* runs of the plan */
  guint counts[ASSAY_N_STATES];                /* of those that are this plan's own */
  guint elsewhere;                             /* done before, or taken up by a later plan */
  guint deleted;
  double fraction, remaining;  /* of the whole; as above */
  GPtrArray *running;          /* StudioQueueRun */
  GPtrArray *waiting, *failed; /* the next, the newest of them */
} StudioQueuePlan;

/** Reads again and again; remembers what does not change.  Of the index's thread. */
typedef struct _StudioQueueReader StudioQueueReader;
StudioQueueReader *studio_queue_reader_new (AssayWorkspace *workspace);
void studio_queue_reader_free (StudioQueueReader *reader);

/** The newest plans, newest first, and older ones that are executed: elements are StudioQueuePlan.
 */
GPtrArray *studio_queue_read (StudioQueueReader *reader, AssayRegistry *registry,
                              AssayIndex *index);

/** Ids of a plan's runs that failed or were interrupted, newest first.  Of the index's thread. */
GStrv studio_queue_lost_runs (AssayIndex *index, const char *plan);
