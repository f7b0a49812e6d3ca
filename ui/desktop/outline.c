/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/desktop/outline.h"

#include "host/registry/json.h"
#include <math.h>
#include <string.h>

/* Earlier runs that are asked for their times, and runs of the plan that are looked up. */
#define EARLIER 2000
#define LOOKED_UP 500

static void
outline_clear (gpointer data)
{
  StudioOutline *outline = data;

  for (guint i = 0; i < outline->study->n_params; i++)
    {
      if (outline->values != NULL)
        g_strfreev (outline->values[i]);
      g_free (outline->problems[i]);
    }
  g_free (outline->values);
  g_free (outline->problems);
  g_free (outline->problem);
  assay_plan_free (outline->plan);
  assay_study_info_unref (outline->study);
}

StudioOutline *
studio_outline_ref (StudioOutline *outline)
{
  return g_atomic_rc_box_acquire (outline);
}

void
studio_outline_unref (StudioOutline *outline)
{
  g_atomic_rc_box_release_full (outline, outline_clear);
}

/* The values that parameter @i takes, in the order of the runs; NULL: it applies in none. */
static GStrv
values_of (const AssayPlan *plan, guint i)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  GPtrArray *list = g_ptr_array_new ();

  for (guint k = 0; k < plan->specs->len; k++)
    {
      const AssaySpec *spec = plan->specs->pdata[k];

      if (spec->applies[i] && g_hash_table_add (seen, spec->values[i]))
        g_ptr_array_add (list, g_strdup (spec->values[i]));
    }
  if (list->len == 0)
    {
      g_ptr_array_unref (list);
      return NULL;
    }
  g_ptr_array_add (list, NULL);
  return (GStrv) g_ptr_array_free (list, FALSE);
}

/* From the runs of one seed: the others are alike. */
static void
find_values (StudioOutline *outline, const StudioDraft *draft)
{
  g_autoptr (StudioDraft) single = studio_draft_copy (draft);
  g_autoptr (AssayPlan) plan = NULL;
  g_autoptr (GError) error = NULL;

  g_free (single->seeds);
  single->seeds = g_strdup ("1");
  plan = studio_draft_plan (single, outline->study, NULL, &error);
  if (plan == NULL)
    {
      outline->problem = g_strdup (error->message);
      return;
    }
  outline->values = g_new0 (GStrv, outline->study->n_params + 1);
  for (guint i = 0; i < outline->study->n_params; i++)
    outline->values[i] = values_of (plan, i);
}

/* The host names the option, the form the row. */
static void
take_problem (StudioOutline *outline, const char *sentence)
{
  const char *rule = strstr (sentence, ": ");

  outline->wrong_seeds = g_str_has_prefix (sentence, "--seeds ") && rule != NULL;
  outline->problem = outline->wrong_seeds ? g_strconcat ("Seeds", rule, NULL) : g_strdup (sentence);
}

static gboolean
has_problem (const StudioOutline *outline)
{
  gboolean found = outline->problem != NULL;

  for (guint i = 0; i < outline->study->n_params && !found; i++)
    found = outline->problems[i] != NULL && outline->values[i] != NULL;
  return found;
}

StudioOutline *
studio_outline_new (const StudioDraft *draft, AssayStudyInfo *study)
{
  StudioOutline *outline = g_atomic_rc_box_new0 (StudioOutline);
  g_autoptr (GError) error = NULL;

  outline->study = assay_study_info_ref (study);
  outline->problems = g_new0 (char *, study->n_params + 1);
  for (guint i = 0; i < study->n_params; i++)
    outline->problems[i] = studio_draft_problem (draft, &study->params[i]);
  find_values (outline, draft);
  if (!has_problem (outline))
    {
      g_autofree gboolean *uses = studio_outline_uses (outline);

      outline->plan = studio_draft_plan (draft, study, uses, &error);
      if (outline->plan == NULL)
        take_problem (outline, error->message);
    }
  return outline;
}

gboolean *
studio_outline_uses (const StudioOutline *outline)
{
  gboolean *uses = g_new0 (gboolean, outline->study->n_params + 1);

  for (guint i = 0; i < outline->study->n_params; i++)
    uses[i] = outline->values != NULL && outline->values[i] != NULL;
  return uses;
}

/* ---- time ---- */

typedef struct
{
  double sum;
  guint n;
} Mean;

static void
mean_add (Mean *mean, double value)
{
  mean->sum += value;
  mean->n++;
}

static double
mean_value (const Mean *mean)
{
  return mean != NULL && mean->n > 0 ? mean->sum / mean->n : NAN;
}

/* Means by the canonical text of all parameters; @all: of the study. */
static GHashTable *
earlier_times (AssayIndex *index, const char *study, Mean *all)
{
  GHashTable *times = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autofree char *text = g_strdup_printf ("study=%s status=done", study);
  g_autoptr (AssayFilter) filter = assay_filter_parse (text, NULL);
  const AssayIndexQuery query = { .filter = filter, .limit = EARLIER };
  g_autoptr (AssayRunRows) rows = assay_index_query (index, &query, NULL);

  for (guint i = 0; rows != NULL && i < rows->rows->len; i++)
    {
      const AssayRunRow *row = &g_array_index (rows->rows, AssayRunRow, i);
      Mean *mean = g_hash_table_lookup (times, row->parameters);

      if (row->started <= 0 || row->finished < row->started)
        continue;
      if (mean == NULL)
        {
          mean = g_new0 (Mean, 1);
          g_hash_table_insert (times, g_strdup (row->parameters), mean);
        }
      mean_add (mean, row->finished - row->started);
      mean_add (all, row->finished - row->started);
    }
  return times;
}

static char *
parameters_text (const AssaySpec *spec)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);

  json_node_take_object (node, assay_spec_parameters (spec));
  return assay_json_canonical (node);
}

/* Core seconds of a run as the preset says; NaN: it says nothing.  Its seconds are of two cores. */
static double
preset_seconds (const StudioOutline *outline)
{
  const AssayPlan *plan = outline->plan;
  const AssayPreset *preset
      = plan->preset != NULL ? assay_study_preset (plan->study, plan->preset) : NULL;
  g_autoptr (AssayPlan) usual = NULL;
  AssayPlanRequest request = { 0 };

  if (preset == NULL || !(preset->seconds > 0))
    return NAN;
  request.preset = preset->id;
  usual = assay_plan_new (plan->study, &request, NULL);
  return usual != NULL && usual->specs->len > 0 ? 2 * preset->seconds / usual->specs->len : NAN;
}

double
studio_outline_seconds (const StudioOutline *outline, AssayIndex *index, guint cores)
{
  const GPtrArray *specs = outline->plan->specs;
  guint step = 1 + specs->len / LOOKED_UP, budget = cores > 0 ? cores : g_get_num_processors ();
  Mean all = { 0 }, runs = { 0 };
  g_autoptr (GHashTable) times = earlier_times (index, outline->study->id, &all);
  double usual = preset_seconds (outline);

  if (isnan (usual))
    usual = mean_value (&all);
  for (guint i = 0; i < specs->len; i += step)
    {
      g_autofree char *parameters = parameters_text (specs->pdata[i]);
      double seconds = mean_value (g_hash_table_lookup (times, parameters));

      seconds = isnan (seconds) ? usual : seconds * assay_spec_threads (specs->pdata[i]);
      if (!isnan (seconds))
        mean_add (&runs, seconds);
    }
  return mean_value (&runs) * specs->len / MIN (budget, MAX (specs->len, 1));
}
