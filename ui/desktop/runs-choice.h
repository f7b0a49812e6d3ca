/* SPDX-License-Identifier: Apache-2.0
 *
 * What the runs table shows and how: remembered between sessions where the settings are installed.
 */
#pragma once

#include "ui/desktop/runs-answer.h"
#include "ui/desktop/session.h"

typedef struct
{
  GSettings *settings; /* NULL: nothing is remembered */
  GStrv order;         /* columns as they were last arranged */
  GStrv hidden;        /* columns not to be shown */
  GStrv metrics;       /* columns as in runs-metric.h; NULL: the study's first */
  gboolean all_parameters;
  gboolean tags, notes, reasons; /* some run had one since the window was opened */
  gboolean grouped;
  GStrv by;     /* NULL: all but the seed */
  char *metric; /* what groups show the mean of: "min.loss"; NULL: the first column of a metric */
} StudioRunsChoice;

StudioRunsChoice *studio_runs_choice_new (void);
void studio_runs_choice_free (StudioRunsChoice *choice);
/** Remembers columns, metrics and the switch. */
void studio_runs_choice_save (StudioRunsChoice *choice);

/** Single runs again. */
void studio_runs_choice_ungroup (StudioRunsChoice *choice);

/** Columns that may be hidden; ends with NULL. */
extern const char *const studio_runs_columns[];
gboolean studio_runs_choice_shows (const StudioRunsChoice *choice, const char *column);
void studio_runs_choice_show (StudioRunsChoice *choice, const char *column, gboolean shown);

/** Metrics to show when none were chosen: the first of every study in @answer, at most three;
 *  free with g_strfreev. */
GStrv studio_runs_default_metrics (AssayRegistry *registry, const StudioRunsAnswer *answer);
/** Notes what only some runs have: a column for it stays from then on. */
void studio_runs_choice_see (StudioRunsChoice *choice, const StudioRunsAnswer *answer);
/** Keys of the columns for an answer, in order; free with g_strfreev. */
GStrv studio_runs_choice_columns (const StudioRunsChoice *choice, const StudioRunsAnswer *answer,
                                  const char *const *metrics);
/** What to ask; @filter must parse.  Free with studio_runs_question_free. */
StudioRunsQuestion *studio_runs_choice_question (const StudioRunsChoice *choice, const char *filter,
                                                 const char *order, gboolean descending,
                                                 const char *const *metrics);
