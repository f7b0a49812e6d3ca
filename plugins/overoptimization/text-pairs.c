/* SPDX-License-Identifier: Apache-2.0 */
#include "text-pairs.h"

#include "learn/text/bpe.h"
#include "learn/text/preferences.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAMED 8  /* malformed rows whose sentences are kept */
#define COUNTS 4 /* numbers kept beside the arrays */

/* ---- Rows -------------------------------------------------------------------------------- */

typedef struct Source
{
  AssayPreferences *rows;
  AssayBadRows bad;
  AssayTextError texts[NAMED];
} Source;

static bool
open_rows (Source *source, const TextOptions *options, AssayTextError *error)
{
  *source = (Source){ .bad = { .texts = source->texts, .room = NAMED } };
  source->rows
      = assay_preferences_open (options->rows, options->bad_rows > 0 ? &source->bad : NULL, error);
  if (source->rows == NULL)
    return false;
  if (source->bad.n <= options->bad_rows)
    return true;
  assay_text_fail (error,
                   "%zu malformed rows where bad-rows lets %u be left out, the first: %.300s",
                   source->bad.n, options->bad_rows, source->texts[0].text);
  assay_preferences_free (source->rows);
  return false;
}

/* By the prompt's hash, so that no prompt is on both sides, whatever the order of rows. */
static bool
is_held_out (const AssayPreference *row, double part)
{
  uint64_t hash = assay_text_hash (row->prompt);

  hash = (hash ^ hash >> 33) * 0xff51afd7ed558ccdu; /* spreads FNV's bits (MurmurHash3) */
  hash ^= hash >> 33;
  return (double) (hash >> 11) * 0x1p-53 < part;
}

/* ---- The tokenizer -------------------------------------------------------------------------- */

static char *
append (char *at, AssayText text)
{
  memcpy (at, text.bytes, text.length);
  at[text.length] = '\n';
  return at + text.length + 1;
}

/* All text to train on; to be freed. */
static char *
training_text (const AssayPreferences *rows, double held_out, size_t *length)
{
  size_t room = 1;
  char *text, *at;

  for (size_t i = 0; i < rows->n; i++)
    room += rows->rows[i].prompt.length + rows->rows[i].chosen.length
            + rows->rows[i].rejected.length + 3;
  at = text = assay_alloc_zeroed (room);
  for (size_t i = 0; i < rows->n; i++)
    if (!is_held_out (&rows->rows[i], held_out))
      at = append (append (append (at, rows->rows[i].prompt), rows->rows[i].chosen),
                   rows->rows[i].rejected);
  *length = (size_t) (at - text);
  return text;
}

bool
text_tokenizer_build (const TextOptions *options, const char *path, AssayTextError *error)
{
  static const char *const specials[] = { TEXT_ANSWER, TEXT_END, NULL };
  Source source;
  AssayBpe *bpe;
  size_t length;
  char *text;
  bool ok;

  if (!open_rows (&source, options, error))
    return false;
  text = training_text (source.rows, options->held_out, &length);
  bpe = assay_bpe_train (text, length, options->vocabulary, specials, error);
  ok = bpe != NULL && assay_bpe_save (bpe, path, error);
  assay_bpe_free (bpe);
  free (text);
  assay_preferences_free (source.rows);
  return ok;
}

/* ---- Encoding -------------------------------------------------------------------------------- */

typedef struct Tokens
{
  int32_t *ids;
  size_t n, room;
} Tokens;

typedef struct Encoder
{
  AssayBpe *bpe;
  int32_t answer, end;
  uint32_t context;
  Tokens prompt, text; /* kept from row to row for their memory */
  uint32_t n_cut, n_alike, n;
  AssaySequences *sides[2]; /* chosen, rejected */
  uint8_t *held_out;
  float *features; /* [rows][2][TEXT_FEATURES] */
} Encoder;

static void
encode (const Encoder *encoder, AssayText text, Tokens *tokens)
{
  if (tokens->room <= text.length) /* never NULL, even for no text */
    {
      free (tokens->ids);
      tokens->room = 2 * text.length + 16;
      tokens->ids = assay_alloc_zeroed (tokens->room * sizeof *tokens->ids);
    }
  tokens->n
      = assay_bpe_encode (encoder->bpe, text.bytes, text.length, false, tokens->ids, tokens->room);
}

