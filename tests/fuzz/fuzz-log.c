/* SPDX-License-Identifier: Apache-2.0
 *
 * The log reader, on the input as it is and with the checks of its frames put right,
 * so that what lies behind the checks is reached too.
 */
#include "base/file/file.h"
#include "base/log/format.h"
#include "base/log/log.h"

#include "fuzz.h"

#include <stdlib.h>

static volatile double sum;

/* Touches every byte that the reader lends. */
static void
use_frame (const AssayLogFrame *frame)
{
  sum = 0;
  for (uint32_t i = 0; i < frame->n; i++)
    sum = sum + frame->steps[i] + frame->values[i];
  if (frame->kind == ASSAY_LOG_SERIES)
    sum = sum + (double) (strlen (frame->metric) + strlen (frame->labels));
  if (frame->kind == ASSAY_LOG_EVENT)
    sum = sum + (double) (strlen (frame->name) + strlen (frame->text));
}

static void
read_log (const char *path, size_t size)
{
  AssayLogError error = { "" };
  AssayLogReader *reader = assay_log_open (path, &error);
  AssayLogFrame frame;
  AssayLogKind kind = ASSAY_LOG_END;
  uint64_t end = 0;

  if (reader == NULL)
    {
      FUZZ_CHECK (error.text[0] != '\0');
      return;
    }
  end = assay_log_offset (reader);
  while ((kind = assay_log_next (reader, &frame, &error)) != ASSAY_LOG_END
         && kind != ASSAY_LOG_DAMAGED)
    {
      FUZZ_CHECK (frame.offset == end && frame.end > end && frame.end <= size);
      end = frame.end;
      use_frame (&frame);
    }
  FUZZ_CHECK (assay_log_offset (reader) == end);
  FUZZ_CHECK (kind == ASSAY_LOG_DAMAGED ? error.text[0] != '\0'
                                        : assay_log_torn (reader) == size - end);
  assay_log_free (reader);
}

/* A log that reads without damage can be resumed at its last frame. */
static void
resume_log (const char *path)
{
  AssayLogError error = { "" };
  AssayLogReader *reader = assay_log_open (path, &error);
  AssayLogFrame frame;
  AssayLogWriter *writer = NULL;
  uint64_t end = 0;

  if (reader == NULL)
    return;
  while (assay_log_next (reader, &frame, &error) != ASSAY_LOG_END
         && frame.kind != ASSAY_LOG_DAMAGED)
    end = frame.end;
  assay_log_free (reader);
  if (end == 0)
    return;
  writer = assay_log_resume (path, end, &error);
  FUZZ_CHECK (writer != NULL);
  FUZZ_CHECK (assay_log_event (writer, "end", "{}"));
  FUZZ_CHECK (assay_log_close (writer, &error));
}

static void
mend_checks (unsigned char *bytes, size_t size)
{
  size_t at = LOG_FILE_HEADER;

  if (size < LOG_FILE_HEADER)
    return;
  memcpy (bytes, LOG_MAGIC, 8);
  log_put (bytes + 8, ASSAY_LOG_FORMAT);
  log_put (bytes + 12, assay_crc32c (0, bytes, 12));
  while (size - at >= LOG_FRAME_HEADER && log_get (bytes + at) <= size - at - LOG_FRAME_HEADER)
    {
      uint32_t body = log_get (bytes + at);

      log_put (bytes + at + 8, log_frame_crc (bytes + at, body));
      at += LOG_FRAME_HEADER + body;
    }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  unsigned char *bytes = malloc (size + 1);

  memcpy (bytes, data, size);
  read_log (fuzz_file (bytes, size), size);
  mend_checks (bytes, size);
  read_log (fuzz_file (bytes, size), size);
  FUZZ_CHECK (assay_file_replace (fuzz_path (), bytes, size));
  resume_log (fuzz_path ());
  free (bytes);
  return 0;
}
