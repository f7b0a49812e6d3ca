/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/desktop/settings.h"

#include <string.h>

#define SCHEMA "org.assay.Studio"
#define RECENT 8

/* The schemas of FOLDER/@below of the program's folder or of one above; NULL: none. */
static GSettingsSchemaSource *
find_above (const char *below)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *folder = program != NULL ? g_path_get_dirname (program) : NULL;

  while (folder != NULL && strlen (folder) > 1)
    {
      g_autofree char *schemas = g_build_filename (folder, below, NULL);
      g_autofree char *compiled = g_build_filename (schemas, "gschemas.compiled", NULL);
      char *above;

      if (g_file_test (compiled, G_FILE_TEST_EXISTS))
        return g_settings_schema_source_new_from_directory (
            schemas, g_settings_schema_source_get_default (), FALSE, NULL);
      above = g_path_get_dirname (folder);
      g_free (folder);
      folder = above;
    }
  return NULL;
}

static GSettingsSchema *
find_schema (void)
{
  static const char *const places[] = { "share/assay/schemas", "data/desktop" };
  GSettingsSchema *schema = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (places) && schema == NULL; i++)
    {
      GSettingsSchemaSource *source = find_above (places[i]);

      if (source == NULL)
        continue;
      schema = g_settings_schema_source_lookup (source, SCHEMA, FALSE);
      g_settings_schema_source_unref (source);
    }
  if (schema == NULL && g_settings_schema_source_get_default () != NULL)
    schema
        = g_settings_schema_source_lookup (g_settings_schema_source_get_default (), SCHEMA, TRUE);
  return schema;
}

GSettings *
studio_settings (void)
{
  static GSettings *settings;

  if (settings == NULL)
    {
      GSettingsSchema *schema = find_schema ();

      if (schema == NULL)
        g_error ("The settings' schema %s is not there: is Assay installed completely?", SCHEMA);
      settings = g_settings_new_full (schema, NULL, NULL);
      g_settings_schema_unref (schema);
    }
  return settings;
}

void
studio_settings_add_recent (const char *path)
{
  g_auto (GStrv) known = g_settings_get_strv (studio_settings (), "recent-workspaces");
  g_autoptr (GPtrArray) paths = g_ptr_array_new ();

  g_ptr_array_add (paths, (char *) path);
  for (guint i = 0; known[i] != NULL && paths->len < RECENT; i++)
    if (strcmp (known[i], path) != 0)
      g_ptr_array_add (paths, known[i]);
  g_ptr_array_add (paths, NULL);
  g_settings_set_strv (studio_settings (), "recent-workspaces", (const char *const *) paths->pdata);
}
