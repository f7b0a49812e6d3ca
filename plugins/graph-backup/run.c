/* SPDX-License-Identifier: Apache-2.0 */
#include "run.h"

#include "measure.h"
#include "offline.h"
#include "solve.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define N_SWEEPS 12
#define N_PAIRS 64
#define TOLERANCE 1e-12 /* of value iteration */

void
fail_memory (AssayRun *run)
{
  assay_fail (run, "Out of memory.");
}

double
cpu_seconds (void)
{
  struct timespec now;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double) now.tv_sec + 1e-9 * (double) now.tv_nsec;
}

/* ---- Two crossing trajectories ---------------------------------------------- */

void
run_crossing (AssayRun *run, const Setup *setup)
{
  AssayStream lengths, branches;
  Crossing crossing;
  double credit[N_SWEEPS];
  bool ok;

  assay_stream (run, "crossing", &lengths);
  assay_stream (run, "branches", &branches);
  /* Two to four steps before the crossing, three to five after it: within depth 10. */
  {
    uint32_t before_a = 2 + assay_below (&lengths, 3), after_a = 3 + assay_below (&lengths, 3);
    uint32_t before_b = 2 + assay_below (&lengths, 3), after_b = 3 + assay_below (&lengths, 3);

    ok = crossing_init (&crossing, before_a, after_a, before_b, after_b);
  }
  for (int k = 0; k < N_BACKUPS && ok; k++)
    {
      char labels[64];
      uint32_t series;

      snprintf (labels, sizeof labels, "backup=%s", offline_rules[k].name);
      series = assay_series (run, "credit", labels);
      ok = crossing_credit (&crossing, &offline_rules[k].rule, setup->agent.gamma, &branches,
                            N_SWEEPS, credit);
      for (int s = 0; s < N_SWEEPS && ok; s++)
        assay_observe (run, series, s + 1, credit[s]);
    }
  if (!ok)
    fail_memory (run);
  crossing_clear (&crossing);
}

/* ---- Levels ------------------------------------------------------------------- */

typedef struct MdpOrder
{
  const AssayEnvironment *environment;
  const uint64_t *seeds;
  uint32_t n_seeds, max_states;
} MdpOrder;

static bool
is_cancelled (void *run)
{
  return assay_cancelled (run);
}

static bool
build_mdp (AssayRun *run, const char *path, void *data)
{
  const MdpOrder *order = data;
  char message[256];
  Mdp mdp;
  MdpResult result = mdp_enumerate (&mdp, order->environment, order->seeds, order->n_seeds,
                                    order->max_states, is_cancelled, run);
  bool saved = result == MDP_OK && mdp_save (&mdp, path);

  if (result == MDP_OK)
    mdp_clear (&mdp);
  if (saved || result == MDP_CANCELLED)
    return saved;
  if (result == MDP_TOO_LARGE)
    snprintf (message, sizeof message,
              "%s has more than %u states at this seed; raise max-states or take a smaller level.",
              order->environment->id, (unsigned) order->max_states);
  else if (result == MDP_REFUSED)
    snprintf (message, sizeof message, "%s does not take back its own state.",
              order->environment->id);
  else if (result == MDP_OK)
    snprintf (message, sizeof message, "Cannot write %s.", path);
  else
    snprintf (message, sizeof message, "Out of memory.");
  assay_fail (run, message);
  return false;
}

/* The levels' MDP, from the cache or enumerated now; false: the run has ended. */
static bool
get_mdp (AssayRun *run, const Setup *setup, const AssayEnvironment *environment,
         const uint64_t *seeds, Mdp *mdp)
{
  MdpOrder order = { environment, seeds, setup->n_levels, setup->max_states };
  char name[128];
  AssayStage stage = { .size = sizeof stage,
                       .per_seed = 1,
                       .name = name,
                       .depends = "env level-mode levels max-states",
                       .build = build_mdp,
                       .data = &order };
  const char *path;

  snprintf (name, sizeof name, "mdp.%s", setup->env);
  path = assay_stage (run, &stage);
  if (!path)
    return false;
  if (!mdp_load (mdp, path))
    {
      char message[512];

      snprintf (message, sizeof message, "%s is damaged; remove it and run again.", path);
      assay_fail (run, message);
      return false;
    }
  if (mdp->n_actions == environment->n_actions && mdp->max_steps)
    return true;
  mdp_clear (mdp);
  assay_fail (run, "The exact tier needs levels with a time limit.");
  return false;
}

