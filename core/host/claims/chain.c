/* SPDX-License-Identifier: Apache-2.0
 *
 * From metrics and a chain of folds to nodes: derived metrics are chains in front of the chain.
 */
#include "host/claims/chain.h"

#include "host/store/filter.h"
#include <math.h>
#include <string.h>

static void
axis_free (gpointer data)
{
  ClaimAxis *axis = data;

  g_free (axis->id);
  g_ptr_array_unref (axis->levels);
  g_array_unref (axis->numbers);
  g_hash_table_unref (axis->codes);
  g_free (axis);
}

static void
node_free (gpointer data)
{
  ClaimNode *node = data;

  assay_shape_free (node->shape);
  g_clear_pointer (&node->parts, g_ptr_array_unref);
  g_clear_pointer (&node->touch, g_ptr_array_unref);
  g_free (node->over);
  g_free (node->start);
  g_free (node->first);
  g_free (node->in);
  g_free (node->in2);
  g_free (node->at);
  g_free (node->ends);
  g_free (node->half);
  g_free (node->group_of);
  g_free (node->seen);
  g_free (node->estimate);
  g_free (node->redrawn);
  g_free (node);
}

static void
leaf_free (gpointer data)
{
  ClaimLeaf *leaf = data;

  g_free (leaf->metric);
  g_free (leaf->where);
  g_free (leaf);
}

void
assay_chain_free (ClaimChain *chain)
{
  if (!chain)
    return;
  g_ptr_array_unref (chain->axes);
  g_ptr_array_unref (chain->nodes);
  g_ptr_array_unref (chain->order);
  g_ptr_array_unref (chain->leaves);
  g_ptr_array_unref (chain->leaf_nodes);
  g_ptr_array_unref (chain->units);
  g_ptr_array_unref (chain->notes);
  g_ptr_array_unref (chain->making);
  g_hash_table_unref (chain->named);
  g_free (chain->work.x);
  g_free (chain);
}

ClaimNode *
assay_chain_add (ClaimChain *chain, ClaimNode *input, ClaimKernel kernel)
{
  ClaimNode *node = g_new0 (ClaimNode, 1);

  node->kernel = kernel;
  node->input = input;
  node->logs = input && input->logs;
  g_ptr_array_add (chain->nodes, node);
  return node;
}

ClaimAxis *
assay_chain_axis (const ClaimChain *chain, const char *id)
{
  for (guint i = 0; i < chain->axes->len; i++)
    if (!strcmp (((ClaimAxis *) chain->axes->pdata[i])->id, id))
      return chain->axes->pdata[i];
  return NULL;
}

static guint
axis_number (const ClaimChain *chain, const char *id)
{
  guint i = 0;

  while (strcmp (((ClaimAxis *) chain->axes->pdata[i])->id, id))
    i++;
  return i;
}

/* ---- Metrics, observed and derived ----------------------------------- */

static const AssayMetric *
find_metric (const ClaimChain *chain, const char *id, GError **error)
{
  const AssayStudyInfo *study = chain->source->frame ? NULL : chain->source->study;
  const AssayMetric *metric = study ? assay_study_metric (study, id) : NULL;

  if (metric)
    return metric;
  g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_USAGE, "there is no metric %s", id);
  return NULL;
}

gboolean
assay_chain_up (const ClaimChain *chain, const char *metrics)
{
  g_auto (GStrv) words = assay_words (metrics);
  const AssayMetric *metric = words[0] ? find_metric (chain, words[0], NULL) : NULL;

  return !metric || metric->better == ASSAY_UP;
}

/* Enters a derived metric; FALSE: it is made of itself. */
static gboolean
enter (ClaimChain *chain, const AssayMetric *metric, GError **error)
{
  if (g_ptr_array_find (chain->making, metric, NULL))
    {
      g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_USAGE,
                   "metric %s is derived from itself; change its `of`", metric->id);
      return FALSE;
    }
  g_ptr_array_add (chain->making, (gpointer) metric);
  return TRUE;
}

static void
leave (ClaimChain *chain)
{
  g_ptr_array_set_size (chain->making, (gint) chain->making->len - 1);
}

static void
name_words (GHashTable *named, const char *words)
{
  g_auto (GStrv) ids = assay_words (words);

  for (guint i = 0; ids[i]; i++)
    g_hash_table_add (named, g_strdup (ids[i]));
}

static void
name_folds (GHashTable *named, const AssayFold *fold)
{
  for (; fold && fold->op != ASSAY_FOLD_END; fold++)
    {
      name_words (named, fold->over);
      name_words (named, fold->between);
      name_words (named, fold->by);
    }
}

