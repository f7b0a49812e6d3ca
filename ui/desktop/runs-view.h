/* SPDX-License-Identifier: Apache-2.0
 *
 * All runs of the workspace, and a page for each.
 */
#pragma once

#include "ui/desktop/session.h"
#include <adwaita.h>

#define STUDIO_TYPE_RUNS_VIEW (studio_runs_view_get_type ())
G_DECLARE_FINAL_TYPE (StudioRunsView, studio_runs_view, STUDIO, RUNS_VIEW, AdwBin)

/** Adds the view's commands to the window. */
void studio_runs_view_add_actions (gpointer view, GActionMap *map);
/** Shows the page of one run. */
void studio_runs_view_show_run (StudioRunsView *view, const char *run);
/** Shows the runs that pass a filter. */
void studio_runs_view_show_filter (StudioRunsView *view, const char *filter);
