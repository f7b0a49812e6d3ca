/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/desktop/draft.h"

#include "host/registry/json.h"
#include "host/registry/text.h"
#include "host/run/spec.h"
#include <string.h>

#define FORMAT 1

static void
setting_free (gpointer data)
{
  StudioSetting *setting = data;

  g_free (setting->text);
  g_free (setting);
}

StudioDraft *
studio_draft_new (void)
{
  StudioDraft *draft = g_new0 (StudioDraft, 1);

  draft->seeds = g_strdup ("");
  draft->settings = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, setting_free);
  return draft;
}

StudioDraft *
studio_draft_copy (const StudioDraft *draft)
{
  StudioDraft *copy = studio_draft_new ();
  GHashTableIter iter;
  gpointer id, value;

  copy->preset = g_strdup (draft->preset);
  g_free (copy->seeds);
  copy->seeds = g_strdup (draft->seeds);
  copy->cores = draft->cores;
  copy->minutes = draft->minutes;
  copy->megabytes = draft->megabytes;
  copy->max_failures = draft->max_failures;
  copy->resume = draft->resume;
  g_hash_table_iter_init (&iter, draft->settings);
  while (g_hash_table_iter_next (&iter, &id, &value))
    studio_draft_set (copy, id, ((StudioSetting *) value)->text,
                      ((StudioSetting *) value)->several);
  return copy;
}

static void
clear (StudioDraft *draft)
{
  g_free (draft->preset);
  g_free (draft->seeds);
  g_hash_table_unref (draft->settings);
}

void
studio_draft_free (StudioDraft *draft)
{
  if (draft == NULL)
    return;
  clear (draft);
  g_free (draft);
}

void
studio_draft_assign (StudioDraft *draft, const StudioDraft *other)
{
  g_autofree StudioDraft *copy = studio_draft_copy (other);

  clear (draft);
  *draft = *copy;
}

const StudioSetting *
studio_draft_get (const StudioDraft *draft, const char *param)
{
  return g_hash_table_lookup (draft->settings, param);
}

void
studio_draft_set (StudioDraft *draft, const char *param, const char *text, gboolean several)
{
  StudioSetting *setting = g_new (StudioSetting, 1);

  *setting = (StudioSetting){ g_strdup (text), several };
  g_hash_table_replace (draft->settings, g_strdup (param), setting);
}

void
studio_draft_reset (StudioDraft *draft, const char *param)
{
  g_hash_table_remove (draft->settings, param);
}

/* The command line separates values by commas alone; people write blanks, too. */
static char *
plain_text (const AssayParam *param, const StudioSetting *setting)
{
  GString *text;

  if (param->type == ASSAY_STRING || param->type == ASSAY_FILE)
    return g_strdup (setting->text);
  text = g_string_new (NULL);
  for (const char *c = setting->text; *c != '\0'; c++)
    if (!g_ascii_isspace (*c))
      g_string_append_c (text, *c);
  return g_string_free (text, FALSE);
}

/* "depth=x: depth must be ...": the row says which. */
static char *
problem_words (const AssayParam *param, const char *sentence)
{
  const char *rule = strstr (sentence, ": ");
  gsize length = strlen (param->id);

  if (rule == NULL)
    return g_strdup (sentence);
  rule += 2;
  return g_str_has_prefix (rule, param->id) && rule[length] == ' '
             ? g_strconcat ("It", rule + length, NULL)
             : g_strdup (rule);
}

char *
studio_draft_problem (const StudioDraft *draft, const AssayParam *param)
{
  const StudioSetting *setting = studio_draft_get (draft, param->id);
  g_autofree char *text = setting != NULL ? plain_text (param, setting) : NULL, *value = NULL;
  g_autoptr (GError) error = NULL;

  if (setting == NULL)
    return NULL;
  if (setting->several)
    g_strfreev (assay_sweep_values (param, text, &error));
  else
    value = assay_param_parse (param, text, &error);
  if (error == NULL)
    return NULL;
  return problem_words (param, error->message);
}

/* ---- the plan ---- */

/* "id=text" of every setting that counts, in the order of the table. */
static GStrv
assignments (const StudioDraft *draft, const AssayStudyInfo *study, const gboolean *uses,
             gboolean several)
{
  GPtrArray *texts = g_ptr_array_new ();

  for (guint i = 0; i < study->n_params; i++)
    {
      const AssayParam *param = &study->params[i];
      const StudioSetting *setting = studio_draft_get (draft, param->id);
      g_autofree char *text = NULL, *problem = NULL;

      if (setting == NULL || setting->several != several || (uses != NULL && !uses[i]))
        continue;
      if (uses == NULL && (problem = studio_draft_problem (draft, param)) != NULL)
        continue;
      text = plain_text (param, setting);
      g_ptr_array_add (texts, g_strconcat (param->id, "=", text, NULL));
    }
  g_ptr_array_add (texts, NULL);
  return (GStrv) g_ptr_array_free (texts, FALSE);
}

/* NULL: as many as the preset has. */
static char *
seeds_text (const StudioDraft *draft)
{
  g_autofree char *seeds = g_strstrip (g_strdup (draft->seeds));

  return *seeds != '\0' ? g_steal_pointer (&seeds) : NULL;
}

