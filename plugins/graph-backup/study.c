/* SPDX-License-Identifier: Apache-2.0
 *
 * Graph Backup (Jiang, Zhang, Kirk, Rocktaeschel, Grefenstette, arXiv 2205.15824), exact tier:
 * tabular agents on levels whose MDP can be enumerated.  Tables; the work is in run.c.
 */
#include "claims.h"
#include "deep-run.h"
#include "figures.h"
#include "metrics.h"
#include "params.h"
#include "presets.h"
#include "run.h"

#include <string.h>

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
  bool deep;
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
  { "dqn-graph", DEEP_LEARN, METHOD_GRAPH, true },
  { "dqn-graph-mixed", DEEP_LEARN, METHOD_GRAPH_MIXED, true },
  { "dqn-one-step", DEEP_LEARN, METHOD_N_STEP, true },
  { "dqn-n-step", DEEP_LEARN, METHOD_N_STEP, true },
  { "dqn-tree", DEEP_LEARN, METHOD_TREE, true },
  { "dqn-retrace", DEEP_LEARN, METHOD_RETRACE, true },
  { "dqn-q-lambda", DEEP_LEARN, METHOD_Q_LAMBDA, true },
  { "no-op", DEEP_NO_OP, METHOD_N_STEP, true },
};

static BackupRule
rule_of (const Params *p, uint32_t method)
{
  bool reference = is (p->compat, "reference");
  bool one_step = is (p->agent, "one-step") || is (p->agent, "dqn-one-step");
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
  rule.n = one_step ? 1 : (uint32_t) p->n;
  rule.after_backup = is (p->tree_policy, "backed-up");
  rule.misattach = method == METHOD_N_STEP && !one_step && reference;
  return rule;
}

static void
run_tabular (AssayRun *run, uint32_t policy, uint32_t method)
{
  const Params *p = run->params;
  Setup setup = { .env = p->env,
                  .n_levels = is (p->level_mode, "random") ? (uint32_t) p->levels : 1,
                  .max_states = (uint32_t) p->max_states,
                  .evaluations = (uint32_t) p->evaluations,
                  .eval_episodes = (uint32_t) p->eval_episodes };
  AgentSettings *agent = &setup.agent;

  *agent = (AgentSettings){ .policy = policy,
                            .rule = rule_of (p, method),
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

/* MinAtar's filters (Young and Tian 2019), and those of Data-Efficient Rainbow (van Hasselt et
 * al. 2019). */
static const AssayQConv game_convs[] = { { 16, 3, 1, 0 } };
static const AssayQConv atari_convs[] = { { 32, 5, 5, 0 }, { 64, 5, 5, 0 } };

static bool
begins (const char *text, const char *prefix)
{
  return !strncmp (text, prefix, strlen (prefix));
}

static void
choose_network (const Params *p, DeepSettings *agent)
{
  bool atari = is (p->env, "atari"), image = atari || begins (p->env, "minatar.");

  agent->hidden = (uint32_t) p->hidden;
  agent->rate = p->rate;
  if (is (p->network, "auto") ? !image : is (p->network, "mlp"))
    return;
  agent->n_convs = atari ? 2 : 1;
  memcpy (agent->convs, atari ? atari_convs : game_convs, agent->n_convs * sizeof *agent->convs);
}

static void
run_network (AssayRun *run, uint32_t policy, uint32_t method)
{
  const Params *p = run->params;
  bool on_level = begins (p->env, "minigrid.");
  DeepSetup setup = { .env = p->env,
                      .emulator = p->emulator,
                      .rom = p->rom,
                      .evaluations = (uint32_t) p->evaluations,
                      .checkpoint = p->checkpoint };

  setup.agent = (DeepSettings){ .policy = policy,
                                .rule = rule_of (p, method),
                                .node = is (p->node, "timers")  ? NODE_STATE
                                        : is (p->node, "stack") ? NODE_STACK
                                                                : NODE_OBSERVATION,
                                .gamma = p->gamma,
                                .sign_reward = on_level || is (p->env, "atari"),
                                .steps = (uint32_t) p->steps,
                                .explore = p->explore,
                                .epsilon = p->epsilon_last,
                                .warm_up = (uint32_t) p->warm_up,
                                .update_every = (uint32_t) p->update_every,
                                .batch = (uint32_t) p->minibatch,
                                .forwards = is (p->budget, "forwards") ? (uint32_t) p->grant : 0,
                                .renew_every = (uint32_t) p->renew_every,
                                .eval_worlds = (uint32_t) p->eval_episodes };
  choose_network (p, &setup.agent);
  setup.agent.rule.longest = (uint32_t) p->trace;
  if (on_level)
    setup.n_levels = is (p->level_mode, "random") ? (uint32_t) p->levels : 1;
  if (is (p->agent, "dqn-graph") && run->seed == 1)
    setup.keep_nodes = (uint32_t) p->keep_nodes;
  run_deep (run, &setup);
}

static void
run_study (AssayRun *run)
{
  const Params *p = run->params;
  bool in_game = begins (p->env, "minatar.") || is (p->env, "atari");
  uint32_t i = 0;

  while (!is (p->agent, agents[i].name))
    i++;
  if (is (p->env, "crossing"))
    run_tabular (run, POLICY_LEARN, METHOD_N_STEP);
  else if (agents[i].deep)
    run_network (run, agents[i].policy, agents[i].method);
  else if (in_game && is (p->agent, "random"))
    run_network (run, DEEP_RANDOM, METHOD_N_STEP);
  else if (in_game)
    assay_fail (run, "Games cannot be enumerated: take an agent whose name begins with dqn-, "
                     "random or no-op.");
  else
    run_tabular (run, agents[i].policy, agents[i].method);
}

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
  .plugins = "env-minigrid env-minatar",
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
