/* SPDX-License-Identifier: Apache-2.0
 *
 * AssayPluginInfo: what is known of one plugin file.
 */
#include "plugin.h"

#include "host/registry/json.h"

#include <string.h>

typedef struct
{
  AssayPluginInfo info; /* first, so that the two pointers are one */
  Arena arena;
} Plugin;

static Plugin *
plugin_alloc (const char *path)
{
  Plugin *self = g_new0 (Plugin, 1);
  g_autofree char *base = g_path_get_basename (path);
  gsize n = strlen (base);

  arena_init (&self->arena);
  self->info.path = arena_text (&self->arena, path);
  if (g_str_has_prefix (base, "assay-") && g_str_has_suffix (base, ".so") && n > 9)
    base[n - 3] = '\0';
  self->info.id = arena_text (&self->arena, n > 9 ? base + 6 : base);
  self->info.problems = arena_alloc (&self->arena, sizeof (char *));
  return self;
}

static void
set_problems (Plugin *self, const char *reason, JsonArray *array)
{
  guint n = array ? json_array_get_length (array) : 0;
  const char **problems = arena_alloc (&self->arena, (n + 2) * sizeof *problems);

  self->info.reason = problems[0] = arena_text (&self->arena, reason);
  for (guint i = 1; i < n; i++)
    {
      JsonNode *node = json_array_get_element (array, i);

      if (json_node_get_value_type (node) != G_TYPE_STRING)
        break;
      problems[i] = arena_text (&self->arena, json_node_get_string (node));
    }
  self->info.problems = problems;
}

AssayPluginInfo *
plugin_info_refused (const char *path, const char *reason, gboolean incompatible)
{
  Plugin *self = plugin_alloc (path);

  set_problems (self, reason, NULL);
  self->info.incompatible = incompatible;
  return &self->info;
}

/* The array of this name, which may be missing; its length goes to @n. */
static gpointer
read_rows (Plugin *self, JsonObject *object, const RowType *type, guint *n, Problems *problems)
{
  JsonArray *array = assay_json_array (object, type->table);
  char *rows;

  *n = array ? json_array_get_length (array) : 0;
  rows = arena_alloc (&self->arena, *n * type->size);
  for (guint i = 0; i < *n; i++)
    {
      JsonNode *node = json_array_get_element (array, i);
      gpointer row = rows + i * type->size;

      if (!JSON_NODE_HOLDS_OBJECT (node))
        problems_add (problems, type->table, i, NULL, NULL, "expected an object");
      else
        schema_from_json (type, json_node_get_object (node), row, i, &self->arena, problems);
      if (problems->list->len == 0)
        schema_check (type, row, i, problems);
    }
  return rows;
}

static void
read_environments (Plugin *self, JsonObject *answer, Problems *problems)
{
  JsonArray *array = assay_json_array (answer, "environments");
  guint n = array ? json_array_get_length (array) : 0;
  AssayEnvironmentInfo *environments = arena_alloc (&self->arena, n * sizeof *environments);

  for (guint i = 0; i < n; i++)
    {
      JsonNode *node = json_array_get_element (array, i);
      JsonObject *object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;

      if (!object)
        {
          problems_add (problems, "environments", i, NULL, NULL, "expected an object");
          return;
        }
      schema_from_json (&schema_environment, object, &environments[i], i, &self->arena, problems);
      environments[i].views
          = read_rows (self, object, &schema_view, &environments[i].n_views, problems);
      environments[i].options
          = read_rows (self, object, &schema_option, &environments[i].n_options, problems);
      if (problems->list->len == 0)
        schema_check (&schema_environment, &environments[i], i, problems);
      environments[i].plugin_path = self->info.path;
    }
  self->info.environments = environments;
  self->info.n_environments = n;
}

/** __FILE__ is mostly relative to the folder in which the compiler ran, which is above the
 *  plugin when it has not been installed yet.  Where that does not find it: as it is. */
static char *
find_source (const char *path, const char *source)
{
  g_autofree char *folder = g_canonicalize_filename (path, NULL);

  while (source && !g_path_is_absolute (source) && strlen (folder) > 1)
    {
      char *above = g_path_get_dirname (folder);
      g_autofree char *file = g_canonicalize_filename (source, above);

      g_free (folder);
      folder = above;
      if (g_file_test (file, G_FILE_TEST_EXISTS))
        return g_steal_pointer (&file);
    }
  return g_strdup (source);
}

static void
read_description (Plugin *self, JsonObject *answer, Problems *problems)
{
  JsonObject *study = assay_json_object (answer, "study");

  self->info.title = arena_text (&self->arena, assay_json_text (answer, "title", NULL));
  self->info.version = arena_text (&self->arena, assay_json_text (answer, "version", NULL));
  self->info.license = arena_text (&self->arena, assay_json_text (answer, "license", NULL));
  read_environments (self, answer, problems);
  if (study)
    self->info.study = study_from_json (study, TRUE, problems);
  if (self->info.study)
    {
      g_autofree char *source
          = find_source (self->info.path, assay_json_text (answer, "source", NULL));

      study_set_origin (self->info.study, self->info.path, self->info.version, source);
    }
}

AssayPluginInfo *
plugin_info_from_answer (const char *path, JsonObject *answer)
{
  const char *reason = assay_json_text (answer, "reason", NULL);
  Plugin *self = plugin_alloc (path);
  Problems problems;

  if (reason)
    {
      set_problems (self, reason, assay_json_array (answer, "problems"));
      self->info.incompatible = assay_json_bool (answer, "incompatible", FALSE);
      return &self->info;
    }
  problems_init (&problems, path);
  read_description (self, answer, &problems);
  if (problems.list->len > 0)
    plugin_info_refuse (&self->info, problems.list->pdata[0]);
  g_ptr_array_unref (problems.list);
  return &self->info;
}

void
plugin_info_refuse (AssayPluginInfo *info, const char *reason)
{
  Plugin *self = (Plugin *) info;

  set_problems (self, reason, NULL);
  g_clear_pointer (&info->study, assay_study_info_unref);
  info->environments = NULL;
  info->n_environments = 0;
}

void
plugin_info_set_build_id (AssayPluginInfo *info, const char *build_id)
{
  info->build_id = arena_text (&((Plugin *) info)->arena, build_id);
}

void
assay_plugin_info_free (AssayPluginInfo *info)
{
  Plugin *self = (Plugin *) info;

  g_clear_pointer (&info->study, assay_study_info_unref);
  arena_clear (&self->arena);
  g_free (self);
}
