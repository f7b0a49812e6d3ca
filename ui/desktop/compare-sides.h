/* SPDX-License-Identifier: Apache-2.0
 *
 * What the sides of a comparison are, and which of them are shown.
 *
 * Signals: "way" (GStrv), the keys by which sides are to differ, NULL: all parameters; "shown"
 * (GStrv), keys of the sides to be shown.
 */
#pragma once

#include "ui/desktop/comparison.h"
#include <adwaita.h>

#define STUDIO_TYPE_COMPARE_SIDES (studio_compare_sides_get_type ())
G_DECLARE_FINAL_TYPE (StudioCompareSides, studio_compare_sides, STUDIO, COMPARE_SIDES, AdwBin)

GtkWidget *studio_compare_sides_new (void);
void studio_compare_sides_set (StudioCompareSides *sides, const StudioComparison *comparison);
