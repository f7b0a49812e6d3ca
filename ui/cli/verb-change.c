/* SPDX-License-Identifier: Apache-2.0
 *
 * What a face may change in a workspace: cancel, rm, tag, gc.
 */
#include "host/run/rundir.h"
#include "ui/cli/cli.h"
#include <string.h>

static struct
{
  gboolean star, unstar, dry_run;
  char *note;
} options;

const GOptionEntry assay_tag_options[]
    = { { "star", 0, 0, G_OPTION_ARG_NONE, &options.star, "Star the run", NULL },
        { "unstar", 0, 0, G_OPTION_ARG_NONE, &options.unstar, "Take its star away", NULL },
        { "note", 0, 0, G_OPTION_ARG_STRING, &options.note, "Leave a note; '' removes it", "TEXT" },
        G_OPTION_ENTRY_NULL };

const GOptionEntry assay_gc_options[]
    = { { "dry-run", 0, 0, G_OPTION_ARG_NONE, &options.dry_run, "Say what would go", NULL },
        G_OPTION_ENTRY_NULL };

typedef gboolean (*RunFunc) (AssayWorkspace *workspace, const char *id, GError **error);

/* Does @func to every run named; the first that fails ends it. */
static int
for_each_run (char **words, RunFunc func, const char *done, GError **error)
{
  g_autoptr (AssayWorkspace) workspace = assay_cli_workspace (FALSE, error);

  if (workspace == NULL)
    return ASSAY_ERROR_FAILED;
  for (char **word = words; *word != NULL; word++)
    {
      g_autofree char *id = assay_run_find (workspace, *word, error);

      if (id == NULL || !func (workspace, id, error))
        return ASSAY_ERROR_FAILED;
      g_print ("%s %s\n", id, done);
    }
  return 0;
}

int
assay_verb_cancel (char **words, GError **error)
{
  return for_each_run (words, assay_run_cancel, "was asked to end", error);
}

int
assay_verb_rm (char **words, GError **error)
{
  return for_each_run (words, assay_run_trash, "moved to trash", error);
}

static void
change_tags (JsonObject *notes, char **tags)
{
  g_autoptr (GPtrArray) kept = g_ptr_array_new_with_free_func (g_free);
  JsonArray *old = assay_json_array (notes, "tags");
  JsonArray *array = json_array_new ();

  for (guint i = 0; old != NULL && i < json_array_get_length (old); i++)
    g_ptr_array_add (kept, g_strdup (json_array_get_string_element (old, i)));
  for (char **tag = tags; *tag != NULL; tag++)
    {
      const char *name = *tag + (**tag == '-');
      guint at;

      if (g_ptr_array_find_with_equal_func (kept, name, g_str_equal, &at))
        g_ptr_array_remove_index (kept, at);
      if (**tag != '-')
        g_ptr_array_add (kept, g_strdup (name));
    }
  for (guint i = 0; i < kept->len; i++)
    json_array_add_string_element (array, kept->pdata[i]);
  json_object_set_array_member (notes, "tags", array);
}

int
assay_verb_tag (char **words, GError **error)
{
  g_autoptr (AssayWorkspace) workspace = assay_cli_workspace (FALSE, error);
  g_autofree char *id = workspace != NULL ? assay_run_find (workspace, words[0], error) : NULL;
  g_autoptr (AssayRunDir) dir = id != NULL ? assay_run_dir_open (workspace, id, error) : NULL;
  g_autoptr (JsonObject) notes = NULL;

  if (dir == NULL)
    return ASSAY_ERROR_FAILED;
  notes = dir->notes != NULL ? json_object_ref (dir->notes) : json_object_new ();
  change_tags (notes, words + 1);
  if (options.star || options.unstar)
    json_object_set_boolean_member (notes, "star", options.star);
  if (options.note != NULL)
    json_object_set_string_member (notes, "note", options.note);
  return assay_run_dir_save_notes (dir, notes, error) ? 0 : ASSAY_ERROR_FAILED;
}

int
assay_verb_gc (char **words, GError **error)
{
  g_autoptr (AssayWorkspace) workspace = assay_cli_workspace (FALSE, error);
  AssayGcResult result = { 0 };
  g_autofree char *size = NULL;

  if (workspace == NULL || !assay_workspace_gc (workspace, options.dry_run, &result, error))
    return ASSAY_ERROR_FAILED;
  if (assay_cli_json)
    {
      JsonObject *object = json_object_new ();
      JsonNode *node = json_node_new (JSON_NODE_OBJECT);

      json_object_set_int_member (object, "runs", result.runs);
      json_object_set_int_member (object, "stages", result.stages);
      json_object_set_int_member (object, "bytes", (gint64) result.bytes);
      json_object_set_boolean_member (object, "dry-run", options.dry_run);
      json_node_take_object (node, object);
      assay_cli_print_json (node);
      return 0;
    }
  size = g_format_size (result.bytes);
  g_print ("%s %u runs and %u stages, %s\n", options.dry_run ? "would remove" : "removed",
           result.runs, result.stages, size);
  return 0;
}
