/* SPDX-License-Identifier: Apache-2.0
 *
 * Others at work: a second process on the workspace, one that may not, one that lays links.
 */
#include "engine.h"
#include "host/registry/json.h"

#include <glib/gstdio.h>
#include <grp.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- two processes ---- */

static void
supervise_in_child (Engine *engine, gboolean resume)
{
  const AssaySuperviseOptions options = { .cores = 2, .resume = resume };
  AssayPlanResult result;
  g_autoptr (AssayPlan) plan
      = engine_run (engine, "behaviour=stage pause=2", "4", &options, &result);

  _exit (result.done + result.reused == 4 ? 0 : 1);
}

static void
check_two (gboolean resume, guint least)
{
  g_autoptr (Engine) engine = engine_new ();
  g_auto (GStrv) ids = NULL, plans = NULL;
  guint done = 0;
  pid_t pids[2];

  for (guint i = 0; i < 2; i++)
    {
      pids[i] = fork ();
      if (pids[i] == 0)
        supervise_in_child (engine, resume);
    }
  for (guint i = 0; i < 2; i++)
    {
      int status;

      waitpid (pids[i], &status, 0);
      g_assert_true (WIFEXITED (status) && WEXITSTATUS (status) == 0);
    }
  ids = assay_workspace_list (engine->workspace, "runs", NULL);
  plans = assay_workspace_list (engine->workspace, "plans", NULL);
  for (guint i = 0; ids[i]; i++)
    {
      g_autoptr (AssayRunDir) dir = assay_run_dir_open (engine->workspace, ids[i], NULL);

      g_assert_nonnull (dir);
      done += dir->state == ASSAY_DONE;
    }
  g_assert_cmpuint (done, ==, g_strv_length (ids));
  g_assert_cmpuint (done, >=, least);
  g_assert_cmpuint (g_strv_length (plans), ==, 2);
}

static void
test_two (void)
{
  check_two (FALSE, 8);
}

static void
test_two_resuming (void)
{
  check_two (TRUE, 4);
}

/* ---- permissions ---- */

static void
become_nobody (void)
{
  if (geteuid () == 0 && (setgroups (0, NULL) != 0 || setgid (65534) != 0 || setuid (65534) != 0))
    _exit (2);
}

static int
try_closed (Engine *engine)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AssayWorkspace) workspace = NULL;

  become_nobody ();
  workspace = assay_workspace_open (engine->path, TRUE, &error);
  return !workspace && strstr (error->message, "Permission denied")
                 && strstr (error->message, engine->path)
             ? 0
             : 1;
}

static int
try_read_only (Engine *engine, const char *run)
{
  const AssaySuperviseOptions options = { .cores = 1 };
  g_autoptr (AssayPlan) plan = engine_plan (engine, "behaviour=well", NULL);
  g_autoptr (GError) error = NULL, trash = NULL, gc = NULL;
  g_autoptr (AssayWorkspace) workspace = NULL;
  g_autoptr (AssayRunDir) dir = NULL;

  become_nobody ();
  workspace = assay_workspace_open (engine->path, FALSE, &error);
  dir = workspace ? assay_run_dir_open (workspace, run, &error) : NULL;
  if (!dir || dir->state != ASSAY_DONE)
    return 3;
  if (assay_supervise (workspace, plan, &options, NULL, NULL, NULL, NULL, &error)
      || !strstr (error->message, "Permission denied"))
    return 4;
  if (assay_run_trash (workspace, run, &trash) || !strstr (trash->message, "Permission denied"))
    return 5;
  return 0;
}

static void
check_in_child (int (*try) (Engine *, const char *), Engine *engine, const char *run)
{
  int status;
  pid_t pid = fork ();

  if (pid == 0)
    _exit (try (engine, run));
  waitpid (pid, &status, 0);
  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, 0);
}

static int
try_closed_run (Engine *engine, const char *run)
{
  return try_closed (engine);
}

