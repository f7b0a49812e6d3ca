/* SPDX-License-Identifier: Apache-2.0
 *
 * Preference rows from a file as sequences of tokens: read, split, cut and encoded once, kept in a
 * file that is mapped from then on.
 *
 * A sequence is the end of the prompt, TEXT_ANSWER, the beginning of the answer, TEXT_END.  Where
 * both are too long for the context the answer leaves the prompt a quarter of it.
 */
#ifndef OVEROPTIMIZATION_TEXT_PAIRS_H
#define OVEROPTIMIZATION_TEXT_PAIRS_H

#include "learn/nn/checkpoint.h"
#include "learn/text/error.h"
#include "learn/text/sequences.h"
#include "text-features.h"

#define TEXT_ANSWER "<|answer|>"
#define TEXT_END "<|end|>"
#define TEXT_FEWEST 32 /* pairs to train on, and to validate with */

typedef struct TextOptions
{
  const char *rows;    /* path of the preferences */
  uint32_t bad_rows;   /* so many malformed ones are left out */
  double held_out;     /* the part of the prompts that is for validation, 0..1 */
  uint32_t vocabulary; /* tokens, at least 258 */
  uint32_t context;    /* of a sequence, at least 8 */
} TextOptions;

typedef struct TextPairs
{
  AssayTensors *file;
  AssaySequences *chosen, *rejected;
  uint32_t n;
  uint32_t n_held_out, n_tokens; /* of the pairs; in the vocabulary */
  const uint8_t *held_out;       /* [n]: for validation; all pairs of one prompt or none */
  const float *features;         /* [n][2][TEXT_FEATURES]: of the chosen, of the rejected answer */
} TextPairs;

/** Trains a tokenizer on the pairs that are not held out and writes tokenizer.json.  False: see
 *  @error. */
bool text_tokenizer_build (const TextOptions *options, const char *path, AssayTextError *error);
/** Encodes all pairs and writes them.  Pairs whose answers are equal once cut are left out.
 *  Metadata: "malformed", "cut" and "alike" count rows; "bad-row-1"... name malformed ones. */
bool text_pairs_build (const TextOptions *options, const char *tokenizer_json, const char *path,
                       AssayTextError *error);
/** NULL: see @error. */
TextPairs *text_pairs_open (const char *path, AssayTextError *error);
void text_pairs_free (TextPairs *pairs);

#endif
