/* SPDX-License-Identifier: Apache-2.0
 *
 * Best-of-n sampling, estimated from N scored answers to each prompt: what would the best of n by
 * a proxy score be worth in gold, for every n <= N at once.
 */
#ifndef ASSAY_LEARN_BEST_OF_N_H
#define ASSAY_LEARN_BEST_OF_N_H

#include "learn/text/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** The weights of the unbiased estimator (Nakano et al. 2021; Coste et al. 2023, appendix B) for a
 *  grid of n: with the answers sorted by proxy score, R_n = sum over i = n..N of
 *  C(i-1, n-1) / C(N, n) R(i).  May be used by many threads at once. */
typedef struct AssayBestOfN
{
  uint32_t n_answers, n_grid;
  uint32_t *grid;  /* [n_grid] */
  uint32_t *first; /* [n_grid]: weights below this rank (from 0) are 0 or too small to count */
  double *weights; /* [n_grid][n_answers], by rank from the smallest; each row sums to 1 */
} AssayBestOfN;

/** NULL: a size of the grid is not in 1..@n_answers, see @error. */
AssayBestOfN *assay_best_of_n_new (uint32_t n_answers, const uint32_t *grid, uint32_t n_grid,
                                   AssayTextError *error);
void assay_best_of_n_free (AssayBestOfN *bon);

/** Bytes of scratch that one thread needs for the functions below. */
size_t assay_best_of_n_scratch (const AssayBestOfN *bon);

/** For one prompt's answers: the expected gold and proxy score of the best of n by @proxy, for each
 *  n of the grid.  Equal proxy scores are drawn from alike.  No score may be NaN.  Either result
 * may be NULL.  Never allocates. */
void assay_best_of_n_curves (const AssayBestOfN *bon, const double *proxy, const double *gold,
                             double *gold_curve, double *proxy_curve, void *scratch);

/** The plug-in estimate of the same distribution's KL from the policy, E[log (p_n / p)], for each
 *  n: p_n (y) = F(r_y)^n - F_-(r_y)^n with the N answers' own distribution function F.  Below the
 *  bound where scores tie, and where n nears N; never above ln N. */
void assay_best_of_n_kl_estimates (const AssayBestOfN *bon, const double *proxy, double *kl,
                                   void *scratch);

/** ln n - (n-1)/n, nats: an upper bound of best-of-n's KL, reached where no answer is likely
 *  (Beirami et al. 2024). */
double assay_best_of_n_kl (double n);

/** The part of @n answers that equals one before it, by their hashes; @scratch [n]. */
double assay_duplicate_rate (const uint64_t *hashes, size_t n, uint64_t *scratch);

/** The part of @n pairs in which a is the greater, equals counting half. */
double assay_win_rate (const double *a, const double *b, size_t n);

#endif
