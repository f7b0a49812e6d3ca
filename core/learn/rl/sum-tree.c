/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/rl/sum-tree.h"
#include "learn/tensor/arena.h"

#include <stdlib.h>
#include <string.h>

AssaySumTree *
assay_sum_tree_new (uint32_t n)
{
  AssaySumTree *tree = assay_alloc_zeroed (sizeof *tree);

  tree->n = n;
  tree->leaves = 1;
  while (tree->leaves < n)
    tree->leaves *= 2;
  tree->nodes = assay_alloc_zeroed (2 * (size_t) tree->leaves * sizeof *tree->nodes);
  return tree;
}

void
assay_sum_tree_free (AssaySumTree *tree)
{
  if (tree == NULL)
    return;
  free (tree->nodes);
  free (tree);
}

void
assay_sum_tree_clear (AssaySumTree *tree)
{
  memset (tree->nodes, 0, 2 * (size_t) tree->leaves * sizeof *tree->nodes);
}

void
assay_sum_tree_set (AssaySumTree *tree, uint32_t item, double weight)
{
  double *nodes = tree->nodes;
  uint64_t i = (uint64_t) tree->leaves + item;

  nodes[i] = weight;
  for (i /= 2; i > 0; i /= 2)
    nodes[i] = nodes[2 * i] + nodes[2 * i + 1];
}

uint32_t
assay_sum_tree_find (const AssaySumTree *tree, double at)
{
  const double *nodes = tree->nodes;
  uint64_t i = 1;

  while (i < tree->leaves)
    {
      i *= 2;
      /* Rounding may leave @at beyond a sum: the side that holds something is taken then. */
      if (at >= nodes[i] && nodes[i + 1] > 0)
        at -= nodes[i++];
    }
  return (uint32_t) (i - tree->leaves);
}
