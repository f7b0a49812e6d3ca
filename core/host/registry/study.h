/* SPDX-License-Identifier: Apache-2.0
 *
 * Studies inside the registry: made of C tables or of JSON, and checked.
 */
#pragma once

#include "schema.h"

/** Sizes, strides and texts of a plugin's study: after this its tables can be copied. */
void study_check_tables (const AssayStudy *study, Problems *problems);
/** A table's count and stride; FALSE: its rows must not be touched. */
gboolean study_check_table (const AssayTable *table, const RowType *type, gsize row_size,
                            Problems *problems);
/** What rows mean to each other: known names, defaults in range, nothing twice, no circle. */
void study_check (const AssayStudyInfo *study, Problems *problems);

/** Copies tables that study_check_tables () passed; finds more problems. */
AssayStudyInfo *study_from_tables (const AssayStudy *study, Problems *problems);
/** @scanned: from the scanner, whose "rules" need not be computed again. */
AssayStudyInfo *study_from_json (JsonObject *object, gboolean scanned, Problems *problems);

/** Is @word one of assay_words (@list)? */
gboolean study_has_word (const char *list, const char *word);

void study_set_origin (AssayStudyInfo *study, const char *path, const char *version,
                       const char *source);
void study_set_identity (AssayStudyInfo *study, const char *identity, const char *blocked);
