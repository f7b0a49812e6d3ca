/* SPDX-License-Identifier: Apache-2.0
 *
 * The true optimal values of an enumerated MDP.
 */
#ifndef GRAPH_BACKUP_SOLVE_H
#define GRAPH_BACKUP_SOLVE_H

#include "mdp.h"

/** Q* by value iteration, Q(s,a) = r + gamma (1 - terminal) max_a' Q(s',a'), in place until no
 *  entry moves by more than @tolerance; 0 <= gamma < 1.  @q is [n_states][n_actions], written
 *  from 0.  Returns the number of sweeps. */
uint32_t solve_value_iteration (const Mdp *mdp, double gamma, double tolerance, double *q);

#endif
