/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/tensor/kernel.h"

size_t
KERNEL (greatest) (const float *x, size_t n)
{
  Vector all = broadcast (-__builtin_inff ());
  float greatest;

  for (size_t j = 0; j < n; j += LANES)
    all = vector_max (load_n (x + j, n - j, -__builtin_inff ()), all);
  greatest = max_of (all);
  for (size_t j = 0; j < n; j++)
    if (x[j] == greatest)
      return j;
  return 0;
}

/** The last place before which the weights sum to no more than @target. */
static inline size_t
place (const float *weights, size_t n, double target)
{
  size_t last = 0;
  double sum = 0;

  for (size_t j = 0; j < n; j += LANES)
    {
      size_t end = n - j < LANES ? n : j + LANES;
      float block = sum_of (load_n (weights + j, n - j, 0));

      if (block > 0 && sum + (double) block > target)
        for (size_t i = j; i < end; i++)
          {
            sum += (double) weights[i];
            last = weights[i] > 0 ? i : last;
            if (sum > target)
              return i;
          }
      else
        {
          sum += (double) block;
          last = block > 0 ? end - 1 : last;
        }
    }
  while (last > 0 && !(weights[last] > 0))
    last--;
  return last;
}

size_t
KERNEL (draw) (float *room, const float *logits, size_t n, float least, float sharpness, double u)
{
  Vector sum = broadcast (0), zero = broadcast (0);
  float greatest = n > 0 ? logits[KERNEL (greatest) (logits, n)] : 0;

  for (size_t j = 0; j < n; j += LANES)
    {
      Vector x = load_n (logits + j, n - j, -__builtin_inff ());
      Vector weight = choose (x >= least, vector_exp ((x - greatest) * sharpness), zero);

      sum += weight;
      store_n (room + j, weight, n - j);
    }
  return place (room, n, u * (double) sum_of (sum));
}
