/* SPDX-License-Identifier: Apache-2.0
 *
 * Deep agents in a corridor of five cells, at whose right end is the reward.  A hidden timer
 * counts steps by three, so that one observation stands for three states.
 */
#include "../deep.h"
#include "base/num/random.h"

#include <glib.h>
#include <math.h>

/* ---- The corridor ------------------------------------------------------------------- */

enum
{
  CELLS = 5,
  LEFT = 0,
  RIGHT,
  NONE
};

typedef struct Corridor
{
  uint8_t at, timer, over, steps;
} Corridor;

typedef struct Batch
{
  uint32_t n;
  Corridor worlds[8];
} Batch;

static void *
create (const AssayEnvironment *environment, uint32_t n, uint32_t view)
{
  Batch *batch = g_new0 (Batch, 1);

  g_assert_cmpuint (n, <=, G_N_ELEMENTS (batch->worlds));
  batch->n = n;
  return batch;
}

static void
observe (void *env, uint32_t i, void *observation)
{
  Batch *batch = env;

  memset (observation, 0, CELLS);
  ((guint8 *) observation)[batch->worlds[i].at] = 1;
}

static void
reset (void *env, const uint64_t *seeds, const uint8_t *which, void *observations)
{
  Batch *batch = env;

  for (uint32_t i = 0; i < batch->n; i++)
    if (which == NULL || which[i])
      {
        batch->worlds[i] = (Corridor){ .timer = (uint8_t) (seeds[i] % 3) };
        observe (env, i, (guint8 *) observations + i * CELLS);
      }
}

static void
step (void *env, const int32_t *actions, void *observations, float *rewards, uint8_t *terminated,
      uint8_t *truncated)
{
  Batch *batch = env;

  for (uint32_t i = 0; i < batch->n; i++)
    {
      Corridor *world = &batch->worlds[i];

      rewards[i] = 0;
      truncated[i] = 0;
      if (!world->over)
        {
          world->timer = (uint8_t) ((world->timer + 1) % 3);
          world->steps++;
          if (actions[i] == LEFT && world->at > 0)
            world->at--;
          else if (actions[i] == RIGHT)
            world->at++;
          world->over = world->at == CELLS - 1;
          rewards[i] = world->over ? 0.5f : 0;
          truncated[i] = world->steps >= 30;
        }
      terminated[i] = world->over;
      observe (env, i, (guint8 *) observations + i * CELLS);
    }
}

static void
get_state (void *env, uint32_t i, void *state)
{
  memcpy (state, &((Batch *) env)->worlds[i], sizeof (Corridor));
}

static bool
set_state (void *env, uint32_t i, const void *state)
{
  memcpy (&((Batch *) env)->worlds[i], state, sizeof (Corridor));
  return true;
}

static const AssayView views[] = { { "full", "Cells", ASSAY_U8, 3, { 1, CELLS, 1 }, 0, 1 } };

static const AssayEnvironment corridor = { .size = sizeof corridor,
                                           .n_actions = 3,
                                           .id = "test.corridor",
                                           .title = "Corridor",
                                           .actions = "left right none",
                                           .views = ASSAY_TABLE (views),
                                           .max_steps = 30,
                                           .state_size = sizeof (Corridor),
                                           .key_size = 2,
                                           .create = create,
                                           .destroy = g_free,
                                           .reset = reset,
                                           .step = step,
                                           .get_state = get_state,
                                           .set_state = set_state,
                                           .observe = observe };

static const DeepSettings usual = { .policy = DEEP_LEARN,
                                    .rule = { .method = METHOD_GRAPH, .n = 4, .breadth = 20 },
                                    .hidden = 16,
                                    .rate = 0.01,
                                    .gamma = 0.9,
                                    .sign_reward = true,
                                    .steps = 1500,
                                    .explore = 0.3,
                                    .epsilon = 0.05,
                                    .warm_up = 50,
                                    .update_every = 2,
                                    .batch = 8,
                                    .renew_every = 50,
                                    .eval_worlds = 4 };

