/* SPDX-License-Identifier: Apache-2.0
 *
 * A decoder-only transformer.  With all options 0 it is GPT-2 (Radford et al. 2019): layer norms
 * before each branch, learned positions, biases in every linear layer but the head, the head tied
 * to the embedding, GELU by the error function.  The options lead to Llama's architecture (Touvron
 * et al. 2023) and its relatives.
 */
#ifndef ASSAY_LEARN_GPT_H
#define ASSAY_LEARN_GPT_H

#include "learn/nn/params.h"
#include "learn/nn/taps.h"
#include "learn/tensor/ops.h"

#define ASSAY_GPT_EPSILON 1e-5f     /* of the norms */
#define ASSAY_GPT_ROTARY_BASE 10000 /* of rotary positions */

typedef enum AssayPositions
{
  ASSAY_POSITIONS_LEARNED, /* a vector for each, added to the embedding */
  ASSAY_POSITIONS_ROTARY   /* queries and keys are turned (assay_rotary) */
} AssayPositions;

typedef enum AssayNorm
{
  ASSAY_NORM_LAYER,
  ASSAY_NORM_RMS /* as wherever it is used, neither it nor any linear layer has a bias */
} AssayNorm;

typedef enum AssayFeedForward
{
  ASSAY_FEED_FORWARD_GELU,
  ASSAY_FEED_FORWARD_SWIGLU,   /* assay_swiglu: gates are a second half of the first matrix */
  ASSAY_FEED_FORWARD_GELU_TANH /* of GPT-2 as it was published (gpt2.h) */
} AssayFeedForward;

typedef struct AssayGptConfig
{
  uint32_t d; /* width: a multiple of `heads` */
  uint32_t layers, heads;
  uint32_t context; /* positions: the longest sequence */
  uint32_t vocabulary;
  uint32_t kv_heads; /* that keys and values have, a divisor of `heads`; 0: `heads` */
  uint32_t hidden;   /* units of a feed-forward branch; 0: 4 d */
  AssayPositions positions;
  AssayNorm norm;
  AssayFeedForward feed_forward;
  bool untied; /* the head has a matrix of its own */
} AssayGptConfig;

/* Of RMS norm all biases are NULL. */
typedef struct AssayGptLayer
{
  const AssayWeight *gain1, *bias1;           /* [d] */
  const AssayWeight *qkv_w, *qkv_b;           /* [qkv][d]: q of all heads, then k, then v */
  const AssayWeight *attended_w, *attended_b; /* [d][d] */
  const AssayWeight *gain2, *bias2;           /* [d] */
  const AssayWeight *up_w, *up_b;     /* [hidden][d]; of SwiGLU [2 hidden][d], gates first */
  const AssayWeight *down_w, *down_b; /* [d][hidden] */
} AssayGptLayer;

typedef struct AssayGpt
{
  AssayGptConfig config;        /* kv_heads and hidden are never 0 */
  const AssayWeight *embedding; /* [vocabulary][d] */
  const AssayWeight *positions; /* [context][d]; NULL of rotary ones */
  float *rotary; /* assay_rotary's table, [context][d / heads]; NULL of learned ones */
  AssayGptLayer *layers;
  const AssayWeight *gain, *bias; /* of the last norm */
  const AssayWeight *head;        /* [vocabulary][d]: `embedding`, or one of its own */
} AssayGpt;

/** Adds the arrays to @params, by their names in a Hugging Face file: Phi-3's (Llama's with q, k, v
 *  and gate, up in one matrix each) where positions are rotary, norms RMS and feed-forward SwiGLU,
 *  else GPT-2's (linear weights lie [out][in] here, as PyTorch's Linear has them, not [in][out]).
 *  Drawn as GPT-2: normal of deviation 0.02, that of a branch's last layer over sqrt (2 layers),
 *  biases 0. */
AssayGpt *assay_gpt_new (AssayParams *params, const AssayGptConfig *config);
void assay_gpt_free (AssayGpt *gpt);

/** What stands behind the first matrix of a feed-forward branch; the identity where it is gated. */
AssayActivation assay_gpt_activation (const AssayGptConfig *config);

/** What the head multiplies: ids int32 [B][T], T <= context -> [B][T][d]. */
AssayTensor *assay_gpt_states (AssayTape *tape, const AssayGpt *gpt, AssayTensor *ids);
/** The same with taps[n]; their values are [B][T][width] where there is one for each position. */
AssayTensor *assay_gpt_states_tapped (AssayTape *tape, const AssayGpt *gpt, AssayTensor *ids,
                                      const AssayTap *taps, uint32_t n);
/** Only those at @places, int32 [n], each among B times T -> [n][d].  What the last layer does
 * behind its attention is done for these alone: half of a small model's work where few are wanted.
 */
AssayTensor *assay_gpt_states_at (AssayTape *tape, const AssayGpt *gpt, AssayTensor *ids,
                                  AssayTensor *places);
/** The logits of such states [..., d] -> [..., vocabulary]. */
AssayTensor *assay_gpt_unembed (AssayTape *tape, const AssayGpt *gpt, AssayTensor *states);
/** ids int32 [B][T] -> [B][T][vocabulary]. */
AssayTensor *assay_gpt_logits (AssayTape *tape, const AssayGpt *gpt, AssayTensor *ids);
/** Cross entropy of the next token, summed and over @divisor (the batch's tokens, if shards are
 *  to add up to its mean).  targets int32 [B][T], -1: does not count. */
AssayTensor *assay_gpt_loss (AssayTape *tape, const AssayGpt *gpt, AssayTensor *ids,
                             AssayTensor *targets, float divisor);

#endif
