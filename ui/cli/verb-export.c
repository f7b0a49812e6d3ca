/* SPDX-License-Identifier: Apache-2.0
 *
 * export, verify, index.
 */
#include "host/run/supervisor.h"
#include "host/store/export.h"
#include "ui/cli/cli.h"
#include <string.h>

static struct
{
  char *format, *output, *where;
  gboolean rebuild;
} options;

const GOptionEntry assay_export_options[]
    = { { "format", 0, 0, G_OPTION_ARG_STRING, &options.format, "What to write (else: csv)",
          "csv|jsonl|json|bundle" },
        { "output", 'o', 0, G_OPTION_ARG_FILENAME, &options.output,
          "A file (else: standard output)", "FILE" },
        { "where", 0, 0, G_OPTION_ARG_STRING, &options.where,
          "Of csv and jsonl only these cells: metric=return step>=100", "QUERY" },
        G_OPTION_ENTRY_NULL };

const GOptionEntry assay_index_options[]
    = { { "rebuild", 0, 0, G_OPTION_ARG_NONE, &options.rebuild, "Make it anew", NULL },
        G_OPTION_ENTRY_NULL };

int
assay_verb_export (char **words, GError **error)
{
  g_autoptr (AssayWorkspace) workspace = assay_cli_workspace (FALSE, error);
  g_autoptr (AssayFilter) where = NULL;
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) ids = NULL;
  AssayExportFormat format;

  if (workspace == NULL
      || !assay_export_format (options.format != NULL ? options.format : "csv", &format, error))
    return ASSAY_ERROR_FAILED;
  where = assay_filter_parse (options.where, error);
  if (where == NULL)
    return ASSAY_ERROR_USAGE;
  for (char **word = words; *word != NULL; word++)
    {
      g_autofree char *id = assay_run_find (workspace, *word, error);

      if (id == NULL)
        return ASSAY_ERROR_NOT_FOUND;
      g_strv_builder_add (builder, id);
    }
  ids = g_strv_builder_end (builder);
  return assay_export_file (workspace, (const char *const *) ids, format, where, options.output,
                            error)
             ? 0
             : ASSAY_ERROR_FAILED;
}

int
assay_verb_verify (char **words, GError **error)
{
  g_autoptr (AssayWorkspace) workspace = assay_cli_workspace (FALSE, error);
  g_autoptr (AssayRegistry) registry = workspace != NULL ? assay_registry_new (error) : NULL;
  g_autofree char *id = registry != NULL ? assay_run_find (workspace, words[0], error) : NULL;
  g_autofree char *difference = NULL;

  if (id == NULL || !assay_verify (workspace, registry, id, NULL, &difference, error))
    return ASSAY_ERROR_FAILED;
  if (assay_cli_json)
    {
      JsonObject *object = json_object_new ();
      JsonNode *node = json_node_new (JSON_NODE_OBJECT);

      json_object_set_string_member (object, "run", id);
      json_object_set_boolean_member (object, "equal", difference == NULL);
      if (difference != NULL)
        json_object_set_string_member (object, "difference", difference);
      json_node_take_object (node, object);
      assay_cli_print_json (node);
    }
  else if (difference == NULL)
    g_print ("%s: equal\n", id);
  else
    g_print ("%s: different: %s\n", id, difference);
  return difference == NULL ? 0 : ASSAY_ERROR_FAILED;
}

int
assay_verb_index (char **words, GError **error)
{
  g_autoptr (AssayWorkspace) workspace = assay_cli_workspace (FALSE, error);
  g_autoptr (AssayIndex) index = workspace != NULL ? assay_index_open (workspace, error) : NULL;
  g_autoptr (AssayRunRows) rows = NULL;
  AssayIndexQuery query = { 0 };

  if (index == NULL
      || !(options.rebuild ? assay_index_rebuild : assay_index_refresh) (index, error))
    return ASSAY_ERROR_FAILED;
  rows = assay_index_query (index, &query, error);
  if (rows == NULL)
    return ASSAY_ERROR_FAILED;
  if (assay_cli_json)
    {
      JsonObject *object = json_object_new ();
      JsonNode *node = json_node_new (JSON_NODE_OBJECT);

      json_object_set_string_member (object, "path", assay_index_path (index));
      json_object_set_int_member (object, "runs", rows->rows->len);
      json_node_take_object (node, object);
      assay_cli_print_json (node);
    }
  else
    g_print ("%s: %u runs\n", assay_index_path (index), rows->rows->len);
  for (const char *const *problem = assay_index_problems (index);
       problem != NULL && *problem != NULL; problem++)
    g_printerr ("left out: %s\n", *problem);
  return 0;
}