static DeepStreams
streams_of (guint64 seed)
{
  DeepStreams s;

  assay_stream_init (&s.levels, seed, "levels");
  assay_stream_init (&s.explore, seed, "explore");
  assay_stream_init (&s.replay, seed, "replay");
  assay_stream_init (&s.branches, seed, "branches");
  assay_stream_init (&s.evaluate, seed, "evaluate");
  assay_stream_init (&s.weights, seed, "weights");
  return s;
}

static void
begin (Deep *deep, const DeepSettings *settings, guint64 seed)
{
  DeepStreams streams = streams_of (seed);

  g_assert_true (deep_init (deep, &corridor, NULL, 0, settings, &streams));
}

static void
live (Deep *deep, guint steps)
{
  for (guint i = 0; i < steps; i++)
    g_assert_true (deep_step (deep));
}

/* ---- Learning ------------------------------------------------------------------------- */

static const BackupRule rules[] = { { .method = METHOD_N_STEP, .n = 1 },
                                    { .method = METHOD_N_STEP, .n = 3 },
                                    { .method = METHOD_N_STEP, .n = 3, .misattach = true },
                                    { .method = METHOD_TREE, .n = 3 },
                                    { .method = METHOD_TREE, .n = 3, .after_backup = true },
                                    { .method = METHOD_RETRACE, .lambda = 0.9, .longest = 8 },
                                    { .method = METHOD_Q_LAMBDA, .lambda = 0.9, .longest = 8 },
                                    { .method = METHOD_GRAPH, .n = 4, .breadth = 20 },
                                    { .method = METHOD_GRAPH, .n = 4, .breadth = 2 },
                                    { .method = METHOD_GRAPH, .n = 4, .persistent = true },
                                    { .method = METHOD_GRAPH, .n = 4, .infer_end = true },
                                    { .method = METHOD_GRAPH_MIXED, .n = 4, .breadth = 20 } };

static void
every_textbook_backup_learns_the_corridor (void)
{
  static const guint learn[] = { 0, 1, 3, 4, 5, 6, 7 };

  for (guint k = 0; k < G_N_ELEMENTS (learn); k++)
    {
      DeepSettings settings = usual;
      double success;
      Deep deep;

      settings.rule = rules[learn[k]];
      begin (&deep, &settings, 1);
      live (&deep, settings.steps);
      deep_evaluate (&deep, &success);
      g_assert_cmpfloat (success, ==, 1);
      /* Four steps from the reward: gamma^3. */
      g_assert_cmpfloat (fabs (deep_value (&deep, 0) - pow (0.9, 3)), <, 0.1);
      deep_clear (&deep);
    }
}

static void
controls_learn_nothing (void)
{
  DeepSettings settings = usual;
  double success;
  Deep deep;

  settings.policy = DEEP_NO_OP;
  begin (&deep, &settings, 1);
  live (&deep, 100);
  g_assert_cmpfloat (deep_evaluate (&deep, &success), ==, 0);
  g_assert_cmpuint (deep.graph.n_seen, ==, 1);
  g_assert_cmpuint (deep.forwards, ==, 0);
  deep_clear (&deep);
  settings.policy = DEEP_RANDOM;
  begin (&deep, &settings, 1);
  live (&deep, 200);
  g_assert_cmpuint (deep.graph.n_seen, ==, CELLS);
  g_assert_null (deep.dqn);
  deep_clear (&deep);
}

/* ---- Targets -------------------------------------------------------------------------- */

/* An agent that has seen much and learned a little. */
static void
begin_targets (Deep *deep)
{
  DeepSettings settings = usual;

  settings.explore = 1;
  settings.node = NODE_STATE;
  begin (deep, &settings, 3);
  live (deep, 400);
  assay_dqn_renew_target (deep->dqn);
  backup_renew (&deep->backup);
}

