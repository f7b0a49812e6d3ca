/* SPDX-License-Identifier: Apache-2.0 */
#include "solve.h"

#include <math.h>
#include <string.h>

static double
row_max (const double *q, uint32_t n)
{
  double best = q[0];

  for (uint32_t a = 1; a < n; a++)
    best = q[a] > best ? q[a] : best;
  return best;
}

uint32_t
solve_value_iteration (const Mdp *mdp, double gamma, double tolerance, double *q)
{
  uint32_t n_actions = mdp->n_actions, sweeps = 0;
  double moved;

  memset (q, 0, (size_t) mdp->n_states * n_actions * sizeof *q);
  do
    {
      moved = 0;
      /* From the last found to the first, because values flow back towards the starts. */
      for (size_t pair = (size_t) mdp->n_states * n_actions; pair-- > 0;)
        {
          double value = mdp->reward[pair];

          if (!mdp->terminal[pair])
            value += gamma * row_max (q + (size_t) mdp->next[pair] * n_actions, n_actions);
          moved = fmax (moved, fabs (value - q[pair]));
          q[pair] = value;
        }
      sweeps++;
    }
  while (moved > tolerance);
  return sweeps;
}
