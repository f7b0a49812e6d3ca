/* SPDX-License-Identifier: Apache-2.0
 *
 * The filter language of `assay runs`, of claims and of figures:
 *
 *     study=graph-backup and depth>=5 and (status=done or starred=true)
 *     agent=graph,tree env!=Empty title~"a b"     a list means any of; a space means and
 *
 *     filter  = and { "or" and }
 *     and     = unary { ["and"] unary }
 *     unary   = "not" unary | "(" filter ")" | word operator word { "," word }
 *     word    = characters other than space , ( ) " = ! < > ~ & | \, or "quoted", with \" \\ \n \t
 *
 * Operators = != < <= > >= and ~ (contains, case-insensitive).  != with a list means none of.
 * Numbers compare as numbers where both sides are numbers, else only = != ~ hold, as text.
 * At most 64 KiB of text and 200 nested parentheses.
 */
#pragma once

#include "host/registry/error.h"

#define ASSAY_FILTER_MAX_BYTES 65536
#define ASSAY_FILTER_MAX_DEPTH 200

typedef struct _AssayFilter AssayFilter;

/** NULL or blank @text passes everything.  The error (USAGE) points at the place: a sentence with
 *  the column, the line, and a caret below it. */
AssayFilter *assay_filter_parse (const char *text, GError **error);
void assay_filter_free (AssayFilter *filter);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AssayFilter, assay_filter_free)

/** Value of a key in the row under test; NULL: it has none, and then no comparison holds but !=.
 *  Several values at once (the tags of a run) stand in one text, each ended by U+001F: a
 *  comparison holds when it holds for one of them, != when it holds for all. */
typedef const char *(*AssayFilterLookup) (gpointer row, const char *key);
gboolean assay_filter_match (const AssayFilter *filter, AssayFilterLookup lookup, gpointer row);

/** Every key that is compared, once each, in order of appearance. */
GStrv assay_filter_keys (const AssayFilter *filter);
/** The values that key=a,b at top level (and-connected) admits; NULL: not so restricted. */
GStrv assay_filter_values (const AssayFilter *filter, const char *key);
/** Normal form, for display; parses to an equal filter. */
char *assay_filter_print (const AssayFilter *filter);

/** A word of the language: @text itself, or in quotes with escapes. */
char *assay_filter_quote (const char *text);
/** Whether the whole of @text is a finite number, independent of locale. */
gboolean assay_filter_number (const char *text, double *value);
/** Equality as `=` has it. */
gboolean assay_filter_equal (const char *a, const char *b);
