/* SPDX-License-Identifier: Apache-2.0 */
#include "base/num/random.h"
#include "learn/text/best-of-n.h"

#include <glib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static AssayBestOfN *
weights_of (uint32_t n_answers, uint32_t n)
{
  AssayTextError error = { "" };
  AssayBestOfN *bon = assay_best_of_n_new (n_answers, &n, 1, &error);

  g_assert_nonnull (bon);
  return bon;
}

static void
curves (const AssayBestOfN *bon, const double *proxy, const double *gold, double *gold_curve,
        double *proxy_curve)
{
  g_autofree void *scratch = g_malloc (assay_best_of_n_scratch (bon));

  assay_best_of_n_curves (bon, proxy, gold, gold_curve, proxy_curve, scratch);
}

/* Over all subsets of n of the answers: the mean gold of those with the best proxy score. */
static void
brute_force (const double *proxy, const double *gold, uint32_t n_answers, uint32_t n,
             double *gold_mean, double *proxy_mean)
{
  double subsets = 0;

  *gold_mean = *proxy_mean = 0;
  for (uint32_t set = 0; set < 1u << n_answers; set++)
    {
      double best = -INFINITY, golds = 0, ties = 0;

      if (__builtin_popcount (set) != (int) n)
        continue;
      for (uint32_t i = 0; i < n_answers; i++)
        if (set >> i & 1)
          best = fmax (best, proxy[i]);
      for (uint32_t i = 0; i < n_answers; i++)
        if ((set >> i & 1) && proxy[i] == best)
          {
            golds += gold[i];
            ties++;
          }
      *gold_mean += golds / ties;
      *proxy_mean += best;
      subsets++;
    }
  *gold_mean /= subsets;
  *proxy_mean /= subsets;
}

#define FEW 10

/* @levels: so many different proxy scores at most. */
static void
check_against_subsets (uint32_t levels)
{
  AssayStream stream;

  assay_stream_init (&stream, levels, "best-of-n");
  for (int trial = 0; trial < 20; trial++)
    {
      uint32_t n_answers = 1 + assay_below (&stream, FEW);
      double proxy[FEW], gold[FEW];

      for (uint32_t i = 0; i < n_answers; i++)
        {
          proxy[i] = (double) assay_below (&stream, levels) / levels - 0.3;
          gold[i] = assay_normal (&stream);
        }
      for (uint32_t n = 1; n <= n_answers; n++)
        {
          AssayBestOfN *bon = weights_of (n_answers, n);
          double by_gold, by_proxy, gold_mean, proxy_mean;

          curves (bon, proxy, gold, &by_gold, &by_proxy);
          brute_force (proxy, gold, n_answers, n, &gold_mean, &proxy_mean);
          /* A tie that only some subsets hold weighs its members alike, as a whole block does. */
          g_assert_cmpfloat_with_epsilon (by_gold, gold_mean, 1e-12);
          g_assert_cmpfloat_with_epsilon (by_proxy, proxy_mean, 1e-12);
          assay_best_of_n_free (bon);
        }
    }
}

static void
the_estimator_is_the_mean_over_all_subsets (void)
{
  check_against_subsets (1u << 20);
}

static void
tied_scores_are_drawn_from_alike (void)
{
  check_against_subsets (3);
  check_against_subsets (1);
}

static void
weights_are_the_quotients_of_binomials (void)
{
  static const uint32_t sizes[] = { 1, 2, 7, 100, 12600 };

  for (gsize s = 0; s < G_N_ELEMENTS (sizes); s++)
    for (uint32_t n = 1; n <= sizes[s]; n = 3 * n + 1)
      {
        uint32_t N = sizes[s];
        AssayBestOfN *bon = weights_of (N, n);
        double sum = 0;

        for (uint32_t i = 1; i <= N; i++)
          {
            double exact
                = i < n ? 0
                        : exp (lgamma (i) - lgamma (n) - lgamma (i - n + 1.0)
                               - (lgamma (N + 1.0) - lgamma (n + 1.0) - lgamma (N - n + 1.0)));

            g_assert_cmpfloat_with_epsilon (bon->weights[i - 1], exact, 1e-8 * exact + 1e-20);
            sum += bon->weights[i - 1];
          }
        g_assert_cmpfloat_with_epsilon (sum, 1, 1e-12);
        assay_best_of_n_free (bon);
      }
}

