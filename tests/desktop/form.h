/* SPDX-License-Identifier: Apache-2.0
 *
 * What tests of a study's form share.
 */
#pragma once

#include "desktop.h"
#include "ui/desktop/param-row.h"
#include "ui/desktop/studies-view.h"

StudioForm *form_of (StudioWindow *window);
/** Of a StudioStudiesView. */
gboolean form_is_settled (gpointer view);
/** Waits until all is worked out; until it is on the disk, too. */
void form_settle (StudioWindow *window);
void form_wait_kept (StudioWindow *window);
/** Closes the window when all is kept, so that the next one finds it. */
void form_close (StudioWindow *window);
/** A window on an empty workspace that shows this study. */
StudioWindow *form_open (const char *study);

/** The row of a parameter in @widget; NULL: it was never needed. */
StudioParamRow *form_row (gpointer widget, const char *id);
gboolean form_asks (StudioWindow *window, const char *id);
/** The control that is shown in a parameter's row. */
gpointer form_control (StudioWindow *window, const char *id, GType type);
void form_type (StudioWindow *window, const char *id, const char *text);
void form_choose (StudioWindow *window, const char *id, const char *value);
void form_toggle_sweep (StudioWindow *window, const char *id);
/** A spin button of the form, by its name. */
void form_set_amount (StudioWindow *window, const char *name, double value);

const char *form_estimate (StudioWindow *window);
void form_wait_estimate (StudioWindow *window, const char *text);
gboolean form_can (StudioWindow *window, const char *action);
/** What a shell prints that is given @line, with the program in its path; freed by the caller. */
char *form_shell (const char *line);
/** What is in the clipboard after "Copy as Command"; freed by the caller. */
char *form_copied_command (StudioWindow *window);
/** What the form runs is what a shell would that is given the command it copies. */
void form_check_command (StudioWindow *window);

/** Tests of values and their controls; of presets, seeds, limits, commands and what is undone. */
void form_add_value_tests (void);
void form_add_plan_tests (void);
