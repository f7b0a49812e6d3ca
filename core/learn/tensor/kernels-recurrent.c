/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/tensor/kernel.h"

static inline Vector
get (const float *from, size_t n)
{
  return n == LANES ? load (from) : load_part (from, n, 0);
}

static inline void
put (float *to, Vector v, size_t n)
{
  n == LANES ? store (to, v) : store_part (to, v, n);
}

void
KERNEL (gru) (float *y, float *gates, const float *input, const float *hidden, const float *h,
              size_t rows, size_t size)
{
  for (size_t i = 0; i < rows; i++, y += size, h += size, input += 3 * size, hidden += 3 * size)
    {
      for (size_t j = 0; j < size; j += LANES)
        {
          size_t m = size - j < LANES ? size - j : LANES;
          const float *in = input + j, *hid = hidden + j;
          Vector r = vector_sigmoid (get (in, m) + get (hid, m));
          Vector z = vector_sigmoid (get (in + size, m) + get (hid + size, m));
          Vector n = vector_tanh (get (in + 2 * size, m) + r * get (hid + 2 * size, m));

          put (y + j, n + z * (get (h + j, m) - n), m);
          if (gates == NULL)
            continue;
          put (gates + j, r, m);
          put (gates + size + j, z, m);
          put (gates + 2 * size + j, n, m);
        }
      gates += gates != NULL ? 3 * size : 0;
    }
}

void
KERNEL (gru_back) (float *gates, float *dhidden, float *dh, const float *dy, const float *hidden,
                   const float *h, size_t rows, size_t size)
{
  for (size_t i = 0; i < rows; i++, dy += size, dh += size, h += size, gates += 3 * size,
              hidden += 3 * size, dhidden += 3 * size)
    for (size_t j = 0; j < size; j += LANES)
      {
        size_t m = size - j < LANES ? size - j : LANES;
        Vector r = get (gates + j, m), z = get (gates + size + j, m);
        Vector n = get (gates + 2 * size + j, m), up = get (dy + j, m);
        Vector dn = up * (1.0f - z) * (1.0f - n * n);
        Vector dz = up * (get (h + j, m) - n) * z * (1.0f - z);
        Vector dr = dn * get (hidden + 2 * size + j, m) * r * (1.0f - r);

        put (gates + j, dr, m);
        put (gates + size + j, dz, m);
        put (gates + 2 * size + j, dn, m);
        put (dhidden + j, dr, m);
        put (dhidden + size + j, dz, m);
        put (dhidden + 2 * size + j, dn * r, m);
        put (dh + j, up * z, m);
      }
}
