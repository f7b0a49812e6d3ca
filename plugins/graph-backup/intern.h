/* SPDX-License-Identifier: Apache-2.0
 *
 * Byte strings of one length to small numbers, in the order of first sight.
 */
#ifndef GRAPH_BACKUP_INTERN_H
#define GRAPH_BACKUP_INTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define INTERN_NONE UINT32_MAX

/** Open addressing with linear probing over an arena of keys. */
typedef struct Intern
{
  size_t key_size;
  uint32_t n, capacity; /* keys held, keys the arena has room for */
  uint32_t n_slots;     /* a power of two, at least twice `capacity` */
  uint8_t *keys;        /* [n][key_size] */
  uint32_t *slots;      /* number + 1; 0: free */
  uint32_t *tags;       /* upper half of the slot's hash */
} Intern;

bool intern_init (Intern *table, size_t key_size);
void intern_clear (Intern *table);

/** The number of @key, given now if it is new (then *@is_new); INTERN_NONE: out of memory. */
uint32_t intern_add (Intern *table, const void *key, bool *is_new);
/** The number of @key, INTERN_NONE if it was never added. */
uint32_t intern_find (const Intern *table, const void *key);

#endif
