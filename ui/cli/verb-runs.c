/* SPDX-License-Identifier: Apache-2.0 */
#include "host/registry/text.h"
#include "host/store/index.h"
#include "ui/cli/cli.h"
#include <math.h>
#include <string.h>

static struct
{
  char *sort, *group, *metric, *labels, *summary;
  int limit;
  gboolean reverse, by_seed, all_parameters;
} options;

const GOptionEntry assay_runs_options[]
    = { { "sort", 0, 0, G_OPTION_ARG_STRING, &options.sort,
          "Order by this key (else: newest first)", "KEY" },
        { "reverse", 'r', 0, G_OPTION_ARG_NONE, &options.reverse, "Turn the order round", NULL },
        { "limit", 0, 0, G_OPTION_ARG_INT, &options.limit, "At most so many", "N" },
        { "metric", 'm', 0, G_OPTION_ARG_STRING, &options.metric,
          "Show the last value of this metric; in groups its mean with a 95 % interval", "ID" },
        { "labels", 0, 0, G_OPTION_ARG_STRING, &options.labels,
          "Of that metric, these labels (else the mean over all)", "\"K=V ...\"" },
        { "summary", 0, 0, G_OPTION_ARG_STRING, &options.summary, "Of that metric (else: last)",
          "last|min|max|mean" },
        { "group", 'g', 0, G_OPTION_ARG_STRING, &options.group, "Group by these keys", "K,K" },
        { "seeds", 0, 0, G_OPTION_ARG_NONE, &options.by_seed, "Group by all but the seed", NULL },
        { "all-parameters", 0, 0, G_OPTION_ARG_NONE, &options.all_parameters,
          "Show every parameter, not only those that differ", NULL },
        G_OPTION_ENTRY_NULL };

static AssayIndex *
refreshed_index (GError **error)
{
  g_autoptr (AssayWorkspace) workspace = assay_cli_workspace (FALSE, error);
  g_autoptr (AssayIndex) index = workspace != NULL ? assay_index_open (workspace, error) : NULL;

  if (index == NULL || !assay_index_refresh (index, error))
    return NULL;
  for (const char *const *problem = assay_index_problems (index);
       problem != NULL && *problem != NULL; problem++)
    g_printerr ("left out: %s\n", *problem);
  return g_steal_pointer (&index);
}

static gboolean
summary_kind (AssaySummaryKind *kind, GError **error)
{
  static const char *const names[] = { "last", "min", "max", "mean" };

  *kind = ASSAY_SUMMARY_LAST;
  for (guint i = 0; options.summary != NULL && i < G_N_ELEMENTS (names); i++)
    if (strcmp (options.summary, names[i]) == 0)
      {
        *kind = (AssaySummaryKind) i;
        return TRUE;
      }
  if (options.summary == NULL)
    return TRUE;
  g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_USAGE,
               "--summary=%s is not known; write last, min, max or mean", options.summary);
  return FALSE;
}

/* Parameters in which the rows differ, sorted. */
static GPtrArray *
shown_parameters (AssayRunRows *rows)
{
  g_autoptr (GHashTable) first = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (GHashTable) differ = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GPtrArray *shown = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GList) keys = NULL;

  for (guint i = 0; i < rows->rows->len; i++)
    {
      const AssayRunRow *row = &g_array_index (rows->rows, AssayRunRow, i);
      g_autoptr (JsonNode) node = assay_json_parse (row->parameters, -1, "parameters", NULL);
      g_autoptr (GList) members = NULL;

      if (node == NULL)
        continue;
      members = json_object_get_members (json_node_get_object (node));
      for (GList *member = members; member != NULL; member = member->next)
        {
          g_autofree char *value = assay_run_row_value (row, member->data);
          const char *known = g_hash_table_lookup (first, member->data);

          if (i > 0 && g_strcmp0 (known, value) != 0)
            g_hash_table_add (differ, g_strdup (member->data));
          if (known == NULL)
            g_hash_table_insert (first, g_strdup (member->data), g_strdup (value));
        }
    }
  keys = g_hash_table_get_keys (options.all_parameters ? first : differ);
  keys = g_list_sort (keys, (GCompareFunc) strcmp);
  for (GList *key = keys; key != NULL; key = key->next)
    g_ptr_array_add (shown, g_strdup (key->data));
  return shown;
}

/* "depth=5 agent=graph" of the parameters given. */
static char *
parameters_text (const AssayRunRow *row, GPtrArray *parameters)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < parameters->len; i++)
    {
      g_autofree char *value = assay_run_row_value (row, parameters->pdata[i]);

      if (value != NULL)
        g_string_append_printf (text, "%s%s=%s", text->len ? " " : "",
                                (char *) parameters->pdata[i], value);
    }
  return g_string_free (text, FALSE);
}

static double
metric_value (const AssayRunRow *row, AssaySummaryKind kind)
{
  double sum = 0;
  guint n = 0;

  for (guint i = 0; row->summaries != NULL && i < row->summaries->len; i++)
    {
      const AssaySummary *summary = &g_array_index (row->summaries, AssaySummary, i);
      const double values[] = { summary->last, summary->min, summary->max, summary->mean };

      if (strcmp (summary->metric, options.metric) != 0
          || (options.labels != NULL && strcmp (summary->labels, options.labels) != 0)
          || isnan (values[kind]))
        continue;
      sum += values[kind];
      n++;
    }
  return n > 0 ? sum / n : NAN;
}

