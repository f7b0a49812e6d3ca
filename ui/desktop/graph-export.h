/* SPDX-License-Identifier: Apache-2.0
 *
 * A graph of a run as a file: the command line's picture of it, at the places that are seen.
 */
#pragma once

#include "ui/desktop/graph-scene.h"

/** Reads graph @name of the run in @folder anew and writes it, in a thread, to @path by its ending:
 *  .svg, .png, .pdf or .dot.  @scene: where its nodes lie (copied); NULL: it was not laid out.
 *  @column colours the nodes; NULL: none does. */
void studio_graph_export (const char *folder, const char *name, const StudioGraphScene *scene,
                          const char *column, const char *path, GAsyncReadyCallback callback,
                          gpointer data);
gboolean studio_graph_export_finish (GAsyncResult *result, GError **error);