static void
values_of_nodes (Deep *deep, const guint *nodes, guint n, float *values)
{
  g_autofree guint8 *seen = g_malloc ((gsize) n * CELLS);

  for (guint i = 0; i < n; i++)
    nodes_observation (&deep->nodes, nodes[i], seen + (gsize) i * CELLS);
  assay_dqn_values (deep->dqn, ASSAY_DQN_TARGET, seen, n, values);
}

/* Targets of @t[n], their rows had when wanted; returns how many were. */
static guint
lazily (Deep *deep, const BackupRule *rule, const guint *t, guint n, Target *targets)
{
  guint n_wanted;

  g_assert_true (backup_plan (&deep->backup, rule, &deep->memory, &deep->graph, t, n));
  n_wanted = deep->backup.n_wanted;
  if (n_wanted)
    {
      g_autofree float *values = g_new (float, n_wanted * deep->n_actions);

      values_of_nodes (deep, deep->backup.wanted, n_wanted, values);
      for (guint i = 0; i < n_wanted; i++)
        backup_put (&deep->backup, deep->backup.wanted[i], values + i * deep->n_actions);
    }
  for (guint i = 0; i < n; i++)
    backup_planned (&deep->backup, rule, &deep->memory, &deep->graph, i, &targets[i]);
  return n_wanted;
}

/* The same, all rows had beforehand. */
static void
eagerly (Deep *deep, const BackupRule *rule, const guint *t, guint n, Target *targets)
{
  guint n_nodes = nodes_n (&deep->nodes);
  g_autofree guint *nodes = g_new (guint, n_nodes);
  g_autofree float *values = g_new (float, n_nodes * deep->n_actions);

  for (guint i = 0; i < n_nodes; i++)
    nodes[i] = i;
  values_of_nodes (deep, nodes, n_nodes, values);
  for (guint i = 0; i < n_nodes; i++)
    backup_put (&deep->backup, i, values + i * deep->n_actions);
  for (guint i = 0; i < n; i++)
    g_assert_true (
        backup_target (&deep->backup, rule, &deep->memory, &deep->graph, t[i], &targets[i]));
}

static void
lazy_values_give_the_targets_of_eager_ones (void)
{
  Deep deep;
  guint t[64];

  begin_targets (&deep);
  for (guint i = 0; i < G_N_ELEMENTS (t); i++)
    t[i] = (i * 37) % deep.memory.n;
  for (guint k = 0; k < G_N_ELEMENTS (rules); k++)
    {
      Target lazy[G_N_ELEMENTS (t)], eager[G_N_ELEMENTS (t)];
      AssayStream stream = deep.streams.branches;
      guint n_wanted;

      backup_renew (&deep.backup);
      n_wanted = lazily (&deep, &rules[k], t, G_N_ELEMENTS (t), lazy);
      g_assert_cmpuint (n_wanted, >, 0);
      g_assert_cmpuint (n_wanted, <=, nodes_n (&deep.nodes));
      /* Asked again, nothing is out of date. */
      g_assert_cmpuint (lazily (&deep, &rules[k], t, 1, eager), ==, 0);
      deep.streams.branches = stream;
      eagerly (&deep, &rules[k], t, G_N_ELEMENTS (t), eager);
      for (guint i = 0; i < G_N_ELEMENTS (t); i++)
        {
          g_assert_cmpuint (lazy[i].node, ==, eager[i].node);
          g_assert_cmpuint (lazy[i].action, ==, eager[i].action);
          g_assert_cmpfloat (fabs (lazy[i].value - eager[i].value), <, 1e-5);
        }
    }
  deep_clear (&deep);
}

static void
one_level_of_the_graph_is_one_step (void)
{
  static const BackupRule graph = { .method = METHOD_GRAPH, .n = 1, .breadth = 1000 };
  static const BackupRule one_step = { .method = METHOD_N_STEP, .n = 1 };
  Deep deep;

  begin_targets (&deep);
  for (guint t = 0; t < deep.memory.n; t++)
    {
      Target a, b;

      lazily (&deep, &graph, &t, 1, &a);
      lazily (&deep, &one_step, &t, 1, &b);
      g_assert_cmpfloat (a.value, ==, b.value);
    }
  deep_clear (&deep);
}

