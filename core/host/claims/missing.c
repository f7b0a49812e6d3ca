/* SPDX-License-Identifier: Apache-2.0
 *
 * How much of what a claim stands on is not there.
 */
#include "host/claims/chain.h"

#include <math.h>
#include <string.h>

/* Columns by which runs and series differ, seed last; without items and places along a series. */
static guint
slot_columns (const ClaimChain *chain, const ClaimShape *shape, guint *columns, int *seed)
{
  guint n = 0;

  *seed = -1;
  for (guint c = 0; c < shape->n_axes; c++)
    {
      const ClaimAxis *axis = assay_chain_axis_at (chain, shape->axes[c]);

      if (!strcmp (axis->id, "seed"))
        *seed = (int) c;
      else if (axis->kind != ASSAY_ITEM && strcmp (axis->id, "step"))
        columns[n++] = c;
    }
  if (*seed >= 0)
    columns[n] = (guint) *seed;
  return n;
}

static double
missing_of_leaf (const ClaimChain *chain, const ClaimNode *leaf)
{
  const ClaimShape *shape = leaf->shape;
  g_autofree guint *columns = g_new (guint, shape->n_axes + 1);
  g_autofree guint32 *cells = g_new (guint32, MAX (shape->n, 1));
  g_autofree guint8 *seen = NULL;
  int seed;
  guint n_columns = slot_columns (chain, shape, columns, &seed), n_seeds = 0, n_slots = 0;
  guint n_combinations = 0;
  double there = 0;

  for (guint i = 0; i < shape->n; i++)
    cells[i] = i;
  assay_shape_sort (shape, cells, shape->n, columns, n_columns + (seed >= 0));
  seen = g_new0 (guint8,
                 seed < 0 ? 1 : assay_chain_axis_at (chain, shape->axes[seed])->levels->len + 1);
  for (guint i = 0, j; i < shape->n; i = j)
    {
      guint finite = 0;

      for (j = i;
           j < shape->n
           && assay_shape_equal (shape, cells[i], cells[j], columns, n_columns + (seed >= 0));
           j++)
        finite += !isnan (leaf->estimate[cells[j]]);
      there += (double) finite / (j - i);
      n_slots++;
      if (i == 0 || !assay_shape_equal (shape, cells[i - 1], cells[i], columns, n_columns))
        n_combinations++;
      if (seed >= 0)
        seen[shape->codes[(gsize) cells[i] * shape->n_axes + (guint) seed] + 1] = 1;
    }
  for (guint s = 0; seed >= 0 && s <= assay_chain_axis_at (chain, shape->axes[seed])->levels->len;
       s++)
    n_seeds += seen[s];
  return n_slots ? 1 - there / ((double) n_combinations * MAX (n_seeds, 1)) : 1;
}

double
assay_chain_missing (const ClaimChain *chain)
{
  double missing = 0;

  for (guint i = 0; i < chain->leaf_nodes->len; i++)
    missing = fmax (missing, missing_of_leaf (chain, chain->leaf_nodes->pdata[i]));
  return missing;
}

double
assay_chain_capped (const ClaimChain *chain)
{
  guint n = 0, capped = 0;

  for (guint i = 0; i < chain->order->len; i++)
    {
      const ClaimNode *node = chain->order->pdata[i];

      if (!node->fold || node->fold->op != ASSAY_OP_REACH)
        continue;
      for (guint g = 0; g < node->n_groups; g++)
        {
          guint end = node->start[g + 1];
          double last = end > node->start[g] && node->in[end - 1] >= 0
                            ? node->input->estimate[node->in[end - 1]]
                            : NAN;

          n += !isnan (node->estimate[g]);
          capped += node->estimate[g] == node->ends[2 * g + 1]
                    && (node->up ? last < node->threshold : last > node->threshold);
        }
    }
  return n ? (double) capped / n : NAN;
}
