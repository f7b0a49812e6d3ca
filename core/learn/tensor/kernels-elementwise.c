/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/tensor/kernel.h"

/* Each vector is loaded before it is stored, so an output may be an input. */

void
KERNEL (add) (float *y, const float *a, const float *b, size_t n)
{
  for (size_t j = 0; j < n; j += LANES)
    store_n (y + j, load_n (a + j, n - j, 0) + load_n (b + j, n - j, 0), n - j);
}

void
KERNEL (multiply) (float *y, const float *a, const float *b, size_t n)
{
  for (size_t j = 0; j < n; j += LANES)
    store_n (y + j, load_n (a + j, n - j, 0) * load_n (b + j, n - j, 0), n - j);
}

void
KERNEL (multiply_add) (float *y, const float *a, const float *b, size_t n)
{
  for (size_t j = 0; j < n; j += LANES)
    store_n (y + j, load_n (y + j, n - j, 0) + load_n (a + j, n - j, 0) * load_n (b + j, n - j, 0),
             n - j);
}

void
KERNEL (axpy) (float *y, float a, const float *x, size_t n)
{
  for (size_t j = 0; j < n; j += LANES)
    store_n (y + j, load_n (y + j, n - j, 0) + a * load_n (x + j, n - j, 0), n - j);
}

void
KERNEL (affine) (float *y, const float *x, float scale, float shift, size_t n)
{
  for (size_t j = 0; j < n; j += LANES)
    store_n (y + j, load_n (x + j, n - j, 0) * scale + shift, n - j);
}

/* NaN is passed on. */
void
KERNEL (clamp) (float *y, const float *x, float low, float high, size_t n)
{
  for (size_t j = 0; j < n; j += LANES)
    {
      Vector v = load_n (x + j, n - j, 0);

      v = choose (v < low, broadcast (low), v);
      store_n (y + j, choose (v > high, broadcast (high), v), n - j);
    }
}

void
KERNEL (clamp_back) (float *dx, bool accumulate, const float *dy, const float *x, float low,
                     float high, size_t n)
{
  for (size_t j = 0; j < n; j += LANES)
    {
      Vector v = load_n (x + j, n - j, 0);
      Vector d = choose ((v < low) | (v > high), broadcast (0), load_n (dy + j, n - j, 0));

      store_n (dx + j, accumulate ? load_n (dx + j, n - j, 0) + d : d, n - j);
    }
}

/* ---- functions of two numbers ---- */

static inline Vector
add_value (Vector a, Vector b)
{
  return a + b;
}

static inline Vector
sub_value (Vector a, Vector b)
{
  return a - b;
}

static inline Vector
mul_value (Vector a, Vector b)
{
  return a * b;
}

static inline Vector
div_value (Vector a, Vector b)
{
  return a / b;
}

static inline Vector
max_value (Vector a, Vector b)
{
  return choose ((a > b) | (a != a), a, b);
}

static inline Vector
min_value (Vector a, Vector b)
{
  return choose ((a < b) | (a != a), a, b);
}

typedef struct Slopes
{
  Vector a, b;
} Slopes;

static inline Slopes
add_slopes (Vector a, Vector b)
{
  return (Slopes){ broadcast (1), broadcast (1) };
}

static inline Slopes
sub_slopes (Vector a, Vector b)
{
  return (Slopes){ broadcast (1), broadcast (-1) };
}

static inline Slopes
mul_slopes (Vector a, Vector b)
{
  return (Slopes){ b, a };
}

static inline Slopes
div_slopes (Vector a, Vector b)
{
  Vector inverse = 1.0f / b;

  return (Slopes){ inverse, -a * inverse * inverse };
}

static inline Slopes
max_slopes (Vector a, Vector b)
{
  Vector share = choose (a > b, broadcast (1), choose (a < b, broadcast (0), broadcast (0.5f)));

  return (Slopes){ share, 1.0f - share };
}

