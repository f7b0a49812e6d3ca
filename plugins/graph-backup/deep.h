/* SPDX-License-Identifier: Apache-2.0
 *
 * A deep agent: lives in a world, remembers every step as a graph, and learns a Q network from
 * the targets that a backup makes of it.
 */
#ifndef GRAPH_BACKUP_DEEP_H
#define GRAPH_BACKUP_DEEP_H

#include "backup.h"
#include "learn/rl/dqn.h"
#include "nodes.h"
#include "worlds.h"

typedef enum DeepPolicy
{
  DEEP_LEARN,
  DEEP_RANDOM, /* every action equally often */
  DEEP_NO_OP   /* the action that does nothing */
} DeepPolicy;

typedef struct DeepSettings
{
  uint32_t policy; /* DeepPolicy */
  BackupRule rule;
  uint32_t node; /* NodeKind: what makes two moments one */
  uint32_t n_convs;
  AssayQConv convs[ASSAY_Q_LAYERS];
  uint32_t hidden; /* units of a hidden layer; without convolutions there are two */
  double rate;     /* of Adam */
  double gamma;
  bool sign_reward; /* learns from the reward's sign */
  uint32_t steps;   /* length of the run, in environment steps */
  double explore;   /* share of the run over which random actions fall from 1 to `epsilon` */
  double epsilon;
  uint32_t warm_up;      /* first step with an update */
  uint32_t update_every; /* environment steps */
  uint32_t batch;        /* transitions of an update */
  uint32_t forwards;     /* granted for each due update, as many updates as they last; 0: one */
  uint32_t renew_every;  /* environment steps between two target networks */
  uint32_t eval_worlds;  /* episodes of an evaluation */
} DeepSettings;

/** Streams of one agent, so that agents of one seed meet the same luck where they can. */
typedef struct DeepStreams
{
  AssayStream levels, explore, replay, branches, evaluate, weights;
} DeepStreams;

typedef struct Deep
{
  DeepSettings settings;
  DeepStreams streams;
  uint32_t n_actions;
  Worlds world, eval;
  Nodes nodes;
  Memory memory;
  Graph graph;
  Backup backup;
  AssayDqn *dqn; /* NULL: a control */
  uint32_t node; /* where the agent is */
  uint64_t n_steps, n_updates;
  uint64_t forwards;       /* observations through a network; one learned from counts three */
  int64_t grant;           /* forwards granted and not yet spent */
  double loss, target_sum; /* of the updates, and their targets, since the caller last set 0 */
  uint32_t n_recent;
  double return_sum; /* of the episodes that ended since the caller last set it to 0 */
  uint32_t n_episodes;
  /* Work space. */
  uint32_t *sampled;
  AssayBatch batch;
  float *targets;
  int32_t *eval_actions;
  uint8_t *seen; /* observations on the way to a network */
  float *values; /* and what comes out */
  uint32_t n_seen;
} Deep;

/** How the first view of @environment becomes a network's numbers: MiniGrid's cells one-hot,
 *  others as they are.  False: it is no image of bytes. */
bool deep_encoding (AssayEncoding *encoding, const AssayEnvironment *environment);

/** @levels as of worlds_init.  False: out of memory.  The environment has an encoding. */
bool deep_init (Deep *deep, const AssayEnvironment *environment, const uint64_t *levels,
                uint32_t n_levels, const DeepSettings *settings, const DeepStreams *streams);
void deep_clear (Deep *deep);

/** One environment step, with the update and the renewal that are due after it.  False: out of
 *  memory. */
bool deep_step (Deep *deep);

/** The step itself, with this action, which was chosen with @probability. */
bool deep_take (Deep *deep, int32_t action, float probability);

/** Mean over the evaluation's episodes of the sum of rewards, and in @success the share with a
 *  positive one.  Acts greedily but for a share `epsilon` of random actions. */
double deep_evaluate (Deep *deep, double *success);

/** Value of the best action at @node by the online network. */
double deep_value (Deep *deep, uint32_t node);

/** Checkpoints, to be taken right after a renewal.  An agent's past is its actions: a restored
 *  one lives them again. */
size_t deep_state_size (const Deep *deep);
void deep_get_state (const Deep *deep, void *state);
/** @deep has just been made, with the settings of the agent that was saved.  False: these are
 *  not its bytes, or out of memory. */
bool deep_set_state (Deep *deep, const void *state, size_t size);

#endif
