/* SPDX-License-Identifier: Apache-2.0
 *
 * The bench itself: a case with everything, that takes next to no time.
 */
#include "bench.h"

#include <time.h>

static double
nap (void *data)
{
  static const struct timespec pause = { .tv_nsec = 1000000 };
  double start = bench_now ();

  nanosleep (&pause, NULL);
  return 1 / (bench_now () - start);
}

static const BenchPeer peers[] = { { "python", "nap", "installed", 0.5 }, { NULL } };

static const BenchCase cases[] = { {
    .suite = "self",
    .name = "nap",
    .unit = "naps/s",
    .exact = true,
    .higher = true,
    .measure = nap,
    .roof = &bench_gemm_1,
    .work = 1e-3,
    .share = 0.01,
    .peers = peers,
} };

const BenchTable bench_self = BENCH_TABLE (cases);
