/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/tensor/arena.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define FIRST_CHUNK ((size_t) 1 << 20)
#define MOST (SIZE_MAX / 4) /* bytes of one allocation: sums of two do not overflow */
#define HUGE_PAGE ((size_t) 1 << 21)

typedef struct Chunk
{
  struct Chunk *next;
  size_t size; /* bytes after the header's own cache line */
} Chunk;

struct AssayArena
{
  Chunk *first, *now; /* now: the one allocated from */
  size_t used;        /* bytes of `now` */
  size_t held;
};

static size_t
round_up (size_t bytes, size_t to)
{
  return (bytes + to - 1) & ~(to - 1);
}

static _Noreturn void
refuse (size_t bytes)
{
  fprintf (stderr, "There is no memory for another %zu MiB: make the model or the batch smaller\n",
           bytes >> 20);
  abort ();
}

/** Large memory stands on huge pages, where the system has them: training walks through all of it,
 *  and would wait for address translation. */
static void *
aligned (size_t bytes)
{
  size_t alignment = bytes >= 2 * HUGE_PAGE ? HUGE_PAGE : ASSAY_ALIGNMENT;
  size_t whole = round_up (bytes, alignment);
  void *memory = aligned_alloc (alignment, whole);

  if (memory == NULL)
    refuse (bytes);
#ifdef MADV_HUGEPAGE
  if (alignment == HUGE_PAGE)
    madvise (memory, whole, MADV_HUGEPAGE); /* a hint: may fail */
#endif
  return memory;
}

void *
assay_alloc_zeroed (size_t bytes)
{
  bytes = bytes > 0 ? bytes : 1;
  if (bytes > MOST)
    refuse (bytes);
  return memset (aligned (bytes), 0, bytes);
}

AssayArena *
assay_arena_new (void)
{
  return assay_alloc_zeroed (sizeof (AssayArena));
}

void
assay_arena_free (AssayArena *arena)
{
  if (arena == NULL)
    return;
  for (Chunk *chunk = arena->first, *next; chunk != NULL; chunk = next)
    {
      next = chunk->next;
      free (chunk);
    }
  free (arena);
}

/** A chunk of at least @bytes after the present one: the next in the list if it is large
 *  enough, else a new one as large as all before it together. */
static void
advance (AssayArena *arena, size_t bytes)
{
  Chunk **place = arena->now != NULL ? &arena->now->next : &arena->first;

  if (*place == NULL || (*place)->size < bytes)
    {
      size_t size = arena->held > FIRST_CHUNK ? arena->held : FIRST_CHUNK;
      Chunk *chunk;

      size = size > bytes ? size : bytes;
      chunk = aligned (ASSAY_ALIGNMENT + size);
      *chunk = (Chunk){ *place, size };
      *place = chunk;
      arena->held += size;
    }
  arena->now = *place;
  arena->used = 0;
}

void *
assay_arena_alloc (AssayArena *arena, size_t bytes)
{
  void *memory;

  if (bytes > MOST)
    refuse (bytes);
  bytes = round_up (bytes, ASSAY_ALIGNMENT);
  if (arena->now == NULL || arena->now->size - arena->used < bytes)
    advance (arena, bytes);
  memory = (char *) arena->now + ASSAY_ALIGNMENT + arena->used;
  arena->used += bytes;
  return memory;
}

void
assay_arena_reset (AssayArena *arena)
{
  arena->now = NULL;
  arena->used = 0;
}

size_t
assay_arena_held (const AssayArena *arena)
{
  return arena->held;
}
