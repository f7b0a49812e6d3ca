/* SPDX-License-Identifier: Apache-2.0
 *
 * The choice of a study's preset: an AdwComboRow that shows what each is.
 */
#pragma once

#include "host/registry/registry.h"
#include <adwaita.h>

/** Fills the row with what @study offers; without "quick" also no preset at all, as on the command
 *  line.  The row keeps a reference on @study. */
void studio_preset_row_set_study (AdwComboRow *row, AssayStudyInfo *study);
/** Chooses @id if it is offered, else what is taken without a word. */
void studio_preset_row_choose (AdwComboRow *row, const char *id);
/** What is chosen; NULL: none. */
const AssayPreset *studio_preset_row_chosen (AdwComboRow *row);
/** Whether @id is offered. */
gboolean studio_preset_row_offers (AdwComboRow *row, const char *id);
