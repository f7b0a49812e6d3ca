/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/tensor/op.h"

#include <string.h>

#define MAX_SIZES 128 /* different sizes of gradients in one model */

typedef struct Record
{
  struct Record *before;
  AssayBackward backward;
  void *context;
  AssayTensor *out;
} Record;

/* Gradients given back, by size.  A gradient lives from the first use of its tensor on the way
 * back to the operation that made it, so few are alive at once and they stay in cache. */
typedef struct Free
{
  size_t n;
  float *first; /* its first bytes point to the next */
} Free;

struct AssayTape
{
  AssayArena *arena;
  Record *last;
  const float *values;
  float *grads;
  bool accumulate;
  AssayTensor **params; /* [n_params], NULL: not used in this step */
  uint32_t n_params;
  uint32_t n_sizes;
  Free sizes[MAX_SIZES];
};

AssayTape *
assay_tape_new (uint32_t n_params)
{
  AssayTape *tape = assay_alloc_zeroed (sizeof *tape);

  tape->arena = assay_arena_new ();
  tape->params = assay_alloc_zeroed (n_params * sizeof *tape->params);
  tape->n_params = n_params;
  return tape;
}

void
assay_tape_free (AssayTape *tape)
{
  if (tape == NULL)
    return;
  assay_arena_free (tape->arena);
  free (tape->params);
  free (tape);
}

size_t
assay_tape_held (const AssayTape *tape)
{
  return assay_arena_held (tape->arena);
}

void
assay_tape_begin (AssayTape *tape, const float *values, float *grads, bool accumulate)
{
  assay_arena_reset (tape->arena);
  memset (tape->params, 0, tape->n_params * sizeof *tape->params);
  tape->last = NULL;
  tape->n_sizes = 0;
  tape->values = values;
  tape->grads = grads;
  tape->accumulate = accumulate;
}

void *
assay_tape_alloc (AssayTape *tape, size_t bytes)
{
  return assay_arena_alloc (tape->arena, bytes);
}

/* ---- tensors ---- */

static AssayTensor *
shaped (AssayTape *tape, AssayElement element, uint32_t n_dims, const size_t *shape)
{
  AssayTensor *x = assay_tape_alloc (tape, sizeof *x);
  bool too_large = false;

  assay_require (n_dims <= ASSAY_MAX_DIMS, "%u dimensions are too many", n_dims);
  *x = (AssayTensor){ .element = element, .n_dims = n_dims, .size = 1 };
  for (uint32_t i = 0; i < n_dims; i++)
    {
      x->shape[i] = shape[i];
      too_large |= __builtin_mul_overflow (x->size, shape[i], &x->size);
    }
  assay_require (!too_large && x->size <= SIZE_MAX / sizeof (float), "no memory has such a shape");
  return x;
}

AssayTensor *
assay_tensor_new (AssayTape *tape, AssayElement element, uint32_t n_dims, const size_t *shape)
{
  AssayTensor *x = shaped (tape, element, n_dims, shape);

  x->data = assay_tape_alloc (tape, x->size * sizeof (float));
  return x;
}

AssayTensor *
assay_tensor_wrap (AssayTape *tape, const float *data, uint32_t n_dims, const size_t *shape)
{
  AssayTensor *x = shaped (tape, ASSAY_FP32, n_dims, shape);

  x->data = (float *) data;
  return x;
}

AssayTensor *
assay_tensor_wrap_ints (AssayTape *tape, const int32_t *ints, uint32_t n_dims, const size_t *shape)
{
  AssayTensor *x = shaped (tape, ASSAY_INT32, n_dims, shape);

  x->ints = (int32_t *) ints;
  return x;
}

AssayTensor *
assay_tape_param (AssayTape *tape, const AssayWeight *param)
{
  AssayTensor **place = &tape->params[param->index];

  assay_require (param->index < tape->n_params, "the tape was made for %u parameters",
                 tape->n_params);
  if (*place == NULL)
    {
      AssayTensor *x = shaped (tape, ASSAY_FP32, param->n_dims, param->shape);

      x->data = (float *) tape->values + param->offset;
      x->needs_grad = tape->grads != NULL && !param->frozen;
      x->grad = x->needs_grad ? tape->grads + param->offset : NULL;
      x->has_grad = x->needs_grad && tape->accumulate;
      *place = x;
    }
  return *place;
}

static AssayTensor *
view (AssayTape *tape, AssayTensor *x, size_t begin, uint32_t n_dims, const size_t *shape)
{
  AssayTensor *part = shaped (tape, x->element, n_dims, shape);

  part->base = x;
  part->data = x->data + begin;
  part->needs_grad = x->needs_grad;
  return part;
}

AssayTensor *
assay_reshape (AssayTape *tape, AssayTensor *x, uint32_t n_dims, const size_t *shape)
{
  AssayTensor *same = view (tape, x, 0, n_dims, shape);

  assay_require (same->size == x->size, "%zu elements have no shape of %zu", x->size, same->size);
  return same;
}

AssayTensor *
assay_rows (AssayTape *tape, AssayTensor *x, size_t begin, size_t n)
{
  size_t shape[ASSAY_MAX_DIMS];
  size_t row = x->n_dims > 0 && x->shape[0] > 0 ? x->size / x->shape[0] : 0;

  assay_require (x->n_dims > 0 && begin <= x->shape[0] && n <= x->shape[0] - begin,
                 "x has no rows %zu to %zu", begin, begin + n);
  memcpy (shape, x->shape, sizeof shape);
  shape[0] = n;
  return view (tape, x, begin * row, x->n_dims, shape);
}

/* ---- gradients' memory ---- */

