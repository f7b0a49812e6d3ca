/* SPDX-License-Identifier: Apache-2.0
 *
 * What a face changes on a figure, and how it looks into a chart.
 */
#include "base/num/stats.h"
#include "host/chart/marks.h"
#include "synthetic.h"
#include "world.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define WIDTH 800
#define HEIGHT 500

static void
draw (AssayChart *chart)
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, WIDTH, HEIGHT);
  cairo_t *cr = cairo_create (surface);

  assay_chart_draw (chart, cr, WIDTH, HEIGHT);
  g_assert_cmpint (cairo_status (cr), ==, CAIRO_STATUS_SUCCESS);
  cairo_destroy (cr);
  cairo_surface_destroy (surface);
}

/* @options: "name=value|name=value" */
static AssayChart *
figure_with (const char *id, const char *options, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (AssayStudyInfo) study = assay_study_info_from_study (&world_study, &problem);
  g_autoptr (GHashTable) table = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_auto (GStrv) parts = g_strsplit (options, "|", -1);
  AssayRunSet *set = world_set ();
  AssayChart *chart;

  g_assert_no_error (problem);
  world_depths = strcmp (id, "heat") == 0;
  for (guint i = 0; parts[i] && *parts[i]; i++)
    {
      char *equals = strchr (parts[i], '=');

      g_hash_table_insert (table, g_strndup (parts[i], (gsize) (equals - parts[i])),
                           g_strdup (equals + 1));
    }
  chart = chart_of_figure_with (study, assay_study_figure (study, id), table, FALSE, set,
                                world_fold, error);
  world_set_free (set);
  return chart;
}

static AssayChart *
changed (const char *id, const char *options)
{
  g_autoptr (GError) error = NULL;
  AssayChart *chart = figure_with (id, options, &error);

  g_assert_no_error (error);
  g_assert_null (chart->why);
  return chart;
}

static ChartSeries *
series_of (AssayChart *chart, guint panel, guint i)
{
  g_assert_cmpuint (panel, <, chart->panels->len);
  return ((ChartPanel *) chart->panels->pdata[panel])->series->pdata[i];
}

static gboolean
caption_says (AssayChart *chart, const char *text)
{
  g_autofree char *caption = assay_chart_caption (chart);

  g_test_message ("%s", caption);
  return strstr (caption, text) != NULL;
}

static void
test_no_change_is_the_declared_figure (void)
{
  static const char *const ids[] = { "curves", "bars", "heat", "table", "against" };

  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (AssayStudyInfo) study = assay_study_info_from_study (&world_study, &error);
      AssayRunSet *set = world_set ();
      g_autoptr (AssayChart) same = changed (ids[i], "");
      g_autoptr (AssayChart) declared
          = chart_of_figure (study, assay_study_figure (study, ids[i]), set, world_fold, &error);
      g_autofree char *a = assay_chart_svg (declared, "a", 0, 0, &error);
      g_autofree char *b = assay_chart_svg (same, "a", 0, 0, &error);

      g_assert_no_error (error);
      g_assert_cmpstr (a, ==, b);
      world_set_free (set);
    }
}

static void
test_options_change_scales_centers_and_bands (void)
{
  g_autoptr (AssayChart) declared = changed ("curves", "");
  g_autoptr (AssayChart) chart
      = changed ("curves", "x-scale=log10|y-scale=symlog|center=median|band=range");
  g_autoptr (AssayChart) t = changed ("curves", "center=mean|band=t");
  g_autoptr (AssayChart) none = changed ("curves", "band=none");
  g_autoptr (AssayChart) wide = changed ("curves", "band=percentiles");
  const ChartSeries *s = series_of (t, 0, 0), *w = series_of (wide, 0, 0);

  g_assert_cmpuint (declared->x.kind, ==, ASSAY_LINEAR);
  g_assert_cmpuint (chart->x.kind, ==, ASSAY_LOG10);
  g_assert_cmpuint (chart->y.kind, ==, ASSAY_SYMLOG);
  g_assert_true (caption_says (chart, "Median over seed; band: range"));
  g_assert_true (
      caption_says (t, "Mean over seed; band: 95 % interval of the mean by Student's t"));
  g_assert_true (isfinite (chart_at (s->low, 9)));
  /* It stands around the mean. */
  g_assert_cmpfloat_with_epsilon (chart_at (s->high, 9) - chart_at (s->y, 9),
                                  chart_at (s->y, 9) - chart_at (s->low, 9), 1e-9);
  g_assert_false (isfinite (chart_at (series_of (none, 0, 0)->low, 9)));
  g_assert_cmpfloat (chart_at (w->low, 9), <, chart_at (w->high, 9));
}

