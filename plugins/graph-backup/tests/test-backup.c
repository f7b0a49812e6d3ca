/* SPDX-License-Identifier: Apache-2.0
 *
 * Every backup against numbers worked out by hand.
 */
#include "../offline.h"
#include "scene.h"

#include <math.h>

enum
{
  L, /* actions of the hand-made worlds */
  R
};

/* 0 -L-> 1 -L-> 2 -L-> 3, reward 1 and the end; gamma 1/2; every action has a value. */
static void
open_chain (Scene *s)
{
  scene_open (s, 4, 2, 0.5);
  scene_step (s, 0, L, 0.25, 1, 0, 0.5);
  scene_step (s, 1, L, 0, 2, 0, 0.5);
  scene_step (s, 2, L, 1, 3, STEP_TERMINAL | STEP_LAST, 0.5);
  scene_value (s, 0, L, 0.1);
  scene_value (s, 1, L, 0.3);
  scene_value (s, 1, R, 0.2);
  scene_value (s, 2, L, 0.4);
  scene_value (s, 2, R, 0.8);
}

static void
n_step_sums_rewards_and_bootstraps (void)
{
  Scene s;

  open_chain (&s);
  assert_close (scene_target (&s, (BackupRule){ .n = 1 }, 0), 0.25 + 0.5 * 0.3);
  assert_close (scene_target (&s, (BackupRule){ .n = 2 }, 0), 0.25 + 0.25 * 0.8);
  assert_close (scene_target (&s, (BackupRule){ .n = 3 }, 0), 0.25 + 0.25);
  assert_close (scene_target (&s, (BackupRule){ .n = 10 }, 0), 0.25 + 0.25);
  assert_close (scene_target (&s, (BackupRule){ .n = 2 }, 1), 0.5);
  assert_close (scene_target (&s, (BackupRule){ .n = 1 }, 2), 1);
  g_assert_cmpuint (s.backup.edges, ==, 1 + 2 + 3 + 3 + 2 + 1);
  scene_close (&s);
}

/* A step that the time limit made the last one is followed by its successor's value. */
static void
a_time_limit_is_no_end (void)
{
  BackupRule rules[] = { { .n = 5 },
                         { .method = METHOD_TREE, .n = 5 },
                         { .method = METHOD_TREE, .n = 5, .after_backup = true },
                         { .method = METHOD_RETRACE, .lambda = 0.9 },
                         { .method = METHOD_Q_LAMBDA, .lambda = 0.9 } };
  Scene s;

  scene_open (&s, 4, 2, 0.5);
  scene_step (&s, 0, L, 0.25, 1, STEP_LAST, 0.5);
  scene_step (&s, 2, L, 1, 3, STEP_TERMINAL | STEP_LAST, 0.5); /* another episode */
  scene_value (&s, 1, R, 0.6);
  for (guint i = 0; i < G_N_ELEMENTS (rules); i++)
    assert_close (scene_target (&s, rules[i], 0), 0.25 + 0.5 * 0.6);
  scene_close (&s);
}

static void
the_end_of_the_buffer_bootstraps_where_it_is (void)
{
  Scene s;

  scene_open (&s, 4, 2, 0.5);
  scene_step (&s, 0, L, 0.25, 1, 0, 0.5);
  scene_step (&s, 1, L, 0, 2, 0, 0.5);
  scene_value (&s, 2, R, 0.8);
  assert_close (scene_target (&s, (BackupRule){ .n = 10 }, 0), 0.25 + 0.25 * 0.8);
  scene_close (&s);
}

