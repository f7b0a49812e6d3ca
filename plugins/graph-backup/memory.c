/* SPDX-License-Identifier: Apache-2.0 */
#include "backup.h"

#include <stdlib.h>

bool
memory_init (Memory *memory, uint32_t capacity)
{
  *memory = (Memory){ .capacity = capacity };
  memory->node = malloc (capacity * sizeof *memory->node);
  memory->next = malloc (capacity * sizeof *memory->next);
  memory->reward = malloc (capacity * sizeof *memory->reward);
  memory->behaviour = malloc (capacity * sizeof *memory->behaviour);
  memory->action = malloc (capacity);
  memory->flags = malloc (capacity);
  if (!memory->node || !memory->next || !memory->reward || !memory->behaviour || !memory->action
      || !memory->flags)
    {
      memory_clear (memory);
      return false;
    }
  return true;
}

void
memory_clear (Memory *memory)
{
  free (memory->node);
  free (memory->next);
  free (memory->reward);
  free (memory->behaviour);
  free (memory->action);
  free (memory->flags);
  *memory = (Memory){ .n = 0 };
}

void
memory_add (Memory *memory, uint32_t node, uint32_t action, float reward, uint32_t next,
            uint32_t flags, float behaviour)
{
  uint32_t t = memory->n++;

  memory->node[t] = node;
  memory->action[t] = (uint8_t) action;
  memory->reward[t] = reward;
  memory->next[t] = next;
  memory->flags[t] = (uint8_t) flags;
  memory->behaviour[t] = behaviour;
}
