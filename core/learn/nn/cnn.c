/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/nn/cnn.h"

#include "learn/tensor/op.h"

#include <math.h>
#include <string.h>

/** Adds layer @i, for images of @shape, which becomes that of its output. */
static void
add_conv (AssayCnn *cnn, AssayParams *params, const char *name, uint32_t i, size_t shape[3])
{
  const AssayConvLayer *conv = &cnn->convs[i];
  float bound = (float) (1 / sqrt ((double) (conv->size * conv->size * shape[2])));

  cnn->weights[i]
      = assay_params_add (params, ASSAY_SHAPE (conv->filters, conv->size, conv->size, shape[2]),
                          ASSAY_INIT_UNIFORM, bound, "%s.conv.%u.weight", name, i);
  cnn->biases[i] = assay_params_add (params, ASSAY_SHAPE (conv->filters), ASSAY_INIT_UNIFORM, bound,
                                     "%s.conv.%u.bias", name, i);
  for (uint32_t side = 0; side < 2; side++)
    {
      size_t padded = shape[side] + 2 * conv->padding;

      assay_require (conv->stride > 0 && padded >= conv->size,
                     "%s: convolution %u has windows of %zu on %zu", name, i, conv->size, padded);
      shape[side] = (padded - conv->size) / conv->stride + 1;
    }
  shape[2] = conv->filters;
}

AssayCnn *
assay_cnn_new (AssayParams *params, const char *name, const size_t image[3],
               const AssayConvLayer *convs, uint32_t n_convs, const size_t *dense, uint32_t n_dense,
               AssayActivation act)
{
  AssayCnn *cnn = assay_alloc_zeroed (sizeof *cnn);
  size_t shape[3] = { image[0], image[1], image[2] };
  size_t *sizes = assay_alloc_zeroed ((n_dense + 1) * sizeof *sizes);
  char dense_name[256];

  cnn->n_convs = n_convs;
  cnn->act = act;
  cnn->convs = assay_alloc_zeroed (n_convs * sizeof *cnn->convs);
  cnn->weights = assay_alloc_zeroed (n_convs * sizeof *cnn->weights);
  cnn->biases = assay_alloc_zeroed (n_convs * sizeof *cnn->biases);
  for (uint32_t i = 0; i < n_convs; i++)
    {
      cnn->convs[i] = convs[i];
      add_conv (cnn, params, name, i, shape);
    }
  cnn->features = shape[0] * shape[1] * shape[2];
  sizes[0] = cnn->features;
  memcpy (sizes + 1, dense, n_dense * sizeof *sizes);
  snprintf (dense_name, sizeof dense_name, "%s.dense", name);
  cnn->dense = assay_mlp_new (params, dense_name, sizes, n_dense + 1, act);
  free (sizes);
  return cnn;
}

void
assay_cnn_free (AssayCnn *cnn)
{
  if (cnn == NULL)
    return;
  assay_mlp_free (cnn->dense);
  free (cnn->convs);
  free (cnn->weights);
  free (cnn->biases);
  free (cnn);
}

AssayTensor *
assay_cnn (AssayTape *tape, const AssayCnn *cnn, AssayTensor *x)
{
  size_t images = x->shape[0];

  for (uint32_t i = 0; i < cnn->n_convs; i++)
    x = assay_conv2d (tape, x, assay_tape_param (tape, cnn->weights[i]),
                      assay_tape_param (tape, cnn->biases[i]), cnn->convs[i].stride,
                      cnn->convs[i].padding, cnn->act);
  x = assay_reshape (tape, x, 2, (const size_t[]){ images, cnn->features });
  return assay_mlp (tape, cnn->dense, x);
}
