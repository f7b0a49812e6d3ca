/* SPDX-License-Identifier: Apache-2.0 */
#include "host/store/index-private.h"

#include <math.h>
#include <string.h>

/* ---- Rows ---- */

static AssayRunRows *
new_rows (void)
{
  AssayRunRows *rows = g_new (AssayRunRows, 1);

  rows->rows = g_array_new (FALSE, TRUE, sizeof (AssayRunRow));
  g_array_set_clear_func (rows->rows, assay_run_row_clear);
  rows->texts = g_string_chunk_new (4096);
  return rows;
}

void
assay_run_rows_free (AssayRunRows *rows)
{
  if (rows == NULL)
    return;
  g_array_unref (rows->rows);
  g_string_chunk_free (rows->texts);
  g_free (rows);
}

static const char *
keep (GStringChunk *texts, sqlite3_stmt *statement, int column)
{
  const char *text = (const char *) sqlite3_column_text (statement, column);

  return text != NULL ? g_string_chunk_insert (texts, text) : NULL;
}

static const char *
keep_const (GStringChunk *texts, sqlite3_stmt *statement, int column)
{
  const char *text = (const char *) sqlite3_column_text (statement, column);

  return text != NULL ? g_string_chunk_insert_const (texts, text) : NULL;
}

static const char row_columns[]
    = "r.n, r.id, c.study, c.parameters, r.preset, r.plan, r.reason, r.note, r.tags, r.starred,"
      " r.seed, r.state, r.started, r.finished, r.progress";

static double
number_or_nan (sqlite3_stmt *statement, int column)
{
  return sqlite3_column_type (statement, column) == SQLITE_NULL
             ? NAN
             : sqlite3_column_double (statement, column);
}

static AssayRunRow
read_row (GStringChunk *texts, sqlite3_stmt *s)
{
  return (AssayRunRow){
    .id = keep (texts, s, 1),
    .study = keep_const (texts, s, 2),
    .parameters = keep_const (texts, s, 3),
    .preset = keep_const (texts, s, 4),
    .plan = keep_const (texts, s, 5),
    .reason = keep (texts, s, 6),
    .note = keep (texts, s, 7),
    .tags = assay_run_split_tags (texts, (const char *) sqlite3_column_text (s, 8)),
    .star = sqlite3_column_int (s, 9) != 0,
    .seed = (guint64) sqlite3_column_int64 (s, 10),
    .state = assay_index_state ((const char *) sqlite3_column_text (s, 11)),
    .started = sqlite3_column_double (s, 12),
    .finished = sqlite3_column_double (s, 13),
    .progress = number_or_nan (s, 14),
  };
}

/* ---- Summaries ---- */

/* One statement for all rows: ?1 is the run. */
static sqlite3_stmt *
prepare_summaries (AssaySql *sql, const char *const *metrics, GError **error)
{
  g_string_append (sql->sql,
                   "SELECT m.metric, m.labels, s.count, s.step, s.last, s.min, s.max, s.mean"
                   " FROM name m CROSS JOIN series s ON s.name = m.n AND s.run = ");
  assay_sql_add_number (sql, 0);
  g_string_append (sql->sql, " WHERE m.axes = 'step'");
  for (guint i = 0; metrics != NULL && metrics[i] != NULL; i++)
    {
      g_string_append (sql->sql, i == 0 ? " AND m.metric IN (" : ", ");
      assay_sql_add_text (sql, metrics[i]);
    }
  if (metrics != NULL && metrics[0] != NULL)
    g_string_append_c (sql->sql, ')');
  g_string_append (sql->sql, " ORDER BY m.metric, m.labels");
  return assay_sql_prepare (sql, error);
}

static GArray *
read_summaries (AssayIndex *index, sqlite3_stmt *s, gint64 run, GStringChunk *texts, GError **error)
{
  g_autoptr (GArray) summaries = g_array_new (FALSE, FALSE, sizeof (AssaySummary));
  g_autoptr (GError) local = NULL;

  sqlite3_reset (s);
  sqlite3_bind_int64 (s, 1, run);
  while (assay_index_step (index, s, &local))
    {
      AssaySummary summary = {
        .metric = keep_const (texts, s, 0),
        .labels = keep_const (texts, s, 1),
        .n = (guint64) sqlite3_column_int64 (s, 2),
        .step = number_or_nan (s, 3),
        .last = number_or_nan (s, 4),
        .min = number_or_nan (s, 5),
        .max = number_or_nan (s, 6),
        .mean = number_or_nan (s, 7),
        .at = NAN,
      };

      g_array_append_val (summaries, summary);
    }
  if (local == NULL)
    return g_steal_pointer (&summaries);
  g_propagate_error (error, g_steal_pointer (&local));
  return NULL;
}

/* Fills `at` from the run's own log: the index keeps no cells.  A log that cannot be read leaves
 * NaN; the refresh has said why. */
