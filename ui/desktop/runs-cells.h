/* SPDX-License-Identifier: Apache-2.0
 *
 * The cells and cards of the runs table.
 */
#pragma once

#include "ui/desktop/runs-at.h"
#include "ui/desktop/runs-model.h"
#include <gtk/gtk.h>

typedef struct _StudioRunsCells StudioRunsCells;

/** Cells emit "star" and "activated" (guint row) of @table; it and @at outlive them. */
StudioRunsCells *studio_runs_cells_new (StudioRunsModel *model, StudioRunsAt *at, GtkWidget *table);
void studio_runs_cells_free (StudioRunsCells *cells);
/** The cells of a column; @key NULL: cards, a row each. */
GtkListItemFactory *studio_runs_cells_factory (StudioRunsCells *cells, const char *key);
/** Whether cells of this factory stand to the right, from when they are next updated. */
void studio_runs_cells_set_numbers (GtkListItemFactory *factory, gboolean numbers);
/** Shows what the model has now: rows from @first to @last (what is seen) before the next frame,
 *  the others bit by bit. */
void studio_runs_cells_update (StudioRunsCells *cells, guint first, guint last);
/** The row of the cell or card around a widget; FALSE: it is in none. */
gboolean studio_runs_cells_row (GtkWidget *widget, guint *row);
