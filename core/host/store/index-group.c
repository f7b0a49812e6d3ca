/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs that are alike, and the mean of a summary over each group with its interval.
 */
#include "host/store/index-private.h"

#include "base/num/resample.h"
#include "base/num/stats.h"
#include "host/registry/json.h"
#include "host/store/frame.h"
#include <math.h>
#include <string.h>

/* One rule, one stream: every group of n runs meets the same redraws. */
#define RULE "group: mean over seed"

/* A run as grouping needs it. */
typedef struct
{
  guint group;
  gint64 seed;
  AssayState state;
  double value; /* NaN: none */
  const char *id;
} Member;

typedef struct
{
  AssayRunGroups *groups;
  GArray *members;       /* Member, in the order of the database */
  GHashTable *by_key;    /* values joined -> group + 1 */
  GHashTable *of_config; /* config -> group + 1, where runs of one config are one group */
  guint n_by;
} Grouping;

void
assay_run_groups_free (AssayRunGroups *groups)
{
  if (groups == NULL)
    return;
  g_array_unref (groups->groups);
  g_string_chunk_free (groups->texts);
  g_ptr_array_unref (groups->arrays);
  g_free (groups);
}

/* An array of texts that lives as long as the groups. */
static const char **
new_texts (AssayRunGroups *groups, guint n)
{
  const char **texts = g_new0 (const char *, n + 1);

  g_ptr_array_add (groups->arrays, texts);
  return texts;
}

static AssayRunGroups *
new_groups (const char *const *by)
{
  static const char *const all_but_seed[] = { "study", "parameters", NULL };
  AssayRunGroups *groups = g_new0 (AssayRunGroups, 1);
  guint n = g_strv_length ((char **) (by != NULL ? by : all_but_seed));
  const char **copy;

  groups->groups = g_array_new (FALSE, FALSE, sizeof (AssayRunGroup));
  groups->texts = g_string_chunk_new (4096);
  groups->arrays = g_ptr_array_new_with_free_func (g_free);
  groups->by = copy = new_texts (groups, n);
  for (guint i = 0; i < n; i++)
    copy[i] = g_string_chunk_insert_const (groups->texts, by != NULL ? by[i] : all_but_seed[i]);
  return groups;
}

/* ---- Asking the database ---- */

/* config, id, seed, state, value, study, then the values of `by` */
enum
{
  COLUMN_CONFIG,
  COLUMN_ID,
  COLUMN_SEED,
  COLUMN_STATE,
  COLUMN_VALUE,
  COLUMN_STUDY,
  COLUMN_BY
};

static gboolean
build (AssaySql *sql, const AssayGroupQuery *query, GError **error)
{
  static const char *const columns[] = { "last", "min", "max", "mean" };

  g_string_append (sql->sql, "SELECT r.config, r.id, r.seed, r.state, ");
  if (query->metric == NULL)
    g_string_append (sql->sql, "NULL");
  else if (!assay_sql_add_summary (sql, columns[query->kind], query->metric, query->labels, error))
    return FALSE;
  g_string_append (sql->sql, ", c.study");
  for (guint i = 0; query->by != NULL && query->by[i] != NULL; i++)
    {
      g_string_append (sql->sql, ", ");
      if (!assay_sql_add_key (sql, query->by[i], error))
        return FALSE;
    }
  if (query->by == NULL)
    g_string_append (sql->sql, ", c.study, c.parameters");
  g_string_append (sql->sql, ASSAY_INDEX_FROM);
  return assay_sql_add_filter (sql, query->filter, error);
}

/* ---- Collecting ---- */

/* The value of `by` number @i, as text; numbers as JSON has them. */
static const char *
by_value (Grouping *g, sqlite3_stmt *s, guint i)
{
  int column = COLUMN_BY + (int) i;
  int type = sqlite3_column_type (s, column);
  g_autofree char *text = NULL;

  if (type == SQLITE_INTEGER || type == SQLITE_FLOAT)
    {
      text = assay_json_number (sqlite3_column_double (s, column));
      return g_string_chunk_insert_const (g->groups->texts, text);
    }
  if (type == SQLITE_NULL)
    return NULL;
  text = g_strdup ((const char *) sqlite3_column_text (s, column));
  if (g_str_has_suffix (text, "\x1f")) /* tags */
    text[strlen (text) - 1] = '\0';
  g_strdelimit (text, "\x1f", ',');
  return g_string_chunk_insert_const (g->groups->texts, text);
}

static const char *
study_of (Grouping *g, sqlite3_stmt *s)
{
  return g_string_chunk_insert_const (g->groups->texts,
                                      (const char *) sqlite3_column_text (s, COLUMN_STUDY));
}

