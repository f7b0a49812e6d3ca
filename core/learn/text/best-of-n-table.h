/* SPDX-License-Identifier: Apache-2.0
 *
 * Best-of-n tables: many answers to each prompt with their gold and proxy scores, as sampled and
 * scored by somebody else.
 */
#ifndef ASSAY_LEARN_BEST_OF_N_TABLE_H
#define ASSAY_LEARN_BEST_OF_N_TABLE_H

#include "learn/text/jsonl.h"

/** Which index of "proxy_scores" comes first where there are several members. */
typedef enum AssayScoreOrder
{
  ASSAY_SCORES_BY_SHAPE,   /* told by the number of answers; refused where both have it */
  ASSAY_SCORES_BY_MEMBERS, /* [members][answers] */
  ASSAY_SCORES_BY_ANSWERS, /* [answers][members] */
} AssayScoreOrder;

typedef struct AssayBestOfNTable
{
  uint32_t n_prompts, n_answers, n_members;
  double *gold;     /* [prompts][answers] */
  double *members;  /* [prompts][answers][members], the proxy scores */
  uint64_t *hashes; /* [prompts][answers]; equal answers have equal ones */
  /* For the functions below: where texts stand in the file. */
  AssayTextFile file;
  struct AssayTablePrompt *prompts; /* [prompts] */
  const char **answers;             /* [prompts][answers] */
} AssayBestOfNTable;

/** Reads JSON lines, or one array, of rows with "instruction", "input" (or none), "answers"
 * (texts), "gold_scores" (a number each) and "proxy_scores" (a number each, or a list of lists).
 * All rows have as many answers and members as the first good one.  Texts stay in the file, which
 * must not be cut while the table is used.  @bad: see jsonl.h.  NULL: see @error. */
AssayBestOfNTable *assay_best_of_n_table_open (const char *path, AssayScoreOrder order,
                                               AssayBadRows *bad, AssayTextError *error);
void assay_best_of_n_table_free (AssayBestOfNTable *table);

/** Texts on @arena, each followed by a NUL. */
AssayText assay_best_of_n_instruction (const AssayBestOfNTable *table, uint32_t prompt,
                                       AssayArena *arena);
/** Empty where the row has no input. */
AssayText assay_best_of_n_input (const AssayBestOfNTable *table, uint32_t prompt,
                                 AssayArena *arena);
AssayText assay_best_of_n_answer (const AssayBestOfNTable *table, uint32_t prompt, uint32_t answer,
                                  AssayArena *arena);

#endif
