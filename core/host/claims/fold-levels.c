/* SPDX-License-Identifier: Apache-2.0
 *
 * Folds that set levels against each other: pairs, anchors, contrasts.
 */
#include "host/claims/making.h"

#include <math.h>
#include <string.h>

/* ---- Between levels -------------------------------------------------- */

/* The codes that a tuple of levels has on the columns; one column takes the whole text. */
static gboolean
parse_levels (const Making *m, const guint *columns, guint n_columns, const char *text,
              gint32 *codes, GError **error)
{
  g_auto (GStrv) words = NULL;

  if (n_columns == 1)
    {
      ClaimAxis *axis = assay_making_axis (m, columns[0]);

      codes[0] = text ? assay_axis_code (axis, text) : -1;
      return codes[0] >= 0 ? TRUE : assay_making_no_level (m, axis, text ? text : "(none)", error);
    }
  words = assay_words (text);
  if (g_strv_length (words) != n_columns)
    {
      assay_making_complain (m, error, "\"%s\" does not name one level for each of %u dimensions",
                             text ? text : "", n_columns);
      return FALSE;
    }
  for (guint i = 0; i < n_columns; i++)
    {
      codes[i] = assay_axis_code (assay_making_axis (m, columns[i]), words[i]);
      if (codes[i] < 0)
        return assay_making_no_level (m, assay_making_axis (m, columns[i]), words[i], error);
    }
  return TRUE;
}

/* The cells that have these codes on the columns. */
static guint32 *
cells_at (const ClaimShape *shape, const guint *columns, guint n_columns, const gint32 *codes,
          guint *n)
{
  guint32 *cells = g_new (guint32, MAX (shape->n, 1));

  *n = 0;
  for (guint i = 0; i < shape->n; i++)
    {
      gboolean match = TRUE;

      for (guint c = 0; c < n_columns; c++)
        match = match && shape->codes[(gsize) i * shape->n_axes + columns[c]] == codes[c];
      if (match)
        cells[(*n)++] = i;
    }
  return cells;
}

static gboolean
too_many (const Making *m, guint n, GError **error)
{
  if (n > CLAIM_MAX_CELLS)
    assay_making_complain (m, error,
                           "makes more than 32 million pairs; fold another dimension first");
  return n > CLAIM_MAX_CELLS;
}

/* Output of a pair: what a has on the column, or where it lacks the dimension, b. */
static gint32
merged (const ClaimShape *shape, ClaimPair pair, guint column)
{
  gint32 code = shape->codes[(gsize) pair.a * shape->n_axes + column];

  return code >= 0 ? code : shape->codes[(gsize) pair.b * shape->n_axes + column];
}

/* All pairs of a with b, or with every other level when b is "*". */
static GArray *
contrast_pairs (const Making *m, gboolean every, GError **error)
{
  const ClaimShape *shape = m->input->shape;
  g_autofree gint32 *a = g_new0 (gint32, m->n_over + 1), *b = g_new0 (gint32, m->n_over + 1);
  g_autofree guint32 *cells_a = NULL;
  guint n_a, levels = every ? assay_making_axis (m, m->over[0])->levels->len : 1;
  GArray *pairs = g_array_new (FALSE, FALSE, sizeof (ClaimPair));

  if (!parse_levels (m, m->over, m->n_over, m->fold->a, a, error)
      || (!every && !parse_levels (m, m->over, m->n_over, m->fold->b, b, error)))
    {
      g_array_unref (pairs);
      return NULL;
    }
  cells_a = cells_at (shape, m->over, m->n_over, a, &n_a);
  for (guint level = 0; level < levels; level++)
    {
      g_autofree guint32 *cells_b = NULL;
      g_autoptr (GArray) some = NULL;
      guint n_b;

      if (every)
        b[0] = (gint32) level;
      if (every && b[0] == a[0])
        continue;
      cells_b = cells_at (shape, m->over, m->n_over, b, &n_b);
      some = assay_shape_pairs (shape, cells_a, n_a, cells_b, n_b, m->rest, m->n_rest);
      g_array_append_vals (pairs, some->data, some->len);
      if (too_many (m, pairs->len, error))
        {
          g_array_unref (pairs);
          return NULL;
        }
    }
  return pairs;
}

