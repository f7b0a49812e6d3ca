/* SPDX-License-Identifier: Apache-2.0 */
#include "engine.h"
#include "host/registry/json.h"
#include "host/run/record.h"
#include "host/run/tree.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

/** A finished run whose state a test then edits. */
static char *
finished_run (Engine *engine)
{
  g_autoptr (AssayPlan) plan = engine_run (engine, "behaviour=well", NULL, NULL, NULL);

  return g_strdup (plan->runs[0]);
}

static void
put_text (Engine *engine, const char *run, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (engine->path, "runs", run, name, NULL);
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, text, -1, &error);
  g_assert_no_error (error);
}

static AssayState
state_of (Engine *engine, const char *run)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AssayRunDir) dir = assay_run_dir_open (engine->workspace, run, &error);

  g_assert_no_error (error);
  return dir->state;
}

static void
test_truth (void)
{
  g_autoptr (Engine) engine = engine_new ();
  g_autofree char *run = finished_run (engine);
  g_autofree char *status = g_build_filename (engine->path, "runs", run, "status.json", NULL);

  g_assert_cmpint (state_of (engine, run), ==, ASSAY_DONE);
  put_text (engine, run, "status.json", "{\"format\": 1, \"state\": \"running\"}");
  g_assert_cmpint (state_of (engine, run), ==, ASSAY_INTERRUPTED);
  put_text (engine, run, "status.json", "{\"format\": 1, \"state\": \"queued\"}");
  g_assert_cmpint (state_of (engine, run), ==, ASSAY_INTERRUPTED);
  put_text (engine, run, "status.json", "{\"format\": 1, \"state\": \"flying\"}");
  g_assert_cmpint (state_of (engine, run), ==, ASSAY_INTERRUPTED);
  g_unlink (status);
  g_assert_cmpint (state_of (engine, run), ==, ASSAY_INTERRUPTED);
}

static void
check_broken (Engine *engine, const char *run, int code, const char *says)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (assay_run_dir_open (engine->workspace, run, &error));
  g_assert_error (error, ASSAY_ERROR, code);
  if (!strstr (error->message, says))
    g_error ("\"%s\" lacks \"%s\"", error->message, says);
}

static void
test_broken (void)
{
  g_autoptr (Engine) engine = engine_new ();
  g_autofree char *run = finished_run (engine);
  g_autofree char *file = g_build_filename (engine->path, "runs", run, "run.json", NULL);

  put_text (engine, run, "status.json", "{\"format\": 9}");
  check_broken (engine, run, ASSAY_ERROR_INCOMPATIBLE, "status.json has format 9");
  put_text (engine, run, "status.json", "nonsense");
  check_broken (engine, run, ASSAY_ERROR_USAGE, "status.json");
  put_text (engine, run, "status.json", "{\"format\": 1, \"state\": \"done\"}");
  put_text (engine, run, "run.json", "{\"format\": 1}");
  check_broken (engine, run, ASSAY_ERROR_FAILED, "run.json lacks");
  put_text (engine, run, "run.json", "{\"format\": 2}");
  check_broken (engine, run, ASSAY_ERROR_INCOMPATIBLE, "run.json has format 2");
  g_unlink (file);
  check_broken (engine, run, ASSAY_ERROR_NOT_FOUND, "no run.json");
  g_assert_cmpint (symlink ("/etc/passwd", file), ==, 0);
  check_broken (engine, run, ASSAY_ERROR_FAILED, "not a regular file");
  check_broken (engine, "absent", ASSAY_ERROR_NOT_FOUND, "no run absent");
}

static void
test_files_inside (void)
{
  g_autoptr (Engine) engine = engine_new ();
  g_autofree char *run = finished_run (engine);
  g_autofree char *link = g_build_filename (engine->path, "runs", run, "artifacts", "out", NULL);
  g_autoptr (AssayRunDir) dir = assay_run_dir_open (engine->workspace, run, NULL);
  g_autofree char *fine = assay_run_dir_file (dir, "metrics.alog");

  g_assert_nonnull (fine);
  g_assert_cmpint (symlink ("/etc", link), ==, 0);
  g_assert_null (assay_run_dir_file (dir, "artifacts/out/passwd"));
  g_assert_null (assay_run_dir_file (dir, "../../workspace.json"));
  g_assert_null (assay_run_dir_file (dir, "/etc/passwd"));
  g_assert_null (assay_run_dir_file (dir, ""));
}