static Free *
free_of_size (AssayTape *tape, size_t n)
{
  for (uint32_t i = 0; i < tape->n_sizes; i++)
    if (tape->sizes[i].n == n)
      return &tape->sizes[i];
  if (tape->n_sizes == MAX_SIZES)
    return NULL;
  tape->sizes[tape->n_sizes] = (Free){ n, NULL };
  return &tape->sizes[tape->n_sizes++];
}

float *
assay_tape_scratch (AssayTape *tape, size_t n)
{
  Free *free_ones = free_of_size (tape, n);
  float *buffer = free_ones != NULL ? free_ones->first : NULL;

  if (buffer == NULL)
    return assay_tape_alloc (tape, n > 1 ? n * sizeof (float) : sizeof (float *));
  memcpy (&free_ones->first, buffer, sizeof (float *));
  return buffer;
}

void
assay_tape_release (AssayTape *tape, float *scratch, size_t n)
{
  Free *free_ones = free_of_size (tape, n);

  if (free_ones == NULL)
    return;
  memcpy (scratch, &free_ones->first, sizeof (float *));
  free_ones->first = scratch;
}

float *
assay_tensor_grad (AssayTape *tape, AssayTensor *x, bool *fresh)
{
  *fresh = !x->has_grad;
  if (!x->needs_grad)
    return NULL;
  if (x->base != NULL)
    {
      float *whole = assay_tensor_grad (tape, x->base, fresh);

      /* A part of a fresh gradient may not leave the rest undefined. */
      if (*fresh && x->size < x->base->size)
        {
          memset (whole, 0, x->base->size * sizeof *whole);
          *fresh = false;
        }
      x->grad = whole + (x->data - x->base->data);
    }
  else if (x->grad == NULL)
    x->grad = assay_tape_scratch (tape, x->size);
  x->has_grad = true;
  return x->grad;
}

/** The tensor that @x is another shape of; @x itself if it is one, or a part of one. */
static AssayTensor *
whole (AssayTensor *x)
{
  while (x->base != NULL && x->base->size == x->size)
    x = x->base;
  return x;
}

bool
assay_tensor_adopt_grad (AssayTape *tape, float *grad, AssayTensor *x)
{
  AssayTensor *owner = whole (x);
  float *sum;
  bool fresh;

  if (!x->needs_grad)
    return false;
  if (owner->base == NULL && owner->grad == NULL)
    {
      owner->grad = grad;
      owner->has_grad = true;
      return true;
    }
  sum = assay_tensor_grad (tape, owner, &fresh);
  if (fresh)
    memcpy (sum, grad, x->size * sizeof *sum);
  else
    assay_kernels ()->add (sum, sum, grad, x->size);
  return false;
}

void
assay_tensor_pass_grad (AssayTape *tape, AssayTensor *from, AssayTensor *to)
{
  if (assay_tensor_adopt_grad (tape, from->grad, to))
    from->grad = NULL;
}

/* ---- outputs that may be overwritten ---- */

void
assay_tensor_spare (AssayTensor *x)
{
  x->hold = ASSAY_SPARE;
}

/** Whose values @x's are, which must still be there. */
static AssayTensor *
holder (AssayTensor *x)
{
  while (x->base != NULL)
    x = x->base;
  if (x->hold == ASSAY_TAKEN)
    {
      fprintf (stderr, "A tensor is used after a loss that has written its gradient over it: "
                       "compute what else needs it before the loss\n");
      abort ();
    }
  return x;
}

void
assay_tensor_keep (AssayTensor *x)
{
  holder (x)->hold = ASSAY_KEPT;
}

float *
assay_tensor_take (AssayTensor *x)
{
  AssayTensor *owner = holder (x);

  if (owner->size != x->size || owner->hold != ASSAY_SPARE)
    return NULL;
  owner->hold = ASSAY_TAKEN;
  return owner->data;
}

/* ---- recording and going back ---- */

void *
assay_tape_record (AssayTape *tape, AssayBackward backward, size_t size, AssayTensor *out,
                   AssayTensor *const *inputs, uint32_t n)
{
  Record *record;

  for (uint32_t i = 0; i < n; i++)
    if (inputs[i] != NULL)
      {
        assay_tensor_keep (inputs[i]);
        out->needs_grad |= inputs[i]->needs_grad;
      }
  if (!out->needs_grad)
    return NULL;
  record = assay_tape_alloc (tape, sizeof *record);
  *record = (Record){ tape->last, backward, assay_tape_alloc (tape, size), out };
  tape->last = record;
  return record->context;
}

/** Gradients of parameters that were not reached. */
static void
clear_others (AssayTape *tape, const AssayWeight *const *params, uint32_t n)
{
  for (uint32_t i = 0; i < n; i++)
    {
      const AssayTensor *x = tape->params[params[i]->index];

      if ((x == NULL || !x->has_grad) && !tape->accumulate)
        memset (tape->grads + params[i]->offset, 0, params[i]->size * sizeof (float));
    }
}

void
assay_tape_backward (AssayTape *tape, AssayTensor *loss, float scale,
                     const AssayWeight *const *params, uint32_t n_params)
{
  bool fresh;
  float *grad = assay_tensor_grad (tape, loss, &fresh);

  assay_require (tape->grads != NULL, "the step began without gradients");
  assay_require (loss->size == 1, "the loss must be one number, not %zu", loss->size);
  if (grad != NULL)
    *grad = fresh ? scale : *grad + scale;
  for (Record *record = tape->last; record != NULL; record = record->before)
    {
      AssayTensor *out = record->out;

      if (!out->has_grad)
        continue;
      record->backward (tape, record->context);
      if (out->grad != NULL && out->base == NULL)
        assay_tape_release (tape, out->grad, out->size);
      out->grad = NULL;
    }
  clear_others (tape, params, n_params);
}
