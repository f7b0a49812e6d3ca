/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/tensor/op.h"

#include <string.h>

/** Elements of one index of @dim and all after it: 1 past the last. */
static size_t
inner_size (const AssayTensor *x, uint32_t dim)
{
  size_t n = 1;

  for (uint32_t i = dim; i < x->n_dims; i++)
    n *= x->shape[i];
  return n;
}

/* ---- pieces of a tensor along a dimension ---- */

typedef void (*CopyRow) (float *whole, float *part, size_t n);

static void
get_row (float *whole, float *part, size_t n)
{
  memcpy (part, whole, n * sizeof *part);
}

static void
put_row (float *whole, float *part, size_t n)
{
  memcpy (whole, part, n * sizeof *part);
}

static void
get_more (float *whole, float *part, size_t n)
{
  assay_kernels ()->add (part, part, whole, n);
}

static void
put_more (float *whole, float *part, size_t n)
{
  assay_kernels ()->add (whole, whole, part, n);
}

/** Calls @copy for each contiguous row of @part, whose data or gradient is @to, and its place in
 *  @whole's; @begin: the part's first index. */
static void
copy_piece (const AssayTensor *whole, float *from, const AssayTensor *part, float *to, uint32_t dim,
            size_t begin, CopyRow copy)
{
  size_t stride = inner_size (whole, dim), n = inner_size (part, dim);
  size_t offset = begin * inner_size (whole, dim + 1);

  if (part->size > 0)
    for (size_t i = 0; i < part->size / n; i++)
      copy (from + i * stride + offset, to + i * n, n);
}

typedef struct Concat
{
  AssayTensor *y;
  uint32_t n, dim;
  AssayTensor *parts[];
} Concat;

static void
concat_back (AssayTape *tape, void *context)
{
  const Concat *concat = context;
  uint32_t dim = concat->dim;
  size_t begin = 0;

  for (uint32_t i = 0; i < concat->n; i++)
    {
      AssayTensor *part = concat->parts[i];
      bool fresh;
      float *grad = assay_tensor_grad (tape, part, &fresh);

      if (grad != NULL)
        copy_piece (concat->y, concat->y->grad, part, grad, dim, begin, fresh ? get_row : get_more);
      begin += part->shape[dim];
    }
}

AssayTensor *
assay_concat (AssayTape *tape, AssayTensor *const *xs, uint32_t n, uint32_t dim)
{
  size_t shape[ASSAY_MAX_DIMS], begin = 0;
  AssayTensor *y;
  Concat *concat;

  assay_require (n > 0 && dim < xs[0]->n_dims, "nothing to join, or no dimension %u", dim);
  memcpy (shape, xs[0]->shape, sizeof shape);
  shape[dim] = 0;
  for (uint32_t i = 0; i < n; i++)
    {
      assay_require (xs[i]->n_dims == xs[0]->n_dims, "input %u has other dimensions", i);
      for (uint32_t d = 0; d < xs[0]->n_dims; d++)
        assay_require (d == dim || xs[i]->shape[d] == shape[d], "input %u differs in dimension %u",
                       i, d);
      shape[dim] += xs[i]->shape[dim];
    }
  y = assay_tensor_new (tape, ASSAY_FP32, xs[0]->n_dims, shape);
  for (uint32_t i = 0; i < n; begin += xs[i++]->shape[dim])
    copy_piece (y, y->data, xs[i], xs[i]->data, dim, begin, put_row);
  concat = assay_tape_record (tape, concat_back, sizeof *concat + n * sizeof *xs, y, xs, n);
  if (concat != NULL)
    {
      *concat = (Concat){ y, n, dim };
      memcpy (concat->parts, xs, n * sizeof *xs);
    }
  assay_tensor_spare (y);
  return y;
}

typedef struct Slice
{
  AssayTensor *x, *y;
  uint32_t dim;
  size_t begin;
} Slice;

