/* SPDX-License-Identifier: Apache-2.0
 *
 * A list model of row numbers, whose items are made only when they are looked at.
 */
#pragma once

#include <gio/gio.h>

#define STUDIO_TYPE_ROW (studio_row_get_type ())
G_DECLARE_FINAL_TYPE (StudioRow, studio_row, STUDIO, ROW, GObject)
guint studio_row_number (StudioRow *row);

#define STUDIO_TYPE_ROWS (studio_rows_get_type ())
G_DECLARE_FINAL_TYPE (StudioRows, studio_rows, STUDIO, ROWS, GObject)

StudioRows *studio_rows_new (void);
/** Row numbers 0..n-1. */
void studio_rows_set (StudioRows *rows, guint n);
