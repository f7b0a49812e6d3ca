/* SPDX-License-Identifier: Apache-2.0
 *
 * Taking away: runs to the trash, and what nobody needs any more.
 */
#include "base/file/file.h"
#include "base/log/log.h"
#include "host/registry/json.h"
#include "host/run/lock.h"
#include "host/run/record.h"
#include "host/run/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A folder that is being filled is younger than this, in seconds. */
#define STALE 3600

/* ---- trash ---- */

static gboolean
move_to_trash (AssayWorkspace *workspace, const char *id, const char *path, GError **error)
{
  for (guint n = 1;; n++)
    {
      g_autofree char *name = n == 1 ? g_strdup (id) : g_strdup_printf ("%s.%u", id, n);
      g_autofree char *target = assay_workspace_file (workspace, "trash", name, error);

      if (!target)
        return FALSE;
      if (renameat2 (AT_FDCWD, path, AT_FDCWD, target, RENAME_NOREPLACE) == 0)
        return TRUE;
      if (errno == EEXIST || errno == ENOTEMPTY)
        continue;
      g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_FAILED, "Cannot move %s to the trash: %s", path,
                   g_strerror (errno));
      return FALSE;
    }
}

/** Whether a live plan will still start it. */
static gboolean
is_wanted (AssayWorkspace *workspace, const char *id)
{
  g_autoptr (AssayRunDir) dir = assay_run_dir_open (workspace, id, NULL);

  return dir && (dir->state == ASSAY_QUEUED || dir->state == ASSAY_RUNNING);
}

gboolean
assay_run_trash (AssayWorkspace *workspace, const char *id, GError **error)
{
  g_autofree char *path = assay_workspace_file (workspace, "runs", id, error);
  g_autofree char *lock_path = path ? g_build_filename (path, "lock", NULL) : NULL;
  gboolean moved;
  int lock;

  if (!path)
    return FALSE;
  if (!g_file_test (path, G_FILE_TEST_IS_DIR))
    {
      g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_NOT_FOUND, "There is no run %s in %s", id,
                   assay_workspace_path (workspace));
      return FALSE;
    }
  lock = is_wanted (workspace, id) ? -1 : assay_lock_take (lock_path, 0.5, error);
  if (error && *error)
    return FALSE;
  /* With the lock nobody begins it meanwhile; but somebody may just have come to want it. */
  moved = lock >= 0 && !is_wanted (workspace, id) && move_to_trash (workspace, id, path, error);
  assay_lock_release (lock);
  if (!moved && error && !*error)
    g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_FAILED,
                 "Run %s is running or queued: cancel it first", id);
  return moved;
}

/** The newest of trash/<id>, <id>.2, <id>.3, ...; NULL: there is none. */
static char *
find_in_trash (AssayWorkspace *workspace, const char *id, GError **error)
{
  g_autofree char *found = NULL;

  for (guint n = 1;; n++)
    {
      g_autofree char *name = n == 1 ? g_strdup (id) : g_strdup_printf ("%s.%u", id, n);
      g_autofree char *path = assay_workspace_file (workspace, "trash", name, error);

      if (!path)
        return NULL;
      if (!g_file_test (path, G_FILE_TEST_IS_DIR))
        break;
      g_free (found);
      found = g_steal_pointer (&path);
    }
  if (!found)
    g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_NOT_FOUND, "There is no run %s in the trash of %s",
                 id, assay_workspace_path (workspace));
  return g_steal_pointer (&found);
}

gboolean
assay_run_restore (AssayWorkspace *workspace, const char *id, GError **error)
{
  g_autofree char *target = assay_workspace_file (workspace, "runs", id, error);
  g_autofree char *path = target ? find_in_trash (workspace, id, error) : NULL;

  if (!path)
    return FALSE;
  if (renameat2 (AT_FDCWD, path, AT_FDCWD, target, RENAME_NOREPLACE) == 0)
    return TRUE;
  g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_FAILED, "Cannot move %s back from the trash: %s", id,
               g_strerror (errno));
  return FALSE;
}

/* ---- gc ---- */

