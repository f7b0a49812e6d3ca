/* SPDX-License-Identifier: Apache-2.0
 *
 * Buttons in a line as words are: those for which there is no room begin another one.  GtkFlowBox
 * would make columns of them, and stop Tab at each.
 */
#pragma once

#include <gtk/gtk.h>

#define STUDIO_TYPE_FLOW (studio_flow_get_type ())
G_DECLARE_FINAL_TYPE (StudioFlow, studio_flow, STUDIO, FLOW, GtkWidget)

/** Empty; its lines end where it ends.  Property "spread" (boolean): they begin where it begins,
 * and only its last child ends where it ends, as in a toolbar. */
GtkWidget *studio_flow_new (void);
/** After those that are there; the flow owns it. */
void studio_flow_append (StudioFlow *flow, GtkWidget *child);