/* The end of the prompt and the beginning of the answer into row @row; whether anything was cut. */
static bool
write_row (Encoder *encoder, AssaySequences *rows, uint32_t row)
{
  size_t room = encoder->context - 2, least = encoder->context / 4;
  size_t kept = encoder->prompt.n < least ? encoder->prompt.n : least;
  size_t answer = encoder->text.n < room - kept ? encoder->text.n : room - kept;
  size_t prompt = encoder->prompt.n < room - answer ? encoder->prompt.n : room - answer;
  int32_t *at = assay_sequence (rows, row);

  memcpy (at, encoder->prompt.ids + encoder->prompt.n - prompt, prompt * sizeof *at);
  at[prompt] = encoder->answer;
  memcpy (at + prompt + 1, encoder->text.ids, answer * sizeof *at);
  at[prompt + 1 + answer] = encoder->end;
  memset (at + prompt + answer + 2, 0, (encoder->context - prompt - answer - 2) * sizeof *at);
  rows->prompts[row] = (uint32_t) prompt + 1;
  rows->lengths[row] = (uint32_t) (prompt + answer) + 2;
  return prompt < encoder->prompt.n || answer < encoder->text.n;
}

static void
encode_row (Encoder *encoder, const AssayPreference *row, double held_out)
{
  const AssayText answers[] = { row->chosen, row->rejected };
  const AssaySequences *a = encoder->sides[0], *b = encoder->sides[1];
  uint32_t n = encoder->n;
  bool cut = false;

  encode (encoder, row->prompt, &encoder->prompt);
  for (int side = 0; side < 2; side++)
    {
      encode (encoder, answers[side], &encoder->text);
      cut |= write_row (encoder, encoder->sides[side], n);
      text_features (answers[side],
                     encoder->features + (2 * (size_t) n + (size_t) side) * TEXT_FEATURES);
    }
  if (memcmp (assay_sequence (a, n), assay_sequence (b, n), a->steps * sizeof (int32_t)) == 0)
    {
      encoder->n_alike++;
      return;
    }
  encoder->n_cut += cut;
  encoder->held_out[n] = is_held_out (row, held_out);
  encoder->n++;
}

static Encoder
encoder_new (AssayBpe *bpe, uint32_t n, uint32_t context)
{
  return (Encoder){ .bpe = bpe,
                    .answer = assay_bpe_id (bpe, TEXT_ANSWER, strlen (TEXT_ANSWER)),
                    .end = assay_bpe_id (bpe, TEXT_END, strlen (TEXT_END)),
                    .context = context,
                    .sides = { assay_sequences_new (n, context), assay_sequences_new (n, context) },
                    .held_out = assay_alloc_zeroed (n),
                    .features
                    = assay_alloc_zeroed (2 * (size_t) n * TEXT_FEATURES * sizeof (float)) };
}

static void
encoder_clear (Encoder *encoder)
{
  assay_bpe_free (encoder->bpe);
  assay_sequences_free (encoder->sides[0]);
  assay_sequences_free (encoder->sides[1]);
  free (encoder->prompt.ids);
  free (encoder->text.ids);
  free (encoder->held_out);
  free (encoder->features);
}

/* ---- The file ----------------------------------------------------------------------------------
 */

static const char *const sides[] = { "chosen", "rejected" };
enum
{
  IDS,
  PROMPTS,
  LENGTHS,
  PARTS
};
static const char *const parts[PARTS] = { "ids", "prompts", "lengths" };

static AssayTensorView
view_of (char name[32], const char *side, int part, const Encoder *encoder,
         const AssaySequences *rows)
{
  uint64_t n = encoder->n, size = part == IDS ? n * rows->steps : n;
  const void *data[PARTS] = { rows->ids, rows->prompts, rows->lengths };

  snprintf (name, 32, "%s.%s", side, parts[part]);
  return (AssayTensorView){ .name = name,
                            .type = part == IDS ? ASSAY_I32 : ASSAY_U32,
                            .n_dims = part == IDS ? 2 : 1,
                            .shape = { n, part == IDS ? rows->steps : 0 },
                            .data = data[part],
                            .bytes = size * sizeof (int32_t) };
}

static uint32_t
list_facts (const Source *source, const Encoder *encoder, AssayTensorsEntry *facts,
            char texts[][32])
{
  const uint64_t counts[COUNTS]
      = { source->bad.n, encoder->n_cut, encoder->n_alike, assay_bpe_n (encoder->bpe) };
  static const char *const names[COUNTS] = { "malformed", "cut", "alike", "tokens" };
  static const char *const named[NAMED] = { "bad-row-1", "bad-row-2", "bad-row-3", "bad-row-4",
                                            "bad-row-5", "bad-row-6", "bad-row-7", "bad-row-8" };
  uint32_t n = 0;

  for (; n < COUNTS; n++)
    {
      snprintf (texts[n], 32, "%llu", (unsigned long long) counts[n]);
      facts[n] = (AssayTensorsEntry){ names[n], texts[n] };
    }
  for (uint32_t i = 0; i < source->bad.n && i < NAMED; i++)
    facts[n++] = (AssayTensorsEntry){ named[i], source->texts[i].text };
  return n;
}