typedef struct
{
  AssayWorkspace *workspace;
  gboolean dry_run;
  AssayGcResult *result;
  GHashTable *used_stages; /* keys that runs of the workspace name */
  gboolean busy;           /* a run lives, and may be about to name one */
} Gc;

static gboolean
remove_counted (Gc *gc, const char *path, guint *counter, GError **error)
{
  gc->result->bytes += assay_tree_bytes (path);
  ++*counter;
  return gc->dry_run || assay_tree_remove (path, error);
}

static gboolean
empty_trash (Gc *gc, GError **error)
{
  g_auto (GStrv) names = assay_workspace_list (gc->workspace, "trash", error);

  for (guint i = 0; names && names[i]; i++)
    {
      g_autofree char *path
          = g_build_filename (assay_workspace_path (gc->workspace), "trash", names[i], NULL);

      if (!remove_counted (gc, path, &gc->result->runs, error))
        return FALSE;
    }
  return names != NULL;
}

/** Writes down what everybody reads already: that the run was interrupted. */
static void
write_interrupted (AssayWorkspace *workspace, const char *id)
{
  g_autofree char *path = g_build_filename (assay_workspace_path (workspace), "runs", id, NULL);
  g_autofree char *lock_path = g_build_filename (path, "lock", NULL);
  int lock = assay_lock_take (lock_path, 0.2, NULL);
  g_autoptr (AssayRunDir) dir = lock >= 0 ? assay_run_dir_open (workspace, id, NULL) : NULL;

  if (dir && dir->state == ASSAY_INTERRUPTED)
    {
      const AssayStatus status = {
        .state = ASSAY_INTERRUPTED,
        .attempt = (guint) assay_json_int (dir->status, "attempt", 1),
        .pid = assay_json_int (dir->status, "pid", 0),
        .started = dir->started,
        .reason = dir->reason,
        .exit_code = -1,
        .signal = -1,
      };

      assay_status_write (dir->path, &status, TRUE, NULL);
    }
  assay_lock_release (lock);
}

static void
note_stages (Gc *gc, AssayRunDir *dir)
{
  g_autofree char *path = assay_run_dir_file (dir, "metrics.alog");
  AssayLogError error;
  AssayLogReader *reader = path ? assay_log_open (path, &error) : NULL;
  AssayLogFrame frame;
  AssayLogKind kind;

  while (reader && (kind = assay_log_next (reader, &frame, &error)) != ASSAY_LOG_END
         && kind != ASSAY_LOG_DAMAGED)
    {
      g_autoptr (JsonNode) node = NULL;

      if (kind != ASSAY_LOG_EVENT || strcmp (frame.name, "stage") != 0)
        continue;
      node = assay_json_parse (frame.text, -1, "stage", NULL);
      if (node && JSON_NODE_HOLDS_OBJECT (node))
        g_hash_table_add (gc->used_stages,
                          g_strdup (assay_json_text (json_node_get_object (node), "key", "")));
    }
  assay_log_free (reader);
}

static gboolean
look_at_runs (Gc *gc, GHashTable *existing, GError **error)
{
  g_auto (GStrv) ids = assay_workspace_list (gc->workspace, "runs", error);

  for (guint i = 0; ids && ids[i]; i++)
    {
      g_autoptr (AssayRunDir) dir = assay_run_dir_open (gc->workspace, ids[i], NULL);

      g_hash_table_add (existing, g_strdup (ids[i]));
      if (!dir)
        continue;
      if (!gc->dry_run && dir->state == ASSAY_INTERRUPTED
          && g_strcmp0 (assay_json_text (dir->status, "state", NULL), "interrupted") != 0)
        write_interrupted (gc->workspace, ids[i]);
      gc->busy |= dir->state == ASSAY_RUNNING || dir->state == ASSAY_QUEUED;
      note_stages (gc, dir);
    }
  return ids != NULL;
}

