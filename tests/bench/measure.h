/* SPDX-License-Identifier: Apache-2.0
 *
 * Repetitions of several sides in turn, and the noise of the machine meanwhile.  A repetition
 * takes half a second or one call, whichever is longer, and gives the median of its calls.  If
 * meanwhile other processes and the hypervisor used more than 8 % of a core, it is discarded
 * and done again, within bounds.
 */
#ifndef ASSAY_BENCH_MEASURE_H
#define ASSAY_BENCH_MEASURE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define BENCH_MAX_REPETITIONS 40
#define BENCH_REPETITION_SECONDS 0.5

typedef struct BenchSide
{
  double (*repetition) (void *data); /* NaN: failed, the reason is on stderr */
  void *data;
  pid_t pid; /* a child whose processor time is not noise during its repetition; 0: none */
  double quiet[BENCH_MAX_REPETITIONS], loud[BENCH_MAX_REPETITIONS];
  size_t n_quiet, n_loud;
} BenchSide;

typedef struct BenchResult
{
  double value, spread; /* spread: (largest - smallest) / value */
  unsigned discarded;
} BenchResult;

/** The median of calls of @measure; one call if @once. */
double bench_repeat (double (*measure) (void *), void *data, bool once);
/** At least five rounds over all sides.  @exact: no load can change them. */
bool bench_measure (BenchSide *sides, size_t n, bool exact);
/** The median of quiet repetitions; if none was to be had, of the loud ones. */
BenchResult bench_result (BenchSide *side);

#endif
