/* SPDX-License-Identifier: Apache-2.0
 *
 * Optimisers on flat vectors.  Vectorised; cut over worker threads with the same bits whatever
 * their number.
 */
#ifndef ASSAY_LEARN_OPTIM_H
#define ASSAY_LEARN_OPTIM_H

#include "learn/nn/params.h"
#include "learn/tensor/parallel.h"

typedef enum AssayOptimizerKind
{
  ASSAY_SGD,  /* v = momentum v + g (+ decay w); w -= rate v */
  ASSAY_ADAM, /* decay, if any, is added to the gradient (Kingma and Ba 2015) */
  ASSAY_ADAMW /* decay is apart from the gradient (Loshchilov and Hutter 2019) */
} AssayOptimizerKind;

typedef struct AssayOptimizerOptions
{
  AssayOptimizerKind kind;
  double rate;
  double beta1, beta2; /* beta1 is SGD's momentum */
  double epsilon;
  double decay;    /* of arrays that decay */
  double max_norm; /* the gradient's 2-norm is clipped to this; 0: never */
} AssayOptimizerOptions;

/** Adam's usual ones: rate 1e-3, betas 0.9 and 0.999, epsilon 1e-8, no decay, no clipping. */
extern const AssayOptimizerOptions assay_adam_defaults;

typedef struct AssayOptimizer
{
  AssayOptimizerOptions options; /* `rate` may be changed between steps (a schedule) */
  const AssayParams *params;
  float *moments1; /* of the layout of params->values */
  float *moments2; /* likewise; NULL of SGD */
  double *squares; /* room for the gradient's norm */
  uint64_t steps;  /* taken */
} AssayOptimizer;

AssayOptimizer *assay_optimizer_new (const AssayParams *params,
                                     const AssayOptimizerOptions *options);
void assay_optimizer_free (AssayOptimizer *optimizer);
/** One step down @grads.  Returns the gradient's 2-norm before clipping; 0 if max_norm is 0 (it
 *  is not computed).  @workers NULL: on this thread. */
double assay_optimizer_step (AssayOptimizer *optimizer, const float *grads, AssayWorkers *workers);

typedef enum AssaySchedule
{
  ASSAY_SCHEDULE_CONSTANT,
  ASSAY_SCHEDULE_LINEAR, /* down to `floor` at the end */
  ASSAY_SCHEDULE_COSINE  /* half a cosine down to `floor` at the end */
} AssaySchedule;

/** Factor of the rate at @step of @total, counted from 0: step + 1 of @warm_up during a linear
 *  warm-up, then the schedule, which reaches its end at @total and stays there. */
double assay_schedule (AssaySchedule schedule, uint64_t step, uint64_t warm_up, uint64_t total,
                       double floor);

/** average = decay average + (1 - decay) values, over n elements. */
void assay_moving_average (float *average, const float *values, float decay, size_t n,
                           AssayWorkers *workers);

#endif
