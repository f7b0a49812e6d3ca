/* SPDX-License-Identifier: Apache-2.0
 *
 * Labels that show a sample: its text with its spans coloured, and what is said of it.
 */
#pragma once

#include "ui/desktop/samples.h"
#include <adwaita.h>

/** Shows the first @most characters of the text in a label, spans on coloured ground; a span's
 *  value is seen when one points at it, and read by a screen reader. */
void studio_sample_text_set (GtkLabel *label, const StudioSamples *samples, guint i, glong most);
/** "8 times this text · reward 0.31"; an empty text if there is nothing to say. */
char *studio_sample_note (const StudioSamples *samples, guint i);
/** A new pane with every text of a row in full. */
GtkWidget *studio_sample_details_new (StudioSamples *samples, const StudioSampleTable *table,
                                      guint row, int arms);
