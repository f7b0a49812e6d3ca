/* SPDX-License-Identifier: Apache-2.0 */
#include "host/run/spec.h"
#include "host/registry/json.h"

#include <errno.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>

static guint
param_index (const AssayStudyInfo *study, const char *id)
{
  const AssayParam *param = assay_study_param (study, id);

  return param ? (guint) (param - study->params) : G_MAXUINT;
}

/* ---- what applies ---- */

static gboolean applies (const AssayStudyInfo *study, char *const *values, guint i, guint depth);

/** Whether a value, as it stands in `when`, is the parameter's canonical @value. */
static gboolean
is_value (const AssayParam *param, const char *text, gsize n, const char *value)
{
  g_autofree char *word = NULL, *canonical = NULL;

  if (strncmp (text, value, n) == 0 && value[n] == '\0')
    return TRUE;
  if (param->type == ASSAY_CHOICE || param->type == ASSAY_STRING)
    return FALSE;
  word = g_strndup (text, n); /* "1e3" is 1000 */
  canonical = assay_param_parse (param, word, NULL);
  return g_strcmp0 (canonical, value) == 0;
}

/** One clause of `when`: "agent=n-step,tree", or "env!=crossing". */
static gboolean
clause_holds (const AssayStudyInfo *study, char *const *values, const char *clause, gsize n,
              guint depth)
{
  const char *equals = memchr (clause, '=', n), *end = clause + n;
  gboolean negated = equals && equals > clause && equals[-1] == '!';
  g_autofree char *id = equals ? g_strndup (clause, equals - clause - negated) : NULL;
  guint at = id ? param_index (study, g_strdelimit (id, "_", '-')) : G_MAXUINT;

  if (at == G_MAXUINT || !applies (study, values, at, depth + 1))
    return FALSE;
  for (const char *word = equals + 1; word < end;)
    {
      gsize length = strcspn (word, ", \t\n");

      if (is_value (&study->params[at], word, length, values[at]))
        return !negated;
      word += length + 1;
    }
  return negated;
}

static gboolean
applies (const AssayStudyInfo *study, char *const *values, guint i, guint depth)
{
  const char *when = study->params[i].when;

  if (!when)
    return TRUE;
  if (depth > study->n_params) /* a circle of conditions never holds */
    return FALSE;
  for (;;)
    {
      gsize n;

      when += strspn (when, " \t\n");
      n = strcspn (when, " \t\n");
      if (!n)
        return TRUE;
      if (!clause_holds (study, values, when, n, depth))
        return FALSE;
      when += n;
    }
}

/* ---- the key ---- */

/** sha256 of a parameter's file; the last answer per path is kept while the file is the same. */
static char *
file_hash (const AssayParam *param, const char *path, GError **error)
{
  static GHashTable *known; /* path -> "size mtime sha256" */
  static GMutex lock;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&lock);
  g_autofree char *stamp = NULL, *hash = NULL;
  g_autoptr (GError) problem = NULL;
  const char *kept;
  struct stat st;

  if (stat (path, &st) != 0 || !S_ISREG (st.st_mode))
    {
      g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_USAGE, "%s=%s: %s", param->id, path,
                   stat (path, &st) == 0 ? "this is not a regular file" : g_strerror (errno));
      return NULL;
    }
  stamp = g_strdup_printf ("%llu %llu %lld.%09ld ", (unsigned long long) st.st_ino,
                           (unsigned long long) st.st_size, (long long) st.st_mtim.tv_sec,
                           st.st_mtim.tv_nsec);
  if (!known)
    known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  kept = g_hash_table_lookup (known, path);
  if (kept && g_str_has_prefix (kept, stamp))
    return g_strdup (kept + strlen (stamp));
  hash = assay_sha256_file (path, &problem);
  if (!hash)
    {
      g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_USAGE, "%s=%s: %s", param->id, path,
                   problem->message);
      return NULL;
    }
  g_hash_table_replace (known, g_strdup (path), g_strconcat (stamp, hash, NULL));
  return g_steal_pointer (&hash);
}

static JsonNode *
value_node (const AssayParam *param, const char *value)
{
  JsonNode *node = json_node_new (JSON_NODE_VALUE);

  if (param->type == ASSAY_BOOL)
    json_node_set_boolean (node, value[0] == 't');
  else if (param->type == ASSAY_INT)
    json_node_set_int (node, g_ascii_strtoll (value, NULL, 10));
  else if (param->type == ASSAY_REAL)
    json_node_set_double (node, g_ascii_strtod (value, NULL));
  else
    json_node_set_string (node, value);
  return node;
}

/* A file stands in the key with its content, not with its path. */
static gboolean
is_file (const AssayParam *param)
{
  return param->type == ASSAY_FILE;
}

JsonObject *
assay_spec_files (const AssaySpec *spec, GError **error)
{
  g_autoptr (JsonObject) files = json_object_new ();

  for (guint i = 0; i < spec->study->n_params; i++)
    {
      const AssayParam *param = &spec->study->params[i];
      g_autofree char *hash = NULL;

      if (!is_file (param) || !spec->applies[i] || !*spec->values[i])
        continue;
      hash = file_hash (param, spec->values[i], error);
      if (!hash)
        return NULL;
      json_object_set_string_member (files, param->id, hash);
    }
  return g_steal_pointer (&files);
}

