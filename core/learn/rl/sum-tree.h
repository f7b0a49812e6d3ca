/* SPDX-License-Identifier: Apache-2.0
 *
 * Weights of n items of which one is drawn in proportion in O(log n) (Schaul et al. 2016,
 * appendix B.2.1).  Every inner node is the sum of its children, added anew at each change, so
 * that errors of rounding do not pile up.
 */
#ifndef ASSAY_LEARN_SUM_TREE_H
#define ASSAY_LEARN_SUM_TREE_H

#include <stdint.h>

typedef struct AssaySumTree
{
  uint32_t n;      /* items */
  uint32_t leaves; /* the next power of two */
  double *nodes;   /* [2 * leaves]: the root is 1, the children of i are 2i and 2i + 1 */
} AssaySumTree;

/** @n items, 1 .. 2^31, of weight 0. */
AssaySumTree *assay_sum_tree_new (uint32_t n);
void assay_sum_tree_free (AssaySumTree *tree);
/** Makes all weights 0. */
void assay_sum_tree_clear (AssaySumTree *tree);
/** @weight >= 0 and finite. */
void assay_sum_tree_set (AssaySumTree *tree, uint32_t item, double weight);

static inline double
assay_sum_tree_get (const AssaySumTree *tree, uint32_t item)
{
  return tree->nodes[(uint64_t) tree->leaves + item];
}

static inline double
assay_sum_tree_total (const AssaySumTree *tree)
{
  return tree->nodes[1];
}

/** The item in whose stretch @at lies, 0 <= @at < total, if items lie one after the other, each
 *  as long as its weight.  Never an item of weight 0 while the total is positive. */
uint32_t assay_sum_tree_find (const AssaySumTree *tree, double at);

#endif
