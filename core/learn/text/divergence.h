/* SPDX-License-Identifier: Apache-2.0
 *
 * How far a policy has gone from a reference: estimates of KL (policy || reference), in nats, from
 * answers that the policy wrote (Schulman 2020, "Approximating KL divergence").
 */
#ifndef ASSAY_LEARN_DIVERGENCE_H
#define ASSAY_LEARN_DIVERGENCE_H

#include "learn/nn/head.h"
#include "learn/text/sequences.h"

/* Of a token that was drawn, with l = log (policy / reference) of it: */
typedef enum AssayKl
{
  ASSAY_KL_K1,    /* l: unbiased, and of either sign */
  ASSAY_KL_K2,    /* l^2 / 2: never negative, biased */
  ASSAY_KL_K3,    /* e^-l - 1 + l: never negative, unbiased */
  ASSAY_KL_EXACT, /* of the distribution from which it was drawn, over the whole vocabulary */
  ASSAY_KLS
} AssayKl;

extern const char *const assay_kl_ids[ASSAY_KLS]; /* "k1", "k2", "k3", "exact" */

/** All estimates of a token; @exact is its distribution's. */
void assay_kl_estimates (double l, double exact, double estimates[ASSAY_KLS]);

/** What models say of the answer tokens of some rows. */
typedef struct AssayTokens
{
  uint32_t rows;    /* that there is room for */
  size_t capacity;  /* tokens that there is room for */
  size_t *first;    /* [rows + 1]: row i's are first[i] to first[i + 1] - 1 */
  uint32_t *order;  /* [rows]: rows from the shortest to the longest */
  float *log_probs; /* [capacity]: of the token under the policy */
  float *reference; /* [capacity]: under the reference */
  float *exact;     /* [capacity]: KL (policy || reference) of what it was drawn from */
  float *entropy;   /* [capacity]: of the policy there */
  float *values;    /* [capacity]: of the state before it; where a reader has a value function */
  float *logits;    /* [capacity][vocabulary]: of the reference; NULL: not kept */
} AssayTokens;

/** @vocabulary 0: without logits. */
AssayTokens *assay_tokens_new (uint32_t rows, size_t capacity, uint32_t vocabulary);
void assay_tokens_free (AssayTokens *tokens);

typedef struct AssayReader AssayReader;

/** Reads answers with a policy, a reference of the same model and, unless @value_head is NULL, a
 *  value function on the states of @trunk.  All have their weights in vectors of one layout, that
 *  of @params.  @workers may be NULL, is not owned and outlives the reader. */
AssayReader *assay_reader_new (const AssayParams *params, const AssayGpt *policy,
                               const AssayGpt *trunk, const AssayHead *value_head,
                               AssayWorkers *workers);
void assay_reader_free (AssayReader *reader);
/** Fills @tokens, which has room for all of @answers.  Bits do not depend on threads. */
void assay_reader_read (AssayReader *reader, const float *values, const float *reference,
                        const AssaySequences *answers, AssayTokens *tokens);

/** Means over @rows >= 1 rows that were read. */
typedef struct AssayDivergence
{
  double kl[ASSAY_KLS]; /* of an answer, summed over its tokens */
  double log_prob;      /* of an answer under the policy, summed over its tokens */
  double entropy;       /* of a token; 0 where there are none */
  double length;        /* tokens of an answer, with the end token */
} AssayDivergence;

AssayDivergence assay_tokens_divergence (const AssayTokens *tokens, uint32_t rows);

#endif
