/* SPDX-License-Identifier: Apache-2.0 */
#include "check.h"

typedef struct Options
{
  size_t stride, padding, size;
  AssayActivation act;
} Options;

static double
activated (double x, AssayActivation act)
{
  return act == ASSAY_RELU ? check_max (x, 0) : act == ASSAY_TANH ? tanh (x) : x;
}

/* ---- convolution ---- */

typedef void (*Tap) (void *data, size_t y, size_t x, size_t w);

#define OUTSIDE SIZE_MAX /* in the padding, where x is 0 */

/** Calls @tap for every product of the convolution, by the positions of y, x and w. */
static void
each_tap (const size_t *x, const size_t *w, const Options *o, Tap tap, void *data)
{
  size_t height = x[1] + 2 * o->padding, width = x[2] + 2 * o->padding, y = 0;

  for (size_t b = 0; b < x[0]; b++)
    for (size_t r = 0; r + w[1] <= height; r += o->stride)
      for (size_t s = 0; s + w[2] <= width; s += o->stride)
        for (size_t f = 0; f < w[0]; f++, y++)
          for (size_t i = 0; i < w[1] * w[2] * w[3]; i++)
            {
              size_t row = r + i / w[3] / w[2], column = s + i / w[3] % w[2];

              bool inside = row >= o->padding && row < x[1] + o->padding && column >= o->padding
                            && column < x[2] + o->padding;
              size_t pixel = (b * x[1] + row - o->padding) * x[2] + column - o->padding;

              tap (data, y, inside ? pixel * x[3] + i % x[3] : OUTSIDE, f * w[1] * w[2] * w[3] + i);
            }
}

static size_t
n_outputs (const size_t *x, const size_t *w, const Options *o)
{
  size_t height = x[1] + 2 * o->padding, width = x[2] + 2 * o->padding;

  if (height < w[1] || width < w[2])
    return 0;
  return x[0] * ((height - w[1]) / o->stride + 1) * ((width - w[2]) / o->stride + 1) * w[0];
}

typedef struct Forward
{
  double *y;
  const double *x, *w;
} Forward;

static void
forward_tap (void *data, size_t y, size_t x, size_t w)
{
  const Forward *f = data;

  f->y[y] += (x == OUTSIDE ? 0 : f->x[x]) * f->w[w];
}

static AssayTensor *
conv (AssayTape *tape, AssayTensor *const *in, const Check *check)
{
  const Options *o = check->data;

  return assay_conv2d (tape, in[0], in[1], check->inputs[2].high > 0 ? in[2] : NULL, o->stride,
                       o->padding, o->act);
}

static void
conv_reference (double *y, const double *const *in, const Check *check)
{
  const Options *o = check->data;
  const size_t *x = check->inputs[0].shape, *w = check->inputs[1].shape;
  size_t n = n_outputs (x, w, o);

  for (size_t i = 0; i < n; i++)
    y[i] = check->inputs[2].high > 0 ? in[2][i % w[0]] : 0;
  each_tap (x, w, o, forward_tap, &(Forward){ y, in[0], in[1] });
  for (size_t i = 0; i < n; i++)
    y[i] = activated (y[i], o->act);
}

#define SHAPE(...)                                                                                 \
  {                                                                                                \
    __VA_ARGS__                                                                                    \
  }
#define CONV(text, x, w, filters, ...)                                                             \
  {                                                                                                \
    .name = text, .op = conv, .reference = conv_reference,                                         \
    .inputs = { { -1, 1, x }, { -1, 1, w }, { -1, 1, { filters } } }, .data = &(const Options)     \
    {                                                                                              \
      __VA_ARGS__                                                                                  \
    }                                                                                              \
  }

