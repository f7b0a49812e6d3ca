/* SPDX-License-Identifier: Apache-2.0
 *
 * Optimisation of a language model against a reward of its answers: PPO (Schulman et al. 2017) with
 * a penalty on its divergence from the initial policy (Ziegler et al. 2019), and, by the same
 * interface, leave-one-out REINFORCE (Ahmadian et al. 2024).
 *
 *   AssayPpo *ppo = assay_ppo_new (&config, values, &options, seed, workers, &error);
 *   while (ppo->state.iterations < options.iterations)
 *     {
 *       ... write the next prompts ...
 *       if (!assay_ppo_iterate (ppo, prompts, reward, data, &report, &error))
 *         ...
 *     }
 *
 * What an answer's row is drawn from is a pure function of (seed, iteration, row).  Bits depend on
 * options->shards, never on the number of threads.
 */
#ifndef ASSAY_LEARN_PPO_H
#define ASSAY_LEARN_PPO_H

#include "learn/nn/checkpoint.h"
#include "learn/nn/head.h"
#include "learn/nn/train.h"
#include "learn/text/divergence.h"
#include "learn/text/error.h"

/** How advantages come about. */
typedef struct AssayPolicyEstimator
{
  const char *id, *title;
  bool values; /* has a value function */
  bool groups; /* compares answers to one prompt: per_prompt is at least 2 */
  bool once;   /* sees each answer once: epochs is 1 */
} AssayPolicyEstimator;

/* "ppo": generalised advantage estimation.  "reinforce-leave-one-out": an answer's return less the
 * mean of the others' to its prompt. */
extern const AssayPolicyEstimator assay_policy_estimators[];
extern const uint32_t assay_n_policy_estimators;

/** NULL: there is none of this id. */
const AssayPolicyEstimator *assay_policy_estimator_find (const char *id);

typedef enum AssayKlPlace
{
  /* Each token's reward is less by coefficient times its estimate under the policy that drew it.
   * Of k1 and of exact the gradient is the divergence's; of k2 and k3, as usual, the estimate's own
   * derivative is left out, so they lead elsewhere. */
  ASSAY_KL_IN_REWARD,
  /* The loss has the coefficient times each estimate, weighted by policy / old policy, as a
   * function of the policy: of k1, k3 and exact its gradient is the divergence's at that token,
   * without what the token does to later ones. */
  ASSAY_KL_IN_LOSS,
  ASSAY_KL_PLACES
} AssayKlPlace;

extern const char *const assay_kl_place_ids[ASSAY_KL_PLACES]; /* "reward", "loss" */

typedef enum AssayValueKind
{
  ASSAY_VALUE_HEAD,    /* a head on the policy's states */
  ASSAY_VALUE_NETWORK, /* and a trunk of its own, at first the policy's */
  ASSAY_VALUE_KINDS
} AssayValueKind;

extern const char *const assay_value_kind_ids[ASSAY_VALUE_KINDS]; /* "head", "network" */

typedef struct AssayPpoOptions
{
  const AssayPolicyEstimator *estimator;
  uint32_t iterations; /* at least 1: the end of the schedule */
  uint32_t rollouts;   /* answers an iteration */
  uint32_t per_prompt; /* of them to each prompt, a divisor of rollouts */
  uint32_t steps;      /* ids of the longest row: prompt, answer and end; at most the context */
  int32_t end;         /* the token that ends an answer; -1: none does */
  uint32_t epochs;     /* passes over the answers of an iteration */
  uint32_t minibatch;  /* answers of a gradient; the last of an epoch may have fewer */
  uint32_t shards;     /* of a gradient */

  double clip;                /* of policy / old policy: 1 - clip .. 1 + clip; 0: none */
  double value_clip;          /* of a value around the old one; 0: none */
  double value_coefficient;   /* of the value function's loss */
  double entropy_coefficient; /* entropy times this is taken from the loss */
  double gamma, lambda;       /* of advantages (assay_gae); in 0..1 */
  bool whiten;                /* advantages, over all tokens of an iteration */
  double reward_clip;         /* rewards are cut off at +- this; 0: never */

  AssayKl kl;
  AssayKlPlace kl_place;
  double kl_coefficient; /* at first */
  double kl_target;  /* nats an answer that an adaptive coefficient aims at (Ziegler et al. 2019,
                        section 2.2); 0: it is fixed */
  double kl_horizon; /* answers in which it adapts */

  AssayValueKind value;
  AssayOptimizerOptions optimizer; /* max_norm 0: the gradient is not clipped */
  AssaySchedule schedule;          /* of the rate, over all gradients of all iterations */
  uint64_t warm_up;                /* gradients */
  double floor;                    /* see assay_schedule */
} AssayPpoOptions;

