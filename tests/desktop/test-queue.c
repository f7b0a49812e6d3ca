/* SPDX-License-Identifier: Apache-2.0
 *
 * What runs: seen, cancelled, resumed, run again.
 */
#include "desktop.h"
#include "host/registry/json.h"
#include "host/run/rundir.h"
#include "notices.h"
#include "ui/desktop/filter-entry.h"
#include "ui/desktop/queue-plan.h"
#include "ui/desktop/queue-progress.h"
#include "ui/desktop/queue-view.h"
#include <math.h>
#include <signal.h>
#include <string.h>

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

/* Two runs are so far that the first seconds of their processes weigh little. */
static gboolean
is_timed (gpointer window)
{
  const StudioQueuePlan *plan = newest (window);

  if (plan == NULL || plan->running->len != 2)
    return FALSE;
  for (guint i = 0; i < 2; i++)
    if (((StudioQueueRun *) plan->running->pdata[i])->fraction < .05)
      return FALSE;
  return TRUE;
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

  desktop_test_until (desktop_test_has_studies, window);
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

/* Of what is seen; "" is not. */
static const char *
text_of (StudioWindow *window, const char *label)
{
  GtkWidget *found = desktop_test_find (queue_of (window), GTK_TYPE_LABEL, label);

  g_assert_nonnull (found);
  return gtk_widget_get_mapped (found) ? gtk_label_get_text (GTK_LABEL (found)) : "";
}

static void
assert_begins (const char *text, const char *with)
{
  if (!g_str_has_prefix (text, with))
    g_error ("\"%s\" does not begin with \"%s\"", text, with);
}

/* ---- watching ---- */

static void
a_resumed_run_is_judged_by_what_was_seen_of_it (void)
{
  g_assert_true (isnan (studio_queue_remaining (0, 10, 0, 10)));
  g_assert_true (isnan (studio_queue_remaining (.9, .5, .9, .5))); /* it has just started */
  g_assert_cmpfloat (studio_queue_remaining (.5, 10, .5, 0), ==, 10);
  g_assert_cmpfloat_with_epsilon (studio_queue_remaining (.6, 10, .5, 10), 40, 1e-9);
  g_assert_cmpfloat (studio_queue_remaining (.5, 20, .5, 10), ==, 20); /* nothing was seen */
  g_assert_cmpfloat (studio_queue_remaining (1, 20, .5, 10), ==, 0);
}

/* Six runs of a minute, two at once. */
static void
assert_estimates (StudioWindow *window)
{
  const StudioQueuePlan *plan = newest (window);
  const StudioQueueRun *run = plan->running->pdata[0];
  g_autofree char *state = studio_queue_run_state (run);
  g_autofree char *cores = g_strdup_printf (", 2 of %u cores", g_get_num_processors ());

  g_assert_cmpfloat (run->remaining, >, 30);
  g_assert_cmpfloat (run->remaining, <, 200);
  g_assert_cmpfloat (plan->remaining, >, 2 * run->remaining);
  g_assert_cmpfloat (plan->remaining, <, 4 * run->remaining);
  assert_begins (state, "learning · ");
  g_assert_true (strstr (state, " % · about ") != NULL && g_str_has_suffix (state, " left"));
  g_assert_nonnull (desktop_test_find (queue_of (window), GTK_TYPE_LABEL, state));
  assert_begins (text_of (window, "total_words"), "1 plan: 0 of 6 runs, about ");
  if (g_get_num_processors () > 1)
    g_assert_true (g_str_has_suffix (text_of (window, "total_words"), cores));
}

static void
kill_runner (StudioWindow *window, const StudioQueueRun *run)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AssayRunDir) dir = assay_run_dir_open (
      studio_session_workspace (studio_window_session (window)), run->id, &error);

  g_assert_no_error (error);
  g_assert_cmpint (kill ((pid_t) assay_json_int (dir->status, "pid", -1), SIGKILL), ==, 0);
}

static gboolean
has_lost_one (gpointer window)
{
  return newest (window)->counts[ASSAY_INTERRUPTED] == 1 && newest (window)->failed->len == 1;
}

static gboolean
has_toast (gpointer window)
{
  return desktop_test_find (window, GTK_TYPE_LABEL, "1 new run started") != NULL;
}

/* What keys give: no plan is named. */
static void
press (StudioWindow *window, const char *action)
{
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (window), action, "s", ""));
}

