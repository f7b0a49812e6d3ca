/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/tensor/kernel.h"

void
KERNEL (multiply) (float *y, const float *a, const float *b, size_t n)
{
  for (size_t i = 0; i < n; i++)
    y[i] = a[i] * b[i];
}

void
KERNEL (add) (float *y, const float *a, const float *b, size_t n)
{
  for (size_t i = 0; i < n; i++)
    y[i] = a[i] + b[i];
}

void
KERNEL (axpy) (float *y, float a, const float *x, size_t n)
{
  for (size_t i = 0; i < n; i++)
    y[i] += a * x[i];
}

void
KERNEL (scale) (float *y, const float *x, float a, size_t n)
{
  for (size_t i = 0; i < n; i++)
    y[i] = a * x[i];
}

void
KERNEL (column_sums) (float *sums, const float *x, size_t rows, size_t columns, bool accumulate)
{
  if (!accumulate)
    memset (sums, 0, columns * sizeof *sums);
  for (size_t i = 0; i < rows; i++)
    for (size_t j = 0; j < columns; j++)
      sums[j] += x[i * columns + j];
}

/* ---- activations: the value, and the slope that the way back multiplies by ---- */

typedef struct Activated
{
  Vector value, slope;
} Activated;

static inline Activated
identity (Vector x)
{
  return (Activated){ x, broadcast (1) };
}

static inline Activated
relu (Vector x)
{
  /* NaN is passed on. */
  return (Activated){ choose (x < 0, broadcast (0), x),
                      choose (x > 0, broadcast (1), broadcast (0)) };
}

static inline Activated
sigmoid (Vector x)
{
  Vector s = vector_sigmoid (x);

  return (Activated){ s, s * (1.0f - s) };
}

static inline Activated
silu (Vector x)
{
  Vector s = vector_sigmoid (x);

  return (Activated){ x * s, s * (1.0f + x * (1.0f - s)) };
}

static inline Activated
hyperbolic_tangent (Vector x)
{
  Vector t = vector_tanh (x);

  return (Activated){ t, 1.0f - t * t };
}

/** x Phi(x) and Phi(x) + x phi(x); erfc by formula 7.1.26 of Abramowitz and Stegun is off by
 *  1.5e-7 of 1, which is what a float next to 1 can tell apart. */
static inline Activated
gelu (Vector x)
{
  Vector sign = choose (x < 0, broadcast (-1), broadcast (1));
  Vector magnitude = x * sign;
  Vector t = 1.0f / (1.0f + magnitude * (0.3275911f * 0.70710678f));
  Vector bell = vector_exp (x * x * -0.5f);
  Vector p = t * 1.061405429f - 1.453152027f;
  Vector tail, phi;

  p = p * t + 1.421413741f;
  p = p * t - 0.284496736f;
  p = p * t + 0.254829592f;
  tail = p * t * bell * 0.5f; /* Phi(-|x|) */
  phi = choose (x < 0, tail, 1.0f - tail);
  return (Activated){ x * phi, phi + x * bell * 0.39894228f };
}

#define ACTIVATE_ROWS(function)                                                                    \
  static void activate_##function (float *y, float *slope, size_t rows, size_t columns,            \
                                   const float *bias)                                              \
  {                                                                                                \
    for (size_t i = 0; i < rows; i++, y += columns, slope += slope != NULL ? columns : 0)          \
      for (size_t j = 0; j < columns; j += LANES)                                                  \
        {                                                                                          \
          size_t n = columns - j < LANES ? columns - j : LANES;                                    \
          bool whole = n == LANES;                                                                 \
          Vector x = whole ? load (y + j) : load_part (y + j, n, 0);                               \
          Activated a;                                                                             \
                                                                                                   \
          if (bias != NULL)                                                                        \
            x += whole ? load (bias + j) : load_part (bias + j, n, 0);                             \
          a = function (x);                                                                        \
          whole ? store (y + j, a.value) : store_part (y + j, a.value, n);                         \
          if (slope != NULL)                                                                       \
            whole ? store (slope + j, a.slope) : store_part (slope + j, a.slope, n);               \
        }                                                                                          \
  }

ACTIVATE_ROWS (identity)
ACTIVATE_ROWS (relu)
ACTIVATE_ROWS (gelu)
ACTIVATE_ROWS (silu)
ACTIVATE_ROWS (hyperbolic_tangent)
ACTIVATE_ROWS (sigmoid)

typedef void (*ActivateRows) (float *y, float *slope, size_t rows, size_t columns,
                              const float *bias);

static const ActivateRows activations[ASSAY_N_ACTIVATIONS] = {
  [ASSAY_IDENTITY] = activate_identity,
  [ASSAY_RELU] = activate_relu,
  [ASSAY_GELU] = activate_gelu,
  [ASSAY_SILU] = activate_silu,
  [ASSAY_TANH] = activate_hyperbolic_tangent,
  [ASSAY_SIGMOID] = activate_sigmoid,
};

void
KERNEL (bias_activation) (float *y, float *slope, size_t rows, size_t columns, const float *bias,
                          AssayActivation act)
{
  activations[act](y, slope, rows, columns, bias);
}