static void
ends_of_the_grid_are_mean_and_best (void)
{
  static const double proxy[] = { .3, -1, 7, 2, 2 }, gold[] = { 1, 2, 3, 4, 6 };
  const uint32_t grid[] = { 1, 5 };
  double by_gold[2], by_proxy[2];
  AssayTextError error = { "" };
  AssayBestOfN *bon = assay_best_of_n_new (5, grid, 2, &error);

  curves (bon, proxy, gold, by_gold, by_proxy);
  g_assert_cmpfloat_with_epsilon (by_gold[0], 3.2, 1e-14);
  g_assert_cmpfloat_with_epsilon (by_proxy[0], 2.06, 1e-14);
  g_assert_true (by_gold[1] == 3 && by_proxy[1] == 7);
  assay_best_of_n_free (bon);
}

static void
one_answer_is_the_best_of_itself (void)
{
  AssayBestOfN *bon = weights_of (1, 1);
  double proxy = -2.5, gold = 4, by_gold = 0, by_proxy = 0;

  curves (bon, &proxy, &gold, &by_gold, &by_proxy);
  g_assert_true (by_gold == 4 && by_proxy == -2.5);
  assay_best_of_n_free (bon);
}

static void
scores_of_any_size_are_ordered (void)
{
  static const double proxy[] = { 1e300, -0.0, 5e-324, -1e-300, 0.0, -INFINITY, INFINITY, -1e300 };
  static const double order[] = { 6, 3.5, 5, 2, 3.5, 0, 7, 1 }; /* the two zeros tie */
  double gold[G_N_ELEMENTS (proxy)] = { 0 };

  for (gsize i = 0; i < G_N_ELEMENTS (proxy); i++)
    {
      AssayBestOfN *bon = weights_of (G_N_ELEMENTS (proxy), 2);
      double share = 0, rank = order[i] + 1;

      gold[i] = 1;
      curves (bon, proxy, gold, &share, NULL);
      gold[i] = 0;
      /* C(rank-1, 1) / C(8, 2), linear in the rank, so it holds for the mean of a tie. */
      g_assert_cmpfloat_with_epsilon (share, (rank - 1) / 28, 1e-14);
      assay_best_of_n_free (bon);
    }
}

/* Beside a score far away, thousands that only their last bits tell apart. */
static void
scores_nearly_equal_are_ordered (void)
{
  enum
  {
    N = 3000
  };
  const uint32_t grid[] = { 1, 2, 50, N };
  double proxy[N], ranks[N], gold[N], near[G_N_ELEMENTS (grid)], far[G_N_ELEMENTS (grid)];
  AssayTextError error = { "" };
  AssayBestOfN *bon = assay_best_of_n_new (N, grid, G_N_ELEMENTS (grid), &error);

  for (int i = 0; i < N; i++)
    {
      ranks[i] = i == 0 ? -1 : (N - i) / 3;
      proxy[i] = i == 0 ? -1e300 : 1 + 0x1p-52 * ranks[i];
      gold[i] = i;
    }
  curves (bon, proxy, gold, near, NULL);
  curves (bon, ranks, gold, far, NULL);
  g_assert_cmpmem (near, sizeof near, far, sizeof far);
  g_assert_cmpfloat (near[3], ==, 2); /* of three that tie */
  assay_best_of_n_free (bon);
}

static void
a_grid_out_of_range_is_refused (void)
{
  static const uint32_t bad[] = { 0, 11, UINT32_MAX };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      AssayTextError error = { "" };

      g_assert_null (assay_best_of_n_new (10, &bad[i], 1, &error));
      g_assert_nonnull (strstr (error.text, "n must be 1 to 10"));
    }
}

static void
the_bound_has_the_published_values (void)
{
  static const struct
  {
    double n, kl;
  } cases[]
      = { { 1, 0 },        { 4, .636 },     { 16, 1.835 },   { 64, 3.175 },    { 256, 4.549 },
          { 1024, 5.932 }, { 2048, 6.625 }, { 4096, 7.318 }, { 12500, 8.434 }, { 60000, 10.002 } };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpfloat_with_epsilon (assay_best_of_n_kl (cases[i].n), cases[i].kl, 6e-4);
}

