/* SPDX-License-Identifier: Apache-2.0
 *
 * A plan in the queue: how far it is, which of its runs are running, which failed and why.
 */
#pragma once

#include "ui/desktop/queue.h"
#include <adwaita.h>

#define STUDIO_TYPE_PLAN_ROW (studio_plan_row_get_type ())
G_DECLARE_FINAL_TYPE (StudioPlanRow, studio_plan_row, STUDIO, PLAN_ROW, AdwBin)

StudioPlanRow *studio_plan_row_new (void);
/** The id of the plan that it shows. */
const char *studio_plan_row_plan (StudioPlanRow *row);
/** Shows how the plan stands now. */
void studio_plan_row_show (StudioPlanRow *row, const StudioQueuePlan *plan);