/* Every id that the folds of a metric and of those below it name; circles are found later. */
static void
name_metric (const ClaimChain *chain, GHashTable *named, const char *metrics, guint depth)
{
  g_auto (GStrv) ids = assay_words (metrics);

  for (guint i = 0; ids[i] && depth < 64; i++)
    {
      const AssayMetric *metric = find_metric (chain, ids[i], NULL);

      if (!metric || !metric->of)
        continue;
      name_folds (named, metric->fold);
      name_metric (chain, named, metric->of, depth + 1);
      for (const AssayFold *fold = metric->fold; fold && fold->op != ASSAY_FOLD_END; fold++)
        name_metric (chain, named, fold->by, depth + 1);
    }
}

static char *
both (const char *a, const char *b)
{
  if (!a || !*a || !b || !*b)
    return g_strdup (a && *a ? a : b);
  return g_strdup_printf ("(%s) and (%s)", a, b);
}

/* A filter on a derived metric is a filter on what lies below, unless the folds of the derived
 * metric use a dimension that it names: then it holds for their results (@after). */
static gboolean
split_where (const ClaimChain *chain, const AssayMetric *metric, const char *where, char **below,
             const char **after, GError **error)
{
  g_autoptr (AssayFilter) filter = assay_filter_parse (where, error);
  g_autoptr (GHashTable) named = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_auto (GStrv) keys = NULL;

  if (!filter)
    return FALSE;
  keys = assay_filter_keys (filter);
  name_folds (named, metric->fold);
  name_metric (chain, named, metric->of, 0);
  *after = NULL;
  for (guint i = 0; keys[i]; i++)
    if (g_hash_table_contains (named, keys[i]))
      *after = where;
  *below = *after ? g_strdup (metric->where) : both (metric->where, where);
  return TRUE;
}

/* ---- Axes ------------------------------------------------------------ */

static ClaimAxis *
add_axis (ClaimChain *chain, const char *id, guint32 kind, guint32 scale)
{
  ClaimAxis *axis = assay_chain_axis (chain, id);

  if (axis)
    return axis;
  axis = g_new0 (ClaimAxis, 1);
  axis->id = g_strdup (id);
  axis->kind = kind;
  axis->scale = scale;
  axis->dim = chain->source->study ? assay_study_dim (chain->source->study, id) : NULL;
  axis->levels = g_ptr_array_new_with_free_func (g_free);
  axis->numbers = g_array_new (FALSE, FALSE, sizeof (double));
  axis->codes = g_hash_table_new (g_str_hash, g_str_equal);
  g_ptr_array_add (chain->axes, axis);
  return axis;
}

static gint32
axis_code (const ClaimAxis *axis, const char *level)
{
  return GPOINTER_TO_INT (g_hash_table_lookup (axis->codes, level)) - 1;
}

static void
add_level (ClaimAxis *axis, const char *level)
{
  char *own;

  if (!*level || axis_code (axis, level) >= 0)
    return;
  own = g_strdup (level);
  g_ptr_array_add (axis->levels, own);
  g_hash_table_insert (axis->codes, own, GINT_TO_POINTER ((gint) axis->levels->len));
}

/* ---- First pass: frames ---------------------------------------------- */

static const ClaimLeaf *
find_leaf (const ClaimChain *chain, const char *metric, const char *where)
{
  for (guint i = 0; i < chain->leaves->len; i++)
    {
      const ClaimLeaf *leaf = chain->leaves->pdata[i];

      if (!strcmp (leaf->metric, metric) && !g_strcmp0 (leaf->where, where))
        return leaf;
    }
  return NULL;
}

static gboolean
load_leaf (ClaimChain *chain, const char *metric, const char *where, GError **error)
{
  ClaimLeaf *leaf;
  char *note = NULL;
  const AssayFrame *frame;

  if (find_leaf (chain, metric, where))
    return TRUE;
  frame = chain->source->frame;
  if (!frame)
    frame = chain->source->load (chain->source, metric, where, &note, error);
  if (note)
    g_ptr_array_add (chain->notes, note);
  if (!frame)
    return FALSE;
  leaf = g_new0 (ClaimLeaf, 1);
  leaf->metric = g_strdup (metric);
  leaf->where = g_strdup (where);
  leaf->frame = frame;
  g_ptr_array_add (chain->leaves, leaf);
  return TRUE;
}

static gboolean load_metrics (ClaimChain *chain, const char *metrics, const char *where,
                              GError **error);

