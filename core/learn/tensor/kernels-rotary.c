/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/tensor/kernel.h"

/** One head: element i of its first half turns with element i of its second.  y may be x. */
static void
rotate (float *y, const float *x, const float *cosines, const float *sines, size_t half,
        float direction)
{
  for (size_t i = 0; i < half; i += LANES)
    {
      Vector a = load_n (x + i, half - i, 0), b = load_n (x + half + i, half - i, 0);
      Vector c = load_n (cosines + i, half - i, 0);
      Vector s = load_n (sines + i, half - i, 0) * direction;

      store_n (y + i, a * c - b * s, half - i);
      store_n (y + half + i, b * c + a * s, half - i);
    }
}

void
KERNEL (rotary) (float *y, const float *x, const float *table, const AssayAttention *a, bool back)
{
  size_t n_turned = a->n_heads + a->n_kv_heads, width = (n_turned + a->n_kv_heads) * a->size;

  for (size_t row = 0; row < a->batch * a->steps; row++, y += width, x += width)
    {
      const float *cosines = table + row % a->steps * a->size, *sines = cosines + a->size / 2;

      for (size_t h = 0; h < n_turned; h++)
        rotate (y + h * a->size, x + h * a->size, cosines, sines, a->size / 2, back ? -1 : 1);
      if (y != x)
        memcpy (y + n_turned * a->size, x + n_turned * a->size,
                a->n_kv_heads * a->size * sizeof *y);
    }
}
