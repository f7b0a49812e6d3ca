/* SPDX-License-Identifier: Apache-2.0
 *
 * The tables of Compare: a row for each thing, a column for each side.
 */
#pragma once

#include "ui/desktop/comparison.h"
#include "ui/desktop/verdicts.h"
#include <gtk/gtk.h>

/** Parameters; @all: also those in which the sides agree.  @narrow, here and below: the name of a
 *  row stands above its cells. */
GtkWidget *studio_compare_parameters (const StudioComparison *comparison, gboolean all,
                                      gboolean narrow);
/** Last values: mean, interval, difference to the first side. */
GtkWidget *studio_compare_metrics (const StudioComparison *comparison, gboolean narrow);
/** A table for verdicts, without rows. */
GtkWidget *studio_compare_claims_table (const StudioComparison *comparison, gboolean narrow);
/** Adds the study's claim @i, behind those before; @verdicts: of each side, NULL where there are
 *  none. */
void studio_compare_add_claim (GtkWidget *claims, const StudioComparison *comparison,
                               StudioVerdicts *const *verdicts, guint i, gboolean narrow);
