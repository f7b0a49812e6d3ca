/* SPDX-License-Identifier: Apache-2.0 */
#include "agent.h"

#include <stdlib.h>

static void
begin_episode (Agent *agent)
{
  const Mdp *mdp = agent->mdp;

  agent->state = mdp->starts[assay_below (&agent->streams.levels, mdp->n_starts)];
  agent->clock = 0;
  graph_start (&agent->graph, agent_node (agent, agent->state));
}

bool
agent_init (Agent *agent, const Mdp *mdp, const double *q_star, const AgentSettings *settings,
            const AgentStreams *streams)
{
  uint32_t n_nodes = settings->view < 0 ? mdp->n_states : mdp->n_observations[settings->view];
  bool ok;

  *agent = (Agent){
    .mdp = mdp, .q_star = q_star, .settings = *settings, .streams = *streams, .n_nodes = n_nodes
  };
  ok = memory_init (&agent->memory, settings->steps)
       && graph_init (&agent->graph, n_nodes, mdp->n_actions)
       && backup_init (&agent->backup, n_nodes, mdp->n_actions, settings->gamma,
                       &agent->streams.branches);
  agent->q = ok ? backup_values_new (&agent->backup) : NULL;
  agent->visits = calloc ((size_t) mdp->n_states * mdp->n_actions, sizeof *agent->visits);
  if (!agent->q || !agent->visits)
    {
      agent_clear (agent);
      return false;
    }
  begin_episode (agent);
  return true;
}

void
agent_clear (Agent *agent)
{
  memory_clear (&agent->memory);
  graph_clear (&agent->graph);
  backup_clear (&agent->backup);
  free (agent->q);
  free (agent->visits);
  *agent = (Agent){ .n_nodes = 0 };
}

/* A largest of row[n], ties at random; their number in @n_ties. */
static uint32_t
draw_greedy (AssayStream *stream, const double *row, uint32_t n, uint32_t *n_ties)
{
  double best = row[0];
  uint32_t ties = 0, at;

  for (uint32_t a = 1; a < n; a++)
    best = row[a] > best ? row[a] : best;
  for (uint32_t a = 0; a < n; a++)
    ties += row[a] == best;
  *n_ties = ties;
  at = ties > 1 ? assay_below (stream, ties) : 0;
  for (uint32_t a = 0;; a++)
    if (row[a] == best && at-- == 0)
      return a;
}

static const double *
values_of (const Agent *agent, uint32_t state)
{
  if (agent->settings.policy == POLICY_OPTIMAL)
    return agent->q_star + (size_t) state * agent->mdp->n_actions;
  return agent->q + (size_t) agent_node (agent, state) * agent->backup.stride;
}

/* Action in the present state and, in @probability, how likely it was. */
static uint32_t
act (Agent *agent, float *probability)
{
  AssayStream *explore = &agent->streams.explore;
  uint32_t n = agent->mdp->n_actions, action, greedy, ties;
  double epsilon = agent->settings.epsilon;
  bool is_greedy = false;

  if (agent->settings.policy == POLICY_RANDOM)
    {
      *probability = 1.0f / (float) n;
      return assay_below (explore, n);
    }
  greedy = draw_greedy (explore, values_of (agent, agent->state), n, &ties);
  if (agent->settings.policy == POLICY_OPTIMAL)
    epsilon = 0;
  action = assay_uniform (explore) < epsilon ? assay_below (explore, n) : greedy;
  {
    const double *row = values_of (agent, agent->state);

    is_greedy = row[action] == row[greedy];
  }
  *probability = (float) (epsilon / n + (is_greedy ? (1 - epsilon) / ties : 0));
  return action;
}

static double
published_return (const Mdp *mdp, uint32_t steps)
{
  return 1 - 0.9 * steps / mdp->max_steps;
}

static bool
replay (Agent *agent)
{
  const AgentSettings *s = &agent->settings;
  uint64_t from = agent->backup.edges;

  for (uint32_t i = 0; s->edges ? agent->backup.edges - from < s->edges : i < s->batch; i++)
    {
      uint32_t t = assay_below (&agent->streams.replay, agent->memory.n);
      Target target;
      double *q;

      if (!backup_target (&agent->backup, &s->rule, &agent->memory, &agent->graph, t, &target))
        return false;
      q = agent->q + (size_t) target.node * agent->backup.stride + target.action;
      *q += s->learning_rate * (target.value - *q);
    }
  return true;
}

bool
agent_step (Agent *agent)
{
  const AgentSettings *s = &agent->settings;
  const Mdp *mdp = agent->mdp;
  float probability;
  uint32_t action = act (agent, &probability), from = agent->state, next;
  size_t pair = (size_t) from * mdp->n_actions + action;
  bool terminal = mdp->terminal[pair], last;

  next = mdp->next[pair];
  agent->clock++;
  last = terminal || (mdp->max_steps && agent->clock >= mdp->max_steps);
  agent->visits[pair]++;
  memory_add (&agent->memory, agent_node (agent, from), action, mdp->reward[pair],
              agent_node (agent, next), (terminal ? STEP_TERMINAL : 0) | (last ? STEP_LAST : 0),
              probability);
  if (!graph_add (&agent->graph, agent_node (agent, from), action, mdp->reward[pair],
                  agent_node (agent, next), terminal))
    return false;
  agent->state = next;
  agent->n_steps++;
  if (last)
    {
      agent->return_sum += mdp->reward[pair] ? published_return (mdp, agent->clock) : 0;
      agent->n_episodes++;
      begin_episode (agent);
    }
  if (s->policy != POLICY_LEARN)
    return true;
  if (agent->n_steps >= s->learn_start && agent->n_steps % s->replay_every == 0 && !replay (agent))
    return false;
  if (agent->n_steps % s->sync_every == 0)
    backup_sync (&agent->backup, agent->q);
  return true;
}

double
agent_evaluate (Agent *agent, uint32_t episodes, double *success)
{
  const Mdp *mdp = agent->mdp;
  AssayStream *stream = &agent->streams.evaluate;
  double sum = 0, solved = 0;

  for (uint32_t e = 0; e < episodes; e++)
    {
      uint32_t state = mdp->starts[assay_below (stream, mdp->n_starts)];

      for (uint32_t clock = 1; clock <= mdp->max_steps; clock++)
        {
          uint32_t ties;
          uint32_t action
              = agent->settings.policy == POLICY_RANDOM
                    ? assay_below (stream, mdp->n_actions)
                    : draw_greedy (stream, values_of (agent, state), mdp->n_actions, &ties);
          size_t pair = (size_t) state * mdp->n_actions + action;

          if (mdp->reward[pair])
            {
              sum += published_return (mdp, clock);
              solved++;
            }
          if (mdp->terminal[pair])
            break;
          state = mdp->next[pair];
        }
    }
  *success = solved / episodes;
  return sum / episodes;
}