static const Check convolutions[] = {
  CONV ("plain", SHAPE (2, 6, 5, 4), SHAPE (3, 3, 3, 4), 3, .stride = 1),
  CONV ("many-filters", SHAPE (2, 5, 4, 3), SHAPE (18, 2, 3, 3), 18, .stride = 1,
        .act = ASSAY_TANH),
  CONV ("relu", SHAPE (1, 6, 6, 3), SHAPE (16, 3, 3, 3), 16, .stride = 1, .act = ASSAY_RELU),
  CONV ("one-image", SHAPE (1, 5, 5, 6), SHAPE (2, 3, 2, 6), 2, .stride = 1, .act = ASSAY_TANH),
  CONV ("one-pixel", SHAPE (1, 1, 1, 1), SHAPE (1, 1, 1, 1), 1, .stride = 1),
  CONV ("of-one-pixel", SHAPE (3, 4, 4, 5), SHAPE (17, 1, 1, 5), 17, .stride = 1,
        .act = ASSAY_TANH),
  CONV ("of-one-pixel-in-strides", SHAPE (2, 5, 4, 5), SHAPE (3, 1, 1, 5), 3, .stride = 2),
  CONV ("of-one-pixel-padded", SHAPE (2, 2, 3, 2), SHAPE (3, 1, 1, 2), 3, .stride = 1,
        .padding = 1),
  CONV ("of-the-whole-image", SHAPE (2, 4, 3, 7), SHAPE (5, 4, 3, 7), 5, .stride = 1),
  CONV ("strides", SHAPE (2, 9, 8, 4), SHAPE (3, 4, 4, 4), 3, .stride = 2),
  CONV ("strides-beyond-the-window", SHAPE (2, 8, 9, 2), SHAPE (3, 2, 2, 2), 3, .stride = 3),
  CONV ("padding", SHAPE (2, 4, 5, 3), SHAPE (4, 3, 3, 3), 4, .stride = 1, .padding = 1),
  CONV ("padding-and-strides", SHAPE (1, 5, 6, 2), SHAPE (3, 3, 4, 2), 3, .stride = 2, .padding = 2,
        .act = ASSAY_TANH),
  CONV ("padding-beyond-the-window", SHAPE (1, 2, 2, 3), SHAPE (2, 2, 2, 3), 2, .stride = 1,
        .padding = 3),
  CONV ("window-beyond-the-image", SHAPE (2, 2, 1, 3), SHAPE (4, 3, 3, 3), 4, .stride = 1,
        .padding = 1),
  { .name = "no-bias",
    .op = conv,
    .reference = conv_reference,
    .inputs = { { -1, 1, { 2, 4, 4, 2 } }, { -1, 1, { 3, 3, 3, 2 } } },
    .data = &(const Options){ .stride = 1 } },
};

/* ---- more windows than are laid out at once, against a way back written out ---- */

typedef struct Way
{
  double *y, *dx, *dw;
  const float *x, *w, *dy;
} Way;

static void
way_tap (void *data, size_t y, size_t x, size_t w)
{
  const Way *way = data;

  if (x == OUTSIDE)
    return;
  way->y[y] += (double) way->x[x] * way->w[w];
  way->dx[x] += (double) way->dy[y] * way->w[w];
  way->dw[w] += (double) way->dy[y] * way->x[x];
}

static void
check_large (const size_t *x, const size_t *w, const Options *o)
{
  size_t n_x = x[0] * x[1] * x[2] * x[3], n_w = w[0] * w[1] * w[2] * w[3];
  size_t n_y = n_outputs (x, w, o);
  g_autofree float *values = g_new0 (float, n_x + n_w), *grads = g_new0 (float, n_x + n_w);
  g_autofree float *dy = g_new0 (float, n_y);
  g_autofree double *sums = g_new0 (double, n_y + n_x + n_w);
  AssayWeight params[]
      = { { .n_dims = 4, .size = n_x }, { .index = 1, .n_dims = 4, .offset = n_x, .size = n_w } };
  const AssayWeight *list[] = { &params[0], &params[1] };
  AssayTape *tape = assay_tape_new (2);
  AssayTensor *y;

  memcpy (params[0].shape, x, sizeof params[0].shape);
  memcpy (params[1].shape, w, sizeof params[1].shape);
  check_fill (values, n_x, 0, 1, "x");
  check_fill (values + n_x, n_w, -1, 1, "w");
  check_fill (dy, n_y, -1, 1, "dy");
  each_tap (x, w, o, way_tap,
            &(Way){ sums, sums + n_y, sums + n_y + n_x, values, values + n_x, dy });
  assay_tape_begin (tape, values, grads, false);
  y = assay_conv2d (tape, assay_tape_param (tape, list[0]), assay_tape_param (tape, list[1]), NULL,
                    o->stride, o->padding, ASSAY_IDENTITY);
  g_assert_cmpuint (y->size, ==, n_y);
  assay_tape_backward (tape, check_dot (tape, y, dy), 1, list, 2);
  g_assert_cmpfloat (check_nmse (y->data, sums, n_y), <, 1e-12);
  g_assert_cmpfloat (check_nmse (grads, sums + n_y, n_x), <, 1e-12);
  g_assert_cmpfloat (check_nmse (grads + n_x, sums + n_y + n_x, n_w), <, 1e-12);
  assay_tape_free (tape);
}

