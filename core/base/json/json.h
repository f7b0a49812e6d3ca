/* SPDX-License-Identifier: Apache-2.0
 *
 * JSON read in one pass, value by value, without a tree: what the learning wing reads.
 */
#ifndef ASSAY_BASE_JSON_H
#define ASSAY_BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** A place in a text; `wrong` says what was found there, NULL while all is well. */
typedef struct JsonCursor
{
  const char *at, *end;
  const char *wrong;
} JsonCursor;

/** Skips blanks; the byte that stands here, '\0' at the end. */
char json_peek (JsonCursor *json);
/** Skips blanks and takes @c if it stands here. */
bool json_take (JsonCursor *json, char c);
/** As json_take, but an error if it does not stand here. */
bool json_expect (JsonCursor *json, char c);
/** A string, decoded to UTF-8 into @out, which has room for the rest of the text (or for as many
 *  bytes as the string takes there, and may be the place of its first quote); returns the byte
 *  after its 0, NULL on error.  U+0000 and halves of surrogate pairs are errors. */
char *json_string (JsonCursor *json, char *out);
/** A whole number 0..2^64-1. */
bool json_whole (JsonCursor *json, uint64_t *number);
/** A finite number, to the nearest double, whatever the locale. */
bool json_number (JsonCursor *json, double *number);
/** Any value, checked to the last byte and thrown away. */
bool json_skip (JsonCursor *json);

#endif
