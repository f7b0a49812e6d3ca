/* SPDX-License-Identifier: Apache-2.0
 *
 * Arrays with their axes and properties, and samples.
 */
#include "base/file/file.h"
#include "base/tensors/tensors.h"
#include "host/registry/json.h"
#include "host/run/runner.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_ARRAY (G_GUINT64_CONSTANT (256) << 20)
#define MAX_RUN (G_GUINT64_CONSTANT (1) << 30)
#define MAX_LEVELS 10000000
#define MAX_SAMPLE (1 << 20)

gboolean
assay_runner_count (AssayRunner *runner, guint64 bytes)
{
  runner->bytes += bytes;
  if (runner->bytes > MAX_RUN)
    assay_runner_fail (runner, "the run wrote more than 1 GB of arrays, samples and artifacts");
  return runner->failure == NULL;
}

/* ---- axes ---- */

static const AssayDim *
declared_dim (AssayRunner *runner, const char *what, const char *id)
{
  const AssayDim *dim = id ? assay_study_dim (runner->study, id) : NULL;

  if (!dim)
    assay_runner_fail (runner, "%s: the study declares no dimension \"%s\"", what, id ? id : "");
  return dim;
}

static JsonArray *
names_array (const char *const *names, uint32_t n)
{
  JsonArray *array = json_array_sized_new (n);

  for (uint32_t i = 0; i < n; i++)
    {
      g_autofree char *name = g_utf8_make_valid (names[i] ? names[i] : "", -1);

      json_array_add_string_element (array, name);
    }
  return array;
}

static JsonArray *
numbers_array (const double *numbers, uint32_t n)
{
  JsonArray *array = json_array_sized_new (n);

  for (uint32_t i = 0; i < n; i++)
    json_array_add_double_element (array, numbers[i]);
  return array;
}

static gboolean
all_distinct (const char *const *names, uint32_t n)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (uint32_t i = 0; i < n; i++)
    if (names[i] && !g_hash_table_add (seen, (gpointer) names[i]))
      return FALSE;
  return TRUE;
}

void
assay_host_axis (AssayRun *run, const char *id, const char *const *names, const double *numbers,
                 uint32_t n)
{
  AssayRunner *runner = assay_runner_of (run);
  const AssayDim *dim;
  g_autoptr (JsonObject) event = NULL;
  JsonArray *levels;
  JsonNode *node;

  if (!assay_runner_may_write (runner, "assay_axis") || !(dim = declared_dim (runner, "axis", id)))
    return;
  if (n > MAX_LEVELS || (!names) == (!numbers))
    {
      assay_runner_fail (runner, "axis %s: give names or numbers, at most %d", id, MAX_LEVELS);
      return;
    }
  for (uint32_t i = 0; numbers && i < n; i++)
    if (!isfinite (numbers[i]))
      {
        assay_runner_fail (runner, "axis %s: number %u is not finite", id, i);
        return;
      }
  if (names && !all_distinct (names, n))
    {
      assay_runner_fail (runner, "axis %s: a name stands twice", id);
      return;
    }
  levels = names ? names_array (names, n) : numbers_array (numbers, n);
  node = json_node_new (JSON_NODE_ARRAY);
  json_node_take_array (node, levels);
  g_hash_table_replace (runner->axes, g_strdup (dim->id), node);
  event = json_object_new ();
  json_object_set_string_member (event, "dim", dim->id);
  json_object_set_array_member (event, names ? "names" : "numbers", json_array_ref (levels));
  assay_runner_event (runner, "axis", event, FALSE);
}

void
assay_host_property (AssayRun *run, const char *item, const char *property,
                     const char *const *names, uint32_t n)
{
  AssayRunner *runner = assay_runner_of (run);
  const AssayDim *dim;
  JsonNode *axis;
  g_autoptr (JsonObject) event = NULL;

  if (!assay_runner_may_write (runner, "assay_property") || !declared_dim (runner, "property", item)
      || !(dim = declared_dim (runner, "property", property)))
    return;
  axis = g_hash_table_lookup (runner->axes, item);
  if (g_strcmp0 (dim->of, item) != 0)
    assay_runner_fail (runner, "property: %s is not declared as a property of %s", property, item);
  else if (!names || n > MAX_LEVELS)
    assay_runner_fail (runner, "property %s: give one name for each %s", property, item);
  else if (axis && json_array_get_length (json_node_get_array (axis)) != n)
    assay_runner_fail (runner, "property %s: %u values for %u levels of %s", property, n,
                       json_array_get_length (json_node_get_array (axis)), item);
  if (runner->failure)
    return;
  event = json_object_new ();
  json_object_set_string_member (event, "item", item);
  json_object_set_string_member (event, "property", property);
  json_object_set_array_member (event, "names", names_array (names, n));
  assay_runner_event (runner, "property", event, FALSE);
}

