/* SPDX-License-Identifier: Apache-2.0 */
#include "study.h"

#include "host/registry/json.h"

#include <string.h>

#define MAX_ROWS 4096
#define WORD_ENDS " ,\t\n"

typedef struct
{
  AssayStudyInfo info; /* first, so that the two pointers are one */
  gatomicrefcount references;
  Arena arena;
  AssayDim *implied; /* one of each parameter, then step, seed, metric */
} Study;

static const struct
{
  const RowType *type;
  gsize rows, n; /* in AssayStudyInfo */
  gsize table;   /* in AssayStudy */
} tables[] = {
#define TABLE(name, type)                                                                          \
  {                                                                                                \
    &type, G_STRUCT_OFFSET (AssayStudyInfo, name), G_STRUCT_OFFSET (AssayStudyInfo, n_##name),     \
        G_STRUCT_OFFSET (AssayStudy, name)                                                         \
  }
  TABLE (params, schema_param),         TABLE (dims, schema_dim),
  TABLE (metrics, schema_metric),       TABLE (claims, schema_claim),
  TABLE (references, schema_reference), TABLE (figures, schema_figure),
  TABLE (presets, schema_preset),
};

/* ---- from C tables ---- */

gboolean
study_check_table (const AssayTable *table, const RowType *type, gsize row_size, Problems *problems)
{
  guint before = problems->list->len;

  if (table->n == 0)
    return TRUE;
  if (!table->rows)
    problems_add (problems, type->table, G_MAXUINT, NULL, "rows", "NULL, with %u rows", table->n);
  if (table->n > MAX_ROWS)
    problems_add (problems, type->table, G_MAXUINT, NULL, "n", "%u rows; at most %d are possible",
                  table->n, MAX_ROWS);
  if (table->stride < row_size)
    problems_add (problems, type->table, G_MAXUINT, NULL, "stride",
                  "rows of %u bytes, where this Assay knows %" G_GSIZE_FORMAT
                  "; was the plugin built against another plugin.h?",
                  table->stride, row_size);
  else if (table->stride % sizeof (void *) != 0)
    problems_add (problems, type->table, G_MAXUINT, NULL, "stride",
                  "rows of %u bytes are no array of structs", table->stride);
  return problems->list->len == before;
}

void
study_check_tables (const AssayStudy *study, Problems *problems)
{
  if (!study->run)
    problems_add (problems, "study", G_MAXUINT, NULL, "run", "NULL: a study must be able to run");
  for (guint t = 0; t < G_N_ELEMENTS (tables); t++)
    {
      const AssayTable *table = G_STRUCT_MEMBER_P (study, tables[t].table);

      if (!study_check_table (table, tables[t].type, tables[t].type->size, problems))
        continue;
      for (guint i = 0; i < table->n; i++)
        schema_check (tables[t].type, (const char *) table->rows + (gsize) i * table->stride, i,
                      problems);
    }
}

static Study *
study_alloc (void)
{
  Study *self = g_new0 (Study, 1);

  g_atomic_ref_count_init (&self->references);
  arena_init (&self->arena);
  return self;
}

static gpointer
set_table (Study *self, guint t, guint n)
{
  gpointer rows = arena_alloc (&self->arena, n * tables[t].type->size);

  G_STRUCT_MEMBER (gpointer, &self->info, tables[t].rows) = rows;
  G_STRUCT_MEMBER (guint, &self->info, tables[t].n) = n;
  return rows;
}

/** Dimensions that are not declared. */
static void
add_implied (Study *self)
{
  guint n = self->info.n_params;
  AssayDim *dims = arena_alloc (&self->arena, (n + 3) * sizeof *dims);

  for (guint i = 0; i < n; i++)
    {
      const AssayParam *param = &self->info.params[i];
      gboolean number = param->type == ASSAY_INT || param->type == ASSAY_REAL;

      dims[i].id = param->id;
      dims[i].title = param->title;
      dims[i].kind = number ? ASSAY_NUMBER : ASSAY_LABEL;
      dims[i].scale = param->flags & ASSAY_LOG_SLIDER ? ASSAY_LOG10 : ASSAY_LINEAR;
      dims[i].values = param->type == ASSAY_BOOL ? "false true" : param->choices;
    }
  dims[n] = (AssayDim){ .id = "step", .title = "Step", .kind = ASSAY_NUMBER };
  dims[n + 1] = (AssayDim){ .id = "seed", .title = "Seed", .kind = ASSAY_ITEM };
  dims[n + 2] = (AssayDim){ .id = "metric", .title = "Metric", .kind = ASSAY_LABEL };
  self->implied = dims;
}

/** sha256 of all claims and derived metrics. */
static char *
rules_of (const AssayStudyInfo *study)
{
  g_autoptr (JsonNode) node = json_node_alloc ();
  g_autofree char *text = NULL;
  JsonObject *rules = json_object_new ();
  JsonArray *claims = json_array_new (), *metrics = json_array_new ();

  for (guint i = 0; i < study->n_claims; i++)
    {
      JsonObject *row = json_object_new ();

      schema_to_json (&schema_claim, &study->claims[i], row);
      json_array_add_object_element (claims, row);
    }
  for (guint i = 0; i < study->n_metrics; i++)
    if (study->metrics[i].of)
      {
        JsonObject *row = json_object_new ();

        schema_to_json (&schema_metric, &study->metrics[i], row);
        json_array_add_object_element (metrics, row);
      }
  json_object_set_array_member (rules, "claims", claims);
  json_object_set_array_member (rules, "metrics", metrics);
  json_node_init_object (node, rules);
  json_object_unref (rules);
  text = assay_json_canonical (node);
  return assay_sha256 (text, strlen (text));
}

/** When all rows are in place: ends with a checked study, or frees it. */
static AssayStudyInfo *
study_complete (Study *self, const char *known_rules, Problems *problems)
{
  guint before = problems->list->len;
  g_autofree char *rules = NULL;

  schema_check (&schema_study, &self->info, G_MAXUINT, problems);
  add_implied (self);
  if (problems->list->len == before)
    study_check (&self->info, problems);
  if (problems->list->len > before)
    {
      assay_study_info_unref (&self->info);
      return NULL;
    }
  rules = known_rules ? g_strdup (known_rules) : rules_of (&self->info);
  self->info.rules = arena_text (&self->arena, rules);
  return &self->info;
}

/** As it is shown and typed; the slider within the legal range, so that one end of it can be
 *  declared alone. */
static void
normalize (AssayParam *param)
{
  g_strdelimit ((char *) param->id, "_", '-');
  if (param->min == param->max || param->ui_min == param->ui_max)
    return;
  param->ui_min = CLAMP (param->ui_min, param->min, param->max);
  param->ui_max = CLAMP (param->ui_max, param->min, param->max);
}

AssayStudyInfo *
study_from_tables (const AssayStudy *study, Problems *problems)
{
  Study *self = study_alloc ();
  AssayStudyInfo head = { .id = study->id,
                          .title = study->title,
                          .question = study->question,
                          .paper = study->paper,
                          .help = study->help,
                          .params_size = study->params_size,
                          .plugins = study->plugins,
                          .threads = study->threads };
  guint before = problems->list->len;

  schema_check (&schema_study, &head, G_MAXUINT, problems);
  if (problems->list->len > before)
    {
      assay_study_info_unref (&self->info);
      return NULL;
    }
  schema_copy (&schema_study, &head, &self->info, &self->arena);
  if (self->info.threads)
    g_strdelimit ((char *) self->info.threads, "_", '-');
  for (guint t = 0; t < G_N_ELEMENTS (tables); t++)
    {
      const AssayTable *table = G_STRUCT_MEMBER_P (study, tables[t].table);
      char *rows = set_table (self, t, table->n);

      for (guint i = 0; i < table->n; i++)
        schema_copy (tables[t].type, (const char *) table->rows + (gsize) i * table->stride,
                     rows + i * tables[t].type->size, &self->arena);
    }
  for (guint i = 0; i < self->info.n_params; i++)
    normalize ((AssayParam *) &self->info.params[i]);
  return study_complete (self, NULL, problems);
}

AssayStudyInfo *
assay_study_info_from_study (const AssayStudy *study, GError **error)
{
  Problems problems;
  AssayStudyInfo *info = NULL;

  problems_init (&problems, "study");
  study_check_tables (study, &problems);
  if (problems.list->len == 0)
    info = study_from_tables (study, &problems);
  if (!info)
    g_set_error_literal (error, ASSAY_ERROR, ASSAY_ERROR_USAGE, problems.list->pdata[0]);
  g_ptr_array_unref (problems.list);
  return info;
}

/* ---- JSON ---- */

JsonObject *
assay_study_info_describe (const AssayStudyInfo *study)
{
  JsonObject *object = json_object_new ();

  schema_to_json (&schema_study, study, object);
  for (guint t = 0; t < G_N_ELEMENTS (tables); t++)
    {
      const char *rows = G_STRUCT_MEMBER (const char *, study, tables[t].rows);
      JsonArray *array = json_array_new ();

      for (guint i = 0; i < G_STRUCT_MEMBER (guint, study, tables[t].n); i++)
        {
          JsonObject *row = json_object_new ();

          schema_to_json (tables[t].type, rows + i * tables[t].type->size, row);
          json_array_add_object_element (array, row);
        }
      json_object_set_array_member (object, tables[t].type->table, array);
    }
  if (study->rules)
    json_object_set_string_member (object, "rules", study->rules);
  if (study->identity)
    json_object_set_string_member (object, "identity", study->identity);
  return object;
}

static void
table_from_json (Study *self, guint t, JsonObject *object, Problems *problems)
{
  const RowType *type = tables[t].type;
  JsonArray *array = assay_json_array (object, type->table);
  guint n = array ? json_array_get_length (array) : 0;
  char *rows;

  if (n > MAX_ROWS)
    {
      problems_add (problems, type->table, G_MAXUINT, NULL, NULL, "more than %d rows", MAX_ROWS);
      n = 0;
    }
  rows = set_table (self, t, n);
  for (guint i = 0; i < n; i++)
    {
      JsonNode *node = json_array_get_element (array, i);

      if (!JSON_NODE_HOLDS_OBJECT (node))
        problems_add (problems, type->table, i, NULL, NULL, "expected an object");
      else
        schema_from_json (type, json_node_get_object (node), rows + i * type->size, i, &self->arena,
                          problems);
      if (problems->list->len == 0)
        schema_check (type, rows + i * type->size, i, problems);
    }
}

AssayStudyInfo *
study_from_json (JsonObject *object, gboolean scanned, Problems *problems)
{
  Study *self = study_alloc ();

  schema_from_json (&schema_study, object, &self->info, G_MAXUINT, &self->arena, problems);
  for (guint t = 0; t < G_N_ELEMENTS (tables); t++)
    table_from_json (self, t, object, problems);
  if (problems->list->len > 0)
    {
      assay_study_info_unref (&self->info);
      return NULL;
    }
  self->info.identity = arena_text (&self->arena, assay_json_text (object, "identity", NULL));
  return study_complete (self, scanned ? assay_json_text (object, "rules", NULL) : NULL, problems);
}

AssayStudyInfo *
assay_study_info_from_json (JsonObject *object, GError **error)
{
  Problems problems;
  AssayStudyInfo *info;

  problems_init (&problems, "study");
  info = study_from_json (object, FALSE, &problems);
  if (!info)
    g_set_error_literal (error, ASSAY_ERROR, ASSAY_ERROR_USAGE, problems.list->pdata[0]);
  g_ptr_array_unref (problems.list);
  return info;
}

/* ---- life ---- */

AssayStudyInfo *
assay_study_info_ref (AssayStudyInfo *study)
{
  g_atomic_ref_count_inc (&((Study *) study)->references);
  return study;
}

void
assay_study_info_unref (AssayStudyInfo *study)
{
  Study *self = (Study *) study;

  if (!g_atomic_ref_count_dec (&self->references))
    return;
  arena_clear (&self->arena);
  g_free (self);
}

void
study_set_origin (AssayStudyInfo *study, const char *path, const char *version, const char *source)
{
  Arena *arena = &((Study *) study)->arena;

  study->plugin_path = arena_text (arena, path);
  study->plugin_version = arena_text (arena, version);
  study->plugin_source = arena_text (arena, source);
}

void
study_set_identity (AssayStudyInfo *study, const char *identity, const char *blocked)
{
  Arena *arena = &((Study *) study)->arena;

  study->identity = arena_text (arena, identity);
  study->blocked = arena_text (arena, blocked);
}

/* ---- look-ups ---- */

/** Every row type begins with its id. */
static gconstpointer
find_row (gconstpointer rows, gsize size, guint n, const char *id)
{
  const char *row = rows;

  for (guint i = 0; id && i < n; i++, row += size)
    if (g_strcmp0 (*(const char *const *) row, id) == 0)
      return row;
  return NULL;
}

#define LOOK_UP(name, rows, Type)                                                                  \
  const Type *assay_study_##name (const AssayStudyInfo *study, const char *id)                     \
  {                                                                                                \
    return find_row (study->rows, sizeof (Type), study->n_##rows, id);                             \
  }

LOOK_UP (param, params, AssayParam)
LOOK_UP (metric, metrics, AssayMetric)
LOOK_UP (claim, claims, AssayClaim)
LOOK_UP (figure, figures, AssayFigure)
LOOK_UP (preset, presets, AssayPreset)

const AssayDim *
assay_study_dim (const AssayStudyInfo *study, const char *id)
{
  const AssayDim *declared = find_row (study->dims, sizeof *declared, study->n_dims, id);

  if (declared)
    return declared;
  return find_row (((const Study *) study)->implied, sizeof *declared, study->n_params + 3, id);
}

GStrv
assay_words (const char *list)
{
  GPtrArray *words = g_ptr_array_new ();

  while (list && *list)
    {
      gsize n = strcspn (list, WORD_ENDS);

      if (n > 0)
        g_ptr_array_add (words, g_strndup (list, n));
      list += n + (list[n] != '\0');
    }
  g_ptr_array_add (words, NULL);
  return (GStrv) g_ptr_array_free (words, FALSE);
}

gboolean
study_has_word (const char *list, const char *word)
{
  gsize length = strlen (word);

  while (list && *list)
    {
      gsize n = strcspn (list, WORD_ENDS);

      if (n == length && n > 0 && memcmp (list, word, n) == 0)
        return TRUE;
      list += n + (list[n] != '\0');
    }
  return FALSE;
}
