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

/** The same, of logits that are to stay. */
static AssayTensor *
cross_entropy_of_kept (AssayTape *tape, AssayTensor *const *in, const Check *check)
{
  AssayTensor *logits = assay_linear (tape, in[0], in[1], in[2], ASSAY_IDENTITY), *loss;
  size_t rows = logits->shape[0];
  float before[5 * 19];

  memcpy (before, logits->data, sizeof before);
  assay_tensor_keep (logits);
  loss = assay_cross_entropy (tape, logits, assay_tensor_wrap_ints (tape, targets, 1, &rows), 4);
  g_assert_cmpmem (logits->data, sizeof before, before, sizeof before);
  return loss;
}

/* Logits as [1][5][19], with a weight on the loss, whose gradient is then not 1. */
static AssayTensor *
cross_entropy_of_view (AssayTape *tape, AssayTensor *const *in, const Check *check)
{
  AssayTensor *logits = assay_linear (tape, in[0], in[1], in[2], ASSAY_IDENTITY);
  size_t rows = logits->shape[0];

  logits = assay_reshape (tape, logits, 3, (const size_t[]){ 1, 5, 19 });
  return assay_cross_entropy (tape, logits, assay_tensor_wrap_ints (tape, targets, 1, &rows), 4);
}

static AssayTensor *
gaussian_nll (AssayTape *tape, AssayTensor *const *in, const Check *check)
{
  return assay_gaussian_nll (tape, in[0], in[1], in[2]);
}

static void
gaussian_nll_reference (double *y, const double *const *in, const Check *check)
{
  size_t n = check_size (&check->inputs[0]);

  *y = 0;
  for (size_t i = 0; i < n; i++)
    {
      double d = in[2][i] - in[0][i];

      *y += 0.5 * (in[1][i] + d * d / exp (in[1][i])) / (double) n;
    }
}

#define DELTA 0.5f

static AssayTensor *
huber (AssayTape *tape, AssayTensor *const *in, const Check *check)
{
  static const float weights[21] = { 1, 2, 0.5f, 0, 3 };
  size_t n = check_size (&check->inputs[0]);
  AssayTensor *constants = assay_tensor_wrap (tape, weights, 1, &n);

  return assay_huber (tape, in[0], in[1], check->data != NULL ? constants : NULL, DELTA, 7);
}

static void
huber_reference (double *y, const double *const *in, const Check *check)
{
  static const double weights[21] = { 1, 2, 0.5, 0, 3 };

  *y = 0;
  for (size_t i = 0; i < check_size (&check->inputs[0]); i++)
    {
      double d = fabs (in[0][i] - in[1][i]), delta = (double) DELTA;
      double h = d <= delta ? d * d / 2 : delta * (d - delta / 2);

      *y += h * (check->data != NULL ? weights[i] : 1) / 7;
    }
}

static AssayTensor *
mse (AssayTape *tape, AssayTensor *const *in, const Check *check)
{
  return assay_mse (tape, in[0], in[1]);
}

static void
mse_reference (double *y, const double *const *in, const Check *check)
{
  size_t n = check_size (&check->inputs[0]);

  *y = 0;
  for (size_t i = 0; i < n; i++)
    *y += (in[0][i] - in[1][i]) * (in[0][i] - in[1][i]) / (double) n;
}

/* Both parts of the loss depend on one tensor. */
static AssayTensor *
mse_of_itself (AssayTape *tape, AssayTensor *const *in, const Check *check)
{
  AssayTensor *x = assay_affine (tape, in[0], 1, 0);

  return assay_mse (tape, assay_square (tape, x), x);
}

