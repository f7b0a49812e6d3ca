/* SPDX-License-Identifier: Apache-2.0
 *
 * Checkpoints of a deep agent: its network, and what it did.
 */
#include "deep.h"

#include <string.h>

#define MAGIC 0x31706565446b6342u /* and the layout's number in front */

/* What does not follow from the actions. */
typedef struct Saved
{
  uint64_t magic, n_steps, n_updates, optimizer_steps, forwards, edges;
  int64_t grant;
  double loss, target_sum, return_sum;
  uint32_t n_recent, n_episodes;
  AssayStream explore, replay, branches, evaluate;
} Saved;

/* A stream's function is not of this process: it keeps its own. */
static void
continue_stream (AssayStream *stream, const AssayStream *saved)
{
  AssayStream now = *saved;

  now.refill = stream->refill;
  *stream = now;
}

enum
{
  N_VECTORS = 4
};

/* What an agent has learned: all of one length. */
static void
get_vectors (const AssayDqn *dqn, float *vectors[N_VECTORS])
{
  vectors[0] = dqn->params->values;
  vectors[1] = dqn->target;
  vectors[2] = dqn->optimizer->moments1;
  vectors[3] = dqn->optimizer->moments2;
}

/* The bytes of an agent that has lived @n_steps. */
static size_t
bytes_after (const Deep *d, uint64_t n_steps)
{
  return sizeof (Saved) + N_VECTORS * d->dqn->params->size * sizeof (float)
         + n_steps * (sizeof *d->memory.action + sizeof *d->memory.behaviour);
}

size_t
deep_state_size (const Deep *d)
{
  return bytes_after (d, d->n_steps);
}

void
deep_get_state (const Deep *d, void *state)
{
  size_t bytes = d->dqn->params->size * sizeof (float);
  float *vectors[N_VECTORS];
  uint8_t *at = state;
  Saved saved = { .magic = MAGIC,
                  .n_steps = d->n_steps,
                  .n_updates = d->n_updates,
                  .optimizer_steps = d->dqn->optimizer->steps,
                  .forwards = d->forwards,
                  .edges = d->backup.edges,
                  .grant = d->grant,
                  .loss = d->loss,
                  .target_sum = d->target_sum,
                  .return_sum = d->return_sum,
                  .n_recent = d->n_recent,
                  .n_episodes = d->n_episodes,
                  .explore = d->streams.explore,
                  .replay = d->streams.replay,
                  .branches = d->streams.branches,
                  .evaluate = d->streams.evaluate };

  memcpy (at, &saved, sizeof saved);
  at += sizeof saved;
  get_vectors (d->dqn, vectors);
  for (int i = 0; i < N_VECTORS; i++, at += bytes)
    memcpy (at, vectors[i], bytes);
  memcpy (at, d->memory.behaviour, d->n_steps * sizeof *d->memory.behaviour);
  at += d->n_steps * sizeof *d->memory.behaviour;
  memcpy (at, d->memory.action, d->n_steps);
}

bool
deep_set_state (Deep *d, const void *state, size_t size)
{
  size_t bytes = d->dqn->params->size * sizeof (float);
  const uint8_t *at = state, *actions, *behaviour;
  float *vectors[N_VECTORS];
  Saved saved;

  if (size < sizeof saved)
    return false;
  memcpy (&saved, at, sizeof saved);
  if (saved.magic != MAGIC || saved.n_steps > d->settings.steps
      || size != bytes_after (d, saved.n_steps))
    return false;
  at += sizeof saved;
  get_vectors (d->dqn, vectors);
  for (int i = 0; i < N_VECTORS; i++, at += bytes)
    memcpy (vectors[i], at, bytes);
  d->dqn->optimizer->steps = saved.optimizer_steps;
  behaviour = at;
  actions = behaviour + saved.n_steps * sizeof (float);
  for (uint64_t i = 0; i < saved.n_steps; i++)
    {
      float probability;

      memcpy (&probability, behaviour + i * sizeof probability, sizeof probability);
      if (!deep_take (d, actions[i], probability))
        return false;
    }
  d->n_updates = saved.n_updates;
  d->forwards = saved.forwards;
  d->backup.edges = saved.edges;
  d->grant = saved.grant;
  d->loss = saved.loss;
  d->target_sum = saved.target_sum;
  d->return_sum = saved.return_sum;
  d->n_recent = saved.n_recent;
  d->n_episodes = saved.n_episodes;
  continue_stream (&d->streams.explore, &saved.explore);
  continue_stream (&d->streams.replay, &saved.replay);
  continue_stream (&d->streams.branches, &saved.branches);
  continue_stream (&d->streams.evaluate, &saved.evaluate);
  return true;
}
