/* SPDX-License-Identifier: Apache-2.0
 *
 * A reward model: a GPT without its unembedding, and a scalar head on the state of a sequence's
 * last token (Stiennon et al. 2020; Coste et al. 2023).
 */
#ifndef ASSAY_LEARN_REWARD_MODEL_H
#define ASSAY_LEARN_REWARD_MODEL_H

#include "learn/nn/gpt.h"
#include "learn/nn/head.h"
#include "learn/text/sequences.h"

typedef struct AssayRewardModel
{
  AssayParams *params; /* its own: the trunk's arrays by a GPT's names, then "reward.weight" and
                          "reward.bias".  nn/checkpoint.h saves and loads them */
  AssayGpt *trunk;     /* never untied */
  AssayHead head;      /* drawn with deviation 1 / sqrt (d + 1), as Stiennon et al. do; bias 0 */
} AssayRewardModel;

/** All arrays are drawn from @stream, the head's last.  Equal configurations give equal layouts, so
 *  that models may be averaged and one scorer serves many. */
AssayRewardModel *assay_reward_model_new (const AssayGptConfig *config, AssayStream *stream);
void assay_reward_model_free (AssayRewardModel *model);
/** Takes the trunk's arrays from a GPT of the same configuration, or from another reward model:
 *  those of @values, a vector of @from's layout.  What the trunk lacks (an unembedding, a head) is
 *  left. */
void assay_reward_model_take_trunk (AssayRewardModel *model, const AssayParams *from,
                                    const float *values);

/** The scores of n >= 1 sequences on a tape: [n].  Computed in blocks of about equal lengths. */
AssayTensor *assay_reward_scores (AssayTape *tape, const AssayRewardModel *model,
                                  const AssayIds *sequences, uint32_t n);

/** Scores many sequences fast: nothing is padded, nothing recorded.  A sequence's score has the
 *  same bits whatever its companions, its row's steps and the number of threads. */
typedef struct AssayScorer AssayScorer;

/** For all models of @model's configuration.  @workers may be NULL, is not owned, and outlives the
 *  scorer, as @model does. */
AssayScorer *assay_scorer_new (const AssayRewardModel *model, AssayWorkers *workers);
void assay_scorer_free (AssayScorer *scorer);
/** scores[i * stride] becomes row i's score by the model with the weights @values.  Every length
 *  is 1 to the context. */
void assay_score (AssayScorer *scorer, const float *values, const AssaySequences *sequences,
                  double *scores, size_t stride);
/** The same of rows[n] only: scores[i * stride] becomes that of rows[i]. */
void assay_score_rows (AssayScorer *scorer, const float *values, const AssaySequences *sequences,
                       const uint32_t *rows, uint32_t n, double *scores, size_t stride);

#endif
