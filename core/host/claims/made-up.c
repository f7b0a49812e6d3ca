/* SPDX-License-Identifier: Apache-2.0 */
#include "host/claims/made-up.h"

#include "host/claims/source.h"
#include "host/registry/json.h"
#include "host/run/plan.h"
#include "host/store/filter-node.h"
#include <string.h>

#define MAX_CELLS 2000000u
#define N_ITEMS 4  /* levels of no meaning that an open item gets */
#define N_PLACES 2 /* and any other open dimension */

/* ---- Levels that rules name ------------------------------------------ */

static void
name_level (ClaimMadeUp *made, const char *dim, const char *level)
{
  GPtrArray *levels = g_hash_table_lookup (made->levels, dim);

  if (!levels)
    {
      levels = g_ptr_array_new_with_free_func (g_free);
      g_hash_table_insert (made->levels, g_strdup (dim), levels);
    }
  if (*level && !g_ptr_array_find_with_equal_func (levels, level, g_str_equal, NULL))
    g_ptr_array_add (levels, g_strdup (level));
}

static void
name_tuple (ClaimMadeUp *made, const char *dims, const char *text)
{
  g_auto (GStrv) ids = assay_words (dims), words = assay_words (text);
  guint n = g_strv_length (ids);

  if (n == 1 && text && strcmp (text, "*"))
    name_level (made, ids[0], text);
  for (guint i = 0; n > 1 && g_strv_length (words) == n && i < n; i++)
    name_level (made, ids[i], words[i]);
}

static void
name_fold_levels (ClaimMadeUp *made, const AssayFold *fold)
{
  for (; fold && fold->op != ASSAY_FOLD_END; fold++)
    {
      const char *dims = fold->between ? fold->between : fold->over;

      if (fold->op == ASSAY_OP_AT && fold->a
          && (!strcmp (fold->a, "first") || !strcmp (fold->a, "last")))
        continue;
      name_tuple (made, dims, fold->a);
      name_tuple (made, dims, fold->b);
    }
}

/* A number in a filter is named with a neighbour on either side, so that < and > can hold. */
static void
name_filter_levels (ClaimMadeUp *made, const AssayFilterNode *node)
{
  for (guint i = 0; node && node->kind != ASSAY_NODE_TEST && i < node->children->len; i++)
    name_filter_levels (made, node->children->pdata[i]);
  for (guint i = 0; node && node->kind == ASSAY_NODE_TEST && i < node->values->len; i++)
    {
      const AssayTestValue *value = &g_array_index (node->values, AssayTestValue, i);

      name_level (made, node->key, value->text);
      for (int side = -1; value->is_number && side <= 1; side += 2)
        {
          g_autofree char *text = assay_json_number (value->number + side);

          name_level (made, node->key, text);
        }
    }
}

static void
name_where (ClaimMadeUp *made, const char *where)
{
  g_autoptr (AssayFilter) filter = assay_filter_parse (where, NULL);

  if (filter)
    name_filter_levels (made, assay_filter_root (filter));
}

static void
name_all_levels (ClaimMadeUp *made, const AssayStudyInfo *study)
{
  for (guint i = 0; i < study->n_metrics; i++)
    {
      name_where (made, study->metrics[i].where);
      name_fold_levels (made, study->metrics[i].fold);
    }
  for (guint i = 0; i < study->n_claims; i++)
    {
      name_where (made, study->claims[i].where);
      name_fold_levels (made, study->claims[i].fold);
    }
  for (guint i = 0; i < study->n_figures; i++)
    {
      name_where (made, study->figures[i].where);
      name_fold_levels (made, study->figures[i].fold);
    }
}

/* ---- Runs ------------------------------------------------------------ */

