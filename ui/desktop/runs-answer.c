/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/desktop/runs-answer.h"
#include "host/registry/text.h"

#include "host/registry/json.h"
#include "ui/desktop/runs-metric.h"
#include "ui/desktop/words.h"
#include <math.h>
#include <string.h>

void
studio_runs_question_free (StudioRunsQuestion *question)
{
  if (question == NULL)
    return;
  g_free (question->filter);
  g_free (question->order);
  g_strfreev (question->metrics);
  g_strfreev (question->by);
  g_free (question->metric);
  g_free (question->labels);
  g_free (question);
}

StudioRunsAnswer *
studio_runs_answer_ref (StudioRunsAnswer *answer)
{
  return g_atomic_rc_box_acquire (answer);
}

static void
answer_clear (gpointer data)
{
  StudioRunsAnswer *answer = data;

  assay_run_rows_free (answer->rows);
  assay_run_groups_free (answer->groups);
  g_free (answer->identities);
  g_strfreev (answer->parameters);
  g_clear_pointer (&answer->texts, g_ptr_array_unref);
  g_free (answer->mean_of);
}

void
studio_runs_answer_unref (StudioRunsAnswer *answer)
{
  if (answer != NULL)
    g_atomic_rc_box_release_full (answer, answer_clear);
}

const AssayRunRow *
studio_runs_answer_run (const StudioRunsAnswer *answer, guint i)
{
  return answer->rows != NULL ? &g_array_index (answer->rows->rows, AssayRunRow, i) : NULL;
}

const AssayRunGroup *
studio_runs_answer_group (const StudioRunsAnswer *answer, guint i)
{
  return answer->groups != NULL ? &g_array_index (answer->groups->groups, AssayRunGroup, i) : NULL;
}

/* ---- which parameters are columns ---- */

typedef struct
{
  GHashTable *first;  /* "study\nparameter" -> value */
  GHashTable *differ; /* parameters */
  GHashTable *known;
  GHashTable *seen;    /* parameters already looked at: equal texts are one pointer */
  GHashTable *studies; /* study -> how many configurations */
} Parameters;

/* Runs of different studies differ in everything: only what differs within a study counts. */
static void
look_at (Parameters *p, const char *study, const char *parameters)
{
  g_autoptr (JsonNode) node = NULL;
  JsonObjectIter iter;
  const char *name;
  JsonNode *value;

  if (study == NULL || parameters == NULL || !g_hash_table_add (p->seen, (gpointer) parameters))
    return;
  node = assay_json_parse (parameters, -1, "parameters", NULL);
  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return;
  json_object_iter_init (&iter, json_node_get_object (node));
  while (json_object_iter_next (&iter, &name, &value))
    {
      g_autofree char *text = assay_json_canonical (value);
      g_autofree char *key = g_strconcat (study, "\n", name, NULL);
      const char *known = g_hash_table_lookup (p->first, key);

      g_hash_table_add (p->known, g_strdup (name));
      if (known == NULL)
        {
          /* A parameter that first appears in a later configuration did not apply before. */
          if (g_hash_table_contains (p->studies, study))
            g_hash_table_add (p->differ, g_strdup (name));
          g_hash_table_insert (p->first, g_steal_pointer (&key), g_steal_pointer (&text));
        }
      else if (strcmp (known, text) != 0)
        g_hash_table_add (p->differ, g_strdup (name));
    }
  g_hash_table_add (p->studies, (gpointer) study);
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static GStrv
sorted (GHashTable *set)
{
  GPtrArray *list = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer key;

  g_hash_table_iter_init (&iter, set);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    g_ptr_array_add (list, g_strdup (key));
  g_ptr_array_sort (list, compare_names);
  g_ptr_array_add (list, NULL);
  return (GStrv) g_ptr_array_free (list, FALSE);
}

static GStrv
find_parameters (const StudioRunsAnswer *answer, gboolean all)
{
  g_autoptr (GHashTable) first = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (GHashTable) differ = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GHashTable) known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
  g_autoptr (GHashTable) studies = g_hash_table_new (g_str_hash, g_str_equal);
  Parameters p = { first, differ, known, seen, studies };

  for (guint i = 0; i < answer->n; i++)
    if (answer->rows != NULL)
      look_at (&p, studio_runs_answer_run (answer, i)->study,
               studio_runs_answer_run (answer, i)->parameters);
    else
      look_at (&p, studio_runs_answer_group (answer, i)->values[0],
               studio_runs_answer_group (answer, i)->values[1]);
  return sorted (all ? known : differ);
}

/* ---- the job ---- */

static gboolean
is_all_but_seed (const StudioRunsAnswer *answer)
{
  const char *const *by = answer->groups->by;

  return g_strcmp0 (by[0], "study") == 0 && g_strcmp0 (by[1], "parameters") == 0;
}

