/* SPDX-License-Identifier: Apache-2.0
 *
 * bench SUITE [--only NAME] [--peer torch] [--json]
 *
 * Each case, its roof and, with --peer torch, its peers are repeated in turn (measure.h).
 */
#include "bench.h"
#include "measure.h"
#include "peer.h"

#include <errno.h>
#include <ftw.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

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

/* ---- One case --------------------------------------------------------------------- */

/* Ours, the roof, the peers. */
#define MAX_SIDES (2 + BENCH_MAX_PEERS)

typedef struct Run
{
  const BenchCase *bench;
  void *data, *roof_data;
  BenchPeerProcess *peers[BENCH_MAX_PEERS];
  BenchSide sides[MAX_SIDES];
  size_t n_peers, n_sides;
} Run;

static double
repeat_ours (void *data)
{
  const Run *run = data;

  return bench_repeat (run->bench->measure, run->data, run->bench->exact);
}

static double
repeat_roof (void *data)
{
  const Run *run = data;

  return bench_repeat (run->bench->roof->measure, run->roof_data, false);
}

static double
repeat_peer (void *peer)
{
  return bench_peer_rate (peer, BENCH_REPETITION_SECONDS);
}

static bool
set_up (Run *run, bool with_peers)
{
  const BenchCase *bench = run->bench;

  run->sides[run->n_sides++] = (BenchSide){ .repetition = repeat_ours, .data = run };
  if (bench->set_up != NULL && (run->data = bench->set_up ()) == NULL)
    return false;
  if (bench->roof != NULL)
    {
      if ((run->roof_data = bench->roof->set_up ()) == NULL)
        return false;
      run->sides[run->n_sides++] = (BenchSide){ .repetition = repeat_roof, .data = run };
    }
  for (const BenchPeer *peer = bench->peers; with_peers && peer != NULL && peer->name != NULL;
       peer++)
    {
      BenchPeerProcess *process = bench_peer_start (peer);

      if (process == NULL)
        return false;
      run->peers[run->n_peers++] = process;
      run->sides[run->n_sides++] = (BenchSide){ .repetition = repeat_peer,
                                                .data = process,
                                                .pid = bench_peer_pid (process) };
    }
  return !isnan (bench->measure (run->data)); /* warms up */
}

static void
tear_down (Run *run)
{
  for (size_t i = 0; i < run->n_peers; i++)
    bench_peer_stop (run->peers[i]);
  if (run->roof_data != NULL)
    run->bench->roof->tear_down (run->roof_data);
  if (run->data != NULL && run->bench->tear_down != NULL)
    run->bench->tear_down (run->data);
}

/* The roof as a yardstick, in its unit. */
static double
roof_value (const BenchCase *bench, const BenchResult *roof)
{
  return bench->roof->cap > 0 ? fmin (bench->roof->cap, roof->value) : roof->value;
}

static const char *
computed_by (const BenchRoof *roof)
{
  return roof->by != NULL ? roof->by () : "our own loop";
}

static void
print_json (const Run *run, const BenchResult *results, double yardstick)
{
  const BenchCase *bench = run->bench;
  const BenchResult *result = results++;

  printf ("{\"name\": \"%s\", \"value\": %.6g, \"unit\": \"%s\", \"yardstick\": %.6g, "
          "\"ratio\": %.4g, \"spread\": %.4g, \"discarded\": %u",
          bench->name, result->value, bench->unit, yardstick, result->value / yardstick,
          result->spread, result->discarded);
  if (bench->roof != NULL)
    {
      printf (", \"roof\": {\"name\": \"%s\", \"value\": %.4g, \"unit\": \"%s\", "
              "\"spread\": %.4g, \"share\": %.4g, \"bar\": %.4g, \"by\": \"%s\"}",
              bench->roof->name, results->value, bench->roof->unit, results->spread,
              result->value * bench->work / roof_value (bench, results), bench->share,
              computed_by (bench->roof));
      results++;
    }
  for (size_t i = 0; i < run->n_peers; i++, results++)
    printf ("%s{\"name\": \"%s\", \"value\": %.6g, \"ratio\": %.4g, \"bar\": %.4g, "
            "\"spread\": %.4g, \"discarded\": %u, \"setup\": %s}%s",
            i == 0 ? ", \"peers\": [" : ", ", bench->peers[i].name, results->value,
            result->value / results->value, bench->peers[i].bar, results->spread,
            results->discarded, bench_peer_setup (run->peers[i]), i + 1 == run->n_peers ? "]" : "");
  printf ("}\n");
}

