/* SPDX-License-Identifier: Apache-2.0
 *
 * A run directory as readers see it.
 */
#include "host/run/rundir.h"
#include "base/log/log.h"
#include "host/registry/json.h"
#include "host/run/lock.h"
#include "host/run/record.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>

static const char *const STATES[]
    = { "queued", "running", "done", "failed", "cancelled", "interrupted" };

const char *
assay_state_name (AssayState state)
{
  return STATES[state];
}

gboolean
assay_state_from_name (const char *name, AssayState *state)
{
  for (guint i = 0; i < ASSAY_N_STATES; i++)
    if (g_strcmp0 (name, STATES[i]) == 0)
      {
        *state = i;
        return TRUE;
      }
  return FALSE;
}

/** A JSON object of the run, which must be a file of its own; NULL without error: absent. */
static JsonObject *
load_object (const char *folder, const char *name, GError **error)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (JsonNode) node = NULL;
  GStatBuf st;

  if (g_lstat (path, &st) != 0)
    {
      if (errno != ENOENT)
        g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_FAILED, "Cannot read %s: %s", path,
                     g_strerror (errno));
      return NULL;
    }
  if (!S_ISREG (st.st_mode))
    {
      g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_FAILED, "%s is not a regular file: refused",
                   path);
      return NULL;
    }
  node = assay_json_load (path, error);
  if (node && JSON_NODE_HOLDS_OBJECT (node))
    return json_object_ref (json_node_get_object (node));
  if (node)
    g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_FAILED, "%s holds no JSON object", path);
  return NULL;
}

static gboolean
check_format (JsonObject *object, const char *folder, const char *name, GError **error)
{
  gint64 format = assay_json_int (object, "format", 0);

  if (format == ASSAY_RUN_FORMAT)
    return TRUE;
  if (format > ASSAY_RUN_FORMAT)
    g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_INCOMPATIBLE,
                 "%s/%s has format %" G_GINT64_FORMAT
                 "; this Assay knows formats up to %d: use a newer one",
                 folder, name, format, ASSAY_RUN_FORMAT);
  else
    g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_FAILED, "%s/%s names no format: it is damaged",
                 folder, name);
  return FALSE;
}

gboolean
assay_run_dir_supervised (const AssayRunDir *dir)
{
  g_autofree char *lock = NULL;

  if (!dir->plan || strchr (dir->plan, '/'))
    return FALSE;
  lock = g_strdup_printf ("%s/../../plans/%s.lock", dir->path, dir->plan);
  return assay_lock_state (lock, 0) == ASSAY_LOCK_HELD;
}

/** What the run is, given what was written and who lives. */
static AssayState
true_state (AssayRunDir *dir, AssayState written)
{
  g_autofree char *lock = g_build_filename (dir->path, "lock", NULL);

  /* Others hold the lock for a moment to redo the run or to tidy up: only its own process counts.
   */
  if (written == ASSAY_RUNNING)
    return assay_lock_state (lock, assay_json_int (dir->status, "pid", -1)) == ASSAY_LOCK_HELD
               ? ASSAY_RUNNING
               : ASSAY_INTERRUPTED;
  if (written == ASSAY_QUEUED && !assay_run_dir_supervised (dir))
    return ASSAY_INTERRUPTED; /* nobody is left to start it */
  return written;
}

static gboolean
load_status (AssayRunDir *dir, AssayState *written, GError **error)
{
  g_autoptr (GError) problem = NULL;

  g_clear_pointer (&dir->status, json_object_unref);
  dir->status = load_object (dir->path, "status.json", &problem);
  if (problem)
    {
      g_propagate_error (error, g_steal_pointer (&problem));
      return FALSE;
    }
  *written = ASSAY_RUNNING; /* without status.json: a run that cannot be told */
  if (!dir->status)
    dir->status = json_object_new ();
  else if (!check_format (dir->status, dir->path, "status.json", error))
    return FALSE;
  assay_state_from_name (assay_json_text (dir->status, "state", ""), written);
  return TRUE;
}

