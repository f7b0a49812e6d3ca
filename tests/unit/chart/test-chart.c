/* SPDX-License-Identifier: Apache-2.0 */
#include "host/chart/marks.h"
#include "synthetic.h"
#include <glib/gstdio.h>
#include <string.h>

static double
smallest_label_gap (const ChartScale *scale, GArray *ticks)
{
  double last = NAN, least = INFINITY;

  for (guint i = 0; i < ticks->len; i++)
    {
      const ChartTick *tick = &g_array_index (ticks, ChartTick, i);
      double pixel = chart_scale_map (scale, tick->at);

      if (!tick->label)
        continue;
      if (!isnan (last))
        least = MIN (least, fabs (pixel - last));
      last = pixel;
    }
  return least;
}

static void
test_scale_round_trip (void)
{
  static const guint32 kinds[] = { ASSAY_LINEAR, ASSAY_LOG10, ASSAY_SYMLOG, ASSAY_SQRT };

  for (guint k = 0; k < G_N_ELEMENTS (kinds); k++)
    {
      ChartScale s;

      chart_scale_fit (&s, kinds[k], kinds[k] == ASSAY_LOG10 ? .02 : -300, 5000, .02);
      s.from = 400;
      s.to = 20;
      for (double v = kinds[k] == ASSAY_LOG10 ? .05 : -250; v < 5000; v += 97.3)
        g_assert_cmpfloat_with_epsilon (chart_scale_invert (&s, chart_scale_map (&s, v)), v,
                                        1e-9 * (1 + fabs (v)));
      g_assert_cmpfloat (chart_scale_map (&s, 5000), >=, 20);
      g_assert_cmpfloat (chart_scale_map (&s, s.lo), ==, 400);
    }
}

static void
test_scale_extremes (void)
{
  static const double ends[][2]
      = { { -1e308, 1e308 },  { 1e300, 1e300 }, { 0, 0 },           { 1, -1 },
          { 5e-324, 1e-323 }, { -3, -3 },       { 1e15, 1e15 + 1 }, { -INFINITY, INFINITY } };
  ChartScale s;
  int exponent;

  for (guint i = 0; i < G_N_ELEMENTS (ends); i++)
    for (guint32 kind = ASSAY_LINEAR; kind <= ASSAY_SQRT; kind++)
      {
        g_autoptr (GArray) ticks = NULL;

        chart_scale_fit (&s, kind, ends[i][0], ends[i][1], 1e-5);
        s.from = 0;
        s.to = 300;
        g_assert_cmpfloat (s.lo, <, s.hi);
        g_assert_true (isfinite (chart_scale_map (&s, s.hi)));
        ticks = chart_ticks (&s, 30, &exponent);
        g_assert_cmpuint (ticks->len, <=, 300);
      }
}

static char *
labels (guint32 kind, double lo, double hi, double least, double pixels, double gap)
{
  ChartScale s;
  int exponent;
  g_autoptr (GArray) ticks = NULL;
  GString *out = g_string_new (NULL);

  chart_scale_fit (&s, kind, lo, hi, least);
  s.from = 0;
  s.to = pixels;
  ticks = chart_ticks (&s, gap, &exponent);
  g_assert_cmpfloat (smallest_label_gap (&s, ticks), >=, gap * .49);
  for (guint i = 0; i < ticks->len; i++)
    if (g_array_index (ticks, ChartTick, i).label)
      g_string_append_printf (out, "%s%s", out->len ? " " : "",
                              g_array_index (ticks, ChartTick, i).label);
  if (exponent)
    g_string_append_printf (out, " e%d", exponent);
  return g_string_free (out, FALSE);
}

