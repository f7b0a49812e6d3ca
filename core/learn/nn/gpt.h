/* SPDX-License-Identifier: Apache-2.0
 *
 * A decoder-only transformer after GPT-2 (Radford et al. 2019): layer norms before each branch,
 * learned positions, biases in every linear layer but the head, the head tied to the embedding,
 * GELU by the error function.
 */
#ifndef ASSAY_LEARN_GPT_H
#define ASSAY_LEARN_GPT_H

#include "learn/nn/params.h"
#include "learn/tensor/ops.h"

#define ASSAY_GPT_EPSILON 1e-5f /* of the layer norms */

typedef struct AssayGptConfig
{
  uint32_t d; /* width: a multiple of `heads` */
  uint32_t layers, heads;
  uint32_t context; /* positions: the longest sequence */
  uint32_t vocabulary;
} AssayGptConfig;

typedef struct AssayGptLayer
{
  const AssayWeight *gain1, *bias1;           /* [d] */
  const AssayWeight *qkv_w, *qkv_b;           /* [3 d][d]: q of all heads, then k, then v */
  const AssayWeight *attended_w, *attended_b; /* [d][d] */
  const AssayWeight *gain2, *bias2;           /* [d] */
  const AssayWeight *up_w, *up_b;             /* [4 d][d] */
  const AssayWeight *down_w, *down_b;         /* [d][4 d] */
} AssayGptLayer;

typedef struct AssayGpt
{
  AssayGptConfig config;
  const AssayWeight *embedding; /* [vocabulary][d]; the head, too */
  const AssayWeight *positions; /* [context][d] */
  AssayGptLayer *layers;
  const AssayWeight *gain, *bias; /* of the last layer norm */
} AssayGpt;

/** Adds the arrays to @params by GPT-2's names in a Hugging Face file (linear weights lie
 *  [out][in] here, as PyTorch's Linear has them, not [in][out]).  Drawn as GPT-2: normal of
 *  deviation 0.02, that of a branch's last layer over sqrt (2 layers), biases 0. */
AssayGpt *assay_gpt_new (AssayParams *params, const AssayGptConfig *config);
void assay_gpt_free (AssayGpt *gpt);

/** What the head multiplies: ids int32 [B][T], T <= context -> [B][T][d]. */
AssayTensor *assay_gpt_states (AssayTape *tape, const AssayGpt *gpt, AssayTensor *ids);
/** ids int32 [B][T] -> [B][T][vocabulary]. */
AssayTensor *assay_gpt_logits (AssayTape *tape, const AssayGpt *gpt, AssayTensor *ids);
/** Cross entropy of the next token, summed and over @divisor (the batch's tokens, if shards are
 *  to add up to its mean).  targets int32 [B][T], -1: does not count. */
AssayTensor *assay_gpt_loss (AssayTape *tape, const AssayGpt *gpt, AssayTensor *ids,
                             AssayTensor *targets, float divisor);

#endif
