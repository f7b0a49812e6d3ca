/* SPDX-License-Identifier: Apache-2.0 */
#include "backup-parts.h"
#include "grow.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void
pad (const Backup *b, double *values, uint32_t from, uint32_t to)
{
  for (uint32_t i = from; i < to; i++)
    for (uint32_t a = b->n_actions; a < b->stride; a++)
      values[(size_t) i * b->stride + a] = -INFINITY;
}

bool
backup_grow (Backup *b, uint32_t n)
{
  uint32_t old = b->n_nodes;
  size_t row = b->stride * sizeof *b->base;

  /* Of frontiers one cell is spare, written before it is known to be new; weights are padded. */
  if (!grow_array (&b->base, old, n, row, 0) || !grow_array (&b->table, old, n, row, 0)
      || !grow_array (&b->state_value, old, n, sizeof *b->state_value, 0)
      || !grow_array (&b->value_stamp, old, n, sizeof *b->value_stamp, 0)
      || !grow_array (&b->stamp, old, n, sizeof *b->stamp, 0)
      || !grow_array (&b->row_renewal, old, n, sizeof *b->row_renewal, 0)
      || !grow_array (&b->frontier, old, n + 1, sizeof *b->frontier, 0)
      || !grow_array (&b->reached, old, n + 1, sizeof *b->reached, 0)
      || !grow_array (&b->cumulative, old, n + 4 * BLOCK, sizeof *b->cumulative, 0)
      || !grow_array (&b->blocks, old / BLOCK, n / BLOCK + 4, sizeof *b->blocks, 0))
    return false;
  pad (b, b->base, old, n);
  pad (b, b->table, old, n);
  b->n_nodes = n;
  return true;
}

bool
backup_init (Backup *b, uint32_t n_nodes, uint32_t n_actions, double gamma, AssayStream *stream)
{
  *b = (Backup){ .n_actions = n_actions,
                 .stride = graph_stride (n_actions),
                 .gamma = gamma,
                 .renewal = 1,
                 .stream = stream };
  b->capacity = 1024;
  b->branches = malloc (b->capacity * sizeof *b->branches);
  if (!b->branches || !backup_grow (b, n_nodes))
    {
      backup_clear (b);
      return false;
    }
  return true;
}

void
backup_clear (Backup *b)
{
  free (b->base);
  free (b->table);
  free (b->state_value);
  free (b->value_stamp);
  free (b->frontier);
  free (b->reached);
  free (b->cumulative);
  free (b->blocks);
  free (b->stamp);
  free (b->branches);
  free (b->row_renewal);
  free (b->wanted);
  free (b->plan);
  *b = (Backup){ .n_nodes = 0 };
}

double *
backup_values_new (const Backup *b)
{
  double *values = calloc ((size_t) b->n_nodes * b->stride, sizeof *values);

  if (values)
    pad (b, values, 0, b->n_nodes);
  return values;
}

void
backup_sync (Backup *b, const double *values)
{
  size_t bytes = (size_t) b->n_nodes * b->stride * sizeof *values;

  memcpy (b->base, values, bytes);
  memcpy (b->table, values, bytes);
}

/* ---- Along the stored trajectory ------------------------------------------ */

/* Reward of step @t and, unless the episode ended there, the discounted best value after it. */
static double
one_step (const Backup *b, const Memory *m, uint32_t t)
{
  double value = m->reward[t];

  return m->flags[t] & STEP_TERMINAL ? value : value + b->gamma * base_max (b, m->next[t]);
}

static bool
n_step (Backup *b, const BackupRule *rule, const Memory *m, const Graph *graph, uint32_t t,
        Target *target)
{
  double sum = 0, weight = 1;
  uint32_t last = t, k = 1;

  for (; k < rule->n && memory_goes_on (m, last); k++, last++)
    {
      sum += weight * m->reward[last];
      weight *= b->gamma;
    }
  b->edges += k;
  target->value = sum + weight * one_step (b, m, last);
  if (rule->misattach)
    {
      /* The published code names the state-action where its loop stopped, and discounts
       * the bootstrap by gamma^n even where the end of the buffer cut the segment short. */
      target->node = m->node[last];
      target->action = m->action[last];
      if (!(m->flags[last] & STEP_TERMINAL))
        target->value
            = sum + weight * m->reward[last]
              + pow (b->gamma, last + 1 == m->n ? rule->n : k) * base_max (b, m->next[last]);
    }
  return true;
}

