/* SPDX-License-Identifier: Apache-2.0
 *
 * One file per group of cases, each with a const table that bench.c lists.
 */
#ifndef ASSAY_BENCH_H
#define ASSAY_BENCH_H

#include <stdbool.h>
#include <stddef.h>

typedef struct BenchCase
{
  const char *suite, *name, *unit;
  double yardstick;
  bool exact;                 /* a count that no load can change: each repetition is one call */
  bool higher;                /* higher is better */
  void *(*set_up) (void);     /* once per case; NULL: failed, the reason is on stderr */
  double (*measure) (void *); /* once, in `unit`; NaN: failed, the reason is on stderr.
                                 Called as often as a repetition of half a second takes */
  void (*tear_down) (void *);
} BenchCase;

typedef struct BenchTable
{
  const BenchCase *cases;
  size_t n;
} BenchTable;

#define BENCH_TABLE(array)                                                                         \
  {                                                                                                \
    (array), sizeof (array) / sizeof ((array)[0])                                                  \
  }

extern const BenchTable bench_base, bench_chart, bench_run, bench_store, bench_environments,
    bench_graph_backup;

/** Seconds of a steady clock. */
double bench_now (void);
/** An empty folder in memory (else in TMPDIR), removed with all its content at the end. */
const char *bench_folder (void);

#endif
