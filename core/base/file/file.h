/* SPDX-License-Identifier: Apache-2.0
 *
 * The few system calls on which "nothing is lost" rests.  Everything that
 * Assay keeps is written through here, so that tests can make the n-th call
 * fail: ASSAY_FAULT=write:17 (also fsync, rename, open), compiled with -Dfault=true.
 */
#ifndef ASSAY_BASE_FILE_H
#define ASSAY_BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* As the system calls: -1 and errno.  `write` repeats until all is written. */
int assay_file_open (const char *path, int flags, mode_t mode);
bool assay_file_write (int fd, const void *data, size_t size);
int assay_file_sync (int fd);
int assay_file_rename (const char *from, const char *to);

/** Replaces @path by @data in one step: temporary file beside it, fsync, rename,
 *  fsync of the folder.  On failure the old content stands, errno is set. */
bool assay_file_replace (const char *path, const void *data, size_t size);

#endif
