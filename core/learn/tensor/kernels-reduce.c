/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/tensor/kernel.h"

/* ---- sums of columns ---- */

#define BLOCK 8 /* rows taken together, so that the sums are read and written once for them */

static inline void
sum_rows (float *sums, const float *x, size_t rows, size_t columns)
{
  for (size_t j = 0; j < columns; j += LANES)
    {
      size_t n = columns - j;
      Vector v[BLOCK];

      for (size_t i = 0; i < rows; i++)
        v[i] = load_n (x + i * columns + j, n, 0);
      for (size_t step = 1; step < rows; step *= 2)
        for (size_t i = 0; i + step < rows; i += 2 * step)
          v[i] += v[i + step];
      store_n (sums + j, load_n (sums + j, n, 0) + v[0], n);
    }
}

void
KERNEL (column_sums) (float *sums, const float *x, size_t rows, size_t columns, bool accumulate)
{
  size_t i = 0;

  if (!accumulate)
    memset (sums, 0, columns * sizeof *sums);
  for (; i + BLOCK <= rows; i += BLOCK)
    sum_rows (sums, x + i * columns, BLOCK, columns);
  for (; i < rows; i++)
    sum_rows (sums, x + i * columns, 1, columns);
}

/* ---- one dimension ---- */

/* Elements that are added in floats before a double takes the sum. */
#define STRETCH ((size_t) 1024)

static float
row_sum (const float *x, size_t n)
{
  double total = 0;

  for (size_t i = 0; i < n; i += STRETCH)
    {
      size_t end = n - i < STRETCH ? n : i + STRETCH;
      Vector sum = broadcast (0);

      for (size_t j = i; j < end; j += LANES)
        sum += load_n (x + j, end - j, 0);
      total += (double) sum_of (sum);
    }
  return (float) total;
}

/** The greatest of a row, NaN if there is one. */
static float
row_greatest (const float *x, size_t n)
{
  Vector nan = broadcast (0);

  for (size_t j = 0; j < n; j += LANES)
    {
      Vector v = load_n (x + j, n - j, 0);

      nan = choose (v == v, nan, v);
    }
  return row_max (x, n) + sum_of (nan);
}

/** What is taken from exponents: infinities are not. */
static inline float
shift_of (float greatest)
{
  return greatest - greatest == 0 ? greatest : 0;
}

static float
row_log_sum_exp (const float *x, size_t n)
{
  float shift = shift_of (row_max (x, n));

  return scalar_log (row_exp (NULL, x, n, shift)) + shift;
}

/** Columns j... of [n][inner]. */
static inline Vector
columns_max (const float *x, size_t n, size_t inner, size_t width)
{
  Vector greatest = broadcast (-__builtin_inff ());

  for (size_t i = 0; i < n; i++)
    {
      Vector v = load_n (x + i * inner, width, 0);

      greatest = choose ((greatest > v) | (greatest != greatest), greatest, v);
    }
  return greatest;
}

static inline Vector
columns_log_sum_exp (const float *x, size_t n, size_t inner, size_t width)
{
  Vector shift = columns_max (x, n, inner, width), sum = broadcast (0);

  shift = choose (shift - shift == 0, shift, broadcast (0));
  for (size_t i = 0; i < n; i++)
    sum += vector_exp (load_n (x + i * inner, width, 0) - shift);
  return vector_log (sum) + shift;
}

static float
reduce_row (AssayReduction op, const float *x, size_t n)
{
  return op == ASSAY_REDUCE_SUM   ? row_sum (x, n)
         : op == ASSAY_REDUCE_MAX ? row_greatest (x, n)
                                  : row_log_sum_exp (x, n);
}

static void
reduce_columns (AssayReduction op, float *y, const float *x, size_t n, size_t inner)
{
  if (op == ASSAY_REDUCE_SUM)
    KERNEL (column_sums) (y, x, n, inner, false);
  else
    for (size_t j = 0; j < inner; j += LANES)
      store_n (y + j,
               op == ASSAY_REDUCE_MAX ? columns_max (x + j, n, inner, inner - j)
                                      : columns_log_sum_exp (x + j, n, inner, inner - j),
               inner - j);
}

void
KERNEL (reduce) (AssayReduction op, float factor, float *y, const float *x, size_t outer, size_t n,
                 size_t inner)
{
  for (size_t i = 0; i < outer; i++)
    if (inner == 1)
      y[i] = reduce_row (op, x + i * n, n);
    else
      reduce_columns (op, y + i * inner, x + i * n * inner, n, inner);
  if (op == ASSAY_REDUCE_SUM && factor != 1)
    KERNEL (affine) (y, y, factor, 0, outer * inner);
}

/* ---- and back ---- */

/** The gradient goes to the first element that is the greatest. */
static void
max_back (float *dx, bool accumulate, const float *dy, const float *y, const float *x, size_t n,
          size_t inner)
{
  if (!accumulate)
    memset (dx, 0, n * inner * sizeof *dx);
  for (size_t j = 0; j < inner; j++)
    for (size_t i = 0; i < n; i++)
      if (x[i * inner + j] == y[j] || x[i * inner + j] != x[i * inner + j])
        {
          dx[i * inner + j] += dy[j];
          break;
        }
}

/** One row of [n][inner], or all n of one column. */
static inline void
spread (AssayReduction op, float factor, float *dx, bool accumulate, const float *dy,
        const float *y, const float *x, size_t n, bool single)
{
  for (size_t j = 0; j < n; j += LANES)
    {
      size_t width = n - j;
      Vector d = single ? broadcast (*dy) : load_n (dy + j, width, 0);

      if (op == ASSAY_REDUCE_SUM)
        d *= factor;
      else
        d *= vector_exp (load_n (x + j, width, 0)
                         - (single ? broadcast (*y) : load_n (y + j, width, 0)));
      store_n (dx + j, accumulate ? load_n (dx + j, width, 0) + d : d, width);
    }
}

void
KERNEL (reduce_back) (AssayReduction op, float factor, float *dx, bool accumulate, const float *dy,
                      const float *y, const float *x, size_t outer, size_t n, size_t inner)
{
  for (size_t i = 0; i < outer; i++)
    {
      size_t at = i * n * inner;

      if (op == ASSAY_REDUCE_MAX)
        max_back (dx + at, accumulate, dy + i * inner, y + i * inner, x + at, n, inner);
      else if (inner == 1)
        spread (op, factor, dx + at, accumulate, dy + i, y + i, x + at, n, true);
      else
        for (size_t k = 0; k < n; k++, at += inner)
          spread (op, factor, dx + at, accumulate, dy + i * inner, y + i * inner, x + at, inner,
                  false);
    }
}
