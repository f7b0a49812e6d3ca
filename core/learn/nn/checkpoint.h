/* SPDX-License-Identifier: Apache-2.0
 *
 * Models and the state of their training in safetensors files.  Arrays stand by their names;
 * what training needs besides by "training." and a name: "training.moments1.<array>",
 * "training.moments2.<array>", "training.average.<array>" (F32), "training.steps",
 * "training.streams" (seed, name's hash, word) and "training.counters" (U32, low halves first).
 */
#ifndef ASSAY_LEARN_CHECKPOINT_H
#define ASSAY_LEARN_CHECKPOINT_H

#include "base/tensors/tensors.h"
#include "learn/nn/optim.h"

/** What is saved, and where loading puts it; all but @params may be left out. */
typedef struct AssayCheckpoint
{
  AssayParams *params;
  AssayOptimizer *optimizer; /* moments and steps; its options are the study's parameters */
  float *average;            /* a moving average of the values */
  AssayStream *streams;      /* [n_streams] */
  uint32_t n_streams;
  uint64_t *counters; /* [n_counters]: steps, samples, ... */
  uint32_t n_counters;
} AssayCheckpoint;

/** Writes @path in one step.  Equal states give equal bytes. */
bool assay_checkpoint_save (const AssayCheckpoint *checkpoint, const char *path,
                            AssayTensorsError *error);
/** Takes the state from @path, so that training goes on to the same bits.  Nothing is changed
 *  unless the file has just these arrays of these shapes, all finite.  Where only @params are
 *  asked for, the file's "training." tensors are left alone. */
bool assay_checkpoint_load (const AssayCheckpoint *checkpoint, const char *path,
                            AssayTensorsError *error);

#endif