/* Expectation after step @t under the greedy policy (ties shared evenly) when the action
 * taken at t + 1 has the backed-up value @taken. */
static double
tree_value (const Backup *b, const BackupRule *rule, const Memory *m, uint32_t t, double taken)
{
  const double *row = b->base + (size_t) m->node[t + 1] * b->stride;
  uint32_t action = m->action[t + 1], ties = 0;
  double best;

  if (rule->after_backup)
    {
      best = taken;
      for (uint32_t a = 0; a < b->n_actions; a++)
        if (a != action && row[a] > best)
          best = row[a];
      return best;
    }
  best = backup_row_max (row, b->stride);
  if (row[action] < best)
    return best;
  for (uint32_t a = 0; a < b->n_actions; a++)
    ties += row[a] == best;
  return best + (taken - best) / ties;
}

static bool
tree (Backup *b, const BackupRule *rule, const Memory *m, const Graph *graph, uint32_t t,
      Target *target)
{
  uint32_t last = t;
  double value;

  while (last - t + 1 < rule->n && memory_goes_on (m, last))
    last++;
  b->edges += last - t + 1;
  value = one_step (b, m, last);
  while (last-- > t)
    value = m->reward[last] + b->gamma * tree_value (b, rule, m, last, value);
  target->value = value;
  return true;
}

/* Probability of the action of step @t under the greedy policy, ties shared evenly. */
static double
greedy_probability (const Backup *b, const Memory *m, uint32_t t, double best)
{
  const double *row = b->base + (size_t) m->node[t] * b->stride;
  uint32_t ties = 0;

  if (row[m->action[t]] < best)
    return 0;
  for (uint32_t a = 0; a < b->n_actions; a++)
    ties += row[a] == best;
  return 1.0 / ties;
}

static bool
retrace (Backup *b, const BackupRule *rule, const Memory *m, const Graph *graph, uint32_t t,
         Target *target)
{
  double weight = 1, sum = b->base[(size_t) m->node[t] * b->stride + m->action[t]];

  for (uint32_t i = t;; i++)
    {
      double old = b->base[(size_t) m->node[i] * b->stride + m->action[i]];

      sum += weight * (one_step (b, m, i) - old);
      b->edges++;
      if (!memory_goes_on (m, i))
        break;
      if (i + 1 - t == rule->longest)
        break;
      weight *= b->gamma * rule->lambda
                * fmin (1, greedy_probability (b, m, i + 1, base_max (b, m->node[i + 1]))
                               / m->behaviour[i + 1]);
      if (weight < TRACE_END)
        break;
    }
  target->value = sum;
  return true;
}

static bool
q_lambda (Backup *b, const BackupRule *rule, const Memory *m, const Graph *graph, uint32_t t,
          Target *target)
{
  double weight = 1, sum = 0;

  for (uint32_t i = t;; i++)
    {
      double on = weight * b->gamma * rule->lambda;

      b->edges++;
      if (!memory_goes_on (m, i) || on < TRACE_END || i + 1 - t == rule->longest)
        {
          sum += weight * one_step (b, m, i);
          break;
        }
      sum += weight * (m->reward[i] + b->gamma * (1 - rule->lambda) * base_max (b, m->next[i]));
      weight = on;
    }
  target->value = sum;
  return true;
}

static bool
over_graph (Backup *b, const BackupRule *rule, const Memory *m, const Graph *graph, uint32_t t,
            Target *target)
{
  b->n_branches = 0;
  if (!graph_branches (b, rule, m, graph, t))
    return false;
  target->value = graph_value (b, rule, m, graph, t, 0, b->n_branches);
  return true;
}

typedef bool (*TargetFunction) (Backup *, const BackupRule *, const Memory *, const Graph *,
                                uint32_t, Target *);

static const TargetFunction functions[N_METHODS] = {
  [METHOD_N_STEP] = n_step,     [METHOD_TREE] = tree,        [METHOD_RETRACE] = retrace,
  [METHOD_Q_LAMBDA] = q_lambda, [METHOD_GRAPH] = over_graph, [METHOD_GRAPH_MIXED] = over_graph,
};

bool
backup_target (Backup *b, const BackupRule *rule, const Memory *m, const Graph *graph, uint32_t t,
               Target *target)
{
  target->node = m->node[t];
  target->action = m->action[t];
  return functions[rule->method](b, rule, m, graph, t, target);
}
