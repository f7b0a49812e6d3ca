/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/tensor/blas.h"
#include "learn/tensor/kernels.h"

#include <dlfcn.h>
#include <inttypes.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum
{
  ROW_MAJOR = 101,
  AS_IS = 111,
  TRANSPOSED = 112
};

typedef void (*CblasSgemm) (int order, int transpose_a, int transpose_b, int m, int n, int k,
                            float alpha, const float *a, int lda, const float *b, int ldb,
                            float beta, float *c, int ldc);
typedef int (*DnnlSgemm) (char transpose_a, char transpose_b, int64_t m, int64_t n, int64_t k,
                          float alpha, const float *a, int64_t lda, const float *b, int64_t ldb,
                          float beta, float *c, int64_t ldc);
typedef void (*Gemm) (bool transpose_a, bool transpose_b, size_t m, size_t n, size_t k, float alpha,
                      const float *a, size_t lda, const float *b, size_t ldb, float beta, float *c,
                      size_t ldc);

static struct
{
  Gemm gemm;
  char name[128];
  CblasSgemm cblas;
  DnnlSgemm dnnl;
  void (*omp_set_num_threads) (int n);
} blas;

/* ---- OpenBLAS ---- */

static void
openblas_gemm (bool transpose_a, bool transpose_b, size_t m, size_t n, size_t k, float alpha,
               const float *a, size_t lda, const float *b, size_t ldb, float beta, float *c,
               size_t ldc)
{
  blas.cblas (ROW_MAJOR, transpose_a ? TRANSPOSED : AS_IS, transpose_b ? TRANSPOSED : AS_IS,
              (int) m, (int) n, (int) k, alpha, a, (int) lda, b, (int) ldb, beta, c, (int) ldc);
}

/* OpenBLAS is told its core, the one that goes with our own kernels: left alone, a release that
 * is older than the CPU computes with SSE2, and a shell may export another. */
static void
set_core (void)
{
#ifdef __x86_64__
  static const struct
  {
    const char *kernels, *core;
  } cores[] = { { "avx512", "SkylakeX" }, { "avx2", "Haswell" }, { "generic", "Prescott" } };

  for (size_t i = 0; i < sizeof cores / sizeof *cores; i++)
    if (strcmp (assay_kernels ()->name, cores[i].kernels) == 0)
      setenv ("OPENBLAS_CORETYPE", cores[i].core, 1);
#else
  unsetenv ("OPENBLAS_CORETYPE");
#endif
}

static bool
load_openblas (void)
{
  void (*set_threads) (int);
  char *(*config) (void), *(*core) (void);
  static const char brand[] = "OpenBLAS "; /* the configuration's first words, with the version */
  void *library;

  set_core ();
  setenv ("OPENBLAS_NUM_THREADS", "1", 1); /* else its constructor starts a pool */
  library = dlopen ("libopenblas.so.0", RTLD_NOW | RTLD_LOCAL);
  if (library == NULL)
    return false;
  blas.cblas = (CblasSgemm) dlsym (library, "cblas_sgemm");
  set_threads = (void (*) (int)) dlsym (library, "openblas_set_num_threads");
  config = (char *(*) (void) ) dlsym (library, "openblas_get_config");
  core = (char *(*) (void) ) dlsym (library, "openblas_get_corename");
  if (blas.cblas == NULL || set_threads == NULL || config == NULL || core == NULL
      || strncmp (config (), brand, strlen (brand)) != 0)
    return false;
  set_threads (1);
  snprintf (blas.name, sizeof blas.name, "%.*s %s",
            (int) (strlen (brand) + strcspn (config () + strlen (brand), " ")), config (), core ());
  blas.gemm = openblas_gemm;
  return true;
}

/* ---- oneDNN ---- */

static void
onednn_gemm (bool transpose_a, bool transpose_b, size_t m, size_t n, size_t k, float alpha,
             const float *a, size_t lda, const float *b, size_t ldb, float beta, float *c,
             size_t ldc)
{
  static _Thread_local bool single;

  if (!single && blas.omp_set_num_threads != NULL)
    blas.omp_set_num_threads (1); /* OpenMP keeps this number for each thread apart */
  single = true;
  blas.dnnl (transpose_a ? 'T' : 'N', transpose_b ? 'T' : 'N', (int64_t) m, (int64_t) n,
             (int64_t) k, alpha, a, (int64_t) lda, b, (int64_t) ldb, beta, c, (int64_t) ldc);
}

static bool
load_onednn (void)
{
  static const char *const names[] = { "libdnnl.so.3", "libdnnl.so.2" };
  void *library = NULL;

  for (size_t i = 0; i < sizeof names / sizeof *names && library == NULL; i++)
    library = dlopen (names[i], RTLD_NOW | RTLD_LOCAL);
  if (library == NULL)
    return false;
  blas.dnnl = (DnnlSgemm) dlsym (library, "dnnl_sgemm");
  blas.omp_set_num_threads = (void (*) (int)) dlsym (library, "omp_set_num_threads");
  if (blas.dnnl == NULL)
    return false;
  snprintf (blas.name, sizeof blas.name, "oneDNN");
  blas.gemm = onednn_gemm;
  return true;
}

/* ---- neither ---- */

static void
generic_gemm (bool transpose_a, bool transpose_b, size_t m, size_t n, size_t k, float alpha,
              const float *a, size_t lda, const float *b, size_t ldb, float beta, float *c,
              size_t ldc)
{
  for (size_t i = 0; i < m; i++)
    {
      float *row = c + i * ldc;

      for (size_t j = 0; j < n; j++)
        row[j] = beta == 0 ? 0 : beta * row[j];
      for (size_t p = 0; p < k; p++)
        {
          float scale = alpha * (transpose_a ? a[p * lda + i] : a[i * lda + p]);
          const float *from = transpose_b ? b + p : b + p * ldb;
          size_t stride = transpose_b ? ldb : 1;

          for (size_t j = 0; j < n; j++)
            row[j] += scale * from[j * stride];
        }
    }
}

