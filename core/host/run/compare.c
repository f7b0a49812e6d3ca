/* SPDX-License-Identifier: Apache-2.0 */
#include "host/run/compare.h"
#include "base/log/log.h"
#include "base/tensors/tensors.h"
#include "host/registry/json.h"

#include <string.h>

/** What the log of a run says. */
typedef struct
{
  GPtrArray *names;   /* of series, "metric labels", by number */
  GHashTable *series; /* name -> GArray of double: step, value, step, value, ... */
  GHashTable *files;  /* "kind name" -> JsonObject of the event */
} Content;

static void
content_clear (Content *content)
{
  g_clear_pointer (&content->names, g_ptr_array_unref);
  g_clear_pointer (&content->series, g_hash_table_unref);
  g_clear_pointer (&content->files, g_hash_table_unref);
}

/* Resuming and progress leave these different though nothing else is. */
static gboolean
is_compared (const char *kind)
{
  static const char *const kinds[] = { "axis", "property", "array", "samples", "artifact", NULL };

  return g_strv_contains (kinds, kind);
}

static gboolean
is_timing (const AssayStudyInfo *study, const char *id)
{
  const AssayMetric *metric = assay_study_metric (study, id);

  return metric && (metric->flags & ASSAY_TIMING);
}

static void
add_event (const AssayStudyInfo *study, Content *content, const AssayLogFrame *frame)
{
  g_autoptr (JsonNode) node = NULL;
  gboolean is_array = strcmp (frame->name, "array") == 0;
  JsonObject *event;
  char *name;

  if (!is_compared (frame->name))
    return;
  node = assay_json_parse (frame->text, -1, frame->name, NULL);
  event = node && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  if (!event || (is_array && is_timing (study, assay_json_text (event, "metric", ""))))
    return;
  if (is_array)
    name = g_strdup_printf ("array %s (%s)", assay_json_text (event, "metric", ""),
                            assay_json_text (event, "labels", ""));
  else if (strcmp (frame->name, "axis") == 0)
    name = g_strdup_printf ("axis %s", assay_json_text (event, "dim", ""));
  else if (strcmp (frame->name, "property") == 0)
    name = g_strdup_printf ("property %s", assay_json_text (event, "property", ""));
  else
    name = g_strdup_printf ("%s %s", assay_json_text (event, "kind", frame->name),
                            assay_json_text (event, "name", ""));
  g_hash_table_replace (content->files, name, json_object_ref (event));
}

static void
add_observations (Content *content, const AssayLogFrame *frame)
{
  const char *name
      = frame->series < content->names->len ? content->names->pdata[frame->series] : NULL;
  GArray *points = name ? g_hash_table_lookup (content->series, name) : NULL;

  for (guint i = 0; points && i < frame->n; i++)
    {
      g_array_append_val (points, frame->steps[i]);
      g_array_append_val (points, frame->values[i]);
    }
}

static gboolean
read_log (const AssayStudyInfo *study, AssayRunDir *dir, Content *content, GError **error)
{
  g_autofree char *path = assay_run_dir_file (dir, "metrics.alog");
  AssayLogError problem = { "" };
  AssayLogReader *reader = path ? assay_log_open (path, &problem) : NULL;
  AssayLogFrame frame;
  AssayLogKind kind = ASSAY_LOG_END;

  content->names = g_ptr_array_new_with_free_func (g_free);
  content->series
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_array_unref);
  content->files
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) json_object_unref);
  while (reader && (kind = assay_log_next (reader, &frame, &problem)) != ASSAY_LOG_END
         && kind != ASSAY_LOG_DAMAGED)
    {
      if (kind == ASSAY_LOG_EVENT)
        add_event (study, content, &frame);
      else if (kind == ASSAY_LOG_OBSERVATIONS)
        add_observations (content, &frame);
      else
        {
          char *name
              = g_strdup_printf ("%s%s%s", frame.metric, *frame.labels ? " " : "", frame.labels);

          g_ptr_array_add (content->names, name);
          if (!is_timing (study, frame.metric))
            g_hash_table_insert (content->series, g_strdup (name),
                                 g_array_new (FALSE, FALSE, sizeof (double)));
        }
    }
  assay_log_free (reader);
  if (reader && kind == ASSAY_LOG_END)
    return TRUE;
  g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_FAILED, "The log of run %s cannot be read: %s",
               dir->id, problem.text);
  return FALSE;
}