/* ---- Nodes ----------------------------------------------------------------------------- */

static guint
nodes_met (NodeKind kind, double *aliased, double *aliased_stack)
{
  DeepSettings settings = usual;
  Deep deep;
  guint n;

  settings.node = kind;
  settings.policy = DEEP_RANDOM;
  begin (&deep, &settings, 1);
  live (&deep, 1500);
  n = deep.graph.n_seen;
  g_assert_cmpuint (n, ==, nodes_n (&deep.nodes));
  *aliased = nodes_aliased (&deep.nodes, NODE_OBSERVATION);
  *aliased_stack = nodes_aliased (&deep.nodes, NODE_STACK);
  for (guint i = 0; i < n; i++)
    {
      guint8 seen[CELLS];

      nodes_observation (&deep.nodes, i, seen);
      g_assert_cmpuint (seen[*(const guint8 *) nodes_key (&deep.nodes, i)], ==, 1);
    }
  deep_clear (&deep);
  return n;
}

static void
a_node_is_what_it_is_said_to_be (void)
{
  double aliased[3], stacked[3];

  g_assert_cmpuint (nodes_met (NODE_OBSERVATION, &aliased[0], &stacked[0]), ==, CELLS);
  g_assert_cmpuint (nodes_met (NODE_STATE, &aliased[1], &stacked[1]), ==, 3 * CELLS);
  /* Staying and moving by one, but nothing after the end. */
  g_assert_cmpuint (nodes_met (NODE_STACK, &aliased[2], &stacked[2]), ==, 4 + 2 * 3 + 1);
  g_assert_cmpfloat (aliased[0], ==, 1);
  g_assert_cmpfloat (stacked[0], ==, 1);
  /* What is measured does not depend on what a node is. */
  g_assert_cmpfloat (aliased[1], ==, aliased[0]);
  g_assert_cmpfloat (stacked[2], ==, stacked[0]);
}

static void
aliasing_counts_visits_before_it_was_known (void)
{
  const guint8 a[2] = { 1, 0 }, b[2] = { 0, 1 };
  Nodes nodes;

  g_assert_true (nodes_init (&nodes, NODE_OBSERVATION, 2, true, 1));
  nodes_meet (&nodes, a, "x", true);
  nodes_meet (&nodes, a, "x", false);
  nodes_meet (&nodes, b, "y", false);
  g_assert_cmpfloat (nodes_aliased (&nodes, NODE_OBSERVATION), ==, 0);
  nodes_meet (&nodes, a, "z", false);
  g_assert_cmpfloat (nodes_aliased (&nodes, NODE_OBSERVATION), ==, 3.0 / 4);
  /* (a, a) was met as x and x, then (b, a) as z: neither in two states. */
  g_assert_cmpfloat (nodes_aliased (&nodes, NODE_STACK), ==, 0);
  nodes_clear (&nodes);
}

/* ---- Bits ------------------------------------------------------------------------------ */

static void
assert_equal_agents (const Deep *a, const Deep *b)
{
  gsize bytes = a->dqn->params->size * sizeof (float);

  g_assert_cmpmem (a->dqn->params->values, bytes, b->dqn->params->values, bytes);
  g_assert_cmpmem (a->dqn->target, bytes, b->dqn->target, bytes);
  g_assert_cmpmem (a->memory.action, a->memory.n, b->memory.action, b->memory.n);
  g_assert_cmpmem (a->memory.node, a->memory.n * sizeof *a->memory.node, b->memory.node,
                   b->memory.n * sizeof *b->memory.node);
  g_assert_cmpuint (a->forwards, ==, b->forwards);
  g_assert_cmpuint (a->backup.edges, ==, b->backup.edges);
  g_assert_cmpuint (a->n_updates, ==, b->n_updates);
  g_assert_cmpfloat (a->return_sum, ==, b->return_sum);
  g_assert_cmpuint (a->n_episodes, ==, b->n_episodes);
  g_assert_cmpfloat (a->loss, ==, b->loss);
}

