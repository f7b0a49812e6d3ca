/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/tensor/kernel.h"

#include <float.h>

/** 0 for what is smaller than a normal float.  The moments of a weight that has no gradient any
 *  more shrink until they are, and rounding keeps them there; a CPU takes a hundred times as long
 *  for such numbers. */
static inline float
flushed (float x)
{
  return __builtin_fabsf (x) < FLT_MIN ? 0 : x;
}

void
KERNEL (adam) (float *restrict w, float *restrict m, float *restrict v, const float *restrict g,
               size_t n, const AssayAdamStep *step)
{
  AssayAdamStep s = *step; /* else every store might change it */

  for (size_t i = 0; i < n; i++)
    {
      float gradient = s.scale * g[i] + s.decay * w[i];

      m[i] = flushed (s.beta1 * m[i] + s.rest1 * gradient);
      v[i] = flushed (s.beta2 * v[i] + s.rest2 * gradient * gradient);
      w[i] = s.keep * w[i] - s.rate * m[i] / (__builtin_sqrtf (v[i]) * s.correction + s.epsilon);
    }
}

void
KERNEL (sgd) (float *restrict w, float *restrict v, const float *restrict g, size_t n, float scale,
              float momentum, float rate, float decay)
{
  for (size_t i = 0; i < n; i++)
    {
      v[i] = flushed (momentum * v[i] + (scale * g[i] + decay * w[i]));
      w[i] -= rate * v[i];
    }
}

void
KERNEL (blend) (float *restrict y, const float *restrict x, float keep, size_t n)
{
  float rest = 1 - keep;

  for (size_t i = 0; i < n; i++)
    y[i] = keep * y[i] + rest * x[i];
}

/* Squares of a large gradient's elements leave a float's range soon: lanes are doubles. */
double
KERNEL (sum_squares) (const float *x, size_t n)
{
  double lanes[LANES] = { 0 };
  size_t i = 0;

  for (; i + LANES <= n; i += LANES)
    for (size_t j = 0; j < LANES; j++)
      lanes[j] += (double) x[i + j] * x[i + j];
  for (size_t j = 0; i + j < n; j++)
    lanes[j] += (double) x[i + j] * x[i + j];
  for (size_t half = LANES / 2; half > 0; half /= 2)
    for (size_t j = 0; j < half; j++)
      lanes[j] += lanes[j + half];
  return lanes[0];
}
