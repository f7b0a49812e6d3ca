/* SPDX-License-Identifier: Apache-2.0
 *
 * The window of a workspace: a page for each view, and how one page leads to another.
 */
#pragma once

#include "ui/desktop/session.h"
#include "ui/desktop/undo.h"
#include <adwaita.h>

#define STUDIO_TYPE_WINDOW (studio_window_get_type ())
G_DECLARE_FINAL_TYPE (StudioWindow, studio_window, STUDIO, WINDOW, AdwApplicationWindow)

StudioWindow *studio_window_new (GtkApplication *application, StudioSession *session);
/** A window that says why there is no workspace and what to do. */
StudioWindow *studio_window_new_failed (GtkApplication *application, const char *reason);
/** The application's window of the same workspace; NULL: none. */
GtkWindow *studio_window_find (GtkApplication *application, StudioSession *session);

StudioSession *studio_window_session (StudioWindow *window);
/** The window that @widget is in. */
StudioWindow *studio_window_of (gpointer widget);

/** Enables an action of the window that @widget is in, if it is in one that stays. */
void studio_window_enable (gpointer widget, const char *action, gboolean enabled);

/** Shows the page of this name: "studies", "runs", "figures", "compare", "claims", "queue". */
void studio_window_show_page (StudioWindow *window, const char *name);
/** Shows one study, to be set up and run: its page in Studies. */
void studio_window_show_study (StudioWindow *window, const char *study);
/** Shows the runs that pass a filter of `assay runs`. */
void studio_window_show_runs (StudioWindow *window, const char *filter);
/** Shows one run: its page in Runs. */
void studio_window_show_run (StudioWindow *window, const char *run);
/** Shows one figure of what is selected: in Figures. */
void studio_window_show_figure (StudioWindow *window, const char *figure);
/** A short message at the bottom.  @action: detailed action of its button @label, or NULL. */
void studio_window_toast (StudioWindow *window, const char *text, const char *label,
                          const char *action);
/** The same with a button that undoes what was done; see studio_undo_add. */
void studio_window_toast_undo (StudioWindow *window, const char *text, StudioUndoFunc undo,
                               gpointer data, GDestroyNotify destroy);
