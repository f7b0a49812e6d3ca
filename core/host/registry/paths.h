/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

/** Folders in which plugins are looked for, in order. */
GStrv paths_plugin_folders (void);
