/* SPDX-License-Identifier: Apache-2.0
 *
 * Executes one run: takes the lock, fills the parameters, calls the study, says how it ended.
 */
#include "host/run/runner.h"
#include "host/registry/json.h"
#include "host/run/lock.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

volatile sig_atomic_t assay_runner_terminated;

static double
now (void)
{
  return (double) g_get_real_time () / 1e6;
}

AssayRunner *
assay_runner_new (const char *dir)
{
  AssayRunner *runner = g_new0 (AssayRunner, 1);

  runner->dir = g_canonicalize_filename (dir, NULL);
  runner->workspace = g_canonicalize_filename ("../..", runner->dir);
  runner->lock = -1;
  runner->status = (AssayStatus){ .attempt = 1, .exit_code = -1, .signal = -1 };
  runner->grace = 5;
  runner->log_limit = ASSAY_DEFAULT_LOG_LIMIT;
  runner->series_numbers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  runner->last_steps = g_array_new (FALSE, FALSE, sizeof (AssaySeriesState));
  runner->axes
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) json_node_unref);
  runner->written = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  runner->files = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  runner->samples = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, assay_samples_free);
  runner->stages = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, assay_stage_use_free);
  runner->notes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return runner;
}

void
assay_runner_free (AssayRunner *runner)
{
  if (runner->log)
    assay_log_close (runner->log, &(AssayLogError){ "" });
  assay_lock_release (runner->lock);
  g_clear_pointer (&runner->record, assay_run_dir_free);
  g_clear_pointer (&runner->spec, assay_spec_unref);
  g_clear_pointer (&runner->study, assay_study_info_unref);
  g_clear_pointer (&runner->restored, g_bytes_unref);
  g_clear_pointer (&runner->plugins, g_ptr_array_unref);
  g_hash_table_unref (runner->series_numbers);
  g_hash_table_unref (runner->axes);
  g_hash_table_unref (runner->written);
  g_hash_table_unref (runner->files);
  g_hash_table_unref (runner->samples);
  g_hash_table_unref (runner->stages);
  g_hash_table_unref (runner->notes);
  g_array_unref (runner->last_steps);
  g_free (runner->params);
  g_free (runner->file_path);
  g_free (runner->failure);
  g_free (runner->dir);
  g_free (runner->workspace);
  g_free (runner);
}

/* ---- beginning ---- */

static void
read_limits (AssayRunner *runner)
{
  JsonObject *limits = assay_json_object (runner->record->run, "limits");
  gint64 log = limits ? assay_json_int (limits, "log", 0) : 0;

  if (log > 0)
    runner->log_limit = (guint64) log;
  if (limits)
    runner->grace = assay_json_real (limits, "grace", runner->grace);
  runner->status.attempt = (guint) MAX (assay_json_int (runner->record->status, "attempt", 1), 1);
}

/** The code must be what the run was planned with. */
static gboolean
check_identity (AssayRunner *runner, GError **error)
{
  JsonArray *array = assay_json_array (runner->record->run, "plugins");
  g_autoptr (GPtrArray) plugins = g_ptr_array_new ();
  const char *path = assay_json_text (runner->record->run, "plugin", "");
  g_autofree char *identity = NULL;

  for (guint i = 0; array && i < json_array_get_length (array); i++)
    g_ptr_array_add (plugins, (gpointer) json_array_get_string_element (array, i));
  g_ptr_array_add (plugins, NULL);
  identity = assay_code_identity (path, (const char *const *) plugins->pdata, error);
  if (!identity || strcmp (identity, runner->record->identity) == 0)
    return identity != NULL;
  g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_INCOMPATIBLE,
               "The code has changed since this run was planned (%s or what it links): plan it "
               "again",
               path);
  return FALSE;
}

static gboolean
load_study (AssayRunner *runner, GError **error)
{
  const char *path = assay_json_text (runner->record->run, "plugin", "");

  if (!check_identity (runner, error))
    return FALSE;
  runner->plugin = assay_plugin_load (path, error);
  if (!runner->plugin)
    return FALSE;
  if (!runner->plugin->study || strcmp (runner->plugin->study->id, runner->record->study) != 0)
    {
      g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_INCOMPATIBLE, "%s holds no study \"%s\"", path,
                   runner->record->study);
      return FALSE;
    }
  if (!runner->study)
    runner->study = assay_study_info_from_study (runner->plugin->study, error);
  return runner->study != NULL;
}

static gboolean
fill_parameters (AssayRunner *runner, GError **error)
{
  runner->spec = assay_spec_from_json (runner->study, runner->record->parameters,
                                       runner->record->seed, error);
  if (!runner->spec)
    return FALSE;
  if (strcmp (runner->spec->key, runner->record->key) != 0)
    {
      g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_FAILED,
                   "%s/run.json does not fit its key: a file among the parameters has changed "
                   "since the run was planned, or run.json was edited",
                   runner->dir);
      return FALSE;
    }
  runner->params_size = MAX (runner->plugin->study->params_size, 1);
  runner->params = g_malloc0 (runner->params_size);
  assay_spec_fill (runner->spec, runner->params, runner->plugin->study->params_size);
  runner->handle.run.size = sizeof runner->handle.run;
  runner->handle.run.host = &assay_host_table;
  runner->handle.run.params = runner->params;
  runner->handle.run.seed = runner->spec->seed;
  runner->handle.runner = runner;
  return TRUE;
}

