/* SPDX-License-Identifier: Apache-2.0 */
#include "synthetic.h"
#include <math.h>

const char *const data_names[N_DATA]
    = { "good", "empty", "nan", "one-point", "huge", "negative-on-log", "hostile" };

const char *const hostile_texts[]
    = { "<b>&amp;</b><script>alert(1)</script>",
        "\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d \xd7\xa2\xd7\x95\xd7\x9c\xd7\x9d",
        "line\nbreak\ttab\x01\x7f",
        "\xff\xfe broken \xc3",
        "\xe2\x80\xae"
        "gnirts desrever",
        "\xf0\x9f\x98\x80\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x94\xac",
        "%s%n%d \\\"'`${}" };
const guint n_hostile_texts = G_N_ELEMENTS (hostile_texts);

static const char *const arms[] = { "graph backup", "n-step (tuned)", "tree backup", "one-step" };
#define N_ARMS G_N_ELEMENTS (arms)

static const char *
name (DataKind kind, guint i)
{
  static char *novel; /* 10 kB */

  if (kind != DATA_HOSTILE)
    return arms[i % N_ARMS];
  if (!novel)
    novel = g_strnfill (10000, 'W');
  return i % (n_hostile_texts + 1) == n_hostile_texts ? novel : hostile_texts[i % n_hostile_texts];
}

/* A bell from three uniforms: what a picture needs. */
static double
noise (GRand *r)
{
  return (g_rand_double (r) + g_rand_double (r) + g_rand_double (r) - 1.5) * 1.1;
}

static double
spoil (DataKind kind, double value, guint i)
{
  switch (kind)
    {
    case DATA_NAN:
      return i % 3 == 1 ? NAN : i % 7 == 2 ? INFINITY : value;
    case DATA_HUGE:
      return i % 2 ? value * 1e300 : -value * 1e300;
    case DATA_NEGATIVE_ON_LOG:
      return i % 2 ? -value : value * 1e-3;
    default:
      return value;
    }
}

static void
fill_line (ChartPanel *panel, DataKind kind, guint arm, GRand *r)
{
  ChartSeries *s = chart_add_series (panel, name (kind, arm), (gint) arm, -1);
  guint n = kind == DATA_ONE ? 1 : 60;

  for (guint i = 0; i < n; i++)
    {
      double x = 500. * (i + 1), y = (1 - .18 * arm) * (1 - exp (-x / (4000 + 3000 * arm)));

      y = spoil (kind, y + .02 * noise (r), i);
      chart_series_add (s, x, y, y - .06 - .02 * arm, y + .06 + .02 * arm, 3);
    }
}

static void
fill_point (ChartPanel *panel, DataKind kind, guint arm, GRand *r)
{
  ChartSeries *s = chart_add_series (panel, name (kind, arm), (gint) arm, -1);

  for (guint i = 0; i < (kind == DATA_ONE ? 1 : 14); i++)
    {
      double x = g_rand_double (r), y = spoil (kind, x * .8 + .1 * arm + .12 * noise (r), i);
      double left = x - .03, right = x + .03;

      chart_series_add (s, x, y, y - .05, y + .05, 3);
      g_array_append_val (s->xlow, left);
      g_array_append_val (s->xhigh, right);
    }
}

static void
fill_category (ChartPanel *panel, DataKind kind, guint arm, GRand *r, guint members)
{
  ChartSeries *s = chart_add_series (panel, name (kind, arm), (gint) arm, -1);

  for (guint c = 0; c < 4; c++)
    for (guint m = 0; m < (kind == DATA_ONE ? 1 : members); m++)
      {
        double y = .8 - .12 * arm - .1 * c + (members > 1 ? .25 * noise (r) : 0);

        y = spoil (kind, y, c + m);
        chart_series_add (s, c, y, members > 1 ? NAN : y - .07, members > 1 ? NAN : y + .07, 5);
      }
}

