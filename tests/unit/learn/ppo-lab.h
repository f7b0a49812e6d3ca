/* SPDX-License-Identifier: Apache-2.0
 *
 * Small policies to optimise, and all answers they can write.
 */
#ifndef ASSAY_TESTS_PPO_LAB_H
#define ASSAY_TESTS_PPO_LAB_H

#include "learn/text/ppo.h"

#include <glib.h>
#include <math.h>
#include <string.h>

#define LAB_END 0 /* ends answers */
#define LAB_PROMPT 1

/** Random weights, not near 0, of a GPT; for free(). */
float *lab_values (const AssayGptConfig *config, uint64_t seed);
/** @n rows with the prompt LAB_PROMPT and no answers. */
AssaySequences *lab_prompts (uint32_t n, uint32_t steps);
/** All answers to LAB_PROMPT of up to @longest ids below @vocabulary that LAB_END ends, or their
 *  length. */
AssaySequences *lab_all_answers (uint32_t vocabulary, uint32_t longest);
/** The answers' log-probabilities under the policy (or the reference), each summed in double. */
double *lab_log_probs (const AssayTokens *tokens, uint32_t rows, const float *of_tokens);
/** A reader's view of @answers; for assay_tokens_free. */
AssayTokens *lab_read (const AssayGptConfig *config, const float *values, const float *reference,
                       const AssaySequences *answers);

/* ---- runs: answers of up to 9 ids to prompts of 1 to 3, LAB_PROMPT + 1 is what counts ---- */

#define LAB_ROLLOUTS 24
#define LAB_STEPS 10

extern const AssayGptConfig lab_config;

/** How often LAB_PROMPT + 1 is in each answer. */
bool lab_reward (const AssaySequences *answers, double *rewards, void *data);
AssayPpoOptions lab_options (const char *estimator);
AssayPpo *lab_new (const AssayPpoOptions *options, AssayWorkers *workers);
AssaySequences *lab_prompts_of (const AssayPpo *ppo);
/** @n iterations that must go well; the report of the last. */
AssayPpoReport lab_iterate (AssayPpo *ppo, uint32_t n);
GBytes *lab_state (const AssayPpo *ppo);
void lab_assert_same_state (const AssayPpo *a, const AssayPpo *b);

#endif
