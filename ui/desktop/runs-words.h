/* SPDX-License-Identifier: Apache-2.0
 *
 * How states and columns of runs are called and shown.
 */
#pragma once

#include "ui/desktop/runs-answer.h"

/** Icon, style class and name of a state, the same everywhere. */
const char *studio_state_icon (AssayState state);
const char *studio_state_style (AssayState state);
const char *studio_state_title (AssayState state);
/** "Done", "Running · 40 %"; free with g_free. */
char *studio_run_state (const AssayRunRow *run);

/** What people call a column; free with g_free. */
char *studio_column_title (const char *key);
/** What stands above it, which of a mean tells of what; @answer may be NULL.  Free with g_free. */
char *studio_column_head (const StudioRunsAnswer *answer, const char *key);
/** Whether it is one that every study has, and no parameter or metric. */
gboolean studio_column_is_known (const char *key);
/** Whether it takes what room is left. */
gboolean studio_column_expands (const char *key);
/** Characters that a cell is to have room for. */
guint studio_column_chars (const char *key);
/** Whether numbers stand in it, which are set to the right; @answer may be NULL, @seen: what was
 *  looked at were numbers. */
gboolean studio_column_has_numbers (const StudioRunsAnswer *answer, const char *key, gboolean seen);
