/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "host/run/supervisor.h"

/** The display of a plan that runs: on a terminal a bar for every live run, the whole plan's
 *  state and an ETA; elsewhere only failures, one line each.  Writes to stderr. */
typedef struct _AssayProgress AssayProgress;

AssayProgress *assay_progress_display_new (AssayPlan *plan);
/** An AssayRunEventFunc; @display is the AssayProgress. */
void assay_progress_display_event (const AssayRunEvent *event, gpointer display);
/** Clears the bars; frees. */
void assay_progress_display_end (AssayProgress *display);
