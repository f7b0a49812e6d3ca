/* SPDX-License-Identifier: Apache-2.0
 *
 * Checkpoints: save, restore, and the state of the run directory that goes with one.
 */
#include "base/file/file.h"
#include "host/registry/json.h"
#include "host/run/runner.h"
#include "host/run/tree.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#define MAX_CHECKPOINT (G_GUINT64_CONSTANT (1) << 32)

/* ---- saving ---- */

/** The file that is not the last one: two take turns, so that a whole one is always there. */
static const char *
next_file (AssayRunner *runner)
{
  runner->checkpoint_turn = !runner->checkpoint_turn;
  return runner->checkpoint_turn ? "checkpoints/1" : "checkpoints/2";
}

void
assay_host_save (AssayRun *run, const void *data, uint64_t size)
{
  AssayRunner *runner = assay_runner_of (run);
  g_autoptr (JsonObject) event = json_object_new ();
  g_autofree char *path = NULL, *hash = NULL;
  const char *file;

  if (!assay_runner_may_write (runner, "assay_save"))
    return;
  if (size > MAX_CHECKPOINT || (size && !data))
    {
      assay_runner_fail (runner, "save: a checkpoint has at most 4 GB");
      return;
    }
  assay_runner_settle_files (runner);
  /* What the checkpoint stands on must be on disk before it is. */
  if (runner->failure || !assay_log_flush (runner->log, TRUE))
    {
      assay_runner_fail (runner, "%s", assay_log_error (runner->log));
      return;
    }
  file = next_file (runner);
  path = g_build_filename (runner->dir, file, NULL);
  if (!assay_file_replace (path, data, size))
    {
      assay_runner_fail (runner, "cannot write %s: %s", path, g_strerror (errno));
      return;
    }
  hash = assay_sha256 (data, size);
  json_object_set_string_member (event, "file", file);
  json_object_set_string_member (event, "sha256", hash);
  assay_runner_event (runner, "checkpoint", event, TRUE);
  if (!runner->failure && !assay_log_flush (runner->log, TRUE))
    assay_runner_fail (runner, "%s", assay_log_error (runner->log));
}

const void *
assay_host_restore (AssayRun *run, uint64_t *size)
{
  AssayRunner *runner = assay_runner_of (run);
  gsize n = 0;
  const void *data = runner->restored ? g_bytes_get_data (runner->restored, &n) : NULL;

  if (size)
    *size = n;
  /* An empty checkpoint is one, too. */
  return runner->restored && !data ? "" : data;
}

/* ---- resuming ---- */

/** The bytes of a checkpoint event, if its file is whole. */
static GBytes *
load_checkpoint (AssayRunner *runner, const char *text)
{
  g_autoptr (JsonNode) node = assay_json_parse (text, -1, "checkpoint", NULL);
  JsonObject *event = node && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  const char *file = event ? assay_json_text (event, "file", "") : "";
  g_autofree char *path = assay_run_dir_file (runner->record, file);
  g_autofree char *content = NULL, *hash = NULL;
  gsize size = 0;

  if (!path || !g_str_has_prefix (file, "checkpoints/")
      || !g_file_get_contents (path, &content, &size, NULL))
    return NULL;
  hash = assay_sha256 (content, size);
  if (g_strcmp0 (hash, assay_json_text (event, "sha256", NULL)) != 0)
    return NULL;
  runner->checkpoint_turn = g_str_has_suffix (file, "1");
  return g_bytes_new_take (g_steal_pointer (&content), size);
}

/** Where the last whole checkpoint ends in the log; 0: there is none. */
static guint64
find_checkpoint (AssayRunner *runner, const char *path)
{
  AssayLogError error;
  AssayLogReader *reader = assay_log_open (path, &error);
  AssayLogFrame frame;
  AssayLogKind kind;
  guint64 end = 0;
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GArray) ends = g_array_new (FALSE, FALSE, sizeof (guint64));

  if (!reader)
    return 0;
  while ((kind = assay_log_next (reader, &frame, &error)) != ASSAY_LOG_END
         && kind != ASSAY_LOG_DAMAGED)
    if (kind == ASSAY_LOG_EVENT && strcmp (frame.name, "checkpoint") == 0)
      {
        g_ptr_array_add (texts, g_strdup (frame.text));
        g_array_append_val (ends, frame.end);
      }
  assay_log_free (reader);
  /* Only the last two can still have their file. */
  for (guint i = texts->len; i-- > 0 && !end && i + 2 >= texts->len;)
    {
      runner->restored = load_checkpoint (runner, texts->pdata[i]);
      if (runner->restored)
        end = g_array_index (ends, guint64, i);
    }
  return end;
}