static gint
compare_texts (gconstpointer a, gconstpointer b)
{
  return strcmp (a, b);
}

/* ---- observations ---- */

static gboolean
same_number (double a, double b)
{
  return memcmp (&a, &b, sizeof a) == 0 || (a != a && b != b);
}

static char *
points_difference (const char *name, const GArray *a, const GArray *b)
{
  guint n = MIN (a->len, b->len);

  for (guint i = 0; i + 1 < n; i += 2)
    {
      const double *p = &g_array_index (a, double, i), *q = &g_array_index (b, double, i);

      if (!same_number (p[0], q[0]))
        return g_strdup_printf ("%s: observation %u is at step %.17g, here at %.17g", name,
                                i / 2 + 1, p[0], q[0]);
      if (!same_number (p[1], q[1]))
        return g_strdup_printf ("%s at step %.17g: %.17g, here %.17g", name, p[0], p[1], q[1]);
    }
  return a->len == b->len
             ? NULL
             : g_strdup_printf ("%s: %u observations, here %u", name, a->len / 2, b->len / 2);
}

/** A name that only one of two tables has; NULL: none. */
static char *
missing_name (GHashTable *a, GHashTable *b, const char *word)
{
  GList *names = g_list_sort (g_hash_table_get_keys (a), compare_texts);
  char *missing = NULL;

  for (GList *l = names; l && !missing; l = l->next)
    if (!g_hash_table_contains (b, l->data))
      missing = g_strdup_printf ("%s: %s", (char *) l->data, word);
  g_list_free (names);
  return missing;
}

static char *
series_difference (const Content *a, const Content *b)
{
  GList *names = g_list_sort (g_hash_table_get_keys (a->series), compare_texts);
  char *difference = missing_name (a->series, b->series, "not observed here");

  if (!difference)
    difference = missing_name (b->series, a->series, "observed here only");
  for (GList *l = names; l && !difference; l = l->next)
    difference = points_difference (l->data, g_hash_table_lookup (a->series, l->data),
                                    g_hash_table_lookup (b->series, l->data));
  g_list_free (names);
  return difference;
}

/* ---- files ---- */

static double
tensor_at (const AssayTensorView *tensor, guint64 i)
{
  switch (tensor->type)
    {
    case ASSAY_F32:
      return (double) ((const float *) tensor->data)[i];
    case ASSAY_F64:
      return ((const double *) tensor->data)[i];
    case ASSAY_U8:
      return ((const guint8 *) tensor->data)[i];
    default:
      return ((const guint16 *) tensor->data)[i];
    }
}

/** "arm=0 input=3": where in the array. */
static char *
place_of (const AssayTensorView *tensor, const char *axes, guint64 i)
{
  g_auto (GStrv) names = assay_words (axes);
  g_autoptr (GString) place = g_string_new ("");
  guint64 rest = i;

  for (guint k = tensor->n_dims; k-- > 0;)
    {
      g_autofree char *part = g_strdup_printf ("%s=%" G_GUINT64_FORMAT "%s",
                                               k < g_strv_length (names) ? names[k] : "?",
                                               rest % tensor->shape[k], place->len ? " " : "");

      g_string_prepend (place, part);
      rest /= tensor->shape[k];
    }
  return g_strdup (place->str);
}

static char *
array_difference (const char *name, JsonObject *event, const char *path_a, const char *path_b)
{
  AssayTensorsError problem;
  AssayTensors *a = assay_tensors_open (path_a, &problem),
               *b = assay_tensors_open (path_b, &problem);
  const AssayTensorView *p = a ? assay_tensors_find (a, "values") : NULL;
  const AssayTensorView *q = b ? assay_tensors_find (b, "values") : NULL;
  char *difference = NULL;

  if (p && q && p->type == q->type && p->bytes == q->bytes && p->type <= ASSAY_U16)
    for (guint64 i = 0; i < p->bytes / assay_type_size (p->type) && !difference; i++)
      if (!same_number (tensor_at (p, i), tensor_at (q, i)))
        {
          g_autofree char *place = place_of (p, assay_json_text (event, "axes", ""), i);

          difference = g_strdup_printf ("%s at %s: %.17g, here %.17g", name, place,
                                        tensor_at (p, i), tensor_at (q, i));
        }
  if (!difference)
    difference = g_strdup_printf ("%s: other type, shape or level names", name);
  assay_tensors_free (a);
  assay_tensors_free (b);
  return difference;
}

