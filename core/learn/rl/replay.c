/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/rl/replay.h"
#include "learn/tensor/arena.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MAX_CAPACITY (UINT32_C (1) << 31)

static const char *
what_is_wrong (const AssayReplayOptions *options)
{
  if (options->capacity < 2 || options->capacity > MAX_CAPACITY)
    return "a replay holds 2 to 2^31 entries";
  if (options->lanes < 1 || options->lanes > options->capacity / 2)
    return "a replay has at least one lane, and two entries for each";
  if (options->observation_size > PTRDIFF_MAX / options->capacity)
    return "the observations of a replay do not fit into memory";
  if (options->n_steps < 1 || options->n_steps > options->capacity)
    return "a return takes at least one step, and no more than the replay holds";
  if (!(options->discount >= 0 && options->discount <= 1))
    return "a discount lies between 0 and 1";
  if (!(options->alpha >= 0 && options->alpha <= 1 && options->beta >= 0 && options->beta <= 1))
    return "alpha and beta of a prioritised replay lie between 0 and 1";
  return NULL;
}

AssayReplay *
assay_replay_new (const AssayReplayOptions *options, const char **why)
{
  const char *wrong = what_is_wrong (options);
  AssayReplay *replay;

  if (why != NULL)
    *why = wrong;
  if (wrong != NULL)
    return NULL;
  replay = assay_alloc_zeroed (sizeof *replay);
  replay->options = *options;
  replay->entries = assay_alloc_zeroed (options->capacity * sizeof *replay->entries);
  replay->observations = assay_alloc_zeroed (options->capacity * options->observation_size);
  replay->heads = assay_alloc_zeroed (options->lanes * sizeof *replay->heads);
  replay->priorities = options->prioritized ? assay_sum_tree_new (options->capacity) : NULL;
  assay_replay_clear (replay);
  return replay;
}

void
assay_replay_clear (AssayReplay *replay)
{
  replay->at = replay->used = replay->n = 0;
  replay->max_priority = 1;
  for (uint32_t lane = 0; lane < replay->options.lanes; lane++)
    replay->heads[lane] = ASSAY_NO_ENTRY;
  if (replay->priorities != NULL)
    assay_sum_tree_clear (replay->priorities);
}

void
assay_replay_free (AssayReplay *replay)
{
  if (replay == NULL)
    return;
  free (replay->entries);
  free (replay->observations);
  free (replay->heads);
  assay_sum_tree_free (replay->priorities);
  free (replay);
}

/* ---- writing ---- */

static bool
is_transition (const AssayReplay *replay, uint32_t entry)
{
  return entry < replay->used && replay->entries[entry].next != ASSAY_NO_ENTRY;
}

static void
set_priority (AssayReplay *replay, uint32_t entry, double priority)
{
  if (replay->priorities != NULL)
    assay_sum_tree_set (replay->priorities, entry, pow (priority, replay->options.alpha));
}

/** Forgets the entry that is written next.  What linked to it is older and gone. */
static void
make_room (AssayReplay *replay)
{
  uint32_t entry = replay->at;

  if (replay->used < replay->options.capacity)
    {
      replay->used++;
      return;
    }
  if (is_transition (replay, entry))
    {
      replay->n--;
      if (replay->priorities != NULL)
        assay_sum_tree_set (replay->priorities, entry, 0);
      return;
    }
  for (uint32_t lane = 0; lane < replay->options.lanes; lane++)
    if (replay->heads[lane] == entry)
      replay->heads[lane] = ASSAY_NO_ENTRY;
}

/** A new entry that waits for its action. */
static uint32_t
append (AssayReplay *replay, const void *observation)
{
  uint32_t entry = replay->at;
  size_t size = replay->options.observation_size;

  make_room (replay);
  replay->entries[entry] = (AssayReplayEntry){ .next = ASSAY_NO_ENTRY };
  memcpy (replay->observations + entry * size, observation, size);
  replay->at = entry + 1 < replay->options.capacity ? entry + 1 : 0;
  return entry;
}

uint32_t
assay_replay_begin (AssayReplay *replay, uint32_t lane, const void *observation)
{
  uint32_t entry = append (replay, observation);

  replay->heads[lane] = entry;
  return entry;
}

uint32_t
assay_replay_add (AssayReplay *replay, uint32_t lane, int32_t action, float reward,
                  const void *next_observation, bool terminated, bool truncated)
{
  bool ended = terminated || truncated;
  uint32_t entry, next;

  if (replay->heads[lane] == ASSAY_NO_ENTRY)
    return ASSAY_NO_ENTRY;
  next = append (replay, next_observation);
  entry = replay->heads[lane];
  /* The lane may have waited for so long that its head was overwritten. */
  if (entry == ASSAY_NO_ENTRY || is_transition (replay, entry))
    return ASSAY_NO_ENTRY;
  replay->entries[entry] = (AssayReplayEntry){ action, reward, next, terminated, ended };
  replay->n++;
  set_priority (replay, entry, replay->max_priority);
  replay->heads[lane] = ended ? ASSAY_NO_ENTRY : next;
  return next;
}

