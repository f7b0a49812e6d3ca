/* SPDX-License-Identifier: Apache-2.0
 *
 * A training over the rows of a data set: epochs of batches, each epoch in an order drawn anew.
 * The caller takes step after step, so it may look, save or leave off between any two; a training
 * that is saved and loaded goes on to the same bits.  They depend on the options, the data and the
 * stream, never on the number of threads.
 *
 * A batch is sorted by length and cut into pieces of about as many tokens, one for each shard of
 * each part: what is padded is little, and padding changes no row's result.
 */
#ifndef ASSAY_LEARN_TRAINING_H
#define ASSAY_LEARN_TRAINING_H

#include "learn/nn/checkpoint.h"
#include "learn/nn/train.h"

typedef struct AssayTrainingOptions
{
  uint32_t epochs;
  uint32_t batch; /* rows of a step, >= 1; an epoch's last step takes what is left */
  uint32_t parts; /* that a batch is computed in, one after another (gradient accumulation); 0: 1 */
  uint32_t shards;                 /* that a part is computed in side by side (train.h); 0: 1 */
  AssayOptimizerOptions optimizer; /* its rate is the schedule's highest */
  AssaySchedule schedule;
  uint64_t warm_up; /* steps */
  double floor;     /* the part of the rate that the schedule ends at */
} AssayTrainingOptions;

/** What a training is over.  It asks for the loss of some rows at a time, on any thread. */
typedef struct AssayTrainingData
{
  uint32_t n;              /* rows */
  const uint32_t *tokens;  /* [n] that are computed for a row: batches are sorted by them */
  const uint32_t *weights; /* [n]: a batch's loss is the rows' sum over their weights'; NULL: 1 */
  /* The sum of rows[n]'s losses over @divisor, a scalar.  n >= 1, most tokens first. */
  AssayTensor *(*loss) (AssayTape *tape, const uint32_t *rows, uint32_t n, float divisor,
                        void *data);
  void *data;
  void (*free_data) (void *data); /* called with the training's end; NULL: nothing to do */
} AssayTrainingData;

/** One step, as it is reported. */
typedef struct AssayTrainingStep
{
  uint64_t step, steps; /* steps taken, with this one, of all there will be */
  uint32_t epoch;       /* that this step belongs to, from 0 */
  double loss;          /* the batch's mean before the step, nats */
  double rate;          /* that it was taken with */
  double norm;          /* the gradient's 2-norm; 0 where it is not clipped */
  bool epoch_ended;     /* with this step */
  double epoch_loss;    /* the mean over the epoch so far, each batch before its step */
} AssayTrainingStep;

/** A loss of 0 that depends on nothing, for rows with nothing to learn from. */
AssayTensor *assay_training_no_loss (AssayTape *tape);

typedef struct AssayTraining AssayTraining;

/** Trains @params' arrays but the frozen ones.  @stream is copied.  @workers may be NULL, is not
 *  owned and outlives the training; so do @params and what @data points to. */
AssayTraining *assay_training_new (AssayParams *params, const AssayTrainingData *data,
                                   const AssayTrainingOptions *options, const AssayStream *stream,
                                   AssayWorkers *workers);
void assay_training_free (AssayTraining *training);

/** Takes the next step; @step, if not NULL, tells of it.  False: there is none left. */
bool assay_training_step (AssayTraining *training, AssayTrainingStep *step);

/** Told of each step; false leaves off. */
typedef bool (*AssayTrainingReport) (const AssayTrainingStep *step, void *data);

/** Takes all steps that are left.  False: @report (or NULL) left off; the training may go on. */
bool assay_training_run (AssayTraining *training, AssayTrainingReport report, void *data);

/** Saves values, moments, the place in the epoch and the stream; see checkpoint.h. */
bool assay_training_save (const AssayTraining *training, const char *path,
                          AssayTensorsError *error);
/** Takes the state from @path into a training made with the same arguments. */
bool assay_training_load (AssayTraining *training, const char *path, AssayTensorsError *error);

#endif
