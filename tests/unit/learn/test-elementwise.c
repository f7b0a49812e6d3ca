/* SPDX-License-Identifier: Apache-2.0 */
#include "check.h"

/* ---- functions of one tensor ---- */

typedef AssayTensor *(*Op1) (AssayTape *tape, AssayTensor *x);

typedef struct Function
{
  Op1 op;
  double (*reference) (double x);
} Function;

static double
relu_of (double x)
{
  return check_max (x, 0);
}

static double
gelu_of (double x)
{
  return x * 0.5 * erfc (-x / M_SQRT2);
}

static double
gelu_tanh_of (double x)
{
  return x * 0.5 * (1 + tanh (sqrt (2 / M_PI) * (x + 0.044715 * x * x * x)));
}

static double
sigmoid_of (double x)
{
  return 1 / (1 + exp (-x));
}

static double
log_sigmoid_of (double x)
{
  return fmin (x, 0) - log1p (exp (-fabs (x)));
}

static double
silu_of (double x)
{
  return x * sigmoid_of (x);
}

static double
square_of (double x)
{
  return x * x;
}

static const Function relu = { assay_relu, relu_of }, gelu = { assay_gelu, gelu_of },
                      gelu_tanh = { assay_gelu_tanh, gelu_tanh_of }, silu = { assay_silu, silu_of },
                      tangent = { assay_tanh, tanh }, sigmoid = { assay_sigmoid, sigmoid_of },
                      log_sigmoid = { assay_log_sigmoid, log_sigmoid_of },
                      exponential = { assay_exp, exp }, logarithm = { assay_log, log },
                      root = { assay_sqrt, sqrt }, absolute = { assay_abs, fabs },
                      square = { assay_square, square_of };

static AssayTensor *
of_one (AssayTape *tape, AssayTensor *const *in, const Check *check)
{
  return ((const Function *) check->data)->op (tape, in[0]);
}

static void
of_one_reference (double *y, const double *const *in, const Check *check)
{
  for (size_t i = 0; i < check_size (&check->inputs[0]); i++)
    y[i] = ((const Function *) check->data)->reference (in[0][i]);
}

static AssayTensor *
swiglu (AssayTape *tape, AssayTensor *const *in, const Check *check)
{
  return assay_swiglu (tape, in[0]);
}

static void
swiglu_reference (double *y, const double *const *in, const Check *check)
{
  size_t n = check->inputs[0].shape[1] / 2, rows = check->inputs[0].shape[0];

  for (size_t i = 0; i < rows * n; i++)
    {
      const double *row = in[0] + i / n * 2 * n;

      y[i] = silu_of (row[i % n]) * row[n + i % n];
    }
}

static AssayTensor *
affine (AssayTape *tape, AssayTensor *const *in, const Check *check)
{
  return assay_affine (tape, in[0], -1.5f, 0.25f);
}

static void
affine_reference (double *y, const double *const *in, const Check *check)
{
  for (size_t i = 0; i < check_size (&check->inputs[0]); i++)
    y[i] = -1.5 * in[0][i] + 0.25;
}

static AssayTensor *
clamp (AssayTape *tape, AssayTensor *const *in, const Check *check)
{
  return assay_clamp (tape, in[0], -0.5f, 0.25f);
}

static void
clamp_reference (double *y, const double *const *in, const Check *check)
{
  for (size_t i = 0; i < check_size (&check->inputs[0]); i++)
    y[i] = check_min (check_max (in[0][i], -0.5), 0.25);
}

/* x - detach (x^2): the second part has no gradient, which the reference's difference sees as a
 * constant of the drawn x. */
static AssayTensor *
detached (AssayTape *tape, AssayTensor *const *in, const Check *check)
{
  AssayTensor *x = in[0], *constant = assay_detach (tape, assay_affine (tape, in[1], 0, 3));

  g_assert_false (constant->needs_grad);
  return assay_mul (tape, x, constant);
}

static void
detached_reference (double *y, const double *const *in, const Check *check)
{
  for (size_t i = 0; i < check_size (&check->inputs[0]); i++)
    y[i] = in[0][i] * (3 + 0 * in[1][i]);
}

/* ---- functions of two ---- */

typedef AssayTensor *(*Op2) (AssayTape *tape, AssayTensor *a, AssayTensor *b);

typedef struct Function2
{
  Op2 op;
  double (*reference) (double a, double b);
} Function2;

static double
sum_of (double a, double b)
{
  return a + b;
}

static double
difference_of (double a, double b)
{
  return a - b;
}

static double
product_of (double a, double b)
{
  return a * b;
}

static double
quotient_of (double a, double b)
{
  return a / b;
}

static const Function2 add = { assay_add, sum_of }, sub = { assay_sub, difference_of },
                       mul = { assay_mul, product_of }, quotient = { assay_div, quotient_of },
                       maximum = { assay_maximum, check_max },
                       minimum = { assay_minimum, check_min };

