/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/text/bpe-internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

/* ---- memory ---- */

void *
bpe_grow (void *memory, size_t n, size_t size)
{
  void *grown = n <= SIZE_MAX / size ? realloc (memory, n > 0 ? n * size : 1) : NULL;

  if (grown == NULL)
    {
      fprintf (stderr, "There is no memory for another %zu elements of a tokenizer\n", n);
      abort ();
    }
  return grown;
}

void
bpe_error (AssayTextError *error, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  vsnprintf (error->text, sizeof error->text, format, arguments);
  va_end (arguments);
}

/* ---- maps ---- */

static size_t
first_slot (const BpeMap *map, uint64_t key)
{
  key *= 0x9e3779b97f4a7c15u; /* golden ratio */
  return (size_t) (key ^ key >> 32) & (map->capacity - 1);
}

uint32_t *
bpe_map_find (const BpeMap *map, uint64_t key)
{
  if (map->capacity == 0)
    return NULL;
  for (size_t i = first_slot (map, key); map->keys[i] != UINT64_MAX; i = (i + 1) % map->capacity)
    if (map->keys[i] == key)
      return &map->values[i];
  return NULL;
}

static uint32_t *
add_key (BpeMap *map, uint64_t key, uint32_t value)
{
  size_t i = first_slot (map, key);

  while (map->keys[i] != UINT64_MAX)
    i = (i + 1) % map->capacity;
  map->keys[i] = key;
  map->values[i] = value;
  map->n++;
  return &map->values[i];
}

static void
double_map (BpeMap *map)
{
  BpeMap old = *map;

  map->capacity = old.capacity > 0 ? 2 * old.capacity : 1024;
  map->keys = bpe_grow (NULL, map->capacity, sizeof *map->keys);
  map->values = bpe_grow (NULL, map->capacity, sizeof *map->values);
  memset (map->keys, 0xff, map->capacity * sizeof *map->keys);
  map->n = 0;
  for (size_t i = 0; i < old.capacity; i++)
    if (old.keys[i] != UINT64_MAX)
      add_key (map, old.keys[i], old.values[i]);
  bpe_map_clear (&old);
}

uint32_t *
bpe_map_put (BpeMap *map, uint64_t key)
{
  uint32_t *value = bpe_map_find (map, key);

  if (value != NULL)
    return value;
  if (2 * (map->n + 1) > map->capacity)
    double_map (map);
  return add_key (map, key, 0);
}

void
bpe_map_clear (BpeMap *map)
{
  free (map->keys);
  free (map->values);
  *map = (BpeMap){ 0 };
}

/* ---- tokens ---- */

/** FNV-1a, short of the value that marks a free slot. */
static uint64_t
hash_of (const char *bytes, size_t length)
{
  uint64_t hash = 0xcbf29ce484222325u;

  for (size_t i = 0; i < length; i++)
    hash = (hash ^ (unsigned char) bytes[i]) * 0x100000001b3u;
  return hash >> 1;
}

static bool
is_token (const AssayBpe *bpe, uint32_t id, const char *bytes, size_t length)
{
  const BpeSpan *span = &bpe->tokens[id];

  return span->length == length && memcmp (bpe->bytes + span->begin, bytes, length) == 0;
}

/** The slot of these bytes' id in the map: theirs, or the free one they would get. */
static uint64_t
slot_of (const AssayBpe *bpe, const char *bytes, size_t length)
{
  uint64_t hash = hash_of (bytes, length);
  const uint32_t *id;

  while ((id = bpe_map_find (&bpe->ids, hash)) != NULL && !is_token (bpe, *id, bytes, length))
    hash = (hash + 1) & (UINT64_MAX >> 1);
  return hash;
}

int32_t
assay_bpe_id (const AssayBpe *bpe, const char *token, size_t length)
{
  const uint32_t *id = bpe_map_find (&bpe->ids, slot_of (bpe, token, length));

  return id != NULL ? (int32_t) *id : -1;
}

AssayBpe *
bpe_new (void)
{
  AssayBpe *bpe = bpe_grow (NULL, 1, sizeof *bpe);

  *bpe = (AssayBpe){ 0 };
  return bpe;
}

static void
make_room (AssayBpe *bpe, uint32_t id, size_t length)
{
  if (id >= bpe->token_room)
    {
      uint32_t room = id < BPE_MAX_TOKENS / 2 ? 2 * id + 1024 : BPE_MAX_TOKENS;

      bpe->tokens = bpe_grow (bpe->tokens, room, sizeof *bpe->tokens);
      memset (bpe->tokens + bpe->token_room, 0, (room - bpe->token_room) * sizeof *bpe->tokens);
      bpe->token_room = room;
    }
  if (bpe->n_bytes + length > bpe->room)
    {
      bpe->room = 2 * (bpe->n_bytes + length);
      bpe->bytes = bpe_grow (bpe->bytes, bpe->room, 1);
    }
}

