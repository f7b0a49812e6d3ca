/* SPDX-License-Identifier: Apache-2.0
 *
 * Metrics as nodes: frames become leaves, derived metrics chains, several metrics a union.
 */
#include "host/claims/chain.h"

#include "host/store/filter.h"
#include <math.h>
#include <string.h>

/* Column of a property: the value of each cell's item. */
static void
fill_property (const ClaimAxis *axis, const AssayFrame *frame, const AssayFrameDim *item,
               ClaimShape *shape, guint column)
{
  GHashTable *values = g_hash_table_lookup (frame->properties, axis->id);
  g_autofree gint32 *codes = g_new (gint32, item->levels->len + 1);

  for (guint i = 0; i < item->levels->len; i++)
    {
      const char *value = values ? g_hash_table_lookup (values, item->levels->pdata[i]) : NULL;

      codes[i] = value ? assay_axis_lookup (axis, value) : -1;
    }
  for (guint i = 0; i < shape->n; i++)
    shape->codes[(gsize) i * shape->n_axes + column]
        = codes[g_array_index (item->codes, gint32, i)];
}

static void
fill_dimension (const ClaimAxis *axis, const AssayFrameDim *dim, ClaimShape *shape, guint column)
{
  g_autofree gint32 *codes = g_new (gint32, dim->levels->len + 1);

  for (guint i = 0; i < dim->levels->len; i++)
    codes[i] = assay_axis_lookup (axis, dim->levels->pdata[i]);
  for (guint i = 0; i < shape->n; i++)
    shape->codes[(gsize) i * shape->n_axes + column] = codes[g_array_index (dim->codes, gint32, i)];
}

ClaimNode *
assay_chain_leaf_node (ClaimChain *chain, const char *metric, const char *where)
{
  const AssayFrame *frame = assay_chain_leaf (chain, metric, where)->frame;
  const AssayStudyInfo *study = chain->source->study;
  ClaimNode *node = assay_chain_add (chain, NULL, NULL);
  guint n = assay_frame_n (frame), n_properties = 0;
  g_autofree const AssayDim **properties = g_new0 (const AssayDim *, study ? study->n_dims + 1 : 1);

  for (guint d = 0; study && d < study->n_dims; d++)
    if (study->dims[d].of && g_hash_table_contains (chain->named, study->dims[d].id)
        && assay_frame_dim (frame, study->dims[d].of) && !assay_frame_dim (frame, study->dims[d].id)
        && assay_chain_axis (chain, study->dims[d].id))
      properties[n_properties++] = &study->dims[d];
  node->frame = frame;
  node->shape = assay_shape_new (frame->dims->len + n_properties, n);
  for (guint d = 0; d < frame->dims->len; d++)
    {
      const AssayFrameDim *dim = frame->dims->pdata[d];

      node->shape->axes[d] = assay_chain_axis_number (chain, dim->id);
      fill_dimension (assay_chain_axis (chain, dim->id), dim, node->shape, d);
    }
  for (guint p = 0; p < n_properties; p++)
    {
      guint column = frame->dims->len + p;

      node->shape->axes[column] = assay_chain_axis_number (chain, properties[p]->id);
      fill_property (assay_chain_axis (chain, properties[p]->id), frame,
                     assay_frame_dim (frame, properties[p]->of), node->shape, column);
    }
  node->estimate = g_new (double, MAX (n, 1));
  for (guint i = 0; i < n; i++)
    {
      double value = g_array_index (frame->values, double, i);

      node->estimate[i] = isfinite (value) ? value : NAN;
    }
  g_ptr_array_add (chain->leaf_nodes, node);
  assay_chain_squeeze (chain, node);
  return node;
}

