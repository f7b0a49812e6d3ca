/* SPDX-License-Identifier: Apache-2.0
 *
 * A gated recurrent unit over a sequence (Cho et al. 2014; gates as in PyTorch).
 */
#ifndef ASSAY_LEARN_GRU_H
#define ASSAY_LEARN_GRU_H

#include "learn/nn/params.h"
#include "learn/tensor/ops.h"

typedef struct AssayGru
{
  size_t in, size;
  const AssayWeight *w_ih, *w_hh, *b_ih, *b_hh; /* [3 size][in], [3 size][size], [3 size] twice */
} AssayGru;

/** Added to @params as "<name>.weight_ih", ".weight_hh", ".bias_ih" and ".bias_hh", drawn as
 *  PyTorch draws them: uniformly, bound 1 / sqrt (size). */
AssayGru *assay_gru_new (AssayParams *params, const char *name, size_t in, size_t size);
void assay_gru_free (AssayGru *gru);
/** Runs over x [T][B][in], from the state @h [B][size], or from 0 if it is NULL; returns the last
 *  state [B][size] (@h if T is 0).  states[T], if not NULL, receives the one after each step. */
AssayTensor *assay_gru (AssayTape *tape, const AssayGru *gru, AssayTensor *x, AssayTensor *h,
                        AssayTensor **states);

#endif