/* A runner is lost, and run again by the key of its row. */
static void
lose_one_and_retry_it (StudioWindow *window)
{
  GtkWidget *rows = desktop_test_find (queue_of (window), GTK_TYPE_LIST_BOX, "failed");

  kill_runner (window, newest (window)->running->pdata[0]);
  desktop_test_until (has_lost_one, window);
  g_assert_true (newest (window)->live);
  gtk_widget_grab_focus (gtk_widget_get_first_child (rows));
  press (window, "win.queue-retry");
}

static gboolean
has_two_timed_plans (gpointer window)
{
  const GPtrArray *plans = studio_queue_view_plans (queue_of (window));
  const StudioQueueTotal total = studio_queue_total (plans);

  return plans->len == 2 && total.plans == 2 && total.taken == 3 && total.remaining > 0;
}

/* The whole lasts as long as the longest of them. */
static void
assert_total_of_two (StudioWindow *window)
{
  const GPtrArray *plans = studio_queue_view_plans (queue_of (window));
  const StudioQueuePlan *one = plans->pdata[0], *six = plans->pdata[1];
  const StudioQueueTotal total = studio_queue_total (plans);
  GtkWidget *bar = desktop_test_find (queue_of (window), GTK_TYPE_PROGRESS_BAR, "total_progress");

  g_assert_cmpuint (one->n, ==, 1);
  g_assert_cmpfloat (total.remaining, ==, MAX (one->remaining, six->remaining));
  g_assert_cmpfloat_with_epsilon (total.fraction, (6 * six->fraction + one->fraction) / 7, 1e-9);
  assert_begins (text_of (window, "total_words"), "2 plans: 1 of 7 runs, 1 failed, about ");
  g_assert_cmpfloat_with_epsilon (gtk_progress_bar_get_fraction (GTK_PROGRESS_BAR (bar)),
                                  total.fraction, 1e-9);
  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (bar), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                       "Progress of all plans");
  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (bar), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                       text_of (window, "total_words"));
}

static gboolean
has_the_first_plan_only (gpointer window)
{
  return studio_queue_view_plans (queue_of (window))->len == 1;
}

/* The new run ends and goes to the trash. */
static void
undo_retry (StudioWindow *window)
{
  g_autofree char *trash = g_build_filename (
      assay_workspace_path (studio_session_workspace (studio_window_session (window))), "trash",
      newest (window)->runs->pdata[0], NULL);

  desktop_test_until (has_toast, window);
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (window), "win.undo", NULL));
  desktop_test_until (has_the_first_plan_only, window);
  g_assert_true (g_file_test (trash, G_FILE_TEST_IS_DIR));
}

static void
the_whole_is_told_in_words (void)
{
  static const struct
  {
    StudioQueueTotal total;
    const char *words;
  } told[]
      = { { { 3, 120, 41, 0, 4, 8, .4, 350 },
            "3 plans: 41 of 120 runs, about 6 min left, 4 of 8 cores" },
          { { 1, 1, 0, 0, 1, 8, .4, 3.2 }, "1 plan: 0 of 1 run, about 5 s left, 1 of 8 cores" },
          { { 2, 12000, 7, 2, 3, 2, .4, NAN },
            "2 plans: 7 of 12,000 runs, 2 failed, 3 cores wanted of 2" } };

  for (guint i = 0; i < G_N_ELEMENTS (told); i++)
    {
      g_autofree char *words = studio_queue_total_words (&told[i].total);

      g_assert_cmpstr (words, ==, told[i].words);
    }
}

static gboolean
has_no_live_plan (gpointer window)
{
  return studio_queue_total (studio_queue_view_plans (queue_of (window))).plans == 0;
}

/* Nothing goes on behind the tests. */
static void
cancel_all (StudioWindow *window)
{
  const GPtrArray *plans = studio_queue_view_plans (queue_of (window));
  g_autoptr (GPtrArray) live = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < plans->len; i++)
    if (((StudioQueuePlan *) plans->pdata[i])->live)
      g_ptr_array_add (live, g_strdup (((StudioQueuePlan *) plans->pdata[i])->id));
  for (guint i = 0; i < live->len; i++)
    g_assert_true (
        gtk_widget_activate_action (GTK_WIDGET (window), "win.queue-cancel", "s", live->pdata[i]));
  desktop_test_until (has_no_live_plan, window);
}