static bool
load_generic (void)
{
  snprintf (blas.name, sizeof blas.name, "generic");
  blas.gemm = generic_gemm;
  return true;
}

/* ---- choosing ---- */

static const struct Provider
{
  const char *name, *package;
  bool (*load) (void);
} providers[] = {
  { "openblas", "libopenblas0-pthread", load_openblas },
  { "onednn", "libdnnl2", load_onednn },
  { "generic", "", load_generic },
};

static void
choose (void)
{
  const char *wanted = getenv ("ASSAY_BLAS");

  if (wanted == NULL || *wanted == '\0')
    {
      if (!load_openblas ())
        load_generic ();
      return;
    }
  for (size_t i = 0; i < sizeof providers / sizeof *providers; i++)
    if (strcmp (wanted, providers[i].name) == 0)
      {
        if (providers[i].load ())
          return;
        fprintf (stderr, "ASSAY_BLAS=%s: the library cannot be loaded; install Debian's %s\n",
                 wanted, providers[i].package);
        exit (2);
      }
  fprintf (stderr, "ASSAY_BLAS=%s is none of openblas, onednn, generic\n", wanted);
  exit (2);
}

static void
load (void)
{
  static pthread_once_t once = PTHREAD_ONCE_INIT;

  pthread_once (&once, choose);
}

const char *
assay_blas_name (void)
{
  load ();
  return blas.name;
}

/* ---- products of small batches ---- */

/* A BLAS packs its operands first, which is not worth it for the products of small batches and of
 * few filters: our own kernel does without.  Measured against OpenBLAS 0.3.21: up to 1.5 times as
 * fast on AVX-512, 0.95 to 1.25 times on AVX2, and slower beyond these bounds. */
#define FEW ((size_t) 1 << 22)   /* multiplications */
#define NARROW 64                /* columns of c with which there may be more of them */
#define BLOCK ((size_t) 1 << 14) /* floats on the stack */

static bool
is_small (size_t m, size_t n, size_t k)
{
  return m >= 4 && n >= 16 && (n <= NARROW || m * n * k <= FEW);
}

/** Whether small_transposed can compute it and should. */
static bool
is_small_transposed (size_t m, size_t n, size_t k)
{
  return m >= 16 && m <= NARROW && n >= 16 && k >= 16 && m * n <= BLOCK;
}

/** c = a b^T (+ c) by c^T = b a^T: of both, a is what is quickly transposed. */
static void
small_transposed (size_t m, size_t n, size_t k, const float *a, size_t lda, const float *b,
                  size_t ldb, bool accumulate, float *c, size_t ldc)
{
  const AssayKernels *kernels = assay_kernels ();
  float turned_a[BLOCK], turned_c[BLOCK];
  size_t most = BLOCK / m;

  if (accumulate)
    kernels->transpose (turned_c, m, c, ldc, m, n);
  for (size_t p = 0; p < k; p += most)
    {
      size_t some = k - p < most ? k - p : most;

      kernels->transpose (turned_a, m, a + p, lda, m, some);
      kernels->product (turned_c, m, b + p, ldb, 1, turned_a, m, n, m, some, accumulate || p > 0);
    }
  kernels->transpose (c, ldc, turned_c, m, n, m);
}

/* ---- products of many rows and few weights ---- */

/* With many rows our kernel copies the second operand by panels and leaves the first where it
 * lies.  While that operand has no more than this many elements, that is 1.1 to 1.3 times as fast
 * as OpenBLAS, which copies both. */
#define LIGHT ((size_t) 1 << 16)

static bool
is_light (size_t m, size_t n, size_t k)
{
  return m > NARROW && n >= 16 && k > 0 && n * k <= LIGHT;
}

/* ---- the door ---- */

/** OpenBLAS counts in ints. */
static void
check_sizes (size_t m, size_t n, size_t k, size_t lda, size_t ldb, size_t ldc)
{
  if ((m | n | k | lda | ldb | ldc) <= INT_MAX)
    return;
  fprintf (stderr, "assay_gemm: a product of %zu x %zu by %zu x %zu is too large\n", m, k, k, n);
  abort ();
}

void
assay_gemm (bool transpose_a, bool transpose_b, size_t m, size_t n, size_t k, float alpha,
            const float *a, size_t lda, const float *b, size_t ldb, float beta, float *c,
            size_t ldc)
{
  bool plain = alpha == 1 && (beta == 0 || beta == 1);

  if (plain && !transpose_a && is_light (m, n, k))
    {
      assay_kernels ()->product_packed (c, ldc, a, lda, b, ldb, transpose_b, m, n, k, beta == 1);
      return;
    }
  if (plain && !transpose_b && is_small (m, n, k))
    {
      assay_kernels ()->product (c, ldc, a, transpose_a ? 1 : lda, transpose_a ? lda : 1, b, ldb, m,
                                 n, k, beta == 1);
      return;
    }
  if (plain && !transpose_a && transpose_b && is_small_transposed (m, n, k))
    {
      small_transposed (m, n, k, a, lda, b, ldb, beta == 1, c, ldc);
      return;
    }
  load ();
  check_sizes (m, n, k, lda, ldb, ldc);
  if (k == 0) /* strides may be 0, which a BLAS refuses */
    generic_gemm (transpose_a, transpose_b, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
  else if (m > 0 && n > 0)
    blas.gemm (transpose_a, transpose_b, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}
