/* SPDX-License-Identifier: Apache-2.0
 *
 * The parameters of a study in their groups: a row for each that applies in what is set.
 *
 * Signal "edited" (list, id, text, several): a person has set it; text NULL: back to the preset's.
 */
#pragma once

#include "ui/desktop/outline.h"
#include <adwaita.h>

#define STUDIO_TYPE_PARAM_LIST (studio_param_list_get_type ())
G_DECLARE_FINAL_TYPE (StudioParamList, studio_param_list, STUDIO, PARAM_LIST, AdwBin)

/** An empty list for this study; NULL: for none. */
void studio_param_list_set_study (StudioParamList *list, AssayStudyInfo *study);
/** Shows what is set and what it comes to, a few rows at a time.  @draft is lent until the next
 *  call; @outline must have values. */
void studio_param_list_show (StudioParamList *list, const StudioDraft *draft,
                             StudioOutline *outline);
/** All rows are shown. */
gboolean studio_param_list_is_complete (StudioParamList *list);
