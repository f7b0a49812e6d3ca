/* SPDX-License-Identifier: Apache-2.0
 *
 * What is shown of a sample: its text with its spans coloured, what is said of it, all of a row.
 */
#pragma once

#include "ui/desktop/samples.h"
#include <adwaita.h>

/** The first @most characters of the text, and coloured grounds for its spans (given to the
 *  caller). */
char *studio_sample_cut (const StudioSamples *samples, guint i, glong most,
                         PangoAttrList **attributes);
/** The value of the span at this byte of the text; NULL: there is none. */
char *studio_sample_value_at (const StudioSamples *samples, guint i, guint index);
/** "Values: what 0.3, pays −1.2": for a screen reader. */
char *studio_sample_speak (const StudioSamples *samples, guint i);
/** "8 times this text · reward 0.31"; an empty text if there is nothing to say. */
char *studio_sample_note (const StudioSamples *samples, guint i);
/** A new pane with every text of a row in full. */
GtkWidget *studio_sample_details_new (StudioSamples *samples, const StudioSampleTable *table,
                                      guint row, int arms);
