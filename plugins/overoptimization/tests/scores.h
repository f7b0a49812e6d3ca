/* SPDX-License-Identifier: Apache-2.0
 *
 * Made-up best-of-n tables as files: what tests of replays read, and no one's data.
 */
#ifndef OVEROPTIMIZATION_SCORES_H
#define OVEROPTIMIZATION_SCORES_H

#include <glib.h>

typedef enum ScoresForm
{
  SCORES_LINES,      /* JSON lines, members first */
  SCORES_ARRAY,      /* one array */
  SCORES_BY_ANSWERS, /* lines, answers first */
} ScoresForm;

typedef struct Scores
{
  guint n_prompts, n_answers, n_members;
  double *gold;    /* [prompts][answers] */
  double *members; /* [prompts][members][answers] */
  guint *texts;    /* [prompts][answers]: which text an answer is; all different */
} Scores;

/** Gold is normal; a member is gold and an error of its own with heavy tails. */
Scores *scores_new (guint n_prompts, guint n_answers, guint n_members, guint32 seed);
void scores_free (Scores *scores);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Scores, scores_free)

/** Writes them; a row of @bad (or NULL) comes first where it is text.  The path is the caller's. */
char *scores_write (const Scores *scores, ScoresForm form, const char *folder, const char *bad);

#endif
