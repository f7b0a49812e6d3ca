/* SPDX-License-Identifier: Apache-2.0
 *
 * How much better than expected each token of an answer was.
 */
#ifndef ASSAY_LEARN_ADVANTAGE_H
#define ASSAY_LEARN_ADVANTAGE_H

#include <stddef.h>

/** Generalised advantage estimation (Schulman et al. 2016) of one answer of @n tokens, after the
 *  last of which nothing comes: with d_t = rewards[t] + gamma values[t + 1] - values[t],
 *  advantages[t] = sum over k of (gamma lambda)^k d_{t + k}; returns[t] = advantages[t] +
 *  values[t], which values are trained towards. */
void assay_gae (const double *rewards, const float *values, size_t n, double gamma, double lambda,
                double *advantages, double *returns);

/** The return of each of @n >= 2 answers to one prompt less the mean of the others' (Kool et al.
 *  2019; Ahmadian et al. 2024).  @advantages may be @returns. */
void assay_leave_one_out (const double *returns, size_t n, double *advantages);

/** Shifts and scales x[n] to mean 0 and standard deviation 1 (of the population); equal ones
 *  become 0. */
void assay_whiten (double *x, size_t n);

#endif
