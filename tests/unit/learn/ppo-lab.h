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

#endif
