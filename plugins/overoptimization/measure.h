/* SPDX-License-Identifier: Apache-2.0
 *
 * Numbers about curves and selections that no fold can make.
 */
#ifndef OVEROPTIMIZATION_MEASURE_H
#define OVEROPTIMIZATION_MEASURE_H

#include "learn/text/best-of-n.h"
#include "learn/text/gao-fit.h"

#include <assay/plugin.h>

/* ---- Functional forms --------------------------------------------------------------------- */

typedef enum MeasureFitValue
{
  FIT_ALPHA,
  FIT_BETA,
  FIT_PEAK, /* its KL */
  FIT_R2,
  FIT_R2_NULL, /* mean over curves with their gold in another order */
  FIT_AHEAD,   /* R2 of the second half of the d axis by a fit to the first; at least -1 */
  FIT_AHEAD_NULL,
  FIT_VALUES
} MeasureFitValue;

extern const char *const measure_fit_metrics[FIT_VALUES];

/** Fits gold[n] - gold[0] over kl[n].  What cannot be had is NaN. */
void measure_fit (AssayGaoForm form, const double *kl, const double *gold, uint32_t n,
                  AssayStream *stream, double values[FIT_VALUES]);

/* ---- Selections --------------------------------------------------------------------------- */

/** The order of x[n], ascending, into order[n]; equal ones by their place. */
void measure_order (const double *x, uint32_t n, uint32_t *order);
/** The probability of each answer to be the best of bon->grid[@at] by @proxy, equal ones alike,
 *  into weights[n]; @order has room for n. */
void measure_weights (const AssayBestOfN *bon, uint32_t at, const double *proxy, uint32_t *order,
                      double *weights);
/** P (gold of a > gold of b), ties half, of answers drawn with the weights @a and @b; @order is
 *  that of gold. */
double measure_win (const double *a, const double *b, const double *gold, const uint32_t *order,
                    uint32_t n);

/** Cuts answers into @n_bins of as many by their @deviation: means of it and of @error. */
void measure_bins (const double *deviation, const double *error, uint32_t n, uint32_t n_bins,
                   uint32_t *order, double *mean_deviation, double *mean_error);

#endif
