/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/text/training.h"

#include "base/num/random.h"
#include "learn/text/blocks.h"

#include <assay/random.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Numbers of a checkpoint. */
enum
{
  STEPS,
  LOSS, /* sums over the epoch so far: doubles' bits */
  WEIGHT,
  ROWS, /* what the training was made for */
  BATCH,
  N_COUNTERS
};

struct AssayTraining
{
  AssayTrainingData data;
  AssayTrainingOptions options; /* parts and shards are never 0 */
  AssayParams *params;
  AssayTrainer *trainer;
  AssayOptimizer *optimizer;
  AssayWorkers *workers;
  AssayStream stream, epoch_stream; /* the latter before the epoch's order was drawn */
  uint32_t *order;                  /* [n]: the epoch's */
  AssayItem *items, *room;          /* [batch] */
  uint32_t *rows;                   /* [batch]: the step's, most tokens first */
  uint32_t *begins;                 /* [parts * shards + 1]: of each piece, among them */
  uint32_t part;                    /* that is being computed */
  float divisor;
  uint64_t step, steps, steps_per_epoch;
  double loss_sum, weight_sum; /* over the epoch so far */
};

static uint32_t
at_least_1 (uint32_t n)
{
  return n > 0 ? n : 1;
}

static void
check (const AssayTrainingData *data, const AssayTrainingOptions *options)
{
  if (data->n > 0 && options->batch > 0)
    return;
  fprintf (stderr, "assay_training_new: batches of %u rows of %u\n", options->batch, data->n);
  abort ();
}

AssayTraining *
assay_training_new (AssayParams *params, const AssayTrainingData *data,
                    const AssayTrainingOptions *options, const AssayStream *stream,
                    AssayWorkers *workers)
{
  AssayTraining *training = assay_alloc_zeroed (sizeof *training);
  uint32_t batch = options->batch < data->n ? options->batch : data->n;

  check (data, options);
  training->data = *data;
  training->options = *options;
  training->options.parts = at_least_1 (options->parts);
  training->options.shards = at_least_1 (options->shards);
  training->params = params;
  training->trainer = assay_trainer_new (params, training->options.shards, workers);
  training->optimizer = assay_optimizer_new (params, &options->optimizer);
  training->workers = workers;
  training->stream = *stream;
  training->order = assay_alloc_zeroed (data->n * sizeof *training->order);
  training->items = assay_alloc_zeroed (batch * sizeof *training->items);
  training->room = assay_alloc_zeroed (batch * sizeof *training->room);
  training->rows = assay_alloc_zeroed (batch * sizeof *training->rows);
  training->begins = assay_alloc_zeroed (
      ((size_t) training->options.parts * training->options.shards + 1) * sizeof (uint32_t));
  training->steps_per_epoch = (data->n + (uint64_t) batch - 1) / batch;
  training->steps = training->steps_per_epoch * options->epochs;
  return training;
}

void
assay_training_free (AssayTraining *training)
{
  if (training == NULL)
    return;
  if (training->data.free_data != NULL)
    training->data.free_data (training->data.data);
  assay_trainer_free (training->trainer);
  assay_optimizer_free (training->optimizer);
  free (training->order);
  free (training->items);
  free (training->room);
  free (training->rows);
  free (training->begins);
  free (training);
}

/* ---- a step ---- */

static void
draw_order (AssayTraining *training)
{
  training->epoch_stream = training->stream;
  for (uint32_t i = 0; i < training->data.n; i++)
    training->order[i] = i;
  assay_permute (&training->stream, training->order, training->data.n);
}

/** The step's rows, most tokens first; returns their number. */
static uint32_t
take_rows (AssayTraining *training)
{
  const AssayTrainingData *data = &training->data;
  uint64_t batch = training->options.batch;
  uint64_t begin = training->step % training->steps_per_epoch * batch;
  uint32_t n = (uint32_t) (data->n - begin < batch ? data->n - begin : batch);
  const uint32_t *rows = training->order + begin;

  for (uint32_t i = 0; i < n; i++)
    training->items[i] = (AssayItem){ data->tokens[rows[i]], i };
  assay_sort_items (training->items, training->room, n);
  for (uint32_t i = 0; i < n; i++)
    training->rows[i] = rows[training->items[i].place];
  return n;
}

/** A row goes to the piece in whose share of the tokens its middle lies. */
static void
cut (AssayTraining *training, uint32_t n)
{
  const AssayItem *items = training->items;
  uint64_t pieces = (uint64_t) training->options.parts * training->options.shards, piece = 0;
  uint64_t total = 0, before = 0;

  for (uint32_t i = 0; i < n; i++)
    total += 2 * (uint64_t) items[i].length;
  for (uint32_t i = 0; i < n; i++)
    {
      while (piece < pieces && (before + items[i].length) * pieces >= piece * total)
        training->begins[piece++] = i;
      before += 2 * (uint64_t) items[i].length;
    }
  while (piece <= pieces)
    training->begins[piece++] = n;
}

AssayTensor *
assay_training_no_loss (AssayTape *tape)
{
  AssayTensor *none = assay_tensor_new (tape, ASSAY_FP32, 0, NULL);

  *none->data = 0;
  return none;
}