/* A column that the index does not know: the rows are sorted here. */
typedef struct
{
  StudioMetricColumn column;
  gboolean descending;
} OwnOrder;

static int
compare_runs (gconstpointer a, gconstpointer b, gpointer data)
{
  const AssayRunRow *x = a, *y = b;
  const OwnOrder *order = data;
  double u = studio_metric_column_value (&order->column, x->summaries);
  double v = studio_metric_column_value (&order->column, y->summaries);

  if (isnan (u) || isnan (v) || u == v)
    return isnan (u) != isnan (v) ? isnan (u) - isnan (v) : strcmp (x->id, y->id);
  return (u < v) != order->descending ? -1 : 1;
}

static void
sort_runs (GArray *rows, const StudioRunsQuestion *question)
{
  OwnOrder order = { .descending = question->descending };

  studio_metric_column_parse (question->order, &order.column);
  g_array_sort_with_data (rows, compare_runs, &order);
  studio_metric_column_clear (&order.column);
}

static void
count_run (StudioRunsAnswer *answer, const AssayRunRow *run)
{
  answer->states[run->state]++;
  answer->n_live += run->state == ASSAY_RUNNING || run->state == ASSAY_QUEUED;
  answer->tags = answer->tags || run->tags[0] != NULL;
  answer->notes = answer->notes || (run->note != NULL && *run->note != '\0');
  answer->reasons = answer->reasons || (run->reason != NULL && *run->reason != '\0');
  /* Equal texts are one pointer. */
  answer->one_study = answer->one_study && run->study == studio_runs_answer_run (answer, 0)->study;
}

static gboolean
ask_runs (StudioRunsAnswer *answer, AssayIndex *index, const StudioRunsQuestion *question,
          const AssayFilter *filter, GError **error)
{
  gboolean own = question->order != NULL && studio_metric_column_is_own (question->order);
  AssayIndexQuery query = { .filter = filter,
                            .order = own ? NULL : question->order,
                            .descending = question->descending,
                            .summaries = question->metrics != NULL && *question->metrics != NULL,
                            .metrics = (const char *const *) question->metrics };

  answer->rows = assay_index_query (index, &query, error);
  if (answer->rows == NULL)
    return FALSE;
  if (own)
    sort_runs (answer->rows->rows, question);
  answer->n = answer->n_runs = answer->rows->rows->len;
  answer->one_study = TRUE;
  answer->identities = g_new (const char *, answer->n + 1);
  for (guint i = 0; i < answer->n; i++)
    {
      answer->identities[i] = studio_runs_answer_run (answer, i)->id;
      count_run (answer, studio_runs_answer_run (answer, i));
    }
  answer->parameters = find_parameters (answer, question->all_parameters);
  return TRUE;
}

/* Groups come in natural order of their values; the other columns are sorted here. */
static double
group_number (const AssayRunGroup *group, const char *column)
{
  if (strcmp (column, "runs") == 0)
    return group->n_runs;
  if (strcmp (column, "failed") == 0)
    return group->n_failed;
  if (strcmp (column, "live") == 0)
    return group->n_live;
  if (strcmp (column, "interval") == 0)
    return group->high - group->low;
  return group->mean;
}

static int
compare_groups (gconstpointer a, gconstpointer b, gpointer data)
{
  const StudioRunsQuestion *question = data;
  double x = group_number (a, question->order), y = group_number (b, question->order);

  if (isnan (x) || isnan (y))
    return isnan (x) - isnan (y);
  return x == y ? 0 : (x < y) != question->descending ? -1 : 1;
}

static void
sort_groups (StudioRunsAnswer *answer, const StudioRunsQuestion *question)
{
  static const char *const numbers[] = { "runs", "failed", "live", "mean", "interval", NULL };
  GArray *groups = answer->groups->groups;

  if (question->order != NULL && g_strv_contains (numbers, question->order))
    g_array_sort_with_data (groups, compare_groups, (gpointer) question);
  else if (question->descending)
    for (guint i = 0; i < groups->len / 2; i++)
      {
        AssayRunGroup *x = &g_array_index (groups, AssayRunGroup, i);
        AssayRunGroup *y = &g_array_index (groups, AssayRunGroup, groups->len - 1 - i);
        AssayRunGroup kept = *x;

        *x = *y;
        *y = kept;
      }
}

static char *
mean_title (const StudioRunsQuestion *question)
{
  static const char *const prefixes[] = { "", "min.", "max.", "mean." };
  g_autofree char *key = NULL;

  if (question->metric == NULL)
    return NULL;
  key = question->labels != NULL ? g_strdup_printf ("%s%s{%s}", prefixes[question->kind],
                                                    question->metric, question->labels)
                                 : g_strconcat (prefixes[question->kind], question->metric, NULL);
  return studio_metric_column_title (key);
}

