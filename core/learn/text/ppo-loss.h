/* SPDX-License-Identifier: Apache-2.0
 *
 * The loss of a policy on answer tokens that an older one wrote, in one operation.
 */
#ifndef ASSAY_LEARN_PPO_LOSS_H
#define ASSAY_LEARN_PPO_LOSS_H

#include "learn/text/divergence.h"

/* What is constant.  Token i of the loss is number token[i] of the arrays. */
typedef struct AssayPpoTerms
{
  const AssayTokens *tokens; /* log_probs and values are the old ones */
  const double *advantages, *returns;
  double clip, value_clip; /* 0: none */
  double value_coefficient, entropy_coefficient;
  double kl_coefficient; /* of the divergence in the loss; 0: none there */
  AssayKl kl;
  double divisor; /* of the sum over tokens */
} AssayPpoTerms;

/* Sums over tokens of what a loss was made of. */
typedef struct AssayPpoSums
{
  double policy, value, kl; /* losses, before their coefficients */
  double clipped;           /* tokens whose ratio was out of the range */
  double approximate_kl;    /* k3 of KL (old || new) */
} AssayPpoSums;

/** The sum over tokens, over divisor, of
 *
 *    - min (ratio A, clamp (ratio, 1 - clip, 1 + clip) A)                 (Schulman et al. 2017)
 *    + value_coefficient / 2 max ((v - R)^2, (clamp (v, old v +- value_clip) - R)^2)
 *    - entropy_coefficient entropy
 *    + kl_coefficient (ratio times the estimate; of ASSAY_KL_EXACT just that)
 *
 *  with ratio = policy / old policy, all for n tokens: log_probs [n]; values [n] or NULL: no such
 *  term; entropy [n], NULL where its coefficient is 0; exact [n], NULL but for ASSAY_KL_EXACT in
 *  the loss; token [n], which lives until the step ends. */
AssayTensor *assay_ppo_loss (AssayTape *tape, AssayTensor *log_probs, AssayTensor *values,
                             AssayTensor *entropy, AssayTensor *exact, const size_t *token,
                             const AssayPpoTerms *terms, AssayPpoSums *sums);

#endif
