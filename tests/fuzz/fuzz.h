/* SPDX-License-Identifier: Apache-2.0
 *
 * What fuzz targets share.  A target is one file with LLVMFuzzerTestOneInput; it is linked
 * with libFuzzer (-Dfuzz=true) or with standalone.c, which replays and mutates its corpus.
 */
#ifndef ASSAY_FUZZ_H
#define ASSAY_FUZZ_H

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/** What must hold for any input. */
#define FUZZ_CHECK(condition)                                                                      \
  do                                                                                               \
    if (!(condition))                                                                              \
      {                                                                                            \
        fprintf (stderr, "%s:%d: %s does not hold\n", __FILE__, __LINE__, #condition);             \
        abort ();                                                                                  \
      }                                                                                            \
  while (0)

/** A file in memory with these bytes, for parsers that take a path.  Lent until the next call. */
static inline const char *
fuzz_file (const void *data, size_t size)
{
  static int fd = -1;
  static char path[64];

  if (fd < 0)
    fd = memfd_create ("fuzz", MFD_CLOEXEC);
  FUZZ_CHECK (fd >= 0 && ftruncate (fd, 0) == 0);
  FUZZ_CHECK (size == 0 || pwrite (fd, data, size, 0) == (ssize_t) size);
  snprintf (path, sizeof path, "/proc/self/fd/%d", fd);
  return path;
}

static inline void
fuzz_remove_path (void)
{
  char path[64];

  snprintf (path, sizeof path, "/dev/shm/assay-fuzz-%ld", (long) getpid ());
  unlink (path);
}

/** A path in memory that may be written, the same in all calls; removed at the end. */
static inline const char *
fuzz_path (void)
{
  static char path[64];

  if (path[0] == '\0')
    atexit (fuzz_remove_path);
  snprintf (path, sizeof path, "/dev/shm/assay-fuzz-%ld", (long) getpid ());
  return path;
}

#endif
