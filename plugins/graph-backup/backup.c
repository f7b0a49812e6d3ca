/* SPDX-License-Identifier: Apache-2.0 */
#include "backup.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A trace is cut when what follows can change the target by less than this. */
#define TRACE_END 1e-4
/* Frontier nodes per entry of the coarse table of weights. */
#define BLOCK 8

bool
backup_init (Backup *b, uint32_t n_nodes, uint32_t n_actions, double gamma, AssayStream *stream)
{
  *b = (Backup){ .n_nodes = n_nodes,
                 .n_actions = n_actions,
                 .stride = graph_stride (n_actions),
                 .gamma = gamma,
                 .stream = stream };
  b->base = backup_values_new (b);
  b->table = backup_values_new (b);
  b->state_value = calloc (n_nodes, sizeof *b->state_value);
  b->value_stamp = calloc (n_nodes, sizeof *b->value_stamp);
  b->frontier = malloc (
      (n_nodes + 1) * sizeof *b->frontier); /* a spare cell, written before it is known to be new */
  b->reached = malloc ((n_nodes + 1) * sizeof *b->reached);
  b->cumulative = malloc ((n_nodes + 4 * BLOCK) * sizeof *b->cumulative);
  b->blocks = malloc ((n_nodes / BLOCK + 4) * sizeof *b->blocks);
  b->stamp = calloc (n_nodes, sizeof *b->stamp);
  b->capacity = 1024;
  b->branches = malloc (b->capacity * sizeof *b->branches);
  if (!b->base || !b->table || !b->state_value || !b->value_stamp || !b->frontier || !b->reached
      || !b->cumulative || !b->blocks || !b->stamp || !b->branches)
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
  *b = (Backup){ .n_nodes = 0 };
}

double *
backup_values_new (const Backup *b)
{
  double *values = calloc ((size_t) b->n_nodes * b->stride, sizeof *values);

  for (uint32_t i = 0; values && i < b->n_nodes; i++)
    for (uint32_t a = b->n_actions; a < b->stride; a++)
      values[(size_t) i * b->stride + a] = -INFINITY;
  return values;
}

void
backup_sync (Backup *b, const double *values)
{
  size_t bytes = (size_t) b->n_nodes * b->stride * sizeof *values;

  memcpy (b->base, values, bytes);
  memcpy (b->table, values, bytes);
}

static double
base_max (const Backup *b, uint32_t node)
{
  return backup_row_max (b->base + (size_t) node * b->stride, b->stride);
}

/* ---- Along the stored trajectory ------------------------------------------ */

/* Whether the step after @t belongs to the same episode and is in the memory. */
static bool
goes_on (const Memory *m, uint32_t t)
{
  return !(m->flags[t] & STEP_LAST) && t + 1 < m->n;
}

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

  for (; k < rule->n && goes_on (m, last); k++, last++)
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

  while (last - t + 1 < rule->n && goes_on (m, last))
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
      if (!goes_on (m, i))
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
      if (!goes_on (m, i) || on < TRACE_END)
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

/* ---- Over the graph -------------------------------------------------------- */

/* Room for @n more branches. */
static bool
reserve (Backup *b, uint32_t n)
{
  uint32_t capacity = b->capacity, *grown;

  if (b->n_branches + n <= capacity)
    return true;
  while (capacity < b->n_branches + n)
    capacity *= 2;
  grown = realloc (b->branches, capacity * sizeof *grown);
  if (!grown)
    return false;
  b->branches = grown;
  b->capacity = capacity;
  return true;
}

/* Begins a level: a new stamp, cleared once in 2^32 levels. */
static void
next_stamp (uint32_t *now, uint32_t *stamps, uint32_t n)
{
  if (++*now == 0)
    {
      memset (stamps, 0, n * sizeof *stamps);
      *now = 1;
    }
}

/* How many of the @n ascending cells, a multiple of four, are at most @at: the place where a
 * draw falls among cumulative weights.  Without a branch, because draws cannot be predicted. */
static inline uint32_t
at_most (const uint32_t *cells, uint32_t n, uint32_t at)
{
  uint32_t below = 0;

  for (uint32_t i = 0; i < n; i += 4)
    below += (cells[i] <= at) + (cells[i + 1] <= at) + (cells[i + 2] <= at) + (cells[i + 3] <= at);
  return below;
}

