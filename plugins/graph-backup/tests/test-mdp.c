/* SPDX-License-Identifier: Apache-2.0
 *
 * Enumerated MDPs and their solution against the environment and against other solvers.
 */
#include "../intern.h"
#include "../offline.h"
#include "../solve.h"
#include "base/num/random.h"
#include "scene.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#define GAMMA 0.95

static Mdp
enumerate (const char *id, uint64_t seed)
{
  Mdp mdp;

  g_assert_cmpint (mdp_enumerate (&mdp, minigrid (id), &seed, 1, 100000, NULL, NULL), ==, MDP_OK);
  return mdp;
}

static double *
solve (const Mdp *mdp)
{
  double *q = g_new (double, (gsize) mdp->n_states * mdp->n_actions);

  solve_value_iteration (mdp, GAMMA, 1e-13, q);
  return q;
}

static double
best (const Mdp *mdp, const double *q, uint32_t s)
{
  double value = -INFINITY;

  for (uint32_t a = 0; a < mdp->n_actions; a++)
    value = fmax (value, q[s * mdp->n_actions + a]);
  return value;
}

/* ---- The table against the environment -------------------------------------------- */

/* Random walks in the world itself and in the table: rewards (published: 1 - 0.9 t / T), ends
 * and time limits agree. */
static void
the_table_is_the_world (gconstpointer id)
{
  const AssayEnvironment *e = minigrid (id);
  uint64_t seed = 3;
  Mdp mdp = enumerate (id, seed);
  void *world = e->create (e, 1, 0);
  g_autofree guint8 *observation = g_malloc (1 << 16);
  AssayStream stream;
  guint n_rewards = 0;

  assay_stream_init (&stream, 7, "walk");
  for (guint episode = 0; episode < 200; episode++)
    {
      uint32_t state = mdp.starts[0];
      uint8_t terminated = 0, truncated = 0;

      e->reset (world, &seed, NULL, observation);
      for (uint32_t t = 1; !terminated && !truncated; t++)
        {
          int32_t action = (int32_t) assay_below (&stream, mdp.n_actions);
          size_t pair = (size_t) state * mdp.n_actions + (uint32_t) action;
          float reward;

          e->step (world, &action, observation, &reward, &terminated, &truncated);
          g_assert_cmpint (terminated, ==, mdp.terminal[pair]);
          g_assert_cmpint (reward > 0, ==, mdp.reward[pair]);
          if (reward > 0)
            {
              g_assert_cmpfloat_with_epsilon (reward, 1 - 0.9 * t / mdp.max_steps, 1e-6);
              n_rewards++;
            }
          g_assert_cmpint (truncated, ==, t >= mdp.max_steps);
          state = mdp.next[pair];
        }
    }
  g_assert_cmpuint (n_rewards, >, 0);
  e->destroy (world);
  mdp_clear (&mdp);
}

static void
every_path_leads_to_its_state (void)
{
  const AssayEnvironment *e = minigrid ("minigrid.DoorKey-5x5");
  uint64_t seeds[2] = { 1, 2 };
  Mdp mdp;

  g_assert_cmpint (mdp_enumerate (&mdp, e, seeds, 2, 100000, NULL, NULL), ==, MDP_OK);
  g_assert_cmpuint (mdp.n_starts, ==, 2);
  for (uint32_t s = 0; s < mdp.n_states; s++)
    {
      uint32_t parent = mdp.parent[s];

      if (parent == s)
        g_assert_cmpuint (s, ==, mdp.starts[mdp.level[s]]);
      else
        {
          g_assert_cmpuint (mdp.next[parent * mdp.n_actions + mdp.parent_action[s]], ==, s);
          g_assert_cmpuint (mdp.level[parent], ==, mdp.level[s]);
        }
    }
  mdp_clear (&mdp);
}

static void
equal_levels_are_one (void)
{
  const AssayEnvironment *e = minigrid ("minigrid.Empty-8x8");
  uint64_t seeds[3] = { 1, 2, 3 };
  Mdp one = enumerate ("minigrid.Empty-8x8", 1), three;

  g_assert_cmpint (mdp_enumerate (&three, e, seeds, 3, 100000, NULL, NULL), ==, MDP_OK);
  g_assert_cmpuint (three.n_states, ==, one.n_states);
  g_assert_cmpuint (three.n_starts, ==, 3);
  /* 36 cells x 4 directions, less two directions in which the goal cannot be entered. */
  g_assert_cmpuint (one.n_states, ==, 36 * 4 - 2);
  mdp_clear (&one);
  mdp_clear (&three);
}