bool
bpe_put_token (AssayBpe *bpe, uint32_t id, const char *bytes, size_t length, bool special)
{
  uint64_t slot;

  if (id >= BPE_MAX_TOKENS || length == 0 || length > UINT32_MAX)
    return false;
  slot = slot_of (bpe, bytes, length);
  if (id < bpe->n_tokens && bpe->tokens[id].there)
    {
      /* An added token may stand in the vocabulary, too. */
      bpe->tokens[id].special |= special;
      return is_token (bpe, id, bytes, length);
    }
  if (bpe_map_find (&bpe->ids, slot) != NULL)
    return false;
  make_room (bpe, id, length);
  memcpy (bpe->bytes + bpe->n_bytes, bytes, length);
  bpe->tokens[id] = (BpeSpan){ bpe->n_bytes, (uint32_t) length, true, special };
  bpe->n_bytes += length;
  bpe->n_tokens = id >= bpe->n_tokens ? id + 1 : bpe->n_tokens;
  *bpe_map_put (&bpe->ids, slot) = id;
  return true;
}

/** Special tokens by id: looked for at every byte of a text. */
void
bpe_list_specials (AssayBpe *bpe)
{
  bpe->n_specials = 0;
  for (uint32_t id = 0; id < bpe->n_tokens; id++)
    if (bpe->tokens[id].special)
      {
        bpe->specials = bpe_grow (bpe->specials, bpe->n_specials + 1, sizeof *bpe->specials);
        bpe->specials[bpe->n_specials++] = id;
      }
}

bool
bpe_put_merge (AssayBpe *bpe, uint32_t left, uint32_t right, uint32_t result)
{
  if (bpe_map_find (&bpe->ranks, bpe_pair (left, right)) != NULL)
    return false;
  if (bpe->n_merges == bpe->merge_room)
    {
      bpe->merge_room = 2 * bpe->merge_room + 1024;
      bpe->merges = bpe_grow (bpe->merges, bpe->merge_room, sizeof *bpe->merges);
    }
  *bpe_map_put (&bpe->ranks, bpe_pair (left, right)) = bpe->n_merges;
  bpe->merges[bpe->n_merges++] = (BpeMerge){ left, right, result };
  return true;
}

/* ---- the whole ---- */

static bool
compile (AssayBpe *bpe, const char *file, const char *pattern, AssayTextError *error)
{
  int code;
  PCRE2_SIZE place;

  bpe->pattern = strcpy (bpe_grow (NULL, strlen (pattern) + 1, 1), pattern);
  bpe->pieces
      = pcre2_compile ((PCRE2_SPTR) pattern, PCRE2_ZERO_TERMINATED,
                       PCRE2_UTF | PCRE2_UCP | PCRE2_MATCH_INVALID_UTF, &code, &place, NULL);
  if (bpe->pieces == NULL)
    {
      unsigned char text[128];

      pcre2_get_error_message (code, text, sizeof text);
      bpe_error (error, "%s: the regular expression of its pieces is wrong at character %zu: %s",
                 file, (size_t) place, text);
      return false;
    }
  pcre2_jit_compile (bpe->pieces, PCRE2_JIT_COMPLETE); /* where there is none, it interprets */
  return true;
}

bool
bpe_finish (AssayBpe *bpe, const char *file, const char *pattern, AssayTextError *error)
{
  for (int i = 0; i < 256; i++)
    {
      char byte = (char) i;
      int32_t id = assay_bpe_id (bpe, &byte, 1);

      if (id < 0)
        {
          bpe_error (error, "%s has no token for byte 0x%02x: it is not a vocabulary of bytes",
                     file, i);
          return false;
        }
      bpe->of_byte[i] = (uint32_t) id;
    }
  bpe_list_specials (bpe);
  return compile (bpe, file, pattern, error);
}

void
assay_bpe_free (AssayBpe *bpe)
{
  if (bpe == NULL)
    return;
  pcre2_code_free (bpe->pieces);
  bpe_map_clear (&bpe->ranks);
  bpe_map_clear (&bpe->ids);
  free (bpe->pattern);
  free (bpe->specials);
  free (bpe->merges);
  free (bpe->tokens);
  free (bpe->bytes);
  free (bpe);
}

