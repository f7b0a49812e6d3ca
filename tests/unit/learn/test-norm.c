/* SPDX-License-Identifier: Apache-2.0 */
#include "check.h"

#define EPSILON 1e-5f

static AssayTensor *
layer_norm (AssayTape *tape, AssayTensor *const *in, const Check *check)
{
  return assay_layer_norm (tape, in[0], in[1], in[2], EPSILON);
}

static AssayTensor *
rms_norm (AssayTape *tape, AssayTensor *const *in, const Check *check)
{
  return assay_rms_norm (tape, in[0], in[1], EPSILON);
}

static void
norm_reference (double *y, const double *const *in, const Check *check)
{
  size_t columns = check_size (&check->inputs[1]);
  size_t rows = check_size (&check->inputs[0]) / columns;
  bool centred = check->op == layer_norm;

  for (size_t i = 0; i < rows; i++)
    {
      const double *x = in[0] + i * columns;
      double mean = 0, square = 0;

      for (size_t j = 0; j < columns && centred; j++)
        mean += x[j] / (double) columns;
      for (size_t j = 0; j < columns; j++)
        square += (x[j] - mean) * (x[j] - mean) / (double) columns;
      for (size_t j = 0; j < columns; j++)
        y[i * columns + j] = in[1][j] * (x[j] - mean) / sqrt (square + (double) EPSILON)
                             + (centred ? in[2][j] : 0);
    }
}

#define LAYER_NORM(text, rows, columns)                                                            \
  {                                                                                                \
    .name = text, .op = layer_norm, .reference = norm_reference,                                   \
    .inputs                                                                                        \
        = { { -2, 3, { rows, columns } },                                                          \
            { 0.5, 1.5, { columns } },                                                             \
            { -1, 1, { columns } } }                                                               \
  }
#define RMS_NORM(text, rows, columns)                                                              \
  {                                                                                                \
    .name = text, .op = rms_norm, .reference = norm_reference,                                     \
    .inputs                                                                                        \
        = { { -2, 3, { rows, columns } },                                                          \
            { 0.5, 1.5, { columns } } }                                                            \
  }

static const Check checks[] = {
  LAYER_NORM ("layer-norm", 6, 32),
  LAYER_NORM ("layer-norm-ragged", 5, 19),
  LAYER_NORM ("layer-norm-one-row", 1, 7),
  LAYER_NORM ("layer-norm-narrow", 9, 2),
  RMS_NORM ("rms-norm", 6, 32),
  RMS_NORM ("rms-norm-ragged", 5, 19),
  /* The gradient is all but 0, the difference of numbers that are not. */
  { .name = "rms-norm-one-column",
    .op = rms_norm,
    .reference = norm_reference,
    .inputs = { { 0.5, 1.5, { 3, 1 } }, { 0.5, 1.5, { 1 } } },
    .gradient_nmse = 1e-2 },
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  check_add ("learn/norm", checks, G_N_ELEMENTS (checks));
  return g_test_run ();
}
