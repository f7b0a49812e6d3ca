/* SPDX-License-Identifier: Apache-2.0
 *
 * The index as a cache: it keeps up with the runs and survives what happens to its file.
 */
#include "index-fixture.h"

#include "host/run/lock.h"
#include <sqlite3.h>
#include <sys/stat.h>

/* ---- Keeping up ---- */

static void
test_incremental_equals_rebuild (void)
{
  AssayWorkspace *workspace = small_workspace ();
  g_autoptr (AssayIndex) index = open_index (workspace);
  g_autofree char *before = dump (index), *after = NULL, *rebuilt = NULL;
  g_autofree char *gone = fixture_path (workspace, "runs", "a2", NULL);
  const double values[] = { 7, 8, 9 };
  AssayLogWriter *log;

  fixture_delete (gone);
  fixture_notes (workspace, "a1", "{\"tags\":[\"other\"],\"star\":false,\"note\":\"\"}");
  fixture_run (workspace, &(FixtureRun){ .id = "c1", .parameters = "{\"depth\":3}", .seed = 4 });
  log = fixture_log (workspace, "c1");
  fixture_series (log, "return", "phase=new", 1, 3, values);
  fixture_close (log);
  log = fixture_log (workspace, "b1");
  fixture_series (log, "return", NULL, 1, 2, values);
  fixture_close (log);
  refresh (index);
  after = dump (index);
  g_assert_cmpstr (before, !=, after);
  g_assert_true (assay_index_rebuild (index, NULL));
  rebuilt = dump (index);
  g_assert_cmpstr (after, ==, rebuilt);
  assert_ids (index, "tag=other", NULL, "a1");
  assert_ids (index, "return=9", NULL, "c1");
  assert_ids (index, "return=8", NULL, "b1");
  assert_ids (index, NULL, "id", "a1 b1 c1");
  fixture_free (workspace);
}

static void
test_growing_log (void)
{
  AssayWorkspace *workspace = small_workspace ();
  g_autoptr (AssayIndex) index = open_index (workspace);
  AssayLogWriter *log;
  guint32 series;

  log = fixture_log (workspace, "b1");
  for (guint i = 0; i < 8; i++)
    {
      g_autofree char *expected = g_strdup_printf ("late=%u.1 study=other", i);
      g_autofree char *after = NULL, *rebuilt = NULL;

      if (i % 2 == 0) /* a new series, of which only NaN is known */
        {
          g_autofree char *labels = g_strdup_printf ("i=%u", i);

          assay_log_observe (log, assay_log_series (log, "nan", labels), 0, NAN);
        }
      if (i == 3)
        fixture_array (workspace, log, "b1", "score", "", (const char *[]){ "prompt", NULL },
                       (const char *[]){ "[1,2]", NULL }, (guint64[]){ 2 }, (double[]){ 1, 2 });
      series = assay_log_series (log, "late", NULL);
      assay_log_observe (log, series, i, i + .1);
      assay_log_flush (log, FALSE);
      refresh (index);
      assert_ids (index, expected, NULL, "b1");
      after = dump (index);
      /* To the last bit, also of the mean. */
      g_assert_true (i % 3 > 0 || assay_index_rebuild (index, NULL));
      rebuilt = dump (index);
      g_assert_cmpstr (after, ==, rebuilt);
    }
  fixture_close (log);
  fixture_free (workspace);
}

/* Begun anew behind our back: what was read before is forgotten. */
static void
test_log_begun_anew (void)
{
  AssayWorkspace *workspace = small_workspace ();
  g_autoptr (AssayIndex) index = open_index (workspace);
  g_autofree char *path = fixture_path (workspace, "runs", "b1", "metrics.alog"), *after = NULL;
  g_autofree char *rebuilt = NULL;
  AssayLogError error = { 0 };
  AssayLogWriter *log = fixture_log (workspace, "b1");
  guint64 size;
  guint32 series;

  fixture_series (log, "return", NULL, 1, 3, (double[]){ 1, 2, 3 });
  assay_log_flush (log, FALSE);
  size = assay_log_size (log);
  fixture_series (log, "loss", NULL, 1, 3, (double[]){ 100, 200, 300 });
  fixture_close (log);
  refresh (index);
  assert_ids (index, "max.loss=300 study=other", NULL, "b1");
  /* As after a kill and --resume: cut behind the checkpoint, then longer than before. */
  log = assay_log_resume (path, size, &error);
  series = assay_log_series (log, "loss", NULL);
  for (guint i = 0; i < 50; i++)
    assay_log_observe (log, series, i, 7);
  fixture_close (log);
  refresh (index);
  assert_ids (index, "max.loss=7 return=3", NULL, "b1");
  after = dump (index);
  g_assert_true (assay_index_rebuild (index, NULL));
  rebuilt = dump (index);
  g_assert_cmpstr (after, ==, rebuilt);
  fixture_free (workspace);
}

