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

/* ---- entropy and divergence ---- */

/** x e^log_p, 0 where that is 0 whatever x is. */
static inline Vector
times_probability (Vector x, Vector log_p)
{
  Vector p = vector_exp (log_p);

  return choose (p == 0, p, x * p);
}

void
KERNEL (entropy) (float *y, float *norms, const float *x, size_t rows, size_t columns)
{
  for (size_t i = 0; i < rows; i++, x += columns)
    {
      Vector sum = broadcast (0);

      norms[i] = norm_of (x, columns);
      for (size_t j = 0; j < columns; j += LANES)
        {
          Vector log_p = load_n (x + j, columns - j, -__builtin_inff ()) - norms[i];

          sum += times_probability (log_p, log_p);
        }
      y[i] = -sum_of (sum);
    }
}

/** dH / dx = -p (log p + H) */
void
KERNEL (entropy_back) (float *dx, bool accumulate, const float *dy, const float *y,
                       const float *norms, const float *x, size_t rows, size_t columns)
{
  for (size_t i = 0; i < rows; i++, dx += columns, x += columns)
    for (size_t j = 0; j < columns; j += LANES)
      {
        size_t n = columns - j;
        Vector log_p = load_n (x + j, n, 0) - norms[i];
        Vector d = times_probability (log_p + y[i], log_p) * -dy[i];

        store_n (dx + j, accumulate ? load_n (dx + j, n, 0) + d : d, n);
      }
}

void
KERNEL (kl) (float *y, float *norms_p, float *norms_q, const float *p, const float *q, size_t rows,
             size_t columns)
{
  for (size_t i = 0; i < rows; i++, p += columns, q += columns)
    {
      Vector sum = broadcast (0);

      norms_p[i] = norm_of (p, columns);
      norms_q[i] = norm_of (q, columns);
      for (size_t j = 0; j < columns; j += LANES)
        {
          size_t n = columns - j;
          Vector log_p = load_n (p + j, n, -__builtin_inff ()) - norms_p[i];
          Vector log_q = load_n (q + j, n, 0) - norms_q[i];

          sum += times_probability (log_p - log_q, log_p);
        }
      y[i] = sum_of (sum);
    }
}

/** dKL / dp = e^log_p (log_p - log_q - KL), dKL / dq = e^log_q - e^log_p, of logits p and q. */
void
KERNEL (kl_back) (float *dp, bool add_p, float *dq, bool add_q, const float *dy, const float *y,
                  const float *norms_p, const float *norms_q, const float *p, const float *q,
                  size_t rows, size_t columns)
{
  for (size_t i = 0; i < rows; i++)
    for (size_t j = 0; j < columns; j += LANES)
      {
        size_t n = columns - j, at = i * columns + j;
        Vector log_p = load_n (p + at, n, 0) - norms_p[i];
        Vector log_q = load_n (q + at, n, 0) - norms_q[i];
        Vector of_p = times_probability (log_p - log_q - y[i], log_p) * dy[i];
        Vector of_q = (vector_exp (log_q) - vector_exp (log_p)) * dy[i];

        if (dp != NULL)
          store_n (dp + at, add_p ? load_n (dp + at, n, 0) + of_p : of_p, n);
        if (dq != NULL)
          store_n (dq + at, add_q ? load_n (dq + at, n, 0) + of_q : of_q, n);
      }
}
