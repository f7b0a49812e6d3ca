/* SPDX-License-Identifier: Apache-2.0
 *
 * A chart in words and in numbers.
 */
#include "host/chart/marks.h"
#include <math.h>
#include <string.h>

#define SPOKEN 8 /* series that a description names */

static void
csv_field (GString *out, const char *text)
{
  if (text && strpbrk (text, ",\"\r\n"))
    {
      g_string_append_c (out, '"');
      for (; *text; text++)
        {
          if (*text == '"')
            g_string_append_c (out, '"');
          g_string_append_c (out, *text);
        }
      g_string_append_c (out, '"');
    }
  else
    g_string_append (out, text ? text : "");
}

static void
csv_number (GString *out, double value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  g_string_append_c (out, ',');
  if (isfinite (value))
    g_string_append (out, g_ascii_dtostr (text, sizeof text, value));
}

static void
csv_place (GString *out, const ChartAxis *axis, double at)
{
  if (axis->categories && at >= 0 && at < axis->categories->len)
    {
      g_string_append_c (out, ',');
      csv_field (out, axis->categories->pdata[(guint) at]);
    }
  else
    csv_number (out, at);
}

static const char *
key_level (const ChartKey *key, gint level)
{
  return key->levels && level >= 0 && (guint) level < key->levels->len ? key->levels->pdata[level]
                                                                       : "";
}

static void
csv_series (const AssayChart *chart, const ChartPanel *panel, const ChartSeries *s, gboolean raw,
            GString *out)
{
  for (guint i = 0; i < s->x->len; i++)
    {
      const char *texts[] = { panel->row, panel->col, key_level (&chart->color, s->color),
                              key_level (&chart->dash, s->dash), s->label };

      for (guint k = 0; k < G_N_ELEMENTS (texts); k++)
        {
          if (k > 0)
            g_string_append_c (out, ',');
          csv_field (out, texts[k]);
        }
      csv_place (out, &chart->x, chart_at (s->x, i));
      csv_place (out, &chart->y, chart_at (s->y, i));
      csv_number (out, chart_at (s->z, i));
      csv_number (out, chart_at (s->low, i));
      csv_number (out, chart_at (s->high, i));
      csv_number (out, chart_at (s->xlow, i));
      csv_number (out, chart_at (s->xhigh, i));
      g_string_append_printf (out, ",%u", i < s->n->len ? g_array_index (s->n, guint, i) : 1);
      if (raw)
        csv_number (out, chart_at (s->raw, i));
      g_string_append_c (out, '\n');
    }
}

static gboolean
is_smoothed (const AssayChart *chart)
{
  for (guint p = 0; p < chart->panels->len; p++)
    {
      const ChartPanel *panel = chart->panels->pdata[p];

      if (panel->series->len && ((ChartSeries *) panel->series->pdata[0])->raw->len)
        return TRUE;
    }
  return FALSE;
}

char *
assay_chart_csv (AssayChart *chart)
{
  GString *out = g_string_new (NULL);
  const char *names[] = { "row", "col", chart->color.title ? chart->color.title : "color",
                          chart->dash.title ? chart->dash.title : "dash", "series" };
  gboolean raw;

  chart_prepare (chart);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      if (i > 0)
        g_string_append_c (out, ',');
      csv_field (out, names[i]);
    }
  raw = is_smoothed (chart);
  g_string_append_printf (out, ",x,y,z,low,high,x low,x high,n%s\n", raw ? ",measured" : "");
  for (guint p = 0; p < chart->panels->len; p++)
    {
      ChartPanel *panel = chart->panels->pdata[p];

      for (guint k = 0; k < panel->series->len; k++)
        csv_series (chart, panel, panel->series->pdata[k], raw, out);
    }
  if (chart->beside)
    {
      g_autofree char *more = assay_chart_csv (chart->beside);

      g_string_append_c (out, '\n');
      g_string_append (out, more);
    }
  return g_string_free (out, FALSE);
}

/* Without a full stop of its own a sentence gets one. */
static void
sentence (GString *out, const char *text)
{
  gsize n = text ? strlen (text) : 0;

  if (!n)
    return;
  if (out->len)
    g_string_append_c (out, ' ');
  g_string_append (out, text);
  if (!strchr (".!?", text[n - 1]))
    g_string_append_c (out, '.');
}

