/* SPDX-License-Identifier: Apache-2.0
 *
 * What every run measured as blocks: series of equal name aligned over the runs, arrays, and what
 * crashed runs count as.
 */
#include "host/registry/json.h"
#include "host/store/align.h"
#include "host/store/frame-load.h"

#include <math.h>
#include <string.h>

void
assay_block_free (gpointer data)
{
  AssayBlock *block = data;

  g_free (block->places);
  g_free (block->axes);
  g_clear_pointer (&block->owner, g_array_unref);
  g_free (block);
}

static gint32
level_code (const AssayLoader *l, guint dim, const char *level)
{
  return assay_frame_level (l->frame->dims->pdata[dim], level);
}

/* ---- Blocks ---- */

static guint
metric_number (const AssayLoader *l, const char *metric)
{
  for (guint i = 0; i < l->n_metrics; i++)
    if (strcmp (l->metrics[i], metric) == 0)
      return i;
  return 0;
}

static void
fix (const AssayLoader *l, AssayBlock *block, const char *dim, const char *level)
{
  int place = assay_loader_dim (l, dim);

  if (place >= 0)
    block->places[place].code = level_code (l, (guint) place, level);
}

/* A block of a run with all that does not vary in it set; -1: not said yet. */
static AssayBlock *
add_block (AssayLoader *l, AssayFrameRun *run, const char *metric, const GArray *labels)
{
  AssayBlock *block = g_new0 (AssayBlock, 1);
  g_autofree char *seed = g_strdup_printf ("%" G_GUINT64_FORMAT, run->dir->seed);

  block->run = run;
  block->metric = metric_number (l, metric);
  block->places = g_new0 (AssayPlace, l->frame->dims->len);
  block->axes = g_new0 (guint, l->frame->dims->len);
  for (guint i = 0; i < l->frame->dims->len; i++)
    block->places[i].code = -1;
  for (guint i = 0; i < l->params->len; i++)
    fix (l, block, l->params->pdata[i], run->levels->pdata[i]);
  fix (l, block, "metric", metric);
  fix (l, block, "seed", seed);
  for (guint i = 0; i < labels->len; i++)
    fix (l, block, g_array_index (labels, AssayLabel, i).dim,
         g_array_index (labels, AssayLabel, i).level);
  g_ptr_array_add (l->blocks, block);
  return block;
}

static void
add_axis (AssayBlock *block, guint dim, GArray *codes)
{
  block->places[dim].codes = codes;
  block->axes[block->n_axes++] = dim;
}

/* Codes of steps; most series have those of the series before. */
static GArray *
codes_of_steps (AssayLoader *l, GArray *steps, GPtrArray *owned)
{
  guint dim = (guint) assay_loader_dim (l, "step");
  GArray *codes;

  if (l->last_steps != NULL && l->last_steps->len == steps->len
      && memcmp (l->last_steps->data, steps->data, steps->len * sizeof (double)) == 0)
    return l->step_codes;
  codes = g_array_sized_new (FALSE, FALSE, sizeof (gint32), steps->len);
  for (guint i = 0; i < steps->len; i++)
    {
      g_autofree char *level = assay_json_number (g_array_index (steps, double, i) + 0.0);
      gint32 code = level_code (l, dim, level);

      g_array_append_val (codes, code);
    }
  g_ptr_array_add (owned, codes);
  l->step_codes = codes;
  g_clear_pointer (&l->last_steps, g_array_unref);
  l->last_steps = g_array_ref (steps);
  return codes;
}

/* ---- Series ---- */

/* One series over all runs. */
typedef struct
{
  const char *metric, *labels;
  const GArray *label_list;
  GArray *curves; /* AssayCurve; `run` is a place in the loader's runs */
} Bundle;

static void
bundle_free (gpointer data)
{
  Bundle *bundle = data;

  g_array_unref (bundle->curves);
  g_free (bundle);
}

static void
add_curve (Bundle *bundle, const AssayFrameRun *run, guint number, const AssaySeriesData *data)
{
  AssayCurve curve = {
    .run = number, .config = run->config, .failed = run->failed, .live = run->live, .data = data
  };

  g_array_append_val (bundle->curves, curve);
}

