/* SPDX-License-Identifier: Apache-2.0
 *
 * A run as one row, wherever it was read.
 */
#include "host/store/index-private.h"

#include "host/registry/json.h"
#include <math.h>
#include <string.h>

AssayState
assay_index_state (const char *name)
{
  AssayState state = ASSAY_QUEUED;

  while (state < ASSAY_N_STATES - 1 && g_strcmp0 (assay_state_name (state), name) != 0)
    state++;
  return state;
}

char *
assay_run_tags (JsonObject *notes)
{
  JsonArray *tags = notes != NULL ? assay_json_array (notes, "tags") : NULL;
  g_autoptr (GString) out = g_string_new (NULL);

  for (guint i = 0; tags != NULL && i < json_array_get_length (tags); i++)
    {
      JsonNode *tag = json_array_get_element (tags, i);

      if (JSON_NODE_HOLDS_VALUE (tag) && json_node_get_value_type (tag) == G_TYPE_STRING
          && strchr (json_node_get_string (tag), ASSAY_TAG_END) == NULL)
        g_string_append_printf (out, "%s%c", json_node_get_string (tag), ASSAY_TAG_END);
    }
  return out->len > 0 ? g_string_free (g_steal_pointer (&out), FALSE) : NULL;
}

/* Parameters are scalars; what is not is no parameter. */
char *
assay_run_parameters (JsonObject *parameters)
{
  g_autoptr (JsonNode) node = json_node_alloc ();
  g_autoptr (JsonObject) scalars = json_object_new ();
  JsonObjectIter iter;
  const char *name;
  JsonNode *value;

  if (parameters != NULL)
    {
      json_object_iter_init (&iter, parameters);
      while (json_object_iter_next (&iter, &name, &value))
        if (JSON_NODE_HOLDS_VALUE (value))
          json_object_set_member (scalars, name, json_node_ref (value));
    }
  json_node_init_object (node, scalars);
  return assay_json_canonical (node);
}

static const char *
keep (GStringChunk *texts, const char *text)
{
  return text != NULL ? g_string_chunk_insert (texts, text) : NULL;
}

/* Splits "a\x1fb\x1f"; the list is the caller's, the words are in @texts. */
const char *const *
assay_run_split_tags (GStringChunk *texts, const char *tags)
{
  GPtrArray *list = g_ptr_array_new ();

  for (const char *end; tags != NULL && (end = strchr (tags, ASSAY_TAG_END)); tags = end + 1)
    g_ptr_array_add (list, g_string_chunk_insert_len (texts, tags, end - tags));
  g_ptr_array_add (list, NULL);
  return (const char *const *) g_ptr_array_free (list, FALSE);
}

gboolean
assay_run_row_read (AssayRunDir *dir, GStringChunk *texts, AssayRunRow *row, GError **error)
{
  g_autofree char *parameters = assay_run_parameters (dir->parameters);
  g_autofree char *tags = assay_run_tags (dir->notes);
  GArray *summaries = assay_run_summaries (dir, NAN, texts, error);

  if (summaries == NULL)
    return FALSE;
  *row = (AssayRunRow){
    .id = keep (texts, dir->id),
    .study = keep (texts, dir->study),
    .preset = keep (texts, dir->preset),
    .plan = keep (texts, dir->plan),
    .reason = keep (texts, dir->reason),
    .note = dir->notes != NULL ? keep (texts, assay_json_text (dir->notes, "note", NULL)) : NULL,
    .parameters = keep (texts, parameters),
    .tags = assay_run_split_tags (texts, tags),
    .star = dir->notes != NULL && assay_json_bool (dir->notes, "star", FALSE),
    .seed = dir->seed,
    .state = dir->state,
    .started = dir->started,
    .finished = dir->finished,
    .progress = NAN,
    .summaries = summaries,
  };
  return TRUE;
}

void
assay_run_row_clear (gpointer data)
{
  AssayRunRow *row = data;

  g_clear_pointer (&row->summaries, g_array_unref);
  g_free ((gpointer) row->tags);
}

/* ---- Values and JSON ---- */

static char *
join_tags (const AssayRunRow *row)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; row->tags[i] != NULL; i++)
    g_string_append_printf (out, "%s%c", row->tags[i], ASSAY_TAG_END);
  if (out->len > 0)
    return g_string_free (out, FALSE);
  g_string_free (out, TRUE);
  return NULL;
}

static char *
time_text (double time)
{
  return time > 0 ? assay_json_number (time) : NULL;
}