/** A file that an event of the kept log describes; samples are cut to the size they had. */
static void
keep_file (AssayRunner *runner, GHashTable *kept, const char *kind, JsonObject *event)
{
  const char *file = assay_json_text (event, "file", NULL);
  const char *name = assay_json_text (event, "name", "");

  if (!file)
    return;
  g_hash_table_replace (kept, g_strdup (file), json_object_ref (event));
  if (strcmp (kind, "samples") == 0)
    return;
  if (strcmp (kind, "artifact") == 0 && strcmp (assay_json_text (event, "kind", ""), "file") == 0)
    g_hash_table_insert (runner->files, g_strdup (name),
                         GSIZE_TO_POINTER ((gsize) assay_json_int (event, "bytes", 0)));
  g_hash_table_add (runner->written, g_strdup (file));
  if (strcmp (kind, "array") == 0)
    g_hash_table_add (runner->written,
                      g_strdup_printf ("%s\n%s", assay_json_text (event, "metric", ""),
                                       assay_json_text (event, "labels", "")));
  if (strcmp (kind, "artifact") == 0 && strcmp (assay_json_text (event, "kind", ""), "graph") == 0)
    {
      char *data = g_strdup_printf ("artifacts/%s.graph.safetensors", name);

      g_hash_table_add (runner->written, g_strdup (data));
      g_hash_table_replace (kept, data, json_object_ref (event));
    }
}

static void
keep_axis (AssayRunner *runner, JsonObject *event)
{
  const char *dim = assay_json_text (event, "dim", NULL);
  JsonArray *levels = assay_json_array (event, "names");
  JsonNode *node;

  levels = levels ? levels : assay_json_array (event, "numbers");
  if (!dim || !levels)
    return;
  node = json_node_new (JSON_NODE_ARRAY);
  json_node_set_array (node, levels);
  g_hash_table_replace (runner->axes, g_strdup (dim), node);
}

static void
keep_event (AssayRunner *runner, GHashTable *kept, const AssayLogFrame *frame)
{
  g_autoptr (JsonNode) node = assay_json_parse (frame->text, -1, frame->name, NULL);
  JsonObject *event = node && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;

  if (event && strcmp (frame->name, "axis") == 0)
    keep_axis (runner, event);
  else if (event
           && (strcmp (frame->name, "array") == 0 || strcmp (frame->name, "samples") == 0
               || strcmp (frame->name, "artifact") == 0))
    keep_file (runner, kept, frame->name, event);
}

static void
keep_series (AssayRunner *runner, const AssayLogFrame *frame)
{
  const AssayMetric *metric = assay_study_metric (runner->study, frame->metric);
  g_auto (GStrv) dims = assay_words (metric ? metric->dims : NULL);
  AssaySeriesState fresh
      = { .last = -INFINITY, .one = !g_strv_contains ((const char *const *) dims, "step") };

  if (frame->series == runner->last_steps->len)
    g_array_append_val (runner->last_steps, fresh);
}

/** Reads the log up to @end: steps, axes and files as they were at the checkpoint. */
static void
recall (AssayRunner *runner, const char *path, guint64 end, GHashTable *kept)
{
  AssayLogError error;
  AssayLogReader *reader = assay_log_open (path, &error);
  AssayLogFrame frame;

  while (reader && assay_log_offset (reader) < end)
    {
      AssayLogKind kind = assay_log_next (reader, &frame, &error);

      if (kind == ASSAY_LOG_END || kind == ASSAY_LOG_DAMAGED)
        break;
      if (kind == ASSAY_LOG_SERIES)
        keep_series (runner, &frame);
      else if (kind == ASSAY_LOG_EVENT)
        keep_event (runner, kept, &frame);
      else if (frame.series < runner->last_steps->len && frame.n)
        g_array_index (runner->last_steps, AssaySeriesState, frame.series).last
            = frame.steps[frame.n - 1];
    }
  assay_log_free (reader);
}

/** Brings one file back to the checkpoint: away with it, cut, or as it is. */
static gboolean
settle_file (AssayRunner *runner, GHashTable *kept, const char *folder, const char *name,
             GError **error)
{
  g_autofree char *file = g_strdup_printf ("%s/%s", folder, name);
  g_autofree char *path = g_build_filename (runner->dir, file, NULL);
  JsonObject *event = g_hash_table_lookup (kept, file);
  gint64 bytes = event ? assay_json_int (event, "bytes", 0) : 0;
  GStatBuf st;

  if (event && strcmp (folder, "samples") == 0 && g_lstat (path, &st) == 0 && S_ISREG (st.st_mode)
      && st.st_size >= bytes)
    {
      if (truncate (path, bytes) == 0)
        return TRUE;
    }
  else if (event)
    return TRUE;
  else if (assay_tree_remove (path, error))
    return TRUE;
  if (error && !*error)
    g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_FAILED, "Cannot cut %s: %s", path,
                 g_strerror (errno));
  return FALSE;
}