static GPtrArray *
make_bundles (const AssayLoader *l)
{
  GPtrArray *bundles = g_ptr_array_new_with_free_func (bundle_free);
  g_autoptr (GHashTable) by_name = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < l->runs->len; i++)
    {
      const AssayFrameRun *run = l->runs->pdata[i];

      for (guint k = 0; k < run->data->series->len; k++)
        {
          const AssaySeriesData *series = run->data->series->pdata[k];
          g_autofree char *name = g_strdup_printf ("%s\n%s", series->metric, series->labels);
          Bundle *bundle = g_hash_table_lookup (by_name, name);

          if (bundle == NULL)
            {
              bundle = g_new0 (Bundle, 1);
              *bundle = (Bundle){ series->metric, series->labels, series->label_list, NULL };
              bundle->curves = g_array_new (FALSE, FALSE, sizeof (AssayCurve));
              g_array_set_clear_func (bundle->curves, assay_curve_clear);
              g_ptr_array_add (bundles, bundle);
              g_hash_table_insert (by_name, g_steal_pointer (&name), bundle);
            }
          add_curve (bundle, run, i, series);
        }
    }
  return bundles;
}

/* A failed run is expected to have what finished runs of its parameters have, or, if none
 * finished, what any has. */
static void
add_crashed (const AssayLoader *l, Bundle *bundle)
{
  g_autoptr (GHashTable) has = g_hash_table_new (NULL, NULL);
  g_autoptr (GHashTable) here = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) anywhere = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < bundle->curves->len; i++)
    {
      const AssayCurve *curve = &g_array_index (bundle->curves, AssayCurve, i);

      g_hash_table_add (has, GUINT_TO_POINTER (curve->run));
      if (!curve->failed)
        g_hash_table_add (here, (gpointer) curve->config);
    }
  if (g_hash_table_size (here) == 0)
    return;
  for (guint i = 0; i < l->runs->len; i++)
    if (!((AssayFrameRun *) l->runs->pdata[i])->failed)
      g_hash_table_add (anywhere, ((AssayFrameRun *) l->runs->pdata[i])->config);
  for (guint i = 0; i < l->runs->len; i++)
    {
      const AssayFrameRun *run = l->runs->pdata[i];

      if (run->failed && !g_hash_table_contains (has, GUINT_TO_POINTER (i))
          && (g_hash_table_contains (here, run->config)
              || !g_hash_table_contains (anywhere, run->config)))
        add_curve (bundle, run, i, NULL);
    }
}

static void
add_series_blocks (AssayLoader *l, Bundle *bundle, GPtrArray *owned)
{
  const AssayMetric *metric = assay_study_metric (l->study, bundle->metric);
  gboolean interpolated = FALSE, disjoint = FALSE;

  add_crashed (l, bundle);
  assay_align (bundle->curves, metric != NULL ? metric->crash : ASSAY_CRASH_MISSING,
               metric != NULL ? metric->floor : 0, &interpolated, &disjoint);
  l->n_interpolated += interpolated;
  l->n_disjoint += disjoint;
  for (guint i = 0; i < bundle->curves->len; i++)
    {
      AssayCurve *curve = &g_array_index (bundle->curves, AssayCurve, i);
      AssayBlock *block;

      if (curve->steps->len == 0)
        continue;
      block = add_block (l, l->runs->pdata[curve->run], bundle->metric, bundle->label_list);
      add_axis (block, (guint) assay_loader_dim (l, "step"),
                codes_of_steps (l, curve->steps, owned));
      block->owner = g_array_ref (curve->values);
      block->values = (double *) (void *) curve->values->data;
      block->n = curve->values->len;
    }
}

/* ---- Arrays ---- */

static AssayBlock *
add_array_block (AssayLoader *l, AssayFrameRun *run, const AssayArrayData *array, GPtrArray *owned)
{
  AssayBlock *block = add_block (l, run, array->metric, array->label_list);

  for (guint a = 0; a < array->axes->len; a++)
    {
      guint dim = (guint) assay_loader_dim (l, array->axes->pdata[a]);
      const GPtrArray *levels = array->levels->pdata[a];
      GArray *codes = g_array_sized_new (FALSE, FALSE, sizeof (gint32), levels->len);

      for (guint i = 0; i < levels->len; i++)
        {
          gint32 code = level_code (l, dim, levels->pdata[i]);

          g_array_append_val (codes, code);
        }
      g_ptr_array_add (owned, codes);
      add_axis (block, dim, codes);
    }
  block->values = array->values;
  block->n = array->n;
  return block;
}

static void
fill_block (AssayBlock *block, double value)
{
  block->owner = g_array_sized_new (FALSE, FALSE, sizeof (double), (guint) block->n);
  for (gsize i = 0; i < block->n; i++)
    g_array_append_val (block->owner, value);
  block->values = (double *) (void *) block->owner->data;
}

