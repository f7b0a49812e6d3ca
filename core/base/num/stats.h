/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ASSAY_BASE_STATS_H
#define ASSAY_BASE_STATS_H

#include <stdbool.h>
#include <stddef.h>

/* All take n values and, where named, n weights >= 0 (NULL: all 1).  They give
 * NaN when the weights sum to 0 and when a value with weight is NaN; values without
 * weight are not looked at.  Sums are in index order, so bits are stable.  Sorting costs
 * one pass where values come in ascending order. */

double assay_weighted_mean (const double *x, const double *w, size_t n);
/** Sample standard deviation, divisor (sum of weights - 1); NaN if that is not positive. */
double assay_sd (const double *x, const double *w, size_t n);
/** Quantile q in 0..1 of the weighted sample, linear between order statistics
 *  (Hyndman and Fan type 7 where weights are 1; counts act as repetitions).
 *  @scratch: n pairs of double. */
double assay_quantile (const double *x, const double *w, size_t n, double q, double *scratch);
/** Mean of the middle half, the ends counted in part.  @scratch as above. */
double assay_iqm (const double *x, const double *w, size_t n, double *scratch);
/** Least-squares slope of y on x. */
double assay_slope (const double *x, const double *y, const double *w, size_t n);
double assay_pearson (const double *x, const double *y, const double *w, size_t n);
/** Spearman's rho, ties at mid-ranks, weighted ranks.  @scratch: 4 n doubles. */
double assay_spearman (const double *x, const double *y, const double *w, size_t n,
                       double *scratch);
/** P(a > b) + P(a = b) / 2 over all pairs (Mann and Whitney 1947).  @scratch: 4 (n + m) doubles. */
double assay_auroc (const double *a, const double *wa, size_t n, const double *b, const double *wb,
                    size_t m, double *scratch);

/** Distribution function and quantile of Student's t with @df > 0 (real) degrees of freedom. */
double assay_t_cdf (double t, double df);
double assay_t_quantile (double p, double df);
/** Regularised incomplete beta function I_x (a, b). */
double assay_beta_inc (double a, double b, double x);

/** Holm's (1979) step-down adjustment of n p-values; @adjusted is another array, and NaN
 *  where there is no p-value. */
void assay_holm (const double *p, double *adjusted, size_t n);

#endif
