/* SPDX-License-Identifier: Apache-2.0
 *
 * The DQN family: deep Q learning with a target network (Mnih et al. 2015), double (van Hasselt
 * et al. 2016), dueling, distributional (C51), noisy, over returns of n steps and by priority as
 * the replay gives them (Hessel et al. 2018 is all of these).  Observations are everywhere as the
 * view gives them.  One thread per agent; a steady-state call allocates nothing.
 */
#ifndef ASSAY_LEARN_DQN_H
#define ASSAY_LEARN_DQN_H

#include "learn/nn/checkpoint.h"
#include "learn/rl/q-network.h"
#include "learn/rl/replay.h"

typedef enum AssayDqnNetwork
{
  ASSAY_DQN_ONLINE,
  ASSAY_DQN_TARGET
} AssayDqnNetwork;

typedef struct AssayDqnOptions
{
  AssayQNetworkOptions network;
  bool double_q;         /* the online network chooses, the target network values */
  float huber_delta;     /* errors beyond it count linearly; 0: half the squared error */
  uint64_t target_every; /* updates after which the target becomes the online network; 0: never */
  float target_rate;     /* else, after each: target += rate (online - target); 0: no */
  AssayOptimizerOptions optimizer;
} AssayDqnOptions;

typedef struct AssayDqn
{
  AssayDqnOptions options;
  AssayQNetwork *network;
  AssayParams *params; /* the online network */
  float *target;       /* the target network, of the layout of params->values */
  float *grads;
  AssayOptimizer *optimizer;   /* its rate may be changed (a schedule) */
  AssayTape *tape;             /* of the updates */
  AssayTape *values_tape;      /* of values alone */
  AssayStream stream;          /* of the noise */
  float *noise, *target_noise; /* of the update under way; NULL: not noisy */
  uint64_t updates;
  float *errors; /* of the last update, one per transition: what priorities are made of */

  uint32_t room;    /* transitions for which there is room here: */
  float *targets;   /* of the last update */
  int32_t *choices; /* actions whose values they stand on */
} AssayDqn;

/** Weights, and the noise of noisy layers, are drawn from @stream; the target network begins
 *  equal.  NULL: an option is out of range, and *@why, if not NULL, says which. */
AssayDqn *assay_dqn_new (const AssayDqnOptions *options, AssayStream *stream, const char **why);
void assay_dqn_free (AssayDqn *dqn);

/** Values [n][n_actions] of many states in batched passes, without noise; expected values where
 *  there are atoms. */
void assay_dqn_values (AssayDqn *dqn, AssayDqnNetwork which, const void *observations, size_t n,
                       float *values);
/** Probabilities [n][n_actions][n_atoms], without noise; there must be atoms. */
void assay_dqn_distributions (AssayDqn *dqn, AssayDqnNetwork which, const void *observations,
                              size_t n, float *probabilities);
/** Actions [n]: with probability @epsilon any, else the best, the first of equal ones.  Noisy
 *  layers draw their noise from @stream, once for the call.  @stream NULL: neither. */
void assay_dqn_act (AssayDqn *dqn, const void *observations, size_t n, double epsilon,
                    AssayStream *stream, int32_t *actions);

/** One step of the optimiser on the mean, weighted loss of @batch: Huber's, or the cross entropy
 *  to the projected distribution.  Reads its observations, actions and weights (NULL: 1).
 *  @targets [n], or [n][n_atoms] distributions, are the caller's; NULL: they are made of the
 *  batch's returns, discounts and next_observations by the target network.  Then the target
 *  network follows.  Returns the loss. */
double assay_dqn_update (AssayDqn *dqn, const AssayBatch *batch, const float *targets);
/** Makes the target network equal to the online one. */
void assay_dqn_renew_target (AssayDqn *dqn);

/** Where atom @i lies. */
static inline float
assay_dqn_atom (const AssayQNetworkOptions *options, uint32_t i)
{
  return options->v_min
         + (options->v_max - options->v_min) * (float) i / (float) (options->n_atoms - 1);
}

/** The distribution of @shift + @factor z, z ~ @probabilities over the atoms, brought back onto
 *  the atoms and added, times @weight, to @out (Bellemare et al. 2017, algorithm 1). */
void assay_dqn_project (const AssayQNetworkOptions *options, const float *probabilities,
                        float shift, float factor, float weight, float *out);

/** Everything that training continues from, for assay_checkpoint_save and _load; lent. */
AssayCheckpoint assay_dqn_checkpoint (AssayDqn *dqn);
/** The same as bytes, for the checkpoint of a run. */
size_t assay_dqn_state_size (const AssayDqn *dqn);
void assay_dqn_get_state (const AssayDqn *dqn, void *state);
/** Returns false, and changes nothing, if @state is not of an agent with such a network. */
bool assay_dqn_set_state (AssayDqn *dqn, const void *state, size_t size);

#endif