AssayPlan *
studio_draft_plan (const StudioDraft *draft, AssayStudyInfo *study, const gboolean *uses,
                   GError **error)
{
  g_auto (GStrv) set = assignments (draft, study, uses, FALSE);
  g_auto (GStrv) sweep = assignments (draft, study, uses, TRUE);
  g_autofree char *seeds = seeds_text (draft);
  const AssayPlanRequest request = { .preset = draft->preset,
                                     .set = (const char *const *) set,
                                     .sweep = (const char *const *) sweep,
                                     .seeds = seeds,
                                     .keep_idle = uses == NULL };

  return assay_plan_new (study, &request, error);
}

/* ---- the command ---- */

static void
append_option (GString *command, const char *option, const char *value)
{
  if (value == NULL)
    return;
  assay_append_word (command, option);
  assay_append_word (command, value);
}

/* Nothing, where 0 is set. */
static void
append_amount (GString *command, const char *option, guint amount, const char *unit)
{
  g_autofree char *text = g_strdup_printf ("%u%s", amount, unit);

  append_option (command, option, amount > 0 ? text : NULL);
}

char *
studio_draft_command (const StudioDraft *draft, AssayStudyInfo *study, const gboolean *uses,
                      const char *workspace)
{
  g_auto (GStrv) set = assignments (draft, study, uses, FALSE);
  g_auto (GStrv) sweep = assignments (draft, study, uses, TRUE);
  g_autofree char *seeds = seeds_text (draft);
  GString *command = g_string_new ("assay run");

  assay_append_word (command, study->id);
  append_option (command, "--preset", draft->preset);
  for (guint i = 0; set[i] != NULL; i++)
    append_option (command, "--set", set[i]);
  for (guint i = 0; sweep[i] != NULL; i++)
    append_option (command, "--sweep", sweep[i]);
  append_option (command, "--seeds", seeds);
  append_amount (command, "--cores", draft->cores, "");
  append_amount (command, "--time-limit", draft->minutes, "min");
  append_amount (command, "--memory-limit", draft->megabytes, "M");
  append_amount (command, "--max-failures", draft->max_failures, "");
  if (draft->resume)
    assay_append_word (command, "--resume");
  append_option (command, "--workspace", workspace);
  return g_string_free (command, FALSE);
}

/* ---- the file ---- */

/* Ids of studies are names of files: letters, digits, '-' and '.'. */
static char *
draft_path (const char *study)
{
  g_autofree char *name = g_strconcat (study, ".json", NULL);

  return g_build_filename (g_get_user_state_dir (), "assay", "drafts", name, NULL);
}

static JsonObject *
settings_object (const StudioDraft *draft)
{
  JsonObject *object = json_object_new ();
  GHashTableIter iter;
  gpointer id, value;

  g_hash_table_iter_init (&iter, draft->settings);
  while (g_hash_table_iter_next (&iter, &id, &value))
    {
      const StudioSetting *setting = value;
      JsonObject *member = json_object_new ();

      json_object_set_string_member (member, "text", setting->text);
      json_object_set_boolean_member (member, "several", setting->several);
      json_object_set_object_member (object, id, member);
    }
  return object;
}

gboolean
studio_draft_save (const StudioDraft *draft, const char *study, GError **error)
{
  g_autofree char *path = draft_path (study), *folder = g_path_get_dirname (path);
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();

  json_node_take_object (node, object);
  json_object_set_int_member (object, "format", FORMAT);
  if (draft->preset != NULL)
    json_object_set_string_member (object, "preset", draft->preset);
  json_object_set_string_member (object, "seeds", draft->seeds);
  json_object_set_int_member (object, "cores", draft->cores);
  json_object_set_int_member (object, "minutes", draft->minutes);
  json_object_set_int_member (object, "megabytes", draft->megabytes);
  json_object_set_int_member (object, "max-failures", draft->max_failures);
  json_object_set_boolean_member (object, "resume", draft->resume);
  json_object_set_object_member (object, "settings", settings_object (draft));
  g_mkdir_with_parents (folder, 0700);
  return assay_json_save (path, node, error);
}

static void
read_setting (JsonObject *object, const char *id, JsonNode *node, gpointer draft)
{
  JsonObject *member = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  const char *text = member != NULL ? assay_json_text (member, "text", NULL) : NULL;

  if (text != NULL)
    studio_draft_set (draft, id, text, assay_json_bool (member, "several", FALSE));
}

static guint
amount_of (JsonObject *object, const char *member)
{
  return (guint) CLAMP (assay_json_int (object, member, 0), 0, 1000000);
}

StudioDraft *
studio_draft_load (const char *study)
{
  g_autofree char *path = draft_path (study);
  g_autoptr (JsonNode) node = assay_json_load (path, NULL);
  JsonObject *object
      = node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  JsonObject *settings;
  StudioDraft *draft;

  if (object == NULL || assay_json_int (object, "format", 0) != FORMAT)
    return NULL;
  draft = studio_draft_new ();
  draft->preset = g_strdup (assay_json_text (object, "preset", NULL));
  g_free (draft->seeds);
  draft->seeds = g_strdup (assay_json_text (object, "seeds", ""));
  draft->cores = amount_of (object, "cores");
  draft->minutes = amount_of (object, "minutes");
  draft->megabytes = amount_of (object, "megabytes");
  draft->max_failures = amount_of (object, "max-failures");
  draft->resume = assay_json_bool (object, "resume", FALSE);
  settings = assay_json_object (object, "settings");
  if (settings != NULL)
    json_object_foreach_member (settings, read_setting, draft);
  return draft;
}
