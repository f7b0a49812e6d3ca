/* SPDX-License-Identifier: Apache-2.0
 *
 * The columns of the runs table: which there are, how wide, in which order rows are asked for.
 */
#pragma once

#include "ui/desktop/runs-cells.h"

typedef struct _StudioRunsColumns StudioRunsColumns;

/** Columns of @view, which shows @model in cells of @cells.  @table gets the signals "sorted" (a
 *  head was clicked) and "columns-moved" (one was dragged elsewhere).  None of them is referenced.
 */
StudioRunsColumns *studio_runs_columns_new (GtkColumnView *view, StudioRunsModel *model,
                                            StudioRunsCells *cells, GtkWidget *table);
/** NULL: nothing. */
void studio_runs_columns_free (StudioRunsColumns *columns);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (StudioRunsColumns, studio_runs_columns_free)

/** Brings the columns there, one in an idle turn; those that are there already stay.  FALSE: these
 *  were wanted before. */
gboolean studio_runs_columns_want (StudioRunsColumns *columns, const char *const *keys);
/** What was last wanted; NULL: nothing yet. */
const char *const *studio_runs_columns_wanted (StudioRunsColumns *columns);
/** Keys as they stand now; free with g_strfreev. */
GStrv studio_runs_columns_now (StudioRunsColumns *columns);
/** Heads, widths (unless somebody chose one) and sides as the model's answer wants them. */
void studio_runs_columns_fit (StudioRunsColumns *columns);

/** The column whose head was clicked; NULL: none. */
const char *studio_runs_columns_order (StudioRunsColumns *columns, gboolean *descending);
/** As if its head had been clicked; @key NULL or of no column: none. */
void studio_runs_columns_sort (StudioRunsColumns *columns, const char *key, gboolean descending);