static void
test_permissions (void)
{
  g_autoptr (Engine) engine = engine_new ();
  g_autoptr (AssayPlan) plan = engine_run (engine, "behaviour=well", NULL, NULL, NULL);
  static const char *const parts[] = { "runs", "plans", "cache", "trash" };

  g_assert_cmpint (chmod (engine->path, geteuid () == 0 ? 0700 : 0), ==, 0);
  check_in_child (try_closed_run, engine, NULL);
  g_assert_cmpint (chmod (engine->path, 0555), ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      g_autofree char *path = g_build_filename (engine->path, parts[i], NULL);

      chmod (path, 0555);
    }
  check_in_child (try_read_only, engine, plan->runs[0]);
  g_assert_cmpint (chmod (engine->path, 0755), ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      g_autofree char *path = g_build_filename (engine->path, parts[i], NULL);

      chmod (path, 0755);
    }
}

/* ---- links ---- */

/** A failed run, one of whose folders or files was then made a link to elsewhere. */
static void
check_link (const char *name, AssayState expected)
{
  g_autoptr (Engine) engine = engine_new ();
  const AssaySuperviseOptions resume = { .cores = 1, .resume = TRUE };
  g_autoptr (AssayPlan) plan = engine_run (engine, "behaviour=fail", NULL, NULL, NULL),
                        again = NULL;
  g_autofree char *outside = g_dir_make_tmp ("assay-outside-XXXXXX", NULL);
  g_autofree char *victim = g_build_filename (outside, "victim", NULL);
  g_autofree char *path = g_build_filename (engine->path, "runs", plan->runs[0], name, NULL);
  gboolean folder = g_file_test (path, G_FILE_TEST_IS_DIR);
  g_autofree char *text = NULL;
  g_autoptr (AssayRunDir) dir = NULL;

  g_file_set_contents (victim, "precious", -1, NULL);
  g_assert_cmpint (g_remove (path), ==, 0);
  g_assert_cmpint (symlink (folder ? outside : victim, path), ==, 0);
  again = engine_run (engine, "behaviour=fail", NULL, &resume, NULL);
  dir = engine_open (engine, again, 0);
  g_assert_cmpint (dir->state, ==, expected);
  if (folder)
    g_assert_nonnull (strstr (dir->reason, "symbolic link"));
  g_file_get_contents (victim, &text, NULL, NULL);
  g_assert_cmpstr (text, ==, "precious");
  g_unlink (victim);
  g_assert_cmpint (g_rmdir (outside), ==, 0); /* nothing was put there */
}

static void
test_links (void)
{
  static const char *const names[]
      = { "arrays", "samples", "artifacts", "metrics.alog", "console.log", "lock" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    check_link (names[i], ASSAY_FAILED);
}

static void
test_run_elsewhere (void)
{
  g_autoptr (Engine) engine = engine_new (), other = engine_new ();
  g_autoptr (AssayPlan) plan = engine_run (other, "behaviour=well", NULL, NULL, NULL);
  g_autofree char *target = g_build_filename (other->path, "runs", plan->runs[0], NULL);
  g_autofree char *link = g_build_filename (engine->path, "runs", plan->runs[0], NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (symlink (target, link), ==, 0);
  g_assert_null (assay_run_dir_open (engine->workspace, plan->runs[0], &error));
  g_assert_nonnull (strstr (error->message, "leaves"));
  g_clear_error (&error);
  g_assert_false (assay_run_trash (engine->workspace, plan->runs[0], &error));
  g_clear_error (&error);
  g_assert_true (assay_workspace_gc (engine->workspace, FALSE, NULL, &error));
  g_assert_true (g_file_test (target, G_FILE_TEST_IS_DIR));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/fault/share/two-processes-lose-nothing", test_two);
  g_test_add_func ("/fault/share/two-resuming-processes-lose-nothing", test_two_resuming);
  g_test_add_func ("/fault/share/no-permission-is-said-in-a-sentence", test_permissions);
  g_test_add_func ("/fault/share/links-out-of-a-run-are-refused", test_links);
  g_test_add_func ("/fault/share/a-run-elsewhere-is-refused", test_run_elsewhere);
  return g_test_run ();
}