static char *
make_key (const AssaySpec *spec, GError **error)
{
  g_autoptr (JsonObject) files = assay_spec_files (spec, error);
  g_autoptr (JsonObject) parameters = json_object_new (), key = json_object_new ();
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autofree char *text = NULL;

  if (!files)
    return NULL;
  for (guint i = 0; i < spec->study->n_params; i++)
    if (spec->applies[i] && !is_file (&spec->study->params[i]))
      json_object_set_member (parameters, spec->study->params[i].id,
                              value_node (&spec->study->params[i], spec->values[i]));
  json_object_set_object_member (key, "files", g_steal_pointer (&files));
  json_object_set_object_member (key, "parameters", g_steal_pointer (&parameters));
  json_object_set_int_member (key, "seed", (gint64) spec->seed);
  json_object_set_string_member (key, "study", spec->study->id);
  json_node_set_object (node, key);
  text = assay_json_canonical (node);
  return assay_sha256 (text, strlen (text));
}

/* ---- making ---- */

/** Takes @values. */
static AssaySpec *
spec_from_values (AssayStudyInfo *study, GStrv values, guint64 seed, GError **error)
{
  g_autoptr (AssaySpec) spec = g_atomic_rc_box_new0 (AssaySpec);

  spec->study = assay_study_info_ref (study);
  spec->values = values;
  spec->seed = seed;
  spec->applies = g_new0 (gboolean, study->n_params + 1);
  for (guint i = 0; i < study->n_params; i++)
    spec->applies[i] = applies (study, values, i, 0);
  for (guint i = 0; i < study->n_params; i++)
    if (!spec->applies[i])
      *values[i] = '\0';
  spec->key = make_key (spec, error);
  return spec->key ? g_steal_pointer (&spec) : NULL;
}

/** The parameter of this id ('_' and '-' are the same), or an error with the nearest one. */
const AssayParam *
assay_param_lookup (const AssayStudyInfo *study, const char *id, GError **error)
{
  g_autofree char *shown = g_strdelimit (g_utf8_make_valid (id, MIN (strlen (id), 60)), "_", '-');
  const AssayParam *param = assay_study_param (study, shown);
  const char *nearest = NULL;
  guint least = G_MAXUINT;

  if (param)
    return param;
  for (guint i = 0; i < study->n_params; i++)
    {
      guint distance = assay_text_distance (shown, study->params[i].id);

      if (distance < least)
        {
          least = distance;
          nearest = study->params[i].id;
        }
    }
  g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_USAGE, "%s has no parameter \"%s\"%s%s%s", study->id,
               shown, nearest ? "; the nearest is \"" : "", nearest ? nearest : "",
               nearest ? "\"" : "");
  return NULL;
}

static GStrv
default_values (const AssayStudyInfo *study)
{
  GStrv values = g_new0 (char *, study->n_params + 1);

  for (guint i = 0; i < study->n_params; i++)
    values[i] = assay_param_default (&study->params[i]);
  return values;
}

AssaySpec *
assay_spec_new (AssayStudyInfo *study, const char *const *settings, guint64 seed, GError **error)
{
  g_auto (GStrv) values = default_values (study);

  for (guint i = 0; settings && settings[i] && settings[i + 1]; i += 2)
    {
      const AssayParam *param = assay_param_lookup (study, settings[i], error);
      char *value = param ? assay_param_parse (param, settings[i + 1], error) : NULL;

      if (!value)
        return NULL;
      g_free (values[param - study->params]);
      values[param - study->params] = value;
    }
  return spec_from_values (study, g_steal_pointer (&values), seed, error);
}

AssaySpec *
assay_spec_with_seed (const AssaySpec *spec, guint64 seed, GError **error)
{
  return spec_from_values (spec->study, g_strdupv (spec->values), seed, error);
}

AssaySpec *
assay_spec_only (const AssaySpec *spec, const char *const *ids)
{
  g_autoptr (AssaySpec) only = g_atomic_rc_box_new0 (AssaySpec);

  only->study = assay_study_info_ref (spec->study);
  only->values = default_values (spec->study);
  only->applies = g_new0 (gboolean, spec->study->n_params + 1);
  only->seed = spec->seed;
  for (guint i = 0; ids[i]; i++)
    {
      g_autofree char *id = g_strdelimit (g_strdup (ids[i]), "_", '-');
      guint at = param_index (spec->study, id);

      if (at == G_MAXUINT || !spec->applies[at])
        continue;
      g_free (only->values[at]);
      only->values[at] = g_strdup (spec->values[at]);
    }
  for (guint i = 0; i < spec->study->n_params; i++)
    only->applies[i] = TRUE;
  return g_steal_pointer (&only);
}