static void
the_published_n_step_lands_on_the_wrong_state_action (void)
{
  BackupRule rule = { .n = 2, .misattach = true };
  Target target;
  Scene s;

  open_chain (&s);
  backup_target (&s.backup, &rule, &s.memory, &s.graph, 0, &target);
  assert_close (target.value, 0.25 + 0.25 * 0.8);
  g_assert_cmpuint (target.node, ==, 1);
  rule.n = 1; /* one-step is unaffected */
  backup_target (&s.backup, &rule, &s.memory, &s.graph, 0, &target);
  assert_close (target.value, 0.25 + 0.5 * 0.3);
  g_assert_cmpuint (target.node, ==, 0);
  scene_close (&s);

  /* Cut by the end of the buffer after 2 of 3 steps, it discounts the bootstrap by gamma^3. */
  scene_open (&s, 4, 2, 0.5);
  scene_step (&s, 0, L, 0.25, 1, 0, 0.5);
  scene_step (&s, 1, L, 0, 2, 0, 0.5);
  scene_value (&s, 2, R, 0.8);
  rule.n = 3;
  backup_target (&s.backup, &rule, &s.memory, &s.graph, 0, &target);
  assert_close (target.value, 0.25 + 0.125 * 0.8);
  g_assert_cmpuint (target.node, ==, 1);
  scene_close (&s);
}

static void
tree_backup_follows_the_greedy_policy_of_the_target_network (void)
{
  BackupRule rule = { .method = METHOD_TREE, .n = 3 };
  Scene s;

  open_chain (&s);
  /* At 2 the greedy action is R, so the reward of 1 that L brought is not seen; at 1 it is
   * L, whose value becomes gamma * 0.8. */
  assert_close (scene_target (&s, rule, 0), 0.25 + 0.5 * (0.5 * 0.8));
  /* A tie at 2 is shared: half of 0.8, half of the reward. */
  scene_value (&s, 2, L, 0.8);
  assert_close (scene_target (&s, rule, 0), 0.25 + 0.5 * (0.5 * (0.5 * 0.8 + 0.5 * 1)));
  rule.n = 1;
  assert_close (scene_target (&s, rule, 0), 0.25 + 0.5 * 0.3);
  scene_close (&s);
}

static void
tree_backup_may_be_greedy_after_the_backup (void)
{
  BackupRule rule = { .method = METHOD_TREE, .n = 3, .after_backup = true };
  Scene s;

  open_chain (&s);
  assert_close (scene_target (&s, rule, 0), 0.25 + 0.5 * fmax (0.2, 0.5 * fmax (0.8, 1)));
  scene_close (&s);
}

static void
retrace_weighs_by_policy_over_behaviour (void)
{
  BackupRule rule = { .method = METHOD_RETRACE, .lambda = 0.9 };
  Scene s;
  double first, second;

  open_chain (&s);
  /* c_1 = 0.9 min (1, 1 / 0.5): L is greedy at 1; c_2 = 0: L is not greedy at 2. */
  first = 0.25 + 0.5 * 0.3 - 0.1;
  second = 0 + 0.5 * 0.8 - 0.3;
  assert_close (scene_target (&s, rule, 0), 0.1 + first + 0.5 * 0.9 * second);
  /* A tie at 2 makes L half as likely as it was chosen: c_2 = 0.9. */
  scene_value (&s, 2, L, 0.8);
  assert_close (scene_target (&s, rule, 0), 0.1 + first + 0.45 * second + 0.45 * 0.45 * (1 - 0.8));
  rule.lambda = 0;
  assert_close (scene_target (&s, rule, 0), 0.25 + 0.5 * 0.3);
  scene_close (&s);
}

static void
q_lambda_mixes_all_n_step_returns (void)
{
  BackupRule rule = { .method = METHOD_Q_LAMBDA, .lambda = 0.6 };
  double mixed = 0, weight = 0.4;
  Scene s;

  open_chain (&s);
  for (guint n = 1; n <= 2; n++, weight *= 0.6)
    mixed += weight * scene_target (&s, (BackupRule){ .n = n }, 0);
  mixed += 0.36 * scene_target (&s, (BackupRule){ .n = 3 }, 0);
  assert_close (scene_target (&s, rule, 0), mixed);
  rule.lambda = 0;
  assert_close (scene_target (&s, rule, 0), 0.25 + 0.5 * 0.3);
  rule.lambda = 1;
  assert_close (scene_target (&s, rule, 0), 0.25 + 0.25);
  scene_close (&s);
}

