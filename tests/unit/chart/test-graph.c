/* SPDX-License-Identifier: Apache-2.0
 *
 * Graph artifacts: hostile files, Graphviz in its own process, DOT.
 */
#include "base/tensors/tensors.h"
#include "synthetic.h"
#include <glib/gstdio.h>
#include <string.h>
#include <sys/resource.h>

/* Writes g.graph.json and its tensors, as a runner does. */
static void
write_graph (const char *head, guint n_edges, const guint32 *from, const guint32 *to, guint n_nodes,
             const double *value)
{
  AssayTensorView views[] = {
    { .name = "from",
      .type = ASSAY_U32,
      .n_dims = 1,
      .shape = { n_edges },
      .data = from,
      .bytes = n_edges * 4 },
    { .name = "to",
      .type = ASSAY_U32,
      .n_dims = 1,
      .shape = { n_edges },
      .data = to,
      .bytes = n_edges * 4 },
    { .name = "node.0",
      .type = ASSAY_F64,
      .n_dims = 1,
      .shape = { n_nodes },
      .data = value,
      .bytes = n_nodes * 8 },
  };
  AssayTensorsError error;

  g_assert_true (g_file_set_contents ("g.graph.json", head, -1, NULL));
  g_assert_true (assay_tensors_write ("g.graph.safetensors", views, 3, NULL, 0, &error));
}

#define HEAD(nodes, edges, column)                                                                 \
  "{\"format\":1,\"nodes\":" nodes ",\"edges\":" edges                                             \
  ",\"pictures\":0,\"data\":\"g.graph.safetensors\","                                              \
  "\"node-columns\":[{\"id\":\"value\",\"tensor\":\"" column "\"}],\"edge-columns\":[]}"

static const guint32 from[] = { 0, 1, 2 }, to[] = { 1, 2, 2 };
static const double value[] = { 1, 2, 3 };

