/* SPDX-License-Identifier: Apache-2.0 */
#include "host/run/record.h"
#include "base/file/file.h"
#include "host/registry/json.h"
#include "host/run/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static gboolean
fail_errno (GError **error, const char *doing, const char *path)
{
  g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_FAILED, "Cannot %s %s: %s", doing, path,
               g_strerror (errno));
  return FALSE;
}

static gboolean
write_whole (const char *path, const char *text)
{
  int fd = assay_file_open (path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  gboolean written = fd >= 0 && assay_file_write (fd, text, strlen (text));
  int problem = errno;

  if (fd >= 0 && close (fd) != 0 && written)
    return FALSE;
  errno = problem;
  return written;
}

static gboolean
put (const char *dir, const char *name, JsonObject *object, gboolean durable, GError **error)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autofree char *path = g_build_filename (dir, name, NULL);
  g_autofree char *temporary = g_strdup_printf ("%s/.%s.%d", dir, name, (int) getpid ());
  g_autofree char *canonical = NULL, *text = NULL;

  json_node_set_object (node, object);
  if (durable)
    return assay_json_save (path, node, error);
  canonical = assay_json_canonical (node);
  text = g_strconcat (canonical, "\n", NULL);
  if (write_whole (temporary, text) && assay_file_rename (temporary, path) == 0)
    return TRUE;
  fail_errno (error, "write", path);
  unlink (temporary);
  return FALSE;
}

gboolean
assay_json_put (const char *dir, const char *name, JsonObject *object, GError **error)
{
  return put (dir, name, object, FALSE, error);
}

static void
set_time (JsonObject *object, const char *key, double time)
{
  if (time > 0)
    json_object_set_double_member (object, key, time);
  else
    json_object_set_null_member (object, key);
}

static void
set_code (JsonObject *object, const char *key, int code)
{
  if (code >= 0)
    json_object_set_int_member (object, key, code);
  else
    json_object_set_null_member (object, key);
}

gboolean
assay_status_write (const char *dir, const AssayStatus *status, gboolean durable, GError **error)
{
  g_autoptr (JsonObject) object = json_object_new ();

  json_object_set_int_member (object, "format", ASSAY_RUN_FORMAT);
  json_object_set_string_member (object, "state", assay_state_name (status->state));
  json_object_set_int_member (object, "attempt", status->attempt);
  json_object_set_int_member (object, "pid", status->pid);
  json_object_set_string_member (object, "host", g_get_host_name ());
  set_time (object, "started", status->started);
  set_time (object, "finished", status->finished);
  if (status->reason)
    json_object_set_string_member (object, "reason", status->reason);
  else
    json_object_set_null_member (object, "reason");
  set_code (object, "exit-code", status->exit_code);
  set_code (object, "signal", status->signal);
  return put (dir, "status.json", object, durable, error);
}

static JsonObject *
run_object (const AssayRunTemplate *shared, const AssaySpec *spec, const char *id)
{
  const AssayPlan *plan = shared->plan;
  JsonObject *object = json_object_new ();
  JsonArray *plugins = json_array_new ();

  for (guint i = 0; shared->plugins && shared->plugins[i]; i++)
    json_array_add_string_element (plugins, shared->plugins[i]);
  json_object_set_int_member (object, "format", ASSAY_RUN_FORMAT);
  json_object_set_string_member (object, "id", id);
  json_object_set_string_member (object, "key", spec->key);
  json_object_set_string_member (object, "study", plan->study->id);
  if (plan->preset)
    json_object_set_string_member (object, "preset", plan->preset);
  else
    json_object_set_null_member (object, "preset");
  json_object_set_string_member (object, "plan", plan->id);
  json_object_set_object_member (object, "parameters", assay_spec_parameters (spec));
  json_object_set_int_member (object, "seed", (gint64) spec->seed);
  json_object_set_string_member (object, "identity", plan->identity);
  json_object_set_string_member (object, "rules", plan->rules ? plan->rules : "");
  json_object_set_string_member (object, "plugin", plan->study->plugin_path);
  json_object_set_array_member (object, "plugins", plugins);
  json_object_set_int_member (object, "threads", assay_spec_threads (spec));
  json_object_set_string_member (object, "cpu", shared->cpu);
  json_object_set_object_member (object, "limits", json_object_ref (shared->limits));
  json_object_set_double_member (object, "created", (double) g_get_real_time () / 1e6);
  return object;
}

