/* SPDX-License-Identifier: Apache-2.0 */
#include "check.h"

static const int32_t ids[] = { 3, 0, 17, 18, 3 };

static AssayTensor *
softmax (AssayTape *tape, AssayTensor *const *in, const Check *check)
{
  return assay_softmax (tape, in[0]);
}

static AssayTensor *
log_softmax (AssayTape *tape, AssayTensor *const *in, const Check *check)
{
  return assay_log_softmax (tape, in[0]);
}

static AssayTensor *
log_prob (AssayTape *tape, AssayTensor *const *in, const Check *check)
{
  return assay_log_prob (tape, in[0],
                         assay_tensor_wrap_ints (tape, ids, 1, check->inputs[0].shape));
}

static void
reference (double *y, const double *const *in, const Check *check)
{
  size_t rows = check->inputs[0].shape[0], columns = check->inputs[0].shape[1];

  for (size_t i = 0; i < rows; i++)
    {
      const double *x = in[0] + i * columns;
      double sum = 0;

      for (size_t j = 0; j < columns; j++)
        sum += exp (x[j]);
      for (size_t j = 0; j < columns; j++)
        if (check->op == log_prob)
          y[i] = x[ids[i]] - log (sum);
        else
          y[i * columns + j] = check->op == softmax ? exp (x[j]) / sum : x[j] - log (sum);
    }
}

static const Check checks[] = {
  { .name = "softmax", .op = softmax, .reference = reference, .inputs = { { -3, 3, { 5, 19 } } } },
  { .name = "softmax-of-large",
    .op = softmax,
    .reference = reference,
    .inputs = { { 80, 90, { 2, 32 } } },
    .nmse = 1e-11 },
  { .name = "softmax-one-column",
    .op = softmax,
    .reference = reference,
    .inputs = { { -3, 3, { 4, 1 } } } },
  { .name = "log-softmax",
    .op = log_softmax,
    .reference = reference,
    .inputs = { { -3, 3, { 5, 19 } } } },
  { .name = "log-prob",
    .op = log_prob,
    .reference = reference,
    .inputs = { { -3, 3, { 5, 19 } } } },
};

static void
test_not_finite (void)
{
  AssayTape *tape = assay_tape_new (0);
  float x[] = { 1, NAN, 2, -INFINITY, 1, 2 };
  size_t shape[] = { 2, 3 };
  AssayTensor *y;

  assay_tape_begin (tape, NULL, NULL, false);
  y = assay_softmax (tape, assay_tensor_wrap (tape, x, 2, shape));
  g_assert_true (isnan (y->data[0]) && isnan (y->data[1]) && isnan (y->data[2]));
  g_assert_true (y->data[3] == 0 && y->data[4] < y->data[5]);
  assay_tape_free (tape);
}

static void
test_bad_id (void)
{
  AssayTape *tape;
  int32_t id = 3;
  float x[3] = { 0 };
  size_t one = 1;

  if (!check_dies ("*assay_log_prob: id 3 is not below 3*"))
    return;
  tape = assay_tape_new (0);
  assay_tape_begin (tape, NULL, NULL, false);
  assay_log_prob (tape, assay_tensor_wrap (tape, x, 2, (const size_t[]){ 1, 3 }),
                  assay_tensor_wrap_ints (tape, &id, 1, &one));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  check_add ("learn/softmax", checks, G_N_ELEMENTS (checks));
  g_test_add_func ("/learn/softmax/nan-and-infinity-propagate", test_not_finite);
  g_test_add_func ("/learn/softmax/an-id-outside-ends-the-program", test_bad_id);
  return g_test_run ();
}