static void
test_ticks_are_round (void)
{
  static const struct
  {
    guint32 kind;
    double lo, hi, least, pixels, gap;
    const char *labels;
  } cases[] = {
    { ASSAY_LINEAR, 0, 1, 1, 240, 40, "0.0 0.2 0.4 0.6 0.8 1.0" },
    { ASSAY_LINEAR, 0, 30000, 1, 400, 60, "0 5,000 10,000 15,000 20,000 25,000 30,000" },
    { ASSAY_LINEAR, -1, 1, 1, 200, 40, "−1.0 −0.5 0.0 0.5 1.0" },
    { ASSAY_LINEAR, 0, 3e6, 1, 200, 40, "0 1 2 3 e6" },
    { ASSAY_LINEAR, 0, 4e-5, 1, 200, 40, "0 1 2 3 4 e-5" },
    { ASSAY_LOG10, .01, 100, .01, 300, 40, "0.01 0.1 1 10 100" },
    { ASSAY_LOG10, 1e-8, 1, 1e-8, 200, 40, "10⁻⁸ 10⁻⁶ 10⁻⁴ 10⁻² 10⁰" },
    { ASSAY_LOG10, 2, 8, 2, 300, 40, "2 3 4 5 7" },
    { ASSAY_SYMLOG, -100, 100, 1, 300, 30, "−100 −10 −1 0 1 10 100" },
    { ASSAY_SQRT, 0, 100, 1, 300, 40, "0 5 20 40 60 100" },
    { ASSAY_LINEAR, 0, 1, 1, 3000, 26, "0.0 0.1 0.2 0.3 0.4 0.5 0.6 0.7 0.8 0.9 1.0" }, /* a wall */
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *got = labels (cases[i].kind, cases[i].lo, cases[i].hi, cases[i].least,
                                     cases[i].pixels, cases[i].gap);

      g_assert_cmpstr (got, ==, cases[i].labels);
    }
}

static void
test_numbers (void)
{
  static const struct
  {
    double value;
    const char *text;
  } cases[] = { { 0, "0" },
                { -0., "0" },
                { 1, "1" },
                { .5, "0.5" },
                { -.123456, "−0.123" },
                { 12345, "12,345" },
                { 1e7, "1×10⁷" },
                { 2.5e-7, "2.5×10⁻⁷" },
                { NAN, "–" },
                { -INFINITY, "−∞" },
                { 5e-324, "4.94×10⁻³²⁴" } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = chart_number (cases[i].value);

      g_assert_cmpstr (text, ==, cases[i].text);
    }
}

/* CIEDE2000, Sharma, Wu and Dalal (2005), written down from the paper. */
static double
colour_difference (const double p[3], const double q[3])
{
  double c1 = hypot (p[1], p[2]), c2 = hypot (q[1], q[2]), mean = (c1 + c2) / 2, g, a1, a2, h1, h2,
         dl, dc, dh, hm, lm, t, sl, sc, sh, rt;
  const double degree = G_PI / 180;

  g = .5 * (1 - sqrt (pow (mean, 7) / (pow (mean, 7) + pow (25, 7))));
  a1 = p[1] * (1 + g);
  a2 = q[1] * (1 + g);
  c1 = hypot (a1, p[2]);
  c2 = hypot (a2, q[2]);
  h1 = fmod (atan2 (p[2], a1) / degree + 360, 360);
  h2 = fmod (atan2 (q[2], a2) / degree + 360, 360);
  dl = q[0] - p[0];
  dc = c2 - c1;
  dh = h2 - h1;
  dh += dh > 180 ? -360 : dh < -180 ? 360 : 0;
  dh = 2 * sqrt (c1 * c2) * sin (dh / 2 * degree);
  hm = fabs (h1 - h2) <= 180 ? (h1 + h2) / 2
       : h1 + h2 < 360       ? (h1 + h2 + 360) / 2
                             : (h1 + h2 - 360) / 2;
  lm = (p[0] + q[0]) / 2;
  mean = (c1 + c2) / 2;
  t = 1 - .17 * cos ((hm - 30) * degree) + .24 * cos (2 * hm * degree)
      + .32 * cos ((3 * hm + 6) * degree) - .2 * cos ((4 * hm - 63) * degree);
  sl = 1 + .015 * pow (lm - 50, 2) / sqrt (20 + pow (lm - 50, 2));
  sc = 1 + .045 * mean;
  sh = 1 + .015 * mean * t;
  rt = -2 * sqrt (pow (mean, 7) / (pow (mean, 7) + pow (25, 7)))
       * sin (60 * exp (-pow ((hm - 275) / 25, 2)) * degree);
  return sqrt (pow (dl / sl, 2) + pow (dc / sc, 2) + pow (dh / sh, 2) + rt * dc / sc * dh / sh);
}

