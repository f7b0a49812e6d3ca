/* SPDX-License-Identifier: Apache-2.0
 *
 * The type check: a sound study passes, and each slip gets a sentence that names it.
 */
#include "world.h"

#include <assay/random.h>
#include <string.h>

#define PARAMS(P)                                                                                  \
  P (CHOICE, agent, "graph", "Agent", .choices = "graph one-step n-step")                          \
  P (INT, n, 3, "Steps", .min = 1, .max = 10, .when = "agent=n-step")                              \
  P (CHOICE, env, "easy", "Level", .choices = "easy hard")
ASSAY_PARAMS (Params, params, PARAMS)

static void
run_nothing (AssayRun *run)
{
}

static const AssayDim dims[] = {
  { .id = "input", .title = "Input", .kind = ASSAY_ITEM },
  { .id = "source", .title = "Source", .kind = ASSAY_LABEL, .of = "input", .values = "wiki web" },
  { .id = "split", .title = "Split", .kind = ASSAY_LABEL, .values = "train test" },
  { .id = "layer", .title = "Layer", .kind = ASSAY_NUMBER },
};

static const AssayMetric metrics[] = {
  { .id = "return", .title = "Return", .dims = "step" },
  { .id = "kl", .title = "Divergence", .dims = "step" },
  { .id = "correct", .title = "Correct", .dims = "split input" },
  { .id = "probe", .title = "Probe", .dims = "layer split" },
  { .id = "auc", .title = "Area", .of = "return", .fold = ASSAY_FOLDS (ASSAY_AUC ("step")) },
  { .id = "final",
    .title = "End",
    .of = "return",
    .fold = ASSAY_FOLDS (ASSAY_AT ("step", "last")) },
};

#define TUNED ASSAY_AUC ("step"), ASSAY_BEST ("n", "seed")

static const AssayClaim sound[] = {
  { .id = "tuned",
    .says = "Graph beats tuned baselines",
    .metric = "return",
    .fold = ASSAY_FOLDS (TUNED, ASSAY_IQM ("env seed"), ASSAY_DIFF ("agent", "graph", "*")),
    .units = "seed/env",
    .each = "agent",
    .expect = ASSAY_ABOVE (0) },
  { .id = "matched",
    .says = "At equal divergence",
    .metric = "return",
    .where = "agent=graph,one-step env=easy",
    .fold = ASSAY_FOLDS (ASSAY_WHEN ("step", "kl", 1.2), ASSAY_DIFF ("agent", "graph", "one-step"),
                         ASSAY_MEAN ("seed")),
    .expect = ASSAY_ABOVE (0) },
  { .id = "groups",
    .says = "Web is harder",
    .metric = "correct",
    .where = "agent=graph env=easy split=test",
    .fold
    = ASSAY_FOLDS (ASSAY_MEAN ("input"), ASSAY_DIFF ("source", "wiki", "web"), ASSAY_MEAN ("seed")),
    .units = "seed input",
    .expect = ASSAY_ABOVE (0) },
  { .id = "layers",
    .says = "Later layers know more",
    .metric = "probe",
    .where = "agent=graph env=easy split=test layer>=2",
    .fold = ASSAY_FOLDS (ASSAY_SLOPE ("layer"), ASSAY_MEAN ("seed")),
    .expect = ASSAY_ABOVE (0) },
  { .id = "joined",
    .says = "The end is above the mean",
    .metric = "final auc",
    .where = "env=easy agent=graph",
    .fold = ASSAY_FOLDS (ASSAY_DIFF ("metric", "final", "auc"), ASSAY_MEAN ("seed")),
    .expect = ASSAY_ABOVE (0) },
};

static const AssayFigure figures[] = {
  { .id = "curves",
    .title = "Curves",
    .x = "step",
    .y = "return",
    .where = "agent=graph,one-step",
    .color = "agent",
    .col = "env" },
};

