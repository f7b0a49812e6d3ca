/* SPDX-License-Identifier: Apache-2.0
 *
 * Stages: memoised units of work in the workspace's cache.  Of two runs that need one
 * result, one builds it while the other waits; the lock falls with its holder.
 */
#include "base/file/file.h"
#include "host/registry/json.h"
#include "host/run/lock.h"
#include "host/run/runner.h"
#include "host/run/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

/** A stage that this run has used. */
typedef struct
{
  char *key, *path;
} StageUse;

void
assay_stage_use_free (gpointer data)
{
  StageUse *use = data;

  g_free (use->key);
  g_free (use->path);
  g_free (use);
}

/* ---- the key ---- */

static JsonObject *
depends_object (AssayRunner *runner, const AssayStage *stage)
{
  JsonObject *object = json_object_new ();
  g_auto (GStrv) ids = assay_words (stage->depends);
  g_autoptr (JsonObject) files
      = assay_spec_files (runner->spec, NULL); /* checked when the run began */

  for (guint i = 0; ids[i]; i++)
    {
      const AssayParam *param = assay_study_param (runner->study, g_strdelimit (ids[i], "_", '-'));
      const char *value = param ? assay_spec_value (runner->spec, param->id) : NULL;

      if (!param)
        assay_runner_fail (runner, "stage %s depends on \"%s\", which is no parameter", stage->name,
                           ids[i]);
      else if (value && param->type == ASSAY_FILE)
        value = files ? assay_json_text (files, param->id, "") : "";
      if (value)
        json_object_set_string_member (object, param->id, value);
    }
  return object;
}

static JsonObject *
parents_object (AssayRunner *runner, const AssayStage *stage)
{
  JsonObject *object = json_object_new ();
  g_auto (GStrv) names = assay_words (stage->parents);

  for (guint i = 0; names[i]; i++)
    {
      StageUse *parent = g_hash_table_lookup (runner->stages, names[i]);

      if (parent)
        json_object_set_string_member (object, names[i], parent->key);
      else
        assay_runner_fail (runner, "stage %s: its parent %s was not used before", stage->name,
                           names[i]);
    }
  return object;
}

/** What the result depends on; it becomes stage.json. */
static JsonObject *
stage_object (AssayRunner *runner, const AssayStage *stage)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "name", stage->name);
  json_object_set_string_member (object, "study", runner->study->id);
  json_object_set_string_member (object, "identity", runner->record->identity);
  json_object_set_object_member (object, "depends", depends_object (runner, stage));
  json_object_set_object_member (object, "parents", parents_object (runner, stage));
  if (stage->per_seed)
    json_object_set_int_member (object, "seed", (gint64) runner->spec->seed);
  return object;
}

static char *
key_of (JsonObject *object)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autofree char *text = NULL;

  json_node_set_object (node, object);
  text = assay_json_canonical (node);
  return assay_sha256 (text, strlen (text));
}

/* ---- the cache ---- */

/** Whether the folder holds a whole result; looked at once per run and stage. */
static gboolean
is_whole (const char *folder)
{
  g_autofree char *file = g_build_filename (folder, "stage.json", NULL);
  g_autofree char *result = g_build_filename (folder, "result", NULL);
  g_autoptr (JsonNode) node
      = g_file_test (file, G_FILE_TEST_EXISTS) ? assay_json_load (file, NULL) : NULL;
  JsonObject *object = node && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  g_autofree char *hash = NULL;
  GStatBuf st;

  if (!object || g_lstat (result, &st) != 0 || !S_ISREG (st.st_mode)
      || assay_json_int (object, "bytes", -1) != (gint64) st.st_size)
    return FALSE;
  hash = assay_sha256_file (result, NULL);
  return g_strcmp0 (hash, assay_json_text (object, "sha256", NULL)) == 0;
}

/** The lock of a key; waits for whoever builds it.  -1: cancelled, or the run has failed. */
static int
wait_for_lock (AssayRunner *runner, const AssayStage *stage, const char *path)
{
  g_autofree char *doing = g_strdup_printf ("waiting for %s", stage->name);
  int lock = -1;

  while (lock < 0 && !assay_runner_cancelled (runner))
    {
      g_autoptr (GError) error = NULL;

      lock = assay_lock_take (path, 0.5, &error);
      if (lock < 0 && assay_lock_state (path, 0) == ASSAY_LOCK_ABSENT)
        {
          assay_runner_fail (runner, "stage %s: %s", stage->name, error->message);
          return -1;
        }
      if (lock < 0)
        assay_host_table.progress (&runner->handle.run, runner->fraction, doing);
    }
  return lock;
}

/** Makes the file durable and describes it in @object. */
static gboolean
seal (AssayRunner *runner, const AssayStage *stage, const char *folder, JsonObject *object)
{
  g_autofree char *result = g_build_filename (folder, "result", NULL);
  g_autofree char *hash = NULL;
  GStatBuf st;
  int fd;

  if (g_lstat (result, &st) != 0 || !S_ISREG (st.st_mode))
    {
      assay_runner_fail (runner, "stage %s: its build left no file at the path it was given",
                         stage->name);
      return FALSE;
    }
  fd = assay_file_open (result, O_RDONLY, 0);
  if (fd < 0 || assay_file_sync (fd) != 0)
    assay_runner_fail (runner, "stage %s: cannot write %s: %s", stage->name, result,
                       g_strerror (errno));
  if (fd >= 0)
    close (fd);
  hash = assay_sha256_file (result, NULL);
  json_object_set_int_member (object, "format", 1);
  json_object_set_int_member (object, "bytes", (gint64) st.st_size);
  json_object_set_string_member (object, "sha256", hash ? hash : "");
  return runner->failure == NULL;
}

