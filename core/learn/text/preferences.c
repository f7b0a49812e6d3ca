/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/text/preferences.h"

#include <stdlib.h>
#include <string.h>

#define TURN "\n\nAssistant:"

enum
{
  PROMPT,
  CHOSEN,
  REJECTED,
  INSTRUCTION,
  INPUT,
  ANSWERS,
  PREFERENCE,
  N_FIELDS
};
static const char *const names[N_FIELDS]
    = { "prompt", "chosen", "rejected", "instruction", "input", "answers", "preference" };

typedef struct Reader
{
  AssayRows rows;
  AssayArena *arena;
  JsonCursor fields[N_FIELDS];
} Reader;

static bool
take_text (Reader *reader, int field, AssayText *text)
{
  return assay_row_text (&reader->rows, names[field], reader->fields[field], reader->arena, text);
}

static bool
take_pair (Reader *reader, AssayPreference *row)
{
  return take_text (reader, CHOSEN, &row->chosen) && take_text (reader, REJECTED, &row->rejected);
}

static bool
take_plain (Reader *reader, AssayPreference *row)
{
  return take_text (reader, PROMPT, &row->prompt) && take_pair (reader, row);
}

static AssayText
without_start (AssayText text, size_t n)
{
  return (AssayText){ text.bytes + n, text.length - n };
}

static bool
take_transcripts (Reader *reader, AssayPreference *row)
{
  size_t common = 0, turn = strlen (TURN);

  if (!take_pair (reader, row))
    return false;
  while (common < row->chosen.length && common < row->rejected.length
         && row->chosen.bytes[common] == row->rejected.bytes[common])
    common++;
  while (common >= turn && memcmp (row->chosen.bytes + common - turn, TURN, turn) != 0)
    common--;
  if (common < turn)
    return assay_rows_refuse (&reader->rows, "there is no \"prompt\", and \"chosen\" and "
                                             "\"rejected\" do not begin with the same "
                                             "\"\\n\\nAssistant:\" either");
  row->prompt = (AssayText){ row->chosen.bytes, common };
  row->chosen = without_start (row->chosen, common);
  row->rejected = without_start (row->rejected, common);
  return true;
}

/* The instruction and, if there is one, the input on the next line. */
static bool
take_instruction (Reader *reader, AssayText *prompt)
{
  AssayText input = { "", 0 };
  char *joined = NULL;

  if (!take_text (reader, INSTRUCTION, prompt)
      || (reader->fields[INPUT].at != NULL && !take_text (reader, INPUT, &input)))
    return false;
  if (input.length == 0)
    return true;
  joined = assay_arena_alloc (reader->arena, prompt->length + 1 + input.length + 1);
  memcpy (joined, prompt->bytes, prompt->length);
  joined[prompt->length] = '\n';
  memcpy (joined + prompt->length + 1, input.bytes, input.length + 1);
  *prompt = (AssayText){ joined, prompt->length + 1 + input.length };
  return true;
}

static bool
take_answers (Reader *reader, AssayText answers[2])
{
  JsonCursor json = reader->fields[ANSWERS];

  if (json.at == NULL)
    return assay_rows_refuse (&reader->rows, "\"answers\" is missing");
  json_take (&json, '[');
  for (int i = 0; i < 2; i++)
    {
      JsonCursor one = { NULL, NULL, NULL };

      if (json_peek (&json) == '"')
        {
          one.at = json.at;
          json_skip (&json);
          one.end = json.at;
        }
      if (one.at == NULL || !json_take (&json, i == 0 ? ',' : ']'))
        return assay_rows_refuse (&reader->rows, "\"answers\" must be a list of two texts");
      if (!assay_row_text (&reader->rows, names[ANSWERS], one, reader->arena, &answers[i]))
        return false;
    }
  return true;
}

static bool
take_answered (Reader *reader, AssayPreference *row)
{
  JsonCursor preference = reader->fields[PREFERENCE];
  AssayText answers[2];
  uint64_t better = 0;

  if (!take_instruction (reader, &row->prompt) || !take_answers (reader, answers))
    return false;
  if (preference.at == NULL)
    return assay_rows_refuse (&reader->rows, "\"preference\" is missing");
  if (!json_whole (&preference, &better) || better > 1)
    return assay_rows_refuse (&reader->rows, "\"preference\" must be 0 or 1");
  row->chosen = answers[better];
  row->rejected = answers[1 - better];
  return true;
}

/* The names by which a form is told; the first that fits. */
static const struct
{
  int tells;
  bool (*take) (Reader *, AssayPreference *);
} forms[] = {
  { PROMPT, take_plain },
  { CHOSEN, take_transcripts },
  { REJECTED, take_transcripts },
  { INSTRUCTION, take_answered },
};

static bool
take_row (Reader *reader, AssayPreference *row)
{
  for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
    if (reader->fields[forms[i].tells].at != NULL)
      {
        if (!forms[i].take (reader, row))
          return false;
        return !assay_text_equal (row->chosen, row->rejected)
               || assay_rows_refuse (&reader->rows, "both answers are equal, so that neither can "
                                                    "be the better");
      }
  return assay_rows_refuse (&reader->rows, "neither \"chosen\" and \"rejected\" nor "
                                           "\"instruction\", \"answers\" and \"preference\" "
                                           "stand here");
}

AssayPreferences *
assay_preferences_open (const char *path, AssayBadRows *bad, AssayTextError *error)
{
  AssayPreferences *preferences = NULL;
  Reader reader;
  AssayTextFile file;
  size_t room = 0;
  bool ok = false;

  if (!assay_text_open (&file, path, error))
    return NULL;
  preferences = assay_alloc_zeroed (sizeof *preferences);
  preferences->arena = reader.arena = assay_arena_new ();
  assay_rows_begin (&reader.rows, &file, bad, error);
  while (assay_rows_next (&reader.rows, names, N_FIELDS, reader.fields))
    {
      preferences->rows
          = assay_grow (preferences->rows, preferences->n, &room, sizeof (AssayPreference));
      preferences->n += take_row (&reader, &preferences->rows[preferences->n]);
    }
  ok = assay_rows_end (&reader.rows, preferences->n);
  assay_text_close (&file);
  if (ok)
    return preferences;
  assay_preferences_free (preferences);
  return NULL;
}

void
assay_preferences_free (AssayPreferences *preferences)
{
  if (preferences == NULL)
    return;
  assay_arena_free (preferences->arena);
  free (preferences->rows);
  free (preferences);
}
