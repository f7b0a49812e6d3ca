/* SPDX-License-Identifier: Apache-2.0
 *
 * The functional forms of reward-model overoptimisation (Gao et al. 2023, section 3.1): with
 * d = sqrt (KL) the gold reward, 0 at d = 0, follows
 *
 *   best of n  R(d) = d (alpha - beta d)
 *   RL         R(d) = d (alpha - beta ln d)
 */
#ifndef ASSAY_LEARN_GAO_FIT_H
#define ASSAY_LEARN_GAO_FIT_H

#include "learn/text/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum AssayGaoForm
{
  ASSAY_GAO_BEST_OF_N,
  ASSAY_GAO_RL,
} AssayGaoForm;

/** A value and its 95 % interval; ends are NaN where there is none. */
typedef struct AssayGaoValue
{
  double value, low, high;
} AssayGaoValue;

typedef struct AssayGaoFit
{
  AssayGaoForm form;
  AssayGaoValue alpha, beta;
  AssayGaoValue peak; /* the d of the greatest reward: alpha / (2 beta), exp (alpha / beta - 1);
                         NaN where the form has no maximum at d > 0 */
  double r2;          /* of the fitted points; NaN where their rewards are all one */
  double held_out_r2; /* of the points beyond, against their own mean; may be far below 0 */
  uint32_t n_fitted, n_held_out;
} AssayGaoFit;

/** Least squares on all points kl, reward [replicates][points] with 0 <= kl <= @up_to (INFINITY:
 *  all); points that are NaN in either are left out.  Intervals: replicates are redrawn as by
 *  base/num/resample.h, t-quantiles of replicates - 1 degrees of freedom; none for fewer than 3
 *  replicates.  False: too few different KL to tell alpha from beta, or a negative one, see @error.
 */
bool assay_gao_fit (AssayGaoForm form, const double *kl, const double *reward,
                    uint32_t n_replicates, uint32_t n_points, double up_to, AssayGaoFit *fit,
                    AssayTextError *error);
/** The fitted reward at @kl. */
double assay_gao_reward (const AssayGaoFit *fit, double kl);

#endif
