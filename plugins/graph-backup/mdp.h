/* SPDX-License-Identifier: Apache-2.0
 *
 * The complete, deterministic MDP of one or several levels: every state that can
 * be reached from a start, found by breadth-first search through the environment.
 */
#ifndef GRAPH_BACKUP_MDP_H
#define GRAPH_BACKUP_MDP_H

#include <assay/plugin.h>

enum
{
  VIEW_FULL,
  VIEW_PARTIAL,
  N_VIEWS
};

extern const char *const mdp_view_ids[N_VIEWS];

/** States are numbered in the order of the search.  The reward is binarised
 *  (1 if the environment's is above 0): the published MiniGrid reward depends
 *  on the time step, which is no part of the state. */
typedef struct Mdp
{
  uint32_t n_states, n_actions, n_starts, max_steps;
  uint32_t *next;          /* [n_states][n_actions] */
  uint8_t *reward;         /* [n_states][n_actions], 0 or 1 */
  uint8_t *terminal;       /* [n_states][n_actions]: the episode ends with this step */
  uint32_t *starts;        /* [n_starts]; one per level, levels may share it */
  uint32_t *parent;        /* [n_states]: where the search came from; itself at a start */
  uint8_t *parent_action;  /* [n_states] */
  uint32_t *level;         /* [n_states]: the level whose start leads to it over its parents */
  uint32_t *view[N_VIEWS]; /* [n_states]: number of the observation; NULL: no such view */
  uint32_t n_observations[N_VIEWS];
} Mdp;

typedef enum MdpResult
{
  MDP_OK,
  MDP_TOO_LARGE, /* more states than asked for */
  MDP_REFUSED,   /* the environment does not take its own state back */
  MDP_NO_MEMORY,
  MDP_CANCELLED
} MdpResult;

/** Enumerates the levels of @seeds together: equal states of different levels are one.
 *  @cancelled may be NULL. */
MdpResult mdp_enumerate (Mdp *mdp, const AssayEnvironment *environment, const uint64_t *seeds,
                         uint32_t n_seeds, uint32_t max_states, bool (*cancelled) (void *),
                         void *data);
void mdp_clear (Mdp *mdp);
/** Room for all arrays, zeroed, next = itself; false: out of memory, and cleared. */
bool mdp_allocate (Mdp *mdp, uint32_t n_states, uint32_t n_actions, uint32_t n_starts);

/** One binary file.  mdp_load checks every index; false: not a whole MDP. */
bool mdp_save (const Mdp *mdp, const char *path);
bool mdp_load (Mdp *mdp, const char *path);

#endif
