/* SPDX-License-Identifier: Apache-2.0
 *
 * One run of the study, in the words of the algorithms; study.c fills it from the parameters.
 */
#ifndef GRAPH_BACKUP_RUN_H
#define GRAPH_BACKUP_RUN_H

#include "agent.h"

typedef struct Setup
{
  const char *env;
  uint32_t n_levels, max_states;
  AgentSettings agent;
  uint32_t evaluations, eval_episodes;
  uint32_t probes; /* comparisons of all backups, evenly over the run */
  bool snapshot;   /* write the transition graph */
} Setup;

/** Two crossing trajectories under every backup: metric `credit`. */
void run_crossing (AssayRun *run, const Setup *setup);
/** One agent in the enumerated levels of an environment: all other metrics. */
void run_levels (AssayRun *run, const Setup *setup);

/** Seeds of the @n levels of this run, the same for every agent; for free().  NULL: out of
 *  memory. */
uint64_t *level_seeds (AssayRun *run, uint32_t n);
/** Ends the run for want of memory. */
void fail_memory (AssayRun *run);
/** Processor time of this process. */
double cpu_seconds (void);

/** Writes the agent's transition graph as artifact `transitions`.  False: out of memory. */
bool snapshot_write (AssayRun *run, const Agent *agent, const AssayEnvironment *environment,
                     const uint64_t *level_seeds);

#endif