static void
count_all (const AssayChart *chart, guint *low, guint *high)
{
  *low = G_MAXUINT;
  *high = 0;
  for (guint p = 0; p < chart->panels->len; p++)
    {
      const ChartPanel *panel = chart->panels->pdata[p];

      for (guint k = 0; k < panel->series->len; k++)
        {
          const ChartSeries *s = panel->series->pdata[k];

          for (guint i = 0; i < s->n->len && !s->reference && !s->thin; i++)
            {
              *low = MIN (*low, g_array_index (s->n, guint, i));
              *high = MAX (*high, g_array_index (s->n, guint, i));
            }
        }
    }
}

char *
assay_chart_caption (AssayChart *chart)
{
  GString *out = g_string_new (NULL);
  guint low, high;

  chart_prepare (chart);
  if (!chart->why)
    {
      count_all (chart, &low, &high);
      if (chart->band)
        {
          g_autofree char *text = low == high
                                      ? g_strdup_printf ("%s (n = %u)", chart->band, high)
                                      : g_strdup_printf ("%s (n = %u–%u)", chart->band, low, high);

          sentence (out, high > 0 ? text : chart->band);
        }
      else if (high > 1 && !chart->color.levels)
        {
          g_autofree char *text = low == high ? g_strdup_printf ("n = %u", high)
                                              : g_strdup_printf ("n = %u–%u", low, high);

          sentence (out, text);
        }
    }
  for (guint i = 0; i < chart->notes->len; i++)
    sentence (out, chart->notes->pdata[i]);
  if (chart->source && *chart->source)
    {
      g_autofree char *source = g_strdup_printf ("Paper: %s", chart->source);

      sentence (out, source);
    }
  return g_string_free (out, FALSE);
}

static void
describe_series (const AssayChart *chart, const ChartSeries *s, GString *out)
{
  const GArray *values = s->z->len ? s->z : s->y;
  double last = NAN, low = NAN, high = NAN;

  for (guint i = 0; i < values->len; i++)
    if (isfinite (chart_at (values, i)))
      {
        last = chart_at (values, i);
        low = chart_at (s->low, i);
        high = chart_at (s->high, i);
      }
  if (isfinite (last))
    {
      g_autofree char *value = chart_number (last), *a = chart_number (low),
                      *b = chart_number (high);

      g_string_append_printf (out, "%s%s%s", *s->label ? s->label : "last value",
                              *s->label ? ": last value " : " ", value);
      if (isfinite (low) && isfinite (high))
        g_string_append_printf (out, " (%s to %s)", a, b);
    }
  else
    g_string_append_printf (out, "%s: no value", *s->label ? s->label : "one series");
}

char *
assay_chart_describe (AssayChart *chart)
{
  g_autoptr (GString) out = g_string_new (NULL);
  guint said = 0, total = 0;

  chart_prepare (chart);
  g_string_append_printf (out, "%s (%s)", *chart->title ? chart->title : chart->id,
                          chart->mark->name);
  if (chart->why)
    {
      g_string_append_printf (out, ": %s", chart->why);
      return chart_clean (out->str, 2000);
    }
  if (chart->y.title && chart->x.title)
    g_string_append_printf (out, ", %s against %s", chart->y.title, chart->x.title);
  if (chart->z.title)
    g_string_append_printf (out, ", colour: %s", chart->z.title);
  if (chart->panels->len > 1)
    g_string_append_printf (out, ", %u panels", chart->panels->len);
  for (guint p = 0; p < chart->panels->len; p++)
    {
      const ChartPanel *panel = chart->panels->pdata[p];

      if (panel->graph)
        g_string_append_printf (out, ". %s%s%u nodes, %u edges", panel->col ? panel->col : "",
                                panel->col ? ": " : "", panel->graph->n_nodes,
                                panel->graph->n_edges);
      if (panel->texts->len)
        g_string_append_printf (out, ". %u texts to read", panel->texts->len);
      for (guint k = 0; k < panel->series->len; k++)
        {
          const ChartSeries *s = panel->series->pdata[k];

          total++;
          if (s->thin || said == SPOKEN)
            continue;
          g_string_append (out, said++ ? "; " : ". ");
          if (panel->row || panel->col)
            g_string_append_printf (out, "%s%s%s, ", panel->row ? panel->row : "",
                                    panel->row && panel->col ? " " : "",
                                    panel->col ? panel->col : "");
          describe_series (chart, s, out);
        }
    }
  if (total > said)
    g_string_append_printf (out, "; and %u more", total - said);
  g_string_append_c (out, '.');
  return chart_clean (out->str, 2000);
}
