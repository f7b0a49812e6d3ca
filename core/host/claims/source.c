/* SPDX-License-Identifier: Apache-2.0 */
#include "host/claims/source.h"

#include "host/store/filter.h"
#include <string.h>

typedef struct
{
  const AssayFrame *frame;
  const AssayStudyInfo *study;
  guint cell;
} Row;

static const char *
level_at (const Row *row, const char *id)
{
  const AssayFrameDim *dim = assay_frame_dim (row->frame, id);

  return dim ? dim->levels->pdata[g_array_index (dim->codes, gint32, row->cell)] : NULL;
}

static const char *
look_up (gpointer data, const char *key)
{
  const Row *row = data;
  const AssayDim *dim = row->study ? assay_study_dim (row->study, key) : NULL;
  const char *level = level_at (row, key), *item = dim && dim->of ? level_at (row, dim->of) : NULL;
  GHashTable *values = g_hash_table_lookup (row->frame->properties, key);

  if (!level && item && values)
    level = g_hash_table_lookup (values, item);
  return level && *level ? level : NULL;
}

AssayFrame *
assay_claim_filter_frame (const AssayFrame *frame, const AssayStudyInfo *study, const char *where,
                          GError **error)
{
  g_autoptr (AssayFilter) filter = assay_filter_parse (where, error);
  Row row = { frame, study, 0 };
  g_autofree gint32 *codes = g_new (gint32, frame->dims->len + 1);
  AssayFrame *kept;
  GHashTableIter iter;
  gpointer id, values;

  if (!filter)
    return NULL;
  kept = assay_frame_new ();
  kept->n_runs = frame->n_runs;
  kept->n_crashed = frame->n_crashed;
  g_hash_table_iter_init (&iter, frame->properties);
  while (g_hash_table_iter_next (&iter, &id, &values))
    g_hash_table_insert (kept->properties, g_strdup (id), g_hash_table_ref (values));
  for (guint d = 0; d < frame->dims->len; d++)
    {
      const AssayFrameDim *from = frame->dims->pdata[d];

      assay_frame_add_dim (kept, from->id, from->kind)->scale = from->scale;
    }
  for (row.cell = 0; row.cell < assay_frame_n (frame); row.cell++)
    {
      if (!assay_filter_match (filter, look_up, &row))
        continue;
      for (guint d = 0; d < frame->dims->len; d++)
        {
          const AssayFrameDim *from = frame->dims->pdata[d];

          codes[d] = assay_frame_level (
              kept->dims->pdata[d],
              from->levels->pdata[g_array_index (from->codes, gint32, row.cell)]);
        }
      assay_frame_add (kept, codes, g_array_index (frame->values, double, row.cell));
    }
  assay_frame_finish (kept, study);
  return kept;
}

static void
keep_params (const AssayStudyInfo *study, const char *words, GPtrArray *ids)
{
  g_auto (GStrv) list = assay_words (words);

  for (guint i = 0; list[i]; i++)
    {
      char *slash = strchr (list[i], '/');
      const char *names[] = { list[i], slash ? slash + 1 : NULL };

      if (slash)
        *slash = '\0';
      for (guint n = 0; n < 2; n++)
        if (names[n] && assay_study_param (study, names[n])
            && !g_ptr_array_find_with_equal_func (ids, names[n], g_str_equal, NULL))
          g_ptr_array_add (ids, g_strdup (names[n]));
    }
}

static void
keep_of_folds (const AssayStudyInfo *study, const AssayFold *fold, GPtrArray *ids)
{
  for (; fold && fold->op != ASSAY_FOLD_END; fold++)
    {
      keep_params (study, fold->over, ids);
      keep_params (study, fold->between, ids);
      keep_params (study, fold->by, ids);
    }
}

GStrv
assay_claim_named_params (const AssayStudyInfo *study)
{
  GPtrArray *ids = g_ptr_array_new ();

  for (guint i = 0; i < study->n_claims; i++)
    {
      keep_of_folds (study, study->claims[i].fold, ids);
      keep_params (study, study->claims[i].each, ids);
      keep_params (study, study->claims[i].units, ids);
    }
  for (guint i = 0; i < study->n_metrics; i++)
    keep_of_folds (study, study->metrics[i].fold, ids);
  for (guint i = 0; i < study->n_figures; i++)
    keep_of_folds (study, study->figures[i].fold, ids);
  g_ptr_array_add (ids, NULL);
  return (GStrv) g_ptr_array_free (ids, FALSE);
}

char *
assay_claim_kept (const AssayStudyInfo *study, const char *each, const char *units)
{
  g_auto (GStrv) words = assay_words (units);
  GString *kept = g_string_new (each);

  for (guint i = 0; words[i]; i++)
    {
      const char *stratum = strchr (words[i], '/');
      const AssayDim *dim = stratum && study ? assay_study_dim (study, stratum + 1) : NULL;

      if (stratum && !(dim && dim->of))
        g_string_append_printf (kept, " %s", stratum + 1);
    }
  return g_string_free (kept, FALSE);
}