static gboolean
read_status (AssayRunDir *dir, GError **error)
{
  AssayState written;

  if (!load_status (dir, &written, error))
    return FALSE;
  dir->state = true_state (dir, written);
  /* It may have ended between the look at the file and the look at the lock.  Its last word
     stands before the lock falls, so a second look finds it. */
  if (dir->state == ASSAY_INTERRUPTED && written != ASSAY_INTERRUPTED)
    {
      if (!load_status (dir, &written, error))
        return FALSE;
      dir->state = true_state (dir, written);
    }
  dir->reason = assay_json_text (dir->status, "reason", NULL);
  if (dir->state == ASSAY_INTERRUPTED && written != ASSAY_INTERRUPTED)
    dir->reason = written == ASSAY_QUEUED ? "its supervisor ended before the run began"
                                          : "its process ended without a word";
  dir->started = assay_json_real (dir->status, "started", 0);
  dir->finished = assay_json_real (dir->status, "finished", 0);
  return TRUE;
}

static gboolean
read_run (AssayRunDir *dir, GError **error)
{
  g_autoptr (GError) problem = NULL;
  gint64 seed;

  dir->run = load_object (dir->path, "run.json", &problem);
  if (!dir->run)
    {
      if (problem)
        g_propagate_error (error, g_steal_pointer (&problem));
      else
        g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_NOT_FOUND, "%s has no run.json: it is no run",
                     dir->path);
      return FALSE;
    }
  if (!check_format (dir->run, dir->path, "run.json", error))
    return FALSE;
  dir->study = assay_json_text (dir->run, "study", NULL);
  dir->preset = assay_json_text (dir->run, "preset", NULL);
  dir->key = assay_json_text (dir->run, "key", NULL);
  dir->identity = assay_json_text (dir->run, "identity", NULL);
  dir->rules = assay_json_text (dir->run, "rules", NULL);
  dir->plan = assay_json_text (dir->run, "plan", NULL);
  dir->parameters = assay_json_object (dir->run, "parameters");
  seed = assay_json_int (dir->run, "seed", -1);
  dir->seed = (guint64) seed;
  if (dir->study && dir->key && dir->identity && dir->parameters && seed >= 0)
    return TRUE;
  g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_FAILED,
               "%s/run.json lacks study, key, identity, parameters or seed: it is damaged",
               dir->path);
  return FALSE;
}

AssayRunDir *
assay_run_dir_open (AssayWorkspace *workspace, const char *id, GError **error)
{
  g_autofree char *path = assay_workspace_file (workspace, "runs", id, error);

  if (!path)
    return NULL;
  if (!g_file_test (path, G_FILE_TEST_IS_DIR))
    {
      g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_NOT_FOUND, "There is no run %s in %s", id,
                   assay_workspace_path (workspace));
      return NULL;
    }
  return assay_run_dir_open_path (path, error);
}

AssayRunDir *
assay_run_dir_open_path (const char *path, GError **error)
{
  g_autoptr (AssayRunDir) dir = g_new0 (AssayRunDir, 1);

  dir->path = g_strdup (path);
  dir->id = g_path_get_basename (path);
  if (!read_run (dir, error) || !read_status (dir, error))
    return NULL;
  dir->notes = load_object (path, "notes.json", NULL);
  return g_steal_pointer (&dir);
}

void
assay_run_dir_free (AssayRunDir *dir)
{
  if (!dir)
    return;
  g_clear_pointer (&dir->run, json_object_unref);
  g_clear_pointer (&dir->status, json_object_unref);
  g_clear_pointer (&dir->notes, json_object_unref);
  g_free (dir->id);
  g_free (dir->path);
  g_free (dir);
}

char *
assay_run_find (AssayWorkspace *workspace, const char *prefix, GError **error)
{
  g_auto (GStrv) ids = assay_workspace_list (workspace, "runs", error);
  const char *found = NULL, *second = NULL;

  if (!ids)
    return NULL;
  for (guint i = 0; ids[i]; i++)
    {
      if (strcmp (ids[i], prefix) == 0) /* "3fa9" is whole though "3fa9-2" exists */
        return g_strdup (prefix);
      if (!*prefix || !g_str_has_prefix (ids[i], prefix))
        continue;
      second = found;
      found = ids[i];
    }
  if (found && !second)
    return g_strdup (found);
  if (found)
    g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_USAGE,
                 "\"%s\" is the beginning of several runs (%s, %s): write more of it", prefix,
                 second, found);
  else
    g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_NOT_FOUND, "No run begins with \"%s\" in %s",
                 prefix, assay_workspace_path (workspace));
  return NULL;
}

char *
assay_run_dir_file (AssayRunDir *dir, const char *name)
{
  if (!name || !*name || g_path_is_absolute (name))
    return NULL;
  return assay_path_inside (dir->path, name, NULL);
}

