/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows of a data set: objects, one on a line (JSON Lines) or in one array.  What the readers of
 * preferences and tables share: where a row stands, its fields, and what becomes of a bad one.
 */
#ifndef ASSAY_LEARN_JSONL_H
#define ASSAY_LEARN_JSONL_H

#include "base/json/json.h"
#include "learn/tensor/arena.h"
#include "learn/text/text.h"

#define ASSAY_ROW_MAX ((size_t) 64 << 20) /* bytes of a row */

/** Malformed rows that were passed over. */
typedef struct AssayBadRows
{
  AssayTextError *texts; /* [room]: a sentence for each of the first ones */
  size_t room;
  size_t n; /* all of them; a reader adds to it */
} AssayBadRows;

typedef struct AssayRows
{
  const AssayTextFile *file;
  AssayBadRows *bad;
  AssayTextError *error;
  AssayTextError first; /* sentence of the first bad row */
  const char *at, *end; /* what has not been looked at */
  const char *counted;  /* up to here, `line` holds */
  const char *row;      /* the row's first byte */
  const char *row_end;
  size_t line; /* of the row, from 1 */
  size_t n, n_bad;
  bool array, failed;
} AssayRows;

/** @bad NULL: the first malformed row ends the reading, its sentence in @error; else those rows
 *  are left out and counted there.  All but @rows outlive the reading. */
void assay_rows_begin (AssayRows *rows, const AssayTextFile *file, AssayBadRows *bad,
                       AssayTextError *error);
/** The next well-formed row's value for each of names[n]: a cursor that ends with it, `at` NULL
 *  where the row has none.  Other names are passed over.  False: no more, or failed. */
bool assay_rows_next (AssayRows *rows, const char *const *names, size_t n, JsonCursor *fields);
/** Says what is wrong with the row that came last.  Returns false. */
bool assay_rows_refuse (AssayRows *rows, const char *format, ...)
    __attribute__ ((format (printf, 2, 3)));
/** False, and a sentence in the error, if reading failed or not one row was good. */
bool assay_rows_end (AssayRows *rows, size_t n_good);

/** The string that is row's field @name, decoded to @arena and followed by a NUL.  False: refused
 *  since it is missing or none. */
bool assay_row_text (AssayRows *rows, const char *name, JsonCursor field, AssayArena *arena,
                     AssayText *text);

/** @memory grown to room for @n + 1 elements of @size by doubling; *room is how many it has.  Ends
 *  the program when there is no memory. */
void *assay_grow (void *memory, size_t n, size_t *room, size_t size);

#endif
