/* SPDX-License-Identifier: Apache-2.0
 *
 * Between the files of the Figures page: state, commands.
 */
#pragma once

#include "ui/desktop/chart-area.h"
#include "ui/desktop/figure-panel.h"
#include "ui/desktop/figure-store.h"
#include "ui/desktop/figure.h"
#include "ui/desktop/figures-view.h"
#include "ui/desktop/run-chooser.h"
#include "ui/desktop/slices.h"

struct _StudioFiguresView
{
  AdwBin parent_instance;
  StudioSession *session;
  StudioFigureStore *store;
  AssayStudyInfo *declared;  /* study of what is shown; NULL: nothing yet */
  char *figure, *saved;      /* ids of what is shown; saved NULL: a declared one */
  GHashTable *options;       /* of it, with what is looked at */
  GHashTable *changes;       /* "study figure" -> options as they were left */
  GCancellable *cancellable; /* of the picture at hand; NULL: none */
  gboolean stale, again, filling;
  guint timer;
  gint64 drawn;   /* monotonic time of the last picture */
  double seconds; /* that it took */
  GActionMap *actions;
  GtkWidget *popover;
  AdwLeaflet *leaflet;
  AdwFlap *flap;
  StudioRunChooser *chooser;
  GtkListBox *list;
  AssayStudyInfo *listed; /* whose figures the list has; NULL: none */
  StudioSlices *fill;     /* makes its rows; NULL: all are there */
  guint next_row;
  GtkLabel *status, *slider_level;
  GtkSpinner *busy;
  GtkStack *states;
  AdwStatusPage *problem;
  StudioChartArea *area;
  GtkBox *slider_box;
  GtkAdjustment *slider_at;
  StudioFigurePanel *panel;
};

/** What is shown, as a request; FALSE: nothing is. */
gboolean studio_figures_view_request (StudioFiguresView *view, StudioFigureRequest *request);
/** Draws it anew, now. */
void studio_figures_view_load (StudioFiguresView *view);
void studio_figures_view_show (StudioFiguresView *view, const char *figure, const char *saved);
/** To the next or the previous row of the list. */
void studio_figures_view_step (StudioFiguresView *view, int step);
/** @value NULL or "": as declared. */
void studio_figures_view_set_option (StudioFiguresView *view, const char *name, const char *value);
void studio_figures_view_as_declared (StudioFiguresView *view);
/** Which commands can be given now. */
void studio_figures_view_update_actions (StudioFiguresView *view);

/** Lists the figures of a study, which it takes, a few rows in each frame; NULL: none. */
void studio_figures_view_list (StudioFiguresView *view, AssayStudyInfo *study);
/** Stops filling the list and forgets whose it is. */
void studio_figures_view_unlist (StudioFiguresView *view);
/** Puts titles over what is declared and what was kept. */
void studio_figures_view_group_list (StudioFiguresView *view);
/** "figure" or "saved" of a row: an id, or NULL. */
const char *studio_figures_view_row (GtkListBoxRow *row, const char *key);
gboolean studio_figures_view_is_shown (const StudioFiguresView *view, GtkListBoxRow *row);
/** Whether what is shown is of those that are listed. */
gboolean studio_figures_view_lists_shown (StudioFiguresView *view);
void studio_figures_view_select_shown (StudioFiguresView *view);

/** Says which runs stand behind a curve, and leads to them. */
void studio_figures_view_tell_runs (StudioFiguresView *view, const char *filter,
                                    const char *const *ids);