static gboolean
ask_groups (StudioRunsAnswer *answer, AssayIndex *index, const StudioRunsQuestion *question,
            const AssayFilter *filter, GError **error)
{
  AssayGroupQuery query = { .filter = filter,
                            .by = (const char *const *) question->by,
                            .metric = question->metric,
                            .labels = question->labels,
                            .kind = question->kind };

  answer->groups = assay_index_group (index, &query, error);
  if (answer->groups == NULL)
    return FALSE;
  sort_groups (answer, question);
  answer->mean_of = mean_title (question);
  answer->n = answer->groups->groups->len;
  answer->identities = g_new (const char *, answer->n + 1);
  for (guint i = 0; i < answer->n; i++)
    {
      const AssayRunGroup *group = studio_runs_answer_group (answer, i);
      g_autoptr (GString) identity = g_string_new (NULL);

      for (guint k = 0; answer->groups->by[k] != NULL; k++)
        g_string_append_printf (identity, "%s\n", group->values[k] != NULL ? group->values[k] : "");
      g_ptr_array_add (answer->texts, g_strdup (identity->str));
      answer->identities[i] = answer->texts->pdata[i];
      answer->states[ASSAY_FAILED] += group->n_failed;
      answer->n_live += group->n_live;
      answer->n_runs += group->n_runs;
    }
  answer->parameters = is_all_but_seed (answer) ? find_parameters (answer, question->all_parameters)
                                                : g_new0 (char *, 1);
  return TRUE;
}

void
studio_runs_answer_job (GTask *task, AssayIndex *index)
{
  const StudioRunsQuestion *question = g_task_get_task_data (task);
  g_autoptr (StudioRunsAnswer) answer = g_atomic_rc_box_new0 (StudioRunsAnswer);
  GError *error = NULL;
  g_autoptr (AssayFilter) filter = assay_filter_parse (question->filter, &error);

  answer->texts = g_ptr_array_new_with_free_func (g_free);
  if (filter != NULL
      && (question->grouped ? ask_groups (answer, index, question, filter, &error)
                            : ask_runs (answer, index, question, filter, &error)))
    g_task_return_pointer (task, g_steal_pointer (&answer),
                           (GDestroyNotify) studio_runs_answer_unref);
  else
    g_task_return_error (task, error);
}

/* ---- cells ---- */

#define LONGEST_LINE 300 /* characters: the layout of a text costs more than its length */

char *
studio_line_text (const char *text)
{
  char *clean = g_utf8_make_valid (text != NULL ? text : "", -1);

  if (g_utf8_strlen (clean, -1) > LONGEST_LINE)
    {
      g_autofree char *whole = clean;

      *g_utf8_offset_to_pointer (whole, LONGEST_LINE) = '\0';
      clean = g_strconcat (whole, "…", NULL);
    }
  for (char *c = clean; *c != '\0'; c = g_utf8_next_char (c))
    if (g_unichar_iscntrl (g_utf8_get_char (c))
        || g_unichar_type (g_utf8_get_char (c)) == G_UNICODE_FORMAT) /* turns the direction */
      memset (c, ' ', (gsize) (g_utf8_next_char (c) - c));
  return clean;
}

double
studio_run_remaining (const AssayRunRow *run)
{
  double elapsed = (double) g_get_real_time () / 1e6 - run->started;

  /* What is said at the very beginning tells nothing yet. */
  if (run->state != ASSAY_RUNNING || run->started <= 0 || elapsed < 1 || !(run->progress > .01))
    return NAN;
  return elapsed * (1 - run->progress) / run->progress;
}

static char *
run_duration (const AssayRunRow *row)
{
  double end = row->state == ASSAY_RUNNING ? (double) g_get_real_time () / 1e6 : row->finished;
  double remaining = studio_run_remaining (row);
  g_autofree char *taken = NULL, *left = NULL;

  if (row->started <= 0 || end <= row->started)
    return g_strdup ("");
  taken = assay_duration_text (end - row->started);
  if (isnan (remaining))
    return g_steal_pointer (&taken);
  left = studio_duration (remaining);
  return g_strdup_printf ("%s, %s left", taken, left);
}

/* Values as the filter has them, numbers shortened to what can be read. */
static char *
value_text (const AssayRunRow *row, const char *column)
{
  g_autofree char *value = assay_run_row_value (row, column);
  double number;

  if (value == NULL)
    return g_strdup ("");
  if (strlen (value) > 8 && assay_filter_number (value, &number) && fabs (number) < 1e15
      && number != floor (number))
    return assay_number_text (number);
  return studio_line_text (value);
}

static char *
own_text (const AssayRunRow *row, const char *key)
{
  g_auto (StudioMetricColumn) column = { 0 };

  studio_metric_column_parse (key, &column);
  return assay_number_text (studio_metric_column_value (&column, row->summaries));
}

