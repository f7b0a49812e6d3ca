/* SPDX-License-Identifier: Apache-2.0
 *
 * From blocks to cells, as far as the filter lets them pass.
 */
#include "host/store/frame-load.h"

#include <string.h>

/* ---- The filter ---- */

/* One cell as the filter sees it. */
typedef struct
{
  const AssayLoader *l;
  const AssayBlock *block;
  const gint32 *codes;
} Cell;

static const char *
run_value (const AssayRunDir *dir, const char *key)
{
  if (strcmp (key, "study") == 0)
    return dir->study;
  if (strcmp (key, "preset") == 0)
    return dir->preset;
  if (strcmp (key, "plan") == 0)
    return dir->plan;
  if (strcmp (key, "id") == 0)
    return dir->id;
  if (strcmp (key, "status") == 0)
    return assay_state_name (dir->state);
  return NULL;
}

/* The item of which @id is a property, and its values; NULL: it is none. */
static GHashTable *
find_property (const AssayLoader *l, const char *id, int *item)
{
  const AssayDim *dim = assay_study_dim (l->study, id);
  GHashTable *values = g_hash_table_lookup (l->frame->properties, id);

  *item = dim != NULL && dim->of != NULL ? assay_loader_dim (l, dim->of) : -1;
  return *item >= 0 ? values : NULL;
}

static const char *
cell_value (gpointer row, const char *key)
{
  const Cell *cell = row;
  int dim = assay_loader_dim (cell->l, key), item;
  GHashTable *property;

  if (dim < 0 && (property = find_property (cell->l, key, &item)))
    {
      const AssayFrameDim *of = cell->l->frame->dims->pdata[item];

      return g_hash_table_lookup (property, of->levels->pdata[cell->codes[item]]);
    }
  if (dim >= 0)
    {
      const AssayFrameDim *found = cell->l->frame->dims->pdata[dim];
      const char *level = found->levels->pdata[cell->codes[dim]];

      return *level != '\0' ? level : NULL;
    }
  if (strcmp (key, "metric") == 0)
    return cell->l->metrics[cell->block->metric];
  return run_value (cell->block->run->dir, key);
}

/* Whether all cells of the block are alike to the filter. */
static gboolean
is_uniform (const AssayLoader *l, const AssayBlock *block)
{
  for (guint i = 0; l->where_keys[i] != NULL; i++)
    {
      int item, dim = assay_loader_dim (l, l->where_keys[i]);

      if (dim < 0 && find_property (l, l->where_keys[i], &item))
        dim = item;
      if (dim >= 0 && block->places[dim].codes != NULL)
        return FALSE;
    }
  return TRUE;
}

/* A key that neither study nor runs know is a slip of the pen. */
gboolean
assay_loader_check_where (const AssayLoader *l, GError **error)
{
  static const char *const of_run[] = { "study", "preset", "plan", "id", "status", NULL };

  for (guint i = 0; l->where_keys[i] != NULL; i++)
    {
      const char *key = l->where_keys[i];

      if (g_strv_contains (of_run, key) || assay_loader_dim (l, key) >= 0
          || assay_study_dim (l->study, key) != NULL
          || g_ptr_array_find_with_equal_func (l->params, key, g_str_equal, NULL))
        continue;
      g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_USAGE,
                   "study %s has no dimension '%s' to filter by; see: assay inspect %s",
                   l->study->id, key, l->study->id);
      return FALSE;
    }
  return TRUE;
}

/* ---- Cells ---- */

static gboolean
check_size (guint64 cells, GError **error)
{
  if (cells <= ASSAY_FRAME_MAX_CELLS)
    return TRUE;
  g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_USAGE,
               "more than %d cells would have to be loaded at once; "
               "narrow them down with a filter, or name fewer metrics",
               ASSAY_FRAME_MAX_CELLS);
  return FALSE;
}