static gboolean
begin (AssayRunner *runner, GError **error)
{
  runner->status.state = ASSAY_RUNNING;
  runner->status.pid = getpid ();
  runner->status.started = now ();
  return assay_status_write (runner->dir, &runner->status, FALSE, error)
         && load_study (runner, error) && fill_parameters (runner, error)
         && assay_runner_open_log (runner, error);
}

/* ---- ending ---- */

/** Adds what the study noted to env.json. */
static gboolean
write_notes (AssayRunner *runner, GError **error)
{
  g_autofree char *path = g_build_filename (runner->dir, "env.json", NULL);
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (JsonObject) notes = NULL;
  GHashTableIter iter;
  gpointer key, value;

  if (!g_hash_table_size (runner->notes))
    return TRUE;
  node = assay_json_load (path, NULL);
  if (!node || !JSON_NODE_HOLDS_OBJECT (node))
    {
      g_clear_pointer (&node, json_node_unref);
      node = json_node_new (JSON_NODE_OBJECT);
      json_node_take_object (node, json_object_new ());
    }
  notes = json_object_new ();
  g_hash_table_iter_init (&iter, runner->notes);
  while (g_hash_table_iter_next (&iter, &key, &value))
    json_object_set_string_member (notes, key, value);
  json_object_set_object_member (json_node_get_object (node), "notes", json_object_ref (notes));
  return assay_json_put (runner->dir, "env.json", json_node_get_object (node), error);
}

/** Everything the run wrote is on disk, or the run has failed. */
static void
settle (AssayRunner *runner)
{
  g_autoptr (GError) error = NULL;
  AssayLogError problem = { "" };

  if (!runner->failure)
    assay_runner_settle_files (runner);
  if (!runner->failure && !assay_log_flush (runner->log, TRUE))
    assay_runner_fail (runner, "%s", assay_log_error (runner->log));
  if (!assay_log_close (g_steal_pointer (&runner->log), &problem))
    assay_runner_fail (runner, "%s", problem.text);
  if (!write_notes (runner, &error))
    assay_runner_fail (runner, "%s", error->message);
}

gboolean
assay_runner_end (AssayRunner *runner, AssayState state, const char *reason)
{
  AssayStatus status = runner->status;
  g_autoptr (GError) error = NULL;

  if (!g_atomic_int_compare_and_exchange (&runner->ended, 0, 1))
    return TRUE; /* by the watch */
  status.state = state;
  status.reason = reason;
  status.finished = now ();
  if (assay_status_write (runner->dir, &status, TRUE, &error))
    return TRUE;
  g_printerr ("assay-runner: %s\n", error->message);
  return FALSE;
}

static AssayState
how_it_ended (AssayRunner *runner)
{
  if (runner->failure)
    return ASSAY_FAILED;
  return assay_runner_cancelled (runner) ? ASSAY_CANCELLED : ASSAY_DONE;
}

gboolean
assay_runner_prepare (AssayRunner *runner, GError **error)
{
  g_autofree char *lock = g_build_filename (runner->dir, "lock", NULL);

  runner->lock = assay_lock_take (lock, 1, error);
  if (runner->lock < 0)
    return FALSE;
  runner->record = assay_run_dir_open_path (runner->dir, error);
  if (!runner->record)
    return FALSE;
  if (runner->record->state == ASSAY_CANCELLED)
    {
      g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_CANCELLED, "%s: %s", runner->dir,
                   runner->record->reason);
      return FALSE;
    }
  read_limits (runner);
  return TRUE;
}

AssayState
assay_runner_work (AssayRunner *runner)
{
  g_autoptr (GError) error = NULL;
  AssayState state;

  if (begin (runner, &error))
    {
      runner->plugin->study->run (&runner->handle.run);
      state = how_it_ended (runner);
      settle (runner);
      if (runner->failure)
        state = ASSAY_FAILED;
    }
  else
    {
      assay_runner_fail (runner, "%s", error->message);
      state = ASSAY_FAILED;
    }
  if (!assay_runner_end (runner, state, runner->failure))
    return ASSAY_FAILED;
  return state;
}

AssayState
assay_run_execute (const char *dir, AssayStudyInfo *study, GCancellable *cancellable,
                   AssayRunEventFunc func, gpointer data, GError **error)
{
  AssayRunner *runner = assay_runner_new (dir);
  AssayState state = ASSAY_FAILED;

  runner->study = study ? assay_study_info_ref (study) : NULL;
  runner->cancellable = cancellable;
  runner->func = func;
  runner->func_data = data;
  if (assay_runner_prepare (runner, error))
    {
      state = assay_runner_work (runner);
      if (state == ASSAY_FAILED && runner->failure)
        g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_FAILED, "%s", runner->failure);
    }
  else if (runner->record && runner->record->state == ASSAY_CANCELLED)
    {
      state = ASSAY_CANCELLED;
      g_clear_error (error);
    }
  assay_runner_free (runner);
  return state;
}
