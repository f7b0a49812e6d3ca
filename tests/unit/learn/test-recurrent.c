/* SPDX-License-Identifier: Apache-2.0 */
#include "check.h"

static double
sigmoid (double x)
{
  return 1 / (1 + exp (-x));
}

/** Next state of one row. */
static void
next_state (double *y, const double *input, const double *hidden, const double *h, size_t size)
{
  for (size_t j = 0; j < size; j++)
    {
      double r = sigmoid (input[j] + hidden[j]);
      double z = sigmoid (input[size + j] + hidden[size + j]);
      double n = tanh (input[2 * size + j] + r * hidden[2 * size + j]);

      y[j] = (1 - z) * n + z * h[j];
    }
}

static AssayTensor *
gates (AssayTape *tape, AssayTensor *const *in, const Check *check)
{
  return assay_gru_gates (tape, in[0], in[1], in[2]);
}

static void
gates_reference (double *y, const double *const *in, const Check *check)
{
  size_t rows = check->inputs[2].shape[0], size = check->inputs[2].shape[1];

  for (size_t i = 0; i < rows; i++)
    next_state (y + i * size, in[0] + 3 * i * size, in[1] + 3 * i * size, in[2] + i * size, size);
}

static AssayTensor *
cell (AssayTape *tape, AssayTensor *const *in, const Check *check)
{
  return assay_gru_cell (tape, in[0], in[1], in[2], in[3], in[4], in[5]);
}

/** Two steps of the cell, so that parameters and a state are used twice. */
static AssayTensor *
two_cells (AssayTape *tape, AssayTensor *const *in, const Check *check)
{
  AssayTensor *h = cell (tape, in, check);

  return assay_gru_cell (tape, in[0], h, in[2], in[3], in[4], in[5]);
}

static void
affine (double *y, const double *w, const double *b, const double *x, size_t out, size_t in)
{
  for (size_t i = 0; i < out; i++)
    {
      y[i] = b[i];
      for (size_t j = 0; j < in; j++)
        y[i] += w[i * in + j] * x[j];
    }
}

static void
cell_reference (double *y, const double *const *in, const Check *check)
{
  size_t rows = check->inputs[0].shape[0], width = check->inputs[0].shape[1];
  size_t size = check->inputs[1].shape[1];
  double input[3 * 32], hidden[3 * 32], h[32];

  for (size_t i = 0; i < rows; i++)
    for (size_t t = 0; t < (check->op == two_cells ? 2 : 1); t++)
      {
        memcpy (h, t == 0 ? in[1] + i * size : y + i * size, size * sizeof *h);
        affine (input, in[2], in[4], in[0] + i * width, 3 * size, width);
        affine (hidden, in[3], in[5], h, 3 * size, size);
        next_state (y + i * size, input, hidden, h, size);
      }
}

#define GATES(text, rows, size)                                                                    \
  {                                                                                                \
    .name = text, .op = gates, .reference = gates_reference,                                       \
    .inputs = { { -3, 3, { rows, 3 * size } },                                                     \
                { -3, 3, { rows, 3 * size } },                                                     \
                { -1, 1, { rows, size } } },                                                       \
  }
#define CELL(text, operation, rows, width, size)                                                   \
  {                                                                                                \
    .name = text, .op = operation, .reference = cell_reference,                                    \
    .inputs                                                                                        \
        = { { -1, 1, { rows, width } },                                                            \
            { -1, 1, { rows, size } },                                                             \
            { -1, 1, { 3 * size, width } },                                                        \
            { -1, 1, { 3 * size, size } },                                                         \
            { -1, 1, { 3 * size } },                                                               \
            { -1, 1, { 3 * size } } }                                                              \
  }

static const Check checks[] = {
  GATES ("gates", 3, 16),
  GATES ("gates-ragged", 2, 19),
  GATES ("gates-of-one", 1, 1),
  CELL ("cell", cell, 4, 5, 7),
  CELL ("cell-of-one", cell, 1, 1, 1),
  CELL ("two-steps", two_cells, 3, 4, 17),
};

/** Far from 0 the gates are 0 or 1, and NaN stays. */
static void
test_saturation (void)
{
  float input[] = { 0, -1000, 1000, 0, 1000, 0, 0, NAN, 0 }, hidden[9] = { 0 };
  float h[] = { 0.25f, 0.5f, 0.75f };
  AssayTape *tape = assay_tape_new (0);
  AssayTensor *y;

  assay_tape_begin (tape, NULL, NULL, false);
  y = assay_gru_gates (tape, assay_tensor_wrap (tape, input, 2, (const size_t[]){ 3, 3 }),
                       assay_tensor_wrap (tape, hidden, 2, (const size_t[]){ 3, 3 }),
                       assay_tensor_wrap (tape, h, 2, (const size_t[]){ 3, 1 }));
  g_assert_cmpfloat (y->data[0], ==, 1);
  g_assert_cmpfloat (y->data[1], ==, 0.5f);
  g_assert_true (isnan (y->data[2]));
  assay_tape_free (tape);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  check_add ("gru", checks, G_N_ELEMENTS (checks));
  g_test_add_func ("/gru/saturated-gates", test_saturation);
  return g_test_run ();
}
