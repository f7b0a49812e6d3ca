/* SPDX-License-Identifier: Apache-2.0
 *
 * Artifacts: tables, graphs, pictures, and files of the study's own.  Formats: DESIGN.md.
 */
#include "base/file/file.h"
#include "base/tensors/tensors.h"
#include "host/registry/json.h"
#include "host/run/runner.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

#define MAX_PICTURE 16384 /* pixels a side */
#define MAX_COLUMNS 1000

gboolean
assay_runner_check_name (AssayRunner *runner, const char *what, const char *name)
{
  static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
  g_autofree char *shown = NULL;

  if (name && *name && *name != '.' && strlen (name) <= 100
      && strspn (name, allowed) == strlen (name))
    return TRUE;
  shown = g_utf8_make_valid (name ? name : "", name ? (gssize) MIN (strlen (name), 60) : 0);
  assay_runner_fail (runner,
                     "%s: \"%s\" cannot be a name: letters, digits, '.', '_' and '-', at most 100, "
                     "not beginning with '.'",
                     what, shown);
  return FALSE;
}

gboolean
assay_runner_describe_file (AssayRunner *runner, JsonObject *event, const char *file)
{
  g_autofree char *path = g_build_filename (runner->dir, file, NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *hash = NULL;
  GStatBuf st;

  if (g_lstat (path, &st) != 0 || !S_ISREG (st.st_mode))
    {
      assay_runner_fail (runner, "%s is not a file that can be read back", path);
      return FALSE;
    }
  hash = assay_sha256_file (path, &error);
  if (!hash)
    {
      assay_runner_fail (runner, "%s", error->message);
      return FALSE;
    }
  json_object_set_string_member (event, "file", file);
  json_object_set_int_member (event, "bytes", (gint64) st.st_size);
  json_object_set_string_member (event, "sha256", hash);
  return TRUE;
}

static void
log_artifact (AssayRunner *runner, const char *kind, const char *name, const char *file)
{
  g_autoptr (JsonObject) event = json_object_new ();

  json_object_set_string_member (event, "kind", kind);
  json_object_set_string_member (event, "name", name);
  if (assay_runner_describe_file (runner, event, file))
    assay_runner_event (runner, "artifact", event, FALSE);
}

/** The relative file of a new artifact; NULL: the run has failed. */
static char *
claim (AssayRunner *runner, const char *what, const char *name, const char *ending)
{
  g_autofree char *file = NULL;

  if (!assay_runner_may_write (runner, what) || !assay_runner_check_name (runner, what, name))
    return NULL;
  file = g_strdup_printf ("artifacts/%s%s", name, ending);
  if (g_hash_table_add (runner->written, g_strdup (file)))
    return g_steal_pointer (&file);
  assay_runner_fail (runner, "%s: \"%s\" was written before", what, name);
  return NULL;
}

static gboolean
write_json (AssayRunner *runner, const char *file, JsonObject *object)
{
  g_autofree char *path = g_build_filename (runner->dir, file, NULL);
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autofree char *text = NULL;

  json_node_set_object (node, object);
  text = assay_json_canonical (node);
  if (!assay_runner_count (runner, strlen (text)))
    return FALSE;
  if (!assay_file_replace (path, text, strlen (text)))
    assay_runner_fail (runner, "cannot write %s: %s", path, g_strerror (errno));
  return runner->failure == NULL;
}

/* ---- tables ---- */

static JsonArray *
texts_array (const char *const *texts, uint32_t n)
{
  JsonArray *array = json_array_sized_new (n);

  for (uint32_t i = 0; i < n; i++)
    {
      g_autofree char *text = g_utf8_make_valid (texts[i] ? texts[i] : "", -1);

      json_array_add_string_element (array, text);
    }
  return array;
}

static gboolean
check_column (AssayRunner *runner, const char *name, const AssayColumn *column, uint32_t n)
{
  if (!column->id || !g_utf8_validate (column->id, -1, NULL)
      || (n && !column->numbers == !column->texts))
    assay_runner_fail (runner, "%s: every column needs an id, and numbers or texts", name);
  return runner->failure == NULL;
}

static JsonObject *
column_object (const AssayColumn *column, uint32_t n)
{
  JsonObject *object = json_object_new ();
  JsonArray *numbers;

  json_object_set_string_member (object, "id", column->id);
  if (column->texts)
    {
      json_object_set_array_member (object, "texts", texts_array (column->texts, n));
      return object;
    }
  numbers = json_array_sized_new (n);
  for (uint32_t i = 0; i < n; i++)
    json_array_add_double_element (numbers, column->numbers[i]);
  json_object_set_array_member (object, "numbers", numbers);
  return object;
}

void
assay_host_table_artifact (AssayRun *run, const char *name, const AssayColumn *columns,
                           uint32_t n_columns, uint32_t n_rows)
{
  AssayRunner *runner = assay_runner_of (run);
  g_autofree char *file = claim (runner, "table", name, ".table.json");
  g_autoptr (JsonObject) object = json_object_new ();
  JsonArray *list = json_array_new ();

  json_object_set_int_member (object, "format", 1);
  json_object_set_int_member (object, "rows", n_rows);
  json_object_set_array_member (object, "columns", list);
  if (!file)
    return;
  if (n_columns > MAX_COLUMNS || n_rows > 10000000)
    assay_runner_fail (runner, "table %s: at most %d columns and 10 million rows", name,
                       MAX_COLUMNS);
  for (uint32_t i = 0; i < n_columns && !runner->failure; i++)
    if (check_column (runner, name, &columns[i], n_rows))
      json_array_add_object_element (list, column_object (&columns[i], n_rows));
  if (!runner->failure && write_json (runner, file, object))
    log_artifact (runner, "table", name, file);
}

/* ---- graphs ---- */

#define MAX_TENSORS (2 * MAX_COLUMNS + 4)

/** Tensors of a graph's file while they are collected. */
typedef struct
{
  AssayTensorView views[MAX_TENSORS];
  guint n;
  guint64 bytes;
  GPtrArray *names;
} Tensors;

static void
add_tensor (Tensors *tensors, const char *name, uint32_t type, guint n_dims, const guint64 *shape,
            const void *data)
{
  AssayTensorView *view = &tensors->views[tensors->n];
  char *kept = g_strdup (name);

  g_ptr_array_add (tensors->names, kept);
  *view = (AssayTensorView){ .name = kept, .type = type, .n_dims = n_dims, .data = data };
  view->bytes = assay_type_size (type);
  for (guint i = 0; i < n_dims; i++)
    {
      view->shape[i] = shape[i];
      view->bytes *= shape[i];
    }
  tensors->bytes += view->bytes;
  tensors->n += view->bytes > 0;
}

static void
add_columns (AssayRunner *runner, const char *what, const AssayTable *table, guint64 n,
             JsonArray *list, Tensors *tensors)
{
  const char *row = table->rows;

  if (table->n > MAX_COLUMNS)
    assay_runner_fail (runner, "graph: at most %d columns", MAX_COLUMNS);
  for (guint i = 0; i < table->n && !runner->failure; i++, row += table->stride)
    {
      const AssayColumn *column = (const AssayColumn *) row;
      g_autofree char *name = NULL;
      JsonObject *object;

      if (!check_column (runner, "graph", column, (uint32_t) n))
        return;
      object = json_object_new ();
      json_object_set_string_member (object, "id", column->id);
      if (column->texts)
        json_object_set_array_member (object, "texts", texts_array (column->texts, (uint32_t) n));
      else
        {
          name = g_strdup_printf ("%s.%u", what, i);
          json_object_set_string_member (object, "tensor", name);
          add_tensor (tensors, name, ASSAY_F64, 1, &n, column->numbers);
        }
      json_array_add_object_element (list, object);
    }
}

static gboolean
check_graph (AssayRunner *runner, const char *name, const AssayGraph *graph)
{
  if (graph->n_nodes > 50000000 || graph->n_edges > 50000000
      || (graph->n_edges && (!graph->from || !graph->to)))
    assay_runner_fail (runner, "graph %s: at most 50 million nodes and edges, with both ends",
                       name);
  for (uint32_t i = 0; !runner->failure && i < graph->n_edges; i++)
    if (graph->from[i] >= graph->n_nodes || graph->to[i] >= graph->n_nodes)
      assay_runner_fail (runner, "graph %s: edge %u leads to a node that there is not", name, i);
  if (graph->n_pictures
      && (!graph->pictures || !graph->picture_of || graph->picture_width - 1 >= MAX_PICTURE
          || graph->picture_height - 1 >= MAX_PICTURE))
    assay_runner_fail (runner, "graph %s: pictures have 1 to %d pixels a side and a node each",
                       name, MAX_PICTURE);
  for (uint32_t i = 0; !runner->failure && graph->n_pictures && i < graph->n_nodes; i++)
    if (graph->picture_of[i] < -1 || graph->picture_of[i] >= (int64_t) graph->n_pictures)
      assay_runner_fail (runner, "graph %s: node %u has a picture that there is not", name, i);
  return runner->failure == NULL;
}

static void
add_structure (const AssayGraph *graph, Tensors *tensors)
{
  const guint64 nodes = graph->n_nodes, edges = graph->n_edges;
  const guint64 pictures[] = { graph->n_pictures, graph->picture_height, graph->picture_width, 3 };

  add_tensor (tensors, "from", ASSAY_U32, 1, &edges, graph->from);
  add_tensor (tensors, "to", ASSAY_U32, 1, &edges, graph->to);
  if (graph->n_pictures)
    {
      add_tensor (tensors, "picture-of", ASSAY_I32, 1, &nodes, graph->picture_of);
      add_tensor (tensors, "pictures", ASSAY_U8, 4, pictures, graph->pictures);
    }
}

void
assay_host_graph (AssayRun *run, const char *name, const AssayGraph *graph)
{
  AssayRunner *runner = assay_runner_of (run);
  g_autofree char *file = claim (runner, "graph", name, ".graph.json");
  g_autofree char *data_name = g_strdup_printf ("%s.graph.safetensors", name ? name : "");
  g_autofree char *path = g_build_filename (runner->dir, "artifacts", data_name, NULL);
  g_autofree char *hash = NULL;
  g_autofree Tensors *tensors = g_new0 (Tensors, 1);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (JsonObject) object = json_object_new ();
  JsonArray *nodes = json_array_new (), *edges = json_array_new ();
  AssayTensorsError error;

  json_object_set_array_member (object, "node-columns", nodes);
  json_object_set_array_member (object, "edge-columns", edges);
  if (!file || !check_graph (runner, name, graph))
    return;
  tensors->names = names;
  add_structure (graph, tensors);
  add_columns (runner, "node", &graph->nodes, graph->n_nodes, nodes, tensors);
  add_columns (runner, "edge", &graph->edges, graph->n_edges, edges, tensors);
  if (runner->failure || !assay_runner_count (runner, tensors->bytes))
    return;
  if (!assay_tensors_write (path, tensors->views, tensors->n, NULL, 0, &error))
    {
      assay_runner_fail (runner, "graph %s: %s", name, error.text);
      return;
    }
  hash = assay_sha256_file (path, NULL);
  json_object_set_int_member (object, "format", 1);
  json_object_set_int_member (object, "nodes", graph->n_nodes);
  json_object_set_int_member (object, "edges", graph->n_edges);
  json_object_set_int_member (object, "pictures", graph->n_pictures);
  json_object_set_string_member (object, "data", data_name);
  json_object_set_string_member (object, "data-sha256", hash ? hash : "");
  g_hash_table_add (runner->written, g_strdup_printf ("artifacts/%s", data_name));
  if (write_json (runner, file, object))
    log_artifact (runner, "graph", name, file);
}

/* ---- pictures and files ---- */

void
assay_host_picture (AssayRun *run, const char *name, uint32_t width, uint32_t height,
                    const uint8_t *rgb)
{
  AssayRunner *runner = assay_runner_of (run);
  g_autofree char *file = claim (runner, "picture", name, ".ppm");
  g_autofree char *path = file ? g_build_filename (runner->dir, file, NULL) : NULL;
  g_autofree char *header = g_strdup_printf ("P6\n%u %u\n255\n", width, height);
  const gsize size = (gsize) width * height * 3;
  const AssayFilePart parts[] = { { header, strlen (header) }, { rgb, size } };

  if (!file)
    return;
  if (width - 1 >= MAX_PICTURE || height - 1 >= MAX_PICTURE || !rgb)
    assay_runner_fail (runner, "picture %s: it must have 1 to %d pixels a side", name, MAX_PICTURE);
  else if (assay_runner_count (runner, size)
           && !assay_file_replace_parts (path, parts, G_N_ELEMENTS (parts)))
    assay_runner_fail (runner, "cannot write %s: %s", path, g_strerror (errno));
  if (!runner->failure)
    log_artifact (runner, "picture", name, file);
}

const char *
assay_host_file (AssayRun *run, const char *name)
{
  AssayRunner *runner = assay_runner_of (run);
  g_autofree char *file = NULL;

  g_clear_pointer (&runner->file_path, g_free);
  if (!assay_runner_may_write (runner, "assay_file")
      || !assay_runner_check_name (runner, "file", name))
    return NULL;
  file = g_strdup_printf ("artifacts/%s", name);
  /* The same file may be asked for and written again; others' may not. */
  if (!g_hash_table_contains (runner->files, name)
      && !g_hash_table_add (runner->written, g_strdup (file)))
    {
      assay_runner_fail (runner, "file: \"%s\" was written before", name);
      return NULL;
    }
  if (!g_hash_table_contains (runner->files, name))
    g_hash_table_insert (runner->files, g_strdup (name), NULL);
  runner->file_path = g_build_filename (runner->dir, file, NULL);
  return runner->file_path;
}

static int
compare_texts (gconstpointer a, gconstpointer b)
{
  return strcmp (a, b);
}

/** What became of the files that the study was given to write. */
static void
settle_files (AssayRunner *runner)
{
  /* Sorted, and by pointers into the table, which only values change in. */
  GList *names = g_list_sort (g_hash_table_get_keys (runner->files), compare_texts);

  for (GList *l = names; l && !runner->failure; l = l->next)
    {
      g_autofree char *file = g_strdup_printf ("artifacts/%s", (const char *) l->data);
      g_autofree char *path = g_build_filename (runner->dir, file, NULL);
      gsize counted = GPOINTER_TO_SIZE (g_hash_table_lookup (runner->files, l->data)), size;
      GStatBuf st;

      if (g_lstat (path, &st) != 0) /* asked for, not written yet */
        continue;
      size = (gsize) st.st_size;
      g_hash_table_insert (runner->files, g_strdup (l->data), GSIZE_TO_POINTER (size));
      if (assay_runner_count (runner, size > counted ? size - counted : 0))
        log_artifact (runner, "file", l->data, file);
    }
  g_list_free (names);
}

void
assay_runner_settle_files (AssayRunner *runner)
{
  assay_runner_settle_samples (runner);
  settle_files (runner);
}
