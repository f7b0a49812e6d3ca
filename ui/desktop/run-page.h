/* SPDX-License-Identifier: Apache-2.0
 *
 * One run: how it ended and why, what it measured, what it was made of.
 */
#pragma once

#include "ui/desktop/session.h"
#include <adwaita.h>

#define STUDIO_TYPE_RUN_PAGE (studio_run_page_get_type ())
G_DECLARE_FINAL_TYPE (StudioRunPage, studio_run_page, STUDIO, RUN_PAGE, AdwBin)

/** Signal "left": the page is to be closed. */

/** Once, before anything is shown. */
void studio_run_page_set_session (StudioRunPage *page, StudioSession *session);
/** NULL: nothing any more. */
void studio_run_page_show (StudioRunPage *page, const char *run);
/** NULL: none is shown. */
const char *studio_run_page_run (StudioRunPage *page);
/** NULL: not known yet. */
const char *studio_run_page_study (StudioRunPage *page);
/** FALSE: not known yet. */
gboolean studio_run_page_state (StudioRunPage *page, AssayState *state);
/** Saves what was typed and emits "left". */
void studio_run_page_leave (StudioRunPage *page);
/** Looks at the run again. */
void studio_run_page_runs_changed (StudioRunPage *page);
/** Runs it again in a thread and says whether the results are equal; again: stops that. */
void studio_run_page_verify (StudioRunPage *page);
