/* SPDX-License-Identifier: Apache-2.0 */
#include "base/num/random.h"
#include "learn/rl/sum-tree.h"

#include <glib.h>
#include <math.h>

/** The item by a walk over all weights. */
static uint32_t
naive_find (const double *weights, uint32_t n, double at)
{
  uint32_t last = 0;

  for (uint32_t i = 0; i < n; i++)
    {
      if (weights[i] > 0 && at < weights[i])
        return i;
      if (weights[i] > 0)
        last = i;
      at -= weights[i];
    }
  return last;
}

/* Weights are whole numbers, so that both ways of adding are exact. */
static void
test_naive (void)
{
  static const uint32_t sizes[] = { 1, 2, 3, 7, 8, 9, 100, 257 };
  AssayStream stream;

  assay_stream_init (&stream, 1, "sum-tree");
  for (uint32_t k = 0; k < G_N_ELEMENTS (sizes); k++)
    {
      uint32_t n = sizes[k];
      AssaySumTree *tree = assay_sum_tree_new (n);
      g_autofree double *weights = g_new0 (double, n);
      double total = 0;

      for (uint32_t round = 0; round < 500; round++)
        {
          uint32_t item = assay_below (&stream, n);
          double weight = assay_below (&stream, 4);

          total += weight - weights[item];
          weights[item] = weight;
          assay_sum_tree_set (tree, item, weight);
          g_assert_cmpfloat (assay_sum_tree_get (tree, item), ==, weight);
          g_assert_cmpfloat (assay_sum_tree_total (tree), ==, total);
          if (total > 0)
            {
              double at = total * assay_uniform (&stream);

              g_assert_cmpuint (assay_sum_tree_find (tree, at), ==, naive_find (weights, n, at));
            }
        }
      assay_sum_tree_clear (tree);
      g_assert_cmpfloat (assay_sum_tree_total (tree), ==, 0);
      assay_sum_tree_free (tree);
    }
}

/* Weights of very different sizes: rounding must not lead to an empty leaf. */
static void
test_empty_leaves (void)
{
  AssaySumTree *tree = assay_sum_tree_new (1000);
  AssayStream stream;
  double total;

  assay_stream_init (&stream, 2, "sum-tree");
  for (uint32_t i = 0; i < 1000; i += 3)
    assay_sum_tree_set (tree, i, pow (10, 30 * assay_uniform (&stream) - 15));
  total = assay_sum_tree_total (tree);
  for (uint32_t round = 0; round < 10000; round++)
    {
      double at = round < 100 ? total * (1 + round * 1e-16) : total * assay_uniform (&stream);

      g_assert_cmpfloat (assay_sum_tree_get (tree, assay_sum_tree_find (tree, at)), >, 0);
    }
  assay_sum_tree_free (tree);
}

/* Sums are made anew, so a tree does not remember what its weights were. */
static void
test_no_drift (void)
{
  AssaySumTree *tree = assay_sum_tree_new (64), *fresh = assay_sum_tree_new (64);
  AssayStream stream;

  assay_stream_init (&stream, 3, "sum-tree");
  for (uint32_t round = 0; round < 20000; round++)
    assay_sum_tree_set (tree, assay_below (&stream, 64), 1e12 * assay_uniform (&stream));
  for (uint32_t i = 0; i < 64; i++)
    {
      assay_sum_tree_set (tree, i, 0.1 * i);
      assay_sum_tree_set (fresh, i, 0.1 * i);
    }
  g_assert_cmpfloat (assay_sum_tree_total (tree), ==, assay_sum_tree_total (fresh));
  assay_sum_tree_free (tree);
  assay_sum_tree_free (fresh);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rl/sum-tree/finds-what-a-walk-over-all-finds", test_naive);
  g_test_add_func ("/rl/sum-tree/never-finds-an-empty-leaf", test_empty_leaves);
  g_test_add_func ("/rl/sum-tree/does-not-drift", test_no_drift);
  return g_test_run ();
}
