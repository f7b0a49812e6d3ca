/* SPDX-License-Identifier: Apache-2.0
 *
 * A plan asked for by a JSON file: {"study", "preset", "set", "sweep", "seeds"}.
 */
#include "host/registry/json.h"
#include "host/run/assign.h"

#include <string.h>

/** What is read, and where, for errors. */
typedef struct
{
  const char *what, *text;
  JsonObject *object;
  AssayStudyInfo *study;
} Request;

/** Line of the member @key, of @section if that is given; good enough to find it by eye. */
static guint
line_of (const Request *r, const char *section, const char *key)
{
  g_autofree char *quoted_section = g_strdup_printf ("\"%s\"", section ? section : "");
  g_autofree char *quoted = g_strdup_printf ("\"%s\"", key);
  const char *from = section ? strstr (r->text, quoted_section) : r->text;
  const char *at = from ? strstr (from, quoted) : NULL;
  guint line = 1;

  for (const char *p = r->text; at && p < at; p++)
    line += *p == '\n';
  return line;
}

static gboolean
refuse (const Request *r, const char *section, const char *key, const char *message, GError **error)
{
  g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_USAGE, "%s:%u: %s", r->what,
               line_of (r, section, key), message);
  return FALSE;
}

/** Puts file and line before an error that is set already. */
static void
locate (const Request *r, const char *section, const char *key, GError **error)
{
  g_prefix_error (error, "%s:%u: ", r->what, line_of (r, section, key));
}

static gboolean
check_members (const Request *r, GError **error)
{
  static const char *const known[] = { "study", "preset", "set", "sweep", "seeds", NULL };
  JsonObjectIter iter;
  const char *key;
  JsonNode *node;

  json_object_iter_init (&iter, r->object);
  while (json_object_iter_next (&iter, &key, &node))
    if (!g_strv_contains (known, key))
      {
        g_autofree char *shown = g_utf8_make_valid (key, MIN (strlen (key), 60));
        g_autofree char *message = g_strdup_printf (
            "\"%s\" means nothing here; known are study, preset, set, sweep and seeds", shown);

        return refuse (r, NULL, key, message, error);
      }
  return TRUE;
}

static gboolean
read_set (const Request *r, GPtrArray *texts, GError **error)
{
  JsonObject *set = assay_json_object (r->object, "set");
  JsonObjectIter iter;
  const char *key;
  JsonNode *node;

  if (!set)
    return !json_object_has_member (r->object, "set")
           || refuse (r, NULL, "set", "\"set\" is an object: {\"depth\": 5}", error);
  json_object_iter_init (&iter, set);
  while (json_object_iter_next (&iter, &key, &node))
    {
      g_autofree char *value = assay_param_text (r->study, key, node, error);

      if (!value)
        {
          locate (r, "set", key, error);
          return FALSE;
        }
      g_ptr_array_add (texts, g_strdup_printf ("%s=%s", key, value));
    }
  return TRUE;
}

/** "a,b,c" of an array of single values. */
static char *
list_text (const Request *r, const char *key, JsonArray *array, GError **error)
{
  g_autoptr (GString) text = g_string_new ("");

  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      g_autofree char *value
          = assay_param_text (r->study, key, json_array_get_element (array, i), error);

      if (value && strchr (value, ','))
        g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_USAGE,
                     "%s: a text with a comma cannot be swept; plan it with \"set\"", key);
      if (!value || strchr (value, ','))
        return NULL;
      g_string_append_printf (text, "%s%s", i ? "," : "", value);
    }
  if (json_array_get_length (array))
    return g_strdup (text->str);
  g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_USAGE, "%s: the list is empty", key);
  return NULL;
}

static char *
sweep_text (const Request *r, const char *key, JsonNode *node, GError **error)
{
  const AssayParam *param = assay_param_lookup (r->study, key, error);
  g_auto (GStrv) values = NULL;
  g_autofree char *text = NULL;

  if (!param)
    return NULL;
  if (JSON_NODE_HOLDS_ARRAY (node))
    text = list_text (r, key, json_node_get_array (node), error);
  else if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING)
    text = g_strdup (json_node_get_string (node));
  else
    text = assay_param_text (r->study, key, node, error);
  values = text ? assay_sweep_values (param, text, error) : NULL;
  return values ? g_strdup_printf ("%s=%s", key, text) : NULL;
}

