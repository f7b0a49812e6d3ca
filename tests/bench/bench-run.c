/* SPDX-License-Identifier: Apache-2.0
 *
 * What a run costs beside the study: an empty one is made, started, loaded, run and reaped.
 */
#include "bench.h"
#include "host/run/supervisor.h"

#include <math.h>
#include <stdio.h>

#define RUNS 50

typedef struct
{
  AssayWorkspace *workspace;
  AssayPluginInfo *plugin;
  guint64 next_seed;
} Spawn;

static char *
own_file (const char *name)
{
  g_autofree char *exe = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *folder = g_path_get_dirname (exe);

  return g_build_filename (folder, name, NULL);
}

static void *
set_up_spawn (void)
{
  g_autofree char *path = own_file ("assay-empty.so");
  g_autoptr (GError) error = NULL;
  Spawn *spawn = g_new0 (Spawn, 1);

  spawn->next_seed = 1;
  spawn->plugin = assay_plugin_scan (path, &error);
  if (spawn->plugin)
    {
      g_autofree char *folder = g_build_filename (bench_folder (), "spawn", NULL);

      spawn->workspace = assay_workspace_open (folder, TRUE, &error);
    }
  if (spawn->workspace)
    return spawn;
  fprintf (stderr, "spawn: %s\n", error->message);
  g_clear_pointer (&spawn->plugin, assay_plugin_info_free);
  g_free (spawn);
  return NULL;
}

static void
tear_down_spawn (void *data)
{
  Spawn *spawn = data;

  assay_workspace_free (spawn->workspace);
  assay_plugin_info_free (spawn->plugin);
  g_free (spawn);
}

static void
note_start (const AssayRunEvent *event, gpointer data)
{
  double *start = data;

  if (event->state == ASSAY_RUNNING && event->index == 1)
    *start = bench_now ();
}

/** From the start of the second run to the end of the last, one after the other. */
static double
measure_spawn (void *data)
{
  Spawn *spawn = data;
  g_autofree char *seeds = g_strdup_printf ("%" G_GUINT64_FORMAT "..%" G_GUINT64_FORMAT,
                                            spawn->next_seed, spawn->next_seed + RUNS - 1);
  const AssayPlanRequest request = { .seeds = seeds };
  const AssaySuperviseOptions options = { .cores = 1 };
  g_autoptr (GError) error = NULL;
  g_autoptr (AssayPlan) plan = assay_plan_new (spawn->plugin->study, &request, &error);
  AssayPlanResult result = { 0 };
  double start = 0;

  spawn->next_seed += RUNS;
  if (!plan
      || !assay_supervise (spawn->workspace, plan, &options, NULL, note_start, &start, &result,
                           &error)
      || result.done != RUNS)
    {
      fprintf (stderr, "spawn: %s\n", error ? error->message : "a run failed");
      return NAN;
    }
  return (bench_now () - start) * 1000 / (RUNS - 1);
}

static const BenchCase cases[] = {
  { "workbench", "spawn", "ms", 5, .set_up = set_up_spawn, .measure = measure_spawn,
    .tear_down = tear_down_spawn },
};
const BenchTable bench_run = BENCH_TABLE (cases);
