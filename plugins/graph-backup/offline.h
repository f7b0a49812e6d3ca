/* SPDX-License-Identifier: Apache-2.0
 *
 * All backups side by side on one memory: what each makes of the same experience.
 */
#ifndef GRAPH_BACKUP_OFFLINE_H
#define GRAPH_BACKUP_OFFLINE_H

#include "agent.h"

/** The levels of dimension `backup`, at the settings that most papers use. */
enum
{
  N_BACKUPS = 10
};
typedef struct NamedRule
{
  const char *name;
  BackupRule rule;
} NamedRule;
extern const NamedRule offline_rules[N_BACKUPS];

/** One sweep: every (node, action) of the memory gets the mean of its targets, all taken
 *  from the same target network, which is then replaced by @q, [n_nodes][stride].
 *  False: out of memory. */
bool offline_sweep (Backup *backup, const BackupRule *rule, const Memory *memory,
                    const Graph *graph, double *q);

/** Spread and error of targets of one (node, action), taken from different places of the
 *  memory; @backup as it stands. */
typedef struct PairTargets
{
  double variance[N_BACKUPS]; /* unbiased, over the occurrences */
  double bias[N_BACKUPS];     /* mean target minus Q* */
} PairTargets;

/** Compares all backups on up to @n_pairs (node, action) drawn from the agent's memory by
 *  how often they occur, each at up to 8 of its occurrences.  The agent must see its state.
 *  Leaves the agent as it was.  Returns the pairs found, or -1: out of memory. */
int offline_probe (Agent *agent, AssayStream *stream, uint32_t n_pairs, PairTargets *pairs);

/* ---- Two crossing trajectories ---------------------------------------------- */

/** The smallest world in which credit must cross: trajectory A runs over a crossing into
 *  nothing; trajectory B starts elsewhere, runs over the same crossing and ends at a reward.
 *  A's start is worth gamma^(steps over the crossing to the reward - 1), and no
 *  trajectory shows it. */
typedef struct Crossing
{
  Memory memory;
  Graph graph;
  uint32_t start;    /* A's first node */
  uint32_t shared;   /* the crossing */
  uint32_t distance; /* steps from start to the reward */
} Crossing;

/** Steps before the crossing and after it, of A and of B; each at least 1. */
bool crossing_init (Crossing *crossing, uint32_t before_a, uint32_t after_a, uint32_t before_b,
                    uint32_t after_b);
void crossing_clear (Crossing *crossing);

/** Value of A's start over its true value, after 1..@n_sweeps sweeps over the memory from
 *  values of 0.  False: out of memory. */
bool crossing_credit (const Crossing *crossing, const BackupRule *rule, double gamma,
                      AssayStream *branches, uint32_t n_sweeps, double *credit);

#endif
