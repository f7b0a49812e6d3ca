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
  size_t ldc, a_row, a_step, ldb, m, k;
  const uint32_t *rows, *steps; /* instead of a_row and a_step */
  bool accumulate;
} Product;

/* How a is addressed.  Known when compiling, so that few registers address a tile's rows. */
typedef enum Addressing
{
  BY_ROWS,  /* a_step is 1 */
  BY_STEPS, /* a_row is 1 */
  BY_TABLES,
  N_ADDRESSINGS
} Addressing;

static inline size_t
smaller (size_t a, size_t b)
{
  return a < b ? a : b;
}

/** The tile whose first row is @row, of @vectors vectors which begin at the columns @at.  Where
 *  there are fewer than ROWS rows left, the last is computed again. */
static inline __attribute__ ((always_inline)) void
tile (const Product *p, size_t row, Addressing how, size_t vectors, const size_t at[VECTORS])
{
  Vector sums[ROWS][VECTORS] = { 0 };
  const float *from[ROWS], *b = p->b;
  float *to[ROWS];
  const uint32_t *steps = p->steps;
  size_t k = p->k, ldb = p->ldb, a_step = how == BY_ROWS ? 1 : p->a_step;

  for (size_t i = 0; i < ROWS; i++)
    {
      size_t r = smaller (row + i, p->m - 1);

      from[i] = p->a + (how == BY_TABLES ? p->rows[r] : how == BY_STEPS ? r : r * p->a_row);
      to[i] = p->c + r * p->ldc;
    }
  if (p->accumulate)
    for (size_t i = 0; i < ROWS; i++)
      for (size_t v = 0; v < vectors; v++)
        sums[i][v] = load (to[i] + at[v]);
  for (size_t j = 0; j < k; j++, b += ldb)
    {
      size_t step = how == BY_TABLES ? steps[j] : j * a_step;
      Vector w[VECTORS];

      for (size_t v = 0; v < vectors; v++)
        w[v] = load (b + at[v]);
      for (size_t i = 0; i < ROWS; i++)
        for (size_t v = 0; v < vectors; v++)
          sums[i][v] += w[v] * from[i][step];
    }
  for (size_t i = 0; i < ROWS; i++)
    for (size_t v = 0; v < vectors; v++)
      store (to[i] + at[v], sums[i][v]);
}

#define PANEL(how, vectors)                                                                        \
  static void panel_##how##_##vectors (const Product *p, const size_t *at)                         \
  {                                                                                                \
    for (size_t i = 0; i < p->m; i += ROWS)                                                        \
      tile (p, i, how, vectors, at);                                                               \
  }
#define PANELS(vectors)                                                                            \
  PANEL (BY_ROWS, vectors)                                                                         \
  PANEL (BY_STEPS, vectors)                                                                        \
  PANEL (BY_TABLES, vectors)
#define PANEL_NAMES(vectors)                                                                       \
  {                                                                                                \
    panel_BY_ROWS_##vectors, panel_BY_STEPS_##vectors, panel_BY_TABLES_##vectors                   \
  }

PANELS (1)
PANELS (2)
PANELS (3)

/* All rows of a panel of columns, one to VECTORS vectors wide. */
static void (*const panels[VECTORS][N_ADDRESSINGS]) (const Product *p, const size_t *at) = {
  PANEL_NAMES (1),
  PANEL_NAMES (2),
  PANEL_NAMES (3),
};

/** Columns of the next panel where @left are left: a vector at least is left for the last, whose
 *  ragged end is computed by a vector that overlaps its neighbour; two panels of two vectors rather
 *  than one of three and one of one. */
static inline size_t
panel_width (size_t left)
{
  if (left > VECTORS * LANES && left <= (VECTORS + 1) * LANES)
    return (VECTORS - 1) * LANES;
  return smaller (left, VECTORS * LANES);
}

static void
product (const Product *p, Addressing how, size_t n)
{
  for (size_t j = 0, width; j < n; j += width)
    {
      size_t at[VECTORS], vectors;

      width = panel_width (n - j);
      vectors = (width + LANES - 1) / LANES;
      for (size_t v = 0; v < vectors; v++)
        at[v] = smaller (j + v * LANES, j + width - LANES);
      panels[vectors - 1][how](p, at);
    }
}