static gboolean
load_companions (ClaimChain *chain, const AssayFold *fold, const char *where, GError **error)
{
  for (; fold && fold->op != ASSAY_FOLD_END; fold++)
    if (fold->by && (fold->op == ASSAY_OP_WHEN || find_metric (chain, fold->by, NULL))
        && !load_metrics (chain, fold->by, where, error))
      return FALSE;
  return TRUE;
}

static gboolean
load_derived (ClaimChain *chain, const AssayMetric *metric, const char *where, GError **error)
{
  g_autofree char *below = NULL;
  const char *after;
  gboolean ok;

  if (!split_where (chain, metric, where, &below, &after, error) || !enter (chain, metric, error))
    return FALSE;
  ok = load_metrics (chain, metric->of, below, error)
       && load_companions (chain, metric->fold, below, error);
  leave (chain);
  return ok;
}

static gboolean
load_metrics (ClaimChain *chain, const char *metrics, const char *where, GError **error)
{
  g_auto (GStrv) ids = assay_words (metrics);

  for (guint i = 0; ids[0] && ids[1] && ids[i]; i++)
    add_level (assay_chain_axis (chain, "metric"), ids[i]);
  for (guint i = 0; ids[i]; i++)
    {
      gboolean given = chain->source->frame && i == 0;
      const AssayMetric *metric = given ? NULL : find_metric (chain, ids[i], error);

      if (!given && !metric)
        return FALSE;
      if (metric && metric->of ? !load_derived (chain, metric, where, error)
                               : !load_leaf (chain, ids[i], where, error))
        return FALSE;
    }
  if (ids[0])
    return TRUE;
  g_set_error_literal (error, ASSAY_ERROR, ASSAY_ERROR_USAGE, "no metric is named");
  return FALSE;
}

static guint
declared_place (const GStrv declared, const char *level)
{
  for (guint i = 0; declared && declared[i]; i++)
    if (assay_filter_equal (declared[i], level))
      return i;
  return G_MAXUINT;
}

static int
compare_levels (gconstpointer a, gconstpointer b, gpointer data)
{
  const char *x = *(const char *const *) a, *y = *(const char *const *) b;
  guint place_x = declared_place (data, x), place_y = declared_place (data, y);
  double number_x = 0, number_y = 0;
  gboolean is_x = assay_filter_number (x, &number_x), is_y = assay_filter_number (y, &number_y);

  if (place_x != place_y)
    return place_x < place_y ? -1 : 1;
  if (is_x != is_y)
    return is_x ? -1 : 1;
  if (is_x && number_x != number_y)
    return number_x < number_y ? -1 : 1;
  return assay_natural_compare (x, y);
}

/* Orders the levels of all frames together as each frame orders its own. */
static void
finish_axis (ClaimAxis *axis)
{
  g_auto (GStrv) declared = axis->dim && axis->dim->values ? assay_words (axis->dim->values) : NULL;

  if (strcmp (axis->id, "metric"))
    g_ptr_array_sort_with_data (axis->levels, compare_levels, declared);
  axis->numeric = axis->kind == ASSAY_NUMBER;
  for (guint i = 0; i < axis->levels->len; i++)
    {
      double number;

      g_hash_table_insert (axis->codes, axis->levels->pdata[i], GINT_TO_POINTER ((gint) i + 1));
      axis->numeric = axis->numeric && assay_filter_number (axis->levels->pdata[i], &number);
    }
  for (guint i = 0; i < axis->levels->len; i++)
    {
      double number = i;

      if (axis->numeric)
        assay_filter_number (axis->levels->pdata[i], &number);
      g_array_append_val (axis->numbers, number);
    }
}

/* Properties of items that a rule names become dimensions. */
static void
add_property_axes (ClaimChain *chain)
{
  const AssayStudyInfo *study = chain->source->study;

  for (guint d = 0; study && d < study->n_dims; d++)
    {
      const AssayDim *dim = &study->dims[d];

      if (!dim->of || !g_hash_table_contains (chain->named, dim->id)
          || !assay_chain_axis (chain, dim->of))
        continue;
      for (guint i = 0; i < chain->leaves->len; i++)
        {
          const ClaimLeaf *leaf = chain->leaves->pdata[i];
          GHashTable *values = g_hash_table_lookup (leaf->frame->properties, dim->id);
          GHashTableIter iter;
          gpointer value;

          if (!values)
            continue;
          g_hash_table_iter_init (&iter, values);
          while (g_hash_table_iter_next (&iter, NULL, &value))
            add_level (add_axis (chain, dim->id, dim->kind, dim->scale), value);
        }
    }
}

