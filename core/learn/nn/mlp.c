/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/nn/mlp.h"

#include <math.h>
#include <stdlib.h>

AssayMlp *
assay_mlp_new (AssayParams *params, const char *name, const size_t *sizes, uint32_t n,
               AssayActivation act)
{
  AssayMlp *mlp = assay_alloc_zeroed (sizeof *mlp);

  mlp->n_layers = n - 1;
  mlp->act = act;
  mlp->weights = assay_alloc_zeroed (mlp->n_layers * sizeof *mlp->weights);
  mlp->biases = assay_alloc_zeroed (mlp->n_layers * sizeof *mlp->biases);
  for (uint32_t i = 0; i < mlp->n_layers; i++)
    {
      float bound = (float) (1 / sqrt ((double) sizes[i]));

      mlp->weights[i] = assay_params_add (params, ASSAY_SHAPE (sizes[i + 1], sizes[i]),
                                          ASSAY_INIT_UNIFORM, bound, "%s.%u.weight", name, i);
      mlp->biases[i] = assay_params_add (params, ASSAY_SHAPE (sizes[i + 1]), ASSAY_INIT_UNIFORM,
                                         bound, "%s.%u.bias", name, i);
    }
  return mlp;
}

void
assay_mlp_free (AssayMlp *mlp)
{
  if (mlp == NULL)
    return;
  free (mlp->weights);
  free (mlp->biases);
  free (mlp);
}

AssayTensor *
assay_mlp (AssayTape *tape, const AssayMlp *mlp, AssayTensor *x)
{
  for (uint32_t i = 0; i < mlp->n_layers; i++)
    x = assay_linear (tape, x, assay_tape_param (tape, mlp->weights[i]),
                      assay_tape_param (tape, mlp->biases[i]),
                      i + 1 < mlp->n_layers ? mlp->act : ASSAY_IDENTITY);
  return x;
}
