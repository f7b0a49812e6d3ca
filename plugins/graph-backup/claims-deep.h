/* SPDX-License-Identifier: Apache-2.0
 *
 * Claims about deep agents: rows of the table in claims.h, which includes this.  Written before
 * the first run of a deep preset; README.md says what was changed since.
 */

#define DEEP_PRESETS "deep-quick deep deep-paper"

/* Rows without their table. */
/* clang-format off */

/* ---- Gates ---- */
{ .id = "gate-deep-optimal",
  .says = "Acting by Q* solves every level of the deep agents every time",
  .metric = "success",
  .where = IN_LEVELS " agent=optimal",
  .fold = ASSAY_FOLDS (ASSAY_AT ("step", "last"), PINNED_DEEP, ASSAY_MEAN ("agent"),
                       ASSAY_QUANTILE ("env seed", 0)),
  .expect = ASSAY_ABOVE (.999),
  .presets = DEEP_PRESETS },
    { .id = "gate-deep-levels",
      .says = "On MiniGrid, one-step DQN learns something: it ends above acting at random",
      .metric = "return",
      .where = IN_LEVELS " (agent=random or " DEEP_PLAIN " agent=dqn-one-step)",
      .fold = ASSAY_FOLDS (ASSAY_AT ("step", "last"), PINNED_DEEP,
                           ASSAY_DIFF ("agent", "dqn-one-step", "random"), ASSAY_MEAN ("env seed")),
      .units = "seed/env",
      .expect = ASSAY_ABOVE (.05),
      .presets = DEEP_PRESETS },
    { .id = "gate-deep-games",
      .says = "On MinAtar, one-step DQN learns something: it ends above acting at random and above "
              "doing nothing",
      .metric = "score",
      .where = IN_GAMES " (agent=random,no-op or " DEEP_PLAIN " agent=dqn-one-step)",
      .fold = ASSAY_FOLDS (ASSAY_AT ("step", "last"), PINNED_DEEP,
                           ASSAY_DIFF ("agent", "dqn-one-step", "*"), ASSAY_MEAN ("env seed")),
      .units = "seed/env",
      .each = "agent",
      .expect = ASSAY_ABOVE (.01),
      .presets = DEEP_PRESETS },

    /* ---- The paper ---- */
    { .id = "J1-deep",
      .says
      = "On MiniGrid, DQN with graph backup learns faster than with every tuned textbook target "
        "(early learning)",
      .source = "abstract; MiniGrid experiments",
      .metric = "return",
      .where = IN_LEVELS " (" ANCHORS " or " DEEP_PLAIN " (" DEEP_TEXTBOOK " or " DEEP_GRAPH "))",
      .fold = ASSAY_FOLDS (ASSAY_AUC ("step"), TUNED, PINNED_DEEP,
                           ASSAY_ANCHOR ("agent", "random", "optimal"), ASSAY_IQM ("env seed"),
                           ASSAY_DIFF ("agent", "dqn-graph", "*")),
      .units = "seed/env",
      .each = "agent",
      .expect = ASSAY_ABOVE (0),
      .needs = "gate-deep-optimal gate-deep-levels",
      .presets = DEEP_PRESETS },
    { .id = "J2",
      .says
      = "On MinAtar, DQN with graph backup learns faster than with every tuned textbook target "
        "(early learning)",
      .source = "abstract; MinAtar experiments",
      .metric = "score",
      .where = IN_GAMES " " DEEP_PLAIN " (" DEEP_TEXTBOOK " or " DEEP_GRAPH ")",
      .fold = ASSAY_FOLDS (ASSAY_AUC ("step"), TUNED, PINNED_DEEP, ASSAY_IQM ("env seed"),
                           ASSAY_DIFF ("agent", "dqn-graph", "*")),
      .units = "seed/env",
      .each = "agent",
      .expect = ASSAY_ABOVE (0),
      .needs = "gate-deep-games",
      .presets = DEEP_PRESETS },
    { .id = "J6-deep",
      .says
      = "The gain over tuned n-step is larger where fewer states are new (rank correlation over "
        "levels and games)",
      .source = "scatter over Atari games; here over MiniGrid levels and MinAtar games",
      .metric = "gain-deep novelty-deep",
      .fold = ASSAY_FOLDS (ASSAY_SPEARMAN ("env", "metric", "gain-deep", "novelty-deep"),
                           ASSAY_MEAN ("seed")),
      .expect = ASSAY_BELOW (0),
      .needs = "gate-deep-optimal gate-deep-levels gate-deep-games",
      .presets = "deep deep-paper" },
    { .id = "J7",
      .says
      = "Transition graphs of games are trees with crossings: in every game most states have one "
        "predecessor, and a hundredth or more have several",
      .source = "Fig 1 (Frostbite); a departure: of MinAtar, not Atari, and a number for a picture",
      .metric = "crossing-share",
      .where = IN_GAMES " " DEEP_PLAIN " " DEEP_GRAPH,
      .fold = ASSAY_FOLDS (ASSAY_AT ("step", "last"), PINNED_DEEP, ASSAY_MEAN ("agent"),
                           ASSAY_MEAN ("seed")),
      .each = "env",
      .expect = ASSAY_WITHIN (.01, .5),
      .presets = DEEP_PRESETS },

    /* ---- Controls ---- */
    { .id = "control-deep-compute",
      .says = "With equally many observations through a network, graph backup still learns faster "
              "than tuned n-step",
      .metric = "score",
      .where = "budget=forwards node=observation (" DEEP_N_STEP " or " DEEP_GRAPH ")",
      .fold = ASSAY_FOLDS (ASSAY_AUC ("step"), ASSAY_BEST ("n", "seed"), PINNED_DEEP,
                           ASSAY_DIFF ("agent", "dqn-graph", "dqn-n-step"), ASSAY_IQM ("env seed")),
      .units = "seed/env",
      .expect = ASSAY_ABOVE (0),
      .presets = DEEP_PRESETS },
    { .id = "control-deep-one-step",
      .says = "Graph backup learns faster than one-step targets, on levels and games together",
      .metric = "score",
      .where = "(env~minatar. or " FIXED ") " DEEP_PLAIN " (agent=dqn-one-step or " DEEP_GRAPH ")",
      .fold
      = ASSAY_FOLDS (ASSAY_AUC ("step"), PINNED_DEEP,
                     ASSAY_DIFF ("agent", "dqn-graph", "dqn-one-step"), ASSAY_IQM ("env seed")),
      .units = "seed/env",
      .expect = ASSAY_ABOVE (0),
      .presets = DEEP_PRESETS },
    { .id = "control-deep-nodes",
      .says
      = "On MinAtar, nodes that are observations cost return beside nodes that are whole states",
      .metric = "score",
      .where = IN_GAMES " budget=updates node=observation,timers " DEEP_GRAPH,
      .fold = ASSAY_FOLDS (
          ASSAY_AUC ("step"),
          ASSAY_MEAN (PIN_DEEP_WORLD PIN_SIZE PIN_GRAPH "budget rate renew-every keep-nodes agent"),
          ASSAY_DIFF ("node", "timers", "observation"), ASSAY_IQM ("env seed")),
      .units = "seed/env",
      .expect = ASSAY_ABOVE (0),
      .presets = DEEP_PRESETS },
    { .id = "control-deep-aliasing",
      .says = "In every game some steps are taken under observations that stand for several states",
      .metric = "aliasing-visited",
      .where = IN_GAMES " " DEEP_PLAIN " agent=dqn-graph view=full",
      .fold = ASSAY_FOLDS (ASSAY_AT ("step", "last"), PINNED_DEEP, ASSAY_MEAN ("agent view"),
                           ASSAY_MEAN ("seed")),
      .each = "env",
      .expect = ASSAY_ABOVE (0),
      .presets = DEEP_PRESETS },
    { .id = "control-deep-random-levels",
      .says = "The gain over tuned n-step is smaller when every episode draws one of 16 levels",
      .metric = "return",
      .where = DEEP_CONTROL_LEVELS DEEP_PLAIN " (" FIXED " or level-mode=random) (" DEEP_N_STEP
                                              " or " DEEP_GRAPH ")",
      .fold = ASSAY_FOLDS (ASSAY_AUC ("step"), ASSAY_BEST ("n", "seed"),
                           ASSAY_MEAN ("levels " PIN_DEEP_LEARNING PIN_SIZE PIN_GRAPH "compat"),
                           ASSAY_DIFF ("agent", "dqn-graph", "dqn-n-step"),
                           ASSAY_DIFF ("level-mode", "fixed", "random"), ASSAY_IQM ("env seed")),
      .units = "seed/env",
      .expect = ASSAY_ABOVE (0),
      .presets = "deep deep-paper" },
    { .id = "control-deep-table",
      .says = "A persistent table learns neither faster nor slower than a fresh one",
      .metric = "return",
      .where = DEEP_CONTROL_LEVELS FIXED
      " " DEEP_PLAIN " agent=dqn-graph depth=10 breadth=50 weights=count done=stored",
      .fold
      = ASSAY_FOLDS (ASSAY_AUC ("step"),
                     ASSAY_MEAN (PIN_DEEP_WORLD PIN_DEEP_LEARNING PIN_SIZE "weights done agent"),
                     ASSAY_DIFF ("table", "persistent", "fresh"), ASSAY_IQM ("env seed")),
      .units = "seed/env",
      .expect = ASSAY_WITHIN (-.05, .05),
      .presets = "deep deep-paper" },
    { .id = "control-deep-published",
      .says = "Graph backup learns faster than the published code's own baselines (no evidence for "
              "J1-deep)",
      .metric = "return",
      .where = DEEP_CONTROL_LEVELS FIXED
      " " DEEP_PLAIN " (agent=dqn-n-step,dqn-tree compat=reference or " DEEP_GRAPH ")",
      .fold = ASSAY_FOLDS (ASSAY_AUC ("step"), ASSAY_MEAN ("n"), PINNED_DEEP,
                           ASSAY_IQM ("env seed"), ASSAY_DIFF ("agent", "dqn-graph", "*")),
      .units = "seed/env",
      .each = "agent",
      .expect = ASSAY_ABOVE (0),
      .presets = "deep deep-paper" },
