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
  order (window, "win.queue-cancel");
  desktop_test_until (has_ended, window);
  g_assert_cmpuint (newest (window)->counts[ASSAY_CANCELLED], ==, 6);
  picture (window, "queue-cancelled");
  order (window, "win.queue-resume");
  desktop_test_until (has_progress, window);
  g_assert_true (
      gtk_widget_activate_action (GTK_WIDGET (window), "win.queue-cancel-run", "s",
                                  ((StudioQueueRun *) newest (window)->running->pdata[0])->id));
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
  g_test_add_func ("/desktop/queue/an-empty-queue-leads-to-the-studies",
                   an_empty_queue_leads_to_the_studies);
  return g_test_run ();
}
