/* SPDX-License-Identifier: Apache-2.0 */
#include "check.h"

typedef AssayTensor *(*Op) (AssayTape *tape, AssayTensor *x, uint32_t dim);

typedef struct Reduction
{
  Op op;
  uint32_t dim;
  double (*reference) (const double *x, size_t n, size_t stride);
} Reduction;

static double
sum_of (const double *x, size_t n, size_t stride)
{
  double sum = 0;

  for (size_t i = 0; i < n; i++)
    sum += x[i * stride];
  return sum;
}

static double
mean_of (const double *x, size_t n, size_t stride)
{
  return sum_of (x, n, stride) / (double) n;
}

static double
max_of (const double *x, size_t n, size_t stride)
{
  double max = -INFINITY;

  for (size_t i = 0; i < n; i++)
    max = check_max (max, x[i * stride]);
  return max;
}

static double
log_sum_exp_of (const double *x, size_t n, size_t stride)
{
  double sum = 0;

  for (size_t i = 0; i < n; i++)
    sum += exp (x[i * stride]);
  return log (sum);
}

static AssayTensor *
all_op (AssayTape *tape, AssayTensor *x, uint32_t dim)
{
  return dim == 0 ? assay_sum_all (tape, x) : assay_mean_all (tape, x);
}

static AssayTensor *
reduce (AssayTape *tape, AssayTensor *const *in, const Check *check)
{
  const Reduction *r = check->data;

  return r->op (tape, in[0], r->dim);
}

static void
reduce_reference (double *y, const double *const *in, const Check *check)
{
  const Reduction *r = check->data;
  const size_t *shape = check->inputs[0].shape;
  size_t outer = 1, inner = 1, n = shape[r->dim];

  if (r->op == all_op)
    {
      *y = r->reference (in[0], check_size (&check->inputs[0]), 1);
      return;
    }
  for (uint32_t i = 0; i < r->dim; i++)
    outer *= shape[i];
  for (uint32_t i = r->dim + 1; i < ASSAY_MAX_DIMS && shape[i] > 0; i++)
    inner *= shape[i];
  for (size_t i = 0; i < outer; i++)
    for (size_t j = 0; j < inner; j++)
      y[i * inner + j] = r->reference (in[0] + i * n * inner + j, n, inner);
}

#define REDUCTION(text, which, along)                                                              \
  {                                                                                                \
    .name = text, .op = reduce, .reference = reduce_reference,                                     \
    .data = &(const Reduction){ assay_##which, along, which##_of },                                \
    .inputs                                                                                        \
        = { { -2, 3, { 3, 5, 19 } } }                                                              \
  }

#define ALL_DIMS(text, which)                                                                      \
  REDUCTION (text "-first", which, 0), REDUCTION (text "-middle", which, 1),                       \
      REDUCTION (text "-last", which, 2)

static const Check checks[] = {
  ALL_DIMS ("sum", sum),
  ALL_DIMS ("mean", mean),
  ALL_DIMS ("max", max),
  ALL_DIMS ("log-sum-exp", log_sum_exp),
  { .name = "sum-all",
    .op = reduce,
    .reference = reduce_reference,
    .data = &(const Reduction){ all_op, 0, sum_of },
    .inputs = { { -1, 1, { 7, 5 } } } },
  { .name = "mean-all",
    .op = reduce,
    .reference = reduce_reference,
    .data = &(const Reduction){ all_op, 1, mean_of },
    .inputs = { { -1, 1, { 7, 5 } } } },
};

static AssayTensor *
wrap (AssayTape *tape, const float *x, size_t n)
{
  return assay_tensor_wrap (tape, x, 1, &n);
}

static void
test_empty (void)
{
  AssayTape *tape = assay_tape_new (0);
  AssayTensor *x, *y;

  assay_tape_begin (tape, NULL, NULL, false);
  g_assert_true (*assay_sum_all (tape, wrap (tape, NULL, 0))->data == 0);
  g_assert_true (isnan (*assay_mean_all (tape, wrap (tape, NULL, 0))->data));
  g_assert_true (*assay_max (tape, wrap (tape, NULL, 0), 0)->data == -INFINITY);
  g_assert_true (*assay_log_sum_exp (tape, wrap (tape, NULL, 0), 0)->data == -INFINITY);
  x = assay_tensor_wrap (tape, NULL, 2, (const size_t[]){ 0, 3 });
  y = assay_sum (tape, x, 0);
  g_assert_cmpuint (y->size, ==, 3);
  g_assert_true (y->data[0] == 0 && y->data[2] == 0);
  g_assert_cmpuint (assay_sum (tape, x, 1)->size, ==, 0);
  assay_tape_free (tape);
}

static void
test_not_finite (void)
{
  AssayTape *tape = assay_tape_new (0);
  float x[40];

  assay_tape_begin (tape, NULL, NULL, false);
  for (size_t place = 0; place < 40; place++)
    {
      check_fill (x, 40, -1, 1, "x");
      x[place] = NAN;
      g_assert_true (isnan (*assay_max (tape, wrap (tape, x, 40), 0)->data));
      g_assert_true (isnan (*assay_sum (tape, wrap (tape, x, 40), 0)->data));
      g_assert_true (isnan (*assay_log_sum_exp (tape, wrap (tape, x, 40), 0)->data));
      x[place] = INFINITY;
      g_assert_true (*assay_max (tape, wrap (tape, x, 40), 0)->data == INFINITY);
      g_assert_true (*assay_log_sum_exp (tape, wrap (tape, x, 40), 0)->data == INFINITY);
    }
  for (size_t i = 0; i < 40; i++)
    x[i] = -INFINITY;
  g_assert_true (*assay_log_sum_exp (tape, wrap (tape, x, 40), 0)->data == -INFINITY);
  assay_tape_free (tape);
}

/* A million numbers near 1: lanes of floats alone would be off by 1e-4. */
static void
test_long_sum (void)
{
  enum
  {
    N = 1 << 20
  };
  AssayTape *tape = assay_tape_new (0);
  g_autofree float *x = g_new (float, N);
  double sum = 0;

  check_fill (x, N, 0.9, 1.1, "long");
  for (size_t i = 0; i < N; i++)
    sum += x[i];
  assay_tape_begin (tape, NULL, NULL, false);
  g_assert_cmpfloat_with_epsilon (*assay_sum_all (tape, wrap (tape, x, N))->data / sum, 1, 1e-7);
  assay_tape_free (tape);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  check_add ("learn/reduce", checks, G_N_ELEMENTS (checks));
  g_test_add_func ("/learn/reduce/nothing", test_empty);
  g_test_add_func ("/learn/reduce/nan-and-infinity-propagate", test_not_finite);
  g_test_add_func ("/learn/reduce/long-sums-are-accurate", test_long_sum);
  return g_test_run ();
}