void
KERNEL (product) (float *c, size_t ldc, const float *a, size_t a_row, size_t a_step, const float *b,
                  size_t ldb, size_t m, size_t n, size_t k, bool accumulate)
{
  Product p = { .c = c,
                .a = a,
                .b = b,
                .ldc = ldc,
                .a_row = a_row,
                .a_step = a_step,
                .ldb = ldb,
                .m = m,
                .k = k,
                .accumulate = accumulate };

  product (&p, a_step == 1 ? BY_ROWS : BY_STEPS, n);
}

void
KERNEL (gather_product) (float *c, const float *a, const uint32_t *rows, const uint32_t *steps,
                         const float *b, size_t m, size_t n, size_t k, bool accumulate)
{
  Product p = { .c = c,
                .a = a,
                .b = b,
                .ldc = n,
                .rows = rows,
                .steps = steps,
                .ldb = n,
                .m = m,
                .k = k,
                .accumulate = accumulate };

  product (&p, BY_TABLES, n);
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
transpose_quads (float *to, size_t to_row, const float *from, size_t from_row)
{
  Quad a = load_quad (from), b = load_quad (from + from_row);
  Quad c = load_quad (from + 2 * from_row), d = load_quad (from + 3 * from_row);
  Quad ab = __builtin_shufflevector (a, b, 0, 4, 1, 5);
  Quad cd = __builtin_shufflevector (c, d, 0, 4, 1, 5);
  Quad ab2 = __builtin_shufflevector (a, b, 2, 6, 3, 7);
  Quad cd2 = __builtin_shufflevector (c, d, 2, 6, 3, 7);
  Quad turned[4] = { __builtin_shufflevector (ab, cd, 0, 1, 4, 5),
                     __builtin_shufflevector (ab, cd, 2, 3, 6, 7),
                     __builtin_shufflevector (ab2, cd2, 0, 1, 4, 5),
                     __builtin_shufflevector (ab2, cd2, 2, 3, 6, 7) };

  for (size_t i = 0; i < 4; i++)
    memcpy (to + i * to_row, &turned[i], sizeof turned[i]);
}

void
KERNEL (transpose) (float *to, size_t to_row, const float *from, size_t from_row, size_t rows,
                    size_t columns)
{
  size_t whole_rows = rows / 4 * 4, whole_columns = columns / 4 * 4;

  /* A cache line of each row at a time: rows are often a power of two apart. */
  for (size_t line = 0; line < whole_columns; line += LANES)
    for (size_t i = 0; i < whole_rows; i += 4)
      for (size_t j = line; j < smaller (line + LANES, whole_columns); j += 4)
        transpose_quads (to + j * to_row + i, to_row, from + i * from_row + j, from_row);
  for (size_t i = 0; i < rows; i++)
    for (size_t j = i < whole_rows ? whole_columns : 0; j < columns; j++)
      to[j * to_row + i] = from[i * from_row + j];
}

/* ---- many rows ---- */

#define DEPTH                                                                                      \
  256 /* rows of a panel of b: with VECTORS vectors each, a first-level cache's worth              \
       */

static inline void
pack (float *panel, const float *b, size_t ldb, bool transposed, size_t n, size_t k)
{
  if (transposed)
    KERNEL (transpose) (panel, n, b, ldb, n, k);
  else
    for (size_t i = 0; i < k; i++)
      memcpy (panel + i * n, b + i * ldb, n * sizeof (float));
}

void
KERNEL (product_packed) (float *c, size_t ldc, const float *a, size_t lda, const float *b,
                         size_t ldb, bool transposed, size_t m, size_t n, size_t k, bool accumulate)
{
  float panel[DEPTH * VECTORS * LANES] __attribute__ ((aligned (64)));

  for (size_t at = 0, depth; at < k; at += depth)
    {
      depth = smaller (k - at, DEPTH);
      for (size_t j = 0, width; j < n; j += width)
        {
          width = panel_width (n - j);
          pack (panel, transposed ? b + j * ldb + at : b + at * ldb + j, ldb, transposed, width,
                depth);
          KERNEL (product)
          (c + j, ldc, a + at, lda, 1, panel, width, m, width, depth, accumulate || at > 0);
        }
    }
}
