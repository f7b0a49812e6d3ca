/* SPDX-License-Identifier: Apache-2.0
 *
 * Graph Backup (Jiang, Zhang, Kirk, Rocktaeschel, Grefenstette, arXiv 2205.15824), exact tier:
 * tabular agents on levels whose MDP can be enumerated.  Tables; the work is in run.c.
 */
#include "claims.h"
#include "figures.h"
#include "run.h"

#include <string.h>

/* ---- Parameters ------------------------------------------------------------- */

#define MINIGRID                                                                                   \
  "minigrid.KeyCorridorS3R1,minigrid.DoorKey-5x5,minigrid.MultiRoom-N2-S4,minigrid.Empty-8x8,"     \
  "minigrid.DoorKey-6x6,minigrid.Unlock,minigrid.LavaGapS5,minigrid.SimpleCrossingS9N1,"           \
  "minigrid.LavaCrossingS9N1,minigrid.FourRooms,minigrid.DoorKey-8x8,minigrid.UnlockPickup,"       \
  "minigrid.KeyCorridorS3R2,minigrid.LavaGapS7,minigrid.SimpleCrossingS9N2,"                       \
  "minigrid.SimpleCrossingS9N3,minigrid.MultiRoom-N4-S5"

#define LEARNS "agent!=random,optimal"
#define ON_A_LEVEL "env!=crossing"