static void
test_find (void)
{
  g_autoptr (Engine) engine = engine_new ();
  g_autofree char *one = finished_run (engine), *two = finished_run (engine);
  g_autofree char *start = g_strndup (one, 4);
  g_autofree char *exact = assay_run_find (engine->workspace, one, NULL), *unique = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpstr (exact, ==, one); /* though it also begins the other */
  g_assert_true (g_str_has_prefix (two, one) && g_str_has_suffix (two, "-2"));
  g_assert_null (assay_run_find (engine->workspace, start, &error));
  g_assert_error (error, ASSAY_ERROR, ASSAY_ERROR_USAGE);
  g_clear_error (&error);
  g_assert_null (assay_run_find (engine->workspace, "zz", &error));
  g_assert_error (error, ASSAY_ERROR, ASSAY_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_true (assay_run_trash (engine->workspace, one, &error));
  unique = assay_run_find (engine->workspace, start, &error);
  g_assert_cmpstr (unique, ==, two);
}

static void
test_notes (void)
{
  g_autoptr (Engine) engine = engine_new ();
  g_autofree char *run = finished_run (engine);
  g_autoptr (AssayRunDir) dir = assay_run_dir_open (engine->workspace, run, NULL), again = NULL;
  g_autoptr (JsonObject) notes = json_object_new ();
  g_autoptr (GError) error = NULL;

  g_assert_null (dir->notes);
  json_object_set_string_member (notes, "note", "mine");
  g_assert_true (assay_run_dir_save_notes (dir, notes, &error));
  again = assay_run_dir_open (engine->workspace, run, NULL);
  g_assert_cmpstr (assay_json_text (again->notes, "note", NULL), ==, "mine");
}

static void
test_trash_and_gc (void)
{
  g_autoptr (Engine) engine = engine_new ();
  g_autofree char *run = finished_run (engine);
  g_autoptr (AssayPlan) stages = engine_run (engine, "behaviour=stage pause=0", NULL, NULL, NULL);
  g_autofree char *cache = g_build_filename (engine->path, "cache", NULL);
  AssayGcResult result;
  g_autoptr (GError) error = NULL;

  g_assert_true (assay_workspace_gc (engine->workspace, FALSE, &result, &error));
  g_assert_cmpuint (result.runs + result.plans + result.stages, ==, 0);
  put_text (engine, run, "status.json", "{\"format\": 1, \"state\": \"running\"}");
  g_assert_true (assay_workspace_gc (engine->workspace, FALSE, NULL, &error));
  {
    g_autoptr (AssayRunDir) dir = assay_run_dir_open (engine->workspace, run, NULL);

    g_assert_cmpstr (assay_json_text (dir->status, "state", NULL), ==, "interrupted");
  }
  g_assert_true (assay_run_trash (engine->workspace, run, &error));
  g_assert_true (assay_run_trash (engine->workspace, stages->runs[0], &error));
  g_assert_false (assay_run_trash (engine->workspace, run, &error));
  g_assert_error (error, ASSAY_ERROR, ASSAY_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_true (assay_workspace_gc (engine->workspace, TRUE, &result, &error));
  g_assert_cmpuint (result.runs, ==, 2);
  g_assert_true (assay_workspace_gc (engine->workspace, FALSE, &result, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (result.runs, ==, 2);
  g_assert_cmpuint (result.stages, ==, 2);
  g_assert_cmpuint (result.plans, ==, 2);
  g_assert_cmpuint (result.bytes, >, 1000);
  g_assert_cmpuint (assay_tree_bytes (cache), ==, 0);
}

static void
test_restore (void)
{
  g_autoptr (Engine) engine = engine_new ();
  g_autofree char *run = finished_run (engine);
  g_autofree char *folder = g_build_filename (engine->path, "runs", run, NULL);
  g_autoptr (AssayRunDir) dir = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_false (assay_run_restore (engine->workspace, run, &error));
  g_assert_error (error, ASSAY_ERROR, ASSAY_ERROR_NOT_FOUND);
  g_clear_error (&error);
  /* Twice in the trash: the later one comes back, and not over one that is there. */
  g_assert_true (assay_run_trash (engine->workspace, run, &error));
  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  put_text (engine, run, "mark", "second");
  g_assert_true (assay_run_trash (engine->workspace, run, &error));
  g_assert_true (assay_run_restore (engine->workspace, run, &error));
  g_assert_no_error (error);
  {
    g_autofree char *mark = g_build_filename (folder, "mark", NULL);

    g_assert_true (g_file_test (mark, G_FILE_TEST_EXISTS));
  }
  g_assert_false (assay_run_restore (engine->workspace, run, &error));
  g_assert_error (error, ASSAY_ERROR, ASSAY_ERROR_FAILED);
  g_clear_error (&error);
  g_assert_true (assay_run_trash (engine->workspace, run, &error));
  g_assert_true (assay_run_restore (engine->workspace, run, &error));
  g_assert_true (assay_run_trash (engine->workspace, run, &error));
  g_assert_no_error (error);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/run/rundir/state-is-the-truth", test_truth);
  g_test_add_func ("/run/rundir/broken-ones-are-named", test_broken);
  g_test_add_func ("/run/rundir/files-do-not-leave-it", test_files_inside);
  g_test_add_func ("/run/rundir/is-found-by-the-beginning-of-its-id", test_find);
  g_test_add_func ("/run/rundir/notes-come-back", test_notes);
  g_test_add_func ("/run/rundir/comes-back-from-the-trash", test_restore);
  g_test_add_func ("/run/rundir/trash-and-gc-remove-what-nobody-needs", test_trash_and_gc);
  return g_test_run ();
}
