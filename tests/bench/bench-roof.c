/* SPDX-License-Identifier: Apache-2.0 */
#include "bench.h"
#include "learn/tensor/arena.h"
#include "learn/tensor/blas.h"
#include "learn/tensor/parallel.h"

#include <math.h>
#include <stdlib.h>

#define MAX_WORKERS 2

/* ---- matrix products ---------------------------------------------------------- */

enum
{
  M = 2048,
  N = 1024,
  K = 256
};

typedef struct Products
{
  AssayWorkers *workers;
  uint32_t n;
  float *a[MAX_WORKERS], *b[MAX_WORKERS], *c[MAX_WORKERS];
} Products;

/** On huge pages, as what is held against the roofs. */
static float *
numbers (size_t n)
{
  float *x = assay_alloc_zeroed (n * sizeof *x);

  for (size_t i = 0; i < n; i++)
    x[i] = (float) (i % 97) / 97 - 0.5f;
  return x;
}

static void *
gemm_set_up (uint32_t n)
{
  Products *products = assay_alloc_zeroed (sizeof *products);

  products->workers = assay_workers_new (n);
  products->n = n;
  for (uint32_t i = 0; i < n; i++)
    {
      products->a[i] = numbers (M * K);
      products->b[i] = numbers (K * N);
      products->c[i] = numbers (M * N);
    }
  return products;
}

static void *
gemm_1_set_up (void)
{
  return gemm_set_up (1);
}

static void *
gemm_2_set_up (void)
{
  return gemm_set_up (2);
}

static void
multiply (void *data, uint32_t i)
{
  Products *products = data;

  assay_gemm (false, false, M, N, K, 1, products->a[i], K, products->b[i], N, 0, products->c[i], N);
}

static double
gemm_rate (void *data)
{
  Products *products = data;
  double start = bench_now ();

  assay_workers_run (products->workers, multiply, products, products->n);
  return 1e-9 * 2 * M * N * K * products->n / (bench_now () - start);
}

static void
gemm_tear_down (void *data)
{
  Products *products = data;

  for (uint32_t i = 0; i < products->n; i++)
    {
      free (products->a[i]);
      free (products->b[i]);
      free (products->c[i]);
    }
  assay_workers_free (products->workers);
  free (products);
}

const BenchRoof bench_gemm_1 = { .name = "gemm-1",
                                 .unit = "GFLOP/s",
                                 .set_up = gemm_1_set_up,
                                 .measure = gemm_rate,
                                 .tear_down = gemm_tear_down,
                                 .by = assay_blas_name };
const BenchRoof bench_gemm_2 = { .name = "gemm-2",
                                 .unit = "GFLOP/s",
                                 .cap = 440,
                                 .set_up = gemm_2_set_up,
                                 .measure = gemm_rate,
                                 .tear_down = gemm_tear_down,
                                 .by = assay_blas_name };

/* ---- triad -------------------------------------------------------------------- */

#define TRIAD_SIZE ((size_t) 1 << 25) /* elements of an array: 128 MiB */

typedef struct Triad
{
  AssayWorkers *workers;
  float *a, *b, *c;
} Triad;

static void *
triad_set_up (void)
{
  Triad *triad = assay_alloc_zeroed (sizeof *triad);

  *triad = (Triad){ assay_workers_new (MAX_WORKERS), numbers (TRIAD_SIZE), numbers (TRIAD_SIZE),
                    numbers (TRIAD_SIZE) };
  return triad;
}

static void
add_scaled (void *data, uint32_t part)
{
  const Triad *triad = data;
  size_t n = TRIAD_SIZE / MAX_WORKERS;
  float *restrict a = triad->a + part * n;
  const float *restrict b = triad->b + part * n, *restrict c = triad->c + part * n;

  for (size_t i = 0; i < n; i++)
    a[i] = b[i] + 3 * c[i];
}

static double
triad_rate (void *data)
{
  Triad *triad = data;
  double start = bench_now ();

  assay_workers_run (triad->workers, add_scaled, triad, MAX_WORKERS);
  return 1e-9 * 3 * sizeof (float) * TRIAD_SIZE / (bench_now () - start);
}

static void
triad_tear_down (void *data)
{
  Triad *triad = data;

  free (triad->a);
  free (triad->b);
  free (triad->c);
  assay_workers_free (triad->workers);
  free (triad);
}

const BenchRoof bench_triad = { .name = "triad",
                                .unit = "GB/s",
                                .set_up = triad_set_up,
                                .measure = triad_rate,
                                .tear_down = triad_tear_down };
