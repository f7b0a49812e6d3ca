/* SPDX-License-Identifier: Apache-2.0
 *
 * What tests of the Figures page share.
 */
#pragma once

#include "desktop.h"
#include "ui/desktop/chart-area.h"

/** A window on the workspace that shows the gallery's learning curves. */
StudioWindow *figures_open (const char *workspace);
StudioChartArea *figures_area (gpointer window);
/** Owned by the area; NULL: none yet. */
AssayChart *figures_chart (gpointer window);
/** Waits until the page, which draws nothing else any more, shows a figure of this title whose
 *  caption has @says (NULL: anything). */
void figures_wait (StudioWindow *window, const char *title, const char *says);
/** Gives a command of the window; @target NULL: it takes none. */
void figures_give (StudioWindow *window, const char *action, const char *target);
void figures_set_option (StudioWindow *window, const char *name, const char *value);
/** Exports what is seen, and waits for it. */
void figures_export (StudioWindow *window, const char *path);
/** Runs a command line, whose first word is that of the tests' program, in a folder. */
void figures_run (const char *command, const char *folder);
void figures_assert_equal_files (const char *one, const char *other);

/** Tests of changed and of kept figures; @workspace has the preset quick of the gallery. */
void figures_add_option_tests (const char *workspace);
/** After the last test. */
void figures_end_option_tests (void);
void figures_add_kept_tests (const char *workspace);
