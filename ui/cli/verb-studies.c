/* SPDX-License-Identifier: Apache-2.0 */
#include "host/claims/claims.h"
#include "host/registry/text.h"
#include "ui/cli/cli.h"
#include <string.h>

static JsonNode *
array_node (JsonArray *array)
{
  JsonNode *node = json_node_new (JSON_NODE_ARRAY);

  json_node_take_array (node, array);
  return node;
}

static void
set_text (JsonObject *object, const char *key, const char *text)
{
  if (text != NULL)
    json_object_set_string_member (object, key, text);
  else
    json_object_set_null_member (object, key);
}

static int
studies_json (AssayRegistry *registry)
{
  JsonArray *studies = json_array_new ();

  for (guint i = 0; i < assay_registry_n_plugins (registry); i++)
    {
      const AssayPluginInfo *plugin = assay_registry_plugin (registry, i);
      const AssayStudyInfo *study = plugin->study;
      JsonObject *object;
      JsonArray *presets;

      if (study == NULL && (plugin->reason == NULL || plugin->n_environments > 0))
        continue;
      object = json_object_new ();
      presets = json_array_new ();
      set_text (object, "id", study != NULL ? study->id : plugin->id);
      set_text (object, "title", study != NULL ? study->title : plugin->title);
      set_text (object, "question", study != NULL ? study->question : NULL);
      set_text (object, "paper", study != NULL ? study->paper : NULL);
      set_text (object, "version", plugin->version);
      set_text (object, "path", plugin->path);
      set_text (object, "blocked", study != NULL ? study->blocked : plugin->reason);
      for (guint p = 0; study != NULL && p < study->n_presets; p++)
        if (!(study->presets[p].flags & ASSAY_HIDDEN))
          json_array_add_string_element (presets, study->presets[p].id);
      json_object_set_array_member (object, "presets", presets);
      json_array_add_object_element (studies, object);
    }
  assay_cli_print_json (array_node (studies));
  return 0;
}

static char *
preset_names (const AssayStudyInfo *study)
{
  GString *names = g_string_new (NULL);

  for (guint p = 0; p < study->n_presets; p++)
    if (!(study->presets[p].flags & ASSAY_HIDDEN))
      g_string_append_printf (names, "%s%s", names->len ? " " : "", study->presets[p].id);
  return g_string_free (names, FALSE);
}

int
assay_verb_studies (char **words, GError **error)
{
  g_autoptr (AssayRegistry) registry = assay_registry_new (error);
  AssayTextTable *table;
  guint refused = 0;

  if (registry == NULL)
    return ASSAY_ERROR_FAILED;
  if (assay_cli_json)
    return studies_json (registry);
  table = assay_text_table_new ("STUDY", "PRESETS", "TITLE", NULL);
  for (guint i = 0; i < assay_registry_n_plugins (registry); i++)
    {
      const AssayPluginInfo *plugin = assay_registry_plugin (registry, i);
      g_autofree char *presets = NULL;

      refused += plugin->reason != NULL;
      if (plugin->study == NULL)
        continue;
      presets = preset_names (plugin->study);
      assay_text_table_add (table, plugin->study->id);
      assay_text_table_add (table, presets);
      if (plugin->study->blocked != NULL)
        assay_text_table_addf (table, "%s — cannot run: %s", plugin->study->title,
                               plugin->study->blocked);
      else
        assay_text_table_add (table, plugin->study->title);
    }
  assay_text_table_print (table);
  for (guint i = 0; i < assay_registry_n_plugins (registry); i++)
    {
      const AssayPluginInfo *plugin = assay_registry_plugin (registry, i);

      if (plugin->reason != NULL)
        g_print ("refused: %s\n", plugin->reason);
    }
  return 0;
}

static JsonObject *
option_object (const AssayOption *option)
{
  JsonObject *object = json_object_new ();

  set_text (object, "id", option->id);
  set_text (object, "title", option->title);
  json_object_set_double_member (object, "default", option->value);
  json_object_set_double_member (object, "min", option->min);
  json_object_set_double_member (object, "max", option->max);
  return object;
}

