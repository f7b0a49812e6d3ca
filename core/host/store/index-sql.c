/* SPDX-License-Identifier: Apache-2.0
 *
 * Filters as SQL.  Whatever is compared, the meaning is that of assay_filter_test: either the SQL
 * is plainly the same (texts that are no numbers, numbers in columns of numbers), or a function
 * calls it.
 */
#include "host/store/index-private.h"

#include "host/registry/json.h"
#include "host/store/frame.h"
#include <string.h>

/* A filter beyond these is not spelled out in SQL. */
#define MAX_SIZE 200
#define MAX_DEPTH 8
#define MAX_KEYS 90 /* arguments of a function, of which SQLite takes 100 */

typedef enum
{
  TEXT_COLUMN,
  NUMBER_COLUMN,
  OTHER_COLUMN /* made by an expression */
} ColumnKind;

static const struct
{
  const char *key, *sql;
  ColumnKind kind;
} columns[] = {
  { "study", "c.study", TEXT_COLUMN },
  { "preset", "r.preset", TEXT_COLUMN },
  { "plan", "r.plan", TEXT_COLUMN },
  { "seed", "r.seed", NUMBER_COLUMN },
  { "status", "r.state", TEXT_COLUMN },
  { "id", "r.id", TEXT_COLUMN },
  { "tag", "r.tags", OTHER_COLUMN },
  { "starred", "CASE WHEN r.starred THEN 'true' ELSE 'false' END", OTHER_COLUMN },
  { "note", "r.note", TEXT_COLUMN },
  { "reason", "r.reason", TEXT_COLUMN },
  { "started", "r.started", NUMBER_COLUMN },
  { "finished", "r.finished", NUMBER_COLUMN },
  { "duration", "(r.finished - r.started)", NUMBER_COLUMN },
};

static const char *const number_ops[ASSAY_N_TESTS] = { "IN", "NOT IN", "<=", "<", ">=", ">", NULL };

/* ---- Parameters in canonical JSON ---- */

/* "\"key\":", as it stands in canonical JSON. */
static char *
pattern_of (const char *key)
{
  g_autoptr (JsonNode) node = NULL;
  g_autofree char *quoted = NULL;
  const char *plain = key;

  /* Nearly every key is its own JSON text, and this is asked for every row. */
  while (*plain >= ' ' && *plain < 0x7f && *plain != '"' && *plain != '\\')
    plain++;
  if (*plain == '\0')
    return g_strconcat ("\"", key, "\":", NULL);
  node = json_node_init_string (json_node_alloc (), key);
  quoted = assay_json_canonical (node);
  return g_strconcat (quoted, ":", NULL);
}

/* Where the value stands.  A quote inside a text is escaped, so only a member's name can follow
 * "{" or ",". */
static const char *
find_value (const char *parameters, const char *pattern)
{
  for (const char *at = parameters; (at = strstr (at, pattern)); at++)
    if (at > parameters && (at[-1] == '{' || at[-1] == ','))
      return at + strlen (pattern);
  return NULL;
}

static char *
read_value (const char *at)
{
  if (*at != '"')
    return g_strndup (at, strcspn (at, ",}"));
  for (const char *end = at + 1; *end != '\0'; end++)
    if (*end == '\\' && end[1] != '\0')
      end++;
    else if (*end == '"')
      {
        g_autofree char *quoted = g_strndup (at, (gsize) (end + 1 - at));
        g_autoptr (JsonNode) node = NULL;

        if (memchr (quoted, '\\', (gsize) (end - at)) == NULL)
          return g_strndup (at + 1, (gsize) (end - at - 1));
        node = json_from_string (quoted, NULL);
        return node != NULL && JSON_NODE_HOLDS_VALUE (node) ? json_node_dup_string (node) : NULL;
      }
  return NULL;
}

char *
assay_parameter_value (const char *parameters, const char *key)
{
  g_autofree char *pattern = pattern_of (key);
  const char *at = find_value (parameters, pattern);

  return at != NULL ? read_value (at) : NULL;
}

