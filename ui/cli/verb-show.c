/* SPDX-License-Identifier: Apache-2.0
 *
 * One run, or two: show, cat, diff.
 */
#include "base/log/log.h"
#include "host/registry/text.h"
#include "host/run/rundir.h"
#include "ui/cli/cli.h"
#include <math.h>
#include <string.h>

static AssayRunDir *
open_run (const char *word, GError **error)
{
  g_autoptr (AssayWorkspace) workspace = assay_cli_workspace (FALSE, error);
  g_autofree char *id = workspace != NULL ? assay_run_find (workspace, word, error) : NULL;

  return id != NULL ? assay_run_dir_open (workspace, id, error) : NULL;
}

/* Last value of every series, "metric labels" -> double *. */
static GHashTable *
last_values (AssayRunDir *dir)
{
  g_autofree char *path = assay_run_dir_file (dir, "metrics.alog");
  GHashTable *values = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  AssayLogError log_error;
  AssayLogReader *log = path != NULL ? assay_log_open (path, &log_error) : NULL;
  AssayLogFrame frame;
  AssayLogKind kind;

  while (log != NULL && (kind = assay_log_next (log, &frame, &log_error)) != ASSAY_LOG_END
         && kind != ASSAY_LOG_DAMAGED)
    if (kind == ASSAY_LOG_SERIES)
      g_ptr_array_add (
          names, g_strdup_printf ("%s%s%s", frame.metric, *frame.labels ? " " : "", frame.labels));
    else if (kind == ASSAY_LOG_OBSERVATIONS && frame.n > 0 && frame.series < names->len)
      {
        double *value = g_new (double, 1);

        *value = frame.values[frame.n - 1];
        g_hash_table_replace (values, g_strdup (names->pdata[frame.series]), value);
      }
  if (log != NULL)
    assay_log_free (log);
  return values;
}

static GList *
sorted_keys (GHashTable *table)
{
  return g_list_sort (g_hash_table_get_keys (table), (GCompareFunc) strcmp);
}

static char *
time_text (double unix_seconds)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_local ((gint64) unix_seconds);

  return unix_seconds > 0 && time != NULL ? g_date_time_format (time, "%Y-%m-%d %H:%M:%S")
                                          : g_strdup ("—");
}

static char *
value_text (JsonNode *node)
{
  if (node != NULL && JSON_NODE_HOLDS_VALUE (node)
      && json_node_get_value_type (node) == G_TYPE_STRING)
    return json_node_dup_string (node);
  return node != NULL ? assay_json_canonical (node) : g_strdup ("—");
}

static void
print_members (const char *heading, JsonObject *object)
{
  g_autoptr (GList) keys = json_object_get_members (object);

  g_print ("\n%s\n", heading);
  keys = g_list_sort (keys, (GCompareFunc) strcmp);
  for (GList *key = keys; key != NULL; key = key->next)
    {
      g_autofree char *value = value_text (json_object_get_member (object, key->data));
      g_autofree char *clean = assay_cli_clean (value);

      g_print ("  %-24s %s\n", (const char *) key->data, clean);
    }
}

static void
print_console_tail (AssayRunDir *dir)
{
  g_autofree char *path = assay_run_dir_file (dir, "console.log");
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  gsize length;
  guint n;

  if (path == NULL || !g_file_get_contents (path, &text, &length, NULL) || length == 0)
    return;
  lines = g_strsplit (length > 4096 ? text + length - 4096 : text, "\n", -1);
  n = g_strv_length (lines);
  g_print ("\nConsole, last lines\n");
  for (guint i = n > 11 ? n - 11 : 0; i < n; i++)
    {
      g_autofree char *clean = assay_cli_clean (lines[i]);

      if (*clean)
        g_print ("  %s\n", clean);
    }
}

static JsonObject *
load_member_file (AssayRunDir *dir, const char *name)
{
  g_autofree char *path = assay_run_dir_file (dir, name);
  g_autoptr (JsonNode) node = path != NULL ? assay_json_load (path, NULL) : NULL;

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_dup_object (node) : NULL;
}

static JsonNode *
run_json (AssayRunDir *dir, GHashTable *values)
{
  JsonObject *object = json_object_new ();
  JsonObject *metrics = json_object_new ();
  JsonObject *provenance = load_member_file (dir, "env.json");
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);
  g_autoptr (GList) keys = sorted_keys (values);

  for (GList *key = keys; key != NULL; key = key->next)
    {
      double value = *(double *) g_hash_table_lookup (values, key->data);

      if (isfinite (value))
        json_object_set_double_member (metrics, key->data, value);
      else
        json_object_set_null_member (metrics, key->data);
    }
  json_object_set_string_member (object, "id", dir->id);
  json_object_set_string_member (object, "path", dir->path);
  json_object_set_string_member (object, "state", assay_state_name (dir->state));
  json_object_set_object_member (object, "run", json_object_ref (dir->run));
  json_object_set_object_member (object, "status", json_object_ref (dir->status));
  if (dir->notes != NULL)
    json_object_set_object_member (object, "notes", json_object_ref (dir->notes));
  if (provenance != NULL)
    json_object_set_object_member (object, "provenance", provenance);
  json_object_set_object_member (object, "last", metrics);
  json_node_take_object (node, object);
  return node;
}

