/* SPDX-License-Identifier: Apache-2.0 */
#include "schema.h"

#include <math.h>
#include <string.h>

static const char *const expects[] = { "none", "above", "below", "within", NULL };

/* ---- to JSON ---- */

static JsonNode *
text_to_json (const Field *field, gconstpointer at)
{
  const char *text = *(const char *const *) at;

  return text ? json_node_init_string (json_node_alloc (), text) : NULL;
}

static JsonNode *
word_to_json (const Field *field, gconstpointer at)
{
  return json_node_init_string (json_node_alloc (), field->words[*(const uint32_t *) at]);
}

static JsonNode *
flag_to_json (const Field *field, gconstpointer at)
{
  return *(const uint32_t *) at & 1 ? json_node_init_boolean (json_node_alloc (), TRUE) : NULL;
}

static JsonNode *
count_to_json (const Field *field, gconstpointer at)
{
  return json_node_init_int (json_node_alloc (), *(const uint32_t *) at);
}

static JsonNode *
size_to_json (const Field *field, gconstpointer at)
{
  return json_node_init_int (json_node_alloc (), (gint64) * (const size_t *) at);
}

static JsonNode *
real_to_json (const Field *field, gconstpointer at)
{
  return json_node_init_double (json_node_alloc (), *(const double *) at);
}

static JsonNode *
pair_to_json (const double *pair)
{
  g_autoptr (JsonArray) array = json_array_new ();

  json_array_add_double_element (array, pair[0]);
  json_array_add_double_element (array, pair[1]);
  return json_node_init_array (json_node_alloc (), array);
}

static JsonNode *
range_to_json (const Field *field, gconstpointer at)
{
  const double *pair = at;

  return pair[0] == pair[1] ? NULL : pair_to_json (pair);
}

static JsonNode *
shape_to_json (const Field *field, gconstpointer at)
{
  g_autoptr (JsonArray) array = json_array_new ();
  const uint32_t *shape = at;

  for (guint i = 0; i < shape[0]; i++)
    json_array_add_int_element (array, shape[i + 1]);
  return json_node_init_array (json_node_alloc (), array);
}

static JsonNode *
default_to_json (const Field *field, gconstpointer at)
{
  const AssayParam *param
      = (gconstpointer) ((const char *) at - G_STRUCT_OFFSET (AssayParam, number));

  if (param->type == ASSAY_BOOL)
    return json_node_init_boolean (json_node_alloc (), param->number != 0);
  if (param->type == ASSAY_INT && fabs (param->number) <= 9007199254740992.0)
    return json_node_init_int (json_node_alloc (), (gint64) param->number);
  if (param->type <= ASSAY_REAL)
    return real_to_json (field, at);
  return json_node_init_string (json_node_alloc (), param->text ? param->text : "");
}

static JsonNode *
expect_to_json (const Field *field, gconstpointer at)
{
  const AssayExpect *expect = at;
  g_autoptr (JsonObject) object = NULL;

  if (expect->kind == ASSAY_EXPECT_NONE)
    return NULL;
  object = json_object_new ();
  if (expect->kind == ASSAY_EXPECT_WITHIN)
    json_object_set_member (object, "within", pair_to_json (&expect->lo));
  else
    json_object_set_double_member (object, expects[expect->kind],
                                   expect->kind == ASSAY_EXPECT_ABOVE ? expect->lo : expect->hi);
  return json_node_init_object (json_node_alloc (), object);
}

static JsonNode *
folds_to_json (const Field *field, gconstpointer at)
{
  const AssayFold *fold = *(const AssayFold *const *) at;
  g_autoptr (JsonArray) array = NULL;

  if (!fold)
    return NULL;
  array = json_array_new ();
  for (; fold->op != ASSAY_FOLD_END; fold++)
    {
      JsonObject *object = json_object_new ();

      schema_to_json (&schema_fold, fold, object);
      json_array_add_object_element (array, object);
    }
  return json_node_init_array (json_node_alloc (), array);
}

/* By FieldKind; NULL: the member is left out. */
static JsonNode *(*const writers[]) (const Field *, gconstpointer) = {
  text_to_json, text_to_json,  word_to_json,  flag_to_json,    count_to_json,  size_to_json,
  real_to_json, range_to_json, shape_to_json, default_to_json, expect_to_json, folds_to_json
};

void
schema_to_json (const RowType *type, gconstpointer row, JsonObject *object)
{
  for (const Field *field = type->fields; field->name; field++)
    {
      JsonNode *node = writers[field->kind](field, (const char *) row + field->offset);

      if (node)
        json_object_set_member (object, field->name, node);
    }
}

/* ---- from JSON: each gives NULL, or what was expected ---- */

static gboolean
holds (JsonNode *node, GType type)
{
  return JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == type;
}

static gboolean
read_real (JsonNode *node, double *value)
{
  if (!holds (node, G_TYPE_DOUBLE) && !holds (node, G_TYPE_INT64))
    return FALSE;
  *value = json_node_get_double (node);
  return TRUE;
}

static const char *
text_from_json (const Field *field, JsonNode *node, gpointer at, Arena *arena)
{
  if (!holds (node, G_TYPE_STRING))
    return "a text";
  *(char **) at = arena_text (arena, json_node_get_string (node));
  return NULL;
}

