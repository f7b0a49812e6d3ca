/* SPDX-License-Identifier: Apache-2.0
 *
 * The bytes of metrics.alog, shared by writer and reader.  All numbers are little-endian.
 *
 *   file    magic[8] "assayLog", format u32, crc32c u32 of the 12 bytes before; then frames
 *   frame   size u32 of the body, kind u32, crc32c u32 of size, kind and body; body
 *   series        number u32 (0, 1, 2, ... in the order of the file), metric, 0, labels, 0
 *   observations  series u32, n steps f64, n values f64 (n > 0 follows from the size)
 *   event         kind, 0, JSON, 0
 */
#ifndef ASSAY_BASE_LOG_FORMAT_H
#define ASSAY_BASE_LOG_FORMAT_H

#include "base/log/crc32c.h"

#include <string.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the log is read and written in the machine's byte order, which must be little-endian"
#endif

#define LOG_MAGIC "assayLog"
#define LOG_FILE_HEADER 16u
#define LOG_FRAME_HEADER 12u
#define LOG_MAX_BODY (16u << 20)

enum
{
  LOG_SERIES = 1,
  LOG_OBSERVATIONS = 2,
  LOG_EVENT = 3
};

static inline uint32_t
log_get (const void *bytes)
{
  uint32_t number = 0;

  memcpy (&number, bytes, 4);
  return number;
}

static inline void
log_put (void *bytes, uint32_t number)
{
  memcpy (bytes, &number, 4);
}

/* The check of a frame whose header stands before its body. */
static inline uint32_t
log_frame_crc (const unsigned char *frame, uint32_t size)
{
  return assay_crc32c (assay_crc32c (0, frame, 8), frame + LOG_FRAME_HEADER, size);
}

#endif
