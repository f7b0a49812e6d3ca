/* SPDX-License-Identifier: Apache-2.0
 *
 * From declared figures and made-up frames to charts, and to the report.
 */
#include "world.h"
#include <glib/gstdio.h>
#include <string.h>

static AssayStudyInfo *
the_study (void)
{
  g_autoptr (GError) error = NULL;
  AssayStudyInfo *study = assay_study_info_from_study (&world_study, &error);

  g_assert_no_error (error);
  return study;
}

static AssayChart *
draw (const char *id)
{
  g_autoptr (AssayStudyInfo) study = the_study ();
  g_autoptr (GError) error = NULL;
  AssayRunSet *set = world_set ();
  AssayChart *chart;

  world_depths = strcmp (id, "heat") == 0;
  chart = chart_of_figure (study, assay_study_figure (study, id), set, world_fold, &error);
  g_assert_no_error (error);
  g_assert_null (chart->why);
  world_set_free (set);
  return chart;
}

static ChartPanel *
panel_of (AssayChart *chart, guint i)
{
  g_assert_cmpuint (i, <, chart->panels->len);
  return chart->panels->pdata[i];
}

static ChartSeries *
series_of (AssayChart *chart, guint panel, guint i)
{
  ChartPanel *p = panel_of (chart, panel);

  g_assert_cmpuint (i, <, p->series->len);
  return p->series->pdata[i];
}

static void
test_channels (void)
{
  g_autoptr (AssayChart) chart = draw ("curves");
  g_autofree char *caption = assay_chart_caption (chart), *words = assay_chart_describe (chart);
  ChartSeries *s = series_of (chart, 0, 0);

  g_assert_cmpuint (chart->panels->len, ==, 3);
  g_assert_cmpuint (chart->n_cols, ==, 3);
  g_assert_cmpstr (panel_of (chart, 1)->col, ==, "DoorKey-5x5");
  g_assert_cmpuint (panel_of (chart, 0)->series->len, ==, 4);
  g_assert_cmpuint (s->x->len, ==, 40);
  g_assert_cmpfloat (chart_at (s->x, 0), ==, 250);
  g_assert_cmpuint (g_array_index (s->n, guint, 0), ==, 5);
  g_assert_true (chart_at (s->low, 20) < chart_at (s->y, 20)
                 && chart_at (s->y, 20) < chart_at (s->high, 20));
  /* The metric and the number of `lines`. */
  g_assert_cmpuint (chart->rules->len, ==, 2);
  g_assert_cmpfloat (((ChartRule *) chart->rules->pdata[0])->at, ==, .08);
  g_assert_nonnull (strstr (caption, "Interquartile mean over seed; band: 95 % interval (n = 5)."));
  g_assert_nonnull (strstr (caption, "2 of 60 runs crashed"));
  g_assert_nonnull (strstr (caption, "Paper: Fig 3."));
  g_assert_nonnull (strstr (words, "Episode return against Step"));
}

static void
test_free_dimensions_are_shown_and_said (void)
{
  g_autoptr (AssayChart) chart = draw ("free");
  g_autofree char *caption = assay_chart_caption (chart);

  g_assert_cmpstr (chart->color.title, ==, "Agent");
  g_assert_cmpstr (chart->dash.title, ==, "Environment");
  g_assert_cmpuint (panel_of (chart, 0)->series->len, ==, 12);
  g_assert_nonnull (strstr (caption, "Agent varies too and is shown by colour."));
  g_assert_nonnull (strstr (caption, "Environment varies too and is shown by dash."));
}

static void
test_per_draws_every_one_and_their_mean (void)
{
  g_autoptr (AssayChart) chart = draw ("per-seed");
  guint thin = 0, thick = 0;

  for (guint i = 0; i < panel_of (chart, 0)->series->len; i++)
    {
      if (series_of (chart, 0, i)->thin)
        thin++;
      else
        thick++;
    }
  g_assert_cmpuint (thin, ==, 4 * 3 * 5);
  g_assert_cmpuint (thick, ==, 4 * 3);
}