static inline Slopes
min_slopes (Vector a, Vector b)
{
  return max_slopes (b, a);
}

/* What the way back of one period works with. */
typedef struct Back
{
  float *da, *db;
  bool add_a, add_b;
  const float *dy, *a, *b;
} Back;

/* A row is one period; where b is one number, `single`, a row is a stretch of a, and the sum of
 * its gradients is returned. */
#define BINARY(name)                                                                               \
  static void name##_row (float *y, const float *a, const float *b, size_t n, bool single)         \
  {                                                                                                \
    for (size_t j = 0; j < n; j += LANES)                                                          \
      store_n (y + j,                                                                              \
               name##_value (load_n (a + j, n - j, 0),                                             \
                             single ? broadcast (*b) : load_n (b + j, n - j, 0)),                  \
               n - j);                                                                             \
  }                                                                                                \
                                                                                                   \
  static float name##_row_back (const Back *r, size_t n, bool single)                              \
  {                                                                                                \
    Vector sum = broadcast (0);                                                                    \
                                                                                                   \
    for (size_t j = 0; j < n; j += LANES)                                                          \
      {                                                                                            \
        Vector dy = load_n (r->dy + j, n - j, 0);                                                  \
        Vector b = single ? broadcast (*r->b) : load_n (r->b + j, n - j, 1);                       \
        Slopes s = name##_slopes (load_n (r->a + j, n - j, 0), b);                                 \
                                                                                                   \
        s.a *= dy;                                                                                 \
        s.b *= dy;                                                                                 \
        if (r->da != NULL)                                                                         \
          store_n (r->da + j, r->add_a ? load_n (r->da + j, n - j, 0) + s.a : s.a, n - j);         \
        if (single)                                                                                \
          sum += s.b;                                                                              \
        else if (r->db != NULL)                                                                    \
          store_n (r->db + j, r->add_b ? load_n (r->db + j, n - j, 0) + s.b : s.b, n - j);         \
      }                                                                                            \
    return sum_of (sum);                                                                           \
  }

BINARY (add)
BINARY (sub)
BINARY (mul)
BINARY (div)
BINARY (max)
BINARY (min)

static const struct Binary
{
  void (*row) (float *y, const float *a, const float *b, size_t n, bool single);
  float (*row_back) (const Back *row, size_t n, bool single);
} binaries[ASSAY_N_BINARIES] = {
  [ASSAY_ADD] = { add_row, add_row_back },     [ASSAY_SUB] = { sub_row, sub_row_back },
  [ASSAY_MUL] = { mul_row, mul_row_back },     [ASSAY_DIV] = { div_row, div_row_back },
  [ASSAY_MAXIMUM] = { max_row, max_row_back }, [ASSAY_MINIMUM] = { min_row, min_row_back },
};

/* Elements whose gradients are added in floats before a double takes the sum. */
#define STRETCH ((size_t) 4096)

void
KERNEL (binary) (AssayBinary op, float *y, const float *a, const float *b, size_t n, size_t period)
{
  if (period == 1)
    binaries[op].row (y, a, b, n, true);
  else
    for (size_t i = 0; i < n; i += period)
      binaries[op].row (y + i, a + i, b, period, false);
}

void
KERNEL (binary_back) (AssayBinary op, float *da, bool add_a, float *db, bool add_b, const float *dy,
                      const float *a, const float *b, size_t n, size_t period)
{
  bool single = period == 1 && n != 1;
  size_t stretch = single ? STRETCH : period;
  double sum = 0;

  if (db != NULL && !add_b && (n == 0 || single))
    memset (db, 0, period * sizeof *db);
  for (size_t i = 0; i < n; i += stretch)
    {
      Back row = { da != NULL ? da + i : NULL, db, add_a, add_b || i > 0, dy + i, a + i, b };

      sum += (double) binaries[op].row_back (&row, n - i < stretch ? n - i : stretch, single);
    }
  if (single && db != NULL)
    *db += (float) sum;
}
