/* SPDX-License-Identifier: Apache-2.0
 *
 * Two widgets side by side where there is room, else one above the other: what GTK 4.8 has no
 * breakpoints for.
 */
#pragma once

#include <gtk/gtk.h>

#define STUDIO_TYPE_SPLIT (studio_split_get_type ())
G_DECLARE_FINAL_TYPE (StudioSplit, studio_split, STUDIO, SPLIT, GtkWidget)

/** @first takes what @second leaves; side by side from @width pixels on. */
GtkWidget *studio_split_new (GtkWidget *first, GtkWidget *second, int width);