/* ---- arrays ---- */

static const char *const TYPE_NAMES[] = { "f32", "f64", "u8", "u16", "u32", "i32" };

static gboolean
type_is_allowed (uint32_t type)
{
  return type == ASSAY_F32 || type == ASSAY_F64 || type == ASSAY_U8 || type == ASSAY_U16;
}

/** Levels of an axis as JSON text; NULL: the run has failed. */
static char *
axis_levels (AssayRunner *runner, const AssayMetric *metric, const AssayDim *dim, guint64 n)
{
  JsonNode *axis = g_hash_table_lookup (runner->axes, dim->id);
  g_autoptr (JsonNode) made = NULL;
  g_auto (GStrv) values = assay_words (dim->values);
  guint n_values = g_strv_length (values);
  guint64 known = axis ? json_array_get_length (json_node_get_array (axis)) : n;

  if (!axis && dim->same_as)
    axis = g_hash_table_lookup (runner->axes, dim->same_as);
  if (axis && (known = json_array_get_length (json_node_get_array (axis))) != n)
    {
      assay_runner_fail (runner,
                         "array %s: axis %s is %" G_GUINT64_FORMAT
                         " long, but assay_axis gave it %" G_GUINT64_FORMAT " levels",
                         metric->id, dim->id, n, known);
      return NULL;
    }
  if (!axis && n_values && n_values != n)
    {
      assay_runner_fail (runner,
                         "array %s: axis %s is %" G_GUINT64_FORMAT
                         " long, but %s is declared with %u values",
                         metric->id, dim->id, n, dim->id, n_values);
      return NULL;
    }
  if (!axis)
    {
      JsonArray *levels = n_values ? names_array ((const char *const *) values, n_values)
                                   : json_array_sized_new ((guint) n);

      for (guint64 i = 0; !n_values && i < n; i++)
        json_array_add_int_element (levels, (gint64) i);
      axis = made = json_node_new (JSON_NODE_ARRAY);
      json_node_take_array (made, levels);
    }
  return assay_json_canonical (axis);
}

/** Axes and labels together are the metric's dimensions, each once. */
static gboolean
check_dims (AssayRunner *runner, const AssayMetric *metric, GStrv axes, const char *labels)
{
  g_auto (GStrv) dims = assay_words (metric->dims);
  g_autofree char *spaced = g_strdup_printf (" %s", labels);

  for (guint i = 0; axes[i]; i++)
    {
      g_autofree char *pair = g_strdup_printf (" %s=", axes[i]);

      if (!g_strv_contains ((const char *const *) dims, axes[i]))
        assay_runner_fail (runner, "array %s: it is not declared over %s", metric->id, axes[i]);
      else if (strstr (spaced, pair)
               || g_strv_contains ((const char *const *) axes + i + 1, axes[i]))
        assay_runner_fail (runner, "array %s: %s stands twice", metric->id, axes[i]);
    }
  for (guint i = 0; dims[i]; i++)
    {
      g_autofree char *pair = g_strdup_printf (" %s=", dims[i]);

      if (!g_strv_contains ((const char *const *) axes, dims[i]) && !strstr (spaced, pair))
        assay_runner_fail (runner, "array %s: it is declared over %s: give it as axis or label",
                           metric->id, dims[i]);
    }
  return runner->failure == NULL;
}

/** Elements of the shape; 0: too many, or none. */
static guint64
shape_size (const uint64_t *shape, guint n)
{
  guint64 size = 1;

  for (guint i = 0; i < n; i++)
    {
      if (shape[i] == 0 || shape[i] > MAX_ARRAY / size)
        return 0;
      size *= shape[i];
    }
  return size;
}

static char *
array_file (AssayRunner *runner, const char *metric)
{
  for (guint n = 1;; n++)
    {
      g_autofree char *file = n == 1 ? g_strdup_printf ("arrays/%s.safetensors", metric)
                                     : g_strdup_printf ("arrays/%s.%u.safetensors", metric, n);

      if (g_hash_table_add (runner->written, g_strdup (file)))
        return g_steal_pointer (&file);
    }
}

/** What array() was asked, checked. */
typedef struct
{
  const AssayMetric *metric;
  char *labels;
  GStrv axes;
  guint n_axes;
  guint64 bytes;
} ArrayRequest;

