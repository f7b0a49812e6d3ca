/* SPDX-License-Identifier: Apache-2.0
 *
 * The few system calls on which "nothing is lost" rests.  Everything that
 * Assay keeps is written through here, so that tests can make the n-th call
 * fail (compiled with -Dfault=true only), by the environment variable
 *
 *   ASSAY_FAULT=write:17        the 17th write of this process fails with ENOSPC
 *   ASSAY_FAULT=write:17:short  it writes half of what it should, the next one fails
 *   ASSAY_FAULT=write:17+       it and all later ones fail, as on a full disk
 *
 * and likewise fsync and rename (EIO) and open (EMFILE).
 */
#ifndef ASSAY_BASE_FILE_H
#define ASSAY_BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* As the system calls: -1 and errno; interrupted calls are repeated, descriptors
 * are closed on exec.  `write` repeats until all is written: false and errno. */
int assay_file_open (const char *path, int flags, mode_t mode);
bool assay_file_write (int fd, const void *data, size_t size);
int assay_file_sync (int fd);
int assay_file_rename (const char *from, const char *to);

/** Replaces @path by @data in one step: temporary file ".assay-<pid>-<n>.tmp" beside
 *  it, fsync, rename, fsync of the folder.  On failure errno is set and the old content
 *  stands; only if nothing but the last fsync failed the new content does.  Either is whole. */
bool assay_file_replace (const char *path, const void *data, size_t size);

/** A piece of a file. */
typedef struct AssayFilePart
{
  const void *data;
  size_t size;
} AssayFilePart;

/** The same with the content in @n pieces. */
bool assay_file_replace_parts (const char *path, const AssayFilePart *parts, size_t n);

#ifdef ASSAY_FAULT_INJECTION
/** Arms a fault anew, as ASSAY_FAULT does (NULL: none), and counts from 0. */
void assay_file_fault (const char *spec);
#endif

#endif
