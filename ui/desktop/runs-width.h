/* SPDX-License-Identifier: Apache-2.0
 *
 * How wide a column of the runs table is: as what stands in it.
 */
#pragma once

#include "ui/desktop/runs-answer.h"
#include <gtk/gtk.h>

/** Pixels that the head and the first values of a column take in @view, within bounds; @answer
 *  NULL: the head alone. */
int studio_column_width (GtkWidget *view, const StudioRunsAnswer *answer, const char *key);