static void
test_the_t_band_is_the_textbooks (void)
{
  g_autoptr (AssayChart) t = changed ("curves", "center=mean|band=t");
  g_autoptr (AssayChart) seeds = changed ("curves", "per=seed");
  const ChartSeries *s = series_of (t, 0, 0);
  double members[8], half;
  guint n = 0;

  for (guint i = 0; i < ((ChartPanel *) seeds->panels->pdata[0])->series->len; i++)
    {
      const ChartSeries *thin = series_of (seeds, 0, i);

      if (thin->thin && thin->color == s->color && n < G_N_ELEMENTS (members))
        members[n++] = chart_at (thin->y, 9);
    }
  g_assert_cmpuint (n, ==, 5);
  /* 2.776 is the 97.5 % point with four degrees of freedom. */
  half = 2.776445105 * assay_sd (members, NULL, n) / sqrt (n);
  g_assert_cmpfloat_with_epsilon (chart_at (s->high, 9) - chart_at (s->y, 9), half, 1e-8);
}

static void
test_dimensions_move_between_channels (void)
{
  g_autoptr (AssayChart) chart = changed ("curves", "color=env");
  g_autoptr (AssayChart) seeds = changed ("curves", "per=seed|row=agent");
  guint thin = 0;
  const char *const *dims = assay_chart_dims (chart);

  g_assert_cmpstr (chart->color.title, ==, "Environment");
  /* No panel for it any more; the agent takes the next free channel. */
  g_assert_cmpuint (chart->panels->len, ==, 1);
  g_assert_cmpstr (chart->dash.title, ==, "Agent");
  g_assert_true (g_strv_contains (dims, "env") && g_strv_contains (dims, "agent")
                 && g_strv_contains (dims, "seed") && !g_strv_contains (dims, "step"));
  g_assert_cmpuint (seeds->panels->len, ==, 4 * 3);
  for (guint i = 0; i < ((ChartPanel *) seeds->panels->pdata[0])->series->len; i++)
    thin += series_of (seeds, 0, i)->thin;
  g_assert_cmpuint (thin, ==, 5);
}

static void
test_a_slider_shows_one_level (void)
{
  g_autoptr (AssayChart) all = changed ("slider", "");
  const char *const *levels = assay_chart_slider (all);
  g_autofree char *option = g_strconcat ("slider=", levels[2], NULL);
  g_autofree char *says = g_strconcat ("Step: ", levels[2], NULL);
  g_autoptr (AssayChart) one = changed ("slider", option);
  g_autoptr (AssayChart) gone = changed ("slider", "slider=nowhere");

  g_assert_cmpuint (g_strv_length ((GStrv) levels), ==, 40);
  g_assert_cmpuint (all->panels->len, ==, 6);
  g_assert_cmpuint (one->panels->len, ==, 1);
  g_assert_true (caption_says (one, says));
  g_assert_true (assay_chart_takes (one, "slider"));
  /* A level that is not there any more is as none. */
  g_assert_cmpuint (gone->panels->len, ==, 6);
}

