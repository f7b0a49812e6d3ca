/* SPDX-License-Identifier: Apache-2.0
 *
 * The plans.  Included by study.c only.
 */
#include <assay/plugin.h>

#define THREE "minigrid.KeyCorridorS3R1,minigrid.DoorKey-5x5,minigrid.MultiRoom-N2-S4"
#define TEN                                                                                        \
  THREE ",minigrid.Empty-8x8,minigrid.DoorKey-6x6,minigrid.Unlock,minigrid.LavaGapS5,"             \
        "minigrid.SimpleCrossingS9N1,minigrid.LavaCrossingS9N1,minigrid.FourRooms"

/* Each textbook baseline over its own settings, and the controls. */
#define ARMS(envs, more)                                                                           \
  "env=" envs " agent=graph,graph-mixed,one-step,random,optimal" more "\n"                         \
  "env=" envs " agent=n-step n=1,3,5,10" more "\n"                                                 \
  "env=" envs " agent=tree n=1,3,5,10 tree-policy=target,backed-up" more "\n"                      \
  "env=" envs " agent=retrace,q-lambda lambda=0,0.5,0.9,1" more "\n"
#define CONTROLS(envs, more)                                                                       \
  "env=" envs " agent=graph depth=1,3,10 breadth=1,5,50" more "\n"                                 \
  "env=" envs " agent=graph table=persistent" more "\n"                                            \
  "env=" envs " agent=graph done=inferred" more "\n"                                               \
  "env=" envs " agent=n-step,tree compat=reference n=10" more "\n"                                 \
  "env=" envs " match=edges agent=graph" more "\n"                                                 \
  "env=" envs " match=edges agent=n-step n=1,3,5,10" more "\n"                                     \
  "env=" envs " level-mode=random agent=graph" more "\n"                                           \
  "env=" envs " level-mode=random agent=n-step n=1,3,5,10" more "\n"                               \
  "env=crossing\n"
#define SWEEPS(envs, more)                                                                         \
  "env=" envs " agent=graph,one-step learning-rate=0.2,1" more "\n"                                \
  "env=" envs " agent=n-step n=1,3,5,10 learning-rate=0.2,1" more "\n"                             \
  "env=" envs " agent=tree n=1,3,5,10 tree-policy=target,backed-up learning-rate=0.2,1" more "\n"  \
  "env=" envs " agent=retrace,q-lambda lambda=0,0.5,0.9,1 learning-rate=0.2,1" more "\n"           \
  "env=" envs " level-mode=random levels=1,4 agent=graph" more "\n"                                \
  "env=" envs " level-mode=random levels=1,4 agent=n-step n=1,3,5,10" more "\n"                    \
  "env=" envs " agent=graph hash=partial,full" more "\n"                                           \
  "env=" envs " agent=graph weights=uniform" more "\n"

/* Deep agents.  On levels the defaults; in games what MinAtar's own DQN has. */
#define TWO "minigrid.KeyCorridorS3R1,minigrid.DoorKey-5x5"
#define FOUR TWO ",minigrid.LavaGapS5,minigrid.DoorKey-6x6"
#define GAMES                                                                                      \
  "minatar.breakout,minatar.asterix,minatar.freeway,minatar.seaquest,minatar.space-invaders"
#define IN_GAME " gamma=0.99 depth=5 breadth=20 rate=0.00025 renew-every=1000"
#define DEEP_QUICK " steps=20000 evaluations=20"
#define DEEP_STEPS " steps=30000 evaluations=20"
#define DEEP_PAPER                                                                                 \
  " steps=1000000 warm-up=5000 renew-every=8000 explore=0 epsilon-last=0.02 evaluations=100"
#define DEEP_PAPER_IN_GAMES                                                                        \
  " gamma=0.99 depth=5 breadth=20 steps=1000000 warm-up=1600 renew-every=8000 explore=0 "          \
  "epsilon-last=0.02 rate=0.000065 hidden=256 evaluations=100"

#define DEEP_N_STEPS(envs, more) "env=" envs " agent=dqn-n-step n=1,3,5,10" more "\n"
#define DEEP_BASELINES(envs, more)                                                                 \
  "env=" envs " agent=dqn-one-step" more                                                           \
  "\n" DEEP_N_STEPS (envs, more) "env=" envs " agent=dqn-tree n=3,10" more "\n"                    \
                                 "env=" envs " agent=dqn-retrace lambda=0.5,0.9" more "\n"
#define DEEP_ON_LEVELS(envs, more)                                                                 \
  "env=" envs " agent=dqn-graph,random,optimal" more                                               \
  "\n" DEEP_BASELINES (envs, more) "env=" envs " agent=dqn-q-lambda lambda=0.5,0.9" more "\n"
#define DEEP_IN_GAMES(envs, more)                                                                  \
  "env=" envs " agent=dqn-graph,random,no-op" more "\n" DEEP_BASELINES (envs, more)
#define DEEP_NODES(envs, more) "env=" envs " agent=dqn-graph node=timers" more "\n"
#define DEEP_COMPUTE(envs, more)                                                                   \
  "env=" envs " agent=dqn-graph budget=forwards" more                                              \
  "\n" DEEP_N_STEPS (envs, " budget=forwards" more)