static void
mse_of_itself_reference (double *y, const double *const *in, const Check *check)
{
  size_t n = check_size (&check->inputs[0]);

  *y = 0;
  for (size_t i = 0; i < n; i++)
    {
      double d = in[0][i] * in[0][i] - in[0][i];

      *y += d * d / (double) n;
    }
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
  { .name = "cross-entropy-beside-its-logits",
    .op = cross_entropy_of_kept,
    .reference = linear_reference,
    .inputs = { { -1, 1, { 5, 6 } }, { -1, 1, { 19, 6 } }, { -1, 1, { 19 } } } },
  { .name = "cross-entropy-of-a-view",
    .op = cross_entropy_of_view,
    .reference = linear_reference,
    .inputs = { { -1, 1, { 5, 6 } }, { -1, 1, { 19, 6 } }, { -1, 1, { 19 } } } },
  { .name = "gaussian-nll",
    .op = gaussian_nll,
    .reference = gaussian_nll_reference,
    .inputs = { { -1, 1, { 3, 7 } }, { -1, 1, { 3, 7 } }, { -1, 1, { 3, 7 } } } },
  { .name = "huber",
    .op = huber,
    .reference = huber_reference,
    .inputs = { { -1, 1, { 21 } }, { -1, 1, { 21 } } } },
  { .name = "huber-weighted",
    .op = huber,
    .reference = huber_reference,
    .data = "",
    .inputs = { { -1, 1, { 21 } }, { -1, 1, { 21 } } } },
  { .name = "mse",
    .op = mse,
    .reference = mse_reference,
    .inputs = { { -1, 1, { 3, 7 } }, { -1, 1, { 3, 7 } } } },
  { .name = "mse-of-one-tensor",
    .op = mse_of_itself,
    .reference = mse_of_itself_reference,
    .inputs = { { -1, 1, { 19 } } } },
};

static void
test_no_targets (void)
{
  AssayTape *tape = assay_tape_new (0);
  float logits[6] = { 0 };
  int32_t none[2] = { -1, -1 };
  size_t rows = 2;

  assay_tape_begin (tape, NULL, NULL, false);
  g_assert_true (
      *assay_cross_entropy (tape, assay_tensor_wrap (tape, logits, 2, (const size_t[]){ 2, 3 }),
                            assay_tensor_wrap_ints (tape, none, 1, &rows), 1)
           ->data
      == 0);
  assay_tape_free (tape);
}

static float
loss_with (float x)
{
  AssayTape *tape = assay_tape_new (0);
  float logits[40], y;
  int32_t target = 3;
  size_t one = 1;

  check_fill (logits, 40, -1, 1, "logits");
  logits[33] = x;
  assay_tape_begin (tape, NULL, NULL, false);
  y = *assay_cross_entropy (tape, assay_tensor_wrap (tape, logits, 2, (const size_t[]){ 1, 40 }),
                            assay_tensor_wrap_ints (tape, &target, 1, &one), 1)
           ->data;
  assay_tape_free (tape);
  return y;
}

static void
test_not_finite (void)
{
  g_assert_true (isnan (loss_with (NAN)));
  g_assert_true (isnan (loss_with (INFINITY)));
  g_assert_true (isfinite (loss_with (-INFINITY)));
  g_assert_cmpfloat_with_epsilon (loss_with (1e30f), 1e30f, 1e24);
}

static void
test_taken (void)
{
  AssayTape *tape;
  AssayWeight weight = { .n_dims = 2, .size = 6, .shape = { 3, 2 } };
  float w[6] = { 0 }, grads[6], x[2] = { 0 };
  int32_t target = 1;
  size_t one = 1;
  AssayTensor *logits;

  if (!check_dies ("*used after a loss*"))
    return;
  tape = assay_tape_new (1);
  assay_tape_begin (tape, w, grads, false);
  logits = assay_linear (tape, assay_tensor_wrap (tape, x, 2, (const size_t[]){ 1, 2 }),
                         assay_tape_param (tape, &weight), NULL, ASSAY_IDENTITY);
  assay_cross_entropy (tape, logits, assay_tensor_wrap_ints (tape, &target, 1, &one), 1);
  assay_softmax (tape, logits);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  check_add ("learn/loss", checks, G_N_ELEMENTS (checks));
  g_test_add_func ("/learn/loss/nothing-counts", test_no_targets);
  g_test_add_func ("/learn/loss/nan-and-infinity-propagate", test_not_finite);
  g_test_add_func ("/learn/loss/logits-are-not-used-after-it", test_taken);
  return g_test_run ();
}