/** The study's function at work: it sees what the key holds, and no more. */
static gboolean
call_build (AssayRunner *runner, const AssayStage *stage, const char *path)
{
  g_auto (GStrv) depends = assay_words (stage->depends);
  g_autoptr (AssaySpec) seen = assay_spec_only (runner->spec, (const char *const *) depends);
  g_autofree void *params = g_malloc0 (runner->params_size);
  AssayRunHandle handle = runner->handle;
  gboolean built;

  assay_spec_fill (seen, params, runner->params_size);
  handle.run.params = params;
  handle.run.seed = stage->per_seed ? runner->spec->seed : 0;
  runner->in_stage = TRUE;
  built = stage->build (&handle.run, path, stage->data);
  runner->in_stage = FALSE;
  if (!built && !assay_runner_cancelled (runner))
    assay_runner_fail (runner, "stage %s could not be built", stage->name);
  return built && !runner->failure;
}

/** Builds in a folder beside, and moves it to its place when it is whole. */
static gboolean
build (AssayRunner *runner, const AssayStage *stage, const char *folder, JsonObject *object)
{
  g_autofree char *partial = g_strconcat (folder, ".partial", NULL);
  g_autofree char *result = g_build_filename (partial, "result", NULL);
  g_autoptr (GError) error = NULL;

  assay_tree_remove (partial, NULL);
  assay_tree_remove (folder, NULL); /* a damaged one */
  if (g_mkdir (partial, 0777) != 0)
    {
      assay_runner_fail (runner, "stage %s: cannot make %s: %s", stage->name, partial,
                         g_strerror (errno));
      return FALSE;
    }
  if (call_build (runner, stage, result) && seal (runner, stage, partial, object))
    {
      g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
      g_autofree char *file = g_build_filename (partial, "stage.json", NULL);

      json_node_set_object (node, object);
      if (!assay_json_save (file, node, &error))
        assay_runner_fail (runner, "stage %s: %s", stage->name, error->message);
      else if (assay_file_rename (partial, folder) != 0)
        assay_runner_fail (runner, "stage %s: cannot keep %s: %s", stage->name, folder,
                           g_strerror (errno));
      else
        return TRUE;
    }
  assay_tree_remove (partial, NULL);
  return FALSE;
}

static void
log_stage (AssayRunner *runner, const AssayStage *stage, const char *key, gboolean built)
{
  g_autoptr (JsonObject) event = json_object_new ();

  json_object_set_string_member (event, "name", stage->name);
  json_object_set_string_member (event, "key", key);
  json_object_set_boolean_member (event, "per-seed", stage->per_seed != 0);
  json_object_set_boolean_member (event, "built", built);
  assay_runner_event (runner, "stage", event, TRUE);
}

static gboolean
obtain (AssayRunner *runner, const AssayStage *stage, const char *folder, const char *key,
        JsonObject *object)
{
  g_autofree char *lock_path = g_strconcat (folder, ".lock", NULL);
  gboolean built = FALSE, there = is_whole (folder);
  int lock = -1;

  if (!there)
    {
      lock = wait_for_lock (runner, stage, lock_path);
      if (lock < 0)
        return FALSE;
      there = is_whole (folder);
      if (!there)
        there = built = build (runner, stage, folder, object);
    }
  /* Still locked: gc does not take away what this run is about to name. */
  if (there)
    log_stage (runner, stage, key, built);
  assay_lock_release (lock);
  return there && !runner->failure;
}

static gboolean
check_stage (AssayRunner *runner, const AssayStage *stage)
{
  if (!assay_runner_may_write (runner, "assay_stage")
      || !assay_runner_check_name (runner, "stage", stage->name))
    return FALSE;
  if (!stage->build)
    assay_runner_fail (runner, "stage %s has no build function", stage->name);
  return runner->failure == NULL && !assay_runner_cancelled (runner);
}

const char *
assay_host_stage (AssayRun *run, const AssayStage *stage)
{
  AssayRunner *runner = assay_runner_of (run);
  g_autoptr (JsonObject) object = NULL;
  g_autofree char *key = NULL, *folder = NULL;
  StageUse *use;

  if (!check_stage (runner, stage))
    return NULL;
  object = stage_object (runner, stage);
  if (runner->failure)
    return NULL;
  key = key_of (object);
  use = g_hash_table_lookup (runner->stages, stage->name);
  if (use && strcmp (use->key, key) == 0)
    return use->path;
  folder = g_build_filename (runner->workspace, "cache", key, NULL);
  if (use)
    assay_runner_fail (runner, "stage %s was used before with other dependencies", stage->name);
  else if (obtain (runner, stage, folder, key, object))
    {
      use = g_new0 (StageUse, 1);
      use->key = g_steal_pointer (&key);
      use->path = g_build_filename (folder, "result", NULL);
      g_hash_table_insert (runner->stages, g_strdup (stage->name), use);
      return use->path;
    }
  return NULL;
}
