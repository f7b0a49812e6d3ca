/* SPDX-License-Identifier: Apache-2.0
 *
 * A tabular agent in an enumerated MDP: acts, remembers, replays, is evaluated.
 */
#ifndef GRAPH_BACKUP_AGENT_H
#define GRAPH_BACKUP_AGENT_H

#include "backup.h"
#include "mdp.h"

typedef enum Policy
{
  POLICY_LEARN,  /* epsilon-greedy on what it learns */
  POLICY_RANDOM, /* every action equally often, learns nothing */
  POLICY_OPTIMAL /* greedy on Q* */
} Policy;

typedef struct AgentSettings
{
  uint32_t policy; /* Policy */
  BackupRule rule;
  double gamma, learning_rate, epsilon;
  uint32_t steps;       /* length of the run, in environment steps */
  uint32_t learn_start; /* first step that replays */
  uint32_t replay_every;
  uint32_t batch;      /* transitions per replay; unused if edges is set */
  uint32_t edges;      /* backed-up edges per replay, as many transitions as it takes; 0: batch */
  uint32_t sync_every; /* environment steps between two target networks */
  int view;            /* what the agent sees: -1 the state itself, else a view of the MDP */
} AgentSettings;

/** Streams of one agent, so that agents of one seed meet the same luck where they can. */
typedef struct AgentStreams
{
  AssayStream levels, explore, replay, branches, evaluate;
} AgentStreams;

typedef struct Agent
{
  const Mdp *mdp;
  const double *q_star; /* [n_states][n_actions] */
  AgentSettings settings;
  AgentStreams streams;
  uint32_t n_nodes;
  Memory memory;
  Graph graph;
  Backup backup;
  double *q;        /* [n_nodes][backup.stride] */
  uint32_t *visits; /* [n_states][n_actions]: of the full state, whatever the agent sees */
  uint32_t state, clock;
  uint64_t n_steps;
  double return_sum; /* of the episodes that ended since the caller last set it to 0 */
  uint32_t n_episodes;
} Agent;

/** Everything the agent will ever need is allocated here (except outcomes of a world
 *  that looks random through a narrow view).  False: out of memory. */
bool agent_init (Agent *agent, const Mdp *mdp, const double *q_star, const AgentSettings *settings,
                 const AgentStreams *streams);
void agent_clear (Agent *agent);

/** One environment step, with the replay that is due after it.  False: out of memory. */
bool agent_step (Agent *agent);

/** Mean over @episodes of the published return, 1 - 0.9 t / max_steps at success and else 0
 *  (Chevalier-Boisvert et al. 2023), and in @success of the binarised one.  Acts greedily on q,
 *  ties at random. */
double agent_evaluate (Agent *agent, uint32_t episodes, double *success);

static inline uint32_t
agent_node (const Agent *agent, uint32_t state)
{
  return agent->settings.view < 0 ? state : agent->mdp->view[agent->settings.view][state];
}

#endif
