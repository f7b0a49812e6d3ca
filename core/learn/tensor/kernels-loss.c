/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/tensor/kernel.h"

/** The greatest of a row; of a row with NaN any, since what follows is NaN then. */
static inline float
row_max (const float *x, size_t n)
{
  Vector greatest = broadcast (-__builtin_inff ());
  size_t j = 0;

  for (; j + LANES <= n; j += LANES)
    greatest = vector_max (greatest, load (x + j));
  if (j < n)
    greatest = vector_max (greatest, load_part (x + j, n - j, -__builtin_inff ()));
  return max_of (greatest);
}

/** The sum of e^(x - greatest), whose terms go to @y if it is not NULL. */
static inline float
row_exp (float *y, const float *x, size_t n, float greatest)
{
  Vector sum = broadcast (0);
  size_t j = 0;

  for (; j + LANES <= n; j += LANES)
    {
      Vector e = vector_exp (load (x + j) - greatest);

      sum += e;
      if (y != NULL)
        store (y + j, e);
    }
  if (j < n)
    {
      Vector e = vector_exp (load_part (x + j, n - j, -__builtin_inff ()) - greatest);

      sum += e;
      if (y != NULL)
        store_part (y + j, e, n - j);
    }
  return sum_of (sum);
}

static inline void
row_scale (float *y, size_t n, float factor)
{
  for (size_t j = 0; j < n; j++)
    y[j] *= factor;
}

double
KERNEL (cross_entropy) (float *gradient, const float *logits, const int32_t *targets, size_t rows,
                        size_t columns, float divisor)
{
  double total = 0;

  for (size_t i = 0; i < rows; i++)
    {
      const float *x = logits + i * columns;
      float *g = gradient != NULL ? gradient + i * columns : NULL;
      float greatest, picked, sum;

      if (targets[i] < 0)
        {
          if (g != NULL)
            memset (g, 0, columns * sizeof *g);
          continue;
        }
      greatest = row_max (x, columns);
      picked = x[targets[i]]; /* before g, which may be x, is written */
      sum = row_exp (g, x, columns, greatest);
      total += (double) __builtin_logf (sum) + (double) greatest - (double) picked;
      if (g == NULL)
        continue;
      row_scale (g, columns, 1 / (sum * divisor));
      g[targets[i]] -= 1 / divisor;
    }
  return total;
}
