/* SPDX-License-Identifier: Apache-2.0
 *
 * Bringing the index up to date.  Threads read run directories; this one writes.
 */
#include "host/store/index-private.h"

#include "host/registry/json.h"
#include <math.h>
#include <string.h>
#include <sys/stat.h>

#define MAX_READERS 4

/* What the index knows of a run before the refresh. */
typedef struct
{
  gint64 n, stamp, log_stamp, log_offset;
  guint32 log_mark;
  double progress; /* NaN: none */
  gboolean live;   /* its status says queued or running: it may end without touching a file */
} Known;

/* What one run directory says. */
typedef struct
{
  const char *id;
  gint64 stamp, log_stamp;
  gboolean read_log, continues; /* continues: only what was added to the log is in the digest */
  AssayRunDir *dir;
  char *parameters; /* canonical JSON, scalars only */
  char *tags;
  AssayLogDigest *digest; /* NULL: the log did not change; before reading: what was known */
  GError *error;
} Record;

static void
record_free (Record *record)
{
  assay_run_dir_free (record->dir);
  assay_log_digest_free (record->digest);
  g_free (record->parameters);
  g_free (record->tags);
  g_clear_error (&record->error);
  g_free (record);
}

/* ---- What changed ---- */

/* Mixes a file's identity and change times into a stamp (FNV-1a); a file that is not there counts
 * too. */
static guint64
add_to_stamp (guint64 stamp, const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  struct stat st = { 0 };
  gint64 facts[4] = { -1 };

  if (stat (path, &st) == 0)
    {
      facts[0] = (gint64) st.st_ino;
      facts[1] = (gint64) st.st_size;
      facts[2] = (gint64) st.st_mtim.tv_sec;
      facts[3] = (gint64) st.st_mtim.tv_nsec;
    }
  for (guint i = 0; i < sizeof facts; i++)
    stamp = (stamp ^ ((const guchar *) facts)[i]) * 0x100000001b3u;
  return stamp;
}

static void
stamps_of (AssayIndex *index, const char *id, gint64 *stamp, gint64 *log_stamp)
{
  g_autofree char *folder
      = g_build_filename (assay_workspace_path (index->workspace), "runs", id, NULL);
  guint64 of_json = 0xcbf29ce484222325u;

  of_json = add_to_stamp (of_json, folder, "run.json");
  of_json = add_to_stamp (of_json, folder, "status.json");
  *stamp = (gint64) add_to_stamp (of_json, folder, "notes.json");
  *log_stamp = (gint64) add_to_stamp (0xcbf29ce484222325u, folder, "metrics.alog");
}

static double
number_or_nan (sqlite3_stmt *statement, int column)
{
  return sqlite3_column_type (statement, column) == SQLITE_NULL
             ? NAN
             : sqlite3_column_double (statement, column);
}

static GHashTable *
load_known (AssayIndex *index, GError **error)
{
  g_autoptr (GHashTable) known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (sqlite3_stmt) statement = assay_index_prepare (
      index, "SELECT id, n, stamp, log_stamp, live, log_offset, log_mark, progress FROM run",
      error);
  g_autoptr (GError) local = NULL;

  if (statement == NULL)
    return NULL;
  while (assay_index_step (index, statement, &local))
    {
      Known *run = g_new (Known, 1);

      run->n = sqlite3_column_int64 (statement, 1);
      run->stamp = sqlite3_column_int64 (statement, 2);
      run->log_stamp = sqlite3_column_int64 (statement, 3);
      run->live = sqlite3_column_int (statement, 4);
      run->log_offset = sqlite3_column_int64 (statement, 5);
      run->log_mark = (guint32) sqlite3_column_int64 (statement, 6);
      run->progress = number_or_nan (statement, 7);
      g_hash_table_insert (known, g_strdup ((const char *) sqlite3_column_text (statement, 0)),
                           run);
    }
  if (local == NULL)
    return g_steal_pointer (&known);
  g_propagate_error (error, g_steal_pointer (&local));
  return NULL;
}

