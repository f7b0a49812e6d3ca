/* SPDX-License-Identifier: Apache-2.0
 *
 * Where helper programs and plugins are, seen from the running program: in the
 * prefix it is installed in, or in the build tree it was built in.
 */
#include "paths.h"

#include "host/registry/registry.h"

#include <stdlib.h>
#include <string.h>

static char *
own_folder (void)
{
  g_autofree char *exe = g_file_read_link ("/proc/self/exe", NULL);

  return exe ? g_path_get_dirname (exe) : NULL;
}

/** The prefix: the folder above bin or libexec/assay; NULL in a build tree. */
static char *
own_prefix (void)
{
  static const char *const places[] = { "/" ASSAY_BINDIR, "/" ASSAY_LIBEXECDIR };
  g_autofree char *folder = own_folder ();

  for (guint i = 0; folder && i < G_N_ELEMENTS (places); i++)
    if (g_str_has_suffix (folder, places[i]))
      {
        folder[strlen (folder) - strlen (places[i])] = '\0';
        return g_steal_pointer (&folder);
      }
  return NULL;
}

/** The build tree: the nearest folder above with meson's own folder in it. */
static char *
own_build_tree (void)
{
  g_autofree char *folder = own_folder ();

  while (folder && strlen (folder) > 1)
    {
      g_autofree char *mark = g_build_filename (folder, "meson-private", NULL);
      char *above;

      if (g_file_test (mark, G_FILE_TEST_IS_DIR))
        return g_steal_pointer (&folder);
      above = g_path_get_dirname (folder);
      g_free (folder);
      folder = above;
    }
  return NULL;
}

static char *
program_in_prefix (const char *name)
{
  g_autofree char *prefix = own_prefix ();
  g_autofree char *path = prefix ? g_build_filename (prefix, ASSAY_LIBEXECDIR, name, NULL) : NULL;

  return path && g_file_test (path, G_FILE_TEST_IS_EXECUTABLE) ? g_steal_pointer (&path) : NULL;
}

static char *
program_in_build_tree (const char *name)
{
  static const char *const layers[] = { "registry", "run", "chart" };
  g_autofree char *tree = own_build_tree ();

  for (guint i = 0; tree && i < G_N_ELEMENTS (layers); i++)
    {
      g_autofree char *path = g_build_filename (tree, "core", "host", layers[i], name, NULL);

      if (g_file_test (path, G_FILE_TEST_IS_EXECUTABLE))
        return g_steal_pointer (&path);
    }
  return NULL;
}

char *
assay_program_path (const char *name, GError **error)
{
  char *path = program_in_prefix (name) ?: program_in_build_tree (name);

  if (!path)
    {
      /* A program of somebody else's that uses libassay. */
      path = g_build_filename (ASSAY_PREFIX, ASSAY_LIBEXECDIR, name, NULL);
      if (!g_file_test (path, G_FILE_TEST_IS_EXECUTABLE))
        {
          g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_NOT_FOUND,
                       "The helper program %s is not there (looked for %s): is Assay installed "
                       "completely?",
                       name, path);
          g_clear_pointer (&path, g_free);
        }
    }
  return path;
}

static gint
compare_texts (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/** Every folder of TREE/plugins by name, then the template, which is a plugin too. */
static void
add_build_tree (GPtrArray *folders, const char *tree)
{
  g_autofree char *parent = g_build_filename (tree, "plugins", NULL);
  g_autoptr (GDir) dir = g_dir_open (parent, 0, NULL);
  guint first = folders->len;
  const char *name;

  while (dir && (name = g_dir_read_name (dir)))
    g_ptr_array_add (folders, g_build_filename (parent, name, NULL));
  qsort (folders->pdata + first, folders->len - first, sizeof (gpointer), compare_texts);
  g_ptr_array_add (folders, g_build_filename (tree, "data", "plugin-template", NULL));
}

GStrv
paths_plugin_folders (void)
{
  GPtrArray *folders = g_ptr_array_new ();
  g_auto (GStrv) listed = g_strsplit (g_getenv ("ASSAY_PLUGIN_PATH") ?: "", ":", -1);
  g_autofree char *prefix = own_prefix (), *tree = prefix ? NULL : own_build_tree ();

  for (guint i = 0; listed[i]; i++)
    if (*listed[i])
      g_ptr_array_add (folders, g_strdup (listed[i]));
  g_ptr_array_add (folders, g_build_filename (g_get_user_data_dir (), "assay", "plugins", NULL));
  if (tree)
    add_build_tree (folders, tree);
  else
    g_ptr_array_add (folders, g_build_filename (prefix ?: ASSAY_PREFIX, ASSAY_PLUGINDIR, NULL));
  g_ptr_array_add (folders, NULL);
  return (GStrv) g_ptr_array_free (folders, FALSE);
}
