/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log/log.h"
#include "bench.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#define OBSERVATIONS 1000000
#define SERIES 4

/* A log of a million observations in a new file; false: failed. */
static bool
write_log (const char *path)
{
  AssayLogError error = { "" };
  AssayLogWriter *log = assay_log_create (path, &error);
  uint32_t series[SERIES];
  bool ok = log != NULL;

  for (uint32_t i = 0; ok && i < SERIES; i++)
    {
      char metric[16];

      snprintf (metric, sizeof metric, "metric-%u", i);
      series[i] = assay_log_series (log, metric, "arm=a split=train");
    }
  for (uint32_t i = 0; ok && i < OBSERVATIONS; i++)
    assay_log_observe (log, series[i % SERIES], i / SERIES, i * 0.25);
  ok = ok && assay_log_close (log, &error);
  if (!ok)
    fprintf (stderr, "bench: %s\n", error.text);
  return ok;
}

static void *
set_up (void)
{
  char *path = NULL;

  return asprintf (&path, "%s/metrics.alog", bench_folder ()) < 0 ? NULL : path;
}

static double
observe (void *path)
{
  double start = bench_now ();

  return write_log (path) ? 1e3 * (bench_now () - start) : NAN;
}

static double
observe_bytes (void *path)
{
  struct stat st;

  return write_log (path) && stat (path, &st) == 0 ? (double) st.st_size / OBSERVATIONS : NAN;
}

static const BenchCase cases[] = {
  { .suite = "workbench",
    .name = "observe",
    .unit = "ms",
    .yardstick = 50,
    .set_up = set_up,
    .measure = observe,
    .tear_down = free },
  { .suite = "workbench",
    .name = "observe-bytes",
    .unit = "bytes",
    .yardstick = 32,
    .exact = true,
    .set_up = set_up,
    .measure = observe_bytes,
    .tear_down = free },
};

const BenchTable bench_base = BENCH_TABLE (cases);
