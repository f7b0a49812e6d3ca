/* SPDX-License-Identifier: Apache-2.0
 *
 * Between the files of the Claims page: state, commands.
 */
#pragma once

#include "ui/desktop/claim-row.h"
#include "ui/desktop/claims-view.h"
#include "ui/desktop/run-chooser.h"
#include "ui/desktop/slices.h"
#include "ui/desktop/width-bin.h"

struct _StudioClaimsView
{
  AdwBin parent_instance;
  StudioSession *session;
  GCancellable *cancellable; /* of the judgement at hand; NULL: none */
  StudioVerdicts *verdicts;  /* as last judged; NULL: nothing yet */
  gboolean stale;            /* there is something new to judge */
  guint timer;
  gint64 judged;      /* monotonic time of the last judgement */
  char *shown_state;  /* what the pane of details shows */
  char *report;       /* path of the last one that was written; NULL: none */
  guint *order;       /* of the verdicts in the list, numbers */
  StudioSlices *fill; /* shows the rows; NULL: all are as they should be */
  guint next;         /* row to be shown */
  char *wanted;       /* the claim to be selected, once its row is there; NULL: the first */
  int widths[STUDIO_CLAIM_COLUMNS];
  GtkWidget *chip[ASSAY_NOT_RUN + 1];
  AdwLeaflet *leaflet;
  StudioRunChooser *chooser;
  GtkToggleButton *search_button;
  GtkSearchBar *search_bar;
  GtkEditable *search;
  GtkBox *chips, *no_runs;
  GtkStack *states;
  AdwStatusPage *problem;
  StudioWidthBin *width;
  GtkLabel *no_runs_text, *summary;
  GtkButton *no_runs_button;
  GtkGrid *head;
  GtkListBox *claims;
  GtkScrolledWindow *details;
};

/** The verdict that the pane of details shows; NULL: none. */
const AssayVerdict *studio_claims_view_verdict (StudioClaimsView *view);
/** Selects a claim, once its row is there. */
void studio_claims_view_show_claim (StudioClaimsView *view, const char *id);
