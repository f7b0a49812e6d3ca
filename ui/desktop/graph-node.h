/* SPDX-License-Identifier: Apache-2.0
 *
 * One node of a graph: its picture, its numbers, who is around it.
 */
#pragma once

#include "ui/desktop/graph-scene.h"

/** A new pane about the node, whose buttons are the action graph.select (int). */
GtkWidget *studio_graph_node_new (const StudioGraphScene *scene, guint node);