int
assay_verb_environments (char **words, GError **error)
{
  g_autoptr (AssayRegistry) registry = assay_registry_new (error);
  JsonArray *array = json_array_new ();
  AssayTextTable *table = assay_text_table_new ("ENVIRONMENT", ">ACTIONS", ">STEPS", "VIEWS",
                                                "OPTIONS", "TITLE", NULL);

  for (guint i = 0; registry != NULL && i < assay_registry_n_plugins (registry); i++)
    {
      const AssayPluginInfo *plugin = assay_registry_plugin (registry, i);

      for (guint e = 0; e < plugin->n_environments && plugin->reason == NULL; e++)
        {
          const AssayEnvironmentInfo *environment = &plugin->environments[e];
          JsonObject *object = json_object_new ();
          JsonArray *views = json_array_new (), *options = json_array_new ();
          g_autoptr (GString) names = g_string_new (NULL), option_names = g_string_new (NULL);

          for (guint v = 0; v < environment->n_views; v++)
            {
              json_array_add_string_element (views, environment->views[v].id);
              g_string_append_printf (names, "%s%s", v ? " " : "", environment->views[v].id);
            }
          for (guint o = 0; o < environment->n_options; o++)
            {
              json_array_add_object_element (options, option_object (&environment->options[o]));
              g_string_append_printf (option_names, "%s%s=%g", o ? " " : "",
                                      environment->options[o].id, environment->options[o].value);
            }
          set_text (object, "id", environment->id);
          set_text (object, "title", environment->title);
          set_text (object, "actions", environment->actions);
          set_text (object, "plugin", plugin->id);
          json_object_set_int_member (object, "max-steps", environment->max_steps);
          json_object_set_array_member (object, "views", views);
          json_object_set_array_member (object, "options", options);
          json_array_add_object_element (array, object);
          assay_text_table_add (table, environment->id);
          assay_text_table_addf (table, "%u", environment->n_actions);
          assay_text_table_addf (table, "%u", environment->max_steps);
          assay_text_table_add (table, names->str);
          assay_text_table_add (table, option_names->str);
          assay_text_table_add (table, environment->title);
        }
    }
  if (assay_cli_json && registry != NULL)
    assay_cli_print_json (array_node (array));
  else
    json_array_unref (array);
  assay_text_table_finish (table, !assay_cli_json && registry != NULL);
  return registry != NULL ? 0 : ASSAY_ERROR_FAILED;
}

/* ---- inspect ---- */

static const char *
type_name (guint32 type)
{
  static const char *const names[] = { "bool", "int", "real", "choice", "string", "file" };

  return type < G_N_ELEMENTS (names) ? names[type] : "?";
}

static char *
param_range (const AssayParam *param)
{
  g_autofree char *low = assay_json_number (param->min), *high = assay_json_number (param->max);

  if (param->type == ASSAY_CHOICE)
    return g_strdup (param->choices);
  if ((param->type != ASSAY_INT && param->type != ASSAY_REAL) || param->min == param->max)
    return g_strdup (type_name (param->type));
  return g_strdup_printf ("%s %s..%s", type_name (param->type), low, high);
}

static char *
param_default (const AssayParam *param)
{
  if (param->type == ASSAY_BOOL)
    return g_strdup (param->number != 0 ? "true" : "false");
  if (param->type == ASSAY_INT || param->type == ASSAY_REAL)
    return assay_json_number (param->number);
  return g_strdup (param->text);
}

static void
print_params (const AssayStudyInfo *study)
{
  AssayTextTable *table = assay_text_table_new ("PARAMETER", "DEFAULT", "MEANING", NULL);

  for (guint i = 0; i < study->n_params; i++)
    {
      const AssayParam *param = &study->params[i];
      g_autofree char *range = param_range (param), *initial = param_default (param);
      g_autoptr (GString) text = g_string_new (param->title);

      g_string_append_printf (text, " (%s%s%s)", range, param->unit != NULL ? ", " : "",
                              param->unit != NULL ? param->unit : "");
      if (param->when != NULL)
        g_string_append_printf (text, "; only when %s", param->when);
      if (param->help != NULL)
        g_string_append_printf (text, ". %s", param->help);
      assay_text_table_add (table, param->id);
      assay_text_table_add (table, initial);
      assay_text_table_add (table, text->str);
    }
  assay_text_table_print (table);
}

#define MAX_VALUES 48 /* characters of a list of values that people read */

/** One grid of a preset; of a long list the first value and how many there are. */
static void
print_grid (const char *line)
{
  g_auto (GStrv) settings = g_strsplit (line, " ", -1);
  g_autoptr (GString) text = g_string_new (NULL);

  for (char **setting = settings; *setting != NULL; setting++)
    {
      g_auto (GStrv) values = g_strsplit (*setting, ",", -1);
      guint n = g_strv_length (values);

      if (n > 1 && strlen (*setting) > MAX_VALUES)
        g_string_append_printf (text, " %s,… (%u)", values[0], n);
      else
        g_string_append_printf (text, " %s", *setting);
    }
  g_print ("     %s\n", text->str);
}