double
assay_run_dir_progress (AssayRunDir *dir, char **doing)
{
  g_autofree char *path = assay_run_dir_file (dir, "metrics.alog");
  AssayProgressTail *tail = path ? assay_progress_tail_new (path) : NULL;
  double fraction = 0;

  if (tail)
    {
      assay_progress_tail_poll (tail);
      fraction = assay_progress_tail_last (tail, NULL);
    }
  if (doing)
    {
      const char *text = NULL;

      if (tail)
        assay_progress_tail_last (tail, &text);
      *doing = g_strdup (text);
    }
  assay_progress_tail_free (tail);
  return fraction;
}

gboolean
assay_run_dir_save_notes (AssayRunDir *dir, JsonObject *notes, GError **error)
{
  g_autofree char *path = assay_run_dir_file (dir, "notes.json");
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);

  if (!path)
    {
      g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_FAILED,
                   "%s/notes.json leads out of the run: refused", dir->path);
      return FALSE;
    }
  json_node_set_object (node, notes);
  return assay_json_save (path, node, error);
}

/* A runner that takes the lock after us finds what we wrote, and leaves the run alone. */
static gboolean
withdraw (AssayRunDir *dir, const char *lock)
{
  int held = assay_lock_take (lock, 0.2, NULL);
  AssayStatus status = {
    .state = ASSAY_CANCELLED, .reason = "cancelled before it began", .exit_code = -1, .signal = -1
  };
  gboolean done;

  if (held < 0)
    return FALSE; /* it begins just now */
  status.attempt = (guint) MAX (assay_json_int (dir->status, "attempt", 1), 1);
  done = read_status (dir, NULL) && dir->state == ASSAY_QUEUED
         && assay_status_write (dir->path, &status, TRUE, NULL);
  assay_lock_release (held);
  return done;
}

gboolean
assay_run_cancel (AssayWorkspace *workspace, const char *id, GError **error)
{
  g_autoptr (AssayRunDir) dir = assay_run_dir_open (workspace, id, error);
  g_autofree char *lock = NULL;

  if (!dir)
    return FALSE;
  lock = g_build_filename (dir->path, "lock", NULL);
  if (dir->state == ASSAY_QUEUED && withdraw (dir, lock))
    return TRUE;
  if (!read_status (dir, error))
    return FALSE;
  if (dir->state == ASSAY_RUNNING
      && assay_lock_signal (lock, assay_json_int (dir->status, "pid", -1), SIGTERM))
    return TRUE;
  g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_FAILED, "Run %s is not running here: it is %s", id,
               assay_state_name (dir->state));
  return FALSE;
}

/* ---- progress ---- */

struct _AssayProgressTail
{
  AssayLogReader *reader;
  double fraction;
  char *doing;
};

AssayProgressTail *
assay_progress_tail_new (const char *path)
{
  AssayLogError error;
  AssayLogReader *reader = assay_log_open (path, &error);
  AssayProgressTail *tail;

  if (!reader)
    return NULL;
  tail = g_new0 (AssayProgressTail, 1);
  tail->reader = reader;
  return tail;
}

static void
take_progress (AssayProgressTail *tail, const char *text)
{
  g_autoptr (JsonNode) node = assay_json_parse (text, -1, "progress", NULL);
  JsonObject *object = node && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;

  if (!object)
    return;
  tail->fraction = CLAMP (assay_json_real (object, "fraction", 0), 0, 1);
  g_free (tail->doing);
  tail->doing = g_strdup (assay_json_text (object, "doing", NULL));
}

void
assay_progress_tail_poll (AssayProgressTail *tail)
{
  g_autofree char *last = NULL;
  AssayLogFrame frame;
  AssayLogError error;
  AssayLogKind kind;

  while ((kind = assay_log_next (tail->reader, &frame, &error)) != ASSAY_LOG_END
         && kind != ASSAY_LOG_DAMAGED)
    if (kind == ASSAY_LOG_EVENT && strcmp (frame.name, "progress") == 0)
      {
        g_free (last);
        last = g_strdup (frame.text);
      }
  if (last)
    take_progress (tail, last);
}

double
assay_progress_tail_last (const AssayProgressTail *tail, const char **doing)
{
  if (doing)
    *doing = tail->doing;
  return tail->fraction;
}

void
assay_progress_tail_free (AssayProgressTail *tail)
{
  if (!tail)
    return;
  assay_log_free (tail->reader);
  g_free (tail->doing);
  g_free (tail);
}