/* ---- Over the graph ------------------------------------------------------------ */

static void
graph_backup_takes_the_best_tried_branch (void)
{
  BackupRule rule = { .method = METHOD_GRAPH, .n = 3 };
  Scene s;

  open_chain (&s);
  assert_close (scene_target (&s, rule, 0), 0.25 + 0.5 * 0.5);
  /* Level 1 holds the steps out of 0, level 2 those out of 1, level 3 those out of 2. */
  g_assert_cmpuint (s.backup.edges, ==, 3);
  /* Another trajectory tried R at 1: nothing, but the end. */
  scene_step (&s, 1, R, 0.875, 3, STEP_TERMINAL | STEP_LAST, 0.5);
  assert_close (scene_target (&s, rule, 0), 0.25 + 0.5 * 0.875);
  /* What was not tried keeps the network's value. */
  scene_value (&s, 2, R, 7);
  assert_close (scene_target (&s, rule, 0), 0.25 + 0.5 * (0.5 * 7));
  scene_close (&s);
}

static void
outcomes_are_averaged_by_their_counts (void)
{
  BackupRule rule = { .method = METHOD_GRAPH, .n = 1 };
  Scene s;

  scene_open (&s, 4, 2, 0.5);
  scene_step (&s, 0, L, 0, 1, 0, 1);
  scene_step (&s, 0, L, 0, 1, 0, 1);
  scene_step (&s, 0, L, 1, 2, STEP_TERMINAL | STEP_LAST, 1);
  scene_value (&s, 1, R, 0.6);
  assert_close (scene_target (&s, rule, 0), (2 * 0.5 * 0.6 + 1) / 3);
  g_assert_cmpuint (s.graph.n_edges, ==, 2);
  g_assert_cmpuint (graph_n_out (&s.graph, 0), ==, 2);
  scene_close (&s);
}

static void
depth_one_is_the_one_step_target (void)
{
  Scene s;

  open_chain (&s);
  for (guint t = 0; t < 3; t++)
    assert_close (
        scene_target (&s, (BackupRule){ .method = METHOD_GRAPH, .n = 1, .breadth = 50 }, t),
        scene_target (&s, (BackupRule){ .n = 1 }, t));
  scene_close (&s);
}

static void
on_one_trajectory_it_is_tree_backup (void)
{
  Scene s;

  open_chain (&s);
  for (guint n = 1; n <= 4; n++)
    for (guint t = 0; t < 3; t++)
      assert_close (
          scene_target (&s, (BackupRule){ .method = METHOD_GRAPH, .n = n }, t),
          scene_target (&s, (BackupRule){ .method = METHOD_TREE, .n = n, .after_backup = true },
                        t));
  scene_close (&s);
}

static void
a_fresh_table_forgets_and_a_persistent_one_keeps (void)
{
  BackupRule rule = { .method = METHOD_GRAPH, .n = 1 };
  Scene s;

  open_chain (&s);
  scene_target (&s, rule, 2);
  assert_close (s.backup.table[2 * s.backup.stride + L], 0.4);
  rule.persistent = true;
  scene_target (&s, rule, 2);
  assert_close (s.backup.table[2 * s.backup.stride + L], 1);
  /* The next target sees it, until the target network is renewed. */
  assert_close (scene_target (&s, rule, 1), 0.5 * 1);
  backup_sync (&s.backup, s.q);
  assert_close (scene_target (&s, rule, 1), 0.5 * 0.8);
  scene_close (&s);
}

static void
an_inferred_end_cuts_off_what_is_unexplored (void)
{
  BackupRule rule = { .method = METHOD_GRAPH, .n = 2 };
  Scene s;

  scene_open (&s, 3, 2, 0.5);
  scene_step (&s, 0, L, 0.25, 1, 0, 1); /* 1 was reached, never left */
  scene_value (&s, 1, R, 0.6);
  assert_close (scene_target (&s, rule, 0), 0.25 + 0.5 * 0.6);
  rule.infer_end = true;
  assert_close (scene_target (&s, rule, 0), 0.25);
  scene_close (&s);
}

