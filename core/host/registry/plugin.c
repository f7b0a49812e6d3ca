/* SPDX-License-Identifier: Apache-2.0
 *
 * A plugin in this process: the scanner and the runner load it, nobody else does.
 */
#include "plugin.h"

#include <dlfcn.h>
#include <string.h>

#define NO_ROW G_MAXUINT

/* ---- check ---- */

/** Is this an AssayPlugin of our version?  Nothing beyond its first 8 bytes is read before. */
static gboolean
check_version (const AssayPlugin *plugin, Problems *problems)
{
  if (plugin->size < 8 || plugin->size > 4096)
    problems_add (problems, "plugin", NO_ROW, NULL, "size",
                  "%u cannot be the size of an AssayPlugin; begin it with ASSAY_PLUGIN_HEADER",
                  plugin->size);
  else if (plugin->abi_major != ASSAY_ABI_MAJOR)
    problems_add (problems, "plugin", NO_ROW, NULL, "abi_major",
                  "%u, where this Assay has %u; build it against this Assay's plugin.h",
                  plugin->abi_major, ASSAY_ABI_MAJOR);
  else if (plugin->abi_minor != ASSAY_ABI_MINOR)
    problems_add (problems, "plugin", NO_ROW, NULL, "abi_minor",
                  "%u, where this Assay has %u; build it against this Assay's plugin.h",
                  plugin->abi_minor, ASSAY_ABI_MINOR);
  else if (plugin->size < sizeof *plugin)
    problems_add (problems, "plugin", NO_ROW, NULL, "size",
                  "%u, where this Assay has %" G_GSIZE_FORMAT
                  "; build it against this Assay's plugin.h",
                  plugin->size, sizeof *plugin);
  return problems->list->len == 0;
}

/** The plugin's own texts, which the schema does not describe since the host has them apart. */
static void
check_texts (const AssayPlugin *plugin, Problems *problems)
{
  static const Field fields[] = { { "id", FIELD_ID, G_STRUCT_OFFSET (AssayPlugin, id), NULL },
                                  { "title", FIELD_TEXT, G_STRUCT_OFFSET (AssayPlugin, title) },
                                  { "version", FIELD_TEXT, G_STRUCT_OFFSET (AssayPlugin, version) },
                                  { "license", FIELD_TEXT, G_STRUCT_OFFSET (AssayPlugin, license) },
                                  { "source", FIELD_TEXT, G_STRUCT_OFFSET (AssayPlugin, source) },
                                  { 0 } };
  const RowType type = { "plugin", sizeof *plugin, fields };
  g_autofree char *base = g_path_get_basename (problems->path), *expected = NULL;

  schema_check (&type, plugin, NO_ROW, problems);
  if (problems->list->len > 0)
    return;
  expected = g_strdup_printf ("assay-%s.so", plugin->id);
  if (strcmp (base, expected) != 0)
    problems_add (problems, "plugin", NO_ROW, NULL, "id",
                  "the file of plugin \"%s\" must be called %s", plugin->id, expected);
}

static void
environment_head (const AssayEnvironment *from, AssayEnvironmentInfo *to)
{
  *to = (AssayEnvironmentInfo){ .id = from->id,
                                .title = from->title,
                                .help = from->help,
                                .actions = from->actions,
                                .n_actions = from->n_actions,
                                .rows = from->rows,
                                .columns = from->columns,
                                .max_steps = from->max_steps,
                                .n_views = from->views.n,
                                .n_options = from->options.n };
}

static const char *
missing_function (const AssayEnvironment *e)
{
  return !e->create                           ? "create"
         : !e->destroy                        ? "destroy"
         : !e->reset                          ? "reset"
         : !e->step                           ? "step"
         : !e->get_state                      ? "get_state"
         : !e->set_state                      ? "set_state"
         : !e->observe                        ? "observe"
         : e->options.n > 0 && !e->set_option ? "set_option"
                                              : NULL;
}

static gboolean
check_rows (const AssayTable *rows, const RowType *type, Problems *problems)
{
  guint before = problems->list->len;

  if (study_check_table (rows, type, type->size, problems))
    for (guint i = 0; i < rows->n; i++)
      schema_check (type, (const char *) rows->rows + (gsize) i * rows->stride, i, problems);
  return problems->list->len == before;
}

