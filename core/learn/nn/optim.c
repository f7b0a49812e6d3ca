/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/nn/optim.h"

#include "learn/tensor/kernels.h"

#include <math.h>
#include <stdlib.h>

/* Elements of an item of work: fixed, so that sums over blocks do not depend on the number of
 * threads, and few enough that a block's four vectors stay in a second-level cache. */
#define BLOCK ((size_t) 16384)

const AssayOptimizerOptions assay_adam_defaults
    = { .kind = ASSAY_ADAM, .rate = 1e-3, .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8 };

static uint32_t
n_blocks (size_t n)
{
  return (uint32_t) ((n + BLOCK - 1) / BLOCK);
}

static size_t
smaller (size_t a, size_t b)
{
  return a < b ? a : b;
}

AssayOptimizer *
assay_optimizer_new (const AssayParams *params, const AssayOptimizerOptions *options)
{
  AssayOptimizer *optimizer = assay_alloc_zeroed (sizeof *optimizer);

  optimizer->options = *options;
  optimizer->params = params;
  optimizer->moments1 = assay_params_vector (params);
  if (options->kind != ASSAY_SGD)
    optimizer->moments2 = assay_params_vector (params);
  optimizer->squares = assay_alloc_zeroed (n_blocks (params->size) * sizeof (double));
  return optimizer;
}

void
assay_optimizer_free (AssayOptimizer *optimizer)
{
  if (optimizer == NULL)
    return;
  free (optimizer->moments1);
  free (optimizer->moments2);
  free (optimizer->squares);
  free (optimizer);
}

/* ---- the norm ---- */

typedef struct Norm
{
  const float *grads;
  size_t n;
  double *squares; /* a sum for each block */
} Norm;

static void
norm_block (void *data, uint32_t item)
{
  const Norm *norm = data;
  size_t begin = item * BLOCK;

  norm->squares[item]
      = assay_kernels ()->sum_squares (norm->grads + begin, smaller (BLOCK, norm->n - begin));
}

static double
norm_of (const AssayOptimizer *optimizer, const float *grads, AssayWorkers *workers)
{
  size_t n = optimizer->params->size;
  uint32_t blocks = n_blocks (n);
  Norm norm = { grads, n, optimizer->squares };
  double sum = 0;

  assay_workers_run (workers, norm_block, &norm, blocks);
  for (uint32_t i = 0; i < blocks; i++)
    sum += norm.squares[i];
  return sqrt (sum);
}

/* ---- a step ---- */

typedef struct Step
{
  const AssayOptimizer *optimizer;
  const float *grads;
  float scale;           /* of the gradient */
  AssayAdamStep adam[2]; /* of arrays that do not decay, and of those that do */
} Step;

static AssayAdamStep
adam_step (const AssayOptimizer *optimizer, float scale, bool decays)
{
  const AssayOptimizerOptions *o = &optimizer->options;
  double decay = decays ? o->decay : 0, t = (double) optimizer->steps;
  bool apart = o->kind == ASSAY_ADAMW;

  return (AssayAdamStep){
    .scale = scale,
    .decay = (float) (apart ? 0 : decay),
    .keep = (float) (apart ? 1 - o->rate * decay : 1),
    .beta1 = (float) o->beta1,
    .rest1 = (float) (1 - o->beta1),
    .beta2 = (float) o->beta2,
    .rest2 = (float) (1 - o->beta2),
    .rate = (float) (o->rate / (1 - pow (o->beta1, t))),
    .correction = (float) (1 / sqrt (1 - pow (o->beta2, t))),
    .epsilon = (float) o->epsilon,
  };
}

static void
step_range (const Step *step, size_t begin, size_t n, bool decays)
{
  const AssayOptimizer *optimizer = step->optimizer;
  const AssayOptimizerOptions *o = &optimizer->options;
  float *w = optimizer->params->values + begin;
  const float *g = step->grads + begin;

  if (o->kind == ASSAY_SGD)
    assay_kernels ()->sgd (w, optimizer->moments1 + begin, g, n, step->scale, (float) o->beta1,
                           (float) o->rate, (float) (decays ? o->decay : 0));
  else
    assay_kernels ()->adam (w, optimizer->moments1 + begin, optimizer->moments2 + begin, g, n,
                            &step->adam[decays]);
}

/** What each array has of the block. */
static void
step_block (void *data, uint32_t item)
{
  const Step *step = data;
  const AssayParams *params = step->optimizer->params;
  size_t begin = item * BLOCK, end = begin + BLOCK;

  for (uint32_t i = 0; i < params->n; i++)
    {
      const AssayWeight *weight = params->params[i];
      size_t from = weight->offset > begin ? weight->offset : begin;
      size_t to = smaller (weight->offset + weight->size, end);

      if (from < to && !weight->frozen)
        step_range (step, from, to - from, weight->decays);
    }
}

double
assay_optimizer_step (AssayOptimizer *optimizer, const float *grads, AssayWorkers *workers)
{
  const AssayParams *params = optimizer->params;
  double max_norm = optimizer->options.max_norm, norm = 0;
  Step step = { .optimizer = optimizer, .grads = grads, .scale = 1 };

  if (max_norm > 0)
    {
      double factor;

      norm = norm_of (optimizer, grads, workers);
      factor = max_norm / (norm + 1e-6); /* as PyTorch has it */
      step.scale = factor >= 1 ? 1 : (float) factor;
    }
  optimizer->steps++;
  for (uint32_t decays = 0; decays < 2; decays++)
    step.adam[decays] = adam_step (optimizer, step.scale, decays);
  assay_workers_run (workers, step_block, &step, n_blocks (params->size));
  return norm;
}

/* ---- schedules and averages ---- */

double
assay_schedule (AssaySchedule schedule, uint64_t step, uint64_t warm_up, uint64_t total,
                double floor)
{
  double done; /* part of the way after the warm-up */

  if (step < warm_up)
    return (double) (step + 1) / (double) warm_up;
  done = step < total ? (double) (step - warm_up) / (double) (total - warm_up) : 1;
  switch (schedule)
    {
    case ASSAY_SCHEDULE_LINEAR:
      return 1 - (1 - floor) * done;
    case ASSAY_SCHEDULE_COSINE:
      return floor + (1 - floor) * 0.5 * (1 + cos (M_PI * done));
    default:
      return 1;
    }
}

typedef struct Average
{
  float *average;
  const float *values;
  float decay;
  size_t n;
} Average;

static void
average_block (void *data, uint32_t item)
{
  const Average *a = data;
  size_t begin = item * BLOCK;

  assay_kernels ()->blend (a->average + begin, a->values + begin, a->decay,
                           smaller (BLOCK, a->n - begin));
}

void
assay_moving_average (float *average, const float *values, float decay, size_t n,
                      AssayWorkers *workers)
{
  Average data = { average, values, decay, n };

  assay_workers_run (workers, average_block, &data, n_blocks (n));
}
