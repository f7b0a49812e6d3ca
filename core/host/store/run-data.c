/* SPDX-License-Identifier: Apache-2.0 */
#include "host/store/run-data.h"

#include "base/log/log.h"
#include "base/tensors/tensors.h"
#include "host/registry/json.h"
#include <math.h>
#include <string.h>

/* A file while it is read. */
typedef struct
{
  AssayRunDir *dir;
  const char *const *metrics;
  AssayRunData *data;
  GPtrArray *of_number; /* AssaySeriesData by the series' number in the log; NULL: not asked for */
  GHashTable *axes;     /* dimension -> GPtrArray of levels: the last `axis` event */
} Reader;

static void
series_free (gpointer data)
{
  AssaySeriesData *series = data;

  g_array_unref (series->label_list);
  g_array_unref (series->steps);
  g_array_unref (series->values);
  g_free (series);
}

static void
array_free (gpointer data)
{
  AssayArrayData *array = data;

  g_array_unref (array->label_list);
  g_ptr_array_unref (array->axes);
  g_ptr_array_unref (array->levels);
  g_free (array->values);
  g_free (array);
}

void
assay_run_data_free (AssayRunData *data)
{
  if (data == NULL)
    return;
  g_ptr_array_unref (data->series);
  g_ptr_array_unref (data->arrays);
  g_hash_table_unref (data->properties);
  g_ptr_array_unref (data->shared_stages);
  g_string_chunk_free (data->texts);
  g_free (data);
}

GArray *
assay_labels_parse (const char *labels, GStringChunk *texts)
{
  GArray *list = g_array_new (FALSE, FALSE, sizeof (AssayLabel));
  g_auto (GStrv) words = g_strsplit (labels, " ", -1);

  for (guint i = 0; words[i] != NULL; i++)
    {
      char *equals = strchr (words[i], '=');
      AssayLabel label;

      if (equals == NULL || equals == words[i])
        continue;
      *equals = '\0';
      label.dim = g_string_chunk_insert_const (texts, words[i]);
      label.level = g_string_chunk_insert_const (texts, equals + 1);
      g_array_append_val (list, label);
    }
  return list;
}

static gboolean
is_wanted (const Reader *r, const char *metric)
{
  return r->metrics == NULL || g_strv_contains (r->metrics, metric);
}

/* A label or an axis must not be what the host itself says of a run. */
static gboolean
check_dim (const Reader *r, const char *dim, const char *metric, GError **error)
{
  if (strcmp (dim, "seed") != 0 && strcmp (dim, "metric") != 0
      && (r->dir->parameters == NULL || !json_object_has_member (r->dir->parameters, dim)))
    return TRUE;
  g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_FAILED,
               "%s/metrics.alog: metric %s is labelled with %s, which is the run's own",
               r->dir->path, metric, dim);
  return FALSE;
}

static gboolean
check_labels (const Reader *r, const GArray *labels, const char *metric, GError **error)
{
  for (guint i = 0; i < labels->len; i++)
    if (!check_dim (r, g_array_index (labels, AssayLabel, i).dim, metric, error))
      return FALSE;
  return TRUE;
}

/* ---- Series ---- */

static gboolean
add_series (Reader *r, const AssayLogFrame *frame, GError **error)
{
  AssaySeriesData *series = NULL;

  if (is_wanted (r, frame->metric))
    {
      series = g_new0 (AssaySeriesData, 1);
      series->metric = g_string_chunk_insert_const (r->data->texts, frame->metric);
      series->labels
          = g_string_chunk_insert_const (r->data->texts, frame->labels ? frame->labels : "");
      series->label_list = assay_labels_parse (series->labels, r->data->texts);
      series->steps = g_array_new (FALSE, FALSE, sizeof (double));
      series->values = g_array_new (FALSE, FALSE, sizeof (double));
      g_ptr_array_add (r->data->series, series);
    }
  if (r->of_number->len <= frame->series)
    g_ptr_array_set_size (r->of_number, (int) frame->series + 1);
  r->of_number->pdata[frame->series] = series;
  return series == NULL || check_labels (r, series->label_list, series->metric, error);
}

