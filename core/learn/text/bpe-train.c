/* SPDX-License-Identifier: Apache-2.0
 *
 * Learning merges: distinct pieces with their counts; a count and a list of pieces for every
 * pair; a heap of pairs by count, in which a pair whose count has changed since is put anew.
 */
#include "learn/text/bpe-internal.h"

#include <stdlib.h>
#include <string.h>

typedef struct Word
{
  uint32_t *ids;
  uint32_t n;
  uint64_t count;
} Word;

typedef struct Pair
{
  uint32_t left, right;
  uint64_t count;
  uint32_t *words; /* where it has occurred; a word may stand there twice */
  uint32_t n_words, room;
} Pair;

typedef struct Entry
{
  uint64_t count;
  uint32_t pair;
} Entry;

typedef struct Training
{
  AssayBpe *bpe;
  Word *words;
  uint32_t n_words;
  Pair *pairs;
  uint32_t n_pairs;
  BpeMap index; /* (left, right) -> pair + 1 */
  Entry *heap;
  size_t n_heap, heap_room;
} Training;

/* ---- words ---- */

static uint64_t
hash_of (const char *text, size_t length)
{
  uint64_t hash = 0xcbf29ce484222325u;

  for (size_t i = 0; i < length; i++)
    hash = (hash ^ (unsigned char) text[i]) * 0x100000001b3u;
  return hash >> 1;
}

static bool
is_word (const Training *training, const Word *word, const char *text, size_t length)
{
  if (word->n != length)
    return false;
  for (size_t i = 0; i < length; i++)
    if (word->ids[i] != training->bpe->of_byte[(unsigned char) text[i]])
      return false;
  return true;
}

static void
count_word (Training *training, BpeMap *known, const char *text, size_t length)
{
  uint64_t hash = hash_of (text, length);
  uint32_t *number;
  Word *word;

  while (*(number = bpe_map_put (known, hash)) != 0)
    {
      word = &training->words[*number - 1];
      if (is_word (training, word, text, length))
        {
          word->count++;
          return;
        }
      hash = (hash + 1) & (UINT64_MAX >> 1);
    }
  if ((training->n_words & (training->n_words + 1)) == 0)
    training->words
        = bpe_grow (training->words, 2 * ((size_t) training->n_words + 1), sizeof *training->words);
  word = &training->words[training->n_words++];
  *number = training->n_words;
  *word = (Word){ bpe_grow (NULL, length, sizeof *word->ids), (uint32_t) length, 1 };
  for (size_t i = 0; i < length; i++)
    word->ids[i] = training->bpe->of_byte[(unsigned char) text[i]];
}

static void
count_words (Training *training, const char *text, size_t length)
{
  pcre2_match_data *match = pcre2_match_data_create (1, NULL);
  BpeMap known = { 0 };

  for (size_t begin, at = 0; bpe_next_piece (training->bpe, match, text, length, &begin, &at);)
    count_word (training, &known, text + begin, at - begin);
  pcre2_match_data_free (match);
  bpe_map_clear (&known);
}

/* ---- pairs ---- */

/** The pair that merges first: more frequent, then of smaller ids. */
static bool
comes_first (const Training *training, Entry a, Entry b)
{
  const Pair *pa = &training->pairs[a.pair], *pb = &training->pairs[b.pair];

  if (a.count != b.count)
    return a.count > b.count;
  return bpe_pair (pa->left, pa->right) < bpe_pair (pb->left, pb->right);
}

static void
push (Training *training, uint32_t pair)
{
  Entry entry = { training->pairs[pair].count, pair };
  size_t i = training->n_heap++;

  if (training->n_heap > training->heap_room)
    {
      training->heap_room = 2 * training->heap_room + 1024;
      training->heap = bpe_grow (training->heap, training->heap_room, sizeof *training->heap);
    }
  for (; i > 0 && comes_first (training, entry, training->heap[(i - 1) / 2]); i = (i - 1) / 2)
    training->heap[i] = training->heap[(i - 1) / 2];
  training->heap[i] = entry;
}

static Entry
pop (Training *training)
{
  Entry first = training->heap[0], last = training->heap[--training->n_heap];
  size_t i = 0;

  for (size_t child = 1; child < training->n_heap; child = 2 * i + 1)
    {
      if (child + 1 < training->n_heap
          && comes_first (training, training->heap[child + 1], training->heap[child]))
        child++;
      if (!comes_first (training, training->heap[child], last))
        break;
      training->heap[i] = training->heap[child];
      i = child;
    }
  training->heap[i] = last;
  return first;
}

/** Adds @count occurrences of a pair in @word; returns its number. */
static uint32_t
add_pair (Training *training, uint32_t left, uint32_t right, uint32_t word, uint64_t count)
{
  uint32_t *number = bpe_map_put (&training->index, bpe_pair (left, right));
  Pair *pair;

  if (*number == 0)
    {
      if ((training->n_pairs & (training->n_pairs + 1)) == 0)
        training->pairs = bpe_grow (training->pairs, 2 * ((size_t) training->n_pairs + 1),
                                    sizeof *training->pairs);
      training->pairs[training->n_pairs] = (Pair){ .left = left, .right = right };
      *number = ++training->n_pairs;
    }
  pair = &training->pairs[*number - 1];
  pair->count += count;
  if (pair->n_words == 0 || pair->words[pair->n_words - 1] != word)
    {
      if (pair->n_words == pair->room)
        {
          pair->room = 2 * pair->room + 4;
          pair->words = bpe_grow (pair->words, pair->room, sizeof *pair->words);
        }
      pair->words[pair->n_words++] = word;
    }
  return *number - 1;
}

