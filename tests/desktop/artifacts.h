/* SPDX-License-Identifier: Apache-2.0
 *
 * What tests of windows with an artifact share.
 */
#pragma once

#include "desktop.h"

/** Id of the only run of a workspace; freed by the caller. */
char *artifacts_run (const char *workspace);
/** Opens a file of that run in a window of its own. */
GtkWindow *artifacts_open (StudioWindow *window, const char *workspace, const char *file);
/** The window of an artifact that is open; NULL: none is. */
GtkWindow *artifacts_window (void);