#define DEEP_CONTROLS(envs, more)                                                                  \
  DEEP_COMPUTE (envs, more)                                                                        \
  "env=" envs " agent=dqn-graph-mixed" more "\n"                                                   \
  "env=" envs " agent=dqn-graph table=persistent" more "\n"                                        \
  "env=" envs " agent=dqn-graph level-mode=random" more "\n" DEEP_N_STEPS (                        \
      envs, " level-mode=random" more) "env=" envs                                                 \
                                       " agent=dqn-n-step,dqn-tree compat=reference n=10" more     \
                                       "\n"

static const AssayPreset presets[] = {
  { .id = "golden",
    .title = "For tests",
    .plan = "env=minigrid.KeyCorridorS3R1 steps=2000 evaluations=4 agent=graph,one-step\n"
            "env=minigrid.KeyCorridorS3R1 steps=2000 evaluations=4 agent=n-step,tree n=3\n"
            "env=crossing",
    .seeds = 1,
    .flags = ASSAY_HIDDEN,
    .seconds = 1 },
  { .id = "deep-golden",
    .title = "For tests",
    .plan = "env=minigrid.DoorKey-5x5 steps=1200 evaluations=2 warm-up=200 hidden=32 "
            "agent=dqn-graph,dqn-one-step\n"
            "env=minatar.breakout steps=600 evaluations=2 warm-up=200 hidden=32 "
            "agent=dqn-retrace,dqn-graph node=timers",
    .seeds = 1,
    .flags = ASSAY_HIDDEN,
    .seconds = 2 },
  { .id = "quick",
    .title = "Three levels, 20,000 steps",
    .help = "J1, J4, J5, J8 and the controls on three levels.",
    .plan = ARMS (THREE, "") CONTROLS (THREE, ""),
    .seeds = 3,
    .seconds = 40 },
  { .id = "standard",
    .title = "Ten levels, 30,000 steps",
    .help = "Adds seven levels, J6, and sweeps of learning rate, number of levels and hashing.",
    .plan
    = ARMS (TEN, " steps=30000") CONTROLS (THREE, " steps=30000") SWEEPS (THREE, " steps=30000"),
    .seeds = 10,
    .seconds = 540 },
  { .id = "paper",
    .title = "The paper's budget: a million steps",
    .help = "The paper's MiniGrid schedule (a million steps, batch 32 every 4 steps, first replay "
            "at 5,000, target network renewed every 8,000) on the levels of `quick`; the paper's "
            "own list of levels and its network are not part of this tier.",
    .plan = ARMS (THREE, " steps=1000000 batch=32 learn-start=5000 target-sync=8000")
        CONTROLS (THREE, " steps=1000000 batch=32 learn-start=5000 target-sync=8000"),
    .seeds = 10,
    .seconds = 14000 },
  { .id = "deep-quick",
    .title = "Q networks, 20,000 steps",
    .help = "J1-deep, J2 and J7 on two levels and one game: early learning.",
    .plan = DEEP_ON_LEVELS ("minigrid.DoorKey-5x5,minigrid.LavaGapS5", DEEP_QUICK) DEEP_IN_GAMES (
        "minatar.breakout", IN_GAME DEEP_QUICK) DEEP_NODES ("minatar.breakout", IN_GAME DEEP_QUICK)
        DEEP_COMPUTE ("minigrid.LavaGapS5", DEEP_QUICK),
    .seeds = 3,
    .seconds = 105 },
  { .id = "deep",
    .title = "Q networks, four levels and five games, 30,000 steps",
    .help = "Adds levels, games, J6-deep and the controls: early learning.",
    .plan = DEEP_ON_LEVELS (FOUR, DEEP_STEPS) DEEP_IN_GAMES (GAMES, IN_GAME DEEP_STEPS)
        DEEP_NODES (GAMES, IN_GAME DEEP_STEPS) DEEP_CONTROLS (TWO, DEEP_STEPS),
    .seeds = 4,
    .seconds = 900 },
  { .id = "deep-paper",
    .title = "Q networks, the paper's schedules: a million steps",
    .help = "A million steps, first update, renewals and random actions as published; in games the "
            "published learning rate and 256 hidden units. The networks stay ours.",
    .plan = DEEP_ON_LEVELS (FOUR, DEEP_PAPER) DEEP_IN_GAMES (GAMES, DEEP_PAPER_IN_GAMES)
        DEEP_NODES (GAMES, DEEP_PAPER_IN_GAMES) DEEP_CONTROLS (TWO, DEEP_PAPER),
    .seeds = 5,
    .seconds = 400000 },
  { .id = "atari",
    .title = "An Atari game of yours, 100,000 steps",
    .help
    = "Set `emulator` and `rom` (atari.h of the plugin says how). Plain DQN, no verdict: J3 is "
      "about 26 games and Rainbow.",
    .plan = "env=atari agent=dqn-graph,dqn-one-step,dqn-n-step n=10 depth=10 breadth=10 "
            "weights=uniform gamma=0.99 rate=0.0001 hidden=256 warm-up=2000 renew-every=2000 "
            "update-every=1 steps=100000 evaluations=10",
    .seeds = 3,
    .seconds = 20000 },
};