static void
test_reads (void)
{
  g_autoptr (AssayGraphData) graph = NULL;
  g_autoptr (GError) error = NULL;

  write_graph (HEAD ("3", "3", "node.0"), 3, from, to, 3, value);
  graph = assay_graph_load (".", "g", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (graph->n_nodes, ==, 3);
  g_assert_cmpuint (graph->to[1], ==, 2);
  g_assert_cmpfloat (assay_graph_node_column (graph, "value")->numbers[2], ==, 3);
  g_assert_null (assay_graph_node_column (graph, "nothing"));
}

static void
test_refuses (void)
{
  static const guint32 beyond[] = { 1, 2, 9 };
  static const char *const heads[] = { HEAD ("3", "4", "node.0"),
                                       HEAD ("2", "3", "node.0"),
                                       HEAD ("3", "3", "none"),
                                       HEAD ("-1", "3", "node.0"),
                                       HEAD ("1e9", "3", "node.0"),
                                       "[]",
                                       "{",
                                       "{\"format\":2}",
                                       "{\"format\":1,\"nodes\":1,\"edges\":0,\"data\":\"../x\"}",
                                       "{\"format\":1,\"nodes\":1,\"edges\":0}" };

  for (guint i = 0; i < G_N_ELEMENTS (heads); i++)
    {
      g_autoptr (GError) error = NULL;

      write_graph (heads[i], 3, from, to, 3, value);
      g_assert_null (assay_graph_load (".", "g", &error));
      g_assert_nonnull (error);
      g_assert_nonnull (strstr (error->message, "g.graph.json"));
    }
  write_graph (HEAD ("3", "3", "node.0"), 3, from, beyond, 3, value);
  g_assert_null (assay_graph_load (".", "g", NULL));
  g_assert_null (assay_graph_load (".", "missing", NULL));
}

static void
test_lays_out (void)
{
  static const char *const engines[] = { "twopi", "sfdp" };

  for (guint e = 0; e < G_N_ELEMENTS (engines); e++)
    {
      g_autoptr (AssayGraphData) a = synthetic_graph (200, engines[e]),
                                 b = synthetic_graph (200, engines[e]);
      double far = 0;

      for (guint i = 0; i < a->n_nodes; i++)
        {
          g_assert_true (a->x[i] == b->x[i] && a->y[i] == b->y[i]);
          far = MAX (far, fabs (a->x[i] - a->x[0]) + fabs (a->y[i] - a->y[0]));
        }
      g_assert_cmpfloat (far, >, 50);
    }
}

/* No node and no edge, one node, a circle, and parts that do not meet. */
static void
test_lays_out_odd_graphs (void)
{
  static const guint nodes[] = { 0, 1, 3, 6 }, edges[] = { 0, 1, 3, 4 };

  for (guint i = 0; i < G_N_ELEMENTS (nodes); i++)
    {
      g_autoptr (AssayGraphData) graph = assay_graph_new (nodes[i], edges[i]);
      g_autoptr (GError) error = NULL;

      for (guint k = 0; k < edges[i]; k++)
        {
          graph->from[k] = k % nodes[i];
          graph->to[k] = (k + 1) % 3 % nodes[i];
        }
      assay_graph_layout (graph, "twopi", 10, NULL, &error);
      g_assert_no_error (error);
    }
}

static void
test_time_is_limited (void)
{
  g_autoptr (AssayGraphData) graph = synthetic_graph (60000, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_false (assay_graph_layout (graph, "sfdp", 1, NULL, &error));
  g_assert_error (error, ASSAY_ERROR, ASSAY_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, "took longer than 1 s"));
}

static void
test_failure_is_a_sentence (void)
{
  g_autoptr (AssayGraphData) graph = synthetic_graph (3, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_false (assay_graph_layout (graph, "nothing", 1, NULL, &error));
  g_assert_error (error, ASSAY_ERROR, ASSAY_ERROR_FAILED);
  g_assert_nonnull (
      strstr (error->message, "Graphviz could not lay the graph out (nothing): usage"));
}

static void
test_size_is_limited (void)
{
  g_autoptr (AssayGraphData) graph = assay_graph_new (ASSAY_GRAPH_MAX_NODES + 1, 0);
  g_autoptr (GError) error = NULL;

  g_assert_false (assay_graph_layout (graph, "twopi", 1, NULL, &error));
  g_assert_nonnull (strstr (error->message, "100001 nodes"));
}

static void
test_dot_is_quoted (void)
{
  g_autoptr (AssayGraphData) graph = synthetic_graph (3, NULL);
  g_autofree char *dot = assay_graph_dot (graph, "a \"name\"");

  g_assert_true (g_str_has_prefix (dot, "digraph \"a \\\"name\\\"\" {\n"));
  g_assert_nonnull (strstr (dot, "\"state \\\"x\\\"\\\\\"=\"<\\\"quoted\\\">\n\""));
  g_assert_nonnull (strstr (dot, "0 -> 1"));
}

static void
test_saves (void)
{
  static const char *const files[] = { "g.svg", "g.png", "g.pdf", "g.dot" };
  g_autoptr (AssayChart) chart
      = assay_graph_chart (synthetic_graph (40, "twopi"), "Transitions", "value");
  g_autofree char *words = assay_chart_describe (chart);

  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autoptr (GError) error = NULL;

      assay_chart_save (chart, files[i], 0, 0, &error);
      g_assert_no_error (error);
      g_assert_cmpint (g_unlink (files[i]), ==, 0);
    }
  g_assert_nonnull (strstr (words, "Transitions (graph), colour: value. 40 nodes, 52 edges"));
}

static void
test_all_graphs_in_dot (void)
{
  g_autoptr (AssayChart) graphs = assay_graph_chart (synthetic_graph (4, "twopi"), "Two", NULL),
                         lines = synthetic_chart (ASSAY_LINE, DATA_GOOD, 1);
  g_autofree char *dot = NULL, *none = assay_chart_dot (lines);

  chart_add_panel (graphs, NULL, "second")->graph = synthetic_graph (3, NULL);
  dot = assay_chart_dot (graphs);
  g_assert_true (g_str_has_prefix (dot, "digraph \"Two\" {\n"));
  g_assert_nonnull (strstr (dot, "}\ndigraph \"Two, second\" {\n"));
  g_assert_null (none);
  g_assert_true (assay_chart_can_save ("a.b/G.DOT"));
  g_assert_false (assay_chart_can_save ("dot"));
}

/* The second outlives the first, as a thread's does. */
static void
test_shared_is_drawn_alike (void)
{
  AssayChart *chart = assay_graph_chart (synthetic_graph (40, "twopi"), "Transitions", "value");
  g_autoptr (AssayChart) shared = assay_chart_share_graphs (chart);
  g_autoptr (AssayChart) lines = synthetic_chart (ASSAY_LINE, DATA_GOOD, 1);
  g_autofree char *first = assay_chart_svg (chart, "a", 400, 300, NULL), *second = NULL;

  assay_chart_free (chart);
  second = assay_chart_svg (shared, "a", 400, 300, NULL);
  g_assert_cmpstr (first, ==, second);
  g_assert_null (assay_chart_share_graphs (lines));
}

int
main (int argc, char **argv)
{
  g_autofree char *dir = g_dir_make_tmp ("assay-graph-XXXXXX", NULL);
  int status;

  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_assert_cmpint (g_chdir (dir), ==, 0);
  g_test_add_func ("/graph/an-artifact-is-read", test_reads);
  g_test_add_func ("/graph/a-broken-one-is-refused", test_refuses);
  g_test_add_func ("/graph/graphviz-lays-it-out-the-same-again", test_lays_out);
  g_test_add_func ("/graph/odd-graphs-are-laid-out", test_lays_out_odd_graphs);
  g_test_add_func ("/graph/time-is-limited", test_time_is_limited);
  g_test_add_func ("/graph/failure-is-a-sentence", test_failure_is_a_sentence);
  g_test_add_func ("/graph/size-is-limited", test_size_is_limited);
  g_test_add_func ("/graph/dot-is-quoted", test_dot_is_quoted);
  g_test_add_func ("/graph/is-saved-as-picture-and-dot", test_saves);
  g_test_add_func ("/graph/a-shared-one-is-drawn-alike", test_shared_is_drawn_alike);
  g_test_add_func ("/graph/every-panel-is-in-the-dot", test_all_graphs_in_dot);
  status = g_test_run ();
  g_unlink ("g.graph.json");
  g_unlink ("g.graph.safetensors");
  g_assert_cmpint (g_chdir ("/"), ==, 0);
  g_rmdir (dir);
  return status;
}