/* A run that says it runs is asked, whether its files changed or not. */
static void
test_state_is_live (void)
{
  AssayWorkspace *workspace = small_workspace ();
  g_autoptr (AssayIndex) index = NULL;
  g_autofree char *path = fixture_path (workspace, "runs", "r1", "lock");
  int lock;

  fixture_run (workspace, &(FixtureRun){ .id = "r1", .state = "running", .started = 1 });
  lock = assay_lock_take (path, 1, NULL);
  g_assert_cmpint (lock, >=, 0);
  index = open_index (workspace);
  assert_ids (index, "status=running", NULL, "r1");
  assay_lock_release (lock);
  refresh (index);
  assert_ids (index, "status=running", NULL, "");
  assert_ids (index, "status=interrupted", NULL, "r1");
  fixture_free (workspace);
}

static double
progress_of (AssayIndex *index, const char *id)
{
  g_autofree char *text = g_strdup_printf ("id=%s", id);
  g_autoptr (AssayFilter) filter = assay_filter_parse (text, NULL);
  g_autoptr (AssayRunRows) rows
      = assay_index_query (index, &(AssayIndexQuery){ .filter = filter }, NULL);

  g_assert_cmpuint (rows->rows->len, ==, 1);
  return g_array_index (rows->rows, AssayRunRow, 0).progress;
}

/* Also where a refresh finds nothing new, or news of something else. */
static void
test_progress (void)
{
  AssayWorkspace *workspace = small_workspace ();
  g_autoptr (AssayIndex) index = open_index (workspace);
  AssayLogWriter *log = fixture_log (workspace, "b1");

  g_assert_true (isnan (progress_of (index, "b1")));
  g_assert_true (assay_log_event (log, "progress", "{\"fraction\":0.125}"));
  g_assert_true (assay_log_event (log, "progress", "{\"fraction\":0.25,\"doing\":\"x\"}"));
  assay_log_flush (log, FALSE);
  refresh (index);
  g_assert_cmpfloat (progress_of (index, "b1"), ==, .25);
  refresh (index);
  g_assert_cmpfloat (progress_of (index, "b1"), ==, .25);
  fixture_series (log, "return", NULL, 1, 3, (double[]){ 1, 2, 3 });
  assay_log_flush (log, FALSE);
  refresh (index);
  g_assert_cmpfloat (progress_of (index, "b1"), ==, .25);
  fixture_notes (workspace, "b1", "{\"note\":\"the log is as it was\"}");
  refresh (index);
  g_assert_cmpfloat (progress_of (index, "b1"), ==, .25);
  g_assert_true (assay_log_event (log, "progress", "{\"fraction\":17}"));
  fixture_close (log);
  refresh (index);
  g_assert_cmpfloat (progress_of (index, "b1"), ==, 1);
  fixture_free (workspace);
}

static gboolean
has_problem (AssayIndex *index, const char *part)
{
  for (const char *const *p = assay_index_problems (index); *p != NULL; p++)
    if (strstr (*p, part) != NULL)
      return TRUE;
  return FALSE;
}

