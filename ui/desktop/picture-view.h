/* SPDX-License-Identifier: Apache-2.0
 *
 * A picture that a run wrote, pixel by pixel if need be.
 */
#pragma once

#include <adwaita.h>

#define STUDIO_TYPE_PICTURE_VIEW (studio_picture_view_get_type ())
G_DECLARE_FINAL_TYPE (StudioPictureView, studio_picture_view, STUDIO, PICTURE_VIEW, AdwBin)

/** Starts reading the file, artifacts/<name>.ppm of a run. */
GtkWidget *studio_picture_view_new (const char *path);
