/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/desktop/runs-choice.h"

#include "ui/desktop/application.h"
#include "ui/desktop/runs-metric.h"
#include <string.h>

#define MAX_PARAMETERS 24 /* columns of parameters */
#define MAX_METRICS 3
#define FEW_PARAMETERS 6 /* so many stand before the metrics; longer lists behind them */

const char *const studio_runs_columns[]
    = { "starred", "status", "study",    "seed", "started", "duration", "preset",
        "plan",    "id",     "finished", "tag",  "note",    "reason",   NULL };

/* Those that are not shown until somebody asks for them. */
static const char *const hidden_at_first[] = { "preset", "plan", "id", "finished", NULL };
/* Where parameters and metrics stand: behind these. */
static const char *const before[] = { "starred", "status", "study", "seed", NULL };

/* Without the schema (not installed) g_settings_new () would end the program. */
static GSettings *
open_settings (void)
{
  GSettingsSchemaSource *source = g_settings_schema_source_get_default ();
  g_autoptr (GSettingsSchema) schema
      = source != NULL ? g_settings_schema_source_lookup (source, STUDIO_APPLICATION_ID, TRUE)
                       : NULL;

  return schema != NULL && g_settings_schema_has_key (schema, "runs-order")
             ? g_settings_new_full (schema, NULL, NULL)
             : NULL;
}

StudioRunsChoice *
studio_runs_choice_new (void)
{
  StudioRunsChoice *choice = g_new0 (StudioRunsChoice, 1);

  choice->settings = open_settings ();
  if (choice->settings == NULL)
    {
      choice->order = g_new0 (char *, 1);
      choice->hidden = g_strdupv ((GStrv) hidden_at_first);
      return choice;
    }
  choice->order = g_settings_get_strv (choice->settings, "runs-order");
  choice->hidden = g_settings_get_strv (choice->settings, "runs-hidden");
  choice->metrics = g_settings_get_strv (choice->settings, "runs-metrics");
  choice->all_parameters = g_settings_get_boolean (choice->settings, "runs-all-parameters");
  if (*choice->metrics == NULL)
    g_clear_pointer (&choice->metrics, g_strfreev);
  return choice;
}

void
studio_runs_choice_free (StudioRunsChoice *choice)
{
  if (choice == NULL)
    return;
  g_clear_object (&choice->settings);
  g_strfreev (choice->order);
  g_strfreev (choice->hidden);
  g_strfreev (choice->metrics);
  g_strfreev (choice->by);
  g_free (choice->metric);
  g_free (choice);
}

void
studio_runs_choice_save (StudioRunsChoice *choice)
{
  static const char *const none[] = { NULL };

  if (choice->settings == NULL)
    return;
  g_settings_set_strv (choice->settings, "runs-order", (const char *const *) choice->order);
  g_settings_set_strv (choice->settings, "runs-hidden", (const char *const *) choice->hidden);
  g_settings_set_strv (choice->settings, "runs-metrics",
                       choice->metrics != NULL ? (const char *const *) choice->metrics : none);
  g_settings_set_boolean (choice->settings, "runs-all-parameters", choice->all_parameters);
}

void
studio_runs_choice_ungroup (StudioRunsChoice *choice)
{
  choice->grouped = FALSE;
  g_clear_pointer (&choice->by, g_strfreev);
}

gboolean
studio_runs_choice_shows (const StudioRunsChoice *choice, const char *column)
{
  return !g_strv_contains ((const char *const *) choice->hidden, column);
}

void
studio_runs_choice_show (StudioRunsChoice *choice, const char *column, gboolean shown)
{
  g_autoptr (GStrvBuilder) hidden = g_strv_builder_new ();

  for (char **other = choice->hidden; *other != NULL; other++)
    if (strcmp (*other, column) != 0)
      g_strv_builder_add (hidden, *other);
  if (!shown)
    g_strv_builder_add (hidden, column);
  g_strfreev (choice->hidden);
  choice->hidden = g_strv_builder_end (hidden);
}