static void
add_values_at (AssayIndex *index, const AssayRunRow *row, double step)
{
  g_autoptr (AssayRunDir) dir = assay_run_dir_open (index->workspace, row->id, NULL);
  g_autoptr (GStringChunk) texts = g_string_chunk_new (256);
  g_autoptr (GArray) read = dir != NULL ? assay_run_summaries (dir, step, texts, NULL) : NULL;

  for (guint i = 0; i < row->summaries->len; i++)
    for (guint k = 0; read != NULL && k < read->len; k++)
      {
        AssaySummary *mine = &g_array_index (row->summaries, AssaySummary, i);
        const AssaySummary *other = &g_array_index (read, AssaySummary, k);

        if (strcmp (mine->metric, other->metric) == 0 && strcmp (mine->labels, other->labels) == 0)
          mine->at = other->at;
      }
}

/* ---- The query ---- */

static gboolean
build_query (AssaySql *sql, const AssayIndexQuery *query, GError **error)
{
  g_string_append_printf (sql->sql, "SELECT %s" ASSAY_INDEX_FROM, row_columns);
  if (!assay_sql_add_filter (sql, query->filter, error))
    return FALSE;
  g_string_append (sql->sql, " ORDER BY ");
  if (query->order == NULL)
    g_string_append (sql->sql, "r.started IS NOT NULL, r.started DESC, r.id");
  else
    {
      if (!assay_sql_add_order (sql, query->order, error))
        return FALSE;
      g_string_append_printf (sql->sql, " %s NULLS LAST, r.id", query->descending ? "DESC" : "ASC");
    }
  if (query->limit > 0 || query->offset > 0)
    g_string_append_printf (sql->sql, " LIMIT %ld OFFSET %u",
                            query->limit > 0 ? (long) query->limit : -1L, query->offset);
  return TRUE;
}

static gboolean
read_rows (AssayIndex *index, const AssayIndexQuery *query, sqlite3_stmt *statement,
           AssayRunRows *rows, GError **error)
{
  gboolean summaries = query->summaries || query->at;
  g_auto (AssaySql) sql = { 0 };
  g_autoptr (sqlite3_stmt) summary = NULL;
  g_autoptr (GError) local = NULL;

  assay_sql_init (&sql, index);
  if (summaries && !(summary = prepare_summaries (&sql, query->metrics, error)))
    return FALSE;
  while (assay_index_step (index, statement, &local))
    {
      AssayRunRow row = read_row (rows->texts, statement);
      gboolean ok
          = !summaries
            || (row.summaries = read_summaries (index, summary, sqlite3_column_int64 (statement, 0),
                                                rows->texts, error));

      g_array_append_val (rows->rows, row);
      if (!ok)
        return FALSE;
      if (query->at)
        add_values_at (index, &row, query->step);
    }
  if (local == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

AssayRunRows *
assay_index_query (AssayIndex *index, const AssayIndexQuery *query, GError **error)
{
  g_autoptr (AssayRunRows) rows = new_rows ();
  g_auto (AssaySql) sql = { 0 };
  g_autoptr (sqlite3_stmt) statement = NULL;

  assay_sql_init (&sql, index);
  if (!build_query (&sql, query, error) || !(statement = assay_sql_prepare (&sql, error))
      || !read_rows (index, query, statement, rows, error))
    return NULL;
  return g_steal_pointer (&rows);
}

/* ---- The catalogue ---- */

void
assay_catalogue_free (AssayCatalogue *catalogue)
{
  if (catalogue == NULL)
    return;
  g_array_unref (catalogue->rows);
  g_string_chunk_free (catalogue->texts);
  g_free (catalogue);
}

AssayCatalogue *
assay_index_catalogue (AssayIndex *index, const AssayFilter *filter, GError **error)
{
  g_autoptr (AssayCatalogue) catalogue = g_new0 (AssayCatalogue, 1);
  g_auto (AssaySql) sql = { 0 };
  g_autoptr (sqlite3_stmt) s = NULL;
  g_autoptr (GError) local = NULL;

  catalogue->rows = g_array_new (FALSE, FALSE, sizeof (AssayCatalogueRow));
  catalogue->texts = g_string_chunk_new (1024);
  assay_sql_init (&sql, index);
  g_string_append (sql.sql, "SELECT c.study, m.metric, m.labels, m.axes, count(*), total(s.count)"
                            " FROM series s JOIN name m ON m.n = s.name JOIN run r ON r.n = s.run"
                            " JOIN config c ON c.n = r.config WHERE ");
  if (!assay_sql_add_filter (&sql, filter, error))
    return NULL;
  g_string_append (sql.sql, " GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4");
  if (!(s = assay_sql_prepare (&sql, error)))
    return NULL;
  while (assay_index_step (index, s, &local))
    {
      AssayCatalogueRow row = {
        .study = keep_const (catalogue->texts, s, 0),
        .metric = keep_const (catalogue->texts, s, 1),
        .labels = keep_const (catalogue->texts, s, 2),
        .axes = keep_const (catalogue->texts, s, 3),
        .n_runs = (guint) sqlite3_column_int64 (s, 4),
        .cells = (guint64) sqlite3_column_double (s, 5),
      };

      g_array_append_val (catalogue->rows, row);
    }
  if (local == NULL)
    return g_steal_pointer (&catalogue);
  g_propagate_error (error, g_steal_pointer (&local));
  return NULL;
}