/* What is known of a run's log, to be continued; NULL: it is to be read from the start. */
static AssayLogDigest *
load_digest (AssayIndex *index, const Known *run)
{
  g_autoptr (AssayLogDigest) digest = assay_log_digest_new ();
  g_autoptr (sqlite3_stmt) s = assay_index_prepare (
      index,
      "SELECT m.metric, m.labels, s.number, s.count, s.finite, s.sum, s.step, s.last, s.min, s.max,"
      " s.mean FROM name m CROSS JOIN series s ON s.name = m.n AND s.run = ?1"
      " WHERE s.number IS NOT NULL ORDER BY s.number",
      NULL);

  if (s == NULL || run->log_offset == 0)
    return NULL;
  sqlite3_bind_int64 (s, 1, run->n);
  while (sqlite3_step (s) == SQLITE_ROW)
    {
      AssayTally *tally;

      /* A gap: a log that names one series twice. */
      if (sqlite3_column_int64 (s, 2) != (gint64) digest->tallies->len)
        return NULL;
      tally = assay_log_digest_add (digest, (const char *) sqlite3_column_text (s, 0),
                                    (const char *) sqlite3_column_text (s, 1));
      tally->summary.n = (guint64) sqlite3_column_int64 (s, 3);
      tally->n_finite = (guint64) sqlite3_column_int64 (s, 4);
      tally->sum = sqlite3_column_double (s, 5);
      tally->summary.step = number_or_nan (s, 6);
      tally->summary.last = number_or_nan (s, 7);
      tally->summary.min = number_or_nan (s, 8);
      tally->summary.max = number_or_nan (s, 9);
      tally->summary.mean = number_or_nan (s, 10);
    }
  digest->offset = (guint64) run->log_offset;
  digest->mark = run->log_mark;
  digest->progress = run->progress;
  return g_steal_pointer (&digest);
}

/* Records to read; runs that are there are taken out of @gone. */
static GPtrArray *
find_changed (AssayIndex *index, const GStrv ids, GHashTable *known, GHashTable *gone)
{
  GPtrArray *records = g_ptr_array_new ();

  for (guint i = 0; ids[i] != NULL; i++)
    {
      const Known *run = g_hash_table_lookup (known, ids[i]);
      Record *record = g_new0 (Record, 1);

      g_hash_table_remove (gone, ids[i]);
      record->id = ids[i];
      stamps_of (index, ids[i], &record->stamp, &record->log_stamp);
      record->read_log = run == NULL || run->log_stamp != record->log_stamp;
      if (run != NULL && record->read_log)
        record->digest = load_digest (index, run);
      if (run != NULL && run->stamp == record->stamp && !record->read_log && !run->live)
        record_free (record);
      else
        g_ptr_array_add (records, record);
    }
  return records;
}

/* ---- Reading ---- */

static void
read_record (Record *record, AssayIndex *index)
{
  g_autofree char *log = NULL;

  if (!(record->dir = assay_run_dir_open (index->workspace, record->id, &record->error)))
    return;
  record->parameters = assay_run_parameters (record->dir->parameters);
  record->tags = assay_run_tags (record->dir->notes);
  if (!record->read_log)
    return;
  log = assay_run_dir_file (record->dir, "metrics.alog");
  if (record->digest != NULL
      && (record->continues = assay_log_digest_read (record->digest, log, NAN, NULL)))
    return;
  assay_log_digest_free (record->digest);
  record->digest = assay_log_digest_new ();
  assay_log_digest_read (record->digest, log, NAN, &record->error);
}

typedef struct
{
  AssayIndex *index;
  GPtrArray *records;
  guint next; /* atomic */
  GAsyncQueue *done;
} Reading;

static gpointer
reader_main (gpointer data)
{
  Reading *reading = data;
  guint i;

  while ((i = (guint) g_atomic_int_add (&reading->next, 1)) < reading->records->len)
    {
      read_record (reading->records->pdata[i], reading->index);
      g_async_queue_push (reading->done, reading->records->pdata[i]);
    }
  return NULL;
}

/* ---- Writing ---- */

typedef struct
{
  AssayIndex *index;
  GHashTable *known, *configs, *names; /* "study\nparameters", "metric\nlabels\naxes" -> number */
  sqlite3_stmt *add_config, *add_name, *add_run, *add_series, *drop_series;
} Writer;

static void
writer_clear (Writer *w)
{
  g_clear_pointer (&w->configs, g_hash_table_unref);
  g_clear_pointer (&w->names, g_hash_table_unref);
  for (sqlite3_stmt **s = (sqlite3_stmt *[]){ w->add_config, w->add_name, w->add_run, w->add_series,
                                              w->drop_series, NULL };
       *s != NULL; s++)
    sqlite3_finalize (*s);
}

