/* SPDX-License-Identifier: Apache-2.0
 *
 * The rows of an answer as a list model.  An item stands for a place, not for a run, and is made
 * when somebody looks at that place.  When another answer comes, only places that come or go are
 * announced as such; the others keep their item, and with it their widgets, and show new content.
 */
#pragma once

#include "ui/desktop/runs-answer.h"

#define STUDIO_TYPE_RUNS_MODEL (studio_runs_model_get_type ())
G_DECLARE_FINAL_TYPE (StudioRunsModel, studio_runs_model, STUDIO, RUNS_MODEL, GObject)

#define STUDIO_TYPE_RUNS_PLACE (studio_runs_place_get_type ())
G_DECLARE_FINAL_TYPE (StudioRunsPlace, studio_runs_place, STUDIO, RUNS_PLACE, GObject)

/** Priorities of what is done to the table in idle turns.  Sources of one priority share a turn,
 *  and GTK measures windows at G_PRIORITY_DEFAULT_IDLE, so each has its own.  Columns bring a cell
 * a row: they come and go while rows are few. */
enum
{
  STUDIO_RUNS_ROWS_GO = G_PRIORITY_DEFAULT_IDLE - 1,
  STUDIO_RUNS_COLUMNS = G_PRIORITY_DEFAULT_IDLE + 1,
  STUDIO_RUNS_CELLS,
  STUDIO_RUNS_ROWS_COME
};

/** Signal "refreshed": what places show may have changed. */
StudioRunsModel *studio_runs_model_new (void);
/** Takes a reference.  NULL: no rows. */
void studio_runs_model_set_answer (StudioRunsModel *model, StudioRunsAnswer *answer);
/** NULL: none yet. */
StudioRunsAnswer *studio_runs_model_answer (StudioRunsModel *model);
/** Row of the answer, as of now. */
guint studio_runs_place_row (StudioRunsPlace *place);
