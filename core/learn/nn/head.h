/* SPDX-License-Identifier: Apache-2.0
 *
 * A linear layer on a model's states: a scalar for a reward or a value, or some classes.
 */
#ifndef ASSAY_LEARN_HEAD_H
#define ASSAY_LEARN_HEAD_H

#include "learn/nn/params.h"
#include "learn/tensor/ops.h"

typedef struct AssayHead
{
  const AssayWeight *w, *b; /* [out][d], [out] */
} AssayHead;

/** Adds "@name.weight", drawn with @deviation (0: the head gives 0 at first), and "@name.bias", 0,
 *  to @params. */
void assay_head_init (AssayHead *head, AssayParams *params, const char *name, size_t d, size_t out,
                      float deviation);
/** states [..., d] -> [..., out]. */
AssayTensor *assay_head (AssayTape *tape, const AssayHead *head, AssayTensor *states);

#endif