static GHashTable *
load_numbers (AssayIndex *index, const char *sql)
{
  GHashTable *numbers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (sqlite3_stmt) statement = assay_index_prepare (index, sql, NULL);

  while (statement != NULL && sqlite3_step (statement) == SQLITE_ROW)
    g_hash_table_insert (numbers, g_strdup ((const char *) sqlite3_column_text (statement, 1)),
                         GSIZE_TO_POINTER ((gsize) sqlite3_column_int64 (statement, 0)));
  return numbers;
}

static gboolean
writer_init (Writer *w, AssayIndex *index, GHashTable *known, GError **error)
{
  w->index = index;
  w->known = known;
  w->configs = load_numbers (index, "SELECT n, study || char(10) || parameters FROM config");
  w->names = load_numbers (index,
                           "SELECT n, metric || char(10) || labels || char(10) || axes FROM name");
  return (w->add_config = assay_index_prepare (
              index, "INSERT INTO config (study, parameters) VALUES (?1, ?2)", error))
         && (w->add_name = assay_index_prepare (
                 index, "INSERT INTO name (metric, labels, axes) VALUES (?1, ?2, ?3)", error))
         && (w->add_run = assay_index_prepare (
                 index,
                 "INSERT OR REPLACE INTO run (n, id, config, seed, state, starred, started,"
                 " finished, preset, plan, tags, reason, note, stamp, log_stamp, live,"
                 " log_offset, log_mark, progress)"
                 " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, "
                 "?17, ?18, ?19)",
                 error))
         && (w->add_series = assay_index_prepare (
                 index,
                 "INSERT OR REPLACE INTO series (name, run, count, step, last, min, max, mean,"
                 " number, finite, sum) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
                 error))
         && (w->drop_series = assay_index_prepare (
                 index, "DELETE FROM series WHERE run = ?1 AND name IN (SELECT n FROM name)",
                 error));
}

/* Runs a statement that gives no rows, for the values bound to it. */
static gboolean
run_once (AssayIndex *index, sqlite3_stmt *statement, GError **error)
{
  gboolean ok = sqlite3_step (statement) == SQLITE_DONE;

  if (!ok)
    assay_index_fail (index, error);
  sqlite3_reset (statement);
  return ok;
}

/* The number of a row that is made when it is new; -1: failed.  @words ends with NULL. */
static gint64
number_of (Writer *w, GHashTable *numbers, sqlite3_stmt *add, const char *const *words,
           GError **error)
{
  g_autofree char *key = g_strjoinv ("\n", (char **) words);
  gpointer number;

  if (g_hash_table_lookup_extended (numbers, key, NULL, &number))
    return (gint64) GPOINTER_TO_SIZE (number);
  for (int i = 0; words[i] != NULL; i++)
    sqlite3_bind_text (add, i + 1, words[i], -1, SQLITE_STATIC);
  if (!run_once (w->index, add, error))
    return -1;
  number = GSIZE_TO_POINTER ((gsize) sqlite3_last_insert_rowid (w->index->db));
  g_hash_table_insert (numbers, g_steal_pointer (&key), number);
  return (gint64) GPOINTER_TO_SIZE (number);
}

/* Times and texts that are not there are NULL. */
static void
bind_time (sqlite3_stmt *statement, int place, double time)
{
  if (time > 0)
    sqlite3_bind_double (statement, place, time);
  else
    sqlite3_bind_null (statement, place);
}

static gboolean
is_live (const AssayRunDir *dir)
{
  const char *written = assay_json_text (dir->status, "state", "running");

  return strcmp (written, "running") == 0 || strcmp (written, "queued") == 0;
}

