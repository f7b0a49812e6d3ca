/* SPDX-License-Identifier: Apache-2.0
 *
 * The sign of a side: the colour and the marker that figures give it.
 */
#pragma once

#include <gtk/gtk.h>

/** Of the @i-th side that is shown. */
GtkWidget *studio_side_mark_new (guint i);