static const AssayPreset presets[] = {
  { .id = "quick",
    .title = "Quick",
    .plan = "agent=graph,one-step env=easy,hard\nagent=n-step n=1,3 env=easy,hard",
    .seeds = 3,
    .seconds = 1 },
  { .id = "golden",
    .title = "Golden",
    .plan = "",
    .seeds = 1,
    .seconds = 1,
    .flags = ASSAY_HIDDEN },
};

static GPtrArray *
check (const AssayClaim *claims, guint n_claims, const AssayFigure *figure)
{
  AssayStudy study = {
    .size = sizeof (AssayStudy),
    .id = "checked",
    .title = "Checked",
    .question = "Does the check see it?",
    .params_size = sizeof (Params),
    .params = ASSAY_TABLE (params),
    .dims = ASSAY_TABLE (dims),
    .metrics = ASSAY_TABLE (metrics),
    .claims = { claims, n_claims, sizeof (AssayClaim) },
    .figures = { figure, 1, sizeof (AssayFigure) },
    .presets = ASSAY_TABLE (presets),
    .run = run_nothing,
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (AssayStudyInfo) info = assay_study_info_from_study (&study, &error);

  g_assert_no_error (error);
  return assay_claims_check (info);
}

static void
test_sound (void)
{
  g_autoptr (GPtrArray) sentences = check (sound, G_N_ELEMENTS (sound), figures);

  if (sentences)
    g_error ("%s", (char *) sentences->pdata[0]);
}

#define GRAPH .metric = "return", .where = "agent=graph env=easy"
#define FOLDED .fold = ASSAY_FOLDS (ASSAY_AUC ("step"), ASSAY_MEAN ("seed"))

static const struct
{
  AssayClaim claim;
  const char *part;
} slips[] = {
  { { GRAPH, .fold = ASSAY_FOLDS (ASSAY_MEAN ("seed")) },
    "claim x, preset quick: dimension step (" },
  { { .metric = "return", .where = "agent=graph", FOLDED },
    "dimension env (easy, hard) is not folded; fold it, name it in `each`, or fix it" },
  { { GRAPH, .fold = ASSAY_FOLDS (ASSAY_AUC ("step"), ASSAY_DIFF ("agent", "graph", "tree"),
                                  ASSAY_MEAN ("seed")) },
    "fold 2, DIFF (\"agent\"): dimension agent has no level tree here, only graph" },
  { { GRAPH, .fold = ASSAY_FOLDS (ASSAY_AUC ("layer"), ASSAY_MEAN ("seed")) },
    "fold 1, AUC (\"layer\"): the value has no dimension layer here" },
  { { GRAPH,
      .fold = ASSAY_FOLDS (ASSAY_AUC ("step"), ASSAY_AT ("step", "last"), ASSAY_MEAN ("seed")) },
    "fold 2, AT (\"step\"): the value has no dimension step here" },
  { { .metric = "return", .where = "agent=graph env=medium", FOLDED },
    "no run of this preset gives return where agent=graph env=medium" },
  { { .metric = "return", .where = "agnt=graph env=easy", FOLDED },
    "`where` names agnt, and there is no such dimension" },
  { { .metric = "return", .where = "agent=graph env=", FOLDED }, "`where`:" },
  { { .metric = "return", .where = "agent=graph env=easy split=test", FOLDED },
    "`where` names split, which no metric behind it has" },
  { { GRAPH, FOLDED, .units = "seed input" }, "unit input is redrawn, but no fold" },
  { { GRAPH, .fold = ASSAY_FOLDS (ASSAY_AUC ("step"), ASSAY_MEAN ("env"), ASSAY_MEAN ("seed")),
      .units = "seed/env" },
    "env is folded before seed" },
  { { .metric = "return",
      .fold = ASSAY_FOLDS (TUNED, ASSAY_DIFF ("agent", "graph", "one-step"), ASSAY_MEAN ("seed"),
                           ASSAY_MEAN ("env")),
      .units = "env seed" },
    "unit env cannot be redrawn: only items and seeds are exchangeable" },
  { { .metric = "correct",
      .where = "agent=graph env=easy split=test",
      .fold = ASSAY_FOLDS (ASSAY_TREND ("input"), ASSAY_MEAN ("seed")) },
    "needs one dimension with an order, not input" },
  { { GRAPH,
      .fold = ASSAY_FOLDS (ASSAY_AUC ("step"), ASSAY_BEST ("n", "env"), ASSAY_MEAN ("seed")) },
    "cannot choose by env" },
  { { GRAPH, .fold = ASSAY_FOLDS (ASSAY_BEST ("step", "correct"), ASSAY_MEAN ("seed")) },
    "metric correct has dimension split, which the value has not" },
  { { .metric = "return",
      .where = "env=easy",
      .fold = ASSAY_FOLDS (ASSAY_AUC ("step"), ASSAY_DIFF ("agent n", "n-step 1", "n-step 7"),
                           ASSAY_MEAN ("seed")) },
    "dimension n has no level 7 here, only 1, 3" },
};

static void
test_slips (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (slips); i++)
    {
      AssayClaim claim = slips[i].claim;
      g_autoptr (GPtrArray) sentences = NULL;
      gboolean found = FALSE;

      claim.id = "x";
      claim.says = "A slip";
      if (claim.expect.kind == ASSAY_EXPECT_NONE)
        claim.expect = (AssayExpect) ASSAY_ABOVE (0);
      sentences = check (&claim, 1, figures);
      for (guint s = 0; sentences && s < sentences->len; s++)
        found = found || strstr (sentences->pdata[s], slips[i].part);
      if (!found)
        g_error ("case %u: \"%s\" does not say \"%s\"", i,
                 sentences ? (char *) sentences->pdata[0] : "(passed)", slips[i].part);
    }
}