static void
test_wrong_options_are_sentences (void)
{
  static const char *const wrong[] = {
    "x-scale=round", "band=wide",     "color=nowhere",  "smooth=ema 2",  "smooth=ema",
    "smooth=x 1",    "x-range=",      "x-range=5",      "x-range=5:",    "x-range=:5",
    "x-range=5:5",   "x-range=9:1",   "x-range=nan:1",  "x-range=0:inf", "x-range=-9e307:9e307",
    "y-range=0:1:2", "y-range=0:1 2", "y-range=one:two"
  };

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (figure_with ("curves", wrong[i], &error));
      g_assert_error (error, ASSAY_ERROR, ASSAY_ERROR_USAGE);
      g_assert_nonnull (strstr (error->message, wrong[i]));
    }
}

static char *
svg_of (AssayChart *chart)
{
  g_autoptr (GError) error = NULL;
  char *svg = assay_chart_svg (chart, "a", 0, 0, &error);

  g_assert_no_error (error);
  return svg;
}

/* "name=value|name=value", but names of levels have "/" between them. */
static char *
told_look (AssayChart *chart)
{
  g_autoptr (GHashTable) table = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  static const char *const names[] = { "x-range", "y-range", "hide-color", "hide-dash" };
  GString *text = g_string_new (NULL);

  g_hash_table_insert (table, g_strdup ("y-range"), g_strdup ("0:1"));
  assay_chart_tell_look (chart, table);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_hash_table_contains (table, names[i]))
      g_string_append_printf (text, "%s%s=%s", text->len ? "|" : "", names[i],
                              (char *) g_hash_table_lookup (table, names[i]));
  return g_string_free (text, FALSE);
}

static void
test_what_is_looked_at_comes_back_from_words (void)
{
  g_autoptr (AssayChart) chart = changed ("curves", ""), again = NULL, hidden = NULL;
  g_autofree char *nothing = told_look (chart), *whole = svg_of (chart), *words = NULL,
                  *window = NULL, *first = NULL, *second = NULL;
  AssayChartBox box, seen;
  AssayChartView view, back;

  g_assert_cmpstr (nothing, ==, "");
  g_assert_true (assay_chart_panel (chart, 0, &box));
  seen = (AssayChartBox){ box.x + box.width / 3, box.y + box.height / 7, box.width / 3.7,
                          box.height / 2 };
  assay_chart_zoom (chart, &box, &seen, ASSAY_CHART_X | ASSAY_CHART_Y);
  window = told_look (chart);
  again = changed ("curves", window);
  view = assay_chart_get_view (chart);
  back = assay_chart_get_view (again);
  g_assert_cmpmem (&view, sizeof view, &back, sizeof back);
  first = svg_of (chart);
  second = svg_of (again);
  g_assert_cmpstr (first, ==, second);
  g_assert_cmpstr (first, !=, whole);
  /* And with levels hidden. */
  hidden = changed ("curves", "hide-color=one-step");
  words = told_look (hidden);
  g_assert_cmpstr (words, ==, "hide-color=one-step");
}

static void
test_a_range_without_data_is_as_none (void)
{
  static const char *const ranges[]
      = { "x-range=1e6:2e6", "x-range=-1e300:-1e299", "y-range=1e9:1e10",
          "x-range=5000:5000.0000001", "x-range=-1e307:1e307" };

  for (guint i = 0; i < G_N_ELEMENTS (ranges); i++)
    {
      g_autoptr (AssayChart) chart = changed ("curves", ranges[i]);
      AssayChartView view = assay_chart_get_view (chart);

      g_assert_cmpfloat (view.x_to - view.x_from, ==, 0);
      g_assert_cmpfloat (view.y_to - view.y_from, ==, 0);
    }
}

