/* SPDX-License-Identifier: Apache-2.0
 *
 * Evaluation: whole episodes from fixed seeds.  Several worlds run side by side; what an episode
 * comes to does not depend on how many.
 */
#ifndef ASSAY_LEARN_EVALUATE_H
#define ASSAY_LEARN_EVALUATE_H

#include "base/num/random.h"

/** Chooses actions [n] for the observations of n worlds. */
typedef void (*AssayPolicy) (void *data, const void *observations, uint32_t n, int32_t *actions);

typedef struct AssayEvaluationOptions
{
  uint32_t view;
  uint32_t n_episodes; /* the k-th starts from seeds[k], or from `seed` + k if NULL */
  const uint64_t *seeds;
  uint64_t seed;
  uint32_t n_worlds;  /* side by side; 0: 1 */
  uint32_t max_steps; /* an episode is cut here; 0: only the environment ends it */
  double epsilon;     /* share of random actions, from a stream of the episode's own */
} AssayEvaluationOptions;

typedef struct AssayEvaluation
{
  double mean_return, mean_length;
  double share_terminated; /* of the episodes; the others were truncated or cut */
  uint64_t steps;
} AssayEvaluation;

/** Plays the episodes by @policy.  @returns and @lengths [n_episodes], if not NULL, receive each
 *  one's.  Returns false if the environment cannot create the worlds, if there are no episodes, or
 *  if neither @options nor the environment limits their length. */
bool assay_evaluate (const AssayEnvironment *environment, const AssayEvaluationOptions *options,
                     AssayPolicy policy, void *data, AssayEvaluation *evaluation, double *returns,
                     uint32_t *lengths);

#endif