static void
slice_back (AssayTape *tape, void *context)
{
  const Slice *slice = context;
  bool fresh;
  float *grad = assay_tensor_grad (tape, slice->x, &fresh);

  if (fresh)
    memset (grad, 0, slice->x->size * sizeof *grad);
  copy_piece (slice->x, grad, slice->y, slice->y->grad, slice->dim, slice->begin,
              fresh ? put_row : put_more);
}

AssayTensor *
assay_slice (AssayTape *tape, AssayTensor *x, uint32_t dim, size_t begin, size_t n)
{
  size_t shape[ASSAY_MAX_DIMS];
  AssayTensor *y;
  Slice *slice;

  assay_require (dim < x->n_dims && begin <= x->shape[dim] && n <= x->shape[dim] - begin,
                 "x has no such part of dimension %u", dim);
  if (dim == 0)
    return assay_rows (tape, x, begin, n);
  memcpy (shape, x->shape, sizeof shape);
  shape[dim] = n;
  y = assay_tensor_new (tape, ASSAY_FP32, x->n_dims, shape);
  slice = assay_tape_record (tape, slice_back, sizeof *slice, y, &x, 1);
  if (slice != NULL)
    *slice = (Slice){ x, y, dim, begin };
  copy_piece (x, x->data, y, y->data, dim, begin, get_row);
  assay_tensor_spare (y);
  return y;
}

/* ---- by indices ---- */

typedef struct Indexed
{
  AssayTensor *x, *ids, *y;
} Indexed;

static AssayTensor *
indexed (AssayTape *tape, AssayBackward backward, AssayTensor *x, AssayTensor *ids, AssayTensor *y)
{
  Indexed *kept = assay_tape_record (tape, backward, sizeof *kept, y, &x, 1);

  if (kept != NULL)
    *kept = (Indexed){ x, ids, y };
  assay_tensor_spare (y);
  return y;
}

static void
gather_back (AssayTape *tape, void *context)
{
  const Indexed *gather = context;
  size_t columns = gather->x->shape[1];
  bool fresh;
  float *grad = assay_tensor_grad (tape, gather->x, &fresh);

  if (fresh)
    memset (grad, 0, gather->x->size * sizeof *grad);
  for (size_t i = 0; i < gather->ids->size; i++)
    grad[i * columns + (size_t) gather->ids->ints[i]] += gather->y->grad[i];
}

AssayTensor *
assay_gather (AssayTape *tape, AssayTensor *x, AssayTensor *ids)
{
  AssayTensor *y;

  assay_require (x->n_dims == 2, "x must be a matrix");
  assay_require_ids (ids, 0, x->shape[0], x->shape[1]);
  y = assay_tensor_new (tape, ASSAY_FP32, 1, x->shape);
  for (size_t i = 0; i < ids->size; i++)
    y->data[i] = x->data[i * x->shape[1] + (size_t) ids->ints[i]];
  return indexed (tape, gather_back, x, ids, y);
}

static void
scatter_back (AssayTape *tape, void *context)
{
  const Indexed *scatter = context;
  size_t d = scatter->x->shape[1];
  bool fresh;
  float *grad = assay_tensor_grad (tape, scatter->x, &fresh);

  for (size_t i = 0; i < scatter->ids->size; i++)
    (fresh ? get_row : get_more) (scatter->y->grad + (size_t) scatter->ids->ints[i] * d,
                                  grad + i * d, d);
}

AssayTensor *
assay_scatter_add (AssayTape *tape, AssayTensor *x, AssayTensor *ids, size_t rows)
{
  AssayTensor *y;
  size_t d;

  assay_require (x->n_dims == 2, "x must be a matrix");
  assay_require_ids (ids, 0, x->shape[0], rows);
  d = x->shape[1];
  y = assay_tensor_new (tape, ASSAY_FP32, 2, (const size_t[]){ rows, d });
  memset (y->data, 0, y->size * sizeof (float));
  for (size_t i = 0; i < ids->size; i++)
    put_more (y->data + (size_t) ids->ints[i] * d, x->data + i * d, d);
  return indexed (tape, scatter_back, x, ids, y);
}
