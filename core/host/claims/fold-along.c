/* SPDX-License-Identifier: Apache-2.0
 *
 * Folds along one dimension: places, slopes, thresholds, and levels that are chosen.
 */
#include "host/claims/making.h"

#include <math.h>
#include <string.h>

/* ---- Along an ordered dimension -------------------------------------- */

/* Columns of the shape of @node that are no items: groups that agree on them are siblings, and
 * should reach equally far. */
static void
spread_ends (const Making *m, ClaimNode *node)
{
  const ClaimShape *shape = node->shape;
  g_autofree guint32 *groups = assay_shape_cells (shape);
  g_autofree guint *columns = g_new (guint, shape->n_axes + 1);
  guint n_columns = 0;

  for (guint i = 0; i < shape->n_axes; i++)
    if (((ClaimAxis *) m->chain->axes->pdata[shape->axes[i]])->kind != ASSAY_ITEM)
      columns[n_columns++] = i;
  assay_shape_sort (shape, groups, shape->n, columns, n_columns);
  for (guint i = 0, j; i < shape->n; i = j)
    {
      double lo = NAN, hi = NAN;

      for (j = i;
           j < shape->n && assay_shape_equal (shape, groups[i], groups[j], columns, n_columns); j++)
        {
          lo = fmin (lo, node->ends[2 * groups[j]]);
          hi = fmax (hi, node->ends[2 * groups[j] + 1]);
        }
      for (guint k = i; k < j; k++)
        {
          node->ends[2 * groups[k]] = lo;
          node->ends[2 * groups[k] + 1] = hi;
        }
    }
}

/* Keeps the entries for which @keep holds. */
static void
keep_entries (ClaimNode *node, const gboolean *keep)
{
  guint n = 0;

  for (guint g = 0; g < node->n_groups; g++)
    {
      guint begin = node->start[g], end = node->start[g + 1];

      node->start[g] = n;
      for (guint e = begin; e < end; e++)
        if (keep[e])
          {
            node->in[n] = node->in[e];
            node->at[n++] = node->at[e];
          }
    }
  node->start[node->n_groups] = n;
  node->n_entries = n;
}

/* Places along the dimension; cells without one stay only where a group has nothing else. */
static void
place_entries (const Making *m, ClaimNode *node, guint column)
{
  const ClaimAxis *axis = assay_making_axis (m, column);
  const ClaimShape *shape = m->input->shape;
  gboolean scaled = axis->numeric && (m->fold->op == ASSAY_OP_AUC || m->fold->op == ASSAY_OP_SLOPE);
  g_autofree gboolean *keep = g_new0 (gboolean, (gsize) node->n_entries + 1);

  node->at = g_new0 (double, (gsize) node->n_entries + 1);
  node->ends = g_new (double, 2 * (gsize) node->n_groups + 1);
  for (guint g = 0; g < node->n_groups; g++)
    {
      double lo = NAN, hi = NAN;

      for (guint e = node->start[g]; e < node->start[g + 1]; e++)
        {
          gint32 code = shape->codes[(gsize) node->in[e] * shape->n_axes + column];

          node->at[e] = code < 0 ? NAN : g_array_index (axis->numbers, double, code);
          if (scaled)
            node->at[e] = assay_claim_scale (node->at[e], axis->scale);
          keep[e] = !isnan (node->at[e]);
          lo = fmin (lo, node->at[e]);
          hi = fmax (hi, node->at[e]);
        }
      if (isnan (lo) && node->start[g + 1] == node->start[g] + 1)
        {
          keep[node->start[g]] = TRUE;
          node->at[node->start[g]] = lo = hi = 0;
        }
      node->ends[2 * g] = lo;
      node->ends[2 * g + 1] = hi;
    }
  keep_entries (node, keep);
  spread_ends (m, node);
}