/** The paper's (Coste et al. 2023, table 4) where they do not depend on a model's size: 4 epochs,
 *  clips of 0.2, lambda 0.95, gamma 1, k1 in the reward; AdamW with betas 0.9 and 0.95 and a cosine
 *  to a tenth of the rate, which is 1e-4.  Of an estimator without values: one epoch, no clip, four
 *  answers to a prompt.  steps is 0 and end -1. */
AssayPpoOptions assay_ppo_defaults (const AssayPolicyEstimator *estimator);

/** One iteration in numbers.  Those of the answers are of the policy that wrote them, before it
 *  was changed; those of the training are means over its gradients, each of which was weighted
 *  alike. */
typedef struct AssayPpoReport
{
  double reward, reward_sd; /* of the callback, over answers: mean, deviation of the population */
  AssayDivergence divergence;
  double kl_coefficient;     /* that was in use */
  double explained_variance; /* 1 - var (return - value) / var (return) over tokens; NaN: there are
                                no values, or returns are all equal */

  double policy_loss;    /* of the clipped surrogate, divergence and entropy apart */
  double value_loss;     /* before its coefficient */
  double kl_loss;        /* before its coefficient; 0 where it is in the reward */
  double clip_fraction;  /* of tokens whose ratio was out of the range */
  double approximate_kl; /* KL (old || new) by k3, mean over tokens */
  double gradient_norm;  /* before clipping */
  double rate;           /* of the last gradient */
} AssayPpoReport;

/** What a run continues from, besides the parameters and the optimiser. */
typedef struct AssayPpoState
{
  uint64_t iterations; /* done */
  uint64_t seed;
  uint64_t kl_coefficient; /* a double's bits */
} AssayPpoState;

typedef struct AssayPpo
{
  AssayPpoOptions options;
  AssayPpoState state;
  /* The policy's arrays come first: its values are the beginning of params->values, laid out as of
   * an assay_gpt_new (config) of its own. */
  AssayParams *params;
  AssayGpt *policy;
  AssayGpt *value_trunk; /* NULL: the policy */
  AssayHead value_head;  /* of an estimator with values */
  float *reference;      /* [params->size]: the initial policy, in the same layout */
  AssayOptimizer *optimizer;
  AssaySequences *answers; /* of the last iteration: [rollouts] */
  double *rewards;         /* of them, before clipping */
  struct AssayPpoWork *work;
} AssayPpo;

/** A run that begins with the policy @values, of the layout of an assay_gpt_new (config) of its
 *  own; they are copied.  @workers may be NULL, is not owned and outlives the run.  NULL: an option
 *  is out of range; @error has the sentence. */
AssayPpo *assay_ppo_new (const AssayGptConfig *config, const float *values,
                         const AssayPpoOptions *options, uint64_t seed, AssayWorkers *workers,
                         AssayTextError *error);
void assay_ppo_free (AssayPpo *ppo);
double assay_ppo_kl_coefficient (const AssayPpo *ppo);

/** Writes answers to @prompts, rewards them and trains on them.  prompts: rollouts / per_prompt
 *  rows, each with a prompt that leaves room for an answer; what is behind it is not read.  Row i
 *  of ppo->answers answers prompt i / per_prompt.  @report may be NULL.
 *  False: a prompt is not one, the reward failed or is not a finite number, and nothing has
 *  changed; or the loss or its gradient is not finite, and the policy is lost.  See @error. */
bool assay_ppo_iterate (AssayPpo *ppo, const AssaySequences *prompts, AssayReward reward,
                        void *data, AssayPpoReport *report, AssayTextError *error);

/** Writes the policy's answers to the prompts in @rows at temperature 1, row i's from streams[i].
 *  For evaluation; the training's streams stay where they are. */
void assay_ppo_answer (AssayPpo *ppo, AssaySequences *rows, AssayStream *streams);
/** How far the policy is from the initial one on such answers. */
void assay_ppo_divergence (AssayPpo *ppo, const AssaySequences *answers, AssayDivergence *result);

/* ---- ppo-state.c: to go on to the same bits, by an assay_ppo_new of the same arguments ---- */

/** A safetensors file: the policy's and the value function's arrays, moments, steps, the initial
 *  policy ("training.average.") and the state. */
bool assay_ppo_save (AssayPpo *ppo, const char *path, AssayTextError *error);
/** Nothing is changed unless the file is whole and of this run's shapes. */
bool assay_ppo_load (AssayPpo *ppo, const char *path, AssayTextError *error);
/** The same as bytes in memory: their number, them, and back. */
size_t assay_ppo_state_size (const AssayPpo *ppo);
void assay_ppo_get_state (const AssayPpo *ppo, void *state);
bool assay_ppo_set_state (AssayPpo *ppo, const void *state, size_t size, AssayTextError *error);

#endif