static gboolean
check_array (AssayRunner *runner, const char *id, const char *labels, const char *axes,
             const uint64_t *shape, uint32_t type, ArrayRequest *request)
{
  g_autofree char *problem = NULL;
  guint64 size;

  request->metric = id ? assay_study_metric (runner->study, id) : NULL;
  if (!request->metric || request->metric->of)
    {
      assay_runner_fail (runner, "array: \"%s\" is no observed metric of the study", id ? id : "");
      return FALSE;
    }
  request->axes = assay_words (axes);
  request->n_axes = g_strv_length (request->axes);
  request->labels = assay_labels_canonical (runner->study, NULL, labels, &problem);
  if (!request->labels)
    assay_runner_fail (runner, "array %s: %s", id, problem);
  else if (!type_is_allowed (type))
    assay_runner_fail (runner, "array %s: the type must be F32, F64, U8 or U16", id);
  else if (request->n_axes > ASSAY_TENSOR_MAX_DIMS || (request->n_axes && !shape))
    assay_runner_fail (runner, "array %s: at most %d axes, with their lengths", id,
                       ASSAY_TENSOR_MAX_DIMS);
  if (runner->failure || !check_dims (runner, request->metric, request->axes, request->labels))
    return FALSE;
  size = shape_size (shape, request->n_axes);
  request->bytes = size * assay_type_size (type);
  if (!size || request->bytes > MAX_ARRAY)
    assay_runner_fail (runner, "array %s: it must have 1 byte to 256 MB", id);
  return runner->failure == NULL;
}

static gboolean
write_array (AssayRunner *runner, const ArrayRequest *request, const uint64_t *shape, uint32_t type,
             const void *data, const char *file)
{
  AssayTensorView tensor
      = { .name = "values", .type = type, .n_dims = request->n_axes, .data = data };
  AssayTensorsEntry metadata[3 + ASSAY_TENSOR_MAX_DIMS];
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *axes = g_strjoinv (" ", request->axes);
  g_autofree char *path = g_build_filename (runner->dir, file, NULL);
  AssayTensorsError error;

  tensor.bytes = request->bytes;
  metadata[0] = (AssayTensorsEntry){ "metric", request->metric->id };
  metadata[1] = (AssayTensorsEntry){ "labels", request->labels };
  metadata[2] = (AssayTensorsEntry){ "axes", axes };
  for (guint i = 0; i < request->n_axes; i++)
    {
      const AssayDim *dim = assay_study_dim (runner->study, request->axes[i]);
      char *levels = axis_levels (runner, request->metric, dim, shape[i]);
      char *key = g_strdup_printf ("axis.%s", request->axes[i]);

      g_ptr_array_add (texts, key);
      g_ptr_array_add (texts, levels);
      if (!levels)
        return FALSE;
      tensor.shape[i] = shape[i];
      metadata[3 + i] = (AssayTensorsEntry){ key, levels };
    }
  if (!assay_tensors_write (path, &tensor, 1, metadata, 3 + request->n_axes, &error))
    assay_runner_fail (runner, "array %s: %s", request->metric->id, error.text);
  return runner->failure == NULL;
}

static void
log_array (AssayRunner *runner, const ArrayRequest *request, const uint64_t *shape, uint32_t type,
           const char *file)
{
  g_autofree char *axes = g_strjoinv (" ", request->axes);
  g_autoptr (JsonObject) event = json_object_new ();
  JsonArray *lengths = json_array_new ();

  for (guint i = 0; i < request->n_axes; i++)
    json_array_add_int_element (lengths, (gint64) shape[i]);
  json_object_set_string_member (event, "metric", request->metric->id);
  json_object_set_string_member (event, "labels", request->labels);
  json_object_set_string_member (event, "axes", axes);
  json_object_set_array_member (event, "shape", lengths);
  json_object_set_string_member (event, "type", TYPE_NAMES[type]);
  if (assay_runner_describe_file (runner, event, file))
    assay_runner_event (runner, "array", event, TRUE);
}

void
assay_host_array (AssayRun *run, const char *metric, const char *labels, const char *axes,
                  const uint64_t *shape, uint32_t type, const void *data)
{
  AssayRunner *runner = assay_runner_of (run);
  ArrayRequest request = { 0 };
  g_autofree char *file = NULL;

  if (!assay_runner_may_write (runner, "assay_array"))
    return;
  if (check_array (runner, metric, labels, axes, shape, type, &request))
    {
      g_autofree char *once = g_strdup_printf ("%s\n%s", request.metric->id, request.labels);

      if (!g_hash_table_add (runner->written, g_steal_pointer (&once)))
        assay_runner_fail (runner, "array %s: it was written before at these labels (%s)", metric,
                           request.labels);
      else if (assay_runner_count (runner, request.bytes))
        {
          file = array_file (runner, request.metric->id);
          if (write_array (runner, &request, shape, type, data, file))
            log_array (runner, &request, shape, type, file);
        }
    }
  g_free (request.labels);
  g_strfreev (request.axes);
}

/* ---- samples ---- */

typedef struct
{
  int fd;
  char *file;
  guint64 bytes, rows;
  gboolean changed; /* since it was last settled */
} Samples;

