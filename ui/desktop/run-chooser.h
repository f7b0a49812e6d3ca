/* SPDX-License-Identifier: Apache-2.0
 *
 * Which study and which of its runs are looked at: two drop-downs that show the session's
 * selection and change it.  As long as nothing is selected the study of the newest run is shown.
 *
 * Signal "changed": another study is shown, or other runs.
 */
#pragma once

#include "ui/desktop/session.h"
#include <adwaita.h>

#define STUDIO_TYPE_RUN_CHOOSER (studio_run_chooser_get_type ())
G_DECLARE_FINAL_TYPE (StudioRunChooser, studio_run_chooser, STUDIO, RUN_CHOOSER, GtkBox)

/** Once, after it has been made. */
void studio_run_chooser_set_session (StudioRunChooser *chooser, StudioSession *session);
/** The study that is shown; NULL: there is none. */
const char *studio_run_chooser_study (StudioRunChooser *chooser);