static gboolean
add_observations (Reader *r, const AssayLogFrame *frame, GError **error)
{
  AssaySeriesData *series
      = frame->series < r->of_number->len ? r->of_number->pdata[frame->series] : NULL;
  double last;

  if (series == NULL)
    return TRUE;
  last = series->steps->len > 0 ? g_array_index (series->steps, double, series->steps->len - 1)
                                : -INFINITY;
  for (guint32 i = 0; i < frame->n; i++)
    {
      if (!(frame->steps[i] >= last) || isinf (frame->steps[i]))
        {
          g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_FAILED,
                       "%s/metrics.alog: the steps of %s fall, or are no numbers", r->dir->path,
                       series->metric);
          return FALSE;
        }
      if (frame->steps[i] == last)
        g_array_index (series->values, double, series->values->len - 1) = frame->values[i];
      else
        {
          g_array_append_val (series->steps, frame->steps[i]);
          g_array_append_val (series->values, frame->values[i]);
        }
      last = frame->steps[i];
    }
  return TRUE;
}

/* ---- Axes, properties, stages ---- */

static char *
level_text (JsonNode *node)
{
  if (!JSON_NODE_HOLDS_VALUE (node))
    return g_strdup ("");
  if (json_node_get_value_type (node) == G_TYPE_STRING)
    return json_node_dup_string (node);
  return assay_json_number (json_node_get_double (node));
}

static GPtrArray *
levels_of (JsonArray *array)
{
  GPtrArray *levels = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    g_ptr_array_add (levels, level_text (json_array_get_element (array, i)));
  return levels;
}

static void
add_axis (Reader *r, JsonObject *event)
{
  const char *dim = assay_json_text (event, "dim", NULL);
  JsonArray *names = assay_json_array (event, "names");

  if (dim != NULL)
    g_hash_table_insert (r->axes, g_strdup (dim),
                         levels_of (names ? names : assay_json_array (event, "numbers")));
}

static void
add_property (Reader *r, JsonObject *event)
{
  const char *item = assay_json_text (event, "item", NULL);
  const char *property = assay_json_text (event, "property", NULL);
  g_autoptr (GPtrArray) names = levels_of (assay_json_array (event, "names"));
  GPtrArray *levels = item != NULL ? g_hash_table_lookup (r->axes, item) : NULL;
  GHashTable *values;

  if (item == NULL || property == NULL)
    return;
  if (!(values = g_hash_table_lookup (r->data->properties, property)))
    {
      values = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
      g_hash_table_insert (r->data->properties, g_strdup (property), values);
    }
  for (guint i = 0; i < names->len && (levels == NULL || i < levels->len); i++)
    g_hash_table_insert (values,
                         levels != NULL ? g_strdup (levels->pdata[i]) : g_strdup_printf ("%u", i),
                         g_strdup (names->pdata[i]));
}

static void
add_stage (Reader *r, JsonObject *event)
{
  const char *name = assay_json_text (event, "name", NULL);

  if (name != NULL && !assay_json_bool (event, "per-seed", TRUE))
    g_ptr_array_add (r->data->shared_stages, g_strdup (name));
}

/* ---- Arrays ---- */

static double *
to_doubles (const AssayTensorView *view, gsize n)
{
  double *out = g_new (double, n);

  for (gsize i = 0; i < n; i++)
    switch (view->type)
      {
      case ASSAY_F32:
        out[i] = ((const float *) view->data)[i];
        break;
      case ASSAY_F64:
        out[i] = ((const double *) view->data)[i];
        break;
      case ASSAY_U8:
        out[i] = ((const guint8 *) view->data)[i] == G_MAXUINT8 ? NAN
                                                                : ((const guint8 *) view->data)[i];
        break;
      default:
        out[i] = ((const guint16 *) view->data)[i] == G_MAXUINT16
                     ? NAN
                     : ((const guint16 *) view->data)[i];
      }
  return out;
}

