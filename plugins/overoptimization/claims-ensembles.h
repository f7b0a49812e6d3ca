/* SPDX-License-Identifier: Apache-2.0
 *
 * What Coste et al. 2023 say (arXiv 2310.02743).  Rows of the table in claims.h, which includes
 * this. Written before the first run; README.md says what was changed since.
 */

/* Rows without their table. */
/* clang-format off */

  /* ---- Reward model ensembles ---- */
  { .id = "B1-proxy",
    .says = "Optimising a single reward model raises its own reward to the end",
    .source = "Fig 2, 3, 5",
    .caveat = DRIFT,
    .metric = "mean-proxy",
    .where = PPO " " NOISY " " MAIN " beta=0 objective=single",
    .fold = ASSAY_FOLDS (ASSAY_TREND ("step"), PINNED_POLICY, ASSAY_MEAN ("beta objective"),
                         ASSAY_MEAN ("seed")),
    .expect = ASSAY_ABOVE (.5),
    .presets = JUDGED },
  { .id = "B1-bon",
    .says = "Under best-of-n gold by a single reward model peaks and then falls",
    .source = "Fig 3",
    .caveat = PLATEAU,
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
    .caveat = DRIFT,
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
    .caveat = PLATEAU,
    .all_of = "B1-proxy B1-bon B1-ppo",
    .presets = JUDGED },

  { .id = "B2-noisy",
    .says = "With 25 % wrong labels each ensemble objective ends above the average single reward "
            "model",
    .source = "Fig 3",
    .caveat = ALIKE,
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
    .caveat = ALIKE,
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
    .caveat = ALIKE,
    .paper = "up to about 30 % without, 75 % with 25 % wrong labels; abstract: up to 70 %",
    .all_of = "B2-noisy B2-clean",
    .presets = JUDGED },

  { .id = "B3-noisy",
    .says = "With 25 % wrong labels best-of-n by WCO and UWO does not fall from its peak",
    .source = "Fig 3",
    .caveat = NARROW,
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
    .caveat = NARROW,
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
    .caveat = PLATEAU,
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
    .caveat = PLATEAU,
    .all_of = "B3-noisy B3-clean B3-mean",
    .presets = JUDGED },

  { .id = "B4-noisy",
    .says
    = "With 25 % wrong labels each ensemble objective wins more often than not against single "
      "reward models",
    .source = "Tab 6",
    .caveat = ALIKE,
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
    .caveat = ALIKE,
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
    .caveat = ALIKE,
    .paper = "54.9 to 58.3 %, sd .6 to 1.3",
    .all_of = "B4-noisy B4-clean",
    .presets = JUDGED },

/* Answers of two policies to one prompt, drawn apart. */
#define B5_PART(id_, noise_, objective_, paper_)                                                   \
  {                                                                                                \
    .id = "B5-" id_,                                                                               \
    .says = "PPO with a small penalty: " objective_ " wins more often than not against a single "  \
            "reward model",                                                                        \
    .source = "Tab 6",                                                                             \
    .caveat = FEW_ANSWERS, .paper = paper_, .metric = "gold-last",                                 \
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
    .caveat = FEW_ANSWERS,
    .paper = "mean 58.1/60.2 %, WCO 59.4/62.2 %, UWO 60.2/63.0 % (0/25 % wrong labels), sd 2.9 to "
             "3.5",
    .all_of = "B5-mean B5-wco B5-uwo",
    .presets = "standard paper" },

#define B6_PART(id_, width_, paper_)                                                               \
  {                                                                                                \
    .id = "B6-" id_,                                                                               \
    .says = "Best-of-n with reward models of width " width_                                        \
            ": each ensemble objective wins more often than not against single ones",              \
    .source = "Tab 7",                                                                             \
    .caveat = ALIKE, .paper = paper_, .metric = "bon-win",                                         \
    .where = BON " " NOISY " width=" width_ " " DATA                                               \
                 " diversity=seed policy-width=64 objective=mean,wco,uwo",                         \
    .fold = ASSAY_FOLDS (PINNED, ASSAY_MEAN ("prompt"), ASSAY_MEAN ("seed")),                      \
    .units = "seed prompt", .each = "objective", .expect = ASSAY_ABOVE (.5), .needs = NEEDS_BON,   \
    .presets = "standard sweeps paper"                                                             \
  }
