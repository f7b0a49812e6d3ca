/* SPDX-License-Identifier: Apache-2.0
 *
 * Random streams.  Word i of the stream (seed, name) is word i mod 4 of
 *
 *   philox (counter = {block low, block high, hash low, hash high}, key = {seed low, seed high})
 *
 * with block = i div 4 and hash = FNV-1a of the name's bytes in 64 bits.  So streams
 * of different seeds never share a block, and those of different names do only if
 * their hashes are equal.  These bits never change again: tests pin them.
 */
#ifndef ASSAY_BASE_RANDOM_H
#define ASSAY_BASE_RANDOM_H

#include <assay/random.h>

/** Philox4x32-10 (Salmon et al. 2011): four words from a counter and a key. */
void assay_philox (const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);

/** The stream of (seed, name), at its first word.  NULL is the name "". */
void assay_stream_init (AssayStream *stream, uint64_t seed, const char *name);

/** Moves the stream to its @word-th 32-bit word; @word < 2^63. */
void assay_stream_seek (AssayStream *stream, uint64_t word);

/** Makes a copied or deserialised stream usable: sets its refill function. */
void assay_stream_attach (AssayStream *stream);

/** Where a stream stands: what a checkpoint needs of it. */
typedef struct AssayStreamPlace
{
  uint64_t key, name, word;
} AssayStreamPlace;

AssayStreamPlace assay_stream_place (const AssayStream *stream);
/** The stream that stands at @place. */
void assay_stream_restore (AssayStream *stream, const AssayStreamPlace *place);

#endif