/* Linear light as an eye sees it (Machado, Oliveira and Fernandes 2009, severity 1), then Lab. */
static void
seen_by (int eye, ChartRgb c, double lab[3])
{
  static const double eyes[3][3][3] = { { { 1, 0, 0 }, { 0, 1, 0 }, { 0, 0, 1 } },
                                        { { .367322, .860646, -.227968 },
                                          { .280085, .672501, .047413 },
                                          { -.011820, .042940, .968881 } },
                                        { { .152286, 1.052583, -.204868 },
                                          { .114503, .786281, .099216 },
                                          { -.003882, -.048116, 1.051998 } } };
  static const double xyz[3][3] = { { .4124564, .3575761, .1804375 },
                                    { .2126729, .7151522, .0721750 },
                                    { .0193339, .1191920, .9503041 } };
  static const double white[3] = { .95047, 1, 1.08883 };
  double in[3] = { c.r, c.g, c.b }, light[3] = { 0 }, f[3];

  for (int i = 0; i < 3; i++)
    in[i] = in[i] <= .04045 ? in[i] / 12.92 : pow ((in[i] + .055) / 1.055, 2.4);
  for (int i = 0; i < 3; i++)
    for (int k = 0; k < 3; k++)
      light[i] += eyes[eye][i][k] * in[k];
  for (int i = 0; i < 3; i++)
    {
      double v = 0;

      for (int k = 0; k < 3; k++)
        v += xyz[i][k] * CLAMP (light[k], 0, 1);
      v /= white[i];
      f[i] = v > 216. / 24389 ? cbrt (v) : (24389. / 27 * v + 16) / 116;
    }
  lab[0] = 116 * f[1] - 16;
  lab[1] = 500 * (f[0] - f[1]);
  lab[2] = 200 * (f[1] - f[2]);
}

static void
test_colours_differ_for_all_eyes (void)
{
  /* A pair of the paper's test data, so that the measure itself is right. */
  static const double p[3] = { 50, 2.6772, -79.7751 }, q[3] = { 50, 0, -82.7485 };

  g_assert_cmpfloat_with_epsilon (colour_difference (p, q), 2.0425, 1e-4);
  for (int eye = 0; eye < 3; eye++)
    for (int i = 0; i < CHART_N_COLOURS; i++)
      for (int k = 0; k < i; k++)
        {
          double a[3], b[3];

          seen_by (eye, chart_colours[i], a);
          seen_by (eye, chart_colours[k], b);
          g_assert_cmpfloat (colour_difference (a, b), >, eye ? 15 : 20);
          seen_by (eye, chart_dark_colours[i], a);
          seen_by (eye, chart_dark_colours[k], b);
          g_assert_cmpfloat (colour_difference (a, b), >, eye ? 15 : 20);
        }
}

static void
test_colours_differ_in_grey (void)
{
  for (int i = 1; i < CHART_N_COLOURS; i++)
    g_assert_cmpfloat (chart_lightness (chart_colours[i]) - chart_lightness (chart_colours[i - 1]),
                       >, 4.5);
  for (int i = 1; i < CHART_N_COLOURS; i++)
    g_assert_cmpfloat (chart_lightness (chart_dark_colours[i])
                           - chart_lightness (chart_dark_colours[i - 1]),
                       >, 4.5);
  g_assert_cmpfloat (chart_lightness (chart_dark_colours[0]), >, 45); /* seen on black */
  g_assert_cmpfloat (chart_lightness (chart_colours[CHART_N_COLOURS - 1]), <,
                     82); /* seen on white */
  for (int i = 1; i <= 100; i++)
    {
      g_assert_cmpfloat (chart_lightness (chart_ramp (i / 100.)), <,
                         chart_lightness (chart_ramp ((i - 1) / 100.)));
      for (int sign = -1; sign <= 1; sign += 2)
        g_assert_cmpfloat (chart_lightness (chart_diverging (sign * i / 100.)), <,
                           chart_lightness (chart_diverging (sign * (i - 1) / 100.)));
    }
}