static const char *
verdict (bool reached)
{
  return reached ? "reached" : "missed";
}

static void
print_text (const Run *run, const BenchResult *results, double yardstick)
{
  const BenchCase *bench = run->bench;
  const BenchResult *result = results++;
  double ratio = result->value / yardstick;

  printf ("%-22s %12.5g %-14s %s %-10.5g %6.2f  %5.1f %%  %9u  %s\n", bench->name, result->value,
          bench->unit, bench->higher ? ">=" : "<=", yardstick, ratio, 100 * result->spread,
          result->discarded, verdict (bench->higher ? ratio >= 1 : ratio <= 1));
  if (bench->roof != NULL)
    {
      double share = result->value * bench->work / roof_value (bench, results);

      printf ("  %-20s %12.5g %-14s >= %-10.5g %6.2f  %5.1f %%  %9u  of it; %s\n",
              bench->roof->name, results->value, bench->roof->unit, bench->share, share,
              100 * results->spread, results->discarded, computed_by (bench->roof));
      results++;
    }
  for (size_t i = 0; i < run->n_peers; i++, results++)
    {
      ratio = result->value / results->value;
      printf ("  %-20s %12.5g %-14s >= %-10.5g %6.2f  %5.1f %%  %9u  %s\n", bench->peers[i].name,
              results->value, bench->unit, bench->peers[i].bar, ratio, 100 * results->spread,
              results->discarded, verdict (ratio >= bench->peers[i].bar));
    }
}

static bool
run_case (const BenchCase *bench, bool with_peers, bool json)
{
  Run run = { .bench = bench };
  BenchResult results[MAX_SIDES];
  bool ok = set_up (&run, with_peers) && bench_measure (run.sides, run.n_sides, bench->exact);
  double yardstick = bench->yardstick;

  for (size_t i = 0; ok && i < run.n_sides; i++)
    results[i] = bench_result (&run.sides[i]);
  if (ok && bench->roof != NULL)
    yardstick = bench->share * roof_value (bench, &results[1]) / bench->work;
  if (ok)
    (json ? print_json : print_text) (&run, results, yardstick);
  else
    fprintf (stderr, "bench: %s failed\n", bench->name);
  fflush (stdout);
  tear_down (&run);
  return ok;
}

/* ---- Command line --------------------------------------------------------------- */

static int
usage (void)
{
  fprintf (stderr, "usage: bench SUITE [--only NAME] [--peer torch] [--json]\n");
  for (size_t t = 0; t < bench_n_tables; t++)
    for (size_t i = 0; i < bench_tables[t]->n; i++)
      fprintf (stderr, "  %s %s\n", bench_tables[t]->cases[i].suite,
               bench_tables[t]->cases[i].name);
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
  bool json = false, with_peers = false, ok = true;
  size_t n = 0;

  bench_peer_keep_environment ();
  for (int i = 1; i < argc; i++)
    {
      if (strcmp (argv[i], "--json") == 0)
        json = true;
      else if (strcmp (argv[i], "--only") == 0 && i + 1 < argc)
        only = argv[++i];
      else if (strcmp (argv[i], "--peer") == 0 && i + 1 < argc
               && strcmp (argv[i + 1], "torch") == 0)
        {
          with_peers = true;
          i++;
        }
      else if (argv[i][0] != '-' && suite == NULL)
        suite = argv[i];
      else
        return usage ();
    }
  for (size_t t = 0; suite != NULL && t < bench_n_tables; t++)
    for (size_t i = 0; i < bench_tables[t]->n; i++)
      n += wanted (&bench_tables[t]->cases[i], suite, only);
  if (n == 0)
    return usage ();
  if (!json)
    printf ("%-22s %12s %-14s    %-10s %6s  %7s  %9s\n", "name", "value", "unit", "yardstick",
            "ratio", "spread", "discarded");
  for (size_t t = 0; t < bench_n_tables; t++)
    for (size_t i = 0; i < bench_tables[t]->n; i++)
      if (wanted (&bench_tables[t]->cases[i], suite, only))
        ok = run_case (&bench_tables[t]->cases[i], with_peers, json) && ok;
  return ok ? 0 : 1;
}
