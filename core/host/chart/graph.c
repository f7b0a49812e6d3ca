/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading graph artifacts, having them laid out, writing them as DOT.
 */
#include "host/chart/graph.h"
#include "base/tensors/tensors.h"
#include "host/chart/style.h"
#include "host/registry/error.h"
#include "host/registry/json.h"
#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static void
column_free (gpointer data)
{
  AssayGraphColumn *column = data;

  g_free (column->id);
  g_free (column->numbers);
  g_strfreev (column->texts);
  g_free (column);
}

AssayGraphData *
assay_graph_new (guint n_nodes, guint n_edges)
{
  AssayGraphData *graph = g_new0 (AssayGraphData, 1);

  graph->references = 1;
  graph->n_nodes = n_nodes;
  graph->n_edges = n_edges;
  graph->from = g_new0 (guint32, n_edges + 1);
  graph->to = g_new0 (guint32, n_edges + 1);
  graph->node_columns = g_ptr_array_new_with_free_func (column_free);
  graph->edge_columns = g_ptr_array_new_with_free_func (column_free);
  return graph;
}

AssayGraphData *
assay_graph_ref (AssayGraphData *graph)
{
  g_atomic_int_inc (&graph->references);
  return graph;
}

void
assay_graph_free (AssayGraphData *graph)
{
  if (!graph || !g_atomic_int_dec_and_test (&graph->references))
    return;
  g_free (graph->from);
  g_free (graph->to);
  g_ptr_array_unref (graph->node_columns);
  g_ptr_array_unref (graph->edge_columns);
  g_free (graph->pictures);
  g_free (graph->picture_of);
  g_free (graph->x);
  g_free (graph->y);
  g_free (graph);
}

const AssayGraphColumn *
assay_graph_node_column (const AssayGraphData *graph, const char *id)
{
  for (guint i = 0; id && i < graph->node_columns->len; i++)
    if (strcmp (((AssayGraphColumn *) graph->node_columns->pdata[i])->id, id) == 0)
      return graph->node_columns->pdata[i];
  return NULL;
}

/* ---- reading ---- */

/* The one error of a file that does not hold together. */
static gboolean
broken (GError **error, const char *path, const char *what)
{
  g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_FAILED,
               "%s: %s; the file is damaged or was not written by Assay: run the study again.",
               path, what);
  return FALSE;
}

static const AssayTensorView *
tensor (const AssayTensors *file, const char *name, guint32 type, guint64 n)
{
  const AssayTensorView *view = name ? assay_tensors_find (file, name) : NULL;

  return view && view->type == type && view->n_dims == 1 && view->shape[0] == n ? view : NULL;
}

static gboolean
read_ends (AssayGraphData *graph, const AssayTensors *file, const char *path, GError **error)
{
  const AssayTensorView *from, *to;

  if (!graph->n_edges)
    return TRUE;
  from = tensor (file, "from", ASSAY_U32, graph->n_edges);
  to = tensor (file, "to", ASSAY_U32, graph->n_edges);
  if (!from || !to)
    return broken (error, path, "the ends of the edges are missing");
  memcpy (graph->from, from->data, from->bytes);
  memcpy (graph->to, to->data, to->bytes);
  for (guint i = 0; i < graph->n_edges; i++)
    if (graph->from[i] >= graph->n_nodes || graph->to[i] >= graph->n_nodes)
      return broken (error, path, "an edge leads to a node that there is not");
  return TRUE;
}

