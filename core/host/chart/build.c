/* SPDX-License-Identifier: Apache-2.0
 *
 * From a declared figure and its runs to a chart.
 */
#include "host/chart/change.h"
#include "host/registry/error.h"
#include "host/store/filter.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

gboolean
chart_is_metric (const AssayStudyInfo *study, const char *id)
{
  return id && assay_study_metric (study, id) != NULL;
}

gboolean
chart_shows_members (guint32 mark)
{
  return mark == ASSAY_SPREAD_VIOLIN || mark == ASSAY_SPREAD_BOX || mark == ASSAY_SPREAD_STRIP
         || mark == ASSAY_HIST || mark == ASSAY_HIST_CUMULATIVE || mark == ASSAY_SURVIVAL;
}

gboolean
chart_is_grid (guint32 mark)
{
  return mark == ASSAY_HEAT || mark == ASSAY_TABLE_OF_CELLS;
}

static char *
titled (const char *title, const char *id, const char *unit)
{
  const char *name = title && *title ? title : id;

  return unit && *unit ? g_strdup_printf ("%s (%s)", name, unit) : g_strdup (name);
}

char *
chart_metric_title (const AssayStudyInfo *study, const char *id)
{
  const AssayMetric *metric = id ? assay_study_metric (study, id) : NULL;

  return titled (metric ? metric->title : NULL, id ? id : "", metric ? metric->unit : NULL);
}

char *
chart_dim_title (const AssayStudyInfo *study, const char *id)
{
  const AssayParam *param = assay_study_param (study, id);
  const AssayDim *dim = assay_study_dim (study, id);

  if (param)
    return titled (param->title, id, param->unit);
  return titled (dim ? dim->title : NULL, id, NULL);
}

char *
chart_level_text (const AssayStudyInfo *study, const char *dim, const char *level, guint kind,
                  gboolean alone)
{
  gboolean number = kind == ASSAY_NUMBER || g_strcmp0 (level, "true") == 0
                    || g_strcmp0 (level, "false") == 0 || g_strcmp0 (dim, "seed") == 0;

  if (!level || !*level)
    return g_strdup (CHART_NO_LEVEL);
  if (g_strcmp0 (dim, "metric") == 0)
    return chart_metric_title (study, level);
  return alone && number ? g_strdup_printf ("%s = %s", dim, level) : g_strdup (level);
}

/* Which channel holds the metric whose values are drawn. */
static const char *
value_of_figure (const AssayFigure *f)
{
  if (chart_is_grid (f->mark))
    return f->color;
  if (f->mark == ASSAY_HIST || f->mark == ASSAY_HIST_CUMULATIVE || f->mark == ASSAY_SURVIVAL)
    return f->x && *f->x ? f->x : f->y;
  return f->y;
}

static char *
metrics_title (const ChartBuilder *b, const char *metrics)
{
  g_auto (GStrv) words = assay_words (metrics);
  GString *out = g_string_new (NULL);

  for (guint i = 0; words[i]; i++)
    {
      g_autofree char *title = chart_metric_title (b->study, words[i]);

      g_string_append_printf (out, "%s%s", i ? ", " : "", title);
    }
  return g_string_free (out, FALSE);
}

/* Panels are headed by their metrics: what is left for the axis is the unit that they share. */
static char *
shared_unit (const ChartBuilder *b, const char *metrics)
{
  g_auto (GStrv) words = assay_words (metrics);
  const char *unit = NULL;

  for (guint i = 0; words[i]; i++)
    {
      const AssayMetric *metric = assay_study_metric (b->study, words[i]);

      if (!metric || !metric->unit || (i > 0 && g_strcmp0 (metric->unit, unit) != 0))
        return NULL;
      unit = metric->unit;
    }
  return g_strdup (unit);
}

static gboolean
heads_panels (const ChartBuilder *b, const char *dim)
{
  return g_strcmp0 (b->channels[CHANNEL_ROW].id, dim) == 0
         || g_strcmp0 (b->channels[CHANNEL_COL].id, dim) == 0;
}

