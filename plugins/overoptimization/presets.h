/* SPDX-License-Identifier: Apache-2.0
 *
 * The plans.  Included by study.c only.  The grid of beta was fixed before any run: 0 and half
 * decades over two decades; the second of them (0.015) plays the part of the paper's 0.01.
 */
#include <assay/plugin.h>

#define BETAS "0,0.005,0.015,0.05,0.15,0.5"
#define FOUR "reward=single,mean,wco,uwo"

#define GOLDEN " answers=16 prompts=8 pairs=100 demonstrations=200 policy-width=16 width=16"
#define GOLDEN_PPO                                                                                 \
  " iterations=4 rollouts=16 evaluations=2 ppo-epochs=1 draws=1 prompts=8 pairs=100 "              \
  "demonstrations=200 policy-width=16 width=16"
#define QUICK_BON " answers=1024"

/* Eight replicates of what claims compare; @bon and @ppo say how much of it. */
#define FULL(bon, ppo)                                                                             \
  "optimizer=best-of-n noise=0,0.25,0.35" bon "\n"                                                 \
  "optimizer=best-of-n width=16,48" bon "\n"                                                       \
  "optimizer=best-of-n pairs=1000 epochs=5,20" bon "\n"                                            \
  "optimizer=best-of-n diversity=bootstrap" bon "\n"                                               \
  "optimizer=best-of-n policy-width=128" bon "\n"                                                  \
  "optimizer=ppo " FOUR " beta=0,0.015" ppo "\n"                                                   \
  "optimizer=ppo reward=single,wco,uwo beta=" BETAS ppo "\n"                                       \
  "optimizer=ppo reward=wco,uwo beta=0.015 noise=0.35" ppo "\n"                                    \
  "optimizer=ppo reward=gold,random beta=0" ppo "\n"                                               \
  "optimizer=reinforce reward=single beta=0 rate=0.001" ppo "\n"

/* A policy with a small penalty, over all that the papers sweep but penalties and n. */
#define SWEEPS(ppo)                                                                                \
  "optimizer=ppo " FOUR " noise=0,0.25,0.35 beta=0.015" ppo "\n"                                   \
  "optimizer=ppo " FOUR " width=16,48 beta=0.015" ppo "\n"                                         \
  "optimizer=ppo reward=mean members=1 beta=0.015" ppo "\n"                                        \
  "optimizer=ppo reward=mean,wco,uwo members=3,4,8 beta=0.015" ppo "\n"                            \
  "optimizer=ppo reward=uwo lambda=0.1,0.2,1,2 beta=0.015" ppo "\n"

#define PAPER_BON " answers=12500 prompts=1000"
#define PAPER_PPO " iterations=3000 rollouts=256 prompts=1000"

static const AssayPreset presets[] = {
  { .id = "deep-golden",
    .title = "For tests",
    .plan = "optimizer=best-of-n" GOLDEN "\n"
            "optimizer=ppo reward=uwo beta=0.015" GOLDEN_PPO,
    .seeds = 1,
    .flags = ASSAY_HIDDEN,
    .seconds = 2 },
  { .id = "quick",
    .title = "Best of 1,024 at one size of reward model, PPO without a penalty",
    .help = "B1 to B4, B7, B12 to B14, G1 and G3 with three replicates.",
    .plan = "optimizer=best-of-n noise=0,0.25" QUICK_BON "\n"
            "optimizer=ppo " FOUR " beta=0\n"
            "optimizer=ppo reward=gold beta=0",
    .seeds = 3,
    .seconds = 70 },
  { .id = "standard",
    .title = "Eight replicates: best of 2,048, PPO over two decades of penalties",
    .help = "Adds B5, B6, B8 to B11, B15, G2, G4 to G6, and controls. The penalties are 0, 0.005, "
            "0.015, 0.05, 0.15 and 0.5; what claims call a small one is 0.015.",
    .plan = FULL ("", ""),
    .seeds = 8,
    .seconds = 1010 },
  { .id = "sweeps",
    .title = "PPO with a small penalty over wrong labels, sizes of models and ensembles, lambda",
    .help = "B6 and G2 with four replicates, and the bars and tables of win rates under PPO.",
    .plan = "optimizer=best-of-n width=16,32,48\n" SWEEPS (""),
    .seeds = 4,
    .seconds = 510 },
  { .id = "paper",
    .title = "The paper's numbers of prompts, answers and steps, with these models",
    .help
    = "1,000 prompts of 12,500 answers, 3,000 iterations of 256 rollouts, also with PPO on "
      "small and large reward models. The paper's models, a thousand times as large, are out "
      "of reach; so that reward models err as often as its, pairs stay 4,000. 5 GB for a run of "
      "best-of-n, more than two days in all.",
    .plan = FULL (PAPER_BON, PAPER_PPO) SWEEPS (PAPER_PPO),
    .seeds = 8,
    .seconds = 204000 },
#include "real-presets.h"
};
