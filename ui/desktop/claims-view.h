/* SPDX-License-Identifier: Apache-2.0
 *
 * Of every claim whether it held, over the runs that are selected.
 */
#pragma once

#include "ui/desktop/session.h"
#include <adwaita.h>

#define STUDIO_TYPE_CLAIMS_VIEW (studio_claims_view_get_type ())
G_DECLARE_FINAL_TYPE (StudioClaimsView, studio_claims_view, STUDIO, CLAIMS_VIEW, AdwBin)

/** Adds the view's commands to the window. */
void studio_claims_view_add_actions (gpointer view, GActionMap *map);
