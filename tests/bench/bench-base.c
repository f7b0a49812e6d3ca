/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log/log.h"
#include "base/num/random.h"
#include "base/num/resample.h"
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

/* ---- redraws ---- */

#define LEVELS 10000
#define DRAWS ((double) ASSAY_REDRAWS * (LEVELS - 1))

static void *
set_up_levels (void)
{
  double *x = malloc (LEVELS * sizeof *x);

  for (int i = 0; x != NULL && i < LEVELS; i++)
    x[i] = .37 * i - i % 7;
  return x;
}

static double
redraws (void *x)
{
  double start = bench_now ();
  double variance = assay_redraw_variance (x, LEVELS, "bench");

  return variance > 0 ? DRAWS / (bench_now () - start) / 1e6 : NAN;
}

/* The definition: block by block, word by word. */
static void
refill_plainly (AssayStream *s)
{
  const uint32_t key[2] = { (uint32_t) s->key, (uint32_t) (s->key >> 32) };

  for (uint32_t i = 0; i < ASSAY_STREAM_WORDS; i += 4, s->block++)
    assay_philox ((uint32_t[4]){ (uint32_t) s->block, (uint32_t) (s->block >> 32),
                                 (uint32_t) s->name, (uint32_t) (s->name >> 32) },
                  key, s->words + i);
  s->used = 0;
}

static double
plain_redraws (void *data)
{
  const double *x = data;
  double start = bench_now (), variance = 0;
  AssayStream stream;

  assay_stream_init (&stream, 0, "bench");
  stream.refill = refill_plainly;
  for (int redraw = 0; redraw < ASSAY_REDRAWS; redraw++)
    {
      double sum = 0;

      for (int i = 1; i < LEVELS; i++)
        sum += x[assay_below (&stream, LEVELS)];
      variance += sum * sum;
    }
  return variance > 0 ? DRAWS / (bench_now () - start) / 1e6 : NAN;
}

static const BenchRoof plain = { .name = "plain-redraws",
                                 .unit = "M/s",
                                 .set_up = set_up_levels,
                                 .measure = plain_redraws,
                                 .tear_down = free };

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
  { .suite = "workbench",
    .name = "redraws",
    .unit = "M/s",
    .higher = true,
    .set_up = set_up_levels,
    .measure = redraws,
    .tear_down = free,
    .roof = &plain,
    .work = 1,
    .share = 3 },
};

const BenchTable bench_base = BENCH_TABLE (cases);
