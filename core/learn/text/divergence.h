/* SPDX-License-Identifier: Apache-2.0
 *
 * How far a policy has gone from a reference: estimators of KL (policy || reference) from answers
 * that the policy wrote (Schulman 2020, "Approximating KL divergence"), in nats.
 */
#ifndef ASSAY_LEARN_DIVERGENCE_H
#define ASSAY_LEARN_DIVERGENCE_H

#include "learn/text/sequences.h"

/* Of a token that was drawn, with l = log (policy / reference) of it: */
typedef enum AssayKl
{
  ASSAY_KL_K1,    /* l: unbiased, and of either sign */
  ASSAY_KL_K2,    /* l^2 / 2: never negative, biased */
  ASSAY_KL_K3,    /* e^-l - 1 + l: never negative, unbiased */
  ASSAY_KL_EXACT, /* of the whole distribution from which it was drawn, over the vocabulary */
  ASSAY_KLS
} AssayKl;

extern const char *const assay_kl_ids[ASSAY_KLS]; /* "k1", "k2", "k3", "exact" */

/** A token's estimate from its l; @exact is that of its distribution. */
double assay_kl_of_token (AssayKl kl, double l, double exact);

/** What models say of the answer tokens of some rows, one row's after another's. */
typedef struct AssayTokens
{
  uint32_t n_rows;            /* that there is room for */
  size_t capacity;            /* tokens that there is room for */
  size_t *first;              /* [n_rows + 1]: row i has the tokens first[i]..first[i + 1] - 1 */
  float *log_probs;           /* [capacity], under the policy */
  float *reference;           /* the same under the reference */
  float *exact;               /* KL (policy || reference) where the token was drawn */
  float *entropy;             /* of the policy there */
  float *values;              /* of the state before the token; NULL: not wanted */
  float *reference_log_probs; /* [capacity][vocabulary]; NULL: not wanted */
} AssayTokens;

/** What is averaged over rows and tokens. */
typedef struct AssayDivergence
{
  double kl[ASSAY_KLS]; /* summed over an answer's tokens; mean over answers */
  double entropy;       /* mean over tokens */
  double log_prob;      /* of an answer under the policy, summed over its tokens; mean */
  double length;        /* mean tokens of an answer, with the end token */
} AssayDivergence;

#endif