/* Leaves each group the one entry at the place, or the two neighbours of a number between. */
static gboolean
select_place (const Making *m, ClaimNode *node, guint column, GError **error)
{
  const ClaimAxis *axis = assay_making_axis (m, column);
  const char *place = m->fold->a ? m->fold->a : "";
  g_autofree gboolean *keep = g_new0 (gboolean, (gsize) node->n_entries + 1);
  gboolean first = !strcmp (place, "first"), last = !strcmp (place, "last");
  double below = NAN, above = NAN;

  if (!first && !last)
    {
      gint32 code = assay_axis_code (axis, place);
      char *end;
      double number = g_ascii_strtod (place, &end);

      if (code >= 0)
        below = above = g_array_index (axis->numbers, double, code);
      for (guint i = 0; code < 0 && axis->numeric && end != place && !*end && i < axis->levels->len;
           i++)
        {
          double x = g_array_index (axis->numbers, double, i);

          below = x < number ? fmax (below, x) : below;
          above = x > number ? fmin (above, x) : above;
        }
      if (isnan (below) || isnan (above))
        return assay_making_no_level (m, axis, place, error);
      node->threshold = number;
    }
  for (guint g = 0; g < node->n_groups; g++)
    for (guint e = node->start[g], n = node->start[g + 1] - e; e < node->start[g + 1]; e++)
      {
        gint32 code
            = m->input->shape->codes[(gsize) node->in[e] * m->input->shape->n_axes + column];

        keep[e] = first || last ? node->at[e] == node->ends[2 * g + last]
                                : node->at[e] == below || node->at[e] == above;
        if (n == 1 && code < 0)
          keep[e] = TRUE;
        /* Half of a pair of neighbours is no value. */
        else if (n == 1 && below != above && !first && !last)
          keep[e] = FALSE;
      }
  keep_entries (node, keep);
  for (guint g = 0; g < node->n_groups && below != above && !first && !last; g++)
    if (node->start[g + 1] - node->start[g] == 1
        && m->input->shape
                   ->codes[(gsize) node->in[node->start[g]] * m->input->shape->n_axes + column]
               >= 0)
      node->in[node->start[g]] = -1;
  return TRUE;
}

/* The cells of the metric @by that belong to the entries of @node: in2. */
static gboolean
add_companion (const Making *m, ClaimNode *node, GError **error)
{
  ClaimNode *other = assay_chain_metrics (m->chain, m->fold->by, m->where, error);
  const ClaimShape *mine = m->input->shape, *theirs;
  ClaimShape *both;
  g_autofree guint32 *a = NULL, *b = NULL;
  g_autofree guint *columns = g_new (guint, mine->n_axes + 1);
  g_autofree gint32 *found = NULL;
  g_autoptr (GArray) pairs = NULL;

  if (!other)
    return FALSE;
  theirs = other->shape;
  for (guint i = 0; i < theirs->n_axes; i++)
    if (assay_shape_column (mine, theirs->axes[i]) < 0)
      {
        assay_making_complain (
            m, error,
            "metric %s has dimension %s, which the value has not; name a derived metric "
            "that folds it",
            m->fold->by, ((ClaimAxis *) m->chain->axes->pdata[theirs->axes[i]])->id);
        return FALSE;
      }
  both = assay_shape_new (mine->n_axes, mine->n + theirs->n);
  memcpy (both->axes, mine->axes, mine->n_axes * sizeof *mine->axes);
  memcpy (both->codes, mine->codes, (gsize) mine->n * mine->n_axes * sizeof *mine->codes);
  for (guint c = 0; c < mine->n_axes; c++)
    {
      int column = assay_shape_column (theirs, mine->axes[c]);

      columns[c] = c;
      for (guint i = 0; i < theirs->n; i++)
        both->codes[(gsize) (mine->n + i) * mine->n_axes + c]
            = column < 0 ? -1 : theirs->codes[(gsize) i * theirs->n_axes + column];
    }
  a = assay_shape_cells (both);
  b = g_new (guint32, MAX (theirs->n, 1));
  memcpy (b, a + mine->n, theirs->n * sizeof *b);
  pairs = assay_shape_pairs (both, a, mine->n, b, theirs->n, columns, mine->n_axes);
  assay_shape_free (both);
  found = g_new (gint32, MAX (mine->n, 1));
  memset (found, 0xff, mine->n * sizeof *found);
  for (guint i = 0; i < pairs->len; i++)
    {
      ClaimPair pair = g_array_index (pairs, ClaimPair, i);

      found[pair.a] = (gint32) (pair.b - mine->n);
    }
  node->other = other;
  node->in2 = g_new (gint32, MAX (node->n_entries, 1));
  for (guint e = 0; e < node->n_entries; e++)
    node->in2[e] = found[node->in[e]];
  return TRUE;
}

