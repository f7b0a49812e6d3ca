/* SPDX-License-Identifier: Apache-2.0
 *
 * Tensors and the tape.  A tensor is a shape over row-major data.  A tape records what is
 * computed; going backward over it gives the gradient of one scalar with respect to every
 * parameter.  All memory of a step comes from the tape's arena and is forgotten when the next
 * step begins.  One thread per tape.
 */
#ifndef ASSAY_LEARN_TENSOR_H
#define ASSAY_LEARN_TENSOR_H

#include "learn/tensor/arena.h"

#include <stdbool.h>
#include <stdint.h>

#define ASSAY_MAX_DIMS 4

typedef enum AssayElement
{
  ASSAY_FP32,
  ASSAY_INT32
} AssayElement;

typedef enum AssayHold
{
  ASSAY_KEPT,  /* a way back, or the caller */
  ASSAY_SPARE, /* so far nobody */
  ASSAY_TAKEN  /* a gradient has been written over them */
} AssayHold;

typedef struct AssayTensor
{
  union
  {
    float *data;
    int32_t *ints;
  };
  float *grad;              /* NULL until something has a gradient to give */
  struct AssayTensor *base; /* of a view: whose data (and gradient) this is a part of */
  size_t shape[ASSAY_MAX_DIMS];
  size_t size; /* elements: the product of the shape */
  uint32_t n_dims;
  AssayElement element;
  bool needs_grad; /* a parameter, or computed from one */
  bool has_grad;   /* `grad` holds a value */
  AssayHold hold;  /* of a base: who needs its values */
} AssayTensor;

/** One array in the flat vector of a model's parameters (nn/params.h). */
typedef struct AssayWeight
{
  const char *name;
  uint32_t index; /* position among the model's parameters */
  uint32_t n_dims;
  size_t offset, size; /* elements of the flat vector */
  size_t shape[ASSAY_MAX_DIMS];
  bool decays; /* weight decay applies: matrices, not biases nor gains */
  bool frozen; /* a constant: no gradient is computed for it, and no optimiser changes it */
} AssayWeight;

typedef struct AssayTape AssayTape;

/* ---- a step ---- */

/** A tape over @n_params parameters. */
AssayTape *assay_tape_new (uint32_t n_params);
void assay_tape_free (AssayTape *tape);
/** Bytes that its arena holds from the system. */
size_t assay_tape_held (const AssayTape *tape);
/** Begins a step: forgets all tensors of the last one.  @values is the flat vector; @grads, of
 *  the same layout, will receive the gradients: overwritten, or added to if @accumulate.
 *  @grads NULL: nothing is recorded. */
void assay_tape_begin (AssayTape *tape, const float *values, float *grads, bool accumulate);
/** Goes backward from @loss, a scalar, with gradient @scale; once per step.  Gradients of
 *  parameters that @loss does not depend on, or that are frozen, become 0 (unless accumulating). */
void assay_tape_backward (AssayTape *tape, AssayTensor *loss, float scale,
                          const AssayWeight *const *params, uint32_t n_params);

/* ---- tensors ---- */

/** The parameter as a tensor of this step; the same tensor whenever asked. */
AssayTensor *assay_tape_param (AssayTape *tape, const AssayWeight *param);
/** A tensor of undefined content. */
AssayTensor *assay_tensor_new (AssayTape *tape, AssayElement element, uint32_t n_dims,
                               const size_t *shape);
/** A tensor over the caller's data, which is never written and must live until the step ends. */
AssayTensor *assay_tensor_wrap (AssayTape *tape, const float *data, uint32_t n_dims,
                                const size_t *shape);
AssayTensor *assay_tensor_wrap_ints (AssayTape *tape, const int32_t *ints, uint32_t n_dims,
                                     const size_t *shape);
/** The same elements by another shape. */
AssayTensor *assay_reshape (AssayTape *tape, AssayTensor *x, uint32_t n_dims, const size_t *shape);
/** Rows begin..begin+n-1 of the first dimension. */
AssayTensor *assay_rows (AssayTape *tape, AssayTensor *x, size_t begin, size_t n);
/** Memory that lives until the step ends: what an operation keeps for its way back. */
void *assay_tape_alloc (AssayTape *tape, size_t bytes);

/** Says that @x's values must last until the step ends, even if its gradient could take their
 *  place (assay_cross_entropy). */
void assay_tensor_keep (AssayTensor *x);

/* ---- operations of one's own ---- */

/** Adds the gradients of an operation's inputs, given those of its output. */
typedef void (*AssayBackward) (AssayTape *tape, void *context);

/** Records an operation whose output is @out, if any of the @n @inputs needs a gradient: marks
 *  @out as needing one and returns @size bytes for @backward's context.  NULL: nothing to
 *  record.  @backward is not called when @out turns out to have no gradient. */
void *assay_tape_record (AssayTape *tape, AssayBackward backward, size_t size, AssayTensor *out,
                         AssayTensor *const *inputs, uint32_t n);
/** Where @x's gradient is to be added; NULL if it needs none.  *@fresh: its content is undefined
 *  and must be overwritten, not added to. */
float *assay_tensor_grad (AssayTape *tape, AssayTensor *x, bool *fresh);
/** Makes @from's gradient @to's, without a copy where @to has none yet; @from's is gone then.
 *  For outputs that are an input plus something. */
void assay_tensor_pass_grad (AssayTape *tape, AssayTensor *from, AssayTensor *to);
/** Adds @grad, memory of this step, to @x's gradient; where @x has none yet, that memory becomes
 *  it: true, and the caller's no more. */
bool assay_tensor_adopt_grad (AssayTape *tape, float *grad, AssayTensor *x);
/** Says of an operation's output that its way back does not read it. */
void assay_tensor_spare (AssayTensor *x);
/** The data of a spare tensor that no operation has used yet, to write its gradient over, so that
 *  the largest tensor of a model exists once; else NULL.  Who uses it later ends the program. */
float *assay_tensor_take (AssayTensor *x);
/** @n floats of undefined content for use within one operation, and giving them back. */
float *assay_tape_scratch (AssayTape *tape, size_t n);
void assay_tape_release (AssayTape *tape, float *scratch, size_t n);

#endif
