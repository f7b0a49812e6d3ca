/* SPDX-License-Identifier: Apache-2.0
 *
 * Vectorised stepping: n worlds of an environment, stepped together, each starting its next
 * episode by itself.  Deterministic: world i's episodes follow from the seed, i and the actions,
 * and not from the number of worlds.
 */
#ifndef ASSAY_LEARN_VECENV_H
#define ASSAY_LEARN_VECENV_H

#include "base/num/random.h"
#include "learn/rl/view.h"

/** Everything is [n], one entry per world; observations are as the view gives them (bytes or
 *  floats) and lie one after the other.  After a step, `before`, the actions, `rewards`, `after`
 *  and the flags are the transitions. */
typedef struct AssayVecEnv
{
  const AssayEnvironment *environment;
  const AssayView *view;
  void *worlds; /* what the environment created: for options and states */
  uint32_t n;
  size_t observation_size; /* bytes */

  uint8_t *observations; /* what to act on now; it and `before` change places at each step */
  uint8_t *before;       /* what was acted on in the last step */
  uint8_t *after;        /* what that led to, the end of an episode too: for bootstrapping */
  float *rewards;
  uint8_t *terminated; /* there is no future: its value is 0 */
  uint8_t *truncated;  /* stopped by a clock: the value of `after` stands for the future */
  double *returns;     /* sum of rewards of the episode so far; where it ended, of all of it */
  uint32_t *lengths;   /* its steps, likewise */
  uint8_t *states;     /* [n][environment->state_size] at `after`; NULL unless asked for */

  AssayStream *streams; /* world i's seeds */
  uint64_t *seeds;      /* of the episode that runs, or runs next */
  uint8_t *ended;       /* in the last step */
  bool same_level;      /* all episodes of a world are of the seed that the reset drew */
} AssayVecEnv;

typedef struct AssayVecEnvOptions
{
  uint32_t n;    /* worlds, >= 1 */
  uint32_t view; /* number of the view */
  uint64_t seed;
  bool same_level;
  bool keep_states; /* fill `states` at every step */
} AssayVecEnvOptions;

/** NULL: no worlds, no such view, or the environment cannot create so many.  Set options on
 *  `worlds` before the first reset. */
AssayVecEnv *assay_vecenv_new (const AssayEnvironment *environment,
                               const AssayVecEnvOptions *options);
void assay_vecenv_free (AssayVecEnv *env);
/** Starts an episode in every world. */
void assay_vecenv_reset (AssayVecEnv *env);
/** One step in every world, after which those that ended start their next episode. */
void assay_vecenv_step (AssayVecEnv *env, const int32_t *actions);

/** Bytes of the complete state: worlds, episodes and streams. */
size_t assay_vecenv_state_size (const AssayVecEnv *env);
void assay_vecenv_get_state (const AssayVecEnv *env, void *state);
/** Continues from @state, of a vecenv with equal options.  Returns false if it is not one;
 *  @env must then be reset. */
bool assay_vecenv_set_state (AssayVecEnv *env, const void *state, size_t size);

#endif
