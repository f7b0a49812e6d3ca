/* SPDX-License-Identifier: Apache-2.0
 *
 * A claim in the list of verdicts: in columns where there is room, else one below the other.
 */
#pragma once

#include "ui/desktop/verdicts.h"
#include <adwaita.h>

#define STUDIO_TYPE_CLAIM_ROW (studio_claim_row_get_type ())
G_DECLARE_FINAL_TYPE (StudioClaimRow, studio_claim_row, STUDIO, CLAIM_ROW, GtkListBoxRow)

GtkWidget *studio_claim_row_new (void);
#define STUDIO_CLAIM_COLUMNS 5
extern const char *const studio_claim_columns[STUDIO_CLAIM_COLUMNS]; /* their titles */
/** Widths of the columns in pixels, in the font of @widget; -1: what is left. */
void studio_claim_column_widths (GtkWidget *widget, int widths[STUDIO_CLAIM_COLUMNS]);

/** Shows verdict @i. */
void studio_claim_row_set (StudioClaimRow *row, StudioVerdicts *verdicts, guint i);
/** In columns of these widths; NULL: one cell below the other. */
void studio_claim_row_set_widths (StudioClaimRow *row, const int *widths);
const AssayVerdict *studio_claim_row_verdict (StudioClaimRow *row);
guint studio_claim_row_number (StudioClaimRow *row);

/** Icon and word of a verdict, in its colour. */
GtkWidget *studio_verdict_badge_new (void);
void studio_verdict_badge_set (GtkWidget *badge, AssayVerdictKind kind);
const char *studio_verdict_icon (AssayVerdictKind kind);
/** "Not evaluable". */
const char *studio_verdict_title (AssayVerdictKind kind);
