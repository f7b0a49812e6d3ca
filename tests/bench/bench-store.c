/* SPDX-License-Identifier: Apache-2.0
 *
 * The index and frames on 10,000 runs: 1,000 settings of 8 parameters with 10 seeds each, 6 series
 * of 200 points, written as a runner writes them.
 */
#include "base/log/log.h"
#include "bench.h"
#include "host/store/frame.h"
#include "host/store/index.h"

#include <glib/gstdio.h>
#include <math.h>
#include <stdio.h>

#define CONFIGS 1000
#define SEEDS 10
#define SERIES 6
#define POINTS 200
#define FRAME_RUNS 300

typedef struct
{
  AssayWorkspace *workspace;
  AssayIndex *index; /* NULL until somebody needs it filled */
} Store;

static Store store;

static gboolean
write_text (const char *folder, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  FILE *file = fopen (path, "we");
  gboolean ok = file != NULL && fputs (text, file) >= 0;

  return file != NULL && fclose (file) == 0 && ok;
}

static gboolean
write_log (const char *folder, guint config, guint seed)
{
  g_autofree char *path = g_build_filename (folder, "metrics.alog", NULL);
  AssayLogError error = { "" };
  AssayLogWriter *log = assay_log_create (path, &error);

  for (guint s = 0; log != NULL && s < SERIES; s++)
    {
      char metric[16];
      guint32 series;

      g_snprintf (metric, sizeof metric, "metric-%u", s);
      series = assay_log_series (log, metric, s % 2 ? "split=train" : NULL);
      for (guint i = 0; i < POINTS; i++)
        assay_log_observe (log, series, 10.0 * i, sin (i + seed) + config);
    }
  return log != NULL && assay_log_close (log, &error);
}

static gboolean
write_run (const char *runs, guint config, guint seed)
{
  g_autofree char *id = g_strdup_printf ("%08x%04x", config * 2654435761u, seed);
  g_autofree char *folder = g_build_filename (runs, id, NULL);
  g_autofree char *run = g_strdup_printf (
      "{\"created\":1763900000.5,\"format\":1,\"id\":\"%s\",\"identity\":\"c0de\","
      "\"key\":\"%s%052x\",\"parameters\":{\"agent\":\"%s\",\"breadth\":%u,\"compat\":false,"
      "\"depth\":%u,\"env\":\"DoorKey-%ux%u\",\"episodes\":1000,\"gamma\":0.99,\"rate\":%u.5},"
      "\"plan\":\"20260101-000000-abcdef\",\"preset\":\"standard\",\"rules\":\"r\",\"seed\":%u,"
      "\"study\":\"bench\"}\n",
      id, id, config, config % 2 ? "graph" : "one-step", config % 50, config / 10 % 20, config % 7,
      config % 7, config, seed);
  g_autofree char *status = g_strdup_printf (
      "{\"attempt\":1,\"exit-code\":0,\"finished\":%u,\"format\":1,\"host\":\"bench\",\"pid\":1,"
      "\"reason\":null,\"signal\":null,\"started\":%u,\"state\":\"%s\"}\n",
      1763900060 + config, 1763900000 + config, config % 25 ? "done" : "failed");

  return g_mkdir (folder, 0700) == 0 && write_text (folder, "run.json", run)
         && write_text (folder, "status.json", status) && write_log (folder, config, seed);
}

/* Once for all cases; bench.c removes the folder. */
static void *
set_up (void)
{
  g_autofree char *path = g_build_filename (bench_folder (), "workspace", NULL);
  g_autofree char *cache = g_build_filename (bench_folder (), "cache", NULL);
  g_autofree char *runs = g_build_filename (path, "runs", NULL);
  g_autoptr (GError) error = NULL;

  if (store.workspace != NULL)
    return &store;
  g_setenv ("XDG_CACHE_HOME", cache, TRUE);
  if (!(store.workspace = assay_workspace_open (path, TRUE, &error)))
    {
      fprintf (stderr, "bench: %s\n", error->message);
      return NULL;
    }
  g_mkdir_with_parents (runs, 0700);
  for (guint i = 0; i < CONFIGS * SEEDS; i++)
    if (!write_run (runs, i / SEEDS, i % SEEDS + 1))
      {
        fprintf (stderr, "bench: a run could not be written to %s\n", runs);
        g_clear_pointer (&store.workspace, assay_workspace_free);
        return NULL;
      }
  return &store;
}

static void
tear_down (void *data)
{
  g_clear_pointer (&store.index, assay_index_free);
}

static double
failed (const GError *error)
{
  fprintf (stderr, "bench: %s\n", error->message);
  return NAN;
}

