/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/tensor/op.h"

#include <string.h>

typedef struct Norm
{
  AssayTensor *x, *gain, *bias, *y;
  float *means, *scales; /* [rows]; means NULL: RMS norm */
  size_t rows, columns;
} Norm;

/** Where the gradient of gain or bias is to be added: zeroed if fresh, scratch if unwanted. */
static float *
sums (AssayTape *tape, AssayTensor *x, size_t n)
{
  bool fresh = true;
  float *grad = assay_tensor_grad (tape, x, &fresh);

  if (grad == NULL)
    grad = assay_tape_scratch (tape, n);
  return fresh ? memset (grad, 0, n * sizeof *grad) : grad;
}

static void
backward (AssayTape *tape, void *context)
{
  const Norm *norm = context;
  bool fresh;
  float *dx = assay_tensor_grad (tape, norm->x, &fresh);
  float *dgain = sums (tape, norm->gain, norm->columns);
  float *dbias = norm->bias != NULL ? sums (tape, norm->bias, norm->columns) : NULL;

  assay_kernels ()->norm_back (dx, !fresh, dgain, dbias, norm->y->grad, norm->x->data,
                               norm->gain->data, norm->means, norm->scales, norm->rows,
                               norm->columns);
  if (!norm->gain->needs_grad)
    assay_tape_release (tape, dgain, norm->columns);
  if (norm->bias != NULL && !norm->bias->needs_grad)
    assay_tape_release (tape, dbias, norm->columns);
}

static AssayTensor *
normalize (AssayTape *tape, const char *name, Norm norm, bool centred, float epsilon)
{
  AssayTensor *inputs[] = { norm.x, norm.gain, norm.bias };
  Norm *kept;

  norm.columns = last_dim (norm.x);
  norm.rows = n_rows (norm.x);
  assay_require (norm.gain->size == norm.columns
                     && (norm.bias == NULL || norm.bias->size == norm.columns),
                 "%s: gain and bias must have x's last dimension", name);
  norm.y = assay_tensor_new (tape, ASSAY_FP32, norm.x->n_dims, norm.x->shape);
  norm.scales = assay_tape_alloc (tape, norm.rows * sizeof (float));
  norm.means = centred ? assay_tape_alloc (tape, norm.rows * sizeof (float)) : NULL;
  assay_kernels ()->norm (norm.y->data, norm.means, norm.scales, norm.x->data, norm.gain->data,
                          norm.bias != NULL ? norm.bias->data : NULL, norm.rows, norm.columns,
                          epsilon);
  kept = assay_tape_record (tape, backward, sizeof norm, norm.y, inputs, 3);
  if (kept != NULL)
    *kept = norm;
  return norm.y;
}

AssayTensor *
assay_layer_norm (AssayTape *tape, AssayTensor *x, AssayTensor *gain, AssayTensor *bias,
                  float epsilon)
{
  return normalize (tape, __func__, (Norm){ .x = x, .gain = gain, .bias = bias }, true, epsilon);
}

AssayTensor *
assay_rms_norm (AssayTape *tape, AssayTensor *x, AssayTensor *gain, float epsilon)
{
  return normalize (tape, __func__, (Norm){ .x = x, .gain = gain }, false, epsilon);
}
