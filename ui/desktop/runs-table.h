/* SPDX-License-Identifier: Apache-2.0
 *
 * The runs (or groups of runs) of an answer: columns where there is room, cards where there is not.
 */
#pragma once

#include "ui/desktop/runs-answer.h"
#include <adwaita.h>

#define STUDIO_TYPE_RUNS_TABLE (studio_runs_table_get_type ())
G_DECLARE_FINAL_TYPE (StudioRunsTable, studio_runs_table, STUDIO, RUNS_TABLE, AdwBin)

/** Signals: "activated" (guint row), "star" (guint row), "sorted" (another order is wanted),
 *  "columns-moved", "selection-changed", "menu" (double x, double y). */

/** Where the runs are, for values at a step. */
void studio_runs_table_set_workspace (StudioRunsTable *table, const char *path);

/** Keeps selection (by run), scroll position and sort; takes a reference. */
void studio_runs_table_set_answer (StudioRunsTable *table, StudioRunsAnswer *answer);
StudioRunsAnswer *studio_runs_table_answer (StudioRunsTable *table);

/** Which columns, in which order: keys of a filter, or of runs-metric.h. */
void studio_runs_table_set_columns (StudioRunsTable *table, const char *const *keys);
/** As they stand now, which may be other than was set; free with g_strfreev. */
GStrv studio_runs_table_columns (StudioRunsTable *table);

/** The column that sorts; NULL: none. */
const char *studio_runs_table_order (StudioRunsTable *table, gboolean *descending);
void studio_runs_table_sort (StudioRunsTable *table, const char *key, gboolean descending);

/** Rows chosen; free with gtk_bitset_unref. */
GtkBitset *studio_runs_table_selected_rows (StudioRunsTable *table);
/** Ids of the runs chosen, of groups all of theirs; free with g_strfreev. */
GStrv studio_runs_table_selected (StudioRunsTable *table);
void studio_runs_table_select_all (StudioRunsTable *table, gboolean all);
/** Chooses the runs of these ids only. */
void studio_runs_table_select (StudioRunsTable *table, const char *const *ids);
void studio_runs_table_grab_focus (StudioRunsTable *table);