static void
equal_seeds_give_equal_bits (void)
{
  Deep a, b;

  begin (&a, &usual, 5);
  begin (&b, &usual, 5);
  live (&a, 700);
  live (&b, 700);
  assert_equal_agents (&a, &b);
  deep_clear (&a);
  deep_clear (&b);
}

static void
a_restored_agent_goes_on_to_the_same_bits (void)
{
  for (guint k = 0; k < G_N_ELEMENTS (rules); k++)
    {
      DeepSettings settings = usual;
      g_autofree guint8 *state = NULL;
      double success, value;
      gsize size;
      Deep a, b;

      settings.rule = rules[k];
      settings.forwards = k % 2 ? 40 : 0;
      begin (&a, &settings, 7);
      live (&a, 300);
      deep_evaluate (&a, &success);
      size = deep_state_size (&a);
      state = g_malloc (size);
      deep_get_state (&a, state);
      begin (&b, &settings, 7);
      g_assert_true (deep_set_state (&b, state, size));
      live (&a, 333);
      live (&b, 333);
      assert_equal_agents (&a, &b);
      value = deep_evaluate (&a, &success);
      g_assert_cmpfloat (value, ==, deep_evaluate (&b, &success));
      deep_clear (&a);
      deep_clear (&b);
    }
}

static void
other_bytes_are_no_agent (void)
{
  g_autofree guint8 *state = NULL;
  DeepSettings shorter = usual;
  gsize size;
  Deep a, b;

  begin (&a, &usual, 7);
  live (&a, 100);
  size = deep_state_size (&a);
  state = g_malloc (size);
  deep_get_state (&a, state);
  shorter.steps = 99;
  begin (&b, &shorter, 7);
  g_assert_false (deep_set_state (&b, state, size));
  g_assert_false (deep_set_state (&b, state, size - 1));
  g_assert_false (deep_set_state (&b, state, 3));
  state[0] ^= 1;
  g_assert_false (deep_set_state (&a, state, size));
  deep_clear (&a);
  deep_clear (&b);
}

static void
a_grant_buys_updates_until_it_is_spent (void)
{
  DeepSettings settings = usual;
  guint64 n_due, n_updates;
  Deep deep;

  settings.forwards = 100;
  begin (&deep, &settings, 2);
  live (&deep, 1000);
  n_due = (1000 - 50) / 2 + 1;
  /* All but what acting took, give or take one update. */
  g_assert_cmpint (ABS ((gint64) (deep.forwards - 1000) - (gint64) (100 * n_due)), <, 60);
  n_updates = deep.n_updates;
  g_assert_cmpuint (n_updates, >, 2 * n_due);
  deep_clear (&deep);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/deep/every-textbook-backup-learns-the-corridor",
                   every_textbook_backup_learns_the_corridor);
  g_test_add_func ("/deep/controls-learn-nothing", controls_learn_nothing);
  g_test_add_func ("/deep/lazy-values-give-the-targets-of-eager-ones",
                   lazy_values_give_the_targets_of_eager_ones);
  g_test_add_func ("/deep/one-level-of-the-graph-is-one-step", one_level_of_the_graph_is_one_step);
  g_test_add_func ("/deep/a-node-is-what-it-is-said-to-be", a_node_is_what_it_is_said_to_be);
  g_test_add_func ("/deep/aliasing-counts-visits-before-it-was-known",
                   aliasing_counts_visits_before_it_was_known);
  g_test_add_func ("/deep/equal-seeds-give-equal-bits", equal_seeds_give_equal_bits);
  g_test_add_func ("/deep/a-restored-agent-goes-on-to-the-same-bits",
                   a_restored_agent_goes_on_to_the_same_bits);
  g_test_add_func ("/deep/other-bytes-are-no-agent", other_bytes_are_no_agent);
  g_test_add_func ("/deep/a-grant-buys-updates-until-it-is-spent",
                   a_grant_buys_updates_until_it_is_spent);
  return g_test_run ();
}
