/* SPDX-License-Identifier: Apache-2.0
 *
 * plans/<id>.json: what was asked, and which run each run of the plan became.
 */
#include "base/file/file.h"
#include "host/registry/json.h"
#include "host/run/assign.h"
#include "host/run/lock.h"

#include <errno.h>
#include <string.h>

#define FORMAT 1

/* ---- options ---- */

void
assay_plan_set_options (AssayPlan *plan, const AssaySuperviseOptions *options)
{
  JsonObject *object = json_object_new ();

  json_object_set_int_member (object, "cores", options->cores);
  json_object_set_boolean_member (object, "inline", options->inline_);
  json_object_set_boolean_member (object, "resume", options->resume);
  json_object_set_int_member (object, "max-failures", options->max_failures);
  json_object_set_double_member (object, "time-limit", options->time_limit);
  json_object_set_double_member (object, "grace", options->grace);
  json_object_set_int_member (object, "memory-limit", (gint64) options->memory_limit);
  json_object_set_int_member (object, "log-limit", (gint64) options->log_limit);
  json_object_set_string_member (object, "cpu", options->cpu ? options->cpu : "auto");
  g_clear_pointer (&plan->options, json_object_unref);
  plan->options = object;
}

void
assay_plan_get_options (const AssayPlan *plan, AssaySuperviseOptions *options)
{
  JsonObject *object = plan->options;

  *options = (AssaySuperviseOptions){ 0 };
  if (!object)
    return;
  options->cores = (guint) assay_json_int (object, "cores", 0);
  options->inline_ = assay_json_bool (object, "inline", FALSE);
  options->resume = assay_json_bool (object, "resume", FALSE);
  options->max_failures = (guint) assay_json_int (object, "max-failures", 0);
  options->time_limit = assay_json_real (object, "time-limit", 0);
  options->grace = assay_json_real (object, "grace", 0);
  options->memory_limit = (guint64) assay_json_int (object, "memory-limit", 0);
  options->log_limit = (guint64) assay_json_int (object, "log-limit", 0);
  options->cpu = assay_json_text (object, "cpu", NULL);
}

/* ---- saving ---- */

int
assay_plan_lock (AssayPlan *plan, AssayWorkspace *workspace, GError **error)
{
  for (guint attempt = 0;; attempt++)
    {
      g_autofree char *name = g_strconcat (plan->id, ".lock", NULL);
      g_autofree char *path = assay_workspace_file (workspace, "plans", name, error);
      g_autofree char *json = g_strconcat (plan->id, ".json", NULL);
      g_autofree char *file = path ? assay_workspace_file (workspace, "plans", json, error) : NULL;
      g_autoptr (GError) problem = NULL;
      int lock;

      if (!file)
        return -1;
      lock = assay_lock_take (path, plan->saved ? 1 : 0, &problem);
      if (lock >= 0 && (plan->saved || !g_file_test (file, G_FILE_TEST_EXISTS)))
        return lock;
      assay_lock_release (lock);
      if (lock < 0 && (plan->saved || attempt == 8))
        {
          g_propagate_error (error, g_steal_pointer (&problem));
          return -1;
        }
      /* Another process made this id in the same second, with the same six digits. */
      assay_plan_renew_id (plan);
    }
}

static JsonArray *
texts_array (GStrv texts)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; texts && texts[i]; i++)
    json_array_add_string_element (array, texts[i]);
  return array;
}

static JsonArray *
runs_array (const AssayPlan *plan)
{
  JsonArray *array = json_array_sized_new (plan->specs->len);

  for (guint i = 0; i < plan->specs->len; i++)
    {
      const AssaySpec *spec = plan->specs->pdata[i];
      JsonObject *run = json_object_new ();

      json_object_set_string_member (run, "key", spec->key);
      json_object_set_object_member (run, "parameters", assay_spec_parameters (spec));
      json_object_set_int_member (run, "seed", (gint64) spec->seed);
      if (plan->runs[i])
        json_object_set_string_member (run, "run", plan->runs[i]);
      else
        json_object_set_null_member (run, "run");
      json_array_add_object_element (array, run);
    }
  return array;
}

/** As assay_json_save (), but never a file that could not be read back. */
static gboolean
write_plan (const char *path, JsonNode *node, GError **error)
{
  g_autofree char *canonical = assay_json_canonical (node);
  g_autofree char *text = g_strconcat (canonical, "\n", NULL);
  gsize size = strlen (text);

  if (size > ASSAY_JSON_MAX_BYTES)
    g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_USAGE,
                 "The plan would take more than %d MB: sweep fewer values or seeds, or split it",
                 ASSAY_JSON_MAX_BYTES >> 20);
  else if (assay_file_replace (path, text, size))
    return TRUE;
  else
    g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_FAILED, "Cannot write %s: %s", path,
                 g_strerror (errno));
  return FALSE;
}

