/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/desktop/session.h"

#include "ui/desktop/task.h"

/* How often the run directories are looked at.  While it looks the index's thread answers nobody,
 * so a look that takes long is followed by a rest that is longer, up to what a person waits for. */
#define TICK_SECONDS 1
#define REST 5                            /* times what the look took */
#define LONGEST_REST (3 * G_USEC_PER_SEC) /* of which a run's new state may be unseen */

struct _StudioSession
{
  GObject parent_instance;
  AssayWorkspace *workspace;
  AssayRegistry *registry;
  AssayIndex *index; /* of the index's thread */
  GThreadPool *jobs; /* that thread */
  guint64 version;   /* of the index, as last announced */
  gboolean refreshing, scanning, closed;
  guint tick;
  gint64 rest_until; /* monotonic time */
  StudioSelection selection;
};

G_DEFINE_FINAL_TYPE (StudioSession, studio_session, G_TYPE_OBJECT)

enum
{
  STUDIES_CHANGED,
  RUNS_CHANGED,
  SELECTION_CHANGED,
  NOTICE,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* ---- the index's thread ---- */

typedef struct
{
  GTask *task;
  StudioIndexJob job;
} Job;

/* Opens the index when it is first needed, here, because an index belongs to one thread. */
static void
run_job (gpointer data, gpointer user_data)
{
  StudioSession *session = user_data;
  g_autofree Job *job = data;
  GTask *task = job->task;
  GError *error = NULL;

  if (!g_task_return_error_if_cancelled (task))
    {
      if (session->index == NULL)
        session->index = assay_index_open (session->workspace, &error);
      if (session->index == NULL)
        g_task_return_error (task, error);
      else
        job->job (task, session->index);
    }
  studio_task_release (task);
}

void
studio_session_run (StudioSession *session, GTask *task, StudioIndexJob job)
{
  Job *item = g_new (Job, 1);

  if (session->closed)
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CANCELLED, "The session is closed");
      g_object_unref (task);
      g_free (item);
      return;
    }
  *item = (Job){ task, job };
  studio_task_begin (task);
  g_thread_pool_push (session->jobs, item, NULL);
}

typedef struct
{
  guint64 version;
  gint64 microseconds; /* that it took, without the wait for other jobs */
} Look;

static void
refresh_index (GTask *task, AssayIndex *index)
{
  GError *error = NULL;
  gint64 began = g_get_monotonic_time ();
  Look *look;

  if (!assay_index_refresh (index, &error))
    {
      g_task_return_error (task, error);
      return;
    }
  look = g_new (Look, 1);
  *look = (Look){ assay_index_version (index), g_get_monotonic_time () - began };
  g_task_return_pointer (task, look, g_free);
}

static void
on_refreshed (GObject *object, GAsyncResult *result, gpointer user_data)
{
  StudioSession *session = STUDIO_SESSION (object);
  g_autoptr (GError) error = NULL;
  g_autofree Look *look = g_task_propagate_pointer (G_TASK (result), &error);

  session->refreshing = FALSE;
  session->rest_until = g_get_monotonic_time ()
                        + MIN (REST * (look != NULL ? look->microseconds : 0), LONGEST_REST);
  if (session->closed)
    return;
  if (look == NULL)
    studio_session_notice (session, "%s", error->message);
  else if (look->version != session->version)
    {
      session->version = look->version;
      g_signal_emit (session, signals[RUNS_CHANGED], 0);
    }
}

void
studio_session_refresh (StudioSession *session)
{
  if (session->refreshing || session->closed)
    return;
  session->refreshing = TRUE;
  studio_session_run (session, g_task_new (session, NULL, on_refreshed, NULL), refresh_index);
}

static gboolean
on_tick (gpointer data)
{
  StudioSession *session = data;

  if (g_get_monotonic_time () >= session->rest_until)
    studio_session_refresh (session);
  return G_SOURCE_CONTINUE;
}

/* ---- plugins ---- */

static void
scan (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;
  AssayRegistry *registry = assay_registry_new (&error);

  if (registry != NULL)
    g_task_return_pointer (task, registry, (GDestroyNotify) assay_registry_unref);
  else
    g_task_return_error (task, error);
}

static void
on_scanned (GObject *object, GAsyncResult *result, gpointer user_data)
{
  StudioSession *session = STUDIO_SESSION (object);
  g_autoptr (GError) error = NULL;
  g_autoptr (AssayRegistry) registry = g_task_propagate_pointer (G_TASK (result), &error);

  session->scanning = FALSE;
  if (session->closed)
    return;
  if (registry == NULL)
    {
      studio_session_notice (session, "%s", error->message);
      return;
    }
  g_clear_pointer (&session->registry, assay_registry_unref);
  session->registry = g_steal_pointer (&registry);
  g_signal_emit (session, signals[STUDIES_CHANGED], 0);
}

