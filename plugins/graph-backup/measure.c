/* SPDX-License-Identifier: Apache-2.0 */
#include "measure.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void
measure_q_error (const Agent *agent, double *mean, double *largest)
{
  uint32_t n_actions = agent->mdp->n_actions;
  double sum = 0, visits = 0;

  *largest = 0;
  for (uint32_t s = 0; s < agent->mdp->n_states; s++)
    for (uint32_t a = 0; a < n_actions; a++)
      {
        size_t pair = (size_t) s * n_actions + a;
        double error;

        if (!agent->visits[pair])
          continue;
        error = fabs (agent->q[(size_t) agent_node (agent, s) * agent->backup.stride + a]
                      - agent->q_star[pair]);
        sum += agent->visits[pair] * error;
        visits += agent->visits[pair];
        *largest = fmax (*largest, error);
      }
  *mean = visits ? sum / visits : 0;
}

static double
state_visits (const Agent *agent, uint32_t state)
{
  const uint32_t *row = agent->visits + (size_t) state * agent->mdp->n_actions;
  double sum = 0;

  for (uint32_t a = 0; a < agent->mdp->n_actions; a++)
    sum += row[a];
  return sum;
}

bool
measure_aliasing (const Agent *agent, int view, double *share, double *visited)
{
  const Mdp *mdp = agent->mdp;
  const uint32_t *observation = mdp->view[view];
  uint32_t *n_states = calloc (mdp->n_observations[view], sizeof *n_states);
  double aliased = 0, in_aliased = 0, in_all = 0;

  if (!n_states)
    return false;
  for (uint32_t s = 0; s < mdp->n_states; s++)
    n_states[observation[s]]++;
  for (uint32_t o = 0; o < mdp->n_observations[view]; o++)
    aliased += n_states[o] > 1;
  for (uint32_t s = 0; s < mdp->n_states; s++)
    {
      double visits = state_visits (agent, s);

      in_all += visits;
      in_aliased += n_states[observation[s]] > 1 ? visits : 0;
    }
  *share = aliased / mdp->n_observations[view];
  *visited = in_all ? in_aliased / in_all : 0;
  free (n_states);
  return true;
}

static uint32_t
clip (uint32_t degree)
{
  return degree < MEASURE_DEGREES ? degree : MEASURE_DEGREES - 1;
}

void
measure_degrees (const Graph *graph, double in[MEASURE_DEGREES], double out[MEASURE_DEGREES])
{
  memset (in, 0, MEASURE_DEGREES * sizeof *in);
  memset (out, 0, MEASURE_DEGREES * sizeof *out);
  for (uint32_t i = 0; i < graph->n_nodes; i++)
    if (graph->visits[i])
      {
        in[clip (graph->in_degree[i])] += 1.0 / graph->n_seen;
        out[clip (graph->out_degree[i])] += 1.0 / graph->n_seen;
      }
}
