/* SPDX-License-Identifier: Apache-2.0
 *
 * What is read off an agent, its graph and its MDP.
 */
#ifndef GRAPH_BACKUP_MEASURE_H
#define GRAPH_BACKUP_MEASURE_H

#include "agent.h"

/** |Q - Q*| over the state-actions that were visited: mean weighted by visits, and largest. */
void measure_q_error (const Agent *agent, double *mean, double *largest);

/** Share of the observations of @view that stand for more than one state: of those the MDP
 *  has, and weighted by the visits of the agent.  False: out of memory. */
bool measure_aliasing (const Agent *agent, int view, double *share, double *visited);

#define MEASURE_DEGREES 8 /* the last one: this many or more, less one */

/** Share of the nodes seen, by in-degree and out-degree 0..MEASURE_DEGREES-1. */
void measure_degrees (const Graph *graph, double in[MEASURE_DEGREES], double out[MEASURE_DEGREES]);

#endif
