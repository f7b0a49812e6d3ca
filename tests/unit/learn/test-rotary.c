/* SPDX-License-Identifier: Apache-2.0 */
#include "check.h"

#define BASE 100

static AssayTensor *
op (AssayTape *tape, AssayTensor *const *inputs, const Check *check)
{
  const AssayAttention *a = check->data;
  AssayTensor *table = assay_tensor_new (tape, ASSAY_FP32, 2, (size_t[]){ a->steps + 2, a->size });

  assay_rotary_table (table->data, a->steps + 2, a->size, BASE);
  return assay_rotary (tape, inputs[0], (uint32_t) a->n_heads, (uint32_t) a->n_kv_heads, table);
}

static void
reference (double *y, const double *const *inputs, const Check *check)
{
  const AssayAttention *a = check->data;
  const double *x = inputs[0];
  size_t half = a->size / 2;

  for (size_t row = 0; row < a->batch * a->steps; row++)
    for (size_t h = 0; h < a->n_heads + 2 * a->n_kv_heads; h++, x += a->size, y += a->size)
      for (size_t i = 0; i < half; i++)
        {
          bool turned = h < a->n_heads + a->n_kv_heads;
          double step = pow (BASE, -2.0 * (double) i / (double) a->size);
          double angle = (double) (row % a->steps) * step;

          y[i] = turned ? x[i] * cos (angle) - x[half + i] * sin (angle) : x[i];
          y[half + i] = turned ? x[half + i] * cos (angle) + x[i] * sin (angle) : x[half + i];
        }
}

#define ROTARY(b, t, heads, kv_heads, hd)                                                          \
  {                                                                                                \
    .name = #b "x" #t "-heads-" #heads "-of-" #kv_heads "-size-" #hd, .op = op,                    \
    .reference = reference,                                                                        \
    .inputs = { { -1.5, 1.5, { b, t, ((heads) + 2 * (kv_heads)) * (hd) } } },                      \
    .data = &(const AssayAttention)                                                                \
    {                                                                                              \
      b, t, heads, kv_heads, hd                                                                    \
    }                                                                                              \
  }

static const Check checks[] = {
  ROTARY (1, 1, 1, 1, 2),
  ROTARY (2, 9, 4, 2, 6),
  ROTARY (1, 5, 2, 1, 16),
  ROTARY (2, 3, 1, 1, 70),
};

/* The table far out, against the cosine itself. */
static void
test_far_positions (void)
{
  enum
  {
    STEPS = 20000,
    SIZE = 8
  };
  g_autofree float *table = g_new (float, STEPS *SIZE);

  assay_rotary_table (table, STEPS, SIZE, 10000);
  for (size_t t = 0; t < STEPS; t++)
    for (size_t i = 0; i < SIZE / 2; i++)
      {
        double angle = (double) t * pow (10000, -2.0 * (double) i / SIZE);

        g_assert_cmpfloat_with_epsilon (table[t * SIZE + i], cos (angle), 1e-7);
        g_assert_cmpfloat_with_epsilon (table[t * SIZE + SIZE / 2 + i], sin (angle), 1e-7);
      }
}

/* What attention sees of turned positions is their distance: the same rows further on in the
 * table give the same result. */
static void
test_distances_only_matter (void)
{
  const AssayAttention a = { 1, 12, 2, 1, 16 };
  const AssayKernels *kernels = assay_kernels ();
  float qkv[12 * 64], turned[12 * 64], out[2][12 * 32], lse[24], table[112 * 16];
  g_autofree float *room = g_new (float, kernels->attention_room (&a));
  double expected[12 * 32];

  check_fill (qkv, G_N_ELEMENTS (qkv), -1, 1, "qkv");
  assay_rotary_table (table, 112, 16, BASE);
  for (size_t i = 0; i < 2; i++)
    {
      kernels->rotary (turned, qkv, table + i * 100 * 16, &a, false);
      kernels->attention (out[i], lse, turned, &a, room);
    }
  for (size_t i = 0; i < G_N_ELEMENTS (expected); i++)
    expected[i] = out[0][i];
  g_assert_cmpfloat (check_nmse (out[1], expected, G_N_ELEMENTS (expected)), <=, 1e-11);
  kernels->attention (out[1], lse, qkv, &a, room);
  g_assert_cmpfloat (check_nmse (out[1], expected, G_N_ELEMENTS (expected)), >, 1e-3);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  check_add ("rotary", checks, G_N_ELEMENTS (checks));
  g_test_add_func ("/rotary/far-positions", test_far_positions);
  g_test_add_func ("/rotary/distances-only-matter", test_distances_only_matter);
  return g_test_run ();
}