static void
print_runs (AssayRunRows *rows, AssaySummaryKind kind)
{
  g_autoptr (GPtrArray) parameters = shown_parameters (rows);
  AssayTextTable *table
      = options.metric != NULL
            ? assay_text_table_new ("RUN", "STUDY", "STATUS", ">SEED", ">TIME", ">METRIC",
                                    "PARAMETERS THAT DIFFER, TAGS, REASON", NULL)
            : assay_text_table_new ("RUN", "STUDY", "STATUS", ">SEED", ">TIME",
                                    "PARAMETERS THAT DIFFER, TAGS, REASON", NULL);

  for (guint i = 0; i < rows->rows->len; i++)
    {
      const AssayRunRow *row = &g_array_index (rows->rows, AssayRunRow, i);
      g_autofree char *text = parameters_text (row, parameters);
      g_autofree char *tags
          = row->tags != NULL && *row->tags != NULL ? g_strjoinv (" #", (char **) row->tags) : NULL;
      g_autofree char *time = row->finished > row->started && row->started > 0
                                  ? assay_duration_text (row->finished - row->started)
                                  : g_strdup ("—");

      assay_text_table_addf (table, "%s%s", row->id, row->star ? " ★" : "");
      assay_text_table_add (table, row->study);
      assay_text_table_add (table, assay_state_name (row->state));
      assay_text_table_addf (table, "%" G_GUINT64_FORMAT, row->seed);
      assay_text_table_add (table, time);
      if (options.metric != NULL)
        {
          g_autofree char *value = assay_number_text (metric_value (row, kind));

          assay_text_table_add (table, value);
        }
      assay_text_table_addf (table, "%s%s%s%s%s", text, tags != NULL ? " #" : "",
                             tags != NULL ? tags : "", row->reason != NULL ? " — " : "",
                             row->reason != NULL ? row->reason : "");
    }
  assay_text_table_print (table);
}

static int
list_runs (AssayIndex *index, const AssayFilter *filter, GError **error)
{
  const char *const metrics[] = { options.metric, NULL };
  AssayIndexQuery query = { .filter = filter,
                            .order = options.sort,
                            .descending = options.reverse,
                            .limit = (guint) MAX (options.limit, 0),
                            .summaries = options.metric != NULL || assay_cli_json,
                            .metrics = options.metric != NULL ? metrics : NULL };
  g_autoptr (AssayRunRows) rows = NULL;
  AssaySummaryKind kind;

  if (!summary_kind (&kind, error))
    return ASSAY_ERROR_USAGE;
  rows = assay_index_query (index, &query, error);
  if (rows == NULL)
    return ASSAY_ERROR_FAILED;
  if (assay_cli_json)
    {
      JsonArray *array = json_array_new ();
      JsonNode *node = json_node_new (JSON_NODE_ARRAY);

      for (guint i = 0; i < rows->rows->len; i++)
        json_array_add_element (array,
                                assay_run_row_json (&g_array_index (rows->rows, AssayRunRow, i)));
      json_node_take_array (node, array);
      assay_cli_print_json (node);
    }
  else
    print_runs (rows, kind);
  return 0;
}

static void
print_groups (AssayRunGroups *groups)
{
  guint n_by = groups->by != NULL ? g_strv_length ((char **) groups->by) : 0;
  AssayTextTable *table
      = assay_text_table_new (">RUNS", ">FAILED", ">LIVE", ">MEAN", "95 % INTERVAL", "GROUP", NULL);

  for (guint i = 0; i < groups->groups->len; i++)
    {
      const AssayRunGroup *group = &g_array_index (groups->groups, AssayRunGroup, i);
      g_autofree char *mean = assay_number_text (group->mean);
      g_autofree char *low = assay_number_text (group->low),
                      *high = assay_number_text (group->high);
      g_autoptr (GString) name = g_string_new (NULL);

      for (guint k = 0; k < n_by; k++)
        if (group->values[k] != NULL)
          g_string_append_printf (name, "%s%s=%s", name->len ? " " : "", groups->by[k],
                                  group->values[k]);
      assay_text_table_addf (table, "%u", group->n_runs);
      assay_text_table_addf (table, "%u", group->n_failed);
      assay_text_table_addf (table, "%u", group->n_live);
      assay_text_table_add (table, mean);
      if (*low)
        assay_text_table_addf (table, "[%s, %s]", low, high);
      else
        assay_text_table_add (table, "");
      assay_text_table_add (table, name->str);
    }
  assay_text_table_print (table);
}

static int
list_groups (AssayIndex *index, const AssayFilter *filter, GError **error)
{
  g_auto (GStrv) by = options.by_seed ? NULL : assay_words (options.group);
  AssayGroupQuery query = { .filter = filter,
                            .by = (const char *const *) by,
                            .metric = options.metric,
                            .labels = options.labels };
  g_autoptr (AssayRunGroups) groups = NULL;

  if (!summary_kind (&query.kind, error))
    return ASSAY_ERROR_USAGE;
  groups = assay_index_group (index, &query, error);
  if (groups == NULL)
    return ASSAY_ERROR_FAILED;
  if (assay_cli_json)
    assay_cli_print_json (assay_run_groups_json (groups));
  else
    print_groups (groups);
  return 0;
}

int
assay_verb_runs (char **words, GError **error)
{
  g_autofree char *text = g_strjoinv (" ", words);
  g_autoptr (AssayFilter) filter = assay_filter_parse (text, error);
  g_autoptr (AssayIndex) index = filter != NULL ? refreshed_index (error) : NULL;

  if (index == NULL)
    return ASSAY_ERROR_FAILED;
  return options.group != NULL || options.by_seed ? list_groups (index, filter, error)
                                                  : list_runs (index, filter, error);
}
