/* SPDX-License-Identifier: Apache-2.0
 *
 * For the kernels' own sources only: the vector type, and the mathematics on it.  meson.build
 * compiles each kernels-*.c with KERNEL_KIND=generic, avx2 and avx512.
 */
#ifndef ASSAY_LEARN_KERNEL_H
#define ASSAY_LEARN_KERNEL_H

#include "learn/tensor/kernels.h"

#include <string.h>
#ifdef __AVX512F__
#include <immintrin.h>
#endif

#define KERNEL_PASTE(name, kind) assay_kernel_##name##_##kind
#define KERNEL_EXPAND(name, kind) KERNEL_PASTE (name, kind)
#define KERNEL(name) KERNEL_EXPAND (name, KERNEL_KIND)

#define ASSAY_KERNEL_PROTOTYPE(type, name, parameters) type KERNEL (name) parameters;
ASSAY_KERNELS (ASSAY_KERNEL_PROTOTYPE)
#undef ASSAY_KERNEL_PROTOTYPE

/* One register: a vector of more would live in memory (GCC 12). */
#if defined __AVX512F__
#define LANES 16
#elif defined __AVX2__
#define LANES 8
#else
#define LANES 4
#endif

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
#ifdef __AVX512F__
  return (Vector) _mm512_mask_loadu_ps (_mm512_set1_ps (other), (__mmask16) ((1u << n) - 1), from);
#else
  Vector v = broadcast (other);

  memcpy (&v, from, n * sizeof (float));
  return v;
#endif
}

static inline void
store_part (float *to, Vector v, size_t n)
{
#ifdef __AVX512F__
  _mm512_mask_storeu_ps (to, (__mmask16) ((1u << n) - 1), (__m512) v);
#else
  memcpy (to, &v, n * sizeof (float));
#endif
}

/** What is left of an array, @n floats, or the first LANES of them. */
static inline Vector
load_n (const float *from, size_t n, float other)
{
  return n >= LANES ? load (from) : load_part (from, n, other);
}

static inline void
store_n (float *to, Vector v, size_t n)
{
  if (n >= LANES)
    store (to, v);
  else
    store_part (to, v, n);
}

/** mask's lanes are 0 or -1. */
static inline Vector
choose (Ints mask, Vector yes, Vector no)
{
  return (Vector) ((mask & (Ints) yes) | (~mask & (Ints) no));
}

/** The greater of each pair of lanes; b's where either is NaN. */
static inline Vector
vector_max (Vector a, Vector b)
{
#ifdef __AVX512F__
  return (Vector) _mm512_max_ps ((__m512) a, (__m512) b);
#else
  return choose (a > b, a, b);
#endif
}

static inline Vector
vector_min (Vector a, Vector b)
{
#ifdef __AVX512F__
  return (Vector) _mm512_min_ps ((__m512) a, (__m512) b);
#else
  return choose (a < b, a, b);
#endif
}

static inline Vector
vector_abs (Vector x)
{
  return (Vector) ((Ints) x & 0x7fffffff);
}

/** 0, 1, 2... */
static inline Ints
lane_numbers (void)
{
  Ints numbers;

  for (int32_t i = 0; i < LANES; i++)
    numbers[i] = i;
  return numbers;
}

/** Lane i becomes lane i ^ step. */
static inline Vector
partners (Vector v, int32_t step)
{
  return __builtin_shuffle (v, lane_numbers () ^ step);
}

/** The sum of the lanes, pairwise. */
static inline float
sum_of (Vector v)
{
#pragma GCC unroll 4
  for (int32_t step = LANES / 2; step > 0; step /= 2)
    v += partners (v, step);
  return v[0];
}

/** The greatest lane; any if one is NaN. */
static inline float
max_of (Vector v)
{
#pragma GCC unroll 4
  for (int32_t step = LANES / 2; step > 0; step /= 2)
    v = vector_max (v, partners (v, step));
  return v[0];
}

/** e^x within 2 units in the last place (Cephes's polynomial after x = n ln 2 + r): 0 below
 *  -87.34, infinity above 88.72, NaN of NaN. */