/** The loss of a shard's piece of the part. */
static AssayTensor *
piece_loss (AssayTape *tape, uint32_t shard, void *data)
{
  const AssayTraining *training = data;
  uint32_t piece = training->part * training->options.shards + shard;
  uint32_t begin = training->begins[piece], n = training->begins[piece + 1] - begin;

  if (n == 0)
    return assay_training_no_loss (tape);
  return training->data.loss (tape, training->rows + begin, n, training->divisor,
                              training->data.data);
}

static double
weight_of (const AssayTraining *training, uint32_t n)
{
  uint64_t sum = 0;

  if (training->data.weights == NULL)
    return n;
  for (uint32_t i = 0; i < n; i++)
    sum += training->data.weights[training->rows[i]];
  return (double) sum;
}

/** Adds the batch to the epoch's sums, and tells of the step. */
static void
account (AssayTraining *training, AssayTrainingStep *step, double weight, double loss, double norm)
{
  bool ended = training->step % training->steps_per_epoch == 0;

  training->loss_sum += weight * loss;
  training->weight_sum += weight;
  if (step == NULL)
    return;
  *step = (AssayTrainingStep){
    .step = training->step,
    .steps = training->steps,
    .epoch = (uint32_t) ((training->step - 1) / training->steps_per_epoch),
    .loss = loss,
    .rate = training->optimizer->options.rate,
    .norm = norm,
    .epoch_ended = ended,
    .epoch_loss = training->weight_sum > 0 ? training->loss_sum / training->weight_sum : 0,
  };
}

static void
begin_epoch (AssayTraining *training)
{
  draw_order (training);
  training->loss_sum = training->weight_sum = 0;
}

bool
assay_training_step (AssayTraining *training, AssayTrainingStep *step)
{
  const AssayTrainingOptions *options = &training->options;
  double loss = 0, weight, norm;
  uint32_t n;

  if (training->step >= training->steps)
    return false;
  if (training->step % training->steps_per_epoch == 0)
    begin_epoch (training);
  n = take_rows (training);
  cut (training, n);
  weight = weight_of (training, n);
  training->divisor = weight > 0 ? (float) weight : 1;
  for (training->part = 0; training->part < options->parts; training->part++)
    loss += assay_gradient (training->trainer, piece_loss, training, training->part > 0);
  training->optimizer->options.rate
      = options->optimizer.rate
        * assay_schedule (options->schedule, training->step, options->warm_up, training->steps,
                          options->floor);
  norm = assay_optimizer_step (training->optimizer, training->trainer->grads[0], training->workers);
  training->step++;
  account (training, step, weight, loss, norm);
  return true;
}

bool
assay_training_run (AssayTraining *training, AssayTrainingReport report, void *data)
{
  AssayTrainingStep step;

  while (assay_training_step (training, &step))
    if (report != NULL && !report (&step, data))
      return false;
  return true;
}

/* ---- its state ---- */

static uint64_t
bits_of (double x)
{
  uint64_t bits;

  memcpy (&bits, &x, sizeof bits);
  return bits;
}

static double
double_of (uint64_t bits)
{
  double x;

  memcpy (&x, &bits, sizeof x);
  return x;
}

static AssayCheckpoint
checkpoint_of (const AssayTraining *training, AssayStream *stream, uint64_t *counters)
{
  return (AssayCheckpoint){ .params = training->params,
                            .optimizer = training->optimizer,
                            .streams = stream,
                            .n_streams = 1,
                            .counters = counters,
                            .n_counters = N_COUNTERS };
}

bool
assay_training_save (const AssayTraining *training, const char *path, AssayTensorsError *error)
{
  bool between = training->step % training->steps_per_epoch == 0;
  AssayStream stream = between ? training->stream : training->epoch_stream;
  uint64_t counters[N_COUNTERS] = {
    [STEPS] = training->step,
    [LOSS] = bits_of (training->loss_sum),
    [WEIGHT] = bits_of (training->weight_sum),
    [ROWS] = training->data.n,
    [BATCH] = training->options.batch,
  };
  AssayCheckpoint checkpoint = checkpoint_of (training, &stream, counters);

  return assay_checkpoint_save (&checkpoint, path, error);
}

bool
assay_training_load (AssayTraining *training, const char *path, AssayTensorsError *error)
{
  AssayStream stream = training->stream;
  uint64_t counters[N_COUNTERS];
  AssayCheckpoint checkpoint = checkpoint_of (training, &stream, counters);

  if (!assay_checkpoint_load (&checkpoint, path, error))
    return false;
  if (counters[ROWS] != training->data.n || counters[BATCH] != training->options.batch
      || counters[STEPS] > training->steps)
    {
      snprintf (error->text, sizeof error->text,
                "%.200s: saved at step %llu of a training on %llu rows by batches of %llu, not of "
                "this one of %llu steps on %u rows by batches of %u",
                path, (unsigned long long) counters[STEPS], (unsigned long long) counters[ROWS],
                (unsigned long long) counters[BATCH], (unsigned long long) training->steps,
                training->data.n, training->options.batch);
      return false;
    }
  training->stream = stream;
  training->step = counters[STEPS];
  if (training->step % training->steps_per_epoch != 0)
    draw_order (training);
  training->loss_sum = double_of (counters[LOSS]);
  training->weight_sum = double_of (counters[WEIGHT]);
  return true;
}
