/* SPDX-License-Identifier: Apache-2.0
 *
 * A graph that a run wrote: laid out by a process of its own, looked at by hand or by keys.
 */
#pragma once

#include <adwaita.h>

#define STUDIO_TYPE_GRAPH_VIEW (studio_graph_view_get_type ())
G_DECLARE_FINAL_TYPE (StudioGraphView, studio_graph_view, STUDIO, GRAPH_VIEW, AdwBin)

/** Starts loading @name.graph.json of @folder (the run's artifacts) and laying it out. */
GtkWidget *studio_graph_view_new (const char *folder, const char *name);
/** Writes the graph as it is laid out and coloured: .svg, .png or .dot; a toast tells. */
void studio_graph_view_export (StudioGraphView *view, const char *path);
