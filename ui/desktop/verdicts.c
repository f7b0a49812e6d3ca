/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/desktop/verdicts.h"

#include "ui/desktop/task.h"

#include "host/chart/chart.h"
#include "host/chart/scale.h"
#include "host/run/plan.h"
#include "host/store/filter.h"
#include <math.h>
#include <string.h>

#define NOTES_IN_SUMMARY 2

StudioVerdicts *
studio_verdicts_ref (StudioVerdicts *verdicts)
{
  g_atomic_ref_count_inc (&verdicts->references);
  return verdicts;
}

void
studio_verdicts_unref (StudioVerdicts *verdicts)
{
  if (!g_atomic_ref_count_dec (&verdicts->references))
    return;
  g_clear_pointer (&verdicts->verdicts, g_ptr_array_unref);
  g_clear_pointer (&verdicts->set, assay_run_set_free);
  g_clear_pointer (&verdicts->study, assay_study_info_unref);
  g_free (verdicts->command);
  g_free (verdicts);
}

/* ---- judging ---- */

typedef struct
{
  AssayRegistry *registry;
  char *study, *preset;
  GStrv runs;
} Request;

static void
request_free (gpointer data)
{
  Request *request = data;

  assay_registry_unref (request->registry);
  g_free (request->study);
  g_free (request->preset);
  g_strfreev (request->runs);
  g_free (request);
}

/* Without any run every claim reads "not run", which is an answer. */
static gboolean
find_runs (StudioVerdicts *verdicts, AssayWorkspace *workspace, const Request *request,
           GError **error)
{
  g_autoptr (GError) problem = NULL;

  if (request->runs != NULL && request->runs[0] != NULL)
    verdicts->set = assay_run_set_of (workspace, (const char *const *) request->runs, &problem);
  else
    verdicts->set
        = assay_run_set_for_claims (workspace, verdicts->study, request->preset, &problem);
  if (verdicts->set != NULL || g_error_matches (problem, ASSAY_ERROR, ASSAY_ERROR_NOT_FOUND))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}

static char *
command_of (const StudioVerdicts *verdicts, AssayWorkspace *workspace, AssayRegistry *registry)
{
  const AssayRunSet *set = verdicts->set;
  g_autoptr (AssayPlan) plan = NULL;

  if (set != NULL && set->plan != NULL)
    plan = assay_plan_open (workspace, registry, set->plan, NULL);
  if (plan != NULL && plan->command != NULL)
    return g_strdup (plan->command);
  return g_strdup_printf ("assay run %s%s%s", verdicts->study->id,
                          set != NULL && set->preset != NULL ? " --preset " : "",
                          set != NULL && set->preset != NULL ? set->preset : "");
}

static void
judge (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  AssayWorkspace *workspace = studio_session_workspace (source);
  const Request *request = data;
  g_autoptr (StudioVerdicts) verdicts = g_new0 (StudioVerdicts, 1);
  GError *error = NULL;

  g_atomic_ref_count_init (&verdicts->references);
  verdicts->study = assay_registry_study (request->registry, request->study, &error);
  if (verdicts->study != NULL && find_runs (verdicts, workspace, request, &error)
      && !g_cancellable_is_cancelled (cancellable))
    verdicts->verdicts = assay_claims_judge (verdicts->set, verdicts->study, &error);
  if (g_task_return_error_if_cancelled (task))
    g_clear_error (&error);
  else if (error != NULL)
    g_task_return_error (task, error);
  else
    {
      verdicts->command = command_of (verdicts, workspace, request->registry);
      g_task_return_pointer (task, g_steal_pointer (&verdicts),
                             (GDestroyNotify) studio_verdicts_unref);
    }
}

void
studio_verdicts_load (StudioSession *session, const StudioSelection *selection,
                      GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (session, cancellable, callback, data);
  Request *request = g_new0 (Request, 1);

  request->registry = assay_registry_ref (studio_session_registry (session));
  request->study = g_strdup (selection->study);
  request->preset = g_strdup (selection->preset);
  request->runs = g_strdupv (selection->runs);
  g_task_set_task_data (task, request, request_free);
  studio_task_run (task, judge);
}

