/* SPDX-License-Identifier: Apache-2.0 */
#include "base/file/file.h"
#include "base/log/format.h"
#include "base/log/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define MAX_PENDING 16384
#define MAX_AGE_NS 200000000
#define TABLE_SIZE 32768 /* twice the series and a power of 2 */
#define NONE UINT32_MAX

typedef struct Observation
{
  double step, value;
  uint32_t series, place; /* place: among those of its series, filled by pack */
} Observation;

typedef struct Series
{
  char *words;      /* metric, 0, labels, 0 */
  uint32_t n_words; /* bytes of them */
  uint32_t n;       /* pending observations */
  size_t frame;     /* where their frame starts in `out` */
} Series;

struct AssayLogWriter
{
  int fd;
  char *path;
  uint64_t size;      /* bytes of the file */
  int64_t written;    /* when */
  unsigned char *out; /* whole frames not yet written */
  size_t n_out, out_room;
  Series *series;
  uint32_t n_series, n_pending;
  uint32_t *table; /* of series numbers, by hash of the words */
  Observation pending[MAX_PENDING];
  AssayLogError error;
};

static int64_t
now_ns (void)
{
  struct timespec t = { 0, 0 };

  clock_gettime (CLOCK_MONOTONIC_COARSE, &t);
  return (int64_t) t.tv_sec * 1000000000 + t.tv_nsec;
}

static bool
fail (AssayLogWriter *log, const char *what, const char *why)
{
  if (log->error.text[0] == '\0')
    snprintf (log->error.text, sizeof log->error.text, "%.300s: %s: %s", log->path, what, why);
  return false;
}

static bool
failed (const AssayLogWriter *log)
{
  return log->error.text[0] != '\0';
}

/* ---- Frames ---------------------------------------------------------------- */

/* Room for a frame of @size bytes of body, at the end of `out`; NULL: failed. */
static unsigned char *
add_frame (AssayLogWriter *log, uint32_t kind, size_t size)
{
  size_t need = log->n_out + LOG_FRAME_HEADER + size;
  unsigned char *frame = NULL;

  if (need > log->out_room)
    {
      size_t room = need + need / 2;
      unsigned char *out = realloc (log->out, room);

      if (out == NULL)
        {
          fail (log, "could not append", strerror (ENOMEM));
          return NULL;
        }
      log->out = out;
      log->out_room = room;
    }
  frame = log->out + log->n_out;
  log_put (frame, (uint32_t) size);
  log_put (frame + 4, kind);
  log->n_out = need;
  return frame;
}

static void
seal_frame (unsigned char *frame)
{
  log_put (frame + 8, log_frame_crc (frame, log_get (frame)));
}

/* Sorts the pending observations into one frame per series. */
static bool
pack (AssayLogWriter *log)
{
  for (uint32_t i = 0; i < log->n_pending; i++)
    log->pending[i].place = log->series[log->pending[i].series].n++;
  for (uint32_t i = 0; i < log->n_pending; i++)
    {
      const Observation *o = &log->pending[i];
      Series *series = &log->series[o->series];
      unsigned char *body = NULL;

      if (o->place == 0)
        {
          unsigned char *frame = add_frame (log, LOG_OBSERVATIONS, 4 + (size_t) series->n * 16);

          if (frame == NULL)
            return false;
          series->frame = (size_t) (frame - log->out);
          log_put (frame + LOG_FRAME_HEADER, o->series);
        }
      body = log->out + series->frame + LOG_FRAME_HEADER + 4;
      memcpy (body + (size_t) o->place * 8, &o->step, 8);
      memcpy (body + ((size_t) series->n + o->place) * 8, &o->value, 8);
      if (o->place == series->n - 1)
        {
          seal_frame (log->out + series->frame);
          series->n = 0;
        }
    }
  log->n_pending = 0;
  return true;
}

static bool
write_out (AssayLogWriter *log)
{
  if (failed (log) || !pack (log))
    return false;
  if (!assay_file_write (log->fd, log->out, log->n_out))
    {
      fail (log, "could not append", strerror (errno));
      /* What was written of it reads as a torn tail; without it the log reads as whole. */
      return ftruncate (log->fd, (off_t) log->size) < 0 && false;
    }
  log->size += log->n_out;
  log->n_out = 0;
  log->written = now_ns ();
  return true;
}

/* ---- Opening and closing --------------------------------------------------- */

