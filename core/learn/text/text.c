/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/text/text.h"

#include "base/file/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

bool
assay_text_fail (AssayTextError *error, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  vsnprintf (error->text, sizeof error->text, format, arguments);
  va_end (arguments);
  return false;
}

static bool
starts_with (AssayText text, const char *bytes, size_t n)
{
  return text.length >= n && memcmp (text.bytes, bytes, n) == 0;
}

/* Maps what @fd is open on. */
static bool
map_file (AssayTextFile *file, int fd, const char *path, AssayTextError *error)
{
  struct stat st;

  if (fstat (fd, &st) != 0)
    return assay_text_fail (error, "%.300s: %s", path, strerror (errno));
  if (!S_ISREG (st.st_mode))
    return assay_text_fail (error, "%.300s: is not a file that can be mapped; save it as one",
                            path);
  if ((uint64_t) st.st_size > SIZE_MAX / 2)
    return assay_text_fail (error, "%.300s: is too large for this machine", path);
  file->text = (AssayText){ "", (size_t) st.st_size };
  if (st.st_size == 0)
    return true;
  file->map = mmap (NULL, file->text.length, PROT_READ, MAP_PRIVATE, fd, 0);
  if (file->map == MAP_FAILED)
    {
      file->map = NULL;
      return assay_text_fail (error, "%.300s: %s", path, strerror (errno));
    }
  file->mapped = file->text.length;
  file->text.bytes = file->map;
  return true;
}

bool
assay_text_open (AssayTextFile *file, const char *path, AssayTextError *error)
{
  /* Not blocking: a pipe that nobody writes to would hold us for ever. */
  int fd = assay_file_open (path, O_RDONLY | O_NONBLOCK, 0);
  bool ok = false;

  *file = (AssayTextFile){ .path = NULL };
  if (fd < 0)
    return assay_text_fail (error, "%.300s: %s", path, strerror (errno));
  ok = map_file (file, fd, path, error);
  close (fd);
  if (ok && (starts_with (file->text, "\xff\xfe", 2) || starts_with (file->text, "\xfe\xff", 2)))
    ok = assay_text_fail (error, "%.300s: is UTF-16; save it as UTF-8", path);
  if (ok && starts_with (file->text, "\xef\xbb\xbf", 3))
    file->text = (AssayText){ file->text.bytes + 3, file->text.length - 3 };
  if (ok && (file->path = strdup (path)) == NULL)
    ok = assay_text_fail (error, "%.300s: %s", path, strerror (ENOMEM));
  if (!ok)
    assay_text_close (file);
  return ok;
}

void
assay_text_close (AssayTextFile *file)
{
  if (file->map != NULL)
    munmap (file->map, file->mapped);
  free (file->path);
  *file = (AssayTextFile){ .path = NULL };
}

bool
assay_text_line (AssayText text, size_t *at, AssayText *line)
{
  const char *begin = text.bytes + *at, *end = NULL;

  if (*at >= text.length)
    return false;
  end = memchr (begin, '\n', text.length - *at);
  *line = (AssayText){ begin, end != NULL ? (size_t) (end - begin) : text.length - *at };
  *at += line->length + (end != NULL);
  if (line->length > 0 && begin[line->length - 1] == '\r')
    line->length--;
  return true;
}

bool
assay_text_equal (AssayText a, AssayText b)
{
  return a.length == b.length && (a.length == 0 || memcmp (a.bytes, b.bytes, a.length) == 0);
}

uint64_t
assay_text_hash (AssayText text)
{
  uint64_t hash = 0xcbf29ce484222325u;

  for (size_t i = 0; i < text.length; i++)
    hash = (hash ^ (unsigned char) text.bytes[i]) * 0x100000001b3u;
  return hash;
}
