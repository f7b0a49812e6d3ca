/* SPDX-License-Identifier: Apache-2.0
 *
 * Writes tar archives (POSIX.1-2001: ustar, with pax headers for long names).  No times, owners
 * or modes of the files are kept: equal content gives equal bytes.
 */
#pragma once

#include "host/registry/error.h"
#include <gio/gio.h>

/** Adds a member of these bytes. */
gboolean assay_tar_add (GOutputStream *out, const char *name, const void *data, gsize size,
                        GError **error);
/** Adds a regular file; one that is none (a symbolic link, a pipe) is an error of G_IO_ERROR,
 *  NOT_REGULAR_FILE, before anything is written. */
gboolean assay_tar_add_file (GOutputStream *out, const char *name, const char *path,
                             GError **error);
/** The end of the archive. */
gboolean assay_tar_end (GOutputStream *out, GError **error);
