/* SPDX-License-Identifier: Apache-2.0
 *
 * What is ordered of plans and their runs, each in a thread: an order waits for supervisors.
 */
#pragma once

#include "ui/desktop/session.h"

#include "host/run/plan.h"

typedef enum
{
  STUDIO_ORDER_CANCEL_PLAN, /* ids: the plan */
  STUDIO_ORDER_CANCEL_RUN,
  STUDIO_ORDER_RESUME_PLAN,
  STUDIO_ORDER_DISCARD_PLAN, /* of new runs: they end and are moved to the trash */
  STUDIO_ORDER_RETRY, /* ids: runs of one plan; new runs of the same, supervised as that plan was */
  STUDIO_N_ORDERS
} StudioOrder;

/** Gives the order; @source is the object of the answer. */
void studio_order (gpointer source, StudioSession *session, StudioOrder order,
                   const char *const *ids, GAsyncReadyCallback callback, gpointer data);
/** The plan that is executed because of it, "" if none was asked for; NULL: it could not be. */
char *studio_order_finish (GAsyncResult *result, GError **error);
/** Executes the plan with the cores and limits of @like (NULL: none).  Inline runs become
 * processes: nobody waits for these, and a crash of one would end them all. */
gboolean studio_execute_as (AssayWorkspace *workspace, AssayPlan *plan, const AssayPlan *like,
                            gboolean resume, GError **error);
