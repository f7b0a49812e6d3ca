/* SPDX-License-Identifier: Apache-2.0 */
#include "host/store/export-private.h"

#include "base/file/file.h"
#include "host/registry/json.h"
#include "host/store/index-private.h"
#include "host/store/run-data.h"
#include <errno.h>
#include <fcntl.h>
#include <gio/gunixoutputstream.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHUNK 65536

static const char *const format_names[ASSAY_N_EXPORTS] = { "csv", "jsonl", "json", "bundle" };

gboolean
assay_export_format (const char *name, AssayExportFormat *format, GError **error)
{
  for (guint i = 0; i < ASSAY_N_EXPORTS; i++)
    if (strcmp (name, format_names[i]) == 0)
      {
        *format = (AssayExportFormat) i;
        return TRUE;
      }
  g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_USAGE,
               "there is no export format '%s'; use csv, jsonl, json or bundle", name);
  return FALSE;
}

/* ---- Cells ---- */

typedef struct Exporter Exporter;

/* One cell, for the filter and for the line. */
typedef struct
{
  Exporter *e;
  const AssayRunDir *dir;
  const char *metric;
  GArray *labels; /* AssayLabel: labels, then axes but step */
  double step;    /* NaN: none */
  double value;
} Cell;

struct Exporter
{
  GOutputStream *out;
  GString *buffer;
  const AssayFilter *where;
  GPtrArray *params; /* char *: csv's columns */
  char *scratch;     /* of the filter's last look-up */
  void (*add_line) (Exporter *e, const Cell *cell);
};

static char *
parameter_text (const AssayRunDir *dir, const char *id)
{
  JsonNode *node = dir->parameters != NULL ? json_object_get_member (dir->parameters, id) : NULL;

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node))
    return NULL;
  if (json_node_get_value_type (node) == G_TYPE_STRING)
    return json_node_dup_string (node);
  return assay_json_canonical (node);
}

static const char *
cell_value (gpointer row, const char *key)
{
  const Cell *cell = row;
  Exporter *e = cell->e;

  g_clear_pointer (&e->scratch, g_free);
  if (strcmp (key, "run") == 0 || strcmp (key, "id") == 0)
    return cell->dir->id;
  if (strcmp (key, "study") == 0)
    return cell->dir->study;
  if (strcmp (key, "metric") == 0)
    return cell->metric;
  if (strcmp (key, "seed") == 0)
    return e->scratch = g_strdup_printf ("%" G_GUINT64_FORMAT, cell->dir->seed);
  if (strcmp (key, "step") == 0)
    return e->scratch = isnan (cell->step) ? NULL : assay_json_number (cell->step);
  if (strcmp (key, "value") == 0)
    return e->scratch = isnan (cell->value) ? NULL : assay_json_number (cell->value);
  for (guint i = 0; i < cell->labels->len; i++)
    if (strcmp (g_array_index (cell->labels, AssayLabel, i).dim, key) == 0)
      return g_array_index (cell->labels, AssayLabel, i).level;
  return e->scratch = parameter_text (cell->dir, key);
}

/* ---- Lines ---- */

static void
add_field (GString *out, const char *text)
{
  if (strpbrk (text, ",\"\r\n") == NULL)
    {
      g_string_append (out, text);
      return;
    }
  g_string_append_c (out, '"');
  for (; *text != '\0'; text++)
    {
      if (*text == '"')
        g_string_append_c (out, '"');
      g_string_append_c (out, *text);
    }
  g_string_append_c (out, '"');
}

static void
add_number (GString *out, double number)
{
  g_autofree char *text = isfinite (number) ? assay_json_number (number) : NULL;

  g_string_append (out, text != NULL ? text : isnan (number) ? "" : number > 0 ? "inf" : "-inf");
}

static void
add_labels_field (GString *out, const GArray *labels)
{
  g_autoptr (GString) words = g_string_new (NULL);

  for (guint i = 0; i < labels->len; i++)
    {
      const AssayLabel *label = &g_array_index (labels, AssayLabel, i);
      g_autofree char *dim = assay_filter_quote (label->dim);
      g_autofree char *level = assay_filter_quote (label->level);

      g_string_append_printf (words, "%s%s=%s", i > 0 ? " " : "", dim, level);
    }
  add_field (out, words->str);
}

static void
add_csv_line (Exporter *e, const Cell *cell)
{
  add_field (e->buffer, cell->dir->id);
  g_string_append_c (e->buffer, ',');
  add_field (e->buffer, cell->dir->study);
  g_string_append_printf (e->buffer, ",%" G_GUINT64_FORMAT, cell->dir->seed);
  for (guint i = 0; i < e->params->len; i++)
    {
      g_autofree char *text = parameter_text (cell->dir, e->params->pdata[i]);

      g_string_append_c (e->buffer, ',');
      add_field (e->buffer, text != NULL ? text : "");
    }
  g_string_append_c (e->buffer, ',');
  add_field (e->buffer, cell->metric);
  g_string_append_c (e->buffer, ',');
  add_labels_field (e->buffer, cell->labels);
  g_string_append_c (e->buffer, ',');
  add_number (e->buffer, cell->step);
  g_string_append_c (e->buffer, ',');
  add_number (e->buffer, cell->value);
  g_string_append (e->buffer, "\r\n");
}

