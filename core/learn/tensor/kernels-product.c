/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/tensor/kernel.h"

/* Sums of a product that stay in registers while the third dimension runs by: ROWS rows of c,
 * VECTORS vectors of each; as many as the CPU has registers for. */
#if defined __AVX512F__
enum
{
  ROWS = 8,
  VECTORS = 3
};
#else
enum
{
  ROWS = 4,
  VECTORS = 3
};
#endif

typedef struct Product
{
  float *c;
  const float *a, *b;
  size_t ldc, a_row, a_step, ldb, k;
  bool accumulate;
} Product;

static inline size_t
smaller (size_t a, size_t b)
{
  return a < b ? a : b;
}

/** The tile at @c and @a of @vectors vectors, which begin at the columns @at.  Where there are
 *  fewer than ROWS rows, the last is computed again. */
static inline __attribute__ ((always_inline)) void
tile (const Product *p, float *c, const float *a, size_t a_row, size_t a_step, size_t rows,
      size_t vectors, const size_t at[VECTORS])
{
  Vector sums[ROWS][VECTORS] = { 0 };
  const float *from[ROWS], *b = p->b;
  float *to[ROWS];
  size_t k = p->k, ldb = p->ldb;

  for (size_t i = 0; i < ROWS; i++)
    {
      from[i] = a + smaller (i, rows - 1) * a_row;
      to[i] = c + smaller (i, rows - 1) * p->ldc;
    }
  if (p->accumulate)
    for (size_t i = 0; i < ROWS; i++)
      for (size_t v = 0; v < vectors; v++)
        sums[i][v] = load (to[i] + at[v]);
  for (size_t j = 0; j < k; j++, b += ldb)
    {
      Vector w[VECTORS];

      for (size_t v = 0; v < vectors; v++)
        w[v] = load (b + at[v]);
      for (size_t i = 0; i < ROWS; i++)
        for (size_t v = 0; v < vectors; v++)
          sums[i][v] += w[v] * from[i][j * a_step];
    }
  for (size_t i = 0; i < ROWS; i++)
    for (size_t v = 0; v < vectors; v++)
      store (to[i] + at[v], sums[i][v]);
}

/** Of one panel of columns, all @m rows.  One of a_row and a_step is the constant 1, so that the
 *  compiler can address a tile's elements of a by few registers. */
static inline __attribute__ ((always_inline)) void
panel (const Product *p, size_t m, size_t a_row, size_t a_step, size_t vectors,
       const size_t at[VECTORS])
{
  for (size_t i = 0; i < m; i += ROWS)
    tile (p, p->c + i * p->ldc, p->a + i * a_row, a_row, a_step, m - i, vectors, at);
}

#define PANELS(vectors)                                                                            \
  static void panel_by_rows_##vectors (const Product *p, size_t m, const size_t *at)               \
  {                                                                                                \
    panel (p, m, p->a_row, 1, vectors, at);                                                        \
  }                                                                                                \
  static void panel_by_steps_##vectors (const Product *p, size_t m, const size_t *at)              \
  {                                                                                                \
    panel (p, m, 1, p->a_step, vectors, at);                                                       \
  }

PANELS (1)
PANELS (2)
PANELS (3)

static void (*const panels[VECTORS][2]) (const Product *p, size_t m, const size_t *at) = {
  { panel_by_rows_1, panel_by_steps_1 },
  { panel_by_rows_2, panel_by_steps_2 },
  { panel_by_rows_3, panel_by_steps_3 },
};

void
KERNEL (product) (float *c, size_t ldc, const float *a, size_t a_row, size_t a_step, const float *b,
                  size_t ldb, size_t m, size_t n, size_t k, bool accumulate)
{
  Product p = { c, a, b, ldc, a_row, a_step, ldb, k, accumulate };

  for (size_t j = 0, width; j < n; j += width)
    {
      size_t at[VECTORS], vectors;

      /* What is left for the last panel is a vector at least, since a ragged end is computed by a
       * vector that overlaps its neighbour in the same panel. */
      width = smaller (n - j, VECTORS * LANES);
      if (n - j - width > 0 && n - j - width < LANES)
        width -= LANES;
      vectors = (width + LANES - 1) / LANES;
      for (size_t v = 0; v < vectors; v++)
        at[v] = smaller (j + v * LANES, j + width - LANES);
      panels[vectors - 1][a_step != 1](&p, m, at);
    }
}

/* ---- transposing ---- */

typedef float Quad __attribute__ ((vector_size (16), may_alias));

static inline Quad
load_quad (const float *from)
{
  Quad q;

  memcpy (&q, from, sizeof q);
  return q;
}

static inline void
transpose_quads (float *to, size_t rows, const float *from, size_t columns)
{
  Quad a = load_quad (from), b = load_quad (from + columns);
  Quad c = load_quad (from + 2 * columns), d = load_quad (from + 3 * columns);
  Quad ab = __builtin_shufflevector (a, b, 0, 4, 1, 5);
  Quad cd = __builtin_shufflevector (c, d, 0, 4, 1, 5);
  Quad ab2 = __builtin_shufflevector (a, b, 2, 6, 3, 7);
  Quad cd2 = __builtin_shufflevector (c, d, 2, 6, 3, 7);
  Quad turned[4] = { __builtin_shufflevector (ab, cd, 0, 1, 4, 5),
                     __builtin_shufflevector (ab, cd, 2, 3, 6, 7),
                     __builtin_shufflevector (ab2, cd2, 0, 1, 4, 5),
                     __builtin_shufflevector (ab2, cd2, 2, 3, 6, 7) };

  for (size_t i = 0; i < 4; i++)
    memcpy (to + i * rows, &turned[i], sizeof turned[i]);
}

void
KERNEL (transpose) (float *to, const float *from, size_t rows, size_t columns)
{
  size_t whole_rows = rows / 4 * 4, whole_columns = columns / 4 * 4;

  for (size_t j = 0; j < whole_columns; j += 4)
    for (size_t i = 0; i < whole_rows; i += 4)
      transpose_quads (to + j * rows + i, rows, from + i * columns + j, columns);
  for (size_t i = 0; i < rows; i++)
    for (size_t j = i < whole_rows ? whole_columns : 0; j < columns; j++)
      to[j * rows + i] = from[i * columns + j];
}
