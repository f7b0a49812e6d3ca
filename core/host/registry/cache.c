/* SPDX-License-Identifier: Apache-2.0 */
#include "cache.h"

#include "host/registry/json.h"

#define FORMAT 1
#define MAX_ENTRIES 1000

static JsonObject *
plugins_of (JsonNode *node, const char *scanner)
{
  JsonObject *root = node && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  JsonObject *plugins = assay_json_object (root, "plugins");

  if (!plugins || assay_json_int (root, "format", 0) != FORMAT
      || g_strcmp0 (assay_json_text (root, "scanner", NULL), scanner) != 0)
    return json_object_new ();
  return json_object_ref (plugins);
}

JsonObject *
cache_parse (const char *text, gssize length, const char *scanner)
{
  g_autoptr (JsonNode) node = assay_json_parse (text, length, "plugins.json", NULL);

  return plugins_of (node, scanner);
}

void
cache_open (Cache *cache, const char *scanner)
{
  g_autoptr (JsonNode) node = NULL;

  cache->path = g_build_filename (g_get_user_cache_dir (), "assay", "plugins.json", NULL);
  cache->scanner = g_strdup (scanner);
  cache->changed = FALSE;
  node = assay_json_load (cache->path, NULL);
  cache->plugins = plugins_of (node, scanner);
}

static char *
mtime_of (const struct stat *info)
{
  return g_strdup_printf ("%" G_GINT64_FORMAT "%09ld", (gint64) info->st_mtim.tv_sec,
                          info->st_mtim.tv_nsec);
}

JsonObject *
cache_find (Cache *cache, const char *path, const struct stat *info, const char *build_id)
{
  JsonObject *entry = assay_json_object (cache->plugins, path);
  g_autofree char *mtime = mtime_of (info);

  if (!entry || assay_json_int (entry, "size", -1) != (gint64) info->st_size
      || g_strcmp0 (assay_json_text (entry, "mtime", NULL), mtime) != 0
      || g_strcmp0 (assay_json_text (entry, "build-id", NULL), build_id) != 0)
    return NULL;
  return assay_json_object (entry, "answer");
}

void
cache_put (Cache *cache, const char *path, const struct stat *info, const char *build_id,
           JsonObject *answer)
{
  JsonObject *entry = json_object_new ();
  g_autofree char *mtime = mtime_of (info);

  json_object_set_int_member (entry, "size", (gint64) info->st_size);
  json_object_set_string_member (entry, "mtime", mtime);
  json_object_set_string_member (entry, "build-id", build_id);
  json_object_set_object_member (entry, "answer", json_object_ref (answer));
  json_object_set_object_member (cache->plugins, path, entry);
  cache->changed = TRUE;
}

/** Entries of files that are gone; all of them, should there be far too many. */
static void
forget_gone (JsonObject *plugins)
{
  gboolean all = json_object_get_size (plugins) > MAX_ENTRIES;
  GList *paths = json_object_get_members (plugins);

  for (GList *at = paths; at; at = at->next)
    if (all || !g_file_test (at->data, G_FILE_TEST_EXISTS))
      json_object_remove_member (plugins, at->data);
  g_list_free (paths);
}

static void
cache_write (Cache *cache)
{
  g_autoptr (JsonNode) node = json_node_alloc ();
  g_autoptr (JsonObject) root = json_object_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_path_get_dirname (cache->path);

  forget_gone (cache->plugins);
  json_object_set_int_member (root, "format", FORMAT);
  json_object_set_string_member (root, "scanner", cache->scanner);
  json_object_set_object_member (root, "plugins", json_object_ref (cache->plugins));
  json_node_init_object (node, root);
  g_mkdir_with_parents (folder, 0700);
  if (!assay_json_save (cache->path, node, &error))
    g_debug ("%s", error->message);
}

void
cache_close (Cache *cache)
{
  if (cache->changed)
    cache_write (cache);
  g_clear_pointer (&cache->plugins, json_object_unref);
  g_clear_pointer (&cache->path, g_free);
  g_clear_pointer (&cache->scanner, g_free);
}