#define PARAMS(P)                                                                                  \
  P (CHOICE, env, "minigrid.KeyCorridorS3R1", "Level", .choices = "crossing," MINIGRID,            \
     .group = "World",                                                                             \
     .help = "A MiniGrid level, or `crossing`: the memory of two crossing trajectories, replayed " \
             "under every backup (claim J4).")                                                     \
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
     .ui_max = 1000000, .flags = ASSAY_LOG_SLIDER, .unit = "steps", .when = ON_A_LEVEL,            \
     .group = "World")                                                                             \
  P (CHOICE, agent, "graph", "Agent",                                                              \
     .choices = "graph graph-mixed one-step n-step tree retrace q-lambda random optimal",          \
     .when = ON_A_LEVEL, .group = "Agent",                                                         \
     .help = "The backup that makes the targets; `random` and `optimal` (acts by Q*) are the "     \
             "controls between which returns are normalised.")                                     \
  P (INT, n, 5, "Steps of the return", .min = 1, .max = 1000, .ui_min = 1, .ui_max = 20,           \
     .unit = "steps", .when = "agent=n-step,tree", .group = "Agent",                               \
     .help = "Length of the n-step return, depth of Tree Backup along the stored trajectory.")     \
  P (REAL, lambda, 0.9, "Trace decay", .min = 0, .max = 1, .when = "agent=retrace,q-lambda",       \
     .group = "Agent", .help = "Lambda of Retrace, and of Peng's Q(lambda).")                      \
  P (CHOICE, compat, "textbook", "Baseline", .choices = "textbook reference",                      \
     .when = "agent=n-step,tree", .group = "Agent",                                                \
     .help = "`reference` repeats the published code: the n-step return that starts at one step "  \
             "is attached to the last state-action of its segment; `tree` is a random walk over "  \
             "the graph, one branch a level.")                                                     \
  P (CHOICE, tree_policy, "target", "Policy of Tree Backup", .choices = "target backed-up",        \
     .when = "agent=tree compat=textbook", .group = "Agent",                                       \
     .help = "Greedy on the target network, as in the textbook, or greedy after the backup, "      \
             "which is graph backup confined to the stored trajectory.")                           \
  P (INT, depth, 10, "Depth", .min = 1, .max = 100, .ui_min = 1, .ui_max = 20, .unit = "levels",   \
     .when = "agent=graph,graph-mixed", .group = "Graph backup")                                   \
  P (INT, breadth, 50, "Breadth", .min = 0, .max = 100000, .ui_max = 100, .unit = "branches",      \
     .when = "agent=graph,graph-mixed", .group = "Graph backup",                                   \
     .help = "Branches per level, drawn with replacement when there are more; 0 takes all.")       \
  P (CHOICE, weights, "count", "Branch sampling", .choices = "count uniform",                      \
     .when = "agent=graph,graph-mixed", .group = "Graph backup",                                   \
     .help = "Branches by how often they were seen, or all alike (the paper's Atari command).")    \
  P (CHOICE, table, "fresh", "Table of backed-up values", .choices = "fresh persistent",           \
     .when = "agent=graph", .group = "Graph backup",                                               \
     .help = "`persistent`: what one target wrote is seen by the next, until the target network "  \
             "is renewed; used in both published MiniGrid commands.")                              \
  P (CHOICE, done, "stored", "End of an episode", .choices = "stored inferred",                    \
     .when = "agent=graph,graph-mixed", .group = "Graph backup",                                   \
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
  P (INT, evaluations, 40, "Evaluations", .min = 1, .max = 10000, .ui_min = 1, .ui_max = 200,      \
     .when = ON_A_LEVEL, .group = "Measurement")                                                   \
  P (INT, eval_episodes, 4, "Episodes per evaluation", .min = 1, .max = 1000, .ui_min = 1,         \
     .ui_max = 20, .when = ON_A_LEVEL, .group = "Measurement", .help = "Greedy, ties at random.")  \
  P (INT, probes, 4, "Comparisons of all backups", .min = 0, .max = 1000, .ui_max = 20,            \
     .when = "agent=one-step hash=state", .group = "Measurement",                                  \
     .help = "How often every backup is computed on this run's memory, for the variance and the "  \
             "bias of targets; spread evenly, the last at the end.")                               \
  P (BOOL, snapshot, true, "Keep the transition graph", .when = "agent=graph hash=state",          \
     .group = "Measurement", .help = "Written by the run of seed 1 only.")

ASSAY_PARAMS (Params, params, PARAMS)

static bool
is (const char *value, const char *name)
{
  return !strcmp (value, name);
}

/* What an agent's name says about its targets. */
static const struct
{
  const char *name;
  uint32_t policy, method;
} agents[] = {
  { "graph", POLICY_LEARN, METHOD_GRAPH },
  { "graph-mixed", POLICY_LEARN, METHOD_GRAPH_MIXED },
  { "one-step", POLICY_LEARN, METHOD_N_STEP },
  { "n-step", POLICY_LEARN, METHOD_N_STEP },
  { "tree", POLICY_LEARN, METHOD_TREE },
  { "retrace", POLICY_LEARN, METHOD_RETRACE },
  { "q-lambda", POLICY_LEARN, METHOD_Q_LAMBDA },
  { "random", POLICY_RANDOM, METHOD_N_STEP },
  { "optimal", POLICY_OPTIMAL, METHOD_N_STEP },
};

static BackupRule
rule_of (const Params *p, uint32_t method)
{
  bool reference = is (p->compat, "reference");
  BackupRule rule = { .method = method, .lambda = p->lambda };

  if (method == METHOD_TREE && reference)
    /* The published "tree": a walk over the graph, one branch drawn a level. */
    return (BackupRule){ .method = METHOD_GRAPH, .n = (uint32_t) p->n, .breadth = 1 };
  if (method == METHOD_GRAPH || method == METHOD_GRAPH_MIXED)
    {
      rule.n = (uint32_t) p->depth;
      rule.breadth = (uint32_t) p->breadth;
      rule.uniform = is (p->weights, "uniform");
      rule.persistent = is (p->table, "persistent");
      rule.infer_end = is (p->done, "inferred");
      return rule;
    }
  rule.n = is (p->agent, "one-step") ? 1 : (uint32_t) p->n;
  rule.after_backup = is (p->tree_policy, "backed-up");
  rule.misattach = method == METHOD_N_STEP && !is (p->agent, "one-step") && reference;
  return rule;
}

static void
run_study (AssayRun *run)
{
  const Params *p = run->params;
  Setup setup = { .env = p->env,
                  .n_levels = is (p->level_mode, "random") ? (uint32_t) p->levels : 1,
                  .max_states = (uint32_t) p->max_states,
                  .evaluations = (uint32_t) p->evaluations,
                  .eval_episodes = (uint32_t) p->eval_episodes };
  AgentSettings *agent = &setup.agent;
  uint32_t i = 0;

  while (!is (p->agent, agents[i].name))
    i++;
  *agent = (AgentSettings){ .policy = agents[i].policy,
                            .rule = rule_of (p, agents[i].method),
                            .gamma = p->gamma,
                            .learning_rate = p->learning_rate,
                            .epsilon = p->epsilon,
                            .steps = (uint32_t) p->steps,
                            .learn_start = (uint32_t) p->learn_start,
                            .replay_every = (uint32_t) p->replay_every,
                            .batch = (uint32_t) p->batch,
                            .edges = is (p->match, "edges") ? (uint32_t) p->edges : 0,
                            .sync_every = (uint32_t) p->target_sync,
                            .view = is (p->hash, "state")  ? -1
                                    : is (p->hash, "full") ? VIEW_FULL
                                                           : VIEW_PARTIAL };
  if (agent->policy != POLICY_LEARN)
    agent->view = -1;
  if (agent->view < 0)
    {
      setup.probes = is (p->agent, "one-step") ? (uint32_t) p->probes : 0;
      setup.snapshot = is (p->agent, "graph") && p->snapshot && run->seed == 1;
    }
  if (is (p->env, "crossing"))
    run_crossing (run, &setup);
  else
    run_levels (run, &setup);
}

/* ---- Dimensions and metrics --------------------------------------------------- */

static const AssayDim dims[] = {
  { .id = "backup",
    .title = "Backup",
    .kind = ASSAY_LABEL,
    .values = "one-step n-step-3 n-step-5 n-step-10 tree retrace q-lambda graph graph-full "
              "graph-mixed" },
  { .id = "pair", .title = "State-action", .kind = ASSAY_ITEM },
  { .id = "view", .title = "View", .kind = ASSAY_LABEL, .values = "full partial" },
  { .id = "degree", .title = "Degree", .kind = ASSAY_NUMBER },
  { .id = "direction", .title = "Direction", .kind = ASSAY_LABEL, .values = "in out" },
};

static const AssayMetric metrics[] = {
  { .id = "return",
    .title = "Return",
    .dims = "step",
    .crash = ASSAY_CRASH_FLOOR,
    .help = "Mean over evaluation episodes of 1 - 0.9 t / T at success and 0 else (the published "
            "MiniGrid reward); greedy, ties at random." },
  { .id = "success",
    .title = "Success",
    .dims = "step",
    .crash = ASSAY_CRASH_FLOOR,
    .help = "Share of the same evaluation episodes that reach the reward." },
  { .id = "train-return",
    .title = "Return of training episodes",
    .dims = "step",
    .help = "Mean published return of the episodes that ended since the last evaluation." },
  { .id = "return-by-compute",
    .title = "Return by compute",
    .dims = "step",
    .help = "The return again; its step is the number of edges backed up so far." },
  { .id = "edge-updates",
    .title = "Backed-up edges",
    .unit = "edges",
    .dims = "step",
    .better = ASSAY_DOWN,
    .help = "State-actions whose value was computed for a target: n for n-step, one per sampled "
            "branch for graph backup." },
  { .id = "q-error",
    .title = "Error against Q*",
    .dims = "step",
    .better = ASSAY_DOWN,
    .help = "Mean of |Q - Q*| over the state-actions visited, weighted by visits." },
  { .id = "q-error-max",
    .title = "Largest error against Q*",
    .dims = "step",
    .better = ASSAY_DOWN,
    .help = "Largest |Q - Q*| over the state-actions visited." },
  { .id = "target-variance",
    .title = "Target variance",
    .dims = "backup step",
    .better = ASSAY_DOWN,
    .help = "Unbiased variance of the targets of one state-action at up to 8 of its occurrences "
            "in the memory, with one target network; mean over up to 64 state-actions drawn by "
            "how often they occur." },
  { .id = "target-deviation",
    .title = "Target deviation",
    .dims = "backup pair",
    .better = ASSAY_DOWN,
    .help = "Root of the same variance, state-action by state-action, at the last comparison." },
  { .id = "target-bias",
    .title = "Target bias",
    .dims = "backup step",
    .help = "Mean target minus Q* over the same occurrences." },
  { .id = "credit",
    .title = "Counterfactual credit",
    .dims = "backup step",
    .help = "Value of trajectory A's start after so many sweeps over the memory of A (no reward) "
            "and B (reward behind their crossing), over its true value." },
  { .id = "novel-ratio",
    .title = "Novel-state ratio",
    .dims = "step",
    .better = ASSAY_DOWN,
    .help = "Different nodes / (steps + 1)." },
  { .id = "nodes", .title = "Nodes", .unit = "nodes", .dims = "step" },
  { .id = "edges-seen",
    .title = "Edges",
    .unit = "edges",
    .dims = "step",
    .help = "Different (node, action, reward, end, next node)." },
  { .id = "crossing-share",
    .title = "Share of crossings",
    .dims = "step",
    .help = "Nodes that two or more other nodes lead to, over nodes." },
  { .id = "degree-share",
    .title = "Share of nodes",
    .dims = "degree direction step",
    .help = "Nodes with so many different other neighbours; the last degree counts all above." },
  { .id = "aliasing",
    .title = "Aliasing",
    .dims = "view step",
    .better = ASSAY_DOWN,
    .help = "Share of the observations of the whole MDP that stand for more than one state." },
  { .id = "aliasing-visited",
    .title = "Aliasing, by visits",
    .dims = "view step",
    .better = ASSAY_DOWN,
    .help = "Share of the agent's steps taken under such an observation." },
  { .id = "seconds",
    .title = "Processor time",
    .unit = "s",
    .dims = "step",
    .better = ASSAY_DOWN,
    .flags = ASSAY_TIMING },

  /* Derived. */
  { .id = "auc", .title = "Mean return", .of = "return", .fold = ASSAY_FOLDS (ASSAY_AUC ("step")) },
  { .id = "steps-to-threshold",
    .title = "Steps to return 0.8",
    .unit = "steps",
    .better = ASSAY_DOWN,
    .of = "return",
    .fold = ASSAY_FOLDS (ASSAY_REACH ("step", .8)),
    .help = "Runs that never get there count with the length of the run." },
  { .id = "gain",
    .title = "Gain over tuned n-step",
    .of = "return",
    .where = FIXED " (" ANCHORS " or " PLAIN " (" N_STEP " or " GRAPH "))",
    .fold = ASSAY_FOLDS (ASSAY_AUC ("step"), ASSAY_BEST ("n", "seed"), PINNED,
                         ASSAY_ANCHOR ("agent", "random", "optimal"),
                         ASSAY_DIFF ("agent", "graph", "n-step")),
    .help = "Mean return over the run, random 0 and optimal 1: graph backup minus n-step with n "
            "chosen on other seeds." },
  { .id = "novelty",
    .title = "Novel-state ratio at the end",
    .of = "novel-ratio",
    .where = FIXED " " PLAIN " " GRAPH,
    .fold = ASSAY_FOLDS (ASSAY_AT ("step", "last"), PINNED, ASSAY_MEAN ("agent")) },
  /* Choose the settings that the learning curves show. */
  { .id = "best-by-n",
    .title = "Mean return of each setting",
    .of = "return",
    .fold = ASSAY_FOLDS (ASSAY_AUC ("step"), ASSAY_MEAN ("seed")) },
  { .id = "best-by-lambda",
    .title = "Mean return at the best n",
    .of = "return",
    .fold = ASSAY_FOLDS (ASSAY_AUC ("step"), ASSAY_BEST ("n", "seed"), ASSAY_MEAN ("seed")) },
  { .id = "best-by-policy",
    .title = "Mean return at the best n and lambda",
    .of = "return",
    .fold = ASSAY_FOLDS (ASSAY_AUC ("step"), ASSAY_BEST ("n", "seed"),
                         ASSAY_BEST ("lambda", "seed"), ASSAY_MEAN ("seed")) },
};

/* ---- Presets ------------------------------------------------------------------ */

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

/* ---- The plugin ----------------------------------------------------------------- */

static const AssayStudy study = {
  .size = sizeof study,
  .id = "graph-backup",
  .title = "Graph Backup",
  .question = "Does backing up values over the graph of all experience, instead of one "
              "trajectory, learn from less?",
  .paper = "Jiang, Zhang, Kirk, Rocktäschel, Grefenstette: Graph Backup: Data Efficient Backup "
           "Exploiting Markovian Transitions. arXiv 2205.15824",
  .help = "Exact tier: levels whose MDP is enumerated, so that Q* is known, and tabular agents. "
          "Only tuned textbook baselines count as evidence; the published code's baselines are "
          "run beside them (compat=reference).",
  .params_size = sizeof (Params),
  .params = ASSAY_TABLE (params),
  .dims = ASSAY_TABLE (dims),
  .metrics = ASSAY_TABLE (metrics),
  .claims = ASSAY_TABLE (claims),
  .figures = ASSAY_TABLE (figures),
  .presets = ASSAY_TABLE (presets),
  .plugins = "env-minigrid",
  .run = run_study,
};

static const AssayPlugin plugin = {
  ASSAY_PLUGIN_HEADER, .id = "graph-backup",    .title = "Graph Backup",
  .version = "0.1.0",  .license = "Apache-2.0", .study = &study,
};

const AssayPlugin *
assay_plugin_entry (void)
{
  return &plugin;
}
