/* SPDX-License-Identifier: Apache-2.0
 *
 * A window that tells the keys.  GTK's own is neither narrow nor quick.
 */
#pragma once

#include <adwaita.h>

#define STUDIO_TYPE_SHORTCUTS (studio_shortcuts_get_type ())
G_DECLARE_FINAL_TYPE (StudioShortcuts, studio_shortcuts, STUDIO, SHORTCUTS, AdwWindow)

/** Over @parent, for gtk_window_present.  @section is told first: of the main window with all its
 *  others (none of them has this name: from the beginning), of another kind of window with what
 *  works in every window. */
GtkWidget *studio_shortcuts_new (GtkWindow *parent, const char *section);
/** All rows are there. */
gboolean studio_shortcuts_is_complete (StudioShortcuts *shortcuts);
