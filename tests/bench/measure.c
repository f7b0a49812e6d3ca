/* SPDX-License-Identifier: Apache-2.0 */
#include "measure.h"
#include "bench.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define REPETITIONS 5
#define MAX_SECONDS 60.0
#define MAX_CALLS 4096
#define OTHER_LOAD 0.08

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

/* Processor time of a child that lives; 0 if it does not. */
static double
child_seconds (pid_t pid)
{
  char path[64], text[1024];
  unsigned long long user = 0, system = 0;
  const char *rest;
  FILE *stat;
  size_t n;

  if (pid == 0)
    return 0;
  snprintf (path, sizeof path, "/proc/%ld/stat", (long) pid);
  if ((stat = fopen (path, "re")) == NULL)
    return 0;
  n = fread (text, 1, sizeof text - 1, stat);
  fclose (stat);
  text[n] = '\0';
  rest = strrchr (text, ')'); /* the program's name may hold anything */
  if (rest == NULL
      || sscanf (rest + 1, " %*c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %llu %llu", &user, &system)
             != 2)
    return 0;
  return (double) (user + system) / (double) sysconf (_SC_CLK_TCK);
}

static Usage
read_usage (pid_t child)
{
  Usage usage = { bench_now (), NAN, 0 };
  unsigned long long user, nice, system, idle, iowait, irq, softirq, steal;
  FILE *stat = fopen ("/proc/stat", "re");

  usage.own = own_seconds (RUSAGE_SELF) + own_seconds (RUSAGE_CHILDREN) + child_seconds (child);
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
other_load (const Usage *before, pid_t child)
{
  Usage now = read_usage (child);

  return ((now.machine - before->machine) - (now.own - before->own)) / (now.wall - before->wall);
}

/* ---- Repetitions --------------------------------------------------------------- */

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

double
bench_repeat (double (*measure) (void *), void *data, bool once)
{
  static double values[MAX_CALLS];
  double start = bench_now ();
  size_t n = 0;

  do
    {
      values[n] = measure (data);
      if (isnan (values[n]))
        return NAN;
      n++;
    }
  while (!once && n < MAX_CALLS && bench_now () - start < BENCH_REPETITION_SECONDS);
  return median (values, n);
}

static bool
repeat (BenchSide *side, bool exact)
{
  Usage before = read_usage (side->pid);
  double value = side->repetition (side->data);

  if (isnan (value))
    return false;
  if (!exact && other_load (&before, side->pid) > OTHER_LOAD)
    side->loud[side->n_loud++] = value;
  else
    side->quiet[side->n_quiet++] = value;
  return true;
}

static bool
all_are_quiet (const BenchSide *sides, size_t n)
{
  for (size_t i = 0; i < n; i++)
    if (sides[i].n_quiet < REPETITIONS)
      return false;
  return true;
}

bool
bench_measure (BenchSide *sides, size_t n, bool exact)
{
  double start = bench_now ();

  for (size_t round = 0; round < BENCH_MAX_REPETITIONS && !all_are_quiet (sides, n)
                         && (round < REPETITIONS || bench_now () - start < MAX_SECONDS);
       round++)
    for (size_t i = 0; i < n; i++)
      if (!repeat (&sides[i], exact))
        return false;
  return true;
}

BenchResult
bench_result (BenchSide *side)
{
  double *kept = side->n_quiet > 0 ? side->quiet : side->loud;
  size_t n = side->n_quiet > 0 ? side->n_quiet : side->n_loud;
  BenchResult result = { .value = median (kept, n), .discarded = (unsigned) side->n_loud };

  result.spread = result.value > 0 ? (kept[n - 1] - kept[0]) / result.value : 0;
  return result;
}
