/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs that are compared: each side is folded by itself, so that no fold pairs or averages across
 * sides, and the results are put together with the side as a dimension.
 */
#include "host/claims/source.h"

/* ---- Putting frames together ---- */

static void
add_dims (AssayFrame *all, const AssayFrame *frame)
{
  for (guint d = 0; d < frame->dims->len; d++)
    {
      const AssayFrameDim *dim = frame->dims->pdata[d];

      if (assay_frame_dim (all, dim->id) == NULL)
        assay_frame_add_dim (all, dim->id, dim->kind)->scale = dim->scale;
    }
}

/* From the codes of a frame's dimension to those of the whole. */
typedef struct
{
  const AssayFrameDim *dim; /* NULL: the frame lacks it, and all its cells have codes[0] */
  gint32 *codes;
} Map;

static Map
map_new (AssayFrameDim *of_all, const AssayFrameDim *dim)
{
  Map map = { dim, g_new (gint32, dim != NULL ? dim->levels->len + 1 : 1) };

  if (dim == NULL)
    map.codes[0] = assay_frame_level (of_all, "");
  for (guint i = 0; dim != NULL && i < dim->levels->len; i++)
    map.codes[i] = assay_frame_level (of_all, dim->levels->pdata[i]);
  return map;
}

/* The side is the first dimension. */
static void
add_cells (AssayFrame *all, const AssayFrame *frame, const char *side)
{
  guint n = assay_frame_n (frame), n_dims = all->dims->len;
  g_autofree gint32 *codes = g_new (gint32, n_dims);
  g_autofree Map *maps = g_new0 (Map, n_dims);

  if (n == 0)
    return;
  codes[0] = assay_frame_level (all->dims->pdata[0], side);
  for (guint d = 1; d < n_dims; d++)
    {
      AssayFrameDim *dim = all->dims->pdata[d];

      maps[d] = map_new (dim, assay_frame_dim (frame, dim->id));
    }
  for (guint i = 0; i < n; i++)
    {
      for (guint d = 1; d < n_dims; d++)
        codes[d] = maps[d].codes[maps[d].dim ? g_array_index (maps[d].dim->codes, gint32, i) : 0];
      assay_frame_add (all, codes, g_array_index (frame->values, double, i));
    }
  for (guint d = 1; d < n_dims; d++)
    g_free (maps[d].codes);
}

static void
add_facts (AssayFrame *all, const AssayFrame *frame)
{
  GHashTableIter iter;
  gpointer id, values;

  all->n_runs += frame->n_runs;
  all->n_crashed += frame->n_crashed;
  g_hash_table_iter_init (&iter, frame->properties);
  while (g_hash_table_iter_next (&iter, &id, &values))
    if (!g_hash_table_contains (all->properties, id))
      g_hash_table_insert (all->properties, g_strdup (id), g_hash_table_ref (values));
  for (guint i = 0; i < frame->shared_stages->len; i++)
    if (!g_ptr_array_find_with_equal_func (all->shared_stages, frame->shared_stages->pdata[i],
                                           g_str_equal, NULL))
      g_ptr_array_add (all->shared_stages, g_strdup (frame->shared_stages->pdata[i]));
}

/* ---- The sides ---- */

static GPtrArray *
dirs_of (const AssayRunSide *side, const GPtrArray *dirs)
{
  GPtrArray *own = g_ptr_array_new ();

  for (guint i = 0; i < dirs->len; i++)
    if (g_hash_table_contains (side->dirs, dirs->pdata[i]))
      g_ptr_array_add (own, dirs->pdata[i]);
  return own;
}

/* A side that lacks a level which a fold names has nothing to show, which is said. */
static gboolean
passes_over (const GError *error, const char *side, GPtrArray *notes)
{
  if (!g_error_matches (error, ASSAY_ERROR, ASSAY_ERROR_NOT_FOUND))
    return FALSE;
  g_ptr_array_add (notes, g_strdup_printf ("nothing of %s: %s", side, error->message));
  return TRUE;
}

/* Of each side its frame, or NULL; FALSE: one of them is wrong, or none is there. */
static gboolean
fold_each (AssayRunSet *set, const AssayStudyInfo *study, const char *metrics, const char *where,
           const AssayFold *fold, const char *keep, GPtrArray *notes, GPtrArray *frames,
           GError **error)
{
  g_autoptr (GError) problem = NULL;
  gboolean any = FALSE;

  for (guint i = 0; i < set->sides->len; i++)
    {
      const AssayRunSide *side = set->sides->pdata[i];
      g_autoptr (GPtrArray) dirs = dirs_of (side, set->dirs);
      AssayRunSet own = { .dirs = dirs, .notes = set->notes };

      g_clear_error (&problem);
      g_ptr_array_add (
          frames, assay_claim_fold_runs (&own, study, metrics, where, fold, keep, notes, &problem));
      any = any || problem == NULL;
      if (problem != NULL && !passes_over (problem, side->name, notes))
        {
          any = FALSE;
          break;
        }
    }
  if (!any)
    g_propagate_error (error, g_steal_pointer (&problem));
  return any;
}

static void
free_frame (gpointer frame)
{
  assay_frame_free (frame);
}

AssayFrame *
assay_claim_fold_sides (AssayRunSet *set, const AssayStudyInfo *study, const char *metrics,
                        const char *where, const AssayFold *fold, const char *keep,
                        GPtrArray *notes, GError **error)
{
  g_autoptr (GPtrArray) frames = g_ptr_array_new_with_free_func (free_frame);
  g_autoptr (AssayFrame) all = NULL;

  if (!fold_each (set, study, metrics, where, fold, keep, notes, frames, error))
    return NULL;
  all = assay_frame_new ();
  assay_frame_add_dim (all, ASSAY_SIDE_DIM, ASSAY_LABEL);
  for (guint i = 0; i < frames->len; i++)
    if (frames->pdata[i] != NULL)
      add_dims (all, frames->pdata[i]);
  for (guint i = 0; i < frames->len; i++)
    if (frames->pdata[i] != NULL)
      {
        add_cells (all, frames->pdata[i], ((AssayRunSide *) set->sides->pdata[i])->name);
        add_facts (all, frames->pdata[i]);
      }
  assay_frame_finish (all, study);
  return g_steal_pointer (&all);
}