static void
views_number_observations (void)
{
  Mdp mdp = enumerate ("minigrid.DoorKey-6x6", 1);

  g_assert_cmpuint (mdp.n_observations[VIEW_FULL], ==, mdp.n_states);
  g_assert_cmpuint (mdp.n_observations[VIEW_PARTIAL], <, mdp.n_states);
  g_assert_cmpuint (mdp.n_observations[VIEW_PARTIAL], >, 1);
  mdp_clear (&mdp);
}

static void
too_many_states_are_refused (void)
{
  uint64_t seed = 1;
  Mdp mdp;

  g_assert_cmpint (
      mdp_enumerate (&mdp, minigrid ("minigrid.DoorKey-6x6"), &seed, 1, 50, NULL, NULL), ==,
      MDP_TOO_LARGE);
}

static bool
yes (void *data)
{
  return true;
}

static void
the_search_can_be_cancelled (void)
{
  uint64_t seed = 1;
  Mdp mdp;

  g_assert_cmpint (
      mdp_enumerate (&mdp, minigrid ("minigrid.DoorKey-6x6"), &seed, 1, 100000, yes, NULL), ==,
      MDP_CANCELLED);
}

/* ---- The file ---------------------------------------------------------------------- */

static void
a_file_gives_the_same_mdp (void)
{
  g_autofree char *path = g_build_filename (g_get_user_cache_dir (), "mdp", NULL);
  Mdp mdp = enumerate ("minigrid.DoorKey-5x5", 1), back;
  size_t pairs = (size_t) mdp.n_states * mdp.n_actions;

  g_mkdir_with_parents (g_get_user_cache_dir (), 0700);
  g_assert_true (mdp_save (&mdp, path));
  g_assert_true (mdp_load (&back, path));
  g_assert_cmpmem (mdp.next, pairs * 4, back.next, pairs * 4);
  g_assert_cmpmem (mdp.reward, pairs, back.reward, pairs);
  g_assert_cmpmem (mdp.terminal, pairs, back.terminal, pairs);
  g_assert_cmpmem (mdp.view[1], mdp.n_states * 4, back.view[1], mdp.n_states * 4);
  g_assert_cmpuint (back.max_steps, ==, 250);
  mdp_clear (&mdp);
  mdp_clear (&back);
  g_unlink (path);
}

static void
a_damaged_file_is_refused (void)
{
  g_autofree char *path = g_build_filename (g_get_user_cache_dir (), "mdp", NULL);
  g_autofree char *bytes = NULL;
  gsize length;
  Mdp mdp = enumerate ("minigrid.LavaGapS5", 1), back;

  g_mkdir_with_parents (g_get_user_cache_dir (), 0700);
  g_assert_true (mdp_save (&mdp, path));
  mdp_clear (&mdp);
  g_assert_true (g_file_get_contents (path, &bytes, &length, NULL));
  for (gsize cut = 0; cut < length; cut += 97)
    {
      g_assert_true (g_file_set_contents (path, bytes, (gssize) cut, NULL));
      g_assert_false (mdp_load (&back, path));
    }
  /* Any byte may be wrong: refused, or an MDP whose every index is in range. */
  for (gsize at = 0; at < length; at += 13)
    {
      bytes[at] ^= (char) 0xff;
      g_assert_true (g_file_set_contents (path, bytes, (gssize) length, NULL));
      if (mdp_load (&back, path))
        {
          for (gsize i = 0; i < (gsize) back.n_states * back.n_actions; i++)
            g_assert_cmpuint (back.next[i], <, back.n_states);
          mdp_clear (&back);
        }
      bytes[at] ^= (char) 0xff;
    }
  g_unlink (path);
}

/* ---- Q* ------------------------------------------------------------------------------ */

