/* SPDX-License-Identifier: Apache-2.0
 *
 * Plans that are executed, and the newest that were: progress, cancel, resume.
 */
#pragma once

#include "ui/desktop/session.h"
#include <adwaita.h>

#define STUDIO_TYPE_QUEUE_VIEW (studio_queue_view_get_type ())
G_DECLARE_FINAL_TYPE (StudioQueueView, studio_queue_view, STUDIO, QUEUE_VIEW, AdwBin)

/** Adds the view's commands to the window. */
void studio_queue_view_add_actions (gpointer view, GActionMap *map);
/** How the plans stood when they were last looked at, newest first: StudioQueuePlan. */
const GPtrArray *studio_queue_view_plans (StudioQueueView *view);
