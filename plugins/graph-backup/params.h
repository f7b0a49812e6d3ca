/* SPDX-License-Identifier: Apache-2.0
 *
 * What can be set.  Included by study.c only.
 */
#include <assay/plugin.h>

#define MINIGRID                                                                                   \
  "minigrid.KeyCorridorS3R1,minigrid.DoorKey-5x5,minigrid.MultiRoom-N2-S4,minigrid.Empty-8x8,"     \
  "minigrid.DoorKey-6x6,minigrid.Unlock,minigrid.LavaGapS5,minigrid.SimpleCrossingS9N1,"           \
  "minigrid.LavaCrossingS9N1,minigrid.FourRooms,minigrid.DoorKey-8x8,minigrid.UnlockPickup,"       \
  "minigrid.KeyCorridorS3R2,minigrid.LavaGapS7,minigrid.SimpleCrossingS9N2,"                       \
  "minigrid.SimpleCrossingS9N3,minigrid.MultiRoom-N4-S5"

#define MINATAR                                                                                    \
  "minatar.breakout,minatar.asterix,minatar.freeway,minatar.seaquest,minatar.space-invaders"

#define TABULAR "graph,graph-mixed,one-step,n-step,tree,retrace,q-lambda"
#define DEEP "dqn-graph,dqn-graph-mixed,dqn-one-step,dqn-n-step,dqn-tree,dqn-retrace,dqn-q-lambda"

#define LEARNS "agent=" TABULAR
#define LEARNS_DEEP "agent=" DEEP
#define LIVES "env!=crossing"
#define ON_A_LEVEL "env!=crossing,atari," MINATAR

