/* SPDX-License-Identifier: Apache-2.0
 *
 * What the papers say, and what has to hold before it is believed.  Included by study.c only.
 * Written before the first run; README.md says what was changed since.
 */
#include "arms.h"
#include "caveats.h"
#include <assay/plugin.h>

/* Deviations of gold that count as none; and what an objective may cost. */
#define NOTHING .05
#define COSTS_NOTHING ASSAY_ABOVE (-NOTHING)
#define NONE ASSAY_WITHIN (-NOTHING, NOTHING)

#define JUDGED "quick standard paper"
#define GATES "quick standard sweeps paper" /* of best-of-n */
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
    .presets = GATES },
  { .id = "gate-duplicates",
    .says = "Under 1 % of the answers equal an earlier one",
    .metric = "guard-duplicates",
    .where = BON " " NOISY " " MAIN,
    .fold = ASSAY_FOLDS (PINNED, ASSAY_MEAN ("seed")), /* the worst is worse the more there are */
    .expect = ASSAY_BELOW (.01),
    .presets = GATES },
  { .id = "gate-oracle",
    .says = "Choosing by gold itself beats choosing by a single reward model",
    .metric = "bon-final",
    .where = BON " " NOISY " " MAIN " objective=gold,single",
    .fold = ASSAY_FOLDS (PINNED, ASSAY_DIFF ("objective", "gold", "single"), ASSAY_MEAN ("seed")),
    .units = "seed prompt",
    .expect = ASSAY_ABOVE (0),
    .presets = GATES },
  { .id = "gate-falls",
    .says = "Without a penalty a policy rewarded by a single model falls by more than a tenth",
    .metric = "drop",
    .where = PPO " " NOISY " " MAIN " beta=0 objective=single",
    .fold = ASSAY_FOLDS (PINNED_POLICY, ASSAY_MEAN ("beta objective"), ASSAY_MEAN ("seed")),
    .units = "seed prompt",
    .expect = ASSAY_ABOVE (.1),
    .presets = JUDGED },

#include "claims-ensembles.h"
#include "claims-scaling.h"

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
    .caveat = NARROW,
    .metric = "drop",
    .where = PPO " " NOISY " " MAIN " beta=0 objective=gold",
    .fold = ASSAY_FOLDS (PINNED_POLICY, ASSAY_MEAN ("beta objective"), ASSAY_MEAN ("seed")),
    .units = "seed prompt",
    .expect = NONE,
    .presets = JUDGED },
  { .id = "control-random",
    .says = "Best-of-n by a random score gains nothing",
    .caveat = NARROW,
    .metric = "bon-final bon-first",
    .where = BON " " NOISY " " MAIN " objective=random",
    .fold = ASSAY_FOLDS (PINNED, ASSAY_MEAN ("objective"),
                         ASSAY_DIFF ("metric", "bon-final", "bon-first"), ASSAY_MEAN ("seed")),
    .units = "seed prompt",
    .expect = ASSAY_WITHIN (-.15, .15),
    .presets = JUDGED },
  { .id = "control-random-rl",
    .says = "PPO rewarded at random gains nothing",
    .caveat = WHITENED,
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
    .caveat = SMALL_WORLD,
    .metric = "accuracy",
    .where = BON " " NOISY " " MAIN,
    .fold = ASSAY_FOLDS (PINNED, ASSAY_MEAN ("seed")),
    .expect = ASSAY_WITHIN (.6, .75),
    .presets = JUDGED },
  { .id = "control-larger",
    .says = "The penalty at which a single reward model stops falling is larger than that of UWO",
    .caveat = DRIFT "; " LEARNT_ALIKE,
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
    .caveat = DRIFT,
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