static char *
run_text (const AssayRunRow *row, const char *column)
{
  if (studio_metric_column_is_own (column))
    return own_text (row, column);
  if (strcmp (column, "tag") == 0)
    {
      g_autofree char *tags = g_strjoinv (", ", (GStrv) row->tags);

      return studio_line_text (tags);
    }
  if (strcmp (column, "started") == 0)
    return studio_time_text (row->started);
  if (strcmp (column, "finished") == 0)
    return studio_time_text (row->finished);
  if (strcmp (column, "duration") == 0)
    return run_duration (row);
  return value_text (row, column);
}

/* What applies to no run of the group is said, too. */
static const char *
value_or_none (const char *value)
{
  return value != NULL && *value != '\0' ? value : "–";
}

static char *
group_text (const StudioRunsAnswer *answer, const AssayRunGroup *group, const char *column)
{
  static const char *const counts[] = { "runs", "failed", "live", NULL };
  static const char *const no_tags[] = { NULL };

  if (g_strv_contains (counts, column))
    return g_strdup_printf ("%.0f", group_number (group, column));
  if (strcmp (column, "mean") == 0)
    return assay_number_text (group->mean);
  if (strcmp (column, "interval") == 0)
    {
      g_autofree char *low = assay_number_text (group->low);
      g_autofree char *high = assay_number_text (group->high);

      return isnan (group->low) ? g_strdup ("") : g_strdup_printf ("[%s, %s]", low, high);
    }
  for (guint i = 0; answer->groups->by[i] != NULL; i++)
    if (strcmp (answer->groups->by[i], column) == 0)
      return studio_line_text (value_or_none (group->values[i]));
  if (is_all_but_seed (answer) && group->values[1] != NULL)
    {
      AssayRunRow row = { .parameters = group->values[1], .tags = no_tags };

      return value_text (&row, column);
    }
  return g_strdup ("");
}

char *
studio_runs_answer_text (const StudioRunsAnswer *answer, guint i, const char *column)
{
  if (answer->rows != NULL)
    return run_text (studio_runs_answer_run (answer, i), column);
  return group_text (answer, studio_runs_answer_group (answer, i), column);
}

char *
studio_runs_answer_parameters (const StudioRunsAnswer *answer, guint i)
{
  GString *text = g_string_new (NULL);
  const char *const *by = answer->groups != NULL && !is_all_but_seed (answer)
                              ? answer->groups->by
                              : (const char *const *) answer->parameters;

  for (; *by != NULL; by++)
    {
      g_autofree char *value = studio_runs_answer_text (answer, i, *by);

      if (*value != '\0')
        g_string_append_printf (text, "%s%s=%s", text->len > 0 ? " " : "", *by, value);
    }
  return g_string_free (text, FALSE);
}

/* ---- from a group to its runs ---- */

static void
add_condition (GString *text, const char *key, const char *value)
{
  g_autofree char *quoted_key = assay_filter_quote (key);
  g_autofree char *quoted = assay_filter_quote (value != NULL ? value : "");

  /* What has no value fails every comparison but !=. */
  if (value == NULL)
    g_string_append_printf (text, "%snot %s~\"\"", text->len > 0 ? " " : "", quoted_key);
  else
    g_string_append_printf (text, "%s%s=%s", text->len > 0 ? " " : "", quoted_key, quoted);
}

static void
add_all_parameters (GString *text, const char *parameters)
{
  static const char *const no_tags[] = { NULL };
  AssayRunRow row = { .parameters = parameters, .tags = no_tags };
  g_autoptr (JsonNode) node = assay_json_parse (parameters, -1, "parameters", NULL);
  JsonObjectIter iter;
  const char *name;
  JsonNode *value;

  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return;
  json_object_iter_init (&iter, json_node_get_object (node));
  while (json_object_iter_next (&iter, &name, &value))
    {
      g_autofree char *shown = assay_run_row_value (&row, name);

      add_condition (text, name, shown);
    }
}

char *
studio_runs_answer_group_filter (const StudioRunsAnswer *answer, guint i, const char *filter)
{
  const AssayRunGroup *group = studio_runs_answer_group (answer, i);
  gboolean has_filter = filter != NULL && *filter != '\0';
  GString *text = g_string_new (NULL);

  if (has_filter)
    g_string_append_printf (text, "(%s)", filter);
  if (is_all_but_seed (answer))
    {
      add_condition (text, "study", group->values[0]);
      if (group->values[1] != NULL)
        add_all_parameters (text, group->values[1]);
    }
  else
    for (guint k = 0; answer->groups->by[k] != NULL; k++)
      add_condition (text, answer->groups->by[k], group->values[k]);
  return g_string_free (text, FALSE);
}