static void
test_hostile_directories (void)
{
  AssayWorkspace *workspace = small_workspace ();
  g_autoptr (AssayIndex) index = NULL;
  const char *root = assay_workspace_path (workspace);
  struct
  {
    const char *id, *file, *text;
  } bad[] = {
    { "h1", "status.json", "{\"format\":1,\"state\":\"done\"}" },
    { "h2", "run.json", "{\"format\":1" },
    { "h3", "run.json", "[1,2]" },
    { "h4", "run.json", "{\"format\":99,\"id\":\"h4\",\"study\":\"s\"}" },
    { "h5", "run.json", "{\"format\":1,\"study\":5,\"parameters\":7,\"seed\":\"x\"}" },
    { "h6", "run.json", "" },
    { "h7", "run.json", "\xff\xfe\x00" },
  };
  g_autofree char *loop = g_build_filename (root, "runs", "loop", NULL);
  g_autofree char *file = g_build_filename (root, "runs", "file", NULL);
  g_autofree char *out = g_build_filename (root, "runs", "out", NULL);
  g_autofree char *deep = fixture_path (workspace, "runs", "deep", "run.json");
  g_autofree char *nest = g_strnfill (200000, '[');
  g_autofree char *damaged = fixture_path (workspace, "runs", "a2", "metrics.alog");
  g_autofree char *bytes = NULL;
  gsize size;

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autofree char *path = fixture_path (workspace, "runs", bad[i].id, bad[i].file);

      fixture_write (path, bad[i].text);
    }
  fixture_write (deep, nest);
  g_assert_cmpint (symlink ("loop", loop), ==, 0);
  g_assert_cmpint (symlink ("/etc", out), ==, 0);
  fixture_write (file, "not a folder");
  g_assert_true (g_file_get_contents (damaged, &bytes, &size, NULL));
  bytes[size / 2] ^= 1;
  g_assert_true (g_file_set_contents (damaged, bytes, (gssize) size, NULL));
  index = open_index (workspace);
  assert_ids (index, NULL, "id", "a1 b1");
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_true (has_problem (index, bad[i].id));
  g_assert_true (has_problem (index, "a2/metrics.alog"));
  g_assert_true (has_problem (index, "deep"));
  fixture_free (workspace);
}

/* ---- The file ---- */

static void
test_damage_is_repaired (void)
{
  AssayWorkspace *workspace = small_workspace ();
  g_autofree char *path = NULL, *expected = NULL;

  {
    g_autoptr (AssayIndex) index = open_index (workspace);

    path = g_strdup (assay_index_path (index));
    expected = dump (index);
  }
  for (guint round = 0; round < 3; round++)
    {
      g_autofree char *text = NULL, *found = NULL;
      g_autoptr (AssayIndex) index = NULL;
      gsize size;

      g_assert_true (g_file_get_contents (path, &text, &size, NULL));
      g_assert_cmpuint (size, >, 8192);
      if (round == 0)
        memset (text, 'x', size); /* no database at all */
      else if (round == 1)
        memset (text + 4096, 'x', size - 4096); /* all but the first page */
      else
        size = 5000; /* cut */
      g_assert_true (g_file_set_contents (path, text, (gssize) size, NULL));
      index = open_index (workspace);
      g_assert_cmpstr (assay_index_path (index), ==, path);
      found = dump (index);
      g_assert_cmpstr (found, ==, expected);
    }
  fixture_free (workspace);
}

static void
execute (const char *path, const char *sql)
{
  sqlite3 *db = NULL;

  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (db, sql, NULL, NULL, NULL), ==, SQLITE_OK);
  sqlite3_close (db);
}

static void
test_other_versions (void)
{
  AssayWorkspace *workspace = small_workspace ();
  g_autofree char *path = NULL, *expected = NULL, *beside = NULL;

  {
    g_autoptr (AssayIndex) index = open_index (workspace);

    path = g_strdup (assay_index_path (index));
    expected = dump (index);
  }
  /* Older: emptied and filled again, whatever its tables were. */
  execute (path, "DROP TABLE run; CREATE TABLE run (x); INSERT INTO run VALUES (1);"
                 "CREATE TABLE \"odd \"\"name\" (y); PRAGMA user_version = 0;");
  {
    g_autoptr (AssayIndex) index = open_index (workspace);
    g_autofree char *found = dump (index);

    g_assert_cmpstr (found, ==, expected);
    g_assert_cmpstr (assay_index_path (index), ==, path);
  }
  /* Newer: left alone. */
  execute (path, "PRAGMA user_version = 1000; CREATE TABLE theirs (z);");
  {
    g_autoptr (AssayIndex) index = open_index (workspace);
    g_autofree char *found = dump (index);

    g_assert_cmpstr (found, ==, expected);
    g_assert_cmpstr (assay_index_path (index), !=, path);
    beside = g_strdup (assay_index_path (index));
    g_assert_true (g_str_has_prefix (beside, path));
  }
  execute (path, "INSERT INTO theirs VALUES (1)");
  fixture_free (workspace);
}

