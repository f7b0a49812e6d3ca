/* SPDX-License-Identifier: Apache-2.0
 *
 * The transition graph as an artifact: a node is a state, an edge is a pair of
 * states one step apart.  Steps that change nothing are left out.
 */
#include "run.h"

#include "offline.h"

#include <stdlib.h>
#include <string.h>

#define TILE 8            /* pixels */
#define PICTURES 160      /* at most */
#define PICTURE_BYTES 1e6 /* of all pictures together, at most */

/* Columns after the first four: what one sweep of a backup makes of the memory, from 0. */
static const char *const swept[] = { "one-step", "n-step-10", "tree", "graph" };
enum
{
  VALUE,
  Q_STAR,
  VISITS,
  FIRST_VISIT,
  SWEPT,
  N_NODE_COLUMNS = SWEPT + 4
};

typedef struct Snapshot
{
  const Agent *agent;
  uint32_t n_nodes, n_edges;
  uint32_t *number; /* [agent->n_nodes]: place in the artifact */
  uint32_t *node;   /* [n_nodes] */
  uint32_t *from, *to;
  double *count, *reward;
  double *columns[N_NODE_COLUMNS];
  int32_t *picture_of;
  uint8_t *pictures;
} Snapshot;

static bool
allocate (Snapshot *s, const Agent *agent)
{
  const Graph *g = &agent->graph;

  *s = (Snapshot){ .agent = agent };
  s->number = malloc (g->n_nodes * sizeof *s->number);
  s->node = malloc (g->n_seen * sizeof *s->node);
  s->from = malloc ((g->n_edges + 1) * sizeof *s->from);
  s->to = malloc ((g->n_edges + 1) * sizeof *s->to);
  s->count = calloc (g->n_edges + 1, sizeof *s->count);
  s->reward = calloc (g->n_edges + 1, sizeof *s->reward);
  s->picture_of = malloc (g->n_seen * sizeof *s->picture_of);
  for (int i = 0; i < N_NODE_COLUMNS; i++)
    {
      s->columns[i] = calloc (g->n_seen, sizeof *s->columns[i]);
      if (!s->columns[i])
        return false;
    }
  return s->number && s->node && s->from && s->to && s->count && s->reward && s->picture_of;
}

static void
release (Snapshot *s)
{
  free (s->number);
  free (s->node);
  free (s->from);
  free (s->to);
  free (s->count);
  free (s->reward);
  free (s->picture_of);
  free (s->pictures);
  for (int i = 0; i < N_NODE_COLUMNS; i++)
    free (s->columns[i]);
}

/* One edge for all actions from one node to another. */
static void
add_edge (Snapshot *s, uint32_t first, uint32_t from, const Edge *edge)
{
  uint32_t to = s->number[edge->next], i = first;

  if (from == to)
    return;
  while (i < s->n_edges && s->to[i] != to)
    i++;
  if (i == s->n_edges)
    {
      s->from[i] = from;
      s->to[i] = to;
      s->n_edges++;
    }
  s->count[i] += edge->count;
  s->reward[i] = edge->reward > s->reward[i] ? edge->reward : s->reward[i];
}

static void
collect (Snapshot *s)
{
  const Agent *agent = s->agent;
  const Graph *g = &agent->graph;

  for (uint32_t i = 0; i < g->n_nodes; i++)
    if (g->visits[i])
      {
        s->number[i] = s->n_nodes;
        s->node[s->n_nodes++] = i;
      }
  for (uint32_t i = 0; i < s->n_nodes; i++)
    {
      uint32_t node = s->node[i], first = s->n_edges;
      const double *row = agent->q_star + (size_t) node * g->n_actions;

      s->columns[VALUE][i] = backup_row_max (agent->q + (size_t) node * g->stride, g->stride);
      s->columns[VISITS][i] = g->visits[node];
      s->columns[FIRST_VISIT][i] = g->first_visit[node];
      for (uint32_t a = 0; a < g->n_actions; a++)
        {
          if (row[a] > s->columns[Q_STAR][i])
            s->columns[Q_STAR][i] = row[a];
          for (const Edge *e = graph_first (g, node, a); e && e->count; e = graph_more (g, e))
            add_edge (s, first, i, e);
        }
    }
}