static void
test_smoothing_keeps_what_was_measured (void)
{
  g_autoptr (AssayChart) declared = changed ("curves", "");
  g_autoptr (AssayChart) ema = changed ("curves", "smooth=ema 0.9");
  g_autoptr (AssayChart) mean = changed ("curves", "smooth=mean 2");
  const ChartSeries *d = series_of (declared, 0, 0), *e = series_of (ema, 0, 0),
                    *m = series_of (mean, 0, 0);
  double sum = 0, mass = 0;
  g_autofree char *csv = assay_chart_csv (ema), *plain = assay_chart_csv (declared);

  g_assert_cmpuint (e->raw->len, ==, d->y->len);
  g_assert_cmpuint (d->raw->len, ==, 0);
  for (guint i = 0; i < d->y->len; i++)
    {
      g_assert_cmpfloat (chart_at (e->raw, i), ==, chart_at (d->y, i));
      sum = .9 * sum + .1 * chart_at (d->y, i);
      mass = .9 * mass + .1;
      g_assert_cmpfloat_with_epsilon (chart_at (e->y, i), sum / mass, 1e-12);
    }
  /* The first value is itself: no bias towards 0. */
  g_assert_cmpfloat_with_epsilon (chart_at (e->y, 0), chart_at (d->y, 0), 1e-12);
  g_assert_cmpfloat_with_epsilon (chart_at (m->y, 5),
                                  (chart_at (d->y, 3) + chart_at (d->y, 4) + chart_at (d->y, 5)
                                   + chart_at (d->y, 6) + chart_at (d->y, 7))
                                      / 5,
                                  1e-12);
  g_assert_cmpfloat (chart_at (m->y, 0), ==, chart_at (d->y, 0));
  g_assert_true (caption_says (ema, "Smoothed: exponential mean, weight 0.9"));
  g_assert_nonnull (strstr (csv, ",n,measured\n"));
  g_assert_null (strstr (plain, "measured"));
}

static void
test_a_window_shows_a_part_and_y_fits_it (void)
{
  g_autoptr (AssayChart) chart = synthetic_lines (2, 100000);
  AssayChartView view = { 20000, 21000, 0, 0 }, zoomed;
  AssayChartBox box, seen;
  guint from, to;
  double lo = INFINITY, hi = -INFINITY;
  const ChartSeries *s;

  draw (chart);
  assay_chart_set_view (chart, &view);
  draw (chart);
  s = series_of (chart, 0, 0);
  g_assert_true (s->rising);
  chart_visible (chart, s, &from, &to);
  g_assert_cmpuint (from, ==, 19999);
  g_assert_cmpuint (to, ==, 21001);
  for (guint k = 0; k < 2; k++)
    for (guint i = 20000; i <= 21000; i++)
      {
        lo = MIN (lo, chart_at (series_of (chart, 0, k)->y, i));
        hi = MAX (hi, chart_at (series_of (chart, 0, k)->y, i));
      }
  g_assert_cmpfloat (chart->y.scale.lo, <=, lo);
  g_assert_cmpfloat (chart->y.scale.hi, >=, hi);
  g_assert_cmpfloat (chart->y.scale.hi - chart->y.scale.lo, <, 1.1 * (hi - lo));
  /* Twice as near around the left edge. */
  g_assert_true (assay_chart_panel (chart, 0, &box));
  seen = (AssayChartBox){ box.x, box.y, box.width / 2, box.height };
  assay_chart_zoom (chart, &box, &seen, ASSAY_CHART_X);
  zoomed = assay_chart_get_view (chart);
  g_assert_cmpfloat_with_epsilon (zoomed.x_from, 20000, 1e-6);
  g_assert_cmpfloat_with_epsilon (zoomed.x_to, 20500, 1e-6);
  g_assert_true (zoomed.y_from == zoomed.y_to);
  /* Far out is all of it. */
  seen = (AssayChartBox){ box.x - 1e6, box.y, 2e6, box.height };
  assay_chart_zoom (chart, &box, &seen, ASSAY_CHART_X);
  zoomed = assay_chart_get_view (chart);
  g_assert_true (zoomed.x_from == zoomed.x_to);
}

