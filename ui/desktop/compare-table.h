/* SPDX-License-Identifier: Apache-2.0
 *
 * The tables of Compare: a row for each thing, a column for each side.
 */
#pragma once

#include "ui/desktop/comparison.h"
#include "ui/desktop/verdicts.h"
#include <gtk/gtk.h>

/** Parameters; @all: also those in which the sides agree. */
GtkWidget *studio_compare_parameters (const StudioComparison *comparison, gboolean all);
/** Last values: mean, interval, difference to the first side. */
GtkWidget *studio_compare_metrics (const StudioComparison *comparison);
/** Verdicts of each side; an element is NULL as long as that side is being judged. */
GtkWidget *studio_compare_claims (const StudioComparison *comparison,
                                  StudioVerdicts *const *verdicts);