ClaimNode *
assay_make_ordered (Making *m, GError **error)
{
  ClaimNode *node;
  guint32 *cells;

  if (!assay_making_split (m, m->fold->over, FALSE, error))
    return NULL;
  if (m->n_over == 0)
    return m->input;
  if (assay_making_axis (m, m->over[0])->kind == ASSAY_ITEM || m->n_over != 1)
    {
      assay_making_complain (m, error, "needs one dimension with an order, not %s", m->fold->over);
      return NULL;
    }
  cells = assay_making_sorted (m, m->rest, m->n_rest, m->over, m->n_over);
  node = assay_making_node (m);
  assay_making_groups (m, node, cells, m->input->shape->n, m->rest, m->n_rest);
  node->in = (gint32 *) cells;
  place_entries (m, node, m->over[0]);
  if (m->fold->op == ASSAY_OP_AT && !select_place (m, node, m->over[0], error))
    return NULL;
  if (m->fold->op == ASSAY_OP_WHEN && !add_companion (m, node, error))
    return NULL;
  return node;
}

/* ---- A chosen level -------------------------------------------------- */

static ClaimNode *
make_chosen_by_metric (Making *m, const AssayMetric *by, GError **error)
{
  ClaimNode *node = assay_making_node (m);
  guint32 *cells = assay_making_sorted (m, m->rest, m->n_rest, m->over, m->n_over);

  assay_making_groups (m, node, cells, m->input->shape->n, m->rest, m->n_rest);
  node->in = (gint32 *) cells;
  node->up = by->better == ASSAY_UP;
  node->kernel = m->fold->op == ASSAY_OP_BEST ? assay_claim_best_by : assay_claim_drop_by;
  place_entries (m, node, m->over[0]);
  return add_companion (m, node, error) ? node : NULL;
}

/* Distinct codes in a column of sorted or unsorted cells: column of each code in the matrix. */
static guint
number_codes (const ClaimShape *shape, const guint32 *cells, guint n, guint column, guint *place,
              guint n_codes)
{
  guint used = 0;

  memset (place, 0, n_codes * sizeof *place);
  for (guint i = 0; i < n; i++)
    place[shape->codes[(gsize) cells[i] * shape->n_axes + column] + 1] = 1;
  for (guint i = 0; i < n_codes; i++)
    place[i] = place[i] ? used++ : G_MAXUINT;
  return used;
}

/* The last level of `over` that any group with the same labels has, as a column of each group. */
static void
set_last_columns (const Making *m, ClaimNode *node, const guint32 *heads, const gint32 *top,
                  const gint32 *second_code_of_column, const guint *first_column)
{
  ClaimShape *groups, *kept = node->shape;
  guint n_columns = 0;
  g_autofree guint *columns = g_new (guint, m->n_rest + 1);
  int by = -1;

  assay_making_column (m, m->fold->by, FALSE, &by, NULL);
  for (guint i = 0; i < m->n_rest; i++)
    if ((int) m->rest[i] != by)
      columns[n_columns++] = m->rest[i];
  groups = assay_making_shape (m, heads, node->n_groups, columns, n_columns);
  node->ends = g_new (double, 2 * (gsize) node->n_groups + 1);
  for (guint g = 0; g < node->n_groups; g++)
    node->ends[2 * g] = node->ends[2 * g + 1] = top[g];
  node->shape = groups;
  spread_ends (m, node);
  node->shape = kept;
  assay_shape_free (groups);
  for (guint g = 0; g < node->n_groups; g++)
    {
      double wanted = node->ends[2 * g + 1];

      node->ends[2 * g + 1] = -1;
      for (guint c = first_column[g]; c < first_column[g + 1]; c++)
        if (second_code_of_column[c] == wanted)
          node->ends[2 * g + 1] = c - first_column[g];
    }
}

