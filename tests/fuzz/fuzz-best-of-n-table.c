/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"
#include "learn/text/best-of-n-table.h"

#include <math.h>

static void
check_texts (const AssayBestOfNTable *table)
{
  AssayArena *arena = assay_arena_new ();

  for (uint32_t i = 0; i < table->n_prompts; i++)
    {
      AssayText input = assay_best_of_n_input (table, i, arena);

      FUZZ_CHECK (assay_best_of_n_instruction (table, i, arena).bytes != NULL);
      FUZZ_CHECK (strlen (input.bytes) == input.length);
      for (uint32_t j = 0; j < table->n_answers; j++)
        FUZZ_CHECK (assay_text_hash (assay_best_of_n_answer (table, i, j, arena))
                    == table->hashes[(size_t) i * table->n_answers + j]);
      assay_arena_reset (arena);
    }
  assay_arena_free (arena);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static const AssayScoreOrder orders[]
      = { ASSAY_SCORES_BY_SHAPE, ASSAY_SCORES_BY_MEMBERS, ASSAY_SCORES_BY_ANSWERS };
  const char *path = fuzz_file (data, size);

  for (int i = 0; i < 6; i++)
    {
      AssayTextError error = { "" };
      AssayBadRows bad = { .room = 0 };
      AssayBestOfNTable *table
          = assay_best_of_n_table_open (path, orders[i / 2], i % 2 ? &bad : NULL, &error);
      size_t n = 0;

      FUZZ_CHECK (table != NULL || error.text[0] != '\0');
      if (table == NULL)
        continue;
      n = (size_t) table->n_prompts * table->n_answers;
      FUZZ_CHECK (n > 0 && table->n_members > 0);
      for (size_t j = 0; j < n; j++)
        FUZZ_CHECK (isfinite (table->gold[j]));
      for (size_t j = 0; j < n * table->n_members; j++)
        FUZZ_CHECK (isfinite (table->members[j]));
      check_texts (table);
      assay_best_of_n_table_free (table);
    }
  return 0;
}
