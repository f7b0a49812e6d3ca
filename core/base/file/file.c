/* SPDX-License-Identifier: Apache-2.0 */
#include "base/file/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Keeps each system call below the 2 GiB that Linux takes at once. */
#define MAX_WRITE ((size_t) 1 << 30)

#ifdef ASSAY_FAULT_INJECTION

typedef enum FaultCall
{
  FAULT_WRITE,
  FAULT_FSYNC,
  FAULT_RENAME,
  FAULT_OPEN,
  N_FAULT_CALLS
} FaultCall;

static const struct
{
  const char *name;
  int error;
} fault_calls[N_FAULT_CALLS] = {
  [FAULT_WRITE] = { "write", ENOSPC },
  [FAULT_FSYNC] = { "fsync", EIO },
  [FAULT_RENAME] = { "rename", EIO },
  [FAULT_OPEN] = { "open", EMFILE },
};

static struct
{
  bool read, is_short, lasting;
  int call; /* -1: none */
  long at;
  atomic_long n[N_FAULT_CALLS];
} fault = { .call = -1 };

void
assay_file_fault (const char *spec)
{
  const char *colon = spec != NULL ? strchr (spec, ':') : NULL;
  char *rest = NULL;

  fault.read = true;
  fault.call = -1;
  fault.is_short = fault.lasting = false;
  for (int i = 0; i < N_FAULT_CALLS; i++)
    {
      fault.n[i] = 0;
      if (colon != NULL && strlen (fault_calls[i].name) == (size_t) (colon - spec)
          && strncmp (spec, fault_calls[i].name, (size_t) (colon - spec)) == 0)
        fault.call = i;
    }
  if (fault.call < 0)
    return;
  fault.at = strtol (colon + 1, &rest, 10);
  fault.is_short = strcmp (rest, ":short") == 0;
  fault.lasting = strcmp (rest, "+") == 0;
}

/* Counts a call; 0, or the number of the failing call from which on it fails: 1, 2, ... */
static long
fault_hit (FaultCall call)
{
  long n = 0;

  if (!fault.read)
    assay_file_fault (getenv ("ASSAY_FAULT"));
  n = ++fault.n[call] - fault.at + 1;
  return (int) call == fault.call && n > 0 ? n : 0;
}

static bool
fault_fails (FaultCall call)
{
  long n = fault_hit (call);

  if (n == 0 || (n > 1 && !fault.lasting))
    return false;
  errno = fault_calls[call].error;
  return true;
}

static ssize_t
write_some (int fd, const void *data, size_t size)
{
  long n = fault_hit (FAULT_WRITE);

  if (n == 1 && fault.is_short && size > 1)
    return write (fd, data, size / 2);
  if (n == 1 || (n == 2 && fault.is_short) || (n > 0 && fault.lasting))
    {
      errno = ENOSPC;
      return -1;
    }
  return write (fd, data, size);
}

#define FAILS(call) fault_fails (call)
#else
#define FAILS(call) false
#define write_some write
#endif

int
assay_file_open (const char *path, int flags, mode_t mode)
{
  int fd = -1;

  if (FAILS (FAULT_OPEN))
    return -1;
  do
    fd = open (path, flags | O_CLOEXEC, mode);
  while (fd < 0 && errno == EINTR);
  return fd;
}

bool
assay_file_write (int fd, const void *data, size_t size)
{
  const char *at = data;

  while (size > 0)
    {
      ssize_t n = write_some (fd, at, size < MAX_WRITE ? size : MAX_WRITE);

      if (n < 0 && errno == EINTR)
        continue;
      if (n == 0)
        errno = EIO;
      if (n <= 0)
        return false;
      at += n;
      size -= (size_t) n;
    }
  return true;
}

int
assay_file_sync (int fd)
{
  int result = -1;

  if (FAILS (FAULT_FSYNC))
    return -1;
  do
    result = fsync (fd);
  while (result < 0 && errno == EINTR);
  return result;
}

int
assay_file_rename (const char *from, const char *to)
{
  return FAILS (FAULT_RENAME) ? -1 : rename (from, to);
}

/* Opens a new file beside @path; its name does not grow with that of @path, which
 * may already be as long as the file system takes. */
static int
open_temporary (const char *path, char *temporary, size_t size)
{
  static atomic_uint counter;
  const char *slash = strrchr (path, '/');
  int folder = slash != NULL ? (int) (slash - path) + 1 : 0, fd = -1;

  do
    {
      snprintf (temporary, size, "%.*s.assay-%ld-%u.tmp", folder, path, (long) getpid (),
                counter++);
      fd = assay_file_open (temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0666);
    }
  while (fd < 0 && errno == EEXIST);
  return fd;
}

static bool
write_parts (int fd, const AssayFilePart *parts, size_t n)
{
  for (size_t i = 0; i < n; i++)
    if (!assay_file_write (fd, parts[i].data, parts[i].size))
      return false;
  return assay_file_sync (fd) == 0;
}

static bool
sync_folder (const char *path)
{
  const char *slash = strrchr (path, '/');
  char *folder = slash == NULL ? strdup (".") : strndup (path, (size_t) (slash - path) + 1);
  int fd = folder != NULL ? assay_file_open (folder, O_RDONLY | O_DIRECTORY, 0) : -1;
  /* Some file systems have no fsync for folders; they say EINVAL. */
  bool ok = fd >= 0 && (assay_file_sync (fd) == 0 || errno == EINVAL);
  int error = errno;

  if (fd >= 0)
    close (fd);
  free (folder);
  errno = error;
  return ok;
}

bool
assay_file_replace_parts (const char *path, const AssayFilePart *parts, size_t n)
{
  size_t size = strlen (path) + 64;
  char *temporary = malloc (size);
  int fd = temporary != NULL ? open_temporary (path, temporary, size) : -1, error = 0;
  bool ok = fd >= 0 && write_parts (fd, parts, n);

  error = errno;
  if (fd >= 0 && close (fd) < 0 && ok)
    {
      ok = false;
      error = errno;
    }
  if (ok && assay_file_rename (temporary, path) < 0)
    {
      ok = false;
      error = errno;
    }
  if (!ok && fd >= 0)
    unlink (temporary);
  free (temporary);
  errno = error;
  return ok && sync_folder (path);
}

bool
assay_file_replace (const char *path, const void *data, size_t size)
{
  return assay_file_replace_parts (path, &(AssayFilePart){ data, size }, 1);
}
