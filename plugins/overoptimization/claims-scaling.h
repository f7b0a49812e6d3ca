/* SPDX-License-Identifier: Apache-2.0
 *
 * What Gao et al. 2022 say (arXiv 2210.10760).  Rows of the table in claims.h, which includes this.
 * Written before the first run; README.md says what was changed since.
 */

/* Rows without their table. */
/* clang-format off */

/* ---- Scaling laws of overoptimisation ---- */
#define G1_PART(id_, says_, where_, metrics_, a_, b_)                                              \
  {                                                                                                \
    .id = "G1-" id_, .says = says_, .source = "Fig 1, 26",                                         \
    .caveat = FEW_POINTS, .metric = metrics_,                                                      \
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
    .caveat = FEW_POINTS,
    .all_of = "G1-bon G1-bon-ahead G1-rl G1-rl-ahead",
    .presets = JUDGED },

#define G2_PART(id_, says_, metric_, expect_)                                                      \
  {                                                                                                \
    .id = "G2-" id_, .says = says_, .source = "Fig 3",                                             \
    .caveat = THREE_SIZES, .metric = metric_,                                                      \
    .where = BON " " NOISY " " DATA " diversity=seed policy-width=64 objective=single",            \
    .fold = ASSAY_FOLDS (ASSAY_MEAN ("noise objective " PIN_DATA PIN_REST),                        \
                         ASSAY_DIFF ("width", "48", "16"), ASSAY_MEAN ("seed")),                   \
    .expect = expect_, .presets = "standard sweeps paper"                                          \
  }
  G2_PART ("alpha", "Best-of-n: alpha is larger for larger reward models", "fit-alpha",
           ASSAY_ABOVE (0)),
  G2_PART ("beta", "Best-of-n: beta is smaller for larger reward models", "fit-beta",
           ASSAY_BELOW (0)),
  { .id = "G2-rl",
    .says = "PPO: alpha hardly depends on the size of the reward model",
    .source = "Fig 3",
    .caveat = FEW_POINTS,
    .metric = "fit-alpha",
    .where = PPO " " NOISY " " DATA " diversity=seed policy-width=64 beta=0.015 objective=single",
    .fold = ASSAY_FOLDS (ASSAY_MEAN ("noise objective beta " PIN_DATA PIN_REST PIN_REWARD),
                         ASSAY_DIFF ("width", "48", "16"), ASSAY_MEAN ("seed")),
    .expect = ASSAY_WITHIN (-.1, .1),
    .presets = "sweeps paper" },
  { .id = "G2",
    .says
    = "Larger reward models: beta falls and alpha rises under best-of-n, alpha stays under RL",
    .source = "Fig 3",
    .caveat = THREE_SIZES,
    .all_of = "G2-alpha G2-beta G2-rl",
    .presets = "sweeps paper" },

  { .id = "G3",
    .says = "For the same proxy reward PPO spends more KL than best-of-n",
    .source = "Fig 8",
    .caveat = EARLY,
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
    .caveat = EARLY,
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
    .caveat = EARLY,
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
    .caveat = EARLY,
    .all_of = "G4-frontier G4-gap",
    .presets = "standard paper" },

  { .id = "G5-chance",
    .says = "With 1,000 comparisons a reward model's accuracy is that of chance, within 2 %",
    .source = "Fig 6",
    .caveat = SMALL_WORLD,
    .paper = "hardly any gain with less than about 2,000 comparisons, whatever the size",
    .metric = "accuracy",
    .where = BON " " NOISY " " SIZE " pairs=1000 epochs=5 diversity=seed policy-width=64",
    .fold = ASSAY_FOLDS (PINNED, ASSAY_MEAN ("seed")),
    .expect = ASSAY_WITHIN (.48, .52),
    .presets = "standard paper" },
  { .id = "G5-epochs",
    .says = "Four times the data make a more accurate reward model than four times the epochs",
    .source = "Fig 13",
    .caveat = SMALL_WORLD,
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
    .caveat = SMALL_WORLD,
    .all_of = "G5-chance G5-epochs",
    .presets = "standard paper" },

  { .id = "G6-gain",
    .says = "Best-of-n gains less gold with a larger policy",
    .source = "1.2B against 6B",
    .caveat = TWO_POLICIES,
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
    .caveat = PLATEAU,
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
    .caveat = TWO_POLICIES,
    .all_of = "G6-gain G6-peak",
    .presets = "standard paper" },