uint32_t
assay_bpe_n (const AssayBpe *bpe)
{
  return bpe->n_tokens;
}

const char *
assay_bpe_token (const AssayBpe *bpe, int32_t id, size_t *length)
{
  const BpeSpan *span;

  *length = 0;
  if (id < 0 || (uint32_t) id >= bpe->n_tokens || !bpe->tokens[id].there)
    return NULL;
  span = &bpe->tokens[id];
  *length = span->length;
  return bpe->bytes + span->begin;
}

/* ---- encoding ---- */

bool
bpe_next_piece (const AssayBpe *bpe, pcre2_match_data *match, const char *text, size_t length,
                size_t *begin, size_t *at)
{
  const PCRE2_SIZE *ends = pcre2_get_ovector_pointer (match);

  *begin = *at;
  if (*at >= length)
    return false;
  /* What no piece matches, such as bytes that are not UTF-8, is a piece of its own. */
  if (pcre2_match (bpe->pieces, (PCRE2_SPTR) text, length, *at, PCRE2_NOTEMPTY, match, NULL) < 0)
    *at = length;
  else if (ends[0] > *begin)
    *at = ends[0];
  else
    *at = ends[1];
  return true;
}

typedef struct Output
{
  int32_t *ids;
  size_t n, capacity;
} Output;

static void
put_id (Output *out, uint32_t id)
{
  if (out->n < out->capacity)
    out->ids[out->n] = (int32_t) id;
  out->n++;
}

/* A piece while it merges: a list of symbols, and a heap of the merges that can be done. */
typedef struct Symbol
{
  uint32_t id, before, after; /* positions; NONE at the ends */
} Symbol;

typedef struct Candidate
{
  uint32_t rank, at; /* the symbol on the left */
  uint32_t left, right;
} Candidate;

typedef struct Piece
{
  Symbol *symbols;
  Candidate *heap;
  size_t n_heap, room;
} Piece;

#define NONE UINT32_MAX
#define DEAD UINT32_MAX /* the id of a symbol that its left neighbour took in */

static bool
comes_first (Candidate a, Candidate b)
{
  return a.rank != b.rank ? a.rank < b.rank : a.at < b.at;
}

static void
push (Piece *piece, Candidate candidate)
{
  size_t i = piece->n_heap++;

  for (; i > 0 && comes_first (candidate, piece->heap[(i - 1) / 2]); i = (i - 1) / 2)
    piece->heap[i] = piece->heap[(i - 1) / 2];
  piece->heap[i] = candidate;
}

static Candidate
pop (Piece *piece)
{
  Candidate first = piece->heap[0], last = piece->heap[--piece->n_heap];
  size_t i = 0;

  for (size_t child = 1; child < piece->n_heap; child = 2 * i + 1)
    {
      if (child + 1 < piece->n_heap && comes_first (piece->heap[child + 1], piece->heap[child]))
        child++;
      if (!comes_first (piece->heap[child], last))
        break;
      piece->heap[i] = piece->heap[child];
      i = child;
    }
  piece->heap[i] = last;
  return first;
}

/** The pair that begins at symbol @at, if it merges. */
static void
consider (const AssayBpe *bpe, Piece *piece, uint32_t at)
{
  uint32_t after = at != NONE ? piece->symbols[at].after : NONE;
  const uint32_t *rank;

  if (after == NONE)
    return;
  rank = bpe_map_find (&bpe->ranks, bpe_pair (piece->symbols[at].id, piece->symbols[after].id));
  if (rank != NULL)
    push (piece, (Candidate){ *rank, at, piece->symbols[at].id, piece->symbols[after].id });
}

static void
merge (const AssayBpe *bpe, Piece *piece, Candidate candidate)
{
  Symbol *left = &piece->symbols[candidate.at], *right;

  /* A neighbour may have changed since. */
  if (left->id != candidate.left || left->after == NONE
      || piece->symbols[left->after].id != candidate.right)
    return;
  right = &piece->symbols[left->after];
  left->id = bpe->merges[candidate.rank].result;
  left->after = right->after;
  right->id = DEAD;
  if (left->after != NONE)
    piece->symbols[left->after].before = candidate.at;
  consider (bpe, piece, left->before);
  consider (bpe, piece, candidate.at);
}