static const AssayArrayData *
find_array (const AssayFrameRun *run, const char *metric, const char *labels)
{
  for (guint i = 0; i < run->data->arrays->len; i++)
    {
      const AssayArrayData *array = run->data->arrays->pdata[i];

      if (strcmp (array->metric, metric) == 0 && strcmp (array->labels, labels) == 0)
        return array;
    }
  return NULL;
}

/* The finished run after which a failed one is modelled: of its parameters, else any. */
static const AssayFrameRun *
find_model (const AssayLoader *l, const AssayFrameRun *failed)
{
  const AssayFrameRun *any = NULL;

  for (guint i = 0; i < l->runs->len; i++)
    {
      const AssayFrameRun *run = l->runs->pdata[i];

      if (run->failed || run->data->arrays->len == 0)
        continue;
      if (strcmp (run->config, failed->config) == 0)
        return run;
      if (any == NULL)
        any = run;
    }
  return any;
}

static guint
crash_of (const AssayLoader *l, const char *metric, double *floor_value)
{
  const AssayMetric *declared = assay_study_metric (l->study, metric);

  *floor_value = declared != NULL ? declared->floor : NAN;
  return declared != NULL ? declared->crash : ASSAY_CRASH_MISSING;
}

/* A failed run's arrays: what it wrote stands unless the metric says missing. */
static void
add_crashed_arrays (AssayLoader *l, AssayFrameRun *run, GPtrArray *owned)
{
  const AssayFrameRun *model = find_model (l, run);

  for (guint i = 0; i < run->data->arrays->len; i++)
    {
      const AssayArrayData *array = run->data->arrays->pdata[i];
      double floor_value;
      AssayBlock *block = add_array_block (l, run, array, owned);

      if (crash_of (l, array->metric, &floor_value) == ASSAY_CRASH_MISSING)
        fill_block (block, NAN);
    }
  for (guint i = 0; model != NULL && i < model->data->arrays->len; i++)
    {
      const AssayArrayData *array = model->data->arrays->pdata[i];
      double floor_value;
      guint crash = crash_of (l, array->metric, &floor_value);

      if (find_array (run, array->metric, array->labels) == NULL)
        fill_block (add_array_block (l, run, array, owned),
                    crash == ASSAY_CRASH_FLOOR ? floor_value : NAN);
    }
}

static void
add_array_blocks (AssayLoader *l, GPtrArray *owned)
{
  for (guint i = 0; i < l->runs->len; i++)
    {
      AssayFrameRun *run = l->runs->pdata[i];

      if (run->failed)
        add_crashed_arrays (l, run, owned);
      else
        for (guint k = 0; k < run->data->arrays->len; k++)
          add_array_block (l, run, run->data->arrays->pdata[k], owned);
    }
}

/* ---- Metrics that lack a dimension ---- */

/* Of several metrics one that lacks a dimension is constant along it: its blocks get it as an axis
 * of all levels.  A label that only some series of a metric have is "" in the others. */
static void
complete_blocks (AssayLoader *l, GPtrArray *owned)
{
  g_autofree gboolean *has = g_new0 (gboolean, l->n_metrics * l->frame->dims->len + 1);

  for (guint i = 0; i < l->blocks->len; i++)
    {
      const AssayBlock *block = l->blocks->pdata[i];

      for (guint d = 0; d < l->frame->dims->len; d++)
        if (block->places[d].codes != NULL || block->places[d].code >= 0)
          has[block->metric * l->frame->dims->len + d] = TRUE;
    }
  for (guint d = 0; d < l->frame->dims->len; d++)
    {
      AssayFrameDim *dim = l->frame->dims->pdata[d];
      GArray *all = g_array_new (FALSE, FALSE, sizeof (gint32));

      for (gint32 code = 0; code < (gint32) dim->levels->len; code++)
        g_array_append_val (all, code);
      g_ptr_array_add (owned, all);
      for (guint i = 0; i < l->blocks->len; i++)
        {
          AssayBlock *block = l->blocks->pdata[i];

          if (block->places[d].codes != NULL || block->places[d].code >= 0)
            continue;
          if (has[block->metric * l->frame->dims->len + d])
            block->places[d].code = assay_frame_level (dim, "");
          else
            add_axis (block, d, all);
        }
    }
}

void
assay_loader_add_blocks (AssayLoader *l, GPtrArray *owned)
{
  g_autoptr (GPtrArray) bundles = make_bundles (l);

  for (guint i = 0; i < bundles->len; i++)
    add_series_blocks (l, bundles->pdata[i], owned);
  add_array_blocks (l, owned);
  complete_blocks (l, owned);
}