static void
test_a_window_on_a_logarithmic_axis_moves_by_factors (void)
{
  g_autoptr (AssayChart) chart = changed ("curves", "x-scale=log10");
  AssayChartBox box, seen;
  AssayChartView one, two;

  draw (chart);
  g_assert_true (assay_chart_panel (chart, 0, &box));
  seen = (AssayChartBox){ box.x + box.width / 4, box.y, box.width / 4, box.height };
  assay_chart_zoom (chart, &box, &seen, ASSAY_CHART_X);
  one = assay_chart_get_view (chart);
  draw (chart);
  g_assert_true (assay_chart_panel (chart, 0, &box));
  seen = (AssayChartBox){ box.x + box.width, box.y, box.width, box.height };
  assay_chart_zoom (chart, &box, &seen, ASSAY_CHART_X);
  two = assay_chart_get_view (chart);
  g_assert_cmpfloat_with_epsilon (two.x_from, one.x_to, 1e-6 * one.x_to);
  g_assert_cmpfloat_with_epsilon (two.x_to / two.x_from, one.x_to / one.x_from, 1e-6);
}

static void
test_the_nearest_point_is_found (void)
{
  static const guint32 marks[]
      = { ASSAY_LINE, ASSAY_POINT,          ASSAY_BAR,     ASSAY_SPREAD_STRIP,
          ASSAY_HEAT, ASSAY_TABLE_OF_CELLS, ASSAY_SURVIVAL };

  for (guint m = 0; m < G_N_ELEMENTS (marks); m++)
    {
      g_autoptr (AssayChart) chart = synthetic_chart (marks[m], DATA_GOOD, 1);
      AssayChartHit walk = { .panel = G_MAXUINT }, hit;
      guint found = 0, asked = 0;

      draw (chart);
      while (assay_chart_hit_next (chart, &walk, 1, 0))
        for (walk.point = 0; assay_chart_hit_next (chart, &walk, 0, 1);)
          {
            const ChartSeries *s = series_of (chart, 0, walk.series);

            asked++;
            g_assert_true (assay_chart_hit (chart, walk.at_x, walk.at_y, 5, &hit));
            /* Of points on one place any will do. */
            found += hit.series == walk.series
                     || hypot (hit.at_x - walk.at_x, hit.at_y - walk.at_y) < 3;
            g_assert_cmpfloat (hit.x, ==,
                               chart_at (series_of (chart, 0, hit.series)->x, hit.point));
            g_assert_cmpuint (s->x->len, >, walk.point);
          }
      g_assert_cmpuint (asked, >, 5);
      g_assert_cmpuint (found, ==, asked);
      g_assert_false (assay_chart_hit (chart, -100, -100, 5, &hit));
    }
}

static void
test_a_hit_names_the_runs_behind_it (void)
{
  g_autoptr (AssayChart) chart = changed ("curves", "");
  g_autoptr (AssayChart) bars = changed ("bars", "");
  AssayChartHit hit = { .panel = G_MAXUINT }, bar = { .panel = G_MAXUINT };
  AssayChartEntry entry;
  g_autofree char *filter = NULL, *of_bar = NULL, *value = NULL, *where = NULL;
  AssayRunSet *set = world_set ();
  g_auto (GStrv) ids = NULL;

  draw (chart);
  draw (bars);
  g_assert_true (assay_chart_hit_next (chart, &hit, 1, 0));
  filter = assay_chart_hit_filter (chart, &hit);
  value = assay_chart_hit_value (chart, &hit);
  where = assay_chart_hit_place (chart, &hit);
  g_assert_true (assay_chart_hit_entry (chart, &hit, &entry));
  g_test_message ("%s; %s; %s", filter, where, value);
  g_assert_true (g_str_has_prefix (filter, "agent="));
  g_assert_nonnull (strstr (filter, " env="));
  g_assert_nonnull (strstr (value, "n = 5"));
  g_assert_true (g_str_has_prefix (where, "Empty-8x8 · Step: "));
  g_assert_true (assay_chart_hit_next (bars, &bar, 1, 0));
  of_bar = assay_chart_hit_filter (bars, &bar);
  g_assert_nonnull (strstr (of_bar, "env="));
  ids = assay_chart_hit_runs (chart, &hit, set);
  g_assert_nonnull (ids);
  world_set_free (set);
}