void
assay_chain_squeeze (ClaimChain *chain, ClaimNode *node)
{
  ClaimShape *shape = node->shape;
  g_autofree guint *kept = g_new (guint, shape->n_axes + 1);
  guint n_kept = 0, old = shape->n_axes;

  for (guint c = 0; c < old; c++)
    {
      const ClaimAxis *axis = chain->axes->pdata[shape->axes[c]];

      if (axis->kind == ASSAY_ITEM || g_hash_table_contains (chain->named, axis->id)
          || !assay_shape_has_one_level (shape, c))
        kept[n_kept++] = c;
    }
  for (gsize i = 0; i < shape->n; i++)
    for (guint k = 0; k < n_kept; k++)
      shape->codes[i * n_kept + k] = shape->codes[i * old + kept[k]];
  for (guint k = 0; k < n_kept; k++)
    shape->axes[k] = shape->axes[kept[k]];
  shape->n_axes = n_kept;
}

/* One cell of a node, under a filter. */
typedef struct
{
  const ClaimChain *chain;
  const ClaimShape *shape;
  guint cell;
} FilterRow;

static const char *
property_of_cell (const FilterRow *row, const AssayDim *dim, const char *item)
{
  for (guint i = 0; i < row->chain->leaves->len; i++)
    {
      const ClaimLeaf *leaf = row->chain->leaves->pdata[i];
      GHashTable *values = g_hash_table_lookup (leaf->frame->properties, dim->id);
      const char *value = values ? g_hash_table_lookup (values, item) : NULL;

      if (value)
        return value;
    }
  return NULL;
}

static const char *
level_of_cell (gpointer data, const char *key)
{
  FilterRow *row = data;
  const AssayStudyInfo *study = row->chain->source->study;
  const AssayDim *dim = study ? assay_study_dim (study, key) : NULL;

  for (guint c = 0; c < row->shape->n_axes; c++)
    {
      const ClaimAxis *axis = row->chain->axes->pdata[row->shape->axes[c]];
      gint32 code = row->shape->codes[(gsize) row->cell * row->shape->n_axes + c];

      if (!strcmp (axis->id, key))
        return code < 0 ? NULL : axis->levels->pdata[code];
      if (dim && dim->of && !strcmp (axis->id, dim->of) && code >= 0)
        return property_of_cell (row, dim, axis->levels->pdata[code]);
    }
  return NULL;
}

static ClaimNode *
make_filter (ClaimChain *chain, ClaimNode *input, const char *where, GError **error)
{
  g_autoptr (AssayFilter) filter = assay_filter_parse (where, error);
  FilterRow row = { chain, input->shape, 0 };
  ClaimNode *node;
  guint n = 0, width = input->shape->n_axes;

  if (!filter)
    return NULL;
  node = assay_chain_add (chain, input, assay_claim_copy);
  node->in = g_new (gint32, MAX (input->shape->n, 1));
  node->start = g_new (guint32, (gsize) input->shape->n + 1);
  for (row.cell = 0; row.cell < input->shape->n; row.cell++)
    if (assay_filter_match (filter, level_of_cell, &row))
      {
        node->start[n] = n;
        node->in[n++] = (gint32) row.cell;
      }
  node->start[n] = node->n_groups = node->n_entries = n;
  node->shape = assay_shape_new (width, n);
  memcpy (node->shape->axes, input->shape->axes, width * sizeof (guint));
  for (guint i = 0; i < n; i++)
    memcpy (node->shape->codes + (gsize) i * width,
            input->shape->codes + (gsize) node->in[i] * width, width * sizeof (gint32));
  return node;
}

ClaimNode *
assay_chain_folds (ClaimChain *chain, ClaimNode *node, const AssayFold *fold, gboolean up,
                   const char *where, GError **error)
{
  for (guint i = 1; node && fold && fold->op != ASSAY_FOLD_END; fold++, i++)
    node = assay_chain_fold (chain, node, fold, i, up, where, error);
  return node;
}

