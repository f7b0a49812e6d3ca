/* SPDX-License-Identifier: Apache-2.0
 *
 * One parameter of a form: what it is, a control for one value or for several, what is wrong.
 *
 * Signal "edited" (row, text, several): a person has set it; text NULL: back to the preset's.
 */
#pragma once

#include "ui/desktop/draft.h"
#include <adwaita.h>

#define STUDIO_TYPE_PARAM_ROW (studio_param_row_get_type ())
G_DECLARE_FINAL_TYPE (StudioParamRow, studio_param_row, STUDIO, PARAM_ROW, AdwPreferencesRow)

/** @param is lent: its study must outlive the row. */
StudioParamRow *studio_param_row_new (const AssayParam *param);
const AssayParam *studio_param_row_param (StudioParamRow *row);

/** Shows @setting, or where it is NULL the preset's @values; @problem: what is wrong, or NULL. */
void studio_param_row_show (StudioParamRow *row, const StudioSetting *setting,
                            const char *const *values, const char *problem);
