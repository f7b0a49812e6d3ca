/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/nn/head.h"

void
assay_head_init (AssayHead *head, AssayParams *params, const char *name, size_t d, size_t out,
                 float deviation)
{
  head->w = assay_params_add (params, ASSAY_SHAPE (out, d), ASSAY_INIT_NORMAL, deviation,
                              "%s.weight", name);
  head->b = assay_params_add (params, ASSAY_SHAPE (out), ASSAY_INIT_ZERO, 0, "%s.bias", name);
}

AssayTensor *
assay_head (AssayTape *tape, const AssayHead *head, AssayTensor *states)
{
  return assay_linear (tape, states, assay_tape_param (tape, head->w),
                       assay_tape_param (tape, head->b), ASSAY_IDENTITY);
}
