/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/tensor/kernel.h"

/* Rows taken together on the way back, so that gain's and bias's gradients stay in registers. */
#define BLOCK 4

/** Sum of (x - centre)^power over a row, power 1 or 2. */
static inline float
row_sum (const float *x, size_t n, float centre, bool squared)
{
  Vector sum = broadcast (0);

  for (size_t j = 0; j < n; j += LANES)
    {
      Vector v = load_n (x + j, n - j, centre) - centre;

      sum += squared ? v * v : v;
    }
  return sum_of (sum);
}

void
KERNEL (norm) (float *y, float *means, float *scales, const float *x, const float *gain,
               const float *bias, size_t rows, size_t columns, float epsilon)
{
  for (size_t i = 0; i < rows; i++, x += columns, y += columns)
    {
      float mean = means != NULL ? row_sum (x, columns, 0, false) / (float) columns : 0;
      float scale
          = 1 / __builtin_sqrtf (row_sum (x, columns, mean, true) / (float) columns + epsilon);

      for (size_t j = 0; j < columns; j += LANES)
        {
          size_t n = columns - j;
          Vector v = (load_n (x + j, n, 0) - mean) * scale * load_n (gain + j, n, 0);

          store_n (y + j, bias != NULL ? v + load_n (bias + j, n, 0) : v, n);
        }
      scales[i] = scale;
      if (means != NULL)
        means[i] = mean;
    }
}

/* What the way back of one norm works with. */
typedef struct Back
{
  const float *dy, *x, *gain, *means, *scales;
  float *dx, *dgain, *dbias; /* dx may be NULL, dbias too */
  size_t columns;
} Back;

/** One column vector of @n rows: the gradients of gain and bias, and the rows' sums. */
static inline void
sum_columns (const Back *b, size_t i, size_t n, size_t j, Vector *sums, Vector *products)
{
  size_t width = b->columns - j;
  Vector gain = load_n (b->gain + j, width, 0), dgain = load_n (b->dgain + j, width, 0);
  Vector dbias = broadcast (0);

  for (size_t r = 0; r < n; r++)
    {
      size_t at = (i + r) * b->columns + j;
      float mean = b->means != NULL ? b->means[i + r] : 0;
      Vector dy = load_n (b->dy + at, width, 0);
      Vector normal = (load_n (b->x + at, width, mean) - mean) * b->scales[i + r];
      Vector scaled = dy * gain;

      dgain += dy * normal;
      dbias += dy;
      sums[r] += scaled;
      products[r] += scaled * normal;
    }
  store_n (b->dgain + j, dgain, width);
  if (b->dbias != NULL)
    store_n (b->dbias + j, load_n (b->dbias + j, width, 0) + dbias, width);
}

/** dx = scale (g dy - mean (g dy) - normal mean (g dy normal)); of RMS norm without the first
 *  mean. */
static inline void
input_row (const Back *b, size_t row, float sum, float product, bool accumulate)
{
  const float *x = b->x + row * b->columns, *dy = b->dy + row * b->columns;
  float *dx = b->dx + row * b->columns;
  float scale = b->scales[row], mean = b->means != NULL ? b->means[row] : 0;
  float shift = b->means != NULL ? sum / (float) b->columns : 0;
  float slope = product / (float) b->columns;

  for (size_t j = 0; j < b->columns; j += LANES)
    {
      size_t n = b->columns - j;
      Vector normal = (load_n (x + j, n, 0) - mean) * scale;
      Vector v
          = (load_n (dy + j, n, 0) * load_n (b->gain + j, n, 0) - shift - normal * slope) * scale;

      store_n (dx + j, accumulate ? load_n (dx + j, n, 0) + v : v, n);
    }
}

static inline void
back_block (const Back *b, size_t i, size_t n, bool accumulate)
{
  Vector sums[BLOCK], products[BLOCK];

  for (size_t r = 0; r < n; r++)
    sums[r] = products[r] = broadcast (0);
  for (size_t j = 0; j < b->columns; j += LANES)
    sum_columns (b, i, n, j, sums, products);
  for (size_t r = 0; r < n && b->dx != NULL; r++)
    input_row (b, i + r, sum_of (sums[r]), sum_of (products[r]), accumulate);
}

void
KERNEL (norm_back) (float *dx, bool accumulate, float *dgain, float *dbias, const float *dy,
                    const float *x, const float *gain, const float *means, const float *scales,
                    size_t rows, size_t columns)
{
  Back b = { dy, x, gain, means, scales, dx, dgain, dbias, columns };
  size_t i = 0;

  for (; i + BLOCK <= rows; i += BLOCK)
    back_block (&b, i, BLOCK, accumulate);
  for (; i < rows; i++)
    back_block (&b, i, 1, accumulate);
}