static void
the_estimated_kl_is_near_the_bound_without_ties (void)
{
  enum
  {
    N = 100000
  };
  const uint32_t grid[] = { 1, 4, 64, 1024, N };
  double kl[G_N_ELEMENTS (grid)];
  g_autofree double *proxy = g_new (double, N);
  g_autofree void *scratch = NULL;
  AssayTextError error = { "" };
  AssayBestOfN *bon = assay_best_of_n_new (N, grid, G_N_ELEMENTS (grid), &error);

  for (int i = 0; i < N; i++)
    proxy[i] = (i * 7919) % N;
  scratch = g_malloc (assay_best_of_n_scratch (bon));
  assay_best_of_n_kl_estimates (bon, proxy, kl, scratch);
  for (gsize i = 0; i + 1 < G_N_ELEMENTS (grid); i++)
    {
      g_assert_cmpfloat_with_epsilon (kl[i], assay_best_of_n_kl (grid[i]), 1e-4);
      g_assert_cmpfloat (kl[i], <=, assay_best_of_n_kl (grid[i]) + 1e-12);
    }
  g_assert_cmpfloat (kl[4], <, assay_best_of_n_kl (N) - 0.01);
  assay_best_of_n_free (bon);
}

static void
the_estimated_kl_of_few_atoms_is_exact (void)
{
  /* Four answers with p = 1/4 of each pair of scores: best of 2 has q = 1/4 and 3/4. */
  static const double proxy[] = { 1, 2, 2, 1 };
  AssayBestOfN *bon = weights_of (4, 2);
  g_autofree void *scratch = g_malloc (assay_best_of_n_scratch (bon));
  double kl = 0;

  assay_best_of_n_kl_estimates (bon, proxy, &kl, scratch);
  g_assert_cmpfloat_with_epsilon (kl, .25 * log (.5) + .75 * log (1.5), 1e-14);
  assay_best_of_n_free (bon);
}

static void
duplicates_and_wins_are_counted (void)
{
  static const uint64_t hashes[] = { 5, 9, 5, 5, 1, 9 };
  static const double a[] = { 1, 2, 3, 4 }, b[] = { 0, 2, 5, 1 };
  uint64_t scratch[6];

  g_assert_true (assay_duplicate_rate (hashes, 6, scratch) == 0.5);
  g_assert_true (assay_duplicate_rate (hashes, 0, scratch) == 0);
  g_assert_true (assay_win_rate (a, b, 4) == 0.625);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/best-of-n/the-estimator-is-the-mean-over-all-subsets",
                   the_estimator_is_the_mean_over_all_subsets);
  g_test_add_func ("/best-of-n/tied-scores-are-drawn-from-alike", tied_scores_are_drawn_from_alike);
  g_test_add_func ("/best-of-n/weights-are-the-quotients-of-binomials",
                   weights_are_the_quotients_of_binomials);
  g_test_add_func ("/best-of-n/ends-of-the-grid-are-mean-and-best",
                   ends_of_the_grid_are_mean_and_best);
  g_test_add_func ("/best-of-n/one-answer-is-the-best-of-itself", one_answer_is_the_best_of_itself);
  g_test_add_func ("/best-of-n/scores-of-any-size-are-ordered", scores_of_any_size_are_ordered);
  g_test_add_func ("/best-of-n/scores-nearly-equal-are-ordered", scores_nearly_equal_are_ordered);
  g_test_add_func ("/best-of-n/a-grid-out-of-range-is-refused", a_grid_out_of_range_is_refused);
  g_test_add_func ("/best-of-n/the-bound-has-the-published-values",
                   the_bound_has_the_published_values);
  g_test_add_func ("/best-of-n/the-estimated-kl-is-near-the-bound-without-ties",
                   the_estimated_kl_is_near_the_bound_without_ties);
  g_test_add_func ("/best-of-n/the-estimated-kl-of-few-atoms-is-exact",
                   the_estimated_kl_of_few_atoms_is_exact);
  g_test_add_func ("/best-of-n/duplicates-and-wins-are-counted", duplicates_and_wins_are_counted);
  return g_test_run ();
}
