/* SPDX-License-Identifier: Apache-2.0
 *
 * A popover in which two plans of a study are chosen.
 *
 * Signal "chosen" (study, plan, plan).
 */
#pragma once

#include "ui/desktop/session.h"
#include <gtk/gtk.h>

#define STUDIO_TYPE_COMPARE_PLANS (studio_compare_plans_get_type ())
G_DECLARE_FINAL_TYPE (StudioComparePlans, studio_compare_plans, STUDIO, COMPARE_PLANS, GtkPopover)

GtkWidget *studio_compare_plans_new (StudioSession *session);
