/* SPDX-License-Identifier: Apache-2.0
 *
 * For the sources of policy optimisation only.
 */
#ifndef ASSAY_LEARN_PPO_INTERNAL_H
#define ASSAY_LEARN_PPO_INTERNAL_H

#include "learn/text/ppo.h"

#include "learn/text/ppo-loss.h"

/* What an iteration uses and the next one uses again. */
struct AssayPpoWork
{
  AssayWorkers *workers;
  AssaySampler *sampler;
  AssayReader *reader;
  AssayTrainer *trainer;
  AssayTokens *tokens;          /* of the answers */
  AssayStream *streams;         /* [rollouts] */
  double *rewards;              /* [tokens->capacity]: of each token, with the divergence's share */
  double *advantages, *returns; /* [tokens->capacity] */
  double *row_returns;          /* [rollouts] */
  uint32_t *minibatches;        /* [rollouts]: in which each row is */
  uint32_t *rows, *cuts;        /* [rollouts] of a minibatch; [shards + 1]: where shards begin */
  AssayPpoSums *sums;           /* [shards] */
};

/** @what is one sentence; returns false. */
bool assay_ppo_fail (AssayTextError *error, const char *what, ...)
    __attribute__ ((format (printf, 2, 3)));

/** ppo-rollout.c: answers, rewards, what the policy and the reference say of them, advantages. */
bool assay_ppo_roll_out (AssayPpo *ppo, const AssaySequences *prompts, AssayReward reward,
                         void *data, AssayPpoReport *report, AssayTextError *error);
/** ppo-train.c: the epochs. */
bool assay_ppo_train (AssayPpo *ppo, AssayPpoReport *report, AssayTextError *error);
/** Gradients of an epoch. */
uint32_t assay_ppo_minibatches (const AssayPpoOptions *options);

#endif