static ClaimNode *
make_chosen_by_half (Making *m, int by, GError **error)
{
  const ClaimShape *shape = m->input->shape;
  guint over = m->over[0], n = shape->n, n_groups = 0, n_rows = 0, n_columns = 0;
  gsize n_entries = 0;
  g_autofree guint *before = g_new (guint, m->n_rest + 1);
  guint n_before = 0, after[2] = { (guint) by, over };
  guint row_codes = assay_making_axis (m, (guint) by)->levels->len + 1,
        column_codes = assay_making_axis (m, over)->levels->len + 1;
  g_autofree guint32 *cells = NULL, *heads = NULL, *row_heads = NULL;
  g_autofree guint *begin = NULL, *first_column = NULL, *row = g_new (guint, row_codes),
                   *column = g_new (guint, column_codes);
  g_autofree gint32 *code_of_column = NULL, *top = NULL;
  ClaimNode *node;

  for (guint i = 0; i < m->n_rest; i++)
    if ((int) m->rest[i] != by)
      before[n_before++] = m->rest[i];
  cells = assay_making_sorted (m, before, n_before, after, 2);
  begin = g_new (guint, (gsize) n + 1);
  for (guint i = 0; i < n; i++)
    if (i == 0 || !assay_shape_equal (shape, cells[i - 1], cells[i], before, n_before))
      begin[n_groups++] = i;
  begin[n_groups] = n;

  node = assay_making_node (m);
  node->n_groups = n_groups;
  node->start = g_new0 (guint32, (gsize) n_groups + 1);
  node->first = g_new0 (guint32, (gsize) n_groups + 1);
  heads = g_new (guint32, MAX (n, 1));
  row_heads = g_new (guint32, MAX (n, 1));
  top = g_new (gint32, MAX (n_groups, 1));
  first_column = g_new0 (guint, (gsize) n_groups + 1);
  code_of_column = g_new (gint32, MAX (n, 1));
  for (guint g = 0; g < n_groups; g++)
    {
      guint size = begin[g + 1] - begin[g];
      guint rows = number_codes (shape, cells + begin[g], size, (guint) by, row, row_codes);
      guint columns = number_codes (shape, cells + begin[g], size, over, column, column_codes);

      heads[g] = cells[begin[g]];
      n_entries += (gsize) rows * columns;
      if (n_entries > CLAIM_MAX_CELLS)
        {
          assay_making_complain (m, error,
                                 "makes more than 32 million cells; fold another dimension first");
          return NULL;
        }
      node->start[g + 1] = (guint32) n_entries;
      node->first[g + 1] = n_rows += rows;
      for (guint c = 0; c < column_codes; c++)
        if (column[c] != G_MAXUINT)
          {
            code_of_column[n_columns++] = (gint32) c - 1;
            top[g] = (gint32) c - 1;
          }
      first_column[g + 1] = n_columns;
    }
  node->n_entries = (guint) n_entries;
  node->in = g_new (gint32, MAX (n_entries, 1));
  memset (node->in, 0xff, n_entries * sizeof *node->in);
  node->half = g_new0 (guint8, (gsize) n_rows + 1);
  for (guint g = 0; g < n_groups; g++)
    {
      guint size = begin[g + 1] - begin[g], columns;

      number_codes (shape, cells + begin[g], size, (guint) by, row, row_codes);
      columns = number_codes (shape, cells + begin[g], size, over, column, column_codes);
      for (guint i = begin[g]; i < begin[g + 1]; i++)
        {
          const gint32 *codes = shape->codes + (gsize) cells[i] * shape->n_axes;
          guint r = row[codes[by] + 1];

          node->in[node->start[g] + r * columns + column[codes[over] + 1]] = (gint32) cells[i];
          node->half[node->first[g] + r] = codes[by] & 1;
          row_heads[node->first[g] + r] = cells[i];
        }
    }
  node->shape = assay_making_shape (m, row_heads, n_rows, m->rest, m->n_rest);
  set_last_columns (m, node, heads, top, code_of_column, first_column);
  /* The weights that count are those of `by`, not of `over`. */
  node->over[0] = shape->axes[by];
  return node;
}

ClaimNode *
assay_make_selection (Making *m, GError **error)
{
  const AssayStudyInfo *study = m->chain->source->study;
  const AssayMetric *metric = study && !m->chain->source->frame && m->fold->by
                                  ? assay_study_metric (study, m->fold->by)
                                  : NULL;
  int by;

  if (!assay_making_split (m, m->fold->over, FALSE, error))
    return NULL;
  if (m->n_over > 1)
    {
      assay_making_complain (m, error, "chooses along one dimension only");
      return NULL;
    }
  if (!m->fold->by)
    {
      assay_making_complain (m, error, "needs what to choose by: an item, seed or a metric");
      return NULL;
    }
  if (m->n_over == 0 && m->fold->op == ASSAY_OP_BEST)
    return m->input;
  if (m->n_over == 0)
    {
      assay_making_column (m, m->fold->over, TRUE, &by, error);
      return NULL;
    }
  if (metric)
    return make_chosen_by_metric (m, metric, error);
  if (!assay_making_column (m, m->fold->by, TRUE, &by, error))
    return NULL;
  if (assay_making_axis (m, (guint) by)->kind != ASSAY_ITEM || by == (int) m->over[0])
    {
      assay_making_complain (m, error, "cannot choose by %s: name an item, seed or a metric",
                             m->fold->by);
      return NULL;
    }
  return make_chosen_by_half (m, by, error);
}
