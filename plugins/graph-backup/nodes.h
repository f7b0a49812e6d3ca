/* SPDX-License-Identifier: Apache-2.0
 *
 * Which node a moment of a world is, where states are met and not enumerated; and how many
 * different states hide behind one observation.
 */
#ifndef GRAPH_BACKUP_NODES_H
#define GRAPH_BACKUP_NODES_H

#include "intern.h"

/** What makes two moments one node. */
typedef enum NodeKind
{
  NODE_OBSERVATION, /* the bytes seen (the paper's) */
  NODE_STATE,       /* the state's key: observation, timers and what else decides the future */
  NODE_STACK,       /* this observation and the one before it */
  N_NODE_KINDS
} NodeKind;

/** How often something seen stood for more than one state. */
typedef struct Aliasing
{
  uint32_t *state;  /* [capacity]: the first state met under it */
  uint32_t *visits; /* [capacity] */
  uint8_t *several; /* [capacity]: it has stood for another one, too */
  uint32_t n, n_several, capacity;
  uint64_t all, aliased; /* visits; those of what has stood for several */
} Aliasing;

typedef struct Nodes
{
  NodeKind kind;
  size_t observation_size;
  bool one_bit;       /* every byte of an observation is 0 or 1: kept as bits */
  size_t packed_size; /* bytes kept of an observation */
  Intern names[N_NODE_KINDS];
  Aliasing aliasing[N_NODE_KINDS]; /* of observations and stacks */
  uint32_t *observation;           /* [capacity]: number of what is seen at a node */
  uint32_t *state;                 /* [capacity]: number of the state first met there */
  uint32_t capacity;
  uint32_t last; /* number of the observation before */
  uint8_t *packed;
} Nodes;

/** @one_bit: observations hold only 0 and 1.  False: out of memory. */
bool nodes_init (Nodes *nodes, NodeKind kind, size_t observation_size, bool one_bit,
                 size_t key_size);
void nodes_clear (Nodes *nodes);

/** The node of a moment, seen as @observation in the state @key; @first: an episode begins.
 *  INTERN_NONE: out of memory. */
uint32_t nodes_meet (Nodes *nodes, const uint8_t *observation, const void *key, bool first);

static inline uint32_t
nodes_n (const Nodes *nodes)
{
  return nodes->names[nodes->kind].n;
}

/** What is seen at @node, [observation_size]. */
void nodes_observation (const Nodes *nodes, uint32_t node, uint8_t *observation);
/** Key of the state first met at @node. */
const void *nodes_key (const Nodes *nodes, uint32_t node);
/** Share of all moments so far whose observation (or stack) stood for more than one state. */
double nodes_aliased (const Nodes *nodes, NodeKind kind);

#endif
