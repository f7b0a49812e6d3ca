/* SPDX-License-Identifier: Apache-2.0 */
#include "nodes.h"

#include "grow.h"

bool
nodes_init (Nodes *nodes, NodeKind kind, size_t observation_size, bool one_bit, size_t key_size)
{
  *nodes = (Nodes){ .kind = kind, .observation_size = observation_size, .one_bit = one_bit };
  nodes->packed_size = one_bit ? (observation_size + 7) / 8 : observation_size;
  nodes->packed = malloc (nodes->packed_size);
  if (nodes->packed && intern_init (&nodes->names[NODE_OBSERVATION], nodes->packed_size)
      && intern_init (&nodes->names[NODE_STATE], key_size)
      && intern_init (&nodes->names[NODE_STACK], 2 * sizeof (uint32_t)))
    return true;
  nodes_clear (nodes);
  return false;
}

void
nodes_clear (Nodes *nodes)
{
  for (int k = 0; k < N_NODE_KINDS; k++)
    {
      intern_clear (&nodes->names[k]);
      free (nodes->aliasing[k].state);
      free (nodes->aliasing[k].visits);
      free (nodes->aliasing[k].several);
    }
  free (nodes->observation);
  free (nodes->state);
  free (nodes->packed);
  *nodes = (Nodes){ .capacity = 0 };
}

static void
pack (const Nodes *nodes, const uint8_t *observation, uint8_t *packed)
{
  if (!nodes->one_bit)
    {
      memcpy (packed, observation, nodes->packed_size);
      return;
    }
  memset (packed, 0, nodes->packed_size);
  for (size_t i = 0; i < nodes->observation_size; i++)
    packed[i / 8] |= (uint8_t) ((observation[i] & 1) << i % 8);
}

/* Twice the room that is needed, when there is too little. */
static uint32_t
wider (uint32_t capacity, uint32_t number)
{
  return number < capacity ? capacity : number < 128 ? 256 : number * 2;
}

static bool
count_aliasing (Aliasing *a, uint32_t seen, uint32_t state)
{
  uint32_t capacity = wider (a->capacity, seen);

  if (capacity > a->capacity)
    {
      if (!grow_array (&a->state, a->capacity, capacity, sizeof *a->state, 0xff)
          || !grow_array (&a->visits, a->capacity, capacity, sizeof *a->visits, 0)
          || !grow_array (&a->several, a->capacity, capacity, sizeof *a->several, 0))
        return false;
      a->capacity = capacity;
    }
  if (a->state[seen] == INTERN_NONE)
    {
      a->state[seen] = state;
      a->n++;
    }
  else if (a->state[seen] != state && !a->several[seen])
    {
      a->several[seen] = 1;
      a->n_several++;
      a->aliased += a->visits[seen];
    }
  a->visits[seen]++;
  a->all++;
  a->aliased += a->several[seen];
  return true;
}

static bool
keep_node (Nodes *nodes, uint32_t node, uint32_t observation, uint32_t state)
{
  uint32_t capacity = wider (nodes->capacity, node);

  if (capacity > nodes->capacity)
    {
      if (!grow_array (&nodes->observation, nodes->capacity, capacity, sizeof *nodes->observation,
                       0)
          || !grow_array (&nodes->state, nodes->capacity, capacity, sizeof *nodes->state, 0))
        return false;
      nodes->capacity = capacity;
    }
  nodes->observation[node] = observation;
  nodes->state[node] = state;
  return true;
}

uint32_t
nodes_meet (Nodes *nodes, const uint8_t *observation, const void *key, bool first)
{
  uint32_t number[N_NODE_KINDS], stack[2];
  bool is_new[N_NODE_KINDS];

  pack (nodes, observation, nodes->packed);
  number[NODE_OBSERVATION]
      = intern_add (&nodes->names[NODE_OBSERVATION], nodes->packed, &is_new[NODE_OBSERVATION]);
  number[NODE_STATE] = intern_add (&nodes->names[NODE_STATE], key, &is_new[NODE_STATE]);
  /* Before an episode's first observation there is, as in the Atari wrappers, itself. */
  stack[0] = first ? number[NODE_OBSERVATION] : nodes->last;
  stack[1] = nodes->last = number[NODE_OBSERVATION];
  number[NODE_STACK] = intern_add (&nodes->names[NODE_STACK], stack, &is_new[NODE_STACK]);
  for (int k = 0; k < N_NODE_KINDS; k++)
    if (number[k] == INTERN_NONE
        || (k != NODE_STATE
            && !count_aliasing (&nodes->aliasing[k], number[k], number[NODE_STATE])))
      return INTERN_NONE;
  if (is_new[nodes->kind]
      && !keep_node (nodes, number[nodes->kind], number[NODE_OBSERVATION], number[NODE_STATE]))
    return INTERN_NONE;
  return number[nodes->kind];
}

void
nodes_observation (const Nodes *nodes, uint32_t node, uint8_t *observation)
{
  const uint8_t *packed = nodes->names[NODE_OBSERVATION].keys
                          + (size_t) nodes->observation[node] * nodes->packed_size;

  if (!nodes->one_bit)
    memcpy (observation, packed, nodes->packed_size);
  else
    for (size_t i = 0; i < nodes->observation_size; i++)
      observation[i] = packed[i / 8] >> i % 8 & 1;
}

const void *
nodes_key (const Nodes *nodes, uint32_t node)
{
  const Intern *states = &nodes->names[NODE_STATE];

  return states->keys + (size_t) nodes->state[node] * states->key_size;
}

double
nodes_aliased (const Nodes *nodes, NodeKind kind)
{
  const Aliasing *a = &nodes->aliasing[kind];

  return a->all ? (double) a->aliased / (double) a->all : 0;
}
