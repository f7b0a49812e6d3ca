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
};
