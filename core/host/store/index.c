/* SPDX-License-Identifier: Apache-2.0 */
#include "host/store/index-private.h"

#include "host/registry/json.h"
#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

#define BUSY_MILLISECONDS 20000

static const char schema[]
    = "CREATE TABLE config (n INTEGER PRIMARY KEY, study TEXT NOT NULL, parameters TEXT NOT NULL,"
      "  UNIQUE (study, parameters));"
      "CREATE TABLE run (n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, config INTEGER NOT NULL,"
      "  seed INTEGER NOT NULL, state TEXT NOT NULL, starred INTEGER NOT NULL, started REAL,"
      "  finished REAL, preset TEXT, plan TEXT, tags TEXT, reason TEXT, note TEXT,"
      "  stamp INTEGER NOT NULL, log_stamp INTEGER NOT NULL, live INTEGER NOT NULL,"
      "  log_offset INTEGER NOT NULL, log_mark INTEGER NOT NULL, progress REAL);"
      "CREATE INDEX run_of_config ON run (config);"
      "CREATE TABLE name (n INTEGER PRIMARY KEY, metric TEXT NOT NULL, labels TEXT NOT NULL,"
      "  axes TEXT NOT NULL, UNIQUE (metric, labels, axes));"
      "CREATE TABLE series (name INTEGER NOT NULL, run INTEGER NOT NULL, count INTEGER NOT NULL,"
      "  step REAL, last REAL, min REAL, max REAL, mean REAL, number INTEGER, finite INTEGER, sum "
      "REAL,"
      "  PRIMARY KEY (name, run))"
      "  WITHOUT ROWID;"
      "PRAGMA user_version = " G_STRINGIFY (ASSAY_INDEX_VERSION) ";";

void
assay_index_fail (AssayIndex *index, GError **error)
{
  index->code = sqlite3_errcode (index->db);
  g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_FAILED,
               "%s: the index could not be used: %s; it is a cache and may be deleted", index->path,
               sqlite3_errmsg (index->db));
}

gboolean
assay_index_execute (AssayIndex *index, const char *sql, GError **error)
{
  if (sqlite3_exec (index->db, sql, NULL, NULL, NULL) == SQLITE_OK)
    return TRUE;
  assay_index_fail (index, error);
  return FALSE;
}

sqlite3_stmt *
assay_index_prepare (AssayIndex *index, const char *sql, GError **error)
{
  sqlite3_stmt *statement = NULL;

  if (sqlite3_prepare_v2 (index->db, sql, -1, &statement, NULL) == SQLITE_OK)
    return statement;
  assay_index_fail (index, error);
  return NULL;
}

gboolean
assay_index_step (AssayIndex *index, sqlite3_stmt *statement, GError **error)
{
  int got = sqlite3_step (statement);

  if (got != SQLITE_ROW && got != SQLITE_DONE)
    assay_index_fail (index, error);
  return got == SQLITE_ROW;
}

/* ---- The file ---- */

/* The number that a pragma answers, -1 if the database is damaged. */
static int
read_pragma (sqlite3 *db, const char *sql)
{
  sqlite3_stmt *statement = NULL;
  int number = -1;

  if (sqlite3_prepare_v2 (db, sql, -1, &statement, NULL) == SQLITE_OK
      && sqlite3_step (statement) == SQLITE_ROW)
    number = sqlite3_column_int (statement, 0);
  sqlite3_finalize (statement);
  return number;
}

static sqlite3 *
open_database (const char *path)
{
  sqlite3 *db = NULL;

  if (sqlite3_open_v2 (path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
                       NULL)
      != SQLITE_OK)
    {
      sqlite3_close (db);
      return NULL;
    }
  sqlite3_busy_timeout (db, BUSY_MILLISECONDS);
  sqlite3_exec (
      db,
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA temp_store = MEMORY;"
      "PRAGMA cache_size = -65536; PRAGMA mmap_size = 268435456;",
      NULL, NULL, NULL);
  assay_index_add_functions (db);
  return db;
}

static void
remove_database (const char *path)
{
  for (const char **end = (const char *[]){ "", "-wal", "-shm", NULL }; *end != NULL; end++)
    {
      g_autofree char *file = g_strconcat (path, *end, NULL);

      g_unlink (file);
    }
}

/* Drops every table of another version; what is in them can be read again. */
static gboolean
drop_tables (AssayIndex *index)
{
  sqlite3_stmt *names = assay_index_prepare (
      index,
      "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%'",
      NULL);
  g_autoptr (GString) sql = g_string_new (NULL);

  while (names != NULL && sqlite3_step (names) == SQLITE_ROW)
    {
      char *drop = sqlite3_mprintf ("DROP TABLE IF EXISTS \"%w\";", sqlite3_column_text (names, 0));

      g_string_append (sql, drop);
      sqlite3_free (drop);
    }
  sqlite3_finalize (names);
  return assay_index_execute (index, sql->str, NULL);
}