static void
test_several_metrics_are_a_dimension (void)
{
  g_autoptr (AssayChart) chart = draw ("two");

  g_assert_cmpuint (chart->dash.levels->len, ==, 2);
  g_assert_cmpstr (chart->y.title, ==, "Episode return, Loss (nats)");
}

static void
test_metric_against_metric (void)
{
  g_autoptr (AssayChart) lines = draw ("against"), points = draw ("scatter");
  ChartSeries *s = series_of (lines, 0, 0), *p = series_of (points, 0, 0);

  g_assert_cmpuint (s->x->len, ==, 40);
  for (guint i = 1; i < s->x->len; i++)
    g_assert_cmpfloat (chart_at (s->x, i - 1), <=, chart_at (s->x, i));
  g_assert_cmpuint (p->x->len, ==, 3);
  g_assert_true (chart_at (p->xlow, 0) < chart_at (p->x, 0)
                 && chart_at (p->x, 0) < chart_at (p->xhigh, 0));
  g_assert_true (points->diagonal);
}

static void
test_the_papers_cells_and_order (void)
{
  g_autoptr (AssayChart) bars = draw ("bars"), table = draw ("table");
  g_autoptr (AssayChart) several = draw ("several");
  const ChartReference *paper;

  /* In the row of its metric alone. */
  g_assert_cmpuint (several->references->len, ==, 1);
  paper = several->references->pdata[0];
  g_assert_cmpfloat (paper->value, ==, .4);
  g_assert_cmpstr (several->y.categories->pdata[(guint) paper->y], ==, "Gain over one-step");
  g_assert_cmpstr (several->x.categories->pdata[(guint) paper->x], ==, "graph");
  g_assert_cmpuint (bars->references->len, ==, 2);
  g_assert_cmpuint (table->references->len, ==, 2);
  paper = bars->references->pdata[0];
  g_assert_cmpfloat (paper->value, ==, .93);
  g_assert_cmpstr (bars->x.categories->pdata[(guint) paper->x], ==, "Empty-8x8");
  /* By value, falling. */
  g_assert_cmpstr (bars->x.categories->pdata[0], ==, "Empty-8x8");
  g_assert_cmpstr (bars->x.categories->pdata[2], ==, "LavaGapS5");
}

static void
test_reference_level_is_a_line (void)
{
  g_autoptr (AssayChart) chart = draw ("bars-line");

  g_assert_cmpuint (chart->x.categories->len, ==, 3);
  g_assert_cmpuint (chart->rules->len, ==, 3); /* one a colour */
  g_assert_cmpstr (((ChartRule *) chart->rules->pdata[0])->label, ==, "one-step");
  g_assert_nonnull (chart->beside);
}

static void
test_members (void)
{
  g_autoptr (AssayChart) violins = draw ("violins"), strip = draw ("strip"), hist = draw ("hist");
  guint total = 0;

  /* One member a prompt, averaged over seeds; without `per`, one a seed. */
  g_assert_cmpuint (g_array_index (series_of (violins, 0, 0)->n, guint, 0), ==, 24);
  g_assert_cmpuint (g_array_index (series_of (strip, 0, 0)->n, guint, 0), ==, 5);
  chart_prepare (hist);
  for (guint i = 0; i < series_of (hist, 0, 0)->y->len; i++)
    total += (guint) chart_at (series_of (hist, 0, 0)->y, i);
  g_assert_cmpuint (total, ==, 24 * 5 * 3);
}

static void
test_blocks_and_slider (void)
{
  g_autoptr (AssayChart) blocks = draw ("blocks"), slider = draw ("slider"), heat = draw ("heat");
  g_autofree char *caption = assay_chart_caption (slider);

  g_assert_cmpuint (blocks->x.blocks->len, ==, 24);
  g_assert_cmpstr (blocks->x.blocks->pdata[7], ==, "group 0");
  g_assert_cmpstr (blocks->x.blocks->pdata[8], ==, "group 1");
  g_assert_cmpuint (slider->panels->len, ==, 6);
  g_assert_cmpstr (panel_of (slider, 5)->col, ==, "step = 10000");
  g_assert_nonnull (strstr (caption, "Of the 40 levels of Step 6 are drawn."));
  /* Numbers grow upwards. */
  g_assert_cmpstr (heat->y.categories->pdata[0], ==, "10");
}

