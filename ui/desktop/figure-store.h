/* SPDX-License-Identifier: Apache-2.0
 *
 * Figures that somebody has changed and kept, one list for each workspace:
 * $XDG_DATA_HOME/assay/figures/<sha256 of the workspace's path, 16 digits>.json
 * {"format": 1, "workspace", "figures": [{"id", "name", "study", "figure", "options": {}}, ...]}.
 * Read once and written whole after each change, in a thread; a file that is broken is set aside.
 *
 * Signal "changed": the list is another.
 */
#pragma once

#include <gio/gio.h>

#define STUDIO_TYPE_FIGURE_STORE (studio_figure_store_get_type ())
G_DECLARE_FINAL_TYPE (StudioFigureStore, studio_figure_store, STUDIO, FIGURE_STORE, GObject)

typedef struct
{
  char *id, *name, *study, *figure;
  GHashTable *options; /* as assay_chart_new_with takes them */
} StudioSavedFigure;

/** Begins to read; the list is empty until the first "changed". */
StudioFigureStore *studio_figure_store_new (const char *workspace);
/** Elements StudioSavedFigure, oldest first; owned by the store. */
GPtrArray *studio_figure_store_list (StudioFigureStore *store);
/** NULL: there is none of this id. */
const StudioSavedFigure *studio_figure_store_find (StudioFigureStore *store, const char *id);
/** Keeps one; its id is owned by the store. */
const char *studio_figure_store_add (StudioFigureStore *store, const char *name, const char *study,
                                     const char *figure, GHashTable *options);
/** The one that was removed last and is not back yet can be brought back to its place. */
void studio_figure_store_remove (StudioFigureStore *store, const char *id);
void studio_figure_store_restore (StudioFigureStore *store);
/** Waits until all that was changed is on the disk. */
void studio_figure_store_flush (StudioFigureStore *store);
