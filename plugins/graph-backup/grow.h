/* SPDX-License-Identifier: Apache-2.0
 *
 * Arrays that grow.
 */
#ifndef GRAPH_BACKUP_GROW_H
#define GRAPH_BACKUP_GROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/** Makes *@array (the address of a pointer), of @from items of @size bytes, one of @to items, not
 *  fewer, whose new bytes are all @fill.  False: out of memory, and nothing has changed. */
static inline bool
grow_array (void *array, size_t from, size_t to, size_t size, int fill)
{
  void *old, *grown;

  memcpy (&old, array, sizeof old);
  grown = realloc (old, to * size);
  if (!grown)
    return false;
  memset ((char *) grown + from * size, fill, (to - from) * size);
  memcpy (array, &grown, sizeof grown);
  return true;
}

#endif
