/* SPDX-License-Identifier: Apache-2.0
 *
 * Reward models from preferences (Bradley and Terry 1952; Christiano et al. 2017): the answer with
 * the higher score is the better one with the probability sigmoid (difference).
 */
#ifndef ASSAY_LEARN_PREFERENCE_TRAINING_H
#define ASSAY_LEARN_PREFERENCE_TRAINING_H

#include "learn/text/reward-model.h"
#include "learn/text/training.h"

/* ---- pairs ---- */

/** Row i of @chosen is the better answer, row i of @rejected the worse one, to one prompt; but
 *  where flipped[i], the label says so the other way round. */
typedef struct AssayPairs
{
  const AssaySequences *chosen, *rejected; /* of n rows each; the caller's */
  uint32_t n;
  uint8_t *flipped; /* [n]: 0 or 1 */
} AssayPairs;

/** No label is flipped. */
AssayPairs *assay_pairs_new (const AssaySequences *chosen, const AssaySequences *rejected);
void assay_pairs_free (AssayPairs *pairs);
/** Label noise: flips the labels of round (fraction n) of rows[n] (NULL: of all pairs), drawn
 * without repetition; fraction in 0..1.  Returns how many. */
uint32_t assay_pairs_flip (AssayPairs *pairs, const uint32_t *rows, uint32_t n, double fraction,
                           AssayStream *stream);
/** Deals the numbers 0..n-1 into rows[n]: those for validation, round (part n) of them, stand
 *  last.  Returns how many stand before them. */
uint32_t assay_split (uint32_t *rows, uint32_t n, double part, AssayStream *stream);

/* ---- training ---- */

/** The loss of a pair is -log sigmoid (r_c - r_r) + @decay (r_c^2 + r_r^2) / 2, where c is the one
 *  that the label calls the better (0.001 in the configuration of Coste et al. 2023).  Trains on
 *  rows[n] of @pairs (one may stand there many times), which are copied. */
AssayTraining *assay_preference_training_new (AssayRewardModel *model, const AssayPairs *pairs,
                                              const uint32_t *rows, uint32_t n, double decay,
                                              const AssayTrainingOptions *options,
                                              const AssayStream *stream, AssayWorkers *workers);

/* ---- how good it is ---- */

#define ASSAY_CALIBRATION_BINS 10

/** Pairs by the probability that the model gives to the answer it prefers: bin i has those of
 *  0.5 + i / 20 up to below 0.5 + (i + 1) / 20, the last with 1. */
typedef struct AssayCalibrationBin
{
  uint32_t n;
  double predicted;       /* mean of that probability; 0 if there is none */
  double observed, clean; /* part of them in which the label, the unflipped label agrees; equal
                             scores agree half */
} AssayCalibrationBin;

typedef struct AssayPreferenceReport
{
  uint32_t n;
  double loss, clean_loss;         /* mean of -log sigmoid (difference), nats */
  double accuracy, clean_accuracy; /* part of the pairs in which the label's, the unflipped label's
                                      better answer has the higher score; equal ones count half */
  double calibration_error;        /* sum over bins of n |predicted - observed| over all pairs */
  AssayCalibrationBin bins[ASSAY_CALIBRATION_BINS];
} AssayPreferenceReport;

/** Judges scores chosen[i * stride] and rejected[i * stride] of pair i, for rows[n] (NULL: all). */
AssayPreferenceReport assay_preference_report (const AssayPairs *pairs, const uint32_t *rows,
                                               uint32_t n, const double *chosen,
                                               const double *rejected, size_t stride);
/** The same of the model with the weights @values. */
AssayPreferenceReport assay_preference_validate (AssayScorer *scorer, const float *values,
                                                 const AssayPairs *pairs, const uint32_t *rows,
                                                 uint32_t n);

#endif
