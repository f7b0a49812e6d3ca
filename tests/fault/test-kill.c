/* SPDX-License-Identifier: Apache-2.0
 *
 * kill -9 at random points: of runners, whose runs are then resumed, and of launchers.
 */
#include "engine.h"
#include "host/registry/json.h"
#include "host/run/compare.h"
#include "host/run/lock.h"

#include <signal.h>
#include <string.h>

#define KILLS 50
#define SEEDS "3"
#define SET "behaviour=checkpoints steps=60 pause=1"

/* ---- runners ---- */

typedef struct
{
  Engine *engine;
  GHashTable *finished; /* runs that need not be looked at */
  guint delay;          /* microseconds */
  guint kills;
  gint stop;
} Killer;

static gboolean
kill_one (Engine *engine, GHashTable *finished)
{
  g_auto (GStrv) ids = assay_workspace_list (engine->workspace, "runs", NULL);

  for (guint i = 0; ids[i]; i++)
    {
      gboolean is_over = g_hash_table_contains (finished, ids[i]);
      g_autoptr (AssayRunDir) dir
          = is_over ? NULL : assay_run_dir_open (engine->workspace, ids[i], NULL);
      g_autofree char *lock = dir ? g_build_filename (dir->path, "lock", NULL) : NULL;

      if (dir && dir->state == ASSAY_RUNNING
          && assay_lock_signal (lock, assay_json_int (dir->status, "pid", -1), SIGKILL))
        return TRUE;
    }
  return FALSE;
}

static gpointer
kill_after_a_while (gpointer data)
{
  Killer *killer = data;

  g_usleep (killer->delay);
  while (!g_atomic_int_get (&killer->stop) && !kill_one (killer->engine, killer->finished))
    g_usleep (500);
  killer->kills = !g_atomic_int_get (&killer->stop);
  return NULL;
}

/** Finished times by run, to see that nothing finished is done again. */
static void
note_finished (Engine *engine, AssayPlan *plan, GHashTable *finished)
{
  for (guint i = 0; i < plan->specs->len; i++)
    {
      g_autoptr (AssayRunDir) dir = engine_open (engine, plan, i);
      g_autofree char *now = g_strdup_printf ("%d %.6f %d", (int) dir->state, dir->finished,
                                              (int) assay_json_int (dir->status, "attempt", 0));
      const char *before = g_hash_table_lookup (finished, dir->id);

      g_assert_cmpint (dir->state, !=, ASSAY_RUNNING);
      if (before)
        g_assert_cmpstr (now, ==, before);
      if (dir->state == ASSAY_DONE)
        g_hash_table_replace (finished, g_strdup (dir->id), g_steal_pointer (&now));
    }
}

static guint
supervise_and_kill (Engine *engine, AssayPlan *plan, GHashTable *finished, guint attempt,
                    AssayPlanResult *result)
{
  const AssaySuperviseOptions options = { .cores = 2, .resume = TRUE };
  /* Where starting takes long, kills come later and later, so that the plan gets on. */
  gint longest = 120000 + 40000 * (gint) attempt;
  Killer killer = { .engine = engine,
                    .finished = finished,
                    .delay = (guint) g_test_rand_int_range (0, longest) };
  GThread *thread = g_thread_new ("killer", kill_after_a_while, &killer);
  g_autoptr (GError) error = NULL;

  assay_supervise (engine->workspace, plan, &options, NULL, NULL, NULL, result, &error);
  g_assert_no_error (error);
  g_atomic_int_set (&killer.stop, 1);
  g_thread_join (thread);
  return killer.kills;
}

