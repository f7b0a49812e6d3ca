/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/tensor/op.h"

#include <string.h>

/* ---- functions of one tensor ---- */

typedef struct Unary
{
  AssayTensor *x, *y;
  float *slope;
} Unary;

static void
unary_back (AssayTape *tape, void *context)
{
  const Unary *unary = context;

  assay_kernels ()->multiply (unary->y->grad, unary->y->grad, unary->slope, unary->y->size);
  assay_tensor_pass_grad (tape, unary->y, unary->x);
}

static AssayTensor *
unary (AssayTape *tape, AssayTensor *x, AssayActivation act)
{
  Unary u = { .x = x, .y = assay_tensor_new (tape, ASSAY_FP32, x->n_dims, x->shape) };
  Unary *kept = assay_tape_record (tape, unary_back, sizeof u, u.y, &x, 1);

  if (kept != NULL)
    {
      u.slope = assay_tape_alloc (tape, x->size * sizeof (float));
      *kept = u;
    }
  assay_kernels ()->activation (u.y->data, u.slope, x->data, x->size, act);
  assay_tensor_spare (u.y);
  return u.y;
}

#define UNARY(name, act)                                                                           \
  AssayTensor *assay_##name (AssayTape *tape, AssayTensor *x)                                      \
  {                                                                                                \
    return unary (tape, x, act);                                                                   \
  }

UNARY (relu, ASSAY_RELU)
UNARY (gelu, ASSAY_GELU)
UNARY (gelu_tanh, ASSAY_GELU_TANH)
UNARY (silu, ASSAY_SILU)
UNARY (tanh, ASSAY_TANH)
UNARY (sigmoid, ASSAY_SIGMOID)
UNARY (log_sigmoid, ASSAY_LOG_SIGMOID)
UNARY (exp, ASSAY_EXPONENTIAL)
UNARY (log, ASSAY_LOGARITHM)
UNARY (sqrt, ASSAY_SQUARE_ROOT)
UNARY (abs, ASSAY_ABSOLUTE)
UNARY (square, ASSAY_SQUARED)

typedef struct Affine
{
  AssayTensor *x, *y;
  float scale;
} Affine;

static void
affine_back (AssayTape *tape, void *context)
{
  const Affine *affine = context;
  float *dy = affine->y->grad;

  assay_kernels ()->affine (dy, dy, affine->scale, 0, affine->y->size);
  assay_tensor_pass_grad (tape, affine->y, affine->x);
}

AssayTensor *
assay_affine (AssayTape *tape, AssayTensor *x, float scale, float shift)
{
  AssayTensor *y = assay_tensor_new (tape, ASSAY_FP32, x->n_dims, x->shape);
  Affine *affine = assay_tape_record (tape, affine_back, sizeof *affine, y, &x, 1);

  if (affine != NULL)
    *affine = (Affine){ x, y, scale };
  assay_kernels ()->affine (y->data, x->data, scale, shift, x->size);
  assay_tensor_spare (y);
  return y;
}

typedef struct Clamp
{
  AssayTensor *x, *y;
  float low, high;
} Clamp;

static void
clamp_back (AssayTape *tape, void *context)
{
  const Clamp *clamp = context;
  float *dy = clamp->y->grad;

  assay_kernels ()->clamp_back (dy, false, dy, clamp->x->data, clamp->low, clamp->high,
                                clamp->y->size);
  assay_tensor_pass_grad (tape, clamp->y, clamp->x);
}

AssayTensor *
assay_clamp (AssayTape *tape, AssayTensor *x, float low, float high)
{
  AssayTensor *y = assay_tensor_new (tape, ASSAY_FP32, x->n_dims, x->shape);
  Clamp *clamp = assay_tape_record (tape, clamp_back, sizeof *clamp, y, &x, 1);

  if (clamp != NULL)
    *clamp = (Clamp){ x, y, low, high };
  assay_kernels ()->clamp (y->data, x->data, low, high, x->size);
  assay_tensor_spare (y);
  return y;
}