static guint
find_group (Grouping *g, sqlite3_stmt *s)
{
  g_autoptr (GString) key = g_string_new (NULL);
  const char **values = new_texts (g->groups, g->n_by);
  AssayRunGroup group = { .values = values, .mean = NAN, .low = NAN, .high = NAN };
  guint place;

  group.study = study_of (g, s);
  for (guint i = 0; i < g->n_by; i++)
    {
      values[i] = by_value (g, s, i);
      /* Equal texts are one pointer in the chunk, so pointers tell them apart. */
      g_string_append_printf (key, "%p ", (const void *) values[i]);
    }
  place = GPOINTER_TO_UINT (g_hash_table_lookup (g->by_key, key->str));
  if (place > 0)
    {
      g_ptr_array_set_size (g->groups->arrays, (int) g->groups->arrays->len - 1);
      return place - 1;
    }
  g_array_append_val (g->groups->groups, group);
  place = g->groups->groups->len;
  g_hash_table_insert (g->by_key, g_strdup (key->str), GUINT_TO_POINTER (place));
  return place - 1;
}

static void
add_member (Grouping *g, sqlite3_stmt *s)
{
  gpointer config = GSIZE_TO_POINTER ((gsize) sqlite3_column_int64 (s, COLUMN_CONFIG));
  guint group = 0;
  AssayRunGroup *of_group;
  Member member = {
    .seed = sqlite3_column_int64 (s, COLUMN_SEED),
    .state = assay_index_state ((const char *) sqlite3_column_text (s, COLUMN_STATE)),
    .value = sqlite3_column_type (s, COLUMN_VALUE) == SQLITE_NULL
                 ? NAN
                 : sqlite3_column_double (s, COLUMN_VALUE),
    .id
    = g_string_chunk_insert (g->groups->texts, (const char *) sqlite3_column_text (s, COLUMN_ID)),
  };

  if (g->of_config != NULL)
    group = GPOINTER_TO_UINT (g_hash_table_lookup (g->of_config, config));
  if (group == 0)
    {
      group = find_group (g, s) + 1;
      if (g->of_config != NULL)
        g_hash_table_insert (g->of_config, config, GUINT_TO_POINTER (group));
    }
  member.group = group - 1;
  of_group = &g_array_index (g->groups->groups, AssayRunGroup, member.group);
  if (of_group->study != study_of (g, s))
    of_group->study = NULL;
  g_array_append_val (g->members, member);
}

/* ---- Finishing ---- */

static int
compare_members (gconstpointer a, gconstpointer b)
{
  const Member *x = a, *y = b;

  if (x->group != y->group)
    return x->group < y->group ? -1 : 1;
  if (x->seed != y->seed)
    return x->seed < y->seed ? -1 : 1;
  return strcmp (x->id, y->id);
}

/* Of groups of n runs: the weights' covariance and the quantile of t; made once each. */
typedef struct
{
  double *covariance[ASSAY_REDRAW_MAX + 1], t[ASSAY_REDRAW_MAX + 1];
} Rules;

static void
rules_clear (Rules *rules)
{
  for (guint n = 0; n <= ASSAY_REDRAW_MAX; n++)
    g_free (rules->covariance[n]);
}

/* Half of the 95 % interval of the mean of x[n], n > 1. */
static double
half_width (Rules *rules, const double *x, guint n)
{
  if (n > ASSAY_REDRAW_MAX)
    return assay_t_quantile (.975, n - 1) * sqrt (assay_redraw_variance (x, n, RULE));
  if (rules->covariance[n] == NULL)
    {
      rules->covariance[n] = g_new (double, n *n);
      assay_redraw_covariance (n, RULE, rules->covariance[n]);
      rules->t[n] = assay_t_quantile (.975, n - 1);
    }
  return rules->t[n] * sqrt (assay_redraw_variance_by (x, n, rules->covariance[n]));
}

static void
set_interval (AssayRunGroup *group, Rules *rules, const double *x)
{
  double half;

  if (group->n > 0)
    group->mean = assay_weighted_mean (x, NULL, group->n);
  if (group->n < 2)
    return;
  half = half_width (rules, x, group->n);
  group->low = group->mean - half;
  group->high = group->mean + half;
}

void
assay_group_mean (const double *x, guint n, double *mean, double *low, double *high)
{
  AssayRunGroup group = { .n = n, .mean = NAN, .low = NAN, .high = NAN };
  Rules rules = { { NULL } };

  set_interval (&group, &rules, x);
  rules_clear (&rules);
  *mean = group.mean;
  *low = group.low;
  *high = group.high;
}

/* Sets one group from its members, which stand together. */
static void
finish_group (AssayRunGroups *groups, AssayRunGroup *group, Rules *rules, const Member *members,
              guint n, double *scratch)
{
  const char **ids = new_texts (groups, n);

  group->ids = ids;
  group->n_runs = n;
  for (guint i = 0; i < n; i++)
    {
      ids[i] = members[i].id;
      group->n_failed += members[i].state == ASSAY_FAILED;
      group->n_live += members[i].state == ASSAY_QUEUED || members[i].state == ASSAY_RUNNING;
      if (members[i].state == ASSAY_DONE && !isnan (members[i].value))
        scratch[group->n++] = members[i].value;
    }
  set_interval (group, rules, scratch);
}