static void
free_writer (AssayLogWriter *log)
{
  if (log->fd >= 0)
    close (log->fd);
  for (uint32_t i = 0; i < log->n_series; i++)
    free (log->series[i].words);
  free (log->series);
  free (log->table);
  free (log->out);
  free (log->path);
  free (log);
}

static AssayLogWriter *
give_up (AssayLogWriter *log, AssayLogError *error)
{
  *error = log->error;
  free_writer (log);
  return NULL;
}

static AssayLogWriter *
new_writer (const char *path, int flags, AssayLogError *error)
{
  AssayLogWriter *log = calloc (1, sizeof *log);

  if (log != NULL)
    {
      log->fd = -1;
      log->path = strdup (path);
      log->series = calloc (ASSAY_LOG_MAX_SERIES, sizeof *log->series);
      log->table = malloc (TABLE_SIZE * sizeof *log->table);
    }
  if (log == NULL || log->path == NULL || log->series == NULL || log->table == NULL)
    {
      snprintf (error->text, sizeof error->text, "%.300s: %s", path, strerror (ENOMEM));
      if (log != NULL)
        free_writer (log);
      return NULL;
    }
  memset (log->table, 0xff, TABLE_SIZE * sizeof *log->table);
  log->fd = assay_file_open (path, flags | O_NOFOLLOW | O_NONBLOCK, 0666);
  if (log->fd < 0)
    {
      fail (log, "could not open the log", strerror (errno));
      return give_up (log, error);
    }
  log->written = now_ns ();
  return log;
}

AssayLogWriter *
assay_log_create (const char *path, AssayLogError *error)
{
  unsigned char header[LOG_FILE_HEADER] = LOG_MAGIC;
  AssayLogWriter *log = NULL;

  if (unlink (path) < 0 && errno != ENOENT)
    {
      snprintf (error->text, sizeof error->text, "%.300s: could not remove the old log: %s", path,
                strerror (errno));
      return NULL;
    }
  log = new_writer (path, O_WRONLY | O_CREAT | O_EXCL, error);
  if (log == NULL)
    return NULL;
  log_put (header + 8, ASSAY_LOG_FORMAT);
  log_put (header + 12, assay_crc32c (0, header, 12));
  if (!assay_file_write (log->fd, header, sizeof header))
    {
      fail (log, "could not start the log", strerror (errno));
      return give_up (log, error);
    }
  log->size = sizeof header;
  return log;
}

/* ---- Series ---------------------------------------------------------------- */

static uint32_t *
find_slot (AssayLogWriter *log, const char *words, uint32_t n_words)
{
  uint32_t slot = assay_crc32c (0, words, n_words) % TABLE_SIZE;

  for (;; slot = (slot + 1) % TABLE_SIZE)
    {
      uint32_t number = log->table[slot];

      if (number == NONE
          || (log->series[number].n_words == n_words
              && memcmp (log->series[number].words, words, n_words) == 0))
        return &log->table[slot];
    }
}

static uint32_t
keep_series (AssayLogWriter *log, const char *words, uint32_t n_words)
{
  uint32_t *slot = find_slot (log, words, n_words);
  Series *series = &log->series[log->n_series];

  series->words = malloc (n_words);
  if (series->words == NULL)
    {
      fail (log, "could not add a series", strerror (ENOMEM));
      return NONE;
    }
  memcpy (series->words, words, n_words);
  series->n_words = n_words;
  *slot = log->n_series;
  return log->n_series++;
}

uint32_t
assay_log_series (AssayLogWriter *log, const char *metric, const char *labels)
{
  char words[ASSAY_LOG_MAX_WORDS + 2];
  size_t n_metric = strlen (metric), n_labels = labels != NULL ? strlen (labels) : 0;
  uint32_t n_words = (uint32_t) (n_metric + n_labels) + 2, number = 0;
  unsigned char *frame = NULL;

  if (failed (log))
    return NONE;
  if (n_metric > ASSAY_LOG_MAX_WORDS || n_labels > ASSAY_LOG_MAX_WORDS - n_metric)
    {
      fail (log, "could not add a series", "its metric and labels are longer than 4096 bytes");
      return NONE;
    }
  memcpy (words, metric, n_metric + 1);
  memcpy (words + n_metric + 1, labels != NULL ? labels : "", n_labels + 1);
  number = *find_slot (log, words, n_words);
  if (number != NONE)
    return number;
  if (log->n_series == ASSAY_LOG_MAX_SERIES)
    {
      fail (log, "could not add a series",
            "a run has at most 10000; observe many items as an array instead");
      return NONE;
    }
  frame = add_frame (log, LOG_SERIES, 4 + n_words);
  if (frame == NULL || (number = keep_series (log, words, n_words)) == NONE)
    return NONE;
  log_put (frame + LOG_FRAME_HEADER, number);
  memcpy (frame + LOG_FRAME_HEADER + 4, words, n_words);
  seal_frame (frame);
  return number;
}