const char *
assay_metric_of_key (const char *key, const char **column)
{
  for (const char **c = (const char *[]){ "min", "max", "mean", NULL }; *c != NULL; c++)
    if (g_str_has_prefix (key, *c) && key[strlen (*c)] == '.')
      {
        *column = *c;
        return key + strlen (*c) + 1;
      }
  *column = "last";
  return key;
}

/* ---- Functions of the database ---- */

/* A test, or a whole filter, and what need not be made again for every row. */
typedef struct
{
  const AssayFilterNode *test;
  char *pattern; /* of the test's key */
  const AssayFilter *filter;
  GStrv keys; /* of the filter */
} Condition;

static void
condition_free (gpointer data)
{
  Condition *condition = data;

  g_free (condition->pattern);
  g_strfreev (condition->keys);
  g_free (condition);
}

/* A value as the filter sees it; *@number is to be freed. */
static const char *
text_of (sqlite3_value *value, char **number)
{
  int type = sqlite3_value_type (value);

  if (type == SQLITE_TEXT || type == SQLITE_NULL)
    return (const char *) sqlite3_value_text (value);
  return *number = assay_json_number (sqlite3_value_double (value));
}

/* assay_holds (condition, value) */
static void
sql_holds (sqlite3_context *context, int n, sqlite3_value **arguments)
{
  const Condition *condition = sqlite3_value_pointer (arguments[0], "condition");
  g_autofree char *number = NULL;

  if (condition != NULL)
    sqlite3_result_int (context,
                        assay_filter_test (condition->test, text_of (arguments[1], &number)));
}

/* The values of a row for the keys of a filter. */
typedef struct
{
  const Condition *condition;
  sqlite3_value **values;
  char *number;
} Row;

static const char *
row_value (gpointer data, const char *key)
{
  Row *row = data;
  guint i = 0;

  while (strcmp (row->condition->keys[i], key) != 0)
    i++;
  g_clear_pointer (&row->number, g_free);
  return text_of (row->values[i], &row->number);
}

/* assay_matches (condition, value of each key...) */
static void
sql_matches (sqlite3_context *context, int n, sqlite3_value **arguments)
{
  const Condition *condition = n > 0 ? sqlite3_value_pointer (arguments[0], "condition") : NULL;
  Row row = { condition, arguments + 1, NULL };

  if (condition != NULL && condition->filter != NULL)
    sqlite3_result_int (context, assay_filter_match (condition->filter, row_value, &row));
  g_free (row.number);
}

/* assay_parameter_holds (condition, parameters) */
static void
sql_parameter_holds (sqlite3_context *context, int n, sqlite3_value **arguments)
{
  const Condition *condition = sqlite3_value_pointer (arguments[0], "condition");
  const char *parameters = (const char *) sqlite3_value_text (arguments[1]), *at;
  g_autofree char *text = NULL;

  if (condition == NULL || parameters == NULL)
    return;
  at = find_value (parameters, condition->pattern);
  text = at != NULL ? read_value (at) : NULL;
  sqlite3_result_int (context, assay_filter_test (condition->test, text));
}

/* assay_parameter (parameters, key) */
static void
sql_parameter (sqlite3_context *context, int n, sqlite3_value **arguments)
{
  const char *parameters = (const char *) sqlite3_value_text (arguments[0]);
  const char *key = (const char *) sqlite3_value_text (arguments[1]);
  char *text = parameters != NULL && key != NULL ? assay_parameter_value (parameters, key) : NULL;

  if (text != NULL)
    sqlite3_result_text (context, text, -1, g_free);
}

/* assay_sortable (value): a number where the text is one */
static void
sql_sortable (sqlite3_context *context, int n, sqlite3_value **arguments)
{
  double number;

  if (sqlite3_value_type (arguments[0]) == SQLITE_TEXT
      && assay_filter_number ((const char *) sqlite3_value_text (arguments[0]), &number))
    sqlite3_result_double (context, number);
  else
    sqlite3_result_value (context, arguments[0]);
}