static gboolean
write_run (Writer *w, const Record *record, gint64 config, gint64 *n, GError **error)
{
  const AssayRunDir *dir = record->dir;
  const Known *known = g_hash_table_lookup (w->known, record->id);
  sqlite3_stmt *s = w->add_run;

  if (known != NULL)
    sqlite3_bind_int64 (s, 1, known->n);
  else
    sqlite3_bind_null (s, 1);
  sqlite3_bind_text (s, 2, record->id, -1, SQLITE_STATIC);
  sqlite3_bind_int64 (s, 3, config);
  sqlite3_bind_int64 (s, 4, (gint64) dir->seed);
  sqlite3_bind_text (s, 5, assay_state_name (dir->state), -1, SQLITE_STATIC);
  sqlite3_bind_int (s, 6,
                    dir->notes != NULL && assay_json_bool (dir->notes, "star", FALSE) ? 1 : 0);
  bind_time (s, 7, dir->started);
  bind_time (s, 8, dir->finished);
  sqlite3_bind_text (s, 9, dir->preset, -1, SQLITE_STATIC);
  sqlite3_bind_text (s, 10, dir->plan, -1, SQLITE_STATIC);
  sqlite3_bind_text (s, 11, record->tags, -1, SQLITE_STATIC);
  sqlite3_bind_text (s, 12, dir->reason, -1, SQLITE_STATIC);
  sqlite3_bind_text (s, 13, dir->notes != NULL ? assay_json_text (dir->notes, "note", NULL) : NULL,
                     -1, SQLITE_STATIC);
  sqlite3_bind_int64 (s, 14, record->stamp);
  sqlite3_bind_int64 (s, 15, record->log_stamp);
  sqlite3_bind_int (s, 16, is_live (dir));
  sqlite3_bind_int64 (s, 17,
                      record->digest ? (gint64) record->digest->offset
                      : known        ? known->log_offset
                                     : 0);
  sqlite3_bind_int64 (s, 18, record->digest ? record->digest->mark : known ? known->log_mark : 0);
  sqlite3_bind_double (s, 19,
                       record->digest ? record->digest->progress
                       : known        ? known->progress
                                      : NAN); /* NaN becomes NULL */
  if (!run_once (w->index, s, error))
    return FALSE;
  *n = known != NULL ? known->n : sqlite3_last_insert_rowid (w->index->db);
  return TRUE;
}

static gboolean
write_series (Writer *w, gint64 run, guint number, const AssayTally *tally, GError **error)
{
  const AssaySummary *summary = &tally->summary;
  const char *words[] = { summary->metric, summary->labels, "step", NULL };
  gint64 name = number_of (w, w->names, w->add_name, words, error);
  const double numbers[]
      = { summary->step, summary->last, summary->min, summary->max, summary->mean };

  if (name < 0)
    return FALSE;
  sqlite3_bind_int64 (w->add_series, 1, name);
  sqlite3_bind_int64 (w->add_series, 2, run);
  sqlite3_bind_int64 (w->add_series, 3, (gint64) summary->n);
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    sqlite3_bind_double (w->add_series, 4 + (int) i, numbers[i]); /* NaN becomes NULL */
  sqlite3_bind_int64 (w->add_series, 9, number);
  sqlite3_bind_int64 (w->add_series, 10, (gint64) tally->n_finite);
  sqlite3_bind_double (w->add_series, 11, tally->sum);
  return run_once (w->index, w->add_series, error);
}

static gboolean
write_array (Writer *w, gint64 run, const AssayArrayEntry *entry, GError **error)
{
  const char *words[] = { entry->metric, entry->labels, entry->axes, NULL };
  gint64 name = number_of (w, w->names, w->add_name, words, error);

  if (name < 0)
    return FALSE;
  sqlite3_bind_int64 (w->add_series, 1, name);
  sqlite3_bind_int64 (w->add_series, 2, run);
  sqlite3_bind_int64 (w->add_series, 3, (gint64) entry->cells);
  for (int i = 4; i <= 11; i++)
    sqlite3_bind_null (w->add_series, i);
  return run_once (w->index, w->add_series, error);
}

static gboolean
write_record (Writer *w, const Record *record, GError **error)
{
  const char *words[] = { record->dir->study, record->parameters, NULL };
  gint64 config = number_of (w, w->configs, w->add_config, words, error), n;

  if (config < 0 || !write_run (w, record, config, &n, error))
    return FALSE;
  if (record->digest == NULL)
    return TRUE;
  sqlite3_bind_int64 (w->drop_series, 1, n);
  if (g_hash_table_contains (w->known, record->id) && !record->continues
      && !run_once (w->index, w->drop_series, error))
    return FALSE;
  for (guint i = 0; i < record->digest->tallies->len; i++)
    if (!write_series (w, n, i, &g_array_index (record->digest->tallies, AssayTally, i), error))
      return FALSE;
  for (guint i = 0; i < record->digest->arrays->len; i++)
    if (!write_array (w, n, &g_array_index (record->digest->arrays, AssayArrayEntry, i), error))
      return FALSE;
  return TRUE;
}