static void
test_hidden_levels_are_not_drawn_hit_or_walked_to (void)
{
  g_autoptr (AssayChart) chart = synthetic_chart (ASSAY_LINE, DATA_GOOD, 1);
  AssayChartHit first = { .panel = G_MAXUINT }, hit;
  AssayChartEntry entry;

  draw (chart);
  g_assert_true (assay_chart_hit_next (chart, &first, 1, 0));
  first.point = 40;
  g_assert_true (assay_chart_hit_next (chart, &first, 0, 1));
  assay_chart_entry (chart, 0, &entry);
  assay_chart_hide (chart, entry, TRUE);
  draw (chart);
  if (assay_chart_hit (chart, first.at_x, first.at_y, 5, &hit))
    g_assert_cmpuint (hit.series, !=, 0);
  hit = (AssayChartHit){ .panel = G_MAXUINT };
  g_assert_true (assay_chart_hit_next (chart, &hit, 1, 0));
  g_assert_cmpuint (hit.series, ==, 1);
  assay_chart_hide (chart, entry, FALSE);
  draw (chart);
  g_assert_true (assay_chart_hit (chart, first.at_x, first.at_y, 5, &hit));
  g_assert_cmpuint (hit.series, ==, 0);
}

/* Mean lightness of a picture, 0 to 1. */
static double
brightness (AssayChart *chart, const double ink[3], const double paper[3])
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, 200, 150);
  cairo_t *cr = cairo_create (surface);
  const unsigned char *data;
  double sum = 0;
  int stride;

  assay_chart_draw_on (chart, cr, 200, 150, ink, paper);
  cairo_destroy (cr);
  cairo_surface_flush (surface);
  data = cairo_image_surface_get_data (surface);
  stride = cairo_image_surface_get_stride (surface);
  for (int y = 0; y < 150; y++)
    for (int x = 0; x < 200; x++)
      sum += data[y * stride + 4 * x + 1];
  cairo_surface_destroy (surface);
  return sum / (200 * 150 * 255);
}

static void
test_a_dark_paper_is_for_the_screen_only (void)
{
  static const double black[3] = { 0, 0, 0 }, white[3] = { 1, 1, 1 }, night[3] = { .12, .12, .12 };
  g_autoptr (GError) error = NULL;

  for (guint32 mark = 0; mark < ASSAY_N_MARKS; mark++)
    {
      g_autoptr (AssayChart) chart = synthetic_chart (mark, DATA_GOOD, 1);
      g_autofree char *before = assay_chart_svg (chart, "a", 300, 200, &error), *after = NULL;

      if (mark != ASSAY_HEAT)
        g_assert_cmpfloat (brightness (chart, white, night), <, .45);
      g_assert_cmpfloat (brightness (chart, black, white), >, .6);
      after = assay_chart_svg (chart, "a", 300, 200, &error);
      g_assert_cmpstr (before, ==, after);
    }
}

static cairo_surface_t *
picture (AssayChart *chart, gboolean screen, double scale)
{
  static const double black[3] = { 0, 0, 0 }, white[3] = { 1, 1, 1 };
  cairo_surface_t *surface
      = cairo_image_surface_create (CAIRO_FORMAT_RGB24, (int) (700 * scale), (int) (400 * scale));
  cairo_t *cr = cairo_create (surface);

  cairo_scale (cr, scale, scale);
  if (screen)
    assay_chart_draw_on (chart, cr, 700, 400, black, white);
  else
    assay_chart_draw (chart, cr, 700, 400);
  cairo_destroy (cr);
  cairo_surface_flush (surface);
  return surface;
}

