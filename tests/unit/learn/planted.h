/* SPDX-License-Identifier: Apache-2.0
 *
 * Preferences with a known reason: each token is worth something, and of two answers the one whose
 * tokens are worth more is the better.
 */
#ifndef ASSAY_TESTS_PLANTED_H
#define ASSAY_TESTS_PLANTED_H

#include "learn/text/preference-training.h"

#include <glib.h>

#define PLANTED_VOCABULARY 13
#define PLANTED_STEPS 11
#define PLANTED_PROMPT 3
#define PLANTED_END 1

typedef struct Planted
{
  AssaySequences *chosen, *rejected;
  AssayPairs *pairs;
  double worth[PLANTED_VOCABULARY];
} Planted;

extern const AssayGptConfig planted_config;

/** @n pairs: prompts of 1 to PLANTED_PROMPT ids, answers of 0 to 7 and the end token. */
void planted_init (Planted *planted, uint32_t n);
void planted_clear (Planted *planted);
/** The numbers 0 to @n - 1; g_free. */
uint32_t *planted_rows (uint32_t n);
AssayRewardModel *planted_model (const char *name);
/** Batches of 16, two shards. */
AssayTrainingOptions planted_options (uint32_t epochs);
/** A stream of that name. */
AssayStream planted_stream (const char *name);
/** Asserts that the vectors of two sets of parameters are the same bits. */
void planted_assert_equal (const AssayParams *a, const AssayParams *b);
bool planted_are_equal (const AssayParams *a, const AssayParams *b);

#endif