/* ---- metrics ---- */

static gboolean
has_items (const AssayStudyInfo *study, const AssayMetric *metric)
{
  g_auto (GStrv) dims = assay_words (metric->dims);

  for (char **id = dims; *id != NULL; id++)
    {
      const AssayDim *dim = assay_study_dim (study, *id);

      if (dim != NULL && dim->kind == ASSAY_ITEM)
        return TRUE;
    }
  return FALSE;
}

/* The first metric of a study that ends as a number per run, and takes no clock. */
static const char *
first_metric (const AssayStudyInfo *study)
{
  for (guint i = 0; i < study->n_metrics; i++)
    {
      const AssayMetric *metric = &study->metrics[i];

      if ((metric->flags & ASSAY_TIMING) == 0 && metric->of == NULL && !has_items (study, metric))
        return metric->id;
    }
  return NULL;
}

GStrv
studio_runs_default_metrics (AssayRegistry *registry, const StudioRunsAnswer *answer)
{
  g_autoptr (GPtrArray) metrics = g_ptr_array_new ();
  const char *last = NULL;

  for (guint i = 0; registry != NULL && i < answer->n && metrics->len < MAX_METRICS; i++)
    {
      const AssayRunRow *run = studio_runs_answer_run (answer, i);
      const char *study
          = run != NULL ? run->study : studio_runs_answer_group (answer, i)->values[0];
      g_autoptr (AssayStudyInfo) info = NULL;
      const char *metric;

      if (study == last || study == NULL) /* equal texts are one pointer */
        continue;
      last = study;
      info = assay_registry_study (registry, study, NULL);
      metric = info != NULL ? first_metric (info) : NULL;
      if (metric != NULL && !g_ptr_array_find_with_equal_func (metrics, metric, g_str_equal, NULL))
        g_ptr_array_add (metrics, g_strdup (metric));
    }
  g_ptr_array_add (metrics, NULL);
  return (GStrv) g_ptr_array_free (g_steal_pointer (&metrics), FALSE);
}

/* ---- columns ---- */

static void
add_once (GPtrArray *columns, const char *key)
{
  if (!g_ptr_array_find_with_equal_func (columns, key, g_str_equal, NULL))
    g_ptr_array_add (columns, g_strdup (key));
}

/* Columns that were arranged before keep their order among each other. */
static void
arrange (GPtrArray *columns, const char *const *order)
{
  g_autoptr (GPtrArray) found = g_ptr_array_new ();
  guint next = 0;

  for (; *order != NULL; order++)
    {
      guint at;

      if (g_ptr_array_find_with_equal_func (columns, *order, g_str_equal, &at))
        g_ptr_array_add (found, columns->pdata[at]);
    }
  for (guint i = 0; i < columns->len; i++)
    if (g_ptr_array_find (found, columns->pdata[i], NULL))
      columns->pdata[i] = found->pdata[next++];
}

/* A column that came and went with every filter would cost cells in 200 rows each time. */
void
studio_runs_choice_see (StudioRunsChoice *choice, const StudioRunsAnswer *answer)
{
  choice->tags = choice->tags || answer->tags;
  choice->notes = choice->notes || answer->notes;
  choice->reasons = choice->reasons || answer->reasons;
}

/* Columns that most runs leave empty are there when a run does not. */
static gboolean
says_something (const StudioRunsChoice *choice, const StudioRunsAnswer *answer, const char *key)
{
  const struct
  {
    const char *key;
    gboolean said;
  } may_be_empty[] = { { "tag", choice->tags },
                       { "note", choice->notes },
                       { "reason", choice->reasons },
                       { "failed", answer->states[ASSAY_FAILED] > 0 },
                       { "live", answer->n_live > 0 },
                       { "mean", answer->mean_of != NULL },
                       { "interval", answer->mean_of != NULL } };

  for (guint i = 0; i < G_N_ELEMENTS (may_be_empty); i++)
    if (strcmp (may_be_empty[i].key, key) == 0)
      return may_be_empty[i].said;
  return TRUE;
}

