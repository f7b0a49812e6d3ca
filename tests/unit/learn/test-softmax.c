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

static AssayTensor *
entropy (AssayTape *tape, AssayTensor *const *in, const Check *check)
{
  return assay_entropy (tape, in[0]);
}

static AssayTensor *
kl (AssayTape *tape, AssayTensor *const *in, const Check *check)
{
  return assay_kl (tape, in[0], in[1]);
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

static double
log_sum (const double *x, size_t n)
{
  double sum = 0;

  for (size_t j = 0; j < n; j++)
    sum += exp (x[j]);
  return log (sum);
}

/* Of one input the entropy, of two the divergence. */
static void
information (double *y, const double *const *in, const Check *check)
{
  size_t rows = check->inputs[0].shape[0], columns = check->inputs[0].shape[1];

  for (size_t i = 0; i < rows; i++)
    {
      const double *p = in[0] + i * columns, *q = check->op == kl ? in[1] + i * columns : NULL;
      double norm_p = log_sum (p, columns), norm_q = q != NULL ? log_sum (q, columns) : 0;

      y[i] = 0;
      for (size_t j = 0; j < columns; j++)
        {
          double log_p = p[j] - norm_p;

          y[i] += exp (log_p) * (q != NULL ? log_p - (q[j] - norm_q) : -log_p);
        }
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
  { .name = "entropy",
    .op = entropy,
    .reference = information,
    .inputs = { { -3, 3, { 5, 19 } } } },
  { .name = "entropy-of-large",
    .op = entropy,
    .reference = information,
    .inputs = { { 80, 90, { 2, 33 } } },
    .nmse = 1e-11,
    .gradient_nmse = 1e-8 },
  { .name = "kl",
    .op = kl,
    .reference = information,
    .inputs = { { -3, 3, { 5, 19 } }, { -2, 4, { 5, 19 } } } },
  { .name = "kl-many",
    .op = kl,
    .reference = information,
    .inputs = { { -3, 3, { 3, 257 } }, { -2, 4, { 3, 257 } } } },
};

/* Three equal logits and one that is never drawn; then one alone. */
static void
test_impossible (void)
{
  AssayTape *tape = assay_tape_new (2);
  const AssayWeight params[]
      = { { .index = 0, .offset = 0, .size = 8, .n_dims = 2, .shape = { 2, 4 } },
          { .index = 1, .offset = 8, .size = 8, .n_dims = 2, .shape = { 2, 4 } } };
  const AssayWeight *const list[] = { &params[0], &params[1] };
  float grads[16], values[16] = { 1, 1, 1, -INFINITY, -INFINITY, 5, -INFINITY, -INFINITY,
                                  2, 2, 2, -INFINITY, 0,         1, -INFINITY, 0 };
  AssayTensor *p, *q, *h, *d;

  assay_tape_begin (tape, values, grads, false);
  p = assay_tape_param (tape, list[0]);
  q = assay_tape_param (tape, list[1]);
  h = assay_entropy (tape, p);
  d = assay_kl (tape, p, q);
  g_assert_cmpfloat_with_epsilon (h->data[0], log (3), 1e-6);
  g_assert_cmpfloat (h->data[1], ==, 0);
  g_assert_cmpfloat_with_epsilon (d->data[0], 0, 1e-6);
  g_assert_cmpfloat_with_epsilon (d->data[1], log (1 + 2 * exp (-1)), 1e-6);
  assay_tape_backward (tape, assay_sum_all (tape, assay_add (tape, h, d)), 1, list, 2);
  for (guint i = 0; i < G_N_ELEMENTS (grads); i++)
    g_assert_true (isfinite (grads[i]));
  assay_tape_begin (tape, values, NULL, false);
  /* What p may draw and q may not. */
  g_assert_true (
      isinf (assay_kl (tape, assay_tape_param (tape, list[1]), assay_tape_param (tape, list[0]))
                 ->data[1]));
  values[0] = NAN;
  g_assert_true (isnan (assay_entropy (tape, assay_tape_param (tape, list[0]))->data[0]));
  assay_tape_free (tape);
}

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
  g_test_add_func ("/learn/softmax/what-is-impossible-counts-nothing", test_impossible);
  g_test_add_func ("/learn/softmax/an-id-outside-ends-the-program", test_bad_id);
  return g_test_run ();
}
