/* SPDX-License-Identifier: Apache-2.0 */
#include "offline.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PER_PAIR 8
#define NO_STEP UINT32_MAX

const NamedRule offline_rules[N_BACKUPS] = {
  { "one-step", { .method = METHOD_N_STEP, .n = 1 } },
  { "n-step-3", { .method = METHOD_N_STEP, .n = 3 } },
  { "n-step-5", { .method = METHOD_N_STEP, .n = 5 } },
  { "n-step-10", { .method = METHOD_N_STEP, .n = 10 } },
  { "tree", { .method = METHOD_TREE, .n = 10 } },
  { "retrace", { .method = METHOD_RETRACE, .lambda = 0.9 } },
  { "q-lambda", { .method = METHOD_Q_LAMBDA, .lambda = 0.9 } },
  { "graph", { .method = METHOD_GRAPH, .n = 10, .breadth = 50 } },
  { "graph-full", { .method = METHOD_GRAPH, .n = 10 } },
  { "graph-mixed", { .method = METHOD_GRAPH_MIXED, .n = 10, .breadth = 50 } },
};

bool
offline_sweep (Backup *backup, const BackupRule *rule, const Memory *memory, const Graph *graph,
               double *q)
{
  uint32_t *n = calloc ((size_t) backup->n_nodes * backup->stride, sizeof *n);
  bool ok = n != NULL;

  for (uint32_t t = 0; ok && t < memory->n; t++)
    {
      Target target;
      size_t at;

      ok = backup_target (backup, rule, memory, graph, t, &target);
      at = (size_t) target.node * backup->stride + target.action;
      /* The running mean from the first target on. */
      q[at] = n[at]++ ? q[at] + (target.value - q[at]) / n[at] : target.value;
    }
  backup_sync (backup, q);
  free (n);
  return ok;
}

/* ---- Probe -------------------------------------------------------------------- */

/* Occurrences of every (node, action), latest first. */
typedef struct Places
{
  uint32_t *latest, *count; /* [n_nodes][stride] */
  uint32_t *before;         /* [memory.n] */
} Places;

static bool
places_init (Places *places, const Agent *agent)
{
  const Memory *m = &agent->memory;
  size_t n = (size_t) agent->n_nodes * agent->backup.stride;

  places->latest = malloc (n * sizeof *places->latest);
  places->count = calloc (n, sizeof *places->count);
  places->before = malloc ((m->n + 1) * sizeof *places->before);
  if (!places->latest || !places->count || !places->before)
    return false;
  for (uint32_t t = 0; t < m->n; t++)
    {
      size_t at = (size_t) m->node[t] * agent->backup.stride + m->action[t];

      places->before[t] = places->count[at]++ ? places->latest[at] : NO_STEP;
      places->latest[at] = t;
    }
  return true;
}

static void
places_clear (Places *places)
{
  free (places->latest);
  free (places->count);
  free (places->before);
}

/* Up to PER_PAIR occurrences, evenly spread over the memory. */
static uint32_t
pick_places (const Places *places, size_t at, uint32_t picked[PER_PAIR])
{
  uint32_t count = places->count[at], n = count < PER_PAIR ? count : PER_PAIR, got = 0;
  uint32_t t = places->latest[at];

  for (uint32_t i = 0; i < count && got < n; i++, t = places->before[t])
    if ((uint64_t) i * n >= (uint64_t) got * count)
      picked[got++] = t;
  return got;
}

static bool
compare (Agent *agent, const BackupRule *rule, const uint32_t *places, uint32_t n, double *variance,
         double *mean)
{
  double sum = 0;

  *mean = 0;
  for (uint32_t i = 0; i < n; i++)
    {
      Target target;
      double off;

      if (!backup_target (&agent->backup, rule, &agent->memory, &agent->graph, places[i], &target))
        return false;
      off = target.value - *mean;
      *mean += off / (i + 1);
      sum += off * (target.value - *mean);
    }
  *variance = sum / (n - 1);
  return true;
}