static void
add_axes (ClaimChain *chain)
{
  for (guint i = 0; i < chain->leaves->len; i++)
    {
      const ClaimLeaf *leaf = chain->leaves->pdata[i];

      for (guint d = 0; d < leaf->frame->dims->len; d++)
        {
          const AssayFrameDim *dim = leaf->frame->dims->pdata[d];
          ClaimAxis *axis = add_axis (chain, dim->id, dim->kind, dim->scale);

          for (guint l = 0; l < dim->levels->len; l++)
            add_level (axis, dim->levels->pdata[l]);
        }
    }
  add_property_axes (chain);
  for (guint i = 0; i < chain->axes->len; i++)
    finish_axis (chain->axes->pdata[i]);
}

/* ---- Second pass: nodes ---------------------------------------------- */

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

      codes[i] = value ? axis_code (axis, value) : -1;
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
    codes[i] = axis_code (axis, dim->levels->pdata[i]);
  for (guint i = 0; i < shape->n; i++)
    shape->codes[(gsize) i * shape->n_axes + column] = codes[g_array_index (dim->codes, gint32, i)];
}

static ClaimNode *
make_leaf (ClaimChain *chain, const char *metric, const char *where)
{
  const AssayFrame *frame = find_leaf (chain, metric, where)->frame;
  const AssayStudyInfo *study = chain->source->study;
  ClaimNode *node = assay_chain_add (chain, NULL, NULL);
  guint n = assay_frame_n (frame), n_properties = 0;
  g_autofree const AssayDim **properties = g_new0 (const AssayDim *, study ? study->n_dims + 1 : 1);

  for (guint d = 0; study && d < study->n_dims; d++)
    if (study->dims[d].of && g_hash_table_contains (chain->named, study->dims[d].id)
        && assay_frame_dim (frame, study->dims[d].of) && !assay_frame_dim (frame, study->dims[d].id)
        && assay_chain_axis (chain, study->dims[d].id))
      properties[n_properties++] = &study->dims[d];
  node->shape = assay_shape_new (frame->dims->len + n_properties, n);
  for (guint d = 0; d < frame->dims->len; d++)
    {
      const AssayFrameDim *dim = frame->dims->pdata[d];

      node->shape->axes[d] = axis_number (chain, dim->id);
      fill_dimension (assay_chain_axis (chain, dim->id), dim, node->shape, d);
    }
  for (guint p = 0; p < n_properties; p++)
    {
      guint column = frame->dims->len + p;

      node->shape->axes[column] = axis_number (chain, properties[p]->id);
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

/* Cells that lack a dimension are constant along it, so they do not make it vary. */
static gboolean
has_one_level (const ClaimShape *shape, guint column)
{
  gint32 level = -1;

  for (guint i = 0; i < shape->n; i++)
    {
      gint32 code = shape->codes[(gsize) i * shape->n_axes + column];

      if (code >= 0 && level >= 0 && code != level)
        return FALSE;
      level = MAX (level, code);
    }
  return TRUE;
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
          || !has_one_level (shape, c))
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

static ClaimNode *
make_folds (ClaimChain *chain, ClaimNode *node, const AssayFold *fold, gboolean up,
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

  if (!split_where (chain, metric, where, &below, &after, error))
    return NULL;
  node = assay_chain_metrics (chain, metric->of, below, error);
  node = make_folds (chain, node, metric->fold, assay_chain_up (chain, metric->of), below, error);
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
  guint n_axes = 0, n = 0, metric_axis = axis_number (chain, "metric");
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
      gint32 code = axis_code (chain->axes->pdata[metric_axis], ids[p]);

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
      const AssayMetric *metric = find_metric (chain, ids[i], NULL);
      ClaimNode *node = metric && metric->of ? make_derived (chain, metric, where, error)
                                             : make_leaf (chain, ids[i], where);

      if (!node)
        return NULL;
      g_ptr_array_add (parts, node);
    }
  return parts->len == 1 ? parts->pdata[0] : make_union (chain, parts, ids);
}

/* ---- Evaluation ------------------------------------------------------ */

void
assay_chain_run (ClaimChain *chain, const ClaimNode *node, const double *weights, double *out)
{
  ClaimWork *work = &chain->work;
  guint at = 0;

  for (guint p = 0; node->parts && p < node->parts->len; p++)
    {
      const ClaimNode *part = node->parts->pdata[p];

      memcpy (out + at, part->now, part->shape->n * sizeof *out);
      at += part->shape->n;
    }
  if (!node->kernel)
    return;
  work->node = node;
  work->in = node->input->now;
  work->in2 = node->other ? node->other->now : work->in;
  work->w = weights;
  for (guint g = 0; g < node->n_groups; g++)
    node->kernel (work, g, out + (node->first ? node->first[g] : g));
}

/* Puts a node into the order of work, behind all that it needs. */
static void
enqueue (ClaimChain *chain, ClaimNode *node)
{
  if (!node || g_ptr_array_find (chain->order, node, NULL))
    return;
  enqueue (chain, node->input);
  enqueue (chain, node->other);
  for (guint p = 0; node->parts && p < node->parts->len; p++)
    enqueue (chain, node->parts->pdata[p]);
  g_ptr_array_add (chain->order, node);
}

static void
evaluate (ClaimChain *chain)
{
  guint largest = 1;
  double *room;

  enqueue (chain, chain->result);
  for (guint i = 0; i < chain->order->len; i++)
    {
      ClaimNode *node = chain->order->pdata[i];

      for (guint g = 0; g < node->n_groups; g++)
        largest = MAX (largest, node->start[g + 1] - node->start[g]);
    }
  room = g_new (double, 7 * (gsize) largest);
  chain->work = (ClaimWork){ .x = room,
                             .y = room + largest,
                             .v = room + 2 * (gsize) largest,
                             .scratch = room + 3 * (gsize) largest };
  for (guint i = 0; i < chain->order->len; i++)
    {
      ClaimNode *node = chain->order->pdata[i];

      if (node->kernel || node->parts)
        {
          node->estimate = g_new (double, MAX (node->shape->n, 1));
          assay_chain_run (chain, node, NULL, node->estimate);
        }
      node->now = node->estimate;
    }
}

/* ---- A chain --------------------------------------------------------- */

static ClaimChain *
chain_new (ClaimSource *source)
{
  ClaimChain *chain = g_new0 (ClaimChain, 1);

  chain->source = source;
  chain->axes = g_ptr_array_new_with_free_func (axis_free);
  chain->nodes = g_ptr_array_new_with_free_func (node_free);
  chain->order = g_ptr_array_new ();
  chain->leaves = g_ptr_array_new_with_free_func (leaf_free);
  chain->leaf_nodes = g_ptr_array_new ();
  chain->units = g_ptr_array_new_with_free_func (assay_claim_unit_free);
  chain->notes = g_ptr_array_new_with_free_func (g_free);
  chain->making = g_ptr_array_new ();
  chain->named = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  add_axis (chain, "metric", ASSAY_LABEL, ASSAY_LINEAR);
  return chain;
}

static const ClaimLeaf *
empty_leaf (const ClaimChain *chain)
{
  for (guint i = 0; i < chain->leaves->len; i++)
    if (assay_frame_n (((ClaimLeaf *) chain->leaves->pdata[i])->frame) == 0)
      return chain->leaves->pdata[i];
  return NULL;
}

ClaimChain *
assay_chain_new (ClaimSource *source, const char *metrics, const char *where, const AssayFold *fold,
                 const char *keep, GError **error)
{
  g_autoptr (ClaimChain) chain = chain_new (source);
  ClaimNode *node;

  name_folds (chain->named, fold);
  name_words (chain->named, keep);
  name_metric (chain, chain->named, metrics, 0);
  for (const AssayFold *f = fold; f && f->op != ASSAY_FOLD_END; f++)
    name_metric (chain, chain->named, f->by, 0);
  if (!load_metrics (chain, metrics, where, error) || !load_companions (chain, fold, where, error))
    return NULL;
  add_axes (chain);
  chain->empty = empty_leaf (chain);
  if (chain->empty)
    {
      chain->result = make_leaf (chain, chain->empty->metric, chain->empty->where);
      return g_steal_pointer (&chain);
    }
  node = assay_chain_metrics (chain, metrics, where, error);
  node = make_folds (chain, node, fold, assay_chain_up (chain, metrics), where, error);
  if (!node)
    return NULL;
  chain->result = node;
  evaluate (chain);
  return g_steal_pointer (&chain);
}

const ClaimAxis *
assay_chain_unfolded (const ClaimChain *chain, const char *each)
{
  const ClaimShape *shape = chain->result->shape;
  g_auto (GStrv) kept = assay_words (each);

  for (guint c = 0; c < shape->n_axes; c++)
    {
      const ClaimAxis *axis = chain->axes->pdata[shape->axes[c]];

      if (!g_strv_contains ((const char *const *) kept, axis->id) && !has_one_level (shape, c))
        return axis;
    }
  return NULL;
}
