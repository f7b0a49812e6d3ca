/* SPDX-License-Identifier: Apache-2.0
 *
 * One file per group of cases, each with a const table that bench.c lists.
 */
#ifndef ASSAY_BENCH_H
#define ASSAY_BENCH_H

#include <stdbool.h>
#include <stddef.h>

/* What the machine can do at most, measured in turn with the cases that are held against it. */
typedef struct BenchRoof
{
  const char *name, *unit; /* "gemm-2", "GFLOP/s" */
  double cap;              /* the yardstick is no more than this; 0: as measured */
  void *(*set_up) (void);
  double (*measure) (void *); /* in `unit` */
  void (*tear_down) (void *);
  const char *(*by) (void); /* names what computes it; NULL: nothing to name */
} BenchRoof;

/* Another program, measured in turn with ours: peer/peer.py PROGRAM CONFIGURATION. */
typedef struct BenchPeer
{
  const char *name; /* "torch tuned" */
  const char *program, *configuration;
  double bar; /* ours is to be this many times its rate */
} BenchPeer;

typedef struct BenchCase
{
  const char *suite, *name, *unit;
  double yardstick;           /* without a roof */
  bool exact;                 /* a count that no load can change: each repetition is one call */
  bool higher;                /* higher is better */
  void *(*set_up) (void);     /* once per case; NULL: failed, the reason is on stderr */
  double (*measure) (void *); /* once, in `unit`; NaN: failed, the reason is on stderr.
                                 Called as often as a repetition of half a second takes */
  void (*tear_down) (void *);
  const BenchRoof *roof; /* NULL: none.  Else the yardstick is share * roof / work */
  double work;           /* in the roof's unit for one `unit`: 5.9e-3 GFLOP a token */
  double share;
  const BenchPeer *peers; /* up to BENCH_MAX_PEERS, then one with name NULL; NULL: none */
} BenchCase;

#define BENCH_MAX_PEERS 4

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
    bench_graph_backup, bench_dqn, bench_gpt, bench_ppo, bench_best_of_n, bench_reward, bench_self;

/* Products of 2048x1024x256 on one and on two single-threaded workers; a[i] = b[i] + s c[i] on
 * two, counted as 12 bytes an element, though 16 pass: what is written is read before. */
extern const BenchRoof bench_gemm_1, bench_gemm_2, bench_triad;

/** What this program measures. */
extern const BenchTable *const bench_tables[];
extern const size_t bench_n_tables;

/** Seconds of a steady clock. */
double bench_now (void);
/** An empty folder in memory (else in TMPDIR), removed with all its content at the end. */
const char *bench_folder (void);

#endif