static char *
line_difference (const char *name, const char *path_a, const char *path_b)
{
  g_autofree char *a = NULL, *b = NULL;
  guint line = 1;
  gsize i = 0, n, m;

  if (!g_file_get_contents (path_a, &a, &n, NULL) || !g_file_get_contents (path_b, &b, &m, NULL))
    return g_strdup_printf ("%s: cannot be read", name);
  for (; i < n && i < m && a[i] == b[i]; i++)
    line += a[i] == '\n';
  return g_strdup_printf ("%s: line %u differs", name, line);
}

static char *
file_difference (AssayRunDir *a, AssayRunDir *b, const char *name, JsonObject *p, JsonObject *q)
{
  g_autoptr (JsonNode) first = json_node_init_object (json_node_alloc (), p);
  g_autoptr (JsonNode) second = json_node_init_object (json_node_alloc (), q);
  g_autofree char *text = assay_json_canonical (first), *here = assay_json_canonical (second);
  g_autofree char *path_a = assay_run_dir_file (a, assay_json_text (p, "file", NULL));
  g_autofree char *path_b = assay_run_dir_file (b, assay_json_text (q, "file", NULL));

  if (strcmp (text, here) == 0)
    return NULL;
  if (path_a && path_b && g_str_has_prefix (name, "array "))
    return array_difference (name, p, path_a, path_b);
  if (path_a && path_b)
    return line_difference (name, path_a, path_b);
  return g_strdup_printf ("%s: %.200s, here %.200s", name, text, here);
}

/** Whether a file is still what the log says of it. */
static gboolean
check_file (AssayRunDir *dir, JsonObject *event, GError **error)
{
  const char *file = assay_json_text (event, "file", NULL);
  g_autofree char *path = file ? assay_run_dir_file (dir, file) : NULL;
  g_autofree char *hash = path ? assay_sha256_file (path, error) : NULL;

  if (!file || (hash && g_strcmp0 (hash, assay_json_text (event, "sha256", NULL)) == 0))
    return TRUE;
  if (path && !hash)
    return FALSE;
  g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_FAILED,
               "%s of run %s is not what its log says: it was changed or damaged", file, dir->id);
  return FALSE;
}

static gboolean
files_difference (AssayRunDir *a, AssayRunDir *b, const Content *p, const Content *q,
                  char **difference, GError **error)
{
  GList *names = g_list_sort (g_hash_table_get_keys (p->files), compare_texts);
  gboolean readable = TRUE;

  *difference = missing_name (p->files, q->files, "not written here");
  if (!*difference)
    *difference = missing_name (q->files, p->files, "written here only");
  for (GList *l = names; l && readable && !*difference; l = l->next)
    {
      JsonObject *first = g_hash_table_lookup (p->files, l->data);
      JsonObject *second = g_hash_table_lookup (q->files, l->data);

      readable = check_file (a, first, error) && check_file (b, second, error);
      if (readable)
        *difference = file_difference (a, b, l->data, first, second);
    }
  g_list_free (names);
  return readable;
}

gboolean
assay_runs_compare (const AssayStudyInfo *study, AssayRunDir *a, AssayRunDir *b, char **difference,
                    GError **error)
{
  Content p = { 0 }, q = { 0 };
  gboolean readable = read_log (study, a, &p, error) && read_log (study, b, &q, error);

  *difference = readable ? series_difference (&p, &q) : NULL;
  if (readable && !*difference)
    readable = files_difference (a, b, &p, &q, difference, error);
  content_clear (&p);
  content_clear (&q);
  return readable;
}