ClaimNode *
assay_make_pair (Making *m, GError **error)
{
  const ClaimShape *shape = m->input->shape;
  gboolean every = m->fold->b && !strcmp (m->fold->b, "*");
  g_autoptr (GArray) pairs = NULL;
  ClaimNode *node;
  guint kept;

  if (!assay_making_split (m, m->fold->over, TRUE, error))
    return NULL;
  if (every && m->n_over != 1)
    {
      assay_making_complain (m, error,
                             "\"*\" stands for the levels of one dimension, not of several");
      return NULL;
    }
  pairs = contrast_pairs (m, every, error);
  if (!pairs)
    return NULL;
  node = assay_making_node (m);
  assay_making_singles (node, pairs->len);
  node->n_over = 0;
  node->in = g_new (gint32, MAX (pairs->len, 1));
  node->in2 = g_new (gint32, MAX (pairs->len, 1));
  kept = m->n_rest + every;
  node->shape = assay_shape_new (kept, pairs->len);
  for (guint c = 0; c < m->n_rest; c++)
    node->shape->axes[c] = shape->axes[m->rest[c]];
  if (every)
    node->shape->axes[m->n_rest] = shape->axes[m->over[0]];
  for (guint i = 0; i < pairs->len; i++)
    {
      ClaimPair pair = g_array_index (pairs, ClaimPair, i);

      node->in[i] = (gint32) pair.a;
      node->in2[i] = (gint32) pair.b;
      for (guint c = 0; c < m->n_rest; c++)
        node->shape->codes[(gsize) i * kept + c] = merged (shape, pair, m->rest[c]);
      if (every)
        node->shape->codes[(gsize) i * kept + m->n_rest]
            = shape->codes[(gsize) pair.b * shape->n_axes + m->over[0]];
    }
  return node;
}

/* For each cell of the input the partner at one level of `over`; -1: none. */
static gint32 *
partners (const Making *m, const char *level, const guint32 *cells, guint n, GError **error)
{
  const ClaimShape *shape = m->input->shape;
  gint32 code, *found;
  g_autofree guint32 *there = NULL;
  g_autoptr (GArray) pairs = NULL;
  guint n_there;

  if (!parse_levels (m, m->over, 1, level, &code, error))
    return NULL;
  there = cells_at (shape, m->over, 1, &code, &n_there);
  pairs = assay_shape_pairs (shape, cells, n, there, n_there, m->rest, m->n_rest);
  if (too_many (m, pairs->len, error))
    return NULL;
  found = g_new (gint32, MAX (shape->n, 1));
  memset (found, 0xff, shape->n * sizeof *found);
  for (guint i = pairs->len; i > 0; i--)
    {
      ClaimPair pair = g_array_index (pairs, ClaimPair, i - 1);

      found[pair.a] = (gint32) pair.b;
    }
  return found;
}

