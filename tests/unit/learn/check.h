/* SPDX-License-Identifier: Apache-2.0
 *
 * Checks an operation against a naive reference in double: its values by their normalised mean
 * squared error, its gradients against central differences of the reference.
 */
#ifndef ASSAY_TESTS_CHECK_H
#define ASSAY_TESTS_CHECK_H

#include "learn/tensor/ops.h"

#include <glib.h>
#include <math.h>
#include <string.h>

#define CHECK_MAX_INPUTS 8

typedef struct CheckInput
{
  double low, high;                 /* drawn uniformly in between */
  size_t shape[ASSAY_MAX_DIMS + 1]; /* ends with a 0 unless there are as many */
} CheckInput;

typedef struct Check Check;

struct Check
{
  const char *name;
  AssayTensor *(*op) (AssayTape *tape, AssayTensor *const *inputs, const Check *check);
  /* @y: as many as the operation returns; inputs[i]: row-major */
  void (*reference) (double *y, const double *const *inputs, const Check *check);
  CheckInput inputs[CHECK_MAX_INPUTS]; /* end with one of high 0 */
  const void *data;                    /* for both functions: options, integers */
  double nmse;                         /* bound of the values' error; 0: 1e-12 */
  double gradient_nmse;                /* of the gradients'; 0: 1e-9 */
};

/** @n floats in [low, high), always the same for a @name. */
void check_fill (float *x, size_t n, double low, double high, const char *name);
/** Sum of squared differences over the sum of the reference's squares; 0 where both are 0, and
 *  infinite where a NaN or an infinity is not met by the same. */
double check_nmse (const float *x, const double *reference, size_t n);
/** Runs the operation forward and backward on parameters with these inputs, and asserts: its
 *  values and every gradient near the reference; the same bits without recording and in a
 *  second step; a gradient added to what is there when accumulating; inputs unchanged; a NaN
 *  reaches the outputs that it reaches in the reference. */
void check_op (const Check *check);
/** Adds each check of a table as a test "/<group>/<name>". */
void check_add (const char *group, const Check *checks, size_t n);
/** sum of weights[i] x[i], a scalar: an operation of our own. */
AssayTensor *check_dot (AssayTape *tape, AssayTensor *x, const float *weights);

/** The greater, the lesser; NaN if either is, unlike fmax and fmin. */
double check_max (double a, double b);
double check_min (double a, double b);

/** Elements of an input. */
size_t check_size (const CheckInput *input);

/** In the child process that it starts, true; else false, after the child has ended the program
 *  with @pattern on stderr.  An emulated program, one with ASSAY_EMULATED in its environment,
 *  cannot start itself: then the test is skipped. */
bool check_dies (const char *pattern);

#endif
