/* SPDX-License-Identifier: Apache-2.0
 *
 * From run directories to verdicts and figures.
 */
#include "../store/fixture.h"
#include "host/claims/claims.h"

#include <assay/random.h>

#define PARAMS(P) P (CHOICE, arm, "new", "Arm", .choices = "new old spare")
ASSAY_PARAMS (Params, params, PARAMS)

static void
run_nothing (AssayRun *run)
{
}

static const AssayMetric metrics[] = {
  { .id = "score", .title = "Score", .dims = "step" },
  { .id = "auc", .title = "Area", .of = "score", .fold = ASSAY_FOLDS (ASSAY_AUC ("step")) },
};

static const AssayClaim claims[] = {
  { .id = "up",
    .says = "New beats old",
    .metric = "auc",
    .fold = ASSAY_FOLDS (ASSAY_DIFF ("arm", "new", "old"), ASSAY_MEAN ("seed")),
    .expect = ASSAY_ABOVE (0) },
  { .id = "absent",
    .says = "Of an arm that did not run",
    .metric = "auc",
    .where = "arm=none",
    .fold = ASSAY_FOLDS (ASSAY_MEAN ("seed")),
    .expect = ASSAY_ABOVE (0) },
  { .id = "positive",
    .says = "The spare arm is above zero",
    .metric = "auc",
    .where = "arm=spare",
    .fold = ASSAY_FOLDS (ASSAY_MEAN ("seed")),
    .expect = ASSAY_ABOVE (0) },
  { .id = "both", .says = "Both", .all_of = "up positive" },
};

static const AssayStudy study = {
  .size = sizeof (AssayStudy),
  .id = "sums",
  .title = "Sums",
  .question = "Do runs become verdicts?",
  .params_size = sizeof (Params),
  .params = ASSAY_TABLE (params),
  .metrics = ASSAY_TABLE (metrics),
  .claims = ASSAY_TABLE (claims),
  .run = run_nothing,
};

