/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/desktop/queue-view.h"

#include "ui/desktop/plan-row.h"
#include "ui/desktop/queue-orders.h"
#include "ui/desktop/queue-plan.h"
#include "ui/desktop/window.h"
#include "ui/desktop/words.h"
#include <string.h>

#define PROGRESS_SECONDS 1
#define LONG_SECONDS 5 /* that a plan took, so that somebody may have turned to other things */

struct _StudioQueueView
{
  AdwBin parent_instance;
  StudioSession *session;
  StudioQueueReader *reader; /* of the index's thread */
  GPtrArray *plans;          /* StudioQueuePlan, as last read */
  GCancellable *cancellable;
  gboolean reading, stale;
  guint tick;
  GActionMap *actions; /* the window's; NULL: not yet */
  GtkStack *states;
  GtkWidget *total; /* of all that is executed: its words, its bar */
  GtkLabel *total_words;
  GtkProgressBar *total_progress;
  GtkBox *list;
};

G_DEFINE_FINAL_TYPE (StudioQueueView, studio_queue_view, ADW_TYPE_BIN)

enum
{
  PROP_SESSION = 1,
  PROP_LIVE
};

/* ---- reading ---- */

static guint
live_plans (const GPtrArray *plans)
{
  guint n = 0;

  for (guint i = 0; plans != NULL && i < plans->len; i++)
    n += ((StudioQueuePlan *) plans->pdata[i])->live;
  return n;
}

static const StudioQueuePlan *
find_plan (const GPtrArray *plans, const char *id)
{
  for (guint i = 0; plans != NULL && i < plans->len; i++)
    if (strcmp (((StudioQueuePlan *) plans->pdata[i])->id, id) == 0)
      return plans->pdata[i];
  return NULL;
}

static void
show_total (StudioQueueView *view)
{
  const StudioQueueTotal total = studio_queue_total (view->plans);
  g_autofree char *words = studio_queue_total_words (&total);

  gtk_widget_set_visible (view->total, total.plans > 0);
  gtk_label_set_text (view->total_words, words);
  gtk_progress_bar_set_fraction (view->total_progress, total.fraction);
  gtk_accessible_update_property (GTK_ACCESSIBLE (view->total_progress),
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, words, -1);
}

static void
show_plans (StudioQueueView *view)
{
  GtkWidget *row = gtk_widget_get_first_child (GTK_WIDGET (view->list));

  for (guint i = 0; i < view->plans->len; i++)
    {
      if (row == NULL)
        {
          row = GTK_WIDGET (studio_plan_row_new ());
          gtk_box_append (view->list, row);
        }
      studio_plan_row_show (STUDIO_PLAN_ROW (row), view->plans->pdata[i]);
      row = gtk_widget_get_next_sibling (row);
    }
  while (row != NULL)
    {
      GtkWidget *next = gtk_widget_get_next_sibling (row);

      gtk_box_remove (view->list, row);
      row = next;
    }
  gtk_stack_set_visible_child_name (view->states, view->plans->len > 0 ? "plans" : "none");
}

/* For whoever looks at something else.  Its click brings the window back. */
static void
notify (StudioQueueView *view, const StudioQueuePlan *plan, const char *text)
{
  GtkWindow *window = GTK_WINDOW (studio_window_of (view));
  GApplication *application = G_APPLICATION (gtk_window_get_application (window));
  const char *path = assay_workspace_path (studio_session_workspace (view->session));
  g_autoptr (GNotification) notification = NULL;

  if (gtk_window_is_active (window) || application == NULL
      || (double) g_get_real_time () / 1e6 - plan->created < LONG_SECONDS)
    return;
  notification = g_notification_new ("Runs have ended");
  g_notification_set_body (notification, text);
  g_notification_set_default_action_and_target (notification, "app.workspace", "s", path);
  g_application_send_notification (application, plan->id, notification);
}

/* The news first, since narrow windows cut the rest. */
static void
announce_end (StudioQueueView *view, const StudioQueuePlan *plan)
{
  guint lost = studio_queue_plan_lost (plan);
  g_autofree char *text = studio_queue_plan_end (plan);
  StudioWindow *window = studio_window_of (view);

  if (window == NULL)
    return;
  notify (view, plan, text);
  if (lost > 0 && gtk_widget_get_mapped (GTK_WIDGET (view)))
    return; /* it is said here, with the reason */
  if (lost > 0)
    studio_window_toast (window, text, "Show Queue", "win.page::queue");
  else
    studio_window_toast (window, text, "Show Claims", "win.page::claims");
}

/* Those that were executed when we looked the last time, and are no more. */
static void
announce_ends (StudioQueueView *view, const GPtrArray *before)
{
  for (guint i = 0; before != NULL && i < before->len; i++)
    {
      const StudioQueuePlan *was = before->pdata[i];
      const StudioQueuePlan *is = find_plan (view->plans, was->id);

      if (was->live && is != NULL && !is->live && is->problem == NULL)
        announce_end (view, is);
    }
}