/* From no index to a full one, as on a new machine. */
static double
build (void *data)
{
  g_autoptr (GError) error = NULL;
  double start, end;

  if (store.index != NULL)
    {
      g_autofree char *path = g_strdup (assay_index_path (store.index));

      g_clear_pointer (&store.index, assay_index_free);
      g_unlink (path);
    }
  start = bench_now ();
  if (!(store.index = assay_index_open (store.workspace, &error))
      || !assay_index_refresh (store.index, &error))
    return failed (error);
  end = bench_now ();
  if (*assay_index_problems (store.index) != NULL)
    {
      fprintf (stderr, "bench: %s\n", *assay_index_problems (store.index));
      return NAN;
    }
  return end - start;
}

static void *
set_up_index (void)
{
  return set_up () != NULL && !isnan (build (NULL)) ? &store : NULL;
}

/* From the text of the filter to rows. */
static double
filter_runs (void *data)
{
  g_autoptr (GError) error = NULL;
  double start = bench_now ();
  g_autoptr (AssayFilter) filter
      = assay_filter_parse ("agent=graph and depth>=15 and status=done", &error);
  g_autoptr (AssayRunRows) rows
      = assay_index_query (store.index, &(AssayIndexQuery){ .filter = filter }, &error);
  double end = bench_now ();

  if (rows == NULL)
    return failed (error);
  if (rows->rows->len != 1200)
    {
      fprintf (stderr, "bench: the filter found %u runs\n", rows->rows->len);
      return NAN;
    }
  return 1e3 * (end - start);
}

/* @by: see AssayGroupQuery. */
static double
group_runs_by (const char *const *by, guint n)
{
  g_autoptr (GError) error = NULL;
  double start = bench_now ();
  g_autoptr (AssayRunGroups) groups = assay_index_group (
      store.index, &(AssayGroupQuery){ .by = by, .metric = "metric-0" }, &error);
  double end = bench_now ();

  if (groups == NULL)
    return failed (error);
  if (groups->groups->len != n || !isfinite (g_array_index (groups->groups, AssayRunGroup, 1).low))
    {
      fprintf (stderr, "bench: %u groups\n", groups->groups->len);
      return NAN;
    }
  return 1e3 * (end - start);
}

static double
group_runs (void *data)
{
  return group_runs_by (NULL, CONFIGS);
}

static double
group_by_agent (void *data)
{
  return group_runs_by ((const char *const[]){ "agent", NULL }, 2);
}

/* ---- A frame ---- */

static AssayRunSet *frame_set;
static AssayStudyInfo *frame_study;

static void
no_run (AssayRun *run)
{
}

static void *
set_up_frame (void)
{
  static const AssayStudy study = {
    .size = sizeof study, .id = "bench", .title = "Bench", .question = "How fast?", .run = no_run
  };
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) ids
      = set_up () != NULL ? assay_workspace_list (store.workspace, "runs", &error) : NULL;

  if (ids == NULL)
    return NULL;
  for (guint i = FRAME_RUNS; ids[i] != NULL; i++)
    g_clear_pointer (&ids[i], g_free);
  if (!(frame_study = assay_study_info_from_study (&study, &error)))
    return NULL;
  frame_set = assay_run_set_of (store.workspace, (const char *const *) ids, &error);
  return frame_set;
}

static double
load_frame (void *data)
{
  const char *metrics[] = { "metric-0", "metric-2", "metric-4", NULL };
  g_autoptr (GError) error = NULL;
  double start = bench_now ();
  g_autoptr (AssayFrame) frame
      = assay_frame_load (frame_set, frame_study, metrics, NULL, NULL, &error);
  double end = bench_now ();

  return frame != NULL ? 1e3 * (end - start) : failed (error);
}

static void
tear_down_frame (void *data)
{
  g_clear_pointer (&frame_set, assay_run_set_free);
  g_clear_pointer (&frame_study, assay_study_info_unref);
}

static const BenchCase cases[] = {
  { .suite = "workbench",
    .name = "index-build",
    .unit = "s",
    .yardstick = 2,
    .set_up = set_up,
    .measure = build,
    .tear_down = tear_down },
  { .suite = "workbench",
    .name = "index-filter",
    .unit = "ms",
    .yardstick = 5,
    .set_up = set_up_index,
    .measure = filter_runs,
    .tear_down = tear_down },
  { .suite = "workbench",
    .name = "index-group",
    .unit = "ms",
    .yardstick = 20,
    .set_up = set_up_index,
    .measure = group_runs,
    .tear_down = tear_down },
  { .suite = "workbench",
    .name = "index-group-large",
    .unit = "ms",
    .yardstick = 50,
    .set_up = set_up_index,
    .measure = group_by_agent,
    .tear_down = tear_down },
  { .suite = "workbench",
    .name = "frame-load",
    .unit = "ms",
    .yardstick = 100,
    .set_up = set_up_frame,
    .measure = load_frame,
    .tear_down = tear_down_frame },
};

const BenchTable bench_store = BENCH_TABLE (cases);
