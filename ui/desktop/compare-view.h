/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs or groups side by side: parameters that differ, figures, claims.
 */
#pragma once

#include "ui/desktop/session.h"
#include <adwaita.h>

#define STUDIO_TYPE_COMPARE_VIEW (studio_compare_view_get_type ())
G_DECLARE_FINAL_TYPE (StudioCompareView, studio_compare_view, STUDIO, COMPARE_VIEW, AdwBin)

/** Adds the view's commands to the window. */
void studio_compare_view_add_actions (gpointer view, GActionMap *map);