static void read_plans (StudioQueueView *view);

static gboolean
on_tick (gpointer view)
{
  read_plans (view);
  return G_SOURCE_CONTINUE;
}

/* Progress is seen while somebody looks and something runs. */
static void
set_tick (StudioQueueView *view)
{
  gboolean wanted = live_plans (view->plans) > 0;

  if (wanted && view->tick == 0)
    view->tick = g_timeout_add_seconds (PROGRESS_SECONDS, on_tick, view);
  else if (!wanted)
    g_clear_handle_id (&view->tick, g_source_remove);
}

static void
on_read (GObject *object, GAsyncResult *result, gpointer data)
{
  StudioQueueView *view = STUDIO_QUEUE_VIEW (object);
  GPtrArray *plans = g_task_propagate_pointer (G_TASK (result), NULL);
  g_autoptr (GPtrArray) before = NULL;

  view->reading = FALSE;
  if (plans == NULL)
    return;
  before = g_steal_pointer (&view->plans);
  view->plans = plans;
  show_total (view);
  show_plans (view);
  announce_ends (view, before);
  set_tick (view);
  if (live_plans (before) != live_plans (plans))
    g_object_notify (object, "live");
  if (view->stale)
    read_plans (view);
}

static void
job (GTask *task, AssayIndex *index)
{
  StudioQueueView *view = g_task_get_source_object (task);

  g_task_return_pointer (task, studio_queue_read (view->reader, g_task_get_task_data (task), index),
                         (GDestroyNotify) g_ptr_array_unref);
}

static void
read_plans (StudioQueueView *view)
{
  AssayRegistry *registry = studio_session_registry (view->session);
  GTask *task;

  view->stale = view->reading;
  if (view->reading || registry == NULL)
    return;
  view->reading = TRUE;
  task = g_task_new (view, view->cancellable, on_read, NULL);
  g_task_set_task_data (task, assay_registry_ref (registry), (GDestroyNotify) assay_registry_unref);
  studio_session_run (view->session, task, job);
}

const GPtrArray *
studio_queue_view_plans (StudioQueueView *view)
{
  return view->plans;
}

/* ---- commands ---- */

static void give_order (StudioQueueView *view, StudioOrder order, const char *id);

typedef struct
{
  StudioQueueView *view;
  char *plan; /* of new runs */
} Retried;

static void
undo_retry (gpointer data)
{
  Retried *retried = data;

  give_order (retried->view, STUDIO_ORDER_DISCARD_PLAN, retried->plan);
}

static void
retried_free (gpointer data)
{
  Retried *retried = data;

  g_free (retried->plan);
  g_free (retried);
}

static void
say_retried (StudioQueueView *view, const char *plan, guint n)
{
  g_autofree char *runs = studio_count (n, "new run");
  g_autofree char *text = g_strdup_printf ("%s started", runs);
  Retried *retried = g_new (Retried, 1);

  *retried = (Retried){ view, g_strdup (plan) };
  studio_window_toast_undo (studio_window_of (view), text, undo_retry, retried, retried_free);
}

static void
on_ordered (GObject *object, GAsyncResult *result, gpointer n_retried)
{
  StudioQueueView *view = STUDIO_QUEUE_VIEW (object);
  g_autoptr (GError) error = NULL;
  g_autofree char *plan = studio_order_finish (result, &error);

  if (view->session == NULL)
    return;
  if (plan == NULL)
    studio_session_notice (view->session, "%s", error->message);
  else if (n_retried != NULL)
    say_retried (view, plan, GPOINTER_TO_UINT (n_retried));
  studio_session_refresh (view->session);
  read_plans (view);
}

static void
give_order (StudioQueueView *view, StudioOrder order, const char *id)
{
  const char *const ids[] = { id, NULL };

  studio_order (view, view->session, order, ids, on_ordered, NULL);
}

static void
retry_runs (StudioQueueView *view, const char *const *runs)
{
  studio_order (view, view->session, STUDIO_ORDER_RETRY, runs, on_ordered,
                GUINT_TO_POINTER (g_strv_length ((GStrv) runs)));
}

static void
on_lost_found (GObject *object, GAsyncResult *result, gpointer data)
{
  StudioQueueView *view = STUDIO_QUEUE_VIEW (object);
  g_auto (GStrv) runs = g_task_propagate_pointer (G_TASK (result), NULL);

  if (runs == NULL || view->session == NULL)
    return;
  if (*runs != NULL)
    retry_runs (view, (const char *const *) runs);
  else
    studio_session_notice (view->session, "None of its runs failed");
}

