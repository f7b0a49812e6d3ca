/* SPDX-License-Identifier: Apache-2.0
 *
 * The append-only run log, metrics.alog.  C11 and libc only, so that any tool
 * can carry this folder.  Its bytes: format.h.
 */
#ifndef ASSAY_BASE_LOG_H
#define ASSAY_BASE_LOG_H

#include "base/log/crc32c.h"

#include <stdbool.h>

#define ASSAY_LOG_FORMAT 1
#define ASSAY_LOG_MAX_SERIES 10000
#define ASSAY_LOG_MAX_WORDS 4096      /* bytes of a series' metric and labels together */
#define ASSAY_LOG_MAX_EVENT 16000000u /* bytes of an event */

/** One sentence; empty: no error. */
typedef struct AssayLogError
{
  char text[512];
} AssayLogError;

typedef struct AssayLogWriter AssayLogWriter;
typedef struct AssayLogReader AssayLogReader;

/** Starts a new log at @path (an old one is replaced; whoever reads it keeps it).  NULL: see
 * @error. */
AssayLogWriter *assay_log_create (const char *path, AssayLogError *error);
/** Opens an existing log for appending and cuts it to @size bytes, a frame
 *  boundary as the reader gave it.  Series keep their numbers. */
AssayLogWriter *assay_log_resume (const char *path, uint64_t size, AssayLogError *error);

/** Number of the series (metric, labels); made at the first call.  UINT32_MAX: failed. */
uint32_t assay_log_series (AssayLogWriter *log, const char *metric, const char *labels);
/** Buffers one observation.  Written at once if the last write is 0.2 s ago, else with
 *  the first call after that, or when the buffer is full. */
bool assay_log_observe (AssayLogWriter *log, uint32_t series, double step, double value);
/** Appends an event: a kind ("array", "progress", "checkpoint", ...) and its JSON text.
 *  Everything observed before stands before it in the file. */
bool assay_log_event (AssayLogWriter *log, const char *kind, const char *json);
/** Writes what is buffered; with @durable also asks the disk to keep it. */
bool assay_log_flush (AssayLogWriter *log, bool durable);
/** Bytes in the file and, roughly, in the buffer. */
uint64_t assay_log_size (const AssayLogWriter *log);
/** First error of this writer; empty if none.  A failed writer writes nothing more; what
 *  it could not write whole it takes back, and what remains reads as a torn tail. */
const char *assay_log_error (const AssayLogWriter *log);
/** Flushes, closes, frees; false if anything of this log could not be written. */
bool assay_log_close (AssayLogWriter *log, AssayLogError *error);

typedef enum AssayLogKind
{
  ASSAY_LOG_END,          /* nothing complete beyond here, now; ask again later */
  ASSAY_LOG_SERIES,       /* series, metric, labels */
  ASSAY_LOG_OBSERVATIONS, /* series, n, steps, values */
  ASSAY_LOG_EVENT,        /* name, text */
  ASSAY_LOG_DAMAGED       /* bytes here are wrong: `error`; the reader stays here */
} AssayLogKind;

/** One frame, lent until the next call. */
typedef struct AssayLogFrame
{
  AssayLogKind kind;
  uint32_t series, n;
  const char *metric, *labels;
  const double *steps, *values;
  const char *name, *text;
  uint64_t offset, end; /* bytes of the file; `end` is a place to resume at */
} AssayLogFrame;

/** Opens a log for reading, also while it grows.  NULL: see @error. */
AssayLogReader *assay_log_open (const char *path, AssayLogError *error);
/** Goes on at @offset, a place where a frame ended, before which the log has @n_series series.
 *  For readers that remember how far they came; whether it is still the same log is theirs to
 *  know. */
void assay_log_seek (AssayLogReader *reader, uint64_t offset, uint32_t n_series);
/** Next frame.  A torn tail reads as END, a frame that fails its check in the
 *  middle of the file as DAMAGED. */
AssayLogKind assay_log_next (AssayLogReader *reader, AssayLogFrame *frame, AssayLogError *error);
/** Where the next frame starts. */
uint64_t assay_log_offset (const AssayLogReader *reader);
/** Bytes after the last complete frame, as of the last END: the torn tail. */
uint64_t assay_log_torn (const AssayLogReader *reader);
void assay_log_free (AssayLogReader *reader);

#endif