static void
set_titles (ChartBuilder *b)
{
  const AssayFigure *f = b->figure;
  AssayChart *chart = b->chart;
  char *value = metrics_title (b, value_of_figure (f));

  if (chart_is_grid (f->mark))
    {
      chart->z.title = value;
      chart->y.title = f->y ? chart_dim_title (b->study, f->y) : NULL;
      chart->x.title = f->x ? chart_dim_title (b->study, f->x) : NULL;
      return;
    }
  if (chart->mark->flags & CHART_OF_X)
    {
      chart->x.title = value;
      return;
    }
  chart->y.title = value;
  if (heads_panels (b, "metric"))
    {
      chart->y.title = shared_unit (b, value_of_figure (f));
      g_free (value);
    }
  if (b->xframe)
    chart->x.title = chart_metric_title (b->study, f->x);
  else if (f->x)
    chart->x.title = chart_dim_title (b->study, f->x);
}

static char *
list_dims (const ChartBuilder *b, const GPtrArray *dims)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < dims->len; i++)
    {
      if (assay_frame_dim (b->frame, dims->pdata[i]))
        g_string_append_printf (out, "%s%s", out->len ? " and " : "", (char *) dims->pdata[i]);
    }
  return g_string_free (out, FALSE);
}

static void
say_band (ChartBuilder *b)
{
  static const char *const centers[] = { "Mean", "Median", "Interquartile mean" };
  static const char *const bands[]
      = { "95 % interval",  NULL,    "one standard deviation",
          "quartiles",      "range", "95 % interval of the mean by Student's t",
          "2.5 % to 97.5 %" };
  const AssayFigure *f = b->figure;
  g_autofree char *over = list_dims (b, b->over), *per = list_dims (b, b->per);
  const char *center = centers[MIN (f->center, 2)],
             *band = bands[MIN (f->band, G_N_ELEMENTS (bands) - 1)];
  const char *shape = f->mark == ASSAY_LINE ? "band" : "whiskers";

  if (f->mark == ASSAY_TABLE_OF_CELLS)
    shape = "brackets";
  if (*over && band && f->mark != ASSAY_HEAT && !chart_shows_members (f->mark))
    b->chart->band = g_strdup_printf ("%s over %s; %s: %s", center, over, shape, band);
  else if (*over)
    b->chart->band = g_strdup_printf ("%s over %s", center, over);
  if (*per && f->mark == ASSAY_LINE)
    chart_note (b->chart, "Thin lines: one per %s; thick: their %s", per,
                f->center == ASSAY_CENTER_MEDIAN ? "median"
                : f->center == ASSAY_CENTER_IQM  ? "interquartile mean"
                                                 : "mean");
}

static void
say_runs (ChartBuilder *b)
{
  const AssayRunSet *set = b->set;

  if (b->frame && b->frame->n_crashed)
    chart_note (b->chart, "%u of %u runs crashed and count as the metric declares",
                b->frame->n_crashed, b->frame->n_runs);
  if (set->n_missing)
    chart_note (b->chart, "%u %s of the plan %s not there or not ended", set->n_missing,
                set->n_missing == 1 ? "run" : "runs", set->n_missing == 1 ? "is" : "are");
  if (b->n_live)
    chart_note (b->chart, "%u %s at the moment and %s drawn as far as %s come", b->n_live,
                b->n_live == 1 ? "run works" : "runs work", b->n_live == 1 ? "is" : "are",
                b->n_live == 1 ? "it has" : "they have");
}

static void
note_of_load (ChartBuilder *b, char *note)
{
  if (note && *note)
    chart_note (b->chart, "%s", note);
  g_free (note);
}

/* Loads y, and x where it is a metric.  FALSE with @error: the figure is wrong; without: there
 * is nothing to draw, and the chart says why. */