static void
mixed_passes_on_the_branch_backed_up_last (void)
{
  BackupRule rule = { .method = METHOD_GRAPH_MIXED, .n = 3 };
  Scene s;

  open_chain (&s);
  assert_close (scene_target (&s, rule, 0), 0.25 + 0.5 * 0.5 * 1);
  /* Of the branches of 1 the first action is backed up last, though the other is better. */
  scene_step (&s, 1, R, 0.875, 3, STEP_TERMINAL | STEP_LAST, 0.5);
  assert_close (scene_target (&s, rule, 0), 0.25 + 0.5 * 0.5 * 1);
  /* The first level holds nothing but the sampled step. */
  g_assert_cmpuint (s.backup.branches[0], ==, 0);
  scene_step (&s, 0, R, 0.875, 3, STEP_TERMINAL | STEP_LAST, 0.5);
  s.backup.edges = 0;
  scene_target (&s, rule, 0);
  g_assert_cmpuint (s.backup.edges, ==, 1 + 2 + 1);
  scene_close (&s);
}

/* 0 has three actions with counts 6, 3 and 1, to 1, 2 and 3. */
static void
open_fork (Scene *s)
{
  scene_open (s, 4, 3, 0.5);
  for (guint i = 0; i < 10; i++)
    scene_step (s, 0,
                i < 6   ? 0
                : i < 9 ? 1
                        : 2,
                0,
                i < 6   ? 1
                : i < 9 ? 2
                        : 3,
                STEP_TERMINAL | STEP_LAST, 1);
}

/* How often one draw takes each action of 0. */
static void
count_draws (Scene *s, BackupRule rule, guint n, guint counts[3])
{
  for (guint a = 0; a < 3; a++)
    counts[a] = 0;
  for (guint i = 0; i < n; i++)
    {
      scene_target (s, rule, 0);
      g_assert_cmpuint (s->backup.n_branches, ==, 1);
      counts[s->backup.branches[0]]++;
    }
}

/* Within five standard deviations of @n draws with probability @p. */
static void
assert_share (guint count, guint n, double p)
{
  g_assert_cmpfloat (fabs (count - n * p), <, 5 * sqrt (n * p * (1 - p)));
}

static void
branches_are_drawn_by_count_or_all_alike (void)
{
  BackupRule rule = { .method = METHOD_GRAPH, .n = 1, .breadth = 1 };
  guint counts[3], n = 20000;
  Scene s;

  open_fork (&s);
  count_draws (&s, rule, n, counts);
  assert_share (counts[0], n, 0.6);
  assert_share (counts[1], n, 0.3);
  assert_share (counts[2], n, 0.1);
  rule.uniform = true;
  count_draws (&s, rule, n, counts);
  for (guint a = 0; a < 3; a++)
    assert_share (counts[a], n, 1. / 3);
  scene_close (&s);
}

/* Many outcomes of one action and many frontier nodes: every edge by its count. */
static void
draws_reach_every_outcome (void)
{
  BackupRule rule = { .method = METHOD_GRAPH, .n = 2, .breadth = 60 };
  guint reached[64] = { 0 }, n = 4000;
  Scene s;

  scene_open (&s, 64, 2, 0.5);
  for (guint i = 1; i <= 30; i++)
    {
      g_assert_true (graph_add (&s.graph, 0, i % 2, 0, i, false));
      for (guint k = 0; k < i; k++)
        g_assert_true (graph_add (&s.graph, i, 1, 0, 31 + (i * 7 + k) % 32, false));
    }
  memory_add (&s.memory, 0, 0, 0, 2, 0, 1);
  for (guint i = 0; i < n; i++)
    {
      scene_target (&s, rule, 0);
      g_assert_cmpuint (s.backup.n_branches, ==, 30 + 60);
      for (guint k = 30; k < 90; k++)
        reached[s.backup.branches[k] / s.backup.stride]++;
    }
  for (guint i = 1; i <= 30; i++)
    assert_share (reached[i], n * 60, i / 465.);
  scene_close (&s);
}

