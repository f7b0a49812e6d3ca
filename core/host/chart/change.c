/* SPDX-License-Identifier: Apache-2.0
 *
 * What a face changes on a declared figure.
 */
#include "host/chart/change.h"
#include "host/registry/error.h"
#include <math.h>
#include <string.h>

const AssayChartOption assay_chart_options[] = {
  { "x-scale", "Horizontal axis", "linear log10 symlog sqrt",
    "Linear|Logarithmic|Logarithmic with zero|Square root" },
  { "y-scale", "Vertical axis", "linear log10 symlog sqrt",
    "Linear|Logarithmic|Logarithmic with zero|Square root" },
  { "center", "Center", "mean median iqm", "Mean|Median|Interquartile mean" },
  { "band", "Band", "interval none sd quartiles range t percentiles",
    "95 % interval, as claims are judged|None|Standard deviation|Quartiles|Range|"
    "95 % interval, Student’s t|2.5 % to 97.5 %" },
  { "color", "Color", NULL, NULL },
  { "dash", "Dash", NULL, NULL },
  { "row", "Rows", NULL, NULL },
  { "col", "Columns", NULL, NULL },
  { "per", "One line per", NULL, NULL },
  { "slider", "Slider", NULL, NULL },
  { "smooth", "Smoothing", NULL, NULL },
  { "x-range", NULL, NULL, NULL },
  { "y-range", NULL, NULL, NULL },
  { "hide-color", NULL, NULL, NULL },
  { "hide-dash", NULL, NULL, NULL },
};
const guint assay_n_chart_options = G_N_ELEMENTS (assay_chart_options);

static gboolean
wrong (GError **error, const char *name, const char *text)
{
  g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_USAGE, "A figure cannot have %s=%s.", name, text);
  return FALSE;
}

static gboolean
word_number (const AssayChartOption *option, const char *text, guint32 *number)
{
  g_auto (GStrv) words = assay_words (option->words);

  for (guint i = 0; words[i]; i++)
    if (strcmp (words[i], text) == 0)
      {
        *number = i;
        return TRUE;
      }
  return FALSE;
}

/* "ema 0.9" or "mean 5". */
static gboolean
parse_smooth (ChartChange *c, const char *text)
{
  g_auto (GStrv) words = assay_words (text);
  char *end = NULL;

  if (g_strv_length (words) != 2)
    return FALSE;
  c->amount = g_ascii_strtod (words[1], &end);
  if (!end || *end)
    return FALSE;
  c->smooth = strcmp (words[0], "ema") == 0    ? CHART_SMOOTH_EMA
              : strcmp (words[0], "mean") == 0 ? CHART_SMOOTH_MEAN
                                               : CHART_SMOOTH_NONE;
  if (c->smooth == CHART_SMOOTH_EMA)
    return c->amount > 0 && c->amount < 1;
  return c->smooth == CHART_SMOOTH_MEAN && c->amount >= 1 && c->amount <= 1e6;
}

/* "10:50.5". */
static gboolean
parse_range (const char *text, double *from, double *to)
{
  char *end = NULL;

  *from = g_ascii_strtod (text, &end);
  if (end == text || *end != ':')
    return FALSE;
  text = end + 1;
  *to = g_ascii_strtod (text, &end);
  return end != text && !*end && *from < *to && isfinite (*to - *from);
}

/* The list without one word. */
static const char *
without (ChartChange *c, const char *list, const char *word)
{
  g_auto (GStrv) words = assay_words (list);
  g_autoptr (GString) out = g_string_new (NULL);

  for (guint i = 0; words[i]; i++)
    if (strcmp (words[i], word) != 0)
      g_string_append_printf (out, "%s%s", out->len ? " " : "", words[i]);
  return g_string_chunk_insert (c->texts, out->str);
}

/* A dimension is shown in one way: it leaves where it was. */
static void
move_dim (ChartChange *c, const char **channel, const char *dim)
{
  AssayFigure *f = &c->figure;
  const char **channels[] = { &f->color, &f->dash, &f->row, &f->col, &f->slider };

  if (!f->over && !f->per)
    f->over = "seed";
  for (guint i = 0; i < G_N_ELEMENTS (channels); i++)
    if (g_strcmp0 (*channels[i], dim) == 0)
      *channels[i] = NULL;
  f->over = f->over ? without (c, f->over, dim) : NULL;
  f->per = f->per ? without (c, f->per, dim) : NULL;
  *channel = g_string_chunk_insert (c->texts, dim);
}