static void
add_csv_header (Exporter *e)
{
  g_string_append (e->buffer, "run,study,seed");
  for (guint i = 0; i < e->params->len; i++)
    {
      g_autofree char *column = g_strconcat ("parameters.", e->params->pdata[i], NULL);

      g_string_append_c (e->buffer, ',');
      add_field (e->buffer, column);
    }
  g_string_append (e->buffer, ",metric,labels,step,value\r\n");
}

static JsonNode *
number_node (double number)
{
  return isfinite (number) ? json_node_init_double (json_node_alloc (), number)
                           : json_node_new (JSON_NODE_NULL);
}

static void
add_json_line (Exporter *e, const Cell *cell)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autofree char *line = NULL;
  JsonObject *object = json_object_new (), *labels = json_object_new ();

  for (guint i = 0; i < cell->labels->len; i++)
    json_object_set_string_member (labels, g_array_index (cell->labels, AssayLabel, i).dim,
                                   g_array_index (cell->labels, AssayLabel, i).level);
  json_object_set_object_member (object, "labels", labels);
  json_object_set_string_member (object, "metric", cell->metric);
  if (cell->dir->parameters != NULL)
    json_object_set_object_member (object, "parameters", json_object_ref (cell->dir->parameters));
  json_object_set_string_member (object, "run", cell->dir->id);
  json_object_set_int_member (object, "seed", (gint64) cell->dir->seed);
  json_object_set_member (object, "step", number_node (cell->step));
  json_object_set_string_member (object, "study", cell->dir->study);
  json_object_set_member (object, "value", number_node (cell->value));
  json_node_take_object (node, object);
  line = assay_json_canonical (node);
  g_string_append_printf (e->buffer, "%s\n", line);
}

/* ---- Runs ---- */

static gboolean
flush (Exporter *e, gsize at_least, GError **error)
{
  if (e->buffer->len < at_least)
    return TRUE;
  if (!g_output_stream_write_all (e->out, e->buffer->str, e->buffer->len, NULL, NULL, error))
    return FALSE;
  g_string_set_size (e->buffer, 0);
  return TRUE;
}

static gboolean
add_cell (Exporter *e, const Cell *cell, GError **error)
{
  if (e->where != NULL && !assay_filter_match (e->where, cell_value, (gpointer) cell))
    return TRUE;
  e->add_line (e, cell);
  return flush (e, CHUNK, error);
}

static gboolean
add_series (Exporter *e, const AssayRunDir *dir, const AssaySeriesData *series, GError **error)
{
  Cell cell = { .e = e, .dir = dir, .metric = series->metric, .labels = series->label_list };

  for (guint i = 0; i < series->steps->len; i++)
    {
      cell.step = g_array_index (series->steps, double, i);
      cell.value = g_array_index (series->values, double, i);
      if (!add_cell (e, &cell, error))
        return FALSE;
    }
  return TRUE;
}

/* Puts the levels of cell number @index behind the labels. */
static void
set_axes (Cell *cell, const AssayArrayData *array, gsize index)
{
  g_array_set_size (cell->labels, array->label_list->len + array->axes->len);
  cell->step = NAN;
  for (guint a = array->axes->len; a-- > 0;)
    {
      const GPtrArray *levels = array->levels->pdata[a];
      AssayLabel *label = &g_array_index (cell->labels, AssayLabel, array->label_list->len + a);

      *label = (AssayLabel){ array->axes->pdata[a], levels->pdata[index % levels->len] };
      if (strcmp (label->dim, "step") == 0)
        cell->step = g_ascii_strtod (label->level, NULL);
      index /= levels->len;
    }
  for (guint i = array->label_list->len; i < cell->labels->len; i++)
    if (strcmp (g_array_index (cell->labels, AssayLabel, i).dim, "step") == 0)
      {
        g_array_remove_index (cell->labels, i);
        break;
      }
}