static void
test_decimation_keeps_extremes (void)
{
  guint n = 50000;
  g_autofree double *x = g_new (double, n), *y = g_new (double, n);
  GRand *r = g_rand_new_with_seed (11);
  ChartScale s;
  g_autoptr (GArray) kept = NULL;
  double least = INFINITY, most = -INFINITY, kept_least = INFINITY, kept_most = -INFINITY;

  for (guint i = 0; i < n; i++)
    {
      x[i] = i;
      y[i] = i % 1000 == 7 ? NAN : g_rand_double (r);
    }
  y[12345] = 40;
  y[12346] = -40;
  chart_scale_fit (&s, ASSAY_LINEAR, 0, n - 1, 1);
  s.from = 0;
  s.to = 500;
  kept = chart_decimate (&s, ASSAY_LINEAR, x, y, n);
  g_assert_cmpuint (kept->len, <, 4 * 501 + 150);
  /* Column by column the picture has the extremes of all. */
  for (guint column = 0; column < 500; column++)
    {
      double a = INFINITY, b = -INFINITY, c = INFINITY, d = -INFINITY;

      for (guint i = 0; i < n; i++)
        if (isfinite (y[i]) && floor (chart_scale_map (&s, x[i])) == column)
          {
            a = MIN (a, y[i]);
            b = MAX (b, y[i]);
          }
      for (guint k = 0; k < kept->len; k++)
        {
          guint i = g_array_index (kept, guint, k);

          if (i != CHART_GAP && floor (chart_scale_map (&s, x[i])) == column)
            {
              c = MIN (c, y[i]);
              d = MAX (d, y[i]);
            }
        }
      g_assert_true (a == c && b == d);
      least = MIN (least, a);
      most = MAX (most, b);
      kept_least = MIN (kept_least, c);
      kept_most = MAX (kept_most, d);
    }
  g_assert_cmpfloat (kept_least, ==, -40);
  g_assert_cmpfloat (kept_most, ==, 40);
  g_rand_free (r);
}

static GBytes *
saved (guint32 mark, DataKind kind, guint cols, const char *ending)
{
  g_autoptr (AssayChart) chart = synthetic_chart (mark, kind, cols);
  g_autoptr (GError) error = NULL;
  g_autofree char *name = g_strdup_printf ("figure-XXXXXX.%s", ending);
  char *content;
  gsize length;

  assay_chart_save (chart, name, 0, 0, &error);
  g_assert_no_error (error);
  g_assert_true (g_file_get_contents (name, &content, &length, &error));
  g_unlink (name);
  return g_bytes_new_take (content, length);
}

static void
check_xml (GBytes *svg)
{
  static const GMarkupParser nothing = { NULL };
  GMarkupParseContext *context = g_markup_parse_context_new (&nothing, 0, NULL, NULL);
  g_autoptr (GError) error = NULL;

  g_markup_parse_context_parse (context, g_bytes_get_data (svg, NULL),
                                (gssize) g_bytes_get_size (svg), &error);
  g_assert_no_error (error);
  g_markup_parse_context_end_parse (context, &error);
  g_assert_no_error (error);
  g_markup_parse_context_free (context);
}

static void
test_every_mark_draws_everything (void)
{
  for (guint32 mark = 0; mark < ASSAY_N_MARKS; mark++)
    for (int kind = 0; kind < N_DATA; kind++)
      {
        g_autoptr (GBytes) svg = saved (mark, kind, 1 + kind % 3, "svg");

        check_xml (svg);
      }
}

