/* SPDX-License-Identifier: Apache-2.0 */
#include "check.h"

static const int32_t targets[] = { 3, 0, -1, 18, 7 };

static AssayTensor *
cross_entropy (AssayTape *tape, AssayTensor *const *in, const Check *check)
{
  size_t rows = in[0]->shape[0];

  return assay_cross_entropy (tape, in[0], assay_tensor_wrap_ints (tape, targets, 1, &rows), 4);
}

/** Of logits that are an operation's output, so that the gradient is written over them. */
static AssayTensor *
cross_entropy_of_linear (AssayTape *tape, AssayTensor *const *in, const Check *check)
{
  AssayTensor *logits = assay_linear (tape, in[0], in[1], in[2], ASSAY_IDENTITY);
  size_t rows = logits->shape[0];

  return assay_cross_entropy (tape, logits, assay_tensor_wrap_ints (tape, targets, 1, &rows), 4);
}

static double
cross_entropy_rows (const double *logits, size_t rows, size_t columns)
{
  double loss = 0;

  for (size_t i = 0; i < rows; i++)
    {
      double sum = 0;

      for (size_t j = 0; j < columns; j++)
        sum += exp (logits[i * columns + j]);
      if (targets[i] >= 0)
        loss += (log (sum) - logits[i * columns + (size_t) targets[i]]) / 4;
    }
  return loss;
}

static void
cross_entropy_reference (double *y, const double *const *in, const Check *check)
{
  *y = cross_entropy_rows (in[0], check->inputs[0].shape[0], check->inputs[0].shape[1]);
}

static void
linear_reference (double *y, const double *const *in, const Check *check)
{
  size_t rows = check->inputs[0].shape[0], k = check->inputs[0].shape[1];
  size_t columns = check->inputs[1].shape[0];
  g_autofree double *logits = g_new (double, rows *columns);

  for (size_t i = 0; i < rows; i++)
    for (size_t j = 0; j < columns; j++)
      {
        logits[i * columns + j] = in[2][j];
        for (size_t p = 0; p < k; p++)
          logits[i * columns + j] += in[0][i * k + p] * in[1][j * k + p];
      }
  *y = cross_entropy_rows (logits, rows, columns);
}

static const Check checks[] = {
  { .name = "cross-entropy",
    .op = cross_entropy,
    .reference = cross_entropy_reference,
    .inputs = { { -3, 3, { 5, 19 } } } },
  { .name = "cross-entropy-wide",
    .op = cross_entropy,
    .reference = cross_entropy_reference,
    .inputs = { { -9, 3, { 5, 64 } } } },
  { .name = "cross-entropy-over-its-logits",
    .op = cross_entropy_of_linear,
    .reference = linear_reference,
    .inputs = { { -1, 1, { 5, 6 } }, { -1, 1, { 19, 6 } }, { -1, 1, { 19 } } } },
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  check_add ("learn/loss", checks, G_N_ELEMENTS (checks));
  return g_test_run ();
}
