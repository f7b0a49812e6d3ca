/* SPDX-License-Identifier: Apache-2.0
 *
 * A container that knows whether it is narrow: what GTK 4.8 has instead of breakpoints.  Its child
 * may be cut for the moment until those who listen have laid it out anew.
 */
#pragma once

#include <adwaita.h>

#define STUDIO_TYPE_WIDTH_BIN (studio_width_bin_get_type ())
G_DECLARE_FINAL_TYPE (StudioWidthBin, studio_width_bin, STUDIO, WIDTH_BIN, GtkWidget)

/** Property "narrow": its width is below the property "threshold" (pixels). */
gboolean studio_width_bin_is_narrow (StudioWidthBin *bin);

/** Lets a drop-down of strings become narrower than its longest string. */
void studio_drop_down_ellipsize (GtkDropDown *drop);