/* Reads the log up to @size, which must be the end of a frame, and keeps its series. */
static bool
read_series (AssayLogWriter *log, uint64_t size)
{
  AssayLogError error = { "" };
  AssayLogFrame frame;
  AssayLogReader *reader = assay_log_open (log->path, &error);
  AssayLogKind kind = ASSAY_LOG_END;

  if (reader == NULL)
    {
      log->error = error;
      return false;
    }
  while (assay_log_offset (reader) < size)
    {
      kind = assay_log_next (reader, &frame, &error);
      if (kind == ASSAY_LOG_DAMAGED)
        log->error = error;
      if (kind == ASSAY_LOG_DAMAGED || kind == ASSAY_LOG_END)
        break;
      if (kind == ASSAY_LOG_SERIES)
        {
          size_t n_metric = strlen (frame.metric), n_labels = strlen (frame.labels);

          /* They stand in the frame as they do in the table: one behind the other. */
          keep_series (log, frame.metric, (uint32_t) (n_metric + n_labels) + 2);
        }
    }
  if (size < LOG_FILE_HEADER || assay_log_offset (reader) != size)
    fail (log, "could not resume the log", "no frame ends at the given place");
  assay_log_free (reader);
  return !failed (log);
}

AssayLogWriter *
assay_log_resume (const char *path, uint64_t size, AssayLogError *error)
{
  AssayLogWriter *log = new_writer (path, O_WRONLY, error);

  if (log == NULL)
    return NULL;
  if (!read_series (log, size))
    return give_up (log, error);
  if (ftruncate (log->fd, (off_t) size) < 0 || lseek (log->fd, (off_t) size, SEEK_SET) < 0)
    {
      fail (log, "could not cut the log", strerror (errno));
      return give_up (log, error);
    }
  log->size = size;
  return log;
}

/* ---- Writing --------------------------------------------------------------- */

bool
assay_log_observe (AssayLogWriter *log, uint32_t series, double step, double value)
{
  if (failed (log))
    return false;
  if (series >= log->n_series)
    return fail (log, "could not observe", "there is no series of this number");
  log->pending[log->n_pending++] = (Observation){ step, value, series, 0 };
  if (log->n_pending < MAX_PENDING && now_ns () - log->written < MAX_AGE_NS)
    return true;
  return write_out (log);
}

bool
assay_log_event (AssayLogWriter *log, const char *kind, const char *json)
{
  size_t n_kind = strlen (kind) + 1, n_json = strlen (json) + 1;
  unsigned char *frame = NULL;

  if (failed (log))
    return false;
  if (n_kind > ASSAY_LOG_MAX_EVENT || n_json > ASSAY_LOG_MAX_EVENT - n_kind)
    return fail (log, "could not append an event", "it is longer than 16 MB");
  if (!pack (log) || (frame = add_frame (log, LOG_EVENT, n_kind + n_json)) == NULL)
    return false;
  memcpy (frame + LOG_FRAME_HEADER, kind, n_kind);
  memcpy (frame + LOG_FRAME_HEADER + n_kind, json, n_json);
  seal_frame (frame);
  return write_out (log);
}

bool
assay_log_flush (AssayLogWriter *log, bool durable)
{
  if (!write_out (log))
    return false;
  if (durable && assay_file_sync (log->fd) < 0)
    return fail (log, "could not keep the log", strerror (errno));
  return true;
}

uint64_t
assay_log_size (const AssayLogWriter *log)
{
  return log->size + log->n_out + (uint64_t) log->n_pending * 16;
}

const char *
assay_log_error (const AssayLogWriter *log)
{
  return log->error.text;
}

bool
assay_log_close (AssayLogWriter *log, AssayLogError *error)
{
  bool ok = write_out (log);
  int fd = log->fd;

  log->fd = -1;
  if (close (fd) < 0 && ok)
    ok = fail (log, "could not close the log", strerror (errno));
  if (!ok && error != NULL)
    *error = log->error;
  free_writer (log);
  return ok;
}
