/* SPDX-License-Identifier: Apache-2.0
 *
 * The words in which claims, derived metrics and figures name arms of the study.
 */
#ifndef GRAPH_BACKUP_ARMS_H
#define GRAPH_BACKUP_ARMS_H

/* Every baseline as its textbook has it; only these count as evidence for the paper's claims. */
#define TEXTBOOK                                                                                   \
  "(agent=one-step,retrace,q-lambda or agent=tree compat=textbook or agent=n-step "                \
  "compat=textbook)"
#define N_STEP "agent=n-step compat=textbook"
#define TREE "agent=tree compat=textbook"
/* Graph backup with everything but depth and breadth as the paper has it; and with the paper's. */
#define GRAPH_OF_ANY_SIZE "agent=graph weights=count table=fresh done=stored"
#define GRAPH "(" GRAPH_OF_ANY_SIZE " depth=10 breadth=50)"
#define MIXED "agent=graph-mixed"
#define ANCHORS "agent=random,optimal"

#define PLAIN "match=samples hash=state learning-rate=0.5"
#define FIXED "level-mode=fixed"
/* The levels on which controls are run, in every preset. */
#define TRIO "env=minigrid.KeyCorridorS3R1,minigrid.DoorKey-5x5,minigrid.MultiRoom-N2-S4"

/* Parameters that `where` has pinned: one value each, so their mean only takes them away. */
#define PIN_WORLD "level-mode levels "
#define PIN_LEARNING "match batch edges hash learning-rate probes snapshot "
#define PIN_SIZE "depth breadth "
#define PIN_GRAPH "weights table done "
#define PINNED ASSAY_MEAN (PIN_WORLD PIN_LEARNING PIN_SIZE PIN_GRAPH "compat")
/* ---- Deep agents ---- */

#define IN_LEVELS "env~minigrid. " FIXED
#define IN_GAMES "env~minatar."
#define DEEP_N_STEP "agent=dqn-n-step compat=textbook"
#define DEEP_TEXTBOOK                                                                              \
  "(agent=dqn-one-step,dqn-retrace,dqn-q-lambda or agent=dqn-tree compat=textbook or "             \
  "agent=dqn-n-step compat=textbook)"
/* Graph backup at the depth and breadth that the paper has for each family. */
#define DEEP_SIZE "(env~minigrid. depth=10 breadth=50 or env~minatar. depth=5 breadth=20)"
#define DEEP_GRAPH "(agent=dqn-graph weights=count table=fresh done=stored " DEEP_SIZE ")"
#define DEEP_PLAIN "budget=updates node=observation"
#define DEEP_CONTROL_LEVELS "env=minigrid.KeyCorridorS3R1,minigrid.DoorKey-5x5 "
/* Of one value within a family of worlds, so their mean only takes them away. */
#define PIN_DEEP_WORLD "level-mode levels max-states gamma steps hidden warm-up "
#define PIN_DEEP_LEARNING "budget grant node rate renew-every trace keep-nodes "
#define PINNED_DEEP ASSAY_MEAN (PIN_DEEP_WORLD PIN_DEEP_LEARNING PIN_SIZE PIN_GRAPH "compat")

/* Each baseline at its best setting, chosen on one half of the seeds, measured on the other. */
#define TUNED                                                                                      \
  ASSAY_BEST ("n", "seed"), ASSAY_BEST ("lambda", "seed"), ASSAY_BEST ("tree-policy", "seed")

#endif
