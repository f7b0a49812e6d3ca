/* SPDX-License-Identifier: Apache-2.0
 *
 * Worlds as the deep agents live in them: stepped, not enumerated.
 */
#ifndef GRAPH_BACKUP_WORLDS_H
#define GRAPH_BACKUP_WORLDS_H

#include <assay/plugin.h>

#define EPISODE_CAP 5000 /* steps, where the environment has no limit of its own; as published */

typedef struct Worlds
{
  const AssayEnvironment *environment;
  void *env;
  uint32_t n;
  size_t observation_size;
  const uint64_t *levels; /* seeds to draw from; NULL: every episode has a seed of its own */
  uint32_t n_levels;
  uint8_t *observations; /* [n][observation_size] */
  float *rewards;        /* [n]: of the last step */
  uint8_t *terminated;   /* [n]: by the environment */
  uint8_t *ended;        /* [n]: the episode is over, terminated or cut */
  uint32_t *clocks;      /* [n]: steps of the episode */
  double *returns;       /* [n]: its rewards so far */
  /* Work space. */
  uint64_t *seeds;
  uint8_t *which, *truncated, *state;
} Worlds;

/** @levels, [n_levels], must outlive the worlds.  False: out of memory. */
bool worlds_init (Worlds *worlds, const AssayEnvironment *environment, uint32_t n,
                  const uint64_t *levels, uint32_t n_levels);
void worlds_clear (Worlds *worlds);
/** Begins an episode in world @i, drawn from @stream. */
void worlds_begin (Worlds *worlds, uint32_t i, AssayStream *stream);
/** One step in every world; those whose episode is over wait. */
void worlds_step (Worlds *worlds, const int32_t *actions);
/** The key of world @i, valid until the next call. */
const void *worlds_key (Worlds *worlds, uint32_t i);

static inline uint32_t
worlds_limit (const AssayEnvironment *environment)
{
  return environment->max_steps ? environment->max_steps : EPISODE_CAP;
}

#endif
