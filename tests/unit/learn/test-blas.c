/* SPDX-License-Identifier: Apache-2.0 */
#include "check.h"

#include "learn/tensor/blas.h"

#include <dlfcn.h>

/* ---- products against a naive one ---- */

static double
naive (bool transpose_a, bool transpose_b, size_t k, const float *a, size_t lda, const float *b,
       size_t ldb, size_t i, size_t j)
{
  double sum = 0;

  for (size_t p = 0; p < k; p++)
    sum += (double) (transpose_a ? a[p * lda + i] : a[i * lda + p])
           * (double) (transpose_b ? b[j * ldb + p] : b[p * ldb + j]);
  return sum;
}

/** Strides are larger than rows, and what lies between them must stay. */
static void
check_product (bool transpose_a, bool transpose_b, size_t m, size_t n, size_t k, float beta)
{
  size_t lda = (transpose_a ? m : k) + 3, ldb = (transpose_b ? k : n) + 1, ldc = n + 2;
  g_autofree float *a = g_new (float, (transpose_a ? k : m) * lda + 1);
  g_autofree float *b = g_new (float, (transpose_b ? n : k) * ldb + 1);
  g_autofree float *c = g_new (float, m *ldc + 1), *before = g_new (float, m *ldc + 1);

  check_fill (a, (transpose_a ? k : m) * lda, -1, 1, "a");
  check_fill (b, (transpose_b ? n : k) * ldb, -1, 1, "b");
  check_fill (before, m * ldc, -1, 1, "c");
  for (size_t i = 0; i < m * ldc; i++)
    c[i] = beta == 0 && i % ldc < n ? NAN : before[i];
  assay_gemm (transpose_a, transpose_b, m, n, k, 1.5f, a, lda, b, ldb, beta, c, ldc);
  for (size_t i = 0; i < m * ldc; i++)
    {
      double expected = before[i];

      if (i % ldc < n)
        expected = (double) beta * expected
                   + 1.5 * naive (transpose_a, transpose_b, k, a, lda, b, ldb, i / ldc, i % ldc);
      g_assert_cmpfloat_with_epsilon (c[i], expected, 1e-5 * (double) (k + 1));
    }
}

static void
test_products (void)
{
  static const size_t sizes[][3] = { { 1, 1, 1 },    { 3, 5, 7 },   { 1, 40, 9 }, { 33, 1, 17 },
                                     { 64, 48, 40 }, { 17, 31, 0 }, { 0, 4, 3 },  { 4, 0, 3 } };

  for (size_t i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (unsigned how = 0; how < 4; how++)
      for (int beta = 0; beta <= 2; beta++)
        check_product (how & 1, how & 2, sizes[i][0], sizes[i][1], sizes[i][2], (float) beta / 2);
}

static void
test_nothing_to_sum (void)
{
  float c[4] = { NAN, NAN, 3, 4 };

  assay_gemm (false, true, 1, 2, 0, 1, NULL, 0, NULL, 0, 0, c, 2);
  assay_gemm (false, true, 1, 2, 0, 1, NULL, 0, NULL, 0, 0.5f, c + 2, 2);
  g_assert_true (c[0] == 0 && c[1] == 0 && c[2] == 1.5f && c[3] == 2);
}

static void
test_too_large (void)
{
  float x = 0;

  if (!check_dies ("*too large*"))
    return;
  assay_gemm (false, true, (size_t) 1 << 32, 1, 1, 1, &x, 1, &x, 1, 0, &x, 1);
}

/* ---- which one computes: processes of their own, since it is chosen once ---- */

typedef struct Choice
{
  const char *name;
  const char *blas, *cpu, *core_type; /* of the environment; NULL: unset */
  const char *expected;               /* a pattern for what it prints */
  bool fails;
} Choice;

static const Choice choices[] = {
  { "default", NULL, NULL, NULL, "*OpenBLAS 0.*", false },
  { "generic", "generic", NULL, NULL, "*product: generic*", false },
  { "onednn", "onednn", NULL, NULL, "*product: oneDNN*", false },
  { "empty-is-unset", "", "", "", "*OpenBLAS 0.*", false },
  { "an-inherited-core-type-is-overruled", NULL, NULL, "Prescott", "*OpenBLAS 0.*", false },
  { "generic-kernels-bring-their-core", NULL, "generic", NULL, "*kernels: generic*", false },
  { "an-unknown-library", "mkl", NULL, NULL, "*ASSAY_BLAS=mkl is none of openblas*", true },
  { "an-unknown-kind", NULL, "avx1024", NULL, "*ASSAY_CPU=avx1024: this CPU has no such*", true },
};

static bool
is_installed (const char *library)
{
  void *handle = dlopen (library, RTLD_LAZY | RTLD_LOCAL);

  if (handle != NULL)
    dlclose (handle);
  return handle != NULL;
}

/** The library that a choice needs is not here; then the test is skipped. */
static bool
is_missing (const Choice *choice)
{
  if (strstr (choice->expected, "OpenBLAS") != NULL && !is_installed ("libopenblas.so.0"))
    g_test_skip ("OpenBLAS is not installed");
  else if (strstr (choice->expected, "oneDNN") != NULL && !is_installed ("libdnnl.so.2")
           && !is_installed ("libdnnl.so.3"))
    g_test_skip ("oneDNN is not installed");
  else
    return false;
  return true;
}

static void
set_or_unset (const char *name, const char *value)
{
  if (value != NULL)
    g_setenv (name, value, TRUE);
  else
    g_unsetenv (name);
}

static void
test_choice (gconstpointer data)
{
  const Choice *choice = data;

  if (g_test_subprocess ())
    {
      set_or_unset ("ASSAY_BLAS", choice->blas);
      set_or_unset ("ASSAY_CPU", choice->cpu);
      set_or_unset ("OPENBLAS_CORETYPE", choice->core_type);
      test_products ();
      g_print ("product: %s; kernels: %s\n", assay_blas_name (), assay_kernels ()->name);
      return;
    }
  if (is_missing (choice))
    return;
  if (choice->fails)
    {
      check_dies (choice->expected);
      return;
    }
  if (g_getenv ("ASSAY_EMULATED") != NULL)
    {
      g_test_skip ("an emulated program cannot start itself");
      return;
    }
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_passed ();
  g_test_trap_assert_stdout (choice->expected);
  if (choice->core_type != NULL && strcmp (assay_kernels ()->name, "generic") != 0)
    g_test_trap_assert_stdout_unmatched ("*Prescott*");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/learn/blas/products", test_products);
  g_test_add_func ("/learn/blas/nothing-to-sum", test_nothing_to_sum);
  g_test_add_func ("/learn/blas/too-large", test_too_large);
  for (size_t i = 0; i < G_N_ELEMENTS (choices); i++)
    {
      g_autofree char *path = g_strdup_printf ("/learn/blas/choice/%s", choices[i].name);

      g_test_add_data_func (path, &choices[i], test_choice);
    }
  return g_test_run ();
}
