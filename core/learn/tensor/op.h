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

#endif