static void
encode_piece (const AssayBpe *bpe, Piece *piece, const char *text, size_t length, Output *out)
{
  if (length > piece->room)
    {
      piece->room = 2 * length;
      piece->symbols = bpe_grow (piece->symbols, piece->room, sizeof *piece->symbols);
      /* One candidate a pair at first, and at most two a merge. */
      piece->heap = bpe_grow (piece->heap, 3 * piece->room, sizeof *piece->heap);
    }
  for (size_t i = 0; i < length; i++)
    piece->symbols[i]
        = (Symbol){ bpe->of_byte[(unsigned char) text[i]], i > 0 ? (uint32_t) i - 1 : NONE,
                    i + 1 < length ? (uint32_t) i + 1 : NONE };
  piece->n_heap = 0;
  for (size_t i = 0; i + 1 < length; i++)
    consider (bpe, piece, (uint32_t) i);
  while (piece->n_heap > 0)
    merge (bpe, piece, pop (piece));
  for (uint32_t at = 0; at != NONE; at = piece->symbols[at].after)
    put_id (out, piece->symbols[at].id);
}

/** Text without special tokens. */
static void
encode_text (const AssayBpe *bpe, const char *text, size_t length, Output *out)
{
  pcre2_match_data *match = pcre2_match_data_create (1, NULL);
  Piece piece = { 0 };

  for (size_t begin, at = 0; bpe_next_piece (bpe, match, text, length, &begin, &at);)
    encode_piece (bpe, &piece, text + begin, at - begin, out);
  free (piece.symbols);
  free (piece.heap);
  pcre2_match_data_free (match);
}

static bool
is_valid (const char *text, size_t length)
{
  for (size_t at = 0; at < length;)
    {
      utf8proc_int32_t code;
      utf8proc_ssize_t n = utf8proc_iterate ((const utf8proc_uint8_t *) text + at,
                                             (utf8proc_ssize_t) (length - at), &code);

      if (n <= 0)
        return false;
      at += (size_t) n;
    }
  return true;
}

/** As encode_text, after the normaliser and the blank that some tokenizers put in front. */
static void
encode_normalised (const AssayBpe *bpe, const char *text, size_t length, Output *out)
{
  bool blank = bpe->add_prefix_space && length > 0 && text[0] != ' ';
  utf8proc_uint8_t *normal = NULL;
  char *copy;

  if (bpe->nfc && is_valid (text, length))
    {
      utf8proc_ssize_t n = utf8proc_map ((const utf8proc_uint8_t *) text, (utf8proc_ssize_t) length,
                                         &normal, UTF8PROC_STABLE | UTF8PROC_COMPOSE);

      if (n >= 0)
        {
          text = (const char *) normal;
          length = (size_t) n;
        }
    }
  if (!blank)
    encode_text (bpe, text, length, out);
  else
    {
      copy = bpe_grow (NULL, length + 1, 1);
      copy[0] = ' ';
      memcpy (copy + 1, text, length);
      encode_text (bpe, copy, length + 1, out);
      free (copy);
    }
  free (normal);
}

/** The longest special token at @text, or -1. */
static int32_t
special_at (const AssayBpe *bpe, const char *text, size_t length, size_t *taken)
{
  int32_t found = -1;

  *taken = 0;
  for (uint32_t i = 0; i < bpe->n_specials; i++)
    {
      const BpeSpan *span = &bpe->tokens[bpe->specials[i]];

      if (span->length > *taken && span->length <= length
          && memcmp (bpe->bytes + span->begin, text, span->length) == 0)
        {
          found = (int32_t) bpe->specials[i];
          *taken = span->length;
        }
    }
  return found;
}

size_t
assay_bpe_encode (const AssayBpe *bpe, const char *text, size_t length, bool specials, int32_t *ids,
                  size_t capacity)
{
  Output out = { ids, 0, capacity };
  size_t begin = 0, taken;

  for (size_t at = 0; specials && at<length; at += taken> 0 ? taken : 1)
    {
      int32_t id = special_at (bpe, text + at, length - at, &taken);

      if (id < 0)
        continue;
      encode_normalised (bpe, text + begin, at - begin, &out);
      put_id (&out, (uint32_t) id);
      begin = at + taken;
    }
  encode_normalised (bpe, text + begin, length - begin, &out);
  return out.n;
}

size_t
assay_bpe_decode (const AssayBpe *bpe, const int32_t *ids, size_t n, char *text, size_t capacity)
{
  size_t total = 0;

  for (size_t i = 0; i < n; i++)
    {
      size_t length, fits;
      const char *bytes = assay_bpe_token (bpe, ids[i], &length);

      fits = total < capacity ? capacity - total : 0;
      if (length > 0 && fits > 0)
        memcpy (text + total, bytes, length < fits ? length : fits);
      total += length;
    }
  return total;
}