static gboolean
set_dim (ChartChange *c, const AssayStudyInfo *study, const char *name, const char *dim)
{
  AssayFigure *f = &c->figure;
  const struct
  {
    const char *name, **channel;
  } channels[] = { { "color", &f->color },
                   { "dash", &f->dash },
                   { "row", &f->row },
                   { "col", &f->col },
                   { "per", &f->per } };

  for (guint i = 0; i < G_N_ELEMENTS (channels); i++)
    if (strcmp (channels[i].name, name) == 0 && assay_study_dim (study, dim))
      {
        move_dim (c, channels[i].channel, dim);
        return TRUE;
      }
  return FALSE;
}

static gboolean
set_text (ChartChange *c, const char *name, const char *text)
{
  const struct
  {
    const char *name, **text;
  } texts[] = { { "slider", &c->slider },
                { "hide-color", &c->hide_color },
                { "hide-dash", &c->hide_dash } };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    if (strcmp (texts[i].name, name) == 0)
      {
        *texts[i].text = g_string_chunk_insert (c->texts, text);
        return TRUE;
      }
  return FALSE;
}

static gboolean
set_option (ChartChange *c, const AssayStudyInfo *study, const AssayChartOption *option,
            const char *text)
{
  const struct
  {
    const char *name;
    guint32 *number;
  } numbers[] = { { "x-scale", &c->figure.xscale },
                  { "y-scale", &c->figure.yscale },
                  { "center", &c->figure.center },
                  { "band", &c->figure.band } };

  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    if (strcmp (numbers[i].name, option->name) == 0)
      return word_number (option, text, numbers[i].number);
  if (strcmp (option->name, "smooth") == 0)
    return parse_smooth (c, text);
  if (strcmp (option->name, "x-range") == 0)
    return parse_range (text, &c->view.x_from, &c->view.x_to);
  if (strcmp (option->name, "y-range") == 0)
    return parse_range (text, &c->view.y_from, &c->view.y_to);
  return set_text (c, option->name, text) || set_dim (c, study, option->name, text);
}

gboolean
chart_change_init (ChartChange *c, const AssayStudyInfo *study, const AssayFigure *figure,
                   GHashTable *options, GError **error)
{
  *c = (ChartChange){ .figure = *figure, .texts = g_string_chunk_new (256) };
  for (guint i = 0; options && i < assay_n_chart_options; i++)
    {
      const char *name = assay_chart_options[i].name, *text = g_hash_table_lookup (options, name);

      if (text && !set_option (c, study, &assay_chart_options[i], text))
        return wrong (error, name, text);
    }
  return TRUE;
}

void
chart_change_clear (ChartChange *c)
{
  g_clear_pointer (&c->texts, g_string_chunk_free);
}

/* Which marks an option means something for. */
gboolean
assay_chart_takes (AssayChart *chart, const char *option)
{
  guint axes = assay_chart_axes (chart);
  gboolean line = chart->kind == ASSAY_LINE, members = chart_shows_members (chart->kind);
  gboolean grid = chart_is_grid (chart->kind);
  gboolean text = chart->kind == ASSAY_GRAPH || chart->kind == ASSAY_SAMPLES;
  const struct
  {
    const char *name;
    gboolean takes;
  } rows[] = { { "x-scale", axes & ASSAY_CHART_X },
               { "y-scale", axes & ASSAY_CHART_Y && chart->kind != ASSAY_HIST_CUMULATIVE
                                && chart->kind != ASSAY_SURVIVAL },
               { "center", !members && !text },
               { "band", !members && !text && chart->kind != ASSAY_HEAT },
               { "color", !grid && !text },
               { "dash", !grid && !text },
               { "row", !text },
               { "col", !text },
               { "per", line },
               { "slider", chart->slider && chart->slider->len > 1 },
               { "smooth", line } };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (strcmp (rows[i].name, option) == 0)
      return rows[i].takes && (!chart->why || axes);
  return FALSE;
}

const char *const *
assay_chart_dims (AssayChart *chart)
{
  static const char *const none[] = { NULL };

  return chart->dims && chart->dims->len ? (const char *const *) chart->dims->pdata : none;
}

const char *const *
assay_chart_slider (AssayChart *chart)
{
  static const char *const none[] = { NULL };

  return chart->slider && chart->slider->len ? (const char *const *) chart->slider->pdata : none;
}