static void
test_many_readers (void)
{
  AssayWorkspace *workspace = small_workspace ();
  g_autoptr (AssayIndex) one = open_index (workspace), two = open_index (workspace);
  g_autoptr (AssayRunRows) kept = query (one, NULL, NULL);

  fixture_run (workspace, &(FixtureRun){ .id = "n1" });
  refresh (two);
  assert_ids (two, "id=n1", NULL, "n1");
  assert_ids (one, "id=n1", NULL, "n1");
  refresh (one);
  g_assert_cmpuint (kept->rows->len, ==, 3);
  fixture_free (workspace);
}

static gpointer
refresh_often (gpointer data)
{
  g_autoptr (AssayIndex) index = open_index (data);

  for (guint i = 0; i < 10; i++)
    {
      g_autofree char *text = NULL;

      if (i % 3 == 0)
        g_assert_true (assay_index_rebuild (index, NULL));
      else
        refresh (index);
      text = dump (index);
      g_assert_nonnull (strstr (text, "\"id\":\"a1\""));
    }
  return NULL;
}

static void
test_many_writers (void)
{
  AssayWorkspace *workspace = small_workspace ();
  GThread *threads[4];

  for (guint i = 0; i < 4; i++)
    threads[i] = g_thread_new ("writer", refresh_often, workspace);
  for (guint i = 0; i < 4; i++)
    g_thread_join (threads[i]);
  fixture_free (workspace);
}

/* No cache folder: the index lives in memory. */
static void
test_no_cache (void)
{
  AssayWorkspace *workspace = small_workspace ();
  g_autofree char *folder = g_build_filename (g_get_user_cache_dir (), "assay", NULL);
  g_autoptr (AssayIndex) index = NULL;

  g_mkdir_with_parents (g_get_user_cache_dir (), 0700);
  g_assert_true (g_file_set_contents (folder, "a file in the way", -1, NULL));
  index = open_index (workspace);
  g_assert_cmpstr (assay_index_path (index), ==, ":memory:");
  assert_ids (index, NULL, "id", "a1 a2 b1");
  fixture_free (workspace);
}

static guint
count_files (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  guint n = 1;
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)))
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      n += count_files (child);
    }
  return n;
}

/* It may be shared, read-only or far away. */
static void
test_workspace_is_left_alone (void)
{
  AssayWorkspace *workspace = small_workspace ();
  guint before = count_files (assay_workspace_path (workspace));
  g_autoptr (AssayIndex) index = open_index (workspace);

  g_assert_true (assay_index_rebuild (index, NULL));
  assert_ids (index, NULL, "id", "a1 a2 b1");
  g_assert_cmpuint (count_files (assay_workspace_path (workspace)), ==, before);
  fixture_free (workspace);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/index/refresh-gives-what-rebuild-gives", test_incremental_equals_rebuild);
  g_test_add_func ("/index/a-growing-log-is-followed", test_growing_log);
  g_test_add_func ("/index/a-log-begun-anew-is-read-anew", test_log_begun_anew);
  g_test_add_func ("/index/progress-is-what-the-run-last-said", test_progress);
  g_test_add_func ("/index/state-is-that-of-the-lock", test_state_is_live);
  g_test_add_func ("/index/unreadable-runs-are-named-and-left-out", test_hostile_directories);
  g_test_add_func ("/index/a-damaged-file-is-made-anew", test_damage_is_repaired);
  g_test_add_func ("/index/older-is-refilled-newer-is-left-alone", test_other_versions);
  g_test_add_func ("/index/two-open-at-once", test_many_readers);
  g_test_add_func ("/index/four-write-at-once", test_many_writers);
  g_test_add_func ("/index/without-a-cache-folder-it-lives-in-memory", test_no_cache);
  g_test_add_func ("/index/the-workspace-is-left-alone", test_workspace_is_left_alone);
  return g_test_run ();
}
