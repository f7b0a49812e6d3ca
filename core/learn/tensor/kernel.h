/* SPDX-License-Identifier: Apache-2.0
 *
 * For the kernels' own sources only: the vector type, and the mathematics on it.  meson.build
 * compiles each kernels-*.c with KERNEL_KIND=generic, avx2 and avx512.
 */
#ifndef ASSAY_LEARN_KERNEL_H
#define ASSAY_LEARN_KERNEL_H

#include "learn/tensor/kernels.h"

#include <string.h>

#define KERNEL_PASTE(name, kind) assay_kernel_##name##_##kind
#define KERNEL_EXPAND(name, kind) KERNEL_PASTE (name, kind)
#define KERNEL(name) KERNEL_EXPAND (name, KERNEL_KIND)

#define ASSAY_KERNEL_PROTOTYPE(type, name, parameters) type KERNEL (name) parameters;
ASSAY_KERNELS (ASSAY_KERNEL_PROTOTYPE)
#undef ASSAY_KERNEL_PROTOTYPE

#define LANES 16

/* Sixteen floats: one register of AVX-512, two of AVX2, four of SSE or NEON. */
typedef float Vector __attribute__ ((vector_size (LANES * sizeof (float))));
typedef int32_t Ints __attribute__ ((vector_size (LANES * sizeof (int32_t))));

static inline Vector
load (const float *from)
{
  Vector v;

  memcpy (&v, from, sizeof v);
  return v;
}

static inline void
store (float *to, Vector v)
{
  memcpy (to, &v, sizeof v);
}

static inline Vector
broadcast (float x)
{
  return x - (Vector){ 0 };
}

/** The first @n < LANES floats; the other lanes are @other. */
static inline Vector
load_part (const float *from, size_t n, float other)
{
  Vector v = broadcast (other);

  memcpy (&v, from, n * sizeof (float));
  return v;
}

static inline void
store_part (float *to, Vector v, size_t n)
{
  memcpy (to, &v, n * sizeof (float));
}

/** mask's lanes are 0 or -1. */
static inline Vector
choose (Ints mask, Vector yes, Vector no)
{
  return (Vector) ((mask & (Ints) yes) | (~mask & (Ints) no));
}

static inline Vector
vector_max (Vector a, Vector b)
{
  return choose (a > b, a, b);
}

static inline Vector
vector_min (Vector a, Vector b)
{
  return choose (a < b, a, b);
}

/** The sum of the lanes, pairwise. */
static inline float
sum_of (Vector v)
{
  float lanes[LANES];

  store (lanes, v);
  for (size_t half = LANES / 2; half > 0; half /= 2)
    for (size_t i = 0; i < half; i++)
      lanes[i] += lanes[i + half];
  return lanes[0];
}

/** The greatest lane. */
static inline float
max_of (Vector v)
{
  float lanes[LANES];

  store (lanes, v);
  for (size_t half = LANES / 2; half > 0; half /= 2)
    for (size_t i = 0; i < half; i++)
      lanes[i] = lanes[i] > lanes[i + half] ? lanes[i] : lanes[i + half];
  return lanes[0];
}

/** e^x within 2 units in the last place (Cephes's polynomial after x = n ln 2 + r): 0 far
 *  below, infinity above 88.72, NaN of NaN. */
static inline Vector
vector_exp (Vector x)
{
  Vector kept = x, n, r, p;
  Ints exponent;

  x = vector_max (vector_min (x, broadcast (88.72283f)), broadcast (-87.33654f));
  n = x * 1.44269504f + 12582912.0f; /* rounds to the nearest integer */
  exponent = ((Ints) n) << 23;
  n -= 12582912.0f;
  r = x - n * 0.693359375f;
  r -= n * -2.12194440e-4f;
  p = r * 1.9875691500e-4f + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * r * r + r + 1.0f;
  p = (Vector) ((Ints) p + exponent);
  p = choose (kept < -87.33654f, broadcast (0), p);
  p = choose (kept > 88.72283f, broadcast (__builtin_inff ()), p);
  return choose (kept == kept, p, kept);
}

/** 1 / (1 + e^-x). */
static inline Vector
vector_sigmoid (Vector x)
{
  return 1.0f / (1.0f + vector_exp (-x));
}

static inline Vector
vector_tanh (Vector x)
{
  /* Near 0 the difference of two numbers near 1 would lose digits: a polynomial there. */
  Vector square = x * x;
  Vector t = 1.0f - 2.0f / (vector_exp (2.0f * x) + 1.0f);
  Vector p = square * -5.70498872745e-3f + 2.06390887954e-2f;

  p = p * square - 5.37397155531e-2f;
  p = p * square + 1.33314422036e-1f;
  p = p * square - 3.33332819422e-1f;
  p = p * square * x + x;
  return choose (square < 0.390625f, p, t);
}

#endif