static inline Vector
vector_exp (Vector x)
{
  /* NaN stays, being second. */
  Vector cut = vector_max (broadcast (-87.33654f), vector_min (broadcast (88.73f), x));
  Vector shifted = cut * 1.44269504f + 12582912.0f; /* rounds to the nearest integer */
  Vector n = shifted - 12582912.0f;
  Vector r = cut - n * 0.693359375f - n * -2.12194440e-4f;
  Vector p = r * 1.9875691500e-4f + 1.3981999507e-3f;

  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * (r * r) + r + 1.0f;
#ifdef __AVX512F__
  return (Vector) _mm512_maskz_scalef_ps (
      _mm512_cmp_ps_mask ((__m512) x, (__m512) broadcast (-87.33654f), _CMP_NLT_UQ), (__m512) p,
      (__m512) n);
#else
  p = (Vector) ((Ints) p + ((Ints) shifted << 23));
  p = choose (x < -87.33654f, broadcast (0), p);
  p = choose (x > 88.72283f, broadcast (__builtin_inff ()), p);
  return choose (x == x, p, x);
#endif
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

/** log x within 2 units in the last place (Cephes): -infinity of 0, NaN below. */
static inline Vector
vector_log (Vector x)
{
  Vector kept = x, e, f, square, p;
  Ints small, low;

  small = x < 1.17549435e-38f; /* subnormal */
  x = choose (small, x * 8388608.0f, x);
  /* x = f 2^e, f in [sqrt (1/2), sqrt (2)) */
  low = ((Ints) x & 0x7fffff) < 0x3504f3;
  e = __builtin_convertvector((((Ints) x >> 23) & 0xff) - 126 + low, Vector)
      - choose (small, broadcast (23), broadcast (0));
  f = (Vector) (((Ints) x & 0x7fffff) | (0x3f000000 - (low & -0x800000)));
  f -= 1.0f;
  square = f * f;
  p = f * 7.0376836292e-2f - 1.1514610310e-1f;
  p = p * f + 1.1676998740e-1f;
  p = p * f - 1.2420140846e-1f;
  p = p * f + 1.4249322787e-1f;
  p = p * f - 1.6668057665e-1f;
  p = p * f + 2.0000714765e-1f;
  p = p * f - 2.4999993993e-1f;
  p = p * f + 3.3333331174e-1f;
  p = p * f * square + e * -2.12194440e-4f - square * 0.5f;
  p = f + p + e * 0.693359375f;
  p = choose (kept == 0, broadcast (-__builtin_inff ()), p);
  p = choose (kept < 0, broadcast (__builtin_nanf ("")), p);
  /* infinity and NaN are their own */
  return choose (kept < __builtin_inff (), p, kept);
}

/** log of one number: libm's may differ between CPUs. */
static inline float
scalar_log (float x)
{
  return vector_log (broadcast (x))[0];
}

static inline Vector
vector_sqrt (Vector x)
{
  for (size_t i = 0; i < LANES; i++)
    x[i] = __builtin_sqrtf (x[i]);
  return x;
}

/* ---- rows ---- */

/** The greatest of a row; -infinity of none, any if one is NaN. */
static inline float
row_max (const float *x, size_t n)
{
  Vector a = broadcast (-__builtin_inff ()), b = a, c = a, d = a;
  size_t j = 0;

  for (; j + 4 * LANES <= n; j += 4 * LANES)
    {
      a = vector_max (a, load (x + j));
      b = vector_max (b, load (x + j + LANES));
      c = vector_max (c, load (x + j + 2 * LANES));
      d = vector_max (d, load (x + j + 3 * LANES));
    }
  for (; j < n; j += LANES)
    a = vector_max (a, load_n (x + j, n - j, -__builtin_inff ()));
  return max_of (vector_max (vector_max (a, b), vector_max (c, d)));
}

/** The sum of e^(x - shift), whose terms go to @y if it is not NULL; y may be x. */
static inline float
row_exp (float *y, const float *x, size_t n, float shift)
{
  Vector sum = broadcast (0);

  for (size_t j = 0; j < n; j += LANES)
    {
      Vector e = vector_exp (load_n (x + j, n - j, -__builtin_inff ()) - shift);

      sum += e;
      if (y != NULL)
        store_n (y + j, e, n - j);
    }
  return sum_of (sum);
}

#endif
