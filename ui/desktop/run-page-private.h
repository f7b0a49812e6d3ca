/* SPDX-License-Identifier: Apache-2.0
 *
 * What the files of the run page share.
 */
#pragma once

#include "ui/desktop/run-facts.h"
#include "ui/desktop/run-page.h"
#include "ui/desktop/slices.h"

struct _StudioRunPage
{
  AdwBin parent_instance;
  StudioSession *session;
  char *run;             /* NULL: none */
  StudioRunFacts *facts; /* as last read; NULL: not yet */
  GCancellable *loading; /* NULL: nothing is being read */
  gboolean stale;        /* look again when that is done */
  guint tick;            /* while it runs */
  GCancellable *verifying;

  GtkLabel *title, *subtitle, *state, *reason, *advice, *times, *damage, *console_title;
  GtkStack *states;
  AdwStatusPage *failure;
  GtkBox *state_card;
  GtkImage *state_icon;
  GtkProgressBar *progress;
  GtkWidget *measured, *console_box, *remedies;
  GtkFlowBox *cards;
  GtkScrolledWindow *console_window;
  GtkTextView *console, *note;
  GtkEntry *tags;
  AdwPreferencesGroup *parameters, *results, *stages, *provenance, *verify_group;
  AdwActionRow *verify_row;
  GtkSpinner *verify_spinner;
  GtkButton *verify_button;

  GPtrArray *rows;             /* StudioRunRow: what the groups hold, or will */
  guint n_made;                /* of these */
  StudioSlices *fill;          /* makes cards and rows; NULL: all are there */
  char *told;                  /* what the groups tell, to see whether they must be filled again */
  gboolean filling;            /* it is us who write tags and note */
  guint saving;                /* timeout before what is typed is saved */
  char *kept_tags, *kept_note; /* as last read or saved */
};

/** Fills all groups from page->facts; cheap when they tell the same as before. */
void studio_run_page_fill (StudioRunPage *page);
/** Before page->facts go. */
void studio_run_page_stop_filling (StudioRunPage *page);
/** Saves tags and note if they were changed. */
void studio_run_page_save_notes (StudioRunPage *page);
void studio_run_page_watch_notes (StudioRunPage *page);
/** Shows those of page->facts, but not over what somebody is typing; @first: whatever stands there.
 */
void studio_run_page_fill_notes (StudioRunPage *page, gboolean first);
