/* SPDX-License-Identifier: Apache-2.0
 *
 * Preference data: of two answers to one prompt, which is the better.
 */
#ifndef ASSAY_LEARN_PREFERENCES_H
#define ASSAY_LEARN_PREFERENCES_H

#include "learn/text/jsonl.h"

typedef struct AssayPreference
{
  AssayText prompt, chosen, rejected; /* UTF-8 without NUL; chosen and rejected differ */
} AssayPreference;

typedef struct AssayPreferences
{
  AssayPreference *rows;
  size_t n;
  AssayArena *arena; /* of the texts */
} AssayPreferences;

/** Reads JSON lines, or one array, of rows in one of these forms, told by their names:
 *
 *  - "prompt", "chosen", "rejected": texts;
 *  - "chosen", "rejected": whole transcripts (hh-rlhf); the prompt is what both begin with, up to
 *    and with the last "\n\nAssistant:" in it;
 *  - "instruction", "input" (or none), "answers": two texts, "preference": 0 or 1, the index of the
 *    better one (llm_optimization); the prompt is the instruction and, where the input is not
 *    empty, a line end and the input.
 *
 *  Other names are passed over.  @bad: see jsonl.h.  NULL: see @error. */
AssayPreferences *assay_preferences_open (const char *path, AssayBadRows *bad,
                                          AssayTextError *error);
void assay_preferences_free (AssayPreferences *preferences);

#endif
