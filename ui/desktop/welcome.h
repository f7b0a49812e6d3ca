/* SPDX-License-Identifier: Apache-2.0
 *
 * What to do first, in a workspace without runs.
 */
#pragma once

#include <adwaita.h>

#define STUDIO_TYPE_WELCOME (studio_welcome_get_type ())
G_DECLARE_FINAL_TYPE (StudioWelcome, studio_welcome, STUDIO, WELCOME, AdwBin)
