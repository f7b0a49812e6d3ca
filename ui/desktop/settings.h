/* SPDX-License-Identifier: Apache-2.0
 *
 * What a person prefers, kept by GSettings (data/desktop/org.assay.Studio.gschema.xml).
 */
#pragma once

#include <gio/gio.h>

/** The settings of the program; lent.  Their schema is found beside the program, in its prefix or
 *  in the build tree, whatever the environment says. */
GSettings *studio_settings (void);
/** Puts a workspace's folder first among those that were opened. */
void studio_settings_add_recent (const char *path);
