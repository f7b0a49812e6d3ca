/* SPDX-License-Identifier: Apache-2.0
 *
 * What a draft comes to: its plan as the form shows it.  Made in a thread, then never changed.
 */
#pragma once

#include "host/store/index.h"
#include "ui/desktop/draft.h"

typedef struct
{
  AssayStudyInfo *study;
  GStrv *values;        /* [n_params] what the parameter takes in the plan's runs, each value once;
                           NULL: it applies in none.  NULL as a whole: the plan cannot be made */
  char **problems;      /* [n_params] what is wrong with its setting; NULL: nothing */
  char *problem;        /* what is wrong with the plan as a whole; NULL: nothing */
  gboolean wrong_seeds; /* that is what is wrong */
  AssayPlan *plan;      /* NULL: there is a problem, of the whole or of a parameter that applies */
} StudioOutline;

StudioOutline *studio_outline_new (const StudioDraft *draft, AssayStudyInfo *study);
StudioOutline *studio_outline_ref (StudioOutline *outline);
void studio_outline_unref (StudioOutline *outline);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (StudioOutline, studio_outline_unref)

/** For studio_draft_command: which settings count.  Free with g_free. */
gboolean *studio_outline_uses (const StudioOutline *outline);

/** Expected seconds on @cores (0: all) from the times of earlier runs of equal settings, where
 * there are none from those of the study, else from what the preset says; NaN: nothing is known. */
double studio_outline_seconds (const StudioOutline *outline, AssayIndex *index, guint cores);
