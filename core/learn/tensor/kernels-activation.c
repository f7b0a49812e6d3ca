/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/tensor/kernel.h"

void
KERNEL (spread_rows) (float *y, const float *x, const float *bias, size_t rows, size_t columns)
{
  for (size_t i = 0; i < rows; i++, y += columns, x += x != NULL ? columns : 0)
    if (x == NULL)
      memcpy (y, bias, columns * sizeof *y);
    else if (bias == NULL)
      memcpy (y, x, columns * sizeof *y);
    else
      KERNEL (add) (y, x, bias, columns);
}

/* The value, and the slope that the way back multiplies by. */
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

/** min (x, 0) - log (1 + e), e = e^-|x|.  What rounds away in u = 1 + e is given back to its
 *  logarithm (Goldberg 1991, theorem 4's way), so that small values keep their digits. */
static inline Activated
log_sigmoid (Vector x)
{
  Vector e = vector_exp (-vector_abs (x)), u = 1.0f + e;
  Vector rest = vector_log (u) + (e - (u - 1.0f)) / u;

  return (Activated){ vector_min (broadcast (0), x) - rest, choose (x > 0, e, broadcast (1)) / u };
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

/** x Phi(x) and Phi(x) + x phi(x).  Phi(-z) e^(z^2/2), z in [0, 6], is a polynomial in z/3 - 1,
 *  fitted to a relative error of 2e-7; Phi(-6) is 1e-9. */
static inline Activated
gelu (Vector x)
{
  Vector bell = vector_exp (x * x * -0.5f);
  Vector u = vector_min (vector_abs (x), broadcast (6)) * 0.33333333f - 1.0f;
  Vector p = u * 7.0556707214564085e-4f - 1.5358331147581339e-3f;
  Vector tail, phi;

  p = p * u + 3.4430071634664834e-4f;
  p = p * u + 7.173563790274784e-5f;
  p = p * u + 3.3019843976944685e-3f;
  p = p * u - 6.467216182500124e-3f;
  p = p * u + 8.291094563901424e-3f;
  p = p * u - 1.2789160944521427e-2f;
  p = p * u + 2.0765194669365883e-2f;
  p = p * u - 3.131585195660591e-2f;
  p = p * u + 4.5061297714710236e-2f;
  p = p * u - 6.237239018082619e-2f;
  p = p * u + 8.240622282028198e-2f;
  p = p * u - 1.0320158302783966e-1f;
  p = p * u + 1.2151395529508591e-1f;
  tail = p * bell;
  phi = choose (x < 0, tail, 1.0f - tail);
  return (Activated){ x * phi, phi + x * bell * 0.39894228f };
}

/** (1 + tanh u) / 2 is sigmoid 2u. */
static inline Activated
gelu_tanh (Vector x)
{
  Vector square = x * x;
  Vector s = vector_sigmoid (x * (square * 0.07135481283f + 1.5957691216f));

  return (Activated){ x * s,
                      s * (1.0f + x * (1.0f - s) * (square * 0.21406443848f + 1.5957691216f)) };
}

static inline Activated
exponential (Vector x)
{
  Vector e = vector_exp (x);

  return (Activated){ e, e };
}

static inline Activated
logarithm (Vector x)
{
  return (Activated){ vector_log (x), 1.0f / x };
}

static inline Activated
square_root (Vector x)
{
  Vector root = vector_sqrt (x);

  return (Activated){ root, 0.5f / root };
}

static inline Activated
absolute (Vector x)
{
  Vector sign = choose (x > 0, broadcast (1), choose (x < 0, broadcast (-1), x * 0.0f));

  return (Activated){ vector_abs (x), sign };
}

static inline Activated
square (Vector x)
{
  return (Activated){ x * x, 2.0f * x };
}

#define ACTIVATE_ROWS(function)                                                                    \
  static void activate_##function (float *y, float *slope, const float *x, size_t rows,            \
                                   size_t columns, const float *bias)                              \
  {                                                                                                \
    for (size_t i = 0; i < rows; i++, x += columns, y += columns)                                  \
      {                                                                                            \
        for (size_t j = 0; j < columns; j += LANES)                                                \
          {                                                                                        \
            size_t n = columns - j;                                                                \
            Vector v = load_n (x + j, n, 0);                                                       \
            Activated a = function (bias != NULL ? v + load_n (bias + j, n, 0) : v);               \
                                                                                                   \
            store_n (y + j, a.value, n);                                                           \
            if (slope != NULL)                                                                     \
              store_n (slope + j, a.slope, n);                                                     \
          }                                                                                        \
        slope += slope != NULL ? columns : 0;                                                      \
      }                                                                                            \
  }

