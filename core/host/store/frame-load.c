/* SPDX-License-Identifier: Apache-2.0 */
#include "host/store/frame-load.h"

#include "host/registry/json.h"
#include <string.h>

static void
run_free (gpointer data)
{
  AssayFrameRun *run = data;

  assay_run_data_free (run->data);
  g_ptr_array_unref (run->levels);
  g_free (run->config);
  g_free (run);
}

static gboolean
has_text (const char *const *list, const char *text)
{
  return list != NULL && g_strv_contains (list, text);
}

/* ---- Runs ---- */

static int
compare_texts (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static void
find_params (AssayLoader *l)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GPtrArray) others = g_ptr_array_new ();

  for (guint i = 0; i < l->study->n_params; i++)
    {
      g_ptr_array_add (l->params, g_strdup (l->study->params[i].id));
      g_hash_table_add (seen, (gpointer) l->study->params[i].id);
    }
  for (guint i = 0; i < l->set->dirs->len; i++)
    {
      AssayRunDir *dir = l->set->dirs->pdata[i];
      g_autoptr (GList) members
          = dir->parameters != NULL ? json_object_get_members (dir->parameters) : NULL;

      for (GList *m = members; m != NULL; m = m->next)
        if (g_hash_table_add (seen, m->data))
          g_ptr_array_add (others, m->data);
    }
  if (others->len > 0)
    qsort (others->pdata, others->len, sizeof (gpointer), compare_texts);
  for (guint i = 0; i < others->len; i++)
    g_ptr_array_add (l->params, g_strdup (others->pdata[i]));
}

static char *
param_level (const AssayRunDir *dir, const char *id)
{
  JsonNode *node = dir->parameters != NULL ? json_object_get_member (dir->parameters, id) : NULL;
  GType type = node != NULL && JSON_NODE_HOLDS_VALUE (node) ? json_node_get_value_type (node)
                                                            : G_TYPE_INVALID;

  if (type == G_TYPE_STRING)
    return json_node_dup_string (node);
  if (type == G_TYPE_BOOLEAN)
    return g_strdup (json_node_get_boolean (node) ? "true" : "false");
  if (type == G_TYPE_INT64 || type == G_TYPE_DOUBLE)
    return assay_json_number (json_node_get_double (node));
  return g_strdup ("");
}

static AssayFrameRun *
new_run (const AssayLoader *l, AssayRunDir *dir)
{
  AssayFrameRun *run = g_new0 (AssayFrameRun, 1);
  g_autoptr (GString) config = g_string_new (dir->study);

  run->dir = dir;
  run->failed = dir->state == ASSAY_FAILED;
  run->live = dir->state == ASSAY_RUNNING;
  run->levels = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < l->params->len; i++)
    {
      char *level = param_level (dir, l->params->pdata[i]);

      g_ptr_array_add (run->levels, level);
      g_string_append_printf (config, "\x1f%s", level);
    }
  run->config = g_string_free (g_steal_pointer (&config), FALSE);
  return run;
}

static gboolean
admits (const GStrv values, const char *level)
{
  for (guint i = 0; values[i] != NULL; i++)
    if (assay_filter_equal (values[i], level))
      return TRUE;
  return FALSE;
}

/* Whether the filter may hold somewhere in the run: saves reading logs for nothing. */
static gboolean
may_pass (const AssayLoader *l, const AssayFrameRun *run)
{
  for (guint i = 0; i < l->params->len; i++)
    {
      g_auto (GStrv) values = assay_filter_values (l->where, l->params->pdata[i]);
      const char *level = run->levels->pdata[i];

      if (values != NULL && (*level == '\0' || !admits (values, level)))
        return FALSE;
    }
  return TRUE;
}

static void
leave_out (AssayLoader *l, const AssayRunDir *dir, const char *why)
{
  char *sentence = g_strdup_printf ("run %s was left out: %s", dir->id, why);

  if (g_ptr_array_find_with_equal_func (l->set->notes, sentence, g_str_equal, NULL))
    g_free (sentence); /* said when another metric was loaded */
  else
    g_ptr_array_add (l->set->notes, sentence);
}