ClaimNode *
assay_make_anchor (Making *m, GError **error)
{
  const ClaimShape *shape = m->input->shape;
  gint32 zero, one;
  g_autofree gint32 *zeros = NULL, *ones = NULL;
  g_autofree guint32 *cells = NULL;
  g_autofree guint *columns = NULL;
  ClaimNode *node;
  guint n = 0;

  if (!assay_making_split (m, m->fold->over, TRUE, error))
    return NULL;
  if (m->n_over != 1)
    {
      assay_making_complain (m, error, "takes one dimension");
      return NULL;
    }
  if (!parse_levels (m, m->over, 1, m->fold->a, &zero, error)
      || !parse_levels (m, m->over, 1, m->fold->b, &one, error))
    return NULL;
  cells = g_new (guint32, MAX (shape->n, 1));
  for (guint i = 0; i < shape->n; i++)
    {
      gint32 code = shape->codes[(gsize) i * shape->n_axes + m->over[0]];

      if (code != zero && code != one)
        cells[n++] = i;
    }
  zeros = partners (m, m->fold->a, cells, n, error);
  ones = zeros ? partners (m, m->fold->b, cells, n, error) : NULL;
  if (!ones)
    return NULL;
  node = assay_making_node (m);
  node->n_over = 0;
  node->n_groups = n;
  node->n_entries = 2 * n;
  node->start = g_new (guint32, (gsize) n + 1);
  node->in = g_new (gint32, 2 * (gsize) n + 1);
  node->in2 = g_new (gint32, 2 * (gsize) n + 1);
  for (guint i = 0; i < n; i++)
    {
      node->start[i] = 2 * i;
      node->in[2 * i] = (gint32) cells[i];
      node->in[2 * i + 1] = ones[cells[i]];
      node->in2[2 * i] = node->in2[2 * i + 1] = zeros[cells[i]];
    }
  node->start[n] = 2 * n;
  columns = g_new (guint, shape->n_axes + 1);
  for (guint c = 0; c < shape->n_axes; c++)
    columns[c] = c;
  node->shape = assay_making_shape (m, cells, n, columns, shape->n_axes);
  return node;
}

/* ---- Over one dimension, between two levels of another --------------- */

/* Groups pairs of cells by the columns @rest of their merged codes. */
static void
group_pairs (const Making *m, ClaimNode *node, const GArray *pairs, const guint *rest, guint n_rest)
{
  const ClaimShape *shape = m->input->shape;
  ClaimShape *all = assay_shape_new (shape->n_axes, pairs->len);
  g_autofree guint32 *order = NULL, *heads = g_new (guint32, MAX (pairs->len, 1));

  for (guint i = 0; i < pairs->len; i++)
    for (guint c = 0; c < shape->n_axes; c++)
      all->codes[(gsize) i * shape->n_axes + c]
          = merged (shape, g_array_index (pairs, ClaimPair, i), c);
  order = assay_shape_cells (all);
  assay_shape_sort (all, order, all->n, rest, n_rest);
  node->start = g_new (guint32, (gsize) pairs->len + 1);
  node->in = g_new (gint32, MAX (pairs->len, 1));
  node->in2 = g_new (gint32, MAX (pairs->len, 1));
  for (guint i = 0; i < pairs->len; i++)
    {
      ClaimPair pair = g_array_index (pairs, ClaimPair, order[i]);

      node->in[i] = (gint32) pair.a;
      node->in2[i] = (gint32) pair.b;
      if (i && assay_shape_equal (all, order[i - 1], order[i], rest, n_rest))
        continue;
      node->start[node->n_groups] = i;
      heads[node->n_groups++] = order[i];
    }
  node->start[node->n_groups] = node->n_entries = pairs->len;
  node->shape = assay_shape_new (n_rest, node->n_groups);
  for (guint c = 0; c < n_rest; c++)
    node->shape->axes[c] = shape->axes[rest[c]];
  for (guint g = 0; g < node->n_groups; g++)
    for (guint c = 0; c < n_rest; c++)
      node->shape->codes[(gsize) g * n_rest + c]
          = all->codes[(gsize) heads[g] * shape->n_axes + rest[c]];
  assay_shape_free (all);
}

/* Turns the groups of pairs of AUROC, one pair for each group of a and of b, into the cells of
 * both: those of a at 0, those of b at 1. */
static void
unpair (const Making *m, ClaimNode *node, const guint32 *a, guint n_a, const guint32 *b, guint n_b,
        const guint *rest, guint n_rest)
{
  const ClaimShape *shape = m->input->shape;
  GArray *cells = g_array_new (FALSE, FALSE, sizeof (gint32)),
         *sides = g_array_new (FALSE, FALSE, sizeof (double));

  for (guint g = 0; g < node->n_groups; g++)
    {
      guint32 head[2] = { (guint32) node->in[node->start[g]], (guint32) node->in2[node->start[g]] };
      const guint32 *side[2] = { a, b };
      guint n_side[2] = { n_a, n_b };

      node->start[g] = cells->len;
      for (guint s = 0; s < 2; s++)
        for (guint i = 0; i < n_side[s]; i++)
          if (assay_shape_equal (shape, head[s], side[s][i], rest, n_rest))
            {
              double at = s;

              g_array_append_val (cells, side[s][i]);
              g_array_append_val (sides, at);
            }
    }
  g_free (node->in);
  g_clear_pointer (&node->in2, g_free);
  node->n_entries = node->start[node->n_groups] = cells->len;
  node->in = (gint32 *) g_array_free (cells, FALSE);
  node->at = (double *) g_array_free (sides, FALSE);
}

