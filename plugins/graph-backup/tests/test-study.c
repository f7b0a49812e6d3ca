/* SPDX-License-Identifier: Apache-2.0
 *
 * The study as a host would run it, with a host of a few lines.
 */
#include "base/num/random.h"
#include "scene.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

/* study.c, compiled under another name beside the environment plugin. */
const AssayPlugin *graph_backup_entry (void);

typedef struct Series
{
  char *name; /* "metric labels" */
  GArray *steps, *values;
} Series;

typedef struct Host
{
  AssayRun run;
  AssayHost table;
  GPtrArray *series; /* Series */
  GPtrArray *arrays; /* char * */
  char *failure, *stage_path;
  guint n_stages, n_graphs, n_pictures, cancel_after, n_asked;
  double last_progress;
  guint8 *params;
} Host;

static Host *
host_of (AssayRun *run)
{
  return (Host *) run;
}

static void
free_series (gpointer data)
{
  Series *series = data;

  g_free (series->name);
  g_array_unref (series->steps);
  g_array_unref (series->values);
  g_free (series);
}

static const AssayMetric *
declared (const char *id)
{
  const AssayTable *table = &graph_backup_entry ()->study->metrics;

  for (uint32_t i = 0; i < table->n; i++)
    {
      const AssayMetric *metric
          = (const AssayMetric *) ((const char *) table->rows + (size_t) i * table->stride);

      if (g_str_equal (metric->id, id))
        return metric;
    }
  return NULL;
}

static uint32_t
on_series (AssayRun *run, const char *metric, const char *labels)
{
  Host *host = host_of (run);
  g_autofree char *name = g_strdup_printf ("%s %s", metric, labels ? labels : "");
  const AssayMetric *is = declared (metric);
  g_auto (GStrv) words = g_strsplit (labels ? labels : "", " ", -1);
  Series *series;

  /* Every series is declared, with exactly the labels that its metric has beside the step. */
  g_assert_nonnull (is);
  g_assert_null (is->of);
  for (guint i = 0; words[i] && *words[i]; i++)
    {
      *strchr (words[i], '=') = '\0';
      g_assert_nonnull (strstr (is->dims, words[i]));
    }
  for (guint i = 0; i < host->series->len; i++)
    if (g_str_equal (((Series *) host->series->pdata[i])->name, name))
      return i;
  series = g_new0 (Series, 1);
  series->name = g_steal_pointer (&name);
  series->steps = g_array_new (FALSE, FALSE, sizeof (double));
  series->values = g_array_new (FALSE, FALSE, sizeof (double));
  g_ptr_array_add (host->series, series);
  return host->series->len - 1;
}

static void
on_observe (AssayRun *run, uint32_t number, double step, double value)
{
  Series *series = host_of (run)->series->pdata[number];

  g_assert_true (isfinite (step));
  if (series->steps->len)
    g_assert_cmpfloat (step, >=, g_array_index (series->steps, double, series->steps->len - 1));
  g_array_append_val (series->steps, step);
  g_array_append_val (series->values, value);
}

static void
on_axis (AssayRun *run, const char *dim, const char *const *names, const double *numbers,
         uint32_t n)
{
  g_assert_cmpstr (dim, ==, "backup");
}

static void
on_array (AssayRun *run, const char *metric, const char *labels, const char *axes,
          const uint64_t *shape, uint32_t type, const void *data)
{
  g_assert_nonnull (declared (metric));
  g_assert_cmpstr (declared (metric)->dims, ==, axes);
  g_ptr_array_add (host_of (run)->arrays, g_strdup (metric));
}

static void
on_graph (AssayRun *run, const char *name, const AssayGraph *graph)
{
  Host *host = host_of (run);

  g_assert_cmpstr (name, ==, "transitions");
  g_assert_cmpuint (graph->n_nodes, >, 1);
  for (uint32_t i = 0; i < graph->n_edges; i++)
    {
      g_assert_cmpuint (graph->from[i], <, graph->n_nodes);
      g_assert_cmpuint (graph->to[i], <, graph->n_nodes);
      g_assert_cmpuint (graph->from[i], !=, graph->to[i]);
    }
  for (uint32_t c = 0; c < graph->nodes.n; c++)
    {
      const AssayColumn *column = (const AssayColumn *) graph->nodes.rows + c;

      for (uint32_t i = 0; i < graph->n_nodes; i++)
        g_assert_true (isfinite (column->numbers[i]));
    }
  for (uint32_t i = 0; i < graph->n_nodes; i++)
    g_assert_cmpint (graph->picture_of[i], <, (int) graph->n_pictures);
  host->n_graphs++;
  host->n_pictures = graph->n_pictures;
}