static AssayTensor *
of_two (AssayTape *tape, AssayTensor *const *in, const Check *check)
{
  return ((const Function2 *) check->data)->op (tape, in[0], in[1]);
}

static void
of_two_reference (double *y, const double *const *in, const Check *check)
{
  size_t period = check_size (&check->inputs[1]);

  for (size_t i = 0; i < check_size (&check->inputs[0]); i++)
    y[i] = ((const Function2 *) check->data)->reference (in[0][i], in[1][i % period]);
}

/* A tensor with itself, whose gradient comes on both ways. */
static AssayTensor *
with_itself (AssayTape *tape, AssayTensor *const *in, const Check *check)
{
  return ((const Function2 *) check->data)->op (tape, in[0], in[0]);
}

static void
with_itself_reference (double *y, const double *const *in, const Check *check)
{
  for (size_t i = 0; i < check_size (&check->inputs[0]); i++)
    y[i] = ((const Function2 *) check->data)->reference (in[0][i], in[0][i]);
}

#define ONE(text, function, low, high)                                                             \
  {                                                                                                \
    .name = text, .op = of_one, .reference = of_one_reference, .data = &function,                  \
    .inputs                                                                                        \
        = { { low, high, { 3, 37 } } }                                                             \
  }

/* A number's gradient is a sum over all elements, which nearly cancels. */
#define TWO(text, function, ...)                                                                   \
  {                                                                                                \
    .name = text, .op = of_two, .reference = of_two_reference, .data = &function,                  \
    .inputs = { { -2, 2, { 4, 3, 17 } }, { 0.5, 2, { __VA_ARGS__ } } }, .gradient_nmse = 1e-7      \
  }

#define ALL_SHAPES(text, function)                                                                 \
  TWO (text, function, 4, 3, 17), TWO (text "-suffix", function, 3, 17),                           \
      TWO (text "-row", function, 17), TWO (text "-scalar", function, 0)

static const Check checks[] = {
  ONE ("relu", relu, -2, 2),
  ONE ("gelu", gelu, -4, 4),
  ONE ("gelu-tail", gelu, -6, -3),
  ONE ("gelu-tanh", gelu_tanh, -4, 4),
  ONE ("silu", silu, -6, 6),
  ONE ("tanh", tangent, -3, 3),
  ONE ("tanh-near-0", tangent, -0.01, 0.01),
  ONE ("sigmoid", sigmoid, -6, 6),
  ONE ("log-sigmoid", log_sigmoid, -6, 6),
  ONE ("log-sigmoid-sure", log_sigmoid, 15, 25),
  ONE ("log-sigmoid-far", log_sigmoid, -95, -85),
  ONE ("exp", exponential, -5, 5),
  ONE ("exp-large", exponential, 60, 80),
  ONE ("log", logarithm, 0.1, 10),
  ONE ("log-near-1", logarithm, 0.9, 1.1),
  ONE ("sqrt", root, 0.1, 10),
  ONE ("abs", absolute, -2, 2),
  ONE ("square", square, -2, 2),
  { .name = "swiglu",
    .op = swiglu,
    .reference = swiglu_reference,
    .inputs = { { -3, 3, { 3, 2 * 21 } } } },
  { .name = "affine",
    .op = affine,
    .reference = affine_reference,
    .inputs = { { -2, 2, { 2, 21 } } } },
  { .name = "clamp", .op = clamp, .reference = clamp_reference, .inputs = { { -1, 1, { 67 } } } },
  { .name = "detach",
    .op = detached,
    .reference = detached_reference,
    .inputs = { { -1, 1, { 5 } }, { -1, 1, { 5 } } } },
  ALL_SHAPES ("add", add),
  ALL_SHAPES ("sub", sub),
  ALL_SHAPES ("mul", mul),
  ALL_SHAPES ("div", quotient),
  ALL_SHAPES ("maximum", maximum),
  ALL_SHAPES ("minimum", minimum),
  { .name = "add-to-itself",
    .op = with_itself,
    .reference = with_itself_reference,
    .data = &add,
    .inputs = { { -1, 1, { 18 } } } },
  { .name = "mul-by-itself",
    .op = with_itself,
    .reference = with_itself_reference,
    .data = &mul,
    .inputs = { { -1, 1, { 18 } } } },
  { .name = "maximum-of-equals",
    .op = with_itself,
    .reference = with_itself_reference,
    .data = &maximum,
    .inputs = { { -1, 1, { 18 } } } },
};

/* ---- numbers that are none ---- */

/** f (x) of one element, through a vector whose other elements are ordinary. */
static float
at (Op1 op, float x)
{
  AssayTape *tape = assay_tape_new (0);
  float values[19], y;

  check_fill (values, 19, 0.5, 1, "ordinary");
  values[17] = x;
  assay_tape_begin (tape, NULL, NULL, false);
  y = op (tape, assay_tensor_wrap (tape, values, 1, (const size_t[]){ 19 }))->data[17];
  assay_tape_free (tape);
  return y;
}

