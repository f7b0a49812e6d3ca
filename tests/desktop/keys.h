/* SPDX-License-Identifier: Apache-2.0
 *
 * What tests of commands and keys share.
 */
#pragma once

#include "desktop.h"
#include "ui/desktop/actions.h"

/** That all tests look at, on a workspace with runs of the gallery. */
extern StudioWindow *keys_window;

/** The action of a row without its target, such as "win.page"; freed by the caller. */
char *keys_action (const StudioAction *row);
/** A widget's own shortcuts have this key. */
gboolean keys_is_bound (gpointer widget, const char *accelerator);

/** Tests of the windows that tell the keys; of what keys mean on each page. */
void keys_add_window_tests (void);
void keys_add_page_tests (void);