static void
add_groups (GPtrArray *columns, const StudioRunsChoice *choice, const StudioRunsAnswer *answer)
{
  static const char *const counts[] = { "mean", "interval", "runs", "failed", "live", NULL };
  const char *const *by = answer->groups->by;

  for (; *by != NULL; by++)
    if (strcmp (*by, "parameters") != 0)
      add_once (columns, *by);
  for (guint i = 0; answer->parameters[i] != NULL && i < MAX_PARAMETERS; i++)
    add_once (columns, answer->parameters[i]);
  for (const char *const *count = counts; *count != NULL; count++)
    if (says_something (choice, answer, *count))
      add_once (columns, *count);
}

/* What one looks for is seen without scrolling. */
static void
add_differing (GPtrArray *columns, const StudioRunsAnswer *answer, const char *const *metrics)
{
  guint n = MIN (g_strv_length (answer->parameters), MAX_PARAMETERS);

  for (guint i = 0; n <= FEW_PARAMETERS && i < n; i++)
    add_once (columns, answer->parameters[i]);
  for (; *metrics != NULL; metrics++)
    add_once (columns, *metrics);
  for (guint i = 0; i < n; i++)
    add_once (columns, answer->parameters[i]);
}

GStrv
studio_runs_choice_columns (const StudioRunsChoice *choice, const StudioRunsAnswer *answer,
                            const char *const *metrics)
{
  GPtrArray *columns = g_ptr_array_new ();

  if (answer->groups != NULL)
    add_groups (columns, choice, answer);
  else
    {
      for (const char *const *key = before; *key != NULL; key++)
        if (studio_runs_choice_shows (choice, *key))
          add_once (columns, *key);
      add_differing (columns, answer, metrics);
      for (const char *const *key = studio_runs_columns; *key != NULL; key++)
        if (studio_runs_choice_shows (choice, *key) && says_something (choice, answer, *key))
          add_once (columns, *key);
      arrange (columns, (const char *const *) choice->order);
    }
  g_ptr_array_add (columns, NULL);
  return (GStrv) g_ptr_array_free (columns, FALSE);
}

/* ---- the question ---- */

/* Of groups: what was chosen, else the first column.  No mean is taken at a step. */
static void
choose_mean (StudioRunsQuestion *question, const char *chosen, const char *const *metrics)
{
  StudioMetricColumn column;

  while (chosen == NULL && *metrics != NULL && studio_metric_column_is_at (*metrics))
    metrics++;
  if (chosen == NULL)
    chosen = *metrics;
  if (chosen == NULL)
    return;
  studio_metric_column_parse (chosen, &column);
  question->metric = column.metric;
  question->labels = column.labels;
  question->kind = column.kind;
}

StudioRunsQuestion *
studio_runs_choice_question (const StudioRunsChoice *choice, const char *filter, const char *order,
                             gboolean descending, const char *const *metrics)
{
  StudioRunsQuestion *question = g_new0 (StudioRunsQuestion, 1);
  g_autoptr (GStrvBuilder) plain = g_strv_builder_new ();

  question->filter = g_strdup (filter);
  question->order = g_strdup (order);
  question->descending = descending;
  question->all_parameters = choice->all_parameters;
  for (guint i = 0; metrics[i] != NULL; i++)
    {
      g_auto (StudioMetricColumn) column = { 0 };

      studio_metric_column_parse (metrics[i], &column);
      g_strv_builder_add (plain, column.metric);
    }
  question->metrics = g_strv_builder_end (plain);
  question->grouped = choice->grouped;
  question->by = g_strdupv (choice->by);
  if (choice->grouped)
    choose_mean (question, choice->metric, metrics);
  return question;
}
