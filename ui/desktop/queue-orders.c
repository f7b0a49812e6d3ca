/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/desktop/queue-orders.h"

#include "ui/desktop/task.h"

#include "host/run/supervisor.h"

#define ENDING_MS 20000 /* that a supervisor is given, whose runs have a grace of 5 s */
#define LOOK_MS 50

typedef struct
{
  StudioSession *session;
  AssayRegistry *registry; /* NULL: not scanned yet */
  StudioOrder order;
  GStrv ids;
} Order;

static void
order_free (gpointer data)
{
  Order *order = data;

  g_object_unref (order->session);
  g_clear_pointer (&order->registry, assay_registry_unref);
  g_strfreev (order->ids);
  g_free (order);
}

static char *
cancel_plan (AssayWorkspace *workspace, const Order *order, GError **error)
{
  return assay_plan_cancel (workspace, order->ids[0], error) ? g_strdup ("") : NULL;
}

static char *
cancel_run (AssayWorkspace *workspace, const Order *order, GError **error)
{
  return assay_run_cancel (workspace, order->ids[0], error) ? g_strdup ("") : NULL;
}

/* ---- what is executed again ---- */

static AssayPlan *
open_plan (AssayWorkspace *workspace, const Order *order, const char *id, GError **error)
{
  if (order->registry != NULL)
    return assay_plan_open (workspace, order->registry, id, error);
  g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_FAILED, "The plugins are not known yet");
  return NULL;
}

gboolean
studio_execute_as (AssayWorkspace *workspace, AssayPlan *plan, const AssayPlan *like,
                   gboolean resume, GError **error)
{
  AssaySuperviseOptions options = { 0 };
  g_autofree char *cpu = NULL;

  if (like != NULL)
    assay_plan_get_options (like, &options);
  options.cpu = cpu = g_strdup (options.cpu); /* the plan's own goes when they are set */
  options.inline_ = FALSE;
  options.resume = resume;
  return assay_supervise_detached (workspace, plan, &options, error);
}

/* The plan that is executed now. */
static char *
execute (AssayWorkspace *workspace, AssayPlan *plan, const AssayPlan *like, gboolean resume,
         GError **error)
{
  return studio_execute_as (workspace, plan, like, resume, error) ? g_strdup (plan->id) : NULL;
}

static char *
resume_plan (AssayWorkspace *workspace, const Order *order, GError **error)
{
  g_autoptr (AssayPlan) plan = open_plan (workspace, order, order->ids[0], error);

  return plan != NULL ? execute (workspace, plan, plan, TRUE, error) : NULL;
}

static GPtrArray *
open_runs (AssayWorkspace *workspace, GStrv ids, GError **error)
{
  g_autoptr (GPtrArray) dirs = g_ptr_array_new_with_free_func ((GDestroyNotify) assay_run_dir_free);

  for (; *ids != NULL; ids++)
    {
      AssayRunDir *dir = assay_run_dir_open (workspace, *ids, error);

      if (dir == NULL)
        return NULL;
      g_ptr_array_add (dirs, dir);
    }
  return g_steal_pointer (&dirs);
}

static char *
retry_runs (AssayWorkspace *workspace, const Order *order, GError **error)
{
  g_autoptr (GPtrArray) dirs = open_runs (workspace, order->ids, error);
  const AssayRunDir *first = dirs != NULL && dirs->len > 0 ? dirs->pdata[0] : NULL;
  g_autoptr (AssayPlan) old = NULL;
  g_autoptr (AssayPlan) plan = NULL;

  if (first != NULL)
    old = open_plan (workspace, order, first->plan != NULL ? first->plan : "", error);
  if (old != NULL)
    plan = assay_plan_of_runs (old->study, (AssayRunDir **) dirs->pdata, dirs->len, error);
  return plan != NULL ? execute (workspace, plan, old, FALSE, error) : NULL;
}

/* It asks its runs to end, and kills those that do not. */
static void
end_plan (AssayWorkspace *workspace, const char *id)
{
  assay_plan_cancel (workspace, id, NULL); /* it may have ended by itself */
  for (guint i = 0; i < ENDING_MS / LOOK_MS && assay_plan_is_executed (workspace, id); i++)
    g_usleep (LOOK_MS * 1000);
}

static char *
discard_plan (AssayWorkspace *workspace, const Order *order, GError **error)
{
  g_autoptr (AssayPlan) plan = NULL;

  end_plan (workspace, order->ids[0]);
  plan = open_plan (workspace, order, order->ids[0], error);
  for (guint i = 0; plan != NULL && i < plan->specs->len; i++)
    if (plan->runs[i] != NULL && !assay_run_trash (workspace, plan->runs[i], error))
      return NULL;
  return plan != NULL ? g_strdup ("") : NULL;
}

/* ---- giving it ---- */

static void
carry_out (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  static char *(*const orders[STUDIO_N_ORDERS]) (AssayWorkspace *, const Order *, GError **)
      = { [STUDIO_ORDER_CANCEL_PLAN] = cancel_plan,
          [STUDIO_ORDER_CANCEL_RUN] = cancel_run,
          [STUDIO_ORDER_RESUME_PLAN] = resume_plan,
          [STUDIO_ORDER_DISCARD_PLAN] = discard_plan,
          [STUDIO_ORDER_RETRY] = retry_runs };
  const Order *order = data;
  GError *error = NULL;
  char *plan = orders[order->order](studio_session_workspace (order->session), order, &error);

  if (plan != NULL)
    g_task_return_pointer (task, plan, g_free);
  else
    g_task_return_error (task, error);
}

void
studio_order (gpointer source, StudioSession *session, StudioOrder order, const char *const *ids,
              GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (source, NULL, callback, data);
  AssayRegistry *registry = studio_session_registry (session);
  Order *given = g_new (Order, 1);

  *given = (Order){ g_object_ref (session), registry != NULL ? assay_registry_ref (registry) : NULL,
                    order, g_strdupv ((GStrv) ids) };
  g_task_set_task_data (task, given, order_free);
  studio_task_run (task, carry_out);
}

char *
studio_order_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
