/* SPDX-License-Identifier: Apache-2.0
 *
 * Backups over the graph: first the branches are drawn, then values go up them.
 */
#include "backup-parts.h"

#include <stdlib.h>
#include <string.h>

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

static double
limited_value (Backup *b, const BackupRule *rule, const Memory *m, const Graph *graph, uint32_t t,
               uint32_t from, uint32_t to)
{
  const uint32_t *branches = b->branches;
  double value;

  for (uint32_t i = to; i-- > from;)
    b->table[branches[i]] = graph_mean (b, rule, graph, graph->first + branches[i]);
  value = b->table[(size_t) m->node[t] * b->stride + m->action[t]];
  for (uint32_t i = from; i < to && !rule->persistent; i++)
    b->table[branches[i]] = b->base[branches[i]];
  return value;
}

static double
state_value (const Backup *b, uint32_t node)
{
  return b->value_stamp[node] == b->target ? b->state_value[node] : base_max (b, node);
}

static double
mixed_value (Backup *b, const BackupRule *rule, const Memory *m, const Graph *graph, uint32_t t,
             uint32_t from, uint32_t to)
{
  next_stamp (&b->target, b->value_stamp, b->n_nodes);
  for (uint32_t i = to; i-- > from;)
    {
      uint32_t node = b->branches[i] / b->stride;
      double sum = 0, count = 0;

      for (const Edge *e = graph->first + b->branches[i]; e; e = graph_more (graph, e))
        {
          sum += e->count
                 * (e->reward + (ends (rule, graph, e) ? 0 : b->gamma * state_value (b, e->next)));
          count += e->count;
        }
      b->state_value[node] = sum / count;
      b->value_stamp[node] = b->target;
    }
  return b->state_value[m->node[t]];
}

/* The first level holds all tried actions of the state; in the Atari code, which passes on the
 * value of the branch of a state that was backed up last, only the action taken. */
bool
graph_branches (Backup *b, const BackupRule *rule, const Memory *m, const Graph *graph, uint32_t t)
{
  uint32_t n_frontier = 1, from = b->n_branches, first = m->node[t] * b->stride + m->action[t];

  b->frontier[0] = m->node[t];
  if (rule->method == METHOD_GRAPH_MIXED)
    {
      if (!reserve (b, 1))
        return false;
      b->branches[b->n_branches++] = first;
      n_frontier = 0;
      next_stamp (&b->level, b->stamp, b->n_nodes);
      for (const Edge *e = graph->first + first; e; e = graph_more (graph, e))
        if (b->stamp[e->next] != b->level)
          {
            b->stamp[e->next] = b->level;
            b->frontier[n_frontier++] = e->next;
          }
    }
  if (!expand (b, rule, graph, n_frontier, b->n_branches - from))
    return false;
  b->edges += b->n_branches - from;
  return true;
}

double
graph_value (Backup *b, const BackupRule *rule, const Memory *m, const Graph *graph, uint32_t t,
             uint32_t from, uint32_t to)
{
  if (rule->method == METHOD_GRAPH_MIXED)
    return mixed_value (b, rule, m, graph, t, from, to);
  return limited_value (b, rule, m, graph, t, from, to);
}
