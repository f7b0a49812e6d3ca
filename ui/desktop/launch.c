/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/desktop/launch.h"

#include "ui/desktop/task.h"

#include "host/run/supervisor.h"

typedef struct
{
  StudioSession *session;
  StudioDraft *draft;
  StudioOutline *outline;
} Launch;

static void
launch_free (gpointer data)
{
  Launch *launch = data;

  g_object_unref (launch->session);
  studio_draft_free (launch->draft);
  studio_outline_unref (launch->outline);
  g_free (launch);
}

void
studio_launched_free (StudioLaunched *launched)
{
  if (launched == NULL)
    return;
  g_free (launched->plan);
  g_free (launched->study);
  g_free (launched->preset);
  g_free (launched);
}

char *
studio_launch_workspace (StudioSession *session)
{
  const char *path = assay_workspace_path (studio_session_workspace (session));
  g_autofree char *usual = g_build_filename (g_get_user_data_dir (), "assay", "workspace", NULL);

  return g_strcmp0 (path, usual) == 0 ? NULL : g_strdup (path);
}

/* A plan of its own, not the outline's: that one keeps its id. */
static void
start (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Launch *launch = data;
  AssayWorkspace *workspace = studio_session_workspace (launch->session);
  g_autofree gboolean *uses = studio_outline_uses (launch->outline);
  g_autofree char *folder = studio_launch_workspace (launch->session);
  const AssaySuperviseOptions options = { .cores = launch->draft->cores,
                                          .resume = launch->draft->resume,
                                          .time_limit = 60. * launch->draft->minutes,
                                          .memory_limit = (guint64) launch->draft->megabytes << 20,
                                          .max_failures = launch->draft->max_failures };
  GError *error = NULL;
  g_autoptr (AssayPlan) plan
      = studio_draft_plan (launch->draft, launch->outline->study, uses, &error);
  StudioLaunched *launched;

  if (plan != NULL)
    {
      g_free (plan->command); /* ours says nothing of what was asked for */
      plan->command = studio_draft_command (launch->draft, launch->outline->study, uses, folder);
    }
  if (plan == NULL || !assay_supervise_detached (workspace, plan, &options, &error))
    {
      g_task_return_error (task, error);
      return;
    }
  launched = g_new0 (StudioLaunched, 1);
  *launched = (StudioLaunched){ g_strdup (plan->id), g_strdup (plan->study->id),
                                g_strdup (plan->preset), plan->specs->len };
  g_task_return_pointer (task, launched, (GDestroyNotify) studio_launched_free);
}

void
studio_launch (gpointer source, StudioSession *session, const StudioDraft *draft,
               StudioOutline *outline, GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (source, NULL, callback, data);
  Launch *launch = g_new (Launch, 1);

  *launch
      = (Launch){ g_object_ref (session), studio_draft_copy (draft), studio_outline_ref (outline) };
  g_task_set_task_data (task, launch, launch_free);
  studio_task_run (task, start);
}

StudioLaunched *
studio_launch_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