static int
natural_collation (void *data, int m, const void *a, int n, const void *b)
{
  g_autofree char *x = g_strndup (a, (gsize) m), *y = g_strndup (b, (gsize) n);

  return assay_natural_compare (x, y);
}

void
assay_index_add_functions (sqlite3 *db)
{
  int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY;

  sqlite3_create_function (db, "assay_holds", 2, flags, NULL, sql_holds, NULL, NULL);
  sqlite3_create_function (db, "assay_parameter_holds", 2, flags, NULL, sql_parameter_holds, NULL,
                           NULL);
  sqlite3_create_function (db, "assay_matches", -1, flags, NULL, sql_matches, NULL, NULL);
  sqlite3_create_function (db, "assay_parameter", 2, flags, NULL, sql_parameter, NULL, NULL);
  sqlite3_create_function (db, "assay_sortable", 1, flags, NULL, sql_sortable, NULL, NULL);
  sqlite3_create_collation (db, "natural_order", SQLITE_UTF8, NULL, natural_collation);
}

/* ---- Building ---- */

/* One ?: exactly one of these. */
typedef struct
{
  char *text;
  Condition *condition;
  double number;
} SqlValue;

static void
sql_value_free (gpointer data)
{
  SqlValue *value = data;

  g_free (value->text);
  g_clear_pointer (&value->condition, condition_free);
  g_free (value);
}

void
assay_sql_init (AssaySql *sql, AssayIndex *index)
{
  sql->index = index;
  sql->sql = g_string_new (NULL);
  sql->values = g_ptr_array_new_with_free_func (sql_value_free);
}

void
assay_sql_clear (AssaySql *sql)
{
  g_string_free (sql->sql, TRUE);
  g_ptr_array_unref (sql->values);
}

static SqlValue *
add_value (AssaySql *sql)
{
  SqlValue *value = g_new0 (SqlValue, 1);

  g_ptr_array_add (sql->values, value);
  g_string_append_printf (sql->sql, "?%u", sql->values->len);
  return value;
}

void
assay_sql_add_text (AssaySql *sql, const char *text)
{
  add_value (sql)->text = g_strdup (text);
}

void
assay_sql_add_number (AssaySql *sql, double number)
{
  add_value (sql)->number = number;
}

static void
add_condition (AssaySql *sql, const AssayFilterNode *test)
{
  Condition *condition = g_new0 (Condition, 1);

  condition->test = test;
  condition->pattern = pattern_of (test->key);
  add_value (sql)->condition = condition;
}

sqlite3_stmt *
assay_sql_prepare (AssaySql *sql, GError **error)
{
  sqlite3_stmt *statement = assay_index_prepare (sql->index, sql->sql->str, error);

  for (guint i = 0; statement != NULL && i < sql->values->len; i++)
    {
      const SqlValue *value = sql->values->pdata[i];
      int place = (int) i + 1;

      if (value->text != NULL)
        sqlite3_bind_text (statement, place, value->text, -1, SQLITE_STATIC);
      else if (value->condition != NULL)
        sqlite3_bind_pointer (statement, place, value->condition, "condition", NULL);
      else
        sqlite3_bind_double (statement, place, value->number);
    }
  return statement;
}

static int
find_column (const char *key)
{
  for (guint i = 0; i < G_N_ELEMENTS (columns); i++)
    if (strcmp (columns[i].key, key) == 0)
      return (int) i;
  return -1;
}

/* Whether SQL's own comparison means the same. */
static gboolean
is_plain (const AssayFilterNode *test, ColumnKind kind)
{
  gboolean equality = test->op == ASSAY_TEST_EQ || test->op == ASSAY_TEST_NE;

  if (kind == OTHER_COLUMN || number_ops[test->op] == NULL || (kind == TEXT_COLUMN && !equality))
    return FALSE;
  for (guint i = 0; i < test->values->len; i++)
    if (g_array_index (test->values, AssayTestValue, i).is_number != (kind == NUMBER_COLUMN))
      return FALSE;
  return TRUE;
}