static void
print_titled (const char *id, const char *title)
{
  g_print ("  %s%s%s", id, title != NULL ? ": " : "", title != NULL ? title : "");
}

static void
print_presets (const AssayStudyInfo *study)
{
  for (guint i = 0; i < study->n_presets; i++)
    {
      const AssayPreset *preset = &study->presets[i];
      g_autofree char *time = assay_duration_text (preset->seconds);
      g_auto (GStrv) lines = g_strsplit (preset->plan != NULL ? preset->plan : "", "\n", -1);

      if (preset->flags & ASSAY_HIDDEN)
        continue;
      print_titled (preset->id, preset->title);
      g_print (" (%u seeds, about %s on two cores)\n", preset->seeds, time);
      if (preset->help != NULL)
        g_print ("      %s\n", preset->help);
      for (char **line = lines; *line != NULL; line++)
        if (**line)
          print_grid (*line);
    }
}

static void
print_claims (const AssayStudyInfo *study)
{
  for (guint i = 0; i < study->n_claims; i++)
    {
      const AssayClaim *claim = &study->claims[i];
      g_autofree char *rule = assay_claim_rule (study, claim);

      g_print ("  %s%s%s%s%s\n", claim->id, claim->source != NULL ? " (" : "",
               claim->source != NULL ? claim->source : "", claim->source != NULL ? ")" : "",
               claim->source == NULL ? " (gate or control)" : "");
      if (claim->says != NULL)
        g_print ("      %s\n", claim->says);
      if (claim->source != NULL)
        g_print ("      paper: %s\n", claim->paper != NULL ? claim->paper : "not stated");
      g_print ("      rule: %s\n", rule);
      if (claim->caveat != NULL)
        g_print ("      it may not hold here: %s\n", claim->caveat);
    }
}

static void
print_study (const AssayStudyInfo *study)
{
  g_print ("%s — %s\n", study->id, study->title);
  if (study->question != NULL)
    g_print ("%s\n", study->question);
  if (study->paper != NULL)
    g_print ("Paper: %s\n", study->paper);
  if (study->help != NULL)
    g_print ("\n%s\n", study->help);
  if (study->blocked != NULL)
    g_print ("\nCannot run: %s\n", study->blocked);
  g_print ("Plugin: %s\n\n", study->plugin_path);
  print_params (study);
  g_print ("\nPresets\n");
  print_presets (study);
  g_print ("\nMetrics\n");
  for (guint i = 0; i < study->n_metrics; i++)
    {
      const AssayMetric *metric = &study->metrics[i];

      print_titled (metric->id, metric->title);
      g_print ("%s%s%s%s%s\n", metric->unit != NULL ? " [" : "",
               metric->unit != NULL ? metric->unit : "", metric->unit != NULL ? "]" : "",
               metric->of != NULL ? "; derived from " : "", metric->of != NULL ? metric->of : "");
    }
  g_print ("\nFigures\n");
  for (guint i = 0; i < study->n_figures; i++)
    {
      print_titled (study->figures[i].id, study->figures[i].title);
      g_print ("\n");
    }
  g_print ("\nClaims\n");
  print_claims (study);
}

/* The description as the scanner gives it, with the rules in words added to the claims. */
static JsonNode *
study_json (const AssayStudyInfo *study)
{
  JsonObject *object = assay_study_info_describe (study);
  JsonArray *claims = assay_json_array (object, "claims");
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);

  for (guint i = 0; claims != NULL && i < study->n_claims; i++)
    {
      g_autofree char *rule = assay_claim_rule (study, &study->claims[i]);

      json_object_set_string_member (json_array_get_object_element (claims, i), "rule", rule);
    }
  json_node_take_object (node, object);
  return node;
}

static int
show_study (const AssayStudyInfo *study)
{
  g_autoptr (GPtrArray) problems = assay_claims_check (study);

  if (assay_cli_json)
    assay_cli_print_json (study_json (study));
  else
    print_study (study);
  for (guint i = 0; problems != NULL && i < problems->len; i++)
    g_printerr ("problem: %s\n", (const char *) problems->pdata[i]);
  return 0;
}