static void
fill_cells (ChartPanel *panel, DataKind kind, guint nx, guint ny, GRand *r)
{
  ChartSeries *s = chart_add_series (panel, "", -1, -1);

  for (guint y = 0; y < ny; y++)
    for (guint x = 0; x < nx; x++)
      {
        double z = spoil (kind, .1 * x * (y + 1) - .6 + .1 * noise (r), x + y),
               interval[2] = { z - .1, z + .1 };

        if (kind == DATA_ONE && x + y > 0)
          return;
        chart_series_add (s, x, y, interval[0], interval[1], 3);
        g_array_append_val (s->z, z);
      }
}

static void
fill_times (ChartPanel *panel, DataKind kind, guint arm, GRand *r)
{
  ChartSeries *s = chart_add_series (panel, name (kind, arm), (gint) arm, -1);

  for (guint i = 0; i < (kind == DATA_ONE ? 1 : 40); i++)
    {
      double t = spoil (kind, 500 * (arm + 1) * -log (1 - g_rand_double (r)), i);
      double censored = t >= 2000 ? INFINITY : NAN;

      chart_series_add (s, MIN (t, 2000), NAN, NAN, NAN, 1);
      g_array_append_val (s->xhigh, censored);
    }
}

static void
fill_sample (ChartPanel *panel, DataKind kind, guint i)
{
  ChartSample *sample = g_new0 (ChartSample, 1);
  AssaySpan span = { 4, 9, .7f };

  sample->row = i / 2;
  sample->note = i % 3 ? NULL : g_strdup ("reward 0.31");
  sample->text = g_strdup (kind == DATA_HOSTILE ? name (kind, i)
                                                : "The quick brown fox jumps over the lazy dog "
                                                  "and says so at some length.");
  sample->column = i % 2;
  sample->twins = i == 2 ? 2 : 1;
  sample->spans = g_array_new (FALSE, FALSE, sizeof (AssaySpan));
  g_array_append_val (sample->spans, span);
  g_ptr_array_add (panel->texts, sample);
}

static void
fill (AssayChart *chart, ChartPanel *panel, DataKind kind, GRand *r)
{
  guint n = kind == DATA_ONE ? 1 : N_ARMS;

  if (kind == DATA_EMPTY)
    return;
  if (chart->kind == ASSAY_HEAT || chart->kind == ASSAY_TABLE_OF_CELLS)
    fill_cells (panel, kind, 6, 4, r);
  else if (chart->kind == ASSAY_SAMPLES)
    for (guint i = 0; i < 6; i++)
      fill_sample (panel, kind, i);
  else
    for (guint arm = 0; arm < n; arm++)
      switch (chart->kind)
        {
        case ASSAY_LINE:
          fill_line (panel, kind, arm, r);
          break;
        case ASSAY_POINT:
          fill_point (panel, kind, arm, r);
          break;
        case ASSAY_BAR:
          fill_category (panel, kind, arm, r, 1);
          break;
        case ASSAY_SPREAD_VIOLIN:
        case ASSAY_SPREAD_BOX:
        case ASSAY_SPREAD_STRIP:
          fill_category (panel, kind, arm, r, 30);
          break;
        default:
          fill_times (panel, kind, arm, r);
        }
}

static void
name_axes (AssayChart *chart, DataKind kind)
{
  gboolean cells = chart->kind == ASSAY_HEAT || chart->kind == ASSAY_TABLE_OF_CELLS;
  gboolean categories
      = cells || chart->kind == ASSAY_BAR
        || (chart->kind >= ASSAY_SPREAD_VIOLIN && chart->kind <= ASSAY_SPREAD_STRIP);

  chart->x.title = g_strdup (cells ? "Breadth" : categories ? "Environment" : "Environment steps");
  chart->y.title = g_strdup (cells ? "Depth" : "Episode return");
  chart->z.title = g_strdup (cells ? "Gain over one-step" : NULL);
  for (guint i = 0; categories && i < (cells ? 6 : 4); i++)
    {
      static const char *const names[]
          = { "Empty-8x8", "DoorKey-5x5", "LavaGapS5", "FourRooms", "Unlock", "MultiRoom" };

      chart_add_category (&chart->x, kind == DATA_HOSTILE ? name (kind, i) : names[i]);
    }
  for (guint i = 0; chart->kind == ASSAY_SAMPLES && i < 5; i++)
    chart_add_category (i < 2 ? &chart->x : &chart->y, name (kind, i));
  for (guint i = 0; cells && i < 4; i++)
    chart_add_category (&chart->y, name (kind, i));
  if (cells)
    return;
  chart->color.title = g_strdup ("Agent");
  for (guint i = 0; i < N_ARMS; i++)
    chart_key_add (&chart->color, name (kind, i));
}

