/* SPDX-License-Identifier: Apache-2.0
 *
 * The beginning of a deep agent's transition graph as an artifact.  Nodes are numbered in the
 * order in which they were met, so the first ones are a graph of their own.
 */
#include "deep-run.h"

#include <stdlib.h>
#include <string.h>

#define TILE 8            /* pixels */
#define PICTURES 160      /* at most */
#define PICTURE_BYTES 1e6 /* of all pictures together, at most */

typedef struct Snapshot
{
  uint32_t n_nodes, n_edges;
  uint32_t *from, *to;
  double *count, *reward;               /* [n_edges] */
  double *value, *visits, *first_visit; /* [n_nodes] */
  int32_t *picture_of;
  uint8_t *pictures;
} Snapshot;

static bool
allocate (Snapshot *s, const Graph *g, uint32_t n_nodes)
{
  uint32_t n_edges = g->n_edges + 1;

  *s = (Snapshot){ .n_nodes = n_nodes };
  s->from = malloc (n_edges * sizeof *s->from);
  s->to = malloc (n_edges * sizeof *s->to);
  s->count = calloc (n_edges, sizeof *s->count);
  s->reward = calloc (n_edges, sizeof *s->reward);
  s->value = malloc (n_nodes * sizeof *s->value);
  s->visits = malloc (n_nodes * sizeof *s->visits);
  s->first_visit = malloc (n_nodes * sizeof *s->first_visit);
  s->picture_of = malloc (n_nodes * sizeof *s->picture_of);
  return s->from && s->to && s->count && s->reward && s->value && s->visits && s->first_visit
         && s->picture_of;
}

static void
release (Snapshot *s)
{
  free (s->from);
  free (s->to);
  free (s->count);
  free (s->reward);
  free (s->value);
  free (s->visits);
  free (s->first_visit);
  free (s->picture_of);
  free (s->pictures);
}

/* One edge for all actions from one node to another; those of @from begin at @first. */
static void
add_edge (Snapshot *s, uint32_t first, uint32_t from, const Edge *edge)
{
  uint32_t i = first;

  if (from == edge->next || edge->next >= s->n_nodes)
    return;
  while (i < s->n_edges && s->to[i] != edge->next)
    i++;
  if (i == s->n_edges)
    {
      s->from[i] = from;
      s->to[i] = edge->next;
      s->n_edges++;
    }
  s->count[i] += edge->count;
  s->reward[i] = edge->reward > s->reward[i] ? edge->reward : s->reward[i];
}

static void
collect (Snapshot *s, Deep *deep)
{
  const Graph *g = &deep->graph;

  for (uint32_t i = 0; i < s->n_nodes; i++)
    {
      uint32_t first = s->n_edges;

      s->value[i] = deep_value (deep, i);
      s->visits[i] = g->visits[i];
      s->first_visit[i] = g->first_visit[i];
      for (uint32_t a = 0; a < g->n_actions; a++)
        for (const Edge *e = graph_first (g, i, a); e && e->count; e = graph_more (g, e))
          add_edge (s, first, i, e);
    }
}

/* Pictures of states, evenly over the nodes.  Returns their number. */
static uint32_t
draw (Snapshot *s, Deep *deep)
{
  const AssayEnvironment *e = deep->world.environment;
  size_t bytes = (size_t) e->rows * e->columns * TILE * TILE * 3;
  uint32_t n = PICTURES, step;
  void *env = deep->eval.env;
  uint8_t *state = deep->eval.state;

  memset (s->picture_of, 0xff, s->n_nodes * sizeof *s->picture_of);
  n = n > PICTURE_BYTES / bytes ? (uint32_t) (PICTURE_BYTES / bytes) : n;
  n = n > s->n_nodes ? s->n_nodes : n;
  s->pictures = n ? malloc (n * bytes) : NULL;
  if (!s->pictures)
    return 0;
  step = s->n_nodes / n;
  /* Clocks and random numbers are those of a fresh episode. */
  worlds_begin (&deep->eval, 0, &deep->streams.evaluate);
  for (uint32_t i = 0; i < n; i++)
    {
      e->get_state (env, 0, state);
      memcpy (state, nodes_key (&deep->nodes, i * step), e->key_size);
      if (!e->set_state (env, 0, state))
        continue;
      e->draw (env, 0, TILE, s->pictures + i * bytes);
      s->picture_of[i * step] = (int32_t) i;
    }
  return n;
}

bool
deep_snapshot_write (AssayRun *run, Deep *deep, uint32_t n_nodes)
{
  const AssayEnvironment *e = deep->world.environment;
  uint32_t n_met = nodes_n (&deep->nodes);
  Snapshot s;
  bool ok = allocate (&s, &deep->graph, n_nodes < n_met ? n_nodes : n_met);

  if (ok)
    {
      AssayColumn nodes[] = { { "value", s.value, NULL },
                              { "visits", s.visits, NULL },
                              { "first-visit", s.first_visit, NULL } };
      AssayColumn edges[] = { { "count", s.count, NULL }, { "reward", s.reward, NULL } };
      AssayGraph graph = { .size = sizeof graph,
                           .n_nodes = s.n_nodes,
                           .from = s.from,
                           .to = s.to,
                           .nodes = ASSAY_TABLE (nodes),
                           .edges = ASSAY_TABLE (edges) };

      collect (&s, deep);
      graph.n_edges = s.n_edges;
      if (e->draw)
        {
          graph.n_pictures = draw (&s, deep);
          graph.picture_width = e->columns * TILE;
          graph.picture_height = e->rows * TILE;
          graph.pictures = s.pictures;
          graph.picture_of = s.picture_of;
        }
      assay_graph (run, "transitions", &graph);
    }
  release (&s);
  return ok;
}
