/* SPDX-License-Identifier: Apache-2.0 */
#include "base/file/file.h"
#include "base/log/format.h"
#include "base/log/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHUNK 65536u /* grows to the largest frame met, which is at most LOG_MAX_BODY */

struct AssayLogReader
{
  int fd;
  char *path;
  uint64_t offset; /* of the next frame; 0: the file's header is not read yet */
  uint64_t size;   /* of the file when last looked at */
  uint64_t torn;
  uint32_t n_series;
  unsigned char *buffer; /* bytes of the file from `start` */
  uint64_t start;
  size_t n_buffer, room;
  double *numbers; /* the observations of a frame, aligned */
  size_t numbers_room;
};

/* What one attempt to get bytes or a frame came to. */
typedef enum Got
{
  GOT,
  SHORT,
  BROKEN
} Got;

static Got
broken (const AssayLogReader *r, AssayLogError *error, const char *what)
{
  snprintf (error->text, sizeof error->text, "%.300s: damaged at byte %llu: %s", r->path,
            (unsigned long long) r->offset, what);
  return BROKEN;
}

static Got
look_at_size (AssayLogReader *r, AssayLogError *error)
{
  struct stat st;

  if (fstat (r->fd, &st) < 0)
    return broken (r, error, strerror (errno));
  r->size = (uint64_t) st.st_size;
  return r->size < r->offset ? broken (r, error, "the file was cut; open it anew") : GOT;
}

static bool
make_room (AssayLogReader *r, size_t size)
{
  unsigned char *buffer = NULL;

  if (size <= r->room)
    return true;
  buffer = realloc (r->buffer, size);
  if (buffer == NULL)
    return false;
  r->buffer = buffer;
  r->room = size;
  return true;
}

/* Makes the next @size bytes from `offset` stand in the buffer.  @size is checked:
 * a frame's at most. */
static Got
fetch (AssayLogReader *r, size_t size, AssayLogError *error)
{
  size_t kept = 0;

  if (r->offset >= r->start && r->offset + size <= r->start + r->n_buffer)
    return GOT;
  if (r->offset + size > r->size)
    {
      Got got = look_at_size (r, error);

      if (got != GOT || r->offset + size > r->size)
        return got != GOT ? got : SHORT;
    }
  if (r->offset >= r->start && r->offset < r->start + r->n_buffer)
    {
      kept = (size_t) (r->start + r->n_buffer - r->offset);
      memmove (r->buffer, r->buffer + (r->offset - r->start), kept);
    }
  r->start = r->offset;
  r->n_buffer = kept;
  if (!make_room (r, size > CHUNK ? size : CHUNK))
    return broken (r, error, strerror (ENOMEM));
  while (r->n_buffer < size)
    {
      ssize_t n = pread (r->fd, r->buffer + r->n_buffer, r->room - r->n_buffer,
                         (off_t) (r->start + r->n_buffer));

      if (n < 0 && errno != EINTR)
        return broken (r, error, strerror (errno));
      if (n == 0)
        return SHORT;
      r->n_buffer += n > 0 ? (size_t) n : 0;
    }
  return GOT;
}

static unsigned char *
here (const AssayLogReader *r)
{
  return r->buffer + (r->offset - r->start);
}

/* The file's first bytes; those that are there must be right even if some are not yet. */
static Got
read_file_header (AssayLogReader *r, AssayLogError *error)
{
  unsigned char header[LOG_FILE_HEADER];
  ssize_t n = pread (r->fd, header, sizeof header, 0);
  uint32_t format = 0;

  if (n < 0)
    return broken (r, error, strerror (errno));
  if (memcmp (header, LOG_MAGIC, n < 8 ? (size_t) n : 8) != 0)
    return broken (r, error, "this is not a run log");
  if ((size_t) n < sizeof header)
    return look_at_size (r, error) == GOT ? SHORT : BROKEN;
  if (log_get (header + 12) != assay_crc32c (0, header, 12))
    return broken (r, error, "the file's header fails its check");
  format = log_get (header + 8);
  if (format != ASSAY_LOG_FORMAT)
    {
      snprintf (error->text, sizeof error->text,
                "%.300s: log format %u is not the one this Assay reads (%u); use a newer Assay",
                r->path, format, ASSAY_LOG_FORMAT);
      return BROKEN;
    }
  r->offset = LOG_FILE_HEADER;
  return GOT;
}

AssayLogReader *
assay_log_open (const char *path, AssayLogError *error)
{
  AssayLogReader *r = calloc (1, sizeof *r);
  struct stat st;

  if (r == NULL || (r->path = strdup (path)) == NULL)
    {
      snprintf (error->text, sizeof error->text, "%.300s: %s", path, strerror (ENOMEM));
      free (r);
      return NULL;
    }
  /* Not blocking, so that a pipe in the log's place cannot hold us. */
  r->fd = assay_file_open (path, O_RDONLY | O_NONBLOCK, 0);
  if (r->fd < 0 || fstat (r->fd, &st) < 0 || !S_ISREG (st.st_mode))
    {
      snprintf (error->text, sizeof error->text, "%.300s: could not open the log: %s", path,
                r->fd < 0 ? strerror (errno) : "it is not a file");
      assay_log_free (r);
      return NULL;
    }
  if (read_file_header (r, error) == BROKEN)
    {
      assay_log_free (r);
      return NULL;
    }
  return r;
}

void
assay_log_seek (AssayLogReader *r, uint64_t offset, uint32_t n_series)
{
  r->offset = offset;
  r->n_series = n_series;
}

void
assay_log_free (AssayLogReader *r)
{
  if (r == NULL)
    return;
  if (r->fd >= 0)
    close (r->fd);
  free (r->buffer);
  free (r->numbers);
  free (r->path);
  free (r);
}

