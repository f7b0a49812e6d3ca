/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ASSAY_BASE_RANDOM_H
#define ASSAY_BASE_RANDOM_H

#include <assay/random.h>

/** Philox4x32-10 (Salmon et al. 2011): four words from a counter and a key. */
void assay_philox (const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);

/** The stream of (seed, name).  Its bits never change again: tests pin them. */
void assay_stream_init (AssayStream *stream, uint64_t seed, const char *name);

/** Moves the stream to its @word-th 32-bit word. */
void assay_stream_seek (AssayStream *stream, uint64_t word);

/** Makes a copied or deserialised stream usable: sets its refill function. */
void assay_stream_attach (AssayStream *stream);

#endif
