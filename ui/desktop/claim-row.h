/* SPDX-License-Identifier: Apache-2.0
 *
 * A claim in the list of verdicts: in columns where there is room, else one below the other.
 */
#pragma once

#include "ui/desktop/verdicts.h"
#include <adwaita.h>

#define STUDIO_TYPE_CLAIM_ROW (studio_claim_row_get_type ())
G_DECLARE_FINAL_TYPE (StudioClaimRow, studio_claim_row, STUDIO, CLAIM_ROW, GtkListBoxRow)

/** @groups: a GtkSizeGroup for each column, which the head of the list has, too. */
GtkWidget *studio_claim_row_new (GtkSizeGroup *const *groups);
#define STUDIO_CLAIM_COLUMNS 5
extern const char *const studio_claim_columns[STUDIO_CLAIM_COLUMNS]; /* their titles */

/** Shows verdict @i. */
void studio_claim_row_set (StudioClaimRow *row, StudioVerdicts *verdicts, guint i);
void studio_claim_row_set_narrow (StudioClaimRow *row, gboolean narrow);
const AssayVerdict *studio_claim_row_verdict (StudioClaimRow *row);
guint studio_claim_row_number (StudioClaimRow *row);

/** Icon and word of a verdict, in its colour. */
GtkWidget *studio_verdict_badge_new (void);
void studio_verdict_badge_set (GtkWidget *badge, AssayVerdictKind kind);
const char *studio_verdict_icon (AssayVerdictKind kind);
/** "Not evaluable". */
const char *studio_verdict_title (AssayVerdictKind kind);