static void
test_survival_is_kaplan_meier (void)
{
  g_autoptr (AssayChart) chart = chart_new (ASSAY_SURVIVAL, "km", "");
  ChartSeries *s = chart_add_series (chart_add_panel (chart, NULL, NULL), "", 0, -1);
  /* Freireich et al. (1963), 6-MP: the textbook example of Kaplan and Meier's estimate. */
  static const double times[]
      = { 6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35 };
  static const char gone[] = { 0, 0, 0, 1, 0, 1, 0, 1, 1, 0, 0, 1, 1, 1, 0, 0, 1, 1, 1, 1, 1 };
  double last = NAN;

  for (guint i = 0; i < G_N_ELEMENTS (times); i++)
    {
      double end = gone[i] ? INFINITY : NAN;

      chart_series_add (s, times[i], NAN, NAN, NAN, 1);
      g_array_append_val (s->xhigh, end);
    }
  chart_prepare (chart);
  for (guint i = 0; i < s->x->len; i++)
    if (isfinite (chart_at (s->y, i)))
      last = chart_at (s->y, i);
  g_assert_cmpfloat_with_epsilon (last, .448, .0005); /* S(23) as published */
}

static void
test_what_was_not_reached_is_censored (void)
{
  g_autoptr (AssayChart) chart = draw ("survival");
  g_autofree char *caption = NULL;
  guint censored = 0;

  for (guint i = 0; i < panel_of (chart, 0)->series->len; i++)
    {
      ChartSeries *s = series_of (chart, 0, i);

      for (guint k = 0; k < s->x->len; k++)
        {
          g_assert_true ((chart_at (s->x, k) >= 10000) == (chart_at (s->xhigh, k) == INFINITY));
          censored += chart_at (s->x, k) >= 10000;
        }
    }
  g_assert_cmpuint (censored, >, 0);
  caption = assay_chart_caption (chart);
  g_assert_nonnull (strstr (caption, "had not reached it at the end (censored)"));
}

static void
test_wrong_figure_is_an_error (void)
{
  g_autoptr (AssayStudyInfo) study = the_study ();
  AssayRunSet *set = world_set ();
  AssayFigure figure = { .id = "wrong", .mark = ASSAY_LINE, .x = "step", .y = "nothing" };
  g_autoptr (GError) error = NULL;

  g_assert_null (chart_of_figure (study, &figure, set, world_fold, &error));
  g_assert_error (error, ASSAY_ERROR, ASSAY_ERROR_USAGE);
  g_assert_nonnull (strstr (error->message, "Figure wrong: "));
  world_set_free (set);
}

static void
test_no_runs_say_why (void)
{
  g_autoptr (AssayStudyInfo) study = the_study ();
  g_autoptr (AssayChart) chart = assay_chart_new (study, &study->figures[0], NULL, NULL);
  g_autofree char *words = assay_chart_describe (chart);

  g_assert_nonnull (strstr (words, "No run of this study has ended yet."));
}

/* ---- report ---- */

static GPtrArray *
some_verdicts (void)
{
  static const AssayClaim claims[]
      = { { .id = "A1", .says = "More is <b>better</b> & \"safe\"", .source = "Fig 3" },
          { .id = "gate", .says = "It learns at all" } };
  GPtrArray *verdicts = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < G_N_ELEMENTS (claims); i++)
    {
      AssayVerdict *verdict = g_new0 (AssayVerdict, 1);

      verdict->claim = &claims[i];
      verdict->kind = i ? ASSAY_INCONCLUSIVE : ASSAY_REPRODUCED;
      verdict->effect = .25;
      verdict->low = i ? -.1 : .1;
      verdict->high = .4;
      verdict->n = 5;
      verdict->rule = (char *) "mean over seed of <script>alert(3)</script> is above 0";
      verdict->reason = i ? (char *) "seed has fewer than 3" : NULL;
      g_ptr_array_add (verdicts, verdict);
    }
  return verdicts;
}