/* coalesce (x IN (?1, ?2), 0); != holds where nothing is.  Of several bounds the widest counts. */
static void
add_plain_test (AssaySql *sql, const AssayFilterNode *test, const char *column, ColumnKind kind)
{
  gboolean unequal = test->op == ASSAY_TEST_NE, order = !unequal && test->op != ASSAY_TEST_EQ;
  const AssayTestValue *values = (const AssayTestValue *) test->values->data;
  double widest = values[0].number;

  g_string_append_printf (sql->sql, "coalesce(%s %s (", column, number_ops[test->op]);
  for (guint i = 0; i < test->values->len; i++)
    if (order
        && ((test->op == ASSAY_TEST_LT || test->op == ASSAY_TEST_LE) ? values[i].number > widest
                                                                     : values[i].number < widest))
      widest = values[i].number;
  for (guint i = 0; i < test->values->len && !order; i++)
    {
      g_string_append (sql->sql, i > 0 ? ", " : "");
      if (kind == NUMBER_COLUMN)
        assay_sql_add_number (sql, values[i].number);
      else
        assay_sql_add_text (sql, values[i].text);
    }
  if (order)
    assay_sql_add_number (sql, widest);
  g_string_append_printf (sql->sql, "), %d)", unequal);
}

/* Numbers of the series of a metric, of one label set if @labels is not NULL: "3,17,29"; NULL: the
 * index knows none. */
static char *
names_of_metric (AssayIndex *index, const char *metric, const char *labels, GError **error)
{
  g_autoptr (sqlite3_stmt) statement
      = assay_index_prepare (index,
                             "SELECT group_concat(n) FROM name WHERE metric = ?1 AND axes = 'step'"
                             " AND (?2 IS NULL OR labels = ?2)",
                             error);
  char *names = NULL;

  if (statement == NULL)
    return NULL;
  sqlite3_bind_text (statement, 1, metric, -1, SQLITE_STATIC);
  sqlite3_bind_text (statement, 2, labels, -1, SQLITE_STATIC);
  if (assay_index_step (index, statement, error))
    names = g_strdup ((const char *) sqlite3_column_text (statement, 0));
  return names;
}

/* A summary of the run over the series @names; NULL where there is none. */
static void
add_summary (AssaySql *sql, const char *column, const char *names)
{
  gboolean is_extreme = strcmp (column, "min") == 0 || strcmp (column, "max") == 0;

  if (names == NULL)
    g_string_append (sql->sql, "NULL");
  else if (strchr (names, ',') == NULL)
    g_string_append_printf (
        sql->sql, "(SELECT s.%s FROM series s WHERE s.name = %s AND s.run = r.n)", column, names);
  else
    g_string_append_printf (sql->sql,
                            "(SELECT %s(s.%s) FROM series s WHERE s.name IN (%s) AND s.run = r.n)",
                            is_extreme ? column : "avg", column, names);
}

