/* SPDX-License-Identifier: Apache-2.0
 *
 * What can be undone in a window, newest first: by the button of the toast that says what was done,
 * and, after the toast has gone, by the key of "win.undo".
 */
#pragma once

#include <adwaita.h>

typedef struct StudioUndo StudioUndo;
/** Brings back what was before; called once at most. */
typedef void (*StudioUndoFunc) (gpointer data);

/** Gives @map the action "undo", enabled while there is something to undo.  @map outlives it. */
StudioUndo *studio_undo_new (GActionMap *map);
void studio_undo_free (StudioUndo *undo);
/** Gives @toast the button, and takes away the toast that had it, so that the button always means
 *  the newest.  @destroy frees @data after @func was called, or when it never will be. */
void studio_undo_add (StudioUndo *undo, AdwToast *toast, StudioUndoFunc func, gpointer data,
                      GDestroyNotify destroy);
