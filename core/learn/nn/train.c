/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/nn/train.h"

#include "learn/tensor/kernels.h"

#include <stdlib.h>

/* Elements of an item of the sum: a block of every shard's gradient fits a first-level cache. */
#define BLOCK ((size_t) 4096)

AssayTrainer *
assay_trainer_new (const AssayParams *params, uint32_t n_shards, AssayWorkers *workers)
{
  AssayTrainer *trainer = assay_alloc_zeroed (sizeof *trainer);

  trainer->params = params;
  trainer->n_shards = n_shards > 1 ? n_shards : 1;
  trainer->tapes = assay_alloc_zeroed (trainer->n_shards * sizeof *trainer->tapes);
  trainer->grads = assay_alloc_zeroed (trainer->n_shards * sizeof *trainer->grads);
  trainer->losses = assay_alloc_zeroed (trainer->n_shards * sizeof *trainer->losses);
  for (uint32_t i = 0; i < trainer->n_shards; i++)
    {
      trainer->tapes[i] = assay_tape_new (params->n);
      trainer->grads[i] = assay_params_vector (params);
    }
  trainer->workers = workers;
  return trainer;
}

void
assay_trainer_free (AssayTrainer *trainer)
{
  if (trainer == NULL)
    return;
  for (uint32_t i = 0; i < trainer->n_shards; i++)
    {
      assay_tape_free (trainer->tapes[i]);
      free (trainer->grads[i]);
    }
  free (trainer->tapes);
  free (trainer->grads);
  free (trainer->losses);
  free (trainer);
}

typedef struct Work
{
  const AssayTrainer *trainer;
  AssayLoss loss;
  void *data;
  bool accumulate;
} Work;

static void
run_shard (void *data, uint32_t shard)
{
  const Work *work = data;
  const AssayTrainer *trainer = work->trainer;
  const AssayParams *params = trainer->params;
  AssayTape *tape = trainer->tapes[shard];
  AssayTensor *loss;

  assay_tape_begin (tape, params->values, trainer->grads[shard], work->accumulate && shard == 0);
  loss = work->loss (tape, shard, work->data);
  trainer->losses[shard] = *loss->data;
  assay_tape_backward (tape, loss, 1, params->params, params->n);
}

/** Adds a block of all shards' gradients to the first's, in the order of the shards. */
static void
sum_block (void *data, uint32_t item)
{
  const AssayTrainer *trainer = data;
  size_t begin = item * BLOCK, rest = trainer->params->size - begin;
  float *sum = trainer->grads[0] + begin;

  for (uint32_t i = 1; i < trainer->n_shards; i++)
    assay_kernels ()->add (sum, sum, trainer->grads[i] + begin, rest < BLOCK ? rest : BLOCK);
}

double
assay_gradient (AssayTrainer *trainer, AssayLoss loss, void *data, bool accumulate)
{
  Work work = { trainer, loss, data, accumulate };
  double sum = 0;

  assay_workers_run (trainer->workers, run_shard, &work, trainer->n_shards);
  if (trainer->n_shards > 1)
    assay_workers_run (trainer->workers, sum_block, trainer,
                       (uint32_t) ((trainer->params->size + BLOCK - 1) / BLOCK));
  for (uint32_t i = 0; i < trainer->n_shards; i++)
    sum += trainer->losses[i];
  return sum;
}