/* Cells of a block with the axes that were added to it: their values repeat. */
static guint64
n_cells (const AssayBlock *block)
{
  guint64 n = 1;

  for (guint a = 0; a < block->n_axes; a++)
    {
      n *= block->places[block->axes[a]].codes->len;
      if (n > ASSAY_FRAME_MAX_CELLS)
        return n;
    }
  return n;
}

static void
set_codes (const AssayLoader *l, const AssayBlock *block, guint64 cell, gint32 *codes)
{
  for (guint d = 0; d < l->frame->dims->len; d++)
    if (block->places[d].codes == NULL)
      codes[d] = block->places[d].code;
  for (guint a = block->n_axes; a-- > 0;)
    {
      const GArray *along = block->places[block->axes[a]].codes;

      codes[block->axes[a]] = g_array_index (along, gint32, cell % along->len);
      cell /= along->len;
    }
}

/* All cells at once, dimension by dimension. */
static void
append_all (AssayLoader *l, const AssayBlock *block, guint64 n, guint64 repeat)
{
  guint old = l->frame->values->len;
  double *values;

  g_array_set_size (l->frame->values, old + (guint) n);
  values = (double *) (void *) l->frame->values->data + old;
  for (guint64 i = 0; i < n; i++)
    values[i] = block->values[i / repeat];
  for (guint d = 0; d < l->frame->dims->len; d++)
    {
      AssayFrameDim *dim = l->frame->dims->pdata[d];
      const AssayPlace *place = &block->places[d];
      guint64 stride = 1;
      gint32 *codes;

      for (guint a = block->n_axes; a-- > 0 && block->axes[a] != d;)
        stride *= block->places[block->axes[a]].codes->len;
      g_array_set_size (dim->codes, old + (guint) n);
      codes = (gint32 *) (void *) dim->codes->data + old;
      for (guint64 i = 0; i < n; i++)
        codes[i] = place->codes == NULL
                       ? place->code
                       : g_array_index (place->codes, gint32, i / stride % place->codes->len);
    }
}

static void
append_some (AssayLoader *l, const AssayBlock *block, guint64 n, guint64 repeat)
{
  g_autofree gint32 *codes = g_new0 (gint32, l->frame->dims->len + 1);
  Cell cell = { l, block, codes };

  for (guint64 i = 0; i < n; i++)
    {
      set_codes (l, block, i, codes);
      if (assay_filter_match (l->where, cell_value, &cell))
        assay_frame_add (l->frame, codes, block->values[i / repeat]);
    }
}

/* The cells that are new are the run's. */
static void
note_run (AssayFrame *frame, AssayFrameRun *run)
{
  if (frame->run_of->len == frame->values->len)
    return;
  if (!run->contributed)
    {
      run->contributed = TRUE;
      run->number = frame->runs->len;
      g_ptr_array_add (frame->runs, g_strdup (run->dir->id));
    }
  for (guint i = frame->run_of->len; i < frame->values->len; i++)
    g_array_append_val (frame->run_of, run->number);
}

gboolean
assay_loader_append (AssayLoader *l, const AssayBlock *block, GError **error)
{
  guint64 n = n_cells (block), repeat;
  g_autofree gint32 *codes = g_new0 (gint32, l->frame->dims->len + 1);
  Cell cell = { l, block, codes };

  if (!check_size (n, error))
    return FALSE;
  if (n == 0 || block->n == 0)
    return TRUE;
  repeat = n / block->n;
  if (!is_uniform (l, block))
    {
      append_some (l, block, n, repeat);
      note_run (l->frame, block->run);
      return check_size (l->frame->values->len, error);
    }
  set_codes (l, block, 0, codes);
  if (!assay_filter_match (l->where, cell_value, &cell))
    return TRUE;
  if (!check_size (n + l->frame->values->len, error))
    return FALSE;
  append_all (l, block, n, repeat);
  note_run (l->frame, block->run);
  return TRUE;
}
