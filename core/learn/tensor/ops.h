/* SPDX-License-Identifier: Apache-2.0
 *
 * Differentiable operations.  Each returns a new tensor of the tape; shapes are checked, and a
 * wrong one ends the program with the operation's name (a programmer's error).
 */
#ifndef ASSAY_LEARN_OPS_H
#define ASSAY_LEARN_OPS_H

#include "learn/tensor/kernels.h"
#include "learn/tensor/tensor.h"

/* ---- op-linear.c ---- */

/** act (x w^T + b): x [..., in], w [out][in], b [out] or NULL -> [..., out]. */
AssayTensor *assay_linear (AssayTape *tape, AssayTensor *x, AssayTensor *w, AssayTensor *b,
                           AssayActivation act);
/** residual + x w^T + b, of the shape of @residual: the end of a transformer's branch. */
AssayTensor *assay_linear_residual (AssayTape *tape, AssayTensor *x, AssayTensor *w, AssayTensor *b,
                                    AssayTensor *residual);

#endif