static void
all_that_runs_is_told_in_one_line (void)
{
  g_autofree char *workspace = desktop_test_folder ("total");
  StudioWindow *window;

  desktop_test_run_gallery (workspace, "--set seconds=60 --seeds 2 --cores 2 --detach");
  window = open_on (workspace);
  desktop_test_until (is_timed, window);
  assert_estimates (window);
  lose_one_and_retry_it (window);
  desktop_test_until (has_two_timed_plans, window);
  assert_total_of_two (window);
  picture (window, "queue-two");
  desktop_test_dark (TRUE);
  desktop_test_picture (GTK_WIDGET (window), "queue-two-dark");
  desktop_test_dark (FALSE);
  undo_retry (window);
  g_assert_cmpuint (newest (window)->n, ==, 6);
  cancel_all (window);
  g_assert_cmpstr (text_of (window, "total_words"), ==, "");
  desktop_test_close (window);
}

/* The next to be started stand first. */
static void
assert_waiting_in_order (const StudioQueuePlan *plan)
{
  for (guint i = 0; i < plan->waiting->len; i++)
    {
      const StudioQueueRun *run = plan->waiting->pdata[i];

      g_assert_cmpstr (run->id, ==, plan->runs->pdata[plan->running->len + i]);
    }
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
  assert_waiting_in_order (newest (window));
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

/* ---- failures ---- */

/* More than are shown at once. */
static void
assert_leads_to_failed_runs (StudioWindow *window)
{
  GtkWidget *all = desktop_test_find (queue_of (window), GTK_TYPE_BUTTON, "Show All 6");
  GtkWidget *filter = desktop_test_find (window, STUDIO_TYPE_FILTER_ENTRY, NULL);
  g_autofree char *wanted
      = g_strdup_printf ("plan=%s status=failed,interrupted", newest (window)->id);

  g_signal_emit_by_name (all, "clicked");
  g_assert_cmpstr (studio_filter_entry_filter (STUDIO_FILTER_ENTRY (filter)), ==, wanted);
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (window), "win.page", "s", "queue"));
}

static gboolean
has_problem (gpointer window)
{
  return newest (window)->problem != NULL;
}

/* Its runs are there, and are read of no more. */
static void
damage_plan (StudioWindow *window)
{
  g_autofree char *name = g_strconcat (newest (window)->id, ".json", NULL);
  g_autofree char *path = g_build_filename (
      assay_workspace_path (studio_session_workspace (studio_window_session (window))), "plans",
      name, NULL);

  g_assert_true (g_file_set_contents (path, "{}", -1, NULL));
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (window), "win.refresh", NULL));
  desktop_test_until (has_problem, window);
  g_assert_nonnull (
      desktop_test_find (queue_of (window), GTK_TYPE_LABEL, "A plan that cannot be read"));
  g_assert_false (studio_queue_plan_can_be_retried (newest (window)));
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
  assert_leads_to_failed_runs (window);
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (window), "win.queue-claims", "s",
                                             newest (window)->id));
  g_assert_cmpstr (studio_session_selection (studio_window_session (window))->study, ==, "gallery");
  g_assert_cmpuint (g_strv_length (studio_session_selection (studio_window_session (window))->runs),
                    ==, 6);
  damage_plan (window);
  desktop_test_close (window);
}

static gboolean
is_new (gpointer window)
{
  const char *before = g_object_get_data (window, "before");

  return newest (window) != NULL && strcmp (newest (window)->id, before) != 0 && has_ended (window);
}

/* Waits until the plan that this makes has ended. */
static void
order_anew (StudioWindow *window, const char *action, const char *what)
{
  g_object_set_data_full (G_OBJECT (window), "before", g_strdup (newest (window)->id), g_free);
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (window), action, "s", what));
  desktop_test_until (is_new, window);
}

static void
what_failed_is_run_again_as_new_runs (void)
{
  g_autofree char *workspace = desktop_test_folder ("retry"), *first = NULL, *failed = NULL;
  const GPtrArray *plans;
  StudioWindow *window;

  desktop_test_run_gallery (workspace, "--set trouble=fail --set agent=plain --seeds 2 --cores 1");
  window = open_on (workspace);
  desktop_test_until (has_ended, window);
  first = g_strdup (newest (window)->id);
  g_assert_true (studio_queue_plan_can_be_retried (newest (window)));
  order_anew (window, "win.queue-retry", first);
  plans = studio_queue_view_plans (queue_of (window));
  g_assert_cmpuint (newest (window)->counts[ASSAY_FAILED], ==, 2);
  g_assert_cmpuint (newest (window)->cores, ==, 1);
  g_assert_cmpuint (((StudioQueuePlan *) plans->pdata[1])->counts[ASSAY_FAILED], ==, 2);
  failed = g_strdup (((StudioQueueRun *) newest (window)->failed->pdata[0])->id);
  order_anew (window, "win.queue-retry", failed);
  g_assert_cmpuint (newest (window)->n, ==, 1);
  g_assert_cmpuint (newest (window)->counts[ASSAY_FAILED], ==, 1);
  desktop_test_close (window);
}

