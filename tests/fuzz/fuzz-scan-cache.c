/* SPDX-License-Identifier: Apache-2.0
 *
 * The cache of scanned plugins, from its text to the infos that everybody reads.
 */
#include "host/registry/cache.h"
#include "host/registry/json.h"
#include "host/registry/plugin.h"

#include "fuzz.h"

static char *
describe (const AssayStudyInfo *study)
{
  JsonNode *node = json_node_init (json_node_alloc (), JSON_NODE_OBJECT);
  char *text;

  json_node_take_object (node, assay_study_info_describe (study));
  text = assay_json_canonical (node);
  json_node_unref (node);
  return text;
}

/* What was accepted describes itself as something that is accepted and means the same. */
static void
check_study (const AssayStudyInfo *study)
{
  g_autofree char *text = describe (study), *again = NULL;
  g_autoptr (JsonNode) node = assay_json_parse (text, -1, "description", NULL);
  g_autoptr (AssayStudyInfo) back = NULL;

  FUZZ_CHECK (node != NULL);
  back = assay_study_info_from_json (json_node_get_object (node), NULL);
  FUZZ_CHECK (back != NULL);
  again = describe (back);
  FUZZ_CHECK (strcmp (text, again) == 0 && strcmp (study->rules, back->rules) == 0);
}

static void
check_plugin (const char *path, JsonObject *answer)
{
  JsonObject *study = assay_json_object (answer, "study");
  AssayPluginInfo *info;

  /* A cache is believed what its rules sum up to; here they are computed. */
  if (study != NULL && json_object_has_member (study, "rules"))
    json_object_remove_member (study, "rules");
  info = plugin_info_from_answer (path, answer);
  FUZZ_CHECK ((info->reason == NULL) == (info->problems[0] == NULL));
  FUZZ_CHECK (info->reason == NULL || (info->study == NULL && info->n_environments == 0));
  if (info->study != NULL)
    check_study (info->study);
  assay_plugin_info_free (info);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  JsonObject *plugins = cache_parse ((const char *) data, (gssize) size, "fuzz");
  GList *paths = json_object_get_members (plugins);

  for (GList *at = paths; at != NULL; at = at->next)
    {
      JsonObject *answer = assay_json_object (assay_json_object (plugins, at->data), "answer");

      if (answer != NULL)
        check_plugin (at->data, answer);
    }
  g_list_free (paths);
  json_object_unref (plugins);
  return 0;
}
