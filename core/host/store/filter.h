/* SPDX-License-Identifier: Apache-2.0
 *
 * The filter language of `assay runs`, of claims and of figures:
 *
 *     study=graph-backup and depth>=5 and (status=done or starred=true)
 *     agent=graph,tree env!=Empty title~"a b"     a list means any of; a space means and
 *
 * Operators = != < <= > >= and ~ (contains, case-insensitive).  Numbers compare as
 * numbers where both sides are numbers, else only = != ~ hold, as text.
 */
#pragma once

#include "host/registry/error.h"

typedef struct _AssayFilter AssayFilter;

/** NULL or blank @text passes everything.  The error points at the place. */
AssayFilter *assay_filter_parse (const char *text, GError **error);
void assay_filter_free (AssayFilter *filter);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AssayFilter, assay_filter_free)

/** Value of a key in the row under test; NULL: it has none, and then no comparison holds but !=. */
typedef const char *(*AssayFilterLookup) (gpointer row, const char *key);
gboolean assay_filter_match (const AssayFilter *filter, AssayFilterLookup lookup, gpointer row);

/** Every key that is compared, once each. */
GStrv assay_filter_keys (const AssayFilter *filter);
/** The values that key=a,b at top level (and-connected) admits; NULL: not so restricted. */
GStrv assay_filter_values (const AssayFilter *filter, const char *key);
/** Normal form, for display; parses to an equal filter. */
char *assay_filter_print (const AssayFilter *filter);