static int
compare_values (const char *a, const char *b)
{
  double x, y;

  if (a == b) /* equal texts are one in the chunk */
    return 0;
  if (a == NULL || b == NULL)
    return (a == NULL) - (b == NULL);
  if (assay_filter_number (a, &x) && assay_filter_number (b, &y) && x != y)
    return x < y ? -1 : 1;
  return assay_natural_compare (a, b);
}

static int
compare_groups (gconstpointer a, gconstpointer b, gpointer data)
{
  const AssayRunGroup *x = a, *y = b;
  guint n_by = *(const guint *) data;

  for (guint i = 0; i < n_by; i++)
    {
      int order = compare_values (x->values[i], y->values[i]);

      if (order != 0)
        return order;
    }
  return 0;
}

static void
finish_groups (Grouping *g)
{
  const Member *members = (const Member *) g->members->data;
  g_autofree double *scratch = g_new (double, g->members->len + 1);
  Rules rules = { { NULL } };

  g_array_sort (g->members, compare_members);
  members = (const Member *) g->members->data;
  for (guint from = 0, to; from < g->members->len; from = to)
    {
      for (to = from + 1; to < g->members->len && members[to].group == members[from].group;)
        to++;
      finish_group (g->groups,
                    &g_array_index (g->groups->groups, AssayRunGroup, members[from].group), &rules,
                    members + from, to - from, scratch);
    }
  g_array_sort_with_data (g->groups->groups, compare_groups, &g->n_by);
  rules_clear (&rules);
}

AssayRunGroups *
assay_index_group (AssayIndex *index, const AssayGroupQuery *query, GError **error)
{
  g_autoptr (AssayRunGroups) groups = new_groups (query->by);
  g_autoptr (GArray) members = g_array_new (FALSE, FALSE, sizeof (Member));
  g_autoptr (GHashTable) by_key = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GHashTable) of_config = query->by == NULL ? g_hash_table_new (NULL, NULL) : NULL;
  Grouping g = { groups, members, by_key, of_config, g_strv_length ((char **) groups->by) };
  g_auto (AssaySql) sql = { 0 };
  g_autoptr (sqlite3_stmt) statement = NULL;
  g_autoptr (GError) local = NULL;

  assay_sql_init (&sql, index);
  if (!build (&sql, query, error) || !(statement = assay_sql_prepare (&sql, error)))
    return NULL;
  while (assay_index_step (index, statement, &local))
    add_member (&g, statement);
  if (local != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return NULL;
    }
  finish_groups (&g);
  return g_steal_pointer (&groups);
}

/* ---- JSON ---- */

static void
set_number (JsonObject *object, const char *key, double number)
{
  if (isfinite (number))
    json_object_set_double_member (object, key, number);
  else
    json_object_set_null_member (object, key);
}

static JsonObject *
by_json (const AssayRunGroups *groups, const AssayRunGroup *group)
{
  JsonObject *object = json_object_new ();

  for (guint i = 0; groups->by[i] != NULL; i++)
    {
      const char *value = group->values[i];
      JsonNode *parameters = strcmp (groups->by[i], "parameters") == 0 && value
                                 ? json_from_string (value, NULL)
                                 : NULL;

      if (parameters != NULL)
        json_object_set_member (object, groups->by[i], parameters);
      else if (value != NULL)
        json_object_set_string_member (object, groups->by[i], value);
      else
        json_object_set_null_member (object, groups->by[i]);
    }
  return object;
}

JsonNode *
assay_run_groups_json (const AssayRunGroups *groups)
{
  JsonNode *node = json_node_new (JSON_NODE_ARRAY);
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < groups->groups->len; i++)
    {
      const AssayRunGroup *group = &g_array_index (groups->groups, AssayRunGroup, i);
      JsonObject *object = json_object_new ();
      JsonArray *runs = json_array_new ();

      json_object_set_object_member (object, "by", by_json (groups, group));
      json_object_set_int_member (object, "n", group->n);
      json_object_set_int_member (object, "n-runs", group->n_runs);
      json_object_set_int_member (object, "n-failed", group->n_failed);
      json_object_set_int_member (object, "n-live", group->n_live);
      set_number (object, "mean", group->mean);
      set_number (object, "low", group->low);
      set_number (object, "high", group->high);
      for (guint k = 0; group->ids[k] != NULL; k++)
        json_array_add_string_element (runs, group->ids[k]);
      json_object_set_array_member (object, "runs", runs);
      json_array_add_object_element (array, object);
    }
  json_node_take_array (node, array);
  return node;
}