static void
test_large (void)
{
  check_large ((const size_t[]){ 40, 10, 10, 4 }, (const size_t[]){ 16, 3, 3, 4 },
               &(const Options){ .stride = 1 });
  check_large ((const size_t[]){ 20, 10, 10, 7 }, (const size_t[]){ 16, 3, 3, 7 },
               &(const Options){ .stride = 1, .padding = 1 });
  check_large ((const size_t[]){ 2, 84, 84, 4 }, (const size_t[]){ 32, 8, 8, 4 },
               &(const Options){ .stride = 4 });
  check_large ((const size_t[]){ 3, 9, 9, 32 }, (const size_t[]){ 80, 4, 4, 32 },
               &(const Options){ .stride = 2 });
}

/** No images, and images smaller than the window: nothing comes out, gradients are 0. */
static void
test_empty (void)
{
  static const size_t shapes[][4] = { { 0, 5, 5, 2 }, { 3, 2, 5, 2 } };
  float values[2 * 3 * 3 * 2], grads[2 * 3 * 3 * 2], x[60] = { 0 };
  AssayWeight param = { .n_dims = 4, .size = G_N_ELEMENTS (values), .shape = { 2, 3, 3, 2 } };
  const AssayWeight *list[] = { &param };
  AssayTape *tape = assay_tape_new (1);

  check_fill (values, G_N_ELEMENTS (values), -1, 1, "w");
  for (size_t s = 0; s < G_N_ELEMENTS (shapes); s++)
    {
      AssayTensor *y;

      memset (grads, 0xff, sizeof grads);
      assay_tape_begin (tape, values, grads, false);
      y = assay_conv2d (tape, assay_tensor_wrap (tape, x, 4, shapes[s]),
                        assay_tape_param (tape, &param), NULL, 1, 0, ASSAY_RELU);
      g_assert_cmpuint (y->size, ==, 0);
      assay_tape_backward (tape, check_dot (tape, y, NULL), 1, list, 1);
      for (size_t i = 0; i < G_N_ELEMENTS (grads); i++)
        g_assert_cmpfloat (grads[i], ==, 0);
    }
  assay_tape_free (tape);
}

/* ---- pooling ---- */

static AssayTensor *
max_pool (AssayTape *tape, AssayTensor *const *in, const Check *check)
{
  const Options *o = check->data;

  return assay_max_pool (tape, in[0], o->size, o->stride);
}

static AssayTensor *
mean_pool (AssayTape *tape, AssayTensor *const *in, const Check *check)
{
  const Options *o = check->data;

  return assay_mean_pool (tape, in[0], o->size, o->stride);
}

static void
pool_reference (double *y, const double *const *in, const Check *check)
{
  const Options *o = check->data;
  const size_t *x = check->inputs[0].shape;

  for (size_t b = 0; b < x[0]; b++)
    for (size_t r = 0; r + o->size <= x[1]; r += o->stride)
      for (size_t s = 0; s + o->size <= x[2]; s += o->stride)
        for (size_t c = 0; c < x[3]; c++, y++)
          {
            double max = -INFINITY, sum = 0;

            for (size_t i = 0; i < o->size * o->size; i++)
              {
                size_t row = r + i / o->size, column = s + i % o->size;
                double value = in[0][((b * x[1] + row) * x[2] + column) * x[3] + c];

                max = check_max (max, value);
                sum += value;
              }
            *y = check->op == max_pool ? max : sum / (double) (o->size * o->size);
          }
}