/* The published "tree": its walk may not pass the sampled action, and then teaches nothing. */
static void
a_walk_of_breadth_one_may_miss_its_own_step (void)
{
  BackupRule rule = { .method = METHOD_GRAPH, .n = 10, .breadth = 1 };
  guint missed = 0, n = 10000;
  Scene s;

  scene_open (&s, 3, 2, 0.5);
  scene_step (&s, 0, L, 1, 1, STEP_TERMINAL | STEP_LAST, 0.5);
  scene_step (&s, 0, R, 0, 2, STEP_TERMINAL | STEP_LAST, 0.5);
  scene_value (&s, 0, L, 0.125);
  for (guint i = 0; i < n; i++)
    {
      double value = scene_target (&s, rule, 0);

      g_assert_true (value == 1 || value == 0.125);
      missed += value == 0.125;
    }
  assert_share (missed, n, 0.5);
  scene_close (&s);
}

static void
degrees_count_different_other_nodes (void)
{
  Graph g;

  g_assert_true (graph_init (&g, 4, 2));
  graph_start (&g, 0);
  graph_add (&g, 0, 0, 0, 1, false);
  graph_add (&g, 0, 1, 0, 1, false); /* the same neighbour */
  graph_add (&g, 1, 0, 0, 1, false); /* itself */
  graph_add (&g, 2, 0, 0, 1, false);
  graph_add (&g, 0, 0, 0, 3, false);
  g_assert_cmpuint (g.in_degree[1], ==, 2);
  g_assert_cmpuint (g.out_degree[0], ==, 2);
  g_assert_cmpuint (g.out_degree[1], ==, 0);
  g_assert_cmpuint (g.n_crossings, ==, 1);
  g_assert_cmpuint (g.n_edges, ==, 5);
  g_assert_cmpuint (g.visits[1], ==, 4);
  g_assert_cmpuint (g.first_visit[3], ==, 5);
  g_assert_cmpuint (g.n_seen, ==, 3);
  graph_clear (&g);
}

/* ---- Side by side ----------------------------------------------------------------- */

static const BackupRule *
named (const char *name)
{
  for (guint i = 0; i < N_BACKUPS; i++)
    if (g_str_equal (offline_rules[i].name, name))
      return &offline_rules[i].rule;
  g_assert_not_reached ();
}

/* A: two steps, the crossing, three steps to nothing; B: three steps, the crossing, two steps
 * to the reward.  A's start lies four steps before the reward. */
static void
credit_crosses_in_one_sweep_of_graph_backup_only (void)
{
  enum
  {
    SWEEPS = 6
  };
  double credit[SWEEPS];
  AssayStream stream = { .used = 0 };
  Crossing c;

  g_assert_true (crossing_init (&c, 2, 3, 3, 2));
  g_assert_cmpuint (c.distance, ==, 4);
  g_assert_cmpuint (c.graph.n_crossings, ==, 1);
  g_assert_cmpuint (c.graph.in_degree[c.shared], ==, 2);

  crossing_credit (&c, named ("graph"), 0.9, &stream, SWEEPS, credit);
  for (guint i = 0; i < SWEEPS; i++)
    assert_close (credit[i], 1);
  /* One step a sweep: on the fourth. */
  crossing_credit (&c, named ("one-step"), 0.9, &stream, SWEEPS, credit);
  for (guint i = 0; i < SWEEPS; i++)
    assert_close (credit[i], i < 3 ? 0 : 1);
  /* Three steps from A's start lie behind the crossing, on A's own way: never. */
  crossing_credit (&c, named ("n-step-3"), 0.9, &stream, SWEEPS, credit);
  for (guint i = 0; i < SWEEPS; i++)
    assert_close (credit[i], 0);
  crossing_credit (&c, named ("n-step-10"), 0.9, &stream, SWEEPS, credit);
  assert_close (credit[SWEEPS - 1], 0);
  /* Tree Backup sees B's value at the crossing as soon as the target network has it; on either
   * way one state's two actions are still tied at 0, so half of it comes through each. */
  crossing_credit (&c, named ("tree"), 0.9, &stream, SWEEPS, credit);
  assert_close (credit[0], 0);
  assert_close (credit[1], 0.25);
  crossing_clear (&c);
}

