/* SPDX-License-Identifier: Apache-2.0
 *
 * What becomes of runs whose study misbehaves: a plain status, and nothing else is harmed.
 */
#include "engine.h"
#include "host/registry/json.h"

#include <glib/gstdio.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

typedef struct
{
  const char *set;
  AssaySuperviseOptions options;
  AssayState state;
  const char *says; /* in the reason; NULL: no reason */
  int signal;       /* in status.json; 0: none */
  double seconds;   /* at most */
} Case;

static void
check_case (gconstpointer data)
{
  const Case *c = data;
  g_autoptr (Engine) engine = engine_new ();
  gint64 start = g_get_monotonic_time ();
  g_autoptr (AssayPlan) plan = engine_run (engine, c->set, NULL, &c->options, NULL);
  double seconds = (double) (g_get_monotonic_time () - start) / 1e6;
  g_autoptr (AssayRunDir) dir = engine_open (engine, plan, 0);

  g_assert_cmpstr (assay_state_name (dir->state), ==, assay_state_name (c->state));
  g_assert_cmpstr (assay_json_text (dir->status, "state", NULL), ==, assay_state_name (c->state));
  if (c->says && (!dir->reason || !strstr (dir->reason, c->says)))
    g_error ("%s: \"%s\" lacks \"%s\"", c->set, dir->reason, c->says);
  if (!c->says)
    g_assert_cmpstr (dir->reason, ==, NULL);
  if (c->signal)
    g_assert_cmpint (assay_json_int (dir->status, "signal", 0), ==, c->signal);
  g_assert_cmpfloat (dir->finished, >, 0);
  g_assert_cmpfloat (seconds, <, c->seconds);
}

#define LIMITS .cores = 1, .grace = 0.3
static const Case cases[] = {
  { "behaviour=crash", { LIMITS }, ASSAY_FAILED, "crashed with signal 11", SIGSEGV, 10 },
  { "behaviour=abort",
    { LIMITS },
    ASSAY_FAILED,
    "last words: the study is at its end",
    SIGABRT,
    10 },
  { "behaviour=hang", { LIMITS, .time_limit = 0.2 }, ASSAY_FAILED, "time limit", 0, 10 },
  { "behaviour=deaf", { LIMITS, .time_limit = 0.2 }, ASSAY_FAILED, "time limit", SIGKILL, 10 },
  { "behaviour=flood-log", { LIMITS, .log_limit = 1 << 20 }, ASSAY_FAILED, "log limit", 0, 20 },
  { "behaviour=flood-console", { LIMITS }, ASSAY_FAILED, "console limit", SIGKILL, 20 },
  { "behaviour=allocate",
    { LIMITS, .memory_limit = 200 << 20 },
    ASSAY_FAILED,
    "memory limit",
    SIGKILL,
    20 },
  { "behaviour=nan", { LIMITS }, ASSAY_DONE, NULL, 0, 10 },
  { "behaviour=exit", { LIMITS }, ASSAY_FAILED, "ended (exit code 0) before", 0, 10 },
  { "behaviour=close-files", { LIMITS }, ASSAY_FAILED, "Bad file descriptor", 0, 10 },
  { "behaviour=fork", { LIMITS }, ASSAY_DONE, NULL, 0, 10 },
};

static void
test_log_stays_small (void)
{
  g_autoptr (Engine) engine = engine_new ();
  const AssaySuperviseOptions options = { LIMITS, .log_limit = 1 << 20 };
  g_autoptr (AssayPlan) plan = engine_run (engine, "behaviour=flood-log", NULL, &options, NULL);
  g_autoptr (AssayRunDir) dir = engine_open (engine, plan, 0);
  g_autofree char *log = assay_run_dir_file (dir, "metrics.alog");
  g_autofree char *text = engine_observations (dir); /* what it holds can be read */
  GStatBuf st;

  g_assert_cmpint (g_stat (log, &st), ==, 0);
  g_assert_cmpint (st.st_size, <, 2 << 20);
  g_assert_cmpuint (strlen (text), >, 1000);
}

static void
test_console_stays_small (void)
{
  g_autoptr (Engine) engine = engine_new ();
  const AssaySuperviseOptions options = { LIMITS };
  g_autoptr (AssayPlan) plan = engine_run (engine, "behaviour=flood-console", NULL, &options, NULL);
  g_autoptr (AssayRunDir) dir = engine_open (engine, plan, 0);
  g_autofree char *console = assay_run_dir_file (dir, "console.log");
  GStatBuf st;

  g_assert_cmpint (g_stat (console, &st), ==, 0);
  g_assert_cmpint (st.st_size, <=, 16 << 20);
}

static void
test_nan_is_kept (void)
{
  g_autoptr (Engine) engine = engine_new ();
  g_autoptr (AssayPlan) plan = engine_run (engine, "behaviour=nan", NULL, NULL, NULL);
  g_autoptr (AssayRunDir) dir = engine_open (engine, plan, 0);
  g_autofree char *text = engine_observations (dir);

  g_assert_nonnull (strstr (text, "nan"));
  g_assert_nonnull (strstr (text, "=inf"));
}

