/* SPDX-License-Identifier: Apache-2.0 */
#include "graph.h"

#include "grow.h"

bool
graph_grow (Graph *graph, uint32_t n)
{
  uint32_t old = graph->n_nodes;
  size_t row = graph->stride * sizeof *graph->counts;

  if (!grow_array (&graph->first, old, n, graph->stride * sizeof *graph->first, 0)
      || !grow_array (&graph->outcomes, old, n, row, 0)
      || !grow_array (&graph->counts, old, n, row, 0)
      || !grow_array (&graph->first_visit, old, n, sizeof *graph->first_visit, 0xff)
      || !grow_array (&graph->visits, old, n, sizeof *graph->visits, 0)
      || !grow_array (&graph->in_degree, old, n, sizeof *graph->in_degree, 0)
      || !grow_array (&graph->out_degree, old, n, sizeof *graph->out_degree, 0))
    return false;
  graph->n_nodes = n;
  return true;
}

bool
graph_init (Graph *graph, uint32_t n_nodes, uint32_t n_actions)
{
  *graph = (Graph){ .n_actions = n_actions, .stride = graph_stride (n_actions) };
  if (graph_grow (graph, n_nodes))
    return true;
  graph_clear (graph);
  return false;
}

void
graph_clear (Graph *graph)
{
  free (graph->first);
  free (graph->pool);
  free (graph->outcomes);
  free (graph->counts);
  free (graph->first_visit);
  free (graph->visits);
  free (graph->in_degree);
  free (graph->out_degree);
  *graph = (Graph){ .n_nodes = 0 };
}

static void
visit (Graph *graph, uint32_t node)
{
  if (!graph->visits[node]++)
    {
      graph->first_visit[node] = graph->n_transitions;
      graph->n_seen++;
    }
}

void
graph_start (Graph *graph, uint32_t node)
{
  visit (graph, node);
}

static bool
leads_to (const Graph *graph, uint32_t node, uint32_t next)
{
  for (uint32_t a = 0; a < graph->n_actions; a++)
    for (const Edge *e = graph_first (graph, node, a); e && e->count; e = graph_more (graph, e))
      if (e->next == next)
        return true;
  return false;
}

static void
count_degree (Graph *graph, uint32_t node, uint32_t next)
{
  if (node == next || leads_to (graph, node, next))
    return;
  graph->out_degree[node]++;
  if (++graph->in_degree[next] == 2)
    graph->n_crossings++;
}

/* Room for one more outcome, so that no cell moves while a chain is walked. */
static bool
reserve (Graph *graph)
{
  uint32_t capacity = graph->pool_capacity ? graph->pool_capacity * 2 : 256;
  Edge *grown;

  if (graph->n_pool < graph->pool_capacity)
    return true;
  grown = realloc (graph->pool, capacity * sizeof *grown);
  if (!grown)
    return false;
  graph->pool = grown;
  graph->pool_capacity = capacity;
  return true;
}

static void
add_from (uint32_t *cumulative, uint32_t action, uint32_t stride)
{
  for (uint32_t a = action; a < stride; a++)
    cumulative[a]++;
}

bool
graph_add (Graph *graph, uint32_t node, uint32_t action, float reward, uint32_t next, bool terminal)
{
  size_t row = (size_t) node * graph->stride;
  Edge *edge = graph->first + row + action;

  if (!reserve (graph))
    return false;
  while (edge->count
         && !(edge->next == next && edge->reward == reward && edge->terminal == terminal))
    {
      if (!edge->more)
        {
          graph->pool[graph->n_pool] = (Edge){ .count = 0 };
          edge->more = ++graph->n_pool;
        }
      edge = graph->pool + edge->more - 1;
    }
  if (!edge->count)
    {
      count_degree (graph, node, next);
      *edge = (Edge){ .next = next, .reward = reward, .terminal = terminal };
      add_from (graph->outcomes + row, action, graph->stride);
      graph->n_edges++;
    }
  edge->count++;
  add_from (graph->counts + row, action, graph->stride);
  graph->n_transitions++;
  visit (graph, next);
  return true;
}