static void
read_runs (AssayLoader *l)
{
  for (guint i = 0; i < l->set->dirs->len; i++)
    {
      AssayRunDir *dir = l->set->dirs->pdata[i];
      g_autoptr (GError) error = NULL;
      AssayFrameRun *run = new_run (l, dir);

      if (may_pass (l, run) && !(run->data = assay_run_data_read (dir, l->metrics, &error)))
        leave_out (l, dir, error->message);
      if (run->data != NULL)
        g_ptr_array_add (l->runs, run);
      else
        run_free (run);
    }
}

/* ---- Dimensions ---- */

static gboolean
varies (const AssayLoader *l, guint param)
{
  for (guint i = 1; i < l->runs->len; i++)
    if (strcmp (((AssayFrameRun *) l->runs->pdata[i])->levels->pdata[param],
                ((AssayFrameRun *) l->runs->pdata[0])->levels->pdata[param])
        != 0)
      return TRUE;
  return FALSE;
}

static gboolean
is_named (const AssayLoader *l, const char *id)
{
  return has_text (l->keep, id) || has_text ((const char *const *) l->where_keys, id);
}

static void
note_labels (GHashTable *found, const GArray *labels)
{
  for (guint i = 0; i < labels->len; i++)
    g_hash_table_add (found, (gpointer) g_array_index (labels, AssayLabel, i).dim);
}

/* Labels and axes of everything that was read, step among them. */
static GHashTable *
find_dims (const AssayLoader *l)
{
  GHashTable *found = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < l->runs->len; i++)
    {
      const AssayRunData *data = ((AssayFrameRun *) l->runs->pdata[i])->data;

      for (guint k = 0; k < data->series->len; k++)
        {
          note_labels (found, ((AssaySeriesData *) data->series->pdata[k])->label_list);
          g_hash_table_add (found, (gpointer) "step");
        }
      for (guint k = 0; k < data->arrays->len; k++)
        {
          const AssayArrayData *array = data->arrays->pdata[k];

          note_labels (found, array->label_list);
          for (guint a = 0; a < array->axes->len; a++)
            g_hash_table_add (found, array->axes->pdata[a]);
        }
    }
  return found;
}

static void
add_dims (AssayLoader *l)
{
  g_autoptr (GHashTable) found = find_dims (l);
  gboolean has_step = g_hash_table_remove (found, "step");
  g_autoptr (GList) others = NULL;

  for (guint i = 0; i < l->params->len; i++)
    if (varies (l, i) || is_named (l, l->params->pdata[i]))
      assay_frame_add_dim (l->frame, l->params->pdata[i], ASSAY_LABEL);
  if (l->n_metrics > 1)
    assay_frame_add_dim (l->frame, "metric", ASSAY_LABEL);
  for (guint i = 0; i < l->study->n_dims; i++)
    if (g_hash_table_remove (found, l->study->dims[i].id))
      assay_frame_add_dim (l->frame, l->study->dims[i].id, l->study->dims[i].kind);
  others = g_list_sort (g_hash_table_get_keys (found), (GCompareFunc) strcmp);
  for (GList *other = others; other != NULL; other = other->next)
    assay_frame_add_dim (l->frame, other->data, ASSAY_LABEL);
  assay_frame_add_dim (l->frame, "seed", ASSAY_ITEM);
  if (has_step)
    assay_frame_add_dim (l->frame, "step", ASSAY_NUMBER);
}

int
assay_loader_dim (const AssayLoader *l, const char *id)
{
  for (guint i = 0; i < l->frame->dims->len; i++)
    if (strcmp (((AssayFrameDim *) l->frame->dims->pdata[i])->id, id) == 0)
      return (int) i;
  return -1;
}

/* ---- All of it ---- */

static void
merge_properties (AssayLoader *l)
{
  for (guint i = 0; i < l->runs->len; i++)
    {
      const AssayFrameRun *run = l->runs->pdata[i];
      GHashTableIter properties, values;
      gpointer id, table, level, value;

      g_hash_table_iter_init (&properties, run->data->properties);
      while (g_hash_table_iter_next (&properties, &id, &table))
        {
          GHashTable *all = g_hash_table_lookup (l->frame->properties, id);

          if (all == NULL)
            {
              g_hash_table_insert (l->frame->properties, g_strdup (id), g_hash_table_ref (table));
              continue;
            }
          g_hash_table_iter_init (&values, table);
          while (all != table && g_hash_table_iter_next (&values, &level, &value))
            if (!g_hash_table_contains (all, level))
              g_hash_table_insert (all, g_strdup (level), g_strdup (value));
        }
    }
}