static char *
metric_value (const AssayRunRow *row, const char *key)
{
  const char *column, *metric = assay_metric_of_key (key, &column);
  double low = INFINITY, high = -INFINITY, sum = 0;
  guint n = 0;

  for (guint i = 0; row->summaries != NULL && i < row->summaries->len; i++)
    {
      const AssaySummary *s = &g_array_index (row->summaries, AssaySummary, i);

      if (strcmp (s->metric, metric) != 0 || isnan (s->last))
        continue;
      n++;
      low = MIN (low, s->min);
      high = MAX (high, s->max);
      sum += strcmp (column, "mean") == 0 ? s->mean : s->last;
    }
  if (n == 0)
    return NULL;
  return assay_json_number (strcmp (column, "min") == 0   ? low
                            : strcmp (column, "max") == 0 ? high
                                                          : sum / n);
}

char *
assay_run_row_value (const AssayRunRow *row, const char *key)
{
  const struct
  {
    const char *key, *text;
  } texts[] = {
    { "study", row->study },   { "preset", row->preset },
    { "plan", row->plan },     { "status", assay_state_name (row->state) },
    { "id", row->id },         { "note", row->note },
    { "reason", row->reason }, { "starred", row->star ? "true" : "false" },
  };
  char *parameter;

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    if (strcmp (texts[i].key, key) == 0)
      return g_strdup (texts[i].text);
  if (strcmp (key, "seed") == 0)
    return g_strdup_printf ("%" G_GUINT64_FORMAT, row->seed);
  if (strcmp (key, "tag") == 0)
    return join_tags (row);
  if (strcmp (key, "started") == 0)
    return time_text (row->started);
  if (strcmp (key, "finished") == 0)
    return time_text (row->finished);
  if (strcmp (key, "duration") == 0)
    return row->started > 0 && row->finished > 0 ? assay_json_number (row->finished - row->started)
                                                 : NULL;
  parameter = assay_parameter_value (row->parameters, key);
  return parameter != NULL ? parameter : metric_value (row, key);
}

static void
set_text (JsonObject *object, const char *key, const char *text)
{
  if (text != NULL)
    json_object_set_string_member (object, key, text);
  else
    json_object_set_null_member (object, key);
}

static void
set_number (JsonObject *object, const char *key, double number, gboolean is_there)
{
  if (is_there && isfinite (number))
    json_object_set_double_member (object, key, number);
  else
    json_object_set_null_member (object, key);
}

static JsonArray *
summaries_json (const GArray *summaries)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < summaries->len; i++)
    {
      const AssaySummary *s = &g_array_index (summaries, AssaySummary, i);
      JsonObject *object = json_object_new ();

      set_text (object, "metric", s->metric);
      set_text (object, "labels", s->labels);
      json_object_set_int_member (object, "n", (gint64) s->n);
      set_number (object, "step", s->step, TRUE);
      set_number (object, "last", s->last, TRUE);
      set_number (object, "min", s->min, TRUE);
      set_number (object, "max", s->max, TRUE);
      set_number (object, "mean", s->mean, TRUE);
      set_number (object, "at", s->at, TRUE);
      json_array_add_object_element (array, object);
    }
  return array;
}

JsonNode *
assay_run_row_json (const AssayRunRow *row)
{
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();
  JsonNode *parameters = json_from_string (row->parameters, NULL);
  JsonArray *tags = json_array_new ();

  set_text (object, "id", row->id);
  set_text (object, "study", row->study);
  set_text (object, "preset", row->preset);
  set_text (object, "plan", row->plan);
  json_object_set_int_member (object, "seed", (gint64) row->seed);
  set_text (object, "status", assay_state_name (row->state));
  set_text (object, "reason", row->reason);
  set_number (object, "started", row->started, row->started > 0);
  set_number (object, "finished", row->finished, row->finished > 0);
  set_number (object, "duration", row->finished - row->started,
              row->started > 0 && row->finished > 0);
  json_object_set_member (object, "parameters",
                          parameters != NULL ? parameters : json_node_new (JSON_NODE_NULL));
  for (guint i = 0; row->tags[i] != NULL; i++)
    json_array_add_string_element (tags, row->tags[i]);
  json_object_set_array_member (object, "tags", tags);
  json_object_set_boolean_member (object, "starred", row->star);
  set_text (object, "note", row->note);
  if (row->summaries != NULL)
    json_object_set_array_member (object, "metrics", summaries_json (row->summaries));
  json_node_take_object (node, object);
  return node;
}
