/* SPDX-License-Identifier: Apache-2.0
 *
 * Matrix products.  A BLAS is loaded at run time, never linked, because its constructor picks
 * its kernels from the environment: OPENBLAS_CORETYPE is set first, to the core that goes with
 * our own kernels (kernels.h), so never to one that the CPU lacks.  It computes with one thread;
 * parallelism is ours (parallel.h).
 */
#ifndef ASSAY_LEARN_BLAS_H
#define ASSAY_LEARN_BLAS_H

#include <stdbool.h>
#include <stddef.h>

/** c[m][n] = alpha * op(a)[m][k] op(b)[k][n] + beta * c; op transposes where asked.  Row-major;
 *  lda, ldb and ldc are the rows' strides in elements, as stored.  With beta 0, c may be
 *  undefined before.  Sizes may be 0.  Safe from many threads at once. */
void assay_gemm (bool transpose_a, bool transpose_b, size_t m, size_t n, size_t k, float alpha,
                 const float *a, size_t lda, const float *b, size_t ldb, float beta, float *c,
                 size_t ldc);

/** What computes: "OpenBLAS 0.3.21 SkylakeX", "oneDNN", "generic" (our own slow loops, where
 *  neither is installed).  ASSAY_BLAS=openblas|onednn|generic in the environment chooses; unset
 *  is openblas.  A library that was asked for and cannot be loaded ends the program. */
const char *assay_blas_name (void);

#endif
