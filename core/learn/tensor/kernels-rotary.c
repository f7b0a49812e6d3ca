/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/tensor/kernel.h"

void
KERNEL (rotate_halves) (float *restrict y, const float *restrict x, const float *restrict cosine,
                        const float *restrict sine, size_t half, float way, bool accumulate)
{
  for (size_t i = 0; i < half; i++)
    {
      float s = way * sine[i];
      float first = x[i] * cosine[i] - x[half + i] * s;
      float second = x[half + i] * cosine[i] + x[i] * s;

      y[i] = accumulate ? y[i] + first : first;
      y[half + i] = accumulate ? y[half + i] + second : second;
    }
}
