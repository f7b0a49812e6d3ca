/* SPDX-License-Identifier: Apache-2.0
 *
 * Targets from a network: a row of `base` is had when a target will read it, not before.  So the
 * branches of a whole minibatch are drawn first, then one forward pass gives all rows that are
 * out of date, then values go up.
 */
#include "backup-parts.h"

#include <stdlib.h>

/* Room for @n items in *@array. */
static bool
reserve (uint32_t **array, uint32_t *capacity, uint32_t n)
{
  uint32_t wide = *capacity ? *capacity : 256, *grown;

  if (n <= *capacity)
    return true;
  while (wide < n)
    wide *= 2;
  grown = realloc (*array, wide * sizeof *grown);
  if (!grown)
    return false;
  *array = grown;
  *capacity = wide;
  return true;
}

static bool
want (Backup *b, uint32_t node)
{
  if (b->row_renewal[node] == b->renewal)
    return true;
  if (!reserve (&b->wanted, &b->wanted_capacity, b->n_wanted + 1))
    return false;
  b->row_renewal[node] = b->renewal;
  b->wanted[b->n_wanted++] = node;
  return true;
}

/* Every outcome of the planned branches is read, and the sampled state itself, whose action may
 * not be among them.  A table that is kept must not be written before its row was had. */
static bool
want_graph (Backup *b, const BackupRule *rule, const Memory *m, const Graph *graph, uint32_t t)
{
  uint32_t from = b->n_branches;

  if (!graph_branches (b, rule, m, graph, t) || !want (b, m->node[t]))
    return false;
  for (uint32_t i = from; i < b->n_branches; i++)
    {
      if (rule->persistent && !want (b, b->branches[i] / b->stride))
        return false;
      for (const Edge *e = graph->first + b->branches[i]; e; e = graph_more (graph, e))
        if (!e->terminal && !want (b, e->next))
          return false;
    }
  return true;
}

/* How many steps a trace can be long before it is cut, whatever the values. */
static uint32_t
horizon (const Backup *b, const BackupRule *rule)
{
  double weight = 1;
  uint32_t n = 0, limit = rule->longest ? rule->longest : UINT32_MAX;

  if (rule->method == METHOD_N_STEP || rule->method == METHOD_TREE)
    return rule->n;
  while (n < limit && weight >= TRACE_END)
    {
      weight *= b->gamma * rule->lambda;
      n++;
    }
  return n;
}

/* All states of the stretch: only the values say where a trace is cut. */
static bool
want_stretch (Backup *b, const BackupRule *rule, const Memory *m, uint32_t t)
{
  uint32_t n = horizon (b, rule);

  if (rule->method == METHOD_RETRACE && !want (b, m->node[t]))
    return false;
  for (uint32_t i = t;; i++)
    {
      bool last = i + 1 - t >= n || !memory_goes_on (m, i);

      if ((last || rule->method != METHOD_N_STEP) && !(m->flags[i] & STEP_TERMINAL)
          && !want (b, m->next[i]))
        return false;
      if (last)
        return true;
    }
}

void
backup_renew (Backup *b)
{
  b->renewal++;
}

static bool
is_of_graph (const BackupRule *rule)
{
  return rule->method == METHOD_GRAPH || rule->method == METHOD_GRAPH_MIXED;
}

bool
backup_plan (Backup *b, const BackupRule *rule, const Memory *m, const Graph *graph,
             const uint32_t *t, uint32_t n)
{
  b->n_branches = b->n_wanted = 0;
  b->planned = t;
  b->n_planned = n;
  if (!reserve (&b->plan, &b->plan_capacity, n + 1))
    return false;
  for (uint32_t i = 0; i < n; i++)
    {
      b->plan[i] = b->n_branches;
      if (!(is_of_graph (rule) ? want_graph (b, rule, m, graph, t[i])
                               : want_stretch (b, rule, m, t[i])))
        return false;
    }
  b->plan[n] = b->n_branches;
  return true;
}

void
backup_put (Backup *b, uint32_t node, const float *values)
{
  size_t row = (size_t) node * b->stride;

  for (uint32_t a = 0; a < b->n_actions; a++)
    b->base[row + a] = b->table[row + a] = values[a];
}

void
backup_planned (Backup *b, const BackupRule *rule, const Memory *m, const Graph *graph, uint32_t i,
                Target *target)
{
  uint32_t t = b->planned[i];

  if (!is_of_graph (rule))
    {
      backup_target (b, rule, m, graph, t, target); /* needs no memory: nothing is drawn */
      return;
    }
  *target = (Target){ m->node[t], m->action[t],
                      graph_value (b, rule, m, graph, t, b->plan[i], b->plan[i + 1]) };
}