#define POOL(text, operation, x, ...)                                                              \
  {                                                                                                \
    .name = text, .op = operation, .reference = pool_reference, .inputs = { { -1, 1, x } },        \
    .data = &(const Options)                                                                       \
    {                                                                                              \
      __VA_ARGS__                                                                                  \
    }                                                                                              \
  }

static const Check pools[] = {
  POOL ("max", max_pool, SHAPE (2, 6, 4, 5), .size = 2, .stride = 2),
  POOL ("max-overlapping", max_pool, SHAPE (2, 5, 6, 17), .size = 3, .stride = 1),
  POOL ("max-apart", max_pool, SHAPE (1, 8, 7, 2), .size = 2, .stride = 3),
  POOL ("max-of-one", max_pool, SHAPE (3, 2, 2, 1), .size = 1, .stride = 1),
  POOL ("max-of-all", max_pool, SHAPE (2, 4, 4, 3), .size = 4, .stride = 1),
  POOL ("mean", mean_pool, SHAPE (2, 6, 4, 5), .size = 2, .stride = 2),
  POOL ("mean-overlapping", mean_pool, SHAPE (2, 5, 6, 17), .size = 3, .stride = 1),
  POOL ("mean-apart", mean_pool, SHAPE (1, 8, 7, 2), .size = 2, .stride = 3),
  POOL ("mean-of-all", mean_pool, SHAPE (2, 4, 4, 3), .size = 4, .stride = 1),
};

static void
test_not_numbers (void)
{
  float x[2 * 2 * 2] = { NAN, 1, 2, -INFINITY, 3, -INFINITY, 4, -INFINITY };
  AssayTape *tape = assay_tape_new (0);
  AssayTensor *in, *max, *mean;

  assay_tape_begin (tape, NULL, NULL, false);
  in = assay_tensor_wrap (tape, x, 4, (const size_t[]){ 1, 2, 2, 2 });
  max = assay_max_pool (tape, in, 2, 1);
  mean = assay_mean_pool (tape, in, 2, 1);
  g_assert_true (isnan (max->data[0]));
  g_assert_true (isnan (mean->data[0]));
  g_assert_cmpfloat (max->data[1], ==, 1);
  g_assert_cmpfloat (mean->data[1], ==, -INFINITY);
  assay_tape_free (tape);
}

/** Of equals the first gets all of the gradient. */
static void
test_ties (void)
{
  float values[9] = { 1, 1, 1, 1, 1, 1, 1, 1, 1 }, grads[9];
  float weights[4] = { 1, 2, 3, 4 };
  AssayWeight param = { .n_dims = 4, .size = 9, .shape = { 1, 3, 3, 1 } };
  const AssayWeight *list[] = { &param };
  const float expected[9] = { 1, 2, 0, 3, 4, 0, 0, 0, 0 };
  AssayTape *tape = assay_tape_new (1);

  assay_tape_begin (tape, values, grads, false);
  assay_tape_backward (
      tape, check_dot (tape, assay_max_pool (tape, assay_tape_param (tape, &param), 2, 1), weights),
      1, list, 1);
  g_assert_cmpmem (grads, sizeof grads, expected, sizeof expected);
  assay_tape_free (tape);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  check_add ("conv", convolutions, G_N_ELEMENTS (convolutions));
  g_test_add_func ("/conv/images-in-chunks", test_large);
  g_test_add_func ("/conv/nothing-in-nothing-out", test_empty);
  check_add ("pool", pools, G_N_ELEMENTS (pools));
  g_test_add_func ("/pool/NaN-and-infinity-are-passed-on", test_not_numbers);
  g_test_add_func ("/pool/of-equals-the-first", test_ties);
  return g_test_run ();
}
