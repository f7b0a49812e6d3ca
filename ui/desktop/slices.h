/* SPDX-License-Identifier: Apache-2.0
 *
 * Long work of the main thread, a little in each frame.
 */
#pragma once

#include <gtk/gtk.h>

/** Does the next piece of a work, at best less than a millisecond of it; FALSE: that was the last,
 *  and the work's StudioSlices is gone. */
typedef gboolean (*StudioSlice) (gpointer data);

/** A work under way. */
typedef struct _StudioSlices StudioSlices;

/** Calls @piece until it returns FALSE; all works together take some milliseconds of the
 *  processor's time in a frame. */
StudioSlices *studio_slices_start (StudioSlice piece, gpointer data);
/** Leaves off before the end. */
void studio_slices_stop (StudioSlices *slices);
/** Whether there is any work left. */
gboolean studio_slices_are_busy (void);

/** To be called by a piece that made @widget and put it into its place: sizes it for the width of
 *  @list, which stands in the window.  GTK remembers them, so the next frame finds only the
 *  widgets of one slice to lay out. */
void studio_slices_lay_out (GtkWidget *widget, GtkWidget *list);

/** Takes all that @box holds out of sight, and then apart: what is in it directly, in boxes in it
 *  and in their lists.  What comes into @box meanwhile stays. */
void studio_slices_empty (GtkBox *box);
