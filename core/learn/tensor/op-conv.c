/* SPDX-License-Identifier: Apache-2.0
 *
 * A convolution is a product of which one side is the windows on the images.  These are never laid
 * out: a pixel's part in a window lies where the window begins plus where it lies in the window,
 * and tables of both address the images (kernel gather_product).
 */
#include "learn/tensor/blas.h"
#include "learn/tensor/op.h"

#include <string.h>

#define LANES 16   /* the least width of gather_product */
#define PLACES 256 /* windows, at least, in one product */

typedef struct Conv
{
  AssayTensor *x, *w, *b, *y;
  float *slope;         /* of the activation, as y; NULL: the identity */
  AssayWindows windows; /* on the padded image */
  size_t padding, images;
  size_t image, padded;                /* floats of an image, without and with padding */
  size_t places, taps;                 /* windows on an image, floats of a window */
  size_t out, width;                   /* filters; these, and more of zeros to make LANES */
  size_t at_once;                      /* images in one product */
  const uint32_t *places_at, *taps_at; /* [at_once * places] where windows begin; [taps] */
} Conv;

static size_t
n_windows (size_t size, size_t kernel, size_t stride)
{
  return size >= kernel ? (size - kernel) / stride + 1 : 0;
}

/* ---- addresses ---- */

static const uint32_t *
places_of (AssayTape *tape, const Conv *c)
{
  const AssayWindows *w = &c->windows;
  uint32_t *table = assay_tape_alloc (tape, c->at_once * c->places * sizeof *table), *at = table;

  for (size_t i = 0; i < c->at_once; i++)
    for (size_t y = 0; y < w->out_height; y++)
      for (size_t x = 0; x < w->out_width; x++)
        *at++ = (uint32_t) (i * c->padded + (y * w->width + x) * w->stride * w->channels);
  return table;
}

static const uint32_t *
taps_of (AssayTape *tape, const Conv *c)
{
  const AssayWindows *w = &c->windows;
  uint32_t *table = assay_tape_alloc (tape, c->taps * sizeof *table), *at = table;

  for (size_t y = 0; y < w->kernel_height; y++)
    for (size_t x = 0; x < w->kernel_width * w->channels; x++)
      *at++ = (uint32_t) (y * w->width * w->channels + x);
  return table;
}

static size_t
group_at (const Conv *c, size_t first)
{
  return c->images - first < c->at_once ? c->images - first : c->at_once;
}

/* ---- padding ---- */

/** Copies rows of an image to or from its place amid the padding. */
static void
move (const Conv *c, float *padded, float *image, bool back)
{
  size_t row = c->x->shape[2] * c->x->shape[3], wide = c->windows.width * c->windows.channels;

  padded += c->padding * (wide + c->windows.channels);
  for (size_t y = 0; y < c->x->shape[1]; y++, padded += wide, image += row)
    memcpy (back ? image : padded, back ? padded : image, row * sizeof (float));
}

/** @n images from @first on with padding, in @padded; or where they lie if there is none. */
static const float *
padded_images (const Conv *c, float *padded, size_t first, size_t n)
{
  float *image = c->x->data + first * c->image;

  if (c->padding == 0)
    return image;
  memset (padded, 0, n * c->padded * sizeof (float));
  for (size_t i = 0; i < n; i++)
    move (c, padded + i * c->padded, image + i * c->image, false);
  return padded;
}

static float *
padded_scratch (AssayTape *tape, const Conv *c)
{
  return c->padding > 0 ? assay_tape_scratch (tape, c->at_once * c->padded) : NULL;
}

static void
release_padded (AssayTape *tape, const Conv *c, float *padded)
{
  if (padded != NULL)
    assay_tape_release (tape, padded, c->at_once * c->padded);
}

/* ---- few filters: rows of LANES, of which the first `out` count ---- */

static void
copy_rows (float *to, size_t to_row, const float *from, size_t from_row, size_t rows)
{
  size_t n = to_row < from_row ? to_row : from_row;

  for (size_t i = 0; i < rows; i++)
    {
      memcpy (to + i * to_row, from + i * from_row, n * sizeof *to);
      memset (to + i * to_row + n, 0, (to_row - n) * sizeof *to);
    }
}

