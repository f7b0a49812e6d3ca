/* SPDX-License-Identifier: Apache-2.0 */
#include "check.h"

static const int32_t ids[] = { 2, 0, 2, 3 };

/** The dimension along which an operation works. */
static uint32_t
dim_of (const Check *check)
{
  return *(const uint32_t *) check->data;
}

static const uint32_t first = 0, second = 1, third = 2;

/** Sizes of the dimensions before and from @dim on. */
static void
split (const CheckInput *input, uint32_t dim, size_t *outer, size_t *inner)
{
  *outer = 1;
  for (uint32_t i = 0; i < dim; i++)
    *outer *= input->shape[i];
  *inner = check_size (input) / *outer;
}

static AssayTensor *
concat (AssayTape *tape, AssayTensor *const *in, const Check *check)
{
  return assay_concat (tape, in, 3, dim_of (check));
}

static void
concat_reference (double *y, const double *const *in, const Check *check)
{
  size_t outer, inner;

  split (&check->inputs[0], dim_of (check), &outer, &inner);
  for (size_t i = 0; i < outer; i++)
    for (size_t k = 0; k < 3; k++)
      {
        split (&check->inputs[k], dim_of (check), &outer, &inner);
        memcpy (y, in[k] + i * inner, inner * sizeof *y);
        y += inner;
      }
}

static AssayTensor *
slice (AssayTape *tape, AssayTensor *const *in, const Check *check)
{
  return assay_slice (tape, in[0], dim_of (check), 1, 2);
}

/* Of a tensor that is used elsewhere, too, so that its gradient is not fresh. */
static AssayTensor *
slice_twice (AssayTape *tape, AssayTensor *const *in, const Check *check)
{
  AssayTensor *x = assay_affine (tape, in[0], 1, 0);

  return assay_add (tape, assay_slice (tape, x, dim_of (check), 1, 2),
                    assay_slice (tape, x, dim_of (check), 0, 2));
}

static void
slice_reference (double *y, const double *const *in, const Check *check)
{
  size_t outer, inner, stride;

  split (&check->inputs[0], dim_of (check), &outer, &inner);
  stride = inner / check->inputs[0].shape[dim_of (check)];
  for (size_t i = 0; i < outer; i++)
    for (size_t j = 0; j < 2 * stride; j++)
      *y++ = in[0][i * inner + stride + j] + (check->op == slice_twice ? in[0][i * inner + j] : 0);
}

static AssayTensor *
gather (AssayTape *tape, AssayTensor *const *in, const Check *check)
{
  return assay_gather (tape, in[0], assay_tensor_wrap_ints (tape, ids, 1, check->inputs[0].shape));
}

static void
gather_reference (double *y, const double *const *in, const Check *check)
{
  for (size_t i = 0; i < check->inputs[0].shape[0]; i++)
    y[i] = in[0][i * check->inputs[0].shape[1] + (size_t) ids[i]];
}

static AssayTensor *
scatter (AssayTape *tape, AssayTensor *const *in, const Check *check)
{
  return assay_scatter_add (tape, in[0],
                            assay_tensor_wrap_ints (tape, ids, 1, check->inputs[0].shape), 5);
}

static void
scatter_reference (double *y, const double *const *in, const Check *check)
{
  size_t width = check->inputs[0].shape[1];

  memset (y, 0, 5 * width * sizeof *y);
  for (size_t i = 0; i < check->inputs[0].shape[0]; i++)
    for (size_t j = 0; j < width; j++)
      y[(size_t) ids[i] * width + j] += in[0][i * width + j];
}

/* Views: rows 1 and 2 of [3][4], as [8], plus the same as it was. */
static AssayTensor *
views (AssayTape *tape, AssayTensor *const *in, const Check *check)
{
  AssayTensor *x = assay_square (tape, in[0]);
  AssayTensor *part = assay_reshape (tape, assay_rows (tape, x, 1, 2), 1, (const size_t[]){ 8 });

  return assay_add (tape, part,
                    assay_reshape (tape, assay_rows (tape, x, 0, 2), 1, (const size_t[]){ 8 }));
}

static void
views_reference (double *y, const double *const *in, const Check *check)
{
  for (size_t i = 0; i < 8; i++)
    y[i] = in[0][4 + i] * in[0][4 + i] + in[0][i] * in[0][i];
}

#define CONCAT(text, dim, ...)                                                                     \
  {                                                                                                \
    .name = text, .op = concat, .reference = concat_reference, .data = &dim, .inputs = __VA_ARGS__ \
  }
#define SLICE(text, function, dim)                                                                 \
  {                                                                                                \
    .name = text, .op = function, .reference = slice_reference, .data = &dim,                      \
    .inputs                                                                                        \
        = { { -1, 1, { 3, 4, 5 } } }                                                               \
  }

static const Check checks[] = {
  CONCAT ("concat-first", first, { { -1, 1, { 2, 3 } }, { -1, 1, { 1, 3 } }, { -1, 1, { 4, 3 } } }),
  CONCAT ("concat-middle", second,
          { { -1, 1, { 2, 3, 5 } }, { -1, 1, { 2, 1, 5 } }, { -1, 1, { 2, 2, 5 } } }),
  CONCAT ("concat-last", third,
          { { -1, 1, { 2, 3, 5 } }, { -1, 1, { 2, 3, 1 } }, { -1, 1, { 2, 3, 18 } } }),
  SLICE ("slice-first", slice, first),
  SLICE ("slice-middle", slice, second),
  SLICE ("slice-last", slice, third),
  SLICE ("slices-of-one-first", slice_twice, first),
  SLICE ("slices-of-one-last", slice_twice, third),
  { .name = "gather",
    .op = gather,
    .reference = gather_reference,
    .inputs = { { -1, 1, { 4, 6 } } } },
  { .name = "scatter-add",
    .op = scatter,
    .reference = scatter_reference,
    .inputs = { { -1, 1, { 4, 17 } } } },
  { .name = "views-share-a-gradient",
    .op = views,
    .reference = views_reference,
    .inputs = { { -1, 1, { 3, 4 } } } },
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  check_add ("learn/shape", checks, G_N_ELEMENTS (checks));
  return g_test_run ();
}
