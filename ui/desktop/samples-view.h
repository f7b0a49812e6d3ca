/* SPDX-License-Identifier: Apache-2.0
 *
 * Texts that a run wrote, to read: searched, sorted, arms side by side.
 */
#pragma once

#include "ui/desktop/session.h"
#include <adwaita.h>

#define STUDIO_TYPE_SAMPLES_VIEW (studio_samples_view_get_type ())
G_DECLARE_FINAL_TYPE (StudioSamplesView, studio_samples_view, STUDIO, SAMPLES_VIEW, AdwBin)

/** Starts reading samples/@name.jsonl of @run, and the numbers that belong to them. */
GtkWidget *studio_samples_view_new (StudioSession *session, const char *run, const char *name);
