/* SPDX-License-Identifier: Apache-2.0
 *
 * Samples of runs as a table of texts.
 */
#include "world.h"
#include <glib/gstdio.h>
#include <string.h>

static const char lines[]
    = "{\"arm\":\"sft\",\"input\":\"1\",\"prompt\":\"Say "
      "<hi>\",\"text\":\"hello\\nthere\",\"spans\":[[0,5,0.5],[3,2,1],\"x\"]}\n"
      "{\"arm\":\"rlhf\",\"input\":\"1\",\"prompt\":\"Say <hi>\",\"text\":\"good day\"}\n"
      "{\"arm\":\"sft\",\"input\":\"2\",\"prompt\":\"Count\",\"text\":\"good day\"}\n"
      "no json\n"
      "[1,2]\n"
      "{\"arm\":\"dropped\",\"input\":\"2\",\"prompt\":\"Count\",\"text\":\"1 2 3\"}\n"
      "{\"arm\":\"rlhf\",\"input\":\"2\",\"text\":\"torn";

static AssayRunSet *
set_with_samples (void)
{
  AssayRunSet *set = world_set ();
  AssayRunDir *dir = set->dirs->pdata[0];

  dir->path = (char *) ".";
  g_mkdir ("samples", 0777);
  g_assert_true (g_file_set_contents ("samples/answers.jsonl", lines, -1, NULL));
  return set;
}

static void
clean_up (AssayRunSet *set)
{
  g_unlink ("samples/answers.jsonl");
  g_rmdir ("samples");
  world_set_free (set);
}

static void
test_arms_stand_side_by_side (void)
{
  g_autoptr (AssayStudyInfo) study = assay_study_info_from_study (&world_study, NULL);
  AssayFigure figure = { .id = "answers",
                         .title = "Answers",
                         .mark = ASSAY_SAMPLES,
                         .y = "answers",
                         .col = "arm",
                         .where = "arm!=dropped" };
  AssayRunSet *set = set_with_samples ();
  g_autoptr (GError) error = NULL;
  g_autoptr (AssayChart) chart = chart_of_figure (study, &figure, set, world_fold, &error);
  ChartPanel *panel;
  ChartSample *first;

  g_assert_no_error (error);
  g_assert_cmpstr (chart->why, ==, NULL);
  panel = chart->panels->pdata[0];
  g_assert_cmpuint (panel->texts->len, ==, 3);
  g_assert_cmpuint (chart->x.categories->len, ==, 2);
  g_assert_cmpuint (chart->y.categories->len, ==, 2);
  first = panel->texts->pdata[0];
  g_assert_cmpstr (first->text, ==, "hello there");
  g_assert_cmpuint (first->spans->len, ==, 2);
  g_assert_cmpuint (first->twins, ==, 1);
  g_assert_cmpuint (((ChartSample *) panel->texts->pdata[1])->twins, ==, 2);
  assay_chart_save (chart, "answers.svg", 0, 0, &error);
  g_assert_no_error (error);
  g_unlink ("answers.svg");
  clean_up (set);
}

static void
test_none_says_why (void)
{
  g_autoptr (AssayStudyInfo) study = assay_study_info_from_study (&world_study, NULL);
  AssayFigure figure = { .id = "none", .mark = ASSAY_SAMPLES, .y = "../../etc/passwd" };
  AssayFigure graph = { .id = "none", .mark = ASSAY_GRAPH, .y = "../../etc/passwd" };
  AssayRunSet *set = set_with_samples ();
  g_autoptr (AssayChart) samples = chart_of_figure (study, &figure, set, world_fold, NULL);
  g_autoptr (AssayChart) net = chart_of_figure (study, &graph, set, world_fold, NULL);

  g_assert_nonnull (strstr (samples->why, "No finished run has written the samples"));
  g_assert_nonnull (net->why);
  clean_up (set);
}

int
main (int argc, char **argv)
{
  g_autofree char *dir = g_dir_make_tmp ("assay-samples-XXXXXX", NULL);
  int status;

  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_assert_cmpint (g_chdir (dir), ==, 0);
  g_test_add_func ("/samples/arms-stand-side-by-side", test_arms_stand_side_by_side);
  g_test_add_func ("/samples/none-says-why", test_none_says_why);
  status = g_test_run ();
  g_assert_cmpint (g_chdir ("/"), ==, 0);
  g_rmdir (dir);
  return status;
}