static int
compare_ids (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* Four seeds of some arms; the run of seed 4 and arm old fails after its first value. */
static AssayRunSet *
make_runs (AssayWorkspace *workspace, guint n_arms)
{
  static const char *const arms[]
      = { "{\"arm\":\"new\"}", "{\"arm\":\"old\"}", "{\"arm\":\"spare\"}" };
  g_autoptr (GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) error = NULL;
  AssayRunSet *set;

  for (guint seed = 1; seed <= 4; seed++)
    for (guint arm = 0; arm < n_arms; arm++)
      {
        gboolean fails = seed == 4 && arm == 1;
        double values[3] = { seed, seed + (arm ? 0 : 2) + .1 * seed, seed };
        char *id = g_strdup_printf ("%012x", 16 * seed + arm);
        FixtureRun run = {
          .id = id, .parameters = arms[arm], .state = fails ? "failed" : "done", .seed = seed
        };
        AssayLogWriter *log;

        fixture_run (workspace, &run);
        log = fixture_log (workspace, id);
        fixture_series (log, "score", NULL, 10, fails ? 1 : 3, values);
        fixture_close (log);
        g_ptr_array_add (ids, id);
      }
  g_ptr_array_add (ids, NULL);
  set = assay_run_set_of (workspace, (const char *const *) ids->pdata, &error);
  g_assert_no_error (error);
  return set;
}

static void
test_judge (void)
{
  AssayWorkspace *workspace = fixture_workspace ();
  g_autoptr (GError) error = NULL;
  g_autoptr (AssayStudyInfo) info = assay_study_info_from_study (&study, &error);
  g_autoptr (AssayRunSet) set = make_runs (workspace, 2);
  g_autoptr (GPtrArray) verdicts = assay_claims_judge (set, info, &error),
                        none = assay_claims_judge (NULL, info, &error);
  const AssayVerdict *up = verdicts->pdata[0], *absent = verdicts->pdata[1];

  g_assert_no_error (error);
  /* Mean height: the middle of three values counts half. */
  g_assert_cmpfloat_with_epsilon (up->effect, 1, 1e-9);
  g_assert_cmpuint (up->n, ==, 3);
  g_assert_cmpuint (up->n_crashed, ==, 1);
  g_assert_cmpint (up->kind, ==, ASSAY_INCONCLUSIVE); /* an eighth of its cells are missing */
  g_assert_nonnull (strstr (up->reason, "cells are missing"));
  g_assert_cmpint (absent->kind, ==, ASSAY_NOT_RUN);
  g_assert_nonnull (strstr (up->notes->pdata[up->notes->len - 1], "under other rules"));
  g_assert_cmpint (((AssayVerdict *) none->pdata[0])->kind, ==, ASSAY_NOT_RUN);
  fixture_free (workspace);
}

static void
assert_runs (const AssayVerdict *verdict, const char *ids)
{
  g_autoptr (GPtrArray) runs = g_ptr_array_new ();
  g_autofree char *text = NULL;

  g_ptr_array_extend (runs, verdict->runs, NULL, NULL);
  g_ptr_array_sort (runs, compare_ids);
  g_ptr_array_add (runs, NULL);
  text = g_strjoinv (" ", (GStrv) runs->pdata);
  g_assert_cmpstr (text, ==, ids);
}

/* Runs are 16 seed + arm; the one that failed is among those of its claim. */
static void
test_behind (void)
{
  AssayWorkspace *workspace = fixture_workspace ();
  g_autoptr (GError) error = NULL;
  g_autoptr (AssayStudyInfo) info = assay_study_info_from_study (&study, &error);
  g_autoptr (AssayRunSet) set = make_runs (workspace, 3);
  g_autoptr (GPtrArray) verdicts = assay_claims_judge (set, info, &error);

  g_assert_no_error (error);
  assert_runs (verdicts->pdata[0], "000000000010 000000000011 000000000020 000000000021 "
                                   "000000000030 000000000031 000000000040 000000000041");
  assert_runs (verdicts->pdata[1], "");
  assert_runs (verdicts->pdata[2], "000000000012 000000000022 000000000032 000000000042");
  g_assert_cmpuint (((AssayVerdict *) verdicts->pdata[3])->runs->len, ==, 12);
  fixture_free (workspace);
}

static void
test_figure (void)
{
  AssayWorkspace *workspace = fixture_workspace ();
  g_autoptr (GError) error = NULL;
  g_autoptr (AssayStudyInfo) info = assay_study_info_from_study (&study, &error);
  g_autoptr (AssayRunSet) set = make_runs (workspace, 2);
  g_autofree char *note = NULL;
  g_autoptr (AssayFrame) frame
      = assay_fold_metric (set, info, "auc", NULL, NULL, NULL, &note, &error);
  g_autoptr (AssayBandFrame) band = NULL;

  g_assert_no_error (error);
  g_assert_nonnull (assay_frame_dim (frame, "arm"));
  g_assert_nonnull (assay_frame_dim (frame, "seed"));
  band = assay_band (frame, "seed", ASSAY_CENTER_MEAN, ASSAY_BAND_CI, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (assay_frame_n (band->frame), ==, 2);
  g_assert_cmpuint (g_array_index (band->n, guint, 0), ==, 4);
  g_assert_cmpuint (g_array_index (band->n, guint, 1), ==, 3);
  g_assert_null (assay_fold_metric (set, info, "nothing", NULL, NULL, NULL, NULL, &error));
  g_assert_nonnull (strstr (error->message, "there is no metric nothing"));
  fixture_free (workspace);
}

static guint
cells_of (const AssayFrame *frame, const char *side)
{
  const AssayFrameDim *dim = assay_frame_dim (frame, ASSAY_SIDE_DIM);
  guint n = 0;

  for (guint i = 0; i < assay_frame_n (frame); i++)
    n += strcmp (dim->levels->pdata[g_array_index (dim->codes, gint32, i)], side) == 0;
  return n;
}

/* A run may be on two sides; no fold reaches across; what a side lacks is said. */
static void
test_sides (void)
{
  static const char *const names[] = { "Z first", "A second", "C third" };
  static const char *const first[]
      = { "000000000010", "000000000011", "000000000020", "000000000021", NULL },
      *const second[] = { "000000000010", "000000000020", NULL },
             *const third[] = { "000000000030", "000000000031", NULL };
  static const AssayFold fold[]
      = { { .op = ASSAY_OP_DIFF, .over = "arm", .a = "new", .b = "old" }, { 0 } };
  const char *const *const ids[] = { first, second, third };
  AssayWorkspace *workspace = fixture_workspace ();
  g_autoptr (GError) error = NULL;
  g_autoptr (AssayStudyInfo) info = assay_study_info_from_study (&study, &error);
  g_autoptr (AssayRunSet) all = make_runs (workspace, 2);
  g_autoptr (AssayRunSet) set = assay_run_set_of_sides (workspace, names, ids, 3, &error);
  g_autoptr (AssayFrame) plain = NULL, differences = NULL;
  g_autofree char *note = NULL;

  g_assert_no_error (error);
  g_assert_cmpuint (set->dirs->len, ==, 8);
  g_assert_cmpint (assay_run_set_side (set, set->dirs->pdata[4]), ==, 1);
  g_assert_cmpint (assay_run_set_side (set, all->dirs->pdata[0]), ==, -1);
  plain = assay_fold_metric (set, info, "auc", NULL, NULL, NULL, &note, &error);
  g_assert_no_error (error);
  g_assert_null (note);
  g_assert_cmpuint (cells_of (plain, "Z first"), ==, 4);
  g_assert_cmpuint (cells_of (plain, "A second"), ==, 2);
  differences = assay_fold_metric (set, info, "auc", NULL, fold, NULL, &note, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (cells_of (differences, "Z first"), ==, 2);
  g_assert_cmpuint (cells_of (differences, "A second"), ==, 0);
  g_assert_cmpuint (cells_of (differences, "C third"), ==, 1);
  g_assert_true (g_str_has_prefix (note, "nothing of A second: "));
  g_assert_null (assay_fold_metric (set, info, "nothing", NULL, NULL, NULL, NULL, &error));
  g_assert_error (error, ASSAY_ERROR, ASSAY_ERROR_USAGE);
  fixture_free (workspace);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/claims/runs/directories-become-verdicts", test_judge);
  g_test_add_func ("/claims/runs/behind-a-claim-are-the-runs-that-its-folds-took", test_behind);
  g_test_add_func ("/claims/runs/sides-are-folded-each-by-itself", test_sides);
  g_test_add_func ("/claims/runs/directories-become-frames-and-bands", test_figure);
  return g_test_run ();
}