static void
count_runs (AssayLoader *l)
{
  for (guint i = 0; i < l->runs->len; i++)
    {
      const AssayFrameRun *run = l->runs->pdata[i];

      if (!run->contributed)
        continue;
      l->frame->n_runs++;
      l->frame->n_crashed += run->failed;
      for (guint k = 0; k < run->data->shared_stages->len; k++)
        if (!g_ptr_array_find_with_equal_func (
                l->frame->shared_stages, run->data->shared_stages->pdata[k], g_str_equal, NULL))
          g_ptr_array_add (l->frame->shared_stages, g_strdup (run->data->shared_stages->pdata[k]));
    }
}

/* Parameters that turned out not to vary are no dimensions. */
static void
drop_constant_params (AssayLoader *l)
{
  for (guint i = 0; i < l->params->len; i++)
    {
      AssayFrameDim *dim = assay_frame_dim (l->frame, l->params->pdata[i]);

      if (dim != NULL && dim->levels->len < 2 && !is_named (l, dim->id))
        assay_frame_remove_dim (l->frame, dim);
    }
}

static char *
note_of (const AssayLoader *l)
{
  if (l->n_interpolated == 0)
    return NULL;
  return g_strdup_printf ("Steps differ between seeds: values are interpolated on the range of "
                          "steps that they share%s.",
                          l->n_disjoint > 0 ? "; where they share none there is nothing to show"
                                            : "");
}

static gboolean
load (AssayLoader *l, GPtrArray *owned, GError **error)
{
  find_params (l);
  read_runs (l);
  add_dims (l);
  merge_properties (l);
  if (!assay_loader_check_where (l, error))
    return FALSE;
  assay_loader_add_blocks (l, owned);
  for (guint i = 0; i < l->blocks->len; i++)
    if (!assay_loader_append (l, l->blocks->pdata[i], error))
      return FALSE;
  assay_frame_drop_unused_levels (l->frame);
  drop_constant_params (l);
  count_runs (l);
  assay_frame_finish (l->frame, l->study);
  return TRUE;
}

AssayFrame *
assay_frame_load_keep (AssayRunSet *set, const AssayStudyInfo *study, const char *const *metrics,
                       const char *where, const char *const *keep, char **note, GError **error)
{
  g_autoptr (AssayFrame) frame = assay_frame_new ();
  g_autoptr (AssayFilter) filter = assay_filter_parse (where, error);
  g_autoptr (GPtrArray) params = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) runs = g_ptr_array_new_with_free_func (run_free);
  g_autoptr (GPtrArray) blocks = g_ptr_array_new_with_free_func (assay_block_free);
  g_autoptr (GPtrArray) owned = g_ptr_array_new_with_free_func ((GDestroyNotify) g_array_unref);
  g_auto (GStrv) keys = filter != NULL ? assay_filter_keys (filter) : NULL;
  AssayLoader l = { .set = set, .study = study, .metrics = metrics, .keep = keep, .where = filter };
  gboolean ok;

  if (filter == NULL)
    return NULL;
  l.n_metrics = g_strv_length ((char **) metrics);
  l.where_keys = keys;
  l.params = params;
  l.runs = runs;
  l.blocks = blocks;
  l.frame = frame;
  ok = load (&l, owned, error);
  g_clear_pointer (&l.last_steps, g_array_unref);
  if (note != NULL)
    *note = ok ? note_of (&l) : NULL;
  return ok ? g_steal_pointer (&frame) : NULL;
}

AssayFrame *
assay_frame_load (AssayRunSet *set, const AssayStudyInfo *study, const char *const *metrics,
                  const char *where, char **note, GError **error)
{
  return assay_frame_load_keep (set, study, metrics, where, NULL, note, error);
}
