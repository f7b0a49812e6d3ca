/* SPDX-License-Identifier: Apache-2.0 */
#include "host/run/workspace.h"
#include "host/registry/json.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>

struct _AssayWorkspace
{
  char *path;
  char *real; /* without symbolic links: what "inside" is measured against */
};

static const char *const PARTS[] = { "runs", "plans", "cache", "trash", NULL };

static char *
chosen_path (const char *path)
{
  const char *set = path && *path ? path : g_getenv ("ASSAY_WORKSPACE");
  g_autofree char *fallback = NULL;

  if (!set || !*set)
    set = fallback = g_build_filename (g_get_user_data_dir (), "assay", "workspace", NULL);
  return g_canonicalize_filename (set, NULL);
}

static gboolean
fail_errno (GError **error, const char *doing, const char *path)
{
  g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_FAILED, "Cannot %s %s: %s", doing, path,
               g_strerror (errno));
  return FALSE;
}

/* What another process that is making the same workspace, or died of it, leaves beside
 * workspace.json until it has its name (base/file/file.h). */
static gboolean
is_temporary (const char *name)
{
  return g_str_has_prefix (name, ".assay-") && g_str_has_suffix (name, ".tmp");
}

/* A folder with somebody's files is not turned into a workspace by a slip of the keyboard. */
static gboolean
is_free_for_use (const char *path, GError **error)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir && (name = g_dir_read_name (dir)))
    if (!g_strv_contains (PARTS, name) && strcmp (name, "workspace.json") != 0
        && !is_temporary (name))
      {
        g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_USAGE,
                     "%s is no workspace and holds other files (\"%s\"): name an empty or a new "
                     "folder",
                     path, name);
        return FALSE;
      }
  return TRUE;
}

static gboolean
make (const char *path, const char *file, GError **error)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autoptr (JsonObject) object = json_object_new ();

  if (g_mkdir_with_parents (path, 0777) != 0)
    return fail_errno (error, "make workspace", path);
  if (!is_free_for_use (path, error))
    return FALSE;
  json_object_set_int_member (object, "format", ASSAY_WORKSPACE_FORMAT);
  json_node_set_object (node, object);
  return assay_json_save (file, node, error);
}

static gboolean
check_format (const char *file, GError **error)
{
  g_autoptr (JsonNode) node = assay_json_load (file, error);
  JsonObject *object;
  gint64 format;

  if (!node)
    return FALSE;
  object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  format = object ? assay_json_int (object, "format", 0) : 0;
  if (format >= 1 && format <= ASSAY_WORKSPACE_FORMAT)
    return TRUE;
  if (format > ASSAY_WORKSPACE_FORMAT)
    g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_INCOMPATIBLE,
                 "%s has format %" G_GINT64_FORMAT
                 "; this Assay knows formats up to %d: use a newer one",
                 file, format, ASSAY_WORKSPACE_FORMAT);
  else
    g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_FAILED, "%s names no format: it is damaged", file);
  return FALSE;
}

static gboolean
make_parts (const char *path, GError **error)
{
  for (guint i = 0; PARTS[i]; i++)
    {
      g_autofree char *part = g_build_filename (path, PARTS[i], NULL);

      if (g_mkdir (part, 0777) != 0 && errno != EEXIST)
        return fail_errno (error, "make", part);
    }
  return TRUE;
}

AssayWorkspace *
assay_workspace_open (const char *path, gboolean create, GError **error)
{
  g_autofree char *chosen = chosen_path (path);
  g_autofree char *file = g_build_filename (chosen, "workspace.json", NULL);
  g_autofree char *real = NULL;
  AssayWorkspace *workspace;

  if (!g_file_test (file, G_FILE_TEST_EXISTS))
    {
      if (!create)
        {
          g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_NOT_FOUND,
                       "There is no workspace at %s: `assay run` makes one, --workspace names "
                       "another",
                       chosen);
          return NULL;
        }
      if (!make (chosen, file, error))
        return NULL;
    }
  if (!check_format (file, error) || (create && !make_parts (chosen, error)))
    return NULL;
  real = realpath (chosen, NULL);
  if (!real)
    {
      fail_errno (error, "open workspace", chosen);
      return NULL;
    }
  workspace = g_new0 (AssayWorkspace, 1);
  workspace->path = g_steal_pointer (&chosen);
  workspace->real = g_strdup (real);
  return workspace;
}

void
assay_workspace_free (AssayWorkspace *workspace)
{
  if (!workspace)
    return;
  g_free (workspace->path);
  g_free (workspace->real);
  g_free (workspace);
}

const char *
assay_workspace_path (AssayWorkspace *workspace)
{
  return workspace->path;
}

char *
assay_path_inside (const char *folder, const char *name, GError **error)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *real_folder = realpath (folder, NULL);
  g_autofree char *real = realpath (path, NULL);
  gsize length = real_folder ? strlen (real_folder) : 0;

  if (!real && errno == ENOENT && g_file_test (path, G_FILE_TEST_IS_SYMLINK))
    errno = ELOOP; /* a dangling link may come to lead anywhere */
  if (!real && errno != ENOENT)
    {
      fail_errno (error, "open", path);
      return NULL;
    }
  if (real && !(g_str_has_prefix (real, real_folder) && real[length] == '/'))
    {
      g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_FAILED,
                   "%s is a symbolic link that leaves %s (to %s): refused", path, folder, real);
      return NULL;
    }
  return g_steal_pointer (&path);
}

static gboolean
is_plain_name (const char *name)
{
  return name && *name && *name != '.' && !strchr (name, '/') && strlen (name) < 256
         && g_utf8_validate (name, -1, NULL);
}

char *
assay_workspace_file (AssayWorkspace *workspace, const char *part, const char *name, GError **error)
{
  g_autofree char *folder = g_build_filename (workspace->real, part, NULL);
  g_autofree char *inside = NULL;

  if (!is_plain_name (name))
    {
      g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_USAGE,
                   "\"%s\" cannot be a name in %s/%s: no \"/\", no leading \".\"", name ? name : "",
                   workspace->path, part);
      return NULL;
    }
  inside = assay_path_inside (workspace->real, part, error);
  return inside ? assay_path_inside (folder, name, error) : NULL;
}

static int
compare_names (const void *a, const void *b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

GStrv
assay_workspace_list (AssayWorkspace *workspace, const char *part, GError **error)
{
  g_autofree char *folder = assay_path_inside (workspace->real, part, error);
  g_autoptr (GDir) dir = NULL;
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) problem = NULL;
  const char *suffix = strcmp (part, "plans") == 0 ? ".json" : "";
  const char *name;

  if (!folder)
    return NULL;
  dir = g_dir_open (folder, 0, &problem);
  if (!dir && !g_error_matches (problem, G_FILE_ERROR, G_FILE_ERROR_NOENT))
    {
      g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_FAILED, "Cannot list %s: %s", folder,
                   problem->message);
      return NULL;
    }
  while (dir && (name = g_dir_read_name (dir)))
    if (is_plain_name (name) && g_str_has_suffix (name, suffix))
      g_ptr_array_add (names, g_strndup (name, strlen (name) - strlen (suffix)));
  if (names->len)
    qsort (names->pdata, names->len, sizeof (gpointer), compare_names);
  g_ptr_array_add (names, NULL);
  return (GStrv) g_ptr_array_free (g_steal_pointer (&names), FALSE);
}