StudioVerdicts *
studio_verdicts_load_finish (StudioSession *session, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* ---- the report ---- */

typedef struct
{
  StudioVerdicts *verdicts;
  char *path;
} Report;

static void
report_free (gpointer data)
{
  Report *report = data;

  studio_verdicts_unref (report->verdicts);
  g_free (report->path);
  g_free (report);
}

static void
write_report (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Report *report = data;
  const StudioVerdicts *verdicts = report->verdicts;
  GError *error = NULL;

  if (verdicts->set == NULL)
    g_task_return_new_error (task, ASSAY_ERROR, ASSAY_ERROR_NOT_FOUND,
                             "There are no runs to report on yet; run the study first.");
  else if (assay_report_write (verdicts->study, verdicts->set, verdicts->verdicts,
                               verdicts->command, report->path, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
studio_verdicts_report (StudioVerdicts *verdicts, const char *path, GAsyncReadyCallback callback,
                        gpointer data)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, callback, data);
  Report *report = g_new (Report, 1);

  *report = (Report){ studio_verdicts_ref (verdicts), g_strdup (path) };
  g_task_set_task_data (task, report, report_free);
  studio_task_run (task, write_report);
}

gboolean
studio_verdicts_report_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* ---- in words ---- */

char *
studio_verdict_effect (double effect, double low, double high)
{
  g_autofree char *value = NULL, *from = NULL, *to = NULL;

  if (isnan (effect))
    return g_strdup ("—");
  value = chart_number (effect);
  if (isnan (low) || isnan (high))
    return g_steal_pointer (&value);
  from = chart_number (low);
  to = chart_number (high);
  return g_strdup_printf ("%s [%s, %s]", value, from, to);
}

const char *
studio_claim_paper (const AssayClaim *claim)
{
  if (claim->paper != NULL)
    return claim->paper;
  return claim->source != NULL ? "not stated" : "ours";
}

double
studio_claim_paper_number (const AssayClaim *claim)
{
  g_autofree char *text = g_strdup (claim->paper != NULL ? claim->paper : "");
  double number;

  return assay_filter_number (g_strstrip (text), &number) ? number : (double) NAN;
}

static gboolean
contains (const char *text, const char *folded)
{
  g_autofree char *mine = text != NULL ? g_utf8_casefold (text, -1) : NULL;

  return mine != NULL && strstr (mine, folded) != NULL;
}

gboolean
studio_verdict_matches (const AssayVerdict *verdict, const char *text)
{
  const AssayClaim *claim = verdict->claim;
  g_autofree char *folded = g_utf8_casefold (text, -1);
  const char *const places[] = { claim->id,     claim->says,   claim->source,   claim->paper,
                                 claim->metric, verdict->rule, verdict->reason, claim->where };

  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    if (contains (places[i], folded))
      return TRUE;
  return FALSE;
}

/* The first of them: each claim's details have all. */
static void
append_notes (GString *text, const GPtrArray *notes)
{
  guint n = MIN (notes->len, NOTES_IN_SUMMARY);

  for (guint i = 0; i < n; i++)
    g_string_append_printf (text, " · %s", (const char *) notes->pdata[i]);
  if (notes->len > n)
    g_string_append_printf (text, " · %u more notes", notes->len - n);
}

char *
studio_verdicts_summary (const StudioVerdicts *verdicts)
{
  const AssayRunSet *set = verdicts->set;
  GString *text = g_string_new (NULL);

  if (set == NULL)
    return g_string_free (text, FALSE);
  if (set->preset != NULL)
    g_string_append_printf (text, "Preset %s, ", set->preset);
  if (set->plan != NULL)
    g_string_append_printf (text, "plan %s, ", set->plan);
  g_string_append_printf (text, "%u runs", set->dirs->len);
  append_notes (text, set->notes);
  return g_string_free (text, FALSE);
}

/* ---- what belongs together ---- */

/* Adds the observed metrics behind a list of metrics. */
static void
add_observed (const AssayStudyInfo *study, const char *metrics, GHashTable *set)
{
  g_auto (GStrv) words = assay_words (metrics);

  for (char **word = words; *word != NULL; word++)
    {
      const AssayMetric *metric = assay_study_metric (study, *word);

      for (guint depth = 0; metric != NULL && metric->of != NULL && depth < study->n_metrics;
           depth++)
        metric = assay_study_metric (study, metric->of);
      if (metric != NULL)
        g_hash_table_add (set, (gpointer) metric->id);
    }
}

static void
add_of_claim (const AssayStudyInfo *study, const AssayClaim *claim, GHashTable *set)
{
  g_auto (GStrv) parts = assay_words (claim->all_of);

  add_observed (study, claim->metric, set);
  for (char **part = parts; *part != NULL; part++)
    {
      const AssayClaim *other = assay_study_claim (study, *part);

      if (other != NULL && other->all_of == NULL)
        add_observed (study, other->metric, set);
    }
}

static gboolean
shares_metric (const AssayStudyInfo *study, const AssayFigure *figure, GHashTable *of_claim)
{
  g_autoptr (GHashTable) mine = g_hash_table_new (g_str_hash, g_str_equal);
  const char *const channels[] = { figure->x, figure->y, figure->color };
  GHashTableIter iter;
  gpointer id;

  for (guint i = 0; i < G_N_ELEMENTS (channels); i++)
    add_observed (study, channels[i], mine);
  g_hash_table_iter_init (&iter, mine);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    if (g_hash_table_contains (of_claim, id))
      return TRUE;
  return FALSE;
}

GPtrArray *
studio_claim_figures (const AssayStudyInfo *study, const AssayClaim *claim)
{
  g_autoptr (GHashTable) metrics = g_hash_table_new (g_str_hash, g_str_equal);
  GPtrArray *figures = g_ptr_array_new ();
  guint first = 0;

  add_of_claim (study, claim, metrics);
  for (guint i = 0; i < study->n_figures; i++)
    {
      const AssayFigure *figure = &study->figures[i];
      gboolean same_source
          = claim->source != NULL && g_strcmp0 (figure->source, claim->source) == 0;

      if (same_source)
        g_ptr_array_insert (figures, (gint) first++, (gpointer) figure);
      else if (shares_metric (study, figure, metrics))
        g_ptr_array_add (figures, (gpointer) figure);
    }
  return figures;
}