/** Folders of runs that were never finished being made. */
static gboolean
remove_stale (Gc *gc, GError **error)
{
  g_autofree char *runs = g_build_filename (assay_workspace_path (gc->workspace), "runs", NULL);
  g_autoptr (GDir) dir = g_dir_open (runs, 0, NULL);
  const char *name;
  guint uncounted = 0;

  while (dir && (name = g_dir_read_name (dir)))
    {
      g_autofree char *path = g_build_filename (runs, name, NULL);
      GStatBuf st;

      if (g_str_has_prefix (name, ".new-") && g_lstat (path, &st) == 0
          && g_get_real_time () / G_USEC_PER_SEC - (gint64) st.st_mtime > STALE
          && !remove_counted (gc, path, &uncounted, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
remove_stage (Gc *gc, const char *key, const char *path, GError **error)
{
  g_autofree char *lock_path
      = g_strdup_printf ("%s/cache/%s.lock", assay_workspace_path (gc->workspace), key);
  int lock = assay_lock_take (lock_path, 0, NULL);
  gboolean removed;

  if (lock < 0) /* it is being built */
    return TRUE;
  removed = remove_counted (gc, path, &gc->result->stages, error);
  if (removed && !gc->dry_run)
    unlink (lock_path);
  assay_lock_release (lock);
  return removed;
}

static gboolean
clean_cache (Gc *gc, GError **error)
{
  g_auto (GStrv) names = assay_workspace_list (gc->workspace, "cache", error);

  for (guint i = 0; names && names[i] && !gc->busy; i++)
    {
      g_autofree char *path
          = g_build_filename (assay_workspace_path (gc->workspace), "cache", names[i], NULL);
      g_autofree char *key = g_strndup (names[i], strcspn (names[i], "."));
      gboolean partial = g_str_has_suffix (names[i], ".partial");

      if (!g_file_test (path, G_FILE_TEST_IS_DIR)
          || (!partial && g_hash_table_contains (gc->used_stages, key)))
        continue;
      if (!remove_stage (gc, key, path, error))
        return FALSE;
    }
  return names != NULL;
}

/** Whether any run of a plan is still there. */
static gboolean
plan_has_runs (const char *path, GHashTable *existing)
{
  g_autoptr (JsonNode) node = assay_json_load (path, NULL);
  JsonObject *object = node && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  JsonArray *runs = object ? assay_json_array (object, "runs") : NULL;

  for (guint i = 0; runs && i < json_array_get_length (runs); i++)
    {
      JsonNode *run = json_array_get_element (runs, i);
      const char *id = JSON_NODE_HOLDS_OBJECT (run)
                           ? assay_json_text (json_node_get_object (run), "run", NULL)
                           : NULL;

      if (id && g_hash_table_contains (existing, id))
        return TRUE;
    }
  return object == NULL; /* damaged: a person should look at it */
}

static gboolean
clean_plans (Gc *gc, GHashTable *existing, GError **error)
{
  static const char *const endings[] = { ".lock", ".log" };
  g_auto (GStrv) ids = assay_workspace_list (gc->workspace, "plans", error);

  for (guint i = 0; ids && ids[i]; i++)
    {
      g_autofree char *base
          = g_build_filename (assay_workspace_path (gc->workspace), "plans", ids[i], NULL);
      g_autofree char *path = g_strconcat (base, ".json", NULL);
      g_autofree char *lock_path = g_strconcat (base, ".lock", NULL);
      gboolean removed = TRUE;
      int lock = assay_lock_take (lock_path, 0, NULL);

      if (lock >= 0 && !plan_has_runs (path, existing))
        {
          removed = remove_counted (gc, path, &gc->result->plans, error);
          for (guint k = 0; removed && !gc->dry_run && k < G_N_ELEMENTS (endings); k++)
            {
              g_autofree char *other = g_strconcat (base, endings[k], NULL);
              unlink (other);
            }
        }
      assay_lock_release (lock);
      if (!removed)
        return FALSE;
    }
  return ids != NULL;
}

gboolean
assay_workspace_gc (AssayWorkspace *workspace, gboolean dry_run, AssayGcResult *result,
                    GError **error)
{
  AssayGcResult own = { 0 };
  g_autoptr (GHashTable) stages = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GHashTable) existing = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  Gc gc = { workspace, dry_run, result ? result : &own, stages };

  *gc.result = own;
  return empty_trash (&gc, error) && remove_stale (&gc, error)
         && look_at_runs (&gc, existing, error) && clean_cache (&gc, error)
         && clean_plans (&gc, existing, error);
}
