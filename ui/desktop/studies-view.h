/* SPDX-License-Identifier: Apache-2.0
 *
 * What can be run: cards, a page for each study with its form, and drafts.
 */
#pragma once

#include "ui/desktop/form.h"
#include "ui/desktop/session.h"
#include <adwaita.h>

#define STUDIO_TYPE_STUDIES_VIEW (studio_studies_view_get_type ())
G_DECLARE_FINAL_TYPE (StudioStudiesView, studio_studies_view, STUDIO, STUDIES_VIEW, AdwBin)

/** Adds the view's commands to the window. */
void studio_studies_view_add_actions (gpointer view, GActionMap *map);
/** Shows the page of one study; NULL: the cards. */
void studio_studies_view_show_study (StudioStudiesView *view, const char *study);
/** The form of the study that is shown. */
StudioForm *studio_studies_view_form (StudioStudiesView *view);
