/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/desktop/runs-at.h"
#include "host/registry/text.h"

#include "ui/desktop/runs-metric.h"
#include "ui/desktop/task.h"
#include <math.h>

#define BATCH 8 /* runs whose logs are read before what they say is shown */

struct _StudioRunsAt
{
  char *workspace;       /* NULL: not known yet */
  GHashTable *known;     /* "run\ncolumn" -> Known */
  guint version;         /* of what is known of live runs */
  GCancellable *reading; /* NULL: nothing is read */
  void (*changed) (gpointer data);
  gpointer data;
};

typedef struct
{
  double value; /* NaN: none */
  gboolean live;
  guint version;
} Known;

/* Of one run; the columns are the batch's. */
typedef struct
{
  char *run;
  gboolean live;
  double *values;
} Wanted;

typedef struct
{
  char *workspace;
  GStrv columns; /* those at a step */
  GArray *runs;  /* Wanted */
  guint version;
} Batch;

static void
wanted_clear (gpointer data)
{
  Wanted *wanted = data;

  g_free (wanted->run);
  g_free (wanted->values);
}

static void
batch_free (gpointer data)
{
  Batch *batch = data;

  g_free (batch->workspace);
  g_strfreev (batch->columns);
  g_array_unref (batch->runs);
  g_free (batch);
}

StudioRunsAt *
studio_runs_at_new (void (*changed) (gpointer data), gpointer data)
{
  StudioRunsAt *at = g_new0 (StudioRunsAt, 1);

  at->known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  at->changed = changed;
  at->data = data;
  return at;
}

static void
stop (StudioRunsAt *at)
{
  if (at->reading != NULL)
    g_cancellable_cancel (at->reading);
  g_clear_object (&at->reading);
}

void
studio_runs_at_free (StudioRunsAt *at)
{
  if (at == NULL)
    return;
  stop (at);
  g_hash_table_unref (at->known);
  g_free (at->workspace);
  g_free (at);
}

void
studio_runs_at_set_workspace (StudioRunsAt *at, const char *path)
{
  stop (at);
  g_hash_table_remove_all (at->known);
  g_free (at->workspace);
  at->workspace = g_strdup (path);
}

void
studio_runs_at_outdate (StudioRunsAt *at)
{
  at->version++;
}

static char *
key_of (const char *run, const char *column)
{
  return g_strconcat (run, "\n", column, NULL);
}

/* ---- reading ---- */

/* A log that cannot be read leaves NaN; the run's page says why. */
static void
read_run (AssayWorkspace *workspace, const Batch *batch, Wanted *wanted)
{
  g_autoptr (AssayRunDir) dir
      = workspace != NULL ? assay_run_dir_open (workspace, wanted->run, NULL) : NULL;

  for (guint i = 0; batch->columns[i] != NULL; i++)
    {
      g_auto (StudioMetricColumn) column = { 0 };
      g_autoptr (GStringChunk) texts = g_string_chunk_new (256);
      g_autoptr (GArray) summaries = NULL;

      studio_metric_column_parse (batch->columns[i], &column);
      summaries = dir != NULL ? assay_run_summaries (dir, column.step, texts, NULL) : NULL;
      wanted->values[i] = studio_metric_column_value (&column, summaries);
    }
}

static void
read_batch (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Batch *batch = data;
  g_autoptr (AssayWorkspace) workspace = assay_workspace_open (batch->workspace, FALSE, NULL);

  for (guint i = 0; i < batch->runs->len && !g_cancellable_is_cancelled (cancellable); i++)
    read_run (workspace, batch, &g_array_index (batch->runs, Wanted, i));
  g_task_return_boolean (task, TRUE);
}

static void
on_read (GObject *source, GAsyncResult *result, gpointer data)
{
  StudioRunsAt *at = data;
  const Batch *batch = g_task_get_task_data (G_TASK (result));

  if (!g_task_propagate_boolean (G_TASK (result), NULL))
    return; /* cancelled: @at may be gone */
  g_clear_object (&at->reading);
  for (guint i = 0; i < batch->runs->len; i++)
    for (guint k = 0; batch->columns[k] != NULL; k++)
      {
        const Wanted *wanted = &g_array_index (batch->runs, Wanted, i);
        Known *known = g_new (Known, 1);

        *known = (Known){ wanted->values[k], wanted->live, batch->version };
        g_hash_table_insert (at->known, key_of (wanted->run, batch->columns[k]), known);
      }
  at->changed (at->data);
}

/* ---- what is wanted ---- */

static GStrv
columns_at (const char *const *columns)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (; *columns != NULL; columns++)
    if (studio_metric_column_is_at (*columns))
      g_strv_builder_add (builder, *columns);
  return g_strv_builder_end (builder);
}

static gboolean
is_known (StudioRunsAt *at, const char *run, const char *const *columns)
{
  for (; *columns != NULL; columns++)
    {
      g_autofree char *key = key_of (run, *columns);
      const Known *known = g_hash_table_lookup (at->known, key);

      if (known == NULL || (known->live && known->version != at->version))
        return FALSE;
    }
  return TRUE;
}

static void
want (Batch *batch, const AssayRunRow *run)
{
  Wanted wanted = { g_strdup (run->id), run->state == ASSAY_RUNNING || run->state == ASSAY_QUEUED,
                    g_new0 (double, g_strv_length (batch->columns)) };

  g_array_append_val (batch->runs, wanted);
}

static void
start (StudioRunsAt *at, Batch *batch)
{
  g_autoptr (GTask) task = NULL;

  at->reading = g_cancellable_new ();
  task = g_task_new (NULL, at->reading, on_read, at);
  g_task_set_task_data (task, batch, batch_free);
  studio_task_run (task, read_batch);
}

void
studio_runs_at_look (StudioRunsAt *at, const StudioRunsAnswer *answer, guint first, guint last,
                     const char *const *columns)
{
  g_auto (GStrv) wanted = columns_at (columns);
  Batch *batch;

  if (at->workspace == NULL || at->reading != NULL || *wanted == NULL || answer == NULL
      || answer->rows == NULL)
    return;
  batch = g_new0 (Batch, 1);
  batch->workspace = g_strdup (at->workspace);
  batch->columns = g_steal_pointer (&wanted);
  batch->runs = g_array_new (FALSE, FALSE, sizeof (Wanted));
  batch->version = at->version;
  g_array_set_clear_func (batch->runs, wanted_clear);
  for (guint i = first; i <= last && i < answer->n && batch->runs->len < BATCH; i++)
    if (!is_known (at, answer->identities[i], (const char *const *) batch->columns))
      want (batch, studio_runs_answer_run (answer, i));
  if (batch->runs->len > 0)
    start (at, batch);
  else
    batch_free (batch);
}

char *
studio_runs_at_text (StudioRunsAt *at, const char *run, const char *column)
{
  g_autofree char *key = key_of (run, column);
  const Known *known = g_hash_table_lookup (at->known, key);

  return assay_number_text (known != NULL ? known->value : NAN);
}