AssayTensor *
assay_detach (AssayTape *tape, AssayTensor *x)
{
  assay_tensor_keep (x);
  return assay_tensor_wrap (tape, x->data, x->n_dims, x->shape);
}

/* ---- gated units ---- */

typedef struct Gated
{
  AssayTensor *x, *y;
} Gated;

static void
swiglu_back (AssayTape *tape, void *context)
{
  const Gated *gated = context;
  bool fresh;
  float *dx = assay_tensor_grad (tape, gated->x, &fresh);

  assay_kernels ()->swiglu_back (dx, !fresh, gated->y->grad, gated->x->data, n_rows (gated->y),
                                 last_dim (gated->y));
}

AssayTensor *
assay_swiglu (AssayTape *tape, AssayTensor *x)
{
  size_t shape[ASSAY_MAX_DIMS];
  AssayTensor *y;
  Gated *gated;

  assay_require (x->n_dims > 0 && last_dim (x) % 2 == 0, "the last dimension of x must be even");
  memcpy (shape, x->shape, sizeof shape);
  shape[x->n_dims - 1] /= 2;
  y = assay_tensor_new (tape, ASSAY_FP32, x->n_dims, shape);
  gated = assay_tape_record (tape, swiglu_back, sizeof *gated, y, &x, 1);
  if (gated != NULL)
    *gated = (Gated){ x, y };
  assay_kernels ()->swiglu (y->data, x->data, n_rows (y), last_dim (y));
  assay_tensor_spare (y);
  return y;
}

/* ---- functions of two ---- */

typedef struct Binary
{
  AssayTensor *a, *b, *y;
  AssayBinary op;
} Binary;

static void
binary_back (AssayTape *tape, void *context)
{
  const Binary *binary = context;
  AssayTensor *a = binary->a, *b = binary->b;
  /* What comes to a sum is what goes to its first part: handed on, not copied. */
  bool pass = binary->op == ASSAY_ADD || binary->op == ASSAY_SUB;
  bool fresh_a = true, fresh_b = true;
  float *da = pass ? NULL : assay_tensor_grad (tape, a, &fresh_a);
  float *db = assay_tensor_grad (tape, b, &fresh_b);

  if (da != NULL || db != NULL)
    assay_kernels ()->binary_back (binary->op, da, !fresh_a, db, !fresh_b, binary->y->grad, a->data,
                                   b->data, a->size, b->size);
  if (pass)
    assay_tensor_pass_grad (tape, binary->y, a);
}

/** Whether b's shape is the end of a's. */
static bool
is_suffix (const AssayTensor *a, const AssayTensor *b)
{
  return b->n_dims <= a->n_dims
         && memcmp (a->shape + (a->n_dims - b->n_dims), b->shape, b->n_dims * sizeof *b->shape)
                == 0;
}

static AssayTensor *
binary (AssayTape *tape, const char *name, AssayTensor *a, AssayTensor *b, AssayBinary op)
{
  AssayTensor *inputs[] = { a, b }, *y;
  Binary *kept;

  assay_require (b->size == 1 || is_suffix (a, b),
                 "%s: b must have the shape of a, or the end of it, or be one number", name);
  y = assay_tensor_new (tape, ASSAY_FP32, a->n_dims, a->shape);
  kept = assay_tape_record (tape, binary_back, sizeof *kept, y, inputs, 2);
  if (kept != NULL)
    *kept = (Binary){ a, b, y, op };
  assay_kernels ()->binary (op, y->data, a->data, b->data, a->size, b->size);
  assay_tensor_spare (y);
  return y;
}

#define BINARY(name, op)                                                                           \
  AssayTensor *assay_##name (AssayTape *tape, AssayTensor *a, AssayTensor *b)                      \
  {                                                                                                \
    return binary (tape, __func__, a, b, op);                                                      \
  }

BINARY (add, ASSAY_ADD)
BINARY (sub, ASSAY_SUB)
BINARY (mul, ASSAY_MUL)
BINARY (div, ASSAY_DIV)
BINARY (maximum, ASSAY_MAXIMUM)
BINARY (minimum, ASSAY_MINIMUM)