static gboolean
clean_folder (AssayRunner *runner, GHashTable *kept, const char *folder, GError **error)
{
  g_autofree char *path = g_build_filename (runner->dir, folder, NULL);
  g_autoptr (GDir) dir = NULL;
  const char *name;

  if (g_mkdir (path, 0777) != 0 && errno != EEXIST)
    {
      g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_FAILED, "Cannot make %s: %s", path,
                   g_strerror (errno));
      return FALSE;
    }
  if (g_file_test (path, G_FILE_TEST_IS_SYMLINK))
    {
      g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_FAILED, "%s is a symbolic link: refused", path);
      return FALSE;
    }
  if (runner->status.attempt < 2)
    return TRUE;
  dir = g_dir_open (path, 0, NULL);
  while (dir && (name = g_dir_read_name (dir)))
    if (!settle_file (runner, kept, folder, name, error))
      return FALSE;
  return TRUE;
}

/** Files that the kept log describes must still be what it says. */
static gboolean
files_are_whole (AssayRunner *runner, GHashTable *kept)
{
  GHashTableIter iter;
  gpointer file, value;

  g_hash_table_iter_init (&iter, kept);
  while (g_hash_table_iter_next (&iter, &file, &value))
    {
      g_autofree char *path = g_build_filename (runner->dir, file, NULL);
      const char *described = assay_json_text (value, "file", "");
      g_autofree char *hash = NULL;

      if (g_file_test (path, G_FILE_TEST_IS_SYMLINK))
        return FALSE;
      hash = assay_sha256_file (path, NULL);
      if (!hash)
        return FALSE;
      if (strcmp (described, file) == 0
          && strcmp (hash, assay_json_text (value, "sha256", "")) != 0)
        return FALSE;
      if (!assay_runner_count (runner, (guint64) assay_json_int (value, "bytes", 0)))
        return FALSE;
    }
  return TRUE;
}

/** Forgets what recall() learnt: the run begins anew. */
static void
forget (AssayRunner *runner, GHashTable *kept)
{
  g_hash_table_remove_all (kept);
  g_hash_table_remove_all (runner->written);
  g_hash_table_remove_all (runner->files);
  g_hash_table_remove_all (runner->axes);
  g_array_set_size (runner->last_steps, 0);
  g_clear_pointer (&runner->restored, g_bytes_unref);
  runner->bytes = 0;
}

/** Half-written files of a writer that was killed; they mean nothing. */
static void
remove_leftovers (AssayRunner *runner, const char *folder)
{
  g_autofree char *path = g_build_filename (runner->dir, folder, NULL);
  g_autoptr (GDir) dir
      = g_file_test (path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open (path, 0, NULL);
  const char *name;

  while (dir && (name = g_dir_read_name (dir)))
    if (*name == '.')
      {
        g_autofree char *file = g_build_filename (path, name, NULL);
        unlink (file);
      }
}

gboolean
assay_runner_open_log (AssayRunner *runner, GError **error)
{
  static const char *const folders[] = { "arrays", "samples", "artifacts" };
  g_autofree char *path = g_build_filename (runner->dir, "metrics.alog", NULL);
  g_autofree char *checkpoints = g_build_filename (runner->dir, "checkpoints", NULL);
  g_autoptr (GHashTable) kept
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) json_object_unref);
  AssayLogError problem = { "" };
  guint64 end = runner->status.attempt > 1 ? find_checkpoint (runner, path) : 0;

  if (end)
    recall (runner, path, end, kept);
  if (runner->status.attempt > 1)
    {
      remove_leftovers (runner, "");
      remove_leftovers (runner, "checkpoints");
    }
  for (guint i = 0; i < G_N_ELEMENTS (folders); i++)
    if (!clean_folder (runner, kept, folders[i], error))
      return FALSE;
  if (end && !files_are_whole (runner, kept))
    {
      forget (runner, kept);
      end = 0;
      for (guint i = 0; i < G_N_ELEMENTS (folders); i++)
        if (!clean_folder (runner, kept, folders[i], error))
          return FALSE;
    }
  if (!end && !assay_tree_remove (checkpoints, error))
    return FALSE;
  g_mkdir (checkpoints, 0777);
  runner->log = end ? assay_log_resume (path, end, &problem) : assay_log_create (path, &problem);
  if (runner->log)
    return TRUE;
  g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_FAILED, "%s", problem.text);
  return FALSE;
}
