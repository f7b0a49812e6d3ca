/* SPDX-License-Identifier: Apache-2.0
 *
 * One run of a deep agent, in the words of the algorithms; study.c fills it from the parameters.
 */
#ifndef GRAPH_BACKUP_DEEP_RUN_H
#define GRAPH_BACKUP_DEEP_RUN_H

#include "deep.h"

typedef struct DeepSetup
{
  const char *env;
  const char *emulator, *rom; /* of env=atari */
  uint32_t n_levels;          /* that episodes draw from; 0: every episode is another world */
  DeepSettings agent;
  uint32_t evaluations;
  double checkpoint;   /* processor seconds between checkpoints */
  uint32_t keep_nodes; /* states of the transition graph to write; 0: none */
} DeepSetup;

/** A deep agent, or a control beside it, in the worlds of an environment. */
void run_deep (AssayRun *run, const DeepSetup *setup);

/** Writes the first @n_nodes states of the agent's transition graph as artifact `transitions`.
 * False: out of memory. */
bool deep_snapshot_write (AssayRun *run, Deep *deep, uint32_t n_nodes);

#endif