/* Gives the database our tables.  Another process may be doing the same. */
static gboolean
ensure_schema (AssayIndex *index)
{
  gboolean ok;

  if (read_pragma (index->db, "PRAGMA user_version") == ASSAY_INDEX_VERSION)
    return TRUE;
  if (!assay_index_execute (index, "BEGIN IMMEDIATE", NULL))
    return FALSE;
  ok = read_pragma (index->db, "PRAGMA user_version") == ASSAY_INDEX_VERSION
       || (drop_tables (index) && assay_index_execute (index, schema, NULL));
  return assay_index_execute (index, ok ? "COMMIT" : "ROLLBACK", NULL) && ok;
}

static gboolean
open_at (AssayIndex *index, const char *path)
{
  g_free (index->path);
  index->path = g_strdup (path);
  index->code = SQLITE_OK;
  index->db = open_database (path);
  if (index->db != NULL && !sqlite3_db_readonly (index->db, "main")
      && (ensure_schema (index) || assay_index_recover (index)))
    return TRUE;
  g_clear_pointer (&index->db, sqlite3_close);
  return FALSE;
}

gboolean
assay_index_recover (AssayIndex *index)
{
  int code = index->code & 0xff;

  if (code != SQLITE_CORRUPT && code != SQLITE_NOTADB)
    return FALSE;
  sqlite3_close (index->db);
  remove_database (index->path);
  index->code = SQLITE_OK;
  index->db = open_database (index->path);
  return index->db != NULL && ensure_schema (index);
}

/* $XDG_CACHE_HOME/assay/index-<hash of the workspace's path>.sqlite; NULL: no such folder. */
static char *
file_of_workspace (AssayWorkspace *workspace)
{
  g_autofree char *folder = g_build_filename (g_get_user_cache_dir (), "assay", NULL);
  g_autofree char *real = realpath (assay_workspace_path (workspace), NULL);
  const char *path = real != NULL ? real : assay_workspace_path (workspace);
  g_autofree char *hash = assay_sha256 (path, strlen (path));
  g_autofree char *name = g_strdup_printf ("index-%.16s.sqlite", hash);

  if (g_mkdir_with_parents (folder, 0700) < 0)
    return NULL;
  return g_build_filename (folder, name, NULL);
}

/* A newer Assay's index stays as it is: ours gets another name. */
static char *
avoid_newer (char *path)
{
  sqlite3 *db = NULL;
  int version = 0;

  if (sqlite3_open_v2 (path, &db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK)
    {
      sqlite3_busy_timeout (db, BUSY_MILLISECONDS);
      version = read_pragma (db, "PRAGMA user_version");
    }
  sqlite3_close (db);
  if (version > ASSAY_INDEX_VERSION)
    {
      char *other = g_strdup_printf ("%s.v%d", path, ASSAY_INDEX_VERSION);

      g_free (path);
      return other;
    }
  return path;
}

AssayIndex *
assay_index_open (AssayWorkspace *workspace, GError **error)
{
  g_autoptr (AssayIndex) index = g_new0 (AssayIndex, 1);
  g_autofree char *path = file_of_workspace (workspace);

  index->workspace = workspace;
  index->problems = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (index->problems, NULL);
  if (path != NULL)
    {
      path = avoid_newer (g_steal_pointer (&path));
      if (open_at (index, path))
        return g_steal_pointer (&index);
    }
  if (open_at (index, ":memory:"))
    return g_steal_pointer (&index);
  g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_FAILED,
               "neither %s nor memory could hold the index of the runs",
               path != NULL ? path : g_get_user_cache_dir ());
  return NULL;
}

void
assay_index_free (AssayIndex *index)
{
  if (index == NULL)
    return;
  sqlite3_close (index->db);
  g_ptr_array_unref (index->problems);
  g_free (index->path);
  g_free (index);
}

const char *
assay_index_path (AssayIndex *index)
{
  return index->path;
}

guint64
assay_index_version (AssayIndex *index)
{
  guint64 ours = (guint32) sqlite3_total_changes (index->db), theirs;

  theirs = (guint64) read_pragma (index->db, "PRAGMA data_version");
  return theirs << 32 | ours;
}

const char *const *
assay_index_problems (AssayIndex *index)
{
  return (const char *const *) index->problems->pdata;
}
