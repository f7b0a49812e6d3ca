/* SPDX-License-Identifier: Apache-2.0
 *
 * For the operations' own sources only.
 */
#ifndef ASSAY_LEARN_OP_H
#define ASSAY_LEARN_OP_H

#include "learn/tensor/ops.h"

#include <stdio.h>
#include <stdlib.h>

/** Ends the program unless @holds: shapes are the programmer's. */
#define assay_require(holds, ...)                                                                  \
  do                                                                                               \
    if (!(holds))                                                                                  \
      {                                                                                            \
        fprintf (stderr, "%s: ", __func__);                                                        \
        fprintf (stderr, __VA_ARGS__);                                                             \
        fputc ('\n', stderr);                                                                      \
        abort ();                                                                                  \
      }                                                                                            \
  while (0)

/** The last dimension's size, 1 of a scalar. */
static inline size_t
last_dim (const AssayTensor *x)
{
  return x->n_dims > 0 ? x->shape[x->n_dims - 1] : 1;
}

/** The product of the other dimensions. */
static inline size_t
n_rows (const AssayTensor *x)
{
  size_t n = 1;

  for (uint32_t i = 0; i + 1 < x->n_dims; i++)
    n *= x->shape[i];
  return n;
}

/** @n integers from @low up to below @end. */
#define assay_require_ids(ids, low, n, end)                                                        \
  do                                                                                               \
    {                                                                                              \
      assay_require ((ids)->element == ASSAY_INT32 && (ids)->size == (n),                          \
                     "ids must be %zu integers", (size_t) (n));                                    \
      for (size_t id_ = 0; id_ < (ids)->size; id_++)                                               \
        assay_require ((ids)->ints[id_] >= (low) && (ids)->ints[id_] < (int64_t) (end),            \
                       "id %d is not below %zu", (int) (ids)->ints[id_], (size_t) (end));          \
    }                                                                                              \
  while (0)

#endif
