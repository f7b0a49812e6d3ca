/* SPDX-License-Identifier: Apache-2.0 */
#include "engine.h"
#include "host/registry/json.h"
#include "host/run/lock.h"
#include "host/run/tree.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char *
write_file (const char *folder, const char *name, const char *text)
{
  char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, text, -1, &error);
  g_assert_no_error (error);
  return path;
}

static void
test_opens (void)
{
  g_autofree char *path = g_dir_make_tmp ("assay-XXXXXX", NULL);
  g_autofree char *inner = g_build_filename (path, "deep", "down", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (AssayWorkspace) none = assay_workspace_open (inner, FALSE, &error), made = NULL,
                             again = NULL;

  g_assert_null (none);
  g_assert_error (error, ASSAY_ERROR, ASSAY_ERROR_NOT_FOUND);
  g_clear_error (&error);
  made = assay_workspace_open (inner, TRUE, &error);
  g_assert_no_error (error);
  again = assay_workspace_open (inner, FALSE, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (assay_workspace_path (again), ==, inner);
  assay_tree_remove (path, NULL);
}

static void
check_refused (const char *path, gboolean create, int code, const char *says)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AssayWorkspace) workspace = assay_workspace_open (path, create, &error);

  g_assert_null (workspace);
  g_assert_error (error, ASSAY_ERROR, code);
  if (!strstr (error->message, says) || !strstr (error->message, path))
    g_error ("\"%s\" lacks \"%s\" or the path", error->message, says);
}

static void
test_formats (void)
{
  const struct
  {
    const char *text;
    int code;
    const char *says;
  } cases[] = {
    { "{\"format\": 2}", ASSAY_ERROR_INCOMPATIBLE, "format 2" },
    { "{\"format\": \"one\"}", ASSAY_ERROR_FAILED, "damaged" },
    { "[]", ASSAY_ERROR_FAILED, "damaged" },
    { "{", ASSAY_ERROR_USAGE, "workspace.json" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_dir_make_tmp ("assay-XXXXXX", NULL);
      g_autofree char *file = write_file (path, "workspace.json", cases[i].text);

      check_refused (path, TRUE, cases[i].code, cases[i].says);
      assay_tree_remove (path, NULL);
    }
}

static void
test_foreign_folder (void)
{
  g_autofree char *path = g_dir_make_tmp ("assay-XXXXXX", NULL);
  g_autofree char *file = write_file (path, "thesis.tex", "");

  check_refused (path, TRUE, ASSAY_ERROR_USAGE, "thesis.tex");
  assay_tree_remove (path, NULL);
}

/* Two processes that make one workspace at the same time see each other's temporary files. */
static void
test_made_twice_at_once (void)
{
  g_autofree char *path = g_dir_make_tmp ("assay-XXXXXX", NULL);
  g_autofree char *file = write_file (path, ".assay-4711-0.tmp", "{");
  g_autoptr (GError) error = NULL;
  g_autoptr (AssayWorkspace) workspace = assay_workspace_open (path, TRUE, &error);

  g_assert_no_error (error);
  g_assert_nonnull (workspace);
  assay_tree_remove (path, NULL);
}

static void
test_names (void)
{
  g_autoptr (Engine) engine = engine_new ();
  const char *const bad[] = { "..", "../x", "a/b", "", ".hidden", "\xff" };
  g_autofree char *fine = assay_workspace_file (engine->workspace, "runs", "abc", NULL);
  g_autofree char *link = g_build_filename (engine->path, "runs", "link", NULL);
  g_autofree char *dangling = g_build_filename (engine->path, "runs", "dangling", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (fine);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_null (assay_workspace_file (engine->workspace, "runs", bad[i], NULL));
  g_assert_cmpint (symlink ("/etc", link), ==, 0);
  g_assert_cmpint (symlink ("/nowhere/at/all", dangling), ==, 0);
  g_assert_null (assay_workspace_file (engine->workspace, "runs", "link", &error));
  g_assert_nonnull (strstr (error->message, "leaves"));
  g_assert_null (assay_workspace_file (engine->workspace, "runs", "dangling", NULL));
}

static void
test_parts_elsewhere (void)
{
  g_autoptr (Engine) engine = engine_new ();
  g_autofree char *runs = g_build_filename (engine->path, "runs", NULL);

  g_rmdir (runs);
  g_assert_cmpint (symlink ("/tmp", runs), ==, 0);
  g_assert_null (assay_workspace_file (engine->workspace, "runs", "abc", NULL));
  g_assert_null (assay_workspace_list (engine->workspace, "runs", NULL));
}

/* ---- locks ---- */

static void
test_lock (void)
{
  g_autoptr (Engine) engine = engine_new ();
  g_autofree char *path = g_build_filename (engine->path, "lock", NULL);
  g_autoptr (GError) error = NULL;
  int lock;

  g_assert_cmpint (assay_lock_state (path, 0), ==, ASSAY_LOCK_ABSENT);
  lock = assay_lock_take (path, 0, &error);
  g_assert_no_error (error);
  g_assert_cmpint (assay_lock_state (path, 0), ==, ASSAY_LOCK_HELD);
  g_assert_cmpint (assay_lock_take (path, 0.01, &error), ==, -1);
  g_assert_nonnull (strstr (error->message, "another process holds it"));
  assay_lock_release (lock);
  g_assert_cmpint (assay_lock_state (path, 0), ==, ASSAY_LOCK_FREE);
  g_assert_false (assay_lock_signal (path, 0, 0));
}

static void
test_lock_and_forks (void)
{
  g_autoptr (Engine) engine = engine_new ();
  g_autofree char *path = g_build_filename (engine->path, "lock", NULL);
  int ready[2], status;
  pid_t holder, orphan;

  g_assert_cmpint (pipe (ready), ==, 0);
  holder = fork ();
  if (holder == 0)
    {
      if (assay_lock_take (path, 0, NULL) < 0)
        _exit (1);
      orphan = fork ();
      if (orphan == 0)
        for (;;)
          pause (); /* stays behind, but without the lock */
      if (write (ready[1], &orphan, sizeof orphan) < 0)
        _exit (1);
      for (;;)
        pause ();
    }
  g_assert_cmpint (read (ready[0], &orphan, sizeof orphan), ==, sizeof orphan);
  g_assert_cmpint (assay_lock_state (path, 0), ==, ASSAY_LOCK_HELD);
  g_assert_true (assay_lock_signal (path, 0, SIGKILL));
  waitpid (holder, &status, 0);
  g_assert_cmpint (WTERMSIG (status), ==, SIGKILL);
  g_assert_cmpint (assay_lock_state (path, 0), ==, ASSAY_LOCK_FREE);
  g_assert_false (assay_lock_signal (path, 0, SIGKILL));
  kill (orphan, SIGKILL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/run/workspace/is-made-and-found-again", test_opens);
  g_test_add_func ("/run/workspace/newer-and-damaged-formats-are-refused", test_formats);
  g_test_add_func ("/run/workspace/a-folder-of-others-is-left-alone", test_foreign_folder);
  g_test_add_func ("/run/workspace/two-may-make-it-at-once", test_made_twice_at_once);
  g_test_add_func ("/run/workspace/names-do-not-leave-it", test_names);
  g_test_add_func ("/run/workspace/nor-do-its-folders", test_parts_elsewhere);
  g_test_add_func ("/run/lock/one-holder-at-a-time", test_lock);
  g_test_add_func ("/run/lock/falls-with-its-holder-though-a-fork-stays", test_lock_and_forks);
  return g_test_run ();
}
