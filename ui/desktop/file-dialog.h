/* SPDX-License-Identifier: Apache-2.0
 *
 * Asking for a file.  GTK 4.8 has the native dialog only, which belongs to whoever made it.
 */
#pragma once

#include <gtk/gtk.h>

/** @path: what was chosen; @dialog as it was then. */
typedef void (*StudioPathChosen) (gpointer object, const char *path, GtkFileChooser *dialog);

/** A modal dialog over the window of @object, a widget, to be given a name and shown with
 *  gtk_native_dialog_show; it goes by itself.  @accept: "_Export".  @chosen is called if a path is
 *  chosen and @object is still there. */
GtkFileChooserNative *studio_file_dialog_new (gpointer object, const char *title,
                                              GtkFileChooserAction action, const char *accept,
                                              StudioPathChosen chosen);