static void
find_lost (GTask *task, AssayIndex *index)
{
  g_task_return_pointer (task, studio_queue_lost_runs (index, g_task_get_task_data (task)),
                         (GDestroyNotify) g_strfreev);
}

static void
retry_plan (StudioQueueView *view, const char *plan)
{
  GTask *task = g_task_new (view, NULL, on_lost_found, NULL);

  g_task_set_task_data (task, g_strdup (plan), g_free);
  studio_session_run (view->session, task, find_lost);
}

/* What has the focus, or is around it. */
static gpointer
around_focus (StudioQueueView *view, GType type)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (view));
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;

  return focus != NULL && gtk_widget_is_ancestor (focus, GTK_WIDGET (view))
             ? gtk_widget_get_ancestor (focus, type)
             : NULL;
}

static gboolean
is_any (const StudioQueuePlan *plan)
{
  return plan->problem == NULL;
}

static gboolean
can_be_cancelled (const StudioQueuePlan *plan)
{
  return plan->live;
}

/* A button names its plan; keys mean the one that has the focus, else the newest that @suits. */
static const char *
plan_meant (StudioQueueView *view, GVariant *id, gboolean (*suits) (const StudioQueuePlan *plan))
{
  const char *named = g_variant_get_string (id, NULL);
  StudioPlanRow *row = around_focus (view, STUDIO_TYPE_PLAN_ROW);

  if (*named != '\0')
    return named;
  if (row != NULL)
    return studio_plan_row_plan (row);
  for (guint i = 0; view->plans != NULL && i < view->plans->len; i++)
    if (suits (view->plans->pdata[i]))
      return ((StudioQueuePlan *) view->plans->pdata[i])->id;
  return NULL;
}

/* By keys: the run whose row has the focus; NULL: of none. */
static const char *
run_meant (StudioQueueView *view, GVariant *id)
{
  GtkWidget *row = around_focus (view, ADW_TYPE_ACTION_ROW);
  GVariant *focused
      = row != NULL ? gtk_actionable_get_action_target_value (GTK_ACTIONABLE (row)) : NULL;
  const char *named = g_variant_get_string (id, NULL);

  if (*named != '\0')
    return named;
  return focused != NULL ? g_variant_get_string (focused, NULL) : NULL;
}

static void
on_cancel (GSimpleAction *action, GVariant *id, gpointer view)
{
  const char *plan = plan_meant (view, id, can_be_cancelled);

  if (plan != NULL)
    give_order (view, STUDIO_ORDER_CANCEL_PLAN, plan);
}

static void
on_cancel_run (GSimpleAction *action, GVariant *id, gpointer view)
{
  const char *run = run_meant (view, id);

  if (run != NULL)
    give_order (view, STUDIO_ORDER_CANCEL_RUN, run);
  else
    studio_session_notice (((StudioQueueView *) view)->session, "Choose a run with Tab first");
}

static void
on_resume (GSimpleAction *action, GVariant *id, gpointer view)
{
  const char *plan = plan_meant (view, id, studio_queue_plan_can_be_resumed);

  if (plan != NULL)
    give_order (view, STUDIO_ORDER_RESUME_PLAN, plan);
}

/* One run, or all that failed of a plan: what is named, else what has the focus. */
static void
on_retry (GSimpleAction *action, GVariant *id, gpointer data)
{
  StudioQueueView *view = data;
  const char *run = run_meant (view, id);
  const char *plan = run == NULL || find_plan (view->plans, run) != NULL
                         ? plan_meant (view, id, studio_queue_plan_can_be_retried)
                         : NULL;

  if (plan != NULL)
    retry_plan (view, plan);
  else if (run != NULL)
    retry_runs (view, (const char *const[]){ run, NULL });
}

/* In Runs, where each says why. */
static void
on_lost (GSimpleAction *action, GVariant *id, gpointer view)
{
  const char *plan = plan_meant (view, id, studio_queue_plan_can_be_retried);
  g_autofree char *filter
      = plan != NULL ? g_strdup_printf ("plan=%s status=failed,interrupted", plan) : NULL;

  if (filter != NULL)
    studio_window_show_runs (studio_window_of (view), filter);
}

static void
show_page_of (StudioQueueView *view, GVariant *id, const char *page)
{
  const char *meant = plan_meant (view, id, is_any);
  const StudioQueuePlan *plan = meant != NULL ? find_plan (view->plans, meant) : NULL;

  if (plan == NULL || plan->runs == NULL)
    return;
  studio_session_select (view->session, plan->study, plan->preset,
                         (const char *const *) plan->runs->pdata);
  studio_window_show_page (studio_window_of (view), page);
}

static void
on_figures (GSimpleAction *action, GVariant *id, gpointer view)
{
  show_page_of (view, id, "figures");
}

static void
on_claims (GSimpleAction *action, GVariant *id, gpointer view)
{
  show_page_of (view, id, "claims");
}

