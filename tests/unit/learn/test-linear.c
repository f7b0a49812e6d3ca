/* SPDX-License-Identifier: Apache-2.0 */
#include "check.h"

/* ---- linear ---- */

static double
activate (AssayActivation act, double x)
{
  switch (act)
    {
    case ASSAY_RELU:
      return check_max (x, 0);
    case ASSAY_GELU:
      return x * 0.5 * erfc (-x / M_SQRT2);
    case ASSAY_GELU_TANH:
      return x * 0.5 * (1 + tanh (sqrt (2 / M_PI) * (x + 0.044715 * x * x * x)));
    case ASSAY_SILU:
      return x / (1 + exp (-x));
    case ASSAY_TANH:
      return tanh (x);
    case ASSAY_SIGMOID:
      return 1 / (1 + exp (-x));
    default:
      return x;
    }
}

static bool
has (const Check *check, size_t input)
{
  return check->inputs[input].high != 0;
}

static AssayTensor *
linear (AssayTape *tape, AssayTensor *const *in, const Check *check)
{
  return assay_linear (tape, in[0], in[1], has (check, 2) ? in[2] : NULL,
                       *(const AssayActivation *) check->data);
}

static AssayTensor *
residual (AssayTape *tape, AssayTensor *const *in, const Check *check)
{
  return assay_linear_residual (tape, in[0], in[1], in[2], in[3]);
}

/* The residual is what goes in, too. */
static AssayTensor *
branch (AssayTape *tape, AssayTensor *const *in, const Check *check)
{
  AssayTensor *x = assay_square (tape, in[0]);

  return assay_linear_residual (tape, x, in[1], in[2], x);
}

static void
linear_reference (double *y, const double *const *in, const Check *check)
{
  size_t n_in = check->inputs[1].shape[1], n_out = check->inputs[1].shape[0];
  size_t rows = check_size (&check->inputs[0]) / n_in;

  for (size_t i = 0; i < rows; i++)
    for (size_t j = 0; j < n_out; j++)
      {
        double sum = has (check, 2) ? in[2][j] : 0;

        for (size_t k = 0; k < n_in; k++)
          {
            double x = in[0][i * n_in + k];

            sum += (check->op == branch ? x * x : x) * in[1][j * n_in + k];
          }
        if (check->op == residual)
          sum += in[3][i * n_out + j];
        if (check->op == branch)
          sum += in[0][i * n_out + j] * in[0][i * n_out + j];
        y[i * n_out + j]
            = check->data != NULL ? activate (*(const AssayActivation *) check->data, sum) : sum;
      }
}

#define LINEAR(text, act)                                                                          \
  {                                                                                                \
    .name = text, .op = linear, .reference = linear_reference,                                     \
    .data = &(const AssayActivation){ act },                                                       \
    .inputs                                                                                        \
        = { { -1, 1, { 2, 3, 7 } },                                                                \
            { -1, 1, { 19, 7 } },                                                                  \
            { -1, 1, { 19 } } }                                                                    \
  }

/* ---- products ---- */

static AssayTensor *
matmul (AssayTape *tape, AssayTensor *const *in, const Check *check)
{
  return assay_matmul (tape, in[0], in[1], check->data != NULL);
}

/** a [B][m][k] and b [B][k][n] or [k][n]; transposed if check->data is not NULL. */
static void
matmul_reference (double *y, const double *const *in, const Check *check)
{
  const size_t *a = check->inputs[0].shape, *b = check->inputs[1].shape;
  bool transposed = check->data != NULL, batched = b[2] > 0;
  size_t d = a[2] > 0 ? 1 : 0; /* where a's rows are */
  size_t m = a[d], k = a[d + 1], n = b[(batched ? 1 : 0) + (transposed ? 0 : 1)];

  for (size_t i = 0; i < (d > 0 ? a[0] : 1); i++)
    for (size_t row = 0; row < m; row++)
      for (size_t j = 0; j < n; j++)
        {
          const double *from = in[1] + (batched ? i * k * n : 0);
          double sum = 0;

          for (size_t p = 0; p < k; p++)
            sum += in[0][(i * m + row) * k + p] * (transposed ? from[j * k + p] : from[p * n + j]);
          *y++ = sum;
        }
}

