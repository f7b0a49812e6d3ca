/* SPDX-License-Identifier: Apache-2.0
 *
 * What the papers say, and what has to hold before it is believed.  Included by study.c only.
 * B: Coste et al. 2023 (arXiv 2310.02743).  G: Gao et al. 2022 (arXiv 2210.10760).
 * Written before the first run; README.md says what was changed since.
 */
#include "arms.h"
#include <assay/plugin.h>

/* Deviations of gold that count as none; and what an objective may cost. */
#define NOTHING .05
#define COSTS_NOTHING ASSAY_ABOVE (-NOTHING)
#define NONE ASSAY_WITHIN (-NOTHING, NOTHING)

#define JUDGED "quick standard paper"
#define NEEDS_BON "gate-entropy gate-duplicates gate-oracle"
#define NEEDS_RL "gate-falls"

static const AssayClaim claims[] = {
  /* ---- Gates ---- */
  { .id = "gate-entropy",
    .says = "Answers are various enough for the KL of best-of-n to be near its bound",
    .metric = "guard-entropy",
    .where = BON " " NOISY " " MAIN,
    .fold = ASSAY_FOLDS (PINNED, ASSAY_QUANTILE ("seed", 0)),
    .expect = ASSAY_ABOVE (1),
    .presets = JUDGED },
  { .id = "gate-duplicates",
    .says = "Under 1 % of the answers equal an earlier one",
    .metric = "guard-duplicates",
    .where = BON " " NOISY " " MAIN,
    .fold = ASSAY_FOLDS (PINNED, ASSAY_QUANTILE ("seed", 1)),
    .expect = ASSAY_BELOW (.01),
    .presets = JUDGED },
  { .id = "gate-oracle",
    .says = "Choosing by gold itself beats choosing by a single reward model",
    .metric = "bon-final",
    .where = BON " " NOISY " " MAIN " objective=gold,single",
    .fold = ASSAY_FOLDS (PINNED, ASSAY_DIFF ("objective", "gold", "single"), ASSAY_MEAN ("seed")),
    .units = "seed prompt",
    .expect = ASSAY_ABOVE (0),
    .presets = JUDGED },
  { .id = "gate-falls",
    .says = "Without a penalty a policy rewarded by a single model falls by more than a tenth",
    .metric = "drop",
    .where = PPO " " NOISY " " MAIN " beta=0 objective=single",
    .fold = ASSAY_FOLDS (PINNED_POLICY, ASSAY_MEAN ("beta objective"), ASSAY_MEAN ("seed")),
    .units = "seed prompt",
    .expect = ASSAY_ABOVE (.1),
    .presets = JUDGED },

  /* ---- Reward model ensembles ---- */
  { .id = "B1-proxy",
    .says = "Optimising a single reward model raises its own reward to the end",
    .source = "Fig 2, 3, 5",
    .metric = "mean-proxy",
    .where = PPO " " NOISY " " MAIN " beta=0 objective=single",
    .fold = ASSAY_FOLDS (ASSAY_TREND ("step"), PINNED_POLICY, ASSAY_MEAN ("beta objective"),
                         ASSAY_MEAN ("seed")),
    .expect = ASSAY_ABOVE (.5),
    .presets = JUDGED },
  { .id = "B1-bon",
    .says = "Under best-of-n gold by a single reward model peaks and then falls",
    .source = "Fig 3",
    .metric = "bon-drop",
    .where = BON " " NOISY " " MAIN " objective=single",
    .fold = ASSAY_FOLDS (PINNED, ASSAY_MEAN ("objective"), ASSAY_MEAN ("seed")),
    .units = "seed prompt",
    .expect = ASSAY_ABOVE (0),
    .needs = NEEDS_BON,
    .presets = JUDGED },
  { .id = "B1-ppo",
    .says = "Under PPO without a penalty gold by a single reward model peaks and then falls",
    .source = "Fig 5",
    .metric = "drop",
    .where = PPO " " NOISY " " MAIN " beta=0 objective=single",
    .fold = ASSAY_FOLDS (PINNED_POLICY, ASSAY_MEAN ("beta objective"), ASSAY_MEAN ("seed")),
    .units = "seed prompt",
    .expect = ASSAY_ABOVE (0),
    .presets = JUDGED },
  { .id = "B1",
    .says = "Optimising a single reward model overoptimises: its reward rises while gold peaks and "
            "falls, under best-of-n and under PPO",
    .source = "Fig 2, 3, 5, 14, 16, 17",
    .all_of = "B1-proxy B1-bon B1-ppo",
    .presets = JUDGED },

  { .id = "B2-noisy",
    .says = "With 25 % wrong labels each ensemble objective ends above the average single reward "
            "model",
    .source = "Fig 3",
    .paper = "up to about 75 % more gold",
    .metric = "bon-final",
    .where = BON " " NOISY " " MAIN " " PAPERS,
    .fold = ASSAY_FOLDS (PINNED, ASSAY_DIFF ("objective", "single", "*"), ASSAY_MEAN ("seed")),
    .units = "seed prompt",
    .each = "objective",
    .expect = ASSAY_BELOW (0),
    .needs = NEEDS_BON,
    .presets = JUDGED },
  { .id = "B2-clean",
    .says = "Without wrong labels each ensemble objective ends above the average single reward "
            "model",
    .source = "Fig 3",
    .paper = "up to about 30 % more gold",
    .metric = "bon-final",
    .where = BON " " CLEAN " " MAIN " " PAPERS,
    .fold = ASSAY_FOLDS (PINNED, ASSAY_DIFF ("objective", "single", "*"), ASSAY_MEAN ("seed")),
    .units = "seed prompt",
    .each = "objective",
    .expect = ASSAY_BELOW (0),
    .needs = NEEDS_BON,
    .presets = JUDGED },
  { .id = "B2",
    .says = "Best-of-n: all three ensemble objectives beat the average single reward model at the "
            "largest n",
    .source = "Fig 3",
    .paper = "up to about 30 % without, 75 % with 25 % wrong labels; abstract: up to 70 %",
    .all_of = "B2-noisy B2-clean",
    .presets = JUDGED },

  { .id = "B3-noisy",
    .says = "With 25 % wrong labels best-of-n by WCO and UWO does not fall from its peak",
    .source = "Fig 3",
    .metric = "bon-drop",
    .where = BON " " NOISY " " MAIN " " CAUTIOUS,
    .fold = ASSAY_FOLDS (PINNED, ASSAY_MEAN ("seed")),
    .units = "seed prompt",
    .each = "objective",
    .expect = NONE,
    .needs = NEEDS_BON,
    .presets = JUDGED },
  { .id = "B3-clean",
    .says = "Without wrong labels best-of-n by WCO and UWO does not fall from its peak",
    .source = "Fig 3",
    .metric = "bon-drop",
    .where = BON " " CLEAN " " MAIN " " CAUTIOUS,
    .fold = ASSAY_FOLDS (PINNED, ASSAY_MEAN ("seed")),
    .units = "seed prompt",
    .each = "objective",
    .expect = NONE,
    .needs = NEEDS_BON,
    .presets = JUDGED },
  { .id = "B3-mean",
    .says = "With 25 % wrong labels best-of-n by the ensemble's mean falls from its peak",
    .source = "Fig 3",
    .metric = "bon-drop",
    .where = BON " " NOISY " " MAIN " objective=mean",
    .fold = ASSAY_FOLDS (PINNED, ASSAY_MEAN ("objective"), ASSAY_MEAN ("seed")),
    .units = "seed prompt",
    .expect = ASSAY_ABOVE (0),
    .needs = NEEDS_BON,
    .presets = JUDGED },
  { .id = "B3",
    .says = "Best-of-n: WCO and UWO show no overoptimisation, the mean does with 25 % wrong labels",
    .source = "Fig 3",
    .all_of = "B3-noisy B3-clean B3-mean",
    .presets = JUDGED },

  { .id = "B4-noisy",
    .says
    = "With 25 % wrong labels each ensemble objective wins more often than not against single "
      "reward models",
    .source = "Tab 6",
    .paper = "mean 57.8 %, WCO 58.3 %, UWO 58.2 %",
    .metric = "bon-win",
    .where = BON " " NOISY " " MAIN " objective=mean,wco,uwo",
    .fold = ASSAY_FOLDS (PINNED, ASSAY_MEAN ("prompt"), ASSAY_MEAN ("seed")),
    .units = "seed prompt",
    .each = "objective",
    .expect = ASSAY_ABOVE (.5),
    .needs = NEEDS_BON,
    .presets = JUDGED },
  { .id = "B4-clean",
    .says = "Without wrong labels each ensemble objective wins more often than not against single "
            "reward models",
    .source = "Tab 6",
    .paper = "mean 54.9 %, WCO 57.1 %, UWO 57.2 %",
    .metric = "bon-win",
    .where = BON " " CLEAN " " MAIN " objective=mean,wco,uwo",
    .fold = ASSAY_FOLDS (PINNED, ASSAY_MEAN ("prompt"), ASSAY_MEAN ("seed")),
    .units = "seed prompt",
    .each = "objective",
    .expect = ASSAY_ABOVE (.5),
    .needs = NEEDS_BON,
    .presets = JUDGED },
  { .id = "B4",
    .says = "Best-of-n: ensembles win against single reward models",
    .source = "Tab 6",
    .paper = "54.9 to 58.3 %, sd .6 to 1.3",
    .all_of = "B4-noisy B4-clean",
    .presets = JUDGED },

/* Answers of two policies to one prompt, drawn apart. */
#define B5_PART(id_, noise_, objective_, paper_)                                                   \
  {                                                                                                \
    .id = "B5-" id_,                                                                               \
    .says = "PPO with a small penalty: " objective_ " wins more often than not against a single "  \
            "reward model",                                                                        \
    .source = "Tab 6", .paper = paper_, .metric = "gold-last",                                     \
    .where = PPO " " noise_ " " MAIN " beta=0.015 objective=single," objective_,                   \
    .fold = ASSAY_FOLDS (PINNED_POLICY, ASSAY_MEAN ("beta"),                                       \
                         ASSAY_WIN ("draw prompt", "objective", objective_, "single"),             \
                         ASSAY_MEAN ("seed")),                                                     \
    .units = "seed prompt", .expect = ASSAY_ABOVE (.5), .presets = "standard paper"                \
  }
  B5_PART ("mean", NOISY, "mean", "60.2 %"),
  B5_PART ("wco", NOISY, "wco", "62.2 %"),
  B5_PART ("uwo", NOISY, "uwo", "63.0 %"),
  { .id = "B5",
    .says = "PPO: ensembles win against single reward models, with 25 % wrong labels",
    .source = "Tab 6",
    .paper = "mean 58.1/60.2 %, WCO 59.4/62.2 %, UWO 60.2/63.0 % (0/25 % wrong labels), sd 2.9 to "
             "3.5",
    .all_of = "B5-mean B5-wco B5-uwo",
    .presets = "standard paper" },

#define B6_PART(id_, width_, paper_)                                                               \
  {                                                                                                \
    .id = "B6-" id_,                                                                               \
    .says = "Best-of-n with reward models of width " width_                                        \
            ": each ensemble objective wins more often than not against single ones",              \
    .source = "Tab 7", .paper = paper_, .metric = "bon-win",                                       \
    .where = BON " " NOISY " width=" width_ " " DATA                                               \
                 " diversity=seed policy-width=64 objective=mean,wco,uwo",                         \
    .fold = ASSAY_FOLDS (PINNED, ASSAY_MEAN ("prompt"), ASSAY_MEAN ("seed")),                      \
    .units = "seed prompt", .each = "objective", .expect = ASSAY_ABOVE (.5), .needs = NEEDS_BON,   \
    .presets = "standard paper"                                                                    \
  }
#define B6_PPO(id_, width_, objective_, paper_)                                                    \
  {                                                                                                \
    .id = "B6-ppo-" id_,                                                                           \
    .says = "PPO with reward models of width " width_ ": " objective_                              \
            " wins more often than not against a single one",                                      \
    .source = "Tab 7", .paper = paper_, .metric = "gold-last",                                     \
    .where = PPO " " NOISY " width=" width_ " " DATA                                               \
                 " diversity=seed policy-width=64 beta=0.015 objective=single," objective_,        \
    .fold = ASSAY_FOLDS (PINNED_POLICY, ASSAY_MEAN ("beta"),                                       \
                         ASSAY_WIN ("draw prompt", "objective", objective_, "single"),             \
                         ASSAY_MEAN ("seed")),                                                     \
    .units = "seed prompt", .expect = ASSAY_ABOVE (.5), .presets = "paper"                         \
  }
  B6_PART ("small", "16", "7M: mean 57.7 %, WCO 58.8 %, UWO 61.3 %"),
  B6_PART ("large", "48", "1.3B: mean 72.3 %, WCO 71.2 %, UWO 73.8 %"),
  B6_PPO ("small-mean", "16", "mean", "7M: 50.8 %"),
  B6_PPO ("small-wco", "16", "wco", "7M: 57.9 %"),
  B6_PPO ("small-uwo", "16", "uwo", "7M: 59.0 %"),
  B6_PPO ("large-mean", "48", "mean", "1.3B: 56.2 %"),
  B6_PPO ("large-wco", "48", "wco", "1.3B: 62.9 %"),
  B6_PPO ("large-uwo", "48", "uwo", "1.3B: 63.1 %"),
  { .id = "B6",
    .says = "Smaller and larger reward models: ensembles win, under best-of-n and under PPO",
    .source = "Tab 7, Fig 8",
    .paper = "best-of-n 57.7 to 73.8 %, PPO 50.8 to 63.1 %",
    .all_of = "B6-small B6-large B6-ppo-small-mean B6-ppo-small-wco B6-ppo-small-uwo "
              "B6-ppo-large-mean B6-ppo-large-wco B6-ppo-large-uwo",
    .presets = "paper" },

  { .id = "B7-reduce",
    .says = "PPO without a penalty: WCO and UWO fall less than a single reward model",
    .source = "Fig 5",
    .metric = "drop",
    .where = PPO " " NOISY " " MAIN " beta=0 objective=single,wco,uwo",
    .fold = ASSAY_FOLDS (PINNED_POLICY, ASSAY_MEAN ("beta"),
                         ASSAY_DIFF ("objective", "single", "*"), ASSAY_MEAN ("seed")),
    .units = "seed prompt",
    .each = "objective",
    .expect = ASSAY_ABOVE (0),
    .needs = NEEDS_RL,
    .presets = JUDGED },
  { .id = "B7-remain",
    .says = "PPO without a penalty: WCO and UWO still fall from their peaks",
    .source = "Fig 5",
    .metric = "drop",
    .where = PPO " " NOISY " " MAIN " beta=0 " CAUTIOUS,
    .fold = ASSAY_FOLDS (PINNED_POLICY, ASSAY_MEAN ("beta"), ASSAY_MEAN ("seed")),
    .units = "seed prompt",
    .each = "objective",
    .expect = ASSAY_ABOVE (0),
    .needs = NEEDS_RL,
    .presets = JUDGED },
#define B7_PART(id_, objective_)                                                                   \
  {                                                                                                \
    .id = "B7-" id_,                                                                               \
    .says = "PPO without a penalty: " objective_                                                   \
            " ends above a single reward model and above the mean",                                \
    .source = "Fig 5", .metric = "final",                                                          \
    .where = PPO " " NOISY " " MAIN " beta=0 objective=single,mean," objective_,                   \
    .fold = ASSAY_FOLDS (PINNED_POLICY, ASSAY_MEAN ("beta"),                                       \
                         ASSAY_DIFF ("objective", objective_, "*"), ASSAY_MEAN ("seed")),          \
    .units = "seed prompt", .each = "objective", .expect = ASSAY_ABOVE (0), .needs = NEEDS_RL,     \
    .presets = JUDGED                                                                              \
  }
  B7_PART ("wco", "wco"),
  B7_PART ("uwo", "uwo"),
  { .id = "B7",
    .says
    = "PPO without a penalty: WCO and UWO reduce overoptimisation without eliminating it, and "
      "end above single reward model and mean",
    .source = "Fig 5",
    .all_of = "B7-reduce B7-remain B7-wco B7-uwo",
    .presets = JUDGED },

  { .id = "B8-none",
    .says = "PPO with a small penalty: WCO and UWO do not fall from their peaks",
    .source = "Fig 4",
    .metric = "drop",
    .where = PPO " " NOISY " " MAIN " beta=0.015 " CAUTIOUS,
    .fold = ASSAY_FOLDS (PINNED_POLICY, ASSAY_MEAN ("beta"), ASSAY_MEAN ("seed")),
    .units = "seed prompt",
    .each = "objective",
    .expect = NONE,
    .needs = NEEDS_RL,
    .presets = "standard paper" },
  { .id = "B8-cost",
    .says = "PPO with a small penalty: WCO and UWO end no lower than their own peak without one",
    .source = "Fig 4",
    .metric = "final peak",
    .where = PPO " " NOISY " " MAIN " beta=0,0.015 " CAUTIOUS,
    .fold = ASSAY_FOLDS (PINNED_POLICY, ASSAY_DIFF ("metric beta", "final 0.015", "peak 0"),
                         ASSAY_MEAN ("seed")),
    .units = "seed prompt",
    .each = "objective",
    .expect = COSTS_NOTHING,
    .needs = NEEDS_RL,
    .presets = "standard paper" },
  { .id = "B8",
    .says
    = "PPO with a small penalty (the second of the grid): WCO and UWO prevent overoptimisation "
      "at no cost",
    .source = "Fig 4",
    .paper = "beta = .01",
    .all_of = "B8-none B8-cost",
    .presets = "standard paper" },

  { .id = "B9-factor",
    .says = "The penalty at which a single reward model stops falling is about 20 times (10 to 40) "
            "that of UWO",
    .source = "Fig 6",
    .paper = "beta = .2 against .01",
    .metric = "drop",
    .where = PPO " " NOISY " " MAIN " objective=single,uwo",
    .fold = ASSAY_FOLDS (PINNED_POLICY, ASSAY_MEAN ("seed"), ASSAY_REACH ("beta", NOTHING),
                         ASSAY_RATIO ("objective", "single", "uwo")),
    .units = "seed prompt",
    .expect = ASSAY_WITHIN (10, 40),
    .needs = NEEDS_RL,
    .presets = "standard paper" },
  { .id = "B9-cost",
    .says = "Where each stops falling, a single reward model has less gold at the end than UWO",
    .source = "Fig 6",
    .metric = "final",
    .where = PPO " " NOISY " " MAIN " objective=single,uwo",
    .fold
    = ASSAY_FOLDS (PINNED_POLICY, ASSAY_MEAN ("seed"), ASSAY_WHEN ("beta", "drop-mean", NOTHING),
                   ASSAY_DIFF ("objective", "single", "uwo")),
    .units = "seed prompt",
    .expect = ASSAY_BELOW (0),
    .needs = NEEDS_RL,
    .presets = "standard paper" },
  { .id = "B9",
    .says
    = "A penalty alone, with a single reward model, must be about 20 times as large, and costs "
      "performance",
    .source = "Fig 6",
    .paper = "beta = .2 against .01",
    .all_of = "B9-factor B9-cost",
    .presets = "standard paper" },

#define B10_PART(id_, objective_)                                                                  \
  {                                                                                                \
    .id = "B10-" id_,                                                                              \
    .says = "At every penalty " objective_ " ends no lower than a single reward model",            \
    .source = "Fig 7", .metric = "final",                                                          \
    .where = PPO " " NOISY " " MAIN " objective=single," objective_,                               \
    .fold = ASSAY_FOLDS (PINNED_POLICY, ASSAY_DIFF ("objective", objective_, "single"),            \
                         ASSAY_MEAN ("seed")),                                                     \
    .units = "seed prompt", .each = "beta", .expect = COSTS_NOTHING, .needs = NEEDS_RL,            \
    .presets = "standard paper"                                                                    \
  }
  B10_PART ("wco", "wco"),
  B10_PART ("uwo", "uwo"),
  { .id = "B10-small",
    .says = "The smaller the penalty, the more UWO ends above a single reward model",
    .source = "Fig 7",
    .metric = "final",
    .where = PPO " " NOISY " " MAIN " objective=single,uwo",
    .fold = ASSAY_FOLDS (PINNED_POLICY, ASSAY_DIFF ("objective", "uwo", "single"),
                         ASSAY_TREND ("beta"), ASSAY_MEAN ("seed")),
    .units = "seed prompt",
    .expect = ASSAY_BELOW (0),
    .needs = NEEDS_RL,
    .presets = "standard paper" },
  { .id = "B10",
    .says
    = "At every penalty WCO and UWO are no worse than a single reward model, with the largest "
      "gap at small ones",
    .source = "Fig 7 (25 % wrong labels), 20 (none)",
    .all_of = "B10-wco B10-uwo B10-small",
    .presets = "standard paper" },

  { .id = "B11-size",
    .says = "At every size of reward model UWO ends above the average single one",
    .source = "Fig 8, 21",
    .metric = "bon-final",
    .where = BON " " NOISY " " DATA " diversity=seed policy-width=64 objective=single,uwo",
    .fold = ASSAY_FOLDS (ASSAY_MEAN ("noise " PIN_DATA PIN_REST),
                         ASSAY_DIFF ("objective", "uwo", "single"), ASSAY_MEAN ("seed")),
    .units = "seed prompt",
    .each = "width",
    .expect = ASSAY_ABOVE (0),
    .needs = NEEDS_BON,
    .presets = "standard paper" },
  { .id = "B11-data",
    .says = "With 1,000 and with 4,000 pairs UWO ends above the average single reward model",
    .source = "Fig 9, 22",
    .metric = "bon-final",
    .where = BON " " NOISY " " SIZE
                 " pairs=1000,4000 epochs=5 diversity=seed policy-width=64 objective=single,uwo",
    .fold = ASSAY_FOLDS (ASSAY_MEAN ("noise width epochs " PIN_REST),
                         ASSAY_DIFF ("objective", "uwo", "single"), ASSAY_MEAN ("seed")),
    .units = "seed prompt",
    .each = "pairs",
    .expect = ASSAY_ABOVE (0),
    .needs = NEEDS_BON,
    .presets = "standard paper" },
  { .id = "B11-size-alike",
    .says = "UWO's gain is as large for the largest reward model as for the smallest",
    .source = "Fig 8, 21",
    .metric = "bon-final",
    .where = BON " " NOISY " " DATA " diversity=seed policy-width=64 objective=single,uwo",
    .fold = ASSAY_FOLDS (ASSAY_MEAN ("noise " PIN_DATA PIN_REST),
                         ASSAY_DIFF ("objective", "uwo", "single"),
                         ASSAY_DIFF ("width", "48", "16"), ASSAY_MEAN ("seed")),
    .units = "seed prompt",
    .expect = ASSAY_WITHIN (-.1, .1),
    .needs = NEEDS_BON,
    .presets = "standard paper" },
  { .id = "B11-data-alike",
    .says = "UWO's gain is as large with 4,000 pairs as with 1,000",
    .source = "Fig 9, 22",
    .metric = "bon-final",
    .where = BON " " NOISY " " SIZE
                 " pairs=1000,4000 epochs=5 diversity=seed policy-width=64 objective=single,uwo",
    .fold = ASSAY_FOLDS (ASSAY_MEAN ("noise width epochs " PIN_REST),
                         ASSAY_DIFF ("objective", "uwo", "single"),
                         ASSAY_DIFF ("pairs", "4000", "1000"), ASSAY_MEAN ("seed")),
    .units = "seed prompt",
    .expect = ASSAY_WITHIN (-.1, .1),
    .needs = NEEDS_BON,
    .presets = "standard paper" },
  { .id = "B11",
    .says = "What ensembles gain does not depend on the size of reward models and their data",
    .source = "Fig 8, 9, 21, 22",
    .all_of = "B11-size B11-data B11-size-alike B11-data-alike",
    .presets = "standard paper" },

  { .id = "B12-fourth",
    .says = "A fourth reward model adds gold to three",
    .source = "Fig 11, 23",
    .metric = "bon-gold-by-k",
    .where = BON " " NOISY " " MAIN " objective=mean,wco,uwo",
    .fold
    = ASSAY_FOLDS (PINNED, ASSAY_DIFF ("k", "4", "3"), ASSAY_MEAN ("prompt"), ASSAY_MEAN ("seed")),
    .units = "seed prompt",
    .each = "objective",
    .expect = ASSAY_ABOVE (0),
    .needs = NEEDS_BON,
    .presets = JUDGED },
  { .id = "B12-fifth",
    .says = "A fifth reward model adds nothing to four",
    .source = "Fig 11, 23",
    .metric = "bon-gold-by-k",
    .where = BON " " NOISY " " MAIN " objective=mean,wco,uwo",
    .fold
    = ASSAY_FOLDS (PINNED, ASSAY_DIFF ("k", "5", "4"), ASSAY_MEAN ("prompt"), ASSAY_MEAN ("seed")),
    .units = "seed prompt",
    .each = "objective",
    .expect = NONE,
    .needs = NEEDS_BON,
    .presets = JUDGED },
  { .id = "B12",
    .says = "Size of the ensemble: three to four makes a difference, four to five none",
    .source = "Fig 11, 23",
    .all_of = "B12-fourth B12-fifth",
    .presets = JUDGED },

  { .id = "B13",
    .says = "UWO depends little on its coefficient: from 0.1 to 1 within a tenth of that at 0.5",
    .source = "Fig 12, 24",
    .metric = "bon-gold-by-coefficient",
    .where = BON " " NOISY " " MAIN " objective=uwo coefficient=0.1,0.2,0.5,1",
    .fold = ASSAY_FOLDS (PINNED, ASSAY_DIFF ("coefficient", "0.5", "*"), ASSAY_MEAN ("objective"),
                         ASSAY_MEAN ("prompt"), ASSAY_MEAN ("seed")),
    .units = "seed prompt",
    .each = "coefficient",
    .expect = ASSAY_WITHIN (-.1, .1),
    .needs = NEEDS_BON,
    .presets = JUDGED },

  { .id = "B14-mean",
    .says = "The variance between members grows while the policy optimises their mean",
    .source = "Fig 10",
    .paper = "about 3 times (no wrong labels), 2.5 times (25 %)",
    .metric = "variance-last variance-first",
    .where = PPO " " NOISY " " MAIN " beta=0 objective=mean",
    .fold
    = ASSAY_FOLDS (PINNED_POLICY, ASSAY_MEAN ("beta objective"),
                   ASSAY_RATIO ("metric", "variance-last", "variance-first"), ASSAY_MEAN ("seed")),
    .expect = ASSAY_ABOVE (1),
    .presets = JUDGED },
  { .id = "B14-uwo",
    .says = "It grows less while the policy optimises UWO",
    .source = "Fig 10",
    .paper = "about 1.2 times, with lambda = .1",
    .metric = "variance-last variance-first",
    .where = PPO " " NOISY " " MAIN " beta=0 objective=mean,uwo",
    .fold = ASSAY_FOLDS (PINNED_POLICY, ASSAY_MEAN ("beta"),
                         ASSAY_RATIO ("metric", "variance-last", "variance-first"),
                         ASSAY_RATIO ("objective", "uwo", "mean"), ASSAY_MEAN ("seed")),
    .expect = ASSAY_BELOW (1),
    .presets = JUDGED },
  { .id = "B14",
    .says = "The variance between members grows under the mean, and less under UWO",
    .source = "Fig 10",
    .paper = "about 3 (or 2.5) times, and 1.2 times",
    .all_of = "B14-mean B14-uwo",
    .presets = JUDGED },

  { .id = "B15",
    .says
    = "A reward model's validation loss does not tell how much gold it gives at the largest n",
    .source = "Fig 15, 16",
    .metric = "model-loss model-final",
    .where = BON " " NOISY " " MAIN,
    .fold = ASSAY_FOLDS (PINNED, ASSAY_SPEARMAN ("model", "metric", "model-loss", "model-final"),
                         ASSAY_MEAN ("seed")),
    .expect = ASSAY_WITHIN (-.3, .3),
    .presets = "standard paper" },

  { .id = "B16-noise",
    .says = "With 35 % wrong labels, too, WCO and UWO with a small penalty do not fall",
    .source = "Fig 25",
    .metric = "drop",
    .where = PPO " noise=0.35 " MAIN " beta=0.015 " CAUTIOUS,
    .fold = ASSAY_FOLDS (PINNED_POLICY, ASSAY_MEAN ("beta"), ASSAY_MEAN ("seed")),
    .units = "seed prompt",
    .each = "objective",
    .expect = NONE,
    .presets = "standard paper" },
  { .id = "B16-long",
    .says = "Over 10,000 steps, too, WCO and UWO with a small penalty do not fall",
    .source = "Fig 26",
    .not_run = "ten thousand PPO steps of three objectives in eight replicates take a day; "
               "`--preset standard --set iterations=1000` runs a third of it" },
  { .id = "B16",
    .says = "It holds with 35 % wrong labels and over 10,000 PPO steps",
    .source = "Fig 25, 26",
    .all_of = "B16-noise B16-long" },

/* ---- Scaling laws of overoptimisation ---- */
#define G1_PART(id_, says_, where_, metrics_, a_, b_)                                              \
  {                                                                                                \
    .id = "G1-" id_, .says = says_, .source = "Fig 1, 26", .metric = metrics_,                     \
    .where = where_ " " NOISY " " MAIN " objective=single",                                        \
    .fold = ASSAY_FOLDS (PINNED_POLICY, ASSAY_MEAN ("beta objective"),                             \
                         ASSAY_DIFF ("metric", a_, b_), ASSAY_MEAN ("seed")),                      \
    .expect = ASSAY_ABOVE (0), .presets = JUDGED                                                   \
  }
  G1_PART ("bon",
           "Best-of-n: the form d (alpha - beta d) fits gold better than the same points in "
           "another order",
           BON, "fit-r2 fit-r2-null", "fit-r2", "fit-r2-null"),
  G1_PART ("bon-ahead",
           "Best-of-n: the form fitted to the first half foretells the second better than when "
           "fitted to the points in another order",
           BON, "fit-ahead fit-ahead-null", "fit-ahead", "fit-ahead-null"),
  G1_PART ("rl",
           "PPO: the form d (alpha - beta ln d) fits gold better than the same points in "
           "another order",
           PPO " beta=0", "fit-r2 fit-r2-null", "fit-r2", "fit-r2-null"),
  G1_PART ("rl-ahead",
           "PPO: the form fitted to the first half foretells the second better than when fitted to "
           "the points in another order",
           PPO " beta=0", "fit-ahead fit-ahead-null", "fit-ahead", "fit-ahead-null"),
  { .id = "G1",
    .says = "The functional forms fit the gold curves, and what is fitted to low KL extrapolates",
    .source = "Fig 1, 26",
    .all_of = "G1-bon G1-bon-ahead G1-rl G1-rl-ahead",
    .presets = JUDGED },

#define G2_PART(id_, says_, metric_, expect_)                                                      \
  {                                                                                                \
    .id = "G2-" id_, .says = says_, .source = "Fig 3", .metric = metric_,                          \
    .where = BON " " NOISY " " DATA " diversity=seed policy-width=64 objective=single",            \
    .fold = ASSAY_FOLDS (ASSAY_MEAN ("noise objective " PIN_DATA PIN_REST),                        \
                         ASSAY_DIFF ("width", "48", "16"), ASSAY_MEAN ("seed")),                   \
    .expect = expect_, .presets = "standard paper"                                                 \
  }
  G2_PART ("alpha", "Best-of-n: alpha is larger for larger reward models", "fit-alpha",
           ASSAY_ABOVE (0)),
  G2_PART ("beta", "Best-of-n: beta is smaller for larger reward models", "fit-beta",
           ASSAY_BELOW (0)),
  { .id = "G2-rl",
    .says = "PPO: alpha hardly depends on the size of the reward model",
    .source = "Fig 3",
    .metric = "fit-alpha",
    .where = PPO " " NOISY " " DATA " diversity=seed policy-width=64 beta=0.015 objective=single",
    .fold = ASSAY_FOLDS (ASSAY_MEAN ("noise objective beta " PIN_DATA PIN_REST PIN_REWARD),
                         ASSAY_DIFF ("width", "48", "16"), ASSAY_MEAN ("seed")),
    .expect = ASSAY_WITHIN (-.1, .1),
    .presets = "paper" },
  { .id = "G2",
    .says
    = "Larger reward models: beta falls and alpha rises under best-of-n, alpha stays under RL",
    .source = "Fig 3",
    .all_of = "G2-alpha G2-beta G2-rl",
    .presets = "paper" },

  { .id = "G3",
    .says = "For the same proxy reward PPO spends more KL than best-of-n",
    .source = "Fig 8",
    .metric = "kl-at-proxy bon-kl-at-proxy",
    .where = NOISY " " MAIN " objective=single",
    .fold
    = ASSAY_FOLDS (ASSAY_MEAN ("beta " PIN_REWARD), ASSAY_MEAN ("objective"),
                   ASSAY_MEAN ("noise width " PIN_DATA "diversity policy-width"),
                   ASSAY_RATIO ("metric", "kl-at-proxy", "bon-kl-at-proxy"), ASSAY_MEAN ("seed")),
    .expect = ASSAY_ABOVE (1),
    .presets = JUDGED },

  { .id = "G4-frontier",
    .says = "At 4 nats a single reward model's policy has the same gold with a penalty as without",
    .source = "Fig 9",
    .metric = "gold-at-kl",
    .where = PPO " " NOISY " " MAIN " beta<=0.05 objective=single",
    .fold = ASSAY_FOLDS (PINNED_POLICY, ASSAY_MEAN ("objective"), ASSAY_DIFF ("beta", "0", "*"),
                         ASSAY_MEAN ("seed")),
    .each = "beta",
    .expect = ASSAY_WITHIN (-.1, .1),
    .needs = NEEDS_RL,
    .presets = "standard paper" },
  { .id = "G4-gap",
    .says = "At 4 nats proxy and gold are further apart with a penalty than without",
    .source = "Fig 9",
    .metric = "proxy-at-kl gold-at-kl",
    .where = PPO " " NOISY " " MAIN " beta<=0.05 objective=single",
    .fold = ASSAY_FOLDS (PINNED_POLICY, ASSAY_MEAN ("objective"),
                         ASSAY_DIFF ("metric", "proxy-at-kl", "gold-at-kl"),
                         ASSAY_DIFF ("beta", "0", "*"), ASSAY_MEAN ("seed")),
    .each = "beta",
    .expect = ASSAY_BELOW (0),
    .needs = NEEDS_RL,
    .presets = "standard paper" },
  { .id = "G4",
    .says
    = "A penalty is early stopping: gold depends on KL only, while proxy and gold part further",
    .source = "Fig 9",
    .all_of = "G4-frontier G4-gap",
    .presets = "standard paper" },

  { .id = "G5-chance",
    .says = "With 1,000 comparisons a reward model's accuracy is that of chance, within 2 %",
    .source = "Fig 6",
    .paper = "hardly any gain with less than about 2,000 comparisons, whatever the size",
    .metric = "accuracy",
    .where = BON " " NOISY " " SIZE " pairs=1000 epochs=5 diversity=seed policy-width=64",
    .fold = ASSAY_FOLDS (PINNED, ASSAY_MEAN ("seed")),
    .expect = ASSAY_WITHIN (.48, .52),
    .presets = "standard paper" },
  { .id = "G5-epochs",
    .says = "Four times the data make a more accurate reward model than four times the epochs",
    .source = "Fig 13",
    .metric = "accuracy",
    .where = BON " " NOISY " " SIZE
                 " (pairs=1000 epochs=20 or pairs=4000 epochs=5) diversity=seed policy-width=64",
    .fold = ASSAY_FOLDS (ASSAY_MEAN ("noise width " PIN_REST),
                         ASSAY_DIFF ("pairs epochs", "4000 5", "1000 20"), ASSAY_MEAN ("seed")),
    .expect = ASSAY_ABOVE (0),
    .presets = "standard paper" },
  { .id = "G5",
    .says = "Below about 2,000 comparisons there is hardly any gain over chance, and epochs do not "
            "replace data",
    .source = "Fig 6, 13",
    .all_of = "G5-chance G5-epochs",
    .presets = "standard paper" },

  { .id = "G6-gain",
    .says = "Best-of-n gains less gold with a larger policy",
    .source = "1.2B against 6B",
    .metric = "bon-final bon-first",
    .where = BON " " NOISY " " SIZE " " DATA " diversity=seed policy-width=64,128 objective=single",
    .fold = ASSAY_FOLDS (ASSAY_MEAN ("noise width objective optimizer diversity " PIN_DATA),
                         ASSAY_DIFF ("metric", "bon-final", "bon-first"),
                         ASSAY_DIFF ("policy-width", "128", "64"), ASSAY_MEAN ("seed")),
    .units = "seed prompt",
    .expect = ASSAY_BELOW (0),
    .needs = NEEDS_BON,
    .presets = "standard paper" },
  { .id = "G6-peak",
    .says = "The fitted peak lies at the same KL (within half as much again)",
    .source = "1.2B against 6B",
    .metric = "fit-peak",
    .where = BON " " NOISY " " SIZE " " DATA " diversity=seed policy-width=64,128 objective=single",
    .fold = ASSAY_FOLDS (ASSAY_MEAN ("noise width objective optimizer diversity " PIN_DATA),
                         ASSAY_RATIO ("policy-width", "128", "64"), ASSAY_MEAN ("seed")),
    .expect = ASSAY_WITHIN (.667, 1.5),
    .needs = NEEDS_BON,
    .presets = "standard paper" },
  { .id = "G6",
    .says = "A larger policy gains less from the same reward models and peaks at the same KL",
    .source = "1.2B against 6B",
    .all_of = "G6-gain G6-peak",
    .presets = "standard paper" },

  /* ---- Controls ---- */
  { .id = "control-oracle",
    .says = "Best-of-n by gold itself ends above every objective",
    .metric = "bon-final",
    .where = BON " " NOISY " " MAIN " objective=gold,single,mean,wco,uwo,median,lcb,average",
    .fold = ASSAY_FOLDS (PINNED, ASSAY_DIFF ("objective", "gold", "*"), ASSAY_MEAN ("seed")),
    .units = "seed prompt",
    .each = "objective",
    .expect = ASSAY_ABOVE (0),
    .presets = JUDGED },
  { .id = "control-oracle-falls",
    .says = "PPO rewarded by gold itself does not fall from its peak",
    .metric = "drop",
    .where = PPO " " NOISY " " MAIN " beta=0 objective=gold",
    .fold = ASSAY_FOLDS (PINNED_POLICY, ASSAY_MEAN ("beta objective"), ASSAY_MEAN ("seed")),
    .units = "seed prompt",
    .expect = NONE,
    .presets = JUDGED },
  { .id = "control-random",
    .says = "Best-of-n by a random score gains nothing",
    .metric = "bon-final bon-first",
    .where = BON " " NOISY " " MAIN " objective=random",
    .fold = ASSAY_FOLDS (PINNED, ASSAY_MEAN ("objective"),
                         ASSAY_DIFF ("metric", "bon-final", "bon-first"), ASSAY_MEAN ("seed")),
    .units = "seed prompt",
    .expect = ASSAY_WITHIN (-.15, .15),
    .presets = JUDGED },
  { .id = "control-random-rl",
    .says = "PPO rewarded at random gains nothing",
    .metric = "final begin",
    .where = PPO " " NOISY " " MAIN " beta=0 objective=random",
    .fold = ASSAY_FOLDS (PINNED_POLICY, ASSAY_MEAN ("beta objective"),
                         ASSAY_DIFF ("metric", "final", "begin"), ASSAY_MEAN ("seed")),
    .units = "seed prompt",
    .expect = ASSAY_WITHIN (-.15, .15),
    .presets = "standard paper" },
  { .id = "control-twins",
    .says = "Five times the same reward model is as good as one, exactly, under every objective",
    .metric = "twins-gap",
    .where = BON " " NOISY " " MAIN " objective=mean,wco,uwo,median,lcb",
    .fold = ASSAY_FOLDS (PINNED, ASSAY_QUANTILE ("seed", 1)),
    .each = "objective",
    .expect = ASSAY_WITHIN (-1e-9, 1e-9),
    .presets = JUDGED },
  { .id = "control-noise",
    .says = "Wrong labels cost a single reward model gold",
    .metric = "bon-final",
    .where = BON " noise=0,0.25 " MAIN " objective=single",
    .fold = ASSAY_FOLDS (ASSAY_MEAN ("width objective " PIN_DATA PIN_REST),
                         ASSAY_DIFF ("noise", "0", "0.25"), ASSAY_MEAN ("seed")),
    .units = "seed prompt",
    .expect = ASSAY_ABOVE (0),
    .presets = JUDGED },
  { .id = "control-accuracy",
    .says = "Reward models are as accurate as the paper's, 60 to 75 %, with 25 % wrong labels",
    .metric = "accuracy",
    .where = BON " " NOISY " " MAIN,
    .fold = ASSAY_FOLDS (PINNED, ASSAY_MEAN ("seed")),
    .expect = ASSAY_WITHIN (.6, .75),
    .presets = JUDGED },
  { .id = "control-larger",
    .says = "The penalty at which a single reward model stops falling is larger than that of UWO",
    .metric = "drop",
    .where = PPO " " NOISY " " MAIN " objective=single,uwo",
    .fold = ASSAY_FOLDS (PINNED_POLICY, ASSAY_MEAN ("seed"), ASSAY_REACH ("beta", NOTHING),
                         ASSAY_RATIO ("objective", "single", "uwo")),
    .units = "seed prompt",
    .expect = ASSAY_ABOVE (1),
    .needs = NEEDS_RL,
    .presets = "standard paper" },
  { .id = "control-reinforce",
    .says = "Without a penalty a single reward model falls under leave-one-out REINFORCE as well",
    .metric = "drop",
    .where = "optimizer=reinforce " NOISY " " MAIN " beta=0 objective=single",
    .fold = ASSAY_FOLDS (PINNED_POLICY, ASSAY_MEAN ("beta objective"), ASSAY_MEAN ("seed")),
    .units = "seed prompt",
    .expect = ASSAY_ABOVE (0),
    .presets = "standard paper" },
  { .id = "control-bootstrap",
    .says
    = "Members trained on bootstrapped pairs make UWO gain more over their average single one",
    .metric = "bon-final",
    .where = BON " " NOISY " " SIZE " " DATA
                 " diversity=seed,bootstrap policy-width=64 objective=single,uwo",
    .fold = ASSAY_FOLDS (ASSAY_MEAN ("noise width optimizer policy-width " PIN_DATA),
                         ASSAY_DIFF ("objective", "uwo", "single"),
                         ASSAY_DIFF ("diversity", "bootstrap", "seed"), ASSAY_MEAN ("seed")),
    .units = "seed prompt",
    .expect = ASSAY_ABOVE (0),
    .presets = "standard paper" },
#include "real-claims.h"
};