gboolean
assay_sql_add_summary (AssaySql *sql, const char *column, const char *metric, const char *labels,
                       GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autofree char *names = names_of_metric (sql->index, metric, labels, &local);

  if (local != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  add_summary (sql, column, names);
  return TRUE;
}

/* The value of a key that is no column: a parameter, or else a metric. */
static void
add_value_of (AssaySql *sql, const char *key, const char *column, const char *names)
{
  g_string_append (sql->sql, "coalesce(assay_parameter(c.parameters, ");
  assay_sql_add_text (sql, key);
  g_string_append (sql->sql, "), ");
  add_summary (sql, column, names);
  g_string_append_c (sql->sql, ')');
}

static gboolean
add_test (AssaySql *sql, const AssayFilterNode *test, GError **error)
{
  g_autoptr (GError) local = NULL;
  const char *summary, *metric = assay_metric_of_key (test->key, &summary);
  g_autofree char *names = NULL;
  int column = find_column (test->key);

  if (column >= 0 && is_plain (test, columns[column].kind))
    {
      add_plain_test (sql, test, columns[column].sql, columns[column].kind);
      return TRUE;
    }
  if (column < 0 && !(names = names_of_metric (sql->index, metric, NULL, &local)) && local == NULL)
    {
      g_string_append (sql->sql, "assay_parameter_holds(");
      add_condition (sql, test);
      g_string_append (sql->sql, ", c.parameters)");
      return TRUE;
    }
  if (local != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  g_string_append (sql->sql, "assay_holds(");
  add_condition (sql, test);
  g_string_append (sql->sql, ", ");
  if (column >= 0)
    g_string_append (sql->sql, columns[column].sql);
  else
    add_value_of (sql, test->key, summary, names);
  g_string_append_c (sql->sql, ')');
  return TRUE;
}

static gboolean
add_node (AssaySql *sql, const AssayFilterNode *node, GError **error)
{
  if (node->kind == ASSAY_NODE_TEST)
    return add_test (sql, node, error);
  g_string_append (sql->sql, node->kind == ASSAY_NODE_NOT ? "NOT (" : "(");
  for (guint i = 0; i < node->children->len; i++)
    {
      g_string_append (sql->sql, i == 0 ? "" : node->kind == ASSAY_NODE_AND ? " AND " : " OR ");
      if (!add_node (sql, node->children->pdata[i], error))
        return FALSE;
    }
  g_string_append_c (sql->sql, ')');
  return TRUE;
}

/* Tests, values and levels of a filter. */
static void
measure (const AssayFilterNode *node, guint depth, guint *size, guint *deepest)
{
  *deepest = MAX (*deepest, depth);
  *size += node->kind == ASSAY_NODE_TEST ? node->values->len : 1;
  for (guint i = 0; node->children != NULL && i < node->children->len; i++)
    measure (node->children->pdata[i], depth + 1, size, deepest);
}

/* SQLite's parser limits what an expression may be; a filter beyond that is asked as a whole. */
static gboolean
add_whole (AssaySql *sql, const AssayFilter *filter, GError **error)
{
  Condition *condition = g_new0 (Condition, 1);

  condition->filter = filter;
  condition->keys = assay_filter_keys (filter);
  g_string_append (sql->sql, "assay_matches(");
  add_value (sql)->condition = condition;
  if (g_strv_length (condition->keys) > MAX_KEYS)
    {
      g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_USAGE,
                   "the filter names more than %d different keys; split it", MAX_KEYS);
      return FALSE;
    }
  for (guint i = 0; condition->keys[i] != NULL; i++)
    {
      g_string_append (sql->sql, ", ");
      if (!assay_sql_add_key (sql, condition->keys[i], error))
        return FALSE;
    }
  g_string_append_c (sql->sql, ')');
  return TRUE;
}

gboolean
assay_sql_add_filter (AssaySql *sql, const AssayFilter *filter, GError **error)
{
  guint size = 0, deepest = 0;

  if (filter == NULL || assay_filter_root (filter) == NULL)
    {
      g_string_append_c (sql->sql, '1');
      return TRUE;
    }
  measure (assay_filter_root (filter), 0, &size, &deepest);
  if (size > MAX_SIZE || deepest > MAX_DEPTH)
    return add_whole (sql, filter, error);
  return add_node (sql, assay_filter_root (filter), error);
}

gboolean
assay_sql_add_key (AssaySql *sql, const char *key, GError **error)
{
  g_autoptr (GError) local = NULL;
  const char *summary, *metric = assay_metric_of_key (key, &summary);
  int column = find_column (key);
  g_autofree char *names = column < 0 ? names_of_metric (sql->index, metric, NULL, &local) : NULL;

  if (local != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  if (column >= 0)
    g_string_append (sql->sql, columns[column].sql);
  else
    add_value_of (sql, key, summary, names);
  return TRUE;
}

gboolean
assay_sql_add_order (AssaySql *sql, const char *key, GError **error)
{
  g_string_append (sql->sql, "assay_sortable(");
  if (!assay_sql_add_key (sql, key, error))
    return FALSE;
  g_string_append (sql->sql, ") COLLATE natural_order");
  return TRUE;
}
