/* SPDX-License-Identifier: Apache-2.0 */
#include "host/claims/claims.h"

#include <math.h>

static void
set_number (JsonObject *object, const char *key, double value)
{
  if (isfinite (value))
    json_object_set_double_member (object, key, value);
  else
    json_object_set_null_member (object, key);
}

static void
set_text (JsonObject *object, const char *key, const char *value)
{
  if (value)
    json_object_set_string_member (object, key, value);
  else
    json_object_set_null_member (object, key);
}

static void
set_effect (JsonObject *object, double effect, double low, double high, guint n)
{
  set_number (object, "effect", effect);
  set_number (object, "ci_low", low);
  set_number (object, "ci_high", high);
  json_object_set_int_member (object, "n", n);
}

static JsonObject *
part_json (const AssayVerdictPart *part)
{
  JsonObject *object = json_object_new ();
  JsonArray *shares = json_array_new ();

  set_text (object, "level", part->level);
  set_effect (object, part->effect, part->low, part->high, part->n);
  set_number (object, "df", part->df);
  set_text (object, "verdict", assay_verdict_name (part->kind));
  for (guint i = 0; i < part->shares->len; i++)
    {
      const AssayUnitShare *share = &g_array_index (part->shares, AssayUnitShare, i);
      JsonObject *unit = json_object_new ();

      set_text (unit, "unit", share->unit);
      json_object_set_int_member (unit, "n", share->n);
      set_number (unit, "share", share->share);
      json_array_add_object_element (shares, unit);
    }
  json_object_set_array_member (object, "shares", shares);
  return object;
}

static JsonObject *
verdict_json (const AssayVerdict *verdict)
{
  const AssayClaim *claim = verdict->claim;
  JsonObject *object = json_object_new ();
  JsonArray *parts = json_array_new (), *notes = json_array_new ();

  set_text (object, "id", claim->id);
  set_text (object, "statement", claim->says);
  set_text (object, "source", claim->source);
  set_text (object, "rule", verdict->rule);
  set_text (object, "paper", claim->paper);
  set_effect (object, verdict->effect, verdict->low, verdict->high, verdict->n);
  set_text (object, "verdict", assay_verdict_name (verdict->kind));
  set_text (object, "reason", verdict->reason);
  json_object_set_int_member (object, "crashed", verdict->n_crashed);
  json_object_set_int_member (object, "missing", verdict->n_missing);
  for (guint i = 0; i < verdict->parts->len; i++)
    json_array_add_object_element (parts, part_json (verdict->parts->pdata[i]));
  for (guint i = 0; i < verdict->notes->len; i++)
    json_array_add_string_element (notes, verdict->notes->pdata[i]);
  json_object_set_array_member (object, "parts", parts);
  json_object_set_array_member (object, "notes", notes);
  return object;
}

JsonNode *
assay_claims_json (GPtrArray *verdicts)
{
  JsonArray *array = json_array_new ();
  JsonNode *node = json_node_new (JSON_NODE_ARRAY);

  for (guint i = 0; i < verdicts->len; i++)
    json_array_add_object_element (array, verdict_json (verdicts->pdata[i]));
  json_node_take_array (node, array);
  return node;
}