#define PARAMS(P)                                                                                  \
  P (CHOICE, env, "minigrid.KeyCorridorS3R1", "Level",                                             \
     .choices = "crossing," MINIGRID "," MINATAR ",atari", .group = "World",                       \
     .help = "A MiniGrid level; a MinAtar game, for the deep agents; or `crossing`: the memory "   \
             "of two crossing trajectories, replayed under every backup (claim J4).")              \
  P (FILE, emulator, "", "Emulator", .when = "env=atari", .group = "World",                        \
     .help = "A shared library of yours with the functions of the plugin's atari.h.")              \
  P (FILE, rom, "", "ROM", .when = "env=atari", .group = "World", .help = "A game that you own.")  \
  P (CHOICE, level_mode, "fixed", "Level of an episode", .choices = "fixed random",                \
     .when = ON_A_LEVEL, .group = "World",                                                         \
     .help = "The paper keeps one level for the whole run; `random` draws one of `levels` for "    \
             "every episode.")                                                                     \
  P (INT, levels, 16, "Different levels", .min = 1, .max = 256, .ui_min = 1, .ui_max = 64,         \
     .unit = "levels", .when = "level-mode=random", .group = "World",                              \
     .help = "Levels to draw from; their MDPs are enumerated together.")                           \
  P (INT, max_states, 400000, "Largest MDP", .min = 1, .max = 2000000, .unit = "states",           \
     .when = ON_A_LEVEL, .group = "World",                                                         \
     .help = "A run whose levels have more states fails with a sentence.")                         \
  P (REAL, gamma, 0.95, "Discount", .min = 0, .max = 0.9999, .ui_min = 0.8, .ui_max = 0.999,       \
     .group = "World",                                                                             \
     .help = "The reward is binarised as in the paper's MiniGrid runs: the published reward "      \
             "depends on the time step, which is no part of the state.")                           \
  P (INT, steps, 20000, "Length of the run", .min = 1, .max = 10000000, .ui_min = 1000,            \
     .ui_max = 1000000, .flags = ASSAY_LOG_SLIDER, .unit = "steps", .when = LIVES,                 \
     .group = "World")                                                                             \
  P (CHOICE, agent, "graph", "Agent", .choices = TABULAR ",random,optimal," DEEP ",no-op",         \
     .when = LIVES, .group = "Agent",                                                              \
     .help = "The backup that makes the targets, of a table of values or (`dqn-`) of a Q "         \
             "network; `random` and `optimal` (acts by Q*) are the controls between which "        \
             "returns are normalised, `no-op` does nothing.")                                      \
  P (INT, n, 5, "Steps of the return", .min = 1, .max = 1000, .ui_min = 1, .ui_max = 20,           \
     .unit = "steps", .when = "agent=n-step,tree,dqn-n-step,dqn-tree", .group = "Agent",           \
     .help = "Length of the n-step return, depth of Tree Backup along the stored trajectory.")     \
  P (REAL, lambda, 0.9, "Trace decay", .min = 0, .max = 1,                                         \
     .when = "agent=retrace,q-lambda,dqn-retrace,dqn-q-lambda", .group = "Agent",                  \
     .help = "Lambda of Retrace, and of Peng's Q(lambda).")                                        \
  P (CHOICE, compat, "textbook", "Baseline", .choices = "textbook reference",                      \
     .when = "agent=n-step,tree,dqn-n-step,dqn-tree", .group = "Agent",                            \
     .help = "`reference` repeats the published code: the n-step return that starts at one step "  \
             "is attached to the last state-action of its segment; `tree` is a random walk over "  \
             "the graph, one branch a level.")                                                     \
  P (CHOICE, tree_policy, "target", "Policy of Tree Backup", .choices = "target backed-up",        \
     .when = "agent=tree,dqn-tree compat=textbook", .group = "Agent",                              \
     .help = "Greedy on the target network, as in the textbook, or greedy after the backup, "      \
             "which is graph backup confined to the stored trajectory.")                           \
  P (INT, depth, 10, "Depth", .min = 1, .max = 100, .ui_min = 1, .ui_max = 20, .unit = "levels",   \
     .when = "agent=graph,graph-mixed,dqn-graph,dqn-graph-mixed", .group = "Graph backup")         \
  P (INT, breadth, 50, "Breadth", .min = 0, .max = 100000, .ui_max = 100, .unit = "branches",      \
     .when = "agent=graph,graph-mixed,dqn-graph,dqn-graph-mixed", .group = "Graph backup",         \
     .help = "Branches per level, drawn with replacement when there are more; 0 takes all.")       \
  P (CHOICE, weights, "count", "Branch sampling", .choices = "count uniform",                      \
     .when = "agent=graph,graph-mixed,dqn-graph,dqn-graph-mixed", .group = "Graph backup",         \
     .help = "Branches by how often they were seen, or all alike (the paper's Atari command).")    \
  P (CHOICE, table, "fresh", "Table of backed-up values", .choices = "fresh persistent",           \
     .when = "agent=graph,dqn-graph", .group = "Graph backup",                                     \
     .help = "`persistent`: what one target wrote is seen by the next, until the target network "  \
             "is renewed; used in both published MiniGrid commands.")                              \
  P (CHOICE, done, "stored", "End of an episode", .choices = "stored inferred",                    \
     .when = "agent=graph,graph-mixed,dqn-graph,dqn-graph-mixed", .group = "Graph backup",         \
     .help = "`inferred`: a node without outgoing edges counts as an end of value 0, as in the "   \
             "published gridworld code, though it may only be unexplored.")                        \
  P (CHOICE, hash, "state", "What a node is", .choices = "state full partial", .when = LEARNS,     \
     .group = "Learning",                                                                          \
     .help = "The state's own bytes, or those of the full or the egocentric 7 x 7 observation, "   \
             "which may stand for several states.")                                                \
  P (REAL, learning_rate, 0.5, "Learning rate", .min = 0, .max = 1, .when = LEARNS,                \
     .group = "Learning")                                                                          \
  P (REAL, epsilon, 0.02, "Random actions", .min = 0, .max = 1, .ui_max = 0.5, .when = LEARNS,     \
     .group = "Learning",                                                                          \
     .help = "Share of actions drawn at random; otherwise greedy, ties at "                        \
             "random.")                                                                            \
  P (INT, replay_every, 4, "Steps between replays", .min = 1, .max = 100000, .ui_min = 1,          \
     .ui_max = 32, .unit = "steps", .when = LEARNS, .group = "Learning")                           \
  P (CHOICE, match, "samples", "Size of a replay", .choices = "samples edges", .when = LEARNS,     \
     .group = "Learning",                                                                          \
     .help = "Equally many transitions for every agent, or equally many backed-up edges.")         \
  P (INT, batch, 16, "Transitions per replay", .min = 1, .max = 100000, .ui_min = 1,               \
     .ui_max = 256, .when = LEARNS " match=samples", .group = "Learning")                          \
  P (INT, edges, 1600, "Edges per replay", .min = 1, .max = 10000000, .ui_min = 1,                 \
     .ui_max = 10000, .unit = "edges", .when = LEARNS " match=edges", .group = "Learning")         \
  P (INT, learn_start, 100, "First replay", .min = 1, .max = 10000000, .ui_min = 1,                \
     .ui_max = 10000, .unit = "steps", .when = LEARNS, .group = "Learning")                        \
  P (INT, target_sync, 160, "Renewal of the target network", .min = 1, .max = 10000000,            \
     .ui_min = 1, .ui_max = 10000, .unit = "steps", .when = LEARNS, .group = "Learning")           \
  P (CHOICE, node, "observation", "What a node is", .choices = "observation timers stack",         \
     .when = LEARNS_DEEP, .group = "Deep learning",                                                \
     .help = "The observation (the paper's); observation and timers, which is the whole state; "   \
             "or this observation and the one before. The network sees the observation only.")     \
  P (CHOICE, network, "auto", "Network", .choices = "auto mlp cnn", .when = LEARNS_DEEP,           \
     .group = "Deep learning",                                                                     \
     .help = "Two hidden layers, or 16 filters of 3 x 3 and one hidden layer; auto: convolutions " \
             "in games. MiniGrid's cells are given as one-hot vectors.")                           \
  P (INT, hidden, 128, "Units of a hidden layer", .min = 1, .max = 4096, .ui_min = 16,             \
     .ui_max = 512, .when = LEARNS_DEEP, .group = "Deep learning")                                 \
  P (REAL, rate, 0.001, "Learning rate of Adam", .min = 0, .max = 1, .ui_min = 1e-5,               \
     .ui_max = 0.01, .flags = ASSAY_LOG_SLIDER, .when = LEARNS_DEEP, .group = "Deep learning")     \
  P (REAL, explore, 0.5, "Share of the run that explores", .min = 0, .max = 1,                     \
     .when = LEARNS_DEEP, .group = "Deep learning",                                                \
     .help = "Over which the share of random actions falls from 1 to the last one.")               \
  P (REAL, epsilon_last, 0.05, "Random actions at last", .min = 0, .max = 1, .ui_max = 0.5,        \
     .when = LEARNS_DEEP, .group = "Deep learning", .help = "And in evaluations.")                 \
  P (INT, warm_up, 1000, "First update", .min = 1, .max = 10000000, .ui_min = 1, .ui_max = 10000,  \
     .unit = "steps", .when = LEARNS_DEEP, .group = "Deep learning")                               \
  P (INT, update_every, 4, "Steps between updates", .min = 1, .max = 100000, .ui_min = 1,          \
     .ui_max = 32, .unit = "steps", .when = LEARNS_DEEP, .group = "Deep learning")                 \
  P (INT, minibatch, 32, "Transitions of an update", .min = 1, .max = 4096, .ui_min = 1,           \
     .ui_max = 256, .when = LEARNS_DEEP, .group = "Deep learning")                                 \
  P (INT, renew_every, 240, "Steps between target networks", .min = 1, .max = 10000000,            \
     .ui_min = 1, .ui_max = 10000, .unit = "steps", .when = LEARNS_DEEP, .group = "Deep learning") \
  P (INT, trace, 64, "Longest trace", .min = 1, .max = 100000, .ui_min = 1, .ui_max = 256,         \
     .unit = "steps", .when = "agent=dqn-retrace,dqn-q-lambda", .group = "Deep learning")          \
  P (CHOICE, budget, "updates", "What is granted", .choices = "updates forwards",                  \
     .when = LEARNS_DEEP, .group = "Deep learning",                                                \
     .help = "Equally many updates for every agent, or equally many observations through a "       \
             "network: targets that read many states then leave fewer updates.")                   \
  P (INT, grant, 192, "Forwards granted", .min = 1, .max = 1000000, .ui_min = 32, .ui_max = 1024,  \
     .unit = "forwards", .when = LEARNS_DEEP " budget=forwards", .group = "Deep learning",         \
     .help = "At every due update; an observation that is learned from counts three.")             \
  P (INT, evaluations, 40, "Evaluations", .min = 1, .max = 10000, .ui_min = 1, .ui_max = 200,      \
     .when = LIVES, .group = "Measurement")                                                        \
  P (INT, eval_episodes, 4, "Episodes per evaluation", .min = 1, .max = 1000, .ui_min = 1,         \
     .ui_max = 20, .when = LIVES, .group = "Measurement",                                          \
     .help = "Greedy, ties at random; the deep agents with their last share of random actions.")   \
  P (INT, probes, 4, "Comparisons of all backups", .min = 0, .max = 1000, .ui_max = 20,            \
     .when = "agent=one-step hash=state", .group = "Measurement",                                  \
     .help = "How often every backup is computed on this run's memory, for the variance and the "  \
             "bias of targets; spread evenly, the last at the end.")                               \
  P (BOOL, snapshot, true, "Keep the transition graph", .when = "agent=graph hash=state",          \
     .group = "Measurement", .help = "Written by the run of seed 1 only.")                         \
  P (INT, keep_nodes, 4000, "States of the graph to keep", .min = 0, .max = 1000000,               \
     .ui_max = 10000, .unit = "states", .when = "agent=dqn-graph", .group = "Measurement",         \
     .help = "The first so many that were met are written as a graph by the run of seed 1.")       \
  P (REAL, checkpoint, 120, "Time between checkpoints", .min = 0, .max = 1e6, .ui_max = 3600,      \
     .unit = "s", .when = LEARNS_DEEP, .group = "Measurement",                                     \
     .help = "Processor time at least; the next renewal of the target network is awaited.")

ASSAY_PARAMS (Params, params, PARAMS)