static void
on_progress (AssayRun *run, double fraction, const char *doing)
{
  g_assert_cmpfloat (fraction, >=, host_of (run)->last_progress);
  g_assert_cmpfloat (fraction, <=, 1);
  host_of (run)->last_progress = fraction;
}

static bool
on_cancelled (AssayRun *run)
{
  Host *host = host_of (run);

  host->n_asked++;
  return host->failure || (host->cancel_after && host->n_asked >= host->cancel_after);
}

static void
on_fail (AssayRun *run, const char *message)
{
  Host *host = host_of (run);

  g_free (host->failure);
  host->failure = g_strdup (message);
}

static void
on_stream (AssayRun *run, const char *name, AssayStream *stream)
{
  assay_stream_init (stream, run->seed, name);
}

static const char *
on_stage (AssayRun *run, const AssayStage *stage)
{
  Host *host = host_of (run);

  g_free (host->stage_path);
  host->stage_path = g_build_filename (g_get_user_cache_dir (), stage->name, NULL);
  g_mkdir_with_parents (g_get_user_cache_dir (), 0700);
  host->n_stages++;
  return stage->build (run, host->stage_path, stage->data) ? host->stage_path : NULL;
}

static const AssayEnvironment *
on_environment (AssayRun *run, const char *id)
{
  return minigrid (id);
}

static const AssayParam *
parameter (const char *id)
{
  const AssayTable *table = &graph_backup_entry ()->study->params;
  g_autofree char *name = g_strdup (id);

  g_strdelimit (name, "-", '_');
  for (uint32_t i = 0; i < table->n; i++)
    {
      const AssayParam *p = (const AssayParam *) table->rows + i;

      if (g_str_equal (p->id, name))
        return p;
    }
  g_assert_not_reached ();
}

static void
set_parameter (Host *host, const AssayParam *p, double number, const char *text)
{
  void *field = host->params + p->offset;

  switch (p->type)
    {
    case ASSAY_BOOL:
      *(bool *) field = number != 0;
      break;
    case ASSAY_INT:
      *(int64_t *) field = (int64_t) number;
      break;
    case ASSAY_REAL:
      *(double *) field = number;
      break;
    default:
      *(const char **) field = g_intern_string (text ? text : "");
    }
}

/* A run of the study with these parameters, "id=value ...", short unless they say else. */
static Host *
run_with (const char *settings, uint64_t seed, guint cancel_after)
{
  const AssayStudy *study = graph_backup_entry ()->study;
  g_autofree char *all = g_strdup_printf ("steps=1200 evaluations=5 probes=2 %s", settings);
  g_auto (GStrv) words = g_strsplit (all, " ", -1);
  Host *host = g_new0 (Host, 1);

  host->params = g_malloc0 (study->params_size);
  host->series = g_ptr_array_new_with_free_func (free_series);
  host->arrays = g_ptr_array_new_with_free_func (g_free);
  host->cancel_after = cancel_after;
  host->table = (AssayHost){ .size = sizeof host->table,
                             .series = on_series,
                             .observe = on_observe,
                             .axis = on_axis,
                             .array = on_array,
                             .graph = on_graph,
                             .progress = on_progress,
                             .cancelled = on_cancelled,
                             .fail = on_fail,
                             .stream = on_stream,
                             .stage = on_stage,
                             .environment = on_environment };
  host->run = (AssayRun){ .host = &host->table, .params = host->params, .seed = seed };
  for (uint32_t i = 0; i < study->params.n; i++)
    {
      const AssayParam *p = (const AssayParam *) study->params.rows + i;

      set_parameter (host, p, p->number, p->text);
    }
  for (guint i = 0; words[i]; i++)
    {
      g_auto (GStrv) pair = g_strsplit (words[i], "=", 2);

      if (pair[0])
        set_parameter (host, parameter (pair[0]), g_ascii_strtod (pair[1], NULL), pair[1]);
    }
  study->run (&host->run);
  return host;
}

static void
close_host (Host *host)
{
  g_ptr_array_unref (host->series);
  g_ptr_array_unref (host->arrays);
  g_free (host->failure);
  g_free (host->stage_path);
  g_free (host->params);
  g_free (host);
}

static const Series *
series_named (Host *host, const char *name)
{
  for (guint i = 0; i < host->series->len; i++)
    if (g_str_has_prefix (((Series *) host->series->pdata[i])->name, name))
      return host->series->pdata[i];
  return NULL;
}

static double
last_of (Host *host, const char *name)
{
  const Series *series = series_named (host, name);

  g_assert_nonnull (series);
  return g_array_index (series->values, double, series->values->len - 1);
}

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