int
assay_verb_inspect (char **words, GError **error)
{
  g_autoptr (AssayRegistry) registry = NULL;
  g_autoptr (AssayStudyInfo) study = NULL;

  if (g_str_has_suffix (words[0], ".so"))
    {
      AssayPluginInfo *plugin = assay_plugin_scan (words[0], error);

      if (plugin == NULL)
        return ASSAY_ERROR_FAILED;
      if (plugin->reason != NULL)
        g_set_error_literal (error, ASSAY_ERROR,
                             plugin->incompatible ? ASSAY_ERROR_INCOMPATIBLE : ASSAY_ERROR_USAGE,
                             plugin->reason);
      else if (plugin->study != NULL)
        show_study (plugin->study);
      else
        g_print ("%s: a plugin of %u environments and no study\n", plugin->id,
                 plugin->n_environments);
      assay_plugin_info_free (plugin);
      return 0;
    }
  registry = assay_registry_new (error);
  if (registry == NULL)
    return ASSAY_ERROR_FAILED;
  study = assay_registry_study (registry, words[0], error);
  return study != NULL ? show_study (study) : ASSAY_ERROR_NOT_FOUND;
}

/* ---- plugin ---- */

static int
check_plugin (const char *path, GError **error)
{
  AssayPluginInfo *plugin = assay_plugin_scan (path, error);
  g_autoptr (GPtrArray) problems = NULL;
  int code = 0;

  if (plugin == NULL)
    return ASSAY_ERROR_FAILED;
  if (plugin->reason != NULL)
    {
      g_set_error_literal (error, ASSAY_ERROR,
                           plugin->incompatible ? ASSAY_ERROR_INCOMPATIBLE : ASSAY_ERROR_USAGE,
                           plugin->reason);
      assay_plugin_info_free (plugin);
      return ASSAY_ERROR_USAGE;
    }
  if (plugin->study != NULL)
    problems = assay_claims_check (plugin->study);
  for (guint i = 0; problems != NULL && i < problems->len; i++)
    {
      g_print ("%s: %s\n", path, (const char *) problems->pdata[i]);
      code = ASSAY_ERROR_USAGE;
    }
  if (code == 0 && plugin->study != NULL)
    g_print ("%s: good; study %s with %u parameters, %u metrics, %u figures, %u claims\n", path,
             plugin->study->id, plugin->study->n_params, plugin->study->n_metrics,
             plugin->study->n_figures, plugin->study->n_claims);
  else if (code == 0)
    g_print ("%s: good; %u environments\n", path, plugin->n_environments);
  assay_plugin_info_free (plugin);
  return code;
}

static int
list_plugins (GError **error)
{
  g_autoptr (AssayRegistry) registry = assay_registry_new (error);
  AssayTextTable *table;
  JsonArray *array;

  if (registry == NULL)
    return ASSAY_ERROR_FAILED;
  array = json_array_new ();
  table = assay_text_table_new ("PLUGIN", "VERSION", "STATE", "PATH", NULL);
  for (guint i = 0; i < assay_registry_n_plugins (registry); i++)
    {
      const AssayPluginInfo *plugin = assay_registry_plugin (registry, i);
      JsonObject *object = json_object_new ();

      set_text (object, "id", plugin->id);
      set_text (object, "version", plugin->version);
      set_text (object, "path", plugin->path);
      set_text (object, "build-id", plugin->build_id);
      set_text (object, "license", plugin->license);
      set_text (object, "refused", plugin->reason);
      json_array_add_object_element (array, object);
      assay_text_table_add (table, plugin->id);
      assay_text_table_add (table, plugin->version);
      assay_text_table_add (table, plugin->reason == NULL ? "good" : "refused");
      assay_text_table_add (table, plugin->reason == NULL ? plugin->path : plugin->reason);
    }
  if (assay_cli_json)
    assay_cli_print_json (array_node (array));
  else
    json_array_unref (array);
  assay_text_table_finish (table, !assay_cli_json);
  return 0;
}

int
assay_verb_plugin (char **words, GError **error)
{
  if (strcmp (words[0], "list") == 0 && words[1] == NULL)
    return list_plugins (error);
  if (strcmp (words[0], "check") == 0 && words[1] != NULL)
    return check_plugin (words[1], error);
  g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_USAGE,
               "write `assay plugin list` or `assay plugin check FILE.so`");
  return ASSAY_ERROR_USAGE;
}
