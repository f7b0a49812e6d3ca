/* SPDX-License-Identifier: Apache-2.0
 *
 * Graph backup over the complete transition graph of KeyCorridorS3R1.
 */
#include "base/num/random.h"
#include "bench.h"
#include "graph-backup/mdp.h"
#include "graph-backup/offline.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TARGETS 2000

/* The environment plugin, linked in. */
const AssayPlugin *assay_plugin_entry (void);

typedef struct Full
{
  Memory memory; /* every state-action once */
  Graph graph;
  Backup backup;
  AssayStream replay, branches;
} Full;

static const AssayEnvironment *
find_environment (const char *id)
{
  const AssayTable *table = &assay_plugin_entry ()->environments;

  for (uint32_t i = 0; i < table->n; i++)
    {
      const AssayEnvironment *e
          = (const AssayEnvironment *) ((const char *) table->rows + (size_t) i * table->stride);

      if (!strcmp (e->id, id))
        return e;
    }
  return NULL;
}

static bool
fill (Full *full, const Mdp *mdp)
{
  uint32_t n_actions = mdp->n_actions;
  size_t pairs = (size_t) mdp->n_states * n_actions;

  if (!memory_init (&full->memory, (uint32_t) pairs)
      || !graph_init (&full->graph, mdp->n_states, n_actions)
      || !backup_init (&full->backup, mdp->n_states, n_actions, 0.95, &full->branches))
    return false;
  for (size_t i = 0; i < pairs; i++)
    {
      uint32_t state = (uint32_t) (i / n_actions), action = (uint32_t) (i % n_actions);

      memory_add (&full->memory, state, action, mdp->reward[i], mdp->next[i],
                  mdp->terminal[i] ? STEP_TERMINAL | STEP_LAST : 0, 1);
      if (!graph_add (&full->graph, state, action, mdp->reward[i], mdp->next[i], mdp->terminal[i]))
        return false;
    }
  return true;
}

static void
tear_down (void *data)
{
  Full *full = data;

  memory_clear (&full->memory);
  graph_clear (&full->graph);
  backup_clear (&full->backup);
  free (full);
}

static void *
set_up (void)
{
  Full *full = calloc (1, sizeof *full);
  const AssayEnvironment *environment = find_environment ("minigrid.KeyCorridorS3R1");
  uint64_t seed = 1;
  Mdp mdp;
  bool ok;

  if (!full || !environment
      || mdp_enumerate (&mdp, environment, &seed, 1, 100000, NULL, NULL) != MDP_OK)
    {
      fprintf (stderr, "bench: cannot enumerate minigrid.KeyCorridorS3R1\n");
      free (full);
      return NULL;
    }
  assay_stream_init (&full->replay, 1, "replay");
  assay_stream_init (&full->branches, 1, "branches");
  ok = fill (full, &mdp);
  mdp_clear (&mdp);
  if (ok)
    return full;
  tear_down (full);
  return NULL;
}

static double
targets_per_second (void *data)
{
  static const BackupRule rule = { .method = METHOD_GRAPH, .n = 10, .breadth = 50 };
  Full *full = data;
  double start = bench_now ();

  for (uint32_t i = 0; i < TARGETS; i++)
    {
      uint32_t t = assay_below (&full->replay, full->memory.n);
      Target target;

      if (!backup_target (&full->backup, &rule, &full->memory, &full->graph, t, &target))
        return NAN;
    }
  return TARGETS / (bench_now () - start);
}

static const BenchCase cases[] = {
  { .suite = "workbench",
    .name = "graph-backup",
    .unit = "targets/s",
    .yardstick = 20000,
    .higher = true,
    .set_up = set_up,
    .measure = targets_per_second,
    .tear_down = tear_down },
};

const BenchTable bench_graph_backup = BENCH_TABLE (cases);