static void
test_resume (void)
{
  g_autoptr (Engine) engine = engine_new ();
  g_autoptr (AssayPlan) reference = engine_run (engine, SET " note=reference", SEEDS, NULL, NULL);
  g_autoptr (GHashTable) finished = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  guint kills = 0;

  for (guint plan_number = 0; kills < KILLS; plan_number++)
    {
      g_autofree char *set = g_strdup_printf (SET " note=%u", plan_number);
      AssayPlanResult result = { 0 };

      for (guint attempt = 0; result.done + result.reused < 3; attempt++)
        {
          g_autoptr (AssayPlan) plan = engine_plan (engine, set, SEEDS);

          g_assert_cmpuint (attempt, <, 100);
          kills += supervise_and_kill (engine, plan, finished, attempt, &result);
          g_assert_cmpuint (result.failed, ==, 0);
          note_finished (engine, plan, finished);
          for (guint i = 0; i < 3 && result.done + result.reused == 3; i++)
            {
              g_autoptr (AssayRunDir) a = engine_open (engine, reference, i);
              g_autoptr (AssayRunDir) b = engine_open (engine, plan, i);
              g_autofree char *difference = NULL;
              g_autoptr (GError) error = NULL;

              g_assert_true (assay_runs_compare (engine->study, a, b, &difference, &error));
              g_assert_cmpstr (difference, ==, NULL);
            }
        }
    }
  g_test_message ("%u kills", kills);
}

/* ---- checkpoints ---- */

static guint
count_events (AssayRunDir *dir, const char *kind)
{
  g_autofree char *path = assay_run_dir_file (dir, "metrics.alog");
  AssayLogError error;
  AssayLogReader *reader = assay_log_open (path, &error);
  AssayLogFrame frame;
  AssayLogKind read;
  guint n = 0;

  while ((read = assay_log_next (reader, &frame, &error)) != ASSAY_LOG_END
         && read != ASSAY_LOG_DAMAGED)
    n += read == ASSAY_LOG_EVENT && strcmp (frame.name, kind) == 0;
  assay_log_free (reader);
  return n;
}

/** A run of 40 steps whose process died at its last, by editing a finished one. */
static void
pretend_killed (AssayRunDir *dir)
{
  g_autofree char *path = assay_run_dir_file (dir, "status.json");

  g_file_set_contents (path, "{\"format\": 1, \"state\": \"running\", \"attempt\": 1}", -1, NULL);
}

static void
edit_file (AssayRunDir *dir, const char *name, double where, gboolean cut)
{
  g_autofree char *path = assay_run_dir_file (dir, name), *text = NULL;
  gsize size, at;
  g_autoptr (GError) error = NULL;

  g_file_get_contents (path, &text, &size, &error);
  g_assert_no_error (error);
  at = (gsize) (where * (double) size);
  text[at] ^= 16;
  g_file_set_contents (path, text, (gssize) (cut ? at : size), NULL);
}

