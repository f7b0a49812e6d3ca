/* SPDX-License-Identifier: Apache-2.0 */
#include "check.h"

typedef struct Heads
{
  size_t batch, steps, n, n_kv, size;
} Heads;

#define BASE 100

static AssayTensor *
rotary (AssayTape *tape, AssayTensor *const *inputs, const Check *check)
{
  const Heads *heads = check->data;

  return assay_rotary (tape, inputs[0], (uint32_t) heads->n, (uint32_t) heads->n_kv, BASE);
}

/* Pair (i, i + half) of q and k as a complex number, times e^(i t speed); v as it is. */
static void
reference (double *y, const double *const *inputs, const Check *check)
{
  const Heads *heads = check->data;
  size_t row = (heads->n + 2 * heads->n_kv) * heads->size, half = heads->size / 2;

  for (size_t at = 0; at < heads->batch * heads->steps * row; at++)
    {
      size_t t = at / row % heads->steps, head = at % row / heads->size, i = at % heads->size;
      double angle = (double) t * pow (BASE, -(double) (i % half) / (double) half);
      double other = inputs[0][i < half ? at + half : at - half];

      y[at] = head < heads->n + heads->n_kv
                  ? inputs[0][at] * cos (angle) + (i < half ? -other : other) * sin (angle)
                  : inputs[0][at];
    }
}

#define ROTARY(name_, b, t, heads, kv, hd)                                                         \
  {                                                                                                \
    .name = name_, .op = rotary, .reference = reference,                                           \
    .inputs = { { -1, 1, { b, t, (heads + 2 * kv) * hd } } }, .data = &(const Heads)               \
    {                                                                                              \
      b, t, heads, kv, hd                                                                          \
    }                                                                                              \
  }

static const Check checks[] = {
  ROTARY ("heads", 2, 9, 3, 3, 16),
  ROTARY ("shared-keys", 2, 5, 4, 2, 6),
  ROTARY ("one-pair", 1, 3, 1, 1, 2),
  ROTARY ("one-position", 3, 1, 2, 1, 38),
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  check_add ("learn/rotary", checks, G_N_ELEMENTS (checks));
  return g_test_run ();
}
