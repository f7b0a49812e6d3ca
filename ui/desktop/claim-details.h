/* SPDX-License-Identifier: Apache-2.0
 *
 * Everything about one verdict: the rule in words, what it rests on, what belongs to it.
 */
#pragma once

#include "ui/desktop/verdicts.h"
#include <adwaita.h>

/** A new pane about verdict @i, to be put into a scrolled window.  Its buttons are the window's
 *  actions claims-figure (id), claims-show (id of a claim) and claims-runs. */
GtkWidget *studio_claim_details_new (const StudioVerdicts *verdicts, guint i);
/** Differs when the pane would look different. */
char *studio_claim_details_state (const StudioVerdicts *verdicts, guint i);