static gboolean
plan_runs (ClaimMadeUp *made, const AssayStudyInfo *study, const AssayPreset *preset,
           GError **error)
{
  AssayPlanRequest request = { .preset = preset->id, .seeds = "1" };
  g_autoptr (AssayPlan) plan = assay_plan_new ((AssayStudyInfo *) study, &request, error);

  for (guint i = 0; plan && i < plan->specs->len; i++)
    {
      const AssaySpec *spec = plan->specs->pdata[i];
      GHashTable *run = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

      for (guint p = 0; p < study->n_params; p++)
        if (spec->applies[p])
          g_hash_table_insert (run, g_strdup (study->params[p].id), g_strdup (spec->values[p]));
      g_ptr_array_add (made->runs, run);
    }
  return plan != NULL;
}

/* ---- Frames ---------------------------------------------------------- */

/* The levels of a dimension that runs have: declared, or named, or a few of no meaning. */
static GStrv
levels_of (const ClaimMadeUp *made, const AssayStudyInfo *study, const char *id)
{
  const AssayDim *dim = assay_study_dim (study, id);
  GPtrArray *named, *levels = g_ptr_array_new ();
  gboolean number = dim && dim->kind == ASSAY_NUMBER;

  if (dim && dim->same_as)
    id = dim->same_as;
  dim = assay_study_dim (study, id);
  if (dim && dim->values && *dim->values)
    {
      g_ptr_array_unref (levels);
      return assay_words (dim->values);
    }
  named = g_hash_table_lookup (made->levels, id);
  for (guint i = 0; named && i < named->len; i++)
    g_ptr_array_add (levels, g_strdup (named->pdata[i]));
  for (guint i = 0; i < (dim && dim->kind == ASSAY_ITEM ? N_ITEMS : N_PLACES); i++)
    g_ptr_array_add (levels, number ? g_strdup_printf ("%u", i) : g_strdup_printf ("%s-%u", id, i));
  g_ptr_array_add (levels, NULL);
  return (GStrv) g_ptr_array_free (levels, FALSE);
}

static void
add_properties (const ClaimMadeUp *made, const AssayStudyInfo *study, AssayFrame *frame,
                const char *item, const GStrv levels)
{
  for (guint d = 0; d < study->n_dims; d++)
    {
      g_auto (GStrv) values = NULL;
      GHashTable *of;

      if (g_strcmp0 (study->dims[d].of, item))
        continue;
      values = levels_of (made, study, study->dims[d].id);
      of = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
      for (guint i = 0; levels[i]; i++)
        g_hash_table_insert (of, g_strdup (levels[i]),
                             g_strdup (values[i % g_strv_length (values)]));
      g_hash_table_insert (frame->properties, g_strdup (study->dims[d].id), of);
    }
}

/* Items of a closed property come in every value. */
static GStrv
item_levels (const ClaimMadeUp *made, const AssayStudyInfo *study, const char *id)
{
  GStrv levels = levels_of (made, study, id);
  guint wanted = g_strv_length (levels);

  for (guint d = 0; d < study->n_dims; d++)
    if (!g_strcmp0 (study->dims[d].of, id))
      {
        g_auto (GStrv) values = levels_of (made, study, study->dims[d].id);

        wanted = MAX (wanted, 2 * g_strv_length (values));
      }
  for (guint n = g_strv_length (levels); n < wanted; n++)
    {
      levels = g_renew (char *, levels, n + 2);
      levels[n] = g_strdup_printf ("%s-more-%u", id, n);
      levels[n + 1] = NULL;
    }
  return levels;
}

/* Every combination of the dimensions from @at on, for one run. */
static void
add_cells (AssayFrame *frame, GPtrArray *levels, guint at, gint32 *codes)
{
  GStrv here;

  if (at == levels->len)
    {
      guint n = assay_frame_n (frame);

      /* Any numbers above 0 that do not repeat soon. */
      assay_frame_add (frame, codes, 1 + (double) ((n * 2654435761u) >> 16 & 0x3fff) / 0x4000);
      return;
    }
  here = levels->pdata[at];
  for (guint i = 0; here[i]; i++)
    {
      guint d = frame->dims->len - levels->len + at;

      codes[d] = assay_frame_level (frame->dims->pdata[d], here[i]);
      add_cells (frame, levels, at + 1, codes);
    }
}