static ClaimNode *
make_derived (ClaimChain *chain, const AssayMetric *metric, const char *where, GError **error)
{
  g_autofree char *below = NULL;
  const char *after;
  ClaimNode *node;

  if (!assay_chain_split_where (chain, metric, where, &below, &after, error))
    return NULL;
  node = assay_chain_metrics (chain, metric->of, below, error);
  node = assay_chain_folds (chain, node, metric->fold, assay_chain_up (chain, metric->of), below,
                            error);
  if (node && after)
    node = make_filter (chain, node, after, error);
  if (!node)
    {
      g_prefix_error (error, "metric %s, ", metric->id);
      return NULL;
    }
  if (node->kernel)
    assay_chain_squeeze (chain, node);
  return node;
}

/* Out of logarithms, for a union with values that are in none. */
static ClaimNode *
make_exp (ClaimChain *chain, ClaimNode *input)
{
  static const AssayFold log_fold = { .op = ASSAY_OP_LOG };
  ClaimNode *node = assay_chain_fold (chain, input, &log_fold, 0, TRUE, NULL, NULL);

  node->kernel = assay_claim_exp;
  node->fold = NULL;
  node->logs = FALSE;
  return node;
}

/* The cells of several metrics, with the dimension `metric`; what one lacks it has no level of. */
static ClaimNode *
make_union (ClaimChain *chain, GPtrArray *parts, const GStrv ids)
{
  ClaimNode *node = assay_chain_add (chain, NULL, NULL);
  g_autofree guint *axes = g_new (guint, chain->axes->len + 1);
  guint n_axes = 0, n = 0, metric_axis = assay_chain_axis_number (chain, "metric");
  gboolean logs = TRUE;

  for (guint a = 0; a < chain->axes->len; a++)
    {
      gboolean used = a == metric_axis;

      for (guint p = 0; p < parts->len; p++)
        used = used || assay_shape_column (((ClaimNode *) parts->pdata[p])->shape, a) >= 0;
      if (used)
        axes[n_axes++] = a;
    }
  for (guint p = 0; p < parts->len; p++)
    {
      n += ((ClaimNode *) parts->pdata[p])->shape->n;
      logs = logs && ((ClaimNode *) parts->pdata[p])->logs;
    }
  node->logs = logs;
  node->shape = assay_shape_new (n_axes, n);
  memcpy (node->shape->axes, axes, n_axes * sizeof *axes);
  node->parts = g_ptr_array_new ();
  n = 0;
  for (guint p = 0; p < parts->len; p++)
    {
      ClaimNode *part = parts->pdata[p];
      const ClaimShape *shape = part->shape;
      gint32 code = assay_axis_lookup (chain->axes->pdata[metric_axis], ids[p]);

      if (part->logs && !logs)
        part = make_exp (chain, part);
      g_ptr_array_add (node->parts, part);
      for (guint a = 0; a < n_axes; a++)
        {
          int column = assay_shape_column (shape, axes[a]);

          for (guint i = 0; i < shape->n; i++)
            node->shape->codes[(gsize) (n + i) * n_axes + a]
                = axes[a] == metric_axis ? code
                  : column < 0           ? -1
                                         : shape->codes[(gsize) i * shape->n_axes + column];
        }
      n += shape->n;
    }
  return node;
}

ClaimNode *
assay_chain_metrics (ClaimChain *chain, const char *metrics, const char *where, GError **error)
{
  g_auto (GStrv) ids = assay_words (metrics);
  g_autoptr (GPtrArray) parts = g_ptr_array_new ();

  for (guint i = 0; ids[i]; i++)
    {
      const AssayMetric *metric = assay_chain_metric (chain, ids[i], NULL);
      ClaimNode *node = metric && metric->of ? make_derived (chain, metric, where, error)
                                             : assay_chain_leaf_node (chain, ids[i], where);

      if (!node)
        return NULL;
      g_ptr_array_add (parts, node);
    }
  return parts->len == 1 ? parts->pdata[0] : make_union (chain, parts, ids);
}