static gboolean
load (ChartBuilder *b, GError **error)
{
  const AssayFigure *f = b->figure;
  const char *value = value_of_figure (f);
  g_autoptr (GError) problem = NULL;
  g_autofree char *keep = assay_figure_dims (f);
  char *note = NULL;

  b->frame = b->fold (b->set, b->study, value, f->where, f->fold, keep, &note, &problem);
  note_of_load (b, note);
  if (b->frame && f->mark != ASSAY_HEAT && f->mark != ASSAY_TABLE_OF_CELLS
      && !(b->chart->mark->flags & CHART_OF_X) && chart_is_metric (b->study, f->x))
    {
      note = NULL;
      b->xframe = b->fold (b->set, b->study, f->x, f->where, f->fold, keep, &note, &problem);
      note_of_load (b, note);
    }
  if (problem && problem->domain == ASSAY_ERROR && problem->code == ASSAY_ERROR_USAGE)
    {
      g_propagate_prefixed_error (error, g_steal_pointer (&problem), "Figure %s: ", f->id);
      return FALSE;
    }
  if (problem)
    b->chart->why = g_strdup (problem->message);
  return !problem && b->frame;
}

static void
parse_reference (ChartBuilder *b)
{
  g_auto (GStrv) words = assay_words (b->figure->lines);

  for (guint i = 0; words[i]; i++)
    {
      const char *equals = strchr (words[i], '=');
      g_autofree char *dim = equals ? g_strndup (words[i], (gsize) (equals - words[i])) : NULL;

      if (!dim || strcmp (dim, "x") == 0 || strcmp (dim, "y") == 0 || b->reference_dim)
        continue;
      b->reference_dim = g_steal_pointer (&dim);
      b->reference_level = g_strdup (equals + 1);
    }
}

static void
date_chart (AssayChart *chart, const AssayRunSet *set)
{
  for (guint i = 0; i < set->dirs->len; i++)
    chart->modified = MAX (chart->modified, ((AssayRunDir *) set->dirs->pdata[i])->finished);
}

static gboolean
build (ChartBuilder *b, GError **error)
{
  if (b->figure->mark == ASSAY_GRAPH)
    chart_build_net (b);
  else if (b->figure->mark == ASSAY_SAMPLES)
    chart_build_samples (b);
  else
    {
      g_autoptr (GError) wrong = NULL;

      if (!load (b, &wrong))
        {
          if (!wrong)
            return TRUE;
          g_propagate_error (error, g_steal_pointer (&wrong));
          return FALSE;
        }
      parse_reference (b);
      chart_build_caps (b);
      chart_resolve_channels (b);
      set_titles (b);
      if (!chart_build_cells (b, error))
        return FALSE;
      chart_build_lines (b);
      chart_build_references (b);
      chart_build_order (b);
      say_band (b);
    }
  say_runs (b);
  return TRUE;
}

static void
channel_clear (ChartChannel *channel)
{
  g_free (channel->id);
  g_clear_pointer (&channel->levels, g_ptr_array_unref);
  g_clear_pointer (&channel->numbers, g_array_unref);
  g_clear_pointer (&channel->of_code, g_array_unref);
}

static void
builder_clear (ChartBuilder *b)
{
  g_clear_pointer (&b->frame, assay_frame_free);
  g_clear_pointer (&b->xframe, assay_frame_free);
  for (guint i = 0; i < N_CHANNELS; i++)
    channel_clear (&b->channels[i]);
  g_ptr_array_unref (b->over);
  g_ptr_array_unref (b->per);
  g_free (b->path);
  g_free (b->reference_dim);
  g_free (b->reference_level);
  g_clear_pointer (&b->caps, g_hash_table_unref);
  g_clear_pointer (&b->cap_frame, assay_frame_free);
  g_free (b->slider_level);
}

/* Curves grow with their runs; what is folded over steps, or no curve, waits for the end. */
static gboolean
grows (const AssayFigure *figure)
{
  return figure->mark == ASSAY_LINE && g_strcmp0 (figure->x, "step") == 0 && !figure->fold;
}