static void
test_not_finite (void)
{
  static const Op1 ops[]
      = { assay_relu,        assay_gelu, assay_gelu_tanh, assay_silu, assay_tanh, assay_sigmoid,
          assay_log_sigmoid, assay_exp,  assay_log,       assay_sqrt, assay_abs,  assay_square };

  for (size_t i = 0; i < G_N_ELEMENTS (ops); i++)
    g_assert_true (isnan (at (ops[i], NAN)));
  g_assert_true (at (assay_exp, INFINITY) == INFINITY && at (assay_exp, -INFINITY) == 0);
  g_assert_true (at (assay_exp, 89) == INFINITY && at (assay_exp, 88.7f) < INFINITY);
  g_assert_true (at (assay_log, INFINITY) == INFINITY && at (assay_log, 0) == -INFINITY);
  g_assert_true (isnan (at (assay_log, -1)) && isnan (at (assay_sqrt, -1)));
  g_assert_cmpfloat_with_epsilon (at (assay_log, 1e-40f), logf (1e-40f), 1e-4);
  g_assert_true (at (assay_tanh, INFINITY) == 1 && at (assay_tanh, -INFINITY) == -1);
  g_assert_true (at (assay_sigmoid, INFINITY) == 1 && at (assay_sigmoid, -INFINITY) == 0);
  g_assert_true (at (assay_log_sigmoid, INFINITY) == 0);
  g_assert_true (at (assay_log_sigmoid, -INFINITY) == -INFINITY);
  g_assert_true (at (assay_log_sigmoid, -1e30f) == -1e30f && at (assay_log_sigmoid, 1e30f) == 0);
  g_assert_true (at (assay_gelu, INFINITY) == INFINITY && at (assay_gelu, -30) == 0);
  g_assert_true (at (assay_relu, INFINITY) == INFINITY && at (assay_relu, -INFINITY) == 0);
}

static void
test_not_a_number_of_two (void)
{
  static const Op2 ops[]
      = { assay_add, assay_sub, assay_mul, assay_div, assay_maximum, assay_minimum };
  AssayTape *tape = assay_tape_new (0);
  float a[20] = { NAN, 1, 1 }, b[20] = { 1, NAN, 1 };
  size_t n = 20;

  assay_tape_begin (tape, NULL, NULL, false);
  for (size_t i = 0; i < G_N_ELEMENTS (ops); i++)
    {
      AssayTensor *y
          = ops[i](tape, assay_tensor_wrap (tape, a, 1, &n), assay_tensor_wrap (tape, b, 1, &n));

      g_assert_true (isnan (y->data[0]) && isnan (y->data[1]) && !isnan (y->data[2]));
    }
  assay_tape_free (tape);
}

/* ---- every number of a range ---- */

/** The greatest relative error over floats of [low, high]; of the result, or where that is
 *  smaller, of @floor. */
static double
worst (Op1 op, double (*reference) (double x), double low, double high, double floor)
{
  enum
  {
    N = 1 << 16
  };
  AssayTape *tape = assay_tape_new (0);
  g_autofree float *x = g_new (float, N);
  size_t n = N;
  double error = 0;
  AssayTensor *y;

  for (size_t i = 0; i < N; i++)
    x[i] = (float) (low + (high - low) * (double) i / (N - 1));
  assay_tape_begin (tape, NULL, NULL, false);
  y = op (tape, assay_tensor_wrap (tape, x, 1, &n));
  for (size_t i = 0; i < N; i++)
    {
      double expected = reference (x[i]);

      error = fmax (error, fabs (y->data[i] - expected) / fmax (fabs (expected), floor));
    }
  assay_tape_free (tape);
  return error;
}

static void
test_accuracy (void)
{
  g_assert_cmpfloat (worst (assay_exp, exp, -87, 88, 0), <, 3e-7);
  g_assert_cmpfloat (worst (assay_log, log, 1e-3, 100, 1e-3), <, 3e-7);
  g_assert_cmpfloat (worst (assay_tanh, tanh, -10, 10, 1e-6), <, 3e-7);
  g_assert_cmpfloat (worst (assay_sigmoid, sigmoid_of, -20, 20, 0), <, 5e-7);
  g_assert_cmpfloat (worst (assay_log_sigmoid, log_sigmoid_of, -100, 85, 0), <, 5e-7);
  g_assert_cmpfloat (worst (assay_gelu, gelu_of, -4, 10, 1e-6), <, 3e-6);
  g_assert_cmpfloat (worst (assay_gelu, gelu_of, -12, -4, 1e-4), <, 3e-6);
  g_assert_cmpfloat (worst (assay_gelu_tanh, gelu_tanh_of, -4, 10, 1e-6), <, 3e-6);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  check_add ("learn/elementwise", checks, G_N_ELEMENTS (checks));
  g_test_add_func ("/learn/elementwise/accuracy", test_accuracy);
  g_test_add_func ("/learn/elementwise/nan-and-infinity-propagate", test_not_finite);
  g_test_add_func ("/learn/elementwise/nan-of-either-propagates", test_not_a_number_of_two);
  return g_test_run ();
}