static gboolean
is_of_processes (gpointer window)
{
  return newest (window) != NULL && !newest (window)->inline_;
}

/* As --executor has it; what goes on without who asked for it are processes. */
static void
the_executor_is_the_plans (void)
{
  g_autofree char *workspace = desktop_test_folder ("executors");
  StudioWindow *window;

  desktop_test_run_gallery (workspace, "--set trouble=fail --set agent=plain --seeds 1 --cores 1 "
                                       "--executor inline");
  window = open_on (workspace);
  desktop_test_until (has_ended, window);
  g_assert_true (newest (window)->inline_);
  g_assert_nonnull (desktop_test_find (queue_of (window), GTK_TYPE_LABEL,
                                       "quick: 1 run, inline, one run after another, started just "
                                       "now"));
  order (window, "win.queue-resume");
  desktop_test_until (is_of_processes, window);
  g_assert_nonnull (desktop_test_find (queue_of (window), GTK_TYPE_LABEL,
                                       "quick: 1 run, 1 core, local processes, started just now"));
  desktop_test_until (has_ended, window);
  desktop_test_close (window);
}

/* ---- keys ---- */

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

static gboolean
has_body (gpointer notices)
{
  return ((Notices *) notices)->body != NULL;
}

static gboolean
is_behind (gpointer window)
{
  return !gtk_window_is_active (window);
}

/* As if it had been asked for long ago: only what took a while is told. */
static void
age_plan (const char *workspace)
{
  g_autofree char *folder = g_build_filename (workspace, "plans", NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (name, ".json"))
      {
        g_autofree char *path = g_build_filename (folder, name, NULL);
        g_autoptr (JsonNode) node = assay_json_load (path, NULL);
        JsonObject *plan = json_node_get_object (node);

        json_object_set_double_member (plan, "created", assay_json_real (plan, "created", 0) - 60);
        g_assert_true (assay_json_save (path, node, NULL));
      }
}

static void
the_end_is_told_to_who_looks_elsewhere (void)
{
  g_autofree char *workspace = desktop_test_folder ("told");
  Notices notices;
  StudioWindow *window;
  GtkWidget *other;

  notices_serve (&notices);
  desktop_test_run_gallery (workspace, "--set seconds=3 --set agent=plain --seeds 1 --detach");
  window = open_on (workspace);
  desktop_test_until (is_live, window); /* the plan has been saved for the last time */
  age_plan (workspace);
  other = gtk_window_new ();
  gtk_window_present (GTK_WINDOW (other));
  desktop_test_until (is_behind, window);
  desktop_test_until (has_body, &notices);
  g_assert_cmpstr (notices.body, ==, "The run is done: A gallery of everything");
  desktop_test_close (window);
  gtk_window_destroy (GTK_WINDOW (other));
  notices_end (&notices);
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
#define ADD(name, test) g_test_add_func ("/desktop/queue/" name, test)
  ADD ("a-plan-is-watched-cancelled-and-resumed", a_plan_is_watched_cancelled_and_resumed);
  ADD ("a-failure-says-why-at-once", a_failure_says_why_at_once);
  ADD ("the-whole-is-told-in-words", the_whole_is_told_in_words);
  ADD ("a-resumed-run-is-judged-by-what-was-seen-of-it",
       a_resumed_run_is_judged_by_what_was_seen_of_it);
  ADD ("all-that-runs-is-told-in-one-line", all_that_runs_is_told_in_one_line);
  ADD ("what-failed-is-run-again-as-new-runs", what_failed_is_run_again_as_new_runs);
  ADD ("the-executor-is-the-plans", the_executor_is_the_plans);
  ADD ("keys-mean-what-has-the-focus", keys_mean_what_has_the_focus);
  ADD ("the-end-is-told-to-who-looks-elsewhere", the_end_is_told_to_who_looks_elsewhere);
  ADD ("an-empty-queue-leads-to-the-studies", an_empty_queue_leads_to_the_studies);
#undef ADD
  return g_test_run ();
}