void
assay_replay_add_step (AssayReplay *replay, const AssayVecEnv *env, const int32_t *actions)
{
  for (uint32_t i = 0; i < env->n; i++)
    {
      size_t at = i * env->observation_size;

      if (replay->heads[i] == ASSAY_NO_ENTRY)
        assay_replay_begin (replay, i, env->before + at);
      assay_replay_add (replay, i, actions[i], env->rewards[i], env->after + at, env->terminated[i],
                        env->truncated[i]);
    }
}

/* ---- drawing ---- */

/** Transition @i of the batch, from its entry. */
static void
fill (const AssayReplay *replay, AssayBatch *batch, uint32_t i)
{
  const AssayReplayOptions *options = &replay->options;
  const AssayReplayEntry *entry = &replay->entries[batch->entries[i]];
  size_t size = options->observation_size;
  double sum = 0, factor = 1;
  uint32_t next;

  batch->actions[i] = entry->action;
  for (uint32_t step = 1;; step++)
    {
      sum += factor * entry->reward;
      factor *= options->discount;
      next = entry->next;
      if (entry->ended || step == options->n_steps || !is_transition (replay, next))
        break;
      entry = &replay->entries[next];
    }
  batch->returns[i] = (float) sum;
  batch->discounts[i] = entry->terminated ? 0 : (float) factor;
  batch->next_entries[i] = next;
  memcpy (batch->observations + i * size, assay_replay_observation (replay, batch->entries[i]),
          size);
  memcpy (batch->next_observations + i * size, assay_replay_observation (replay, next), size);
}

void
assay_replay_gather (const AssayReplay *replay, AssayBatch *batch)
{
  for (uint32_t i = 0; i < batch->n; i++)
    {
      fill (replay, batch, i);
      batch->weights[i] = 1;
    }
}

static void
draw_uniform (const AssayReplay *replay, AssayStream *stream, AssayBatch *batch)
{
  for (uint32_t i = 0; i < batch->n; i++)
    {
      /* At least about half of the entries are transitions. */
      do
        batch->entries[i] = assay_below (stream, replay->used);
      while (!is_transition (replay, batch->entries[i]));
    }
}

/** One from each of @batch->n equal stretches of the sum. */
static void
draw_by_priority (const AssayReplay *replay, AssayStream *stream, AssayBatch *batch)
{
  double stretch = assay_sum_tree_total (replay->priorities) / batch->n;

  for (uint32_t i = 0; i < batch->n; i++)
    batch->entries[i]
        = assay_sum_tree_find (replay->priorities, (i + assay_uniform (stream)) * stretch);
}

/** (N P(i))^-beta over its largest in the batch. */
static void
weigh (const AssayReplay *replay, AssayBatch *batch)
{
  double least = INFINITY;

  for (uint32_t i = 0; i < batch->n; i++)
    least = fmin (least, assay_sum_tree_get (replay->priorities, batch->entries[i]));
  for (uint32_t i = 0; i < batch->n; i++)
    {
      double ratio = least / assay_sum_tree_get (replay->priorities, batch->entries[i]);

      batch->weights[i] = (float) pow (ratio, replay->options.beta);
    }
}

bool
assay_replay_sample (const AssayReplay *replay, AssayStream *stream, AssayBatch *batch)
{
  const AssaySumTree *priorities = replay->priorities;

  if (replay->n == 0 || (priorities != NULL && !(assay_sum_tree_total (priorities) > 0)))
    return false;
  if (priorities != NULL)
    draw_by_priority (replay, stream, batch);
  else
    draw_uniform (replay, stream, batch);
  assay_replay_gather (replay, batch);
  if (priorities != NULL)
    weigh (replay, batch);
  return true;
}

void
assay_replay_set_priorities (AssayReplay *replay, const uint32_t *entries, const float *errors,
                             uint32_t n, double least)
{
  for (uint32_t i = 0; i < n; i++)
    {
      double priority = fabs ((double) errors[i]) + least;

      if (!is_transition (replay, entries[i]))
        continue;
      if (!isfinite (priority))
        priority = replay->max_priority;
      replay->max_priority = fmax (replay->max_priority, priority);
      set_priority (replay, entries[i], priority);
    }
}

AssayBatch *
assay_batch_new (uint32_t n, size_t observation_size)
{
  AssayBatch *batch = assay_alloc_zeroed (sizeof *batch);

  batch->n = n;
  batch->observations = assay_alloc_zeroed (n * observation_size);
  batch->actions = assay_alloc_zeroed (n * sizeof *batch->actions);
  batch->returns = assay_alloc_zeroed (n * sizeof *batch->returns);
  batch->discounts = assay_alloc_zeroed (n * sizeof *batch->discounts);
  batch->next_observations = assay_alloc_zeroed (n * observation_size);
  batch->weights = assay_alloc_zeroed (n * sizeof *batch->weights);
  batch->entries = assay_alloc_zeroed (n * sizeof *batch->entries);
  batch->next_entries = assay_alloc_zeroed (n * sizeof *batch->next_entries);
  return batch;
}

