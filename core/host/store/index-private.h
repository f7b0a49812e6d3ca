/* SPDX-License-Identifier: Apache-2.0
 *
 * What the files of the index share: the database, its schema, and filters as SQL.
 *
 *   config  one row for every study and parameters: what runs of different seeds share
 *   run     one row for every readable run directory
 *   name    one row for every (metric, labels, axes)
 *   series  how each of them ends in each run, and what it takes to go on from there: its number
 *           in the log, finite values and their sum; an array has a count of cells and no numbers
 */
#pragma once

#include "host/store/filter-node.h"
#include "host/store/index.h"
#include "host/store/summary.h"
#include <sqlite3.h>

#define ASSAY_INDEX_VERSION 3

struct _AssayIndex
{
  AssayWorkspace *workspace; /* lent */
  sqlite3 *db;
  int code; /* of SQLite's last failure */
  char *path;
  GPtrArray *problems; /* char *, NULL-terminated */
};

/** Tags as the index keeps them and as filters see them: each ended by this. */
#define ASSAY_TAG_END '\x1f'

/** Sets the error from the database's, and remembers its code. */
void assay_index_fail (AssayIndex *index, GError **error);
/** The statement, or NULL and an error. */
sqlite3_stmt *assay_index_prepare (AssayIndex *index, const char *sql, GError **error);
gboolean assay_index_execute (AssayIndex *index, const char *sql, GError **error);
/** Takes the next row: TRUE; at the end FALSE; on failure FALSE with *error set. */
gboolean assay_index_step (AssayIndex *index, sqlite3_stmt *statement, GError **error);
/** Whether the last failure was damage of the file; it is then removed and made anew, empty. */
gboolean assay_index_recover (AssayIndex *index);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (sqlite3_stmt, sqlite3_finalize)

/** Makes the functions known that compiled filters use. */
void assay_index_add_functions (sqlite3 *db);

/** What rows are selected from.  Configurations come first: what is asked of parameters is then
 *  asked once for all their seeds. */
#define ASSAY_INDEX_FROM " FROM config c CROSS JOIN run r ON r.config = c.n WHERE "

/** SQL over ASSAY_INDEX_FROM, and what is bound to its ?1, ?2, ... */
typedef struct
{
  AssayIndex *index;
  GString *sql;
  GPtrArray *values; /* SqlValue, owned */
} AssaySql;
void assay_sql_init (AssaySql *sql, AssayIndex *index);
void assay_sql_clear (AssaySql *sql);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (AssaySql, assay_sql_clear)
/** Appends an expression that is 1 where the filter holds (as assay_filter_match has it), else 0.
 */
gboolean assay_sql_add_filter (AssaySql *sql, const AssayFilter *filter, GError **error);
/** Appends the value of a key, NULL where there is none. */
gboolean assay_sql_add_key (AssaySql *sql, const char *key, GError **error);
/** Appends a run's summary ("last", "min", "max", "mean") of a metric; @labels NULL: over all its
 *  label sets. */
gboolean assay_sql_add_summary (AssaySql *sql, const char *column, const char *metric,
                                const char *labels, GError **error);
/** The same as something to order by: numbers as numbers, before texts in natural order. */
gboolean assay_sql_add_order (AssaySql *sql, const char *key, GError **error);
void assay_sql_add_text (AssaySql *sql, const char *text);
void assay_sql_add_number (AssaySql *sql, double number);
/** Prepared with everything bound; @sql must outlive it. */
sqlite3_stmt *assay_sql_prepare (AssaySql *sql, GError **error);

/** Value of a parameter in canonical JSON of an object of scalars: free with g_free; NULL: none. */
char *assay_parameter_value (const char *parameters, const char *key);
/** "min.return" -> column "min" and "return"; any metric -> "last". */
const char *assay_metric_of_key (const char *key, const char **column);
/** The state of this name, as the index wrote it. */
AssayState assay_index_state (const char *name);
/** The tags of notes.json, each ended by ASSAY_TAG_END; NULL: none. */
char *assay_run_tags (JsonObject *notes);
const char *const *assay_run_split_tags (GStringChunk *texts, const char *tags);
/** Parameters as canonical JSON, scalars only. */
char *assay_run_parameters (JsonObject *parameters);
/** A row straight from the run directory, with summaries; FAILED: the log is damaged. */
gboolean assay_run_row_read (AssayRunDir *dir, GStringChunk *texts, AssayRunRow *row,
                             GError **error);
void assay_run_row_clear (gpointer row);
