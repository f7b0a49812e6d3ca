/* SPDX-License-Identifier: Apache-2.0
 *
 * The n-th write, fsync, rename or open fails, for every n until a run passes: what the
 * status says is true, and a resume completes what is left.
 */
#include "engine.h"
#include "host/run/compare.h"
#include "host/run/lock.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const CALLS[] = { "write", "fsync", "rename", "open" };

static void
check_same (Engine *engine, AssayRunDir *reference, AssayPlan *plan, guint index)
{
  g_autoptr (AssayRunDir) dir = engine_open (engine, plan, index);
  g_autofree char *difference = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (dir->state, ==, ASSAY_DONE);
  g_assert_true (assay_runs_compare (engine->study, reference, dir, &difference, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (difference, ==, NULL);
}

/** One run whose runner meets @fault; TRUE: it was done nevertheless. */
static gboolean
run_with_fault (Engine *engine, AssayRunDir *reference, const char *set, const char *fault)
{
  const AssaySuperviseOptions once = { .cores = 1 }, resume = { .cores = 1, .resume = TRUE };
  g_autoptr (AssayPlan) plan = NULL, again = NULL;
  g_autoptr (AssayRunDir) dir = NULL;
  AssayPlanResult result;

  g_setenv ("ASSAY_FAULT_RUNNER", fault, TRUE);
  plan = engine_run (engine, set, NULL, &once, &result);
  g_unsetenv ("ASSAY_FAULT_RUNNER");
  dir = engine_open (engine, plan, 0);
  if (dir->state == ASSAY_DONE)
    {
      check_same (engine, reference, plan, 0);
      return TRUE;
    }
  g_assert_cmpint (dir->state, ==, ASSAY_FAILED);
  g_assert_nonnull (dir->reason);
  again = engine_run (engine, set, NULL, &resume, &result);
  g_assert_cmpuint (result.done, ==, 1);
  g_assert_cmpstr (again->runs[0], ==, plan->runs[0]);
  check_same (engine, reference, again, 0);
  return FALSE;
}

static void
check_runner (const char *behaviour, const char *form)
{
  g_autoptr (Engine) engine = engine_new ();
  g_autoptr (AssayPlan) whole = engine_run (engine, behaviour, NULL, NULL, NULL);
  g_autoptr (AssayRunDir) reference = engine_open (engine, whole, 0);

  for (guint c = 0; c < G_N_ELEMENTS (CALLS); c++)
    {
      gboolean passed = FALSE;

      if (strstr (form, "short") && c > 0)
        break;
      for (guint n = 1; !passed; n++)
        {
          g_autofree char *fault = g_strdup_printf (form, CALLS[c], n);
          g_autofree char *set = g_strdup_printf ("%s note=%s", behaviour, fault);

          g_assert_cmpuint (n, <, 200);
          passed = run_with_fault (engine, reference, set, fault);
        }
    }
}

static void
test_data (void)
{
  check_runner ("behaviour=all-data", "%s:%u");
}

static void
test_checkpoints (void)
{
  check_runner ("behaviour=checkpoints steps=12", "%s:%u");
}

static void
test_stages (void)
{
  check_runner ("behaviour=stage pause=0", "%s:%u");
}

static void
test_short_writes (void)
{
  check_runner ("behaviour=checkpoints steps=7", "%s:%u:short");
}

static void
test_full_disk (void)
{
  check_runner ("behaviour=checkpoints steps=12", "%s:%u+");
}

/* ---- the supervisor ---- */

/** Whether a run of the workspace is done, by its id. */
static GHashTable *
done_runs (Engine *engine)
{
  GHashTable *done = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_auto (GStrv) ids = assay_workspace_list (engine->workspace, "runs", NULL);

  for (guint i = 0; ids[i]; i++)
    {
      g_autoptr (AssayRunDir) dir = assay_run_dir_open (engine->workspace, ids[i], NULL);

      g_assert_nonnull (dir);
      g_assert_cmpint (dir->state, !=, ASSAY_RUNNING);
      g_assert_cmpint (dir->state, !=, ASSAY_QUEUED);
      if (dir->state == ASSAY_DONE)
        g_hash_table_add (done, g_strdup (ids[i]));
    }
  return done;
}

static void
wait_for_end (Engine *engine, AssayPlan *plan)
{
  g_autofree char *lock = g_strdup_printf ("%s/plans/%s.lock", engine->path, plan->id);

  for (int i = 0; i < 500 && assay_lock_state (lock, 0) == ASSAY_LOCK_HELD; i++)
    g_usleep (5000);
  g_usleep (20000); /* a runner whose supervisor gave up */
}

/** TRUE: both runs were done though the supervisor met @fault. */
static gboolean
supervise_with_fault (const char *fault)
{
  g_autoptr (Engine) engine = engine_new ();
  const AssaySuperviseOptions options = { .cores = 1 }, resume = { .cores = 1, .resume = TRUE };
  g_autoptr (AssayPlan) plan = engine_plan (engine, "behaviour=crash", "1"), again = NULL;
  g_autoptr (AssayPlan) other = engine_plan (engine, "behaviour=well", "2"), more = NULL;
  g_autoptr (GHashTable) done = NULL;
  GHashTableIter iter;
  gpointer id;
  AssayPlanResult result;
  guint n_done;

  g_setenv ("ASSAY_FAULT", fault, TRUE);
  assay_supervise_detached (engine->workspace, plan, &options, NULL);
  assay_supervise_detached (engine->workspace, other, &options, NULL);
  g_unsetenv ("ASSAY_FAULT");
  wait_for_end (engine, plan);
  wait_for_end (engine, other);
  done = done_runs (engine);
  n_done = g_hash_table_size (done);
  more = engine_run (engine, "behaviour=well", "2", &resume, &result);
  g_assert_cmpuint (result.done + result.reused, ==, 2);
  g_assert_cmpuint (result.reused, ==, n_done);
  g_hash_table_iter_init (&iter, done);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    g_assert_true (g_strv_contains ((const char *const *) more->runs, id));
  return n_done == 2;
}

static void
test_supervisor (void)
{
  for (guint c = 0; c < G_N_ELEMENTS (CALLS); c++)
    {
      guint passed = 0;

      for (guint n = 1; passed < 3; n++) /* one that does not matter may pass early */
        {
          g_autofree char *fault = g_strdup_printf ("%s:%u", CALLS[c], n);

          g_assert_cmpuint (n, <, 100);
          passed = supervise_with_fault (fault) ? passed + 1 : 0;
        }
    }
}

/* ---- a disk that is full ---- */

/** In a process of its own: it mounts a small disk where nobody else sees it. */
static int
fill_a_disk (void)
{
  g_autofree char *path = g_dir_make_tmp ("assay-full-XXXXXX", NULL);
  g_autofree char *ballast = g_build_filename (path, "workspace", "cache", "ballast", NULL);
  g_autofree char *folder = g_build_filename (path, "workspace", NULL);
  const AssaySuperviseOptions options = { .cores = 1 }, resume = { .cores = 1, .resume = TRUE };
  Engine engine = { .path = folder };
  g_autoptr (AssayPlan) plan = NULL, again = NULL;
  g_autoptr (AssayRunDir) dir = NULL;
  g_autofree char *filler = g_malloc0 (300 << 10);
  AssayPlanResult result;

  if (unshare (CLONE_NEWNS) != 0 || mount ("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0
      || mount ("assay", path, "tmpfs", 0, "size=400k") != 0)
    return 77;
  engine.workspace = assay_workspace_open (folder, TRUE, NULL);
  engine.plugin = engine_scan ();
  engine.study = engine.plugin->study;
  g_file_set_contents (ballast, filler, 300 << 10, NULL);
  plan = engine_run (&engine, "behaviour=well steps=100000", NULL, &options, &result);
  dir = engine_open (&engine, plan, 0);
  g_assert_true (dir->state == ASSAY_FAILED || dir->state == ASSAY_INTERRUPTED);
  g_unlink (ballast);
  g_assert_cmpint (mount (NULL, path, NULL, MS_REMOUNT, "size=16m"), ==, 0);
  again = engine_run (&engine, "behaviour=well steps=100000", NULL, &resume, &result);
  g_assert_cmpuint (result.done, ==, 1);
  g_assert_cmpstr (again->runs[0], ==, plan->runs[0]);
  assay_workspace_free (engine.workspace);
  assay_plugin_info_free (engine.plugin);
  umount (path);
  g_rmdir (path);
  return 0;
}

static void
test_real_full_disk (void)
{
  int status;
  pid_t pid = fork ();

  if (pid == 0)
    _exit (fill_a_disk ());
  waitpid (pid, &status, 0);
  if (WIFEXITED (status) && WEXITSTATUS (status) == 77)
    g_test_skip ("this process may not mount a file system");
  else
    g_assert_true (WIFEXITED (status) && WEXITSTATUS (status) == 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/fault/io/runner-with-arrays-and-artifacts", test_data);
  g_test_add_func ("/fault/io/runner-with-checkpoints", test_checkpoints);
  g_test_add_func ("/fault/io/runner-with-stages", test_stages);
  g_test_add_func ("/fault/io/runner-with-short-writes", test_short_writes);
  g_test_add_func ("/fault/io/runner-that-can-write-no-more", test_full_disk);
  g_test_add_func ("/fault/io/supervisor", test_supervisor);
  g_test_add_func ("/fault/io/full-disk", test_real_full_disk);
  return g_test_run ();
}