/* Values after one sweep of each backup over the agent's memory. */
static bool
sweep (Snapshot *s)
{
  const Agent *agent = s->agent;
  AssayStream branches = agent->streams.branches;
  Backup backup;
  double *q = NULL;
  bool ok = backup_init (&backup, agent->n_nodes, agent->graph.n_actions, agent->settings.gamma,
                         &branches);

  for (int k = 0; ok && k < 4; k++)
    {
      int rule = 0;

      while (strcmp (offline_rules[rule].name, swept[k]))
        rule++;
      free (q);
      q = backup_values_new (&backup);
      ok = q != NULL;
      if (ok)
        backup_sync (&backup, q);
      ok = ok
           && offline_sweep (&backup, &offline_rules[rule].rule, &agent->memory, &agent->graph, q);
      for (uint32_t i = 0; ok && i < s->n_nodes; i++)
        s->columns[SWEPT + k][i]
            = backup_row_max (q + (size_t) s->node[i] * backup.stride, backup.stride);
    }
  free (q);
  backup_clear (&backup);
  return ok;
}

/* Brings the world to a state along the search's path, always at the first time step. */
static void
walk_to (const Mdp *mdp, const AssayEnvironment *e, void *world, const uint64_t *seeds,
         uint32_t state, uint8_t *room, void *observation)
{
  uint32_t path[1024], n = 0, at = state;
  uint8_t *now = room, *fresh = room + e->state_size, terminated, truncated;
  float reward;

  for (; mdp->parent[at] != at && n < 1024; at = mdp->parent[at])
    path[n++] = mdp->parent_action[at];
  e->reset (world, &seeds[mdp->level[at]], NULL, observation);
  e->get_state (world, 0, fresh);
  while (n--)
    {
      int32_t action = (int32_t) path[n];

      e->step (world, &action, observation, &reward, &terminated, &truncated);
      if (!n)
        return;
      e->get_state (world, 0, now);
      memcpy (now + e->key_size, fresh + e->key_size, e->state_size - e->key_size);
      e->set_state (world, 0, now);
    }
}

static uint32_t
draw (Snapshot *s, const AssayEnvironment *e, const uint64_t *seeds)
{
  size_t bytes = (size_t) e->rows * e->columns * TILE * TILE * 3;
  uint32_t n = PICTURES, step;
  const AssayView *view = e->views.rows;
  size_t observed = view->type == ASSAY_U8 ? 1 : 4;
  uint8_t *room = malloc (2 * e->state_size), *observation;
  void *world = e->create (e, 1, 0);

  for (uint32_t d = 0; d < view->n_dims; d++)
    observed *= view->shape[d];
  observation = malloc (observed);
  memset (s->picture_of, 0xff, s->n_nodes * sizeof *s->picture_of);
  if (n > PICTURE_BYTES / bytes)
    n = (uint32_t) (PICTURE_BYTES / bytes);
  if (n > s->n_nodes)
    n = s->n_nodes;
  s->pictures = n ? malloc (n * bytes) : NULL;
  if (!world || !room || !observation || !s->pictures)
    n = 0;
  /* Evenly over the nodes, so that early and late states are both seen. */
  step = n ? s->n_nodes / n : 1;
  for (uint32_t i = 0; i < n; i++)
    {
      walk_to (s->agent->mdp, e, world, seeds, s->node[i * step], room, observation);
      e->draw (world, 0, TILE, s->pictures + i * bytes);
      s->picture_of[i * step] = (int32_t) i;
    }
  if (world)
    e->destroy (world);
  free (room);
  free (observation);
  return n;
}

bool
snapshot_write (AssayRun *run, const Agent *agent, const AssayEnvironment *e,
                const uint64_t *level_seeds)
{
  Snapshot s;
  bool ok = allocate (&s, agent);

  if (ok)
    collect (&s);
  ok = ok && sweep (&s);
  if (ok)
    {
      AssayColumn nodes[N_NODE_COLUMNS] = { { "value", s.columns[VALUE], NULL },
                                            { "q-star", s.columns[Q_STAR], NULL },
                                            { "visits", s.columns[VISITS], NULL },
                                            { "first-visit", s.columns[FIRST_VISIT], NULL } };
      AssayColumn edges[2] = { { "count", s.count, NULL }, { "reward", s.reward, NULL } };
      AssayGraph graph = { .size = sizeof graph,
                           .n_nodes = s.n_nodes,
                           .n_edges = s.n_edges,
                           .from = s.from,
                           .to = s.to,
                           .nodes = ASSAY_TABLE (nodes),
                           .edges = ASSAY_TABLE (edges) };

      for (int k = 0; k < 4; k++)
        nodes[SWEPT + k] = (AssayColumn){ swept[k], s.columns[SWEPT + k], NULL };
      if (e->draw)
        {
          graph.n_pictures = draw (&s, e, level_seeds);
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
