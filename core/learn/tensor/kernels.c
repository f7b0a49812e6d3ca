/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/tensor/kernels.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern const AssayKernels assay_kernel_table_generic;
#ifdef __x86_64__
extern const AssayKernels assay_kernel_table_avx2, assay_kernel_table_avx512;
#endif

static bool
always (void)
{
  return true;
}

#ifdef __x86_64__
static bool
has_avx2 (void)
{
  return __builtin_cpu_supports ("avx2") && __builtin_cpu_supports ("fma");
}

static bool
has_avx512 (void)
{
  return __builtin_cpu_supports ("avx512f") && __builtin_cpu_supports ("avx512dq")
         && __builtin_cpu_supports ("avx512bw") && __builtin_cpu_supports ("avx512vl");
}
#endif

/* The fastest first. */
static const struct Kind
{
  const AssayKernels *kernels;
  bool (*runs) (void);
} kinds[] = {
#ifdef __x86_64__
  { &assay_kernel_table_avx512, has_avx512 },
  { &assay_kernel_table_avx2, has_avx2 },
#endif
  { &assay_kernel_table_generic, always },
};

const AssayKernels *
assay_kernels_of (const char *kind)
{
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
    if (strcmp (kind, kinds[i].kernels->name) == 0 && kinds[i].runs ())
      return kinds[i].kernels;
  return NULL;
}

static const AssayKernels *chosen;

static void
choose (void)
{
  const char *wanted = getenv ("ASSAY_CPU");

  for (size_t i = 0; i < sizeof kinds / sizeof *kinds && chosen == NULL; i++)
    if ((wanted == NULL || *wanted == '\0' || strcmp (wanted, kinds[i].kernels->name) == 0)
        && kinds[i].runs ())
      chosen = kinds[i].kernels;
  if (chosen != NULL)
    return;
  fprintf (stderr, "ASSAY_CPU=%s: this CPU has no such kernels; leave it unset\n", wanted);
  exit (2);
}

const AssayKernels *
assay_kernels (void)
{
  static pthread_once_t once = PTHREAD_ONCE_INIT;

  pthread_once (&once, choose);
  return chosen;
}