static gboolean
write_queued (const AssayRunTemplate *shared, const AssaySpec *spec, const char *dir,
              const char *id, guint attempt, GError **error)
{
  const AssayStatus status
      = { .state = ASSAY_QUEUED, .attempt = attempt, .exit_code = -1, .signal = -1 };
  g_autoptr (JsonObject) run = run_object (shared, spec, id);

  return assay_json_put (dir, "run.json", run, error)
         && assay_json_put (dir, "env.json", shared->env, error)
         && assay_status_write (dir, &status, FALSE, error);
}

/** The @n-th id of a key: "3fa9c1d2e4b5", "3fa9c1d2e4b5-2", ... */
static char *
id_of_key (const char *key, guint n)
{
  return n < 2 ? g_strndup (key, 12) : g_strdup_printf ("%.12s-%u", key, n);
}

static void
remove_new (const char *dir)
{
  static const char *const names[] = { "run.json", "env.json", "status.json" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (dir, names[i], NULL);
      unlink (path);
    }
  rmdir (dir);
}

/** Claims an id by renaming the complete folder to it, so that no reader sees half a run. */
static char *
claim (const AssayRunTemplate *shared, const AssaySpec *spec, const char *runs, const char *fresh,
       GError **error)
{
  for (guint n = 1;; n++)
    {
      g_autofree char *id = id_of_key (spec->key, n);
      g_autofree char *path = g_build_filename (runs, id, NULL);

      if (g_access (path, F_OK) == 0)
        continue;
      if (!write_queued (shared, spec, fresh, id, 1, error))
        return NULL;
      /* NOREPLACE: rename alone would replace an empty folder. */
      if (renameat2 (AT_FDCWD, fresh, AT_FDCWD, path, RENAME_NOREPLACE) == 0)
        return g_steal_pointer (&id);
      if (errno != EEXIST && errno != ENOTEMPTY)
        {
          fail_errno (error, "make run", path);
          return NULL;
        }
    }
}

char *
assay_run_create (const AssayRunTemplate *shared, guint index, GError **error)
{
  static gint counter;
  g_autofree char *runs = g_build_filename (assay_workspace_path (shared->workspace), "runs", NULL);
  g_autofree char *fresh
      = g_strdup_printf ("%s/.new-%d-%d", runs, (int) getpid (), g_atomic_int_add (&counter, 1));
  char *id;

  if (g_mkdir (fresh, 0777) != 0)
    {
      fail_errno (error, "make a run in", runs);
      return NULL;
    }
  id = claim (shared, shared->plan->specs->pdata[index], runs, fresh, error);
  if (!id)
    remove_new (fresh);
  return id;
}

/** Whoever asks holds the lock, so `running` is a dead process's word. */
static gboolean
may_redo (const AssayRunDir *dir)
{
  AssayState written = ASSAY_RUNNING;

  assay_state_from_name (assay_json_text (dir->status, "state", ""), &written);
  return written != ASSAY_DONE && !(written == ASSAY_QUEUED && assay_run_dir_supervised (dir));
}

gboolean
assay_run_requeue (const AssayRunTemplate *shared, guint index, const char *id, GError **error)
{
  g_autofree char *path = assay_workspace_file (shared->workspace, "runs", id, error);
  g_autofree char *lock = path ? g_build_filename (path, "lock", NULL) : NULL;
  g_autoptr (AssayRunDir) dir = NULL;
  const AssaySpec *spec = shared->plan->specs->pdata[index];
  gboolean written = FALSE;
  guint attempt;
  int held;

  if (!path)
    return FALSE;
  held = assay_lock_take (lock, 0.2, NULL); /* so that of two --resume one has it */
  if (held < 0)
    return FALSE;
  dir = assay_run_dir_open (shared->workspace, id, NULL);
  if (dir && strcmp (dir->key, spec->key) == 0 && may_redo (dir))
    {
      attempt = (guint) assay_json_int (dir->status, "attempt", 1) + 1;
      written = write_queued (shared, spec, path, id, attempt, error);
    }
  assay_lock_release (held);
  return written;
}