int
assay_verb_show (char **words, GError **error)
{
  g_autoptr (AssayRunDir) dir = open_run (words[0], error);
  g_autoptr (GHashTable) values = NULL;
  g_autoptr (JsonObject) provenance = NULL;
  g_autoptr (GList) keys = NULL;
  g_autofree char *started = NULL, *finished = NULL, *doing = NULL, *reason = NULL;

  if (dir == NULL)
    return ASSAY_ERROR_FAILED;
  values = last_values (dir);
  if (assay_cli_json)
    {
      assay_cli_print_json (run_json (dir, values));
      return 0;
    }
  started = time_text (dir->started);
  finished = time_text (dir->finished);
  reason = assay_cli_clean (dir->reason);
  g_print ("%s — %s, seed %" G_GUINT64_FORMAT "\n%s%s%s\nstarted %s, finished %s\n%s\n", dir->id,
           dir->study, dir->seed, assay_state_name (dir->state), *reason ? ": " : "", reason,
           started, finished, dir->path);
  if (dir->state == ASSAY_RUNNING)
    {
      double fraction = assay_run_dir_progress (dir, &doing);

      g_print ("%.0f %% %s\n", 100 * fraction, doing != NULL ? doing : "");
    }
  print_members ("Parameters", dir->parameters);
  g_print ("\nLast values\n");
  keys = sorted_keys (values);
  for (GList *key = keys; key != NULL; key = key->next)
    {
      g_autofree char *value
          = assay_number_text (*(double *) g_hash_table_lookup (values, key->data));

      g_print ("  %-48s %s\n", (const char *) key->data, *value ? value : "NaN");
    }
  if (dir->notes != NULL)
    print_members ("Notes", dir->notes);
  provenance = load_member_file (dir, "env.json");
  if (provenance != NULL)
    print_members ("Provenance", provenance);
  print_console_tail (dir);
  return 0;
}

/* ---- cat ---- */

static void
print_text_member (const char *key, const char *text)
{
  g_autoptr (JsonNode) node = json_node_init_string (json_node_alloc (), text);
  g_autofree char *json = assay_json_canonical (node);

  g_print (",\"%s\":%s", key, json);
}

static void
print_frame (const AssayLogFrame *frame)
{
  switch (frame->kind)
    {
    case ASSAY_LOG_SERIES:
      g_print ("{\"series\":%u", frame->series);
      print_text_member ("metric", frame->metric);
      print_text_member ("labels", frame->labels);
      g_print ("}\n");
      break;
    case ASSAY_LOG_OBSERVATIONS:
      for (guint i = 0; i < frame->n; i++)
        {
          g_autofree char *step = assay_json_number (frame->steps[i]);
          g_autofree char *value = assay_json_number (frame->values[i]);

          g_print ("{\"series\":%u,\"step\":%s,\"value\":%s}\n", frame->series, step, value);
        }
      break;
    case ASSAY_LOG_EVENT:
      g_print ("{\"data\":%s", frame->text);
      print_text_member ("event", frame->name);
      g_print ("}\n");
      break;
    case ASSAY_LOG_END:
    case ASSAY_LOG_DAMAGED:
      break;
    }
}

int
assay_verb_cat (char **words, GError **error)
{
  g_autoptr (AssayRunDir) dir = open_run (words[0], error);
  g_autofree char *path = dir != NULL ? assay_run_dir_file (dir, "metrics.alog") : NULL;
  AssayLogError log_error;
  AssayLogReader *log;
  AssayLogFrame frame;
  AssayLogKind kind;

  if (dir == NULL)
    return ASSAY_ERROR_FAILED;
  log = path != NULL ? assay_log_open (path, &log_error) : NULL;
  if (log == NULL)
    {
      g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_FAILED, "%s",
                   path != NULL ? log_error.text : "the run has no log");
      return ASSAY_ERROR_FAILED;
    }
  while ((kind = assay_log_next (log, &frame, &log_error)) != ASSAY_LOG_END
         && kind != ASSAY_LOG_DAMAGED)
    print_frame (&frame);
  assay_log_free (log);
  if (kind == ASSAY_LOG_DAMAGED)
    g_set_error_literal (error, ASSAY_ERROR, ASSAY_ERROR_FAILED, log_error.text);
  return 0;
}

/* ---- diff ---- */

typedef struct
{
  char *key, *a, *b;
} Difference;