void
assay_batch_free (AssayBatch *batch)
{
  if (batch == NULL)
    return;
  free (batch->observations);
  free (batch->actions);
  free (batch->returns);
  free (batch->discounts);
  free (batch->next_observations);
  free (batch->weights);
  free (batch->entries);
  free (batch->next_entries);
  free (batch);
}

/* ---- the state as bytes ---- */

typedef struct State
{
  AssayReplayOptions options;
  double max_priority;
  uint32_t at, used, n;
} State;

/* Then the heads, the entries, their observations and, where there are any, their priorities. */
size_t
assay_replay_state_size (const AssayReplay *replay)
{
  size_t entry = sizeof *replay->entries + replay->options.observation_size
                 + (replay->priorities != NULL ? sizeof (double) : 0);

  return sizeof (State) + replay->options.lanes * sizeof *replay->heads + replay->used * entry;
}

static uint8_t *
put (uint8_t *to, const void *from, size_t size)
{
  memcpy (to, from, size);
  return to + size;
}

static const uint8_t *
get (void *to, const uint8_t *from, size_t size)
{
  memcpy (to, from, size);
  return from + size;
}

void
assay_replay_get_state (const AssayReplay *replay, void *state)
{
  const State head = { replay->options, replay->max_priority, replay->at, replay->used, replay->n };
  uint8_t *at = state;

  at = put (at, &head, sizeof head);
  at = put (at, replay->heads, replay->options.lanes * sizeof *replay->heads);
  at = put (at, replay->entries, replay->used * sizeof *replay->entries);
  at = put (at, replay->observations, replay->used * replay->options.observation_size);
  if (replay->priorities != NULL)
    put (at, replay->priorities->nodes + replay->priorities->leaves,
         replay->used * sizeof (double));
}

/** All but beta, which may change. */
static bool
equal_options (const AssayReplayOptions *a, const AssayReplayOptions *b)
{
  return a->capacity == b->capacity && a->lanes == b->lanes
         && a->observation_size == b->observation_size && a->n_steps == b->n_steps
         && a->discount == b->discount && a->prioritized == b->prioritized && a->alpha == b->alpha;
}

/** Whether what was read can be sampled and written to: links lead to entries, heads wait. */
static bool
is_sound (const AssayReplay *replay)
{
  uint32_t n = 0;

  for (uint32_t i = 0; i < replay->used; i++)
    {
      if (replay->entries[i].next != ASSAY_NO_ENTRY && replay->entries[i].next >= replay->used)
        return false;
      n += is_transition (replay, i);
    }
  for (uint32_t lane = 0; lane < replay->options.lanes; lane++)
    if (replay->heads[lane] != ASSAY_NO_ENTRY
        && (replay->heads[lane] >= replay->used || is_transition (replay, replay->heads[lane])))
      return false;
  return n == replay->n && replay->used <= replay->options.capacity
         && (replay->used == replay->options.capacity ? replay->at < replay->used
                                                      : replay->at == replay->used);
}

static bool
read_priorities (AssayReplay *replay, const uint8_t *at)
{
  for (uint32_t i = 0; i < replay->options.capacity; i++)
    {
      double weight = 0;

      if (i < replay->used)
        memcpy (&weight, at + i * sizeof weight, sizeof weight);
      if (!(weight >= 0 && isfinite (weight)) || (weight > 0 && !is_transition (replay, i)))
        return false;
      assay_sum_tree_set (replay->priorities, i, weight);
    }
  return isfinite (replay->max_priority) && replay->max_priority > 0;
}

bool
assay_replay_set_state (AssayReplay *replay, const void *state, size_t size)
{
  const uint8_t *at = state;
  uint8_t prioritized; /* of these bytes, which need not be a bool's */
  State head;

  if (size < sizeof head)
    return false;
  at = get (&head, at, sizeof head);
  memcpy (&prioritized, &head.options.prioritized, 1);
  if (prioritized > 1 || head.used > replay->options.capacity
      || !equal_options (&head.options, &replay->options))
    return false;
  replay->used = head.used;
  if (size != assay_replay_state_size (replay))
    {
      assay_replay_clear (replay);
      return false;
    }
  replay->at = head.at;
  replay->n = head.n;
  replay->max_priority = head.max_priority;
  at = get (replay->heads, at, replay->options.lanes * sizeof *replay->heads);
  at = get (replay->entries, at, replay->used * sizeof *replay->entries);
  at = get (replay->observations, at, replay->used * replay->options.observation_size);
  if (is_sound (replay) && (replay->priorities == NULL || read_priorities (replay, at)))
    return true;
  assay_replay_clear (replay);
  return false;
}
