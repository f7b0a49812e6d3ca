/* SPDX-License-Identifier: Apache-2.0
 *
 * One study: its form, and what it asks: question, claims with their rules, figures, where it
 * comes from.
 */
#pragma once

#include "ui/desktop/form.h"

#define STUDIO_TYPE_STUDY_PAGE (studio_study_page_get_type ())
G_DECLARE_FINAL_TYPE (StudioStudyPage, studio_study_page, STUDIO, STUDY_PAGE, AdwBin)

void studio_study_page_set_session (StudioStudyPage *page, StudioSession *session);
/** NULL: none. */
void studio_study_page_set_study (StudioStudyPage *page, AssayStudyInfo *study);
StudioForm *studio_study_page_form (StudioStudyPage *page);