static void
difference_free (gpointer data)
{
  Difference *difference = data;

  g_free (difference->key);
  g_free (difference->a);
  g_free (difference->b);
  g_free (difference);
}

static void
add_difference (GPtrArray *list, const char *key, char *a, char *b)
{
  Difference *difference = g_new (Difference, 1);

  *difference = (Difference){ g_strdup (key), a, b };
  g_ptr_array_add (list, difference);
}

static void
compare_members (GPtrArray *list, JsonObject *a, JsonObject *b)
{
  g_autoptr (GHashTable) keys = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GList) of_a = json_object_get_members (a), of_b = json_object_get_members (b);
  g_autoptr (GList) sorted = NULL;

  for (GList *key = of_a; key != NULL; key = key->next)
    g_hash_table_add (keys, key->data);
  for (GList *key = of_b; key != NULL; key = key->next)
    g_hash_table_add (keys, key->data);
  sorted = sorted_keys (keys);
  for (GList *key = sorted; key != NULL; key = key->next)
    {
      char *left = value_text (json_object_get_member (a, key->data));
      char *right = value_text (json_object_get_member (b, key->data));

      if (strcmp (left, right) != 0)
        {
          add_difference (list, key->data, left, right);
          continue;
        }
      g_free (left);
      g_free (right);
    }
}

static void
compare_values (GPtrArray *list, GHashTable *a, GHashTable *b)
{
  g_autoptr (GHashTable) keys = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GList) sorted = NULL;
  GHashTableIter iter;
  gpointer key;

  for (g_hash_table_iter_init (&iter, a); g_hash_table_iter_next (&iter, &key, NULL);)
    g_hash_table_add (keys, key);
  for (g_hash_table_iter_init (&iter, b); g_hash_table_iter_next (&iter, &key, NULL);)
    g_hash_table_add (keys, key);
  sorted = sorted_keys (keys);
  for (GList *k = sorted; k != NULL; k = k->next)
    {
      const double *left = g_hash_table_lookup (a, k->data),
                   *right = g_hash_table_lookup (b, k->data);

      if (left == NULL || right == NULL || memcmp (left, right, sizeof *left) != 0)
        add_difference (list, k->data, left != NULL ? assay_json_number (*left) : g_strdup ("—"),
                        right != NULL ? assay_json_number (*right) : g_strdup ("—"));
    }
}

static JsonObject *
differences_json (GPtrArray *list)
{
  JsonObject *object = json_object_new ();

  for (guint i = 0; i < list->len; i++)
    {
      const Difference *difference = list->pdata[i];
      JsonArray *pair = json_array_new ();

      json_array_add_string_element (pair, difference->a);
      json_array_add_string_element (pair, difference->b);
      json_object_set_array_member (object, difference->key, pair);
    }
  return object;
}

static void
print_differences (const char *heading, GPtrArray *list, const char *a, const char *b)
{
  AssayTextTable *table = assay_text_table_new (heading, a, b, NULL);

  for (guint i = 0; i < list->len; i++)
    {
      const Difference *difference = list->pdata[i];

      assay_text_table_add (table, difference->key);
      assay_text_table_add (table, difference->a);
      assay_text_table_add (table, difference->b);
    }
  assay_text_table_print (table);
}

int
assay_verb_diff (char **words, GError **error)
{
  g_autoptr (AssayRunDir) a = open_run (words[0], error);
  g_autoptr (AssayRunDir) b = a != NULL ? open_run (words[1], error) : NULL;
  g_autoptr (GPtrArray) parameters = g_ptr_array_new_with_free_func (difference_free);
  g_autoptr (GPtrArray) values = g_ptr_array_new_with_free_func (difference_free);
  g_autoptr (GHashTable) values_a = NULL, values_b = NULL;

  if (b == NULL)
    return ASSAY_ERROR_FAILED;
  compare_members (parameters, a->parameters, b->parameters);
  for (int i = 0; i < 3; i++)
    {
      static const char *const names[] = { "study", "seed", "identity" };

      g_autofree char *left = value_text (json_object_get_member (a->run, names[i]));
      g_autofree char *right = value_text (json_object_get_member (b->run, names[i]));

      if (strcmp (left, right) != 0)
        add_difference (parameters, names[i], g_steal_pointer (&left), g_steal_pointer (&right));
    }
  values_a = last_values (a);
  values_b = last_values (b);
  compare_values (values, values_a, values_b);
  if (assay_cli_json)
    {
      JsonObject *object = json_object_new ();
      JsonNode *node = json_node_new (JSON_NODE_OBJECT);

      json_object_set_object_member (object, "parameters", differences_json (parameters));
      json_object_set_object_member (object, "last", differences_json (values));
      json_node_take_object (node, object);
      assay_cli_print_json (node);
      return 0;
    }
  print_differences ("PARAMETER", parameters, a->id, b->id);
  g_print ("\n");
  print_differences ("LAST VALUE", values, a->id, b->id);
  return 0;
}