static gboolean
read_pictures (AssayGraphData *graph, const AssayTensors *file, const char *path, GError **error)
{
  const AssayTensorView *of = tensor (file, "picture-of", ASSAY_I32, graph->n_nodes);
  const AssayTensorView *pictures = assay_tensors_find (file, "pictures");

  if (!pictures)
    return TRUE;
  if (!of || pictures->type != ASSAY_U8 || pictures->n_dims != 4 || pictures->shape[3] != 3
      || pictures->shape[0] > G_MAXINT32 || pictures->shape[1] > 4096 || pictures->shape[2] > 4096)
    return broken (error, path, "the pictures of the nodes have a wrong shape");
  graph->n_pictures = (guint) pictures->shape[0];
  graph->picture_height = (guint) pictures->shape[1];
  graph->picture_width = (guint) pictures->shape[2];
  graph->pictures = g_memdup2 (pictures->data, pictures->bytes);
  graph->picture_of = g_memdup2 (of->data, of->bytes);
  for (guint i = 0; i < graph->n_nodes; i++)
    if (graph->picture_of[i] < -1 || graph->picture_of[i] >= (gint64) graph->n_pictures)
      return broken (error, path, "a node has a picture that there is not");
  return TRUE;
}

static char **
read_texts (JsonArray *array, guint n)
{
  char **texts = g_new0 (char *, n + 1);

  for (guint i = 0; i < n; i++)
    {
      JsonNode *node = json_array_get_element (array, i);
      const char *text = JSON_NODE_HOLDS_VALUE (node) ? json_node_get_string (node) : NULL;

      texts[i] = g_strdup (text ? text : "");
    }
  return texts;
}

static gboolean
read_columns (GPtrArray *columns, guint n, JsonArray *list, const AssayTensors *file,
              const char *path, GError **error)
{
  for (guint i = 0; list && i < json_array_get_length (list); i++)
    {
      JsonNode *node = json_array_get_element (list, i);
      JsonObject *object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
      const char *id = object ? assay_json_text (object, "id", NULL) : NULL;
      JsonArray *texts = object ? assay_json_array (object, "texts") : NULL;
      const AssayTensorView *numbers
          = object ? tensor (file, assay_json_text (object, "tensor", NULL), ASSAY_F64, n) : NULL;
      AssayGraphColumn *column;

      if (!id || (n && !numbers && (!texts || json_array_get_length (texts) != n)))
        return broken (error, path, "a column has no name, or not one value for each node or edge");
      column = g_new0 (AssayGraphColumn, 1);
      column->id = g_strdup (id);
      if (numbers)
        column->numbers = g_memdup2 (numbers->data, numbers->bytes);
      else if (texts)
        column->texts = read_texts (texts, n);
      g_ptr_array_add (columns, column);
    }
  return TRUE;
}

static AssayGraphData *
read_data (JsonObject *head, const AssayTensors *file, const char *path, GError **error)
{
  gint64 n_nodes = assay_json_int (head, "nodes", -1), n_edges = assay_json_int (head, "edges", -1);
  g_autoptr (AssayGraphData) graph = NULL;

  /* A file that claims more than its tensors hold is found before memory is asked for. */
  if (n_nodes < 0 || n_nodes > 50000000 || n_edges < 0 || n_edges > 50000000
      || (n_edges && !tensor (file, "from", ASSAY_U32, (guint64) n_edges)))
    {
      broken (error, path, "its numbers of nodes and edges do not fit its data");
      return NULL;
    }
  graph = assay_graph_new ((guint) n_nodes, (guint) n_edges);
  if (!read_ends (graph, file, path, error) || !read_pictures (graph, file, path, error)
      || !read_columns (graph->node_columns, graph->n_nodes,
                        assay_json_array (head, "node-columns"), file, path, error)
      || !read_columns (graph->edge_columns, graph->n_edges,
                        assay_json_array (head, "edge-columns"), file, path, error))
    return NULL;
  return g_steal_pointer (&graph);
}

