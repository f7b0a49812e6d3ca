/* SPDX-License-Identifier: Apache-2.0
 *
 * Where a graph is looked at: dragged, zoomed, walked along its edges.
 *
 * Signal "selected" (int): another node is selected, -1: none.
 */
#pragma once

#include "ui/desktop/graph-scene.h"

#define STUDIO_TYPE_GRAPH_CANVAS (studio_graph_canvas_get_type ())
G_DECLARE_FINAL_TYPE (StudioGraphCanvas, studio_graph_canvas, STUDIO, GRAPH_CANVAS, GtkWidget)

GtkWidget *studio_graph_canvas_new (void);
/** Shows all of another graph; @scene must outlive its being shown, NULL: nothing. */
void studio_graph_canvas_set_scene (StudioGraphCanvas *canvas, const StudioGraphScene *scene);
const StudioGraphScene *studio_graph_canvas_scene (StudioGraphCanvas *canvas);
/** The column that colours the nodes; NULL: none does. */
void studio_graph_canvas_set_column (StudioGraphCanvas *canvas, const AssayGraphColumn *column);
const StudioGraphLook *studio_graph_canvas_look (StudioGraphCanvas *canvas);
/** @reveal: moves so that it is seen. */
void studio_graph_canvas_select (StudioGraphCanvas *canvas, int node, gboolean reveal);
/** Zooms about the middle. */
void studio_graph_canvas_zoom (StudioGraphCanvas *canvas, double factor);
void studio_graph_canvas_pan (StudioGraphCanvas *canvas, double dx, double dy);
void studio_graph_canvas_fit (StudioGraphCanvas *canvas);
