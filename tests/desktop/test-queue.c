/* SPDX-License-Identifier: Apache-2.0
 *
 * What runs: seen, cancelled, resumed.
 */
#include "desktop.h"
#include "ui/desktop/queue-view.h"
#include "ui/desktop/queue.h"

static StudioQueueView *
queue_of (StudioWindow *window)
{
  return STUDIO_QUEUE_VIEW (desktop_test_find (window, STUDIO_TYPE_QUEUE_VIEW, NULL));
}

static const StudioQueuePlan *
newest (StudioWindow *window)
{
  const GPtrArray *plans = studio_queue_view_plans (queue_of (window));

  return plans != NULL && plans->len > 0 ? plans->pdata[0] : NULL;
}

static gboolean
has_studies (gpointer window)
{
  return studio_session_registry (studio_window_session (window)) != NULL;
}

static gboolean
has_progress (gpointer window)
{
  const StudioQueuePlan *plan = newest (window);
  const StudioQueueRun *run
      = plan != NULL && plan->running->len > 0 ? plan->running->pdata[0] : NULL;

  return run != NULL && run->fraction > 0 && run->fraction < 1;
}

static gboolean
has_ended (gpointer window)
{
  const StudioQueuePlan *plan = newest (window);

  return plan != NULL && !plan->live;
}

static gboolean
is_timed (gpointer window)
{
  return newest (window) != NULL && newest (window)->remaining > 0
         && newest (window)->running->len == 2;
}

static gboolean
has_cancelled (gpointer window)
{
  return newest (window) != NULL && newest (window)->counts[ASSAY_CANCELLED] > 0;
}

static void
picture (StudioWindow *window, const char *name)
{
  g_autofree char *narrow = g_strconcat (name, "-narrow", NULL);

  desktop_test_resize (window, 360, 640);
  desktop_test_picture (GTK_WIDGET (window), narrow);
  desktop_test_resize (window, 1280, 800);
  desktop_test_picture (GTK_WIDGET (window), name);
}

/* A window on a workspace in which the gallery is run. */
static StudioWindow *
open_on (const char *workspace)
{
  StudioWindow *window = desktop_test_open_workspace (workspace);

  desktop_test_until (has_studies, window);
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (window), "win.page", "s", "queue"));
  return window;
}

static void
order (StudioWindow *window, const char *action)
{
  g_assert_true (
      gtk_widget_activate_action (GTK_WIDGET (window), action, "s", newest (window)->id));
}

static void
cancel_run (StudioWindow *window, const StudioQueueRun *run)
{
  g_assert_true (
      gtk_widget_activate_action (GTK_WIDGET (window), "win.queue-cancel-run", "s", run->id));
}

static void
a_plan_is_watched_cancelled_and_resumed (void)
{
  g_autofree char *workspace = desktop_test_folder ("queue");
  StudioWindow *window;

  desktop_test_run_gallery (workspace, "--set seconds=60 --seeds 2 --cores 2 --detach");
  window = open_on (workspace);
  desktop_test_until (has_progress, window);
  g_assert_cmpuint (newest (window)->n, ==, 6);
  desktop_test_until (is_timed, window);
  picture (window, "queue-running");
  cancel_run (window, newest (window)->waiting->pdata[0]);
  desktop_test_until (has_cancelled, window);
  g_assert_true (newest (window)->live);
  g_assert_cmpuint (newest (window)->running->len, ==, 2);
  order (window, "win.queue-cancel");
  desktop_test_until (has_ended, window);
  g_assert_cmpuint (newest (window)->counts[ASSAY_CANCELLED], ==, 6);
  picture (window, "queue-cancelled");
  order (window, "win.queue-resume");
  desktop_test_until (has_progress, window);
  cancel_run (window, newest (window)->running->pdata[0]);
  desktop_test_until (has_cancelled, window);
  order (window, "win.queue-cancel");
  desktop_test_until (has_ended, window);
  desktop_test_close (window);
}

static void
a_failure_says_why_at_once (void)
{
  g_autofree char *workspace = desktop_test_folder ("failures");
  const StudioQueueRun *failed;
  StudioWindow *window;

  desktop_test_run_gallery (workspace, "--set trouble=fail --seeds 2");
  window = open_on (workspace);
  desktop_test_until (has_ended, window);
  g_assert_cmpuint (newest (window)->counts[ASSAY_FAILED], ==, 6);
  g_assert_cmpuint (newest (window)->failed->len, >, 0);
  failed = newest (window)->failed->pdata[0];
  g_assert_nonnull (failed->reason);
  g_assert_nonnull (desktop_test_find (queue_of (window), GTK_TYPE_LABEL, failed->reason));
  picture (window, "queue-failed");
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (window), "win.queue-claims", "s",
                                             newest (window)->id));
  g_assert_cmpstr (studio_session_selection (studio_window_session (window))->study, ==, "gallery");
  g_assert_cmpuint (g_strv_length (studio_session_selection (studio_window_session (window))->runs),
                    ==, 6);
  desktop_test_close (window);
}

/* What keys give: no plan is named. */
static void
press (StudioWindow *window, const char *action)
{
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (window), action, "s", ""));
}

static gboolean
is_live (gpointer window)
{
  return newest (window) != NULL && newest (window)->live && newest (window)->running->len > 0;
}