/* Steps from every state to the reward by search backwards: Q* = gamma^(steps - 1). */
static void
q_star_is_gamma_to_the_distance (gconstpointer id)
{
  Mdp mdp = enumerate (id, 2);
  g_autofree double *q = solve (&mdp);
  g_autofree guint *distance = g_new (guint, mdp.n_states);
  gboolean moved = TRUE;

  for (uint32_t s = 0; s < mdp.n_states; s++)
    distance[s] = G_MAXUINT;
  while (moved)
    {
      moved = FALSE;
      for (uint32_t s = 0; s < mdp.n_states; s++)
        for (uint32_t a = 0; a < mdp.n_actions; a++)
          {
            size_t pair = (size_t) s * mdp.n_actions + a;
            guint steps = mdp.reward[pair]                        ? 1
                          : mdp.terminal[pair]                    ? G_MAXUINT
                          : distance[mdp.next[pair]] == G_MAXUINT ? G_MAXUINT
                                                                  : distance[mdp.next[pair]] + 1;

            if (steps < distance[s])
              {
                distance[s] = steps;
                moved = TRUE;
              }
          }
    }
  g_assert_cmpuint (distance[mdp.starts[0]], <, mdp.max_steps);
  for (uint32_t s = 0; s < mdp.n_states; s++)
    g_assert_cmpfloat_with_epsilon (
        best (&mdp, q, s), distance[s] == G_MAXUINT ? 0 : pow (GAMMA, distance[s] - 1), 1e-10);
  mdp_clear (&mdp);
}

/* Solves matrix * x = right by Gauss elimination with pivots; x in right. */
static void
eliminate (double *matrix, double *right, guint n)
{
  for (guint c = 0; c < n; c++)
    {
      guint pivot = c;

      for (guint r = c + 1; r < n; r++)
        if (fabs (matrix[r * n + c]) > fabs (matrix[pivot * n + c]))
          pivot = r;
      for (guint k = 0; k < n && pivot != c; k++)
        {
          double kept = matrix[c * n + k];

          matrix[c * n + k] = matrix[pivot * n + k];
          matrix[pivot * n + k] = kept;
        }
      {
        double kept = right[c];

        right[c] = right[pivot];
        right[pivot] = kept;
      }
      for (guint r = c + 1; r < n; r++)
        {
          double f = matrix[r * n + c] / matrix[c * n + c];

          for (guint k = c; f != 0 && k < n; k++)
            matrix[r * n + k] -= f * matrix[c * n + k];
          right[r] -= f * right[c];
        }
    }
  for (guint c = n; c-- > 0;)
    {
      for (guint k = c + 1; k < n; k++)
        right[c] -= matrix[c * n + k] * right[k];
      right[c] /= matrix[c * n + c];
    }
}

/* Howard's policy iteration, each policy evaluated by one linear system. */
static void
q_star_is_that_of_policy_iteration (void)
{
  Mdp mdp = enumerate ("minigrid.KeyCorridorS3R1", 1);
  g_autofree double *q = solve (&mdp);
  guint n = mdp.n_states;
  g_autofree guint *policy = g_new0 (guint, n);
  g_autofree double *matrix = g_new (double, n *n), *value = g_new (double, n);
  gboolean moved = TRUE;

  while (moved)
    {
      memset (matrix, 0, n * n * sizeof *matrix);
      for (guint s = 0; s < n; s++)
        {
          size_t pair = (size_t) s * mdp.n_actions + policy[s];

          matrix[s * n + s] = 1;
          value[s] = mdp.reward[pair];
          if (!mdp.terminal[pair])
            matrix[s * n + mdp.next[pair]] -= GAMMA;
        }
      eliminate (matrix, value, n);
      moved = FALSE;
      for (guint s = 0; s < n; s++)
        for (guint a = 0; a < mdp.n_actions; a++)
          {
            size_t pair = (size_t) s * mdp.n_actions + a;
            double other
                = mdp.reward[pair] + (mdp.terminal[pair] ? 0 : GAMMA * value[mdp.next[pair]]);

            if (other > value[s] + 1e-9)
              {
                policy[s] = a;
                moved = TRUE;
              }
          }
    }
  for (guint s = 0; s < n; s++)
    g_assert_cmpfloat_with_epsilon (best (&mdp, q, s), value[s], 1e-10);
  mdp_clear (&mdp);
}

/* The whole MDP in the graph, all branches, deep enough: the target is Q* itself. */
static void
graph_backup_in_the_limit_is_value_iteration (void)
{
  Mdp mdp = enumerate ("minigrid.KeyCorridorS3R1", 1);
  g_autofree double *q = solve (&mdp);
  Scene s;

  scene_open (&s, mdp.n_states, mdp.n_actions, GAMMA);
  for (uint32_t state = 0; state < mdp.n_states; state++)
    for (uint32_t a = 0; a < mdp.n_actions; a++)
      {
        size_t pair = (size_t) state * mdp.n_actions + a;

        g_assert_true (
            graph_add (&s.graph, state, a, mdp.reward[pair], mdp.next[pair], mdp.terminal[pair]));
      }
  for (uint32_t i = 0; i < 40; i++)
    {
      uint32_t state = i * mdp.n_states / 40, action = i % mdp.n_actions;
      size_t pair = (size_t) state * mdp.n_actions + action;

      s.memory.n = 0;
      memory_add (&s.memory, state, action, mdp.reward[pair], mdp.next[pair], 0, 1);
      g_assert_cmpfloat_with_epsilon (
          scene_target (&s, (BackupRule){ .method = METHOD_GRAPH, .n = 60 }, 0), q[pair], 1e-10);
    }
  scene_close (&s);
  mdp_clear (&mdp);
}