#define B6_PPO(id_, width_, objective_, paper_)                                                    \
  {                                                                                                \
    .id = "B6-ppo-" id_,                                                                           \
    .says = "PPO with reward models of width " width_ ": " objective_                              \
            " wins more often than not against a single one",                                      \
    .source = "Tab 7",                                                                             \
    .caveat = FEW_ANSWERS, .paper = paper_, .metric = "gold-last",                                 \
    .where = PPO " " NOISY " width=" width_ " " DATA                                               \
                 " diversity=seed policy-width=64 beta=0.015 objective=single," objective_,        \
    .fold = ASSAY_FOLDS (PINNED_POLICY, ASSAY_MEAN ("beta"),                                       \
                         ASSAY_WIN ("draw prompt", "objective", objective_, "single"),             \
                         ASSAY_MEAN ("seed")),                                                     \
    .units = "seed prompt", .expect = ASSAY_ABOVE (.5), .presets = "sweeps paper"                  \
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
    .caveat = FEW_ANSWERS,
    .paper = "best-of-n 57.7 to 73.8 %, PPO 50.8 to 63.1 %",
    .all_of = "B6-small B6-large B6-ppo-small-mean B6-ppo-small-wco B6-ppo-small-uwo "
              "B6-ppo-large-mean B6-ppo-large-wco B6-ppo-large-uwo",
    .presets = "sweeps paper" },

  { .id = "B7-reduce",
    .says = "PPO without a penalty: WCO and UWO fall less than a single reward model",
    .source = "Fig 5",
    .caveat = DRIFT "; " LEARNT_ALIKE,
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
    .caveat = DRIFT,
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
    .source = "Fig 5",                                                                             \
    .caveat = DRIFT, .metric = "final",                                                            \
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
    .caveat = DRIFT "; " LEARNT_ALIKE,
    .all_of = "B7-reduce B7-remain B7-wco B7-uwo",
    .presets = JUDGED },

  { .id = "B8-none",
    .says = "PPO with a small penalty: WCO and UWO do not fall from their peaks",
    .source = "Fig 4",
    .caveat = SCALED "; " LEARNT_ALIKE,
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
    .caveat = SCALED "; " LEARNT_ALIKE,
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
    .caveat = SCALED "; " LEARNT_ALIKE,
    .paper = "beta = .01",
    .all_of = "B8-none B8-cost",
    .presets = "standard paper" },

  { .id = "B9-factor",
    .says = "The penalty at which a single reward model stops falling is about 20 times (10 to 40) "
            "that of UWO",
    .source = "Fig 6",
    .caveat = SCALED "; " LEARNT_ALIKE,
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
    .caveat = SCALED "; " LEARNT_ALIKE,
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
    .caveat = SCALED "; " LEARNT_ALIKE,
    .paper = "beta = .2 against .01",
    .all_of = "B9-factor B9-cost",
    .presets = "standard paper" },

#define B10_PART(id_, objective_)                                                                  \
  {                                                                                                \
    .id = "B10-" id_,                                                                              \
    .says = "At every penalty " objective_ " ends no lower than a single reward model",            \
    .source = "Fig 7",                                                                             \
    .caveat = DRIFT, .metric = "final",                                                            \
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
    .caveat = DRIFT,
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
    .caveat = DRIFT,
    .all_of = "B10-wco B10-uwo B10-small",
    .presets = "standard paper" },

  { .id = "B11-size",
    .says = "At every size of reward model UWO ends above the average single one",
    .source = "Fig 8, 21",
    .caveat = ALIKE,
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
    .caveat = ALIKE,
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
    .caveat = NARROW,
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
    .caveat = MORE_TO_GAIN,
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
    .caveat = MORE_TO_GAIN,
    .all_of = "B11-size B11-data B11-size-alike B11-data-alike",
    .presets = "standard paper" },

  { .id = "B12-fourth",
    .says = "A fourth reward model adds gold to three",
    .source = "Fig 11, 23",
    .caveat = SMALL_STEPS,
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
    .caveat = SMALL_STEPS,
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
    .caveat = SMALL_STEPS,
    .all_of = "B12-fourth B12-fifth",
    .presets = JUDGED },

  { .id = "B13",
    .says = "UWO depends little on its coefficient: from 0.1 to 1 within a tenth of that at 0.5",
    .source = "Fig 12, 24",
    .caveat = NARROW,
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
    .caveat = DRIFT,
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
    .caveat = LEARNT_ALIKE "; " SCALED,
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
    .caveat = LEARNT_ALIKE "; " SCALED,
    .paper = "about 3 (or 2.5) times, and 1.2 times",
    .all_of = "B14-mean B14-uwo",
    .presets = JUDGED },

  { .id = "B15",
    .says
    = "A reward model's validation loss does not tell how much gold it gives at the largest n",
    .source = "Fig 15, 16",
    .caveat = FEW_RANKS,
    .metric = "model-loss model-final",
    .where = BON " " NOISY " " MAIN,
    .fold = ASSAY_FOLDS (PINNED, ASSAY_SPEARMAN ("model", "metric", "model-loss", "model-final"),
                         ASSAY_MEAN ("seed")),
    .expect = ASSAY_WITHIN (-.3, .3),
    .presets = "standard paper" },

  { .id = "B16-noise",
    .says = "With 35 % wrong labels, too, WCO and UWO with a small penalty do not fall",
    .source = "Fig 25",
    .caveat = SCALED "; " LEARNT_ALIKE,
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
    .caveat = SCALED "; " LEARNT_ALIKE,
    .all_of = "B16-noise B16-long" },