static void
a_sweep_gives_the_mean_of_the_targets (void)
{
  Scene s;

  scene_open (&s, 4, 2, 0.5);
  scene_step (&s, 0, L, 0, 1, STEP_TERMINAL | STEP_LAST, 1);
  scene_step (&s, 0, L, 1, 1, STEP_TERMINAL | STEP_LAST, 1);
  scene_step (&s, 0, L, 1, 1, STEP_TERMINAL | STEP_LAST, 1);
  g_assert_true (offline_sweep (&s.backup, &(BackupRule){ .n = 1 }, &s.memory, &s.graph, s.q));
  assert_close (s.q[0], 2. / 3);
  scene_close (&s);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/backup/n-step-sums-rewards-and-bootstraps",
                   n_step_sums_rewards_and_bootstraps);
  g_test_add_func ("/backup/a-time-limit-is-no-end", a_time_limit_is_no_end);
  g_test_add_func ("/backup/the-end-of-the-buffer-bootstraps-where-it-is",
                   the_end_of_the_buffer_bootstraps_where_it_is);
  g_test_add_func ("/backup/the-published-n-step-lands-on-the-wrong-state-action",
                   the_published_n_step_lands_on_the_wrong_state_action);
  g_test_add_func ("/backup/tree-follows-the-greedy-policy-of-the-target-network",
                   tree_backup_follows_the_greedy_policy_of_the_target_network);
  g_test_add_func ("/backup/tree-may-be-greedy-after-the-backup",
                   tree_backup_may_be_greedy_after_the_backup);
  g_test_add_func ("/backup/retrace-weighs-by-policy-over-behaviour",
                   retrace_weighs_by_policy_over_behaviour);
  g_test_add_func ("/backup/q-lambda-mixes-all-n-step-returns", q_lambda_mixes_all_n_step_returns);
  g_test_add_func ("/backup/graph-takes-the-best-tried-branch",
                   graph_backup_takes_the_best_tried_branch);
  g_test_add_func ("/backup/outcomes-are-averaged-by-their-counts",
                   outcomes_are_averaged_by_their_counts);
  g_test_add_func ("/backup/depth-one-is-the-one-step-target", depth_one_is_the_one_step_target);
  g_test_add_func ("/backup/on-one-trajectory-it-is-tree-backup",
                   on_one_trajectory_it_is_tree_backup);
  g_test_add_func ("/backup/a-fresh-table-forgets-and-a-persistent-one-keeps",
                   a_fresh_table_forgets_and_a_persistent_one_keeps);
  g_test_add_func ("/backup/an-inferred-end-cuts-off-what-is-unexplored",
                   an_inferred_end_cuts_off_what_is_unexplored);
  g_test_add_func ("/backup/mixed-passes-on-the-branch-backed-up-last",
                   mixed_passes_on_the_branch_backed_up_last);
  g_test_add_func ("/backup/branches-are-drawn-by-count-or-all-alike",
                   branches_are_drawn_by_count_or_all_alike);
  g_test_add_func ("/backup/draws-reach-every-outcome", draws_reach_every_outcome);
  g_test_add_func ("/backup/a-walk-of-breadth-one-may-miss-its-own-step",
                   a_walk_of_breadth_one_may_miss_its_own_step);
  g_test_add_func ("/graph/degrees-count-different-other-nodes",
                   degrees_count_different_other_nodes);
  g_test_add_func ("/offline/credit-crosses-in-one-sweep-of-graph-backup-only",
                   credit_crosses_in_one_sweep_of_graph_backup_only);
  g_test_add_func ("/offline/a-sweep-gives-the-mean-of-the-targets",
                   a_sweep_gives_the_mean_of_the_targets);
  return g_test_run ();
}
