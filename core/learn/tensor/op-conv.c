/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/tensor/blas.h"
#include "learn/tensor/op.h"

#include <string.h>

/* Floats of windows laid out at a time: they are made and used within a core's cache. */
#define CHUNK ((size_t) 1 << 15)

typedef struct Conv
{
  AssayTensor *x, *w, *b, *y;
  float *slope; /* of the activation, as y; NULL: the identity */
  AssayWindows windows;
  size_t images, image, places; /* floats of an image, windows on it */
  size_t length, out;           /* floats of a window */
  size_t at_once;               /* images in a chunk */
  bool direct;                  /* a window is one pixel: the image is its own columns */
} Conv;

static size_t
n_windows (size_t size, size_t kernel, size_t stride)
{
  return size >= kernel ? (size - kernel) / stride + 1 : 0;
}

static float *
columns_scratch (AssayTape *tape, const Conv *c)
{
  return c->direct ? NULL : assay_tape_scratch (tape, c->at_once * c->places * c->length);
}

static void
release_columns (AssayTape *tape, const Conv *c, float *columns)
{
  if (columns != NULL)
    assay_tape_release (tape, columns, c->at_once * c->places * c->length);
}

static size_t
chunk_at (const Conv *c, size_t first)
{
  return c->images - first < c->at_once ? c->images - first : c->at_once;
}

/** The windows of @n images from @first on, in @columns or where they lie already. */
static const float *
lay_out (const Conv *c, float *columns, size_t first, size_t n)
{
  const float *image = c->x->data + first * c->image;

  if (c->direct)
    return image;
  for (size_t i = 0; i < n; i++)
    assay_kernels ()->im2col (columns + i * c->places * c->length, image + i * c->image,
                              &c->windows);
  return columns;
}

/** y = windows times filters, before bias and activation. */
static void
product (AssayTape *tape, const Conv *c)
{
  float *columns = columns_scratch (tape, c);
  float *filters = assay_tape_scratch (tape, c->w->size);

  assay_kernels ()->transpose (filters, c->w->data, c->out, c->length);
  for (size_t i = 0, n; i < c->images; i += n)
    {
      n = chunk_at (c, i);
      assay_gemm (false, false, n * c->places, c->out, c->length, 1, lay_out (c, columns, i, n),
                  c->length, filters, c->out, 0, c->y->data + i * c->places * c->out, c->out);
    }
  assay_tape_release (tape, filters, c->w->size);
  release_columns (tape, c, columns);
}

static void
backward_filters (AssayTape *tape, const Conv *c, const float *dy, float *dw, bool fresh)
{
  float *columns = columns_scratch (tape, c);

  if (fresh && c->images == 0)
    memset (dw, 0, c->w->size * sizeof *dw);
  for (size_t i = 0, n; i < c->images; i += n)
    {
      n = chunk_at (c, i);
      assay_gemm (true, false, c->out, c->length, n * c->places, 1, dy + i * c->places * c->out,
                  c->out, lay_out (c, columns, i, n), c->length, !fresh || i > 0, dw, c->length);
    }
  release_columns (tape, c, columns);
}

static void
backward_images (AssayTape *tape, const Conv *c, const float *dy, float *dx, bool fresh)
{
  size_t size = c->at_once * c->places * c->length;
  float *columns = assay_tape_scratch (tape, size);

  if (fresh)
    memset (dx, 0, c->x->size * sizeof *dx);
  for (size_t i = 0, n; i < c->images; i += n)
    {
      n = chunk_at (c, i);
      assay_gemm (false, false, n * c->places, c->length, c->out, 1, dy + i * c->places * c->out,
                  c->out, c->w->data, c->length, 0, columns, c->length);
      for (size_t j = 0; j < n; j++)
        assay_kernels ()->col2im (dx + (i + j) * c->image, columns + j * c->places * c->length,
                                  &c->windows);
    }
  assay_tape_release (tape, columns, size);
}

static void
backward (AssayTape *tape, void *context)
{
  const AssayKernels *kernels = assay_kernels ();
  const Conv *c = context;
  float *dy = c->y->grad, *grad;
  bool fresh;

  if (c->slope != NULL)
    kernels->multiply (dy, dy, c->slope, c->y->size);
  if (c->b != NULL && (grad = assay_tensor_grad (tape, c->b, &fresh)) != NULL)
    kernels->column_sums (grad, dy, c->images * c->places, c->out, !fresh);
  if ((grad = assay_tensor_grad (tape, c->w, &fresh)) != NULL)
    backward_filters (tape, c, dy, grad, fresh);
  if ((grad = assay_tensor_grad (tape, c->x, &fresh)) != NULL)
    backward_images (tape, c, dy, grad, fresh);
}

static AssayWindows
windows_of (const AssayTensor *x, const AssayTensor *w, size_t stride, size_t padding)
{
  AssayWindows windows = { .height = x->shape[1],
                           .width = x->shape[2],
                           .channels = x->shape[3],
                           .kernel_height = w->shape[1],
                           .kernel_width = w->shape[2],
                           .stride = stride,
                           .padding = padding };

  windows.out_height = n_windows (windows.height + 2 * padding, w->shape[1], stride);
  windows.out_width = n_windows (windows.width + 2 * padding, w->shape[2], stride);
  return windows;
}

AssayTensor *
assay_conv2d (AssayTape *tape, AssayTensor *x, AssayTensor *w, AssayTensor *b, size_t stride,
              size_t padding, AssayActivation act)
{
  Conv c = { .x = x, .w = w, .b = b }, *kept;

  assay_require (x->n_dims == 4 && w->n_dims == 4 && x->shape[3] == w->shape[3],
                 "x must be [B][H][W][C] and w [out][kh][kw][C]");
  assay_require (b == NULL || b->size == w->shape[0], "b must have w's first dimension");
  assay_require (stride > 0, "the stride must be positive");
  c.windows = windows_of (x, w, stride, padding);
  c.images = x->shape[0];
  c.image = x->shape[1] * x->shape[2] * x->shape[3];
  c.places = c.windows.out_height * c.windows.out_width;
  c.out = w->shape[0];
  c.length = w->shape[1] * w->shape[2] * w->shape[3];
  c.at_once = c.places * c.length > 0 ? CHUNK / (c.places * c.length) : c.images;
  c.at_once = c.at_once > 1 ? c.at_once : 1;
  c.at_once = c.at_once < c.images ? c.at_once : c.images;
  c.direct = w->shape[1] == 1 && w->shape[2] == 1 && stride == 1 && padding == 0;
  c.y = assay_tensor_new (
      tape, ASSAY_FP32, 4,
      (const size_t[]){ c.images, c.windows.out_height, c.windows.out_width, c.out });
  kept = assay_tape_record (tape, backward, sizeof c, c.y, (AssayTensor *[]){ x, w, b }, 3);
  if (kept != NULL && act != ASSAY_IDENTITY)
    c.slope = assay_tape_alloc (tape, c.y->size * sizeof (float));
  product (tape, &c);
  if (b != NULL || act != ASSAY_IDENTITY)
    assay_kernels ()->bias_activation (c.y->data, c.slope, c.images * c.places, c.out,
                                       b != NULL ? b->data : NULL, act);
  if (act == ASSAY_IDENTITY)
    assay_tensor_spare (c.y);
  if (kept != NULL)
    *kept = c;
  return c.y;
}
