/* SPDX-License-Identifier: Apache-2.0 */
#include "deep-run.h"

#include "atari-world.h"
#include "learn/tensor/blas.h"
#include "measure.h"
#include "run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Returns by which the games of MinAtar are brought to one scale: round figures of the order that
 * published agents reach.  They weigh games against each other and decide nothing else. */
static const struct
{
  const char *env;
  double scale;
} scales[] = { { "minatar.asterix", 20 },
               { "minatar.breakout", 20 },
               { "minatar.freeway", 50 },
               { "minatar.seaquest", 20 },
               { "minatar.space-invaders", 50 } };

static double
scale_of (const char *env)
{
  for (size_t i = 0; i < sizeof scales / sizeof scales[0]; i++)
    if (!strcmp (scales[i].env, env))
      return scales[i].scale;
  return 1;
}

/* Series of a run; from LOSS on those of learners, of which the last are not judged. */
enum
{
  RETURN,
  SCORE,
  SUCCESS,
  TRAIN_RETURN,
  NOVEL,
  NODES,
  EDGES,
  CROSSINGS,
  ALIASED_FULL,
  ALIASED_STACK,
  LOSS,
  TARGET_MEAN,
  WORK,
  RETURN_BY_WORK,
  FORWARDS,
  RETURN_BY_FORWARDS,
  RETURN_BY_SECONDS,
  N_SERIES
};

static const struct
{
  const char *metric, *labels;
} series_names[N_SERIES] = {
  [RETURN] = { "return", NULL },
  [SCORE] = { "score", NULL },
  [SUCCESS] = { "success", NULL },
  [TRAIN_RETURN] = { "train-return", NULL },
  [NOVEL] = { "novel-ratio", NULL },
  [NODES] = { "nodes", NULL },
  [EDGES] = { "edges-seen", NULL },
  [CROSSINGS] = { "crossing-share", NULL },
  [ALIASED_FULL] = { "aliasing-visited", "view=full" },
  [ALIASED_STACK] = { "aliasing-visited", "view=stack" },
  [LOSS] = { "loss", NULL },
  [TARGET_MEAN] = { "target-mean", NULL },
  [WORK] = { "edge-updates", NULL },
  [RETURN_BY_WORK] = { "return-by-compute", NULL },
  [FORWARDS] = { "forwards", NULL },
  [RETURN_BY_FORWARDS] = { "return-by-forwards", NULL },
  [RETURN_BY_SECONDS] = { "return-by-seconds", NULL },
};

typedef struct Watch
{
  uint32_t series[N_SERIES], n_evaluated;
  double began, saved; /* processor seconds */
} Watch;

static void
observe (AssayRun *run, const DeepSetup *setup, Deep *deep, const Watch *watch)
{
  const uint32_t *series = watch->series;
  const Graph *g = &deep->graph;
  double step = (double) deep->n_steps, success, value = deep_evaluate (deep, &success);

  assay_observe (run, series[RETURN], step, value);
  assay_observe (run, series[SCORE], step, value / scale_of (setup->env));
  assay_observe (run, series[SUCCESS], step, success);
  if (deep->n_episodes)
    assay_observe (run, series[TRAIN_RETURN], step, deep->return_sum / deep->n_episodes);
  assay_observe (run, series[NOVEL], step, g->n_seen / (step + 1));
  assay_observe (run, series[NODES], step, g->n_seen);
  assay_observe (run, series[EDGES], step, g->n_edges);
  assay_observe (run, series[CROSSINGS], step, (double) g->n_crossings / g->n_seen);
  assay_observe (run, series[ALIASED_FULL], step, nodes_aliased (&deep->nodes, NODE_OBSERVATION));
  assay_observe (run, series[ALIASED_STACK], step, nodes_aliased (&deep->nodes, NODE_STACK));
  if (deep->settings.policy == DEEP_LEARN)
    {
      double work = (double) deep->backup.edges, forwards = (double) deep->forwards;

      if (deep->n_recent)
        {
          assay_observe (run, series[LOSS], step, deep->loss / deep->n_recent);
          assay_observe (run, series[TARGET_MEAN], step, deep->target_sum / deep->n_recent);
        }
      assay_observe (run, series[WORK], step, work);
      assay_observe (run, series[RETURN_BY_WORK], work, value);
      assay_observe (run, series[FORWARDS], step, forwards);
      assay_observe (run, series[RETURN_BY_FORWARDS], forwards, value);
      assay_observe (run, series[RETURN_BY_SECONDS], cpu_seconds () - watch->began, value);
    }
  deep->return_sum = deep->loss = deep->target_sum = 0;
  deep->n_episodes = deep->n_recent = 0;
}

static void
observe_degrees (AssayRun *run, const Deep *deep)
{
  double degrees[2][MEASURE_DEGREES];

  measure_degrees (&deep->graph, degrees[0], degrees[1]);
  for (int d = 0; d < 2; d++)
    for (int i = 0; i < MEASURE_DEGREES; i++)
      {
        char labels[64];

        snprintf (labels, sizeof labels, "degree=%d direction=%s", i, d ? "out" : "in");
        assay_observe (run, assay_series (run, "degree-share", labels), 0, degrees[d][i]);
      }
}

/* ---- Checkpoints -------------------------------------------------------------------- */

