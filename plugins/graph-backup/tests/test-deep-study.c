/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs of the deep tier.
 */
#include "host.h"

#include "learn/tensor/blas.h"

#include <string.h>

#define DEEP "env=minigrid.LavaGapS5 warm-up=100 hidden=16 renew-every=100 eval-episodes=2 "

static void
every_deep_agent_runs (gconstpointer settings)
{
  g_autofree char *all = g_strconcat (DEEP, settings, NULL);
  Host *host = run_with (all, 1, 0);
  const Series *returns = series_named (host, "return ");

  g_assert_cmpstr (host->failure, ==, NULL);
  g_assert_cmpstr (host->products, ==, assay_blas_name ());
  g_assert_cmpuint (returns->values->len, ==, 6);
  g_assert_cmpfloat (last_of (host, "novel-ratio "), >, 0);
  g_assert_cmpfloat (last_of (host, "aliasing-visited view=full"), >=, 0);
  g_assert_cmpfloat (last_of (host, "score "), ==, last_of (host, "return "));
  /* Acting, and learning from 32 in each of 276 updates. */
  if (series_named (host, "forwards "))
    g_assert_cmpfloat (last_of (host, "forwards "), >=, 1200);
  g_assert_cmpuint (host->n_stages, ==, 0);
  g_assert_cmpuint (host->saves->len, ==, 0);
  close_host (host);
}

static void
a_deep_agent_keeps_the_beginning_of_its_graph (void)
{
  Host *first = run_with (DEEP "agent=dqn-graph", 1, 0),
       *second = run_with (DEEP "agent=dqn-graph", 2, 0);

  g_assert_cmpuint (first->n_graphs, ==, 1);
  g_assert_cmpuint (first->n_pictures, >, 10);
  g_assert_cmpuint (second->n_graphs, ==, 0);
  close_host (first);
  close_host (second);
}

/* What @host observed after the first @skipped observations is what @resumed observed. */
static void
assert_goes_on (Host *host, guint skipped, Host *resumed)
{
  guint n = 0;

  for (guint i = 0; i < resumed->series->len; i++)
    {
      const Series *b = resumed->series->pdata[i], *a = series_named (host, b->name);
      guint first = a->values->len - b->values->len;

      if (strstr (b->name, "seconds"))
        continue;
      for (guint k = 0; k < b->values->len; k++, n++)
        {
          g_assert_cmpfloat (g_array_index (a->steps, double, first + k), ==,
                             g_array_index (b->steps, double, k));
          g_assert_cmpfloat (g_array_index (a->values, double, first + k), ==,
                             g_array_index (b->values, double, k));
        }
    }
  g_assert_cmpuint (n, >, 20);
  g_assert_cmpuint (n_observed (resumed), ==, n_observed (host) - skipped);
}

static void
a_resumed_deep_run_gives_the_same_bits (void)
{
  static const char settings[] = DEEP "agent=dqn-graph checkpoint=0";
  Host *whole = run_with (settings, 3, 0);

  g_assert_cmpuint (whole->saves->len, ==, 11);
  for (guint i = 0; i < whole->saves->len; i += 5)
    {
      const Save *save = whole->saves->pdata[i];
      Host *resumed = run_from (settings, 3, 0, save->bytes);

      g_assert_cmpstr (resumed->failure, ==, NULL);
      assert_goes_on (whole, save->n_observed, resumed);
      close_host (resumed);
    }
  close_host (whole);
}

static void
another_run_s_checkpoint_is_refused (void)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static ("nonsense and more of it", 23);
  Host *host = run_from (DEEP "agent=dqn-graph", 1, 0, bytes);

  g_assert_cmpstr (host->failure, ==, "The checkpoint is not of this run; run it anew.");
  close_host (host);
}

static void
games_are_not_for_tables (void)
{
  Host *table = run_with ("env=minatar.breakout agent=graph", 1, 0),
       *optimal = run_with ("env=minatar.breakout agent=optimal", 1, 0),
       *emulator = run_with ("env=atari agent=dqn-graph", 1, 0),
       *state = run_with ("env=atari agent=dqn-graph node=timers", 1, 0);

  g_assert_nonnull (strstr (table->failure, "dqn-"));
  g_assert_nonnull (strstr (optimal->failure, "dqn-"));
  g_assert_nonnull (strstr (emulator->failure, "emulator"));
  g_assert_nonnull (strstr (state->failure, "node=stack"));
  close_host (table);
  close_host (optimal);
  close_host (emulator);
  close_host (state);
}

static void
a_deep_run_can_be_cancelled (void)
{
  Host *host = run_with (DEEP "agent=dqn-graph", 1, 3);

  g_assert_cmpstr (host->failure, ==, NULL);
  g_assert_cmpuint (host->n_graphs, ==, 0);
  close_host (host);
}

int
main (int argc, char **argv)
{
  static const char *const deep_agents[]
      = { "agent=dqn-graph",
          "agent=dqn-graph node=timers table=persistent",
          "agent=dqn-graph node=stack weights=uniform",
          "agent=dqn-graph budget=forwards",
          "agent=dqn-graph level-mode=random levels=4 done=inferred",
          "agent=dqn-graph network=cnn",
          "agent=dqn-graph-mixed",
          "agent=dqn-one-step",
          "agent=dqn-n-step",
          "agent=dqn-n-step compat=reference",
          "agent=dqn-tree",
          "agent=dqn-tree compat=reference",
          "agent=dqn-retrace",
          "agent=dqn-q-lambda",
          "agent=no-op" };

  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (deep_agents); i++)
    {
      g_autofree char *path = g_strdup_printf ("/deep-study/runs/%s", deep_agents[i]);

      g_test_add_data_func (g_strdelimit (path, " ", ','), deep_agents[i], every_deep_agent_runs);
    }
  g_test_add_func ("/deep-study/a-deep-agent-keeps-the-beginning-of-its-graph",
                   a_deep_agent_keeps_the_beginning_of_its_graph);
  g_test_add_func ("/deep-study/a-resumed-deep-run-gives-the-same-bits",
                   a_resumed_deep_run_gives_the_same_bits);
  g_test_add_func ("/deep-study/another-run-s-checkpoint-is-refused",
                   another_run_s_checkpoint_is_refused);
  g_test_add_func ("/deep-study/games-are-not-for-tables", games_are_not_for_tables);
  g_test_add_func ("/deep-study/a-deep-run-can-be-cancelled", a_deep_run_can_be_cancelled);
  return g_test_run ();
}
