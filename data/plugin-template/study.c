/* SPDX-License-Identifier: Apache-2.0 */
/* A complete study, on the ten-armed bandit of Sutton and Barto (2018, section 2.3). */
#include <assay/random.h>

#define PARAMS(P)                                                                                  \
  P (CHOICE, agent, "epsilon-greedy", "Agent", .choices = "random greedy epsilon-greedy")          \
  P (REAL, epsilon, 0.1, "Share of random moves", .max = 1, .help = "Of agent=epsilon-greedy.")
ASSAY_PARAMS (Params, params, PARAMS)

static const AssayMetric metrics[]
    = { { .id = "reward", .dims = "step", .help = "Expected reward of the arm that is pulled." } };
static const AssayFigure figures[]
    = { { .id = "learning", .x = "step", .y = "reward", .color = "agent" } };
static const AssayPreset presets[]
    = { { .id = "quick", .plan = "agent=random,greedy,epsilon-greedy", .seeds = 40, .seconds = 5 },
        { .id = "golden", .seeds = 1, .seconds = 1, .flags = ASSAY_HIDDEN } };

#define MORE(a, b) ASSAY_FOLDS (ASSAY_AUC ("step"), ASSAY_DIFF ("agent", a, b), ASSAY_MEAN ("seed"))
static const AssayClaim claims[]
    = { { "exploring-pays", "Exploring beats greed in the long run", .source = "Fig 2.2",
          .metric = "reward", .fold = MORE ("epsilon-greedy", "greedy"), .expect = ASSAY_ABOVE (0),
          .needs = "greed-learns" },
        { "greed-learns", .metric = "reward", .fold = MORE ("greedy", "random"),
          .expect = ASSAY_ABOVE (0) } };

static void
run (AssayRun *run)
{
  const Params *p = run->params;
  double explore = p->agent[0] == 'r' ? 1 : p->agent[0] == 'g' ? 0 : p->epsilon;
  double worth[10], seen[10] = { 0 }, pulls[10] = { 0 };
  uint32_t reward = assay_series (run, "reward", NULL);
  AssayStream bandit, moves;

  assay_stream (run, "bandit", &bandit);
  assay_stream (run, "moves", &moves);
  for (int arm = 0; arm < 10; arm++)
    worth[arm] = assay_normal (&bandit);
  for (int step = 1; step <= 1000 && !assay_cancelled (run); step++)
    {
      int arm = 0;

      for (int other = 1; other < 10; other++)
        arm = seen[other] > seen[arm] ? other : arm;
      if (assay_uniform (&moves) < explore)
        arm = (int) assay_below (&moves, 10);
      seen[arm] += (worth[arm] + assay_normal (&moves) - seen[arm]) / ++pulls[arm];
      assay_observe (run, reward, step, worth[arm]);
    }
}

static const AssayStudy study = {
  ASSAY_STUDY_HEADER (Params, params), .id = "template",
  .title = "Exploring on a bandit",    .question = "Does exploring pay on a ten-armed bandit?",
  .paper = "Sutton & Barto 2018, 2.3", .metrics = ASSAY_TABLE (metrics),
  .claims = ASSAY_TABLE (claims),      .figures = ASSAY_TABLE (figures),
  .presets = ASSAY_TABLE (presets),    .run = run
};
ASSAY_STUDY_PLUGIN ("template", study, "1.0", "Apache-2.0")