/* Series that grow with the run; those of learners come last. */
enum
{
  RETURN,
  SUCCESS,
  TRAIN_RETURN,
  NOVEL,
  NODES,
  EDGES,
  CROSSINGS,
  Q_ERROR,
  Q_ERROR_MAX,
  WORK,
  RETURN_BY_WORK,
  N_SERIES
};

static const char *const series_metrics[N_SERIES]
    = { "return",      "success",      "train-return",     "novel-ratio",
        "nodes",       "edges-seen",   "crossing-share",   "q-error",
        "q-error-max", "edge-updates", "return-by-compute" };

static void
observe (AssayRun *run, const Setup *setup, Agent *agent, const uint32_t series[N_SERIES])
{
  double step = (double) agent->n_steps, success, mean, largest, work;
  double value = agent_evaluate (agent, setup->eval_episodes, &success);
  const Graph *g = &agent->graph;

  assay_observe (run, series[RETURN], step, value);
  assay_observe (run, series[SUCCESS], step, success);
  if (agent->n_episodes)
    assay_observe (run, series[TRAIN_RETURN], step, agent->return_sum / agent->n_episodes);
  agent->return_sum = 0;
  agent->n_episodes = 0;
  assay_observe (run, series[NOVEL], step, g->n_seen / (step + 1));
  assay_observe (run, series[NODES], step, g->n_seen);
  assay_observe (run, series[EDGES], step, g->n_edges);
  assay_observe (run, series[CROSSINGS], step, (double) g->n_crossings / g->n_seen);
  if (agent->settings.policy != POLICY_LEARN)
    return;
  measure_q_error (agent, &mean, &largest);
  work = (double) agent->backup.edges;
  assay_observe (run, series[Q_ERROR], step, mean);
  assay_observe (run, series[Q_ERROR_MAX], step, largest);
  assay_observe (run, series[WORK], step, work);
  assay_observe (run, series[RETURN_BY_WORK], work, value);
}

/* Variance and bias of every backup's targets on this agent's memory; the last probe also
 * says them pair by pair. */
static bool
probe (AssayRun *run, Agent *agent, AssayStream *stream, bool last)
{
  PairTargets pairs[N_PAIRS];
  double deviations[N_BACKUPS][N_PAIRS], step = (double) agent->n_steps;
  const char *names[N_BACKUPS];
  int n = offline_probe (agent, stream, N_PAIRS, pairs);

  for (int k = 0; k < N_BACKUPS && n > 0; k++)
    {
      double variance = 0, bias = 0;
      char labels[64];

      names[k] = offline_rules[k].name;
      for (int i = 0; i < N_PAIRS; i++)
        deviations[k][i] = i < n ? sqrt (pairs[i].variance[k]) : NAN;
      for (int i = 0; i < n; i++)
        {
          variance += pairs[i].variance[k] / n;
          bias += pairs[i].bias[k] / n;
        }
      snprintf (labels, sizeof labels, "backup=%s", names[k]);
      assay_observe (run, assay_series (run, "target-variance", labels), step, variance);
      assay_observe (run, assay_series (run, "target-bias", labels), step, bias);
    }
  if (n > 0 && last)
    {
      uint64_t shape[2] = { N_BACKUPS, N_PAIRS };

      assay_axis (run, "backup", names, NULL, N_BACKUPS);
      assay_array (run, "target-deviation", NULL, "backup pair", shape, ASSAY_F64, deviations);
    }
  return n >= 0;
}

static bool
write_graph_statistics (AssayRun *run, const Agent *agent)
{
  double degrees[2][MEASURE_DEGREES];
  static const char *const directions[2] = { "degree=%d direction=in", "degree=%d direction=out" };

  measure_degrees (&agent->graph, degrees[0], degrees[1]);
  for (int d = 0; d < 2; d++)
    for (int i = 0; i < MEASURE_DEGREES; i++)
      {
        char labels[64];

        snprintf (labels, sizeof labels, d ? directions[1] : directions[0], i);
        assay_observe (run, assay_series (run, "degree-share", labels), 0, degrees[d][i]);
      }
  for (int v = 0; v < N_VIEWS; v++)
    {
      double share, visited;
      char labels[64];

      if (!agent->mdp->view[v])
        continue;
      if (!measure_aliasing (agent, v, &share, &visited))
        return false;
      snprintf (labels, sizeof labels, "view=%s", mdp_view_ids[v]);
      assay_observe (run, assay_series (run, "aliasing", labels), 0, share);
      assay_observe (run, assay_series (run, "aliasing-visited", labels), 0, visited);
    }
  return true;
}