/* ---- Agents ---------------------------------------------------------------------------- */

static AgentSettings
settings (uint32_t policy, BackupRule rule)
{
  return (AgentSettings){ .policy = policy,
                          .rule = rule,
                          .gamma = GAMMA,
                          .learning_rate = 0.5,
                          .epsilon = 0.02,
                          .steps = 6000,
                          .learn_start = 100,
                          .replay_every = 4,
                          .batch = 8,
                          .sync_every = 100,
                          .view = -1 };
}

static void
the_optimal_agent_takes_the_shortest_way (void)
{
  Mdp mdp = enumerate ("minigrid.KeyCorridorS3R1", 1);
  g_autofree double *q = solve (&mdp);
  AgentSettings how = settings (POLICY_OPTIMAL, (BackupRule){ .n = 1 });
  double steps = 1 + log (best (&mdp, q, mdp.starts[0])) / log (GAMMA), success;
  AgentStreams streams;
  Agent agent;

  open_streams (&streams, 1);
  g_assert_true (agent_init (&agent, &mdp, q, &how, &streams));
  g_assert_cmpfloat_with_epsilon (agent_evaluate (&agent, 10, &success),
                                  1 - 0.9 * steps / mdp.max_steps, 1e-9);
  g_assert_cmpfloat (success, ==, 1);
  agent_clear (&agent);
  mdp_clear (&mdp);
}

static void
a_learner_comes_to_the_optimum_and_keeps_its_books (void)
{
  Mdp mdp = enumerate ("minigrid.Empty-8x8", 1);
  g_autofree double *q = solve (&mdp);
  AgentSettings how
      = settings (POLICY_LEARN, (BackupRule){ .method = METHOD_GRAPH, .n = 10, .breadth = 20 });
  double success, best_return = 1 - 0.9 * 11 / 256;
  AgentStreams streams;
  Agent agent;
  guint64 visits = 0;

  open_streams (&streams, 2);
  g_assert_true (agent_init (&agent, &mdp, q, &how, &streams));
  for (guint i = 0; i < how.steps; i++)
    g_assert_true (agent_step (&agent));
  g_assert_cmpfloat (agent_evaluate (&agent, 10, &success), >, best_return - 0.05);
  g_assert_cmpuint (agent.memory.n, ==, how.steps);
  g_assert_cmpuint (agent.graph.n_transitions, ==, how.steps);
  for (gsize i = 0; i < (gsize) mdp.n_states * mdp.n_actions; i++)
    {
      visits += agent.visits[i];
      g_assert_cmpfloat (agent.q[i / mdp.n_actions * agent.backup.stride + i % mdp.n_actions], <=,
                         q[i] + 1e-9);
    }
  g_assert_cmpuint (visits, ==, how.steps);
  agent_clear (&agent);
  mdp_clear (&mdp);
}

/* J5: nothing drawn, nothing varies; n-step targets do. */
static void
full_graph_targets_do_not_vary_over_the_memory (void)
{
  Mdp mdp = enumerate ("minigrid.Empty-8x8", 1);
  g_autofree double *q = solve (&mdp);
  AgentSettings how = settings (POLICY_LEARN, (BackupRule){ .n = 1 });
  g_autofree PairTargets *pairs = g_new (PairTargets, 64);
  AgentStreams streams;
  AssayStream stream;
  double n_step = 0;
  Agent agent;
  guint64 edges;
  int n;

  open_streams (&streams, 1);
  assay_stream_init (&stream, 1, "probe");
  g_assert_true (agent_init (&agent, &mdp, q, &how, &streams));
  for (guint i = 0; i < how.steps; i++)
    g_assert_true (agent_step (&agent));
  edges = agent.backup.edges;
  n = offline_probe (&agent, &stream, 64, pairs);
  g_assert_cmpint (n, ==, 64);
  g_assert_cmpuint (agent.backup.edges, ==, edges);
  for (int i = 0; i < n; i++)
    for (guint k = 0; k < N_BACKUPS; k++)
      {
        if (g_str_equal (offline_rules[k].name, "graph-full"))
          g_assert_cmpfloat (pairs[i].variance[k], ==, 0);
        if (g_str_equal (offline_rules[k].name, "n-step-10"))
          n_step += pairs[i].variance[k];
      }
  g_assert_cmpfloat (n_step, >, 0);
  agent_clear (&agent);
  mdp_clear (&mdp);
}

