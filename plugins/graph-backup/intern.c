/* SPDX-License-Identifier: Apache-2.0 */
#include "intern.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_CAPACITY 256

/* A folded 64 x 64 bit product mixes every input bit into every output bit. */
static uint64_t
fold (uint64_t a, uint64_t b)
{
  unsigned __int128 product = (unsigned __int128) a * b;

  return (uint64_t) product ^ (uint64_t) (product >> 64);
}

static uint64_t
hash_bytes (const uint8_t *bytes, size_t size)
{
  uint64_t h = 0x9e3779b97f4a7c15u ^ size, word;

  for (; size >= 8; bytes += 8, size -= 8)
    {
      memcpy (&word, bytes, 8);
      h = fold (h ^ word, 0xd6e8feb86659fd93u);
    }
  word = 0;
  memcpy (&word, bytes, size);
  return fold (h ^ word, 0xa0761d6478bd642fu);
}

static void
place (Intern *table, uint32_t number)
{
  uint64_t h = hash_bytes (table->keys + number * table->key_size, table->key_size);
  uint32_t mask = table->n_slots - 1, at = (uint32_t) h & mask;

  while (table->slots[at])
    at = (at + 1) & mask;
  table->slots[at] = number + 1;
  table->tags[at] = (uint32_t) (h >> 32);
}

static bool
resize (Intern *table, uint32_t capacity)
{
  uint8_t *keys = realloc (table->keys, capacity * table->key_size);
  uint32_t *slots, *tags;

  if (!keys)
    return false;
  table->keys = keys;
  slots = calloc (capacity * 2u, sizeof *slots);
  tags = calloc (capacity * 2u, sizeof *tags);
  if (!slots || !tags)
    {
      free (slots);
      free (tags);
      return false;
    }
  free (table->slots);
  free (table->tags);
  table->slots = slots;
  table->tags = tags;
  table->capacity = capacity;
  table->n_slots = capacity * 2;
  for (uint32_t i = 0; i < table->n; i++)
    place (table, i);
  return true;
}

bool
intern_init (Intern *table, size_t key_size)
{
  *table = (Intern){ .key_size = key_size };
  return resize (table, FIRST_CAPACITY);
}

void
intern_clear (Intern *table)
{
  free (table->keys);
  free (table->slots);
  free (table->tags);
  *table = (Intern){ .key_size = 0 };
}

uint32_t
intern_find (const Intern *table, const void *key)
{
  uint64_t h = hash_bytes (key, table->key_size);
  uint32_t mask = table->n_slots - 1, tag = (uint32_t) (h >> 32);

  for (uint32_t at = (uint32_t) h & mask; table->slots[at]; at = (at + 1) & mask)
    {
      uint32_t number = table->slots[at] - 1;

      if (table->tags[at] == tag
          && !memcmp (table->keys + number * table->key_size, key, table->key_size))
        return number;
    }
  return INTERN_NONE;
}

uint32_t
intern_add (Intern *table, const void *key, bool *is_new)
{
  uint32_t number = intern_find (table, key);

  *is_new = number == INTERN_NONE;
  if (!*is_new)
    return number;
  if (table->n == table->capacity
      && (table->capacity >= UINT32_MAX / 8 || !resize (table, table->capacity * 2)))
    return INTERN_NONE;
  number = table->n++;
  memcpy (table->keys + number * table->key_size, key, table->key_size);
  place (table, number);
  return number;
}
