/* SPDX-License-Identifier: Apache-2.0
 *
 * The form of a study, generated from its parameters: preset, seeds, values, what they come to, and
 * the button that runs them.  It keeps a draft that survives a kill.
 */
#pragma once

#include "ui/desktop/draft.h"
#include "ui/desktop/session.h"
#include <adwaita.h>

#define STUDIO_TYPE_FORM (studio_form_get_type ())
G_DECLARE_FINAL_TYPE (StudioForm, studio_form, STUDIO, FORM, AdwBin)

void studio_form_set_session (StudioForm *form, StudioSession *session);
/** Shows the form of @study with its kept draft; NULL: none. */
void studio_form_set_study (StudioForm *form, AssayStudyInfo *study);

/** Runs what is set, in the background. */
void studio_form_run (StudioForm *form);
/** Puts the command line that makes the same runs into the clipboard. */
void studio_form_copy_command (StudioForm *form);
/** Everything as the preset has it. */
void studio_form_reset (StudioForm *form);

/** That command line; NULL: what is set cannot be run.  Free with g_free. */
char *studio_form_command (StudioForm *form);
/** What would run; NULL: it cannot.  The form's own. */
const AssayPlan *studio_form_plan (StudioForm *form);
/** What is set; the form's own. */
const StudioDraft *studio_form_draft (StudioForm *form);
/** Nothing is being worked out. */
gboolean studio_form_is_settled (StudioForm *form);
/** What is set is on the disk. */
gboolean studio_form_is_kept (StudioForm *form);
