/* SPDX-License-Identifier: Apache-2.0
 *
 * Operations of Q networks and of their losses.
 */
#ifndef ASSAY_LEARN_Q_OPS_H
#define ASSAY_LEARN_Q_OPS_H

#include "learn/tensor/ops.h"

/** mean + deviation * (row_noise x column_noise), all of one shape, [rows][columns] or [rows];
 *  @column_noise NULL: 1 (Fortunato et al. 2018, equations 10 and 11). */
AssayTensor *assay_perturb (AssayTape *tape, AssayTensor *mean, AssayTensor *deviation,
                            const float *row_noise, const float *column_noise);
/** value + advantage - its mean over actions, atom by atom: value [n][atoms], advantage
 *  [n][actions * atoms] -> [n][actions * atoms] (Wang et al. 2016, equation 9). */
AssayTensor *assay_dueling (AssayTape *tape, AssayTensor *value, AssayTensor *advantage);

/** The mean over rows of weight * Huber (values[action] - target): values [n][actions] -> scalar.
 *  @delta 0: half the square.  @weights NULL: 1.  @errors [n] receives the differences. */
AssayTensor *assay_q_loss (AssayTape *tape, AssayTensor *values, const int32_t *actions,
                           const float *targets, const float *weights, float delta, float *errors);
/** The mean over rows of weight * cross entropy of softmax (logits[action]) to @targets [n][atoms]:
 *  logits [n][actions * atoms] -> scalar.  @errors [n] receives the divergences KL (target ||
 *  softmax). */
AssayTensor *assay_distribution_loss (AssayTape *tape, AssayTensor *logits, size_t n_atoms,
                                      const int32_t *actions, const float *targets,
                                      const float *weights, float *errors);
#endif