/* Levels of every axis as the file names them, else 0..n-1. */
static gboolean
read_axes (AssayArrayData *array, const AssayTensors *file, const AssayTensorView *view,
           const char *path, GError **error)
{
  for (guint i = 0; i < array->axes->len; i++)
    {
      g_autofree char *key = g_strconcat ("axis.", array->axes->pdata[i], NULL);
      const char *text = assay_tensors_metadata (file, key);
      g_autoptr (JsonNode) node = text != NULL ? assay_json_parse (text, -1, path, error) : NULL;
      GPtrArray *levels;

      if (text != NULL && node == NULL)
        return FALSE;
      levels = levels_of (node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node)
                                                                       : NULL);
      for (guint64 k = 0; text == NULL && k < view->shape[i]; k++)
        g_ptr_array_add (levels, g_strdup_printf ("%" G_GUINT64_FORMAT, k));
      g_ptr_array_add (array->levels, levels);
      if (levels->len == view->shape[i])
        continue;
      g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_FAILED,
                   "%s: axis %s has %u levels for %" G_GUINT64_FORMAT " cells", path,
                   (char *) array->axes->pdata[i], levels->len, (guint64) view->shape[i]);
      return FALSE;
    }
  return TRUE;
}

static gboolean
read_values (AssayArrayData *array, const char *path, GError **error)
{
  AssayTensorsError problem = { 0 };
  AssayTensors *file = assay_tensors_open (path, &problem);
  const AssayTensorView *view = file != NULL ? assay_tensors_find (file, "values") : NULL;
  gboolean ok = FALSE;

  if (file == NULL)
    g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_FAILED, "%s", problem.text);
  else if (view == NULL || view->type > ASSAY_U16 || view->n_dims != array->axes->len)
    g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_FAILED,
                 "%s: no tensor \"values\" of %u axes of a type that arrays have", path,
                 array->axes->len);
  else if (read_axes (array, file, view, path, error))
    {
      array->n = view->bytes / assay_type_size (view->type);
      array->values = to_doubles (view, array->n);
      ok = TRUE;
    }
  assay_tensors_free (file);
  return ok;
}

/* The file must be the one that the run wrote. */
static gboolean
check_file (const char *path, const char *sha256, GError **error)
{
  g_autofree char *found = assay_sha256_file (path, error);

  if (found == NULL || sha256 == NULL || strcmp (found, sha256) == 0)
    return found != NULL;
  g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_FAILED,
               "%s: damaged, its sha256 is not the one in the log", path);
  return FALSE;
}

static gboolean
add_array (Reader *r, JsonObject *event, GError **error)
{
  const char *metric = assay_json_text (event, "metric", ""), *axes;
  const char *name = assay_json_text (event, "file", "");
  g_autofree char *path = NULL;
  g_auto (GStrv) words = NULL;
  AssayArrayData *array;

  if (!is_wanted (r, metric))
    return TRUE;
  if (!(path = assay_run_dir_file (r->dir, name)))
    {
      g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_FAILED,
                   "%s/metrics.alog: the array of %s is said to lie outside of the run",
                   r->dir->path, metric);
      return FALSE;
    }
  array = g_new0 (AssayArrayData, 1);
  array->metric = g_string_chunk_insert_const (r->data->texts, metric);
  array->labels
      = g_string_chunk_insert_const (r->data->texts, assay_json_text (event, "labels", ""));
  array->label_list = assay_labels_parse (array->labels, r->data->texts);
  array->axes = g_ptr_array_new_with_free_func (g_free);
  array->levels = g_ptr_array_new_with_free_func ((GDestroyNotify) g_ptr_array_unref);
  g_ptr_array_add (r->data->arrays, array);
  axes = assay_json_text (event, "axes", "");
  words = g_strsplit (axes, " ", -1);
  for (guint i = 0; words[i] != NULL; i++)
    if (*words[i] != '\0')
      g_ptr_array_add (array->axes, g_strdup (words[i]));
  for (guint i = 0; i < array->axes->len; i++)
    if (!check_dim (r, array->axes->pdata[i], metric, error))
      return FALSE;
  return check_labels (r, array->label_list, metric, error)
         && check_file (path, assay_json_text (event, "sha256", NULL), error)
         && read_values (array, path, error);
}