static gboolean
add_array (Exporter *e, const AssayRunDir *dir, const AssayArrayData *array, GError **error)
{
  g_autoptr (GArray) labels = g_array_copy (array->label_list);
  Cell cell = { .e = e, .dir = dir, .metric = array->metric, .labels = labels };

  for (gsize i = 0; i < array->n; i++)
    {
      set_axes (&cell, array, i);
      cell.value = array->values[i];
      if (!add_cell (e, &cell, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
add_run (Exporter *e, AssayRunDir *dir, GError **error)
{
  g_autoptr (AssayRunData) data = assay_run_data_read (dir, NULL, error);

  if (data == NULL)
    return FALSE;
  for (guint i = 0; i < data->series->len; i++)
    if (!add_series (e, dir, data->series->pdata[i], error))
      return FALSE;
  for (guint i = 0; i < data->arrays->len; i++)
    if (!add_array (e, dir, data->arrays->pdata[i], error))
      return FALSE;
  return TRUE;
}

static int
compare_texts (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* Parameters of any of the runs, sorted; texts belong to the runs. */
static GPtrArray *
all_params (GPtrArray *dirs)
{
  GPtrArray *params = g_ptr_array_new ();
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < dirs->len; i++)
    {
      const AssayRunDir *dir = dirs->pdata[i];
      g_autoptr (GList) members
          = dir->parameters != NULL ? json_object_get_members (dir->parameters) : NULL;

      for (GList *m = members; m != NULL; m = m->next)
        if (g_hash_table_add (seen, m->data))
          g_ptr_array_add (params, m->data);
    }
  if (params->len > 0)
    qsort (params->pdata, params->len, sizeof (gpointer), compare_texts);
  return params;
}

static gboolean
export_cells (GPtrArray *dirs, gboolean csv, const AssayFilter *where, GOutputStream *out,
              GError **error)
{
  g_autoptr (GString) buffer = g_string_new (NULL);
  g_autoptr (GPtrArray) params = all_params (dirs);
  Exporter e = { out, buffer, where, params, NULL, csv ? add_csv_line : add_json_line };
  gboolean ok = TRUE;

  if (csv)
    add_csv_header (&e);
  for (guint i = 0; ok && i < dirs->len; i++)
    ok = add_run (&e, dirs->pdata[i], error);
  ok = ok && flush (&e, 0, error);
  g_free (e.scratch);
  return ok;
}

static gboolean
export_rows (GPtrArray *dirs, GOutputStream *out, GError **error)
{
  g_autoptr (GString) text = g_string_new ("[");

  for (guint i = 0; i < dirs->len; i++)
    {
      g_autoptr (GStringChunk) texts = g_string_chunk_new (1024);
      g_autoptr (JsonNode) node = NULL;
      g_autofree char *json = NULL;
      AssayRunRow row;

      if (!assay_run_row_read (dirs->pdata[i], texts, &row, error))
        return FALSE;
      node = assay_run_row_json (&row);
      json = assay_json_canonical (node);
      g_string_append_printf (text, "%s%s", i > 0 ? ",\n" : "", json);
      assay_run_row_clear (&row);
    }
  g_string_append (text, "]\n");
  return g_output_stream_write_all (out, text->str, text->len, NULL, NULL, error);
}

gboolean
assay_export (AssayWorkspace *workspace, const char *const *ids, AssayExportFormat format,
              const AssayFilter *where, GOutputStream *out, GError **error)
{
  g_autoptr (GPtrArray) dirs = g_ptr_array_new_with_free_func ((GDestroyNotify) assay_run_dir_free);

  for (guint i = 0; ids[i] != NULL; i++)
    {
      AssayRunDir *dir = assay_run_dir_open (workspace, ids[i], error);

      if (dir == NULL)
        return FALSE;
      g_ptr_array_add (dirs, dir);
    }
  if (format == ASSAY_EXPORT_BUNDLE)
    return assay_export_bundle (workspace, dirs, out, error);
  if (format == ASSAY_EXPORT_JSON)
    return export_rows (dirs, out, error);
  return export_cells (dirs, format == ASSAY_EXPORT_CSV, where, out, error);
}

/* ---- Into a file ---- */

static gboolean
fail_file (const char *path, GError **error)
{
  g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_FAILED, "%s could not be written: %s", path,
               g_strerror (errno));
  return FALSE;
}

static gboolean
export_to_fd (AssayWorkspace *workspace, const char *const *ids, AssayExportFormat format,
              const AssayFilter *where, int fd, GError **error)
{
  g_autoptr (GOutputStream) out = g_unix_output_stream_new (fd, FALSE);

  return assay_export (workspace, ids, format, where, out, error)
         && g_output_stream_close (out, NULL, error);
}

gboolean
assay_export_file (AssayWorkspace *workspace, const char *const *ids, AssayExportFormat format,
                   const AssayFilter *where, const char *path, GError **error)
{
  g_autofree char *part = NULL;
  struct stat st;
  gboolean ok, direct;
  int fd;

  if (path == NULL || strcmp (path, "-") == 0)
    return export_to_fd (workspace, ids, format, where, STDOUT_FILENO, error);
  /* A pipe or a device is written to, not replaced. */
  direct = stat (path, &st) == 0 && !S_ISREG (st.st_mode);
  part = g_strconcat (path, ".XXXXXX", NULL);
  fd = direct ? open (path, O_WRONLY | O_CLOEXEC)
              : g_mkstemp_full (part, O_WRONLY | O_CLOEXEC, 0666);
  if (fd < 0)
    return fail_file (path, error);
  ok = export_to_fd (workspace, ids, format, where, fd, error);
  if (ok && !direct && assay_file_sync (fd) < 0)
    ok = fail_file (path, error);
  if (close (fd) < 0 && ok)
    ok = fail_file (path, error);
  if (ok && !direct && assay_file_rename (part, path) < 0)
    ok = fail_file (path, error);
  if (!ok && !direct)
    g_unlink (part);
  return ok;
}