AssayGraphData *
assay_graph_load (const char *dir, const char *name, GError **error)
{
  g_autofree char *head_name = g_strdup_printf ("%s.graph.json", name);
  g_autofree char *path = g_build_filename (dir, head_name, NULL);
  g_autofree char *data_name = g_strdup_printf ("%s.graph.safetensors", name), *data = NULL;
  g_autoptr (JsonNode) node = NULL;
  JsonObject *head;
  AssayTensors *file;
  AssayTensorsError problem = { "" };
  AssayGraphData *graph;

  if (strchr (name, '/'))
    {
      broken (error, path, "a graph is named without a folder");
      return NULL;
    }
  node = assay_json_load (path, error);
  if (!node)
    return NULL;
  head = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  if (head && assay_json_int (head, "format", 0) > 1)
    {
      g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_INCOMPATIBLE,
                   "%s was written by a newer Assay (format %" G_GINT64_FORMAT
                   "); this one reads 1.",
                   path, assay_json_int (head, "format", 0));
      return NULL;
    }
  if (!head || g_strcmp0 (assay_json_text (head, "data", NULL), data_name) != 0)
    {
      broken (error, path, "it does not name the data file beside it");
      return NULL;
    }
  data = g_build_filename (dir, data_name, NULL);
  file = assay_tensors_open (data, &problem);
  if (!file)
    {
      g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_FAILED, "%s", problem.text);
      return NULL;
    }
  graph = read_data (head, file, path, error);
  assay_tensors_free (file);
  return graph;
}

/* ---- layout ---- */

/* The helper's input as a file without a name: a pipe would need somebody to fill it while the
 * helper runs, and would send SIGPIPE when it dies. */
static int
layout_input (const AssayGraphData *graph, GError **error)
{
  int fd = memfd_create ("graph", MFD_CLOEXEC);
  FILE *file = fd < 0 ? NULL : fdopen (dup (fd), "w");
  gboolean good = file != NULL;

  if (file)
    {
      fprintf (file, "%u %u\n", graph->n_nodes, graph->n_edges);
      for (guint i = 0; i < graph->n_edges; i++)
        fprintf (file, "%u %u\n", graph->from[i], graph->to[i]);
      good = !ferror (file);
      good = fclose (file) == 0 && good;
    }
  if (good && lseek (fd, 0, SEEK_SET) == 0)
    return fd;
  g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_FAILED,
               "The graph could not be handed to Graphviz: %s.", g_strerror (errno));
  if (fd >= 0)
    close (fd);
  return -1;
}

static double *
read_positions (JsonObject *object, const char *axis, guint n)
{
  JsonArray *array = object ? assay_json_array (object, axis) : NULL;
  double *positions;

  if (!array || json_array_get_length (array) != n)
    return NULL;
  positions = g_new (double, n + 1);
  for (guint i = 0; i < n; i++)
    {
      JsonNode *node = json_array_get_element (array, i);

      positions[i] = JSON_NODE_HOLDS_VALUE (node) ? json_node_get_double (node) : 0;
      if (!isfinite (positions[i]))
        positions[i] = 0;
    }
  return positions;
}

static gboolean
take_positions (AssayGraphData *graph, GBytes *output, GError **error)
{
  g_autoptr (JsonNode) node
      = assay_json_parse (g_bytes_get_data (output, NULL), (gssize) g_bytes_get_size (output),
                          "the output of assay-layout", error);
  JsonObject *object = node && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;

  if (!node)
    return FALSE;
  g_clear_pointer (&graph->x, g_free);
  g_clear_pointer (&graph->y, g_free);
  graph->x = read_positions (object, "x", graph->n_nodes);
  graph->y = read_positions (object, "y", graph->n_nodes);
  if (graph->x && graph->y)
    return TRUE;
  g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_FAILED,
               "Graphviz gave no position for some nodes of the graph.");
  return FALSE;
}

static char *
last_line (GBytes *bytes)
{
  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);
  g_autofree char *text = g_strndup (data ? data : "", size);
  const char *line = strrchr (g_strchomp (text), '\n');

  return chart_clean (line ? line + 1 : text, 200);
}

static gboolean
check_end (GSubprocess *process, const char *engine, double seconds, GBytes *complaints,
           GError **error)
{
  g_autofree char *said = last_line (complaints);

  if (g_subprocess_get_successful (process))
    return TRUE;
  if (!g_subprocess_get_if_signaled (process))
    g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_FAILED,
                 "Graphviz could not lay the graph out (%s): %s.", engine,
                 *said ? said : "it gave no reason");
  else if (g_subprocess_get_term_sig (process) == SIGALRM)
    g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_FAILED,
                 "Graphviz took longer than %g s to lay the graph out (%s) and was stopped.",
                 seconds, engine);
  else
    g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_FAILED,
                 "Graphviz crashed while it laid the graph out (%s, signal %d: %s).", engine,
                 g_subprocess_get_term_sig (process),
                 g_strsignal (g_subprocess_get_term_sig (process)));
  return FALSE;
}

