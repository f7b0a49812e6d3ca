/* SPDX-License-Identifier: Apache-2.0
 *
 * The redraws behind every interval: n - 1 of n levels with replacement, their counts as weights.
 * For a mean the variance over redraws has the expectation s^2 / n (s the sample standard
 * deviation), so that with t-quantiles of n - 1 degrees of freedom the interval is the classical
 * one; for other statistics see Rao and Wu (1988), whose m = n - 1 this is.
 */
#ifndef ASSAY_BASE_RESAMPLE_H
#define ASSAY_BASE_RESAMPLE_H

#include <assay/plugin.h>

#define ASSAY_REDRAWS 1000
#define ASSAY_REDRAW_MAX 64 /* largest n for which a covariance is kept */

/** One redraw: how often each of @n >= 2 levels comes in n - 1 draws with replacement. */
void assay_redraw (AssayStream *stream, size_t n, double *counts);

/** Variance over ASSAY_REDRAWS redraws (divisor one less) of the mean of x[n], n >= 2, drawn from
 *  the stream (0, @name). */
double assay_redraw_variance (const double *x, size_t n, const char *name);

/** The same number, up to rounding, for many x of one n <= ASSAY_REDRAW_MAX: the covariance [n][n]
 * of the weights, counts / (n - 1), and the variance of a mean by it. */
void assay_redraw_covariance (size_t n, const char *name, double *covariance);
double assay_redraw_variance_by (const double *x, size_t n, const double *covariance);

#endif
