/* SPDX-License-Identifier: Apache-2.0
 *
 * kill -9 in the middle of PPO, on the real host: a run of the study of overoptimisation, resumed,
 * ends in the same observations, arrays, samples and artifacts as one that nobody disturbed.
 */
#include "engine.h"
#include "host/registry/json.h"
#include "host/run/compare.h"
#include "host/run/lock.h"

#include <signal.h>
#include <string.h>

#define ITERATIONS 80
/* A checkpoint after every iteration. */
#define SET                                                                                        \
  "optimizer=ppo reward=uwo beta=0.015 iterations=80 rollouts=16 evaluations=4 ppo-epochs=2 "      \
  "draws=1 prompts=8 pairs=100 demonstrations=200 policy-width=16 width=16 checkpoint=0"

/* Events of a log that grows; @part is in their text. */
static guint
count_events (const char *path, const char *kind, const char *part)
{
  AssayLogError error;
  AssayLogReader *reader = assay_log_open (path, &error);
  AssayLogFrame frame;
  AssayLogKind read;
  guint n = 0;

  while (reader && (read = assay_log_next (reader, &frame, &error)) != ASSAY_LOG_END
         && read != ASSAY_LOG_DAMAGED)
    n += read == ASSAY_LOG_EVENT && strcmp (frame.name, kind) == 0 && strstr (frame.text, part);
  assay_log_free (reader);
  return n;
}

typedef struct
{
  Engine *engine;
  guint after; /* checkpoints */
  gint stop;
  gboolean killed;
} Killer;

/** Kills the run as soon as it has taken so many checkpoints. */
static gboolean
try_to_kill (Killer *killer)
{
  g_auto (GStrv) ids = assay_workspace_list (killer->engine->workspace, "runs", NULL);
  g_autoptr (AssayRunDir) dir
      = ids[0] ? assay_run_dir_open (killer->engine->workspace, ids[0], NULL) : NULL;
  g_autofree char *log = dir ? assay_run_dir_file (dir, "metrics.alog") : NULL;
  g_autofree char *lock = dir ? g_build_filename (dir->path, "lock", NULL) : NULL;

  return dir && log && dir->state == ASSAY_RUNNING
         && count_events (log, "checkpoint", "") >= killer->after
         && assay_lock_signal (lock, assay_json_int (dir->status, "pid", -1), SIGKILL);
}

static gpointer
kill_in_the_middle (gpointer data)
{
  Killer *killer = data;

  while (!killer->killed && !g_atomic_int_get (&killer->stop))
    {
      killer->killed = try_to_kill (killer);
      g_usleep (500);
    }
  return NULL;
}

/** Runs, and dies behind @after checkpoints. */
static void
run_and_die (Engine *engine, guint after)
{
  const AssaySuperviseOptions resume = { .cores = 1, .resume = TRUE };
  Killer killer = { .engine = engine, .after = after };
  GThread *thread = g_thread_new ("killer", kill_in_the_middle, &killer);
  g_autoptr (AssayPlan) plan = engine_run (engine, SET, NULL, &resume, NULL);
  g_autoptr (AssayRunDir) dir = engine_open (engine, plan, 0);

  g_atomic_int_set (&killer.stop, 1);
  g_thread_join (thread);
  g_assert_true (killer.killed);
  g_assert_cmpint (dir->state, ==, ASSAY_INTERRUPTED);
}

static void
test_killed_policy (void)
{
  static const guint places[] = { 1, 20, ITERATIONS / 2 };
  const AssaySuperviseOptions resume = { .cores = 1, .resume = TRUE };
  g_autoptr (Engine) undisturbed = engine_new_of ("overoptimization"),
                     engine = engine_new_of ("overoptimization");
  g_autoptr (AssayPlan) reference = engine_run (undisturbed, SET, NULL, NULL, NULL), plan = NULL;
  g_autoptr (AssayRunDir) whole = engine_open (undisturbed, reference, 0), mended = NULL;
  g_autofree char *difference = NULL, *log = NULL, *observed = NULL, *expected = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    run_and_die (engine, places[i]);
  plan = engine_run (engine, SET, NULL, &resume, NULL);
  mended = engine_open (engine, plan, 0);
  log = assay_run_dir_file (mended, "metrics.alog");
  g_assert_cmpint (whole->state, ==, ASSAY_DONE);
  g_assert_cmpint (mended->state, ==, ASSAY_DONE);
  g_assert_cmpint (assay_json_int (mended->status, "attempt", 0), ==, G_N_ELEMENTS (places) + 1);
  /* It went on: begun anew, its log would not know that its first attempt made the models, and
   * would lack the states that the others saved as soon as they had them back. */
  g_assert_cmpuint (count_events (log, "stage", "\"built\":true"), >, 0);
  g_assert_cmpuint (count_events (log, "checkpoint", ""), ==,
                    ITERATIONS - 1 + G_N_ELEMENTS (places));
  g_assert_true (assay_runs_compare (engine->study, whole, mended, &difference, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (difference, ==, NULL);
  expected = engine_observations (whole);
  observed = engine_observations (mended);
  g_assert_cmpstr (observed, ==, expected);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/fault/policy/killed-in-the-middle-of-ppo-it-goes-on-to-the-same-bits",
                   test_killed_policy);
  return g_test_run ();
}