static gboolean
read_sweep (const Request *r, GPtrArray *texts, GError **error)
{
  JsonObject *sweep = assay_json_object (r->object, "sweep");
  JsonObjectIter iter;
  const char *key;
  JsonNode *node;

  if (!sweep)
    return !json_object_has_member (r->object, "sweep")
           || refuse (r, NULL, "sweep",
                      "\"sweep\" is an object: {\"depth\": [1, 5], \"rate\": \"log(1e-4..1,5)\"}",
                      error);
  json_object_iter_init (&iter, sweep);
  while (json_object_iter_next (&iter, &key, &node))
    {
      char *text = sweep_text (r, key, node, error);

      if (!text)
        {
          locate (r, "sweep", key, error);
          return FALSE;
        }
      g_ptr_array_add (texts, text);
    }
  return TRUE;
}

/** A number or a text; NULL without error: not given. */
static gboolean
read_seeds (const Request *r, char **seeds, GError **error)
{
  JsonNode *node = json_object_get_member (r->object, "seeds");
  GType type = node && JSON_NODE_HOLDS_VALUE (node) ? json_node_get_value_type (node) : 0;

  if (type == G_TYPE_INT64)
    *seeds = g_strdup_printf ("%" G_GINT64_FORMAT, json_node_get_int (node));
  else if (type == G_TYPE_STRING)
    *seeds = g_strdup (json_node_get_string (node));
  else if (node)
    return refuse (r, NULL, "seeds", "\"seeds\" is a number, or a range such as \"3..7\"", error);
  return TRUE;
}

AssayPlan *
assay_plan_of_object (AssayStudyInfo *study, JsonObject *object, const char *text, const char *what,
                      GError **error)
{
  const Request own = { .what = what, .text = text, .object = object, .study = study };
  const Request *r = &own;
  g_autoptr (GPtrArray) set = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) sweep = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *seeds = NULL;
  AssayPlanRequest request = { .preset = assay_json_text (r->object, "preset", NULL) };
  AssayPlan *plan;

  if (!check_members (r, error) || !read_set (r, set, error) || !read_sweep (r, sweep, error)
      || !read_seeds (r, &seeds, error))
    return NULL;
  g_ptr_array_add (set, NULL);
  g_ptr_array_add (sweep, NULL);
  request.set = (const char *const *) set->pdata;
  request.sweep = (const char *const *) sweep->pdata;
  request.seeds = seeds;
  plan = assay_plan_new (r->study, &request, error);
  if (!plan)
    g_prefix_error (error, "%s: ", r->what);
  return plan;
}

AssayPlan *
assay_plan_from_request (AssayRegistry *registry, const char *text, gssize length, const char *what,
                         GError **error)
{
  g_autofree char *copy = length < 0 ? g_strdup (text) : g_strndup (text, length);
  g_autoptr (JsonNode) node = assay_json_parse (text, length, what, error);
  g_autoptr (AssayStudyInfo) study = NULL;
  Request request = { .what = what, .text = copy };
  const char *id;

  if (!node)
    return NULL;
  if (!JSON_NODE_HOLDS_OBJECT (node))
    {
      g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_USAGE,
                   "%s:1: a plan is an object: {\"study\": \"...\", \"seeds\": 5}", what);
      return NULL;
    }
  request.object = json_node_get_object (node);
  id = assay_json_text (request.object, "study", NULL);
  if (!id)
    {
      refuse (&request, NULL, "study", "\"study\" must name a study", error);
      return NULL;
    }
  study = assay_registry_study (registry, id, error);
  if (!study)
    {
      locate (&request, NULL, "study", error);
      return NULL;
    }
  return assay_plan_of_object (study, request.object, copy, what, error);
}

AssayPlan *
assay_plan_load_request (AssayRegistry *registry, const char *path, GError **error)
{
  g_autoptr (JsonNode) node = assay_json_load (path, error); /* sizes and syntax, by its name */
  g_autofree char *text = NULL;
  gsize length;

  if (!node || !g_file_get_contents (path, &text, &length, error))
    return NULL;
  return assay_plan_from_request (registry, text, (gssize) length, path, error);
}