/* One cell for each combination of the columns. */
static guint
one_of_each (const ClaimShape *shape, guint32 *cells, guint n, const guint *columns,
             guint n_columns)
{
  guint kept = 0;

  assay_shape_sort (shape, cells, n, columns, n_columns);
  for (guint i = 0; i < n; i++)
    if (kept == 0 || !assay_shape_equal (shape, cells[kept - 1], cells[i], columns, n_columns))
      cells[kept++] = cells[i];
  return kept;
}

ClaimNode *
assay_make_contrast (Making *m, GError **error)
{
  const ClaimShape *shape = m->input->shape;
  g_autofree guint *rest = NULL, *over = NULL, *between = NULL;
  g_autofree gint32 *codes = NULL;
  g_autofree guint32 *a = NULL, *b = NULL;
  g_autoptr (GArray) pairs = NULL;
  guint n_rest = 0, n_over, n_between, n_a, n_b;
  gboolean unpaired = m->fold->op == ASSAY_OP_AUROC;
  ClaimNode *node;

  if (!assay_making_split (m, m->fold->between, TRUE, error))
    return NULL;
  between = g_steal_pointer (&m->over);
  n_between = m->n_over;
  m->n_over = m->n_rest = 0;
  g_clear_pointer (&m->rest, g_free);
  if (!assay_making_split (m, m->fold->over, TRUE, error))
    return NULL;
  over = g_memdup2 (m->over, (m->n_over + 1) * sizeof *over);
  n_over = m->n_over;
  if (!n_over || !n_between)
    {
      assay_making_complain (m, error, "needs a dimension to go over and one to go between");
      return NULL;
    }
  codes = g_new0 (gint32, n_between + 1);
  rest = g_new0 (guint, shape->n_axes + 1);
  for (guint i = 0; i < m->n_rest; i++)
    {
      gboolean is_between = FALSE;

      for (guint j = 0; j < n_between; j++)
        is_between = is_between || between[j] == m->rest[i];
      if (!is_between)
        rest[n_rest++] = m->rest[i];
    }
  if (!parse_levels (m, between, n_between, m->fold->a, codes, error))
    return NULL;
  a = cells_at (shape, between, n_between, codes, &n_a);
  if (!parse_levels (m, between, n_between, m->fold->b, codes, error))
    return NULL;
  b = cells_at (shape, between, n_between, codes, &n_b);
  if (unpaired)
    {
      g_autofree guint32 *heads_a = g_memdup2 (a, n_a * sizeof *a),
                         *heads_b = g_memdup2 (b, n_b * sizeof *b);
      guint n_heads_a = one_of_each (shape, heads_a, n_a, rest, n_rest),
            n_heads_b = one_of_each (shape, heads_b, n_b, rest, n_rest);

      pairs = assay_shape_pairs (shape, heads_a, n_heads_a, heads_b, n_heads_b, rest, n_rest);
    }
  else
    {
      for (guint i = 0; i < n_over; i++)
        rest[n_rest + i] = over[i];
      pairs = assay_shape_pairs (shape, a, n_a, b, n_b, rest, n_rest + n_over);
    }
  if (too_many (m, pairs->len, error))
    return NULL;
  node = assay_making_node (m);
  group_pairs (m, node, pairs, rest, n_rest);
  if (unpaired)
    unpair (m, node, a, n_a, b, n_b, rest, n_rest);
  return node;
}
