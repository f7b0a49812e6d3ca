/* SPDX-License-Identifier: Apache-2.0
 *
 * Text files, mapped into memory: plain text as it is, and what the readers of rows stand on.
 */
#ifndef ASSAY_LEARN_TEXT_H
#define ASSAY_LEARN_TEXT_H

#include "learn/text/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Some bytes of a text; a NUL need not follow. */
typedef struct AssayText
{
  const char *bytes;
  size_t length;
} AssayText;

typedef struct AssayTextFile
{
  char *path;
  AssayText text; /* the whole file without a byte order mark, unchecked: any bytes */
  void *map;
  size_t mapped;
} AssayTextFile;

/** Maps a file, which must not be cut while it is open.  False: see @error; else for
 *  assay_text_close. */
bool assay_text_open (AssayTextFile *file, const char *path, AssayTextError *error);
void assay_text_close (AssayTextFile *file);
/** The line that begins at byte *@at of @text, without its LF or CRLF, and *at behind it.  False:
 *  there is none. */
bool assay_text_line (AssayText text, size_t *at, AssayText *line);

bool assay_text_equal (AssayText a, AssayText b);
/** FNV-1a in 64 bits. */
uint64_t assay_text_hash (AssayText text);

/** Writes the sentence; returns false. */
bool assay_text_fail (AssayTextError *error, const char *format, ...)
    __attribute__ ((format (printf, 2, 3)));

#endif