static const GActionEntry entries[] = {
  { .name = "queue-cancel", .activate = on_cancel, .parameter_type = "s" },
  { .name = "queue-cancel-run", .activate = on_cancel_run, .parameter_type = "s" },
  { .name = "queue-resume", .activate = on_resume, .parameter_type = "s" },
  { .name = "queue-retry", .activate = on_retry, .parameter_type = "s" },
  { .name = "queue-failed", .activate = on_lost, .parameter_type = "s" },
  { .name = "queue-figures", .activate = on_figures, .parameter_type = "s" },
  { .name = "queue-claims", .activate = on_claims, .parameter_type = "s" },
};

/* Their keys are those of Runs, too: each page's work while it is seen. */
static void
update_actions (StudioQueueView *view)
{
  gboolean seen = gtk_widget_get_mapped (GTK_WIDGET (view));

  if (view->actions == NULL || gtk_widget_in_destruction (GTK_WIDGET (view->actions)))
    return;
  for (guint i = 0; i < G_N_ELEMENTS (entries); i++)
    g_simple_action_set_enabled (
        G_SIMPLE_ACTION (g_action_map_lookup_action (view->actions, entries[i].name)), seen);
}

void
studio_queue_view_add_actions (gpointer data, GActionMap *map)
{
  StudioQueueView *view = data;

  g_action_map_add_action_entries (map, entries, G_N_ELEMENTS (entries), view);
  view->actions = map;
  g_signal_connect (view, "map", G_CALLBACK (update_actions), NULL);
  g_signal_connect (view, "unmap", G_CALLBACK (update_actions), NULL);
  update_actions (view);
}

/* ---- the widget ---- */

static void
studio_queue_view_set_property (GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
  StudioQueueView *view = STUDIO_QUEUE_VIEW (object);

  view->session = g_value_dup_object (value);
  view->reader = studio_queue_reader_new (studio_session_workspace (view->session));
  g_signal_connect_object (view->session, "studies-changed", G_CALLBACK (read_plans), view,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (view->session, "runs-changed", G_CALLBACK (read_plans), view,
                           G_CONNECT_SWAPPED);
}

static void
studio_queue_view_get_property (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  g_value_set_uint (value, live_plans (STUDIO_QUEUE_VIEW (object)->plans));
}

static void
studio_queue_view_dispose (GObject *object)
{
  StudioQueueView *view = STUDIO_QUEUE_VIEW (object);

  g_cancellable_cancel (view->cancellable);
  g_clear_handle_id (&view->tick, g_source_remove);
  g_clear_object (&view->cancellable);
  g_clear_object (&view->session);
  G_OBJECT_CLASS (studio_queue_view_parent_class)->dispose (object);
}

/* A job has a reference on the view: none is left that reads. */
static void
studio_queue_view_finalize (GObject *object)
{
  StudioQueueView *view = STUDIO_QUEUE_VIEW (object);

  studio_queue_reader_free (view->reader);
  g_clear_pointer (&view->plans, g_ptr_array_unref);
  G_OBJECT_CLASS (studio_queue_view_parent_class)->finalize (object);
}

static void
studio_queue_view_class_init (StudioQueueViewClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->set_property = studio_queue_view_set_property;
  G_OBJECT_CLASS (class)->get_property = studio_queue_view_get_property;
  G_OBJECT_CLASS (class)->dispose = studio_queue_view_dispose;
  G_OBJECT_CLASS (class)->finalize = studio_queue_view_finalize;
  g_object_class_install_property (
      G_OBJECT_CLASS (class), PROP_SESSION,
      g_param_spec_object ("session", NULL, NULL, STUDIO_TYPE_SESSION,
                           G_PARAM_WRITABLE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS));
  /* How many plans are being executed. */
  g_object_class_install_property (G_OBJECT_CLASS (class), PROP_LIVE,
                                   g_param_spec_uint ("live", NULL, NULL, 0, G_MAXUINT, 0,
                                                      G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
  gtk_widget_class_set_template_from_resource (widget_class, "/org/assay/Studio/queue-view.ui");
  gtk_widget_class_bind_template_child (widget_class, StudioQueueView, states);
  gtk_widget_class_bind_template_child (widget_class, StudioQueueView, total);
  gtk_widget_class_bind_template_child (widget_class, StudioQueueView, total_words);
  gtk_widget_class_bind_template_child (widget_class, StudioQueueView, total_progress);
  gtk_widget_class_bind_template_child_full (widget_class, "plans", FALSE,
                                             G_STRUCT_OFFSET (StudioQueueView, list));
}

static void
studio_queue_view_init (StudioQueueView *view)
{
  view->cancellable = g_cancellable_new ();
  gtk_widget_init_template (GTK_WIDGET (view));
}
