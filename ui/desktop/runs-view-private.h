/* SPDX-License-Identifier: Apache-2.0
 *
 * What the files of the runs view share.
 */
#pragma once

#include "ui/desktop/filter-entry.h"
#include "ui/desktop/run-commands.h"
#include "ui/desktop/run-page.h"
#include "ui/desktop/runs-choice.h"
#include "ui/desktop/runs-table.h"
#include "ui/desktop/runs-view.h"

struct _StudioRunsView
{
  AdwBin parent_instance;
  StudioSession *session;
  StudioRunsChoice *choice;
  GActionMap *actions; /* of the window, which outlives the view */

  GtkStack *pages, *contents;
  StudioFilterEntry *entry;
  GtkMenuButton *group_button, *columns_button;
  GtkWidget *groups; /* check buttons in the popover of the first; NULL: none yet */
  gboolean checking; /* it is us who set them */
  GtkLabel *counts, *chosen;
  StudioRunsTable *table;
  AdwStatusPage *none, *failed;
  GtkActionBar *bar;
  StudioRunPage *page;
  GMenuModel *row_menu;
  GtkPopover *menu; /* of a row */

  GCancellable *closing; /* cancelled when the view goes */
  GCancellable *asking;  /* of the question that is under way; NULL: none */
  gboolean stale;        /* runs changed while a question was under way */
  GStrv metrics;         /* columns of metrics, as asked for */
  GStrv parameters;      /* that differ, by which one may group; groups by some do not tell them */
  double step;           /* at which new columns show metrics */
  gboolean wants_words;
  gint64 words_made; /* monotonic time */
};

/** Asks the index for the rows again. */
void studio_runs_view_ask (StudioRunsView *view);
/** Runs that a command is about: of the page if one is open, else those chosen. */
GStrv studio_runs_view_runs (StudioRunsView *view);
/** The row of the one run that is meant, with its notes; NULL: none or several. */
const AssayRunRow *studio_runs_view_one (StudioRunsView *view);
/** Enables what can be done now. */
void studio_runs_view_update_actions (StudioRunsView *view);

/** Does it in a thread and says what came of it. */
void studio_runs_view_command (StudioRunsView *view, StudioRunCommand command,
                               const char *const *runs, const char *text);

/** Fill the popovers when they are opened. */
void studio_runs_view_set_up_popovers (StudioRunsView *view);
