/* SPDX-License-Identifier: Apache-2.0
 *
 * A convolutional network: convolutions, each with the activation, then a multilayer perceptron on
 * what they leave.
 */
#ifndef ASSAY_LEARN_CNN_H
#define ASSAY_LEARN_CNN_H

#include "learn/nn/mlp.h"

typedef struct AssayConvLayer
{
  size_t filters, size, stride, padding; /* windows of size x size */
} AssayConvLayer;

typedef struct AssayCnn
{
  uint32_t n_convs;
  AssayConvLayer *convs;                 /* [n_convs] */
  const AssayWeight **weights, **biases; /* [n_convs] */
  AssayActivation act;
  size_t features; /* numbers that the last convolution gives */
  AssayMlp *dense;
} AssayCnn;

/** For images @image = { height, width, channels }: @n_convs convolutions, added to @params as
 *  "<name>.conv.<layer>.weight" and ".bias", then layers to dense[0], ..., dense[n_dense - 1]
 *  (n_dense >= 1) as "<name>.dense.<layer>...".  All are drawn as PyTorch draws them: uniformly,
 *  bound 1 / sqrt (inputs).  A layer whose windows exceed the image ends the program. */
AssayCnn *assay_cnn_new (AssayParams *params, const char *name, const size_t image[3],
                         const AssayConvLayer *convs, uint32_t n_convs, const size_t *dense,
                         uint32_t n_dense, AssayActivation act);
void assay_cnn_free (AssayCnn *cnn);
/** x [B][height][width][channels] -> [B][dense[n_dense - 1]]. */
AssayTensor *assay_cnn (AssayTape *tape, const AssayCnn *cnn, AssayTensor *x);

#endif