static void
check_options (const AssayTable *options, Problems *problems)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  if (!check_rows (options, &schema_option, problems))
    return;
  for (guint i = 0; i < options->n; i++)
    {
      const AssayOption *option
          = (gconstpointer) ((const char *) options->rows + (gsize) i * options->stride);

      if (!g_hash_table_add (seen, (gpointer) option->id))
        problems_add (problems, "options", i, option->id, "id", "taken already");
      if (!(option->value >= option->min && option->value <= option->max))
        problems_add (problems, "options", i, option->id, "value", "%g is not in %g..%g",
                      option->value, option->min, option->max);
    }
}

static void
check_environment (const AssayEnvironment *e, guint i, Problems *problems)
{
  static const char table[] = "environments";
  g_auto (GStrv) actions = NULL;
  AssayEnvironmentInfo head;
  guint before = problems->list->len;

  if (e->size < sizeof *e)
    {
      problems_add (problems, table, i, NULL, "size", "%u, where this Assay has %" G_GSIZE_FORMAT,
                    e->size, sizeof *e);
      return;
    }
  environment_head (e, &head);
  schema_check (&schema_environment, &head, i, problems);
  if (problems->list->len > before)
    return;
  actions = assay_words (e->actions);
  if (missing_function (e))
    problems_add (problems, table, i, e->id, missing_function (e), "NULL: it must be there");
  if (e->n_actions == 0)
    problems_add (problems, table, i, e->id, "n_actions", "0: there is nothing to do");
  if (e->actions && g_strv_length (actions) != e->n_actions)
    problems_add (problems, table, i, e->id, "actions", "%u names for %u actions",
                  g_strv_length (actions), e->n_actions);
  if (!(e->reward_min <= e->reward_max))
    problems_add (problems, table, i, e->id, "reward_min", "%g is not below reward_max, %g",
                  e->reward_min, e->reward_max);
  if (e->key_size > e->state_size)
    problems_add (problems, table, i, e->id, "key_size",
                  "%" G_GSIZE_FORMAT " is more than state_size, %" G_GSIZE_FORMAT, e->key_size,
                  e->state_size);
  if (e->views.n == 0)
    problems_add (problems, table, i, e->id, "views", "empty: it could not be seen");
  check_rows (&e->views, &schema_view, problems);
  check_options (&e->options, problems);
}

static const AssayEnvironment *
environment_at (const AssayPlugin *plugin, guint i)
{
  return (gconstpointer) ((const char *) plugin->environments.rows
                          + (gsize) i * plugin->environments.stride);
}

static void
check_environments (const AssayPlugin *plugin, Problems *problems)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  if (!study_check_table (&plugin->environments, &schema_environment, sizeof (AssayEnvironment),
                          problems))
    return;
  for (guint i = 0; i < plugin->environments.n; i++)
    check_environment (environment_at (plugin, i), i, problems);
  for (guint i = 0; problems->list->len == 0 && i < plugin->environments.n; i++)
    if (!g_hash_table_add (seen, (gpointer) environment_at (plugin, i)->id))
      problems_add (problems, "environments", i, environment_at (plugin, i)->id, "id",
                    "taken already");
}

static void
check_study (const AssayPlugin *plugin, Problems *problems)
{
  const AssayStudy *study = plugin->study;
  AssayStudyInfo *info = NULL;

  if (!study)
    {
      if (plugin->environments.n == 0)
        problems_add (problems, "plugin", NO_ROW, plugin->id, "study",
                      "missing, and it has no environments: the plugin offers nothing");
      return;
    }
  if (study->size < sizeof *study)
    {
      problems_add (problems, "study", NO_ROW, NULL, "size",
                    "%u, where this Assay has %" G_GSIZE_FORMAT, study->size, sizeof *study);
      return;
    }
  study_check_tables (study, problems);
  if (problems->list->len == 0)
    info = study_from_tables (study, problems);
  if (info)
    assay_study_info_unref (info);
}

