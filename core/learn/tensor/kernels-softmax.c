/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/tensor/kernel.h"

void
KERNEL (softmax) (float *y, const float *x, size_t rows, size_t columns)
{
  for (size_t i = 0; i < rows; i++, x += columns, y += columns)
    {
      float sum = row_exp (y, x, columns, row_max (x, columns));

      KERNEL (affine) (y, y, 1 / sum, 0, columns);
    }
}

/** The sum of a row, or of its products with another. */
static inline float
row_dot (const float *a, const float *b, size_t n)
{
  Vector sum = broadcast (0);

  for (size_t j = 0; j < n; j += LANES)
    sum += b != NULL ? load_n (a + j, n - j, 0) * load_n (b + j, n - j, 0)
                     : load_n (a + j, n - j, 0);
  return sum_of (sum);
}

void
KERNEL (softmax_back) (float *dx, bool accumulate, const float *dy, const float *y, size_t rows,
                       size_t columns)
{
  for (size_t i = 0; i < rows; i++, dx += columns, dy += columns, y += columns)
    {
      float mean = row_dot (dy, y, columns);

      for (size_t j = 0; j < columns; j += LANES)
        {
          size_t n = columns - j;
          Vector d = load_n (y + j, n, 0) * (load_n (dy + j, n, 0) - mean);

          store_n (dx + j, accumulate ? load_n (dx + j, n, 0) + d : d, n);
        }
    }
}

/** log of the sum of e^x. */
static inline float
norm_of (const float *x, size_t n)
{
  float greatest = row_max (x, n);

  return scalar_log (row_exp (NULL, x, n, greatest)) + greatest;
}

void
KERNEL (log_softmax) (float *y, const float *x, size_t rows, size_t columns)
{
  for (size_t i = 0; i < rows; i++)
    KERNEL (affine)
  (y + i * columns, x + i * columns, 1, -norm_of (x + i * columns, columns), columns);
}

void
KERNEL (log_softmax_back) (float *dx, bool accumulate, const float *dy, const float *y, size_t rows,
                           size_t columns)
{
  for (size_t i = 0; i < rows; i++, dx += columns, dy += columns, y += columns)
    {
      float sum = row_dot (dy, NULL, columns);

      for (size_t j = 0; j < columns; j += LANES)
        {
          size_t n = columns - j;
          Vector d = load_n (dy + j, n, 0) - vector_exp (load_n (y + j, n, 0)) * sum;

          store_n (dx + j, accumulate ? load_n (dx + j, n, 0) + d : d, n);
        }
    }
}

void
KERNEL (log_prob) (float *y, float *norms, const float *x, const int32_t *ids, size_t rows,
                   size_t columns)
{
  for (size_t i = 0; i < rows; i++, x += columns)
    {
      norms[i] = norm_of (x, columns);
      y[i] = x[ids[i]] - norms[i];
    }
}

void
KERNEL (log_prob_back) (float *dx, bool accumulate, const float *dy, const float *norms,
                        const float *x, const int32_t *ids, size_t rows, size_t columns)
{
  for (size_t i = 0; i < rows; i++, dx += columns, x += columns)
    {
      for (size_t j = 0; j < columns; j += LANES)
        {
          size_t n = columns - j;
          Vector d = vector_exp (load_n (x + j, n, 0) - norms[i]) * -dy[i];

          store_n (dx + j, accumulate ? load_n (dx + j, n, 0) + d : d, n);
        }
      dx[ids[i]] += dy[i];
    }
}
