/* SPDX-License-Identifier: Apache-2.0
 *
 * A multilayer perceptron: linear layers with an activation between them, none after the last.
 */
#ifndef ASSAY_LEARN_MLP_H
#define ASSAY_LEARN_MLP_H

#include "learn/nn/params.h"
#include "learn/tensor/ops.h"

typedef struct AssayMlp
{
  uint32_t n_layers;
  AssayActivation act;
  const AssayWeight **weights, **biases; /* [n_layers] */
} AssayMlp;

/** Layers of sizes[0] -> sizes[1] -> ... -> sizes[n - 1], n >= 2, added to @params as
 *  "<name>.<layer>.weight" and ".bias".  Both are drawn as PyTorch's Linear draws them: uniformly,
 *  bound 1 / sqrt (inputs). */
AssayMlp *assay_mlp_new (AssayParams *params, const char *name, const size_t *sizes, uint32_t n,
                         AssayActivation act);
void assay_mlp_free (AssayMlp *mlp);
/** x [..., sizes[0]] -> [..., sizes[n - 1]]. */
AssayTensor *assay_mlp (AssayTape *tape, const AssayMlp *mlp, AssayTensor *x);

#endif
