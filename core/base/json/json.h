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

/** Skips blanks and takes @c if it stands here. */
bool json_take (JsonCursor *json, char c);
/** As json_take, but an error if it does not stand here. */
bool json_expect (JsonCursor *json, char c);
/** A string, decoded to UTF-8 into @out, which has room for the rest of the text; returns
 *  the byte after its 0, NULL on error. */
char *json_string (JsonCursor *json, char *out);
/** A whole number 0..2^64-1. */
bool json_whole (JsonCursor *json, uint64_t *number);
/** Any value, thrown away. */
bool json_skip (JsonCursor *json);

#endif