gboolean
assay_plan_save (AssayPlan *plan, AssayWorkspace *workspace, GError **error)
{
  g_autofree char *name = g_strconcat (plan->id, ".json", NULL);
  g_autofree char *path = assay_workspace_file (workspace, "plans", name, error);
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();

  json_node_take_object (node, object);
  json_object_set_int_member (object, "format", FORMAT);
  json_object_set_string_member (object, "id", plan->id);
  json_object_set_string_member (object, "study", plan->study->id);
  if (plan->preset)
    json_object_set_string_member (object, "preset", plan->preset);
  else
    json_object_set_null_member (object, "preset");
  json_object_set_array_member (object, "set", texts_array (plan->set));
  json_object_set_array_member (object, "sweep", texts_array (plan->sweep));
  json_object_set_string_member (object, "seeds", plan->seeds);
  json_object_set_string_member (object, "identity", plan->identity ? plan->identity : "");
  json_object_set_string_member (object, "rules", plan->rules ? plan->rules : "");
  json_object_set_string_member (object, "command", plan->command);
  json_object_set_double_member (object, "created", plan->created);
  json_object_set_object_member (
      object, "options", plan->options ? json_object_ref (plan->options) : json_object_new ());
  json_object_set_array_member (object, "runs", runs_array (plan));
  plan->saved = path && write_plan (path, node, error);
  return plan->saved;
}

/* ---- opening ---- */

static GStrv
texts_of (JsonObject *object, const char *key)
{
  JsonArray *array = assay_json_array (object, key);
  g_autoptr (GPtrArray) texts = g_ptr_array_new ();

  for (guint i = 0; array && i < json_array_get_length (array); i++)
    {
      JsonNode *node = json_array_get_element (array, i);

      if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING)
        g_ptr_array_add (texts, g_strdup (json_node_get_string (node)));
    }
  g_ptr_array_add (texts, NULL);
  return (GStrv) g_ptr_array_free (g_steal_pointer (&texts), FALSE);
}

static gboolean
read_run (AssayPlan *plan, JsonNode *node, guint index, const char *path, GError **error)
{
  JsonObject *run = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  JsonObject *parameters = run ? assay_json_object (run, "parameters") : NULL;
  gint64 seed = run ? assay_json_int (run, "seed", -1) : -1;
  AssaySpec *spec = NULL;

  if (!parameters || seed < 0)
    g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_FAILED,
                 "%s: run %u lacks parameters or seed: it is damaged", path, index + 1);
  else
    spec = assay_spec_from_json (plan->study, parameters, (guint64) seed, error);
  if (!spec)
    {
      if (parameters)
        g_prefix_error (error, "%s, run %u: ", path, index + 1);
      return FALSE;
    }
  g_ptr_array_add (plan->specs, spec);
  plan->runs[index] = g_strdup (assay_json_text (run, "run", NULL));
  return TRUE;
}

static gboolean
read_plan (AssayPlan *plan, JsonObject *object, const char *path, GError **error)
{
  JsonArray *runs = assay_json_array (object, "runs");
  guint n = runs ? json_array_get_length (runs) : 0;

  if (n > ASSAY_PLAN_MAX_RUNS)
    {
      g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_FAILED, "%s names more than %d runs", path,
                   ASSAY_PLAN_MAX_RUNS);
      return FALSE;
    }
  plan->preset = g_strdup (assay_json_text (object, "preset", NULL));
  plan->set = texts_of (object, "set");
  plan->sweep = texts_of (object, "sweep");
  plan->seeds = g_strdup (assay_json_text (object, "seeds", "1..1"));
  plan->created = assay_json_real (object, "created", 0);
  plan->options = assay_json_object (object, "options");
  if (plan->options)
    json_object_ref (plan->options);
  plan->runs = g_new0 (char *, n + 1);
  for (guint i = 0; i < n; i++)
    if (!read_run (plan, json_array_get_element (runs, i), i, path, error))
      return FALSE;
  return TRUE;
}

static void
replace_text (char **text, JsonObject *object, const char *key)
{
  g_free (*text);
  *text = g_strdup (assay_json_text (object, key, ""));
}

AssayPlan *
assay_plan_open (AssayWorkspace *workspace, AssayRegistry *registry, const char *id, GError **error)
{
  g_autofree char *name = g_strconcat (id, ".json", NULL);
  g_autofree char *path = assay_workspace_file (workspace, "plans", name, error);
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (AssayStudyInfo) study = NULL;
  g_autoptr (AssayPlan) plan = NULL;
  JsonObject *object;
  gint64 format;

  if (path && !g_file_test (path, G_FILE_TEST_EXISTS))
    g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_NOT_FOUND, "There is no plan %s in %s", id,
                 assay_workspace_path (workspace));
  else if (path)
    node = assay_json_load (path, error);
  if (!node)
    return NULL;
  object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  format = object ? assay_json_int (object, "format", 0) : 0;
  if (format != FORMAT)
    {
      g_set_error (error, ASSAY_ERROR,
                   format > FORMAT ? ASSAY_ERROR_INCOMPATIBLE : ASSAY_ERROR_FAILED,
                   format > FORMAT ? "%s has a format newer than this Assay knows: use a newer one"
                                   : "%s is no plan: it is damaged",
                   path);
      return NULL;
    }
  study = assay_registry_study (registry, assay_json_text (object, "study", ""), error);
  if (!study)
    return NULL;
  plan = assay_plan_empty (study);
  g_free (plan->id);
  plan->id = g_strdup (id);
  plan->saved = TRUE;
  replace_text (&plan->identity, object, "identity");
  replace_text (&plan->rules, object, "rules");
  replace_text (&plan->command, object, "command");
  return read_plan (plan, object, path, error) ? g_steal_pointer (&plan) : NULL;
}