static void
keys_mean_what_has_the_focus (void)
{
  g_autofree char *workspace = desktop_test_folder ("keys");
  StudioWindow *window;
  GtkWidget *rows;

  desktop_test_run_gallery (workspace, "--set seconds=60 --seeds 1 --cores 2 --detach");
  window = open_on (workspace);
  desktop_test_until (is_live, window);
  desktop_test_settle ();
  press (window, "win.queue-cancel-run"); /* of none: nothing */
  rows = desktop_test_find (queue_of (window), GTK_TYPE_LIST_BOX, "running");
  gtk_widget_grab_focus (gtk_widget_get_first_child (rows));
  press (window, "win.queue-cancel-run");
  desktop_test_until (has_cancelled, window);
  g_assert_true (newest (window)->live);
  press (window, "win.queue-cancel");
  desktop_test_until (has_ended, window);
  press (window, "win.queue-resume");
  desktop_test_until (is_live, window);
  press (window, "win.queue-cancel");
  desktop_test_until (has_ended, window);
  press (window, "win.queue-figures");
  g_assert_cmpstr (studio_session_selection (studio_window_session (window))->study, ==, "gallery");
  g_assert_false (g_action_group_get_action_enabled (G_ACTION_GROUP (window), "queue-cancel"));
  desktop_test_close (window);
}

/* ---- whoever looks at something else is told ---- */

static const char server[]
    = "<node><interface name='org.freedesktop.Notifications'>"
      "<method name='GetCapabilities'><arg type='as' direction='out'/></method>"
      "<method name='Notify'><arg type='s' direction='in'/><arg type='u' direction='in'/>"
      "<arg type='s' direction='in'/><arg type='s' direction='in'/><arg type='s' direction='in'/>"
      "<arg type='as' direction='in'/><arg type='a{sv}' direction='in'/><arg type='i' "
      "direction='in'/><arg type='u' direction='out'/></method>"
      "<method name='CloseNotification'><arg type='u' direction='in'/></method>"
      "</interface></node>";

static void
on_call (GDBusConnection *bus, const char *sender, const char *path, const char *interface,
         const char *method, GVariant *arguments, GDBusMethodInvocation *call, gpointer body)
{
  GVariant *answer = NULL;

  if (g_str_equal (method, "Notify"))
    {
      g_variant_get_child (arguments, 4, "s", body);
      answer = g_variant_new ("(u)", 1);
    }
  if (g_str_equal (method, "GetCapabilities"))
    answer = g_variant_new ("(as)", NULL);
  g_dbus_method_invocation_return_value (call, answer);
}

static gboolean
is_set (gpointer text)
{
  return *(char **) text != NULL;
}

static gboolean
is_behind (gpointer window)
{
  return !gtk_window_is_active (window);
}

static void
the_end_is_told_to_who_looks_elsewhere (void)
{
  static const GDBusInterfaceVTable calls = { .method_call = on_call };
  g_autofree char *workspace = desktop_test_folder ("told"), *body = NULL;
  g_autoptr (GDBusConnection) bus = g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, NULL);
  g_autoptr (GDBusNodeInfo) info = g_dbus_node_info_new_for_xml (server, NULL);
  guint object = g_dbus_connection_register_object (bus, "/org/freedesktop/Notifications",
                                                    info->interfaces[0], &calls, &body, NULL, NULL);
  guint name = g_bus_own_name_on_connection (bus, "org.freedesktop.Notifications", 0, NULL, NULL,
                                             NULL, NULL);
  StudioWindow *window;
  GtkWidget *other;

  desktop_test_run_gallery (workspace, "--set seconds=6 --set agent=plain --seeds 1 --detach");
  window = open_on (workspace);
  other = gtk_window_new ();
  gtk_window_present (GTK_WINDOW (other));
  desktop_test_until (is_behind, window);
  desktop_test_until (is_set, &body);
  g_assert_cmpstr (body, ==, "The run is done: A gallery of everything");
  desktop_test_close (window);
  gtk_window_destroy (GTK_WINDOW (other));
  g_bus_unown_name (name);
  g_dbus_connection_unregister_object (bus, object);
}

static void
an_empty_queue_leads_to_the_studies (void)
{
  g_autofree char *workspace = desktop_test_folder ("empty");
  StudioWindow *window = open_on (workspace);
  GtkWidget *stack = desktop_test_find (queue_of (window), GTK_TYPE_STACK, "states");

  desktop_test_settle ();
  g_assert_cmpstr (gtk_stack_get_visible_child_name (GTK_STACK (stack)), ==, "none");
  picture (window, "queue-empty");
  desktop_test_close (window);
}

int
main (int argc, char **argv)
{
  desktop_test_init (&argc, &argv);
  g_test_add_func ("/desktop/queue/a-plan-is-watched-cancelled-and-resumed",
                   a_plan_is_watched_cancelled_and_resumed);
  g_test_add_func ("/desktop/queue/a-failure-says-why-at-once", a_failure_says_why_at_once);
  g_test_add_func ("/desktop/queue/keys-mean-what-has-the-focus", keys_mean_what_has_the_focus);
  g_test_add_func ("/desktop/queue/the-end-is-told-to-who-looks-elsewhere",
                   the_end_is_told_to_who_looks_elsewhere);
  g_test_add_func ("/desktop/queue/an-empty-queue-leads-to-the-studies",
                   an_empty_queue_leads_to_the_studies);
  return g_test_run ();
}