/* ---- The log ---- */

static gboolean
add_event (Reader *r, const AssayLogFrame *frame, GError **error)
{
  static const char *const kinds[] = { "axis", "property", "stage", "array", NULL };
  g_autoptr (JsonNode) node = NULL;
  JsonObject *event;

  if (!g_strv_contains (kinds, frame->name))
    return TRUE;
  if (!(node = assay_json_parse (frame->text, -1, r->dir->path, error)))
    return FALSE;
  if (!JSON_NODE_HOLDS_OBJECT (node))
    return TRUE;
  event = json_node_get_object (node);
  if (strcmp (frame->name, "array") == 0)
    return add_array (r, event, error);
  if (strcmp (frame->name, "axis") == 0)
    add_axis (r, event);
  else if (strcmp (frame->name, "property") == 0)
    add_property (r, event);
  else
    add_stage (r, event);
  return TRUE;
}

static gboolean
read_frames (Reader *r, AssayLogReader *log, GError **error)
{
  AssayLogFrame frame;
  AssayLogError problem = { 0 };
  gboolean ok = TRUE;

  while (ok)
    switch (assay_log_next (log, &frame, &problem))
      {
      case ASSAY_LOG_SERIES:
        ok = add_series (r, &frame, error);
        break;
      case ASSAY_LOG_OBSERVATIONS:
        ok = add_observations (r, &frame, error);
        break;
      case ASSAY_LOG_EVENT:
        ok = add_event (r, &frame, error);
        break;
      case ASSAY_LOG_END:
        return TRUE;
      default:
        g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_FAILED, "%s", problem.text);
        return FALSE;
      }
  return FALSE;
}

AssayRunData *
assay_run_data_read (AssayRunDir *dir, const char *const *metrics, GError **error)
{
  g_autoptr (AssayRunData) data = g_new0 (AssayRunData, 1);
  g_autoptr (GPtrArray) of_number = g_ptr_array_new ();
  g_autoptr (GHashTable) axes
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_ptr_array_unref);
  Reader reader = { dir, metrics, data, of_number, axes };
  g_autofree char *path = assay_run_dir_file (dir, "metrics.alog");
  AssayLogError problem = { 0 };
  AssayLogReader *log;
  gboolean ok;

  data->series = g_ptr_array_new_with_free_func (series_free);
  data->arrays = g_ptr_array_new_with_free_func (array_free);
  data->properties = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                            (GDestroyNotify) g_hash_table_unref);
  data->shared_stages = g_ptr_array_new_with_free_func (g_free);
  data->texts = g_string_chunk_new (1024);
  /* A run that failed before it began has no log. */
  if (path != NULL && !g_file_test (path, G_FILE_TEST_EXISTS) && dir->state != ASSAY_DONE)
    return g_steal_pointer (&data);
  if (path == NULL)
    {
      g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_FAILED,
                   "%s/metrics.alog leads out of the run by a link", dir->path);
      return NULL;
    }
  if (!(log = assay_log_open (path, &problem)))
    {
      g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_FAILED, "%s", problem.text);
      return NULL;
    }
  ok = read_frames (&reader, log, error);
  assay_log_free (log);
  return ok ? g_steal_pointer (&data) : NULL;
}
