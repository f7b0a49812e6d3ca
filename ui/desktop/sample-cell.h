/* SPDX-License-Identifier: Apache-2.0
 *
 * A cell of the table of samples: three lines of a text with its spans coloured, and below them a
 * line of what is said of it.  It draws them itself and always asks for the same room, so that a
 * row that comes into sight is laid out once, and the table around it not at all.
 */
#pragma once

#include "ui/desktop/samples.h"
#include <gtk/gtk.h>

#define STUDIO_TYPE_SAMPLE_CELL (studio_sample_cell_get_type ())
G_DECLARE_FINAL_TYPE (StudioSampleCell, studio_sample_cell, STUDIO, SAMPLE_CELL, GtkWidget)

GtkWidget *studio_sample_cell_new (void);
/** A sample, which is marked (CSS class "twin") where its text occurs more than once. */
void studio_sample_cell_set_sample (StudioSampleCell *cell, StudioSamples *samples, guint i);
/** A text of its own, shortened to what is seen; @note "": nothing is said of it. */
void studio_sample_cell_set_text (StudioSampleCell *cell, const char *text, const char *note);
