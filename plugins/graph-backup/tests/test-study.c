/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs of the exact tier.
 */
#include "host.h"

#include <string.h>

/* ---- Tests ------------------------------------------------------------------------- */

static void
every_agent_runs (gconstpointer settings)
{
  Host *host = run_with (settings, 1, 0);
  const Series *returns = series_named (host, "return ");

  g_assert_cmpstr (host->failure, ==, NULL);
  g_assert_cmpuint (returns->values->len, ==, 6); /* at 0 and five times */
  g_assert_cmpfloat (g_array_index (returns->steps, double, 5), ==, 1200);
  for (guint i = 0; i < returns->values->len; i++)
    {
      g_assert_cmpfloat (g_array_index (returns->values, double, i), >=, 0);
      g_assert_cmpfloat (g_array_index (returns->values, double, i), <=, 1);
    }
  g_assert_cmpfloat (last_of (host, "novel-ratio "), >, 0);
  g_assert_cmpfloat (last_of (host, "aliasing view=full"), ==, 0);
  g_assert_cmpfloat (last_of (host, "aliasing view=partial"), >, 0);
  close_host (host);
}

static void
equal_seeds_give_equal_bits (void)
{
  Host *a = run_with ("agent=graph", 2, 0), *b = run_with ("agent=graph", 2, 0);

  g_assert_cmpuint (a->series->len, ==, b->series->len);
  for (guint i = 0; i < a->series->len; i++)
    {
      const Series *x = a->series->pdata[i], *y = b->series->pdata[i];

      if (g_str_has_prefix (x->name, "seconds"))
        continue;
      g_assert_cmpmem (x->values->data, x->values->len * sizeof (double), y->values->data,
                       y->values->len * sizeof (double));
    }
  close_host (a);
  close_host (b);
}

/* The level is the seed's, not the agent's: Q* at the start, through the optimal return. */
static void
agents_of_one_seed_meet_one_level (void)
{
  Host *a = run_with ("env=minigrid.MultiRoom-N2-S4 agent=optimal", 3, 0),
       *b = run_with ("env=minigrid.MultiRoom-N2-S4 agent=optimal gamma=0.9", 3, 0);

  g_assert_cmpfloat (last_of (a, "success "), ==, 1);
  g_assert_cmpfloat (last_of (a, "return "), ==, last_of (b, "return "));
  close_host (a);
  close_host (b);
}

static void
the_first_seed_of_graph_backup_keeps_its_graph (void)
{
  Host *first = run_with ("agent=graph", 1, 0), *second = run_with ("agent=graph", 2, 0),
       *other = run_with ("agent=one-step", 1, 0);

  g_assert_cmpuint (first->n_graphs, ==, 1);
  g_assert_cmpuint (first->n_pictures, >, 10);
  g_assert_cmpuint (second->n_graphs, ==, 0);
  g_assert_cmpuint (other->n_graphs, ==, 0);
  close_host (first);
  close_host (second);
  close_host (other);
}

static void
one_step_runs_compare_all_backups (void)
{
  Host *host = run_with ("agent=one-step", 1, 0);

  g_assert_cmpfloat (last_of (host, "target-variance backup=graph-full"), ==, 0);
  g_assert_cmpfloat (last_of (host, "target-variance backup=one-step"), ==, 0);
  g_assert_nonnull (series_named (host, "target-bias backup=graph-mixed"));
  g_assert_cmpuint (series_named (host, "target-bias backup=tree")->values->len, ==, 2);
  g_assert_cmpuint (host->arrays->len, ==, 1);
  close_host (host);
}

static void
equal_edges_mean_equal_work (void)
{
  Host *one = run_with ("agent=one-step match=edges edges=200", 1, 0),
       *graph = run_with ("agent=graph match=edges edges=200", 1, 0);
  double replays = 1200 / 4 - 24; /* none before step 100 */

  g_assert_cmpfloat (last_of (one, "edge-updates "), ==, 200 * replays);
  g_assert_cmpfloat (last_of (graph, "edge-updates "), >=, 200 * replays);
  g_assert_cmpfloat (last_of (graph, "edge-updates "), <, (200 + 500) * replays);
  close_host (one);
  close_host (graph);
}

static void
the_crossing_world_gives_credit (void)
{
  for (uint64_t seed = 1; seed <= 5; seed++)
    {
      Host *host = run_with ("env=crossing", seed, 0);
      const Series *graph = series_named (host, "credit backup=graph");

      g_assert_cmpstr (host->failure, ==, NULL);
      g_assert_cmpfloat_with_epsilon (g_array_index (graph->values, double, 0), 1, 1e-12);
      g_assert_cmpfloat (last_of (host, "credit backup=n-step-10"), ==, 0);
      g_assert_cmpfloat (last_of (host, "credit backup=one-step"), >, 0.999);
      close_host (host);
    }
}

static void
too_large_a_level_is_named (void)
{
  Host *host = run_with ("env=minigrid.DoorKey-6x6 max-states=100", 1, 0);

  g_assert_cmpstr (host->failure, ==,
                   "minigrid.DoorKey-6x6 has more than 100 states at this seed; raise max-states "
                   "or take a smaller level.");
  g_assert_cmpuint (host->series->len, ==, 0);
  close_host (host);
}

static void
a_run_can_be_cancelled (void)
{
  for (guint after = 1; after < 5; after += 3)
    {
      Host *host = run_with ("agent=graph", 1, after);

      g_assert_cmpstr (host->failure, ==, NULL);
      g_assert_cmpuint (host->n_graphs, ==, 0);
      g_assert_cmpuint (host->n_asked, <, after + 4);
      close_host (host);
    }
}

int
main (int argc, char **argv)
{
  static const char *const agents[]
      = { "agent=graph",
          "agent=graph weights=uniform",
          "agent=graph table=persistent",
          "agent=graph done=inferred",
          "agent=graph breadth=0 depth=3",
          "agent=graph-mixed",
          "agent=graph hash=partial",
          "agent=graph hash=full",
          "agent=one-step hash=partial",
          "agent=one-step",
          "agent=n-step",
          "agent=n-step compat=reference",
          "agent=tree",
          "agent=tree tree-policy=backed-up",
          "agent=tree compat=reference",
          "agent=retrace",
          "agent=q-lambda",
          "agent=random",
          "agent=optimal",
          "agent=graph level-mode=random levels=4 env=minigrid.DoorKey-5x5",
          "agent=n-step level-mode=random levels=4 env=minigrid.LavaGapS5" };

  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (agents); i++)
    {
      g_autofree char *path = g_strdup_printf ("/study/runs/%s", agents[i]);

      g_test_add_data_func (g_strdelimit (path, " ", ','), agents[i], every_agent_runs);
    }
  g_test_add_func ("/study/equal-seeds-give-equal-bits", equal_seeds_give_equal_bits);
  g_test_add_func ("/study/agents-of-one-seed-meet-one-level", agents_of_one_seed_meet_one_level);
  g_test_add_func ("/study/the-first-seed-of-graph-backup-keeps-its-graph",
                   the_first_seed_of_graph_backup_keeps_its_graph);
  g_test_add_func ("/study/one-step-runs-compare-all-backups", one_step_runs_compare_all_backups);
  g_test_add_func ("/study/equal-edges-mean-equal-work", equal_edges_mean_equal_work);
  g_test_add_func ("/study/the-crossing-world-gives-credit", the_crossing_world_gives_credit);
  g_test_add_func ("/study/too-large-a-level-is-named", too_large_a_level_is_named);
  g_test_add_func ("/study/a-run-can-be-cancelled", a_run_can_be_cancelled);
  return g_test_run ();
}