/* Every outcome of every tried action of the frontier.  Returns the nodes reached. */
static uint32_t
take_all (Backup *b, const Graph *graph, uint32_t n_frontier)
{
  uint32_t n = 0, level = b->level;

  for (uint32_t i = 0; i < n_frontier; i++)
    for (uint32_t a = 0; a < b->n_actions; a++)
      {
        uint32_t branch = b->frontier[i] * b->stride + a;

        for (const Edge *e = graph->first + branch; e && e->count; e = graph_more (graph, e))
          {
            b->branches[b->n_branches++] = branch;
            b->reached[n] = e->next;
            n += b->stamp[e->next] != level;
            b->stamp[e->next] = level;
          }
      }
  return n;
}

/* Weights of the frontier, accumulated, and the last of every block; both padded with the
 * largest number, which no draw reaches.  Returns the total. */
static uint32_t
accumulate (Backup *b, const uint32_t *weights, uint32_t n_frontier, uint32_t *n_blocks)
{
  uint32_t total = 0, n = 0;

  for (; n < n_frontier; n++)
    b->cumulative[n] = total += weights[b->frontier[n] * b->stride + b->stride - 1];
  for (; n % (4 * BLOCK); n++)
    b->cumulative[n] = UINT32_MAX;
  *n_blocks = n / BLOCK;
  for (uint32_t i = 0; i < *n_blocks; i++)
    b->blocks[i] = b->cumulative[i * BLOCK + BLOCK - 1];
  return total;
}

/* @n_draws outcomes, with replacement, by their counts or all alike. */
static uint32_t
take_drawn (Backup *b, const Graph *graph, const uint32_t *weights, bool uniform,
            uint32_t n_frontier, uint32_t n_draws)
{
  const uint32_t *restrict frontier = b->frontier, *restrict cumulative = b->cumulative;
  const uint32_t *restrict blocks = b->blocks;
  uint32_t *restrict stamp = b->stamp, *restrict reached = b->reached;
  uint32_t *restrict branches = b->branches + b->n_branches;
  uint32_t n_blocks, total = accumulate (b, weights, n_frontier, &n_blocks);
  uint32_t n = 0, level = b->level, stride = b->stride;

  for (uint32_t draw = 0; draw < n_draws; draw++)
    branches[draw] = assay_below (b->stream, total);
  for (uint32_t draw = 0; draw < n_draws; draw++)
    {
      uint32_t at = branches[draw], block = at_most (blocks, n_blocks, at) * BLOCK;
      uint32_t place = block + at_most (cumulative + block, BLOCK, at);
      uint32_t branch = frontier[place] * stride, action;
      const uint32_t *row = weights + branch;
      const Edge *edge;

      at -= cumulative[place] - row[stride - 1];
      action = at_most (row, stride, at);
      branch += action;
      edge = graph->first + branch;
      if (edge->more)
        {
          at -= action ? row[action - 1] : 0;
          for (uint32_t weight; at >= (weight = uniform ? 1 : edge->count); at -= weight)
            edge = graph_more (graph, edge);
        }
      branches[draw] = branch;
      reached[n] = edge->next;
      n += stamp[edge->next] != level;
      stamp[edge->next] = level;
    }
  b->n_branches += n_draws;
  return n;
}

/* Lists the state-actions of levels @from.. below the frontier, level by level. */
static bool
expand (Backup *b, const BackupRule *rule, const Graph *graph, uint32_t n_frontier, uint32_t from)
{
  for (uint32_t d = from; d < rule->n && n_frontier; d++)
    {
      uint32_t *kept = b->frontier, n_out = 0;

      for (uint32_t i = 0; i < n_frontier; i++)
        n_out += graph_n_out (graph, kept[i]);
      next_stamp (&b->level, b->stamp, b->n_nodes);
      if (!reserve (b, n_out))
        return false;
      if (rule->breadth && n_out > rule->breadth)
        n_frontier = take_drawn (b, graph, rule->uniform ? graph->outcomes : graph->counts,
                                 rule->uniform, n_frontier, rule->breadth);
      else
        n_frontier = take_all (b, graph, n_frontier);
      b->frontier = b->reached;
      b->reached = kept;
    }
  b->edges += b->n_branches;
  return true;
}

