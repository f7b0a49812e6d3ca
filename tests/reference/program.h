/* SPDX-License-Identifier: Apache-2.0
 *
 * Programs of operations as ops.py writes them: lines "result operation argument...
 * option=value..." between semicolons.
 */
#ifndef ASSAY_TESTS_PROGRAM_H
#define ASSAY_TESTS_PROGRAM_H

#include "learn/tensor/ops.h"

#define PROGRAM_MAX_VALUES 128

typedef struct ProgramValue
{
  const char *name;
  AssayTensor *tensor;
} ProgramValue;

/** Runs @text on @values, of which *@n are given: each line adds one.  Returns the last. */
AssayTensor *program_run (AssayTape *tape, const char *text, ProgramValue *values, size_t *n);
/** Bound of the normalised mean squared error of its result and gradients. */
double program_bound (const char *text);

#endif