static void
test_same_data_same_bytes (void)
{
  static const char *const endings[] = { "svg", "png", "pdf" };

  for (guint i = 0; i < G_N_ELEMENTS (endings); i++)
    for (guint32 mark = 0; mark < ASSAY_N_MARKS; mark += 1 + i)
      {
        g_autoptr (GBytes) a = saved (mark, DATA_GOOD, 2, endings[i]);
        g_autoptr (GBytes) b = saved (mark, DATA_GOOD, 2, endings[i]);

        g_assert_true (g_bytes_equal (a, b));
      }
}

static void
test_empty_says_why (void)
{
  for (guint32 mark = 0; mark < ASSAY_N_MARKS; mark++)
    {
      g_autoptr (AssayChart) chart = synthetic_chart (mark, DATA_EMPTY, 1);
      g_autofree char *text = assay_chart_describe (chart);

      g_assert_nonnull (strstr (text, "No run has given a number"));
    }
}

static void
test_log_axis_says_what_it_left_out (void)
{
  g_autoptr (AssayChart) chart = synthetic_chart (ASSAY_LINE, DATA_NEGATIVE_ON_LOG, 1);
  g_autofree char *caption = assay_chart_caption (chart);

  g_assert_nonnull (strstr (caption, "cannot stand on a logarithmic axis"));
}

static void
test_csv_is_whole (void)
{
  g_autoptr (AssayChart) chart = synthetic_chart (ASSAY_LINE, DATA_HOSTILE, 1);
  g_autofree char *csv = assay_chart_csv (chart);
  guint quotes = 0;

  g_assert_true (g_str_has_prefix (csv, "row,col,Agent,dash,series,x,y,z,low,high"));
  for (const char *p = csv; *p; p++)
    quotes += *p == '"';
  g_assert_cmpuint (quotes % 2, ==, 0);
}

static void
test_ending_decides (void)
{
  g_autoptr (AssayChart) chart = synthetic_chart (ASSAY_LINE, DATA_GOOD, 1);
  g_autoptr (GError) error = NULL;

  g_assert_false (assay_chart_save (chart, "figure.gif", 0, 0, &error));
  g_assert_error (error, ASSAY_ERROR, ASSAY_ERROR_USAGE);
  g_assert_nonnull (strstr (error->message, "figure.gif"));
}

int
main (int argc, char **argv)
{
  g_autofree char *dir = g_dir_make_tmp ("assay-chart-XXXXXX", NULL);
  int status;

  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_assert_cmpint (g_chdir (dir), ==, 0);
  g_test_add_func ("/chart/a-scale-comes-back", test_scale_round_trip);
  g_test_add_func ("/chart/a-scale-bears-every-range", test_scale_extremes);
  g_test_add_func ("/chart/ticks-are-round-and-apart", test_ticks_are_round);
  g_test_add_func ("/chart/numbers-for-people", test_numbers);
  g_test_add_func ("/chart/colours-differ-for-all-eyes", test_colours_differ_for_all_eyes);
  g_test_add_func ("/chart/colours-differ-in-grey", test_colours_differ_in_grey);
  g_test_add_func ("/chart/decimation-keeps-the-extremes", test_decimation_keeps_extremes);
  g_test_add_func ("/chart/every-mark-draws-everything", test_every_mark_draws_everything);
  g_test_add_func ("/chart/same-data-same-bytes", test_same_data_same_bytes);
  g_test_add_func ("/chart/empty-says-why", test_empty_says_why);
  g_test_add_func ("/chart/log-axis-says-what-it-left-out", test_log_axis_says_what_it_left_out);
  g_test_add_func ("/chart/csv-is-whole", test_csv_is_whole);
  g_test_add_func ("/chart/the-ending-decides", test_ending_decides);
  status = g_test_run ();
  g_assert_cmpint (g_chdir ("/"), ==, 0);
  g_rmdir (dir);
  return status;
}