/* Its points are the steps, which are no channel; a scatter of them would be. */
static void
test_path (void)
{
  AssayFigure figure = {
    .id = "x", .title = "A curve", .x = "kl", .y = "return", .where = "agent=graph env=easy"
  };
  g_autoptr (GPtrArray) line = check (sound, G_N_ELEMENTS (sound), &figure), point = NULL;

  g_assert_null (line);
  figure.mark = ASSAY_POINT;
  point = check (sound, G_N_ELEMENTS (sound), &figure);
  g_assert_nonnull (point);
  g_assert_nonnull (strstr (point->pdata[0], "has dimension step, which no channel shows"));
}

static const struct
{
  AssayFigure figure;
  const char *part;
} pictures[] = {
  { { .x = "step", .y = "return", .where = "agent=graph,one-step", .color = "agent" },
    "figure x, preset quick: metric return has dimension env, which no channel shows" },
  { { .x = "step", .y = "return", .where = "agent=medium" }, "figure x: no preset gives it data" },
  { { .x = "step",
      .y = "return",
      .where = "agent=graph env=easy",
      .fold = ASSAY_FOLDS (ASSAY_MEAN ("layer")) },
    "fold 1, MEAN (\"layer\")" },
};

static void
test_figures (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (pictures); i++)
    {
      AssayFigure figure = pictures[i].figure;
      g_autoptr (GPtrArray) sentences = NULL;

      figure.id = "x";
      figure.title = "A slip";
      sentences = check (sound, G_N_ELEMENTS (sound), &figure);
      if (!sentences || !strstr (sentences->pdata[0], pictures[i].part))
        g_error ("case %u: \"%s\" does not say \"%s\"", i,
                 sentences ? (char *) sentences->pdata[0] : "(passed)", pictures[i].part);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/claims/check/a-sound-study-passes", test_sound);
  g_test_add_func ("/claims/check/each-slip-gets-its-sentence", test_slips);
  g_test_add_func ("/claims/check/figures-show-every-dimension", test_figures);
  g_test_add_func ("/claims/check/a-line-against-a-metric-runs-along-what-both-share", test_path);
  return g_test_run ();
}