/* Share of pixels whose green differs by more than a quarter. */
static double
difference (cairo_surface_t *a, cairo_surface_t *b)
{
  const unsigned char *p = cairo_image_surface_get_data (a), *q = cairo_image_surface_get_data (b);
  int stride = cairo_image_surface_get_stride (a), height = cairo_image_surface_get_height (a);
  int width = cairo_image_surface_get_width (a);
  double n = 0;

  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      n += abs (p[y * stride + 4 * x + 1] - q[y * stride + 4 * x + 1]) > 64;
  return n / width / height;
}

static void
test_dense_lines_look_alike_on_screen_and_paper (void)
{
  for (double scale = 1; scale <= 2; scale++)
    {
      g_autoptr (AssayChart) chart = synthetic_lines (3, 100000);
      cairo_surface_t *slow, *fast, *blank;
      g_autoptr (AssayChart) empty = synthetic_lines (0, 0);

      for (guint k = 0; k < 3; k++)
        {
          ChartSeries *s = series_of (chart, 0, k);

          for (guint i = 0; i < s->x->len; i++)
            {
              double low = chart_at (s->y, i) - .3, high = chart_at (s->y, i) + .3;

              g_array_append_val (s->low, low);
              g_array_append_val (s->high, high);
            }
        }
      slow = picture (chart, FALSE, scale);
      fast = picture (chart, TRUE, scale);
      blank = picture (empty, TRUE, scale);
      g_test_message ("%g, of %g", difference (slow, fast), difference (slow, blank));
      g_assert_cmpfloat (difference (slow, fast), <, .03);
      g_assert_cmpfloat (difference (slow, blank), >, .2);
      cairo_surface_destroy (slow);
      cairo_surface_destroy (fast);
      cairo_surface_destroy (blank);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/look/no-change-is-the-declared-figure", test_no_change_is_the_declared_figure);
  g_test_add_func ("/look/options-change-scales-centers-and-bands",
                   test_options_change_scales_centers_and_bands);
  g_test_add_func ("/look/the-t-band-is-the-textbooks", test_the_t_band_is_the_textbooks);
  g_test_add_func ("/look/dimensions-move-between-channels", test_dimensions_move_between_channels);
  g_test_add_func ("/look/a-slider-shows-one-level", test_a_slider_shows_one_level);
  g_test_add_func ("/look/wrong-options-are-sentences", test_wrong_options_are_sentences);
  g_test_add_func ("/look/what-is-looked-at-comes-back-from-words",
                   test_what_is_looked_at_comes_back_from_words);
  g_test_add_func ("/look/a-range-without-data-is-as-none", test_a_range_without_data_is_as_none);
  g_test_add_func ("/look/smoothing-keeps-what-was-measured",
                   test_smoothing_keeps_what_was_measured);
  g_test_add_func ("/look/a-window-shows-a-part-and-y-fits-it",
                   test_a_window_shows_a_part_and_y_fits_it);
  g_test_add_func ("/look/a-window-on-a-logarithmic-axis-moves-by-factors",
                   test_a_window_on_a_logarithmic_axis_moves_by_factors);
  g_test_add_func ("/look/the-nearest-point-is-found", test_the_nearest_point_is_found);
  g_test_add_func ("/look/a-hit-names-the-runs-behind-it", test_a_hit_names_the_runs_behind_it);
  g_test_add_func ("/look/hidden-levels-are-not-drawn-hit-or-walked-to",
                   test_hidden_levels_are_not_drawn_hit_or_walked_to);
  g_test_add_func ("/look/a-dark-paper-is-for-the-screen-only",
                   test_a_dark_paper_is_for_the_screen_only);
  g_test_add_func ("/look/dense-lines-look-alike-on-screen-and-paper",
                   test_dense_lines_look_alike_on_screen_and_paper);
  return g_test_run ();
}
