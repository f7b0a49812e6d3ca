/* SPDX-License-Identifier: Apache-2.0
 *
 * For bpe*.c only.
 */
#ifndef ASSAY_LEARN_BPE_INTERNAL_H
#define ASSAY_LEARN_BPE_INTERNAL_H

#include "learn/text/bpe.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#define BPE_MAX_TOKENS (1u << 20)

/* GPT-2's pieces: contractions, words, numbers and other marks with the blank before them. */
#define BPE_GPT2_PATTERN                                                                           \
  "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+"

/* Bytes of the arena of texts. */
typedef struct BpeSpan
{
  size_t begin;
  uint32_t length;
  bool there;   /* an id may have no token */
  bool special; /* found in the text before it is cut into pieces */
} BpeSpan;

typedef struct BpeMerge
{
  uint32_t left, right, result;
} BpeMerge;

/* From 64 bits to 32; open addressing, never full. */
typedef struct BpeMap
{
  uint64_t *keys; /* UINT64_MAX: free */
  uint32_t *values;
  size_t n, capacity; /* a power of 2 */
} BpeMap;

struct AssayBpe
{
  char *bytes; /* of all tokens */
  size_t n_bytes, room;
  BpeSpan *tokens;
  uint32_t n_tokens, token_room;
  BpeMerge *merges; /* in the order of their rank */
  uint32_t n_merges, merge_room;
  BpeMap ranks;          /* (left, right) -> rank */
  BpeMap ids;            /* hash of bytes -> id; collisions go to the next hash */
  uint32_t of_byte[256]; /* the token of a single byte */
  uint32_t *specials;    /* ids */
  uint32_t n_specials;
  char *pattern;
  pcre2_code *pieces;
  bool add_prefix_space, nfc;
};

AssayBpe *bpe_new (void);
/** Gives @id these bytes; false: it has others, or the id is too large. */
bool bpe_put_token (AssayBpe *bpe, uint32_t id, const char *bytes, size_t length, bool special);
bool bpe_put_merge (AssayBpe *bpe, uint32_t left, uint32_t right, uint32_t result);
/** Makes the list of special tokens anew. */
void bpe_list_specials (AssayBpe *bpe);
/** Compiles the pattern and finds the single bytes; @file is named in errors. */
bool bpe_finish (AssayBpe *bpe, const char *file, const char *pattern, AssayTextError *error);
/** The next piece of text[*at..length), as [*begin, *at). */
bool bpe_next_piece (const AssayBpe *bpe, pcre2_match_data *match, const char *text, size_t length,
                     size_t *begin, size_t *at);

uint32_t *bpe_map_find (const BpeMap *map, uint64_t key);
/** The value of @key, 0 if it was not there. */
uint32_t *bpe_map_put (BpeMap *map, uint64_t key);
void bpe_map_clear (BpeMap *map);

static inline uint64_t
bpe_pair (uint32_t left, uint32_t right)
{
  return (uint64_t) left << 32 | right;
}

/** @memory grown to @n elements of @size; ends the program when there is none. */
void *bpe_grow (void *memory, size_t n, size_t size);

void bpe_error (AssayTextError *error, const char *format, ...)
    __attribute__ ((format (printf, 2, 3)));

#endif