void
assay_samples_free (gpointer data)
{
  Samples *samples = data;

  if (samples->fd >= 0)
    close (samples->fd);
  g_free (samples->file);
  g_free (samples);
}

static Samples *
open_samples (AssayRunner *runner, const char *name)
{
  Samples *samples = g_hash_table_lookup (runner->samples, name);
  g_autofree char *path = NULL;
  struct stat st;

  if (samples)
    return samples;
  samples = g_new0 (Samples, 1);
  samples->file = g_strdup_printf ("samples/%s.jsonl", name);
  path = g_build_filename (runner->dir, samples->file, NULL);
  /* After a checkpoint the file goes on where that left it. */
  samples->fd = assay_file_open (path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW, 0666);
  if (samples->fd < 0)
    {
      assay_runner_fail (runner, "samples: cannot write %s: %s", path, g_strerror (errno));
      assay_samples_free (samples);
      return NULL;
    }
  if (fstat (samples->fd, &st) == 0)
    samples->bytes = (guint64) st.st_size;
  g_hash_table_insert (runner->samples, g_strdup (name), samples);
  return samples;
}

static void
set_text (JsonObject *object, const char *key, const char *text)
{
  g_autofree char *valid
      = g_utf8_make_valid (text ? text : "", text ? (gssize) strnlen (text, MAX_SAMPLE) : 0);

  json_object_set_string_member (object, key, valid);
}

static JsonObject *
sample_object (const char *labels, const char *prompt, const char *text, const AssaySpan *spans,
               uint32_t n_spans)
{
  JsonObject *object = json_object_new ();
  g_auto (GStrv) pairs = g_strsplit (labels, " ", -1);
  JsonArray *list = json_array_new ();

  for (guint i = 0; pairs[i]; i++)
    {
      char *equals = strchr (pairs[i], '=');

      if (!equals)
        continue;
      *equals = '\0';
      json_object_set_string_member (object, pairs[i], equals + 1);
    }
  set_text (object, "prompt", prompt);
  set_text (object, "text", text);
  for (uint32_t i = 0; spans && i < n_spans; i++)
    {
      JsonArray *span = json_array_sized_new (3);

      json_array_add_int_element (span, spans[i].from);
      json_array_add_int_element (span, spans[i].to);
      json_array_add_double_element (span, (double) spans[i].value);
      json_array_add_array_element (list, span);
    }
  if (n_spans)
    json_object_set_array_member (object, "spans", json_array_ref (list));
  json_array_unref (list);
  return object;
}

void
assay_host_sample (AssayRun *run, const char *name, const char *labels, const char *prompt,
                   const char *text, const AssaySpan *spans, uint32_t n_spans)
{
  AssayRunner *runner = assay_runner_of (run);
  g_autoptr (JsonNode) node = NULL;
  g_autofree char *canonical = NULL, *line = NULL, *problem = NULL, *json = NULL;
  Samples *samples;

  if (!assay_runner_may_write (runner, "assay_sample")
      || !assay_runner_check_name (runner, "sample", name))
    return;
  canonical = assay_labels_canonical (runner->study, NULL, labels, &problem);
  if (!canonical)
    {
      assay_runner_fail (runner, "sample %s: %s", name, problem);
      return;
    }
  samples = open_samples (runner, name);
  if (!samples)
    return;
  node = json_node_new (JSON_NODE_OBJECT);
  json_node_take_object (node, sample_object (canonical, prompt, text, spans, n_spans));
  json = assay_json_canonical (node);
  line = g_strconcat (json, "\n", NULL);
  if (!assay_runner_count (runner, strlen (line)))
    return;
  if (!assay_file_write (samples->fd, line, strlen (line)))
    assay_runner_fail (runner, "samples: cannot write %s: %s", samples->file, g_strerror (errno));
  samples->bytes += strlen (line);
  samples->rows++;
  samples->changed = TRUE;
}

static int
compare_texts (gconstpointer a, gconstpointer b)
{
  return strcmp (a, b);
}

void
assay_runner_settle_samples (AssayRunner *runner)
{
  GList *names = g_list_sort (g_hash_table_get_keys (runner->samples), compare_texts);

  for (GList *l = names; l && !runner->failure; l = l->next)
    {
      Samples *samples = g_hash_table_lookup (runner->samples, l->data);
      g_autoptr (JsonObject) event = NULL;

      if (!samples->changed)
        continue;
      samples->changed = FALSE;
      if (assay_file_sync (samples->fd) != 0)
        assay_runner_fail (runner, "samples: cannot write %s: %s", samples->file,
                           g_strerror (errno));
      event = json_object_new ();
      json_object_set_string_member (event, "name", l->data);
      if (assay_runner_describe_file (runner, event, samples->file))
        assay_runner_event (runner, "samples", event, FALSE);
    }
  g_list_free (names);
}
