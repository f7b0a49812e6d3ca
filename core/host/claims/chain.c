/* SPDX-License-Identifier: Apache-2.0
 *
 * From metrics and a chain of folds to nodes: derived metrics are chains in front of the chain.
 */
#include "host/claims/chain.h"

#include "host/claims/source.h"
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

guint
assay_chain_axis_number (const ClaimChain *chain, const char *id)
{
  guint i = 0;

  while (strcmp (((ClaimAxis *) chain->axes->pdata[i])->id, id))
    i++;
  return i;
}

/* ---- Metrics, observed and derived ----------------------------------- */

const AssayMetric *
assay_chain_metric (const ClaimChain *chain, const char *id, GError **error)
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
  const AssayMetric *metric = words[0] ? assay_chain_metric (chain, words[0], NULL) : NULL;

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
      const AssayMetric *metric = assay_chain_metric (chain, ids[i], NULL);

      if (!metric || !metric->of)
        continue;
      name_folds (named, metric->fold);
      name_metric (chain, named, metric->of, depth + 1);
      for (const AssayFold *fold = metric->fold; fold && fold->op != ASSAY_FOLD_END; fold++)
        name_metric (chain, named, fold->by, depth + 1);
    }
}

/* The dimensions that a derived metric's folds use and that its results still have. */
static void
name_kept (const ClaimChain *chain, GHashTable *kept, const AssayMetric *metric, guint depth)
{
  const AssayMetric *of = metric->of ? assay_chain_metric (chain, metric->of, NULL) : NULL;

  if (of && depth < 64)
    name_kept (chain, kept, of, depth + 1);
  for (const AssayFold *fold = metric->fold; fold && fold->op != ASSAY_FOLD_END; fold++)
    {
      gboolean keeps = fold->op == ASSAY_OP_ANCHOR
                       || ((fold->op == ASSAY_OP_DIFF || fold->op == ASSAY_OP_RATIO)
                           && !g_strcmp0 (fold->b, "*"));

      name_words (kept, fold->by);
      if (keeps)
        name_words (kept, fold->over);
    }
}

static char *
both (const char *a, const char *b)
{
  if (!a || !*a || !b || !*b)
    return g_strdup (a && *a ? a : b);
  return g_strdup_printf ("(%s) and (%s)", a, b);
}

/* A filter on a derived metric is a filter on what lies below, unless it names a dimension that
 * the folds of the derived metric use and keep: then it holds for their results (@after). */
gboolean
assay_chain_split_where (const ClaimChain *chain, const AssayMetric *metric, const char *where,
                         char **below, const char **after, GError **error)
{
  g_autoptr (AssayFilter) filter = assay_filter_parse (where, error);
  g_autoptr (GHashTable) named = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_auto (GStrv) keys = NULL;

  if (!filter)
    return FALSE;
  keys = assay_filter_keys (filter);
  name_kept (chain, named, metric, 0);
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

static void
add_level (ClaimAxis *axis, const char *level)
{
  char *own;

  if (!*level || assay_axis_lookup (axis, level) >= 0)
    return;
  own = g_strdup (level);
  g_ptr_array_add (axis->levels, own);
  g_hash_table_insert (axis->codes, own, GINT_TO_POINTER ((gint) axis->levels->len));
}

/* ---- First pass: frames ---------------------------------------------- */

const ClaimLeaf *
assay_chain_leaf (const ClaimChain *chain, const char *metric, const char *where)
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
  const AssayMetric *known = assay_chain_metric (chain, metric, NULL);
  g_autofree char *pruned = NULL;
  ClaimLeaf *leaf;
  char *note = NULL;
  const AssayFrame *frame;

  if (assay_chain_leaf (chain, metric, where))
    return TRUE;
  if (known && !assay_claim_prune_where (chain->source->study, known, where, &pruned, error))
    return FALSE;
  frame = chain->source->frame;
  if (!frame)
    frame = chain->source->load (chain->source, metric, known ? pruned : where, &note, error);
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
    if (fold->by && (fold->op == ASSAY_OP_WHEN || assay_chain_metric (chain, fold->by, NULL))
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

  if (!assay_chain_split_where (chain, metric, where, &below, &after, error)
      || !enter (chain, metric, error))
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
      const AssayMetric *metric = given ? NULL : assay_chain_metric (chain, ids[i], error);

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

static int
by_value (gconstpointer a, gconstpointer b, gpointer data)
{
  gint32 i = *(const gint32 *) a, j = *(const gint32 *) b;
  const double *values = data;

  if (isnan (values[i]) || isnan (values[j]))
    return isnan (values[i]) - isnan (values[j]);
  return values[i] < values[j] ? -1 : values[i] > values[j] ? 1 : i - j;
}

/* Quantiles sort; where only weights change between redraws, once is enough. */
static void
sort_entries (ClaimNode *node)
{
  if (node->fold
      && (node->fold->op == ASSAY_OP_IQM || node->fold->op == ASSAY_OP_MEDIAN
          || node->fold->op == ASSAY_OP_QUANTILE))
    for (guint g = 0; g < node->n_groups; g++)
      g_qsort_with_data (node->in + node->start[g], (gint) (node->start[g + 1] - node->start[g]),
                         sizeof *node->in, by_value, node->input->now);
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
          sort_entries (node);
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
      chain->result = assay_chain_leaf_node (chain, chain->empty->metric, chain->empty->where);
      return g_steal_pointer (&chain);
    }
  node = assay_chain_metrics (chain, metrics, where, error);
  node = assay_chain_folds (chain, node, fold, assay_chain_up (chain, metrics), where, error);
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

      if (!g_strv_contains ((const char *const *) kept, axis->id)
          && !assay_shape_has_one_level (shape, c))
        return axis;
    }
  return NULL;
}
