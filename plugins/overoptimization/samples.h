/* SPDX-License-Identifier: Apache-2.0
 *
 * Answers for a person to read, with what every reward model thought of them.
 */
#ifndef OVEROPTIMIZATION_SAMPLES_H
#define OVEROPTIMIZATION_SAMPLES_H

#include "judge.h"

#define SAMPLES_MOST 8   /* prompts */
#define SAMPLES_MODELS 5 /* whose scores stand beside a text */

/** Writes @rows[@row] into the set @set as sample @sample (from 1) of an objective; its words that
 *  are rare, clash with the word before or repeat one are coloured. */
void samples_text (AssayRun *run, const Task *task, const char *set, const char *objective,
                   uint32_t sample, const AssaySequences *rows, uint32_t row);

/** The numbers beside them, gathered and then written once. */
typedef struct SamplesNumbers
{
  uint32_t n_objectives, n_samples;
  double *gold, *proxy;           /* [objectives][samples] */
  double *models[SAMPLES_MODELS]; /* likewise */
  double *values;                 /* of all */
} SamplesNumbers;

/** False: no memory. */
bool samples_numbers_init (SamplesNumbers *numbers, uint32_t n_objectives, uint32_t n_samples);
void samples_numbers_clear (SamplesNumbers *numbers);
/** Answer @i of @answers, whose objective's score is @proxy. */
void samples_numbers_set (SamplesNumbers *numbers, uint32_t objective, uint32_t sample,
                          const JudgeAnswers *answers, size_t i, double proxy);
/** @axes "objective sample", or "sample" with the label objective=. */
void samples_numbers_write (AssayRun *run, const SamplesNumbers *numbers, const char *labels);

#endif