AssayChart *
synthetic_chart (guint32 mark, DataKind kind, guint cols)
{
  AssayChart *chart = chart_new (mark, "figure", "Learning curves of four agents");
  GRand *r = g_rand_new_with_seed (7);

  if (kind == DATA_NEGATIVE_ON_LOG)
    chart->x.kind = chart->y.kind = ASSAY_LOG10;
  name_axes (chart, kind);
  chart->n_cols = MAX (cols, 1);
  for (guint i = 0; i < chart->n_cols; i++)
    fill (chart, chart_add_panel (chart, NULL, cols > 1 ? name (kind, i) : NULL), kind, r);
  if (mark == ASSAY_LINE || mark == ASSAY_BAR)
    chart->band = g_strdup ("Mean over seed; band: 95 % interval");
  chart->source = g_strdup ("Jiang et al., Fig. 3");
  g_rand_free (r);
  return chart;
}

AssayChart *
synthetic_lines (guint n_series, guint n)
{
  AssayChart *chart = chart_new (ASSAY_LINE, "lines", "");
  ChartPanel *panel = chart_add_panel (chart, NULL, NULL);
  GRand *r = g_rand_new_with_seed (3);

  for (guint k = 0; k < n_series; k++)
    {
      ChartSeries *s = chart_add_series (panel, arms[k % N_ARMS], (gint) k, -1);
      double level = k;

      for (guint i = 0; i < n; i++)
        {
          double x = i, y;

          level += .01 * noise (r);
          y = level + .3 * noise (r);
          g_array_append_val (s->x, x);
          g_array_append_val (s->y, y);
        }
    }
  g_rand_free (r);
  return chart;
}

AssayGraphData *
synthetic_graph (guint n, const char *engine)
{
  guint n_edges = n ? n - 1 + n / 3 : 0;
  AssayGraphData *graph = assay_graph_new (n, n_edges);
  AssayGraphColumn *value = g_new0 (AssayGraphColumn, 1), *title = g_new0 (AssayGraphColumn, 1);
  GRand *r = g_rand_new_with_seed (5);

  value->id = g_strdup ("value");
  value->numbers = g_new0 (double, n + 1);
  title->id = g_strdup ("state \"x\"\\");
  title->texts = g_new0 (char *, n + 1);
  for (guint i = 0; i < n; i++)
    {
      value->numbers[i] = i % 11 == 3 ? NAN : (double) i / n;
      title->texts[i] = g_strdup (i % 5 ? "s" : "<\"quoted\">\n");
    }
  g_ptr_array_add (graph->node_columns, value);
  g_ptr_array_add (graph->node_columns, title);
  for (guint i = 0; i < n_edges; i++)
    {
      guint to = i < n - 1 ? i + 1 : (guint) g_rand_int_range (r, 0, (gint32) n);
      guint near = to > 12 ? to - 12 : 0;

      graph->to[i] = to;
      graph->from[i] = to ? (guint32) g_rand_int_range (r, (gint32) near, (gint32) to) : 0;
    }
  g_rand_free (r);
  if (engine)
    {
      g_autoptr (GError) error = NULL;

      assay_graph_layout (graph, engine, 30, NULL, &error);
      g_assert_no_error (error);
    }
  return graph;
}
