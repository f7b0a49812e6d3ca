/* SPDX-License-Identifier: Apache-2.0
 *
 * Some rows of sequences as a transformer takes them, cut to the longest of them, and the tokens of
 * their answers: only these have logits.
 */
#ifndef ASSAY_LEARN_ANSWER_BATCH_H
#define ASSAY_LEARN_ANSWER_BATCH_H

#include "learn/text/sequences.h"

typedef struct AssayAnswerBatch
{
  size_t n;             /* answer tokens, those of a row after those of the one before */
  AssayTensor *ids;     /* int32 [rows][T]: all but the last id of each row, 0 behind them */
  AssayTensor *places;  /* int32 [n]: among rows times T, of the id before the token */
  AssayTensor *targets; /* int32 [n]: the token */
} AssayAnswerBatch;

/** Of rows[n_rows] of @sequences.  Where no row has an answer, n is 0 and there are no tensors. */
AssayAnswerBatch assay_answer_batch (AssayTape *tape, const AssaySequences *sequences,
                                     const uint32_t *rows, uint32_t n_rows);
/** The states that the tokens are drawn from: [n][d]. */
AssayTensor *assay_answer_states (AssayTape *tape, const AssayGpt *gpt,
                                  const AssayAnswerBatch *batch);

#endif
