/* SPDX-License-Identifier: Apache-2.0
 *
 * What backup.c, backup-graph.c and backup-lazy.c share.
 */
#ifndef GRAPH_BACKUP_BACKUP_PARTS_H
#define GRAPH_BACKUP_BACKUP_PARTS_H

#include "backup.h"

/* A trace is cut when what follows can change the target by less than this. */
#define TRACE_END 1e-4
/* Frontier nodes per entry of the coarse table of weights. */
#define BLOCK 8

/** Whether the step after @t belongs to the same episode and is in the memory. */
static inline bool
memory_goes_on (const Memory *m, uint32_t t)
{
  return !(m->flags[t] & STEP_LAST) && t + 1 < m->n;
}

/** The best value of @node by the target network. */
static inline double
base_max (const Backup *b, uint32_t node)
{
  return backup_row_max (b->base + (size_t) node * b->stride, b->stride);
}

/** Adds the branches of the target of transition @t to `branches`.  False: out of memory. */
bool graph_branches (Backup *backup, const BackupRule *rule, const Memory *memory,
                     const Graph *graph, uint32_t t);
/** The target of @t over the branches @from..@to-1, which were drawn for it. */
double graph_value (Backup *backup, const BackupRule *rule, const Memory *memory,
                    const Graph *graph, uint32_t t, uint32_t from, uint32_t to);

#endif
