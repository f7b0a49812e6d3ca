/* SPDX-License-Identifier: Apache-2.0
 *
 * org.assay.Studio: one process, one window a workspace.
 */
#pragma once

#include <adwaita.h>

#define STUDIO_TYPE_APPLICATION (studio_application_get_type ())
G_DECLARE_FINAL_TYPE (StudioApplication, studio_application, STUDIO, APPLICATION, AdwApplication)

#define STUDIO_APPLICATION_ID "org.assay.Studio"

StudioApplication *studio_application_new (void);
/** The preferences, for gtk_window_present. */
GtkWindow *studio_application_preferences (GtkWindow *parent);