/* What the run knows besides the agent. */
typedef struct Progress
{
  uint64_t n_evaluated;
  double seconds;
} Progress;

static bool
save (AssayRun *run, const Deep *deep, const Watch *watch)
{
  size_t size = sizeof (Progress) + deep_state_size (deep);
  uint8_t *bytes = malloc (size);
  Progress progress = { watch->n_evaluated, cpu_seconds () - watch->began };

  if (!bytes)
    return false;
  memcpy (bytes, &progress, sizeof progress);
  deep_get_state (deep, bytes + sizeof progress);
  assay_save (run, bytes, size);
  free (bytes);
  return true;
}

/* False: the run has ended. */
static bool
restore (AssayRun *run, Deep *deep, Watch *watch)
{
  uint64_t size;
  const uint8_t *bytes = assay_restore (run, &size);
  Progress progress;

  if (!bytes)
    return true;
  if (size < sizeof progress
      || !deep_set_state (deep, bytes + sizeof progress, size - sizeof progress))
    {
      assay_fail (run, "The checkpoint is not of this run; run it anew.");
      return false;
    }
  memcpy (&progress, bytes, sizeof progress);
  watch->n_evaluated = (uint32_t) progress.n_evaluated;
  watch->began -= progress.seconds;
  return true;
}

/* ---- The run -------------------------------------------------------------------------- */

static bool
is_due (const DeepSetup *setup, const Deep *deep, const Watch *watch)
{
  return deep->settings.policy == DEEP_LEARN && deep->n_steps % setup->agent.renew_every == 0
         && deep->n_steps < setup->agent.steps
         && cpu_seconds () - watch->saved >= setup->checkpoint;
}

/* False: out of memory. */
static bool
live (AssayRun *run, const DeepSetup *setup, Deep *deep, Watch *watch)
{
  uint32_t steps = setup->agent.steps;

  if (!deep->n_steps)
    observe (run, setup, deep, watch);
  while (deep->n_steps < steps)
    {
      if (!deep_step (deep))
        return false;
      /* The k-th of n points lies at k / n of the run. */
      if (deep->n_steps * setup->evaluations >= (uint64_t) (watch->n_evaluated + 1) * steps)
        {
          watch->n_evaluated++;
          observe (run, setup, deep, watch);
        }
      if (is_due (setup, deep, watch))
        {
          if (!save (run, deep, watch))
            return false;
          watch->saved = cpu_seconds ();
        }
      if (deep->n_steps % 64 == 0)
        {
          assay_progress (run, (double) deep->n_steps / steps, "learning");
          if (assay_cancelled (run))
            return true;
        }
    }
  assay_observe (run, assay_series (run, "seconds", NULL), 0, cpu_seconds () - watch->began);
  observe_degrees (run, deep);
  return !setup->keep_nodes || deep_snapshot_write (run, deep, setup->keep_nodes);
}

static void
get_streams (AssayRun *run, DeepStreams *streams)
{
  assay_stream (run, "episodes", &streams->levels);
  assay_stream (run, "explore", &streams->explore);
  assay_stream (run, "replay", &streams->replay);
  assay_stream (run, "branches", &streams->branches);
  assay_stream (run, "evaluate", &streams->evaluate);
  assay_stream (run, "weights", &streams->weights);
}

static void
run_agent (AssayRun *run, const DeepSetup *setup, const AssayEnvironment *environment,
           const uint64_t *levels)
{
  uint32_t n = setup->agent.policy == DEEP_LEARN ? N_SERIES : LOSS;
  Watch watch = { .began = cpu_seconds (), .saved = cpu_seconds () };
  DeepStreams streams;
  Deep deep;

  assay_note (run, "products", assay_blas_name ());
  get_streams (run, &streams);
  if (!deep_init (&deep, environment, levels, setup->n_levels, &setup->agent, &streams))
    {
      fail_memory (run);
      return;
    }
  for (uint32_t i = 0; i < n; i++)
    watch.series[i] = assay_series (run, series_names[i].metric, series_names[i].labels);
  if (restore (run, &deep, &watch) && !live (run, setup, &deep, &watch))
    fail_memory (run);
  deep_clear (&deep);
}

static void
run_in (AssayRun *run, const DeepSetup *setup, const AssayEnvironment *environment)
{
  uint64_t *levels = setup->n_levels ? level_seeds (run, setup->n_levels) : NULL;
  AssayEncoding encoding;

  if (!deep_encoding (&encoding, environment))
    assay_fail (run, "The deep agents need a first view of bytes, rows by columns by channels.");
  else if (setup->n_levels && !levels)
    fail_memory (run);
  else
    run_agent (run, setup, environment, levels);
  free (levels);
}

void
run_deep (AssayRun *run, const DeepSetup *setup)
{
  const AssayEnvironment *environment;
  char why[512];
  AtariWorld atari;

  if (strcmp (setup->env, "atari"))
    {
      environment = assay_environment (run, setup->env);
      if (environment)
        run_in (run, setup, environment);
    }
  else if (setup->agent.node == NODE_STATE)
    assay_fail (run, "An emulator does not give its state: take node=observation or node=stack.");
  else if (!atari_open (&atari, setup->emulator, setup->rom, why, sizeof why))
    assay_fail (run, why);
  else
    {
      run_in (run, setup, &atari.environment);
      atari_close (&atari);
    }
}
