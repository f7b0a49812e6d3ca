/* SPDX-License-Identifier: Apache-2.0
 *
 * Supervised fine-tuning: a GPT learns to write the answers of sequences, or, as plain language
 * modelling does, whole rows.
 */
#ifndef ASSAY_LEARN_FINE_TUNE_H
#define ASSAY_LEARN_FINE_TUNE_H

#include "learn/text/answer-batch.h"
#include "learn/text/training.h"

/** A training of @gpt, whose arrays are in @params, on @sequences (of at most as many steps as its
 *  context), which are not copied.  The loss is the cross entropy of a target, so a batch's
 *  is its targets' mean. */
AssayTraining *assay_fine_tuning_new (AssayParams *params, const AssayGpt *gpt,
                                      const AssaySequences *sequences, AssayTargets targets,
                                      const AssayTrainingOptions *options,
                                      const AssayStream *stream, AssayWorkers *workers);

typedef struct AssayLanguageLoss
{
  uint64_t n;        /* targets */
  double loss;       /* their mean cross entropy, nats; 0 if there is none */
  double perplexity; /* e^loss */
} AssayLanguageLoss;

/** How well @gpt, whose arrays are in @params, predicts @sequences.  The bits do not depend on
 *  @workers, which may be NULL. */
AssayLanguageLoss assay_language_loss (const AssayParams *params, const AssayGpt *gpt,
                                       const AssaySequences *sequences, AssayTargets targets,
                                       AssayWorkers *workers);

#endif