static AssayFrame *
make_frame (const ClaimMadeUp *made, const AssayMetric *metric, GError **error)
{
  const AssayStudyInfo *study = made->source.study;
  g_autofree char *list = g_strdup_printf ("%s seed", metric->dims ? metric->dims : "");
  g_auto (GStrv) dims = assay_words (list);
  g_autoptr (GPtrArray) levels = g_ptr_array_new_with_free_func ((GDestroyNotify) g_strfreev);
  g_autoptr (AssayFrame) frame = assay_frame_new ();
  g_autofree gint32 *codes = NULL;
  gsize n = MAX (made->runs->len, 1);

  for (guint p = 0; p < study->n_params; p++)
    assay_frame_add_dim (frame, study->params[p].id,
                         assay_study_dim (study, study->params[p].id)->kind);
  for (guint d = 0; dims[d]; d++)
    {
      const AssayDim *dim = assay_study_dim (study, dims[d]);
      static const char *const seeds[] = { "1", "2", NULL };
      gboolean seed = !strcmp (dims[d], "seed");

      if (!dim || assay_frame_dim (frame, dims[d]))
        {
          g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_USAGE,
                       dim ? "metric %s names dimension %s twice, or it is a parameter"
                           : "metric %s names dimension %s, which is not declared",
                       metric->id, dims[d]);
          return NULL;
        }
      assay_frame_add_dim (frame, dim->id, dim->kind)->scale = dim->scale;
      g_ptr_array_add (levels,
                       seed ? g_strdupv ((char **) seeds) : item_levels (made, study, dims[d]));
      add_properties (made, study, frame, dims[d], levels->pdata[d]);
      n *= g_strv_length (levels->pdata[d]);
      if (n > MAX_CELLS)
        {
          g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_USAGE,
                       "metric %s would have more than %u combinations to check", metric->id,
                       MAX_CELLS);
          return NULL;
        }
    }
  codes = g_new0 (gint32, frame->dims->len + 1);
  for (guint r = 0; r < made->runs->len; r++)
    {
      for (guint p = 0; p < study->n_params; p++)
        {
          const char *value = g_hash_table_lookup (made->runs->pdata[r], study->params[p].id);

          codes[p] = assay_frame_level (frame->dims->pdata[p], value ? value : "");
        }
      add_cells (frame, levels, 0, codes);
    }
  frame->n_runs = made->runs->len;
  assay_frame_finish (frame, study);
  return g_steal_pointer (&frame);
}

static const AssayFrame *
load (ClaimSource *source, const char *metric, const char *where, char **note, GError **error)
{
  ClaimMadeUp *made = (ClaimMadeUp *) source;
  AssayFrame *frame = g_hash_table_lookup (made->frames, metric);

  if (!frame)
    {
      frame = make_frame (made, assay_study_metric (source->study, metric), error);
      if (!frame)
        return NULL;
      g_hash_table_insert (made->frames, g_strdup (metric), frame);
    }
  frame = assay_claim_filter_frame (frame, source->study, where, error);
  if (frame)
    g_ptr_array_add (made->filtered, frame);
  return frame;
}

ClaimMadeUp *
assay_claim_made_up_new (const AssayStudyInfo *study, const AssayPreset *preset, GError **error)
{
  g_autoptr (ClaimMadeUp) made = g_new0 (ClaimMadeUp, 1);

  made->source.study = study;
  made->source.load = load;
  made->source.strict = TRUE;
  made->runs = g_ptr_array_new_with_free_func ((GDestroyNotify) g_hash_table_unref);
  made->levels
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_ptr_array_unref);
  made->frames
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) assay_frame_free);
  made->filtered = g_ptr_array_new_with_free_func ((GDestroyNotify) assay_frame_free);
  name_all_levels (made, study);
  return plan_runs (made, study, preset, error) ? g_steal_pointer (&made) : NULL;
}

void
assay_claim_made_up_free (ClaimMadeUp *made)
{
  if (!made)
    return;
  g_ptr_array_unref (made->runs);
  g_hash_table_unref (made->levels);
  g_hash_table_unref (made->frames);
  g_ptr_array_unref (made->filtered);
  g_free (made);
}