/* ---- forward and back ---- */

/** y = act (windows times filters + bias), images by group, while they are in cache. */
static void
forward (AssayTape *tape, const Conv *c, AssayActivation act)
{
  const AssayKernels *kernels = assay_kernels ();
  size_t n_wide = c->width > c->out ? c->at_once * c->places * c->width : 0;
  float *padded = padded_scratch (tape, c);
  float *filters = assay_tape_scratch (tape, c->taps * c->width);
  float *wide = n_wide > 0 ? assay_tape_scratch (tape, n_wide) : NULL;

  memset (filters, 0, n_wide > 0 ? c->taps * c->width * sizeof *filters : 0);
  kernels->transpose (filters, c->width, c->w->data, c->taps, c->out, c->taps);
  for (size_t i = 0, n; i < c->images; i += n)
    {
      size_t begin = i * c->places * c->out;
      float *y = c->y->data + begin;

      n = group_at (c, i);
      kernels->gather_product (wide != NULL ? wide : y, padded_images (c, padded, i, n),
                               c->places_at, c->taps_at, filters, n * c->places, c->width, c->taps,
                               false);
      if (wide != NULL)
        copy_rows (y, c->out, wide, c->width, n * c->places);
      if (c->b != NULL || act != ASSAY_IDENTITY)
        kernels->bias_activation (y, c->slope != NULL ? c->slope + begin : NULL, n * c->places,
                                  c->out, c->b != NULL ? c->b->data : NULL, act);
    }
  if (wide != NULL)
    assay_tape_release (tape, wide, n_wide);
  assay_tape_release (tape, filters, c->taps * c->width);
  release_padded (tape, c, padded);
}

/** dw = sums [taps][width] turned, or that added to it. */
static void
give_filters (AssayTape *tape, const Conv *c, float *dw, bool fresh, const float *sums)
{
  const AssayKernels *kernels = assay_kernels ();
  float *turned = fresh ? dw : assay_tape_scratch (tape, c->w->size);

  kernels->transpose (turned, c->taps, sums, c->width, c->taps, c->out);
  if (fresh)
    return;
  kernels->add (dw, dw, turned, c->w->size);
  assay_tape_release (tape, turned, c->w->size);
}

/** The gradients before the activation, in place of @dy, and from them the filters' and the
 *  bias's. */
static void
backward_filters (AssayTape *tape, const Conv *c, float *dy, float *dw, bool fresh)
{
  const AssayKernels *kernels = assay_kernels ();
  size_t n_wide = c->width > c->out ? c->at_once * c->places * c->width : 0;
  float *padded = padded_scratch (tape, c);
  float *sums = assay_tape_scratch (tape, c->taps * c->width);
  float *wide = n_wide > 0 ? assay_tape_scratch (tape, n_wide) : NULL;
  bool fresh_bias = false;
  float *db = c->b != NULL ? assay_tensor_grad (tape, c->b, &fresh_bias) : NULL;

  memset (sums, 0, c->taps * c->width * sizeof *sums);
  if (fresh_bias && db != NULL)
    memset (db, 0, c->out * sizeof *db);
  for (size_t i = 0, n; i < c->images; i += n, dy += n * c->places * c->out)
    {
      n = group_at (c, i);
      if (c->slope != NULL)
        kernels->multiply (dy, dy, c->slope + i * c->places * c->out, n * c->places * c->out);
      if (db != NULL)
        kernels->column_sums (db, dy, n * c->places, c->out, true);
      if (dw == NULL)
        continue;
      if (wide != NULL)
        copy_rows (wide, c->width, dy, c->out, n * c->places);
      kernels->gather_product (sums, padded_images (c, padded, i, n), c->taps_at, c->places_at,
                               wide != NULL ? wide : dy, c->taps, c->width, n * c->places, true);
    }
  if (dw != NULL)
    give_filters (tape, c, dw, fresh, sums);
  if (wide != NULL)
    assay_tape_release (tape, wide, n_wide);
  assay_tape_release (tape, sums, c->taps * c->width);
  release_padded (tape, c, padded);
}

