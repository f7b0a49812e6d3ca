/* SPDX-License-Identifier: Apache-2.0
 *
 * bench SUITE [--only NAME] [--json]
 *
 * A repetition calls a case for half a second or once, whichever is longer, and takes
 * the median.  If meanwhile other processes and the hypervisor used more than 8 % of a
 * core, it is discarded and done again, within bounds.  The result is the median of at
 * least five repetitions; if no quiet one was to be had, of the loud ones.
 */
#include "bench.h"

#include <errno.h>
#include <ftw.h>
#include <limits.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define REPETITIONS 5
#define MAX_REPETITIONS 40
#define MAX_SECONDS 60.0
#define REPETITION_SECONDS 0.5
#define MAX_CALLS 4096
#define OTHER_LOAD 0.08

static const BenchTable *const tables[]
    = { &bench_base,  &bench_chart,        &bench_run,
        &bench_store, &bench_environments, &bench_graph_backup };
#define N_TABLES (sizeof tables / sizeof tables[0])

static char folder[PATH_MAX];

double
bench_now (void)
{
  struct timespec t = { 0, 0 };

  clock_gettime (CLOCK_MONOTONIC, &t);
  return (double) t.tv_sec + 1e-9 * (double) t.tv_nsec;
}

static int
remove_entry (const char *path, const struct stat *st, int type, struct FTW *ftw)
{
  return remove (path);
}

