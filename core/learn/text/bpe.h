/* SPDX-License-Identifier: Apache-2.0
 *
 * Byte-level byte-pair encoding (Sennrich et al. 2016; Radford et al. 2019).  A text is cut
 * into pieces by a regular expression; the bytes of a piece are tokens, and neighbours merge,
 * the merge learnt first first, until none is left.  Any bytes are encoded and come back.
 */
#ifndef ASSAY_LEARN_BPE_H
#define ASSAY_LEARN_BPE_H

#include "learn/text/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct AssayBpe AssayBpe;

/** Reads GPT-2's pair of files.  NULL: see @error. */
AssayBpe *assay_bpe_open_gpt2 (const char *vocab_json, const char *merges_txt,
                               AssayTextError *error);
/** Reads Hugging Face's tokenizer.json: a BPE model on bytes, with the pieces of ByteLevel or of
 *  Split by a regular expression, normaliser none or NFC, and added tokens.  Anything else is
 *  refused by name. */
AssayBpe *assay_bpe_open (const char *tokenizer_json, AssayTextError *error);
/** Learns merges from a text until there are @vocabulary tokens (>= 256 + specials), or no pair
 *  occurs twice: ties to the smaller pair of ids, so the result is one.  @specials, NULL-terminated
 *  or NULL, get the last ids.  NULL: see @error. */
AssayBpe *assay_bpe_train (const char *text, size_t length, uint32_t vocabulary,
                           const char *const *specials, AssayTextError *error);
/** Writes a tokenizer.json that assay_bpe_open and Hugging Face's library read. */
bool assay_bpe_save (const AssayBpe *bpe, const char *tokenizer_json, AssayTextError *error);
void assay_bpe_free (AssayBpe *bpe);

/** Tokens; ids are 0..n-1, some perhaps without a token. */
uint32_t assay_bpe_n (const AssayBpe *bpe);
/** The id of a special token, or of any by its bytes; -1: there is none. */
int32_t assay_bpe_id (const AssayBpe *bpe, const char *token, size_t length);
/** A token's bytes, not NUL-terminated; NULL: no such id. */
const char *assay_bpe_token (const AssayBpe *bpe, int32_t id, size_t *length);

/** Encodes into @ids, up to @capacity of them; returns how many there are in all.  @specials:
 *  special tokens in the text become their ids; else they are text like any other.  Safe from
 *  many threads at once. */
size_t assay_bpe_encode (const AssayBpe *bpe, const char *text, size_t length, bool specials,
                         int32_t *ids, size_t capacity);
/** Decodes into @text, up to @capacity bytes, no NUL; returns how many there are in all.  Ids
 *  without a token give nothing. */
size_t assay_bpe_decode (const AssayBpe *bpe, const int32_t *ids, size_t n, char *text,
                         size_t capacity);

#endif
