/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "host/registry/error.h"

/** Removes a folder and all in it, following no symbolic link.  An absent one is fine. */
gboolean assay_tree_remove (const char *path, GError **error);
/** Bytes of all files in it. */
guint64 assay_tree_bytes (const char *path);
