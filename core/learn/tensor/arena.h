/* SPDX-License-Identifier: Apache-2.0
 *
 * Memory that is given back all at once.  An arena grows while a program warms up; after
 * the first step of a loop that allocates the same again, no step asks the system.
 */
#ifndef ASSAY_LEARN_ARENA_H
#define ASSAY_LEARN_ARENA_H

#include <stddef.h>

#define ASSAY_ALIGNMENT 64 /* bytes: one AVX-512 register, one cache line */

typedef struct AssayArena AssayArena;

AssayArena *assay_arena_new (void);
void assay_arena_free (AssayArena *arena);
/** @bytes of undefined content, aligned to ASSAY_ALIGNMENT; valid until the next reset.  Ends
 *  the program with a sentence on stderr when there is no memory. */
void *assay_arena_alloc (AssayArena *arena, size_t bytes);
/** Forgets every allocation and keeps the memory. */
void assay_arena_reset (AssayArena *arena);
/** Bytes held from the system. */
size_t assay_arena_held (const AssayArena *arena);

/** Aligned zeroed memory of its own, for free(); ends the program when there is none. */
void *assay_alloc_zeroed (size_t bytes);

#endif
