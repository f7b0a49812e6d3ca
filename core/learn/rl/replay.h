/* SPDX-License-Identifier: Apache-2.0
 *
 * Replay: a ring of time steps.  Each observation is kept once, as the view gives it; a
 * transition is two entries of which the first links to the second, so that returns over n steps
 * are summed when they are drawn.  Several worlds may write, each through a lane of its own.
 */
#ifndef ASSAY_LEARN_REPLAY_H
#define ASSAY_LEARN_REPLAY_H

#include "learn/rl/sum-tree.h"
#include "learn/rl/vecenv.h"

#define ASSAY_NO_ENTRY UINT32_MAX

typedef struct AssayReplayOptions
{
  uint32_t capacity;       /* entries: one per step and one more per episode; 2 .. 2^31 */
  uint32_t lanes;          /* worlds; at most capacity / 2 */
  size_t observation_size; /* bytes */
  uint32_t n_steps;        /* of returns, >= 1 */
  double discount;         /* 0..1 */
  bool prioritized;        /* Schaul et al. 2016, proportional */
  double alpha;            /* probability ~ priority^alpha; 0: uniform */
  double beta;             /* of the importance weights; 1: unbiased; may be changed */
} AssayReplayOptions;

typedef struct AssayReplayEntry
{
  int32_t action;
  float reward;
  uint32_t next;      /* entry of what it led to; ASSAY_NO_ENTRY: not a transition */
  uint8_t terminated; /* what it led to has no future */
  uint8_t ended;      /* the episode stopped there, by termination or truncation */
} AssayReplayEntry;

typedef struct AssayReplay
{
  AssayReplayOptions options;
  AssayReplayEntry *entries; /* [capacity] */
  uint8_t *observations;     /* [capacity][observation_size] */
  uint32_t *heads;          /* [lanes]: the entry that waits for its action; ASSAY_NO_ENTRY: none */
  uint32_t at;              /* the entry that is written next */
  uint32_t used;            /* entries written, up to capacity */
  uint32_t n;               /* transitions */
  AssaySumTree *priorities; /* to the power alpha; NULL: uniform */
  double max_priority;      /* seen so far; new transitions get it */
} AssayReplay;

/** A batch drawn from a replay, in buffers of the caller (or of assay_batch_new). */
typedef struct AssayBatch
{
  uint32_t n;
  uint8_t *observations;      /* [n][observation_size] */
  int32_t *actions;           /* [n] */
  float *returns;             /* [n]: r_0 + g r_1 + ... + g^(m-1) r_(m-1), m <= n_steps */
  float *discounts;           /* [n]: g^m; 0 where the episode terminated within these steps */
  uint8_t *next_observations; /* [n][observation_size]: m steps later; the end of an episode
                                 that ended sooner */
  float *weights;             /* [n]: importance weights over their largest; 1 if uniform */
  uint32_t *entries;          /* [n]: where in the replay */
  uint32_t *next_entries;     /* [n]: and where `next_observations` are */
} AssayBatch;

/** NULL: an option is out of range (@why, if not NULL, is set to a sentence). */
AssayReplay *assay_replay_new (const AssayReplayOptions *options, const char **why);
void assay_replay_free (AssayReplay *replay);
/** Forgets everything. */
void assay_replay_clear (AssayReplay *replay);

/** An episode begins in @lane; returns the entry of its first observation. */
uint32_t assay_replay_begin (AssayReplay *replay, uint32_t lane, const void *observation);
/** @lane, which has begun, took @action and came to @next_observation.  After an end it must
 *  begin again.  Returns the entry of @next_observation; the transition itself is the entry that
 *  the last call for this lane returned. */
uint32_t assay_replay_add (AssayReplay *replay, uint32_t lane, int32_t action, float reward,
                           const void *next_observation, bool terminated, bool truncated);
/** The transitions of the last step of @env, whose worlds are the lanes; begins episodes where
 *  needed.  @actions are those of that step. */
void assay_replay_add_step (AssayReplay *replay, const AssayVecEnv *env, const int32_t *actions);

static inline const void *
assay_replay_observation (const AssayReplay *replay, uint32_t entry)
{
  return replay->observations + (size_t) entry * replay->options.observation_size;
}

/** Draws @batch->n transitions, with replacement.  A return is cut short at the end of its
 *  episode and at the newest step of its lane, and bootstraps from there.  Returns false, and
 *  draws nothing, from a replay without transitions (or with priorities that are all 0). */
bool assay_replay_sample (const AssayReplay *replay, AssayStream *stream, AssayBatch *batch);
/** Fills @batch from @batch->entries, which are transitions; weights are 1. */
void assay_replay_gather (const AssayReplay *replay, AssayBatch *batch);
/** New priorities |@errors| + @least of @entries.  One that is not a number or infinite counts as
 *  the largest so far; an entry that has been overwritten by a non-transition is left alone. */
void assay_replay_set_priorities (AssayReplay *replay, const uint32_t *entries, const float *errors,
                                  uint32_t n, double least);

AssayBatch *assay_batch_new (uint32_t n, size_t observation_size);
void assay_batch_free (AssayBatch *batch);

/** Bytes of what it holds, for a checkpoint. */
size_t assay_replay_state_size (const AssayReplay *replay);
void assay_replay_get_state (const AssayReplay *replay, void *state);
/** Holds again what was held.  Returns false, and is left empty or as it was, if @state is not of
 *  a replay with equal options. */
bool assay_replay_set_state (AssayReplay *replay, const void *state, size_t size);

#endif
