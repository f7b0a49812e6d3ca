/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/desktop/queue-progress.h"

#include <math.h>
#include <string.h>

#define SEEN_SECONDS 5 /* from then on a run is judged by how fast it goes */

typedef struct
{
  AssayProgressTail *tail;
  double from, since; /* how far it was when it was first seen, and when that was */
} Watched;

struct StudioQueueProgress
{
  AssayWorkspace *workspace;
  GHashTable *runs; /* id -> Watched */
};

static void
watched_free (gpointer data)
{
  Watched *watched = data;

  assay_progress_tail_free (watched->tail);
  g_free (watched);
}

static double
unix_now (void)
{
  return (double) g_get_real_time () / 1e6;
}

StudioQueueProgress *
studio_queue_progress_new (AssayWorkspace *workspace)
{
  StudioQueueProgress *progress = g_new (StudioQueueProgress, 1);

  progress->workspace = workspace;
  progress->runs = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, watched_free);
  return progress;
}

void
studio_queue_progress_free (StudioQueueProgress *progress)
{
  g_hash_table_unref (progress->runs);
  g_free (progress);
}

static Watched *
watch_run (StudioQueueProgress *progress, const StudioQueueRun *run)
{
  g_autofree char *folder = assay_workspace_file (progress->workspace, "runs", run->id, NULL);
  g_autofree char *log = folder != NULL ? g_build_filename (folder, "metrics.alog", NULL) : NULL;
  AssayProgressTail *tail = log != NULL ? assay_progress_tail_new (log) : NULL;
  Watched *watched;

  if (tail == NULL)
    return NULL;
  watched = g_new (Watched, 1);
  assay_progress_tail_poll (tail);
  *watched = (Watched){ tail, assay_progress_tail_last (tail, NULL), unix_now () };
  g_hash_table_insert (progress->runs, g_strdup (run->id), watched);
  return watched;
}

double
studio_queue_remaining (double fraction, double elapsed, double from, double seen)
{
  if (seen > SEEN_SECONDS && fraction > from)
    return seen * (1 - fraction) / (fraction - from);
  return fraction > 0.01 && elapsed > 1 ? elapsed * (1 - fraction) / fraction : NAN;
}

/* The log is read on from where it was read to the last time. */
void
studio_queue_progress_read (StudioQueueProgress *progress, StudioQueueRun *run, double started)
{
  Watched *watched = g_hash_table_lookup (progress->runs, run->id);
  const char *doing = NULL;

  if (watched == NULL)
    watched = watch_run (progress, run);
  if (watched == NULL)
    return;
  assay_progress_tail_poll (watched->tail);
  run->fraction = assay_progress_tail_last (watched->tail, &doing);
  run->doing = g_strdup (doing);
  run->remaining = studio_queue_remaining (run->fraction, unix_now () - started, watched->from,
                                           unix_now () - watched->since);
}

static gboolean
runs_nowhere (gpointer id, gpointer watched, gpointer plans)
{
  for (guint i = 0; i < ((GPtrArray *) plans)->len; i++)
    {
      const StudioQueuePlan *plan = ((GPtrArray *) plans)->pdata[i];

      for (guint k = 0; k < plan->running->len; k++)
        if (strcmp (((StudioQueueRun *) plan->running->pdata[k])->id, id) == 0)
          return FALSE;
    }
  return TRUE;
}

void
studio_queue_progress_forget (StudioQueueProgress *progress, const GPtrArray *plans)
{
  g_hash_table_foreach_remove (progress->runs, runs_nowhere, (gpointer) plans);
}
