/* SPDX-License-Identifier: Apache-2.0
 *
 * What the runs table asks of the index, and the answer: rows of runs, or of groups of them.
 */
#pragma once

#include "host/store/index.h"
#include <gio/gio.h>

typedef struct
{
  char *filter; /* in the command line's language; NULL: all */
  char *order;  /* a key; NULL: newest first, groups by their values */
  gboolean descending;
  GStrv metrics;           /* whose summaries the columns show */
  gboolean grouped;        /* rows are groups */
  GStrv by;                /* keys to group by; NULL: all but the seed */
  char *metric;            /* whose mean groups show; NULL: none */
  char *labels;            /* one label set of it; NULL: all */
  AssaySummaryKind kind;   /* of that metric */
  gboolean all_parameters; /* as columns; else those that differ */
} StudioRunsQuestion;

void studio_runs_question_free (StudioRunsQuestion *question);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (StudioRunsQuestion, studio_runs_question_free)

/** Immutable; may be read from any thread. */
typedef struct
{
  AssayRunRows *rows;      /* NULL: grouped */
  AssayRunGroups *groups;  /* NULL: not grouped */
  const char **identities; /* [n]: what a row is known by when the next answer comes */
  guint n;
  GStrv parameters; /* to show as columns */
  guint n_runs;
  guint states[ASSAY_N_STATES];  /* how many runs of each; of groups only those that failed */
  guint n_live;                  /* running or queued */
  gboolean tags, notes, reasons; /* some run has one */
  gboolean one_study;            /* all are of it */
  char *mean_of;                 /* what groups show the mean of, in words; NULL: nothing */
  GPtrArray *texts;
} StudioRunsAnswer;

/** A StudioIndexJob; the task's data is a StudioRunsQuestion, its result an answer that
 *  studio_runs_answer_unref frees. */
void studio_runs_answer_job (GTask *task, AssayIndex *index);
StudioRunsAnswer *studio_runs_answer_ref (StudioRunsAnswer *answer);
void studio_runs_answer_unref (StudioRunsAnswer *answer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (StudioRunsAnswer, studio_runs_answer_unref)

/** The run in row @i; NULL: it is a group. */
const AssayRunRow *studio_runs_answer_run (const StudioRunsAnswer *answer, guint i);
const AssayRunGroup *studio_runs_answer_group (const StudioRunsAnswer *answer, guint i);
/** What stands in a cell: @column is a key of a filter, or of runs-metric.h; of groups also "runs",
 * "failed", "live", "mean" and "interval".  "": nothing. */
char *studio_runs_answer_text (const StudioRunsAnswer *answer, guint i, const char *column);
/** Seconds until a running run ends, if it goes on as it went; NaN: nobody can tell yet. */
double studio_run_remaining (const AssayRunRow *run);
/** "depth=5 agent=graph": the parameters shown, in one line. */
char *studio_runs_answer_parameters (const StudioRunsAnswer *answer, guint i);
/** The filter that finds the runs of a group; with @filter as well, if not NULL. */
char *studio_runs_answer_group_filter (const StudioRunsAnswer *answer, guint i, const char *filter);

/** One line of what may be any bytes: no control character, valid UTF-8, cut where it is very long.
 */
char *studio_line_text (const char *text);
