/* SPDX-License-Identifier: Apache-2.0
 *
 * Some rows of sequences as a transformer takes them, cut to the longest of them, and the tokens
 * that it is to predict, as a rule those of their answers: only these have logits.
 */
#ifndef ASSAY_LEARN_ANSWER_BATCH_H
#define ASSAY_LEARN_ANSWER_BATCH_H

#include "learn/text/sequences.h"

/** The tokens that count. */
typedef enum AssayTargets
{
  ASSAY_TARGETS_ANSWERS, /* those behind the prompt, with the end token */
  ASSAY_TARGETS_ROWS     /* all but a row's first: plain language modelling */
} AssayTargets;

/** Where those of a row begin; its length if it has none. */
uint32_t assay_first_target (const AssaySequences *sequences, uint32_t row, AssayTargets targets);

typedef struct AssayAnswerBatch
{
  size_t n;             /* tokens that count, those of a row after those of the one before */
  AssayTensor *ids;     /* int32 [rows][T]: all but the last id of each row, 0 behind them */
  AssayTensor *places;  /* int32 [n]: among rows times T, of the id before the token */
  AssayTensor *targets; /* int32 [n]: the token */
} AssayAnswerBatch;

/** Of rows[n_rows] of @sequences.  Where no row has a target, n is 0 and there are no tensors. */
AssayAnswerBatch assay_answer_batch (AssayTape *tape, const AssaySequences *sequences,
                                     const uint32_t *rows, uint32_t n_rows, AssayTargets targets);
/** The states that the tokens are drawn from: [n][d]. */
AssayTensor *assay_answer_states (AssayTape *tape, const AssayGpt *gpt,
                                  const AssayAnswerBatch *batch);

#endif
