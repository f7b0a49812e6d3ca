/* SPDX-License-Identifier: Apache-2.0
 *
 * Between the files of the graph view's tests.
 */
#pragma once

#include "artifacts.h"
#include "ui/desktop/graph-canvas.h"
#include "ui/desktop/graph-view.h"

/** Opens the graph of the workspace's only run, and waits until the view is in this state of its
 *  stack. */
GtkWidget *graph_open (StudioWindow *window, const char *workspace, const char *state);
void graph_wait (GtkWidget *view, const char *state);
StudioGraphCanvas *graph_canvas (GtkWidget *view);

/** Without a window; by hand, on a workspace with one run of the gallery. */
void graph_add_scene_tests (void);
void graph_add_hand_tests (const char *workspace);
