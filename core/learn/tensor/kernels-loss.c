/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/tensor/kernel.h"

/* Elements whose losses are added in floats before a double takes the sum. */
#define STRETCH ((size_t) 1024)

double
KERNEL (cross_entropy) (float *gradient, const float *logits, const int32_t *targets, size_t rows,
                        size_t columns, float factor)
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
      total += (double) scalar_log (sum) + (double) greatest - (double) picked;
      if (g == NULL)
        continue;
      KERNEL (affine) (g, g, factor / sum, 0, columns);
      g[targets[i]] -= factor;
    }
  return total;
}

double
KERNEL (gaussian_nll) (float *dmean, float *dlog_variance, const float *mean,
                       const float *log_variance, const float *target, size_t n, float factor)
{
  double total = 0;

  for (size_t i = 0; i < n; i += STRETCH)
    {
      size_t end = n - i < STRETCH ? n : i + STRETCH;
      Vector sum = broadcast (0);

      for (size_t j = i; j < end; j += LANES)
        {
          Vector log_v = load_n (log_variance + j, end - j, 0);
          Vector difference = load_n (mean + j, end - j, 0) - load_n (target + j, end - j, 0);
          Vector scaled = difference * vector_exp (-log_v);
          Vector square = difference * scaled;

          sum += 0.5f * (log_v + square);
          if (dmean != NULL)
            store_n (dmean + j, scaled * factor, end - j);
          if (dlog_variance != NULL)
            store_n (dlog_variance + j, (0.5f - 0.5f * square) * factor, end - j);
        }
      total += (double) sum_of (sum);
    }
  return total;
}

double
KERNEL (huber) (float *gradient, const float *prediction, const float *target, const float *weights,
                float delta, size_t n, float factor)
{
  double total = 0;

  for (size_t i = 0; i < n; i += STRETCH)
    {
      size_t end = n - i < STRETCH ? n : i + STRETCH;
      Vector sum = broadcast (0);

      for (size_t j = i; j < end; j += LANES)
        {
          Vector d = load_n (prediction + j, end - j, 0) - load_n (target + j, end - j, 0);
          Vector cut = choose (d > delta, broadcast (delta), d);
          Vector weight = weights != NULL ? load_n (weights + j, end - j, 0) : broadcast (1);

          cut = choose (cut < -delta, broadcast (-delta), cut);
          sum += weight * cut * (d - 0.5f * cut);
          if (gradient != NULL)
            store_n (gradient + j, weight * cut * factor, end - j);
        }
      total += (double) sum_of (sum);
    }
  return total;
}

double
KERNEL (squared_error) (float *gradient, const float *prediction, const float *target, size_t n,
                        float factor)
{
  double total = 0;

  for (size_t i = 0; i < n; i += STRETCH)
    {
      size_t end = n - i < STRETCH ? n : i + STRETCH;
      Vector sum = broadcast (0);

      for (size_t j = i; j < end; j += LANES)
        {
          Vector d = load_n (prediction + j, end - j, 0) - load_n (target + j, end - j, 0);

          sum += d * d;
          if (gradient != NULL)
            store_n (gradient + j, d * (2 * factor), end - j);
        }
      total += (double) sum_of (sum);
    }
  return total;
}