static char *
report (void)
{
  g_autoptr (AssayStudyInfo) study = the_study ();
  g_autoptr (GPtrArray) verdicts = some_verdicts ();
  g_autoptr (GError) error = NULL;
  AssayRunSet *set = world_set ();
  char *text;

  assay_report_write (study, set, verdicts, "assay run world --seeds 5 && echo '<&>'",
                      "report.html", &error);
  g_assert_no_error (error);
  g_assert_true (g_file_get_contents ("report.html", &text, NULL, &error));
  g_unlink ("report.html");
  world_set_free (set);
  return text;
}

static void
check_markup (const char *text)
{
  static const GMarkupParser nothing = { NULL };
  GMarkupParseContext *context = g_markup_parse_context_new (&nothing, 0, NULL, NULL);
  g_autoptr (GError) error = NULL;

  g_markup_parse_context_parse (context, text, -1, &error);
  g_assert_no_error (error);
  g_markup_parse_context_end_parse (context, &error);
  g_assert_no_error (error);
  g_markup_parse_context_free (context);
}

static void
test_report_is_sound (void)
{
  g_autofree char *text = report (), *again = report ();

  g_assert_cmpstr (text, ==, again);
  check_markup (text);
  g_assert_null (strstr (text, "<script"));
  g_assert_null (strstr (text, "<b>"));
  for (const char *p = text; (p = strstr (p, "://")); p++)
    g_assert_true (g_str_has_prefix (p, "://www.w3.org/"));
  g_assert_nonnull (strstr (text, "<html lang=\"en\">"));
  g_assert_nonnull (strstr (text, "A made-up world &lt;&amp;&gt;"));
  g_assert_nonnull (strstr (text, "not stated"));
  g_assert_nonnull (strstr (text, "0.25 [0.1, 0.4]"));
  g_assert_nonnull (strstr (text, "killed by signal 11 &lt;script&gt;"));
  g_assert_nonnull (strstr (text, "3 runs of other code are left out."));
  g_assert_nonnull (strstr (text, "assay run world --seeds 5"));
  g_assert_nonnull (strstr (text, "prefers-color-scheme"));
}

int
main (int argc, char **argv)
{
  g_autofree char *dir = g_dir_make_tmp ("assay-figures-XXXXXX", NULL);
  int status;

  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_assert_cmpint (g_chdir (dir), ==, 0);
  g_test_add_func ("/figures/channels-are-what-the-study-says", test_channels);
  g_test_add_func ("/figures/what-no-channel-names-is-shown-and-said",
                   test_free_dimensions_are_shown_and_said);
  g_test_add_func ("/figures/per-draws-every-one-and-their-mean",
                   test_per_draws_every_one_and_their_mean);
  g_test_add_func ("/figures/several-metrics-are-a-dimension",
                   test_several_metrics_are_a_dimension);
  g_test_add_func ("/figures/metric-against-metric", test_metric_against_metric);
  g_test_add_func ("/figures/the-papers-cells-and-the-order", test_the_papers_cells_and_order);
  g_test_add_func ("/figures/a-reference-level-is-a-line", test_reference_level_is_a_line);
  g_test_add_func ("/figures/members-are-counted", test_members);
  g_test_add_func ("/figures/blocks-and-slider", test_blocks_and_slider);
  g_test_add_func ("/figures/survival-is-kaplan-and-meiers", test_survival_is_kaplan_meier);
  g_test_add_func ("/figures/what-was-not-reached-is-censored",
                   test_what_was_not_reached_is_censored);
  g_test_add_func ("/figures/a-wrong-figure-is-an-error", test_wrong_figure_is_an_error);
  g_test_add_func ("/figures/no-runs-say-why", test_no_runs_say_why);
  g_test_add_func ("/report/is-sound-escaped-and-the-same-again", test_report_is_sound);
  status = g_test_run ();
  g_assert_cmpint (g_chdir ("/"), ==, 0);
  g_rmdir (dir);
  return status;
}