/* ---- Numbers of keys --------------------------------------------------------------------- */

static void
keys_are_numbered_by_first_sight (void)
{
  g_autoptr (GHashTable) known
      = g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify) g_bytes_unref, NULL);
  AssayStream stream;
  Intern table;

  assay_stream_init (&stream, 5, "keys");
  g_assert_true (intern_init (&table, 13));
  for (guint i = 0; i < 200000; i++)
    {
      /* Few different bytes, so that keys come again and differ in one place only. */
      guint8 key[13] = { 0 };
      gpointer number;
      bool is_new;
      uint32_t got;
      GBytes *bytes;

      for (guint k = 0; k < 4; k++)
        key[assay_below (&stream, 13)] = (guint8) assay_below (&stream, 8);
      bytes = g_bytes_new (key, sizeof key);
      got = intern_add (&table, key, &is_new);
      if (g_hash_table_lookup_extended (known, bytes, NULL, &number))
        {
          g_assert_false (is_new);
          g_assert_cmpuint (got, ==, GPOINTER_TO_UINT (number));
          g_bytes_unref (bytes);
        }
      else
        {
          g_assert_true (is_new);
          g_assert_cmpuint (got, ==, g_hash_table_size (known));
          g_hash_table_insert (known, bytes, GUINT_TO_POINTER (got));
        }
    }
  g_assert_cmpuint (table.n, >, 20000);
  intern_clear (&table);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_data_func ("/mdp/the-table-is-the-world/DoorKey-5x5", "minigrid.DoorKey-5x5",
                        the_table_is_the_world);
  g_test_add_data_func ("/mdp/the-table-is-the-world/Unlock", "minigrid.Unlock",
                        the_table_is_the_world);
  g_test_add_data_func ("/mdp/the-table-is-the-world/LavaGapS5", "minigrid.LavaGapS5",
                        the_table_is_the_world);
  g_test_add_func ("/mdp/every-path-leads-to-its-state", every_path_leads_to_its_state);
  g_test_add_func ("/mdp/equal-levels-are-one", equal_levels_are_one);
  g_test_add_func ("/mdp/views-number-observations", views_number_observations);
  g_test_add_func ("/mdp/too-many-states-are-refused", too_many_states_are_refused);
  g_test_add_func ("/mdp/the-search-can-be-cancelled", the_search_can_be_cancelled);
  g_test_add_func ("/mdp/a-file-gives-the-same-mdp", a_file_gives_the_same_mdp);
  g_test_add_func ("/mdp/a-damaged-file-is-refused", a_damaged_file_is_refused);
  g_test_add_data_func ("/solve/q-star-is-gamma-to-the-distance/DoorKey-6x6",
                        "minigrid.DoorKey-6x6", q_star_is_gamma_to_the_distance);
  g_test_add_data_func ("/solve/q-star-is-gamma-to-the-distance/LavaCrossingS9N1",
                        "minigrid.LavaCrossingS9N1", q_star_is_gamma_to_the_distance);
  g_test_add_func ("/solve/q-star-is-that-of-policy-iteration", q_star_is_that_of_policy_iteration);
  g_test_add_func ("/solve/graph-backup-in-the-limit-is-value-iteration",
                   graph_backup_in_the_limit_is_value_iteration);
  g_test_add_func ("/agent/the-optimal-agent-takes-the-shortest-way",
                   the_optimal_agent_takes_the_shortest_way);
  g_test_add_func ("/agent/a-learner-comes-to-the-optimum-and-keeps-its-books",
                   a_learner_comes_to_the_optimum_and_keeps_its_books);
  g_test_add_func ("/agent/full-graph-targets-do-not-vary-over-the-memory",
                   full_graph_targets_do_not_vary_over_the_memory);
  g_test_add_func ("/intern/keys-are-numbered-by-first-sight", keys_are_numbered_by_first_sight);
  return g_test_run ();
}