void
studio_session_rescan (StudioSession *session)
{
  g_autoptr (GTask) task = NULL;

  if (session->scanning || session->closed)
    return;
  session->scanning = TRUE;
  task = g_task_new (session, NULL, on_scanned, NULL);
  studio_task_run (task, scan);
}

/* ---- what is looked at ---- */

const StudioSelection *
studio_session_selection (StudioSession *session)
{
  return &session->selection;
}

static void
selection_clear (StudioSelection *selection)
{
  g_free (selection->study);
  g_free (selection->preset);
  g_strfreev (selection->runs);
  g_strfreev (selection->by);
}

static void
take_selection (StudioSession *session, StudioSelection selection)
{
  StudioSelection old = session->selection;

  session->selection = selection;
  g_signal_emit (session, signals[SELECTION_CHANGED], 0);
  selection_clear (&old);
}

void
studio_session_select (StudioSession *session, const char *study, const char *preset,
                       const char *const *runs)
{
  take_selection (session, (StudioSelection){ .study = g_strdup (study),
                                              .preset = g_strdup (preset),
                                              .runs = g_strdupv ((GStrv) runs) });
}

void
studio_session_select_groups (StudioSession *session, const char *study, const char *const *runs,
                              const char *const *by)
{
  take_selection (session, (StudioSelection){ .study = g_strdup (study),
                                              .runs = g_strdupv ((GStrv) runs),
                                              .by = g_strdupv ((GStrv) by) });
}

void
studio_session_notice (StudioSession *session, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list values;

  va_start (values, format);
  text = g_strdup_vprintf (format, values);
  va_end (values);
  g_signal_emit (session, signals[NOTICE], 0, text);
}

AssayWorkspace *
studio_session_workspace (StudioSession *session)
{
  return session->workspace;
}

AssayRegistry *
studio_session_registry (StudioSession *session)
{
  return session->registry;
}

/* ---- the object ---- */

StudioSession *
studio_session_new (const char *path, GError **error)
{
  g_autoptr (AssayWorkspace) workspace = assay_workspace_open (path, TRUE, error);
  StudioSession *session;

  if (workspace == NULL)
    return NULL;
  session = g_object_new (STUDIO_TYPE_SESSION, NULL);
  session->workspace = g_steal_pointer (&workspace);
  session->jobs = g_thread_pool_new (run_job, session, 1, TRUE, NULL);
  session->tick = g_timeout_add_seconds (TICK_SECONDS, on_tick, session);
  studio_session_rescan (session);
  studio_session_refresh (session);
  return session;
}

void
studio_session_close (StudioSession *session)
{
  if (session->closed)
    return;
  session->closed = TRUE;
  g_clear_handle_id (&session->tick, g_source_remove);
  if (session->jobs != NULL)
    g_thread_pool_free (g_steal_pointer (&session->jobs), FALSE, TRUE);
}

static void
studio_session_dispose (GObject *object)
{
  studio_session_close (STUDIO_SESSION (object));
  G_OBJECT_CLASS (studio_session_parent_class)->dispose (object);
}

static void
studio_session_finalize (GObject *object)
{
  StudioSession *session = STUDIO_SESSION (object);

  g_clear_pointer (&session->index, assay_index_free);
  g_clear_pointer (&session->registry, assay_registry_unref);
  g_clear_pointer (&session->workspace, assay_workspace_free);
  selection_clear (&session->selection);
  G_OBJECT_CLASS (studio_session_parent_class)->finalize (object);
}

static void
studio_session_class_init (StudioSessionClass *class)
{
  G_OBJECT_CLASS (class)->dispose = studio_session_dispose;
  G_OBJECT_CLASS (class)->finalize = studio_session_finalize;
  signals[STUDIES_CHANGED] = g_signal_new ("studies-changed", STUDIO_TYPE_SESSION,
                                           G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[RUNS_CHANGED] = g_signal_new ("runs-changed", STUDIO_TYPE_SESSION, G_SIGNAL_RUN_LAST, 0,
                                        NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[SELECTION_CHANGED]
      = g_signal_new ("selection-changed", STUDIO_TYPE_SESSION, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                      NULL, G_TYPE_NONE, 0);
  signals[NOTICE] = g_signal_new ("notice", STUDIO_TYPE_SESSION, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                  NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
studio_session_init (StudioSession *session)
{
}