static bool
write_file (const Source *source, const Encoder *encoder, const char *path, AssayTextError *error)
{
  AssayTensorView views[2 * PARTS + 2];
  AssayTensorsEntry facts[COUNTS + NAMED];
  char names[2 * PARTS][32], texts[COUNTS][32];
  AssayTensorsError wrong;
  uint64_t n = encoder->n;
  uint32_t n_views = 0, n_facts = list_facts (source, encoder, facts, texts);

  for (int side = 0; side < 2; side++)
    for (int part = 0; part < PARTS; part++, n_views++)
      views[n_views] = view_of (names[n_views], sides[side], part, encoder, encoder->sides[side]);
  views[n_views++] = (AssayTensorView){ "held-out", ASSAY_U8, 1, { n }, encoder->held_out, n };
  views[n_views++] = (AssayTensorView){ "features",
                                        ASSAY_F32,
                                        3,
                                        { n, 2, TEXT_FEATURES },
                                        encoder->features,
                                        2 * n * TEXT_FEATURES * sizeof (float) };
  return assay_tensors_write (path, views, n_views, facts, n_facts, &wrong)
         || assay_text_fail (error, "%s", wrong.text);
}

static bool
enough (const TextOptions *options, const Encoder *encoder, AssayTextError *error)
{
  uint32_t held_out = 0;

  for (uint32_t i = 0; i < encoder->n; i++)
    held_out += encoder->held_out[i];
  return (held_out >= TEXT_FEWEST && encoder->n - held_out >= TEXT_FEWEST)
         || assay_text_fail (error,
                             "%s: %u pairs to train on and %u held out; at least %d of each are "
                             "needed: give more rows or another held-out",
                             options->rows, encoder->n - held_out, held_out, TEXT_FEWEST);
}

bool
text_pairs_build (const TextOptions *options, const char *tokenizer_json, const char *path,
                  AssayTextError *error)
{
  AssayBpe *bpe = assay_bpe_open (tokenizer_json, error);
  Source source;
  Encoder encoder;
  bool ok;

  if (bpe == NULL)
    return false;
  if (!open_rows (&source, options, error))
    {
      assay_bpe_free (bpe);
      return false;
    }
  encoder = encoder_new (bpe, (uint32_t) source.rows->n, options->context);
  for (size_t i = 0; i < source.rows->n; i++)
    encode_row (&encoder, &source.rows->rows[i], options->held_out);
  ok = enough (options, &encoder, error) && write_file (&source, &encoder, path, error);
  encoder_clear (&encoder);
  assay_preferences_free (source.rows);
  return ok;
}

/* ---- Reading it
 * ----------------------------------------------------------------------------------- */

/* A side's rows: copied, since trainings want sequences. */
static AssaySequences *
read_side (const AssayTensors *file, const char *side)
{
  const AssayTensorView *views[PARTS];
  AssaySequences *rows;
  char name[32];

  for (int part = 0; part < PARTS; part++)
    {
      snprintf (name, sizeof name, "%s.%s", side, parts[part]);
      views[part] = assay_tensors_find (file, name);
      if (views[part] == NULL)
        return NULL;
    }
  rows = assay_sequences_new ((uint32_t) views[IDS]->shape[0], (uint32_t) views[IDS]->shape[1]);
  memcpy (rows->ids, views[IDS]->data, views[IDS]->bytes);
  memcpy (rows->prompts, views[PROMPTS]->data, views[PROMPTS]->bytes);
  memcpy (rows->lengths, views[LENGTHS]->data, views[LENGTHS]->bytes);
  return rows;
}

TextPairs *
text_pairs_open (const char *path, AssayTextError *error)
{
  AssayTensorsError wrong;
  AssayTensors *file = assay_tensors_open (path, &wrong);
  const AssayTensorView *held_out = file != NULL ? assay_tensors_find (file, "held-out") : NULL;
  const AssayTensorView *features = file != NULL ? assay_tensors_find (file, "features") : NULL;
  TextPairs *pairs = assay_alloc_zeroed (sizeof *pairs);

  pairs->file = file;
  if (held_out != NULL && features != NULL && assay_tensors_metadata (file, "tokens") != NULL)
    {
      pairs->chosen = read_side (file, sides[0]);
      pairs->rejected = read_side (file, sides[1]);
    }
  if (pairs->chosen == NULL || pairs->rejected == NULL)
    {
      assay_text_fail (error, "%s is damaged: remove it and run again%s%s", path,
                       file == NULL ? ": " : "", file == NULL ? wrong.text : "");
      text_pairs_free (pairs);
      return NULL;
    }
  pairs->n = pairs->chosen->n;
  pairs->n_tokens = (uint32_t) strtoul (assay_tensors_metadata (file, "tokens"), NULL, 10);
  pairs->held_out = held_out->data;
  pairs->features = features->data;
  for (uint32_t i = 0; i < pairs->n; i++)
    pairs->n_held_out += pairs->held_out[i];
  return pairs;
}

void
text_pairs_free (TextPairs *pairs)
{
  if (pairs == NULL)
    return;
  assay_sequences_free (pairs->chosen);
  assay_sequences_free (pairs->rejected);
  assay_tensors_free (pairs->file);
  free (pairs);
}