static const char *
word_from_json (const Field *field, JsonNode *node, gpointer at, Arena *arena)
{
  const char *word = holds (node, G_TYPE_STRING) ? json_node_get_string (node) : "";

  for (guint i = 0; field->words[i]; i++)
    if (strcmp (word, field->words[i]) == 0)
      {
        *(uint32_t *) at = i;
        return NULL;
      }
  return "one of the known words";
}

static const char *
flag_from_json (const Field *field, JsonNode *node, gpointer at, Arena *arena)
{
  if (!holds (node, G_TYPE_BOOLEAN))
    return "true or false";
  *(uint32_t *) at = json_node_get_boolean (node);
  return NULL;
}

static const char *
count_from_json (const Field *field, JsonNode *node, gpointer at, Arena *arena)
{
  gint64 value = holds (node, G_TYPE_INT64) ? json_node_get_int (node) : -1;

  if (value < 0 || value > G_MAXUINT32)
    return "a whole number from 0 to 4294967295";
  *(uint32_t *) at = (uint32_t) value;
  return NULL;
}

static const char *
size_from_json (const Field *field, JsonNode *node, gpointer at, Arena *arena)
{
  gint64 value = holds (node, G_TYPE_INT64) ? json_node_get_int (node) : -1;

  if (value < 0)
    return "a whole number from 0";
  *(size_t *) at = (size_t) value;
  return NULL;
}

static const char *
real_from_json (const Field *field, JsonNode *node, gpointer at, Arena *arena)
{
  return read_real (node, at) ? NULL : "a number";
}

static const char *
range_from_json (const Field *field, JsonNode *node, gpointer at, Arena *arena)
{
  JsonArray *array = JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  double *pair = at;

  if (!array || json_array_get_length (array) != 2
      || !read_real (json_array_get_element (array, 0), &pair[0])
      || !read_real (json_array_get_element (array, 1), &pair[1]))
    return "two numbers";
  return NULL;
}

static const char *
shape_from_json (const Field *field, JsonNode *node, gpointer at, Arena *arena)
{
  JsonArray *array = JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  uint32_t *shape = at;

  if (!array || json_array_get_length (array) > 4)
    return "up to four whole numbers";
  shape[0] = json_array_get_length (array);
  for (guint i = 0; i < shape[0]; i++)
    if (count_from_json (field, json_array_get_element (array, i), &shape[i + 1], arena))
      return "up to four whole numbers";
  return NULL;
}

/** Stands behind "type" in the parameter's fields, so the type is known. */
static const char *
default_from_json (const Field *field, JsonNode *node, gpointer at, Arena *arena)
{
  AssayParam *param = (gpointer) ((char *) at - G_STRUCT_OFFSET (AssayParam, number));

  if (param->type >= ASSAY_CHOICE)
    return text_from_json (field, node, &param->text, arena);
  if (param->type != ASSAY_BOOL)
    return real_from_json (field, node, at, arena);
  if (!holds (node, G_TYPE_BOOLEAN))
    return "true or false";
  param->number = json_node_get_boolean (node);
  return NULL;
}

static const char *
expect_from_json (const Field *field, JsonNode *node, gpointer at, Arena *arena)
{
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  AssayExpect *expect = at;

  for (guint kind = ASSAY_EXPECT_ABOVE; object && kind <= ASSAY_EXPECT_WITHIN; kind++)
    {
      JsonNode *bound = json_object_get_member (object, expects[kind]);

      if (!bound)
        continue;
      expect->kind = kind;
      if (kind == ASSAY_EXPECT_WITHIN)
        return range_from_json (field, bound, &expect->lo, arena);
      return real_from_json (field, bound, kind == ASSAY_EXPECT_ABOVE ? &expect->lo : &expect->hi,
                             arena);
    }
  return "{\"above\": x}, {\"below\": x} or {\"within\": [x, y]}";
}

static const char *
folds_from_json (const Field *field, JsonNode *node, gpointer at, Arena *arena)
{
  JsonArray *array = JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  guint n = array ? json_array_get_length (array) : 0;
  AssayFold *folds = arena_alloc (arena, (n + 1) * sizeof *folds);
  Problems inner;
  gboolean bad = !array;

  problems_init (&inner, "fold");
  for (guint i = 0; i < n && !bad; i++)
    {
      JsonNode *step = json_array_get_element (array, i);

      bad = !JSON_NODE_HOLDS_OBJECT (step);
      if (!bad)
        schema_from_json (&schema_fold, json_node_get_object (step), &folds[i], i, arena, &inner);
      bad |= inner.list->len > 0 || folds[i].op == ASSAY_FOLD_END;
    }
  g_ptr_array_unref (inner.list);
  *(const AssayFold **) at = folds;
  return bad ? "an array of steps {\"op\": ..., \"over\": ...}" : NULL;
}

/* By FieldKind. */
static const char *(*const readers[]) (const Field *, JsonNode *, gpointer, Arena *)
    = { text_from_json,  text_from_json,    word_from_json,   flag_from_json,
        count_from_json, size_from_json,    real_from_json,   range_from_json,
        shape_from_json, default_from_json, expect_from_json, folds_from_json };

void
schema_from_json (const RowType *type, JsonObject *object, gpointer row, guint i, Arena *arena,
                  Problems *problems)
{
  for (const Field *field = type->fields; field->name; field++)
    {
      JsonNode *node = json_object_get_member (object, field->name);
      const char *expected = NULL;

      if (node)
        expected = readers[field->kind](field, node, (char *) row + field->offset, arena);
      if (expected)
        problems_add (problems, type->table, i, NULL, field->name, "expected %s", expected);
    }
}