/** Text of a JSON value as a person would have typed it; NULL: no single value. */
static char *
text_of_node (JsonNode *node)
{
  GType type = JSON_NODE_HOLDS_VALUE (node) ? json_node_get_value_type (node) : G_TYPE_INVALID;

  if (type == G_TYPE_STRING)
    return g_strdup (json_node_get_string (node));
  if (type == G_TYPE_BOOLEAN)
    return g_strdup (json_node_get_boolean (node) ? "true" : "false");
  if (type == G_TYPE_INT64)
    return g_strdup_printf ("%" G_GINT64_FORMAT, json_node_get_int (node));
  return type == G_TYPE_DOUBLE && isfinite (json_node_get_double (node))
             ? assay_json_number (json_node_get_double (node))
             : NULL;
}

char *
assay_param_text (const AssayStudyInfo *study, const char *id, JsonNode *node, GError **error)
{
  const AssayParam *param = assay_param_lookup (study, id, error);
  g_autofree char *text = param ? text_of_node (node) : NULL;

  if (param && !text)
    g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_USAGE,
                 "%s: a number, a text, true or false is wanted", param->id);
  return text ? assay_param_parse (param, text, error) : NULL;
}

AssaySpec *
assay_spec_from_json (AssayStudyInfo *study, JsonObject *parameters, guint64 seed, GError **error)
{
  g_auto (GStrv) values = default_values (study);
  JsonObjectIter iter;
  const char *id;
  JsonNode *node;

  json_object_iter_init (&iter, parameters);
  while (json_object_iter_next (&iter, &id, &node))
    {
      char *value = assay_param_text (study, id, node, error);
      const AssayParam *param = value ? assay_param_lookup (study, id, NULL) : NULL;

      if (!value)
        return NULL;
      g_free (values[param - study->params]);
      values[param - study->params] = value;
    }
  return spec_from_values (study, g_steal_pointer (&values), seed, error);
}

AssaySpec *
assay_spec_ref (AssaySpec *spec)
{
  return g_atomic_rc_box_acquire (spec);
}

static void
spec_clear (gpointer data)
{
  AssaySpec *spec = data;

  g_strfreev (spec->values);
  g_free (spec->applies);
  g_free (spec->key);
  assay_study_info_unref (spec->study);
}

void
assay_spec_unref (AssaySpec *spec)
{
  if (spec)
    g_atomic_rc_box_release_full (spec, spec_clear);
}

/* ---- reading ---- */

JsonObject *
assay_spec_parameters (const AssaySpec *spec)
{
  JsonObject *object = json_object_new ();

  for (guint i = 0; i < spec->study->n_params; i++)
    if (spec->applies[i])
      json_object_set_member (object, spec->study->params[i].id,
                              value_node (&spec->study->params[i], spec->values[i]));
  return object;
}

const char *
assay_spec_value (const AssaySpec *spec, const char *id)
{
  guint i = param_index (spec->study, id);

  return i != G_MAXUINT && spec->applies[i] ? spec->values[i] : NULL;
}

void
assay_spec_fill (const AssaySpec *spec, void *params, gsize size)
{
  static const gsize sizes[] = {
    [ASSAY_BOOL] = sizeof (bool),           [ASSAY_INT] = sizeof (int64_t),
    [ASSAY_REAL] = sizeof (double),         [ASSAY_CHOICE] = sizeof (const char *),
    [ASSAY_STRING] = sizeof (const char *), [ASSAY_FILE] = sizeof (const char *),
  };

  for (guint i = 0; i < spec->study->n_params; i++)
    {
      const AssayParam *param = &spec->study->params[i];
      g_autofree char *initial = spec->applies[i] ? NULL : assay_param_default (param);
      const char *text = spec->applies[i] ? spec->values[i] : param->text ? param->text : "";
      const char *number = initial ? initial : text;
      void *field = (char *) params + param->offset;

      g_assert (param->offset + sizes[param->type] <= size);
      if (param->type == ASSAY_BOOL)
        *(bool *) field = number[0] == 't';
      else if (param->type == ASSAY_INT)
        *(int64_t *) field = g_ascii_strtoll (number, NULL, 10);
      else if (param->type == ASSAY_REAL)
        *(double *) field = g_ascii_strtod (number, NULL);
      else
        *(const char **) field = text;
    }
}

guint
assay_spec_threads (const AssaySpec *spec)
{
  g_autofree char *id
      = g_strdelimit (g_strdup (spec->study->threads ? spec->study->threads : ""), "_", '-');
  const char *value = *id ? assay_spec_value (spec, id) : NULL;
  gint64 threads = value ? g_ascii_strtoll (value, NULL, 10) : 1;

  return (guint) CLAMP (threads, 1, 4096);
}

/* ---- nearest words ---- */

guint
assay_text_distance (const char *a, const char *b)
{
  gsize n = MIN (strlen (b), 63);
  guint row[64];

  for (gsize j = 0; j <= n; j++)
    row[j] = (guint) j;
  for (gsize i = 0; a[i] && i < 63; i++)
    {
      guint diagonal = row[0];

      row[0] = (guint) i + 1;
      for (gsize j = 0; j < n; j++)
        {
          guint above = row[j + 1];

          row[j + 1] = MIN (MIN (above, row[j]) + 1, diagonal + (a[i] != b[j]));
          diagonal = above;
        }
    }
  return row[n];
}
