/* SPDX-License-Identifier: Apache-2.0
 *
 * How wide a column of the runs table is to be, and on which side what it holds stands.
 */
#pragma once

#include "ui/desktop/runs-answer.h"
#include <gtk/gtk.h>

typedef struct
{
  int width;        /* pixels, within bounds */
  gboolean numbers; /* to the right */
} StudioColumnLook;

/** By its head and some of its values, in the font of @view; @answer NULL: by its head. */
StudioColumnLook studio_column_look (GtkWidget *view, const StudioRunsAnswer *answer,
                                     const char *key);