static void
remove_folder (void)
{
  nftw (folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

const char *
bench_folder (void)
{
  static const char *const places[] = { "/dev/shm", NULL, "/tmp" };

  for (size_t i = 0; folder[0] == '\0' && i < 3; i++)
    {
      const char *place = places[i] != NULL ? places[i] : getenv ("TMPDIR");

      snprintf (folder, sizeof folder, "%.3000s/assay-bench-XXXXXX",
                place != NULL ? place : "/tmp");
      if (mkdtemp (folder) != NULL)
        atexit (remove_folder);
      else
        folder[0] = '\0';
    }
  if (folder[0] == '\0')
    {
      fprintf (stderr, "bench: no folder for temporary files: %s\n", strerror (errno));
      exit (1);
    }
  return folder;
}

/* ---- Load ------------------------------------------------------------------- */

typedef struct Usage
{
  double wall, machine, own; /* seconds; machine: of all cores, with steal */
} Usage;

static double
own_seconds (int who)
{
  struct rusage u;

  getrusage (who, &u);
  return (double) (u.ru_utime.tv_sec + u.ru_stime.tv_sec)
         + 1e-6 * (double) (u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

static Usage
read_usage (void)
{
  Usage usage = { bench_now (), NAN, own_seconds (RUSAGE_SELF) + own_seconds (RUSAGE_CHILDREN) };
  unsigned long long user, nice, system, idle, iowait, irq, softirq, steal;
  FILE *stat = fopen ("/proc/stat", "re");

  if (stat == NULL)
    return usage;
  if (fscanf (stat, "cpu %llu %llu %llu %llu %llu %llu %llu %llu", &user, &nice, &system, &idle,
              &iowait, &irq, &softirq, &steal)
      == 8)
    usage.machine
        = (double) (user + nice + system + irq + softirq + steal) / (double) sysconf (_SC_CLK_TCK);
  fclose (stat);
  return usage;
}

/* Cores that others used since @before; NaN where the kernel does not say. */
static double
other_load (const Usage *before)
{
  Usage now = read_usage ();

  return ((now.machine - before->machine) - (now.own - before->own)) / (now.wall - before->wall);
}

/* ---- Measuring ---------------------------------------------------------------- */

static int
by_size (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

static double
median (double *values, size_t n)
{
  qsort (values, n, sizeof *values, by_size);
  return n % 2 == 1 ? values[n / 2] : 0.5 * (values[n / 2 - 1] + values[n / 2]);
}

typedef struct Result
{
  double value, spread; /* spread: (largest - smallest) / value */
  unsigned discarded;
} Result;

static double
repeat (const BenchCase *bench, void *data)
{
  static double values[MAX_CALLS];
  double start = bench_now ();
  size_t n = 0;

  do
    {
      values[n] = bench->measure (data);
      if (isnan (values[n]))
        return NAN;
      n++;
    }
  while (!bench->exact && n < MAX_CALLS && bench_now () - start < REPETITION_SECONDS);
  return median (values, n);
}

static bool
measure (const BenchCase *bench, void *data, Result *result)
{
  double quiet[REPETITIONS], loud[MAX_REPETITIONS], *kept = quiet;
  double start = bench_now ();
  size_t n_quiet = 0, n_loud = 0, n = 0;

  if (isnan (bench->measure (data))) /* warms up */
    return false;
  while (n_quiet < REPETITIONS && n_quiet + n_loud < MAX_REPETITIONS
         && (n_quiet + n_loud < REPETITIONS || bench_now () - start < MAX_SECONDS))
    {
      Usage before = read_usage ();
      double value = repeat (bench, data);

      if (isnan (value))
        return false;
      if (!bench->exact && other_load (&before) > OTHER_LOAD)
        loud[n_loud++] = value;
      else
        quiet[n_quiet++] = value;
    }
  if (n_quiet == 0)
    kept = loud;
  n = n_quiet == 0 ? n_loud : n_quiet;
  result->value = median (kept, n);
  result->spread = result->value > 0 ? (kept[n - 1] - kept[0]) / result->value : 0;
  result->discarded = (unsigned) n_loud;
  return true;
}

static void
print_result (const BenchCase *bench, const Result *result, bool json)
{
  double ratio = result->value / bench->yardstick;

  if (json)
    printf ("{\"name\": \"%s\", \"value\": %.6g, \"unit\": \"%s\", \"yardstick\": %.6g, "
            "\"ratio\": %.4g, \"spread\": %.4g, \"discarded\": %u}\n",
            bench->name, result->value, bench->unit, bench->yardstick, ratio, result->spread,
            result->discarded);
  else
    printf ("%-22s %12.5g %-14s %s %-10.5g %6.2f  %5.1f %%  %9u  %s\n", bench->name, result->value,
            bench->unit, bench->higher ? ">=" : "<=", bench->yardstick, ratio, 100 * result->spread,
            result->discarded, (bench->higher ? ratio >= 1 : ratio <= 1) ? "reached" : "missed");
  fflush (stdout);
}

static bool
run_case (const BenchCase *bench, bool json)
{
  void *data = bench->set_up != NULL ? bench->set_up () : NULL;
  Result result = { 0, 0, 0 };
  bool ok = (bench->set_up == NULL || data != NULL) && measure (bench, data, &result);

  if (data != NULL && bench->tear_down != NULL)
    bench->tear_down (data);
  if (ok)
    print_result (bench, &result, json);
  else
    fprintf (stderr, "bench: %s failed\n", bench->name);
  return ok;
}

/* ---- Command line --------------------------------------------------------------- */

static int
usage (void)
{
  fprintf (stderr, "usage: bench SUITE [--only NAME] [--json]\n");
  for (size_t t = 0; t < N_TABLES; t++)
    for (size_t i = 0; i < tables[t]->n; i++)
      fprintf (stderr, "  %s %s\n", tables[t]->cases[i].suite, tables[t]->cases[i].name);
  return 2;
}

static bool
wanted (const BenchCase *bench, const char *suite, const char *only)
{
  return strcmp (bench->suite, suite) == 0 && (only == NULL || strcmp (bench->name, only) == 0);
}

int
main (int argc, char **argv)
{
  const char *suite = NULL, *only = NULL;
  bool json = false, ok = true;
  size_t n = 0;

  for (int i = 1; i < argc; i++)
    {
      if (strcmp (argv[i], "--json") == 0)
        json = true;
      else if (strcmp (argv[i], "--only") == 0 && i + 1 < argc)
        only = argv[++i];
      else if (argv[i][0] != '-' && suite == NULL)
        suite = argv[i];
      else
        return usage ();
    }
  for (size_t t = 0; suite != NULL && t < N_TABLES; t++)
    for (size_t i = 0; i < tables[t]->n; i++)
      n += wanted (&tables[t]->cases[i], suite, only);
  if (n == 0)
    return usage ();
  if (!json)
    printf ("%-22s %12s %-14s    %-10s %6s  %7s  %9s\n", "name", "value", "unit", "yardstick",
            "ratio", "spread", "discarded");
  for (size_t t = 0; t < N_TABLES; t++)
    for (size_t i = 0; i < tables[t]->n; i++)
      if (wanted (&tables[t]->cases[i], suite, only))
        ok = run_case (&tables[t]->cases[i], json) && ok;
  return ok ? 0 : 1;
}
