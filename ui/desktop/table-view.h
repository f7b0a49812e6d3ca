/* SPDX-License-Identifier: Apache-2.0
 *
 * A table that a run wrote, by columns that sort.
 */
#pragma once

#include <adwaita.h>

#define STUDIO_TYPE_TABLE_VIEW (studio_table_view_get_type ())
G_DECLARE_FINAL_TYPE (StudioTableView, studio_table_view, STUDIO, TABLE_VIEW, AdwBin)

/** Starts reading the file, artifacts/<name>.table.json of a run. */
GtkWidget *studio_table_view_new (const char *path);