/* Removes a run that is gone, or that cannot be read any more. */
static gboolean
forget (Writer *w, const char *id, GError **error)
{
  const Known *known = g_hash_table_lookup (w->known, id);
  g_autofree char *sql = NULL;

  if (known == NULL)
    return TRUE;
  sql = g_strdup_printf ("DELETE FROM series WHERE run = %" G_GINT64_FORMAT
                         " AND name IN (SELECT n FROM name);"
                         "DELETE FROM run WHERE n = %" G_GINT64_FORMAT ";",
                         known->n, known->n);
  return assay_index_execute (w->index, sql, error);
}

/* Takes records as the readers finish them; all of them, also after a failure. */
static gboolean
write_all (Writer *w, Reading *reading, GError **error)
{
  gboolean ok = TRUE;

  for (guint i = 0; i < reading->records->len; i++)
    {
      Record *record = g_async_queue_pop (reading->done);

      if (record->error != NULL)
        {
          g_ptr_array_add (w->index->problems, g_strdup (record->error->message));
          ok = ok && forget (w, record->id, error);
        }
      else
        ok = ok && write_record (w, record, error);
    }
  return ok;
}

static gboolean
read_and_write (AssayIndex *index, GPtrArray *records, GHashTable *known, GHashTable *gone,
                GError **error)
{
  Reading reading = { index, records, 0, g_async_queue_new () };
  guint n_readers = MIN (MIN (g_get_num_processors (), MAX_READERS), 1 + records->len / 16);
  GThread *readers[MAX_READERS];
  Writer writer = { 0 };
  GHashTableIter iter;
  gpointer id;
  gboolean ok = writer_init (&writer, index, known, error);

  for (guint i = 0; i < n_readers; i++)
    readers[i] = g_thread_new ("index", reader_main, &reading);
  g_hash_table_iter_init (&iter, gone);
  while (ok && g_hash_table_iter_next (&iter, &id, NULL))
    ok = forget (&writer, id, error);
  if (ok)
    ok = write_all (&writer, &reading, error);
  for (guint i = 0; i < n_readers; i++)
    g_thread_join (readers[i]);
  writer_clear (&writer);
  g_async_queue_unref (reading.done);
  return ok;
}

static int
compare_texts (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static gboolean
refresh_in_transaction (AssayIndex *index, const GStrv ids, GError **error)
{
  g_autoptr (GHashTable) known = load_known (index, error), gone = NULL;
  g_autoptr (GPtrArray) records = NULL;
  GHashTableIter iter;
  gpointer id;
  gboolean ok;

  if (known == NULL)
    return FALSE;
  gone = g_hash_table_new (g_str_hash, g_str_equal);
  g_hash_table_iter_init (&iter, known);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    g_hash_table_add (gone, id);
  records = find_changed (index, ids, known, gone);
  g_ptr_array_set_free_func (records, (GDestroyNotify) record_free);
  ok = (records->len == 0 && g_hash_table_size (gone) == 0)
       || read_and_write (index, records, known, gone, error);
  g_ptr_array_sort (index->problems, compare_texts);
  return ok;
}

/* One transaction: other readers see the old state until the end. */
static gboolean
refresh_once (AssayIndex *index, gboolean clear, GError **error)
{
  g_auto (GStrv) ids = assay_workspace_list (index->workspace, "runs", error);
  gboolean ok;

  g_ptr_array_set_size (index->problems, 0);
  ok = ids != NULL && assay_index_execute (index, "BEGIN IMMEDIATE", error);
  if (ok)
    {
      ok = (!clear
            || assay_index_execute (index,
                                    "DELETE FROM series; DELETE FROM run; DELETE FROM name;"
                                    "DELETE FROM config;",
                                    error))
           && refresh_in_transaction (index, ids, error)
           && assay_index_execute (index, "COMMIT", error);
      if (!ok)
        sqlite3_exec (index->db, "ROLLBACK", NULL, NULL, NULL);
    }
  g_ptr_array_add (index->problems, NULL);
  return ok;
}

static gboolean
refresh (AssayIndex *index, gboolean clear, GError **error)
{
  g_autoptr (GError) local = NULL;

  index->code = SQLITE_OK;
  if (refresh_once (index, clear, &local)
      || (assay_index_recover (index) && (g_clear_error (&local), TRUE)
          && refresh_once (index, clear, &local)))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

gboolean
assay_index_refresh (AssayIndex *index, GError **error)
{
  return refresh (index, FALSE, error);
}

gboolean
assay_index_rebuild (AssayIndex *index, GError **error)
{
  return refresh (index, TRUE, error);
}