ACTIVATE_ROWS (identity)
ACTIVATE_ROWS (relu)
ACTIVATE_ROWS (gelu)
ACTIVATE_ROWS (gelu_tanh)
ACTIVATE_ROWS (silu)
ACTIVATE_ROWS (hyperbolic_tangent)
ACTIVATE_ROWS (sigmoid)
ACTIVATE_ROWS (log_sigmoid)
ACTIVATE_ROWS (exponential)
ACTIVATE_ROWS (logarithm)
ACTIVATE_ROWS (square_root)
ACTIVATE_ROWS (absolute)
ACTIVATE_ROWS (square)

typedef void (*ActivateRows) (float *y, float *slope, const float *x, size_t rows, size_t columns,
                              const float *bias);

static const ActivateRows activations[ASSAY_N_ACTIVATIONS] = {
  [ASSAY_IDENTITY] = activate_identity,
  [ASSAY_RELU] = activate_relu,
  [ASSAY_GELU] = activate_gelu,
  [ASSAY_GELU_TANH] = activate_gelu_tanh,
  [ASSAY_SILU] = activate_silu,
  [ASSAY_TANH] = activate_hyperbolic_tangent,
  [ASSAY_SIGMOID] = activate_sigmoid,
  [ASSAY_LOG_SIGMOID] = activate_log_sigmoid,
  [ASSAY_EXPONENTIAL] = activate_exponential,
  [ASSAY_LOGARITHM] = activate_logarithm,
  [ASSAY_SQUARE_ROOT] = activate_square_root,
  [ASSAY_ABSOLUTE] = activate_absolute,
  [ASSAY_SQUARED] = activate_square,
};

void
KERNEL (activation) (float *y, float *slope, const float *x, size_t n, AssayActivation act)
{
  activations[act](y, slope, x, 1, n, NULL);
}

void
KERNEL (bias_activation) (float *y, float *slope, size_t rows, size_t columns, const float *bias,
                          AssayActivation act)
{
  activations[act](y, slope, y, rows, columns, bias);
}

void
KERNEL (swiglu) (float *y, const float *x, size_t rows, size_t columns)
{
  for (size_t i = 0; i < rows; i++, x += 2 * columns, y += columns)
    for (size_t j = 0; j < columns; j += LANES)
      {
        size_t n = columns - j;

        store_n (y + j, silu (load_n (x + j, n, 0)).value * load_n (x + columns + j, n, 0), n);
      }
}

void
KERNEL (swiglu_back) (float *dx, bool accumulate, const float *dy, const float *x, size_t rows,
                      size_t columns)
{
  for (size_t i = 0; i < rows; i++, x += 2 * columns, dx += 2 * columns, dy += columns)
    for (size_t j = 0; j < columns; j += LANES)
      {
        size_t n = columns - j;
        Activated gate = silu (load_n (x + j, n, 0));
        Vector d = load_n (dy + j, n, 0);
        Vector dgate = d * load_n (x + columns + j, n, 0) * gate.slope, dunit = d * gate.value;

        store_n (dx + j, accumulate ? load_n (dx + j, n, 0) + dgate : dgate, n);
        store_n (dx + columns + j, accumulate ? load_n (dx + columns + j, n, 0) + dunit : dunit, n);
      }
}