/** Damages an interrupted run at @where (0..1 of its log), resumes it, and compares. */
static void
check_damaged_log (Engine *engine, AssayPlan *reference, double where, gboolean cut, guint number)
{
  const AssaySuperviseOptions resume = { .cores = 1, .resume = TRUE };
  g_autofree char *set = g_strdup_printf ("behaviour=checkpoints steps=40 note=%u", number);
  g_autoptr (AssayPlan) first = engine_run (engine, set, NULL, NULL, NULL), second = NULL;
  g_autoptr (AssayRunDir) broken = engine_open (engine, first, 0), mended = NULL, whole = NULL;
  g_autofree char *difference = NULL;
  g_autoptr (GError) error = NULL;

  edit_file (broken, "metrics.alog", where, cut);
  pretend_killed (broken);
  second = engine_run (engine, set, NULL, &resume, NULL);
  g_assert_cmpstr (first->runs[0], ==, second->runs[0]);
  mended = engine_open (engine, second, 0);
  whole = engine_open (engine, reference, 0);
  g_assert_cmpint (mended->state, ==, ASSAY_DONE);
  g_assert_true (assay_runs_compare (engine->study, whole, mended, &difference, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (difference, ==, NULL);
  /* The end of the log held the last checkpoints: they were used. */
  if (where > 0.9)
    g_assert_cmpuint (count_events (mended, "checkpoint"), >=, 2);
}

static void
test_damaged_logs (void)
{
  g_autoptr (Engine) engine = engine_new ();
  g_autoptr (AssayPlan) reference
      = engine_run (engine, "behaviour=checkpoints steps=40", NULL, NULL, NULL);

  for (guint i = 0; i < 24; i++)
    check_damaged_log (engine, reference, i < 20 ? i / 20.0 : 0.999, i % 2 == 0, i);
}

static void
test_damaged_checkpoints (void)
{
  g_autoptr (Engine) engine = engine_new ();
  const AssaySuperviseOptions resume = { .cores = 1, .resume = TRUE };
  g_autoptr (AssayPlan) reference
      = engine_run (engine, "behaviour=checkpoints steps=40", NULL, NULL, NULL);
  static const char *const files[] = { "checkpoints/1", "checkpoints/2", "samples/walk.jsonl" };

  /* One checkpoint damaged, then both, then a file that both stand on. */
  for (guint n = 1; n <= G_N_ELEMENTS (files); n++)
    {
      g_autofree char *set = g_strdup_printf ("behaviour=checkpoints steps=40 note=%u", n);
      g_autoptr (AssayPlan) first = engine_run (engine, set, NULL, NULL, NULL), second = NULL;
      g_autoptr (AssayRunDir) broken = engine_open (engine, first, 0), mended = NULL, whole = NULL;
      g_autofree char *difference = NULL;

      for (guint i = n == 3 ? 2 : 0; i < n; i++)
        edit_file (broken, files[i], 0, FALSE);
      pretend_killed (broken);
      second = engine_run (engine, set, NULL, &resume, NULL);
      mended = engine_open (engine, second, 0);
      whole = engine_open (engine, reference, 0);
      g_assert_true (assay_runs_compare (engine->study, whole, mended, &difference, NULL));
      g_assert_cmpstr (difference, ==, NULL);
    }
}

/* ---- launchers ---- */

static void
test_launcher (void)
{
  const AssaySuperviseOptions options = { .cores = 2 }, resume = { .cores = 2, .resume = TRUE };
  g_autoptr (GError) error = NULL;

  for (guint round = 0; round < 6; round++)
    {
      g_autoptr (Engine) engine = engine_new ();
      g_autoptr (AssayPlan) plan
          = engine_plan (engine, "behaviour=checkpoints steps=40 pause=20", "4"),
          again = NULL;
      g_autofree char *lock = g_strdup_printf ("%s/plans/%s.lock", engine->path, plan->id);
      g_auto (GStrv) ids = NULL;
      AssayPlanResult result;

      g_assert_true (assay_supervise_detached (engine->workspace, plan, &options, &error));
      g_usleep ((gulong) g_test_rand_int_range (0, 200000));
      g_assert_true (assay_lock_signal (lock, 0, SIGKILL));
      g_usleep (500000);
      ids = assay_workspace_list (engine->workspace, "runs", NULL);
      for (guint i = 0; ids[i]; i++)
        {
          g_autoptr (AssayRunDir) dir = assay_run_dir_open (engine->workspace, ids[i], &error);
          g_autofree char *held = g_build_filename (dir->path, "lock", NULL);

          g_assert_no_error (error);
          g_assert_cmpint (dir->state, ==, ASSAY_INTERRUPTED);
          g_assert_cmpint (assay_lock_state (held, 0), !=, ASSAY_LOCK_HELD);
        }
      if (round % 3)
        continue;
      again = engine_run (engine, "behaviour=checkpoints steps=40 pause=20", "4", &resume, &result);
      g_assert_cmpuint (result.done, ==, 4);
      g_assert_true (g_strv_contains ((const char *const *) ids, again->runs[0]));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/fault/kill/runners-die-fifty-times-and-resume", test_resume);
  g_test_add_func ("/fault/kill/torn-and-flipped-logs-resume", test_damaged_logs);
  g_test_add_func ("/fault/kill/damaged-checkpoints-resume", test_damaged_checkpoints);
  g_test_add_func ("/fault/kill/no-run-reads-running-without-its-launcher", test_launcher);
  return g_test_run ();
}