GStrv
assay_plugin_check (const AssayPlugin *plugin, const char *path, gboolean *incompatible)
{
  Problems problems;

  problems_init (&problems, path);
  *incompatible = FALSE;
  if (!plugin)
    problems_add (&problems, "assay_plugin_entry", NO_ROW, NULL, NULL, "it returned NULL");
  else if (!check_version (plugin, &problems))
    *incompatible = TRUE;
  else
    {
      check_texts (plugin, &problems);
      check_environments (plugin, &problems);
      check_study (plugin, &problems);
    }
  g_ptr_array_add (problems.list, NULL);
  return (GStrv) g_ptr_array_steal (problems.list, NULL);
}

/* ---- load ---- */

AssayPluginEntry
plugin_open (const char *path, GError **error)
{
  g_autofree char *absolute = g_canonicalize_filename (path, NULL);
  void *handle = dlopen (absolute, RTLD_NOW | RTLD_LOCAL);
  AssayPluginEntry entry;

  if (!handle)
    {
      const char *reason = dlerror ();

      /* The loader's sentence mostly begins with the path. */
      if (g_str_has_prefix (reason, absolute))
        reason += strlen (absolute) + strspn (reason + strlen (absolute), ": ");
      g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_FAILED, "%s could not be loaded: %s", path,
                   reason);
      return NULL;
    }
  *(void **) &entry = dlsym (handle, "assay_plugin_entry");
  if (!entry)
    g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_USAGE,
                 "%s does not export assay_plugin_entry: is it a plugin of Assay, and is the "
                 "function declared ASSAY_EXPORT?",
                 path);
  return entry;
}

const AssayPlugin *
assay_plugin_load (const char *path, GError **error)
{
  AssayPluginEntry entry = plugin_open (path, error);
  const AssayPlugin *plugin = entry ? entry () : NULL;
  gboolean incompatible;
  g_auto (GStrv) problems = entry ? assay_plugin_check (plugin, path, &incompatible) : NULL;

  if (!entry)
    return NULL;
  if (!problems[0])
    return plugin;
  g_set_error_literal (error, ASSAY_ERROR,
                       incompatible ? ASSAY_ERROR_INCOMPATIBLE : ASSAY_ERROR_USAGE, problems[0]);
  return NULL;
}

/* ---- describe ---- */

static JsonArray *
describe_rows (const AssayTable *rows, const RowType *type)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < rows->n; i++)
    {
      JsonObject *row = json_object_new ();

      schema_to_json (type, (const char *) rows->rows + (gsize) i * rows->stride, row);
      json_array_add_object_element (array, row);
    }
  return array;
}

static JsonObject *
describe_environment (const AssayEnvironment *environment)
{
  JsonObject *object = json_object_new ();
  AssayEnvironmentInfo head;

  environment_head (environment, &head);
  schema_to_json (&schema_environment, &head, object);
  json_object_set_array_member (object, "views", describe_rows (&environment->views, &schema_view));
  if (environment->options.n > 0)
    json_object_set_array_member (object, "options",
                                  describe_rows (&environment->options, &schema_option));
  return object;
}

static void
set_text (JsonObject *object, const char *key, const char *text)
{
  if (text)
    json_object_set_string_member (object, key, text);
}

JsonNode *
assay_plugin_describe (const AssayPlugin *plugin)
{
  JsonObject *object = json_object_new ();
  JsonArray *environments = json_array_new ();

  set_text (object, "id", plugin->id);
  set_text (object, "title", plugin->title);
  set_text (object, "version", plugin->version);
  set_text (object, "license", plugin->license);
  set_text (object, "source", plugin->source);
  if (plugin->study)
    {
      g_autoptr (AssayStudyInfo) study = assay_study_info_from_study (plugin->study, NULL);

      if (study)
        json_object_set_object_member (object, "study", assay_study_info_describe (study));
    }
  for (guint i = 0; i < plugin->environments.n; i++)
    json_array_add_object_element (environments, describe_environment (environment_at (plugin, i)));
  json_object_set_array_member (object, "environments", environments);
  return json_node_init_object (json_node_alloc (), object);
}
