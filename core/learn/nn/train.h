/* SPDX-License-Identifier: Apache-2.0
 *
 * Data-parallel training in one process.  A batch is cut into shards; each has a tape and a
 * gradient of its own and runs on one thread with single-threaded BLAS; gradients are summed in
 * the order of the shards.  So bits depend on the number of shards, a parameter of the study,
 * and never on the number of threads.
 */
#ifndef ASSAY_LEARN_TRAIN_H
#define ASSAY_LEARN_TRAIN_H

#include "learn/nn/optim.h"

/** Builds shard @shard's part of the loss on @tape and returns it: a scalar, already scaled so
 *  that the parts add up to the batch's loss.  Called on any thread. */
typedef AssayTensor *(*AssayLoss) (AssayTape *tape, uint32_t shard, void *data);

typedef struct AssayTrainer
{
  const AssayParams *params;
  uint32_t n_shards;
  AssayTape **tapes; /* [n_shards] */
  float **grads;     /* [n_shards] vectors; the first holds the sum after assay_gradient */
  double *losses;    /* [n_shards] */
  AssayWorkers *workers;
} AssayTrainer;

/** @workers may be NULL (one thread), is not owned, and outlives the trainer. */
AssayTrainer *assay_trainer_new (const AssayParams *params, uint32_t n_shards,
                                 AssayWorkers *workers);
void assay_trainer_free (AssayTrainer *trainer);
/** The gradient of the loss, into grads[0] (added to what is there if @accumulate); returns the
 *  loss, the shards' parts summed in order. */
double assay_gradient (AssayTrainer *trainer, AssayLoss loss, void *data, bool accumulate);

#endif