int
offline_probe (Agent *agent, AssayStream *stream, uint32_t n_pairs, PairTargets *pairs)
{
  Memory *m = &agent->memory;
  uint32_t stride = agent->backup.stride;
  AssayStream *kept_stream = agent->backup.stream;
  uint64_t kept_edges = agent->backup.edges;
  Places places;
  int n = 0;
  bool ok = places_init (&places, agent);

  agent->backup.stream = stream;
  for (uint32_t tries = 0; ok && (uint32_t) n < n_pairs && tries < 20 * n_pairs && m->n; tries++)
    {
      uint32_t t = assay_below (stream, m->n), picked[PER_PAIR];
      size_t at = (size_t) m->node[t] * stride + m->action[t];
      uint32_t n_picked = places.count[at] > 1 ? pick_places (&places, at, picked) : 0;
      double q_star = agent->q_star[(size_t) m->node[t] * agent->mdp->n_actions + m->action[t]];

      if (!n_picked)
        continue;
      places.count[at] = 0; /* every pair once */
      for (int k = 0; k < N_BACKUPS && ok; k++)
        {
          double mean;

          ok = compare (agent, &offline_rules[k].rule, picked, n_picked, &pairs[n].variance[k],
                        &mean);
          pairs[n].bias[k] = mean - q_star;
        }
      n++;
    }
  places_clear (&places);
  agent->backup.stream = kept_stream;
  agent->backup.edges = kept_edges;
  return ok ? n : -1;
}

/* ---- Crossing ------------------------------------------------------------------- */

enum
{
  ACTION_A,
  ACTION_B,
  N_CROSSING_ACTIONS
};

/* Appends a step of one of the two trajectories. */
static bool
walk (Crossing *c, uint32_t from, uint32_t action, uint32_t to, float reward, bool ends)
{
  memory_add (&c->memory, from, action, reward, to, ends ? STEP_TERMINAL | STEP_LAST : 0, 1);
  return graph_add (&c->graph, from, action, reward, to, ends);
}

/* A trajectory over the crossing; its own nodes are numbered from @node on. */
static bool
trajectory (Crossing *c, uint32_t node, uint32_t action, uint32_t before, uint32_t after,
            float reward)
{
  uint32_t from = node, fresh = node + 1;
  bool ok = true;

  graph_start (&c->graph, node);
  for (uint32_t i = 1; ok && i <= before + after; i++)
    {
      uint32_t to = i == before ? c->shared : fresh++;
      bool ends = i == before + after;

      ok = walk (c, from, action, to, ends ? reward : 0, ends);
      from = to;
    }
  return ok;
}

bool
crossing_init (Crossing *c, uint32_t before_a, uint32_t after_a, uint32_t before_b,
               uint32_t after_b)
{
  uint32_t n_a = before_a + after_a, n_b = before_b + after_b;

  *c = (Crossing){ .shared = 0, .start = 1, .distance = before_a + after_b };
  if (!memory_init (&c->memory, n_a + n_b)
      || !graph_init (&c->graph, 1 + n_a + n_b, N_CROSSING_ACTIONS)
      || !trajectory (c, 1, ACTION_A, before_a, after_a, 0)
      || !trajectory (c, 1 + n_a, ACTION_B, before_b, after_b, 1))
    {
      crossing_clear (c);
      return false;
    }
  return true;
}

void
crossing_clear (Crossing *c)
{
  memory_clear (&c->memory);
  graph_clear (&c->graph);
}

bool
crossing_credit (const Crossing *c, const BackupRule *rule, double gamma, AssayStream *branches,
                 uint32_t n_sweeps, double *credit)
{
  Backup backup;
  double *q, truth = pow (gamma, c->distance - 1);
  bool ok = backup_init (&backup, c->graph.n_nodes, N_CROSSING_ACTIONS, gamma, branches);

  q = ok ? backup_values_new (&backup) : NULL;
  ok = q != NULL;
  for (uint32_t s = 0; ok && s < n_sweeps; s++)
    {
      ok = offline_sweep (&backup, rule, &c->memory, &c->graph, q);
      credit[s] = backup_row_max (q + (size_t) c->start * backup.stride, backup.stride) / truth;
    }
  free (q);
  backup_clear (&backup);
  return ok;
}