/** What each window gets, laid out, then added where it lies. */
static void
backward_images (AssayTape *tape, const Conv *c, const float *dy, float *dx, bool fresh)
{
  const AssayKernels *kernels = assay_kernels ();
  size_t n = c->places * c->taps;
  float *columns = assay_tape_scratch (tape, n);
  float *padded = c->padding > 0 ? assay_tape_scratch (tape, c->padded) : NULL;

  if (fresh)
    memset (dx, 0, c->x->size * sizeof *dx);
  for (size_t i = 0; i < c->images; i++, dy += c->places * c->out, dx += c->image)
    {
      assay_gemm (false, false, c->places, c->taps, c->out, 1, dy, c->out, c->w->data, c->taps, 0,
                  columns, c->taps);
      if (padded == NULL)
        {
          kernels->col2im (dx, columns, &c->windows);
          continue;
        }
      memset (padded, 0, c->padded * sizeof *padded);
      move (c, padded, dx, false);
      kernels->col2im (padded, columns, &c->windows);
      move (c, padded, dx, true);
    }
  if (padded != NULL)
    assay_tape_release (tape, padded, c->padded);
  assay_tape_release (tape, columns, n);
}

static void
backward (AssayTape *tape, void *context)
{
  const Conv *c = context;
  float *dy = c->y->grad;
  bool fresh;
  float *dw = assay_tensor_grad (tape, c->w, &fresh), *dx;

  backward_filters (tape, c, dy, dw, fresh);
  if ((dx = assay_tensor_grad (tape, c->x, &fresh)) != NULL)
    backward_images (tape, c, dy, dx, fresh);
}

/* ---- the operation ---- */

static Conv
shapes_of (AssayTensor *x, AssayTensor *w, AssayTensor *b, size_t stride, size_t padding)
{
  Conv c = { .x = x, .w = w, .b = b, .padding = padding, .images = x->shape[0] };

  c.windows = (AssayWindows){ .height = x->shape[1] + 2 * padding,
                              .width = x->shape[2] + 2 * padding,
                              .channels = x->shape[3],
                              .kernel_height = w->shape[1],
                              .kernel_width = w->shape[2],
                              .stride = stride };
  c.windows.out_height = n_windows (c.windows.height, w->shape[1], stride);
  c.windows.out_width = n_windows (c.windows.width, w->shape[2], stride);
  c.image = x->shape[1] * x->shape[2] * x->shape[3];
  c.padded = c.windows.height * c.windows.width * x->shape[3];
  c.places = c.windows.out_height * c.windows.out_width;
  c.taps = w->shape[1] * w->shape[2] * w->shape[3];
  c.out = w->shape[0];
  c.width = c.out > LANES ? c.out : LANES;
  c.at_once = c.places > 0 ? (PLACES + c.places - 1) / c.places : 1;
  c.at_once = c.at_once < c.images ? c.at_once : c.images;
  return c;
}

AssayTensor *
assay_conv2d (AssayTape *tape, AssayTensor *x, AssayTensor *w, AssayTensor *b, size_t stride,
              size_t padding, AssayActivation act)
{
  Conv c, *kept;

  assay_require (x->n_dims == 4 && w->n_dims == 4 && x->shape[3] == w->shape[3],
                 "x must be [B][H][W][C] and w [out][kh][kw][C]");
  assay_require (b == NULL || b->size == w->shape[0], "b must have w's first dimension");
  assay_require (stride > 0, "the stride must be positive");
  c = shapes_of (x, w, b, stride, padding);
  assay_require (c.at_once * c.padded <= UINT32_MAX, "images of %zu elements", c.padded);
  c.y = assay_tensor_new (
      tape, ASSAY_FP32, 4,
      (const size_t[]){ c.images, c.windows.out_height, c.windows.out_width, c.out });
  kept = assay_tape_record (tape, backward, sizeof c, c.y, (AssayTensor *[]){ x, w, b }, 3);
  if (kept != NULL && act != ASSAY_IDENTITY)
    c.slope = assay_tape_alloc (tape, c.y->size * sizeof (float));
  c.places_at = places_of (tape, &c);
  c.taps_at = taps_of (tape, &c);
  forward (tape, &c, act);
  if (act == ASSAY_IDENTITY)
    assay_tensor_spare (c.y);
  if (kept != NULL)
    *kept = c;
  return c.y;
}