static bool
ends (const BackupRule *rule, const Graph *graph, const Edge *edge)
{
  return rule->infer_end ? !graph_n_out (graph, edge->next) : edge->terminal;
}

/* Mean over the outcomes of (node, action) of reward plus discounted best value. */
static double
graph_mean (const Backup *b, const BackupRule *rule, const Graph *graph, const Edge *edge)
{
  double sum = 0, count = 0;

  for (; edge; edge = graph_more (graph, edge))
    {
      double value = edge->reward;

      if (!ends (rule, graph, edge))
        value += b->gamma * backup_row_max (b->table + (size_t) edge->next * b->stride, b->stride);
      if (!count && !edge->more)
        return value;
      sum += edge->count * value;
      count += edge->count;
    }
  return sum / count;
}

static bool
graph_limited (Backup *b, const BackupRule *rule, const Memory *m, const Graph *graph, uint32_t t,
               Target *target)
{
  const uint32_t *branches;

  b->n_branches = 0;
  b->frontier[0] = m->node[t];
  if (!expand (b, rule, graph, 1, 0))
    return false;
  branches = b->branches;
  for (uint32_t i = b->n_branches; i-- > 0;)
    b->table[branches[i]] = graph_mean (b, rule, graph, graph->first + branches[i]);
  target->value = b->table[(size_t) m->node[t] * b->stride + m->action[t]];
  for (uint32_t i = 0; i < b->n_branches && !rule->persistent; i++)
    b->table[branches[i]] = b->base[branches[i]];
  return true;
}

static double
mixed_value (const Backup *b, uint32_t node)
{
  return b->value_stamp[node] == b->target ? b->state_value[node] : base_max (b, node);
}

/* As the Atari code: the first level holds (s0, a0) only, and a state's value is that of
 * the branch of it that was backed up last. */
static bool
graph_mixed (Backup *b, const BackupRule *rule, const Memory *m, const Graph *graph, uint32_t t,
             Target *target)
{
  uint32_t n_reached = 0, first = m->node[t] * b->stride + m->action[t];

  next_stamp (&b->level, b->stamp, b->n_nodes);
  next_stamp (&b->target, b->value_stamp, b->n_nodes);
  for (const Edge *e = graph->first + first; e; e = graph_more (graph, e))
    if (b->stamp[e->next] != b->level)
      {
        b->stamp[e->next] = b->level;
        b->frontier[n_reached++] = e->next;
      }
  b->branches[0] = first;
  b->n_branches = 1;
  if (!expand (b, rule, graph, n_reached, 1))
    return false;
  for (uint32_t i = b->n_branches; i-- > 0;)
    {
      uint32_t node = b->branches[i] / b->stride;
      double sum = 0, count = 0;

      for (const Edge *e = graph->first + b->branches[i]; e; e = graph_more (graph, e))
        {
          sum += e->count
                 * (e->reward + (ends (rule, graph, e) ? 0 : b->gamma * mixed_value (b, e->next)));
          count += e->count;
        }
      b->state_value[node] = sum / count;
      b->value_stamp[node] = b->target;
    }
  target->value = b->state_value[m->node[t]];
  return true;
}

typedef bool (*TargetFunction) (Backup *, const BackupRule *, const Memory *, const Graph *,
                                uint32_t, Target *);

static const TargetFunction functions[N_METHODS] = {
  [METHOD_N_STEP] = n_step,     [METHOD_TREE] = tree,           [METHOD_RETRACE] = retrace,
  [METHOD_Q_LAMBDA] = q_lambda, [METHOD_GRAPH] = graph_limited, [METHOD_GRAPH_MIXED] = graph_mixed,
};

bool
backup_target (Backup *b, const BackupRule *rule, const Memory *m, const Graph *graph, uint32_t t,
               Target *target)
{
  target->node = m->node[t];
  target->action = m->action[t];
  return functions[rule->method](b, rule, m, graph, t, target);
}