#define MATMUL(text, transposed, ...)                                                              \
  {                                                                                                \
    .name = text, .op = matmul, .reference = matmul_reference, .data = transposed ? "" : NULL,     \
    .inputs                                                                                        \
        = { __VA_ARGS__ }                                                                          \
  }

static const Check checks[] = {
  LINEAR ("linear", ASSAY_IDENTITY),
  LINEAR ("linear-relu", ASSAY_RELU),
  LINEAR ("linear-gelu", ASSAY_GELU),
  LINEAR ("linear-gelu-tanh", ASSAY_GELU_TANH),
  LINEAR ("linear-silu", ASSAY_SILU),
  LINEAR ("linear-tanh", ASSAY_TANH),
  LINEAR ("linear-sigmoid", ASSAY_SIGMOID),
  { .name = "linear-without-bias",
    .op = linear,
    .reference = linear_reference,
    .data = &(const AssayActivation){ ASSAY_GELU },
    .inputs = { { -1, 1, { 3, 7 } }, { -1, 1, { 2, 7 } } } },
  { .name = "linear-of-one-number",
    .op = linear,
    .reference = linear_reference,
    .data = &(const AssayActivation){ ASSAY_TANH },
    .inputs = { { -1, 1, { 1, 1 } }, { -1, 1, { 1, 1 } }, { -1, 1, { 1 } } } },
  { .name = "linear-with-residual",
    .op = residual,
    .reference = linear_reference,
    .inputs = { { -1, 1, { 5, 7 } }, { -1, 1, { 3, 7 } }, { -1, 1, { 3 } }, { -1, 1, { 5, 3 } } } },
  { .name = "linear-with-its-input-as-residual",
    .op = branch,
    .reference = linear_reference,
    .inputs = { { -1, 1, { 5, 7 } }, { -1, 1, { 7, 7 } }, { -1, 1, { 7 } } } },
  MATMUL ("matmul", false, { -1, 1, { 3, 5 } }, { -1, 1, { 5, 4 } }),
  MATMUL ("matmul-transposed", true, { -1, 1, { 3, 5 } }, { -1, 1, { 4, 5 } }),
  MATMUL ("matmul-batch", false, { -1, 1, { 2, 3, 5 } }, { -1, 1, { 2, 5, 4 } }),
  MATMUL ("matmul-batch-transposed", true, { -1, 1, { 2, 3, 5 } }, { -1, 1, { 2, 4, 5 } }),
  MATMUL ("matmul-batch-by-one", false, { -1, 1, { 2, 3, 5 } }, { -1, 1, { 5, 4 } }),
};

static void
test_empty (void)
{
  AssayTape *tape = assay_tape_new (0);
  float w[6] = { 1, 2, 3, 4, 5, 6 }, b[3] = { 7, 8, 9 };
  AssayTensor *y;

  assay_tape_begin (tape, NULL, NULL, false);
  y = assay_linear (tape, assay_tensor_wrap (tape, NULL, 2, (const size_t[]){ 0, 2 }),
                    assay_tensor_wrap (tape, w, 2, (const size_t[]){ 3, 2 }), NULL, ASSAY_GELU);
  g_assert_cmpuint (y->size, ==, 0);
  /* Of no inputs: the bias. */
  y = assay_linear (tape, assay_tensor_wrap (tape, NULL, 2, (const size_t[]){ 2, 0 }),
                    assay_tensor_wrap (tape, NULL, 2, (const size_t[]){ 3, 0 }),
                    assay_tensor_wrap (tape, b, 1, (const size_t[]){ 3 }), ASSAY_IDENTITY);
  g_assert_cmpmem (y->data, sizeof b, b, sizeof b);
  g_assert_cmpmem (y->data + 3, sizeof b, b, sizeof b);
  assay_tape_free (tape);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  check_add ("learn/linear", checks, G_N_ELEMENTS (checks));
  g_test_add_func ("/learn/linear/nothing", test_empty);
  return g_test_run ();
}