static void
remove_pair (Training *training, uint32_t left, uint32_t right, uint64_t count)
{
  uint32_t *number = bpe_map_find (&training->index, bpe_pair (left, right));

  if (number != NULL)
    training->pairs[*number - 1].count -= count;
}

/** Merges left and right in a word to @result, and moves the counts of the pairs around it. */
static void
merge_word (Training *training, uint32_t number, uint32_t left, uint32_t right, uint32_t result)
{
  Word *word = &training->words[number];
  uint32_t n = 0;

  for (uint32_t i = 0; i < word->n; i++)
    {
      if (i + 1 == word->n || word->ids[i] != left || word->ids[i + 1] != right)
        {
          word->ids[n++] = word->ids[i];
          continue;
        }
      if (n > 0)
        {
          remove_pair (training, word->ids[n - 1], left, word->count);
          push (training, add_pair (training, word->ids[n - 1], result, number, word->count));
        }
      if (i + 2 < word->n)
        {
          remove_pair (training, right, word->ids[i + 2], word->count);
          push (training, add_pair (training, result, word->ids[i + 2], number, word->count));
        }
      word->ids[n++] = result;
      i++;
    }
  word->n = n;
}

/** The most frequent pair that occurs twice; UINT32_MAX: there is none. */
static uint32_t
best_pair (Training *training)
{
  while (training->n_heap > 0)
    {
      Entry entry = pop (training);
      uint64_t count = training->pairs[entry.pair].count;

      if (entry.count != count && count > 1)
        push (training, entry.pair); /* some were taken away since */
      else if (entry.count == count && count > 1)
        return entry.pair;
    }
  return UINT32_MAX;
}

static bool
merge_once (Training *training)
{
  AssayBpe *bpe = training->bpe;
  uint32_t number = best_pair (training), id = bpe->n_tokens;
  const BpeSpan *spans[2];
  char *bytes;
  size_t length;
  Pair pair;

  if (number == UINT32_MAX)
    return false;
  pair = training->pairs[number];
  spans[0] = &bpe->tokens[pair.left];
  spans[1] = &bpe->tokens[pair.right];
  length = (size_t) spans[0]->length + spans[1]->length;
  bytes = bpe_grow (NULL, length, 1);
  memcpy (bytes, bpe->bytes + spans[0]->begin, spans[0]->length);
  memcpy (bytes + spans[0]->length, bpe->bytes + spans[1]->begin, spans[1]->length);
  /* The same bytes may be a token by other merges: then this pair is left alone. */
  if (bpe_put_token (bpe, id, bytes, length, false))
    {
      bpe_put_merge (bpe, pair.left, pair.right, id);
      for (uint32_t i = 0; i < pair.n_words; i++)
        merge_word (training, pair.words[i], pair.left, pair.right, id);
    }
  training->pairs[number].count = 0;
  free (training->pairs[number].words);
  training->pairs[number].words = NULL;
  training->pairs[number].n_words = training->pairs[number].room = 0;
  free (bytes);
  return true;
}

static void
learn (Training *training, uint32_t n_tokens)
{
  for (uint32_t i = 0; i < training->n_words; i++)
    for (uint32_t j = 0; j + 1 < training->words[i].n; j++)
      add_pair (training, training->words[i].ids[j], training->words[i].ids[j + 1], i,
                training->words[i].count);
  for (uint32_t i = 0; i < training->n_pairs; i++)
    push (training, i);
  while (training->bpe->n_tokens < n_tokens && merge_once (training))
    ;
}

static void
clear (Training *training)
{
  for (uint32_t i = 0; i < training->n_words; i++)
    free (training->words[i].ids);
  for (uint32_t i = 0; i < training->n_pairs; i++)
    free (training->pairs[i].words);
  free (training->words);
  free (training->pairs);
  free (training->heap);
  bpe_map_clear (&training->index);
}

AssayBpe *
assay_bpe_train (const char *text, size_t length, uint32_t vocabulary, const char *const *specials,
                 AssayTextError *error)
{
  Training training = { .bpe = bpe_new () };
  AssayBpe *bpe = training.bpe;
  uint32_t n_specials = 0;

  while (specials != NULL && specials[n_specials] != NULL)
    n_specials++;
  if (vocabulary < 256 + n_specials || vocabulary > BPE_MAX_TOKENS)
    {
      bpe_error (error, "A vocabulary of bytes has %u to %u tokens, not %u", 256 + n_specials,
                 BPE_MAX_TOKENS, vocabulary);
      assay_bpe_free (bpe);
      return NULL;
    }
  for (uint32_t i = 0; i < 256; i++)
    {
      char byte = (char) i;

      bpe_put_token (bpe, i, &byte, 1, false);
    }
  if (!bpe_finish (bpe, "GPT-2's pattern", BPE_GPT2_PATTERN, error))
    {
      assay_bpe_free (bpe);
      return NULL;
    }
  count_words (&training, text, length);
  learn (&training, vocabulary - n_specials);
  clear (&training);
  for (uint32_t i = 0; i < n_specials; i++)
    bpe_put_token (bpe, bpe->n_tokens, specials[i], strlen (specials[i]), true);
  bpe_list_specials (bpe);
  return bpe;
}