/* The runs of the set and those that work at the moment; borrowed. */
static GPtrArray *
with_live (const AssayRunSet *set)
{
  GPtrArray *dirs = g_ptr_array_new ();

  g_ptr_array_extend (dirs, set->dirs, NULL, NULL);
  g_ptr_array_extend (dirs, set->live, NULL, NULL);
  return dirs;
}

static AssayChart *
one_figure (const AssayStudyInfo *study, const AssayFigure *figure, const ChartChange *change,
            AssayRunSet *set, ChartFoldFunc fold, GError **error)
{
  g_autoptr (AssayChart) chart
      = chart_new (figure->mark, figure->id, figure->title ? figure->title : figure->id);
  ChartBuilder b = { .study = study, .figure = figure, .set = set, .fold = fold, .chart = chart };
  g_autoptr (GPtrArray) dirs = NULL;
  AssayRunSet both;
  gboolean good;

  chart->source = g_strdup (figure->source);
  b.slide_to = change ? change->slider : NULL;
  if (set && change && change->live && set->live && set->live->len && grows (figure))
    {
      both = *set;
      both.dirs = dirs = with_live (set);
      b.set = &both;
      b.n_live = set->live->len;
      both.n_missing -= MIN (both.n_missing, b.n_live);
    }
  if (!b.set || !b.set->dirs->len)
    {
      chart->why = g_strdup ("No run of this study has ended yet.");
      return g_steal_pointer (&chart);
    }
  b.over = g_ptr_array_new_with_free_func (g_free);
  b.per = g_ptr_array_new_with_free_func (g_free);
  date_chart (chart, set);
  good = build (&b, error);
  if (good && change)
    chart_smooth (chart, change->smooth, change->amount);
  builder_clear (&b);
  return good ? g_steal_pointer (&chart) : NULL;
}

static AssayChart *
with_beside (const AssayStudyInfo *study, const AssayFigure *figure, const ChartChange *change,
             AssayRunSet *set, ChartFoldFunc fold, GError **error)
{
  g_autoptr (AssayChart) chart = one_figure (study, figure, change, set, fold, error);
  const AssayFigure *beside = figure->beside ? assay_study_figure (study, figure->beside) : NULL;

  /* A figure beside a figure is not followed further: no circle. */
  if (chart && beside && g_strcmp0 (beside->id, figure->id) != 0
      && !(chart->beside = one_figure (study, beside, NULL, set, fold, error)))
    return NULL;
  if (chart && chart->beside)
    chart_match_categories (chart, chart->beside);
  return g_steal_pointer (&chart);
}

AssayChart *
chart_of_figure (const AssayStudyInfo *study, const AssayFigure *figure, AssayRunSet *set,
                 ChartFoldFunc fold, GError **error)
{
  return with_beside (study, figure, NULL, set, fold, error);
}

AssayChart *
chart_of_figure_with (const AssayStudyInfo *study, const AssayFigure *figure, GHashTable *options,
                      gboolean live, AssayRunSet *set, ChartFoldFunc fold, GError **error)
{
  AssayChart *chart = NULL;
  ChartChange change;

  if (chart_change_init (&change, study, figure, options, error))
    {
      change.live = live;
      chart = with_beside (study, &change.figure, &change, set, fold, error);
      if (chart)
        chart_look_at (chart, &change);
    }
  chart_change_clear (&change);
  return chart;
}

AssayChart *
assay_chart_new (const AssayStudyInfo *study, const AssayFigure *figure, AssayRunSet *set,
                 GError **error)
{
  return chart_of_figure (study, figure, set, assay_fold_metric, error);
}

AssayChart *
assay_chart_new_with (const AssayStudyInfo *study, const AssayFigure *figure, GHashTable *options,
                      gboolean live, AssayRunSet *set, GError **error)
{
  return chart_of_figure_with (study, figure, options, live, set, assay_fold_metric, error);
}

char *
assay_chart_dim_title (const AssayStudyInfo *study, const char *dim)
{
  return chart_dim_title (study, dim);
}
