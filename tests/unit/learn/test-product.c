/* SPDX-License-Identifier: Apache-2.0 */
#include "check.h"
#include "learn/tensor/blas.h"

#include <stdlib.h>

enum
{
  MARGIN = 5 /* of rows in memory beyond those of the product */
};

/* Small ones, that our own kernel computes, and larger ones. */
static const size_t sizes[][3] = {
  { 0, 16, 4 },     { 16, 0, 4 },     { 1, 1, 1 },       { 4, 16, 0 },      { 4, 16, 1 },
  { 5, 17, 3 },     { 9, 31, 8 },     { 8, 32, 36 },     { 7, 33, 5 },      { 24, 47, 20 },
  { 13, 48, 129 },  { 11, 49, 2 },    { 10, 63, 7 },     { 128, 64, 1000 }, { 6, 65, 3 },
  { 32, 128, 128 }, { 3, 100, 10 },   { 32, 15, 64 },    { 4, 16, 2048 },   { 100, 16, 36 },
  { 32, 97, 200 },  { 64, 1025, 32 }, { 65, 513, 257 },  { 64, 16, 1 },     { 70, 64, 300 },
  { 67, 49, 513 },  { 64, 130, 256 }, { 200, 113, 258 },
};

static void
check_product (bool transpose_a, bool transpose_b, const size_t *size, float beta)
{
  size_t m = size[0], n = size[1], k = size[2];
  size_t lda = (transpose_a ? m : k) + MARGIN, ldb = (transpose_b ? k : n) + MARGIN;
  size_t ldc = n + MARGIN;
  g_autofree float *a = g_new0 (float, (transpose_a ? k : m) * lda + 1);
  g_autofree float *b = g_new0 (float, (transpose_b ? n : k) * ldb + 1);
  g_autofree float *c = g_new0 (float, m *ldc + 1);
  g_autofree float *before = g_new0 (float, m *ldc + 1);
  g_autofree double *reference = g_new0 (double, m *ldc + 1);

  check_fill (a, (transpose_a ? k : m) * lda, -1, 1, "a");
  check_fill (b, (transpose_b ? n : k) * ldb, -1, 1, "b");
  check_fill (c, m * ldc, -1, 1, "c");
  memcpy (before, c, m * ldc * sizeof *c);
  for (size_t i = 0; i < m; i++)
    for (size_t j = 0; j < ldc; j++)
      {
        double sum = beta * (double) c[i * ldc + j];

        for (size_t p = 0; p < k && j < n; p++)
          sum += (double) (transpose_a ? a[p * lda + i] : a[i * lda + p])
                 * (transpose_b ? b[j * ldb + p] : b[p * ldb + j]);
        reference[i * ldc + j] = j < n ? sum : (double) before[i * ldc + j];
      }
  assay_gemm (transpose_a, transpose_b, m, n, k, 1, a, lda, b, ldb, beta, c, ldc);
  g_assert_cmpfloat (check_nmse (c, reference, m * ldc), <, 1e-12);
  for (size_t i = 0; i < m; i++)
    g_assert_true (memcmp (c + i * ldc + n, before + i * ldc + n, MARGIN * sizeof *c) == 0);
}

static void
test_sizes (void)
{
  for (size_t s = 0; s < G_N_ELEMENTS (sizes); s++)
    for (unsigned bits = 0; bits < 8; bits++)
      check_product (bits & 1, bits & 2, sizes[s], bits & 4 ? 1 : 0);
}

/** The sum of an element has one order, whatever rows are computed with it. */
static void
test_rows_alone (void)
{
  enum
  {
    M = 29,
    N = 50,
    K = 300
  };
  static float a[M * K], b[K * N], all[M * N], some[M * N];

  check_fill (a, M * K, -1, 1, "a");
  check_fill (b, K * N, -1, 1, "b");
  assay_gemm (false, false, M, N, K, 1, a, K, b, N, 0, all, N);
  for (size_t n = 4; n < M; n++)
    {
      assay_gemm (false, false, n, N, K, 1, a + (M - n) * K, K, b, N, 0, some, N);
      g_assert_true (memcmp (some, all + (M - n) * N, n * N * sizeof *some) == 0);
    }
}

static void
test_not_numbers (void)
{
  enum
  {
    M = 6,
    N = 20,
    K = 4
  };
  static float a[M * K], b[K * N], c[M * N];

  a[3 * K + 2] = NAN;
  b[1 * N + 7] = INFINITY;
  for (size_t i = 0; i < M; i++)
    a[i * K + 1] = 1;
  assay_gemm (false, false, M, N, K, 1, a, K, b, N, 0, c, N);
  for (size_t i = 0; i < M; i++)
    for (size_t j = 0; j < N; j++)
      if (i == 3)
        g_assert_true (isnan (c[i * N + j]));
      else
        g_assert_cmpfloat (c[i * N + j], ==, j == 7 ? INFINITY : 0);
}

static void
test_transpose (void)
{
  for (size_t rows = 0; rows < 20; rows++)
    for (size_t columns = 0; columns < 20; columns += columns < 9 ? 1 : 5)
      {
        g_autofree float *from = g_new0 (float, rows *columns + 1);
        g_autofree float *to = g_new0 (float, rows *columns + 1);

        check_fill (from, rows * columns, -1, 1, "from");
        assay_kernels ()->transpose (to, rows, from, columns, rows, columns);
        for (size_t i = 0; i < rows; i++)
          for (size_t j = 0; j < columns; j++)
            g_assert_cmpfloat (to[j * rows + i], ==, from[i * columns + j]);
      }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/product/small-and-large-ones-are-near-the-reference", test_sizes);
  g_test_add_func ("/product/rows-alone-have-the-same-bits", test_rows_alone);
  g_test_add_func ("/product/NaN-and-infinity-go-where-they-belong", test_not_numbers);
  g_test_add_func ("/product/transposes", test_transpose);
  return g_test_run ();
}