/* The run itself.  False: out of memory. */
static bool
learn (AssayRun *run, const Setup *setup, Agent *agent)
{
  uint32_t series[N_SERIES], steps = setup->agent.steps;
  uint32_t n_series = setup->agent.policy == POLICY_LEARN ? N_SERIES : Q_ERROR;
  uint32_t n_evaluated = 0, n_probed = 0;
  AssayStream stream;
  double began = cpu_seconds ();

  assay_stream (run, "probe", &stream);
  for (uint32_t i = 0; i < n_series; i++)
    series[i] = assay_series (run, series_metrics[i], NULL);
  observe (run, setup, agent, series);
  for (uint32_t step = 1; step <= steps; step++)
    {
      if (!agent_step (agent))
        return false;
      /* The k-th of n points lies at k / n of the run. */
      if ((uint64_t) step * setup->evaluations >= (uint64_t) (n_evaluated + 1) * steps)
        {
          n_evaluated++;
          observe (run, setup, agent, series);
        }
      if ((uint64_t) step * setup->probes >= (uint64_t) (n_probed + 1) * steps)
        {
          n_probed++;
          if (!probe (run, agent, &stream, n_probed == setup->probes))
            return false;
        }
      if (step % 256 == 0)
        {
          assay_progress (run, (double) step / steps, "learning");
          if (assay_cancelled (run))
            return true;
        }
    }
  assay_observe (run, assay_series (run, "seconds", NULL), 0, cpu_seconds () - began);
  return write_graph_statistics (run, agent);
}

static void
get_streams (AssayRun *run, AgentStreams *streams)
{
  assay_stream (run, "levels", &streams->levels);
  assay_stream (run, "explore", &streams->explore);
  assay_stream (run, "replay", &streams->replay);
  assay_stream (run, "branches", &streams->branches);
  assay_stream (run, "evaluate", &streams->evaluate);
}

static void
run_agent (AssayRun *run, const Setup *setup, const AssayEnvironment *environment, const Mdp *mdp,
           const uint64_t *seeds)
{
  double *q_star = malloc ((size_t) mdp->n_states * mdp->n_actions * sizeof *q_star);
  AgentStreams streams;
  Agent agent = { .n_nodes = 0 };
  bool ok = q_star != NULL;

  if (setup->agent.view >= 0 && !mdp->view[setup->agent.view])
    {
      free (q_star);
      assay_fail (run, "This environment has no such view; take hash=state.");
      return;
    }
  get_streams (run, &streams);
  if (ok)
    solve_value_iteration (mdp, setup->agent.gamma, TOLERANCE, q_star);
  ok = ok && agent_init (&agent, mdp, q_star, &setup->agent, &streams)
       && learn (run, setup, &agent);
  if (ok && setup->snapshot && !assay_cancelled (run))
    ok = snapshot_write (run, &agent, environment, seeds);
  if (!ok)
    fail_memory (run);
  agent_clear (&agent);
  free (q_star);
}

uint64_t *
level_seeds (AssayRun *run, uint32_t n)
{
  uint64_t *seeds = malloc (n * sizeof *seeds);
  AssayStream stream;

  assay_stream (run, "level-seeds", &stream);
  for (uint32_t i = 0; i < n && seeds; i++)
    {
      seeds[i] = (uint64_t) assay_bits (&stream) << 32;
      seeds[i] |= assay_bits (&stream);
    }
  return seeds;
}

void
run_levels (AssayRun *run, const Setup *setup)
{
  const AssayEnvironment *environment = assay_environment (run, setup->env);
  uint64_t *seeds;
  Mdp mdp;

  if (!environment)
    return;
  seeds = level_seeds (run, setup->n_levels);
  if (!seeds)
    {
      fail_memory (run);
      return;
    }
  if (get_mdp (run, setup, environment, seeds, &mdp))
    {
      run_agent (run, setup, environment, &mdp, seeds);
      mdp_clear (&mdp);
    }
  free (seeds);
}