gboolean
assay_graph_layout (AssayGraphData *graph, const char *engine, double seconds,
                    GCancellable *cancellable, GError **error)
{
  g_autofree char *program = NULL,
                  *limit = g_strdup_printf ("%.0f", CLAMP (ceil (seconds), 1, 86400));
  g_autoptr (GSubprocessLauncher) launcher = NULL;
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GBytes) output = NULL, complaints = NULL;
  int fd;

  if (graph->n_nodes > ASSAY_GRAPH_MAX_NODES || graph->n_edges > ASSAY_GRAPH_MAX_EDGES)
    {
      g_set_error (
          error, ASSAY_ERROR, ASSAY_ERROR_FAILED,
          "The graph has %u nodes and %u edges; a picture takes at most %d and %d. Export it "
          "as DOT or JSON instead.",
          graph->n_nodes, graph->n_edges, ASSAY_GRAPH_MAX_NODES, ASSAY_GRAPH_MAX_EDGES);
      return FALSE;
    }
  program = assay_program_path ("assay-layout", error);
  if (!program)
    return FALSE;
  fd = layout_input (graph, error);
  if (fd < 0)
    return FALSE;
  launcher
      = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE);
  g_subprocess_launcher_take_stdin_fd (launcher, fd);
  process = g_subprocess_launcher_spawn (launcher, error, program, engine, limit, NULL);
  if (!process)
    return FALSE;
  if (!g_subprocess_communicate (process, NULL, cancellable, &output, &complaints, error))
    {
      g_subprocess_force_exit (process);
      g_subprocess_wait (process, NULL, NULL);
      return FALSE;
    }
  return check_end (process, engine, seconds, complaints, error)
         && take_positions (graph, output, error);
}

/* ---- DOT ---- */

/* A quoted id of the DOT language: only the quote and the backslash are special. */
static void
dot_text (GString *out, const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);

  g_string_append_c (out, '"');
  for (const char *p = valid; *p; p++)
    {
      if (*p == '"' || *p == '\\')
        g_string_append_c (out, '\\');
      g_string_append_c (out, *p);
    }
  g_string_append_c (out, '"');
}

static void
dot_columns (GString *out, const GPtrArray *columns, guint i)
{
  for (guint c = 0; c < columns->len; c++)
    {
      const AssayGraphColumn *column = columns->pdata[c];

      g_string_append (out, c ? ", " : " [");
      dot_text (out, column->id);
      g_string_append_c (out, '=');
      if (column->texts)
        dot_text (out, column->texts[i]);
      else
        {
          char number[G_ASCII_DTOSTR_BUF_SIZE];

          dot_text (out, g_ascii_dtostr (number, sizeof number,
                                         column->numbers ? column->numbers[i] : NAN));
        }
    }
  if (columns->len)
    g_string_append_c (out, ']');
}

char *
assay_graph_dot (const AssayGraphData *graph, const char *name)
{
  GString *out = g_string_new ("digraph ");

  dot_text (out, name ? name : "graph");
  g_string_append (out, " {\n");
  for (guint i = 0; i < graph->n_nodes; i++)
    {
      g_string_append_printf (out, "  %u", i);
      dot_columns (out, graph->node_columns, i);
      g_string_append (out, ";\n");
    }
  for (guint i = 0; i < graph->n_edges; i++)
    {
      g_string_append_printf (out, "  %u -> %u", graph->from[i], graph->to[i]);
      dot_columns (out, graph->edge_columns, i);
      g_string_append (out, ";\n");
    }
  g_string_append (out, "}\n");
  return g_string_free (out, FALSE);
}
