/* SPDX-License-Identifier: Apache-2.0
 *
 * A hand on the mouse: events of the X server itself (XTEST, by xdotool), which reach a widget as a
 * person's do.  Places are pixels of the widget; what is asked is done when the function returns,
 * though the window may still have to draw it.
 */
#pragma once

#include <gtk/gtk.h>

/** Skips the test and says so where there is no xdotool; FALSE: it is skipped. */
gboolean desktop_pointer_is_there (void);
void desktop_pointer_move (gpointer widget, double x, double y);
/** @button 1 to 3; @times 2 is a double click. */
void desktop_pointer_click (gpointer widget, double x, double y, int button, int times);
/** @key is held meanwhile ("ctrl", "shift"); NULL: none. */
void desktop_pointer_click_with (gpointer widget, double x, double y, const char *key);
void desktop_pointer_drag (gpointer widget, double x, double y, double to_x, double to_y,
                           int button, const char *key);
/** @notches of the wheel, up where they are positive. */
void desktop_pointer_scroll (gpointer widget, double x, double y, int notches, const char *key);