/** Processes of a group that are not dead (a container may have nobody to bury them). */
static guint
count_living (gint64 group)
{
  g_autoptr (GDir) proc = g_dir_open ("/proc", 0, NULL);
  const char *name;
  guint n = 0;

  while ((name = g_dir_read_name (proc)))
    {
      g_autofree char *path = g_build_filename ("/proc", name, "stat", NULL), *text = NULL;
      const char *after;
      char state;
      long parent, own;

      if (!g_ascii_isdigit (*name) || !g_file_get_contents (path, &text, NULL, NULL))
        continue;
      after = strrchr (text, ')');
      if (after && sscanf (after + 2, "%c %ld %ld", &state, &parent, &own) == 3)
        n += own == group && state != 'Z' && state != 'X';
    }
  return n;
}

/* A child that the study left behind must not live on. */
static void
test_nothing_stays_behind (void)
{
  g_autoptr (Engine) engine = engine_new ();
  g_autoptr (AssayPlan) plan = engine_run (engine, "behaviour=fork", NULL, NULL, NULL);
  g_autoptr (AssayRunDir) dir = engine_open (engine, plan, 0);
  gint64 group = assay_json_int (dir->status, "pid", 0);

  g_assert_cmpint (group, >, 1);
  for (int i = 0; i < 100 && count_living (group); i++)
    g_usleep (10000);
  g_assert_cmpuint (count_living (group), ==, 0);
}

static void
test_others_go_on (void)
{
  g_autoptr (Engine) engine = engine_new ();
  const char *const sweep[] = { "behaviour=crash,well,abort,exit,slow", NULL };
  const AssayPlanRequest request = { .sweep = sweep, .seeds = "2" };
  const AssaySuperviseOptions options = { .cores = 2 };
  AssayPlanResult result;
  g_autoptr (GError) error = NULL;
  g_autoptr (AssayPlan) plan = assay_plan_new (engine->study, &request, &error);

  g_assert_no_error (error);
  g_assert_true (
      assay_supervise (engine->workspace, plan, &options, NULL, NULL, NULL, &result, &error));
  g_assert_cmpuint (result.done, ==, 4);
  g_assert_cmpuint (result.failed, ==, 6);
}

/* ---- cancelling from elsewhere ---- */

typedef struct
{
  Engine *engine;
  gboolean insists; /* asks until the run has ended: two signals may arrive as one */
  gboolean asked;
} Canceller;

static void
cancel_it (const AssayRunEvent *event, gpointer data)
{
  Canceller *canceller = data;
  g_autofree char *log = NULL;

  if (event->state != ASSAY_RUNNING || canceller->asked)
    return;
  log = g_build_filename (canceller->engine->path, "runs", event->run, "metrics.alog", NULL);
  g_assert_true (engine_wait_for (log));
  g_usleep (50000);
  g_assert_true (assay_run_cancel (canceller->engine->workspace, event->run, NULL));
  while (canceller->insists && assay_run_cancel (canceller->engine->workspace, event->run, NULL))
    g_usleep (50000);
  canceller->asked = TRUE;
}

static void
check_cancel (const char *set, gboolean insists, double grace, const char *says)
{
  g_autoptr (Engine) engine = engine_new ();
  const AssaySuperviseOptions options = { .cores = 1, .grace = grace };
  Canceller canceller = { engine, insists, FALSE };
  g_autoptr (AssayPlan) plan = engine_plan (engine, set, NULL);
  g_autoptr (AssayRunDir) dir = NULL;
  AssayPlanResult result;

  g_assert_true (assay_supervise (engine->workspace, plan, &options, NULL, cancel_it, &canceller,
                                  &result, NULL));
  g_assert_cmpuint (result.cancelled, ==, 1);
  dir = engine_open (engine, plan, 0);
  g_assert_cmpint (dir->state, ==, ASSAY_CANCELLED);
  if (says)
    g_assert_nonnull (strstr (dir->reason, says));
  g_assert_false (assay_run_cancel (engine->workspace, plan->runs[0], NULL));
}

static void
test_cancel (void)
{
  check_cancel ("behaviour=hang", FALSE, 5, NULL);
}

static void
test_cancel_of_a_busy_study (void)
{
  check_cancel ("behaviour=busy", FALSE, 0.3, "did not end within 0.3 s");
}

static void
test_cancel_twice (void)
{
  check_cancel ("behaviour=busy", TRUE, 60, "asked twice");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path
          = g_strdup_printf ("/fault/behaviour/%s-ends-as-%s", strchr (cases[i].set, '=') + 1,
                             assay_state_name (cases[i].state));

      g_test_add_data_func (path, &cases[i], check_case);
    }
  g_test_add_func ("/fault/behaviour/a-flooded-log-stays-small", test_log_stays_small);
  g_test_add_func ("/fault/behaviour/a-flooded-console-stays-small", test_console_stays_small);
  g_test_add_func ("/fault/behaviour/nan-and-infinity-are-kept", test_nan_is_kept);
  g_test_add_func ("/fault/behaviour/nothing-stays-behind", test_nothing_stays_behind);
  g_test_add_func ("/fault/behaviour/other-runs-go-on", test_others_go_on);
  g_test_add_func ("/fault/cancel/ends-a-run-of-another-process", test_cancel);
  g_test_add_func ("/fault/cancel/a-busy-study-ends-after-the-grace", test_cancel_of_a_busy_study);
  g_test_add_func ("/fault/cancel/asked-twice-ends-at-once", test_cancel_twice);
  return g_test_run ();
}