/* ---- Frames ---------------------------------------------------------------- */

/* Two texts, each with its 0, that fill @size bytes exactly. */
static bool
split_texts (const char *bytes, size_t size, const char **a, const char **b)
{
  size_t n = strnlen (bytes, size) + 1;

  if (n >= size || n + strnlen (bytes + n, size - n) + 1 != size)
    return false;
  *a = bytes;
  *b = bytes + n;
  return true;
}

static Got
parse_series (AssayLogReader *r, const unsigned char *body, uint32_t size, AssayLogFrame *frame,
              AssayLogError *error)
{
  if (size < 6 || size > ASSAY_LOG_MAX_WORDS + 6
      || !split_texts ((const char *) body + 4, size - 4, &frame->metric, &frame->labels))
    return broken (r, error, "a series without metric and labels");
  frame->series = log_get (body);
  if (frame->series != r->n_series || r->n_series >= ASSAY_LOG_MAX_SERIES)
    return broken (r, error, "a series out of order, or more than 10000");
  r->n_series++;
  frame->kind = ASSAY_LOG_SERIES;
  return GOT;
}

static Got
parse_observations (AssayLogReader *r, const unsigned char *body, uint32_t size,
                    AssayLogFrame *frame, AssayLogError *error)
{
  if (size < 20 || (size - 4) % 16 != 0)
    return broken (r, error, "observations of a wrong size");
  frame->series = log_get (body);
  if (frame->series >= r->n_series)
    return broken (r, error, "observations of a series that does not exist");
  if (size > r->numbers_room)
    {
      double *numbers = realloc (r->numbers, size);

      if (numbers == NULL)
        return broken (r, error, strerror (ENOMEM));
      r->numbers = numbers;
      r->numbers_room = size;
    }
  memcpy (r->numbers, body + 4, size - 4);
  frame->n = (size - 4) / 16;
  frame->steps = r->numbers;
  frame->values = r->numbers + frame->n;
  frame->kind = ASSAY_LOG_OBSERVATIONS;
  return GOT;
}

static Got
parse_event (AssayLogReader *r, const unsigned char *body, uint32_t size, AssayLogFrame *frame,
             AssayLogError *error)
{
  if (!split_texts ((const char *) body, size, &frame->name, &frame->text))
    return broken (r, error, "an event without kind and text");
  frame->kind = ASSAY_LOG_EVENT;
  return GOT;
}

/* A power cut can leave a tail of zeros where data had not reached the disk. */
static bool
only_zeros_follow (AssayLogReader *r)
{
  for (uint64_t at = r->offset; at < r->size;)
    {
      unsigned char bytes[4096];
      ssize_t n = pread (r->fd, bytes, sizeof bytes, (off_t) at);

      if (n <= 0)
        return n == 0;
      for (ssize_t i = 0; i < n; i++)
        if (bytes[i] != 0)
          return false;
      at += (uint64_t) n;
    }
  return true;
}

static Got
parse_frame (AssayLogReader *r, AssayLogFrame *frame, AssayLogError *error)
{
  static const struct
  {
    uint32_t kind;
    Got (*parse) (AssayLogReader *, const unsigned char *, uint32_t, AssayLogFrame *,
                  AssayLogError *);
  } parsers[] = { { LOG_SERIES, parse_series },
                  { LOG_OBSERVATIONS, parse_observations },
                  { LOG_EVENT, parse_event } };
  Got got = r->offset == 0 ? read_file_header (r, error) : GOT;
  uint32_t size = 0, kind = 0;

  if (got != GOT || (got = fetch (r, LOG_FRAME_HEADER, error)) != GOT)
    return got;
  size = log_get (here (r));
  kind = log_get (here (r) + 4);
  if (r->offset + LOG_FRAME_HEADER + size > r->size)
    {
      /* Beyond the end: still being written, torn, or a damaged size; all read as a tail. */
      got = look_at_size (r, error);
      if (got != GOT || r->offset + LOG_FRAME_HEADER + size > r->size)
        return got != GOT ? got : SHORT;
    }
  if (size > LOG_MAX_BODY)
    return broken (r, error, "a frame of more than 16 MiB");
  got = fetch (r, LOG_FRAME_HEADER + size, error);
  if (got != GOT)
    return got;
  if (log_get (here (r) + 8) != log_frame_crc (here (r), size))
    {
      if (size == 0 && only_zeros_follow (r))
        return SHORT;
      return broken (r, error, "a frame fails its check");
    }
  frame->offset = r->offset;
  frame->end = r->offset + LOG_FRAME_HEADER + size;
  for (size_t i = 0; i < sizeof parsers / sizeof parsers[0]; i++)
    if (parsers[i].kind == kind)
      return parsers[i].parse (r, here (r) + LOG_FRAME_HEADER, size, frame, error);
  return broken (r, error, "a frame of an unknown kind");
}

AssayLogKind
assay_log_next (AssayLogReader *r, AssayLogFrame *frame, AssayLogError *error)
{
  Got got = GOT;

  *frame = (AssayLogFrame){ .kind = ASSAY_LOG_END, .offset = r->offset, .end = r->offset };
  got = parse_frame (r, frame, error);
  if (got == BROKEN)
    {
      *frame = (AssayLogFrame){ .kind = ASSAY_LOG_DAMAGED, .offset = r->offset, .end = r->offset };
      return ASSAY_LOG_DAMAGED;
    }
  if (got == GOT)
    r->offset = frame->end;
  else
    r->torn = r->size - r->offset;
  return frame->kind;
}

uint64_t
assay_log_offset (const AssayLogReader *r)
{
  return r->offset;
}

uint64_t
assay_log_torn (const AssayLogReader *r)
{
  return r->torn;
}
