/* SPDX-License-Identifier: Apache-2.0
 *
 * The transition graph: everything ever experienced, as counts of (reward, end,
 * next node) under every (node, action).
 */
#ifndef GRAPH_BACKUP_GRAPH_H
#define GRAPH_BACKUP_GRAPH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** One outcome of an action.  The first outcome of every (node, action) lies in line,
 *  further ones in a pool: a deterministic world never touches the pool. */
typedef struct Edge
{
  uint32_t next, count; /* count 0: never tried */
  float reward;
  uint32_t terminal;
  uint32_t more; /* index + 1 of the next outcome in the pool; 0: none */
} Edge;

typedef struct Graph
{
  uint32_t n_nodes, n_actions, stride; /* stride: graph_stride (n_actions) */
  Edge *first;                         /* [n_nodes][stride] */
  Edge *pool;
  uint32_t n_pool, pool_capacity;
  uint32_t *outcomes; /* [n_nodes][stride]: different outcomes of this action and all before it */
  uint32_t *counts; /* [n_nodes][stride]: the same with repeats; both make a draw a few compares */
  uint32_t *first_visit; /* [n_nodes]: transitions so far when it was entered; UINT32_MAX: unseen */
  uint32_t *visits;      /* [n_nodes]: times entered, started at included */
  uint32_t *in_degree, *out_degree;      /* [n_nodes]: different other nodes */
  uint32_t n_seen, n_edges, n_crossings; /* crossing: in-degree of two or more */
  uint32_t n_transitions;
} Graph;

/** Cells in a row of edges, and in a row of values, so that one index serves both. */
static inline uint32_t
graph_stride (uint32_t n_actions)
{
  return (n_actions + 3) / 4 * 4;
}

bool graph_init (Graph *graph, uint32_t n_nodes, uint32_t n_actions);
void graph_clear (Graph *graph);
/** Room for @n_nodes, not fewer than now.  False: out of memory. */
bool graph_grow (Graph *graph, uint32_t n_nodes);

/** Counts an episode's start at @node. */
void graph_start (Graph *graph, uint32_t node);
/** Counts one transition; false: out of memory. */
bool graph_add (Graph *graph, uint32_t node, uint32_t action, float reward, uint32_t next,
                bool terminal);

static inline const Edge *
graph_first (const Graph *graph, uint32_t node, uint32_t action)
{
  return graph->first + (size_t) node * graph->stride + action;
}

/** Different outcomes of all actions. */
static inline uint32_t
graph_n_out (const Graph *graph, uint32_t node)
{
  return graph->outcomes[(size_t) node * graph->stride + graph->stride - 1];
}

static inline const Edge *
graph_more (const Graph *graph, const Edge *edge)
{
  return edge->more ? graph->pool + edge->more - 1 : NULL;
}

#endif
